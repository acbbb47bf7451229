"""六（一）2: no two rows share the bytes under a MAC, and a row's seal binds each of its values [6.1.2]"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.store.seals import PLAIN, SEALED_TABLES, Sealer, message, plain

MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
TEXTS = st.text(max_size=12)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), TEXTS, MOMENTS, st.dates(), st.uuids(), st.binary(max_size=12),
    st.lists(TEXTS, max_size=4),
)  # fmt: skip
ROWS = st.tuples(st.sampled_from(("account", "post", "hold", "a", "")), st.lists(VALUES, max_size=5))


def same(a: Any, b: Any) -> bool:
    """Equal values of one kind: 1 is not True, "1" is not 1, and a date is no moment."""
    if isinstance(a, list) and isinstance(b, list):
        return a == b
    return type(a) is type(b) and a == b


def identical(a: tuple[str, list[Any]], b: tuple[str, list[Any]]) -> bool:
    return a[0] == b[0] and len(a[1]) == len(b[1]) and all(map(same, a[1], b[1]))


@settings(max_examples=400, deadline=None)
@given(a=ROWS, b=ROWS)
def test_two_rows_never_share_a_message(a: tuple[str, list[Any]], b: tuple[str, list[Any]]) -> None:
    assert (message(*a) == message(*b)) == identical(a, b)


@settings(max_examples=300, deadline=None)
@given(row=ROWS, place=st.integers(0, 4), other=VALUES)
def test_one_changed_value_changes_the_message(row: tuple[str, list[Any]], place: int, other: Any) -> None:
    """Near rows, which two independent draws seldom are."""
    if place >= len(row[1]) or same(row[1][place], other):
        return
    changed = [*row[1]]
    changed[place] = other
    assert message(*row) != message(row[0], changed)


@settings(max_examples=300, deadline=None)
@given(at=MOMENTS, step=st.integers(1, 3))
def test_neighbouring_microseconds_differ(at: datetime, step: int) -> None:
    assert plain(at) != plain(at + timedelta(microseconds=step))


@given(at=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(at: datetime) -> None:
    assert plain(at) == plain(at.astimezone(timezone(timedelta(hours=8))))


@given(values=st.lists(TEXTS, max_size=5), cut=st.integers(0, 5))
def test_lists_are_not_cut_elsewhere(values: list[str], cut: int) -> None:
    joined = ["".join(values[:cut]), *values[cut:]]
    if joined != values:
        assert plain(joined) != plain(values)


def test_a_remembered_seal_holds_for_nothing_else() -> None:
    """The short way of a hot row compares table and values, never the MAC alone."""
    calls: list[bytes] = []

    def mac(text: bytes) -> bytes:
        calls.append(text)
        return text[-16:].rjust(16, b"0")

    sealer = Sealer(mac)
    right = sealer.mac("post", (1, "physician", date(2026, 1, 1)))
    assert sealer.holds("post", (1, "physician", date(2026, 1, 1)), right)
    before = len(calls)
    assert sealer.holds("post", (1, "physician", date(2026, 1, 1)), right)
    assert len(calls) == before
    for table, values in (
        ("post", (1, "head", date(2026, 1, 1))), ("post", (1, "physician", date(2026, 1, 2))),
        ("account", (1, "physician", date(2026, 1, 1))), ("post", (2, "physician", date(2026, 1, 1))),
    ):  # fmt: skip
        honest = sealer.mac(table, values)
        assert honest == right or not sealer.holds(table, values, right)
    assert not sealer.holds("post", (1,), None)
    assert not sealer.holds("post", (1,), b"")


def test_every_sealed_table_names_its_version_and_entry() -> None:
    for table, columns in SEALED_TABLES.items():
        assert len(set(columns)) == len(columns), table
        if "." not in table and table not in PLAIN:
            assert columns[-2:] == ("version", "entry")
