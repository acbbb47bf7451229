"""一（三）1: the one state machine that every matter runs through [1.3.1] [4.1.1] [6.1.2]

Pure: a `Case` is what the store knows of a matter, `Mover` who wants to move it. `may` says what they may do now and
`move` what it becomes; whoever stores the result does so under a lock and asks again first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from jingui.core.calendars import USUAL, Calendar
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.matters.row import MatterKind, Move, Paper, State, Step, Who
from jingui.core.word import N_
from jingui.core.words import Role

OPEN: Final = frozenset({State.DRAFT, State.WAITING, State.RETURNED, State.APPEALED})
DECIDING: Final = frozenset({State.WAITING, State.APPEALED})
TAKES: Final = frozenset({State.DRAFT, State.RETURNED, State.WAITING})  # papers may still be brought
SAYS: Final = (Move.APPROVE, Move.REFUSE, Move.RETURN, Move.REPLY)
AGREES: Final = frozenset({Move.APPROVE, Move.REPLY})
APPEALS: Final = 100  # votes on an appeal are counted apart: step 0 of an appeal is 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one person said at one step of one round."""

    step: int
    round: int
    person: int
    behalf: int  # 0 when they spoke for themselves
    move: Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A matter as the machine sees it. `parties` are the persons who may not decide on it."""

    state: State
    step: int = 0
    round: int = 1
    starter: int
    subject: int = 0
    department: int = 0
    parties: frozenset[int] = frozenset()
    votes: tuple[Vote, ...] = ()
    due: datetime | None = None
    decided: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Somebody at one of their posts; `behalf` is whose post they were lent, 0 when it is their own."""

    person: int
    role: Role
    department: int
    behalf: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The case after a move. `passed`: the last step agreed just now, so what was asked for is done."""

    case: Case
    passed: bool = False


def steps_of(kind: MatterKind, state: State) -> tuple[Step, ...]:
    """The steps that count in this state."""
    return kind.appeal if state is State.APPEALED else kind.steps


def step_of(kind: MatterKind, case: Case) -> Step | None:
    """The step that is being taken, None when nobody is to act."""
    steps = steps_of(kind, case.state)
    return steps[case.step] if case.state in DECIDING and case.step < len(steps) else None


def place(case: Case) -> int:
    """The number under which votes on the present step are kept."""
    return case.step + (APPEALS if case.state is State.APPEALED else 0)


def takes_part(kind: MatterKind, case: Case, mover: Mover) -> bool:
    """Whether the present step is this person's to take, by role, department, subject or starter."""
    step = step_of(kind, case)
    if step is None or not mover.person:
        return False
    if step.who is Who.SUBJECT:
        return mover.person == case.subject and not mover.behalf
    if step.who is Who.STARTER:
        return mover.person == case.starter and not mover.behalf
    if mover.role not in step.roles:
        return False
    return not step.own_department or (bool(case.department) and mover.department == case.department)


def brings(kind: MatterKind, case: Case, mover: Mover) -> bool:
    """Whether this person may bring papers: the starter, or whoever's step it is. While it takes any (`TAKES`)."""
    return bool(mover.person) and (mover.person == case.starter or takes_part(kind, case, mover))


def barred(kind: MatterKind, case: Case, mover: Mover) -> str:
    """Why this person may not decide although the step is theirs: "party", "again" or "" for nothing."""
    step = step_of(kind, case)
    mine = {mover.person, mover.behalf} - {0}
    if step is not None and step.who is Who.ROLES and mine & ({case.starter, case.subject} | case.parties):
        return "party"
    for vote in case.votes:
        if not mine & {vote.person, vote.behalf}:
            continue
        if vote.round == case.round and vote.step == place(case):
            return "again"
        if kind.four_eyes and vote.step != place(case) and step is not None and step.who is Who.ROLES:
            return "again"
    return ""


def may(
    kind: MatterKind, case: Case, mover: Mover, at: datetime, appeal_until: datetime | None = None
) -> tuple[Move, ...]:
    """Every move this person may make now, in the order pages offer them."""
    moves: list[Move] = []
    if takes_part(kind, case, mover) and not barred(kind, case, mover):
        step = step_of(kind, case)
        moves += [move for move in SAYS if step is not None and move in step.moves]
    if mover.person == case.starter and mover.person and not mover.behalf:
        if case.state in (State.DRAFT, State.RETURNED):
            moves += [Move.SUBMIT, Move.SAVE]
        if case.state in (State.DRAFT, State.WAITING, State.RETURNED) and not kind.system:
            moves.append(Move.WITHDRAW)
        if case.state is State.REFUSED and kind.appeal and appeal_until is not None and at < appeal_until:
            moves.append(Move.APPEAL)
        if case.state in (State.APPROVED, State.EXECUTED):
            moves.append(Move.CLOSE)
    return tuple(moves)


def check(kind: MatterKind, case: Case, mover: Mover, move: Move, at: datetime, appeal_until: datetime | None) -> None:
    """Raise Refused or Conflict, with the next step, unless `move` is theirs to make now."""
    if move in may(kind, case, mover, at, appeal_until):
        return
    if case.state not in OPEN and move in SAYS:
        raise Conflict(N_("该事项已经办结。"), N_("请刷新页面查看结果。"))
    why = barred(kind, case, mover) if takes_part(kind, case, mover) else ""
    if move in SAYS and why == "party":
        raise Refused(N_("您是此事的当事人，不能由您本人决定。"), N_("请由另一名有权限的人员办理。"),
                      clauses=("6.1.2",), reason="party")  # fmt: skip
    if move in SAYS and why == "again":
        raise Refused(N_("您已经就此事表过态，须由另一人办理下一步。"), N_("请由另一名有权限的人员办理。"),
                      clauses=("6.1.2",), reason="again")  # fmt: skip
    raise Refused(N_("此事目前不由您办理。"), N_("请查看事项当前由谁办理。"), clauses=kind.clauses, reason="not_yours")


def move(
    kind: MatterKind, case: Case, mover: Mover, made: Move, at: datetime, *, settings: Mapping[str, int | str],
    outcome: str = "", calendar: Calendar = USUAL,
) -> Outcome:  # fmt: skip
    """What the case becomes; `check` was asked before. Invalid when an outcome is missing or not one of the step's."""
    step = step_of(kind, case)
    if made is Move.SUBMIT:
        return Outcome(case=entering(kind, case, State.WAITING, 0, at, settings, calendar))
    if made is Move.EXPIRE and step is not None and step.after == "pass":
        return onward(kind, case, at, settings, calendar)
    if made in (Move.WITHDRAW, Move.EXPIRE, Move.CLOSE):
        ended = {Move.WITHDRAW: State.WITHDRAWN, Move.EXPIRE: State.EXPIRED, Move.CLOSE: State.CLOSED}[made]
        return Outcome(case=replace(case, state=ended, due=None))
    if made is Move.APPEAL:
        return Outcome(
            case=entering(kind, replace(case, round=case.round + 1), State.APPEALED, 0, at, settings, calendar)
        )
    if made is Move.SAVE or step is None:
        return Outcome(case=case)
    said = outcome_of(step, outcome, made)
    voted = replace(case, outcome=said[0] or case.outcome, votes=(*case.votes, vote_of(case, mover, made)))
    if made is Move.RETURN and kind.system:  # nobody started it: its first step is asked again
        return Outcome(case=entering(kind, replace(voted, round=case.round + 1), case.state, 0, at, settings, calendar))
    if made is Move.RETURN:
        return Outcome(case=replace(voted, state=State.RETURNED, round=case.round + 1, step=0, due=None))
    if made is Move.REFUSE or not said[1]:
        ended = State.CLOSED if case.state is State.APPEALED else State.REFUSED
        return Outcome(case=replace(voted, state=ended, due=None, decided=at))
    if agreeing(voted) < step.people:
        return Outcome(case=voted)
    return onward(kind, voted, at, settings, calendar)


def onward(
    kind: MatterKind, case: Case, at: datetime, settings: Mapping[str, int | str], calendar: Calendar
) -> Outcome:
    """The case at its next step, or at its end when there is none."""
    if case.step + 1 < len(steps_of(kind, case.state)):
        return Outcome(case=entering(kind, case, case.state, case.step + 1, at, settings, calendar))
    state = State.EXECUTED if kind.effect else State.APPROVED
    return Outcome(case=replace(case, state=state, due=None, decided=at), passed=True)


def outcome_of(step: Step, outcome: str, made: Move) -> tuple[str, bool]:
    """The outcome word and whether it passes; Invalid unless it is one that this move may have (a return has none)."""
    refusing = made is Move.REFUSE
    split = Move.REFUSE in step.moves  # else the word alone says which way it goes
    fitting = [(word, passes) for word, _, passes in step.outcomes if not split or passes is not refusing]
    if made is Move.RETURN or not fitting:
        return "", True
    for word, passes in fitting:
        if word == outcome:
            return word, passes
    raise Invalid(places=(("outcome", N_("请选择处理结论")),))


def vote_of(case: Case, mover: Mover, made: Move) -> Vote:
    """The vote that this move is."""
    return Vote(step=place(case), round=case.round, person=mover.person, behalf=mover.behalf, move=made)


def agreeing(case: Case) -> int:
    """How many different people agreed at the present step of this round; lent voices count for their lender once."""
    return len({vote.behalf or vote.person for vote in case.votes
                if vote.step == place(case) and vote.round == case.round and vote.move in AGREES})  # fmt: skip


def entering(
    kind: MatterKind, case: Case, state: State, at_step: int, at: datetime, settings: Mapping[str, int | str],
    calendar: Calendar,
) -> Case:  # fmt: skip
    """The case as it enters a step: with its deadline."""
    step = steps_of(kind, state)[at_step]
    return replace(case, state=state, step=at_step, due=deadline(step, at, settings, calendar))


def deadline(
    step: Step, at: datetime, settings: Mapping[str, int | str], calendar: Calendar = USUAL
) -> datetime | None:
    """When the step is due, None for never."""
    if step.hours:
        return at + timedelta(hours=int(settings[step.hours]))
    return calendar.after(at, int(settings[step.days])) if step.days else None


def missing(papers: Sequence[Paper], brought: Iterable[str]) -> tuple[str, ...]:
    """Names of the required papers that are not there."""
    have = set(brought)
    return tuple(paper.name for paper in papers if paper.required and paper.name not in have)
