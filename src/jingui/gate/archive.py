"""三（二）2 纸质病案: volumes as the store has them: genuine, locked, under their codes and keys [3.2.2] [6.1.4]"""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Final

from jingui.core.archive_codes import RANDOM_BITS, Labelled, house, made, read, shown
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Tampered, Unavailable
from jingui.core.word import N_
from jingui.core.words import Shelf
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate.rows import locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Loan, Patient, Position, Storeroom, Volume
from jingui.store.models.sealed import Sealed
from jingui.store.statements import KEYS_LOCK

VOLUME: Final = "volume"  # the kind of a target that is a volume
KEY_SQL: Final = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text"
MAKE_KEY_SQL: Final = """INSERT INTO patient_key (patient_id, retention_class, segment, wrapped, created)
VALUES ($1::bigint, $2::text, $3::int, $4::bytea, $5::timestamptz) ON CONFLICT DO NOTHING"""
CODES_SQL: Final = """SELECT code FROM volume WHERE code = ANY($1::text[])
UNION ALL SELECT code FROM position WHERE code = ANY($1::text[])
UNION ALL SELECT number FROM waste_bag WHERE number = ANY($1::text[])"""


def prefix(runtime: Runtime) -> str:
    """The three characters by which this house knows its own labels."""
    return house(runtime.suite.digest(runtime.keyring.key("archive-labels")))


def fresh_codes(runtime: Runtime, kind: Labelled, count: int) -> list[str]:
    """Codes that nothing bears yet."""
    ours, out = prefix(runtime), dict[str, None]()
    while len(out) < count:
        drawn = [made(ours, kind, int.from_bytes(os.urandom(8), "big") % (1 << RANDOM_BITS)) for _ in range(count)]
        taken = {row[0] for row in raw(CODES_SQL, drawn)}
        out |= dict.fromkeys(one for one in drawn if one not in taken)
    return list(out)[:count]


def keep_new(context: WriteContext, rows: Sequence[Sealed]) -> None:
    """Seal many new rows of one table under this operation's entry and insert them in one statement."""
    if not rows:
        return
    for row in rows:
        row.entry = context.entry
        context.runtime.sealer.seal(row)
    type(rows[0])._default_manager.bulk_create(rows)


def keep_changed(context: WriteContext, rows: Sequence[Sealed], fields: Sequence[str]) -> None:
    """Seal many changed rows of one table under this operation's entry and update them in one statement."""
    if not rows:
        return
    for row in rows:
        row.entry = context.entry
        row.version += 1
        context.runtime.sealer.seal(row)
    type(rows[0])._default_manager.bulk_update(rows, [*fields, "version", "entry", "mac"])


def number_of(runtime: Runtime, public: str, patient: int, place: str = "volume") -> int:
    """The number behind a public id of this patient's; NotFound for any other."""
    pair = runtime.ids.internal(public) if public else None
    if pair is None or pair[0] != patient or not pair[1]:
        raise NotFound()
    return pair[1]


def volume_of(context: WriteContext, public: str) -> Volume:
    """The volume of the operation's patient, locked and genuine; Gone for one that was destroyed."""
    patient = context.operation.target.patient
    if not patient:
        raise NotFound()
    row = locked(context, Volume, (patient, number_of(context.runtime, public, patient)))
    if row.state == Shelf.DESTROYED:
        raise Gone()
    return row


def volumes_by_code(context: WriteContext, codes: Iterable[str], most: int, place: str = "codes") -> list[Volume]:
    """The volumes of these scans, each once, locked and genuine, in the order scanned; Invalid names what is none."""
    ours = prefix(context.runtime)
    wanted = dict.fromkeys(read(one, ours, Labelled.VOLUME, place) for one in codes)
    if not wanted:
        raise Invalid(places=((place, N_("请扫描或输入病案册条码")),))
    if len(wanted) > most:
        raise Invalid(places=((place, N_("一次扫描的条码过多，请分批办理")),))
    # locked in one order by everybody: two lists of the same volumes never wait for each other
    rows = Volume.objects.select_for_update().filter(code__in=list(wanted)).order_by("patient_id", "volume_id")
    found = {row.code: row for row in rows}
    missing = [shown(code) for code in wanted if code not in found]
    if missing:
        raise Invalid(N_("其中有本院没有登记的病案册。"), places=((place, "、".join(missing[:20])),))
    for row in found.values():
        context.runtime.sealer.check(row)
    gone = [shown(row.code) for row in found.values() if row.state == Shelf.DESTROYED]
    if gone:
        raise Conflict(N_("其中有已经销毁的病案册。"), N_("请核对实物，并报告病案室负责人。"), codes=tuple(gone[:20]))
    return [found[code] for code in wanted]


def position_by_code(context: WriteContext, code: str, place: str = "position") -> Position:
    """The board of this label, locked and genuine, its room still in use; Invalid otherwise."""
    wanted = read(code, prefix(context.runtime), Labelled.POSITION, place)
    row = Position.objects.select_for_update().filter(code=wanted, ended=None).first()
    if row is None:
        raise Invalid(places=((place, N_("没有这个架位")),))
    context.runtime.sealer.check(row)
    return row


def storeroom_of(context: WriteContext, number: int) -> Storeroom:
    """The room in use, locked and genuine."""
    row = locked(context, Storeroom, number)
    if row.ended is not None:
        raise Conflict(N_("该库房已停用。"))
    return row


def class_key(context: WriteContext, patient: int, retention_class: str) -> DataKey:
    """The data key of a patient's class, made with its first use; a new one opens until the commit [3.1.1]."""
    runtime = context.runtime
    found = raw(KEY_SQL, patient, retention_class)
    if not found:
        locked(context, Patient, patient)  # a destruction of the class waits for this, or this for it
        raw("SELECT pg_advisory_xact_lock_shared($1::bigint)", KEYS_LOCK)
        keyring = runtime.keyring
        keyring.refresh()
        key = keyring.new_data_key(patient, retention_class)
        wrapped = keyring.wrap(key)
        raw(MAKE_KEY_SQL, patient, retention_class, keyring.segment(patient, retention_class), wrapped,
            runtime.clock.now())  # fmt: skip
        found = raw(KEY_SQL, patient, retention_class)
    try:
        return runtime.vault.key(patient, retention_class, found[0][0])
    except Tampered as error:
        raise Unavailable(where="keys") from error


def place_of(patient: int, number: int, part: str) -> bytes:
    """What a volume's payload or a scan is bound to."""
    return aad(patient, number, 0, "archive", part)


def lines(context: WriteContext, rows: Iterable[Any]) -> tuple[Line, ...]:
    """Volumes as targets of the entry, with their versions."""
    public = context.runtime.public
    return tuple(
        Line(public(row.patient_id, 0), public(row.patient_id, row.volume_id), VOLUME, row.version) for row in rows
    )


def patients(rows: Iterable[Any]) -> tuple[int, ...]:
    """Whose they are, each once."""
    return tuple(dict.fromkeys(row.patient_id for row in rows))


def open_loan(context: WriteContext, row: Volume) -> Loan | None:
    """The volume's open loan, locked and genuine."""
    found = (
        Loan.objects.select_for_update()
        .filter(patient_id=row.patient_id, volume_id=row.volume_id, state="open")
        .first()
    )
    if found is not None:
        context.runtime.sealer.check(found)
    return found
