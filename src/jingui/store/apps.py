"""The one Django application, label "jingui"."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Registers the models under the label that AUTH_USER_MODEL names."""

    name = "jingui.store"
    label = "jingui"
    default_auto_field = "django.db.models.BigAutoField"
