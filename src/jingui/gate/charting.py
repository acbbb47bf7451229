"""四（一）内部查阅: a chart in a fixed number of statements, merged patients' records included [4.1.1] [4.1.2]

What may be read is decided once for each combination of category, level, state and authorship that the chart holds; the
page's statement then takes only those combinations.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core.access import Chart, ChartRequest, EncounterLine, PatientLine, RecordLine
from jingui.core.consents import NOT_CLINICAL, Precaution, Seen
from jingui.core.entry import Line
from jingui.core.errors import Gone, Invalid, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Sensitivity, Verb
from jingui.gate import facts as f
from jingui.gate.consent_signs import PRECAUTION, signs_of
from jingui.gate.consents import seen_by
from jingui.gate.context import ReadContext
from jingui.gate.finding import DEEPEST, joined, patient_line
from jingui.gate.granted import G_ENDS, G_RECORD, G_STARTS
from jingui.gate.names import NOBODY, Named, names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.readers import PERSON, READERS_SQL, reader_lines
from jingui.gate.record_lines import content
from jingui.gate.registry import Done

MOST = 200  # records on one page
READERS = 12
# The first two have places of their own in a chart; messages as they came are found by search and in a record's life.
APART = ("Patient", "Encounter", "Provenance")
LINKED_SQL = f"""WITH RECURSIVE down(id, depth) AS (SELECT $1::bigint, 0
  UNION SELECT p.patient_id, d.depth + 1 FROM down d JOIN patient p ON p.linked_to = d.id WHERE d.depth < {DEEPEST})
SELECT id FROM down WHERE id <> $1::bigint ORDER BY id LIMIT 50"""  # noqa: S608 -- own texts only
STATS_SQL = """SELECT r.patient_id, r.category, r.level, r.state, r.author_id = $2::bigint, r.kind, count(*),
  r.labels, min(r.entered), max(r.entered)
FROM record r WHERE r.patient_id = ANY($1::bigint[]) GROUP BY 1, 2, 3, 4, 5, 6, 8"""
ALLOWED = """(r.patient_id, r.category, r.level, r.state, r.author_id = $6::bigint) IN (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bool[]))"""
ENCOUNTERS_SQL = f"""SELECT e.patient_id, e.encounter_id, e.kind, e.department_id, e.attending_id, e.state, e.starts,
  e.ends FROM encounter e JOIN record r ON r.patient_id = e.patient_id AND r.record_id = e.encounter_id
WHERE {ALLOWED} ORDER BY e.starts DESC, e.encounter_id LIMIT 300"""  # noqa: S608 -- own texts only
PAGE_SQL = f"""WITH s AS (SELECT * FROM unnest($7::bigint[], $8::interval[]) s(patient, shift)),
r AS MATERIALIZED (SELECT r.patient_id, r.record_id, coalesce(r.at - s.shift, r.entered) AS place, r.at - s.shift AS at
  FROM record r JOIN s ON s.patient = r.patient_id WHERE r.kind NOT IN {APART} AND ({ALLOWED}
    OR (r.patient_id, r.record_id) IN (SELECT * FROM unnest($15::bigint[], $16::bigint[])))
  AND ($9::text = '' OR r.category = $9) AND ($10::bigint = 0 OR r.encounter_id = $10)
  AND (coalesce(r.at - s.shift, r.entered), r.record_id) < ($11::timestamptz, $12::bigint)
  ORDER BY place DESC, r.record_id DESC LIMIT $13::int),
b AS (SELECT * FROM r UNION ALL SELECT r.patient_id, 0, NULL, NULL FROM record r
  WHERE r.patient_id = $14::bigint AND r.record_id = 0 AND {ALLOWED})
SELECT b.patient_id, b.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.department_id, r.encounter_id, r.entered, b.at, b.place, r.retention_class, v.seal, v.payload, k.wrapped,
  r.form, r.medium, r.mac, w.payload
FROM b JOIN record r ON r.patient_id = b.patient_id AND r.record_id = b.record_id
JOIN record_version v ON v.patient_id = b.patient_id AND v.record_id = b.record_id AND v.version = r.version
LEFT JOIN record_version w ON w.patient_id = b.patient_id AND w.record_id = b.record_id
  AND w.version = r.version - 1 AND w.seal = v.seal
LEFT JOIN patient_key k ON k.patient_id = b.patient_id AND k.retention_class = r.retention_class
ORDER BY b.place DESC NULLS FIRST, b.record_id DESC"""  # noqa: S608 -- own texts only
RECORD, AUTHOR, PLACE = 1, 9, 14  # positions in a row of PAGE_SQL
LAST = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


class Readable(NamedTuple):
    """What may be read, as parallel columns for SQL, and how much there is of what."""

    columns: tuple[list[Any], ...]
    categories: dict[str, int]
    hidden: int


async def opened(context: ReadContext, permit: Permit, request: ChartRequest) -> Done:
    """The chart of the operation's target. NotFound for none, Invalid for a cursor or visit that is not ours."""
    if context.patient is None:
        raise NotFound()
    me = context.patient.patient
    about = await family(context, context.patient)
    patients = sorted(about)
    stats, readers = await asyncio.gather(
        context.rows(STATS_SQL, patients, permit.person),
        context.rows(READERS_SQL, patients, READERS),
    )
    signs = await signs_of(context, about, seen_in(stats))
    readable = decided(context, about, stats)
    readable, single = with_singles(readable, await singles(context, about, permit.at, permit.person))
    columns = (*readable.columns, permit.person)
    place = place_of(context, request, about)
    visits, page = await asyncio.gather(
        context.rows(ENCOUNTERS_SQL, *columns), context.rows(PAGE_SQL, *columns, *place, me, *single)
    )
    numbers = [*(row[AUTHOR] for row in page), *(row[4] for row in visits), *(row[PERSON] for row in readers)]
    people = await names_of(context).people(context, numbers)
    departments = await names_of(context).departments(context)
    count = limit(request)
    rows = [row for row in page if row[RECORD]]
    records = tuple(record_line(context, row, people, departments) for row in rows[:count])
    mine = next((record_line(context, row, people, departments) for row in page if not row[RECORD]), None)
    public = context.runtime.public
    encounters = tuple(
        EncounterLine(
            public(row[0], row[1]), row[2], departments.get(row[3] or 0, ""), people.get(row[4] or 0, NOBODY).name,
            row[5], row[6], row[7],
        )
        for row in visits
    )  # fmt: skip
    chart = Chart(
        patient=header(context, context.patient, about), basis=context.patient.row[f.C_BASIS] or "",
        until=context.patient.row[f.C_ENDS],
        holds=tuple(dict.fromkeys(row[f.H_KIND] for one in about.values() for row in one.rows(f.HOLDING))),
        encounters=encounters, records=records, hidden=readable.hidden, categories=readable.categories,
        readers=reader_lines(context, readers, people), patient_body=mine.body if mine else b"",
        precautions=tuple(one for one in Precaution if any(one in sign.precautions for sign in signs.values())),
        owed=tuple(sorted((one for sign in signs.values() for one in sign.owed), key=lambda one: one.due)),
    )  # fmt: skip
    own = Line(public(me, 0), mine.id, "Patient", mine.version) if mine else context.line(me)
    pairs = zip(rows[:count], records, strict=True)
    lines = (
        own,
        *(Line(public(row[0], 0), one.id, one.kind, version) for row, one in pairs for version in versions_of(one)),
    )
    if chart.precautions:
        lines = (*lines, context.line(me, kind=PRECAUTION))
    more = cursor(rows[count - 1][PLACE], rows[count - 1][RECORD]) if len(rows) > count else ""
    return Done(value=chart, patients=tuple(patients), more=more, lines=lines)


def seen_in(stats: Sequence[Sequence[Any]]) -> dict[int, dict[Sensitivity, Seen]]:
    """When each label stood in the charts first and last, from the same rows."""
    return seen_by(
        (row[0], label, row[8], row[9])
        for row in stats
        if row[7] and row[3] not in (RecordState.DRAFT, RecordState.DESTROYED) and row[5] not in NOT_CLINICAL
        for label in row[7]
    )


async def family(context: ReadContext, patient: f.PatientFacts) -> dict[int, f.PatientFacts]:
    """The patient and those merged into it whose charts this actor may open too."""
    numbers = [row[0] for row in await context.rows(LINKED_SQL, patient.patient)]
    out = {patient.patient: patient}
    if numbers:
        for one in await context.about(numbers):
            if (
                one is not None
                and not one.destroyed
                and (context.may(Verb.OPEN_CHART, Category.BASIC, Level.ORDINARY, patient=one).allow)
            ):
                out[one.patient] = one
    return out


def decided(context: ReadContext, about: Mapping[int, f.PatientFacts], stats: Sequence[Sequence[Any]]) -> Readable:
    """Ask the rules about each combination that the charts hold."""
    answers: dict[tuple[Any, ...], bool] = {}
    categories: dict[str, int] = {}
    hidden = 0
    for patient, category, level, state, own, kind, count, *_ in stats:
        key = (patient, category, level, state, own)
        if key not in answers:
            answers[key] = context.may(
                Verb.READ, f.CATEGORIES.get(category, Category.NONE), f.LEVELS.get(level, Level.SECRET),
                patient=about[patient], state=f.STATES.get(state, RecordState.DESTROYED),
                author=context.actor.person if own else 0,
            ).allow  # fmt: skip
        if kind in APART:
            continue
        if answers[key]:
            categories[category] = categories.get(category, 0) + count
        else:
            hidden += count
    allowed = [key for key, allow in answers.items() if allow]
    return Readable(tuple([key[i] for key in allowed] for i in range(5)), categories, hidden)


async def singles(
    context: ReadContext, about: Mapping[int, f.PatientFacts], at: datetime, person: int
) -> list[tuple[tuple[Any, ...], int]]:  # fmt: skip
    """Records that a grant opens each for itself, as (what was decided of it, its number), where the rules allow it."""
    pairs = [
        (patient, row[G_RECORD])
        for patient, one in about.items()
        for row in one.rows(f.GRANTS)
        if row[G_RECORD] and row[G_STARTS] <= at < row[G_ENDS]
    ]
    out = []
    for facts in await context.about_records(dict.fromkeys(pairs)):
        if facts is None or facts.row[f.R_VERSION] is None or facts.row[f.R_KIND] in APART:
            continue
        row = facts.row
        bad = f.unsealed_record(row, context.runtime.sealer)
        if bad:
            raise Tampered(where=bad)
        category, level, state, author = row[f.R_CATEGORY], row[f.R_LEVEL], row[f.R_STATE], row[f.R_AUTHOR] or 0
        if context.may(
            Verb.READ, f.CATEGORIES.get(category, Category.NONE), f.LEVELS.get(level, Level.SECRET), patient=facts,
            state=f.STATES.get(state, RecordState.DESTROYED), author=author,
        ).allow:  # fmt: skip
            out.append(((facts.patient, category, level, state, author == person), row[f.RECORD]))
    return out


def with_singles(
    readable: Readable, found: Sequence[tuple[tuple[Any, ...], int]]
) -> tuple[Readable, tuple[list[int], list[int]]]:
    """What may be read with the single records counted in, and these as columns for SQL."""
    known = set(zip(*readable.columns, strict=True))
    more = [(key, record) for key, record in found if key not in known]
    categories = dict(readable.categories)
    for key, _ in more:
        categories[key[1]] = categories.get(key[1], 0) + 1
    counted = readable._replace(categories=categories, hidden=readable.hidden - len(more))
    return counted, ([key[0] for key, _ in more], [record for _, record in more])


def place_of(context: ReadContext, request: ChartRequest, about: Mapping[int, f.PatientFacts]) -> tuple[Any, ...]:
    """The page's arguments: how each patient's dates are shifted, the filters, where the page begins, its length."""
    patients = sorted(about)
    shifts = [context.identity_key(about[n]).shift() for n in patients]
    encounter = 0
    if request.encounter:
        pair = context.runtime.ids.internal(request.encounter)
        if pair is None or pair[0] not in about:
            raise Invalid(places=(("encounter", N_("不是该患者的就诊")),))
        encounter = pair[1]
    at, record = read_cursor(request.cursor) if request.cursor else (LAST, 0)
    return patients, shifts, request.category, encounter, at, record, limit(request) + 1


def limit(request: ChartRequest) -> int:
    """How many records the page holds."""
    return min(max(request.count, 1), MOST)


def header(context: ReadContext, patient: f.PatientFacts, about: Mapping[int, f.PatientFacts]) -> PatientLine:
    """The patient's line with the numbers of those merged into it; Gone or Tampered when it cannot be shown."""
    line = patient_line(context, patient)
    if line is None:
        context.face(patient)  # says why
        raise Gone()
    older = [patient_line(context, one) for n, one in about.items() if n != patient.patient]
    return joined(line, [one for one in older if one is not None])


def versions_of(one: RecordLine) -> tuple[int, ...]:
    """The versions that a line shows: a corrected record's old words stand struck through beside the new [2.2.4]."""
    return (one.version, one.version - 1) if one.before else (one.version,)


def record_line(
    context: ReadContext, row: Sequence[Any], people: Mapping[int, Named], departments: Mapping[int, str]
) -> RecordLine:
    """A decided row, decrypted; `at` is the clinical time as it is. Tampered if anything about it is not as written."""
    (patient, number, version, kind, category, level, labels, state, status, author, department, encounter, entered, at,
     _place, retention, seal, payload, wrapped, form, medium, mac, older) = row  # fmt: skip
    runtime = context.runtime
    decides = (patient, number, kind, form, category, level, labels, state, author, version, retention, medium)
    body, before = content(runtime, decides, mac, seal, wrapped, payload, older)
    return RecordLine(
        runtime.public(patient, number), kind, category, level, tuple(labels), state, status, version, author,
        people.get(author, NOBODY).name, departments.get(department or 0, ""),
        runtime.public(patient, encounter) if encounter else "", entered, at, body, before,
    )  # fmt: skip
