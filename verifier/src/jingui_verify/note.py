"""C2SP signed notes and their verification keys, parsed strictly."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jingui_verify import sm2
from jingui_verify.bad import Bad
from jingui_verify.digest import sha256

ED25519 = b"\x01"
SM2 = b"\xffjingui-sm2"
LONGEST = 1_000_000
MOST_SIGNATURES = 100
_P = 2**255 - 19
# The y coordinates of the eight points of small order: a key among them would accept forged signatures.
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,255}")
_SIGNATURE = re.compile(r"— (\S+) (\S+)")


def base64_strict(text: str) -> bytes:
    """The bytes of standard base64 that is written in the only canonical way, else Bad('base64')."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Bad("base64") from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise Bad("base64")
    return raw


@dataclass(frozen=True, kw_only=True)
class Key:
    """A verification key; `kind` is the signature type, `suite` the ledger suite that signs with it."""

    name: str
    id: bytes
    kind: bytes
    public: bytes
    line: str

    @property
    def suite(self) -> str:
        """`intl` for Ed25519, `gm` for SM2."""
        return "intl" if self.kind == ED25519 else "gm"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` is this key's over `message`."""
        if self.kind == SM2:
            return sm2.verify(self.public, signature, message)
        if len(signature) != 64:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_key(line: str) -> Key:
    """The key of `<name>+<id hex>+<base64(type || public key)>`; Bad('key') unless name, id, type and point agree."""
    parts = line.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise Bad("key", what="form")
    name, number, body = parts
    try:
        raw = base64_strict(body)
    except Bad as error:
        raise Bad("key", what="base64") from error
    kind = next((kind for kind in (ED25519, SM2) if raw.startswith(kind)), b"")
    public = raw[len(kind) :]
    if kind == ED25519 and len(public) == 32:
        y = int.from_bytes(public, "little") & (2**255 - 1)
        good = y < _P and y not in _SMALL
    elif kind == SM2 and len(public) == 64:
        good = sm2.on_curve(int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big"))
    else:
        raise Bad("key", what="type")
    if not good:
        raise Bad("key", what="point")
    identity = sha256(name.encode() + b"\n" + raw)[:4]
    if identity.hex() != number:
        raise Bad("key", what="id")
    return Key(name=name, id=identity, kind=kind, public=public, line=f"{name}+{number}+{body}")


@dataclass(frozen=True, kw_only=True)
class Note:
    """A signed note taken apart: its text with the last newline, and (name, id, signature) of each signature line."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def parse_note(note: str) -> Note:
    """Take a note apart; Bad('note') unless it is text, blank line, signature lines, and nothing else."""
    if len(note) > LONGEST:
        raise Bad("note", what="size")
    if any((ord(char) < 0x20 and char != "\n") or 0xD800 <= ord(char) < 0xE000 for char in note):
        raise Bad("note", what="control character")
    cut = note.rfind("\n\n")
    if cut <= 0 or not note.endswith("\n"):
        raise Bad("note", what="no signature block")
    lines = note[cut + 2 : -1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Bad("note", what="too many signatures")
    found = []
    for line in lines:
        hit = _SIGNATURE.fullmatch(line)
        if not hit or not _NAME.fullmatch(hit[1]):
            raise Bad("note", what="signature line")
        blob = base64_strict(hit[2])
        if len(blob) < 5:
            raise Bad("note", what="signature length")
        found.append((hit[1], blob[:4], blob[4:]))
    return Note(text=note[: cut + 1], signatures=tuple(found))


def open_note(note: str, key: Key) -> str:
    """The text of a note that `key` has signed, else Bad; signatures of other keys (witnesses) are passed over."""
    parsed = parse_note(note)
    mine = [blob for name, number, blob in parsed.signatures if (name, number) == (key.name, key.id)]
    if not mine:
        raise Bad("unsigned", key=key.name)
    if len(mine) > 1 or not key.verifies(mine[0], parsed.text.encode("utf-8")):
        raise Bad("signature", key=key.name)
    return parsed.text
