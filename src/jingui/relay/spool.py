"""五（一）3: what waits for the house: on disk before it is acknowledged, sealed, in order, bounded [5.1.3] [3.1.1]

One sealed file a message, named by its number. It is written beside, flushed, renamed, and the folder flushed: then it
is there, whatever happens to the process or the power. It goes when the house has answered; a crash in between sends
it again, and the house knows it by its number and content.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from jingui.core.errors import KeyTrouble, Tampered, TooLarge, Unavailable
from jingui.core.word import N_
from jingui.crypto import keyfile
from jingui.crypto.cipher import Cipher
from jingui.crypto.suite import suite_by_name

KEY: Final = "relay.key"
SUITE: Final = "relay.suite"
LARGEST: Final = 16 * 1024 * 1024
REFUSED: Final = "refused"
SUFFIX: Final = ".msg"


class Full(Unavailable):
    """The spool is full: nothing was taken, the sender keeps it."""

    code = "spool_full"
    message = N_("中继的待传内容已满，没有接收。")
    next_step = N_("请检查与医院网关的连接。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits: its number in the feed, its bytes, since when."""

    number: int
    body: bytes
    since: datetime


def founded(root: Path, suite: str, random: Callable[[int], bytes]) -> None:
    """A new key beside the configuration; KeyTrouble where one stands: it may be what waits is sealed with."""
    suite_by_name(suite)
    if (root / KEY).exists():
        raise KeyTrouble(N_("中继的密钥已经存在，没有更改。"), where=KEY)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / SUITE).write_text(suite, "ascii")
    keyfile.create(root / KEY, random(32))


def sealing(root: Path) -> Cipher:
    """The cipher of this relay's key file; KeyTrouble without one, or one that others can read."""
    if not (root / KEY).exists():
        raise KeyTrouble(N_("没有中继的密钥。"), N_("请运行 jingui relay init。"), where=KEY)
    suite = suite_by_name((root / SUITE).read_text("ascii").strip())
    return suite.cipher(suite.derive(keyfile.read_secret(root / KEY), b"jingui:relay:spool:1"))


class Room:
    """How much all feeds together may keep here."""

    def __init__(self, most: int) -> None:
        """At most `most` bytes."""
        self._most, self._used, self._lock = most, 0, threading.Lock()

    def take(self, size: int, *, always: bool = False) -> None:
        """Count a message in; Full when there is no room (`always`: it lies there already)."""
        with self._lock:
            if not always and self._used + size > self._most:
                raise Full()
            self._used += size

    def give(self, size: int) -> None:
        """Count a message out."""
        with self._lock:
            self._used -= size


class Spool:
    """One feed's messages."""

    def __init__(self, folder: Path, name: str, cipher: Cipher, room: Room) -> None:
        """Open the folder; what was never finished goes, what waits is counted. Numbers only grow."""
        self.folder, self.name = folder / name, name
        self._cipher, self._room = cipher, room
        self._lock, self.arrived = threading.Lock(), threading.Condition()
        (self.folder / REFUSED).mkdir(mode=0o700, parents=True, exist_ok=True)
        for torn in self.folder.glob("*.new"):
            torn.unlink()
        self._numbers = sorted(number_of(one) for one in self.folder.glob(f"*{SUFFIX}"))
        kept = [number_of(one) for one in (self.folder / REFUSED).glob(f"*{SUFFIX}")]
        self._next = max([*self._numbers, *kept, 0]) + 1
        for number in self._numbers:
            room.take(self._path(number).stat().st_size, always=True)

    def put(self, body: bytes, at: datetime) -> int:
        """Keep a message durably and return its number; Full or TooLarge leave nothing, OSError becomes Unavailable."""
        if len(body) > LARGEST:
            raise TooLarge()
        head = orjson.dumps({"at": at.astimezone(UTC).isoformat()})
        with self._lock:
            number = self._next
            sealed = self._cipher.seal(head + b"\n" + body, self._bound(number))
            self._room.take(len(sealed))
            try:
                durable(self._path(number), sealed)
            except OSError as error:
                self._room.give(len(sealed))
                raise Unavailable(N_("中继无法写入磁盘，没有接收。"), N_("请检查磁盘空间。"), where="spool") from error
            self._next += 1
            self._numbers.append(number)
        with self.arrived:
            self.arrived.notify_all()
        return number

    def first(self) -> Waiting | None:
        """The oldest message; Tampered when it is not as it was put. None when nothing waits."""
        with self._lock:
            if not self._numbers:
                return None
            number = self._numbers[0]
        plain = self._cipher.open(self._path(number).read_bytes(), self._bound(number), f"{self.name}/{number}")
        head, _, body = plain.partition(b"\n")
        return Waiting(number=number, body=body, since=datetime.fromisoformat(orjson.loads(head)["at"]))

    def done(self, number: int) -> None:
        """The house has it: it goes."""
        self._leave(number, lambda path: path.unlink())

    def refuse(self, number: int, why: str) -> None:
        """The house will never take it: it is set apart for a person, sealed as it is, with the reason beside it."""
        apart = self.folder / REFUSED
        durable(apart / f"{number:012d}.why", why.encode("utf-8", "replace")[:500])
        self._leave(number, lambda path: path.rename(apart / path.name))
        sync(apart)

    def refused(self) -> Iterator[tuple[int, str]]:
        """Number and reason of what was set apart."""
        for path in sorted((self.folder / REFUSED).glob("*.why")):
            yield int(path.stem), path.read_text("utf-8", "replace")

    def again(self, number: int) -> None:
        """What was set apart goes to the house once more, behind what waits now."""
        apart = self.folder / REFUSED / f"{number:012d}{SUFFIX}"
        plain = self._cipher.open(apart.read_bytes(), self._bound(number), f"{self.name}/{number}")
        head, _, body = plain.partition(b"\n")
        self.put(body, datetime.fromisoformat(orjson.loads(head)["at"]))
        apart.unlink()
        apart.with_suffix(".why").unlink(missing_ok=True)

    def __len__(self) -> int:
        """How many wait."""
        with self._lock:
            return len(self._numbers)

    def _leave(self, number: int, how: Callable[[Path], object]) -> None:
        path = self._path(number)
        size = path.stat().st_size
        how(path)
        sync(self.folder)
        with self._lock:
            self._numbers.remove(number)
        self._room.give(size)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}{SUFFIX}"

    def _bound(self, number: int) -> bytes:
        return f"relay:{self.name}:{number}".encode()


def seen(folder: Path, name: str) -> tuple[int, tuple[tuple[int, str], ...]]:
    """How many messages wait and what was set apart, looked at from beside: nothing is opened, one may be serving."""
    apart = folder / name / REFUSED
    refused = ((number_of(path), path.read_text("utf-8", "replace")) for path in sorted(apart.glob("*.why")))
    return sum(1 for _ in (folder / name).glob(f"*{SUFFIX}")), tuple(refused)


def number_of(path: Path) -> int:
    """The number in a file's name; Tampered for a name that is none of ours."""
    try:
        return int(path.stem)
    except ValueError:
        raise Tampered(where=path.name) from None


def durable(path: Path, data: bytes) -> None:
    """There after a power cut, or not at all."""
    beside = path.with_suffix(path.suffix + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    finally:
        os.close(handle)
    beside.rename(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Flush a folder's names."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
