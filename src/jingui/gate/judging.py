"""二（二）录入: a submission judged: a decision for each record, then rows and entries, or a refusal [2.2.1] [2.2.4]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from jingui.core.enter import Change, Made, Merging, Submission
from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import Gone, JinguiError, NotFound, PreconditionFailed, Refused, Tampered, Unprocessable
from jingui.core.operation import Operation, Target
from jingui.core.settings import Value
from jingui.core.vector import Decided
from jingui.core.words import Category, Decision, Level, RecordState, Standing, Verb
from jingui.formats import fhir_json, sensitivity
from jingui.formats.fhir_bundle import unresolved
from jingui.formats.fhir_encounter import outline
from jingui.formats.fhir_relations import KINDS as RELATING
from jingui.formats.fhir_types import rewritten
from jingui.gate import apps_bound
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts
from jingui.gate.consents_entered import Changed, derived, seal_changed
from jingui.gate.entries import draft, known
from jingui.gate.entry_forms import Prepared
from jingui.gate.entry_judging import (
    beside,
    check_unformed,
    classed,
    encounter_moves,
    labels_of,
    resource_moves,
    same,
    settled,
    state_of,
)
from jingui.gate.faces import SECRECY, birth_of
from jingui.gate.messages import Arrival, allowed, met, older
from jingui.gate.numbering import DIRECTORY, Numbers, Place, check_belonging, refuse_unowned
from jingui.gate.numbers import Supply, kept, visit_tokens
from jingui.gate.obligations import bound
from jingui.gate.preparing import Chart, Placed, Rows, add_version, classify, dead, encounter_row
from jingui.gate.read import LEVELS, refusal, unsealed
from jingui.gate.relating import Relating
from jingui.gate.runtime import Runtime
from jingui.gate.scopes import REFUSED, out_of_scope
from jingui.store.vault import seal_parts


@dataclass(slots=True)
class Verdict:
    """Rows and entries of one submission, or its error with the entry that says so."""

    rows: Rows = field(default_factory=Rows)
    made: list[Made] = field(default_factory=list)
    drafts: list[tuple[UUID, EntryDraft]] = field(default_factory=list)
    error: JinguiError | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Judging:
    """Judges one submission. Nothing is stored here."""

    runtime: Runtime
    operation: Operation
    actor: ActorFacts
    facts: Mapping[tuple[int, int, int, str], Sequence[Any]]
    at: datetime
    departments: Mapping[str, int]
    people: Mapping[str, int]
    charts: dict[int, Chart]
    relating: Relating
    supply: Supply = field(default_factory=Supply)  # numbers for what brings none
    existing: frozenset[int] = frozenset()  # positions whose If-None-Exist found what they would have made
    arrival: Arrival | JinguiError | None = None  # the registered source's message that this came in
    orders: Mapping[tuple[int, int], str] = field(default_factory=dict)  # the last event of records, by place
    leaders: dict[str, Place] = field(default_factory=dict)
    standing: dict[int, tuple[Decided, list[Line]]] = field(default_factory=dict)
    groups: dict[tuple[int, Verb], tuple[UUID, Decided, list[Line]]] = field(default_factory=dict)
    consents: Mapping[tuple[int, int], Sequence[Any]] = field(default_factory=dict)  # by patient and paper
    house: sensitivity.House = sensitivity.SHIPPED  # the hospital's own sensitive codes
    changed: dict[int, Changed] = field(default_factory=dict)  # patients' own rows
    seen: dict[int, f.PatientFacts | None] = field(default_factory=dict)  # by the row of `facts`, which lives as long
    form: Prepared | None = None  # the filled form that these changes follow from
    values: Mapping[str, Value] = field(default_factory=dict)  # the settings in force

    def judge(self, numbers: Numbers | JinguiError) -> Verdict:
        """Return the verdict; an error leaves only its own entry."""
        verdict = Verdict()
        try:
            if isinstance(self.arrival, JinguiError):
                raise self.arrival
            if self.arrival is not None and self.arrival.before is not None:
                made = self.unchanged(set())._replace(reason="existing")
                return Verdict(drafts=[(self.runtime.entry_id(self.at), made)])
            if isinstance(numbers, JinguiError):
                raise numbers
            changes = cast(Submission, self.operation.data).changes
            self.leaders = {c.full_url: p for c, p in zip(changes, numbers.places, strict=True) if c.full_url}
            for i, (change, place) in enumerate(zip(changes, numbers.places, strict=True)):
                if i in self.existing:
                    self.stands(verdict, change, place)
                else:
                    self.one(verdict, change, place, numbers.mapping)
        except Exception as error:  # noqa: BLE001 -- whatever it was: nothing of it stands, the attempt is entered
            failed = known(error)
            entry, drafted = self.failure(failed)
            return Verdict(drafts=[(entry, drafted)], error=failed)
        seal_changed(self.runtime, verdict.rows, self.changed)
        for (patient, verb), (entry, decided, lines) in self.groups.items():
            verdict.drafts.append((entry, self.entry(verb, decided, patient, tuple(lines))))
        for patient, (decided, lines) in self.standing.items():
            made = self.entry(self.operation.verb, decided, patient, tuple(lines))._replace(reason="existing")
            verdict.drafts.append((self.runtime.entry_id(self.at), made))
        if not verdict.drafts:  # everything stood already: the attempt is entered all the same
            verdict.drafts.append((self.runtime.entry_id(self.at), self.unchanged({p.patient for p in numbers.places})))
        self.taken(verdict)
        return verdict

    def taken(self, verdict: Verdict) -> None:
        """Remember the message that this came in, with the entry that says so."""
        message = cast(Submission, self.operation.data).message
        if message is not None and isinstance(self.arrival, Arrival):
            row = (message.source, message.control, self.arrival.digest, "AA", message.sequence, verdict.drafts[0][0])
            verdict.rows.messages.append((*row, self.at))

    def one(self, verdict: Verdict, change: Change, place: Place, mapping: Mapping[str, str]) -> None:
        """Judge and prepare one change."""
        chart = self.charts[place.patient]
        row = self.facts.get((place.patient, place.record, self.actor.person, self.operation.purpose.value))
        exists = row is not None and row[f.R_VERSION] is not None
        merging = change.merging
        if merging is not None and self.left(verdict, change, place, merging, row if exists else None):
            return
        resource, named = rewritten(change.resource, mapping)
        kind = resource["resourceType"]
        lost = tuple(unresolved(resource, named))
        if lost:
            raise Unprocessable(places=tuple((f"{kind}{path}", what) for path, what in lost[:50]))
        if change.record is not None and (row is None or not exists or row[f.R_KIND] != kind):
            raise NotFound()
        if row is None or not exists:
            row = self.facts.get((place.patient, -1, self.actor.person, self.operation.purpose.value))
        if not chart.new and (row is None or row[f.P_ID] is None):
            raise refuse_unowned(change)
        check_belonging(place, resource, self.runtime.ids.internal, named)
        if merging is not None and merging.sequence and not merging.leader:
            verdict.rows.orders.append((place.patient, place.record, merging.sequence))
        self.know_birth(chart, resource, row)
        old = row if exists else None
        details = classify(chart, change, resource, self.at, self.runtime.ids.internal, labels_of(old), self.house)
        if old is not None:
            details["level"] = max(details["level"], f.LEVELS.get(old[f.R_LEVEL], Level.SECRET), key=LEVELS.index)
        if isinstance(self.arrival, Arrival):
            allowed(self.arrival, change, details["category"], exists)
        form = self.form if self.form is not None and change is self.form.changes[0] else None
        if form is not None:
            details = classed(form, chart, details, self.at)
        verb = self.verb(change, chart, kind, exists)
        under = self.under(change, place)
        decided = self.decide(verb, chart, row, details, exists, resource, under)
        if old is not None and old[f.R_CATEGORY] != details["category"]:  # what it replaces is theirs to change too
            before = {**details, "category": f.CATEGORIES.get(old[f.R_CATEGORY], Category.NONE)}
            self.decide(verb, chart, row, before, exists, resource, under)
        if form is not None:
            resource = settled(self.runtime, form, row, decided, resource, exists, self.at)
        else:
            check_unformed(self.form, old, decided, verb, resource)
        if exists and row is not None:
            if change.if_match and change.if_match != row[f.R_VERSION]:
                raise PreconditionFailed()
            stored = self.stored(place, row)
            resource = met(stored, dict(resource), merging) if merging is not None else dict(resource)
            resource = kept(stored, resource)
            if same(stored, resource):
                public = self.runtime.public(place.patient, place.record)
                verdict.made.append(
                    Made(public, kind, row[f.R_VERSION], "unchanged", fhir_json.dump(stored), change.full_url)
                )
                return
        else:
            resource = self.supply.give(dict(resource), bool(cast(Submission, self.operation.data).source))
        version = row[f.R_VERSION] + 1 if exists and row is not None else 1
        placed = Placed(
            change=change, chart=chart, record=place.record, version=version, resource=dict(resource),
            category=details["category"], labels=details["labels"], level=details["level"],
            retention=details["retention"], encounter=details["encounter"], current=old,
        )  # fmt: skip
        if old is not None:
            placed.state, placed.form = RecordState(old[f.R_STATE]), old[f.R_FORM]
        if form is not None:  # a new version waits for its signature again
            placed.form = form.template.name
            placed.state = RecordState.FILED if placed.state is RecordState.FILED else RecordState.ENTERED
        entry, lines = self.group(chart.patient, verb, decided)
        department = self.actor.department
        if kind == "Encounter":
            department = self.encounter(verdict, placed, entry, row)
        elif kind in RELATING:
            self.relating.resource(verdict.rows, placed, entry, row)
        body = add_version(
            self.runtime, verdict.rows, placed, entry=entry, at=self.at, author=self.actor.person, department=department
        )
        if form is not None:
            beside(self.runtime, verdict.rows, form, placed, decided, self.actor.person, self.at)
            verdict.notes += ["pasted"] * form.pasted
        elif not exists:
            resource_moves(self.runtime, verdict.rows, placed, department, self.at, self.values)
        if kind == "Patient" and old is not None and old[f.P_DECEASED] != dead(placed.resource):
            self.change(chart, old, entry).deceased = dead(placed.resource)
        if kind == "Consent":
            marks = derived(
                self.runtime, verdict.rows, placed, self.consents, role=self.actor.role, entry=entry, at=self.at
            )
            if marks:
                self.change(chart, row, entry).marks += marks
        public = self.runtime.public(place.patient, place.record)
        lines.append(Line(chart.public, public, kind, version))
        outcome = "updated" if exists else "created"
        verdict.made.append(Made(public, kind, version, outcome, body, change.full_url))

    def left(self, verdict: Verdict, change: Change, place: Place, merging: Merging, row: Sequence[Any] | None) -> bool:
        """Whether a message leaves what stands as it is: it only names it, or something newer was told of it."""
        late = older(merging, place, self.leaders.get(merging.leader), self.orders)
        stays = late or (merging.anchor and row is not None)
        if stays:
            public = self.runtime.public(place.patient, place.record)
            outcome = "superseded" if late else "existing"
            version = row[f.R_VERSION] if row is not None else 0
            verdict.made.append(Made(public, change.resource["resourceType"], version, outcome, b"", change.full_url))
        return stays

    def stands(self, verdict: Verdict, change: Change, place: Place) -> None:
        """Answer a conditional change whose like exists: whoever might have made it learns its number, nothing else."""
        kind = change.resource["resourceType"]
        chart = self.charts[place.patient]
        row = self.facts.get((place.patient, place.record, self.actor.person, self.operation.purpose.value))
        if row is None or row[f.R_VERSION] is None or (place.patient and row[f.P_ID] is None):
            raise NotFound()
        details = classify(chart, change, change.resource, self.at, self.runtime.ids.internal, house=self.house)
        verb = Verb.REGISTER_PATIENT if kind == "Patient" else Verb.ENTER if change.record is None else Verb.CORRECT
        if self.form is not None:
            details = classed(self.form, chart, details, self.at)
        decided = self.decide(verb, chart, row, details, change.record is not None, change.resource)
        public = self.runtime.public(place.patient, place.record)
        # version 0: the entry tells of no version, because it made none
        self.standing.setdefault(place.patient, (decided, []))[1].append(Line(chart.public, public, kind, 0))
        verdict.made.append(Made(public, kind, row[f.R_VERSION], "existing", b"", change.full_url))

    def know_birth(self, chart: Chart, resource: Mapping[str, Any], row: Sequence[Any] | None) -> None:
        """Learn the patient's birth date, which decides the label of minors: from this resource, or from the face."""
        if resource["resourceType"] == "Patient":
            chart.birth = birth_of(resource)
            if row is not None and row[f.P_FACE] is not None and not chart.new:
                key = self.runtime.vault.key(chart.patient, "identity", row[f.KI_WRAPPED])
                face = self.runtime.vault.open_face(key, chart.patient, row[f.P_FACE])
                chart.secrecy = {name: face[name] for name in SECRECY if name in face}
        elif chart.birth is None and chart.patient and row is not None and row[f.P_FACE] is not None:
            key = self.runtime.vault.key(chart.patient, "identity", row[f.KI_WRAPPED])
            face = self.runtime.vault.open_face(key, chart.patient, row[f.P_FACE])
            chart.birth = birth_of({"birthDate": face["birth"]})

    def change(self, chart: Chart, row: Sequence[Any] | None, entry: UUID) -> Changed:
        """The change of the patient's own row, which names the last entry that made it."""
        made = self.changed.setdefault(chart.patient, Changed(row=None if chart.new else row, entry=entry))
        made.entry = entry
        return made

    def verb(self, change: Change, chart: Chart, kind: str, exists: bool) -> Verb:
        """Which operation a change is."""
        submission = cast(Submission, self.operation.data)
        if submission.source and submission.message is None:
            return Verb.IMPORT
        if exists and change.place is None:
            return Verb.CORRECT
        return Verb.REGISTER_PATIENT if chart.new and kind == "Patient" else Verb.ENTER

    def under(self, change: Change, place: Place) -> Sequence[Any] | None:
        """The facts of the form that a change was extracted from: what a recall opens, it opens with what is in it."""
        if self.form is None or change is self.form.changes[0] or self.form.changes[0].record is None:
            return None
        patient, record = self.form.changes[0].record
        if patient != place.patient:
            return None
        return self.facts.get((patient, record, self.actor.person, self.operation.purpose.value))

    def decide(
        self, verb: Verb, chart: Chart, row: Sequence[Any] | None, details: Mapping[str, Any], exists: bool,
        resource: Mapping[str, Any], under: Sequence[Any] | None = None,
    ) -> Decided:  # fmt: skip
        """Ask the rules; Refused or Tampered when they do not allow. `under`: the row whose grants count."""
        category = cast(Category, details["category"])
        patient = None if row is None or chart.new else self.about(row)
        if patient is not None and under is not None:
            patient = patient._replace(row=under, marked=True)
        asked = Operation(
            actor=self.operation.actor, verb=verb, at=self.at, purpose=self.operation.purpose,
            target=Target(patient=chart.patient),
        )  # fmt: skip
        vector = f.vector(
            asked, self.actor, patient, category=category, level=details["level"],
            state=state_of(self.form, row, exists), qualified=self.form is None or self.form.qualified,
            author=(row[f.R_AUTHOR] or 0) if exists and row is not None else 0,
        )  # fmt: skip
        kind = resource["resourceType"]
        why = apps_bound.unwritten(self.operation, self.actor, verb, resource, chart.patient)
        if out_of_scope(self.operation.actor, verb, kind):
            decided = REFUSED
        else:
            decided = apps_bound.refused(why) if why else bound(self.operation, self.runtime.decider.decide(vector))
        if decided.allow:
            return decided
        tampered = self.actor.tampered or (patient.tampered if patient else "")
        if vector.standing is Standing.TAMPERED:
            raise Tampered(where=tampered)
        error = refusal(asked, decided, "")
        error.verb = verb  # type: ignore[attr-defined]  # the entry says which operation was refused
        error.patient = chart.patient  # type: ignore[attr-defined]  # and about whom
        raise error

    def about(self, row: Sequence[Any]) -> f.PatientFacts | None:
        """The patient's side of a row of facts; the seals of each row are checked once a submission."""
        if id(row) not in self.seen:
            self.seen[id(row)] = f.patient_facts(row, self.runtime.sealer)
        return self.seen[id(row)]

    def stored(self, place: Place, row: Sequence[Any]) -> dict[str, Any]:
        """The current version, to see whether anything changed."""
        vault = self.runtime.vault
        forged = f.unsealed_record(row, self.runtime.sealer) or unsealed(row)
        if forged:
            raise Tampered(where=forged)
        if row[f.V_PAYLOAD] is None:
            raise Gone()
        key = vault.key(place.patient, seal_parts(row[f.V_SEAL], "")[2], row[f.K_WRAPPED])
        return fhir_json.parse(
            vault.open(key, place.patient, place.record, row[f.V_VERSION], row[f.V_SEAL], row[f.V_PAYLOAD])
        )

    def encounter(self, verdict: Verdict, placed: Placed, entry: UUID, row: Sequence[Any] | None) -> int:
        """Add the outline and relations of an Encounter; return its department."""
        submission = cast(Submission, self.operation.data)
        placed.outline = found = outline(placed.resource)
        code = found.department or submission.department
        department = self.departments.get(code, self.actor.department) if code else self.actor.department
        placed.encounter = placed.record
        tokens = visit_tokens(self.runtime.keyring, placed.resource)
        verdict.rows.identities += [(placed.chart.patient, name, token, True) for name, token in tokens]
        person = self.people.get(found.attending, 0)
        encounter_row(self.runtime, verdict.rows, placed, found, at=self.at, department=department, person=person)
        encounter_moves(self.runtime, verdict.rows, placed, found, department, person, self.at, self.values)
        self.relating.visit(verdict.rows, placed, found, entry, row, person, department, submission.follow_up_days)
        return department

    def group(self, patient: int, verb: Verb, decided: Decided) -> tuple[UUID, list[Line]]:
        """One entry per patient and operation within a submission."""
        key = (patient, verb)
        if key not in self.groups:
            self.groups[key] = (self.runtime.entry_id(self.at), decided, [])
        entry, _, lines = self.groups[key]
        return entry, lines

    def entry(self, verb: Verb, decided: Decided, patient: int, lines: tuple[Line, ...]) -> EntryDraft:
        """The draft of a group's entry."""
        asked = Operation(actor=self.operation.actor, verb=verb, at=self.at, purpose=self.operation.purpose)
        return draft(
            asked, self.actor, decided, epoch=self.epoch, policy=self.actor.policy, lines=lines, patient=patient or None
        )

    @property
    def epoch(self) -> int:
        """The epoch these facts were read under."""
        epochs: list[int] = [row[f.EPOCH] for row in self.facts.values()]
        return max(self.actor.epoch, *epochs) if epochs else self.actor.epoch

    def unchanged(self, touched: set[int]) -> EntryDraft:
        """The draft for a submission about the patients `touched` in which nothing was new."""
        decided = Decided(True, (), ("2.2.3",), (), "", "")
        patients = tuple(sorted(touched - {DIRECTORY}))
        lines = tuple(Line(self.runtime.public(one, 0), "", "", 0) for one in patients)
        made = self.entry(self.operation.verb, decided, patients[0] if len(patients) == 1 else 0, lines)
        return made._replace(reason="unchanged", patients=patients)

    def failure(self, error: JinguiError) -> tuple[UUID, EntryDraft]:
        """The entry of a refused or failed submission."""
        refused = isinstance(error, Refused)
        verb = getattr(error, "verb", self.operation.verb)
        patient = getattr(error, "patient", 0) or (self.operation.target.patient if self.form is not None else 0)
        clauses = error.clauses if isinstance(error, Refused) else ()
        rules = error.rules if isinstance(error, Refused) else ()
        reason = error.reason if isinstance(error, Refused) else error.code
        decided = Decided(False, rules, clauses, (), reason, "")
        lines = (Line(self.runtime.public(patient, 0), "", "", 0),) if patient else ()
        made = self.entry(verb, decided, patient, lines)
        entry = self.runtime.entry_id(self.at)
        if isinstance(error, Refused):
            error.entry = str(entry)
        return entry, made._replace(decision=Decision.DENY if refused else Decision.FAIL)
