"""一（三）3, 四（一）2: proofs out of stored tiles, on the data plane's loop [1.3.3] [4.1.2]

The prover is synchronous and asks for tiles as it goes: what is not in memory is fetched and the prover asked again.
Full tiles never change, so what was fetched once stays right.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from jingui.core.errors import Invalid, NotFound, Tampered, Unavailable
from jingui.core.oversee import LedgerState, Placed
from jingui.core.word import N_
from jingui.crypto import note, proof
from jingui.crypto.merkle import TILE_WIDTH, tile_root
from jingui.crypto.tiles import Prover
from jingui.gate.lockdown import ledger_key
from jingui.gate.pipeline import Pipeline
from jingui.store import recovery
from jingui.store.tiles import LEAVES_SQL, NEWEST_SQL, TILE_SQL, split

KEPT = 512  # full tiles in memory, 17 KB each
TURNS = 200
TILES_SQL = """SELECT index, hashes FROM tile
WHERE level = $1::smallint AND index >= $2::bigint AND index < $3::bigint ORDER BY index"""
AT_SQL = "SELECT size, root, note, heads, at FROM checkpoint WHERE size = $1::bigint"
ENTRY_SQL = """SELECT i.idx, e.head, e.private, e.targets, e.person_id
FROM entry e LEFT JOIN entry_index i ON i.id = e.id WHERE e.id = $1::uuid"""
STATE_SQL = """SELECT e.lockdown, c.size, c.at, o.size, o.at,
  (SELECT array_agg(DISTINCT sink) FROM outside_checkpoint)
FROM epoch e LEFT JOIN LATERAL (SELECT size, at FROM checkpoint ORDER BY size DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT size, at FROM outside_checkpoint ORDER BY size DESC LIMIT 1) o ON true WHERE e.id = 1"""
T = TypeVar("T")


class Wanted(Exception):
    """The prover needs what is not in memory: a full tile, roots of tiles, or leaves."""

    def __init__(self, kind: str, level: int, start: int, stop: int) -> None:
        """Name it."""
        super().__init__(kind)
        self.what = (kind, level, start, stop)


class Checkpoint(NamedTuple):
    """A stored checkpoint."""

    size: int
    root: bytes
    note: str
    heads: str
    at: datetime


class Library:
    """The tiles of one process. Use from the pipeline's loop only."""

    def __init__(self, pipe: Pipeline) -> None:
        """Fetch through the pipeline's pool."""
        self._pipe = pipe
        self._suite = pipe.runtime.suite
        self.key: note.Key = ledger_key(pipe.runtime)
        self._full: OrderedDict[tuple[int, int], Sequence[bytes]] = OrderedDict()
        self._roots: dict[tuple[int, int], bytes] = {}
        self._leaves: tuple[int, list[bytes]] = (0, [])
        self._prover: tuple[int, Prover] | None = None

    def _source(self, level: int, index: int, width: int) -> Sequence[bytes]:
        start = index * TILE_WIDTH
        if width == TILE_WIDTH:
            found = self._full.get((level, index))
            if found is None:
                raise Wanted("full", level, index, index + 1)
            self._full.move_to_end((level, index))
            return found
        if level == 0:
            first, leaves = self._leaves
            if first != start or len(leaves) < width:
                raise Wanted("leaves", 0, start, start + width)
            return leaves[:width]
        below = [self._roots.get((level - 1, at)) for at in range(start, start + width)]
        if None in below:
            raise Wanted("roots", level - 1, start + below.index(None), start + width)
        return [root for root in below if root is not None]

    async def _fetch(self, kind: str, level: int, start: int, stop: int) -> None:
        pool = self._pipe.pool
        if kind == "leaves":
            self._leaves = start, [bytes(row[0]) for row in await pool.fetch(LEAVES_SQL, start, stop)]
            if len(self._leaves[1]) != stop - start:
                raise Tampered(where=f"entry_index:{start + len(self._leaves[1])}")
        elif kind == "full":
            rows = await pool.fetch(TILE_SQL, level, start)
            if not rows:
                raise Tampered(where=f"tile:{level}/{start}")
            self._full[level, start] = split(rows[0][0], level, start)
            if len(self._full) > KEPT:
                self._full.popitem(last=False)
        else:
            rows = await pool.fetch(TILES_SQL, level, start, stop)
            if len(rows) != stop - start:
                raise Tampered(where=f"tile:{level}/{start}")
            for index, hashes in rows:
                self._roots[level, index] = tile_root(self._suite.digest, split(hashes, level, index))

    async def ask(self, size: int, question: Callable[[Prover], T]) -> T:
        """The prover's answer about the tree of `size`."""
        if self._prover is None or self._prover[0] != size:
            self._prover = size, Prover(self._suite, self._source, size)
        prover = self._prover[1]
        for _ in range(TURNS):
            try:
                return question(prover)
            except Wanted as wanted:
                await self._fetch(*wanted.what)
        raise Unavailable(where="proof")

    async def newest(self) -> Checkpoint | None:
        """The newest checkpoint, None before the first."""
        rows = await self._pipe.pool.fetch(NEWEST_SQL)
        return made(rows[0]) if rows else None

    async def at(self, size: int) -> Checkpoint:
        """The checkpoint of exactly `size`; NotFound when none was signed there."""
        rows = await self._pipe.pool.fetch(AT_SQL, size) if size < 1 << 63 else ()
        if not rows:
            raise NotFound(N_("没有这个检查点。"))
        return made(rows[0])

    async def placed(self, entry: str) -> Placed:
        """Where an entry stands, with its proof against the newest checkpoint. NotFound for none."""
        index, head, *_ = await self.row(entry)
        newest = await self.newest()
        if index is None or newest is None or newest.size <= index:
            return Placed(entry=entry, index=None)
        path = await self.ask(newest.size, lambda prover: prover.inclusion(index, newest.size))
        return Placed(
            entry=entry, index=index, size=newest.size, at=newest.at, checkpoint=newest.note, key=self.key.line(),
            proof=proof.prove_entry(index=index, size=newest.size, head=head, path=path, checkpoint=newest.note),
        )  # fmt: skip

    async def row(self, entry: str) -> Any:
        """(index, head, private, targets, person) of an entry. Invalid for no id, NotFound for none."""
        try:
            number = UUID(entry)
        except ValueError as error:
            raise Invalid(N_("存证编号无效。")) from error
        if str(number) != entry:
            raise Invalid(N_("存证编号无效。"))
        rows = await self._pipe.pool.fetch(ENTRY_SQL, number)
        if not rows:
            raise NotFound()
        index, head, private, targets, person = rows[0]
        return index, bytes(head), bytes(private), bytes(targets), person

    async def consistency(self, old: int, new: int) -> dict[str, Any]:
        """The proof that the checkpoint of size `old` is a prefix of that of `new` (0: the newest)."""
        first = await self.at(old)
        last = await self.at(new) if new else await self.newest()
        if last is None or old > last.size:
            raise Invalid(N_("旧检查点不能大于新检查点。"))
        path = await self.ask(last.size, lambda prover: prover.consistency(old, last.size))
        return proof.prove_consistency(first.note, last.note, path)

    async def tile(self, level: int, index: int) -> bytes:
        """A stored full tile; NotFound for none."""
        inside = 0 <= level < 8 and 0 <= index < 1 << 62
        rows = await self._pipe.pool.fetch(TILE_SQL, level, index) if inside else ()
        if not rows:
            raise NotFound()
        return bytes(rows[0][0])

    async def state(self, behind: float) -> LedgerState:
        """How the ledger is, as the tables say it."""
        lockdown, size, signed, outside_size, outside, sinks = (await self._pipe.pool.fetch(STATE_SQL))[0]
        return LedgerState(
            size=size or 0, signed=signed, behind=behind, lockdown=lockdown, outside=outside,
            outside_size=outside_size or 0, sinks=tuple(sinks or ()), waiting=await self._waiting(),
        )  # fmt: skip

    async def _waiting(self) -> tuple[str, ...]:
        """What a lockdown named and no recovery has settled."""
        rows = await self._pipe.pool.fetch(recovery.READ_SQL)
        try:
            open_ = recovery.pending(recovery.read(lambda *_: rows, self._pipe.runtime.keyring))
        except Tampered as error:
            return (str(error.data.get("where", "")),)
        return tuple(sorted(f"{line.kind}:{line.record}" for line in open_))


def made(row: Sequence[Any]) -> Checkpoint:
    """A checkpoint from its row."""
    size, root, text, heads, at = row
    return Checkpoint(size, bytes(root), text, heads, at)
