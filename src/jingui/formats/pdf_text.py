"""四（二）1 复制病历: no character is printed blank: what no font draws stands there as its code, in a box [4.2.1]

What has no form of its own (zero-width joiners, marks that turn the direction of writing, controls) is shown by its
code too: a reader must see that it is there, and nothing may re-order what he reads. Raised and lowered figures that
the fonts lack are set raised and lowered.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

Piece = str | list[str]  # a list says how its one text is set: ["code", "20BB7"], ["super", "9"], ["sub", "2"]
Said = str | list[Piece]

_LINES: Final = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_LONG: Final = re.compile(r"[^\s\u2e80-\U0003ffff]{25,}")
_BREAK: Final = "\u200b"
_STEP: Final = 8
_SET: Final = {"<super>": "super", "<sub>": "sub"}


class Printer:
    """Turns texts into what the template prints and keeps the codes of the characters that it could only name."""

    __slots__ = ("_plain", "named")

    def __init__(self, drawn: frozenset[str]) -> None:
        """`drawn`: the characters of the fonts at hand."""
        self._plain = frozenset(one for one in drawn if unicodedata.category(one)[0] not in "CZ") | {" ", "\u3000"}
        self.named: set[str] = set()

    def lines(self, text: str) -> list[Said]:
        """The text line by line."""
        return [self.line(part) for part in _LINES.split(text)]

    def line(self, text: str) -> Said:
        """One line: plain if every character can be drawn, else pieces. Line breaks in it become spaces."""
        text = _LINES.sub(" ", text)
        if self._plain.issuperset(text):
            return _LONG.sub(_breakable, text)
        pieces: list[Piece] = []
        for part in self._pieces(text):
            if isinstance(part, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += part
            else:
                pieces.append(part)
        return [_LONG.sub(_breakable, part) if isinstance(part, str) else part for part in pieces]

    def _pieces(self, text: str) -> Iterator[Piece]:
        for cluster in _clusters(text):
            whole = unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else cluster
            if len(whole) == 1 and whole in self._plain:
                yield whole
                continue
            for one in cluster:
                yield self._piece(one)

    def _piece(self, one: str) -> Piece:
        if one in self._plain:
            return one
        if one == "\t":
            return "    "
        if unicodedata.category(one) == "Zs":
            return " "
        how, _, plain = unicodedata.decomposition(one).partition(" ")
        if how in _SET and all(chr(int(code, 16)) in self._plain for code in plain.split()):
            return [_SET[how], "".join(chr(int(code, 16)) for code in plain.split())]
        code = f"{ord(one):04X}"
        self.named.add(code)
        return ["code", code]


def _clusters(text: str) -> Iterator[str]:
    """A character with the marks that follow it."""
    held = ""
    for one in text:
        if held and unicodedata.combining(one):
            held += one
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _breakable(found: re.Match[str]) -> str:
    """A word longer than a line's part may break after every eighth letter."""
    word = found.group()
    return _BREAK.join(word[at : at + _STEP] for at in range(0, len(word), _STEP))
