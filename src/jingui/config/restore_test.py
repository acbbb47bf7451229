"""六（一）3 恢复测试: a set really restored into a scratch cluster, checked, and compared through the door [6.1.3]"""

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jingui.cluster import basebackup
from jingui.cluster.account import PLAIN_ENVIRONMENT
from jingui.cluster.cluster import Cluster
from jingui.cluster.restoring import Goal, Restoring
from jingui.config import backup_manifest, backup_reading, backup_wal, restore
from jingui.config.backup_boxes import Boxes
from jingui.config.backup_manifest import Manifest
from jingui.config.backup_places import Place
from jingui.config.backup_state import State
from jingui.config.home import Home
from jingui.core.backup import RestoreRun, Step
from jingui.core.errors import JinguiError, NotFound
from jingui.core.operation import Actor, Operation
from jingui.core.words import Purpose, Verb
from jingui.crypto.keyring import Keyring

SCRATCH = "restore-test"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a restore test works with."""

    where: Home
    cluster: Cluster
    keys: Keyring
    places: tuple[Place, ...]
    state: State
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a test came to: the number of its row, whether it passed, its steps and signed report, bytes restored."""

    test: int
    passed: bool
    steps: tuple[Step, ...]
    note: bytes
    size: int
    seconds: float


class Steps:
    """Collects steps as they end."""

    def __init__(self) -> None:
        """None yet."""
        self.made: list[Step] = []
        self._since = time.monotonic()

    def add(self, name: str, ok: bool, seen: str = "", seconds: float | None = None) -> None:
        """The step `name` ended."""
        now = time.monotonic()
        spent = now - self._since if seconds is None else seconds
        self._since = now
        self.made.append(Step(name=name, ok=ok, ms=int(spent * 1000), seen=seen[:300]))


def run(
    house: House, *, name: str = "", at: datetime | None = None, folder: Path | None = None,
    tell: Tell = restore.silent,
) -> Outcome:  # fmt: skip
    """Restore the newest set (or `name`, or to the moment `at`) into `folder`, compare, and enter what was seen.

    Whatever fails is a failed test with its reason, not an exception; nothing of the scratch cluster is left.
    """
    from jingui.gate import backups

    with house.state.alone():
        started, began, steps = datetime.now(UTC), time.monotonic(), Steps()
        boxes = Boxes.of(house.keys)
        scratch = (folder or house.where.root) / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)  # a run that was cut short
        place: Restoring | None = None
        manifest: Manifest | None = None
        done: restore.Restored | None = None
        kind = "test" if at is None else "point_in_time"
        try:
            followed(house, boxes)
            before = at.astimezone(UTC).isoformat(timespec="seconds") if at else ""
            manifest = backup_manifest.newest(boxes, house.places, name, before)
            steps.add("manifest", ok=True, seen=manifest.name)
            if not everywhere(house, boxes, manifest, steps, tell):
                return entered(house, manifest, kind, started, began, steps, None)
            place = Restoring(scratch / "db")
            reading = backup_reading.Reading(boxes=boxes, places=house.places)
            done = restore.bring_back(
                place, reading, manifest, house.keys, Goal(at=at), scratch, archives=False, strict=True, tell=tell
            )
            for step, seconds in done.seconds.items():
                seen = f"{done.segments} segments, through {done.through}" if step == "log" else ""
                steps.add(step, ok=True, seen=seen, seconds=seconds)
            amcheck(done.cluster, steps)
            with backups.lent(done.cluster.address("app").psycopg()):
                return entered(house, manifest, kind, started, began, steps, done)
        except JinguiError as error:
            seen = f"{error.code} " + " ".join(f"{key}={value}" for key, value in error.data.items())
            steps.add("stopped", ok=False, seen=seen)
            return entered(house, manifest, kind, started, began, steps, None)
        finally:
            if place is not None:
                place.close()
            shutil.rmtree(scratch, ignore_errors=True)


def followed(house: House, boxes: Boxes) -> None:
    """Deliver the log up to now, so that the test shows what would be lost this moment."""
    about = basebackup.identity(house.cluster)
    basebackup.switch(house.cluster)
    for _ in range(50):  # the server hands the segment over a moment later
        time.sleep(0.1)
        if any(house.cluster.layout.spool.glob("0*")):
            break
    with suppress(JinguiError):
        backup_wal.ship(
            house.state, boxes, house.places, house.cluster.layout.spool, about.system, house.keys.generation
        )


def everywhere(house: House, boxes: Boxes, manifest: Manifest, steps: Steps, tell: Tell) -> bool:
    """Read every object of the set at every place; False when anything is damaged: then nothing is started."""
    well = True
    for place in house.places:
        try:
            _, damaged = backup_reading.verify(boxes, place, manifest.name, lambda done, of: tell("verify", done, of))
        except NotFound:
            damaged = ["missing"]
        except JinguiError as error:
            damaged = [f"{error.code} {error.data.get('object', error.data.get('problem', ''))}"]
        steps.add(f"objects {place.name}"[:80], ok=not damaged, seen=", ".join(damaged[:5]))
        well = well and not damaged
    return well


def amcheck(cluster: Cluster, steps: Steps) -> None:
    """PostgreSQL's own check of tables and indexes."""
    programs, _ = cluster.programs()
    address = cluster.address("root")
    tool = programs.program("pg_amcheck")
    if not tool.exists():
        steps.add("amcheck", ok=False, seen="no pg_amcheck here")
        return
    said = programs_run(tool, address.host, address.port, address.user, address.password, address.database)
    steps.add("amcheck", ok=said[0] == 0, seen=said[1].strip()[-200:])


def programs_run(tool: Path, host: str, port: int, user: str, password: str, database: str) -> tuple[int, str]:
    """Run pg_amcheck against a cluster as its root."""
    words = [
        str(tool), "--host", host, "--port", str(port), "--username", user, "--no-password", "--install-missing",
        "--jobs", "2", "--heapallindexed", "--database", database,
    ]  # fmt: skip
    said = subprocess.run(  # noqa: S603 -- the program of our own cluster, no shell
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/",
        env={**PLAIN_ENVIRONMENT, "PGPASSWORD": password},
    )  # fmt: skip
    return said.returncode, said.stdout + said.stderr


def entered(
    house: House, manifest: Manifest | None, kind: str, started: datetime, began: float, steps: Steps,
    done: "restore.Restored | None",
) -> Outcome:  # fmt: skip
    """Enter the test; while the scratch cluster stands, patients are compared inside the act."""
    from jingui.gate import backups
    from jingui.gate.door import now, write

    known = backups.known()
    name = manifest.name if manifest else ""
    seconds = time.monotonic() - began
    asked = RestoreRun(
        backup=known.get(name, 0), name=name, kind=kind, started=started, steps=tuple(steps.made),
        size=done.size if done else 0, seconds=seconds, server=manifest.server if manifest else "",
        checkpoint=manifest.checkpoint if manifest else "", stands=done is not None,
    )  # fmt: skip
    operation = Operation(actor=house.actor, verb=Verb.TEST_RESTORE, at=now(), purpose=Purpose.OPERATION, data=asked)
    number, passed, made, note = write(operation).value
    return Outcome(test=number, passed=passed, steps=made, note=note, size=asked.size, seconds=seconds)
