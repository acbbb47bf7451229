"""三（一）销毁: the shred file: 1,024 segment keys, whose replacement is what destroys [3.1.3]

While a segment is being rotated the file holds its old and its new key: a row re-wrapped and committed in the database
is readable after a crash, and so is one that was not reached yet. Only `commit` writes a file without the old key.
"""

import dataclasses
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

from jingui.core.errors import KeyTrouble
from jingui.crypto import keyfile, sealed
from jingui.crypto.providers import KeyProvider
from jingui.crypto.suite import Suite

SEGMENTS: Final = 1024
FILE: Final = "shred.sealed"
Mark = tuple[int, int, int]
_ENTRY: Final = Struct(">H32s")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentKeys:
    """One generation: a current key for each segment, and a coming one for those being rotated."""

    generation: int
    current: tuple[bytes, ...]
    coming: Mapping[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One registered copy was written, synced and read back: where, and SHA-256 of the sealed file."""

    place: str
    generation: int
    sha256: str


class ShredFile:
    """The generations of the segment keys on disk: the file itself and its registered copies."""

    __slots__ = ("_binding", "_provider", "_random", "_suite", "copies", "path")

    def __init__(
        self,
        path: Path,
        copies: tuple[Path, ...],
        suite: Suite,
        binding: bytes,
        provider: KeyProvider,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """Take the places and `binding` (32 bytes of the root secret: a shred file of another house does not open)."""
        self.path, self.copies = path, copies
        self._suite, self._binding, self._provider, self._random = suite, binding, provider, random

    def fresh(self) -> SegmentKeys:
        """Return a first generation of new keys (nothing is written)."""
        return SegmentKeys(generation=1, current=tuple(self._random(32) for _ in range(SEGMENTS)), coming={})

    def seal(self, keys: SegmentKeys) -> bytes:
        """Return the sealed bytes of a generation."""
        body = self._binding + b"".join(keys.current)
        body += b"".join(_ENTRY.pack(number, key) for number, key in sorted(keys.coming.items()))
        return sealed.seal(sealed.SHRED, self._suite, keys.generation, body, self._provider, self._random)

    def load(self) -> SegmentKeys:
        """Read and open the file; KeyTrouble when it is missing, half-written, wrong or of another house."""
        opened = sealed.unseal(sealed.SHRED, keyfile.read_secret(self.path), self._provider)
        start, stop = 32, 32 + 32 * SEGMENTS
        body = opened.body
        if len(body) < stop or (len(body) - stop) % _ENTRY.size or opened.suite is not self._suite:
            raise KeyTrouble(path=str(self.path), problem="length")
        if body[:start] != self._binding:
            raise KeyTrouble(path=str(self.path), problem="shred file of another root")
        current = tuple(body[at : at + 32] for at in range(start, stop, 32))
        return SegmentKeys(generation=opened.generation, current=current, coming=dict(_ENTRY.iter_unpack(body[stop:])))

    def tried(self, place: Path) -> int:
        """Open the copy at `place` as a restore would; its generation. KeyTrouble when it would not open."""
        opened = sealed.unseal(sealed.SHRED, keyfile.read_secret(place), self._provider)
        if opened.body[:32] != self._binding or opened.suite is not self._suite:
            raise KeyTrouble(path=str(place), problem="shred file of another root")
        return opened.generation

    def generation(self) -> int:
        """Return the generation on disk without opening it."""
        return sealed.generation_of(sealed.SHRED, keyfile.read_secret(self.path))

    def mark(self) -> Mark:
        """Return what changes whenever the file is replaced; KeyTrouble when it is gone."""
        try:
            about = os.stat(self.path, follow_symlinks=False)
        except OSError as problem:
            raise KeyTrouble(path=str(self.path), problem=problem.strerror or "stat") from None
        return about.st_ino, about.st_mtime_ns, about.st_size

    def change(
        self, alter: Callable[[SegmentKeys], SegmentKeys]
    ) -> tuple[SegmentKeys, tuple[Acknowledgement, ...], Mark]:
        """Put the next generation, `alter` of the one on disk, in every place.

        All places are written and read back before an older generation is erased anywhere. KeyTrouble when one cannot
        be written; one process at a time, the others wait.
        """
        with keyfile.locked(self.path):
            keys = self.load()
            keys = dataclasses.replace(alter(keys), generation=keys.generation + 1)
            return keys, self._put(self.seal(keys), keys.generation), self.mark()

    def repair(self) -> tuple[Acknowledgement, ...]:
        """Bring every registered copy to the generation of the file itself (after a crash or a lost disk)."""
        with keyfile.locked(self.path):
            return self._put(keyfile.read_secret(self.path), self.load().generation)

    def _put(self, data: bytes, generation: int) -> tuple[Acknowledgement, ...]:
        places = (self.path, *self.copies)
        written = [(keyfile.write_beside(place, data), place) for place in places]
        for beside, _ in written:
            # a new copy replaces an old one only after a test restore: what stands there really opens
            if self.tried(beside) != generation:
                raise KeyTrouble(path=str(beside), problem="test restore")
        for beside, place in written:
            keyfile.put_in_place(beside, place)
        for place in places:
            if keyfile.read_secret(place) != data:
                raise KeyTrouble(path=str(place), problem="read back")
        digest = hashlib.sha256(data).hexdigest()
        return tuple(Acknowledgement(place=str(place), generation=generation, sha256=digest) for place in places)

    def stale(self, generation: int) -> tuple[Path, ...]:
        """Return the registered copies that are missing, unreadable or not of this generation."""
        return tuple(copy for copy in self.copies if not self._is_at(copy, generation))

    def _is_at(self, copy: Path, generation: int) -> bool:
        try:
            return sealed.generation_of(sealed.SHRED, keyfile.read_secret(copy)) == generation
        except KeyTrouble:  # the answer, not an accident: a copy that cannot be read is stale
            return False
