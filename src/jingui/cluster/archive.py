"""三（一）1 备份: the server hands over each finished segment of its log, and what is waiting to be taken away [3.1.1]

The program is a shell script: the server's account may not reach our Python. It copies durably, refuses to replace
other content, and may be repeated. When the disk runs short it lets the segment go and leaves a mark: the house goes on
serving, the chain of the backup is broken, and the next base backup begins a new one.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from jingui.cluster import settings
from jingui.cluster.account import Account
from jingui.cluster.folders import make_private
from jingui.cluster.layout import Layout

SCRIPT = "archive.sh"
RESERVE = 1 << 30
"""Free bytes below which segments are let go rather than fill the disk on which the database itself writes."""
GAP = ".gap"
NAME = re.compile(r"[0-9A-F]{24}(\.partial|\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history")
SEGMENT = re.compile(r"[0-9A-F]{24}")
TEXT = """#!/bin/sh
# written by jingui at each start: archive.sh <path> <name> <spool> <least free KiB>
set -eu
umask 077
to="$3/$2"
if [ -e "$to" ]; then
  cmp -s "$1" "$to" && exit 0
  echo "archive.sh: $2 is there with other content" >&2
  exit 1
fi
free=$(df -Pk "$3" | awk 'NR == 2 { print $4 }')
if [ "$free" -lt "$4" ]; then
  : > "$to.gap"
  echo "archive.sh: the disk runs short, $2 is not kept" >&2
  exit 0
fi
cp "$1" "$3/.$2.part"
sync "$3/.$2.part"
mv "$3/.$2.part" "$to"
sync "$3"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What lies in the spool, oldest first; `gaps` are segments that were let go for want of room."""

    files: tuple[Path, ...]
    gaps: tuple[Path, ...]


def prepared(layout: Layout, account: Account) -> dict[str, str]:
    """Make spool and script; the server's settings that use them."""
    make_private(layout.spool, account)
    script = layout.server / SCRIPT
    half = script.with_name(f".{SCRIPT}.{os.getpid()}.new")
    half.unlink(missing_ok=True)
    # the server's account runs it and must not change it
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o755), "w") as file:
        file.write(TEXT)
        os.fchmod(file.fileno(), 0o755)
        file.flush()
        os.fsync(file.fileno())
    half.replace(script)
    words = f'"{_percent(script)}" "%p" "%f" "{_percent(layout.spool)}" {RESERVE >> 10}'
    return {**settings.ARCHIVING, "archive_command": words}


def _percent(path: Path) -> str:
    return str(path).replace("%", "%%")


def waiting(spool: Path) -> Waiting:
    """What is to be taken away, in the order in which the server wrote it."""
    if not spool.is_dir():
        return Waiting(files=(), gaps=())
    found = sorted(path for path in spool.iterdir() if path.is_file() and not path.name.startswith("."))
    return Waiting(
        files=tuple(path for path in found if NAME.fullmatch(path.name)),
        gaps=tuple(path for path in found if path.suffix == GAP and NAME.fullmatch(path.stem)),
    )


def segments_between(first: str, last: str, size: int = 16 << 20) -> tuple[str, ...]:
    """The names of the log's segments from `first` to `last` on one timeline."""
    per = (1 << 32) // size
    start, stop = _number(first, per), _number(last, per)
    line = last[:8]
    return tuple(f"{line}{n // per:08X}{n % per:08X}" for n in range(start, stop + 1))


def _number(name: str, per: int) -> int:
    return int(name[8:16], 16) * per + int(name[16:24], 16)


def segment_of(lsn: str, timeline: int, size: int = 16 << 20, *, before: bool = False) -> str:
    """The segment that holds `lsn` (e.g. `0/3000148`), or the byte `before` it: the last one that is needed."""
    high, _, low = lsn.partition("/")
    at = (int(high, 16) << 32) + int(low, 16) - (1 if before else 0)
    return f"{timeline:08X}{at >> 32:08X}{(at & 0xFFFFFFFF) // size:08X}"
