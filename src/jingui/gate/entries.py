"""一（三）3 全程管控: how an operation and its outcome become a draft of a ledger entry [1.3.3]"""

from jingui.core.entry import EntryDraft, Line
from jingui.core.operation import Operation
from jingui.core.vector import Decided
from jingui.core.words import Decision
from jingui.gate.actors import ActorFacts


def draft(
    operation: Operation,
    actor: ActorFacts,
    decided: Decided,
    *,
    epoch: int,
    policy: int,
    decision: Decision | None = None,
    reason: str = "",
    lines: tuple[Line, ...] = (),
    patient: int | None = None,
    patients: tuple[int, ...] = (),
    detail: str = "",
) -> EntryDraft:
    """Make the draft. `decision` defaults to what the rules said; public entrances leave no address and no session."""
    who = operation.actor
    public = who.name.startswith("public:")
    if decision is None:
        decision = Decision.ALLOW if decided.allow else Decision.DENY
    return EntryDraft(
        operation.verb,
        decision,
        reason or decided.reason,
        decided.clauses,
        decided.rules,
        operation.purpose,
        who.entrance,
        epoch,
        policy,
        actor.staff_no or who.name,
        actor.username,
        str(actor.post) if actor.post else "",
        "" if public else who.session,
        "" if public else who.address,
        detail,
        lines,
        actor.account or None,
        actor.person or None,
        patient if patient else (patients[0] if len(patients) == 1 else None),
        patients,
    )
