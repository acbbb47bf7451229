"""三（一）1 备份: what is over goes, whole sets only, and never what a kept set still needs [3.1.1]"""

from collections.abc import Sequence

from jingui.cluster import archive
from jingui.config import backup_base, backup_manifest, backup_wal
from jingui.config.backup_boxes import Boxes
from jingui.config.backup_manifest import Damaged
from jingui.config.backup_places import Place, PlaceFailed
from jingui.crypto.keyring import Keyring


def remove(places: Sequence[Place], name: str) -> bool:
    """Remove a set from every place; False when a place still has it."""
    for place in places:
        backup_base.remove(place, name)
    try:
        return not any(place.list(f"base/{name}") for place in places)
    except PlaceFailed:
        return False


def trim(keys: Keyring, places: Sequence[Place]) -> int:
    """Remove from each place the log before the first segment of its oldest set; how many segments went.

    A place with a manifest that cannot be read, or without any set, keeps all of its log.
    """
    boxes, gone = Boxes.of(keys), 0
    for place in places:
        try:
            kept = [backup_manifest.read(boxes, place, name)[0] for name in backup_manifest.names(place)]
            if not kept:
                continue
            for system in {one.system for one in kept}:
                first = min(one.first[8:] for one in kept if one.system == system)
                for segment in backup_wal.segments(place, system):
                    if archive.NAME.fullmatch(segment) and not segment.endswith(".history") and segment[8:24] < first:
                        place.remove(backup_wal.address(system, segment))
                        gone += 1
        except (Damaged, PlaceFailed):
            continue
    return gone
