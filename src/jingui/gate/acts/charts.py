"""四（一）内部查阅: finding patients and the list of one's own, every row decided before it counts [4.1.1] [4.1.2]"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from jingui.core.access import ChartRequest, PatientLine, PatientSearch, WorkLine, Worklist
from jingui.core.collect import RosterRequest
from jingui.core.desk import DeskRequest
from jingui.core.entry import Line
from jingui.core.errors import Invalid, Tampered
from jingui.core.permit import Permit
from jingui.core.signatures import FilingCheck, WaitingRecords
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.gate import facts as f
from jingui.gate.charting import opened
from jingui.gate.consent_signs import NO_SIGNS, PRECAUTION, signs_of
from jingui.gate.context import ReadContext
from jingui.gate.desk import laid_out
from jingui.gate.entry_filing import filing_check
from jingui.gate.entry_lists import waiting
from jingui.gate.finding import Hit, find, joined, patient_line
from jingui.gate.names import names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.registry import Done, read_act
from jingui.gate.rosters import rosters
from jingui.store.statements import Columns
from jingui.store.vault import seal_parts

PAGE = 200  # the longest list in one answer
RECORD = Columns()
RECORD.sealed("r", "record")
RECORD.add("v.seal", "v.payload", "k.wrapped")
BODIES_SQL = f"""SELECT {RECORD.sql}
FROM record r JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = 0 AND v.version = r.version
JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = ANY($1::bigint[]) AND r.record_id = 0"""  # noqa: S608 -- own column names


def may_list(context: ReadContext, verb: Verb, facts: f.PatientFacts | None) -> bool:
    """Whether this patient may stand in a list for this actor."""
    return (
        facts is not None
        and not facts.destroyed
        and (context.may(verb, Category.BASIC, Level.ORDINARY, patient=facts).allow)
    )


@read_act(Verb.SEARCH_PATIENT)
async def search_patient(context: ReadContext, permit: Permit) -> Done:
    """Find patients by identity: those that may be learnt of, at most `count` and one to tell that there are more."""
    search = cast(PatientSearch, permit.operation.data)
    if not search.wanted:
        raise Invalid(N_("请给出姓名、证件号、病案号或电话之一。"), places=(("wanted", N_("没有条件")),))
    hits = await find(context, search)
    facts = await known(context, [n for hit in hits for n in (hit.patient, *hit.through)])
    allowed = {n for n, one in facts.items() if may_list(context, Verb.SEARCH_PATIENT, one)}
    lines: list[tuple[int, PatientLine]] = []
    for hit in hits:
        made = shown(context, hit, facts, allowed, len(search.wanted))
        if made is not None:
            lines.append((hit.patient, made))
    lines.sort(key=lambda pair: (pair[1].name, pair[1].birth, pair[0]))
    lines = lines[: min(max(search.count, 0), PAGE) + 1]
    if search.bodies and lines:
        lines = await with_bodies(context, lines, facts)
    targets = tuple(
        Line(line.id, line.id if line.body else "", "Patient" if line.body else "", line.version) for _, line in lines
    )
    return Done(
        value=tuple(line for _, line in lines), lines=targets, patients=tuple(number for number, _ in lines),
        note=search.words.encode(),
    )  # fmt: skip


async def known(context: ReadContext, patients: Sequence[int]) -> dict[int, f.PatientFacts]:
    """Facts by patient, in one statement for up to 256."""
    numbers = list(dict.fromkeys(patients))
    return {n: one for n, one in zip(numbers, await context.about(numbers), strict=True) if one is not None}


def shown(
    context: ReadContext, hit: Hit, facts: Mapping[int, f.PatientFacts], allowed: set[int], terms: int
) -> PatientLine | None:
    """The hit as a line; None unless every term matched a row that this actor may learn of."""
    if hit.patient not in allowed or len({n for n, start in hit.terms if start in allowed}) < terms:
        return None
    line = patient_line(context, facts[hit.patient])
    older = [patient_line(context, facts[n]) for n in hit.through if n in allowed]
    return None if line is None else joined(line, [one for one in older if one is not None])


async def with_bodies(
    context: ReadContext, lines: Sequence[tuple[int, PatientLine]], facts: Mapping[int, f.PatientFacts]
) -> list[tuple[int, PatientLine]]:
    """Add the Patient resource of those whose basic information may be read."""
    rows = {row[0]: row for row in await context.rows(BODIES_SQL, [number for number, _ in lines])}
    out = []
    for number, line in lines:
        row = rows.get(number)
        if row is not None:
            version, state, author = (row[RECORD.at[f"r.{name}"]] for name in ("version", "state", "author_id"))
            seal, payload, wrapped = row[-3:]
            group = RECORD.groups["r"]
            if not context.runtime.sealer.holds("record", group.values(row), group.mac(row)):
                raise Tampered(where=f"record:{number}.0")
            about = facts[number]
            category, level, retention = seal_parts(seal, f"record:{number}.0")  # what is bound decides, not the row
            if context.may(
                Verb.READ, Category(category), Level(level), patient=about, state=RecordState(state), author=author
            ).allow:
                vault = context.runtime.vault
                key = vault.key(number, retention, wrapped)
                line = line._replace(body=vault.open(key, number, 0, version, seal, payload), version=version)
        out.append((number, line))
    return out


LIST_SQL = """WITH e AS (
  SELECT DISTINCT ON (e.patient_id) e.patient_id, e.encounter_id, e.kind, e.starts, e.attending_id FROM encounter e
  WHERE e.state = 'open' AND {where} ORDER BY e.patient_id, e.starts DESC, e.encounter_id)
SELECT * FROM e WHERE (e.starts, e.patient_id) < ($2::timestamptz, $3::bigint)
ORDER BY e.starts DESC, e.patient_id DESC LIMIT $4::int"""
WARD_SQL = LIST_SQL.format(where="e.department_id = ANY($1::bigint[])")
MINE_SQL = LIST_SQL.format(
    where="""e.patient_id IN (SELECT c.patient_id FROM care_relation c WHERE c.person_id = $1::bigint
      AND c.kind NOT IN ('self', 'guardian') AND c.starts <= $5::timestamptz
      AND (c.ends IS NULL OR c.ends > $5::timestamptz))"""
)
END = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


@read_act(Verb.LIST)
async def worklist(context: ReadContext, permit: Permit) -> Done:
    """Patients with an open visit in the actor's department, or those the actor treats; nobody the rules hide."""
    if isinstance(permit.operation.data, WaitingRecords):
        return await waiting(context, permit, permit.operation.data)
    if isinstance(permit.operation.data, RosterRequest):
        return await rosters(context, permit, permit.operation.data)
    if isinstance(permit.operation.data, FilingCheck):
        return await filing_check(context, permit, permit.operation.data)
    if isinstance(permit.operation.data, DeskRequest):
        return await laid_out(context, permit, permit.operation.data)
    data = permit.operation.data if isinstance(permit.operation.data, Worklist) else Worklist()
    count = min(max(data.count, 1), PAGE)
    at, patient = read_cursor(data.cursor) if data.cursor else (END, 0)
    if data.mine:
        rows = await context.rows(MINE_SQL, context.actor.person, at, patient, count + 1, permit.at)
    else:
        rows = await context.rows(WARD_SQL, sorted(context.actor.departments), at, patient, count + 1)
    more = cursor(rows[count - 1][3], rows[count - 1][0]) if len(rows) > count else ""
    facts = await known(context, [row[0] for row in rows[:count]])
    people = await names_of(context).people(context, [row[4] for row in rows[:count]])
    signs = await signs_of(context, facts)
    lines: list[WorkLine] = []
    numbers: list[int] = []
    warned: list[Line] = []
    for number, _, kind, starts, attending in rows[:count]:
        about = facts.get(number)
        if about is None or not may_list(context, Verb.LIST, about):
            continue
        line = patient_line(context, about)
        if line is not None and (line.alias or not hides(context, about)):
            name = people[attending].name if attending in people else ""
            sign = signs.get(number, NO_SIGNS)
            lines.append(WorkLine(line, kind, starts, name, sign.precautions, sign.owed[0].due if sign.owed else None))
            numbers.append(number)
            warned += [context.line(number, kind=PRECAUTION)] * bool(sign.precautions)
    targets = (*(context.line(number) for number in numbers), *warned)
    return Done(value=tuple(lines), lines=targets, patients=tuple(numbers), more=more)


def hides(context: ReadContext, about: f.PatientFacts) -> bool:
    """Whether this patient could not be found by the actor either: a list never shows more than a search."""
    return (
        about.restricted and not context.may(Verb.SEARCH_PATIENT, Category.BASIC, Level.ORDINARY, patient=about).allow
    )


@read_act(Verb.OPEN_CHART)
async def open_chart(context: ReadContext, permit: Permit) -> Done:
    """Open a chart: header, visits, one page of what this actor may read, and how much of it they may not."""
    request = permit.operation.data if isinstance(permit.operation.data, ChartRequest) else ChartRequest()
    return await opened(context, permit, request)
