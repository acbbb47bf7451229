"""Citus: every patient table can be cut by patient: keys begin with the number, nothing binds two patients [3.1.1]

Sharding stays unclaimed until ledger commits across shards are tried; what would stop it must not creep in meanwhile.
"""

import re

import pytest
from django.apps import apps
from django.db import models

from jingui.store.statements import FACTS

KEY = "patient_id"
#: Tables that name a patient and are not cut by it: reference tables or a store of their own, each with its reason.
REFERENCE = {
    "entry": "the ledger is one per institution: its order runs across patients",
    "entry_payload": "belongs to its entry, whatever that is about",
    "matter": "0 for matters about no patient; worked through by post across the house",
    "received": "comes before anybody knows whose it is, found by sender and message; 0 until it is filed",
    "app_grant": "an app's code and tokens, found by their digests; 0 where the app works for no one patient",
    "seal_use": "the register of the stamp, in the stamp's own order; inserted once",
}
#: Unique across patients although cut by patient: on shards they need a small reference table beside them.
LOOSE = {
    (
        "volume",
        ("code",),
    ): "the label on the paper: a scanner knows no patient; random, a clash is a retry",
    ("copy_made", ("token",)): "what a reader of the QR brings: 128 random bits, unique without being enforced",
}


def tables() -> list[type[models.Model]]:
    """Every table of ours that has a patient's number."""
    found = apps.get_app_config("jingui").get_models(include_auto_created=True)
    return [one for one in found if any(field.column == KEY for field in one._meta.concrete_fields)]


def patients() -> list[type[models.Model]]:
    """Those that a shard would hold: their primary key begins with the patient."""
    return [one for one in tables() if keys(one)[0][0] == KEY]


def columns(model: type[models.Model], names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Names of fields as columns."""
    return tuple(model._meta.get_field(name).column or name for name in names)  # type: ignore[union-attr]


def keys(model: type[models.Model]) -> list[tuple[str, ...]]:
    """The primary key, then every unique constraint, as columns."""
    key = model._meta.pk
    assert key is not None
    first = columns(model, key.field_names) if isinstance(key, models.CompositePrimaryKey) else (key.column,)
    out = [tuple(first)]
    for one in model._meta.constraints:
        if isinstance(one, models.UniqueConstraint):
            out.append(columns(model, list(one.fields)))
    out += [(field.column,) for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    return out


def test_the_patients_own_tables_are_many() -> None:
    names = {one._meta.db_table for one in patients()}
    assert {"patient", "record", "record_version", "patient_key", "hold", "extension", "destruction"} <= names
    assert len(names) >= 25


def test_every_table_with_a_patient_is_cut_by_it_or_named() -> None:
    """One that is not is a reference table, on every shard: it says so here with its reason, or it is a mistake."""
    others = {one._meta.db_table for one in tables()} - {one._meta.db_table for one in patients()}
    assert others <= set(REFERENCE), sorted(others - set(REFERENCE))
    assert set(REFERENCE) <= others, f"no longer so: {sorted(set(REFERENCE) - others)}"


@pytest.mark.parametrize("model", patients(), ids=lambda one: str(one._meta.db_table))
def test_unique_only_within_a_patient(model: type[models.Model]) -> None:
    """A shard can hold unique what begins with the column it is cut by, and nothing else."""
    loose = [key for key in keys(model) if key[0] != KEY and (model._meta.db_table, key) not in LOOSE]
    assert not loose, loose


@pytest.mark.parametrize("model", patients(), ids=lambda one: str(one._meta.db_table))
def test_no_foreign_key_leads_to_another_patient(model: type[models.Model]) -> None:
    """Rows refer to their own patient and to shared tables; a patient's other rows are plain columns."""
    cut = {one._meta.db_table for one in patients()}
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model is not None and not isinstance(field.related_model, str):
            target = field.related_model._meta.db_table
            assert target not in cut or (field.column == KEY and target == "patient"), (field.column, target)


def test_shared_tables_point_at_no_patient() -> None:
    """A reference table cannot have a foreign key to a table that is cut."""
    cut = {one._meta.db_table for one in patients()}
    for model in apps.get_app_config("jingui").get_models(include_auto_created=True):
        if model._meta.db_table in cut:
            continue
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is not None and not isinstance(field.related_model, str):
                assert field.related_model._meta.db_table not in cut, (model._meta.db_table, field.column)


def test_the_hot_path_stays_within_a_patient() -> None:
    """Whatever a reading looks up beside the record is found under the asked patient's number (or the linked one's)."""
    found = re.findall(r"FROM (\w+) x WHERE (.*?)\)", FACTS.sql, re.DOTALL)
    assert {table for table, _ in found} >= {"access_grant", "hold"}
    for table, condition in found:
        assert "patient_id" in condition, (table, condition)
