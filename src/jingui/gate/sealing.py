"""四（二）1 封存: the rows of a sealing, what lies encrypted beside them, and the list that both sides sign [4.2.1]"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

import orjson

from jingui.core.errors import Conflict, Invalid, NotFound, Tampered
from jingui.core.sealing import Item, SealingState, Thing, finished, list_of, listed
from jingui.core.word import N_
from jingui.core.words import Hold
from jingui.crypto.canon import canon
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.formats import capture
from jingui.gate.entry_forms import extract_number
from jingui.gate.rows import PERIOD
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Hold as HoldRow
from jingui.store.models import Record, SealedItem, Sealing
from jingui.store.vault import seal_of

MOST_RECORDS = 2000  # in one list: a longer one is drawn in parts
KEY_SQL = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = 'identity'"
VERSION_SQL = """SELECT v.seal, v.payload, k.wrapped FROM record_version v
LEFT JOIN patient_key k ON k.patient_id = v.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
WHERE v.patient_id = $1::bigint AND v.record_id = $2::bigint AND v.version = $3::int"""
LIVE_SQL = """SELECT i.record_id FROM sealed_item i JOIN sealing s
  ON s.patient_id = i.patient_id AND s.sealing_id = i.sealing_id
WHERE i.patient_id = $1::bigint AND i.record_id <> 0 AND s.state <> 'unsealed'"""


class Opened(NamedTuple):
    """A sealing under lock: its row and what lies encrypted beside it."""

    row: Sealing
    body: dict[str, Any]
    key: DataKey

    @property
    def rounds(self) -> list[dict[str, Any]]:
        """Its lists, the first one first."""
        found: list[dict[str, Any]] = self.body["rounds"]
        return found


def identity_key(runtime: Runtime, patient: int) -> DataKey:
    """The patient's identity key; Gone when it was destroyed."""
    found = raw(KEY_SQL, patient)
    return runtime.vault.key(patient, "identity", found[0][0] if found else None)


def place(patient: int, sealing: int) -> bytes:
    """What the payload of a sealing is bound to."""
    return aad(patient, sealing, 0, "sealing", "payload")


def sealed_body(key: DataKey, patient: int, sealing: int, body: Mapping[str, Any]) -> bytes:
    """The payload, encrypted."""
    return key.cipher.seal(orjson.dumps(body), place(patient, sealing))


def open_body(key: DataKey, patient: int, sealing: int, payload: bytes | memoryview) -> dict[str, Any]:
    """The payload again; Tampered names the sealing."""
    try:
        return dict(orjson.loads(key.cipher.open(bytes(payload), place(patient, sealing))))
    except Tampered as error:
        raise Tampered(where=f"sealing:{patient}.{sealing}") from error


def number_of(runtime: Runtime, patient: int, public: str) -> int:
    """The sealing's number from its public id; NotFound for one of another patient."""
    pair = runtime.ids.internal(public) if public else None
    if pair is None or pair[0] != patient:
        raise NotFound()
    return pair[1]


def opened(context: WriteContext, number: int) -> Opened:
    """A sealing of the operation's patient, locked, genuine, opened; NotFound or Tampered otherwise."""
    patient = context.operation.target.patient
    row = Sealing.objects.select_for_update().filter(pk=(patient, number)).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    key = identity_key(context.runtime, patient)
    return Opened(row, open_body(key, patient, number, row.payload), key)


def list_digest(runtime: Runtime, row: Any, rounds: Sequence[Mapping[str, Any]]) -> bytes:
    """The digest of the newest list: what both sides sign."""
    sealing, patient = runtime.public(row.patient_id, row.sealing_id), runtime.public(row.patient_id, 0)
    return runtime.suite.digest(canon(list_of(sealing, patient, row.matter, len(rounds), rounds[-1])))


def signs(form: str) -> bool:
    """Whether documents of this template are finished only when they are signed."""
    template = capture.templates().get(form)
    return bool(form) and (template is None or template.signed)


def taken_out(runtime: Runtime, patient: int, record: int, known: Mapping[int, str]) -> Iterator[int]:
    """The numbers of what was ever taken out of a form, among the patient's records (number: kind).

    What a correction withdrew keeps its number, so the places of a kind have no gap.
    """
    for kind in sorted(set(known.values())):
        for place in count():
            number = extract_number(runtime, patient, record, kind, place)
            if known.get(number) != kind:
                break
            yield number


def candidates(context: WriteContext, wanted: Sequence[str]) -> list[Record]:
    """The finished records to be listed, locked and genuine, in the versions that stand at this moment.

    What was taken out of a form comes with it, so that nobody corrects by itself what the sealed form says. The lock
    makes a correction wait: it then finds the hold, or its version was the one that is listed.
    """
    patient = context.operation.target.patient
    live = {row[0] for row in raw(LIVE_SQL, patient)}
    numbers = [number_of(context.runtime, patient, one) for one in dict.fromkeys(wanted)]
    found = Record.objects.select_for_update().defer(*PERIOD).filter(patient_id=patient).order_by("record_id")
    rows = list(found.filter(record_id__in=numbers)) if numbers else list(found)
    if len(rows) < len(numbers):
        raise NotFound()
    if numbers:
        known = dict(Record.objects.filter(patient_id=patient).values_list("record_id", "kind"))
        parts = {part for one in rows if one.form for part in taken_out(context.runtime, patient, one.record_id, known)}
        rows += found.filter(record_id__in=parts - set(numbers))
    live |= {row[0] for row in raw(LIVE_SQL, patient)}  # another sealing may have held the locks until now
    out = []
    for row in sorted(rows, key=lambda one: one.record_id):
        fits = listed(row.kind, row.state)
        ready = fits and finished(state=row.state, status=row.status, signs=signs(row.form))
        chosen = row.record_id in numbers
        if chosen and row.record_id in live:
            raise Conflict(N_("所选记录已经封存，不能重复封存。"), N_("请在清单中去掉已封存的记录。"))
        if chosen and not ready:
            raise Invalid(N_("所选记录尚未完成，不能列入清单。"), N_("未完成的部分完成后补充封存。"),
                          places=(("records", context.runtime.public(patient, row.record_id)),))  # fmt: skip
        if ready and row.record_id not in live:
            context.runtime.sealer.check(row)
            out.append(row)
    if len(out) > MOST_RECORDS:
        raise Invalid(places=(("records", N_("记录过多，请分次列清单")),))
    return out


def content(context: WriteContext, row: Record) -> bytes:
    """What a record says in exactly this version; Tampered unless genuine."""
    patient = context.operation.target.patient
    found = raw(VERSION_SQL, patient, row.record_id, row.version)
    seal = seal_of(row.category, row.level, row.retention_class, row.kind, row.labels)
    if not found or found[0][0] != seal:
        raise Tampered(where=f"record:{patient}.{row.record_id}")
    vault = context.runtime.vault
    key = vault.key(patient, row.retention_class, found[0][2])
    return vault.open(key, patient, row.record_id, row.version, seal, bytes(found[0][1]))


def holds_of(patient: int, sealing: int) -> dict[int, int]:
    """The hold of every sealed record."""
    rows = SealedItem.objects.filter(patient_id=patient, sealing_id=sealing).exclude(hold_id=0)
    return {row.record_id: row.hold_id for row in rows}


def check_holds(context: WriteContext, row: Sealing) -> None:
    """Tampered when a hold of a live sealing is missing or was lifted past the door."""
    held = holds_of(row.patient_id, row.sealing_id)
    standing = HoldRow.objects.filter(patient_id=row.patient_id, hold_id__in=held.values())
    good = set()
    for one in standing:
        context.runtime.sealer.check(one)
        if not one.lifted and one.kind == Hold.DISPUTE_SEAL.value:
            good.add(one.hold_id)
    for record, hold in held.items():
        if hold not in good:
            raise Tampered(where=f"hold:{row.patient_id}.{hold} ({record})")


def items_in(round_: Mapping[str, Any]) -> tuple[Item, ...]:
    """The records of a list."""
    return tuple(Item(*one) for one in round_["items"])


def things_in(round_: Mapping[str, Any]) -> tuple[Thing, ...]:
    """Its paper and physical items."""
    return tuple(Thing(*one) for one in round_["things"])


def text(data: bytes) -> str:
    """Bytes as JSON holds them."""
    return b64encode(data).decode()


def data(text_: str) -> bytes:
    """The bytes again."""
    return b64decode(text_)


def standing(row: Any) -> SealingState:
    """Where a sealing stands."""
    return SealingState(row.state)


def moment(text_: str) -> datetime:
    """A moment as the list holds it."""
    return datetime.fromisoformat(text_)
