"""四（一）3: which records may be printed, exported or copied, and the records themselves [4.1.3] [2.1.3]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.access import RecordLine
from jingui.core.access_operations import Take
from jingui.core.entry import Line
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.gate.charting import versions_of
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.record_lines import content

# The records that the rules let leave, and beside each how many the labels keep back.
TAKEN_SQL: Final = """WITH r AS MATERIALIZED (SELECT r.* FROM record r WHERE r.patient_id = $1::bigint
    AND r.kind NOT IN ('Patient', 'Encounter') AND r.state NOT IN ('draft', 'destroyed') AND r.record_id > $4::bigint
    AND ($6::bigint = 0 OR r.record_id = $6::bigint) AND ($7::text = '' OR r.category = $7::text)
    AND ($8::bigint = 0 OR r.encounter_id = $8::bigint)
    AND (r.category, r.level) IN (SELECT * FROM unnest($2::text[], $3::text[])) ORDER BY r.record_id LIMIT $5::int)
SELECT r.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.retention_class, r.encounter_id, r.department_id, r.entered, v.seal, v.payload, k.wrapped,
  r.form, r.medium, r.mac, w.payload
FROM r JOIN record_version v ON v.patient_id = $1::bigint AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN record_version w ON w.patient_id = $1::bigint AND w.record_id = r.record_id AND w.version = r.version - 1
  AND w.seal = v.seal
LEFT JOIN patient_key k ON k.patient_id = $1::bigint AND k.retention_class = r.retention_class ORDER BY r.record_id"""
KEPT_SQL: Final = """SELECT r.category, r.level, count(*) FROM record r WHERE r.patient_id = $1::bigint
    AND r.kind NOT IN ('Patient', 'Encounter') AND r.state NOT IN ('draft', 'destroyed')
    AND ($4::bigint = 0 OR r.record_id = $4::bigint) AND ($5::text = '' OR r.category = $5::text)
    AND ($6::bigint = 0 OR r.encounter_id = $6::bigint)
    AND (r.category, r.level) NOT IN (SELECT * FROM unnest($2::text[], $3::text[])) GROUP BY 1, 2"""


class Part:
    """One part of a chart as it was asked for."""

    __slots__ = ("after", "category", "count", "encounter", "record")

    def __init__(self, context: ReadContext, take: Take, most: int) -> None:
        """Read the request; Invalid for a visit, category or place that is not one."""
        self.record = context.operation.target.record
        self.category = take.category
        if self.category and self.category not in set(Category):
            raise Invalid(places=(("category", N_("没有这一项。")),))
        self.encounter = 0
        if take.encounter:
            pair = context.runtime.ids.internal(take.encounter)
            if pair is None or pair[0] != context.operation.target.patient:
                raise Invalid(places=(("encounter", N_("不是该患者的就诊")),))
            self.encounter = pair[1]
        if take.cursor and not (take.cursor.isascii() and take.cursor.isdigit() and int(take.cursor[:20]) < 1 << 63):
            raise Invalid(N_("翻页标记无效。"), places=(("cursor", ""),))
        self.after = int(take.cursor) if take.cursor else -1
        self.count = min(max(take.count, 1), most)


async def taken(context: ReadContext, verb: Verb, part: Part) -> tuple[tuple[RecordLine, ...], int, str]:
    """The records that may leave under `verb`, how many may not, and where the next part begins ("" for the end).

    Refused, with the rules' own reason, when there is something and nothing of it may leave.
    """
    patient = context.operation.target.patient
    pairs = context.allowed_pairs(verb)
    narrow = (part.record, part.category, part.encounter)
    kept = await context.rows(KEPT_SQL, patient, *pairs, *narrow)
    rows = await context.rows(TAKEN_SQL, patient, *pairs, part.after, part.count + 1, *narrow)
    if not rows and kept:
        category, level, _ = kept[0]
        decided = context.may(verb, Category(category), Level(level), state=RecordState.ENTERED)
        if not decided.allow:
            raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    if not rows and part.record:
        raise NotFound()
    people = await names_of(context).people(context, [row[8] for row in rows])
    departments = await names_of(context).departments(context)
    lines = tuple(line(context, patient, row, people, departments) for row in rows[: part.count])
    more = str(rows[part.count - 1][0]) if len(rows) > part.count else ""
    return lines, sum(row[2] for row in kept), more


def line(
    context: ReadContext, patient: int, row: Sequence[Any], people: Any, departments: dict[int, str]
) -> RecordLine:
    """A decided row, decrypted; Tampered if anything about it is not as written."""
    runtime = context.runtime
    (number, version, kind, category, level, labels, state, status, author, retention, encounter, department, entered,
     seal, payload, wrapped, form, medium, mac, older) = row  # fmt: skip
    decides = (patient, number, kind, form, category, level, labels, state, author, version, retention, medium)
    body, before = content(runtime, decides, mac, seal, wrapped, payload, older)
    return RecordLine(
        runtime.public(patient, number), kind, category, level, tuple(labels), state, status, version, author,
        people.get(author, NOBODY).name, departments.get(department or 0, ""),
        runtime.public(patient, encounter) if encounter else "", entered, None, body, before,
    )  # fmt: skip


def targets(context: ReadContext, records: Sequence[RecordLine]) -> tuple[Line, ...]:
    """The targets of the entry: every record that leaves, with its version and the one whose words it corrected."""
    patient = context.runtime.public(context.operation.target.patient, 0)
    return tuple(Line(patient, one.id, one.kind, version) for one in records for version in versions_of(one))
