"""The objects of a PDF as ISO 32000 writes them: only what a check of a sealed copy needs, read strictly."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from jingui_verify.bad import Bad

DEEPEST = 32
_SPACE = b"\x00\t\n\x0c\r "
_GAP = re.compile(rb"(?:[\x00\t\n\x0c\r ]+|%[^\r\n]*)*")
_END = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|$)"
_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})" + _END)
_REFERENCE = re.compile(rb"([0-9]{1,7})[\x00\t\n\x0c\r ]+([0-9]{1,5})[\x00\t\n\x0c\r ]+R" + _END)
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*)")
_WORD = re.compile(rb"(true|false|null)" + _END)
_HEX = re.compile(rb"<([0-9A-Fa-f\x00\t\n\x0c\r ]*)>")
_WORDS = {b"true": True, b"false": False, b"null": None}
_ESCAPES = {ord(a): b for a, b in zip("nrtbf()\\", b"\n\r\t\b\f()\\", strict=True)}


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


class Reference(NamedTuple):
    """Another object of the file."""

    number: int
    generation: int


class Text(bytes):
    """A string; `start` and `stop` say where it stands in the file, with its brackets."""

    start: int
    stop: int


class Scanner:
    """Reads objects out of bytes. Anything unexpected is Bad('pdf')."""

    def __init__(self, raw: bytes) -> None:
        """Read from `raw`."""
        self.raw = raw

    def past_gap(self, at: int) -> int:
        """The place after white space and comments."""
        hit = _GAP.match(self.raw, at)
        return hit.end() if hit else at

    def value(self, at: int, depth: int = 0) -> tuple[Any, int]:
        """The object that begins at or after `at`, and the place after it."""
        if depth > DEEPEST:
            raise Bad("pdf", what="depth")
        raw, at = self.raw, self.past_gap(at)
        if raw.startswith(b"<<", at):
            return self._dictionary(at + 2, depth)
        first = raw[at : at + 1]
        if first == b"<":
            return self._hex(at)
        if first == b"(":
            return self._literal(at)
        if first == b"[":
            return self._list(at + 1, depth)
        if first == b"/":
            return self._name(at)
        if (hit := _REFERENCE.match(raw, at)) is not None:
            return Reference(int(hit[1]), int(hit[2])), hit.end()
        if (hit := _NUMBER.match(raw, at)) is not None:
            text = hit[0]
            return (float(text) if b"." in text else int(text)), hit.end()
        if (hit := _WORD.match(raw, at)) is not None:
            return _WORDS[hit[1]], hit.end()
        raise Bad("pdf", what=f"object at {at}")

    def _name(self, at: int) -> tuple[Name, int]:
        hit = _NAME.match(self.raw, at)
        if hit is None:
            raise Bad("pdf", what=f"name at {at}")
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), hit[1])
        return Name(plain.decode("latin-1")), hit.end()

    def _list(self, at: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while not self.raw.startswith(b"]", at := self.past_gap(at)):
            item, at = self.value(at, depth + 1)
            found.append(item)
        return found, at + 1

    def _dictionary(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while not self.raw.startswith(b">>", at := self.past_gap(at)):
            name, at = self._name(at)
            if name in found:
                raise Bad("pdf", what=f"/{name} twice")
            found[name], at = self.value(at, depth + 1)
        return found, at + 2

    def _hex(self, at: int) -> tuple[Text, int]:
        hit = _HEX.match(self.raw, at)
        if hit is None:
            raise Bad("pdf", what=f"string at {at}")
        digits = hit[1].translate(None, _SPACE)
        return _text(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()), at, hit.end()), hit.end()

    def _literal(self, at: int) -> tuple[Text, int]:
        raw, out, depth, here = self.raw, bytearray(), 1, at + 1
        while here < len(raw):
            byte = raw[here]
            here += 1
            if byte == 0x5C:  # a backslash
                here = _escaped(raw, here, out)
                continue
            depth += (byte == 0x28) - (byte == 0x29)
            if not depth:
                return _text(bytes(out), at, here), here
            out.append(byte)
        raise Bad("pdf", what=f"string at {at}")


def _escaped(raw: bytes, at: int, out: bytearray) -> int:
    if (octal := re.compile(rb"[0-7]{1,3}").match(raw, at)) is not None:
        out.append(int(octal[0], 8) & 255)
        return octal.end()
    if raw.startswith(b"\r\n", at):
        return at + 2
    byte = raw[at] if at < len(raw) else 0
    if byte not in b"\r\n":
        out.append(_ESCAPES.get(byte, byte))
    return at + 1


def _text(value: bytes, start: int, stop: int) -> Text:
    text = Text(value)
    text.start, text.stop = start, stop
    return text
