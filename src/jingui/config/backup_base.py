"""三（一）1 备份: a base backup: taken as a stream, sealed in parts, delivered, read back before it counts [3.1.1]"""

import io
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from jingui import __version__
from jingui.cluster import archive, basebackup
from jingui.cluster.cluster import Cluster
from jingui.config import backup_manifest, backup_wal
from jingui.config.backup_boxes import Box, Boxes, deliver, document
from jingui.config.backup_manifest import Manifest
from jingui.config.backup_places import Place, PlaceFailed
from jingui.config.backup_state import State, stamp
from jingui.config.home import Home
from jingui.core.errors import JinguiError, Unavailable
from jingui.core.word import N_
from jingui.crypto.keyring import Keyring

PART = 128 << 20
"""Bytes in one object: what is sealed on this disk before it goes to the places."""
RESERVE = 256 << 20
PATIENCE = 300.0
Tell = Callable[[int, int], None]
NOTE_SQL = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"


class NoRoom(JinguiError):
    """A place has no room for another backup."""

    code = "backup_room"
    status = 503
    message = N_("备份位置空间不足，没有开始备份；系统照常运行。")
    next_step = N_("请扩容、清除过期备份，或更换备份位置。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A finished base backup: its manifest with digest, and the places that read all of it back."""

    manifest: Manifest
    digest: str
    size: int
    places: tuple[str, ...]
    failed: dict[str, str]


def silent(_done: int, _of: int) -> None:
    """Say nothing."""


def name_of(at: datetime) -> str:
    """A set's name: the time at which it was begun."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def take(
    where: Home, cluster: Cluster, keys: Keyring, places: Sequence[Place], state: State, name: str, tell: Tell = silent
) -> Taken:
    """Make the set `name`; `tell(done, of)` in bytes of the database.

    Places that fail are left out; PlaceFailed when none is left, NoRoom before anything is written. What a failed
    attempt left is removed.
    """
    boxes = Boxes.of(keys)
    about = basebackup.identity(cluster)
    left, failed = rooms(places, about.size)
    if not left:
        raise NoRoom(needed=about.size, places=tuple(failed))
    started, note = stamp(), checkpoint(cluster)
    made: list[Box] = []
    taking = basebackup.Taking(cluster, name)
    try:
        for box in parts(state, boxes, name, taking, house_files(where), lambda done: tell(done, about.size)):
            left, lost = kept(state.outbox / backup_wal.PART, box, left, boxes)
            failed |= lost
            made.append(box)
        span = taking.span
        basebackup.switch(cluster)
        last = archive.segment_of(span.stop, span.timeline, before=True)
        first = archive.segment_of(span.start, span.timeline)
        chained(state, boxes, left, cluster, about.system, keys.generation, (first, last))
        manifest = Manifest(
            name=name, institution=where.institution, origin=where.origin, suite=keys.suite.name, version=__version__,
            server=cluster.programs()[0].version, system=about.system, timeline=span.timeline, start=span.start,
            stop=span.stop, first=first, last=last, started=started, ended=stamp(), generation=keys.generation,
            key_check=keys.check_value(), checkpoint=note, previous=last_manifest(boxes, left, name),
            plain=sum(box.plain for box in made), boxes=tuple(made),
        )  # fmt: skip
        to = state.outbox / backup_wal.PART
        sealed = boxes.seal(backup_manifest.address(name), {"set": name}, document(manifest.plainly()), to)
        left, lost = kept(to, sealed, left, boxes)
        failed |= lost
    except BaseException:
        for place in places:
            remove(place, name)
        raise
    finally:
        (state.outbox / backup_wal.PART).unlink(missing_ok=True)
    for place in places:
        if place.name in failed:
            remove(place, name)
    state.change(gap="")
    return Taken(
        manifest=manifest, digest=sealed.digest, size=manifest.size + sealed.size,
        places=tuple(place.name for place in left), failed=failed,
    )  # fmt: skip


def rooms(places: Sequence[Place], needed: int) -> tuple[list[Place], dict[str, str]]:
    """The places that have room, and why the others do not count."""
    left, failed = [], {}
    for place in places:
        try:
            room = place.room()
        except PlaceFailed as error:
            failed[place.name] = str(error.data.get("problem", ""))
            continue
        if room is not None and room[0] < needed + RESERVE:
            failed[place.name] = f"no room: {room[0]} free, {needed + RESERVE} needed"
        else:
            left.append(place)
    return left, failed


def parts(
    state: State, boxes: Boxes, name: str, tar: Iterable[bytes], house: bytes, tell: Callable[[int], None]
) -> Iterator[Box]:
    """Seal the house's own files, then the tar in parts, one file after another in the outbox."""
    yield boxes.seal(f"base/{name}/house", {"set": name}, [house], state.outbox / backup_wal.PART)
    flow, done, n = Flow(tar), 0, 0
    while not flow.ended:
        box = boxes.seal(
            f"base/{name}/part-{n:05d}", {"set": name, "n": n}, flow.next(PART), state.outbox / backup_wal.PART
        )
        done += box.plain
        tell(done)
        yield box
        n += 1


class Flow:
    """A stream of pieces, handed out part by part."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Nothing is read yet."""
        self._pieces = iter(pieces)
        self._ahead = next(self._pieces, b"")

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return not self._ahead

    def next(self, size: int) -> Iterator[bytes]:
        """The next pieces, `size` bytes or a little more."""
        out = 0
        while self._ahead and out < size:
            piece = self._ahead
            out += len(piece)
            self._ahead = next(self._pieces, b"")
            yield piece


def kept(path: Path, box: Box, places: Sequence[Place], boxes: Boxes) -> tuple[list[Place], dict[str, str]]:
    """The places that took the object; PlaceFailed when none did."""
    troubles = deliver(path, box, places, boxes.suite)
    left = [place for place in places if place.name not in troubles]
    if not left:
        raise next(iter(troubles.values()))
    return left, {
        name: str(error.data.get("detail") or error.data.get("problem", "")) for name, error in troubles.items()
    }


def chained(
    state: State, boxes: Boxes, places: Sequence[Place], cluster: Cluster, system: str, generation: int,
    span: tuple[str, str],
) -> None:  # fmt: skip
    """Deliver the log that the set needs; Unavailable when a place still lacks a segment of it after PATIENCE seconds.

    A busy server hands its last segments over some time after they are finished.
    """
    until = time.monotonic() + PATIENCE
    while True:
        backup_wal.ship(state, boxes, places, cluster.layout.spool, system, generation)
        lacking = [
            (place.name, one)
            for place in places
            for one in sorted(set(archive.segments_between(*span)) - set(backup_wal.segments(place, system)))
        ]
        if not lacking:
            return
        if time.monotonic() > until:
            raise Unavailable(N_("备份所需的日志没有送达，备份不算完整。"), N_("请检查备份位置后重试。"),
                              place=lacking[0][0], segment=lacking[0][1])  # fmt: skip
        time.sleep(0.5)


def checkpoint(cluster: Cluster) -> str:
    """The newest signed checkpoint of the ledger, "" before the first."""
    with psycopg.connect(cluster.address("root").psycopg(), autocommit=True) as link:
        if link.execute("SELECT to_regclass('checkpoint')").fetchone() == (None,):
            return ""
        row = link.execute(NOTE_SQL).fetchone()
    return str(row[0]) if row else ""


def last_manifest(boxes: Boxes, places: Sequence[Place], name: str) -> str:
    """The digest of the set before this one, "" for none: sets are chained too."""
    for place in places:
        earlier = [one for one in backup_manifest.names(place) if one < name]
        if earlier:
            return place.digest(backup_manifest.address(earlier[-1]), boxes.suite)
    return ""


def house_files(where: Home) -> bytes:
    """What a restore needs besides the database: settings, the cluster's record and passwords, the stamp. No key opens
    the vault with it: root, shred file and provider key go other ways.
    """
    out = io.BytesIO()
    wanted = [
        where.root / "jingui.toml",
        where.keys / "stamp.sealed",
        where.keys / "gateway.sealed",
        where.cluster / "cluster.json",
    ]
    wanted += sorted((where.cluster / "secret").glob("*"))
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in wanted:
            if path.is_file():
                tar.add(path, arcname=str(path.relative_to(where.root)))
    return out.getvalue()


def remove(place: Place, name: str) -> None:
    """Remove a set from a place: the manifest first, so that a half-removed set is none."""
    try:
        found = [one.name for one in place.list(f"base/{name}")]
        for one in sorted(found, key=lambda each: not each.endswith(backup_manifest.MANIFEST)):
            place.remove(one)
    except PlaceFailed:
        return  # it is tried again at the next expiry
