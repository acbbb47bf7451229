"""A small cluster that hands over its log, keys, two places: what the tests of backups work with."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from jingui.cluster import basebackup
from jingui.cluster.account import server_account
from jingui.cluster.cluster import Cluster
from jingui.cluster.restoring import Goal, Restoring
from jingui.cluster.scratch import copy_tree, template
from jingui.config import backup_base, backup_manifest, backup_wal, restore
from jingui.config.backup_base import Taken
from jingui.config.backup_boxes import Boxes
from jingui.config.backup_places import Place
from jingui.config.backup_reading import Reading
from jingui.config.backup_state import Chain, State
from jingui.config.home import Home, home
from jingui.config.restore import Restored
from jingui.crypto.keyring import Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.suite import suite_by_name


@dataclass(kw_only=True)
class Kept:
    """One installation without a house: cluster, keys, places."""

    folder: Path
    cluster: Cluster
    keys: Keyring
    places: tuple[Place, ...]
    state: State
    where: Home
    restored: list[Restoring] = field(default_factory=list)

    @property
    def boxes(self) -> Boxes:
        return Boxes.of(self.keys)

    def sql(self, statement: str, cluster: Cluster | None = None) -> list[tuple[Any, ...]]:
        with psycopg.connect((cluster or self.cluster).address("root").psycopg(), autocommit=True) as link:
            cursor = link.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def take(self, name: str = "") -> Taken:
        made = name or backup_base.name_of(datetime.now(UTC))
        return backup_base.take(self.where, self.cluster, self.keys, self.places, self.state, made)

    def ship(self) -> Chain:
        about = basebackup.identity(self.cluster)
        basebackup.switch(self.cluster)
        for _ in range(50):
            time.sleep(0.1)
            if not self.sql("SELECT 1 FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"):
                break
        return backup_wal.ship(
            self.state, self.boxes, self.places, self.cluster.layout.spool, about.system, self.keys.generation
        )

    def back(
        self, goal: Goal | None = None, *, places: tuple[Place, ...] = (), keys: Keyring | None = None,
        strict: bool = False, name: str = "",
    ) -> Restored:  # fmt: skip
        """Restore into a folder of its own; it is removed with the rest."""
        to = self.folder / f"back{len(self.restored)}"
        place = Restoring(to / "db")
        self.restored.append(place)
        reading = Reading(boxes=self.boxes, places=places or self.places)
        manifest = backup_manifest.newest(reading.boxes, reading.places, name)
        return restore.bring_back(
            place, reading, manifest, keys or self.keys, goal or Goal(), to, archives=False, strict=strict
        )

    def started(self) -> int:
        """How many of the restored places have ever been started: a log of the server is proof."""
        return sum(place.layout.log.exists() for place in self.restored)

    def files(self, place: int = 0) -> list[Path]:
        """Every file of the backup at one place."""
        folder = self.places[place].folder
        assert folder is not None
        return sorted(path for path in folder.rglob("*") if path.is_file())


@contextmanager
def kept(*, suite: str = "intl", second: Path | None = None) -> Iterator[Kept]:
    """Everything made anew and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="jingui-backup-", dir="/tmp"))
    folder.chmod(0o711)
    before = os.environ.get("JINGUI_HOME")
    os.environ["JINGUI_HOME"] = str(folder)
    home.cache_clear()
    found: Kept | None = None
    try:
        where = home()
        who = server_account()
        copy_tree(template(who), where.cluster)
        cluster = Cluster(where.cluster, account=who.name, durable=False, archives=True)
        cluster.start()
        kind = suite_by_name(suite)
        FileProvider.create(where.key_file, kind, os.urandom, outside=())
        (folder / "keys-copy").mkdir(mode=0o700)
        keys = Keyring.create(
            where.keys, FileProvider(where.key_file), kind, copies=(folder / "keys-copy" / "shred.sealed",)
        )
        places = (Place(f"file:{folder / 'backup' / 'first'}"), Place(f"file:{second or folder / 'backup' / 'second'}"))
        found = Kept(folder=folder, cluster=cluster, keys=keys, places=places, state=State(where.backups), where=where)
        yield found
    finally:
        if found is not None:
            for place in found.restored:
                place.close()
            with suppress(Exception):
                found.cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            os.environ.pop("JINGUI_HOME", None)
        else:
            os.environ["JINGUI_HOME"] = before
        home.cache_clear()
