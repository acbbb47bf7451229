"""三（一）1 备份: reading a set back: every byte is checked; what one place damaged another may give [3.1.1] [6.1.3]"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from jingui.cluster import archive
from jingui.config import backup_manifest, backup_wal
from jingui.config.backup_boxes import Boxes
from jingui.config.backup_manifest import Damaged, Manifest
from jingui.config.backup_places import Place, PlaceFailed
from jingui.core.errors import JinguiError, KeyTrouble, Tampered
from jingui.core.word import N_
from jingui.crypto.keyring import Keyring

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of the log with what its authentic header says: number in the chain, digest of the one before, time."""

    name: str
    n: int
    at: str
    generation: int
    previous: str
    digest: str
    body: bytes


@dataclass(slots=True, kw_only=True)
class Reading:
    """Places to read from, and what was found damaged on the way (place and object)."""

    boxes: Boxes
    places: tuple[Place, ...]
    damaged: list[str] = field(default_factory=list)

    def plain(self, name: str, digest: str = "") -> Iterator[bytes]:
        """The content of an object, from the first place that has it whole; Damaged when none has.

        A piece is authentic when it is given out, so another place may go on where one broke off.
        """
        done = 0
        last: JinguiError | None = None
        for place in self.places:
            skip = done
            try:
                for piece in self.boxes.open(place, name, digest):
                    if skip >= len(piece):
                        skip -= len(piece)
                        continue
                    yield piece[skip:]
                    done += len(piece) - skip
                    skip = 0
                return
            except (Tampered, PlaceFailed) as error:
                last = error
                self.damaged.append(f"{place.name} {name}")
        raise Damaged(object=name, places=tuple(place.name for place in self.places)) from last

    def stream(self, manifest: Manifest, tell: Tell) -> Iterator[bytes]:
        """The tar of a set: its parts in order."""
        done = 0
        for box in manifest.boxes:
            if "/part-" not in box.name:
                continue
            for piece in self.plain(box.name, box.digest):
                done += len(piece)
                tell(done, manifest.plain)
                yield piece

    def log(self, manifest: Manifest) -> list[str]:
        """The names of what is kept of the log from the set's first segment on, and of every history."""
        found: set[str] = set()
        for place in self.places:
            try:
                found |= set(backup_wal.segments(place, manifest.system))
            except PlaceFailed as error:
                self.damaged.append(f"{place.name} {error.data.get('problem', '')}")
        return sorted(one for one in found if one.endswith(".history") or one[8:24] >= manifest.first[8:])

    def checked(self, manifest: Manifest, name: str) -> "Segment":
        """One piece of the log with its authentic header, from the first place that has it whole."""
        where = backup_wal.address(manifest.system, name)
        last: JinguiError | None = None
        for place in self.places:
            try:
                opening = self.boxes.open(place, where)
                body = opening.whole()
                head = opening.header
                if head["segment"] != name or head["system"] != manifest.system:
                    raise Tampered(where=where)
                return Segment(
                    name=name, n=int(head["n"]), at=str(head["at"]), generation=int(head["generation"]),
                    previous=str(head["prev"]), digest=opening.digest, body=body,
                )  # fmt: skip
            except (Tampered, PlaceFailed, KeyError) as error:
                last = error if isinstance(error, JinguiError) else None
                self.damaged.append(f"{place.name} {where}")
        raise Damaged(object=where, places=tuple(place.name for place in self.places)) from last


def newest_generation(reading: Reading, manifest: Manifest) -> int:
    """The newest generation of the shred file that any set, or the newest segments, know of."""
    known = manifest.generation
    for place in reading.places:
        try:
            for name in backup_manifest.names(place):
                known = max(known, backup_manifest.read(reading.boxes, place, name)[0].generation)
        except (PlaceFailed, Damaged):
            continue  # what is damaged is named when it is read; it cannot lower what others know
    for name in reading.log(manifest)[-1:]:
        known = max(known, reading.checked(manifest, name).generation)
    return known


def fitting(keys: Keyring, manifest: Manifest, generation: int) -> None:
    """KeyTrouble unless these keys are the set's, and the shred file is no older than the newest that is known of."""
    if keys.check_value() != manifest.key_check:
        raise KeyTrouble(N_("密钥与备份不匹配，没有恢复。"), problem="other keys")
    if keys.generation < generation:
        raise KeyTrouble(
            N_("密钥文件比备份所知的更旧，没有恢复。"), N_("请使用最新的密钥文件登记副本。"),
            problem="older generation", generation=keys.generation, needed=generation,
        )  # fmt: skip


def verify(boxes: Boxes, place: Place, name: str, tell: Tell = lambda _done, _of: None) -> tuple[Manifest, list[str]]:
    """Read every object of a set at one place, and its log with its chain; the names of what is damaged or missing."""
    reading = Reading(boxes=boxes, places=(place,))
    manifest, _ = backup_manifest.read(boxes, place, name)
    done = 0
    for box in manifest.boxes:
        try:
            for _piece in reading.plain(box.name, box.digest):
                pass
        except Damaged:
            continue  # noted by the reading
        done += box.plain
        tell(done, manifest.plain)
    chain(reading, manifest)
    return manifest, sorted(set(reading.damaged))


def chain(reading: Reading, manifest: Manifest, keep: Callable[[Segment], None] = lambda _one: None) -> list[Segment]:
    """Read the log from the set's first segment on, in the chain's order, each told to `keep`; bodies are not held.

    What breaks the chain is noted as damaged, and nothing after it counts.
    """
    found: list[Segment] = []
    for name in reading.log(manifest):
        try:
            one = reading.checked(manifest, name)
        except Damaged:
            reading.damaged.append(backup_wal.address(manifest.system, name))
            continue
        keep(one)
        found.append(replace(one, body=b""))
    found.sort(key=lambda one: one.n)
    begin = next((at for at, one in enumerate(found) if one.name == manifest.first), 0)
    out = found[begin : begin + 1]
    for one in found[begin + 1 :]:
        if one.n != out[-1].n + 1 or one.previous != out[-1].digest:
            reading.damaged.append(f"{backup_wal.address(manifest.system, one.name)} chain")
            break
        out.append(one)
    have = {one.name for one in out}
    needed = archive.segments_between(manifest.first, manifest.last)
    reading.damaged += [backup_wal.address(manifest.system, one) for one in needed if one not in have]
    return out
