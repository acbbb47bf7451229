"""三（二）2 病案流转看板: case files by stage, overdue first; deficiencies; 归档率 [3.2.2] [7.2.1]

Clinical staff see their own department's; an entry names every case file that a page shows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.access import PatientLine, PatientSearch
from jingui.core.calendars import CHINA
from jingui.core.custody import (
    DONE,
    KEPT,
    WHOLE,
    CaseFilesRequest,
    DeficienciesRequest,
    RatesRequest,
    due_at,
    month_span,
    overdue_before,
)
from jingui.core.custody_shown import (
    CaseFiles,
    CaseLine,
    Deficiencies,
    DeficiencyLine,
    RateLine,
    Rates,
    Round,
    StageCount,
)
from jingui.core.entry import Line
from jingui.core.errors import Invalid, Tampered
from jingui.core.permit import Permit
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import Role, Stage
from jingui.gate import case_files_counts as counts
from jingui.gate.case_files import unsealed
from jingui.gate.context import ReadContext
from jingui.gate.entry_drafts import face_or_number
from jingui.gate.finding import find
from jingui.gate.names import NOBODY, names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.registry import Done
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

CASE = Columns()
CASE.sealed("c", "case_file")
CASE.add("e.kind", "d.n", "s.changed", "c.version")
JOINED: Final = """FROM case_file c
JOIN encounter e ON e.patient_id = c.patient_id AND e.encounter_id = c.encounter_id
LEFT JOIN LATERAL (SELECT count(*)::int AS n FROM deficiency x WHERE x.patient_id = c.patient_id
  AND x.file_id = c.file_id AND x.state IN ('open', 'answered')) d ON true
LEFT JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM record r JOIN record_version v ON v.patient_id = r.patient_id
    AND v.record_id = r.record_id WHERE r.patient_id = c.patient_id AND r.encounter_id = c.encounter_id
    AND v.entered > (SELECT max(t.at) FROM case_step t WHERE t.patient_id = c.patient_id AND t.file_id = c.file_id
      AND t.after IN ('final', 'filed'))) AS changed) s ON c.stage IN ('final', 'filed', 'shelved')"""
LATE: Final = "c.stage NOT IN ('filed', 'shelved') AND c.discharged < (CASE WHEN e.kind = ANY($2::text[]) THEN $3::timestamptz ELSE $4::timestamptz END)"  # noqa: E501 -- one condition
WHERE: Final = f"""WHERE c.ended IS NULL AND ($1::bigint = 0 OR c.department_id = $1::bigint)
  AND ($5::bigint = 0 OR c.attending_id = $5::bigint) AND (NOT $6::bool OR ({LATE}))
  AND ($7::bigint[] IS NULL OR c.patient_id = ANY($7::bigint[]))
  AND c.discharged >= $8::timestamptz AND c.discharged < $9::timestamptz"""
STAGED: Final = """AND CASE $10::text WHEN 'all' THEN true WHEN '' THEN c.stage NOT IN ('filed', 'shelved')
  ELSE c.stage = $10::text END"""
BOARD_SQL: Final = f"""SELECT {CASE.sql} {JOINED} {WHERE} {STAGED}
  AND (c.discharged, c.file_id) > ($11::timestamptz, $12::bigint)
ORDER BY c.discharged, c.file_id LIMIT $13::int"""
NEWEST_SQL: Final = f"""SELECT {CASE.sql} {JOINED} {WHERE} {STAGED}
  AND (c.discharged, c.file_id) < ($11::timestamptz, $12::bigint)
ORDER BY c.discharged DESC, c.file_id DESC LIMIT $13::int"""
COUNT_SQL: Final = f"""SELECT c.stage, count(*)::int, (count(*) FILTER (WHERE {LATE}))::int FROM case_file c
JOIN encounter e ON e.patient_id = c.patient_id AND e.encounter_id = c.encounter_id {WHERE} GROUP BY 1"""  # noqa: S608 -- own texts only
DEFICIENT = Columns()
DEFICIENT.sealed("d", "deficiency")
DEFICIENT.add("d.payload", "k.wrapped", "c.retention_class", "c.department_id")
DEFICIENT_JOINED: Final = """FROM deficiency d
JOIN case_file c ON c.patient_id = d.patient_id AND c.file_id = d.file_id
LEFT JOIN patient_key k ON k.patient_id = d.patient_id AND k.retention_class = c.retention_class"""
DEFICIENT_SQL: Final = f"""SELECT {DEFICIENT.sql} {DEFICIENT_JOINED} WHERE c.ended IS NULL
  AND ($1::bigint = 0 OR d.author_id = $1::bigint) AND ($2::bigint = 0 OR c.department_id = $2::bigint)
  AND CASE $3::text WHEN 'open' THEN d.state = 'open' WHEN 'answered' THEN d.state = 'answered'
    WHEN 'overdue' THEN d.state = 'open' AND d.due < $4::timestamptz ELSE d.state IN ('open', 'answered') END
  AND (d.due, d.deficiency_id) > ($5::timestamptz, $6::bigint)
ORDER BY d.due, d.deficiency_id LIMIT $7::int"""
FIRST: Final = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
LAST: Final = datetime.fromisoformat("9999-12-01T00:00:00+00:00")
SHORT_KINDS: Final = [kind.value for kind, row in KEPT.items() if row.stages != WHOLE]
CLINICAL: Final = frozenset({Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE})
MOST: Final = 100
LIMITS: Final = ("filing_rate_first", "filing_rate_second", "filing_rate_third")


def reach(context: ReadContext, department: int) -> int:
    """Whose case files are shown: what was asked, for clinical staff their own department's alone."""
    return context.actor.department if context.actor.role in CLINICAL else department


async def board(context: ReadContext, permit: Permit, data: CaseFilesRequest) -> Done:
    """Every stage with its counts, and one page of case files."""
    values = await loop_values(context.pipe, context.actor.epoch)
    first, last = span(data.month)
    patients = None
    if data.number.strip():
        wanted = ((("mrn", data.number.strip()),),)
        hits = await find(context, PatientSearch(wanted=wanted))
        patients = [number for hit in hits for number in (hit.patient, *hit.through)]
    if data.stage not in ("", "all", *set(Stage)):
        raise Invalid(places=(("stage", N_("没有这一项。")),))
    common = (
        reach(context, data.department), SHORT_KINDS, *limits(permit.at, values), data.person, data.overdue, patients,
        first, last,
    )  # fmt: skip
    count = min(max(data.count, 1), MOST)
    place = read_cursor(data.cursor) if data.cursor else (LAST if data.newest else FIRST, 0)
    sql = NEWEST_SQL if data.newest else BOARD_SQL
    stage = "all" if patients is not None and not data.stage else data.stage
    rows = await context.rows(sql, *common, stage, *place, count + 1)
    found = {row[0]: StageCount(*row) for row in await context.rows(COUNT_SQL, *common)}
    shown = rows[:count]
    lines = await case_lines(context, permit, shown, values)
    departments = await names_of(context).departments(context)
    at = CASE.at
    last_row = shown[-1] if shown else None
    more = cursor(last_row[at["c.discharged"]], last_row[at["c.file_id"]]) if last_row and len(rows) > count else ""
    return Done(
        value=CaseFiles(
            stages=tuple(found.get(one.value, StageCount(one.value, 0, 0)) for one in Stage), rows=tuple(lines),
            departments=tuple(sorted(departments.items(), key=lambda one: one[1])),
        ),
        lines=tuple(named(context, row) for row in shown), patients=tuple({row[0]: None for row in shown}),
        more=more, note=data.number.encode(),
    )  # fmt: skip


def limits(at: datetime, values: Mapping[str, Value]) -> tuple[datetime, datetime]:
    """Visits that ended before these moments are overdue: of the short line, of the whole one."""
    days = (int(values["outpatient_file_days"]), int(values["case_file_days"]))
    return overdue_before(at, days[0]), overdue_before(at, days[1])


def span(month: str) -> tuple[datetime, datetime]:
    """The month's moments, or all."""
    if not month:
        return FIRST, LAST
    try:
        return month_span(month)
    except ValueError as error:
        raise Invalid(places=(("month", N_("请写成 2026-11 这样的月份")),)) from error


def named(context: ReadContext, row: Sequence[Any]) -> Line:
    """A case file as a target of the entry."""
    at = CASE.at
    return context.line(row[at["c.patient_id"]], row[at["c.file_id"]], "case_file", row[at["c.version"]])


async def case_lines(
    context: ReadContext, permit: Permit, rows: Sequence[Sequence[Any]], values: Mapping[str, Value]
) -> list[CaseLine]:
    """Case files as a list shows them, each genuine."""
    at, group = CASE.at, CASE.groups["c"]
    numbers = list(dict.fromkeys(row[at["c.patient_id"]] for row in rows))
    about = dict(zip(numbers, await context.about(numbers), strict=True)) if numbers else {}
    people = await names_of(context).people(context, [row[at["c.attending_id"]] for row in rows])
    departments = await names_of(context).departments(context)
    out = []
    for row in rows:
        patient, file = row[at["c.patient_id"]], row[at["c.file_id"]]
        if not context.runtime.sealer.holds("case_file", group.values(row), group.mac(row)):
            raise Tampered(where=f"case_file:{patient}.{file}")
        kind, stage = row[at["e.kind"]], row[at["c.stage"]]
        due = due_at(kind, row[at["c.discharged"]], values)
        out.append(
            CaseLine(
                id=context.runtime.public(patient, file), patient=face_or_number(context, patient, about[patient]),
                stage=stage, since=row[at["c.since"]], discharged=row[at["c.discharged"]], due=due,
                overdue=stage not in DONE and due <= permit.at,
                department=departments.get(row[at["c.department_id"]], ""),
                attending=people.get(row[at["c.attending_id"]], NOBODY).name, grade=row[at["c.grade"]], kind=kind,
                deficiencies=row[at["d.n"]] or 0, changed=bool(row[at["s.changed"]]),
            )
        )  # fmt: skip
    return out


async def deficiencies(context: ReadContext, permit: Permit, data: DeficienciesRequest) -> Done:
    """Deficiencies that are not settled, the earliest deadline first; `mine` are the asker's own to mend."""
    mine = permit.person if data.mine or context.actor.role in CLINICAL else 0
    department = 0 if mine else data.department
    place = read_cursor(data.cursor) if data.cursor else (FIRST, 0)
    count = min(max(data.count, 1), MOST)
    rows = await context.rows(DEFICIENT_SQL, mine, department, data.state, permit.at, *place, count + 1)
    shown, at = rows[:count], DEFICIENT.at
    numbers = list(dict.fromkeys(row[at["d.patient_id"]] for row in shown))
    about = dict(zip(numbers, await context.about(numbers), strict=True)) if numbers else {}
    faces = {number: face_or_number(context, number, facts) for number, facts in about.items()}
    lines = await deficiency_lines(context, permit, shown, faces)
    last = shown[-1] if shown else None
    more = cursor(last[at["d.due"]], last[at["d.deficiency_id"]]) if last and len(rows) > count else ""
    return Done(
        value=Deficiencies(rows=tuple(lines)), patients=tuple(numbers), more=more,
        lines=tuple(context.line(row[0], row[at["d.deficiency_id"]], "deficiency") for row in shown),
    )  # fmt: skip


async def deficiency_lines(
    context: ReadContext, permit: Permit, rows: Sequence[Sequence[Any]], faces: Mapping[int, PatientLine]
) -> list[DeficiencyLine]:
    """Deficiencies with everything that was said about them, each genuine."""
    at, group, runtime = DEFICIENT.at, DEFICIENT.groups["d"], context.runtime
    opened = []
    for row in rows:
        patient, number = row[at["d.patient_id"]], row[at["d.deficiency_id"]]
        if not runtime.sealer.holds("deficiency", group.values(row), group.mac(row)):
            raise Tampered(where=f"deficiency:{patient}.{number}")
        key = runtime.vault.key(patient, row[at["c.retention_class"]], row[at["k.wrapped"]])
        opened.append(unsealed(key, patient, number, "deficiency", row[at["d.payload"]]).get("rounds", []))
    wanted = [one["person"] for rounds in opened for one in rounds]
    wanted += [row[at[f"d.{name}"]] for row in rows for name in ("found_id", "author_id")]
    people = await names_of(context).people(context, wanted)
    out = []
    for row, rounds in zip(rows, opened, strict=True):
        get = {name: row[at[f"d.{name}"]] for name in FIELDS}
        patient = get["patient_id"]
        out.append(
            DeficiencyLine(
                id=runtime.public(patient, get["deficiency_id"]), patient=faces[patient],
                file=runtime.public(patient, get["file_id"]),
                record=runtime.public(patient, get["record_id"]) if get["record_id"] else "", item=get["item"],
                points=get["points"], finder=people.get(get["found_id"], NOBODY).name, found_id=get["found_id"],
                author=people.get(get["author_id"], NOBODY).name, mine=get["author_id"] == permit.person,
                due=get["due"], state=get["state"], overdue=get["state"] == "open" and get["due"] <= permit.at,
                matter=get["matter"],
                rounds=tuple(
                    Round(one["what"], people.get(one["person"], NOBODY).name, datetime.fromisoformat(one["at"]),
                          one["text"], one.get("record", ""))
                    for one in rounds
                ),
            )
        )  # fmt: skip
    return out


FIELDS: Final = (
    "patient_id", "deficiency_id", "file_id", "record_id", "item", "points", "found_id", "author_id", "due", "state",
    "matter",
)  # fmt: skip


async def rates(context: ReadContext, permit: Permit, data: RatesRequest) -> Done:
    """归档率 by month of discharge and department [7.2.1]."""
    values = await loop_values(context.pipe, context.actor.epoch)
    months = min(max(data.months, 1), 24)
    last = datetime(data.until.year, data.until.month, 1, tzinfo=CHINA)
    first = last
    for _ in range(months - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    end = (last + timedelta(days=32)).replace(day=1)
    stage, department = str(values["filing_rate_stage"]), reach(context, data.department)
    found = await counts.filed(context, first, end, stage, department=department)
    departments = await names_of(context).departments(context)
    days = tuple(int(values[name]) for name in LIMITS)
    groups: dict[tuple[str, int], list[counts.Filed]] = {}
    for one in found:
        groups.setdefault((one.month, one.department), []).append(one)
    rows = tuple(
        RateLine(
            month,
            number,
            departments.get(number, ""),
            counts.within(some, 0).of,
            tuple(counts.within(some, limit).done for limit in days),
            sum(one.files for one in some if one.days is None),
        )
        for (month, number), some in sorted(groups.items(), reverse=True)
    )
    return Done(value=Rates(days=days, stage=stage, rows=rows))
