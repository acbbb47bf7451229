"""四（二）1 封存: which sealings stand, what their lists say, what could be listed now [4.2.1]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.errors import NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.sealing import (
    Candidate,
    RoundShown,
    SealingLine,
    Sealings,
    SealingsRequest,
    SealingState,
    finished,
    listed,
)
from jingui.core.words import Hold, Verb
from jingui.gate import sealing as s
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act
from jingui.gate.sealing_present import signature_holds
from jingui.store.statements import Columns

MOST: Final = 200
ROW: Final = Columns()
ROW.sealed("s", "sealing")
ROW.add("s.payload")
LIST_SQL: Final = f"""SELECT {ROW.sql}, (SELECT count(*) FROM sealed_item i WHERE i.patient_id = s.patient_id
    AND i.sealing_id = s.sealing_id) FROM sealing s
WHERE ($1::bigint = 0 OR s.patient_id = $1::bigint) AND ($2::bool OR s.state <> 'unsealed')
ORDER BY s.starts DESC, s.sealing_id LIMIT {MOST}"""  # noqa: S608 -- own texts only
RECORD: Final = Columns()
RECORD.sealed("r", "record")
RECORD.add("r.status", "r.entered")
UNLISTED: Final = """NOT EXISTS (
  SELECT 1 FROM sealed_item i JOIN sealing s ON s.patient_id = i.patient_id AND s.sealing_id = i.sealing_id
  WHERE i.patient_id = r.patient_id AND i.record_id = r.record_id AND s.state <> 'unsealed')"""
UNLISTED_SQL: Final = f"""SELECT r.patient_id, r.kind, r.form, r.state, r.status, count(*)::int FROM record r
WHERE r.patient_id = ANY($1::bigint[]) AND {UNLISTED} GROUP BY 1, 2, 3, 4, 5"""  # noqa: S608 -- own texts only
RECORDS_SQL: Final = f"""SELECT {RECORD.sql} FROM record r WHERE r.patient_id = $1::bigint AND {UNLISTED}
ORDER BY r.entered, r.record_id LIMIT {s.MOST_RECORDS + 1}"""  # noqa: S608 -- own texts only
ITEM: Final = Columns()
ITEM.sealed("i", "sealed_item")
ITEM.sealed("h", "hold")
ITEMS_SQL: Final = f"""SELECT {ITEM.sql} FROM sealed_item i LEFT JOIN hold h ON h.patient_id = i.patient_id
  AND h.hold_id = i.hold_id WHERE i.patient_id = $1::bigint AND i.sealing_id = $2::bigint"""  # noqa: S608 -- own texts only
MERGED_SQL: Final = """SELECT p.patient_id FROM patient p WHERE p.linked_to = $1::bigint AND NOT p.destroyed
ORDER BY p.patient_id LIMIT 50"""
APPROVED_SQL: Final = """SELECT m.id FROM matter m WHERE m.patient_id = $1::bigint AND m.kind = 'sealing'
  AND m.state = 'executed' AND NOT EXISTS (SELECT 1 FROM sealing s WHERE s.matter = m.id) ORDER BY m.id"""


@read_act(Verb.READ_SEALINGS)
async def read_sealings(context: ReadContext, permit: Permit) -> Done:
    """All live sealings, or a patient's with what could be listed, or one with its lists and signatures [4.2.1]."""
    data = permit.operation.data
    request = data if isinstance(data, SealingsRequest) else SealingsRequest()
    patient = permit.operation.target.patient
    rows = await context.rows(LIST_SQL, patient, request.ended or bool(patient))
    found = [genuine(context, row) for row in rows]
    if not patient:
        return await everybody(context, found, later=request.later)
    waiting = await candidates(context, patient)
    lines = tuple(line(context, one, [each.finished for each in waiting]) for one in found)
    rounds: tuple[RoundShown, ...] = ()
    if request.sealing:
        public = context.runtime.public
        chosen = next((one for one in found if public(patient, one["sealing_id"]) == request.sealing), None)
        if chosen is None:
            raise NotFound()
        rounds = await opened(context, chosen)
        lines = tuple(one for one in lines if one.id == request.sealing)
    approved = tuple(row[0] for row in await context.rows(APPROVED_SQL, patient))
    name = str(context.face(context.patient).get("name", "")) if context.patient is not None else ""
    merged = tuple(context.runtime.public(row[0], 0) for row in await context.rows(MERGED_SQL, patient))
    value = Sealings(rows=lines, rounds=rounds, candidates=waiting, matters=approved, patient_name=name, merged=merged)
    return Done(value=value)


async def everybody(context: ReadContext, found: Sequence[dict[str, Any]], *, later: bool) -> Done:
    """Everybody's sealings, with names, the oldest question first; `later`: those with something to add."""
    added = await unlisted(context, found)
    if later:
        found = [one for one in found if any(ready for ready in added.get(one["patient_id"], ()))]
    patients = tuple(dict.fromkeys(one["patient_id"] for one in found))
    names = {}
    for facts in await context.about(patients):
        if facts is not None and not facts.destroyed:
            names[facts.patient] = str(context.face(facts).get("name", ""))
    lines = []
    for one in sorted(found, key=lambda row: (row["state"] == SealingState.UNSEALED, row["asks"])):
        waiting = added.get(one["patient_id"], ())
        lines.append(line(context, one, waiting, names.get(one["patient_id"], "")))
    return Done(
        value=Sealings(rows=tuple(lines)), patients=patients, lines=tuple(context.line(one) for one in patients)
    )


def genuine(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A sealing's columns; Tampered when it is not as Jingui wrote it."""
    group = ROW.groups["s"]
    get = {name.partition(".")[2]: row[place] for name, place in ROW.at.items()}
    if not context.runtime.sealer.holds("sealing", group.values(row), group.mac(row)):
        raise Tampered(where=f"sealing:{get['patient_id']}.{get['sealing_id']}")
    return {**get, "items": row[-1]}


async def unlisted(context: ReadContext, found: Sequence[dict[str, Any]]) -> dict[int, list[bool]]:
    """Of each patient with a live sealing the records that no list names: whether each is finished. Only counted here:
    drawing a list checks every row.
    """
    live = sorted({one["patient_id"] for one in found if one["state"] != SealingState.UNSEALED})
    out: dict[int, list[bool]] = {}
    for patient, kind, form, state, status, n in await context.rows(UNLISTED_SQL, live) if live else ():
        if listed(kind, state):
            ready = finished(state=state, status=status, signs=s.signs(form))
            out.setdefault(patient, []).extend([ready] * n)
    return out


def line(context: ReadContext, one: dict[str, Any], waiting: Sequence[bool], name: str = "") -> SealingLine:
    """A sealing in a list; `waiting`: the records that no list names, whether each is finished."""
    public, over = context.runtime.public, one["state"] == SealingState.UNSEALED
    return SealingLine(
        id=public(one["patient_id"], one["sealing_id"]), patient=public(one["patient_id"], 0), matter=one["matter"],
        state=one["state"], sides=one["sides"], starts=one["starts"], asks=one["asks"], settled=one["settled"],
        ends=one["ends"], unsealing=one["unsealing"], items=one["items"], name=name,
        waiting=0 if over else sum(waiting), unfinished=0 if over else sum(not ready for ready in waiting),
    )  # fmt: skip


async def candidates(context: ReadContext, patient: int) -> tuple[Candidate, ...]:
    """The records that no live sealing lists: finished ones could be listed now, the others later."""
    group, out = RECORD.groups["r"], []
    for row in await context.rows(RECORDS_SQL, patient):
        get = {name.partition(".")[2]: row[place] for name, place in RECORD.at.items()}
        if not context.runtime.sealer.holds("record", group.values(row), group.mac(row)):
            raise Tampered(where=f"record:{patient}.{get['record_id']}")
        if not listed(get["kind"], get["state"]):
            continue
        ready = finished(state=get["state"], status=get["status"], signs=s.signs(get["form"]))
        out.append(
            Candidate(
                context.runtime.public(patient, get["record_id"]), get["version"], get["kind"], get["form"],
                get["entered"], ready,
            )
        )  # fmt: skip
    return tuple(out)


async def opened(context: ReadContext, row: dict[str, Any]) -> tuple[RoundShown, ...]:
    """The lists of a sealing; Tampered when a list, an item or a lock is not as it was signed."""
    runtime, patient, number = context.runtime, row["patient_id"], row["sealing_id"]
    assert context.patient is not None  # noqa: S101 -- the act has a target
    body = s.open_body(context.identity_key(context.patient), patient, number, row["payload"])
    rounds, where = body["rounds"], f"sealing:{patient}.{number}"
    shown = []
    for n, one in enumerate(rounds, 1):
        stand = _Row(row)
        digest = s.list_digest(runtime, stand, rounds[:n])
        if n == len(rounds) and digest != bytes(row["list_digest"]):
            raise Tampered(where=where)
        package, present = one.get("package") or {}, one.get("present") or {}
        hospital = one.get("hospital") or {}
        shown.append(
            RoundShown(
                n=n, part=one["part"], drawn=s.moment(one["drawn"]), digest=digest.hex(), items=s.items_in(one),
                things=s.things_in(one), package=package.get("digest", ""), size=package.get("size", 0),
                medium=one.get("medium", ""), secret=package.get("secret", ""),
                signed=s.moment(one["signed"]) if one.get("signed") else None, present=present, hospital=hospital,
                holds=hospital.get("digest") == digest.hex() and signature_holds(runtime, hospital),
            )
        )  # fmt: skip
    await check_items(context, row, {(one.record, one.version): one.digest for r in shown for one in r.items})
    return tuple(shown)


class _Row:
    """The columns of a sealing that its list's digest needs."""

    def __init__(self, row: dict[str, Any]) -> None:
        """Take them from the statement's row."""
        self.patient_id, self.sealing_id, self.matter = row["patient_id"], row["sealing_id"], row["matter"]


async def check_items(context: ReadContext, row: dict[str, Any], wanted: dict[tuple[str, int], str]) -> None:
    """Tampered unless the rows of the items are those of the lists, and each record's lock stands until unsealed."""
    runtime, patient = context.runtime, row["patient_id"]
    items, holds, left = ITEM.groups["i"], ITEM.groups["h"], dict(wanted)
    for found in await context.rows(ITEMS_SQL, patient, row["sealing_id"]):
        get = {name: found[place] for name, place in ITEM.at.items()}
        where = f"sealed_item:{patient}.{get['i.item_id']}"
        if not runtime.sealer.holds("sealed_item", items.values(found), items.mac(found)):
            raise Tampered(where=where)
        if not get["i.record_id"]:
            continue
        place = (runtime.public(patient, get["i.record_id"]), get["i.record_version"])
        if left.pop(place, "") != bytes(get["i.digest"]).hex():
            raise Tampered(where=where)
        good = runtime.sealer.holds("hold", holds.values(found), holds.mac(found))
        locked = good and get["h.kind"] == Hold.DISPUTE_SEAL and not get["h.lifted"]
        if not good or (row["state"] != SealingState.UNSEALED and not locked):
            raise Tampered(where=f"hold:{patient}.{get['i.hold_id']}")
    if left:
        raise Tampered(where=f"sealing:{patient}.{row['sealing_id']}")
