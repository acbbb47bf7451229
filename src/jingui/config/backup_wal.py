"""三（一）1 备份: the server's log, segment by segment: sealed, chained, delivered to every place [3.1.1] [6.1.3]

Each object names the digest of the one before: a segment that was dropped, exchanged or put elsewhere breaks the chain.
What a place did not take waits in the outbox; when the disk runs short what waits is let go, and the gap is said.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from jingui.cluster import archive
from jingui.config.backup_boxes import Box, Boxes, deliver
from jingui.config.backup_places import Place, PlaceFailed
from jingui.config.backup_state import SHIPPING, Chain, PlaceState, State, stamp, write
from jingui.core.errors import Tampered

FOLDER = "wal"
PART = "part.box"


def address(system: str, segment: str) -> str:
    """The object that holds a segment."""
    return f"{FOLDER}/{system}/{segment}"


def ship(state: State, boxes: Boxes, places: Sequence[Place], spool: Path, system: str, generation: int) -> Chain:
    """Take what waits in the spool to every place; the newest segment that all of them have. One process at a time.

    A place that fails is noted and tried again the next time; it stops neither the others nor the house.
    """
    with state.alone(SHIPPING, wait=300.0):
        clean(state)
        make_room(state, spool)
        found = archive.waiting(spool)
        for gap in found.gaps:
            state.change(gap=gap.stem)
            gap.unlink()
        for path in found.files:
            take(state, boxes, path, system, generation)
        return send(state, boxes, places)


def take(state: State, boxes: Boxes, path: Path, system: str, generation: int) -> None:
    """Seal one segment into the outbox as the next of the chain, then remove it from the spool."""
    plain = path.read_bytes()
    print_ = hashlib.sha256(plain).hexdigest()
    chain = state.read().chain
    name = address(system, path.name)
    # a number in the outbox's file names keeps the order of the chain, whatever the segments are called
    known = state.folder / "taken" / path.name
    if known.exists() and known.read_text() == print_:
        path.unlink()  # handed over once more after a crash of the server
        return
    header = {
        "n": chain.n + 1, "prev": chain.digest, "segment": path.name, "at": stamp(), "generation": generation,
        "system": system,
    }  # fmt: skip
    to = state.outbox / f"{chain.n + 1:012d}.box"
    box = boxes.seal(name, header, [plain], to)
    note = {"box": asdict(box), "done": [], "at": header["at"], "segment": path.name, "n": chain.n + 1}
    write(to.with_suffix(".json"), json.dumps(note))
    known.parent.mkdir(mode=0o700, exist_ok=True)
    write(known, print_)
    forget(known.parent)
    state.change(chain=Chain(n=chain.n + 1, segment=path.name, at=str(header["at"]), digest=box.digest))
    path.unlink()


def forget(folder: Path, most: int = 2000) -> None:
    """Keep the marks of the newest segments only: an older one is never handed over again."""
    marks = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for path in marks[:-most]:
        path.unlink()


def send(state: State, boxes: Boxes, places: Sequence[Place]) -> Chain:
    """Deliver what lies in the outbox, in order; a place that failed once is left alone until the next run."""
    failed: dict[str, str] = {}
    delivered = state.read().delivered
    waiting = sorted(state.outbox.glob("*.json"))
    left = len(waiting)
    for at in waiting:
        note = json.loads(at.read_text())
        box = Box(**note["box"])
        wanted = [place for place in places if place.name not in note["done"] and place.name not in failed]
        troubles = deliver(at.with_suffix(".box"), box, wanted, boxes.suite)
        failed |= {name: str(error.data.get("problem", "")) for name, error in troubles.items()}
        note["done"] += [place.name for place in wanted if place.name not in troubles]
        if {place.name for place in places} <= set(note["done"]):
            delivered = Chain(n=note["n"], segment=note["segment"], at=note["at"], digest=box.digest)
            at.with_suffix(".box").unlink(missing_ok=True)
            at.unlink()
            left -= 1
        else:
            write(at, json.dumps(note))
    state.change(delivered=delivered, waiting=left, places=looked(places, failed))
    return delivered


def looked(places: Sequence[Place], failed: dict[str, str]) -> dict[str, PlaceState]:
    """How each place is."""
    out = {}
    for place in places:
        problem, room = failed.get(place.name, ""), None
        try:
            room = place.room()
        except PlaceFailed as error:
            problem = problem or str(error.data.get("problem", ""))
        free, total = room or (0, 0)
        out[place.name] = PlaceState(well=not problem, at=stamp(), problem=problem, free=free, total=total)
    return out


def make_room(state: State, spool: Path) -> None:
    """Let go what waits longest while the disk is short: the house must go on serving. What went is said as a gap."""
    while shutil.disk_usage(state.folder).free < archive.RESERVE:
        boxes = sorted(state.outbox.glob("*.box"))
        files = archive.waiting(spool).files
        if boxes:
            note = boxes[0].with_suffix(".json")
            with suppress(FileNotFoundError, ValueError, KeyError):
                state.change(gap=str(json.loads(note.read_text())["segment"]))
            boxes[0].unlink()
            note.unlink(missing_ok=True)
        elif files:
            state.change(gap=files[0].name)
            files[0].unlink()
        else:
            return


def clean(state: State) -> None:
    """Throw away half-sealed objects of a run that was cut short; their segments still lie in the spool."""
    for path in state.outbox.iterdir():
        if path.name == PART:
            continue  # the base backup's, which may be under way
        partner = path.with_suffix(".json" if path.suffix == ".box" else ".box")
        if path.name.startswith(".") or not partner.exists():
            path.unlink()


def segments(place: Place, system: str) -> dict[str, int]:
    """The segments of a cluster that a place keeps, with their sizes."""
    return {os.path.basename(one.name): one.size for one in place.list(f"{FOLDER}/{system}")}


def linked(previous: dict[str, object] | None, header: dict[str, object], digest: str, where: str) -> None:
    """Check that `header` follows `previous` in the chain (whose digest is `digest`); Tampered names the segment."""
    if previous is None:
        return
    if header.get("n") != int(str(previous["n"])) + 1 or header.get("prev") != digest:
        raise Tampered(where=where)
