"""一（三）3 全程管控: how fast entries are made, placed and checked; only in a house made for measuring [1.3.3]

Entries made here are true: a system task, named so, asked for nothing and got nothing.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

import orjson

from jingui.core.entry import EntryDraft, Line
from jingui.core.errors import JinguiError
from jingui.core.ids import uuid7
from jingui.core.words import Decision, Entrance, Purpose, Verb
from jingui.crypto import note
from jingui.crypto.checkpoint import Checkpoint, heads_bytes
from jingui.crypto.merkle import Tree, tree_hash
from jingui.gate import plane, runtime
from jingui.gate.pipeline import Pipeline
from jingui.gate.runtime import Runtime
from jingui.store.ledger import Chain
from jingui.store.placing import Heads, Pending, judge

ORIGIN = "bench."  # the ledger of every house made for measuring begins with this
WRITERS = 4
WAVE, WAVES = 256, 3  # entries that wait together, and how many such groups
SIZE_SQL = "SELECT coalesce(max(size), 0) FROM checkpoint"


class Appended(NamedTuple):
    """Entries committed, in how many seconds, and the longest that one waited for a signed checkpoint over it."""

    entries: int
    seconds: float
    longest: float


class Checked(NamedTuple):
    """Entries verified in memory, in how many seconds."""

    entries: int
    seconds: float


def bench_only() -> Runtime:
    """The runtime; JinguiError in a hospital's own house."""
    found = runtime.current()
    if not found.origin.startswith(ORIGIN):
        raise JinguiError(where="origin")
    return found


def sample(epoch: int, policy: int) -> EntryDraft:
    """An entry as a reading of one record leaves it."""
    target = Line("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "Observation", 1)
    return EntryDraft(
        Verb.READ, Decision.FAIL, "bench", ("1.3.3",), (), Purpose.OPERATION, Entrance.COMMAND, epoch, policy,
        "system:bench", "", "", "", "", "", (target,), None, None, None,
    )  # fmt: skip


def append(seconds: float) -> Appended:
    """Commit entries through the pipeline for `seconds` while the sequencer signs checkpoints over them."""
    bench_only()
    running = plane.current()
    return asyncio.run_coroutine_threadsafe(_append(running.pipe, seconds), running.loop).result(seconds + 60)


async def _append(pipe: Pipeline, seconds: float) -> Appended:
    epoch, policy = (await pipe.pool.fetch("SELECT n, policy FROM epoch"))[0]
    one = sample(epoch, policy)
    count = int((await pipe.pool.fetch("SELECT count(*) FROM entry"))[0][0])
    began = perf_counter()
    marks: deque[tuple[int, float]] = deque()  # (entries then committed, when)
    first = count

    async def wave() -> None:
        nonlocal count
        while perf_counter() - began < seconds:
            await asyncio.gather(*(pipe.enter(one) for _ in range(WAVE)))
            count += WAVE
            marks.append((count, perf_counter()))

    watching = asyncio.ensure_future(_longest(pipe, marks))
    await asyncio.gather(*(wave() for _ in range(WAVES)))
    spent = perf_counter() - began
    marks.append((-1, 0.0))
    return Appended(count - first, spent, await watching)


async def _longest(pipe: Pipeline, marks: deque[tuple[int, float]]) -> float:
    """The longest time from a commit to a checkpoint that covers it; ends at the mark -1."""
    longest = 0.0
    while True:
        size, now = int((await pipe.pool.fetch(SIZE_SQL))[0][0]), perf_counter()
        while marks and 0 <= marks[0][0] <= size:
            longest = max(longest, now - marks.popleft()[1])
        if marks and marks[0][0] < 0:
            return longest
        if marks and now - marks[0][1] > 30:
            raise JinguiError(where="sequencer")
        await asyncio.sleep(0.02)


def chains(count: int) -> Iterator[Pending]:
    """`count` entries of several writers in memory, as the database would show them."""
    made = bench_only()
    at, one = datetime.now(UTC), sample(1, 1)
    ms = int(at.timestamp() * 1000)
    for writer in range(WRITERS):
        chain = Chain(made.suite, made.keyring)
        ids = [uuid7(ms, (writer << 64 | i).to_bytes(10, "big")) for i in range(count // WRITERS)]
        for row in chain.build([(one, entry) for entry in ids], at).rows:
            yield Pending(1, *(row[i] for i in (0, 2, 3, 4, 5, 6)))  # type: ignore[arg-type]  # columns of the entry table


def verify(count: int) -> Checked:
    """Check MAC, hash, columns and chain of every entry and the root over all, as the sequencer does; in memory."""
    made = bench_only()
    rows = list(chains(count))
    began = perf_counter()
    heads: Heads = {}
    verdict = judge(made.suite, made.keyring.ledger_mac, heads, (), rows)
    tree = Tree(made.suite)
    tree.append([row.leaf for row in verdict.placed])
    tree.root()
    spent = perf_counter() - began
    if len(verdict.placed) != len(rows):
        raise JinguiError(where="verify")
    return Checked(len(rows), spent)


def rooted(count: int) -> Checked:
    """Compute the root over the entries' bytes, which is what a signed checkpoint is compared with; in memory."""
    made = bench_only()
    heads = [row.head for row in chains(count)]
    began = perf_counter()
    digest = made.suite.digest
    tree_hash(made.suite, [digest(b"\x00" + head) for head in heads])
    return Checked(len(heads), perf_counter() - began)


def key_line() -> str:
    """The verification key of this house's ledger, as one pins it."""
    made = bench_only()
    return note.key_of(made.origin, made.suite, made.keyring.ledger_signer()).line()


def export(count: int) -> Iterator[bytes]:
    """`count` entries as an export that anyone can check (docs/ledger-format.md), one line each."""
    made = bench_only()
    suite, signer = made.suite, made.keyring.ledger_signer()
    key = note.key_of(made.origin, suite, signer)
    heads: Heads = {}
    placed = judge(suite, made.keyring.ledger_mac, heads, (), chains(count)).placed
    tree = Tree(suite)
    tree.append([row.leaf for row in placed])
    total = len(placed)
    what = {"kind": "export", "v": 1, "origin": made.origin, "suite": suite.name, "key": key.line()}
    yield orjson.dumps({**what, "from": 0, "to": total}) + b"\n"
    for i, row in enumerate(placed):
        yield orjson.dumps({"kind": "entry", "index": i, "head": row.head.decode()}) + b"\n"
    listed = heads_bytes(heads)
    point = Checkpoint(
        origin=made.origin, size=total, root=tree.root(), at=datetime.now(UTC), epoch=1, writers=suite.digest(listed)
    )
    signed = note.sign(point.text(), key, signer)
    yield orjson.dumps({"kind": "checkpoint", "note": signed, "heads": orjson.loads(listed)}) + b"\n"
    yield orjson.dumps({"kind": "end", "size": total, "root": tree.root().hex()}) + b"\n"
