"""四（一）内部查阅: one chart put together in a fixed number of statements, merged patients' records included [4.1.1] [4.1.2]

What may be read is decided once for each combination of category, level, state and authorship that the chart holds; the
page's statement then takes only those combinations.
"""

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from jingui.core.access import Chart, ChartRequest, EncounterLine, ReaderLine, RecordLine
from jingui.core.entry import Line
from jingui.core.errors import Gone, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.finding import DEEPEST, joined, patient_line
from jingui.gate.names import NOBODY, names_of
from jingui.gate.reading import READERS_SQL, reader_lines
from jingui.gate.registry import Done
from jingui.store.statements import Columns

PAGE = 200
READERS = 12
APART = "r.kind NOT IN ('Patient', 'Encounter')"  # they have places of their own in a chart
LINKED_SQL = f"""WITH RECURSIVE down(id, depth) AS (SELECT $1::bigint, 0
  UNION SELECT p.patient_id, d.depth + 1 FROM down d JOIN patient p ON p.linked_to = d.id WHERE d.depth < {DEEPEST})
SELECT id FROM down WHERE id <> $1::bigint ORDER BY id LIMIT 50"""  # noqa: S608 -- own texts only
HOLD = Columns()
HOLD.sealed("h", "hold")
HOLDS_SQL = f"""SELECT {HOLD.sql} FROM hold h WHERE h.patient_id = ANY($1::bigint[]) AND NOT h.lifted
AND (h.ends IS NULL OR h.ends > $2::timestamptz) ORDER BY h.hold_id LIMIT 200"""
STATS_SQL = """SELECT r.patient_id, r.category, r.level, r.state, r.author_id = $2::bigint, r.kind, count(*)
FROM record r WHERE r.patient_id = ANY($1::bigint[]) GROUP BY 1, 2, 3, 4, 5, 6"""
ALLOWED = """(r.patient_id, r.category, r.level, r.state, r.author_id = {person}::bigint) IN (
  SELECT * FROM unnest({patients}::bigint[], {categories}::text[], {levels}::text[], {states}::text[], {own}::bool[]))"""
ENCOUNTERS_SQL = f"""SELECT e.patient_id, e.encounter_id, e.kind, e.department_id, e.attending_id, e.state, e.starts, e.ends
FROM encounter e JOIN record r ON r.patient_id = e.patient_id AND r.record_id = e.encounter_id
WHERE {ALLOWED.format(patients="$1", categories="$2", levels="$3", states="$4", own="$5", person="$6")}
ORDER BY e.starts DESC, e.encounter_id LIMIT 300"""  # noqa: S608 -- own texts only
PAGE_SQL = f"""WITH s AS (SELECT * FROM unnest($7::bigint[], $8::interval[]) s(patient, shift)),
r AS MATERIALIZED (SELECT r.*, coalesce(r.at - s.shift, r.entered) AS place FROM record r
  JOIN s ON s.patient = r.patient_id WHERE {APART}
  AND {ALLOWED.format(patients="$1", categories="$2", levels="$3", states="$4", own="$5", person="$6")}
  AND ($9::text = '' OR r.category = $9) AND ($10::bigint = 0 OR r.encounter_id = $10)
  AND (coalesce(r.at - s.shift, r.entered), r.record_id) < ($11::timestamptz, $12::bigint)
  ORDER BY place DESC, r.record_id DESC LIMIT $13::int),
b AS (SELECT * FROM r UNION ALL SELECT r.*, NULL FROM record r WHERE r.patient_id = $14::bigint AND r.record_id = 0
  AND {ALLOWED.format(patients="$1", categories="$2", levels="$3", states="$4", own="$5", person="$6")})
SELECT b.patient_id, b.record_id, b.version, b.kind, b.category, b.level, b.labels, b.state, b.status, b.author_id,
  b.department_id, b.encounter_id, b.entered, b.at IS NOT NULL, b.place, v.seal, v.payload, k.wrapped
FROM b JOIN record_version v ON v.patient_id = b.patient_id AND v.record_id = b.record_id AND v.version = b.version
LEFT JOIN patient_key k ON k.patient_id = b.patient_id AND k.retention_class = b.retention_class
ORDER BY b.place DESC NULLS FIRST, b.record_id DESC"""  # noqa: S608 -- own texts only
LAST = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


class Readable(NamedTuple):
    """What may be read, as parallel columns for SQL, and what was counted."""

    columns: tuple[list[Any], ...]
    categories: dict[str, int]
    hidden: int


async def opened(context: ReadContext, permit: Permit, request: ChartRequest) -> Done:
    """The chart of the operation's target. NotFound for none, Invalid for a cursor that is not ours."""
    if context.patient is None:
        raise NotFound()
    about = await family(context, context.patient)
    patients = sorted(about)
    holds, stats, readers = await asyncio.gather(
        context.rows(HOLDS_SQL, patients, permit.at),
        context.rows(STATS_SQL, patients, permit.person),
        context.rows(READERS_SQL, patients, READERS),
    )
    readable = decided(context, about, stats)
    visits, page = await asyncio.gather(
        context.rows(ENCOUNTERS_SQL, *readable.columns, permit.person),
        page_rows(context, permit, request, about, readable),
    )
    numbers = [*(row[9] for row in page), *(row[4] for row in visits), *(row[4] for row in readers)]
    people = await names_of(context).people(context, numbers)
    departments = await names_of(context).departments(context)
    count = limit(request)
    rows = [row for row in page if row[1] != 0]
    body, version = next((opened_body(context, row) for row in page if row[1] == 0), (b"", 0))
    lines = tuple(record_line(context, row, people, departments) for row in rows[:count])
    header = patient_line(context, context.patient)
    if header is None:
        raise Gone()
    older = [patient_line(context, one) for n, one in about.items() if n != context.patient.patient]
    public = context.runtime.public
    chart = Chart(
        patient=joined(header, [one for one in older if one is not None]),
        holds=tuple(dict.fromkeys(standing(context, row) for row in holds)),
        encounters=tuple(
            EncounterLine(
                public(row[0], row[1]), row[2], departments.get(row[3] or 0, ""), people.get(row[4] or 0, NOBODY).name,
                row[5], row[6], row[7],
            )
            for row in visits
        ),
        records=lines, hidden=readable.hidden, categories=readable.categories,
        readers=reader_lines(context, readers, people), patient_body=body,
    )  # fmt: skip
    targets = [Line(public(context.patient.patient, 0),) + ((header.id, "Patient", version) if body else ("", "", 0))]  # type: ignore[call-arg]
    return Done(
        value=chart, patients=tuple(patients), more=cursor(rows[count - 1]) if len(rows) > count else "",
        lines=(*targets, *(Line(public(row[0], 0), public(row[0], row[1]), row[3], row[2]) for row in rows[:count])),
    )  # fmt: skip
