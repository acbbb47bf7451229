"""五（一）传输: encodings and escapes of HL7 v2 texts: GB18030, UTF-8, `\\F\\`, `\\X…\\`, `\\.br\\` [5.1.2] [2.2.2]

A GB18030 character may end with the byte of a separator, so a message is decoded before it is taken apart.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from jingui.core.errors import Unprocessable
from jingui.core.word import N_

# MSH-18, table 0211, and what senders write instead. What is not listed is refused.
CHARSETS = {
    "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8", "UTF-8": "utf-8", "UTF8": "utf-8",
    "GB 18030-2000": "gb18030", "GB18030-2000": "gb18030", "GB18030": "gb18030", "GB 18030": "gb18030",
    "GBK": "gb18030", "GB2312": "gb18030", "ASCII": "ascii", "8859/1": "latin-1", "ISO IR87": "",
}  # fmt: skip
TRIED = ("utf-8", "gb18030", "latin-1")
PLACE = 17  # of MSH-18 among the fields, MSH-1 being the separator


@dataclass(frozen=True, slots=True, kw_only=True)
class Separators:
    """The five characters of MSH-1 and MSH-2; an absent one is "" and separates nothing."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str

    def split(self, text: str, by: str) -> list[str]:
        """`text` in parts."""
        return text.split(by) if by else [text]


class Reading(NamedTuple):
    """What an escape is read with."""

    separators: Separators
    charset: str


def charset_of(data: bytes, field: str, default: str) -> str | None:
    """The codec that MSH-18 names, `default` when it names none; None for one that is not known.

    The header is read in each encoding in turn: the right one finds its own name there.
    """
    head = re.split(rb"[\r\n]", data, maxsplit=1)[0]
    for codec in (default, *TRIED):
        fields = head.decode(codec, "replace").split(field)
        named = re.split(r"[~\\^]", fields[PLACE])[0].strip().upper() if len(fields) > PLACE else ""
        if not named:
            continue
        found = CHARSETS.get(named)
        if not found:
            return None
        if found == codec or (found == "ascii" and head.isascii()):
            return found
    return default


def decoded(data: bytes, charset: str) -> str | None:
    """The text, None when these bytes are none in this encoding."""
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return None


@cache
def _escapes(escape: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    sign = re.escape(escape)
    return re.compile(f"(?:{sign}X(?:[0-9A-Fa-f]{{2}})+{sign})+"), re.compile(f"{sign}([^{sign}\\r\\n]{{0,200}}){sign}")


def unescaped(text: str, reading: Reading) -> str:
    """`text` as meant. What is local (`\\Zxx\\`) or not known stays as written; Unprocessable for a hidden NUL."""
    by = reading.separators
    hexed, any_one = _escapes(by.escape)
    words = {"F": by.field, "S": by.component, "R": by.repetition, "T": by.subcomponent, "E": by.escape}
    words |= {"H": "", "N": "", ".br": "\n", ".ce": "\n", ".sp": "\n", ".fi": "", ".nf": "", "P": "#"}
    held: list[str] = []

    def bytes_of(found: re.Match[str]) -> str:
        raw = bytes.fromhex(found[0].replace(by.escape, "").replace("X", "").replace("x", ""))
        out = decoded(raw, reading.charset)
        if out is None or "\x00" in out:
            raise Unprocessable(places=(("escape", N_("转义的字节不是本报文编码的文字")),))
        held.append(out)
        return f"{by.escape}\x00{len(held) - 1}{by.escape}"  # its text may hold separators and escapes of its own

    def one(found: re.Match[str]) -> str:
        word = found[1]
        if word[:1] == "\x00":
            return held[int(word[1:])]
        known = words.get(word)
        if known is None:
            known = words.get(word[:3]) if re.fullmatch(r"\.(sp|ce)[+ ]?\d{1,2}", word) else None
        return found[0] if known is None else known

    return any_one.sub(one, hexed.sub(bytes_of, text))
