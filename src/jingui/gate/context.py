"""四（一）内部查阅: what a reading act may use, and how its answer is governed [4.1.1] [4.1.2]"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jingui.core.entry import Line
from jingui.core.errors import NotFound, Refused, Tampered, Unavailable
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.sheets import Result
from jingui.core.vector import Decided, Vector
from jingui.core.words import Category, Decision, Level, RecordState, Standing, Verb
from jingui.crypto.keyring import DataKey
from jingui.gate import apps_bound
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts
from jingui.gate.entries import draft, known, resting
from jingui.gate.notes import seal_note
from jingui.gate.obligations import bound
from jingui.gate.pipeline import Pipeline, Stale, ask
from jingui.gate.read import TRIES, refusal, trace
from jingui.gate.registry import READ_ACTS
from jingui.gate.runtime import Runtime
from jingui.gate.scopes import REFUSED, out_of_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """The reading side's tools. `may` is the only way an act learns what of a patient it may show."""

    pipe: Pipeline
    runtime: Runtime
    operation: Operation
    actor: ActorFacts
    patient: f.PatientFacts | None

    async def rows(self, sql: str, *args: object) -> Sequence[Any]:
        """Run one statement."""
        return await self.pipe.pool.fetch(sql, *args)

    def may(
        self, verb: Verb, category: Category, level: Level, *, patient: f.PatientFacts | None = None,
        state: RecordState = RecordState.ENTERED, author: int = 0,
    ) -> Decided:  # fmt: skip
        """What the rules say of one record of this (or the given) patient."""
        asked = Operation(
            actor=self.operation.actor, verb=verb, at=self.operation.at, purpose=self.operation.purpose,
            target=self.operation.target,
        )  # fmt: skip
        about = patient or self.patient
        vector = f.vector(asked, self.actor, about, category=category, level=level, state=state, author=author)
        decided = self.runtime.decider.decide(vector)
        why = apps_bound.narrower(self.actor, self.operation, about, category, level) if decided.allow else ""
        return apps_bound.refused(why) if why else decided

    def allowed_pairs(self, verb: Verb = Verb.READ) -> tuple[list[str], list[str]]:
        """The (category, level) pairs this actor may read of this patient, as two parallel lists for SQL."""
        asked = Operation(
            actor=self.operation.actor, verb=verb, at=self.operation.at, purpose=self.operation.purpose,
        )  # fmt: skip
        base = f.vector(asked, self.actor, self.patient, state=RecordState.ENTERED)
        about = self.patient
        if about is None:
            return apps_bound.allowed(self.actor, asked, None, allowed_pairs(self.runtime, base, ()))
        one, other = (PAIRS, 1) if about.marked else (PAIRS[: len(Level)], len(PAIRS) // len(Level))
        # without marks the category does not matter: what holds for the first one's levels holds for all
        narrowed = tuple(f.narrow(asked, self.actor, about, category, level) for category, level in one) * other
        found = allowed_pairs(self.runtime, base, narrowed)
        return apps_bound.allowed(self.actor, self.operation, about, found)

    async def about(self, patients: Sequence[int]) -> list[f.PatientFacts | None]:
        """Facts of several patients toward this actor, in order."""
        actor, operation = self.actor, self.operation
        rows = [await future for future in [self.pipe.facts(ask(actor, operation.purpose, p)) for p in patients]]
        return [f.patient_facts(row, self.runtime.sealer) for row in rows]

    async def about_records(self, pairs: Iterable[tuple[int, int]]) -> list[f.PatientFacts | None]:
        """Facts toward this actor for (patient, record) pairs: what a grant of that very record opens shows in them."""
        actor, purpose = self.actor, self.operation.purpose
        asked = [self.pipe.facts(ask(actor, purpose, patient, record)) for patient, record in pairs]
        return [f.patient_facts(await one, self.runtime.sealer) for one in asked]

    def face(self, patient: f.PatientFacts) -> dict[str, Any]:
        """The decrypted face of a patient (only after a decision that allows it)."""
        row = patient.row
        if row[f.P_FACE] is None:
            return {}
        return self.runtime.vault.open_face(self.identity_key(patient), patient.patient, row[f.P_FACE])

    def identity_key(self, patient: f.PatientFacts) -> DataKey:
        """The patient's identity key: faces, search tokens, date shift."""
        return self.runtime.vault.key(patient.patient, "identity", patient.row[f.KI_WRAPPED])

    def line(self, patient: int, record: int = -1, kind: str = "", version: int = 0) -> Line:
        """A target by its public ids."""
        public = self.runtime.public
        return Line(public(patient, 0), public(patient, record) if record >= 0 else "", kind, version)


# Whose data may say `mine`: then it is about the asker alone.
MINE = frozenset({Verb.READ_LEDGER, Verb.READ_GRANTS, Verb.READ_APPS})
# Without a patient these verbs are about the directory.
NO_PATIENT = {Verb.SEARCH: Category.DIRECTORY, Verb.HISTORY: Category.DIRECTORY}
PAIRS = tuple((category, level) for category in Category if category is not Category.NONE for level in Level)
_pairs: dict[tuple[int, Vector, tuple[f.Narrow, ...]], tuple[list[str], list[str]]] = {}


def allowed_pairs(runtime: Runtime, base: Vector, narrowed: tuple[f.Narrow, ...]) -> tuple[list[str], list[str]]:
    """The (category, level) pairs that the rules allow for this vector; remembered, as decisions are.

    `narrowed` says for each of PAIRS what grants, consents and restrictions say of it; () in the directory.
    """
    key = (runtime.decider.version, base, narrowed)
    found = _pairs.get(key)
    if found is None:
        decide = runtime.decider.decide
        own = f.Narrow(base.grant, base.consent, base.objected)
        pairs = [
            (category.value, level.value)
            for (category, level), one in zip(PAIRS, narrowed or (own,) * len(PAIRS), strict=True)
            if decide(base._replace(category=category, level=level, **one._asdict())).allow
        ]
        found = ([a for a, _ in pairs], [b for _, b in pairs])
        if len(_pairs) > 10_000:
            _pairs.clear()
        _pairs[key] = found
    return found


async def govern(pipe: Pipeline, operation: Operation) -> Result:
    """Run a reading act: facts, decision, act, entry, release."""
    target = operation.target
    for _ in range(TRIES):
        patient = None
        if target.patient:
            seen = await pipe.seen(operation, target.patient)
            if seen is None:
                continue
            actor, row = seen
            patient = f.patient_facts(row, pipe.runtime.sealer)
            epoch, policy, lockdown = row[f.EPOCH], row[f.POLICY], row[f.LOCKDOWN]
        else:
            actor = await pipe.actor(operation.actor)
            epoch, policy, lockdown = actor.epoch, actor.policy, actor.lockdown
        pipe.check_open(lockdown)
        try:
            return await _act(pipe, operation, actor, patient, epoch, policy)
        except Stale:
            pipe.forget(operation.actor)
    raise Unavailable(where="epoch")


def stance(operation: Operation, actor: ActorFacts, patient: f.PatientFacts | None, category: Category) -> Vector:
    """What the rules are asked about a reading operation as a whole."""
    vector = f.vector(operation, actor, patient, category=category)
    if operation.verb in MINE and getattr(operation.data, "mine", False):
        vector = vector._replace(own=True)  # the act shows nothing but the asker's own
    return vector


def decision(runtime: Runtime, operation: Operation, actor: ActorFacts, vector: Vector) -> Decided:
    """What the rules say of it, within what the actor's token is for."""
    target = operation.target
    if out_of_scope(operation.actor, operation.verb, target.kind):
        return bound(operation, REFUSED)
    why = apps_bound.beyond(actor, operation, operation.verb, target.kind, target.patient, operation.at)
    return apps_bound.refused(why) if why else bound(operation, runtime.decider.decide(vector))


async def _act(
    pipe: Pipeline, operation: Operation, actor: ActorFacts, patient: f.PatientFacts | None, epoch: int, policy: int
) -> Result:
    runtime = pipe.runtime
    context = ReadContext(pipe=pipe, runtime=runtime, operation=operation, actor=actor, patient=patient)
    category = Category.BASIC if operation.target.patient else NO_PATIENT.get(operation.verb, Category.NONE)
    vector = stance(operation, actor, patient, category)
    decided = decision(runtime, operation, actor, vector)
    number = operation.target.patient
    own_line = (context.line(number),) if number else ()
    if not decided.allow:
        tampered = actor.tampered or (patient.tampered if patient else "")
        reason = "tampered" if vector.standing is Standing.TAMPERED else ""
        committed = await pipe.enter(
            draft(operation, actor, decided, epoch=epoch, policy=policy, reason=reason, lines=own_line, patient=number)
        )
        if tampered:
            raise Tampered(where=tampered, entry=str(committed.id))
        raise refusal(operation, decided, str(committed.id))
    if number and patient is None:
        committed = await pipe.enter(
            draft(
                operation,
                actor,
                decided,
                epoch=epoch,
                policy=policy,
                decision=Decision.FAIL,
                reason="not_found",
                lines=own_line,
            )
        )
        raise NotFound(entry=str(committed.id))
    permit = Permit(
        operation=operation, decided=decided, entry=runtime.entry_id(runtime.clock.now()), at=operation.at,
        person=actor.person, department=actor.department,
    )  # fmt: skip
    try:
        done = await READ_ACTS[operation.verb](context, permit)
    except Unavailable:
        raise
    except Exception as caught:  # noqa: BLE001 -- whatever it was: nothing leaves and the attempt is entered
        error = known(caught)
        refused = isinstance(error, Refused)
        outcome, reason = (Decision.DENY, error.reason) if isinstance(error, Refused) else (Decision.FAIL, error.code)
        committed = await pipe.enter(
            draft(
                operation,
                actor,
                decided,
                epoch=epoch,
                policy=policy,
                decision=outcome,
                reason=reason,
                lines=own_line,
                patient=number,
            )
        )
        if refused:
            error.entry = str(committed.id)  # type: ignore[attr-defined]  # a Refused has it
        raise error from error.__cause__
    detail, kept = "", None
    note = done.note + operation.reason.encode()
    if note:
        detail, sealed = seal_note(runtime, permit.entry, note)
        kept = (number, sealed)
    patients = done.patients or ((number,) if number else ())
    committed = await pipe.enter(
        draft(
            operation,
            actor,
            resting(decided, done.clauses),
            epoch=epoch,
            policy=policy,
            lines=done.lines or own_line,
            patients=patients,
            detail=detail,
        ),
        permit.entry,
        kept,
    )
    return Result(value=done.value, trace=trace(operation, actor, decided, committed), more=done.more, notes=done.notes)
