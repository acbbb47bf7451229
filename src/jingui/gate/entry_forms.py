"""二（二）录入: a filled form becomes changes: what it says, what stands already, and what is wrong with it

[2.1.1] [2.1.2] [2.2.1] [2.2.2] [2.2.4]. Everything found here is told only after the decision (gate.entry_judging).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from jingui.core.capture import Checked, Item, Template, Way
from jingui.core.deadlines import TABLE, fulfilled_by
from jingui.core.enter import Change, FilledForm, Submission
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Tampered
from jingui.core.operation import Operation
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import EncounterKind, Sensitivity
from jingui.formats import capture, fhir_json
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_encounter import STAFF_SYSTEM
from jingui.formats.form_history import REASON
from jingui.gate import entry_sources, entry_templates, pasting, qualifying
from jingui.gate.actors import ActorFacts
from jingui.gate.conditions import Condition, lock_of
from jingui.gate.deadlines import Visit
from jingui.gate.entry_drafts import own_key
from jingui.gate.pipeline import Pipeline
from jingui.gate.settings import loop_values
from jingui.store.seals import SEALED_TABLES
from jingui.store.vault import seal_parts

FORM = "QuestionnaireResponse"
MASK = (1 << 63) - 1
VERSIONS_SQL = """SELECT v.version, v.seal, v.payload, k.wrapped, r.version, r.author_id, r.form, r.kind, r.encounter_id
FROM record r JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
WHERE r.patient_id = $1::bigint AND r.record_id = $2::bigint AND v.version IN ($3::int, r.version)"""
VISIT_SQL = """SELECT e.kind, e.state, coalesce(e.department_id, 0), coalesce(e.attending_id, 0),
  EXISTS (SELECT 1 FROM record r WHERE r.patient_id = e.patient_id AND r.encounter_id = e.encounter_id
    AND r.form = $3::text AND r.record_id <> $4::bigint AND r.status <> 'entered-in-error'),
  EXISTS (SELECT 1 FROM record r WHERE r.patient_id = e.patient_id AND r.encounter_id = e.encounter_id
    AND r.state = 'filed') FROM encounter e WHERE e.patient_id = $1::bigint AND e.encounter_id = $2::bigint"""
ONLY_SQL = """SELECT 1 FROM record r WHERE r.patient_id = $1::bigint AND r.encounter_id = $2::bigint
AND r.form = $3::text AND r.record_id <> $4::bigint AND r.status <> 'entered-in-error' LIMIT 1"""
OPEN_SQL = """SELECT rule, since, due FROM deadline WHERE patient_id = $1::bigint AND encounter_id = $2::bigint
AND met IS NULL AND NOT waived"""
RECALLED_SQL = f"""SELECT {", ".join(SEALED_TABLES["access_grant"])}, mac FROM access_grant
WHERE patient_id = $1::bigint AND person_id = $2::bigint AND purpose = $3::text AND record_id = $4::bigint
  AND starts <= $5::timestamptz AND ends > $5::timestamptz"""  # noqa: S608 -- own names
KINDS = frozenset(EncounterKind)
GRADED = frozenset(row.name for row in TABLE if row.again)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A form, looked up. `problem` and the rest are said after the decision, so that nothing is learnt by asking."""

    form: FilledForm
    template: Template
    number: int  # the record's
    draft: int  # the key's
    changes: tuple[Change, ...]
    checked: Checked
    visit: Visit
    values: Mapping[str, Value]
    filed: bool = False
    problem: JinguiError | None = None
    same: bool = False  # it stands already, word for word
    version: int = 0  # the newest version when it was looked up
    was: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[str, Any] = field(default_factory=dict)
    old: Mapping[str, Any] = field(default_factory=dict)  # the newest version as it is stored
    qualified: bool = True
    sensitive: frozenset[Sensitivity] = frozenset()
    grades: tuple[str, ...] = ()
    begun: Mapping[str, datetime] = field(default_factory=dict)
    overdue: datetime | None = None  # the earliest passed deadline of this document
    only: Condition | None = None  # looked up again at the commit: a visit has this document once
    marks: frozenset[int] = frozenset()
    pasted: bool = False

    @property
    def correction(self) -> bool:
        """Whether it corrects a record that stands."""
        return self.changes[0].record is not None


async def prepared(pipe: Pipeline, operation: Operation, actor: ActorFacts) -> Prepared | JinguiError | None:
    """Look up everything that judging this form needs; the error of one that means nothing at all; None without."""
    if cast(Submission, operation.data).form is None:
        return None
    try:
        return await _prepare(pipe, operation, actor)
    except JinguiError as error:
        return error


def with_changes(operation: Operation, found: Prepared | JinguiError | None) -> Operation:
    """The operation as an ordinary submission of the form's changes; as it is without a form."""
    if not isinstance(found, Prepared):
        return operation
    return replace(operation, data=replace(cast(Submission, operation.data), changes=found.changes))


async def _prepare(pipe: Pipeline, operation: Operation, actor: ActorFacts) -> Prepared:
    submission = cast(Submission, operation.data)
    form, target, runtime = cast(FilledForm, submission.form), operation.target, pipe.runtime
    if submission.changes or submission.source:
        raise Invalid(N_("表单不能与其他资源一起提交。"), places=(("form", ""),))
    if not target.patient:
        raise NotFound()
    values = await loop_values(pipe, actor.epoch)
    known = await entry_templates.of_loop(pipe, actor.epoch)
    template = entry_templates.known(known.templates, form.template)
    draft = own_key(runtime, form.key, target.patient)
    number = target.record or draft
    at = runtime.clock.now()
    stood = await _stood(pipe, target.patient, number, form.start)
    if target.record and stood is not None and stood.bodies:  # what was written with a version is corrected with it
        template = entry_templates.written_with(known, stood.resource(stood.newest), template.name) or template
    checked = capture.check(template, form.answers, today=at)
    problem: JinguiError | None = _wrong(form, template, target.record)
    visit, filed, wrong_visit = await _visit(pipe, operation, actor, form.encounter, template, number)
    problem = problem or wrong_visit or await entry_sources.wrong(pipe, form, template, at)
    if target.record and (stood is None or stood.form != template.name):
        raise NotFound()
    same = (
        stood is not None
        and agrees(stood.answers(template, stood.newest), checked.answers)
        and (bool(target.record) or (stood.author == actor.person and stood.form == template.name))
    )
    if stood is not None and not target.record and not same:
        problem = Conflict(N_("这份表单已经提交过，内容与这次不同。"), N_("请打开已提交的记录，如需修改请更正。"))
    old = stood.resource(stood.newest) if stood is not None and stood.bodies else None
    resource = _resource(runtime, operation, actor, form, template, checked, number, at, old)
    changes = _changes(runtime, template, resource, old, target.patient, number, bool(target.record), same, problem)
    rows = await pipe.pool.fetch(OPEN_SQL, target.patient, form.encounter)
    begun = _begun(template, checked.answers, form, at)
    marks = pasting.marks(runtime, template, checked.answers, int(values["paste_characters"]))
    return Prepared(
        form=form, template=template, number=number, draft=draft, changes=changes, checked=checked, visit=visit,
        values=values, filed=filed, problem=problem, same=same, version=stood.newest if stood else 0,
        was=stood.answers(template, form.start) if stood else {},
        theirs=stood.answers(template, stood.newest) if stood else {}, old=old or {},
        qualified=await _qualified(pipe, template, actor, at),
        sensitive=frozenset(i.sensitive for i in template.every() if i.sensitive and _said(checked.answers, i)),
        grades=tuple(row[0] for row in rows if row[0] in GRADED), begun=begun,
        overdue=_overdue(template, rows, begun, values, at),
        only=only_one(target.patient, form.encounter, template, number),
        marks=marks, pasted=await pasting.repeats(pipe, marks, target.patient),
    )  # fmt: skip


def only_one(patient: int, encounter: int, template: Template, number: int) -> Condition | None:
    """The look-up that must find nothing, where a visit has a document of this kind once: another of them."""
    if template.many or not encounter:
        return None
    lock = lock_of(f"form:{template.name}:{encounter}", patient)
    return Condition(lock, ONLY_SQL, (patient, encounter, template.name, number))


def _wrong(form: FilledForm, template: Template, record: int) -> JinguiError | None:
    """What is wrong with the form whoever the patient is; faults of the answers come later, with sex and age."""
    links = {item.link for item in template.every()}
    ways = {str(way) for way in Way}
    wrong = [(f"ways.{link}"[:80], N_("采集方式不在规定范围内，不予采集。"))
             for link, way in form.ways.items() if link not in links or way not in ways]  # fmt: skip
    for name, text in (("reason", form.reason), ("late_reason", form.late_reason)):
        if len(text) > 500 or not text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable():
            wrong.append((name, N_("请用不超过500字的文字说明")))
    if record and len(form.reason.strip()) < 2:
        wrong.append(("reason", N_("须写明更正理由")))
    if bool(record) != bool(form.start):
        wrong.append(("start", N_("没有说明从哪个版本更正")))
    return Invalid(places=tuple(wrong)) if wrong else None


async def _qualified(pipe: Pipeline, template: Template, actor: ActorFacts, at: datetime) -> bool:
    if not actor.person:
        return True
    held = qualifying.genuine(pipe.runtime, await pipe.pool.fetch(qualifying.ROWS_SQL, [actor.person]))
    kinds = await pipe.pool.fetch(qualifying.KINDS_SQL, [actor.person])
    return qualifying.qualified(template, actor.role, kinds[0][1] if kinds else "", held.get(actor.person, ()), at)


async def _visit(
    pipe: Pipeline, operation: Operation, actor: ActorFacts, encounter: int, template: Template, number: int
) -> tuple[Visit, bool, JinguiError | None]:
    """The visit, whether it is filed and not recalled for this person, and why this document does not belong there."""
    patient = operation.target.patient
    wrong: JinguiError | None = None
    if not encounter:
        needs = bool(template.visits)
        wrong = Invalid(places=(("encounter", N_("须选择就诊")),)) if needs else None
        return Visit(patient=patient, encounter=0, kind=None, department=actor.department), False, wrong
    rows = await pipe.pool.fetch(VISIT_SQL, patient, encounter, template.name, number)
    if not rows:
        wrong = Invalid(places=(("encounter", N_("没有这次就诊")),))
        return Visit(patient=patient, encounter=0, kind=None), False, wrong
    kind, _, department, person, another, filed = rows[0]
    known = EncounterKind(kind) if kind in KINDS else None
    visit = Visit(patient=patient, encounter=encounter, kind=known, department=department, person=person)
    unfit = bool(template.visits) and known not in template.visits
    if unfit:
        wrong = Invalid(places=(("encounter", N_("此类文书不用于这种就诊")),))
    elif another and not template.many:
        wrong = Conflict(
            N_("本次就诊已有这份文书，没有重复收录。"), N_("请打开已有的文书更正；您填写的内容已存为草稿。")
        )
    return visit, filed and not await recalled(pipe, operation, actor, encounter), wrong


async def recalled(pipe: Pipeline, operation: Operation, actor: ActorFacts, encounter: int) -> bool:
    """Whether an approved recall of this visit lets this person add to it now."""
    rows = await pipe.pool.fetch(
        RECALLED_SQL, operation.target.patient, actor.person, operation.purpose.value, encounter, operation.at
    )
    for row in rows:
        if not pipe.runtime.sealer.holds("access_grant", tuple(row[:-1]), row[-1]):
            raise Tampered(where=f"access_grant:{row[0]}.{row[1]}")
    return bool(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A record of a form as it stands: its versions that were asked for, by number."""

    newest: int
    author: int
    form: str
    bodies: Mapping[int, bytes]

    def resource(self, version: int) -> dict[str, Any]:
        """One version."""
        return fhir_json.parse(self.bodies[version])

    def answers(self, template: Template, version: int) -> dict[str, Any]:
        """What one version says; nothing for a version that there is not."""
        return capture.answers_of(template, self.resource(version)) if version in self.bodies else {}


async def _stood(pipe: Pipeline, patient: int, number: int, start: int) -> Stood | None:
    rows = await pipe.pool.fetch(VERSIONS_SQL, patient, number, start)
    if not rows:
        return None
    vault = pipe.runtime.vault
    if rows[0][7] != FORM:
        return Stood(newest=rows[0][4], author=rows[0][5], form="", bodies={})
    bodies = {}
    for version, seal, payload, wrapped, *_ in rows:
        if payload is None:
            raise Tampered(where=f"record_version:{patient}.{number}.{version}")
        key = vault.key(patient, seal_parts(seal, f"record:{patient}.{number}")[2], wrapped)
        bodies[version] = vault.open(key, patient, number, version, seal, payload)
    return Stood(newest=rows[0][4], author=rows[0][5], form=rows[0][6], bodies=bodies)


def agrees(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sets of clean answers say the same."""
    return dict(one) == dict(other)


def _said(answers: Mapping[str, Any], item: Item) -> bool:
    rows = [answers, *(row for value in answers.values() if isinstance(value, list) for row in value)]
    held = [row.get(item.link) for row in rows if isinstance(row, Mapping)]
    return any(one not in (None, "", False, []) and not (isinstance(one, str) and denied(one)) for one in held)


DENIALS = ("否认", "无", "没有", "未曾", "未见", "未患")
BUT = re.compile("但|除|曾|确诊|疑似|阳性|接触|携带|年|月|周|天|[0-9]")


def denied(text: str) -> bool:
    """Whether words only deny (否认肝炎、结核等传染病史): such an answer makes no record sensitive.

    Anything beyond one plain denial is taken as said: a label too many narrows, a label too few tells.
    """
    parts = [part.strip() for part in re.split(r"[。.；;，,\n]", text) if part.strip()]
    return bool(parts) and all(part.startswith(DENIALS) and not BUT.search(part) for part in parts)


def _resource(
    runtime: Any, operation: Operation, actor: ActorFacts, form: FilledForm, template: Template, checked: Checked,
    number: int, at: datetime, old: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    """The QuestionnaireResponse; its author is a person by staff number. Who corrects it does not become its author."""
    patient = operation.target.patient
    public = runtime.public
    made: dict[str, Any] = capture.response(
        template, checked.answers, subject=f"Patient/{public(patient, 0)}",
        encounter=f"Encounter/{public(patient, form.encounter)}" if form.encounter else "",
        authored=at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        ways={link: Way(way) for link, way in form.ways.items() if way in {str(one) for one in Way}},
    )  # fmt: skip
    made["id"] = public(patient, number)
    made["author"] = {"identifier": {"system": STAFF_SYSTEM, "value": actor.staff_no}, "display": actor.name}
    if old is not None:
        made |= {name: old[name] for name in ("author", "authored") if name in old}
    if form.reason:
        made["extension"] = [{"url": REASON, "valueString": form.reason.strip()}]
    return made


def extract_number(runtime: Any, patient: int, record: int, kind: str, place: int) -> int:
    """The record number of the n-th extracted resource of a kind: always the same, and it tells nothing."""
    message = f"{patient}.{record}.{kind}.{place}".encode()
    mac = runtime.suite.mac(runtime.keyring.key("extract"), message)
    return int.from_bytes(mac[:8], "big") & MASK or 1


def _numbered(
    runtime: Any, template: Template, resource: Mapping[str, Any], patient: int, record: int
) -> dict[int, dict[str, Any]]:
    """Extracted resources by record number."""
    counts: dict[str, int] = {}
    out = {}
    for one in capture.extract(template, dict(resource), origin=f"{FORM}/{resource['id']}"):
        kind = one["resourceType"]
        counts[kind] = counts.get(kind, -1) + 1
        out[extract_number(runtime, patient, record, kind, counts[kind])] = one
    return out


def _changes(
    runtime: Any, template: Template, resource: dict[str, Any], old: dict[str, Any] | None, patient: int, record: int,
    correction: bool, same: bool, problem: JinguiError | None,
) -> tuple[Change, ...]:  # fmt: skip
    """The form's own change first, then what is extracted: new, corrected, or withdrawn with the correction."""
    place = (patient, record)
    first = Change(resource, record=place if correction else None, place=None if correction else place)
    if same or problem is not None or (old is not None and not correction):
        return (first,)
    new = _numbered(runtime, template, resource, patient, record)
    before = _numbered(runtime, template, old, patient, record) if old is not None else {}
    rest = []
    for number, one in new.items():
        known = number in before
        rest.append(
            Change(one, record=(patient, number) if known else None, place=None if known else (patient, number))
        )
    gone = [Change(withdrawn(one), record=(patient, number)) for number, one in before.items() if number not in new]
    return (first, *rest, *gone)


ERROR = "entered-in-error"
HL7 = "http://terminology.hl7.org/CodeSystem/"
VERIFICATION = {"Condition": HL7 + "condition-ver-status",
                "AllergyIntolerance": HL7 + "allergyintolerance-verification"}  # fmt: skip


def withdrawn(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource marked as entered in error."""
    system = VERIFICATION.get(resource["resourceType"])
    if system is None:
        return {**resource, "status": ERROR}
    rest = {name: value for name, value in resource.items() if name != "clinicalStatus"}
    return {**rest, "verificationStatus": {"coding": [{"system": system, "code": ERROR}]}}


def _begun(template: Template, answers: Mapping[str, Any], form: FilledForm, at: datetime) -> dict[str, datetime]:
    """Deadlines that the document itself begins: when the resuscitation or operation was over."""
    out = {}
    for row in fulfilled_by(template.name):
        if not row.link:
            continue
        said = answers.get(row.link)
        since = stated(said) if isinstance(said, str) and said else form.happened
        if since is not None:
            out[row.name] = min(since, at)
    return out


def stated(text: str) -> datetime:
    """The latest moment that a date, or a time to the minute, can mean: nobody is late by what was not said."""
    found = span(text)
    return found.end if len(text) <= 10 else found.start


def _overdue(
    template: Template, rows: Sequence[Sequence[Any]], begun: Mapping[str, datetime], values: Mapping[str, Value],
    at: datetime,
) -> datetime | None:  # fmt: skip
    """The earliest deadline that this document fulfils and that has passed."""
    mine = {row.name: row for row in TABLE if template.name in row.fulfilled_by}
    dues = [due for rule, _, due in rows if rule in mine]
    dues += [mine[name].after(since, values) for name, since in begun.items()]
    return min((due for due in dues if due < at), default=None)
