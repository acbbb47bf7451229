"""二（二） what waits: my signatures, countersignatures, verifications; writing deadlines by department and person

[2.2.1] [2.2.2] [2.2.3]
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from jingui.core.access import PatientLine
from jingui.core.deadlines import (
    BY_RULE,
    DeadlineBoard,
    DeadlineCount,
    DeadlineLine,
    DeadlinesRequest,
    met_by_signature,
    state_of,
)
from jingui.core.entry import Line
from jingui.core.errors import NotFound, Refused
from jingui.core.permit import Permit
from jingui.core.signatures import SignedLine, WaitingRecord, WaitingRecords
from jingui.core.words import Category, Level, RecordState, Role, Verb
from jingui.formats import capture, fhir_json
from jingui.gate import entry_templates
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.deadlines import warned
from jingui.gate.entry_drafts import face_or_number
from jingui.gate.entry_opening import COLUMNS, JOINED, ONE_SQL
from jingui.gate.names import names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.record_lines import record_line
from jingui.gate.registry import Done
from jingui.gate.settings import loop_values
from jingui.gate.signing_documents import holds
from jingui.store.models import Signature
from jingui.store.seals import SEALED_TABLES
from jingui.store.vault import seal_parts

WAITING_SQL = f"""SELECT d.patient_id, d.record_id, {COLUMNS} FROM deadline d
JOIN record r ON r.patient_id = d.patient_id AND r.record_id = d.record_id
{JOINED.removeprefix("FROM record r")} WHERE d.rule = $1::text AND d.met IS NULL AND NOT d.waived
  AND (($2::bigint <> 0 AND d.person_id = $2::bigint)
    OR ($2::bigint = 0 AND d.department_id = $3::bigint AND r.author_id <> $4::bigint))
ORDER BY d.due LIMIT $5::int"""  # noqa: S608 -- own texts only
SIGNATURES_SQL = f"""SELECT {", ".join(f"s.{name}" for name in SEALED_TABLES["signature"])}, s.mac, v.seal, v.payload,
  k.wrapped, p.staff_no FROM signature s
JOIN record_version v ON v.patient_id = s.patient_id AND v.record_id = s.record_id AND v.version = s.record_version
LEFT JOIN patient_key k ON k.patient_id = v.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
JOIN person p ON p.id = s.person_id
WHERE s.patient_id = $1::bigint AND s.record_id = $2::bigint ORDER BY s.at"""  # noqa: S608 -- own texts only
BOARD = """SELECT patient_id, deadline_id, rule, template, encounter_id, department_id, person_id, since, due,
  record_id, met, late, waived FROM deadline"""
BOARD_SQL = f"""{BOARD} WHERE NOT waived AND ($1::bigint = 0 OR patient_id = $1::bigint)
  AND ($2::bigint = 0 OR department_id = $2::bigint) AND ($3::bigint = 0 OR person_id = $3::bigint)
  AND CASE $4::text WHEN 'open' THEN met IS NULL WHEN 'overdue' THEN met IS NULL AND due < $5::timestamptz
    WHEN 'late' THEN late ELSE true END
  AND (due, deadline_id) > ($6::timestamptz, $7::bigint) ORDER BY due, deadline_id LIMIT $8::int"""
COUNT_SQL = """SELECT department_id, person_id,
  CASE WHEN met IS NOT NULL THEN CASE WHEN late THEN 'late' ELSE 'met' END WHEN due < $2::timestamptz THEN 'overdue'
    WHEN due <= $3::timestamptz THEN 'soon' ELSE 'open' END AS state, count(*) FROM deadline
WHERE NOT waived AND (met IS NULL OR met > $4::timestamptz) AND ($1::bigint = 0 OR department_id = $1::bigint)
GROUP BY 1, 2, 3"""
FIRST = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
WHOLE_HOUSE = frozenset({Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.DUTY_ADMINISTRATOR, Role.ARCHIVIST,
                         Role.SYSTEM})  # fmt: skip


async def waiting(context: ReadContext, permit: Permit, data: WaitingRecords) -> Done:
    """Documents that wait for this person's signature, or for a second one in their department."""
    if data.what == "signatures":
        return await signatures(context, permit)
    rule = met_by_signature(data.what).name
    mine = permit.person if data.what == "sign" else 0
    count = min(max(data.count, 1), 200)
    rows = await context.rows(WAITING_SQL, rule, mine, permit.department, permit.person, count)
    numbers = list(dict.fromkeys(row[0] for row in rows))
    about = dict(zip(numbers, await context.about(numbers), strict=True)) if numbers else {}
    people = await names_of(context).people(context, [row[10] for row in rows])
    known = await entry_templates.all_in_force(context)
    shown: list[WaitingRecord] = []
    lines: list[Line] = []
    named: dict[int, None] = {}  # whom the lines name, as the entry's columns must: not those left out
    for patient, _, *row in rows:
        facts = about[patient]
        if facts is None or not may_read(context, facts, row):
            continue
        line = record_line(context, patient, row)
        resource = fhir_json.parse(line.body)
        template = entry_templates.written_with(known, resource, row[17]) if row[17] else None
        left: tuple[str, ...] = ()
        if template is not None:
            left = capture.untouched(template, capture.answers_of(template, resource))
        shown.append(
            WaitingRecord(
                patient=face_or_number(context, patient, facts), record=line.id, version=line.version,
                template=row[17], title=template.zh if template else row[17],
                title_en=template.en if template else row[17],
                author=people[row[8]].name if row[8] in people else "", entered=line.entered, untouched=left,
            )
        )  # fmt: skip
        lines.append(context.line(patient, row[0], line.kind, line.version))
        named[patient] = None
    return Done(value=tuple(shown), lines=tuple(lines), patients=tuple(named))


def may_read(context: ReadContext, facts: f.PatientFacts, row: Sequence[Any]) -> bool:
    """Whether this actor may read this record of this patient."""
    return context.may(
        Verb.READ, Category(row[3]), Level(row[4]), patient=facts, state=RecordState(row[6]), author=row[8]
    ).allow


async def signatures(context: ReadContext, permit: Permit) -> Done:
    """Every signature of a record, each checked against the bytes it was made over."""
    target, facts = permit.operation.target, context.patient
    found = await context.rows(ONE_SQL, target.patient, target.record)
    if facts is None or not found:
        raise NotFound()
    if not may_read(context, facts, found[0]):
        decided = context.may(Verb.READ, Category(found[0][3]), Level(found[0][4]))
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    record_line(context, target.patient, found[0])
    columns = (*SEALED_TABLES["signature"], "mac")
    out = []
    for row in await context.rows(SIGNATURES_SQL, target.patient, target.record):
        made = Signature(**dict(zip(columns, row[: len(columns)], strict=True)))
        seal, payload, wrapped, staff_no = row[len(columns) :]
        vault, where = context.runtime.vault, f"record:{target.patient}.{target.record}"
        key = vault.key(target.patient, seal_parts(seal, where)[2], wrapped)
        body = vault.open(key, target.patient, target.record, made.record_version, seal, payload)
        people = await names_of(context).people(context, [made.person_id])
        out.append(
            SignedLine(
                record=context.runtime.public(target.patient, target.record), version=made.record_version,
                kind=made.kind, person=people[made.person_id].name if made.person_id in people else "", at=made.at,
                provider=made.provider, digest=bytes(made.digest).hex(),
                holds=holds(context.runtime, made, body, staff_no),
            )
        )  # fmt: skip
    line = context.line(target.patient, target.record, found[0][2], found[0][1])
    return Done(value=tuple(out), lines=(line,))


class BoardRow(NamedTuple):
    """A deadline as the table has it."""

    patient: int
    number: int
    rule: str
    template: str
    encounter: int
    department: int
    person: int
    since: datetime
    due: datetime
    record: int
    met: datetime | None
    late: bool
    waived: bool


async def read_deadlines(context: ReadContext, permit: Permit) -> Done:
    """Deadlines of a patient, of one's department or one's own; those who oversee see every department."""
    data = permit.operation.data if isinstance(permit.operation.data, DeadlinesRequest) else DeadlinesRequest()
    patient = permit.operation.target.patient
    everywhere = context.actor.role in WHOLE_HOUSE
    department = 0 if patient else data.department if everywhere else permit.department
    person = permit.person if data.mine else data.person
    department = 0 if data.mine else department
    now = context.runtime.clock.now()
    warn = warned(await loop_values(context.pipe, context.actor.epoch))
    count = min(max(data.count, 1), 500)
    after = read_cursor(data.cursor) if data.cursor else (FIRST, 0)
    found = await context.rows(BOARD_SQL, patient, department, person, data.state, now, *after, count + 1)
    rows = [BoardRow(*row) for row in found]
    page = rows[:count]
    shown = await lines_of(context, page, now, warn)
    counts: Sequence[Any] = ()
    if not patient and not data.mine:
        counts = await context.rows(COUNT_SQL, department, now, now + warn, now - timedelta(days=30))
    departments = await names_of(context).departments(context)
    people = await names_of(context).people(context, [row[1] for row in counts])
    value = DeadlineBoard(
        lines=shown,
        departments=counted(counts, 0, lambda n: departments.get(n, "")),
        people=counted(counts, 1, lambda n: people[n].name if n in people else ""),
    )  # fmt: skip
    numbers = tuple(dict.fromkeys(row.patient for row in page))
    more = cursor(page[-1].due, page[-1].number) if len(rows) > count else ""
    return Done(value=value, lines=tuple(context.line(n) for n in numbers), patients=numbers, more=more)


async def lines_of(
    context: ReadContext, rows: Sequence[BoardRow], now: datetime, warn: timedelta
) -> tuple[DeadlineLine, ...]:
    """The rows as lines; the patient's name only where this actor may see them in a list."""
    numbers = list(dict.fromkeys(row.patient for row in rows))
    about = dict(zip(numbers, await context.about(numbers), strict=True)) if numbers else {}
    people = await names_of(context).people(context, [row.person for row in rows])
    departments = await names_of(context).departments(context)
    public = context.runtime.public
    faces: dict[int, PatientLine] = {n: face_or_number(context, n, facts) for n, facts in about.items()}
    return tuple(
        DeadlineLine(
            rule=row.rule, text=BY_RULE[row.rule].text if row.rule in BY_RULE else row.rule, template=row.template,
            since=row.since, due=row.due, state=state_of(row.due, now, warn, row.met, row.late, row.waived),
            met=row.met, record=public(row.patient, row.record) if row.record else "", patient=faces[row.patient],
            encounter=public(row.patient, row.encounter) if row.encounter else "",
            department=departments.get(row.department, ""),
            person=people[row.person].name if row.person in people else "",
        )
        for row in rows
    )  # fmt: skip


def counted(rows: Sequence[Any], column: int, name: Any) -> tuple[DeadlineCount, ...]:
    """Counts by the given column, the most overdue first."""
    found: dict[int, Counter[str]] = {}
    for row in rows:
        if row[column]:
            found.setdefault(row[column], Counter())[row[2]] += row[3]
    made = [
        DeadlineCount(name(key), *(count[state] for state in ("open", "soon", "overdue", "met", "late")))
        for key, count in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.overdue, -one.late, one.name)))
