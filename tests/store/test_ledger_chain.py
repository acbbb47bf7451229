"""一（三）3: a writer's chain: every entry names the one before it, whatever fails between build and commit [1.3.3]"""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.entry import EntryDraft, Line
from jingui.core.words import Decision, Entrance, Purpose, Verb
from jingui.crypto import entry as form
from jingui.crypto.suite import INTERNATIONAL
from jingui.store.ledger import Chain

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Keys:
    """As much of a keyring as a chain uses."""

    ledger_mac = staticmethod(INTERNATIONAL.keyed(b"k" * 32))


def draft(n: int) -> EntryDraft:
    return EntryDraft(
        Verb.READ, Decision.ALLOW, "", ("4.1.1",), ("r",), Purpose.TREATMENT, Entrance.PAGE, 1, 1, f"T{n}", "", "", "",
        "", "", (Line(f"p{n}", f"r{n}", "Observation", 1),), None, None, n,
    )  # fmt: skip


def drafts(count: int, start: int) -> list[tuple[EntryDraft, UUID]]:
    return [(draft(start + n), UUID(int=start + n + 1)) for n in range(count)]


@pytest.fixture
def chain() -> Chain:
    return Chain(INTERNATIONAL, Keys())  # type: ignore[arg-type]  # Keys is all it asks of a keyring


STEPS = st.lists(st.tuples(st.sampled_from(("commit", "rollback", "unknown")), st.integers(1, 4)), max_size=12)


@settings(max_examples=80, deadline=None)
@given(steps=STEPS)
def test_what_stands_is_one_unbroken_chain_per_writer(steps: list[tuple[str, int]]) -> None:
    """Rolled-back numbers are used again, unknown outcomes end the writer: no gap, no fork, no number twice."""
    chain = Chain(INTERNATIONAL, Keys())  # type: ignore[arg-type]  # Keys is all it asks of a keyring
    standing: dict[UUID, list[tuple[int, bytes]]] = {}
    given_up: set[UUID] = set()
    number = 0
    for outcome, count in steps:
        built = chain.build(drafts(count, number), AT)
        number += count
        if outcome == "commit":
            assert chain.writer not in given_up
            rows = [(row[3], bytes(row[4])) for row in built.rows]  # type: ignore[call-overload]  # a head is bytes
            standing.setdefault(chain.writer, []).extend(rows)
            chain.advance(built)
        elif outcome == "unknown":
            given_up.add(chain.writer)
            chain.renew()
    for rows in standing.values():
        assert [n for n, _ in rows] == list(range(len(rows)))
        before = form.GENESIS
        for n, head in rows:
            assert f'"n":{n}'.encode() in head
            assert before.hex().encode() in head
            before = leaf_of(head)


def leaf_of(head: bytes) -> bytes:
    """RFC 9162: the hash of 0x00 and the entry."""
    return INTERNATIONAL.digest(b"\0" + head)


def test_a_chain_given_up_meanwhile_does_not_take_the_old_place(chain: Chain) -> None:
    """A recovery renewed the chain while a commit was under way: the new writer begins at its own beginning."""
    built = chain.build(drafts(3, 0), AT)
    chain.renew()
    chain.advance(built)
    assert (chain.n, chain.leaf) == (0, form.GENESIS)


def test_two_chains_share_no_writer() -> None:
    made = [Chain(INTERNATIONAL, Keys()) for _ in range(50)]  # type: ignore[arg-type]  # see above
    assert len({one.writer for one in made}) == 50


def test_salts_differ_although_the_content_does_not(chain: Chain) -> None:
    """Equal private parts must not be recognised by equal commitments."""
    same = [(draft(1), UUID(int=1)), (draft(1), UUID(int=2))]
    built = chain.build(same, AT)
    assert built.rows[0][7] != built.rows[1][7]
    assert built.rows[0][8] != built.rows[1][8]
