"""一（三）3 全程管控: entries are placed in each writer's order, whatever order they are seen in [1.3.3]"""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jingui.crypto.entry import GENESIS
from jingui.crypto.suite import INTERNATIONAL
from jingui.store.placing import Heads, Pending, judge

SUITE = INTERNATIONAL
MAC = SUITE.keyed(b"k" * 32)


def chain(writer: int, length: int, first_xid: int = 10) -> list[Pending]:
    """One writer's entries, three a transaction."""
    out, prev = [], GENESIS
    who = UUID(int=writer)
    for n in range(length):
        entry = UUID(int=writer * 1000 + n)
        head = b'{"id":"%s","n":%d,"prev":"%s","writer":"%s"}' % (
            str(entry).encode(), n, prev.hex().encode(), str(who).encode()
        )  # fmt: skip
        leaf = SUITE.digest(b"\x00" + head)
        out.append(Pending(first_xid + n // 3 * 7 + writer, entry, who, n, head, leaf, MAC(head)))
        prev = leaf
    return out


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_all_are_placed_in_order(lengths: list[int], random) -> None:
    rows = [row for writer, length in enumerate(lengths, 1) for row in chain(writer, length)]
    random.shuffle(rows)
    heads: Heads = {}
    verdict = judge(SUITE, MAC, heads, (), rows)
    assert len(verdict.placed) == len(rows)
    assert (verdict.waiting, verdict.faults) == ([], [])
    for writer, length in enumerate(lengths, 1):
        mine = [row.n for row in verdict.placed if row.writer == UUID(int=writer)]
        assert mine == list(range(length))


@given(st.data())
def test_seen_in_any_parts(data: st.DataObject) -> None:
    """Rows that become visible in any order over several turns: nothing is lost, nothing comes too early."""
    rows = [*chain(1, 9), *chain(2, 5)]
    left = data.draw(st.permutations(rows))
    heads: Heads = {}
    done: list[Pending] = []
    seen: list[Pending] = []
    while left:
        cut = data.draw(st.integers(1, len(left)))
        seen, left = seen + left[:cut], left[cut:]
        verdict = judge(SUITE, MAC, heads, (), seen)
        assert verdict.faults == []
        done += verdict.placed
        seen = verdict.waiting
    assert len(done) == len(rows)
    assert [row.n for row in done if row.writer == UUID(int=1)] == list(range(9))


@given(st.integers(0, 8), st.sampled_from(["head", "leaf", "mac", "n", "writer", "id"]))
def test_an_altered_entry_stops_its_writer_only(at: int, column: str) -> None:
    rows = chain(1, 9)
    good = rows[at]
    wrong = {
        "head": good._replace(head=good.head.replace(b"prev", b"Prev")), "leaf": good._replace(leaf=bytes(32)),
        "mac": good._replace(mac=bytes(32)), "n": good._replace(n=good.n + 50),
        "writer": good._replace(writer=UUID(int=9)), "id": good._replace(id=UUID(int=77)),
    }[column]  # fmt: skip
    rows[at] = wrong
    heads: Heads = {}
    verdict = judge(SUITE, MAC, heads, (), [*rows, *chain(2, 4)])
    assert [fault.entry for fault in verdict.faults] == [str(wrong.id)]
    placed = [row.n for row in verdict.placed if row.writer == UUID(int=1)]
    assert placed == list(range(len(placed)))
    assert len(placed) <= at
    assert [row.n for row in verdict.placed if row.writer == UUID(int=2)] == [0, 1, 2, 3]


@given(st.integers(0, 7))
def test_a_missing_entry_makes_the_rest_wait(at: int) -> None:
    rows = chain(1, 9)
    del rows[at]
    verdict = judge(SUITE, MAC, {}, (), rows)
    assert (len(verdict.placed), len(verdict.waiting), verdict.faults) == (at, 8 - at, [])


def test_a_second_entry_of_the_same_number_is_refused() -> None:
    heads: Heads = {}
    judge(SUITE, MAC, heads, (), chain(1, 3))
    again = chain(1, 3)[1]
    assert [fault.kind for fault in judge(SUITE, MAC, heads, (), [again]).faults] == ["repeat"]
    assert judge(SUITE, MAC, heads, {str(again.writer)}, [again]).faults == []
