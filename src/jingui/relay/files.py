"""五（一）1, 二（一）2: a folder of CSV files that the old system writes: each whole or set apart [5.1.1] [2.1.2]

The old system writes under another name and renames to *.csv. Rows are messages with numbers of their own making, so a
file that was taken half when the power failed is taken again, and the house knows each row.
"""

import csv
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jingui.core.errors import Invalid, JinguiError, Unavailable
from jingui.core.word import N_
from jingui.relay.carry import Lane
from jingui.relay.message import of_row
from jingui.relay.places import Feed, Table
from jingui.relay.spool import sync

LARGEST: Final = 32 * 1024 * 1024
ROWS: Final = 200_000
DONE: Final = "done"
BAD: Final = "bad"


class Folder:
    """One feed's folder."""

    def __init__(self, feed: Feed, lane: Lane) -> None:
        """Make what is missing beside the files."""
        self.feed, self._lane = feed, lane
        for name in (DONE, BAD):
            (feed.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def look(self) -> int:
        """Take what lies there, the oldest name first; how many rows. Unavailable when the spool takes no more now."""
        count = 0
        for path in sorted(self.feed.folder.glob("*.csv")):
            try:
                made = [of_row(self._table, row, self.feed.name) for row in rows(content(path), self.feed.encoding)]
            except Invalid as error:
                self._apart(path, error)
                continue
            for body in made:
                self._lane.put(body)
            count += len(made)
            self._move(path, DONE)
        return count

    @property
    def _table(self) -> Table:
        if self.feed.table is None:
            raise Unavailable(where=self.feed.name)
        return self.feed.table

    def _apart(self, path: Path, error: JinguiError) -> None:
        places = getattr(error, "places", ())
        why = f"{error.message} {'; '.join(f'{where} {what}' for where, what in places)[:400]}\n"
        (self.feed.folder / BAD / f"{path.name}.txt").write_text(why, "utf-8")
        self._move(path, BAD)

    def _move(self, path: Path, name: str) -> None:
        """Out of the way, never over another of the same name."""
        to = path.parent / name / path.name
        n = 1
        while to.exists():
            to = path.parent / name / f"{path.stem}.{n}{path.suffix}"
            n += 1
        path.rename(to)
        sync(to.parent)
        sync(path.parent)


def content(path: Path) -> bytes:
    """The file's bytes; Invalid for links, devices and what is too large."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Invalid(N_("文件无法读取。"), places=((path.name[:80], type(error).__name__),)) from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise Invalid(N_("不是普通文件，或过大。"), places=((path.name[:80], ""),))
        return file.read(LARGEST + 1)


def rows(data: bytes, encoding: str) -> Iterator[dict[str, str]]:
    """The rows by the names of the first line; Invalid names the line that is none."""
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise Invalid(N_("文件编码与配置不符。"), places=((encoding, ""),)) from error
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        head = [one.strip() for one in next(reader, [])]
        if not head or len(set(head)) != len(head):
            raise Invalid(N_("首行没有列名，或列名重复。"), places=(("1", ""),))
        for line in reader:
            if not any(line):
                continue
            if len(line) != len(head) or reader.line_num > ROWS:
                raise Invalid(N_("列数与首行不同，或行数过多。"), places=((str(reader.line_num), ""),))
            yield dict(zip(head, line, strict=True))
    except csv.Error as error:
        raise Invalid(N_("不是有效的 CSV。"), places=((str(reader.line_num), ""),)) from error
