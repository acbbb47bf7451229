"""二（一）3: what is owed, what is missing, who is under age: pure rules [2.1.3]"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.core import consents as core
from jingui.core.consents import PRECAUTIONS, Row, Seen, missing, owed, under
from jingui.core.telling import TOLD
from jingui.core.words import Sensitivity

T = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HIV, STD = Sensitivity.HIV, Sensitivity.STD
NEEDED = frozenset({"hiv", "std"})


def row(
    state: str = "given", labels: tuple[str, ...] = (), ends: datetime | None = None, kind: str = core.COLLECTION
) -> Row:
    return Row(kind, frozenset(labels), state, T, ends)


def due(*rows: Row, last: datetime = T) -> list[Sensitivity]:
    return [one.label for one in owed({HIV: Seen(T, last), Sensitivity.DONOR: Seen(T, T)}, rows, NEEDED, 3 * DAY)]


def test_what_is_needed_and_unanswered_is_owed() -> None:
    assert due() == [HIV]
    assert owed({HIV: Seen(T, T)}, (), NEEDED, 3 * DAY)[0].due == T + 3 * DAY
    assert owed({HIV: Seen(T, T)}, (), frozenset(), DAY) == ()


@pytest.mark.parametrize("state", ["given", "refused", "withdrawn"])
def test_any_answer_settles_it(state: str) -> None:
    assert due(row(state)) == []
    assert due(row(state, ("hiv",))) == []
    assert due(row(state, ("std",))) == [HIV]
    assert due(row(state, kind="research")) == [HIV]


def test_what_comes_after_the_end_is_owed_anew() -> None:
    ended = row(ends=T + DAY)
    assert due(ended) == []
    assert due(ended, last=T + 2 * DAY) == [HIV]
    assert due(ended, row(), last=T + 2 * DAY) == []
    assert due(ended, row("withdrawn"), last=T + 2 * DAY) == []


def test_the_most_urgent_first() -> None:
    found = owed({HIV: Seen(T + DAY, T + DAY), STD: Seen(T, T)}, (), NEEDED, DAY)
    assert [one.label for one in found] == [STD, HIV]


def test_missing_is_by_time_and_label() -> None:
    assert missing(frozenset({"hiv", "donor"}), (), NEEDED, T) == {"hiv"}
    assert missing(frozenset({"hiv"}), (row(labels=("hiv",)),), NEEDED, T) == frozenset()
    assert missing(frozenset({"hiv"}), (row(labels=("std",)),), NEEDED, T) == {"hiv"}
    assert missing(frozenset({"hiv"}), (row(ends=T),), NEEDED, T) == {"hiv"}
    assert missing(frozenset({"hiv"}), (row("withdrawn"),), NEEDED, T) == frozenset()


@pytest.mark.parametrize(
    ("birth", "young"),
    [
        ("2012-11-01", False), ("2012-11-02", True), ("2012-11", True), ("2012", True), ("2011", False), ("", False),
        ("1900-01-01", False), ("2026-11-01", True),
    ],
)  # fmt: skip
def test_doubt_protects_a_minor(birth: str, young: bool) -> None:
    assert under(birth, T, 14) is young


def test_every_label_is_told_and_every_infection_warns() -> None:
    assert set(TOLD) == set(Sensitivity)
    assert set(PRECAUTIONS) == {
        Sensitivity.HIV, Sensitivity.STD, Sensitivity.HEPATITIS, Sensitivity.TUBERCULOSIS, Sensitivity.INFECTIOUS,
    }  # fmt: skip
