"""二（一）2 采集手段: messages of registered sources: proven, taken once, never older over newer [2.1.2] [2.2.3]

The source's row is read and checked under the very epoch that the batch commits under: one that was ended a moment ago
enters nothing. What was taken before is answered as then.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from jingui.core.enter import Change, Merging, Submission
from jingui.core.errors import Conflict, JinguiError, Refused, Tampered, Unprocessable
from jingui.core.operation import Operation
from jingui.core.word import N_
from jingui.core.words import Category
from jingui.formats.fhir_tokens import ANY
from jingui.gate.numbering import Numbers, Place
from jingui.gate.runtime import Runtime
from jingui.store.statements import Columns

SOURCE = Columns()
SOURCE.sealed("s", "source")
SOURCE_AT = SOURCE.at
ARRIVED_SQL = f"""SELECT q.ord, m.digest, m.entry, {SOURCE.sql}
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY q(source, control, ord)
LEFT JOIN source s ON s.id = q.source
LEFT JOIN source_message m ON m.source_id = q.source AND m.control = q.control"""  # noqa: S608 -- own column names
FIRST = 3  # the source's columns begin here
ORDERS_SQL = """SELECT o.patient_id, o.record_id, o.sequence FROM unnest($1::bigint[], $2::bigint[]) q(patient, record)
JOIN record_order o ON o.patient_id = q.patient AND o.record_id = q.record"""
ORDER_SQL = """INSERT INTO record_order (patient_id, record_id, sequence)
SELECT patient, record, max(sequence) FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u(patient, record, sequence)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (patient_id, record_id) DO UPDATE SET sequence = greatest(record_order.sequence, excluded.sequence)"""
VISIT_SQL = """SELECT r.record_id FROM record r
WHERE r.patient_id = $1::bigint AND r.kind = 'Encounter' AND r.tokens @> ARRAY[$2::bigint] LIMIT 2"""
FREE = frozenset({"Provenance"})  # the message itself: every source keeps what it sent
LISTS = frozenset({"identifier"})  # what a message does not name stays in these
MERGED = frozenset({"Patient", "Encounter"})  # the others come whole: a report replaces its former wording
CHOICES = ("deceased", "multipleBirth")  # elements of which only one form may stand
Rows = Callable[..., Awaitable[Sequence[Any]]]


class Arrival(NamedTuple):
    """A message of a source that may send: what it may tell of, and the entry under which it was taken before."""

    code: str
    categories: frozenset[Category]
    digest: bytes
    before: UUID | None


def digest_of(runtime: Runtime, source: int, control: str, digest: bytes) -> bytes:
    """What is kept of a message's content: a keyed hash, since a plain one could be guessed at."""
    return runtime.sealer.mac("source_message", (source, control, digest))


async def arrived(
    runtime: Runtime, rows: Rows, operations: Sequence[Operation], at: datetime
) -> list[Arrival | JinguiError | None]:
    """What is known of each operation's message: None for those that are none, the error of those not to be taken."""
    out: list[Arrival | JinguiError | None] = [None] * len(operations)
    taken = [cast(Submission, one.data).message for one in operations]
    asked = [(i, message) for i, message in enumerate(taken) if message is not None]
    if not asked:
        return out
    found = await rows(ARRIVED_SQL, [m.source for _, m in asked], [m.control for _, m in asked])
    for row in found:
        i, message = asked[row[0] - 1]
        digest = digest_of(runtime, message.source, message.control, message.digest)
        out[i] = arrival(runtime, row, operations[i], digest, at)
    return out


def arrival(
    runtime: Runtime, row: Sequence[Any], operation: Operation, digest: bytes, at: datetime
) -> Arrival | JinguiError:
    """One row of ARRIVED_SQL."""
    group = SOURCE.groups["s"]
    values = tuple(row[FIRST + group.start : FIRST + group.stop])
    get = {name: values[place] for name, place in SOURCE_AT.items()}
    if get["s.id"] is None:
        return unregistered()
    if not runtime.sealer.holds(group.table, values, row[FIRST + group.stop]):
        return Tampered(where=f"source:{get['s.id']}")
    ended = get["s.state"] != "active" or (get["s.until"] is not None and get["s.until"] <= at)
    if ended or get["s.account_id"] != operation.actor.account:
        return unregistered()
    if row[1] is not None and bytes(row[1]) != digest:
        return Conflict(N_("同一控制号的报文内容不同，未被收录。"), N_("请用新的控制号重新发送。"))
    known = {str(one): one for one in Category}
    categories = frozenset(known[name] for name in get["s.categories"] if name in known)
    return Arrival(get["s.code"], categories, digest, row[2] if row[1] is not None else None)


def unregistered() -> Refused:
    """The refusal of what comes from no registered source."""
    return Refused(
        N_("来源未登记或已停用，未被收录。"), N_("请由信息部门登记该来源后再发送。"), clauses=("2.1.2",),
        reason="source",
    )  # fmt: skip


def allowed(arrival: Arrival, change: Change, category: Category, exists: bool) -> None:
    """Refused unless the source may tell of this; Unprocessable for a patient or visit that it only may name."""
    if category in arrival.categories or change.resource["resourceType"] in FREE:
        return
    if change.merging is not None and change.merging.anchor and not exists:
        place = "PID-3" if change.resource["resourceType"] == "Patient" else "PV1-19"
        raise Unprocessable(
            N_("报文所指的患者或就诊尚未登记，未被收录。"), N_("请先由登记来源发送患者和就诊信息，再重新发送。"),
            places=((place, N_("本院没有该编号")),),
        )  # fmt: skip
    raise Refused(
        N_("该来源不得提供此类信息，未被收录。"), N_("如确需提供，请变更来源登记的信息类别。"), clauses=("2.1.2",),
        reason="source_category",
    )  # fmt: skip


async def orders(
    rows: Rows, submissions: Sequence[Submission], numbered: Sequence[Numbers | JinguiError]
) -> Mapping[tuple[int, int], str]:
    """The last event of each record that a message may change."""
    wanted = {
        place[:2]
        for submission, numbers in zip(submissions, numbered, strict=True)
        if submission.message is not None and not isinstance(numbers, JinguiError)
        for change, place in zip(submission.changes, numbers.places, strict=True)
        if change.merging is not None and change.merging.sequence and not place.new_patient
    }
    if not wanted:
        return {}
    listed = sorted(wanted)
    found = await rows(ORDERS_SQL, [one[0] for one in listed], [one[1] for one in listed])
    return {(row[0], row[1]): row[2] for row in found}


def older(merging: Merging, place: Place, leader: Place | None, known: Mapping[tuple[int, int], str]) -> bool:
    """Whether something newer was told of this record, or of the one that it follows."""
    if not merging.sequence:
        return False
    return any(known.get(one[:2], "") > merging.sequence for one in (place, leader) if one is not None)


def met(stored: Mapping[str, Any], told: dict[str, Any], merging: Merging) -> dict[str, Any]:
    """What a message makes of a stored resource: what it leaves out stays, what it clears goes."""
    for path in merging.defaults:
        head, _, rest = path.partition(".")
        inner = stored.get(head)
        if rest and isinstance(inner, Mapping) and rest in inner:
            told = {**told, head: {name: one for name, one in told.get(head, {}).items() if name != rest}}
        elif not rest and head in stored:
            told = {name: one for name, one in told.items() if name != head}
    if told["resourceType"] not in MERGED:
        return told
    either = tuple(one for one in CHOICES if any(name.startswith(one) for name in told))
    out = {n: one for n, one in stored.items() if n not in ("id", "meta") and not (either and n.startswith(either))}
    for name, value in told.items():
        before = out.get(name)
        if isinstance(value, dict) and isinstance(before, dict) and name == "period":
            out[name] = {**before, **value}
        elif name in LISTS and isinstance(before, list):
            out[name] = [*value, *(one for one in before if numbers_of(one) not in [numbers_of(v) for v in value])]
        else:
            out[name] = value
    for path in merging.cleared:
        head, _, rest = path.partition(".")
        for name in [name for name in out if name == head or (head == "deceased" and name.startswith(head))]:
            if rest and isinstance(out[name], Mapping):
                out[name] = {key: one for key, one in out[name].items() if key != rest}
            elif not rest:
                del out[name]
    return out


def numbers_of(identifier: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes an identifier the one it is: its system, else its kind, and its value."""
    kinds = (identifier.get("type") or {}).get("coding") or [{}]
    return (identifier.get("system") or "", str(kinds[0].get("code", "")), str(identifier.get("value", "")))


async def found_visits(
    runtime: Runtime, rows: Rows, submission: Submission, numbers: Numbers, keys: Mapping[int, Mapping[str, Any]],
    encounters: Mapping[int, Mapping[int, Any]],
) -> Numbers:  # fmt: skip
    """Visits that another way of entry registered: the same number in the chart means the same visit."""
    if submission.message is None:
        return numbers
    places, mapping = list(numbers.places), dict(numbers.mapping)
    for i, (change, place) in enumerate(zip(submission.changes, numbers.places, strict=True)):
        if change.resource["resourceType"] != "Encounter" or place.record in encounters.get(place.patient, {}):
            continue
        key = keys.get(place.patient, {}).get("identity")
        if key is None or not encounters.get(place.patient):
            continue
        value = change.resource["identifier"][0]["value"]
        hits = await rows(VISIT_SQL, place.patient, key.token("identifier", ANY, value))
        if len(hits) == 1:
            places[i] = Place(place.patient, hits[0][0])
            mapping[change.full_url] = f"Encounter/{runtime.public(place.patient, hits[0][0])}"
    return Numbers(places=tuple(places), mapping=mapping)
