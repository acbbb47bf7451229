"""七（一）监督检查: the whole ledger and everything it answers for, read from the database and checked [7.1.2] [1.3.3]

One read-only snapshot, streamed; nothing is believed because another table says so. What is wrong is named.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg

from jingui.core.errors import Tampered
from jingui.core.oversee import Finding, Progress, Verification
from jingui.crypto import note
from jingui.crypto.checkpoint import parse_checkpoint
from jingui.crypto.entry import GENESIS
from jingui.crypto.keyring import Keyring
from jingui.crypto.merkle import Tile, Tree
from jingui.store import recovery, verify_deadlines, verify_partners, verify_rows, verify_signatures
from jingui.store.seals import Sealer
from jingui.store.tiles import TILE_SQL
from jingui.store.vault import Vault
from jingui.store.verify_entry import COLUMNS, Reader, Row

MOST = 500  # findings kept
CHUNK = 2000
GRACE = timedelta(seconds=10)  # so young, an entry may still be without a place
INDEX_SQL = f"SELECT i.idx, i.id, {COLUMNS} FROM entry_index i LEFT JOIN entry e ON e.id = i.id ORDER BY i.idx"  # noqa: S608 -- own names
# A writer's numbers are given at commit, transaction numbers before: only the former say who came first.
UNPLACED_SQL = f"""SELECT {COLUMNS}, now() FROM entry e
WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id) ORDER BY e.writer, e.n"""  # noqa: S608 -- own names
POINTS_SQL = "SELECT size, root, note, heads, at FROM checkpoint ORDER BY size"
OUTSIDE_SQL = """SELECT o.sink, o.size, o.note, c.note FROM outside_checkpoint o
LEFT JOIN checkpoint c ON c.size = o.size ORDER BY o.size"""
Tell = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Tell nobody."""


class Verifier:
    """One verification. Findings are collected, not raised, so that everything wrong is named at once."""

    def __init__(
        self, connection: "psycopg.Connection[Any]", keyring: Keyring, origin: str, tell: Tell = silent
    ) -> None:
        """Read through `connection`, which is used for nothing else meanwhile."""
        self._connection, self._keyring, self._tell = connection, keyring, tell
        self._suite = keyring.suite
        self._key = note.key_of(origin, keyring.suite, keyring.ledger_signer())
        self._origin = origin
        self._findings: list[Finding] = []
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._tree = Tree(self._suite)
        self._details: dict[UUID, str] = {}
        self._at: dict[str, datetime] = {}
        self._rooted = True  # False after a root was wrong: later ones are wrong for the same reason
        self.entries = self.unplaced = self.checkpoints = self.tiles = self.versions = self.payloads = self.rows = 0
        self._told = self._began = 0.0

    def verify(self) -> Verification:
        """Check everything and report."""
        self._began = self._told = time.monotonic()
        with self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._connection.execute("SET LOCAL statement_timeout = 0")
            self._ledger()
            self._unplaced()
            self._outside()
            self._rest()
        order = sorted(self._findings, key=lambda one: (one.index is None, one.index or 0))
        return Verification(
            size=self._tree.size, root=self._tree.root().hex(), entries=self.entries, unplaced=self.unplaced,
            checkpoints=self.checkpoints, tiles=self.tiles, versions=self.versions, payloads=self.payloads,
            rows=self.rows, seconds=time.monotonic() - self._began, findings=tuple(order[:MOST]),
        )  # fmt: skip

    def _stream(self, sql: str, *args: object) -> Iterator[Sequence[Any]]:
        """Rows of one statement, some thousand at a time."""
        name = f"verify_{time.monotonic_ns()}"
        with psycopg.RawServerCursor(self._connection, name) as cursor:
            cursor.itersize = CHUNK
            cursor.execute(sql, args, binary=True)
            yield from cursor

    def _run(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql, args, binary=True)
            return cursor.fetchall() if cursor.description else []

    def _found(self, kind: str, where: str, index: int | None, why: str) -> None:
        if len(self._findings) < 20 * MOST:
            self._findings.append(Finding(kind=kind, where=where, index=index, why=why))

    def _progress(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= 1.0:
            self._told = now
            rate = done / max(now - self._began, 0.001)
            self._tell(Progress(what=what, done=done, total=total, rate=rate, left=max(total - done, 0) / max(rate, 1)))

    def _reader(self) -> Reader:
        accounts = {row[0]: row[1] for row in self._run("SELECT id, username FROM account")}
        people = {row[0]: row[1] for row in self._run("SELECT id, staff_no FROM person")}
        ids = self._keyring.ids
        return Reader(self._suite, self._keyring.ledger_mac, lambda patient: ids.public(patient, 0), accounts, people)

    def _ledger(self) -> None:
        """Entries in order, with chain, tree, tiles and checkpoints."""
        total = self._run("SELECT coalesce(max(idx) + 1, 0) FROM entry_index")[0][0]
        points = self._stream(POINTS_SQL)
        point = next(points, None)
        leaves: list[bytes] = []
        self._readers = reader = self._reader()
        expected = 0
        for row in self._stream(INDEX_SQL):
            index, entry = row[0], row[1]
            if index != expected:
                self._found("index", f"entry_index:{expected}", expected, f"missing up to {index - 1}")
                expected = index
            expected += 1
            if row[2] is None:
                self._found("entry", f"entry:{entry}", index, "gone")
                leaves.append(GENESIS)
            else:
                leaves.append(self._entry(reader, Row._make(row[2:]), index))
            while point is not None and point[0] == self._tree.size + len(leaves):
                leaves = self._grow(leaves)
                self._point(point)
                point = next(points, None)
            if len(leaves) >= CHUNK:
                leaves = self._grow(leaves)
                self._progress("entries", self.entries, total)
        self._grow(leaves)
        while point is not None:
            self._found("checkpoint", f"checkpoint:{point[0]}", self._tree.size, "covers entries that are gone")
            point = next(points, None)
        newest = self._run("SELECT coalesce(max(size), 0) FROM checkpoint")[0][0]
        if newest < self._tree.size:
            self._found("checkpoint", f"checkpoint:{self._tree.size}", newest, "entries without a checkpoint")
        stored = self._run("SELECT count(*) FROM tile")[0][0]
        if stored > self.tiles:
            self._found("tile", "tile", None, f"{stored - self.tiles} tiles that no entries make")

    def _entry(self, reader: Reader, row: Row, index: int | None) -> bytes:
        """Check one row and its place in its writer's chain; return the leaf of its head."""
        self.entries += 1
        read = reader.read(row)
        where = f"entry:{row.id}"
        for what in read.wrong:
            self._found("entry", where, index, what)
        writer = str(row.writer)
        last, leaf = self._heads.get(writer, (-1, GENESIS))
        if "mac" not in read.wrong and "form" not in read.wrong:
            if row.n != last + 1:
                self._found("chain", where, index, f"number {row.n} of writer {writer} after {last}")
            elif read.prev != leaf:
                self._found("chain", where, index, f"does not follow {last} of writer {writer}")
            self._heads[writer] = row.n, read.leaf
        if read.detail:
            self._details[row.id] = read.detail
        return read.leaf

    def _grow(self, leaves: list[bytes]) -> list[bytes]:
        for tile in self._tree.append(leaves):
            self.tiles += 1
            self._tile(tile)
        return []

    def _tile(self, tile: Tile) -> None:
        rows = self._run(TILE_SQL, tile.level, tile.number)
        width = 256**tile.level
        first = tile.number * 256 * width
        where = f"tile:{tile.level}/{tile.number}"
        if not rows:
            self._found("tile", where, first, "gone")
            return
        stored, made = bytes(rows[0][0]), b"".join(tile.hashes)
        if stored != made:
            at = next((i for i in range(256) if stored[32 * i : 32 * i + 32] != tile.hashes[i]), 0)
            self._found("tile", where, first + at * width, "does not say what the entries say")

    def _point(self, point: Sequence[Any]) -> None:
        """A stored checkpoint against the tree at its size."""
        self.checkpoints += 1
        size, root, signed, heads, at = point
        where, index = f"checkpoint:{size}", size - 1
        try:
            said = parse_checkpoint(note.verify(signed, [self._key])[0])
        except Tampered as error:
            self._found("checkpoint", where, index, str(error.data.get("where", "")))
            return
        if (said.size, said.root, said.at, said.origin) != (size, bytes(root), at, self._origin):
            self._found("checkpoint", where, index, "columns")
        if self._suite.digest(heads.encode()) != said.writers:
            self._found("checkpoint", where, index, "heads")
        if said.at < self._at.get("checkpoint", said.at):
            self._found("checkpoint", where, index, "time")
        self._at["checkpoint"] = said.at
        if not self._rooted:
            return
        if said.root != self._tree.root():
            self._found("root", where, index, "the entries make another tree")
            self._rooted = False
            return
        wanted = {writer: (n, bytes.fromhex(leaf)) for writer, (n, leaf) in orjson.loads(heads).items()}
        if said.writers == self._suite.digest(heads.encode()) and wanted != self._heads:
            other = sorted(set(wanted.items()) ^ set(self._heads.items()))[0][0]
            self._found("root", where, index, f"writer {other} stands elsewhere")

    def _unplaced(self) -> None:
        """Committed entries without a place: genuine, in their chain, and young."""
        closed: frozenset[str] = frozenset()
        try:
            known = recovery.read(self._run, self._keyring)
            closed = frozenset(line.record for line in recovery.settled(known))
            open_ = recovery.pending(known)
            if open_ and not self._run("SELECT lockdown FROM epoch")[0][0]:
                self._found("epoch", "epoch:1", None, "a lockdown was lifted without a recovery")
        except Tampered as error:
            self._found("recovery", str(error.data.get("where", "")), None, "not as written")
        for *values, now in self._stream(UNPLACED_SQL):
            row = Row._make(values)
            if str(row.writer) in closed:
                continue
            self.unplaced += 1
            before = len(self._findings)
            self._entry(self._readers, row, None)
            if now - row.at > GRACE and len(self._findings) == before:
                self._found("entry", f"entry:{row.id}", None, "without a place")

    def _outside(self) -> None:
        """What the outside acknowledged must be what stands here."""
        for sink, size, signed, mine in self._stream(OUTSIDE_SQL):
            where = f"outside_checkpoint:{sink}/{size}"
            if mine is None or mine.rpartition("\n\n")[0] != signed.rpartition("\n\n")[0]:
                self._found("outside", where, size - 1, "another history, or a checkpoint that is gone")

    def _rest(self) -> None:
        """Versions, free text, and the rows that decide."""

        def versions(n: int) -> None:
            self.versions += n
            self._progress("versions", self.versions, 0)

        def payloads(n: int) -> None:
            self.payloads += n

        def rows(n: int) -> None:
            self.rows += n
            self._progress("rows", self.rows, 0)

        sealer, vault = Sealer(self._keyring.row_mac), Vault(self._keyring)
        for finding in (
            *verify_rows.versions(self._stream, self._keyring.ids.public, versions),
            *verify_rows.payloads(self._stream, vault, self._details, payloads),
            *verify_rows.sealed_rows(self._stream, sealer, rows),
            *verify_rows.plain_rows(self._stream, sealer, rows),
            *verify_rows.marks(self._stream),
            *verify_rows.put_back(self._stream),
            *verify_rows.relations_back(self._stream, self._keyring.ids.public),
            *verify_rows.settings_back(self._stream),
            *verify_partners.partners_back(self._stream),
            *verify_rows.copies_back(self._stream, self._keyring.ids.public),
            *verify_rows.counted(self._stream),
            *verify_signatures.signatures(self._stream, self._keyring.ids.public),
            *verify_deadlines.deadlines(self._stream, rows),
        ):
            self._found(finding.kind, finding.where, finding.index, finding.why)


def verify(connection: "psycopg.Connection[Any]", keyring: Keyring, origin: str, tell: Tell = silent) -> Verification:
    """Verify the whole house through a connection of its own; `tell` hears about every second how far it is."""
    return Verifier(connection, keyring, origin, tell).verify()
