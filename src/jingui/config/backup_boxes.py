"""三（一）1 备份: sealed objects: each under a data key that only this house's permanent keys unwrap [3.1.1] [6.1.3]

A medium without the keys tells sizes, numbers and times, nothing else.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from jingui.config.backup_places import Place, PlaceFailed, durable
from jingui.core.errors import Misconfigured, Tampered
from jingui.core.word import N_
from jingui.crypto import stream
from jingui.crypto.canon import canon
from jingui.crypto.cipher import Cipher
from jingui.crypto.keyring import Keyring
from jingui.crypto.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An object: its name, sealed size and digest, and the size of what is inside."""

    name: str
    size: int
    digest: str
    plain: int


class Boxes:
    """Seals into files and opens from places, under the house's backup key."""

    def __init__(self, suite: Suite, key: bytes) -> None:
        """Use the permanent backup key of the house."""
        self.suite = suite
        self._wrapping = suite.cipher(key)

    @classmethod
    def of(cls, keys: Keyring) -> "Boxes":
        """With the keys of this house."""
        return cls(keys.suite, keys.key("backup"))

    def seal(self, name: str, header: dict[str, Any], plain: Iterable[bytes], to: Path) -> Box:
        """Write the sealed object to the file `to`, durably; a full disk leaves no half file."""
        secret = os.urandom(32)
        whole = {**header, "name": name, "key": self._wrapping.seal(secret, _bound(name)).hex()}
        digest, counting = stream.Digest(self.suite), Counting(plain)
        try:
            with to.open("wb") as file:
                for piece in stream.sealed(self.suite, self.suite.cipher(secret), whole, counting):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):
                to.unlink(missing_ok=True)
            raise PlaceFailed(place=str(to.parent), problem=error.strerror or "") from error
        durable(to)
        return Box(name=name, size=digest.size, digest=digest.hex(), plain=counting.size)

    def open(self, place: Place, name: str, digest: str = "") -> "Opening":
        """The object of that name at a place; `digest` as the manifest has it, "" when there is none yet."""
        return Opening(self, place, name, digest)

    def unwrap(self, header: dict[str, Any], name: str, where: str) -> Cipher:
        """The cipher of an object; Tampered when it is not this house's or stands under another name."""
        try:
            wrapped = bytes.fromhex(header["key"])
        except (KeyError, TypeError, ValueError):
            raise Tampered(where=where) from None
        if header.get("name") != name or header.get("suite") != self.suite.name:
            raise Tampered(where=where)
        return self.suite.cipher(self._wrapping.open(wrapped, _bound(name), where))


class Counting:
    """Passes pieces on and counts their bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Nothing was passed on yet."""
        self._pieces = pieces
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        """The same pieces."""
        for piece in self._pieces:
            self.size += len(piece)
            yield piece


class Opening:
    """Iterate over the plaintext; only when that ended without Tampered is the object whole and as written."""

    def __init__(self, boxes: Boxes, place: Place, name: str, digest: str) -> None:
        """Read the header; nothing of it is authentic before the first piece came."""
        self._boxes, self._name, self._digest = boxes, name, digest
        self._where = f"{place.name} {name}"
        self.digest = ""  # of the object as it was given, once it was read to its end
        self._source = Digesting(place.read(name), boxes.suite)
        self.header, self._line = stream.header_of(self._source, self._where)

    def __iter__(self) -> Iterator[bytes]:
        """The plaintext."""
        cipher = self._boxes.unwrap(self.header, self._name, self._where)
        yield from stream.opened(self._boxes.suite, cipher, self._line, self._source, self._where)
        self.digest = self._source.digest.hex()
        if self._digest and self.digest != self._digest:
            raise Tampered(where=self._where)

    def whole(self) -> bytes:
        """All of it, for small objects."""
        return b"".join(self)


class Digesting:
    """Reads on and digests what was read; buffers, since headers are read byte by byte."""

    def __init__(self, source: stream.Reader, suite: Suite) -> None:
        """Read from `source`."""
        self._source = source
        self.digest = stream.Digest(suite)
        self._kept, self._at = b"", 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        if self._at >= len(self._kept):
            self._kept, self._at = self._source.read(max(size, 1 << 16)), 0
            self.digest.update(self._kept)
        out = self._kept[self._at : self._at + size]
        self._at += len(out)
        return out


def deliver(path: Path, box: Box, places: Sequence[Place], suite: Suite) -> dict[str, PlaceFailed]:
    """Put the file at each place and read it back; which places failed, and why. Removing the file is the caller's."""
    failed: dict[str, PlaceFailed] = {}
    for place in places:
        try:
            place.put(box.name, path)
            if place.digest(box.name, suite) != box.digest:
                failed[place.name] = PlaceFailed(place=place.name, problem="read back", object=box.name)
        except PlaceFailed as error:
            failed[place.name] = error
    return failed


def places_of(lines: Sequence[str]) -> tuple[Place, ...]:
    """The places of the hospital's file; Misconfigured for one that is none, or the same one twice."""
    if len(set(lines)) != len(lines):
        raise Misconfigured(N_("同一备份位置写了两次。"), N_("请改正 jingui.toml 中的 backup。"))
    return tuple(Place(line) for line in lines)


def document(value: dict[str, Any]) -> list[bytes]:
    """A canonical JSON document as the content of an object."""
    return [canon(value)]


def read_document(opening: Opening, where: str) -> dict[str, Any]:
    """The document again; Tampered when it is none."""
    try:
        found = orjson.loads(opening.whole())
    except orjson.JSONDecodeError:
        raise Tampered(where=where) from None
    if not isinstance(found, dict):
        raise Tampered(where=where)
    return found


def _bound(name: str) -> bytes:
    return b"jingui:backup:1\0" + name.encode()
