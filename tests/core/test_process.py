"""一（三）1: the state machine alone: whatever is tried, in whatever order, its promises hold [1.3.1] [6.1.2]"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core import process
from jingui.core.calendars import USUAL
from jingui.core.errors import Conflict, Misconfigured, Refused
from jingui.core.matters import KINDS, checked
from jingui.core.matters.row import MatterKind, Move, State, Step, Who
from jingui.core.process import Case, Mover
from jingui.core.settings import table
from jingui.core.words import Role

AT = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
VALUES = table({})
ROLES = (Role.MEDICAL_AFFAIRS, Role.HEAD, Role.PHYSICIAN, Role.DISCIPLINE)
STEPS = st.builds(
    Step, name=st.just("步"), roles=st.sets(st.sampled_from(ROLES), min_size=1).map(tuple), people=st.integers(1, 3),
    days=st.sampled_from(("", "matter_step_days")),
)  # fmt: skip
ROWS = st.builds(
    MatterKind, id=st.just("k"), text=st.just("事"), purpose=st.just("用"), clauses=st.just(("1.3.1",)),
    section=st.just("access"), starters=st.just((Role.PHYSICIAN,)),
    steps=st.lists(STEPS, min_size=1, max_size=3).map(tuple), appeal=st.lists(STEPS, max_size=2).map(tuple),
    appeal_days=st.just("matter_appeal_days"), effect=st.sampled_from(("", "some")), four_eyes=st.booleans(),
)  # fmt: skip
PEOPLE = st.builds(
    Mover, person=st.integers(1, 6), role=st.sampled_from(ROLES), department=st.integers(0, 2),
    behalf=st.sampled_from((0, 0, 0, 1, 4, 7)),
)  # fmt: skip
TRIES = st.lists(st.tuples(PEOPLE, st.sampled_from(list(Move))), max_size=40)


@settings(max_examples=600, deadline=None)
@given(kind=ROWS, tries=TRIES, subject=st.sampled_from((0, 2)))
def test_whatever_is_tried_nobody_decides_alone_twice_or_about_themselves(
    kind: MatterKind, tries: list[tuple[Mover, Move]], subject: int
) -> None:
    """[6.1.2] After any sequence of tries: every step had its different people, none of them a party."""
    case, at = Case(state=State.DRAFT, starter=1, subject=subject, parties=frozenset({3})), AT
    passed = 0
    for mover, made in tries:
        at += timedelta(minutes=1)
        until = AT + timedelta(days=5)
        allowed = process.may(kind, case, mover, at, until)
        if made not in allowed:
            with pytest.raises((Refused, Conflict)):
                process.check(kind, case, mover, made, at, until)
            continue
        if made in process.AGREES | {Move.REFUSE, Move.RETURN}:
            assert not {mover.person, mover.behalf} & {1, subject or 1, 3}
        outcome = process.move(kind, case, mover, made, at, settings=VALUES)
        passed += outcome.passed
        case = outcome.case
        assert (case.due is None) or case.state in process.DECIDING
        for step, round_ in {(v.step, v.round) for v in case.votes}:
            voices = [v for v in case.votes if (v.step, v.round) == (step, round_)]
            people = [n for v in voices for n in {v.person, v.behalf} - {0}]
            assert len(people) == len(set(people))
    assert passed <= 1
    if case.state in (State.EXECUTED, State.APPROVED):
        last = max(v.round for v in case.votes)
        steps = kind.appeal if any(v.step >= process.APPEALS and v.round == last for v in case.votes) else kind.steps
        shift = process.APPEALS if steps is kind.appeal else 0
        for n, step in enumerate(steps):
            agreed = {v.behalf or v.person for v in case.votes
                      if v.step == n + shift and v.round == last and v.move in process.AGREES}  # fmt: skip
            assert len(agreed) >= step.people


def test_deadlines_skip_holidays_and_count_made_up_days() -> None:
    """[4.1.1] Three working days after 30 September 2026 end with 9 October: the holiday lies between."""
    assert USUAL.after(AT, 3) == datetime(2026, 10, 10, 16, 0, tzinfo=UTC)  # 8, 9 and the Saturday made up for
    assert USUAL.between(AT, AT + timedelta(days=10)) == 3
    assert USUAL.after(datetime(2026, 11, 20, 3, tzinfo=UTC), 1) == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_every_row_of_the_table_can_be_finished() -> None:
    """[1.3.1] Each shipped row runs to its end with people of its roles, and each needs what it says."""
    for kind in KINDS.values():
        case = Case(state=State.WAITING, starter=1, subject=2, department=9)
        person = 10
        while case.state is State.WAITING:
            step = process.step_of(kind, case)
            assert step is not None
            person += 1
            who = {Who.SUBJECT: 2, Who.STARTER: 1}.get(step.who, person)
            role = step.roles[0] if step.roles else Role.PHYSICIAN
            mover = Mover(person=who, role=role, department=9)
            allowed = process.may(kind, case, mover, AT)
            made = Move.APPROVE if Move.APPROVE in allowed else Move.REPLY
            assert made in allowed, kind.id
            outcome = next((word for word, _, passes in step.outcomes if passes), "")
            case = process.move(kind, case, mover, made, AT, settings=VALUES, outcome=outcome).case
        assert case.state is (State.EXECUTED if kind.effect else State.APPROVED), kind.id


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"steps": ()}, "steps"),
        ({"starters": ()}, "starters"),
        ({"steps": (Step(name="x"),)}, "roles"),
        ({"steps": (Step(name="x", roles=(Role.HEAD,), people=0),)}, "people"),
        ({"steps": (Step(name="x", who=Who.SUBJECT, people=2),)}, "people"),
        ({"steps": (Step(name="x", roles=(Role.HEAD,), moves=(Move.REFUSE,)),)}, "moves"),
        ({"clauses": ()}, "clauses"),
    ],
)
def test_a_row_that_cannot_work_stops_the_start(change: dict[str, object], wrong: str) -> None:
    """[1.3.1] A table that could never be finished, or that nobody may start, is refused."""
    row = replace(KINDS["internal_access"], **change)  # type: ignore[arg-type]  # one field of the row
    with pytest.raises(Misconfigured) as error:
        checked(row)
    assert error.value.data["wrong"] == wrong
