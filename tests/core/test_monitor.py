"""四（一）3: each rule of the monitor asks when it should and is silent when it should be [4.1.3]"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.monitor import RULES, Found, Reading, ask, night, read, written
from jingui.core.settings import table

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
VALUES = table({})
QUIET = Reading(person=1, patient=2, at=AT, entries=("e",), read=3)
DAY = QUIET._replace(patient=0, patients=10, usual=9)


@pytest.mark.parametrize(
    ("rule", "reading"),
    [
        ("no_relation", QUIET._replace(related=False)),
        ("self_made_relation", QUIET._replace(self_made=True)),
        ("own_record", QUIET._replace(read=0, refused=1, own=True)),
        ("colleague", QUIET._replace(colleague=True, emergency=1)),
        ("colleague_tried", QUIET._replace(colleague=True, refused=2)),
        ("relative", QUIET._replace(kin="phone")),
        ("restricted", QUIET._replace(restricted=True, emergency=1)),
        ("deceased", QUIET._replace(deceased_days=31)),
        ("after_hours", QUIET._replace(at_night=1, related=False)),
        ("volume", DAY._replace(patients=61, usual=20)),
        ("taken", DAY._replace(taken=20)),
        ("refused", DAY._replace(refused=5)),
        ("emergency_often", DAY._replace(emergency=1, glass_month=4)),
        ("prescriber_statistics", DAY._replace(statistics=1)),
    ],
)
def test_each_rule_asks(rule: str, reading: Reading) -> None:
    assert rule in {found.rule for found in ask(reading, VALUES)}


def test_every_rule_is_tried_here() -> None:
    marks = [mark for mark in test_each_rule_asks.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {rule for rule, _ in marks[0].args[1]} == set(RULES)


@pytest.mark.parametrize(
    "reading",
    [
        QUIET, DAY, QUIET._replace(deceased_days=30), DAY._replace(patients=60, usual=20), DAY._replace(patients=39),
        DAY._replace(taken=19), DAY._replace(refused=4), QUIET._replace(colleague=True),
        QUIET._replace(restricted=True), QUIET._replace(at_night=3), QUIET._replace(emergency=1),
    ],
)  # fmt: skip
def test_usual_work_is_not_asked_about(reading: Reading) -> None:
    """[4.1.3] Treating a colleague, a restricted chart of one's own patient, a night on duty: no question."""
    assert ask(reading, VALUES) == ()


def test_quiet_hours_go_over_midnight() -> None:
    assert night(datetime(2026, 11, 22, 15, 0, tzinfo=UTC), VALUES)  # 23:00 in China
    assert night(datetime(2026, 11, 22, 21, 59, tzinfo=UTC), VALUES)  # 05:59
    assert not night(datetime(2026, 11, 22, 22, 0, tzinfo=UTC), VALUES)  # 06:00
    assert not night(AT, VALUES)


@given(
    st.lists(
        st.builds(
            Found,
            st.sampled_from(sorted(RULES)),
            st.dictionaries(st.sampled_from(("read", "days", "usual")), st.integers(-1, 10**6), max_size=3),
        ),
        max_size=5,
    )
)
def test_findings_come_back_as_written(found: list[Found]) -> None:
    assert read(written(found)) == tuple(found)
