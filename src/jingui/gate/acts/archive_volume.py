"""三（二）2 病案册的一生: one volume, its loans, scans, entries; labels; what a count shows [3.2.2] [4.1.2]"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

import orjson

from jingui.core.archive import MOST_LABELS, LoanState, StockOutcome
from jingui.core.archive_asking import LabelsRequest, StocktakingRequest, VolumeRequest
from jingui.core.archive_codes import Labelled, read, shown
from jingui.core.archive_seen import Difference, Event, Label, ScanLine, TakingLine, Takings, VolumeView
from jingui.core.entry import Line
from jingui.core.errors import Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import archive
from jingui.gate import facts as f
from jingui.gate.archive_lines import (
    LOANS_FROM,
    VOLUMES_FROM,
    L,
    V,
    genuine,
    loan_lines,
    named,
    numbers,
    volume_lines,
    where,
    whose,
)
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.readers import LIFE_SQL, PERSON, reader_lines
from jingui.gate.registry import Done, read_act
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

EVENTS: Final = 200
PAGE: Final = 25
VOLUME_SQL: Final = f"""SELECT {V.sql}, v.payload, k.wrapped {VOLUMES_FROM}
LEFT JOIN patient_key k ON k.patient_id = v.patient_id AND k.retention_class = v.retention_class
WHERE v.patient_id = $1::bigint AND v.volume_id = $2::bigint"""
LOANS_SQL: Final = f"""SELECT {L.sql} {LOANS_FROM} WHERE l.patient_id = $1::bigint AND l.volume_id = $2::bigint
ORDER BY l.loan_id DESC LIMIT 50"""
S: Final = Columns()
S.sealed("s", "volume_scan")
S.add("s.payload IS NULL")
SCANS_SQL: Final = f"""SELECT {S.sql} FROM volume_scan s WHERE s.patient_id = $1::bigint AND s.volume_id = $2::bigint
ORDER BY s.scan_id LIMIT 200"""  # noqa: S608 -- own texts only
LABELS_SQL: Final = f"SELECT {V.sql} {VOLUMES_FROM} WHERE v.code = ANY($1::text[])"
P: Final = Columns()
P.sealed("p", "position")
P.add("r.name")
BOARDS_SQL: Final = f"""SELECT {P.sql} FROM position p JOIN storeroom r ON r.id = p.storeroom_id
WHERE (p.storeroom_id = $1::bigint OR p.code = ANY($2::text[])) AND p.ended IS NULL
ORDER BY p.id LIMIT 5000"""  # noqa: S608 -- own texts only
T: Final = Columns()
T.sealed("t", "stocktaking")
T.add("t.payload", "r.name")
TAKINGS_SQL: Final = f"""SELECT {T.sql}, (SELECT json_object_agg(x.outcome, x.n)::text FROM (
  SELECT outcome, count(*) AS n FROM stock_count c WHERE c.taking_id = t.id GROUP BY 1) x)
FROM stocktaking t JOIN storeroom r ON r.id = t.storeroom_id
WHERE $1::bigint = 0 OR t.id = $1::bigint ORDER BY t.state = 'open' DESC, t.id DESC LIMIT 50"""  # noqa: S608 -- own texts only
MISSING_SQL: Final = f"""SELECT {V.sql}, count(*) OVER () {VOLUMES_FROM}
WHERE p.storeroom_id = $1::bigint AND v.state = 'shelved'
  AND NOT EXISTS (SELECT 1 FROM stock_count c WHERE c.taking_id = $2::bigint AND c.code = v.code)
ORDER BY p.id, v.code LIMIT {PAGE} OFFSET $3::int"""  # noqa: S608 -- own texts only
SEEN_SQL: Final = f"""SELECT {V.sql}, count(*) OVER (), c.code, q.row, q.shelf, q.board FROM stock_count c
LEFT JOIN position q ON q.id = c.position_id LEFT JOIN volume v ON v.code = c.code
LEFT JOIN position p ON p.id = v.position_id AND v.position_id <> 0 LEFT JOIN storeroom r ON r.id = p.storeroom_id
WHERE c.taking_id = $1::bigint AND c.outcome = $2::text ORDER BY c.code LIMIT {PAGE} OFFSET $3::int"""  # noqa: S608 -- own texts only


@read_act(Verb.READ_VOLUME)
async def read_volume(context: ReadContext, permit: Permit) -> Done:
    """Where a volume is, who has it, what was scanned of it, and every entry that names it [3.2.2]."""
    data = cast(VolumeRequest, permit.operation.data)
    patient, runtime = permit.operation.target.patient, context.runtime
    if not patient or context.patient is None:
        raise NotFound()
    number = archive.number_of(runtime, data.volume, patient)
    found = await context.rows(VOLUME_SQL, patient, number)
    if not found:
        raise NotFound()
    one = genuine(context, V, "v", found[0])
    (line,) = await volume_lines(context, [one])
    loans = await loan_lines(context, [genuine(context, L, "l", row)
                                       for row in await context.rows(LOANS_SQL, patient, number)])  # fmt: skip
    said = words(context, one, found[0][-2], found[0][-1])
    named_ = f'"record":"{data.volume}"'.encode()
    events = await context.rows(LIFE_SQL, patient, named_, UUID(int=0), EVENTS)
    scans = [genuine(context, S, "s", row) for row in await context.rows(SCANS_SQL, patient, number)]
    people = await names_of(context).people(
        context, [*(row[PERSON] for row in events), *(row["person_id"] for row in scans)]
    )
    view = VolumeView(
        line=line, patient_name=name(context), contents=said.get("contents", ""), condition=said.get("condition", ""),
        position=one["p.code"] or "", loans=loans,
        scans=tuple(
            ScanLine(
                runtime.public(patient, row["scan_id"]), row["name"], row["media"], row["pages"], row["checked"],
                people.get(row["person_id"], NOBODY).name, row["at"], bool(row["payload IS NULL"]),
            )
            for row in scans
        ),
        events=tuple(Event(each.entry, each.at, each.verb, each.person)
                     for each in reader_lines(context, events, people)),
        borrowed=any(each.mine and each.state == LoanState.OPEN for each in loans),
    )  # fmt: skip
    return Done(value=view, lines=named(context, [one]))


def name(context: ReadContext) -> str:
    """Whose volume it is; "" when the identity was destroyed."""
    facts = context.patient
    if facts is None or facts.destroyed or facts.row[f.KI_WRAPPED] is None:
        return ""
    return str(context.face(facts).get("name", ""))


def words(context: ReadContext, one: Mapping[str, Any], payload: Any, wrapped: Any) -> dict[str, str]:
    """What is said of a volume in words; nothing when its class was destroyed."""
    if payload is None or wrapped is None:
        return {}
    key = context.runtime.vault.key(one["patient_id"], one["retention_class"], wrapped)
    plain = key.cipher.open(bytes(payload), archive.place_of(one["patient_id"], one["volume_id"], "volume"))
    found: dict[str, str] = orjson.loads(plain)
    return found


@read_act(Verb.PRINT_LABELS)
async def print_labels(context: ReadContext, permit: Permit) -> Done:
    """Labels of volumes, or of a room's boards: the code, and the 病案号 only where the setting says so [3.2.2]."""
    data = cast(LabelsRequest, permit.operation.data)
    ours = archive.prefix(context.runtime)
    if data.storeroom:
        boards = [genuine(context, P, "p", row) for row in await context.rows(BOARDS_SQL, data.storeroom, [])]
        return Done(value=tuple(map(board_label, boards)), lines=(Line("", str(data.storeroom), "storeroom", 0),))
    codes = tuple(dict.fromkeys(read(one, ours, Labelled.VOLUME, "codes") for one in data.codes))
    if not 1 <= len(codes) <= MOST_LABELS:
        raise Invalid(places=(("codes", N_("请扫描或输入 1 至 500 个病案册条码")),))
    rows = {row[V.at["v.code"]]: genuine(context, V, "v", row) for row in await context.rows(LABELS_SQL, list(codes))}
    missing = [shown(one) for one in codes if one not in rows]
    if missing:
        raise Invalid(N_("其中有本院没有登记的病案册。"), places=(("codes", "、".join(missing[:20])),))
    known: dict[int, tuple[str, bool]] = {}
    if (await loop_values(context.pipe, context.actor.epoch))["label_number"] == "yes":
        known = await numbers(context, [one["patient_id"] for one in rows.values()])
    labels = tuple(Label(code, number=known.get(rows[code]["patient_id"], ("", False))[0]) for code in codes)
    chosen = [rows[code] for code in codes]
    return Done(value=labels, lines=named(context, chosen), patients=whose(chosen))


def board_label(one: Mapping[str, Any]) -> Label:
    """A board's label."""
    return Label(one["code"], place=f"{one['r.name']} {one['row']}-{one['shelf']}-{one['board']}")


@read_act(Verb.READ_STOCKTAKING)
async def read_stocktaking(context: ReadContext, permit: Permit) -> Done:
    """Stock-takings and how far they are; of one, the codes of an outcome. Codes name no patient [3.2.2]."""
    data = permit.operation.data
    request = data if isinstance(data, StocktakingRequest) else StocktakingRequest()
    if request.outcome not in set(StockOutcome):
        raise Invalid(places=(("outcome", N_("没有这一项。")),))
    found = await context.rows(TAKINGS_SQL, request.taking)
    rows = [(genuine(context, T, "t", row), orjson.loads(row[-1] or "{}")) for row in found]
    people = await names_of(context).people(context, [one["person_id"] for one, _ in rows])
    lines = tuple(
        TakingLine(
            one["id"], one["storeroom_id"], one["r.name"], people.get(one["person_id"], NOBODY).name, one["state"],
            one["started"], one["ended"], one["expected"],
            {**counts, **({StockOutcome.MISSING.value: one["missing"]} if one["ended"] else {})},
        )
        for one, counts in rows
    )  # fmt: skip
    if not request.taking:
        return Done(value=Takings(rows=lines))
    if not rows:
        raise NotFound()
    one = rows[0][0]
    start = PAGE * (min(max(request.page, 1), 10_000) - 1)
    missing = request.outcome == StockOutcome.MISSING
    parts = (
        await context.rows(MISSING_SQL, one["storeroom_id"], one["id"], start) if missing
        else await context.rows(SEEN_SQL, one["id"], request.outcome, start)
    )  # fmt: skip
    told = ""
    if one["payload"] is not None:
        plain = context.runtime.vault.open_note(f"stock{one['id']}", bytes(one["payload"]))
        told = orjson.loads(plain)["explanation"]
    differences = tuple(difference(context, row, request.outcome) for row in parts)
    total = parts[0][len(V.names)] if parts else 0
    line = Line("", str(one["id"]), "stocktaking", one["version"])
    return Done(value=Takings(rows=lines, differences=differences, total=total, explanation=told), lines=(line,))


def difference(context: ReadContext, row: Sequence[Any], outcome: str) -> Difference:
    """A code of an outcome; what the house does not know has no volume."""
    at = V.at
    seen = "-".join(row[-3:]) if outcome != StockOutcome.MISSING and row[-3] is not None else ""
    if row[at["v.volume_id"]] is None:
        return Difference(row[len(V.names) + 1], outcome, "", "", seen, "")
    one = genuine(context, V, "v", row)
    public = context.runtime.public(one["patient_id"], one["volume_id"])
    return Difference(one["code"], outcome, public, where(one), seen, one["state"])
