"""一（三）3 全程管控: how an operation and its outcome become a draft of a ledger entry [1.3.3]"""

import logging
import traceback

from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import JinguiError, Unprocessable
from jingui.core.operation import Operation
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.core.words import Decision
from jingui.gate.actors import ActorFacts

log = logging.getLogger(__name__)


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
    if actor.app is not None:  # through which app: whoever looks at the entry later is told
        lines = (*lines, Line("", str(actor.app.app), "app", 0))
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


def resting(decided: Decided, clauses: tuple[str, ...]) -> Decided:
    """The decision with the clauses of the row that was acted on: both stand in the entry."""
    more = tuple(one for one in clauses if one not in decided.clauses)
    return decided._replace(clauses=(*decided.clauses, *more)) if more else decided


def known(error: Exception) -> JinguiError:
    """The error as one of ours. What nobody foresaw is logged by kind and place alone: its text may hold content."""
    if isinstance(error, JinguiError):
        return error
    if isinstance(error, OverflowError):
        return Unprocessable(N_("日期超出可以记录的范围，未被收录。"), N_("请核对日期后重新提交。"))
    frames = traceback.extract_tb(error.__traceback__)
    log.error("failed: %s at %s:%s", type(error).__name__, frames[-1].name, frames[-1].lineno)
    made = JinguiError(where="act")
    made.__cause__ = error
    return made
