"""一（三）3 全程管控: the one sequencer gives committed entries their place and signs checkpoints [1.3.3] [4.1.2]

Nothing is trusted that was only in memory: after any trouble a new one is restored from the tables.
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

import orjson
import psycopg

from jingui.core.errors import Tampered
from jingui.crypto import note
from jingui.crypto.checkpoint import Checkpoint, heads_bytes, parse_checkpoint
from jingui.crypto.keyring import Keyring
from jingui.store.placing import Fault, Heads, Pending, judge
from jingui.store.tiles import NEWEST_SQL, stored_tree

LOCK = 0x6A696E67756931  # "jingui1": whoever holds this advisory lock is the sequencer
LEADS_SQL = """SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND ((l.classid::bigint << 32) | l.objid::bigint) = %s::bigint"""
MOST = 20_000  # entries a tick
GRACE = 5.0  # seconds a predecessor may be unseen before it counts as missing
# One statement, one snapshot: every transaction below `low` has ended, its entries are among these rows or placed.
PICK_SQL = """
SELECT s.low, s.lockdown, s.n, e.* FROM
  (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS low, lockdown, n FROM epoch WHERE id = 1) s
LEFT JOIN LATERAL (SELECT e.xid::text::bigint, e.id, e.writer, e.n, e.head, e.leaf, e.mac FROM entry e
  WHERE e.xid >= $1::text::xid8 AND e.writer <> ALL($2::uuid[])
    AND NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)
  ORDER BY e.xid, e.writer, e.n LIMIT $3::int) e ON true"""
FIRST_SQL = """SELECT coalesce(min(e.xid::text::bigint), 0) FROM entry e
WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)"""
SIZE_SQL = "SELECT coalesce(max(idx) + 1, 0), count(*) FILTER (WHERE idx < 0) FROM entry_index"
CHECKPOINT_SQL = "INSERT INTO checkpoint (size, root, note, heads, at) VALUES ($1, $2, $3, $4, $5)"


class Tick(NamedTuple):
    """What one turn did. `signed` is the new checkpoint's note, "" without new entries."""

    placed: int
    waiting: int
    faults: tuple[Fault, ...]
    size: int
    lockdown: bool
    epoch: int
    signed: str
    full: bool  # there may be more at once


class Sequencer:
    """Works on one connection that holds the lock. After any exception it must be thrown away and restored."""

    def __init__(self, connection: "psycopg.Connection[Any]", keyring: Keyring, origin: str) -> None:
        """Use `restore`."""
        self._connection = connection
        self._suite, self._mac = keyring.suite, keyring.ledger_mac
        self._signer = keyring.ledger_signer()
        self.key = note.key_of(origin, keyring.suite, self._signer)
        self._origin = origin
        self._low = 0
        self.heads: Heads = {}
        self.stopped: set[str] = set()
        self._at: datetime | None = None
        self._seen: dict[str, float] = {}
        self._tree = stored_tree(keyring.suite, self.run, 0)

    def run(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Run one statement with $n parameters."""
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql, args, binary=True) if args else cursor.execute(sql, binary=True)
            return cursor.fetchall() if cursor.description else []

    @classmethod
    def restore(
        cls, connection: "psycopg.Connection[Any]", keyring: Keyring, origin: str, abandoned: frozenset[str]
    ) -> "Sequencer":
        """Read size, edge and heads from the tables; Tampered unless the newest checkpoint is ours and says the same.

        `abandoned` are writers that a recovery has closed: their unplaced entries stay unplaced.
        """
        made = cls(connection, keyring, origin)
        with connection.transaction():
            size, negative = made.run(SIZE_SQL)[0]
            newest = made.run(NEWEST_SQL)
            if negative:
                raise Tampered(where="entry_index:-1")
            if bool(newest) != bool(size):
                raise Tampered(where=f"checkpoint:{size}")
            if newest:
                made._resume(size, *newest[0])
            made._low = made.run(FIRST_SQL)[0][0]
        made.stopped = set(abandoned)
        return made

    def _resume(self, size: int, stored: int, root: bytes, signed: str, heads: str, at: datetime) -> None:
        point = parse_checkpoint(note.verify(signed, [self.key])[0])
        self._tree = stored_tree(self._suite, self.run, size)
        wrong = (
            stored != size or point.size != size or point.origin != self._origin or point.root != bytes(root)
            or point.root != self._tree.root() or point.at != at
        )  # fmt: skip
        if wrong or self._suite.digest(heads.encode()) != point.writers:
            raise Tampered(where=f"checkpoint:{stored}")
        self.heads = {writer: (n, bytes.fromhex(leaf)) for writer, (n, leaf) in orjson.loads(heads).items()}
        self._at = at

    @property
    def size(self) -> int:
        """How many entries have a place."""
        return self._tree.size

    def tick(self, now: datetime) -> Tick:
        """Place what is committed and checks out, sign a checkpoint over it, all in one transaction."""
        with self._connection.transaction():
            rows = self.run(PICK_SQL, str(self._low), sorted(self.stopped), MOST)
            if not rows:
                raise Tampered(where="epoch")
            low, lockdown, epoch = rows[0][:3]
            pending = [Pending._make(row[3:]) for row in rows if row[3] is not None]
            verdict = judge(self._suite, self._mac, self.heads, self.stopped, pending)
            signed = self._place(verdict.placed, epoch, now) if verdict.placed else ""
        faults = (*verdict.faults, *self._overdue(verdict.waiting))
        self.stopped |= {fault.writer for fault in faults}
        held = [row.xid for row in verdict.waiting if str(row.writer) not in self.stopped]
        full = len(pending) == MOST
        self._low = min(low, *held, max(row.xid for row in pending) if full else low)
        return Tick(len(verdict.placed), len(held), faults, self.size, lockdown, epoch, signed, full)

    def _overdue(self, waiting: list[Pending]) -> list[Fault]:
        """Faults of entries whose predecessor did not appear in time."""
        moment = monotonic()
        self._seen = {str(row.id): self._seen.get(str(row.id), moment) for row in waiting}
        return [
            Fault("gap", str(row.id), str(row.writer), row.n)
            for row in waiting
            if moment - self._seen[str(row.id)] > GRACE
        ]

    def _place(self, placed: list[Pending], epoch: int, now: datetime) -> str:
        start = self._tree.size
        tiles = self._tree.append([row.leaf for row in placed])
        with self._connection.cursor() as cursor:
            with cursor.copy("COPY entry_index (idx, id) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "uuid"])
                for i, row in enumerate(placed, start):
                    copy.write_row((i, row.id))
            if tiles:
                with cursor.copy("COPY tile (level, index, hashes) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["int2", "int8", "bytea"])
                    for tile in tiles:
                        copy.write_row((tile.level, tile.number, b"".join(tile.hashes)))
        # time never runs backwards from one checkpoint to the next, whatever the clock does
        at = now if self._at is None or now > self._at else self._at + timedelta(microseconds=1)
        heads = heads_bytes(self.heads)
        point = Checkpoint(
            origin=self._origin, size=self._tree.size, root=self._tree.root(), at=at, epoch=epoch,
            writers=self._suite.digest(heads),
        )  # fmt: skip
        signed = note.sign(point.text(), self.key, self._signer)
        self.run(CHECKPOINT_SQL, point.size, point.root, signed, heads.decode(), at)
        self._at = at
        return signed
