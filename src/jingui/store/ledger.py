"""一（三）3 全程管控: writer chains and the rows of the ledger [1.3.3] [4.1.2]

A writer is one connection's chain in one process. `build` computes the entries that would come next; only after their
commit `advance` makes them the past. If a commit's outcome is unknown, the chain is given up for a new one.
"""

import os
import threading
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from jingui.core.entry import EntryDraft
from jingui.core.ids import uuid7
from jingui.crypto import entry as form
from jingui.crypto.keyring import Keyring
from jingui.crypto.suite import Suite


class Built:
    """Rows ready for `ENTRY_SQL`, and what the chain is after them."""

    __slots__ = ("heads", "ids", "last_leaf", "last_n", "leaves", "rows", "writer")

    def __init__(self, writer: UUID) -> None:
        """Start empty, for this writer."""
        self.writer = writer
        self.ids: list[UUID] = []
        self.heads: list[bytes] = []
        self.leaves: list[bytes] = []
        self.rows: list[tuple[object, ...]] = []
        self.last_n = 0
        self.last_leaf = form.GENESIS

    def columns(self) -> list[list[object]]:
        """The rows as one list per column, as unnest wants them."""
        return [list(column) for column in zip(*self.rows, strict=True)]


LIVE: "weakref.WeakSet[Chain]" = weakref.WeakSet()
"""Every chain of this process, for the watch that looks whether its entries are still there."""


class Chain:
    """One writer's chain. Hold `lock` from `build` to `advance` (threads), or use it from one task."""

    def __init__(self, suite: Suite, keyring: Keyring) -> None:
        """Begin a new chain with a fresh writer id."""
        self.suite = suite
        self._mac = keyring.ledger_mac
        self.lock = threading.Lock()
        self.renew()
        LIVE.add(self)

    def renew(self) -> None:
        """Give up this chain and begin another (after a commit whose outcome is unknown)."""
        self.writer = uuid7(int(datetime.now(UTC).timestamp() * 1000), os.urandom(10))
        self._writer = str(self.writer)
        self.n = 0
        self.leaf = form.GENESIS

    def build(self, drafts: Sequence[tuple[EntryDraft, UUID]], at: datetime) -> Built:
        """Compute the next entries. The chain stays where it is until `advance`."""
        out = Built(self.writer)
        n, prev = self.n, self.leaf
        random, text = os.urandom(16 * len(drafts)), form.instant(at)
        suite, mac, writer_text, writer = self.suite, self._mac, self._writer, self.writer
        for i, (d, entry_id) in enumerate(drafts):
            made = form.build(
                suite=suite, mac=mac, salt=random[16 * i : 16 * i + 16], id=str(entry_id), at=text, verb=d.verb.value,
                decision=d.decision.value, reason=d.reason, clauses=d.clauses, rules=d.rules, purpose=d.purpose.value,
                entrance=d.entrance.value, epoch=d.epoch, policy=d.policy, writer=writer_text, n=n, prev=prev,
                person=d.person, account=d.account, post=d.post, session=d.session, address=d.address, detail=d.detail,
                targets=d.lines,
            )  # fmt: skip
            patients = "{" + ",".join(map(str, d.patients)) + "}" if len(d.patients) > 1 else ""
            out.rows.append(
                (
                    entry_id, at, writer, n, made.head, made.leaf, made.mac, made.private,
                    b"[" + b",".join(made.targets) + b"]", d.verb.value, d.decision.value, d.account_id, d.person_id,
                    d.patient_id, patients,
                )
            )  # fmt: skip
            out.ids.append(entry_id)
            out.heads.append(made.head)
            out.leaves.append(made.leaf)
            prev = made.leaf
            n += 1
        out.last_n, out.last_leaf = n, prev
        return out

    def advance(self, built: Built) -> None:
        """The entries of `built` are committed: continue after them, unless the chain was given up meanwhile."""
        if built.writer == self.writer:
            self.n, self.leaf = built.last_n, built.last_leaf
