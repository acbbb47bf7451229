"""二（二）3 停机应急: the station's own ledger: appended and on disk before anything is shown [2.2.3] [4.1.2]

One sealed line an entry. `book.head` says how long it is: a file cut short at a whole line is seen by that; a line that
was never finished (power failed) was never shown and is taken away.
"""

import base64
import binascii
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import orjson

from jingui.core.errors import Tampered, Unavailable
from jingui.core.word import N_
from jingui.crypto.station import Chain, Read, Said
from jingui.station.folder import BOOK, HEAD, Folder

LOCK: Final = "book.lock"


class Book:
    """The whole ledger, checked line by line when it is opened."""

    def __init__(self, folder: Folder, random: Callable[[int], bytes]) -> None:
        """Open and check; Tampered when a line was changed, taken away or put in."""
        self._folder, self._random = folder, random
        self._path = folder.path / BOOK
        self._lock = threading.Lock()
        self.chain = Chain(folder.keys.identity)
        self.reads: list[Read] = []
        self._lines: list[bytes] = []
        self._end = 0
        with self._alone():
            self._load()

    @property
    def size(self) -> int:
        """How many entries stand."""
        return self.chain.size

    @property
    def last_time(self) -> datetime | None:
        """When the newest entry was made."""
        return datetime.fromisoformat(self.reads[-1].head["at"]) if self.reads else None

    def append(self, said: Said) -> int:
        """Commit an entry to disk and return its number; Unavailable when it cannot be: then nothing may be shown."""
        with self._lock, self._alone():
            line, leaf = self.chain.made(said, self._folder.keys.signer, self._random(16))
            sealed = base64.b64encode(self._folder.keys.storage.seal(line, b"book:%d" % self.size)) + b"\n"
            self._write(sealed)
            read = self.chain.check(line)
            self.chain.advance(leaf)
            self.reads.append(read)
            self._lines.append(line)
            self._end += len(sealed)
            self._head()
            return self.size - 1

    def lines(self, start: int, most: int) -> tuple[bytes, ...]:
        """Lines from `start` on, for delivery."""
        return tuple(self._lines[start : start + most])

    def _write(self, sealed: bytes) -> None:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise cannot() from error
        try:
            if os.fstat(handle).st_size != self._end:
                raise Tampered(where=BOOK)  # somebody else wrote to it
            try:
                rest = memoryview(sealed)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            except OSError as error:
                os.ftruncate(handle, self._end)
                raise cannot() from error
        finally:
            os.close(handle)

    def _head(self) -> None:
        try:
            self._folder.write(HEAD, orjson.dumps({"last": self.chain.last.hex(), "size": self.size}))
        except Exception as error:
            raise cannot() from error  # the entry stands and is delivered, but what it was for is not shown

    def _load(self) -> None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        whole, _, torn = data.rpartition(b"\n")
        for sealed in whole.split(b"\n") if whole else ():
            self._take(sealed)
        self._end = len(whole) + bool(whole)
        head = self._folder.read(HEAD)
        size, last = 0, self.chain.last.hex()
        if head is not None:
            said = orjson.loads(head)
            size, last = said["size"], said["last"]
        elif self.size > 1:
            raise Tampered(where=HEAD)
        if self.size < size or (self.size == size and size and self.chain.last.hex() != last) or self.size > size + 1:
            raise Tampered(where=BOOK)
        if torn:
            os.truncate(self._path, self._end)

    def _take(self, sealed: bytes) -> None:
        try:
            envelope = base64.b64decode(sealed, validate=True)
        except binascii.Error:
            raise Tampered(where=f"{BOOK}:{self.size}") from None
        line = self._folder.keys.storage.open(envelope, b"book:%d" % self.size, f"{BOOK}:{self.size}")
        read = self.chain.check(line)
        self.chain.advance(read.leaf)
        self.reads.append(read)
        self._lines.append(line)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes of this station waiting."""
        try:
            handle = os.open(self._folder.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise cannot() from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def cannot() -> Unavailable:
    """The error of a ledger that cannot be written."""
    return Unavailable(
        N_("工作站台账无法写入，因此没有显示任何内容。"), N_("请检查磁盘空间；紧急时使用纸质流程。"), where=BOOK
    )
