"""一（三）1: the writing hinge: one transaction holds the change and its ledger entry [1.3.1] [2.2.4]

Facts are read on the transaction's own connection with the same SQL text as the pipeline's. The pipeline is never
called from here (it would deadlock unseen).
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction

from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import JinguiError, Lockdown, NotFound, Tampered, Unavailable
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.sheets import Result, Trace
from jingui.core.vector import Decided
from jingui.core.words import Category, Decision, Grant, Verb
from jingui.gate import apps_bound
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts, from_row, named_actor
from jingui.gate.entries import draft, known, resting
from jingui.gate.notes import NOTE_SQL, seal_note
from jingui.gate.obligations import bound
from jingui.gate.parties import is_party
from jingui.gate.pipeline import ask
from jingui.gate.proposals import PROPOSED, TWO_PERSON, covers, propose, recovers
from jingui.gate.read import refusal
from jingui.gate.registry import WRITE_ACTS, Done
from jingui.gate.runtime import Runtime, current
from jingui.gate.settings import needs
from jingui.gate.sql import raw
from jingui.gate.stances import STANCES, stance_of
from jingui.store.ledger import Chain
from jingui.store.statements import ACTOR_SQL, ENTRY_SQL, FACTS_SQL

TRIES = 4
# Nothing else locks the epoch, and this only after the entry, under the chain's lock: earlier, a write that waits for
# the chain would stop every entry of every process, and the one that holds the chain.
BUMP_SQL = """UPDATE epoch SET n = n + 1, policy = greatest(policy, (SELECT max(n) FROM policy_version)) WHERE id = 1"""
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
BOOTSTRAPPED_SQL = "SELECT 1 FROM post OFFSET 2 LIMIT 1"
BOOTSTRAP = frozenset({Verb.REGISTER_DEPARTMENT, Verb.REGISTER_PERSON, Verb.OPEN_ACCOUNT, Verb.GRANT_POST})


class EpochMoved(Unavailable):
    """Something was revoked between the facts and the entry: decide again."""


@dataclass(kw_only=True)
class WriteContext:
    """The writing side's tools, inside the open transaction."""

    runtime: Runtime
    operation: Operation
    actor: ActorFacts
    patient: f.PatientFacts | None
    epoch: int
    entry: UUID
    extra: list[tuple[EntryDraft, UUID]] = field(default_factory=list)  # further entries of the same transaction

    def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Run one statement with $n parameters on the transaction's connection."""
        return raw(sql, *args)

    def unmoved(self) -> None:
        """Decide anew at once when the epoch moved while locks were waited for: later it would be work for nothing."""
        if raw("SELECT n FROM epoch") != [(self.epoch,)]:
            raise EpochMoved(where="epoch")

    def line(self, patient: int, record: int = -1, kind: str = "", version: int = 0) -> Line:
        """A target by its public ids."""
        public = self.runtime.public
        return Line(public(patient, 0), public(patient, record) if record >= 0 else "", kind, version)


_chains: dict[int, tuple[Runtime, Chain]] = {}  # with the runtime itself: its number is no later one's


def chain_of(runtime: Runtime) -> Chain:
    """This process's writer chain for transactions (the pipeline has its own)."""
    found = _chains.get(id(runtime))
    if found is None:
        found = _chains.setdefault(id(runtime), (runtime, Chain(runtime.suite, runtime.keyring)))
    return found[1]


def load_actor(runtime: Runtime, operation: Operation) -> ActorFacts:
    """The actor's facts on this connection; always fresh."""
    state = raw("SELECT n, policy, lockdown FROM epoch")
    if not state:
        raise Unavailable(where="epoch")
    epoch, policy, lockdown = state[0]
    if operation.actor.name:
        return named_actor(operation.actor, epoch=epoch, policy=policy, lockdown=lockdown)
    rows = raw(ACTOR_SQL, operation.actor.account, operation.actor.post, operation.actor.token, binary=True)
    made = from_row(
        rows[0] if rows else None, runtime.sealer, token=operation.actor.token, epoch=epoch, policy=policy,
        needs=needs(runtime, epoch),
    )  # fmt: skip
    return bound_app(runtime, made, operation.actor.grant) if operation.actor.grant else made


def bound_app(runtime: Runtime, made: ActorFacts, grant: int) -> ActorFacts:
    """The facts of whoever comes in through an app, with what binds it."""
    try:
        return apps_bound.binding(made, apps_bound.loaded(runtime.sealer, grant, runtime.clock.now()))
    except Tampered as error:
        return apps_bound.binding(made, None, str(error.data["where"]))


def write(operation: Operation) -> Result:
    """Carry out a changing operation: Refused, Invalid, Conflict … leave nothing but their own entry."""
    runtime = current()
    if not runtime.ledger_well:
        raise Unavailable(where="ledger")
    try:
        for _ in range(TRIES):
            try:
                return _write(runtime, operation)
            except EpochMoved:
                continue
        raise Unavailable(where="epoch")
    except JinguiError:
        raise
    except AWAY as error:
        connection.close()
        raise Unavailable(where="database") from error
    except (DatabaseError, psycopg.Error) as error:
        raise JinguiError(where="database", detail=type(error).__name__) from error


def _write(runtime: Runtime, operation: Operation) -> Result:
    failed: JinguiError | None = None
    with Commit(runtime) as commit, transaction.atomic():
        actor, patient, decided = decide(runtime, operation)
        context = WriteContext(
            runtime=runtime, operation=operation, actor=actor, patient=patient, epoch=actor.epoch,
            entry=runtime.entry_id(runtime.clock.now()),
        )  # fmt: skip
        outcome = _outcome(context, operation, actor, patient, decided)
        if isinstance(outcome, JinguiError):
            failed, done = outcome, Done()
            made = _failure(context, decided, outcome)
        else:
            done = outcome
            made = success(context, decided, done)
        commit.enter(made, context, bump=done.bump)
    if failed is not None:
        raise failed
    return Result(
        value=done.value,
        trace=Trace(
            entry=str(context.entry), at=operation.at, decided=decided, verb=operation.verb.value,
            purpose=operation.purpose.value, actor=actor.name,
        ),
        more=done.more,
        notes=done.notes,
    )  # fmt: skip


def decide(runtime: Runtime, operation: Operation) -> tuple[ActorFacts, f.PatientFacts | None, Decided]:
    """Facts and decision on this connection."""
    actor = load_actor(runtime, operation)
    if actor.lockdown and not recovers(operation):
        raise Lockdown()
    patient = None
    number = operation.target.patient
    if number:
        asked = ask(actor, operation.purpose, number, operation.target.record or -1)
        row = raw(FACTS_SQL, *([one] for one in asked), runtime.clock.now(), binary=True)[0]
        patient = f.patient_facts(row, runtime.sealer)
    why = apps_bound.beyond(actor, operation, operation.verb, operation.target.kind, number, operation.at)
    if why:
        return actor, patient, apps_bound.refused(why)
    grant = Grant.NONE
    if operation.actor.name == "system:init" and operation.verb in BOOTSTRAP and not raw(BOOTSTRAPPED_SQL):
        grant = Grant.COVERS  # the first three administrators of an empty house, and nobody after them
    if covers(runtime, operation):
        grant = Grant.COVERS
    stood = stance_of(runtime, operation, actor)
    vector = f.vector(
        operation,
        actor,
        patient,
        category=Category.BASIC if number else Category.NONE,
        grant=grant,
        party=stood.party or is_party(operation, actor),
    )
    if operation.verb in STANCES:
        vector = vector._replace(grant=stood.grant)  # a right to read this patient is no right to move a matter
    if operation.verb not in TWO_PERSON:
        return actor, patient, bound(operation, runtime.decider.decide(vector))
    # a right to read is never a second person: only an approved proposal of exactly this operation is
    decided = runtime.decider.decide(vector._replace(grant=grant))
    if not decided.allow and not operation.matter:
        paired = runtime.decider.decide(vector._replace(grant=Grant.COVERS))
        if paired.allow:
            decided = paired._replace(reason=PROPOSED)
    return actor, patient, bound(operation, decided)


def _outcome(
    context: WriteContext, operation: Operation, actor: ActorFacts, patient: f.PatientFacts | None, decided: Decided
) -> Done | JinguiError:
    """Run the act in a savepoint; a refusal or failure undoes it and is returned, so that its entry still commits."""
    tampered = actor.tampered or (patient.tampered if patient else "")
    if tampered and not decided.allow:
        return Tampered(where=tampered, entry=str(context.entry))
    if not decided.allow:
        return refusal(operation, decided, str(context.entry))
    if operation.target.patient and patient is None:
        return NotFound(entry=str(context.entry))
    permit = Permit(
        operation=operation, decided=decided, entry=context.entry, at=operation.at, person=actor.person,
        department=actor.department,
    )  # fmt: skip
    try:
        with transaction.atomic():
            act = propose if decided.reason == PROPOSED else WRITE_ACTS[operation.verb]
            return act(context, permit)
    except (Unavailable, *AWAY):
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it was: the act is undone and the attempt is entered
        context.extra.clear()
        return known(error)


def success(context: WriteContext, decided: Decided, done: Done) -> EntryDraft:
    """The draft of an operation that was done, its note kept encrypted."""
    number = context.operation.target.patient
    detail = ""
    note = done.note + context.operation.reason.encode()
    if note:
        detail, sealed = seal_note(context.runtime, context.entry, note)
        raw(NOTE_SQL, context.entry, number, sealed)
    return draft(
        context.operation, context.actor, resting(decided, done.clauses), epoch=context.epoch,
        policy=context.actor.policy, reason=done.reason,
        lines=done.lines or ((context.line(number),) if number else ()),
        patients=done.patients or ((number,) if number else ()), detail=detail,
    )  # fmt: skip


def _failure(context: WriteContext, decided: Decided, error: JinguiError) -> EntryDraft:
    number = context.operation.target.patient
    reason = getattr(error, "reason", "") or error.code
    return draft(
        context.operation, context.actor, decided, epoch=context.epoch, policy=context.actor.policy,
        decision=Decision.FAIL if decided.allow else Decision.DENY, reason=reason,
        lines=(context.line(number),) if number else (), patient=number,
    )  # fmt: skip


class Commit:
    """Holds the writer chain from the entry's insert to the end of the commit, and keeps it only if that succeeded."""

    def __init__(self, runtime: Runtime) -> None:
        """Bind to this process's chain."""
        self._runtime = runtime
        self._chain = chain_of(runtime)
        self._stack = ExitStack()
        self._built: Any = None

    def __enter__(self) -> "Commit":
        """Nothing is locked until `enter`."""
        return self

    def enter(self, made: EntryDraft, context: WriteContext, *, bump: bool) -> None:
        """Insert the entries; the epoch must still be the one that was decided under."""
        self._stack.enter_context(self._chain.lock)
        at = self._runtime.clock.now()
        self._built = self._chain.build([(made, context.entry), *context.extra], at)
        columns: Sequence[list[object]] = self._built.columns()
        with psycopg.RawCursor(connection.connection) as cursor:
            cursor.execute(ENTRY_SQL, [context.epoch, *columns])
            if cursor.rowcount != len(self._built.rows):
                raise EpochMoved(where="epoch")
        if bump:
            raw(BUMP_SQL)

    def __exit__(self, kind: object, error: object, _trace: object) -> None:
        """After the transaction: advance, or give the chain up when the outcome is unknown."""
        with self._stack:
            if self._built is None:
                return
            if error is None:
                self._chain.advance(self._built)
            elif not isinstance(error, JinguiError):
                self._chain.renew()
