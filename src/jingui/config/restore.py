"""三（一）1, 六（一）3 恢复: a set brought back whole: read, checked, only then started [3.1.1] [6.1.3]"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from jingui.cluster.cluster import Cluster
from jingui.cluster.restoring import Goal, Restoring, unpack_house
from jingui.config import backup_reading
from jingui.config.backup_manifest import Damaged, Manifest
from jingui.config.backup_reading import Reading, Segment
from jingui.core.errors import KeyTrouble, Misconfigured
from jingui.core.word import N_
from jingui.crypto.keyring import Keyring

SEGMENT = 16 << 20
SPARE = 256 << 20
STATE_SQL = "SELECT key_check, shred_generation FROM epoch WHERE id = 1"
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A cluster brought back: seconds each step took, bytes of the database, segments of the log, what was damaged."""

    cluster: Cluster
    manifest: Manifest
    size: int
    segments: int
    through: str
    seconds: dict[str, float]
    damaged: tuple[str, ...]


def silent(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""


class Steps:
    """How long each step took."""

    def __init__(self) -> None:
        """The first step begins now."""
        self._since = time.monotonic()
        self.seconds: dict[str, float] = {}

    def done(self, name: str) -> None:
        """The step `name` ended."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._since, 3)
        self._since = now


def bring_back(
    place: Restoring, reading: Reading, manifest: Manifest, keys: Keyring, goal: Goal, house: Path, *,
    archives: bool, strict: bool = False, tell: Told = silent,
) -> Restored:  # fmt: skip
    """Fill `place` from the set, follow the log to the goal, start; the house's own files go to `house`.

    Refused before anything is started: Damaged (with `strict` also when another place could help), KeyTrouble for
    other keys or an older shred file, Misconfigured without room or when PostgreSQL's list of files differs.
    """
    steps = Steps()
    backup_reading.fitting(keys, manifest, backup_reading.newest_generation(reading, manifest))
    log = reading.log(manifest)
    place.room(manifest.plain + len(log) * SEGMENT + SPARE)
    chain = backup_reading.chain(reading, manifest, lambda one: kept(place, one))
    steps.done("log")
    complete(reading, manifest, chain, goal)
    size = place.unpack(reading.stream(manifest, lambda done, of: tell("read", done, of)))
    unpack_house(b"".join(reading.plain(f"base/{manifest.name}/house", digest(manifest, "house"))), house)
    steps.done("read")
    if strict and reading.damaged:
        raise Damaged(objects=tuple(reading.damaged[:20]))
    place.check()
    steps.done("files")
    cluster = place.start(goal, house / "db" / "secret", archives=archives)
    steps.done("start")
    agrees(cluster, keys)
    return Restored(
        cluster=cluster, manifest=manifest, size=size, segments=len(chain), through=chain[-1].at if chain else "",
        seconds=steps.seconds, damaged=tuple(sorted(set(reading.damaged))),
    )  # fmt: skip


def kept(place: Restoring, one: Segment) -> None:
    """A segment of the log, ready for the server."""
    place.segment(one.name, one.body)


def complete(reading: Reading, manifest: Manifest, chain: list[Segment], goal: Goal) -> None:
    """Damaged when what the set itself needs of the log is not there; Misconfigured when the goal lies beyond it."""
    missing = [one for one in reading.damaged if one.startswith("wal/") and not one.endswith(" chain")]
    have = {one.name for one in chain}
    if manifest.last not in have or manifest.first not in have:
        raise Damaged(objects=tuple(missing[:20]) or (manifest.last,))
    if goal.at is not None and chain[-1].at < (goal.at - timedelta(minutes=2)).isoformat(timespec="seconds"):
        raise Misconfigured(
            N_("日志归档没有到所要的时点。"), N_("请选较早的时点，或查找缺失的日志段。"), through=chain[-1].at
        )


def digest(manifest: Manifest, last: str) -> str:
    """The digest of the object whose name ends so."""
    return next(box.digest for box in manifest.boxes if box.name.endswith(f"/{last}"))


def agrees(cluster: Cluster, keys: Keyring) -> None:
    """KeyTrouble unless these keys are the restored database's, and no older than its own destructions."""
    with psycopg.connect(cluster.address("root").psycopg(), autocommit=True) as link:
        if link.execute("SELECT to_regclass('epoch')").fetchone() == (None,):
            return
        row = link.execute(STATE_SQL).fetchone()
    if row is None:
        return
    if row[0] != keys.check_value():
        raise KeyTrouble(problem="other keys")
    if row[1] > keys.generation:
        raise KeyTrouble(N_("密钥文件比数据库中的销毁记录旧，系统拒绝启动。"), problem="older generation")
