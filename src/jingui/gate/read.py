"""四（一）内部查阅: read one version of one record: facts, decision, decryption, entry, release [4.1.1] [4.1.2]"""

from collections.abc import Sequence
from typing import Any

from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import NotFound, Refused, Tampered, Unavailable
from jingui.core.operation import Operation
from jingui.core.sheets import Sheet, Trace
from jingui.core.vector import Decided
from jingui.core.words import Category, Decision, Level, RecordState, Standing
from jingui.gate import apps_bound
from jingui.gate import facts as f
from jingui.gate.actors import ActorFacts
from jingui.gate.entries import draft, known
from jingui.gate.notes import seal_note
from jingui.gate.obligations import bound
from jingui.gate.pipeline import Committed, Pipeline, Stale
from jingui.gate.scopes import REFUSED, out_of_scope
from jingui.store.vault import seal_of, seal_parts

TRIES = 4  # an epoch rarely moves twice within one request


def refusal(operation: Operation, decided: Decided, entry: str, matter: str = "") -> Refused:
    """The error of a refused operation, with its entry's id."""
    return Refused(
        clauses=decided.clauses,
        rules=decided.rules,
        reason=decided.reason,
        matter=matter or decided.matter,
        entry=entry,
    )


async def read(pipe: Pipeline, operation: Operation) -> Sheet:
    """Return the record of `operation.target`; Refused, NotFound, Gone, Tampered, Unavailable are entered where due."""
    target = operation.target
    for _ in range(TRIES):
        seen = await pipe.seen(operation, target.patient, target.record, target.version)
        if seen is None:
            continue
        actor, row = seen
        pipe.check_open(row[f.LOCKDOWN])
        try:
            return await judged(pipe, operation, actor, row)
        except Stale:
            pipe.forget(operation.actor)  # a try is not spent on finding out that these facts are old
    raise Unavailable(where="epoch")


async def judged(pipe: Pipeline, operation: Operation, actor: ActorFacts, row: Sequence[Any]) -> Sheet:
    """Decide on one row of facts, enter it, and return the sheet after the commit."""
    runtime = pipe.runtime
    category = f.CATEGORIES.get(row[f.R_CATEGORY], Category.NONE)
    level = f.LEVELS.get(row[f.R_LEVEL], Level.SECRET if row[f.R_LEVEL] else Level.ORDINARY)
    forged = f.unsealed_record(row, runtime.sealer) or unsealed(row)
    if row[f.V_SEAL] is not None and row[f.V_VERSION] != row[f.R_VERSION] and not forged:
        category, level = stricter(row[f.V_SEAL], category, level)
    patient = f.patient_facts(row, runtime.sealer)
    vector = f.vector(
        operation, actor, patient, category=category, level=level,
        state=f.STATES.get(row[f.R_STATE], RecordState.NONE), author=row[f.R_AUTHOR] or 0,
    )  # fmt: skip
    kind = row[f.R_KIND] or operation.target.kind
    if forged:
        decided = FORGED
    elif out_of_scope(operation.actor, operation.verb, kind):
        decided = REFUSED
    elif why := apps_bound.unseen(operation, actor, patient, kind, category, level):
        decided = apps_bound.refused(why)
    else:
        decided = bound(operation, runtime.decider.decide(vector))
    number, record = row[f.PATIENT], row[f.RECORD]
    public = runtime.public(number, record)
    line = Line(runtime.public(number, 0), public, kind, row[f.V_VERSION] or 0)

    def entry(decision: Decision | None = None, reason: str = "", detail: str = "") -> EntryDraft:
        return draft(
            operation, actor, decided, epoch=row[f.EPOCH], policy=row[f.POLICY], decision=decision, reason=reason,
            lines=(line,), patient=number, detail=detail,
        )  # fmt: skip

    if not decided.allow:
        tampered = forged or actor.tampered or (patient.tampered if patient else "")
        reason = "tampered" if vector.standing is Standing.TAMPERED else ""
        committed = await pipe.enter(entry(reason=reason))
        if tampered:
            raise Tampered(where=tampered, entry=str(committed.id))
        raise refusal(operation, decided, str(committed.id))
    if patient is None or row[f.V_PAYLOAD] is None or operation.target.kind not in ("", kind):
        committed = await pipe.enter(entry(Decision.FAIL, "not_found"))
        raise NotFound(entry=str(committed.id))
    try:
        key = runtime.vault.key(number, seal_parts(row[f.V_SEAL], "record_version")[2], row[f.K_WRAPPED])
        body = runtime.vault.open(key, number, record, row[f.V_VERSION], row[f.V_SEAL], row[f.V_PAYLOAD])
    except Exception as caught:  # noqa: BLE001 -- whatever it was: nothing leaves, and the failure is entered
        error = known(caught)
        committed = await pipe.enter(entry(Decision.FAIL, error.code))
        error.data = {**error.data, "entry": str(committed.id)}
        raise error from error.__cause__
    if not apps_bound.matches(operation, actor, kind, body):
        decided = apps_bound.refused("scope")
        raise refusal(operation, decided, str((await pipe.enter(entry())).id))
    number_of_entry, detail, note = None, "", None
    if operation.reason:
        number_of_entry = runtime.entry_id(runtime.clock.now())
        detail, sealed = seal_note(runtime, number_of_entry, operation.reason.encode())
        note = (number, sealed)
    committed = await pipe.enter(entry(detail=detail), number_of_entry, note)
    return Sheet(
        id=public,
        patient=line.patient,
        kind=row[f.R_KIND],
        version=row[f.V_VERSION],
        entered=row[f.V_ENTERED],
        body=body,
        trace=trace(operation, actor, decided, committed),
        category=category.value,
        level=level.value,
        labels=tuple(row[f.R_LABELS]),
        state=row[f.R_STATE],
        author=row[f.V_AUTHOR],
    )


def unsealed(row: Sequence[Any]) -> str:
    """The name of the record whose row does not say what its version is sealed with; "" for a good one or none."""
    seal = row[f.V_SEAL]
    if seal is None:
        return ""
    where = f"record:{row[f.PATIENT]}.{row[f.RECORD]}"
    if row[f.V_VERSION] != row[f.R_VERSION]:
        return "" if len(seal.split(":")) in (4, 5) else where
    said = seal_of(row[f.R_CATEGORY], row[f.R_LEVEL], row[f.R_CLASS], row[f.R_KIND], row[f.R_LABELS])
    return "" if seal == said else where


FORGED = Decided(False, ("row-seal",), ("6.1.2",), (), "tampered", "")
LEVELS = tuple(Level)  # from ordinary to secret


def stricter(seal: str, category: Category, level: Level) -> tuple[Category, Level]:
    """An older version is judged by its own category and the stricter of its own level and today's."""
    own_category, own_level, _ = seal_parts(seal, "record_version")
    known = f.LEVELS.get(own_level, Level.SECRET)
    return f.CATEGORIES.get(own_category, category), max(known, level, key=LEVELS.index)


def trace(operation: Operation, actor: ActorFacts, decided: Decided, committed: Committed) -> Trace:
    """The strip's content for a committed entry."""
    return Trace(
        entry=str(committed.id), at=operation.at, decided=decided, verb=operation.verb.value,
        purpose=operation.purpose.value, actor=actor.name,
    )  # fmt: skip
