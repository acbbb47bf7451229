"""四（二）4 教学科研: k, l, t and what is held back, against a second reckoning in plain Python [4.2.4]"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.research_fields import Ladder
from jingui.formats import risk
from jingui.formats.risk_ladders import ANY, LADDERS, at, top
from jingui.formats.risk_table import Table, connect

QUASI = (("age", Ladder.AGE), ("sex", Ladder.WORD), ("day", Ladder.DAY), ("diagnosis", Ladder.CODE))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.sampled_from(["", "3", "41", "42", "47", "61", "88", "89", "90+", "junk"]),
            "sex": st.sampled_from(["male", "female", ""]),
            "day": st.sampled_from(["2026-01-02", "2026-01-30", "2026-03-01", "2025-11-11", "2024", ""]),
            "diagnosis": st.sampled_from(["I21.0", "I21.9", "I25", "E11.9", ""]),
            "s_outcome": st.sampled_from(["home", "died", "transfer", ""]),
        }
    ),
    max_size=60,
)


@contextmanager
def table(rows: Sequence[Mapping[str, str]], quasi: Sequence[tuple[str, Ladder]] = QUASI) -> Iterator[Table]:
    with TemporaryDirectory() as folder:
        made = Table(Path(folder), quasi, ("outcome",))
        try:
            made.add(rows)
            made.ready()
            yield made
        finally:
            made.close()


def brute(rows: Sequence[Mapping[str, str]], levels: Mapping[str, int]) -> dict[tuple[str, ...], list[int]]:
    """The groups, reckoned by hand: which rows agree at these steps."""
    found = defaultdict(list)
    for n, row in enumerate(rows):
        found[tuple(at(ladder, row[name], levels[name]) for name, ladder in QUASI)].append(n)
    return dict(found)


def spread(rows: Sequence[Mapping[str, str]], groups: Sequence[Sequence[int]]) -> tuple[int, float]:
    """l and t of the outcome, reckoned by hand."""
    leave = [n for group in groups for n in group]
    whole = Counter(rows[n]["s_outcome"] for n in leave)
    far = 0.0
    for group in groups:
        here = Counter(rows[n]["s_outcome"] for n in group)
        far = max(far, sum(abs(here[x] / len(group) - whole[x] / len(leave)) for x in whole) / 2)
    return min(len({rows[n]["s_outcome"] for n in group}) for group in groups), far


@given(ROWS, st.integers(2, 6), st.sampled_from([0, 500, 3000]))
@settings(max_examples=40, deadline=None)
def test_measures_are_those_of_a_second_reckoning(rows: list[dict[str, str]], k: int, share: int) -> None:
    with table(rows) as made:
        plan = risk.planned(made, k, share)
        report = risk.measured(made, plan, k=k, population=1000)
    groups = brute(rows, plan.levels)
    held = {n for group in groups.values() if len(group) < k for n in group}
    assert plan.held == held
    leave = [group for group in groups.values() if len(group) >= k]
    assert (report.rows, report.held, report.groups) == (sum(map(len, leave)), len(held), len(leave))
    assert report.k == min(map(len, leave), default=0)
    assert sum(n for _, n in report.sizes) == len(leave)
    first = brute(rows, dict.fromkeys(plan.levels, 0))
    assert report.unique_before == sum(len(one) == 1 for one in first.values()) * 10_000 // max(len(rows), 1)
    if leave:
        assert report.unique == 0
        fewest, far = spread(rows, leave)
        assert (report.attributes[0].l, report.attributes[0].t) == (fewest, pytest.approx(far * 10_000, abs=1))
        assert report.prosecutor == 10_000 // report.k


@given(ROWS, st.integers(2, 5), st.sampled_from([0, 1000]))
@settings(max_examples=30, deadline=None)
def test_no_more_is_held_than_allowed_and_no_step_is_needless(rows: list[dict[str, str]], k: int, share: int) -> None:
    with table(rows) as made:
        plan = risk.planned(made, k, share)
        allowed = len(rows) * share // 10_000
        if len(rows) >= k:
            assert len(plan.held) <= allowed
        for name in plan.levels:
            if plan.levels[name] and len(rows) >= k:
                assert made.small({**plan.levels, name: plan.levels[name] - 1}, k) > allowed


def test_three_people_never_leave() -> None:
    rows = [{"age": "41", "sex": "male", "day": "2026-01-02", "diagnosis": "I21.0", "s_outcome": "home"}] * 3
    with table(rows) as made:
        plan = risk.planned(made, 5, 10_000)
        assert plan.held == {0, 1, 2}
        assert risk.measured(made, plan, k=5, population=100).rows == 0


def test_a_step_only_joins_what_was_apart() -> None:
    values = {
        Ladder.AGE: [str(n) for n in range(90)] + ["90+"],
        Ladder.DAY: ["2026-01-02", "2026-02-28", "2026-04-01", "2025-12-31", "2025"],
        Ladder.CODE: ["I21.0", "I21", "I25.1", "A00", "D50.9", "C34", "U07.1", "T14", "H61", "H10"],
        Ladder.REGION: ["浙江省 杭州市", "浙江省 宁波市", "北京市"],
        Ladder.WORD: ["a", "b"],
    }
    for ladder, known in values.items():
        for level in range(top(ladder)):
            here = {one: at(ladder, one, level) for one in known}
            after = {one: at(ladder, one, level + 1) for one in known}
            joined = defaultdict(set)
            for one in known:
                joined[here[one]].add(after[one])
            assert all(len(one) == 1 for one in joined.values()), (ladder, level, joined)
        assert {at(ladder, one, top(ladder)) for one in known} == {ANY}
    assert set(LADDERS) == set(Ladder) - {Ladder.NONE}


@pytest.mark.parametrize(
    ("ladder", "value", "said"),
    [
        (Ladder.AGE, "67", ["67", "65-69", "60-69", "60-79", ANY]),
        (Ladder.AGE, "88", ["88", "85-89", "80-89", "80-89", ANY]),
        (Ladder.AGE, "103", ["90+", "90+", "90+", "90+", ANY]),
        (Ladder.DAY, "2026-11-23", ["2026-11-23", "2026-11", "2026-Q4", "2026", ANY]),
        (Ladder.CODE, "I21.001", ["I21.001", "I21", "I00", ANY]),
        (Ladder.CODE, "心肌梗死", ["心肌梗死", ANY, ANY, ANY]),
        (Ladder.REGION, "浙江省 杭州市", ["浙江省 杭州市", "浙江省", ANY]),
    ],
)
def test_ladders(ladder: Ladder, value: str, said: list[str]) -> None:
    assert [at(ladder, value, n) for n in range(top(ladder) + 1)] == said


def test_the_database_reaches_nothing_but_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    db = connect(tmp_path / "in")
    with pytest.raises(duckdb.Error):
        db.execute(f"SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    with pytest.raises(duckdb.Error):
        db.execute("INSTALL httpfs")
    with pytest.raises(duckdb.Error):
        db.execute("SET enable_external_access = true")
    with pytest.raises(duckdb.Error):
        db.execute(f"COPY (SELECT 1) TO '{tmp_path}/out.csv'")
    db.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/in/out.parquet' (FORMAT parquet)")
    db.close()
