"""三（一）1 备份: the places that keep backups: a directory, or a bucket that speaks S3 [3.1.1] [6.1.3]

`file:/path` or `s3://bucket/prefix`; what a bucket needs besides (AWS_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_REGION …) stands
in the environment. Everything that goes there is sealed before.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from jingui.core.errors import JinguiError, Misconfigured
from jingui.core.word import N_
from jingui.crypto.stream import Digest
from jingui.crypto.suite import Suite

PIECE = 4 << 20
OBJECT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*\Z")


class PlaceFailed(JinguiError):
    """A place did not take or give an object; the house goes on serving."""

    code = "backup_place"
    status = 503
    message = N_("备份位置不可用或空间不足。")
    next_step = N_("请检查该位置的空间、挂载和权限。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An object at a place."""

    name: str
    size: int


class Place:
    """One place. Objects appear whole or not at all; PlaceFailed names the place, never a secret."""

    def __init__(self, text: str) -> None:
        """Read one line of the hospital's file; Misconfigured for what is none."""
        self.name = text
        self.folder: Path | None = None
        split = urlsplit(text)
        if text.startswith("file:/"):
            self.folder = Path(text.removeprefix("file:"))
            self._store: Any = None
        elif split.scheme == "s3" and split.netloc:
            self._store = S3Store(split.netloc, prefix=split.path.strip("/") or None, client_options=_client())
        else:
            raise Misconfigured(
                N_("备份位置的写法无法识别。"), N_("请写成 file:/目录 或 s3://存储桶/前缀。"), place=text[:80]
            )

    def store(self) -> Any:
        """The store; a directory is made (0700) when it is missing, unless its parent is (an absent mount)."""
        if self._store is None:
            assert self.folder is not None  # noqa: S101 -- only directories come without a store
            try:
                if not self.folder.is_dir():
                    self.folder.mkdir(mode=0o700, parents=self.folder.is_relative_to(_root()))
                self._store = LocalStore(self.folder)
            except OSError as error:
                raise PlaceFailed(place=self.name, problem=error.strerror or "") from error
        return self._store

    def put(self, name: str, path: Path) -> None:
        """Store the file `path` as the object `name`, durably."""
        try:
            with path.open("rb") as file:
                obstore.put(self.store(), _checked(name), file)
            if self.folder is not None:
                durable(self.folder / name)
        except (BaseError, OSError) as error:
            raise PlaceFailed(place=self.name, problem=type(error).__name__, detail=_short(error)) from error

    def read(self, name: str) -> "Source":
        """The bytes of an object, as something to read from."""
        try:
            return Source(self, name, obstore.get(self.store(), _checked(name)).stream(min_chunk_size=PIECE))
        except (BaseError, OSError) as error:
            raise PlaceFailed(place=self.name, problem=type(error).__name__, detail=_short(error)) from error

    def digest(self, name: str, suite: Suite) -> str:
        """The digest of an object as the place gives it back."""
        running, source = Digest(suite), self.read(name)
        while piece := source.read(PIECE):
            running.update(piece)
        return running.hex()

    def list(self, prefix: str) -> tuple[Kept, ...]:
        """The objects below a prefix, by name."""
        try:
            found = [one for page in obstore.list(self.store(), prefix=prefix) for one in page]
        except (BaseError, OSError) as error:
            raise PlaceFailed(place=self.name, problem=type(error).__name__, detail=_short(error)) from error
        return tuple(sorted((Kept(name=one["path"], size=one["size"]) for one in found), key=lambda one: one.name))

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone already is no trouble."""
        try:
            obstore.delete(self.store(), _checked(name))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise PlaceFailed(place=self.name, problem=type(error).__name__, detail=_short(error)) from error

    def room(self) -> tuple[int, int] | None:
        """Free and whole bytes of a directory's disk; None for a bucket."""
        if self.folder is None:
            return None
        self.store()
        usage = shutil.disk_usage(self.folder)
        return usage.free, usage.total


class Source:
    """An object being read."""

    def __init__(self, place: Place, name: str, stream: Any) -> None:
        """Read on from `stream`."""
        self._place, self._name = place, name
        self._pieces: Iterator[Any] = iter(stream)
        self._kept = b""
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end; PlaceFailed when the place does not go on."""
        if self._at >= len(self._kept):
            try:
                self._kept, self._at = bytes(next(self._pieces, b"")), 0
            except (BaseError, OSError) as error:
                raise PlaceFailed(place=self._place.name, problem=type(error).__name__) from error
        out = self._kept[self._at : self._at + size]
        self._at += len(out)
        return out


def durable(path: Path) -> None:
    """Make a file and its name in the directory outlast a power cut."""
    for one, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        handle = os.open(one, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _checked(name: str) -> str:
    if not OBJECT.match(name) or ".." in name:
        raise PlaceFailed(object=name[:80], problem="name")
    return name


def _root() -> Path:
    from jingui.config.home import home

    return home().root


def _client() -> Any:
    # a plain-http endpoint is for a store on this very host (tests, a relay); the environment must say so
    return {"allow_http": os.environ.get("AWS_ALLOW_HTTP", "") == "true", "timeout": "60s"}


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else ""
