"""六（一）安全防护: no table is forgotten: verification reads every sealed one as the application [6.1.2]"""

from django.apps import apps

from jingui.store.grants import GRANTS, NEVER
from jingui.store.models import Matter
from jingui.store.seals import SEALED_TABLES


def test_every_table_of_ours_is_granted_something() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config(Matter._meta.app_label).get_models()}
    assert len(tables) > 40
    assert not tables - set(GRANTS) - set(NEVER), "tables that the application cannot touch at all"
    assert not {name.partition(".")[0] for name in SEALED_TABLES} - set(GRANTS)
