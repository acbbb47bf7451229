"""三（一）1 备份: the manifest of a base backup: what belongs to it, and what of the log it needs [3.1.1]"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jingui.config.backup_boxes import Box, Boxes, Opening, read_document
from jingui.config.backup_places import Place, PlaceFailed
from jingui.core.errors import JinguiError, NotFound, Tampered
from jingui.core.word import N_

TYPE = "jingui-backup-set/1"
MANIFEST = "manifest"


class Damaged(JinguiError):
    """A backup is not as it was written; nothing of it is started."""

    code = "backup_damaged"
    status = 409
    message = N_("备份内容与写入时不符，没有启动任何东西。")
    next_step = N_("请改用另一位置的同一份备份，或更早的一份，并查明该位置。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that is to be known of a set. `first` and `last` are segments of the log; times are ISO 8601 in UTC."""

    name: str
    institution: str
    origin: str
    suite: str
    version: str
    server: str
    system: str
    timeline: int
    start: str
    stop: str
    first: str
    last: str
    started: str
    ended: str
    generation: int
    key_check: str
    checkpoint: str
    previous: str
    plain: int
    boxes: tuple[Box, ...]

    def plainly(self) -> dict[str, Any]:
        """As canonical JSON has it."""
        return {**asdict(self), "boxes": [asdict(box) for box in self.boxes], "type": TYPE}

    @property
    def size(self) -> int:
        """Bytes at a place."""
        return sum(box.size for box in self.boxes)


def address(name: str) -> str:
    """The object that holds a set's manifest."""
    return f"base/{name}/{MANIFEST}"


def read(boxes: Boxes, place: Place, name: str) -> tuple[Manifest, str]:
    """A set's manifest at a place, and its digest; Damaged when it is not as written."""
    where = address(name)
    try:
        opening: Opening = boxes.open(place, where)
        row = read_document(opening, where)
        if row.pop("type", "") != TYPE or row.get("name") != name:
            raise Tampered(where=where)
        listed = tuple(Box(**one) for one in row.pop("boxes"))
        digest = place.digest(where, boxes.suite)
        return Manifest(boxes=listed, **row), digest
    except (Tampered, TypeError, KeyError) as error:
        raise Damaged(place=place.name, object=where) from error


def names(place: Place) -> tuple[str, ...]:
    """The sets that have a manifest at a place, oldest first."""
    ends = f"/{MANIFEST}"
    return tuple(one.name.split("/")[1] for one in place.list("base") if one.name.endswith(ends))


def newest(boxes: Boxes, places: Sequence[Place], wanted: str = "", before: str = "") -> Manifest:
    """The set `wanted`, or the newest (that ended before the time `before`) which any place can give.

    A damaged manifest at one place is passed over for another's; Damaged when no place has it whole, NotFound for none.
    """
    damaged: JinguiError | None = None
    known: dict[str, list[Place]] = {}
    for place in places:
        try:
            for name in names(place):
                known.setdefault(name, []).append(place)
        except PlaceFailed as error:
            damaged = damaged or error
    for name in sorted(known, reverse=True):
        if wanted and name != wanted:
            continue
        for place in known[name]:
            try:
                found, _ = read(boxes, place, name)
            except (Damaged, PlaceFailed) as error:
                damaged = error
                continue
            if before and found.ended > before:
                break
            return found
        else:
            raise damaged or NotFound()  # an older set in its stead would be a surprise: it must be named
    raise damaged or NotFound(N_("没有找到备份。"), N_("请核对备份位置和名称。"))
