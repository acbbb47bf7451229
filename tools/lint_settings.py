"""Settings for the type checker only: it needs the models, and neither a home nor keys."""

SECRET_KEY = "the type checker signs nothing"  # noqa: S105 # no secret: never used to serve
INSTALLED_APPS = [
    "jingui.store.apps.StoreConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # allauth's models refuse to load without it
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
AUTH_USER_MODEL = "jingui.Account"
USE_TZ = True
# Names of our own in config/settings.py that pages read.
JINGUI_INSTITUTION = JINGUI_INSTITUTION_EN = ""
JINGUI_DEMO = False
