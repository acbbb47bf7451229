"""The bodies of signed notes: checkpoints of the tree and receipts of a committed batch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jingui_verify.bad import Bad
from jingui_verify.moment import is_moment
from jingui_verify.note import Key, base64_strict, open_note, parse_note

_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint promises: the root over the first `size` entries, and the hash of the writers' heads."""

    origin: str
    size: int
    root: bytes
    time: str
    epoch: int
    writers: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt promises: the root over the `count` heads of one committed batch."""

    origin: str
    count: int
    root: bytes
    time: str


def number(text: str) -> int:
    """A decimal number without sign or leading zeros, below 10^15; else Bad('note')."""
    if not _NUMBER.fullmatch(text):
        raise Bad("note", what="number")
    return int(text)


def _after(word: str, line: str) -> str:
    if not line.startswith(word + " "):
        raise Bad("note", what=word)
    return line[len(word) + 1 :]


def _lines(text: str, want: int) -> list[str]:
    lines = text.split("\n")
    if len(lines) != want + 1 or lines[-1] or not all(lines[:-1]):
        raise Bad("note", what="lines")
    return lines[:-1]


def _root(text: str) -> bytes:
    root = base64_strict(text)
    if len(root) != 32:
        raise Bad("note", what="root")
    return root


def _time(line: str) -> str:
    time = _after("time", line)
    if not is_moment(time):
        raise Bad("note", what="time")
    return time


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text: exactly origin, size, root, time, epoch, writers; else Bad."""
    origin, size, root, time, epoch, writers = _lines(text, 6)
    heads = _after("writers", writers)
    if not _HEX.fullmatch(heads):
        raise Bad("note", what="writers")
    return Checkpoint(
        origin=origin,
        size=number(size),
        root=_root(root),
        time=_time(time),
        epoch=number(_after("epoch", epoch)),
        writers=heads,
    )


def parse_receipt(text: str) -> Receipt:
    """The receipt of a note's text: exactly `<origin>/receipt`, count, root, time; else Bad."""
    origin, count, root, time = _lines(text, 4)
    if not origin.endswith("/receipt") or origin == "/receipt":
        raise Bad("note", what="origin")
    return Receipt(origin=origin.removesuffix("/receipt"), count=number(count), root=_root(root), time=_time(time))


def open_checkpoint(note: str, key: Key | None) -> Checkpoint:
    """The checkpoint of a note signed by `key`; with no key the form alone is checked."""
    return parse_checkpoint(parse_note(note).text if key is None else open_note(note, key))


def open_receipt(note: str, key: Key | None) -> Receipt:
    """The receipt of a note signed by `key`; with no key the form alone is checked."""
    return parse_receipt(parse_note(note).text if key is None else open_note(note, key))
