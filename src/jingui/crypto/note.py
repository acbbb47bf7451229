"""一（三）全程管控: C2SP signed notes, strictly [1.3.3]

A note is text ending in a newline, an empty line, and one line per signature:
`— <key name> <base64(key id ‖ signature)>`.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

from jingui.core.errors import Tampered
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Signer, Suite

_DASH: Final = "\u2014 "
_MOST_SIGNATURES: Final = 100
_LARGEST: Final = 1_000_000


class Key(NamedTuple):
    """A verification key: its name, suite and raw public key."""

    name: str
    suite: Suite
    public: bytes

    def id(self) -> bytes:
        """Return the 4-byte key id: always SHA-256, in either suite, as C2SP has it."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.suite.note_type + self.public).digest()[:4]

    def line(self) -> str:
        """Return `<key name>+<key id hex>+<base64(type ‖ public key)>`."""
        return f"{self.name}+{self.id().hex()}+{_b64(self.suite.note_type + self.public)}"


def key_of(name: str, suite: Suite, signer: Signer) -> Key:
    """Return the verification key of `signer` under `name`; ValueError for a name with blanks or plus signs."""
    if not _is_name(name):
        raise ValueError("a key name has no blanks and no plus sign")
    return Key(name, suite, signer.public)


def parse_key(line: str) -> Key:
    """Return the key that a line says; Tampered unless its id fits and its type is known."""
    name, plus, rest = line.partition("+")
    key_id, plus_too, encoded = rest.partition("+")
    raw = _unb64(encoded)
    if plus and plus_too and _is_name(name) and raw is not None:
        for suite, length in ((INTERNATIONAL, 32), (NATIONAL, 64)):
            kind = suite.note_type
            if raw.startswith(kind) and len(raw) == len(kind) + length:
                key = Key(name, suite, raw[len(kind) :])
                if key.id().hex() == key_id:
                    return key
    raise Tampered(where="note key")


def sign(text: str, key: Key, signer: Signer) -> str:
    """Return the signed note over `text`; ValueError unless it ends in a newline and has no other control character."""
    if not _is_text(text):
        raise ValueError("a note's text ends in a newline and has no control characters")
    return f"{text}\n{_signature_line(text, key, signer)}"


def cosign(note: str, key: Key, signer: Signer) -> str:
    """Return the note with one more signature (a witness's); the earlier ones stay."""
    text, _ = _parse(note)
    return note + _signature_line(text, key, signer)


def verify(note: str, keys: Iterable[Key]) -> tuple[str, tuple[Key, ...]]:
    """Return the text and those of `keys` that signed it; Tampered unless at least one did.

    Signatures of unknown keys are passed over; a wrong signature of a known key refuses the whole note.
    """
    text, signatures = _parse(note)
    known = {(key.name, key.id()): key for key in keys}
    signed: list[Key] = []
    for name, raw in signatures:
        key = known.get((name, raw[:4]))
        if key is None or key in signed:
            continue
        if not key.suite.verify(key.public, raw[4:], text.encode()):
            raise Tampered(where="note signature")
        signed.append(key)
    if not signed:
        raise Tampered(where="note without a known signature")
    return text, tuple(signed)


def _signature_line(text: str, key: Key, signer: Signer) -> str:
    if signer.public != key.public:
        raise ValueError("the key line is not this signer's")
    return f"{_DASH}{key.name} {_b64(key.id() + signer.sign(text.encode()))}\n"


def _parse(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return text and (name, key id ‖ signature) pairs; Tampered for anything that is not exactly a note."""
    text, gap, tail = note.rpartition("\n\n")
    text += "\n"
    if len(note) > _LARGEST or not gap or not tail.endswith("\n") or not _is_text(text):
        raise Tampered(where="note")
    lines = tail[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise Tampered(where="note signatures")
    signatures = []
    for line in lines:
        name, blank, encoded = line.removeprefix(_DASH).partition(" ")
        raw = _unb64(encoded)
        if not line.startswith(_DASH) or not blank or not _is_name(name) or raw is None or len(raw) < 5:
            raise Tampered(where="note signature line")
        signatures.append((name, raw))
    return text, signatures


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(sign.isspace() for sign in name)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return text.endswith("\n") and not any(sign < " " and sign != "\n" for sign in text)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes | None:
    """Return the bytes, or None unless `text` is exactly their standard base64."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return raw if _b64(raw) == text else None
