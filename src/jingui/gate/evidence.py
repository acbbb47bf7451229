"""一（三）3, 四（一）2: what the ledger shows without a decision: checkpoints, places, proofs [1.3.3]

An entry's id is known only to who was answered under it (74 random bits); its head names no person and no patient.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from jingui.core.errors import NotFound, Unavailable
from jingui.core.oversee import LedgerState, Placed, Progress, Verification
from jingui.crypto import note, proof
from jingui.crypto.checkpoint import Receipt
from jingui.crypto.merkle import tree_hash
from jingui.gate import plane
from jingui.gate.alarms import ALARMS, Alarm, Alarms
from jingui.gate.proofs import Library
from jingui.gate.runtime import current
from jingui.store import verification

BATCH_SQL = """SELECT e.id, e.head, e.leaf FROM entry e WHERE e.xid = (SELECT xid FROM entry WHERE id = $1::uuid)
ORDER BY e.writer, e.n"""
_signed: OrderedDict[tuple[str, int], str] = OrderedDict()


def _library() -> Library:
    return plane.current().library


def key() -> str:
    """The ledger's verification key line."""
    return _library().key.line()


async def acheckpoint() -> str:
    """The newest signed checkpoint; NotFound before the first."""
    newest = await _library().newest()
    if newest is None:
        raise NotFound()
    return newest.note


async def awell() -> bool:
    """Whether what is read now could be entered: ledger and database are there, nothing is locked. Says no more."""
    pipe = plane.current().pipe
    try:
        rows = await pipe.pool.fetch("SELECT lockdown FROM epoch")
        pipe.check_open(bool(not rows or rows[0][0]))
    except Unavailable:
        return False
    return True


async def aplaced(entry: str) -> Placed:
    """Where an entry stands and its proof; `index` is None until it is placed."""
    return await _library().placed(entry)


async def aconsistency(old: int, new: int) -> dict[str, Any]:
    """The proof that one signed checkpoint continues another (`new` 0: the newest)."""
    return await _library().consistency(old, new)


async def atile(level: int, index: int) -> bytes:
    """A full tile's 256 hashes, for those who are signed in."""
    return await _library().tile(level, index)


async def areceipt(entry: str, at: datetime) -> dict[str, Any]:
    """The receipt of a committed entry: its batch (one transaction) is signed once, whoever of it asks."""
    library = _library()
    await library.row(entry)
    rows = await plane.current().pipe.pool.fetch(BATCH_SQL, entry)
    suite = current().suite
    root = tree_hash(suite, [bytes(row[2]) for row in rows])
    place = (root.hex(), len(rows))
    signed = _signed.get(place)
    if signed is None:
        text = Receipt(origin=current().origin, size=len(rows), root=root, at=at).text()
        signed = _signed[place] = note.sign(text, library.key, current().keyring.ledger_signer())
        if len(_signed) > 1024:
            _signed.popitem(last=False)
    position = [str(row[0]) for row in rows].index(entry)
    return proof.prove_receipt(suite, [bytes(row[1]) for row in rows], position, signed)


def alarms(state: Path) -> list[Alarm]:
    """The newest alarms of the ledger's own watch, newest first; `state` is the installation's state folder."""
    return Alarms(state / ALARMS).read()


def verify(tell: Callable[[Progress], None] = verification.silent) -> Verification:
    """Verify the whole house through a connection of its own; for a command, since it takes its time."""
    parameters: dict[str, Any] = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as own:
        return verification.verify(own, current().keyring, current().origin, tell)


async def astate() -> LedgerState:
    """How the ledger is, for `doctor`."""
    watch = plane.current().watch
    return replace(await _library().state(watch.behind), allowed=watch.allowed)
