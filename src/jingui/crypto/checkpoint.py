"""一（三）全程管控: checkpoints of the ledger and receipts of a batch, as note texts [1.3.3]"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jingui.core.errors import Tampered
from jingui.crypto.canon import canon
from jingui.crypto.entry import instant
from jingui.crypto.suite import Suite

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the sequencer says of the whole ledger; `writers` is H(canon(heads)), `root` and it are 32 bytes."""

    origin: str
    size: int
    root: bytes
    at: datetime
    epoch: int
    writers: bytes

    def text(self) -> str:
        """Return the note text to be signed; ValueError for an origin of more than one line."""
        return (
            f"{_top(self.origin, self.size, self.root)}time {instant(self.at)}\n"
            f"epoch {self.epoch}\nwriters {self.writers.hex()}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a writer says of one committed batch: `root` over the leaf hashes of its `size` entries."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """Return the note text to be signed, whose origin is `<origin>/receipt`."""
        return f"{_top(self.origin, self.size, self.root, '/receipt')}time {instant(self.at)}\n"


def heads_hash(suite: Suite, heads: Mapping[str, tuple[int, bytes]]) -> bytes:
    """Return H(canon(heads)); heads maps each writer to its newest sequenced entry's (n, leaf hash)."""
    return suite.digest(heads_bytes(heads))


def heads_bytes(heads: Mapping[str, tuple[int, bytes]]) -> bytes:
    """Return the canonical JSON that is stored beside the checkpoint: writer -> [n, leaf hash in hex]."""
    return canon({writer: [n, leaf.hex()] for writer, (n, leaf) in heads.items()})


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text says; Tampered unless it has exactly this form."""
    lines = _lines(text, 6)
    epoch, writers = _after("epoch ", lines[4]), _after("writers ", lines[5])
    if not _HEX.fullmatch(writers):
        raise Tampered(where="checkpoint")
    return Checkpoint(
        origin=lines[0],
        size=_number(lines[1]),
        root=_root(lines[2]),
        at=_time(lines[3]),
        epoch=_number(epoch),
        writers=bytes.fromhex(writers),
    )


def parse_receipt(text: str) -> Receipt:
    """Return the receipt that a note's text says; Tampered unless it has exactly this form."""
    lines = _lines(text, 4)
    if not lines[0].removesuffix("/receipt") or not lines[0].endswith("/receipt"):
        raise Tampered(where="receipt")
    return Receipt(
        origin=lines[0].removesuffix("/receipt"), size=_number(lines[1]), root=_root(lines[2]), at=_time(lines[3])
    )


def _top(origin: str, size: int, root: bytes, kind: str = "") -> str:
    if not origin or not origin.isprintable() or len(root) != 32:
        raise ValueError("the origin is one line and the root 32 bytes")
    return f"{origin}{kind}\n{size}\n{base64.b64encode(root).decode()}\n"


def _lines(text: str, count: int) -> list[str]:
    lines = text.split("\n")
    if len(lines) != count + 1 or lines[-1] or not lines[0]:
        raise Tampered(where="checkpoint")
    return lines


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise Tampered(where="checkpoint")
    return line.removeprefix(word)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Tampered(where="checkpoint")
    return int(text)


def _root(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Tampered(where="checkpoint") from None
    if len(raw) != 32 or base64.b64encode(raw).decode() != text:
        raise Tampered(where="checkpoint")
    return raw


def _time(line: str) -> datetime:
    text = _after("time ", line)
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:  # a thirteenth month
            raise Tampered(where="checkpoint") from None
    raise Tampered(where="checkpoint")
