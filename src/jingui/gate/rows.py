"""六（一）2: rows that decide: found locked and genuine, kept sealed with the entry that made them [6.1.2]"""

from typing import TypeVar

from django.db import models

from jingui.core.entry import Line
from jingui.core.errors import NotFound
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import CareRelation, Patient, Record
from jingui.store.models.sealed import Sealed
from jingui.store.statements import COUNTED
from jingui.store.verify_rows import RELATION

# What is under way ends at infinity, which no datetime can say; nothing is decided by it.
PERIOD = ("at", "at_end")
M = TypeVar("M", bound=Sealed)


def next_id(model: type[models.Model]) -> int:
    """The next number of a table's sequence: known before the insert, because the MAC covers it."""
    table = model._meta.db_table
    return int(raw(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")[0][0])


def locked(context: WriteContext, model: type[M], number: int | tuple[int, int]) -> M:
    """The row `number`, locked and genuine; NotFound or Tampered otherwise."""
    row: M | None = model._default_manager.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    return row


def keep(context: WriteContext, row: Sealed, *, new: bool = False, large: str = "") -> None:
    """Seal and save a row that decides, naming this operation's entry.

    `large` names a column of megabytes (bytes, may be None): it goes to the database as bytes on its own, for within
    the row's statement it would be written out as text, several times over.

    A hold, restriction, consent, extension or sealing is counted on its patient's row, which is sealed anew: read
    that row afterwards.
    """
    row.entry = context.entry
    if not new:
        row.version += 1
    context.runtime.sealer.seal(row)
    kept = getattr(row, large) if large else None
    if kept is not None:
        setattr(row, large, None)
    row.save(force_insert=new)
    if kept is not None:
        setattr(row, large, kept)
        table = row._meta.db_table
        raw(f"UPDATE {table} SET {large} = $1::bytea WHERE id = $2", kept, row.pk)  # noqa: S608 -- own names
    if row._meta.db_table in COUNTED:
        patient = locked(context, Patient, row.patient_id)  # type: ignore[attr-defined]  # each of COUNTED has one
        patient.marks += 1
        keep(context, patient)


def told(context: WriteContext, row: CareRelation) -> Line:
    """A relation as a target of its own entry, with its version: one that is put back later is named by verification.

    At use only its MAC and dates are looked at: a count per patient, as marks are, would change with every visit.
    """
    public = context.runtime.public
    kind = f"{RELATION}{public(row.patient_id, row.relation_id)}"
    return Line(public(row.patient_id, 0) if row.patient_id else "", "", kind, row.version)


def locked_record(context: WriteContext, patient: int, record: int) -> Record:
    """The record's row, locked and genuine; NotFound or Tampered otherwise."""
    found = Record.objects.select_for_update().defer(*PERIOD)
    row: Record | None = found.filter(pk=(patient, record)).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    return row


def keep_record(context: WriteContext, row: Record) -> None:
    """Seal and save a record's row after its state or labels changed."""
    context.runtime.sealer.seal(row)
    row.save(force_update=True)
