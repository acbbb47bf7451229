"""三（一）销毁: giving segments new keys: ordinary rotation, and destruction [3.1.3]

1. `begin` writes a generation that holds the old and the new key (every registered copy, read back).
2. The caller re-wraps the survivors and commits them in the database; a destroyed key is left out.
3. `commit` opens every survivor with the new key and only then writes the generation without the old key.
A crash between any two steps leaves every survivor readable, and `pending` goes on. The caller holds, from before it
reads the survivors until after `commit`, a database lock that whoever stores a new wrapped key holds shared.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from jingui.core.errors import Conflict, Tampered
from jingui.core.word import N_
from jingui.crypto.keyring import Keyring
from jingui.crypto.shred import SEGMENTS, Acknowledgement, SegmentKeys


class WrappedKey(NamedTuple):
    """A wrapped data key as the database has it."""

    patient: int
    retention_class: str
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """The old keys of `segments` are gone: what a certificate names."""

    segments: tuple[int, ...]
    generation: int
    survivors: int
    copies: tuple[Acknowledgement, ...]


class SegmentRotation:
    """A rotation that was begun; any process that opened the same key ring can go on with it."""

    __slots__ = ("_keyring", "segments")

    def __init__(self, keyring: Keyring, segments: Iterable[int]) -> None:
        """Use `begin` or `pending`."""
        self._keyring = keyring
        self.segments = tuple(sorted(segments))

    def rewrap(self, patient: int, retention_class: str, wrapped: bytes) -> bytes:
        """Return the survivor's key under the new segment key; one that is already is returned as it is.

        Tampered when neither key opens it, ValueError when its segment is not being rotated.
        """
        number = self._number(patient, retention_class)
        segments = self._keyring.segments
        try:
            segments.unwrap_coming(number, patient, retention_class, wrapped)
        except Tampered:  # the ordinary case: still under the old key
            secret = segments.unwrap(number, patient, retention_class, wrapped)
            return segments.wrap(number, patient, retention_class, secret)
        return wrapped

    def commit(self, survivors: Iterable[WrappedKey]) -> Committed:
        """Erase the old keys; `survivors` is every wrapped key of these segments, read again from the database.

        Tampered (and nothing erased) when one of them does not open under the new key; KeyTrouble (and nothing
        erased) when a copy cannot be written. What the survivors leave out can never be opened again.
        """
        count = 0
        for patient, retention_class, wrapped in survivors:
            number = self._number(patient, retention_class)
            self._keyring.segments.unwrap_coming(number, patient, retention_class, wrapped)
            count += 1

        def finish(keys: SegmentKeys) -> SegmentKeys:
            coming = self._keyring.segments.keys.coming
            current = list(keys.current)
            rest = dict(keys.coming)
            for number in self.segments:
                if rest.pop(number, None) != coming[number]:
                    raise Conflict(N_("密钥轮换已由另一进程完成或更改。"), generation=keys.generation)
                current[number] = coming[number]
            return replace(keys, current=tuple(current), coming=rest)

        keys, copies = self._keyring.change(finish)
        return Committed(segments=self.segments, generation=keys.generation, survivors=count, copies=copies)

    def _number(self, patient: int, retention_class: str) -> int:
        number = self._keyring.segment(patient, retention_class)
        if number not in self.segments:
            raise ValueError("this key's segment is not being rotated")
        return number


def begin(keyring: Keyring, segments: Iterable[int], random: Callable[[int], bytes] = os.urandom) -> SegmentRotation:
    """Give each segment a coming key, durably in every copy; Conflict while one of them is already being rotated.

    A destruction never joins a rotation under way: the coming key may already wrap what is to be destroyed.
    """
    wanted = tuple(sorted(set(segments)))
    if not wanted or wanted[0] < 0 or wanted[-1] >= SEGMENTS:
        raise ValueError("segments are numbered 0 to 1023")

    def start(keys: SegmentKeys) -> SegmentKeys:
        if any(number in keys.coming for number in wanted):
            raise Conflict(N_("该密钥段正在轮换。"), N_("请先完成上一次轮换。"), generation=keys.generation)
        return replace(keys, coming={**keys.coming, **{number: random(32) for number in wanted}})

    keyring.change(start)
    return SegmentRotation(keyring, wanted)


def pending(keyring: Keyring) -> SegmentRotation | None:
    """Return the rotation that a crash interrupted, over every segment that still has two keys; None without one."""
    keyring.refresh()
    coming = keyring.segments.keys.coming
    return SegmentRotation(keyring, coming) if coming else None


def rotate_all(
    keyring: Keyring,
    rows: Callable[[int], Sequence[WrappedKey]],
    save: Callable[[Sequence[WrappedKey]], None],
    progress: Callable[[int, int], None],
    random: Callable[[int], bytes] = os.urandom,
) -> Committed:
    """Rotate every segment, or finish the rotation that was interrupted.

    `rows(number)` reads the wrapped keys of a segment, `save` commits re-wrapped ones, `progress(done, all)` is told
    after each segment.
    """
    rotation = pending(keyring) or begin(keyring, range(SEGMENTS), random)
    for done, number in enumerate(rotation.segments, 1):
        old = rows(number)
        new = [WrappedKey(key.patient, key.retention_class, rotation.rewrap(*key)) for key in old]
        save([key for key, before in zip(new, old, strict=True) if key != before])
        progress(done, len(rotation.segments))

    def survivors() -> Iterator[WrappedKey]:
        for number in rotation.segments:
            yield from rows(number)

    return rotation.commit(survivors())
