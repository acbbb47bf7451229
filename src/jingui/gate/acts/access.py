"""四（一）内部查阅: search inside a chart, versions, whole charts [4.1.1] [4.1.2]"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from jingui.core.access import Page, RecordLine, Versions
from jingui.core.entry import Line
from jingui.core.errors import Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.formats import fhir_json
from jingui.formats.fhir_query import SearchQuery
from jingui.formats.fhir_tokens import tuples
from jingui.formats.fhir_types import rows as rows_of_types
from jingui.gate.apps_bound import conditions, fits, matches, readable_kinds, terms_of
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.names import names_of
from jingui.gate.read import stricter
from jingui.gate.record_lines import record_line
from jingui.gate.registry import Done, read_act
from jingui.gate.searching import compiled, cursor
from jingui.store.vault import seal_of, seal_parts

HISTORY_SQL = """SELECT v.version, v.entered, v.author_id, v.seal, v.payload, r.kind, r.category, r.level, r.state,
  r.retention_class, k.wrapped, r.author_id, r.labels, r.version, r.form, r.medium, r.mac
FROM record r JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.record_id = $2::bigint ORDER BY v.version DESC LIMIT 200"""
EVERYTHING = 1000  # records in one answer; more come by cursor


def lines_of(context: ReadContext, rows: Sequence[RecordLine]) -> tuple[Line, ...]:
    """The targets of an entry: every record that leaves."""
    patient = context.runtime.public(context.operation.target.patient, 0)
    return tuple(Line(patient, row.id, row.kind, row.version) for row in rows)


@read_act(Verb.SEARCH)
async def search(context: ReadContext, permit: Permit) -> Done:
    """Search one patient's records; totals count only what this actor may read."""
    query = cast(SearchQuery, permit.operation.data)
    patient = permit.operation.target.patient
    facts = context.patient
    if facts is None and patient:
        raise NotFound()
    if not patient and rows_of_types()[query.type].place == "chart":
        raise Refused(
            N_("跨患者的临床检索不能直接进行。"), N_("请限定一名患者，或提出科研、管理用途的申请。"),
            clauses=("4.1.1", "4.2.4"), reason="across_patients", matter="research_use",
        )  # fmt: skip
    key = await identity_key(context, patient)
    pairs = context.allowed_pairs()
    if not pairs[0]:
        decided = context.may(Verb.READ, Category.BASIC, Level.ORDINARY)
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    numbers = [pair[1] for one in query.ids if (pair := context.runtime.ids.internal(one)) and pair[0] == patient]
    wanted = conditions(context.actor, "s", query.type, patient)
    within = None if wanted is None else [terms_of(one) for one in wanted]
    made = compiled(query, patient, key, pairs, numbers, within)
    if query.count_only:
        total = (await context.rows(made.total, *made.total_args))[0][0]
        return Done(value=Page(rows=(), total=total), note=words(query))
    rows = await context.rows(made.page, *made.page_args)
    shown = [record_line(context, patient, row) for row in rows[: query.count]]
    more = cursor(rows[query.count - 1][-1], rows[query.count - 1][0]) if len(rows) > query.count else ""
    # counting a long chart costs more than showing a page of it: the total is told when it is known or asked for
    total = len(shown) if not more and not query.cursor else None
    included = await include(context, patient, shown, query.include, pairs)
    return Done(
        value=Page(rows=tuple(shown), included=included, total=total), more=more, note=words(query),
        lines=lines_of(context, [*shown, *included]) or (context.line(patient),),
    )  # fmt: skip


def words(query: SearchQuery) -> bytes:
    """The search as asked, for the entry's encrypted note."""
    return query.link().encode()


async def identity_key(context: ReadContext, patient: int) -> Any:
    """The key of search tokens: the patient's identity key, the directory's own for patient 0."""
    if context.patient is not None and patient:
        return context.identity_key(context.patient)
    rows = await context.rows("SELECT wrapped FROM patient_key WHERE patient_id = 0 AND retention_class = 'directory'")
    if not rows:
        raise Gone()
    return context.runtime.vault.key(0, "directory", rows[0][0])


BY_ID_SQL = """SELECT r.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.retention_class, r.encounter_id, r.department_id, r.entered, r.at, v.seal, v.payload, k.wrapped,
  r.form, r.medium, r.mac
FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.record_id = ANY($2::bigint[])
  AND r.state NOT IN ('draft', 'destroyed') AND (r.category, r.level) IN (SELECT * FROM unnest($3::text[], $4::text[]))
  AND ($5::text[] IS NULL OR r.kind = ANY($5::text[]))"""


async def include(
    context: ReadContext, patient: int, shown: Sequence[RecordLine], parameters: Sequence[str],
    pairs: tuple[list[str], list[str]],
) -> tuple[RecordLine, ...]:  # fmt: skip
    """Records of the same chart that the shown ones refer to through `parameters`."""
    if not parameters:
        return ()
    wanted: set[int] = set()
    have = {row.id for row in shown}
    for row in shown:
        resource = fhir_json.parse(row.body)
        if "subject" in parameters or "patient" in parameters:
            wanted.add(0)
        for one in tuples(resource):
            if one.kind == "reference" and one.parameter in parameters and one.value not in have:
                pair = context.runtime.ids.internal(one.value)
                if pair is not None and pair[0] == patient:
                    wanted.add(pair[1])
    if not wanted:
        return ()
    rows = await context.rows(
        BY_ID_SQL, patient, sorted(wanted), *pairs, readable_kinds(context.actor, context.operation)
    )
    return fitting(context, tuple(record_line(context, patient, row) for row in rows))


def fitting(context: ReadContext, rows: Sequence[RecordLine]) -> tuple[RecordLine, ...]:
    """Of these records, those that satisfy what an app's scopes demand of their type."""
    patient = context.operation.target.patient
    wanted = {kind: conditions(context.actor, "r", kind, patient) for kind in {row.kind for row in rows}}
    return tuple(one for one in rows if wanted[one.kind] is None or fits(wanted[one.kind], fhir_json.parse(one.body)))


@read_act(Verb.HISTORY)
async def history(context: ReadContext, permit: Permit) -> Done:
    """All versions of a record that this actor may read, newest first [2.2.4]."""
    target = permit.operation.target
    rows = await context.rows(HISTORY_SQL, target.patient, target.record)
    if not rows or (target.patient and context.patient is None):
        raise NotFound()
    first = rows[0]
    where = f"record:{target.patient}.{target.record}"
    decides = (target.patient, target.record, first[5], first[14], first[6], first[7], first[12], first[8], first[11],
               first[13], first[9], first[15])  # fmt: skip
    if not context.runtime.sealer.holds("record", decides, first[16]):
        raise Tampered(where=where)
    if first[0] == first[13] and first[3] != seal_of(first[6], first[7], first[9], first[5], first[12]):
        raise Tampered(where=where)
    decided = context.may(
        Verb.HISTORY, Category(first[6]), Level(first[7]), state=RecordState(first[8]), author=first[11]
    )
    if not decided.allow:
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    made: list[tuple[int, datetime, int, bytes]] = []
    for version, entered, author, seal, payload, *_ in rows:
        retention = seal_parts(seal, where)[2]
        category, level = stricter(seal, Category(first[6]), Level(first[7]))
        if not context.may(Verb.HISTORY, category, level, state=RecordState(first[8]), author=first[11]).allow:
            continue  # an older version may say more than today's
        # an older version may have had another level or class: its own seal opens it, and its key class with it
        if retention == first[9]:
            own = context.runtime.vault.key(target.patient, retention, first[10])
        else:
            own = await class_key(context, target.patient, retention)
        body = context.runtime.vault.open(own, target.patient, target.record, version, seal, payload)
        if matches(context.operation, context.actor, first[5], body):
            made.append((version, entered, author, body))
    public, patient = context.runtime.public(target.patient, target.record), context.runtime.public(target.patient, 0)
    lines = tuple(Line(patient, public, first[5], version) for version, *_ in made)
    people = await names_of(context).people(context, [author for _, _, author, _ in made])
    value = Versions(
        kind=first[5], id=public, rows=tuple(made),
        authors={n: (one.name, one.title, one.department) for n, one in people.items()},
        patient=patient_line(context, context.patient) if context.patient is not None and target.patient else None,
    )  # fmt: skip
    return Done(value=value, lines=lines)


async def class_key(context: ReadContext, patient: int, retention: str) -> Any:
    """The data key of another class of the same patient."""
    rows = await context.rows(
        "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text",
        patient,
        retention,
    )
    return context.runtime.vault.key(patient, retention, rows[0][0] if rows else None)


EVERYTHING_SQL = """WITH r AS MATERIALIZED (SELECT * FROM record r WHERE r.patient_id = $1::bigint
    AND (r.category, r.level) IN (SELECT * FROM unnest($2::text[], $3::text[]))
    AND r.state NOT IN ('draft', 'destroyed') AND r.record_id > $4::bigint
    AND ($6::text[] IS NULL OR r.kind = ANY($6::text[]))
    ORDER BY r.record_id LIMIT $5::int)
SELECT r.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.retention_class, r.encounter_id, r.department_id, r.entered, r.at, v.seal, v.payload, k.wrapped,
  r.form, r.medium, r.mac
FROM r JOIN record_version v ON v.patient_id = $1::bigint AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = $1::bigint AND k.retention_class = r.retention_class ORDER BY r.record_id"""


@read_act(Verb.EVERYTHING)
async def everything(context: ReadContext, permit: Permit) -> Done:
    """One chunk of a whole chart: each chunk is entered before it leaves."""
    query = cast(SearchQuery, permit.operation.data)
    patient = permit.operation.target.patient
    pairs = context.allowed_pairs(Verb.EVERYTHING)
    after = -1
    if query.cursor:
        if not query.cursor.isascii() or not query.cursor.isdigit() or not int(query.cursor[:20]) < 1 << 63:
            raise Invalid(N_("翻页标记无效。"), places=(("_page", ""),))
        after = int(query.cursor)
    count = min(max(query.count, 1), EVERYTHING)
    rows = await context.rows(
        EVERYTHING_SQL, patient, *pairs, after, count + 1, readable_kinds(context.actor, permit.operation)
    )
    shown = fitting(context, [record_line(context, patient, row) for row in rows[:count]])
    more = str(rows[count - 1][0]) if len(rows) > count else ""
    return Done(value=Page(rows=tuple(shown)), more=more, lines=lines_of(context, shown) or (context.line(patient),))
