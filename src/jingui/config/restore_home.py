"""三（一）1, 六（一）3 恢复: a whole house brought back into a new folder; it starts locked [3.1.1] [6.1.3] [1.3.3]

Keys are not in a backup: root and the newest shred file come from this home. Nobody is served by a restored house
before two people have ended its lockdown.
"""

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from jingui.cluster.cluster import Cluster
from jingui.cluster.restoring import Goal, Restoring
from jingui.config import backup_manifest, backup_reading, plugs, restore
from jingui.config.backup_boxes import Boxes, places_of
from jingui.config.home import home
from jingui.config.restore import Restored, Told
from jingui.core.entry import Line
from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.crypto import keyfile
from jingui.crypto.keyring import ROOT_FILE, Keyring
from jingui.crypto.shred import FILE

KIND = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A restored house: where, what came of it, how large its ledger is."""

    folder: Path
    restored: Restored
    entries: int


def bring(
    to: Path, *, goal: Goal, name: str = "", sources: tuple[str, ...] = (), tell: Told = restore.silent
) -> Brought:
    """Restore the newest set (or `name`) into the empty folder `to`; what failed is removed again.

    Misconfigured for a folder that is not empty or too small; Damaged, KeyTrouble before anything is started.
    """
    to = to.absolute()
    if to.exists() and any(to.iterdir()):
        raise Misconfigured(N_("恢复的目标目录不是空的。"), N_("请另选一个空目录。"), path=str(to))
    keys, places = plugs.keyring(), places_of(sources or home().backup_places)
    reading = backup_reading.Reading(boxes=Boxes.of(keys), places=places)
    # a set counts for a moment when it ended before it
    before = (goal.at - timedelta(seconds=1)).astimezone(UTC).isoformat(timespec="seconds") if goal.at else ""
    manifest = backup_manifest.newest(reading.boxes, places, name, before)
    to.mkdir(mode=0o711, parents=True, exist_ok=True)
    place = Restoring(to / "db")
    try:
        done = restore.bring_back(place, reading, manifest, keys, goal, to, archives=True, tell=tell)
        bring_keys(to, keys)
        settle(to)
        entries = lock(done.cluster, keys, manifest.origin, manifest.name)
        done.cluster.stop()
    except BaseException:
        place.close()
        shutil.rmtree(to, ignore_errors=True)
        raise
    return Brought(folder=to, restored=done, entries=entries)


def bring_keys(to: Path, keys: Keyring) -> None:
    """Root and shred file of this home, into the new one and its registered copy."""
    for folder, files in (("keys", (ROOT_FILE, FILE)), ("keys-copy", (FILE,))):
        (to / folder).mkdir(mode=0o700, exist_ok=True)
        for file in files:
            source = keys.shred.path if file == FILE else home().keys / ROOT_FILE
            keyfile.create(to / folder / file, keyfile.read_secret(source))


def settle(to: Path) -> None:
    """Let the new home's file name the provider key of this one; the log that brought it here is kept nowhere else."""
    path = to / "jingui.toml"
    text = path.read_text("utf-8") if path.exists() else ""
    if home().key_provider == "file" and "key_file" not in text:
        line = f"key_file = {json.dumps(str(home().key_file.absolute()))}\n"
        path.write_text(line + text, "utf-8")


def lock(cluster: Cluster, keys: Keyring, origin: str, name: str) -> int:
    """Put the restored house into lockdown, saying why in its recovery ledger; the size of its ledger."""
    from jingui.config import wiring
    from jingui.gate import lockdown

    runtime = replace(wiring.runtime(), keyring=keys, origin=origin)
    with psycopg.connect(cluster.address("app").psycopg(), autocommit=True) as link:

        def run(sql: str, *args: object) -> list[tuple[Any, ...]]:
            with psycopg.RawCursor(link) as cursor:
                cursor.execute(sql, args, binary=True)
                return cursor.fetchall() if cursor.description else []

        if not run("SELECT 1 FROM epoch WHERE id = 1"):
            return 0
        with link.transaction():
            lockdown.engage(runtime, run, "restored", (Line("", name, KIND, 0),), datetime.now(UTC))
        return int(run("SELECT count(*) FROM entry")[0][0])
