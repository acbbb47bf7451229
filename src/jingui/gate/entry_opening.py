"""二（二）3 打开表单: template, patient, last values, one's draft, deadlines, what will be asked [2.2.3] [2.2.1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jingui.core.capture import Template
from jingui.core.deadlines import BY_RULE, DeadlineLine, state_of
from jingui.core.entering import FormChoice, FormVisit, OpenedForm, OpenForm, Previous
from jingui.core.entry import Line
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.settings import Value, several
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.core.words import Category, EncounterKind, Level, RecordState, Verb
from jingui.formats import capture, fhir_json
from jingui.gate import entry_templates, qualifying
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.deadlines import warned
from jingui.gate.entry_drafts import draft_of, identity_key, own_key
from jingui.gate.entry_forms import FORM
from jingui.gate.finding import patient_line
from jingui.gate.names import names_of
from jingui.gate.record_lines import record_line
from jingui.gate.registry import Done
from jingui.gate.settings import loop_values
from jingui.gate.templates import Known

VISITS_SQL = """SELECT e.encounter_id, e.kind, e.state, e.starts, e.ends,
  EXISTS (SELECT 1 FROM record r WHERE r.patient_id = e.patient_id AND r.encounter_id = e.encounter_id
    AND r.state = 'filed') FROM encounter e WHERE e.patient_id = $1::bigint
ORDER BY (e.state = 'open') DESC, e.starts DESC LIMIT 20"""
DEADLINES_SQL = """SELECT rule, template, since, due, met, record_id, late, waived, encounter_id FROM deadline
WHERE patient_id = $1::bigint AND NOT waived AND (met IS NULL OR encounter_id = $2::bigint)
ORDER BY (met IS NULL) DESC, due LIMIT 100"""
COLUMNS = """r.record_id, r.version, r.kind, r.category, r.level, r.labels, r.state, r.status, r.author_id,
  r.retention_class, r.encounter_id, r.department_id, r.entered, r.at, v.seal, v.payload, k.wrapped, r.form, r.medium,
  r.mac"""
JOINED = """FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class"""
LAST_SQL = f"""SELECT {COLUMNS} {JOINED} WHERE r.patient_id = $1::bigint AND r.kind = '{FORM}' AND r.form <> ''
  AND r.state NOT IN ('draft', 'destroyed') AND (r.category, r.level) IN (SELECT * FROM unnest($2::text[], $3::text[]))
ORDER BY (r.form = $4::text) DESC, r.entered DESC LIMIT 8"""  # noqa: S608 -- own texts only
ONE_SQL = f"SELECT {COLUMNS} {JOINED} WHERE r.patient_id = $1::bigint AND r.record_id = $2::bigint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What several steps of opening a form share."""

    context: ReadContext
    about: f.PatientFacts
    known: Known
    values: Mapping[str, Value]
    held: Sequence[Sequence[Any]]
    person_kind: str

    def may(
        self, template: Template, verb: Verb, *, level: Level = Level.ORDINARY, state: RecordState = RecordState.NONE,
        author: int = 0,
    ) -> Decided:  # fmt: skip
        """What the rules say of this actor writing (or correcting) this kind of document for this patient."""
        context, operation = self.context, self.context.operation
        asked = Operation(
            actor=operation.actor, verb=verb, at=operation.at, purpose=operation.purpose, target=operation.target
        )
        fit = qualifying.qualified(template, context.actor.role, self.person_kind, self.held, operation.at)
        vector = f.vector(
            asked, context.actor, self.about, category=template.category, level=level, state=state, author=author,
            qualified=fit,
        )  # fmt: skip
        return context.runtime.decider.decide(vector)

    def line(self, row: Sequence[Any]) -> DeadlineLine:
        """A deadline as a page shows it."""
        rule, template, since, due, met, record, late, waived, encounter = row
        context, patient = self.context, self.about.patient
        now = context.runtime.clock.now()
        public = context.runtime.public
        return DeadlineLine(
            rule=rule, text=BY_RULE[rule].text if rule in BY_RULE else rule, template=template, since=since, due=due,
            state=state_of(due, now, warned(self.values), met, late, waived), met=met,
            record=public(patient, record) if record else "", encounter=public(patient, encounter) if encounter else "",
        )  # fmt: skip


async def open_form(context: ReadContext, permit: Permit) -> Done:
    """Open a form, a draft of one's own or a record to correct; without any, say what may be written here."""
    data = permit.operation.data if isinstance(permit.operation.data, OpenForm) else OpenForm()
    about = context.patient
    line = None if about is None else patient_line(context, about)
    if about is None or line is None:
        raise NotFound()
    opening = await gathered(context, about)
    visits = await visits_of(context, about.patient)
    record = permit.operation.target.record
    draft, stands = None, None
    if data.draft:
        number = own_key(context.runtime, data.draft, about.patient)
        draft = await draft_of(
            context,
            "draft_id = $3::bigint",
            (about.patient, permit.person, number),
            identity_key(context.runtime, about),
        )
        if draft is None:
            raise NotFound(N_("没有这份草稿，或已提交、已删除。"))
        record = draft[0].record
    if record:
        stands = await standing(context, about.patient, record)
        opening = replace(opening, about=f.concerning(about, record))  # a recall opens this record, not the chart
    name = stands[0] if stands else draft[0].template if draft else data.template
    deadlines = await context.rows(
        DEADLINES_SQL, about.patient, data.encounter or (visits[0][0].number if visits else 0)
    )
    lines = tuple(opening.line(row) for row in deadlines)
    if not name:
        return Done(
            value=OpenedForm(
                patient=line, visits=tuple(one for one, _ in visits), deadlines=lines,
                choices=choices(opening, visits, lines),
            ),
            lines=(context.line(about.patient),),
        )  # fmt: skip
    template = entry_templates.known(opening.known.templates, name)
    if stands:  # what was written with a version is corrected with it
        template = entry_templates.written_with(opening.known, fhir_json.parse(stands[1].body), name) or template
    if stands:  # a correction stays in the visit of its record, which may be over
        visit, filed = next((one for one in visits if one[0].id == stands[1].encounter), (None, False))
    else:
        visit, filed = chosen(visits, draft[0].encounter if draft else data.encounter, template)
    decided = opening.may(
        template, Verb.CORRECT if record else Verb.ENTER,
        level=Level(stands[1].level) if stands else Level.ORDINARY,
        state=RecordState(stands[1].state) if stands else RecordState.FILED if filed else RecordState.NONE,
        author=stands[1].author if stands else 0,
    )  # fmt: skip
    if not decided.allow:
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    if draft is None:
        draft = await draft_of(
            context, "template = $3::text AND record_id = $4::bigint AND encounter_id = $5::bigint",
            (about.patient, permit.person, name, record, visit.number if visit else 0),
            identity_key(context.runtime, about),
        )  # fmt: skip
    key = context.runtime.public(
        about.patient, draft[0].number if draft else context.runtime.number(context.runtime.clock.now())
    )
    before = capture.answers_of(template, fhir_json.parse(stands[1].body)) if stands else {}
    answers = dict(draft[1].answers) if draft else before
    previous, read = ({}, ()) if stands else await last_values(context, about.patient, template)
    mine = tuple(one for one in lines if template.name in met_by(one.rule) and one.state in ("open", "soon", "overdue"))
    value = OpenedForm(
        patient=line, template=template, template_n=template.n, key=key, visit=visit,
        visits=tuple(one for one, _ in visits), answers=answers,
        ways=dict(draft[1].ways) if draft else capture.ways_of(fhir_json.parse(stands[1].body)) if stands else {},
        device=draft[1].device if draft else "", revision=draft[0].revision if draft else 0,
        saved=draft[0].saved if draft else None,
        start=(draft[0].record_version if draft else stands[1].version) if stands else 0,
        record=stands[1].id if stands else "", previous=previous, deadlines=lines,
        late=next((one for one in mine if one.state == "overdue"), None) if not stands else None,
        obligations=decided.obligations, verify=verifies(opening, template),
        untouched=capture.untouched(template, answers),
    )  # fmt: skip
    own = (context.line(about.patient),)
    shown = (Line(line.id, stands[1].id, FORM, stands[1].version),) if stands else ()
    return Done(value=value, lines=(*(shown or own), *read))


async def gathered(context: ReadContext, about: f.PatientFacts) -> Opening:
    """What opening needs beside the visit: templates, settings, this person's qualifications."""
    person = context.actor.person
    held = qualifying.genuine(context.runtime, await context.rows(qualifying.ROWS_SQL, [person]))
    kinds = await context.rows(qualifying.KINDS_SQL, [person])
    return Opening(
        context=context, about=about, known=await entry_templates.all_in_force(context),
        values=await loop_values(context.pipe, context.actor.epoch), held=held.get(person, ()),
        person_kind=kinds[0][1] if kinds else "",
    )  # fmt: skip


async def visits_of(context: ReadContext, patient: int) -> list[tuple[FormVisit, bool]]:
    """The patient's visits, open ones first, each with whether it is filed."""
    rows = await context.rows(VISITS_SQL, patient)
    public = context.runtime.public
    return [(FormVisit(public(patient, row[0]), row[0], *row[1:5]), row[5]) for row in rows]


def chosen(
    visits: Sequence[tuple[FormVisit, bool]], encounter: int, template: Template
) -> tuple[FormVisit | None, bool]:
    """The visit asked for, else the newest open one that fits; (None, False) for none."""
    kinds = {str(kind) for kind in template.visits}
    if encounter:
        found = next((one for one in visits if one[0].number == encounter), None)
        if found is None:
            raise Invalid(places=(("encounter", N_("没有这次就诊")),))
        return found
    return next(
        (one for one in visits if one[0].state == "open" and (not kinds or one[0].kind in kinds)), (None, False)
    )


def choices(
    opening: Opening, visits: Sequence[tuple[FormVisit, bool]], lines: Sequence[DeadlineLine]
) -> tuple[FormChoice, ...]:
    """The templates that this actor may write now: those that are owed first."""
    open_kinds = {
        EncounterKind(one.kind) for one, _ in visits if one.state == "open" and one.kind in set(EncounterKind)
    }
    out = []
    for template in opening.known.templates.values():
        if template.visits and not open_kinds & set(template.visits):
            continue
        if template.writers and opening.context.actor.role not in template.writers:
            continue
        decided = opening.may(template, Verb.ENTER)
        if not decided.allow:
            continue
        owed = [one for one in lines if template.name in met_by(one.rule) and one.met is None]
        countersign = "countersign" in decided.obligations or template.countersigned
        out.append(
            FormChoice(
                template=template.name, title=template.zh, title_en=template.en, category=template.category.value,
                countersign=countersign, deadline=min(owed, key=lambda one: one.due, default=None),
            )
        )  # fmt: skip
    return tuple(
        sorted(out, key=lambda one: (one.deadline is None, one.deadline.due.timestamp() if one.deadline else 0))
    )


def met_by(rule: str) -> frozenset[str]:
    """Which templates fulfil a deadline."""
    return BY_RULE[rule].fulfilled_by if rule in BY_RULE else frozenset()


def verifies(opening: Opening, template: Template) -> bool:
    """Whether a second person verifies this kind of document afterwards."""
    return template.verified or template.name in several(opening.values["second_person_forms"])


async def standing(context: ReadContext, patient: int, record: int) -> tuple[str, Any]:
    """The form's name and the record that is to be corrected; NotFound for what is no form or may not be read."""
    rows = await context.rows(ONE_SQL, patient, record)
    if not rows or not rows[0][17]:
        raise NotFound(N_("没有可以更正的表单记录。"))
    line = record_line(context, patient, rows[0])
    allowed = context.may(
        Verb.READ, Category(line.category), Level(line.level), state=RecordState(line.state), author=line.author
    )
    if not allowed.allow:
        raise Refused(clauses=allowed.clauses, rules=allowed.rules, reason=allowed.reason, matter=allowed.matter)
    return rows[0][17], line


async def last_values(
    context: ReadContext, patient: int, template: Template
) -> tuple[dict[str, Previous], tuple[Line, ...]]:
    """The last value of each item that may be taken over, and the records that they come from."""
    wanted = {item.link: item for item in template.items() if item.previous}
    if not wanted:
        return {}, ()
    rows = await context.rows(LAST_SQL, patient, *context.allowed_pairs(), template.name)
    people = await names_of(context).people(context, [row[8] for row in rows])
    out: dict[str, Previous] = {}
    used = []
    known = await entry_templates.all_in_force(context)
    for row in rows:
        if not set(wanted) - set(out):
            break
        line = record_line(context, patient, row)
        resource = fhir_json.parse(line.body)
        source = entry_templates.written_with(known, resource, row[17])
        if source is None:
            continue
        said = capture.answers_of(source, resource)
        kinds = {item.link: item.kind for item in source.items()}
        fresh = [
            link for link, item in wanted.items() if link in said and link not in out and kinds.get(link) is item.kind
        ]
        if fresh:
            name = people[row[8]].name if row[8] in people else ""
            out |= {link: Previous(said[link], line.entered, name, line.id) for link in fresh}
            used.append(Line(context.runtime.public(patient, 0), line.id, FORM, line.version))
    return out, tuple(used)
