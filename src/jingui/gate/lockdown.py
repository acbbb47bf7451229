"""一（三）3, 六（一）3: when the database contradicts the outside, all but recovery stops [1.3.3] [6.1.3]"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from jingui.core.entry import Line
from jingui.core.errors import Tampered, Unavailable
from jingui.crypto import note
from jingui.crypto.tiles import Prover
from jingui.gate.alarms import ALARMS, Alarms
from jingui.gate.runtime import Runtime
from jingui.store import outside, recovery
from jingui.store.tiles import NEWEST_SQL, Run, shelf

NOTE = "last_checkpoint"
EPOCH_SQL = "SELECT n, policy, lockdown FROM epoch WHERE id = 1 FOR UPDATE"
LOCK_SQL = "UPDATE epoch SET lockdown = true, n = n + 1 WHERE id = 1 AND NOT lockdown"
log = logging.getLogger(__name__)


def ledger_key(runtime: Runtime) -> note.Key:
    """The ledger's verification key; its name is the origin."""
    return note.key_of(runtime.origin, runtime.suite, runtime.keyring.ledger_signer())


def engage(runtime: Runtime, run: Run, reason: str, lines: Sequence[Line], at: datetime) -> bool:
    """Lock the house inside the caller's transaction and say why in the recovery ledger; False if all was known."""
    epoch, policy, locked = run(EPOCH_SQL)[0]
    try:
        named = recovery.pending(recovery.read(run, runtime.keyring))
        fresh = [line for line in lines if line not in named]
    except Tampered:  # the recovery ledger itself was altered: nothing can be added to it, but the house is locked
        fresh = []
    if fresh:
        recovery.append(run, runtime.keyring, runtime.origin, at, reason, fresh, epoch=epoch, policy=policy)
    if not locked:
        run(LOCK_SQL)
    if fresh or not locked:
        log.critical("lockdown: %s %s", reason, ", ".join(f"{line.kind}:{line.record}" for line in lines))
    return bool(fresh) or not locked


def contradictions(
    runtime: Runtime, run: Run, sinks: Sequence[outside.Sink]
) -> tuple[list[outside.Disagreement], list[str]]:
    """What outside checkpoints say against the database (less what a recovery closed), and the sinks that gave none.

    A sink that cannot be asked, or whose note is not ours, is named in the second list; it proves nothing either way.
    """
    rows = run(NEWEST_SQL)
    size = rows[0][0] if rows else 0
    prover = Prover(runtime.suite, shelf(runtime.suite, run), size)
    key = ledger_key(runtime)
    closed = {line.record for line in recovery.settled(recovery.read(run, runtime.keyring))}
    found: list[outside.Disagreement] = []
    mute: list[str] = []
    for sink in sinks:
        try:
            signed = sink.newest()
            wrong = None if signed is None else outside.compare(runtime.suite, key, sink.name, signed, size, prover)
        except (outside.SinkFailed, Tampered) as error:
            log.warning("outside checkpoint unusable: %s (%s)", sink.name, error.code)
            mute.append(sink.name)
            continue
        if signed is None:
            mute.append(sink.name)
        elif wrong is not None and wrong.mark not in closed:
            found.append(wrong)
    return found, mute


def check_at_start(runtime: Runtime, address: str, state: Path, sinks: Sequence[str]) -> tuple[str, ...]:
    """Before anything is served: compare the database with the outside and lock the house if they differ.

    Returns what was found, () if all agrees; Unavailable without a database.
    `address` is a libpq string; the rest is as `sequencer.run` has it.
    """
    local = outside.FileSink(state / NOTE, "state")
    places = (local, *outside.sinks_of(sinks, runtime.origin, runtime.suite))
    try:
        connection = psycopg.connect(address, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise Unavailable(where="connect") from error
    with connection:

        def run(sql: str, *args: object) -> list[tuple[Any, ...]]:
            with psycopg.RawCursor(connection) as cursor:
                cursor.execute(sql, args, binary=True)
                return cursor.fetchall() if cursor.description else []

        try:
            found, _ = contradictions(runtime, run, places)
            reason, lines = (found[0].kind, lines_of(found)) if found else ("", ())
        except Tampered as error:
            reason, lines = "tampered", (Line("", str(error.data.get("where", "")), recovery.ROW, 0),)
        if reason:
            at = datetime.now(UTC)
            with connection.transaction():
                news = engage(runtime, run, reason, lines, at)
            if news:
                Alarms(state / ALARMS).add(at, reason, lines)
    return tuple(f"{reason}:{line.kind}:{line.record}" for line in lines)


def lines_of(found: Sequence[outside.Disagreement]) -> tuple[Line, ...]:
    """The contradictions as targets of a recovery entry."""
    return tuple(sorted({Line("", one.mark, recovery.CHECKPOINT, one.size) for one in found}))
