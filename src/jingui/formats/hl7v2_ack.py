"""五（一）传输: answers to HL7 v2 messages: MSA says what became of it, ERR where and why, in plain words [5.1.2]"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jingui.core.errors import (
    Conflict,
    Invalid,
    JinguiError,
    NotFound,
    NotSignedIn,
    Tampered,
    TooLarge,
    Unavailable,
    Unprocessable,
)
from jingui.formats.fhir_dates import CHINA
from jingui.formats.hl7v2 import Rejected
from jingui.formats.hl7v2_text import CHARSETS
from jingui.formats.hl7v2_values import rows

HEADER_BYTES = 4_000
# Which answer an error gets, the first that fits. AR: not for its content; AE: mend it before sending again.
ANSWERS: Sequence[tuple[type[JinguiError], str, int]] = (
    (Rejected, "AR", 0), (NotSignedIn, "AR", 207), (Tampered, "AR", 207), (Unavailable, "AR", 207),
    (TooLarge, "AR", 207), (Conflict, "AE", 205), (NotFound, "AE", 204), (Unprocessable, "AE", 102),
    (Invalid, "AE", 102), (JinguiError, "AE", 207),
)  # fmt: skip
CONDITIONS = {
    0: "Message accepted", 100: "Segment sequence error", 101: "Required field missing", 102: "Data type error",
    200: "Unsupported message type", 201: "Unsupported event code", 202: "Unsupported processing id",
    203: "Unsupported version id", 204: "Unknown key identifier", 205: "Duplicate key identifier",
    207: "Application internal error",
}  # fmt: skip
PLACE = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?\Z")
# Enhanced mode, MSH-15 and MSH-16: when an answer is wanted.
WANTED: dict[str, Callable[[str], bool]] = {
    "AL": lambda _: True, "NE": lambda _: False, "ER": lambda code: code != "AA", "SU": lambda code: code == "AA",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an answer needs of a message's header, as far as it can be read."""

    fields: tuple[str, ...]  # from MSH-1 on, under their numbers; fields[0] is "MSH"
    separators: str  # field, component, repetition, escape, sub-component
    charset: str

    def field(self, number: int) -> str:
        """A field as it came, "" for none."""
        return self.fields[number] if number < len(self.fields) else ""

    @property
    def senders(self) -> tuple[str, str]:
        """MSH-3 and MSH-4, first components."""
        by = self.separators[1]
        return self.field(3).split(by)[0].strip(), self.field(4).split(by)[0].strip()

    @property
    def english(self) -> bool:
        """Whether the sender's encoding or language wants English."""
        language = self.field(19).split(self.separators[1])[0].strip().lower()
        return language.startswith("en") or self.charset in ("ascii", "latin-1")


def heads(data: bytes) -> list[Head]:
    """The header in each encoding that it can be read in; one that says nothing when it cannot be read at all."""
    line = re.split(rb"[\r\n]", data.removeprefix(b"\xef\xbb\xbf").lstrip()[:HEADER_BYTES], maxsplit=1)[0]
    out: list[Head] = []
    if line.startswith(b"MSH") and len(line) > 8:
        for codec in ("utf-8", "gb18030", "latin-1"):
            try:
                text = line.decode(codec)
            except UnicodeDecodeError:
                continue
            found = text.split(text[3])
            fields = ("MSH", text[3], *found[1:])
            named = CHARSETS.get(re.split(r"[~\\^]", fields[18])[0].strip().upper(), "") if len(fields) > 18 else ""
            used = (text[3] + found[1][:4]).ljust(5, "\0")
            made = Head(fields=fields, separators=used, charset=named or codec)
            if made not in out:
                out.append(made)
    return out or [Head(fields=("MSH", "|", "^~\\&"), separators="|^~\\&", charset="utf-8")]


def code_of(error: JinguiError | None) -> tuple[str, int]:
    """(AA, AE or AR; number of table 0357) of an outcome."""
    if error is None:
        return "AA", 0
    for kind, code, condition in ANSWERS:
        if isinstance(error, kind):
            return code, condition or getattr(error, "condition", 207)
    return "AE", 207


def answers(
    head: Head, error: JinguiError | None, *, at: datetime, number: str, say: Callable[[str], str] = str
) -> list[bytes]:
    """What goes back: one answer in original mode; in enhanced mode what MSH-15 and MSH-16 want, none perhaps."""
    code, condition = code_of(error)
    accept, application = head.field(15).strip().upper(), head.field(16).strip().upper()
    if not accept and not application:
        return [answer(head, code, condition, error, at=at, number=number, say=say)]
    out = []
    for asked, sign in ((accept, "C"), (application, "A")):
        if WANTED.get(asked, WANTED["NE"])(code):
            told = sign + code[1]
            out.append(answer(head, told, condition, error, at=at, number=f"{number}{sign}", say=say))
    return out


def answer(
    head: Head, code: str, condition: int, error: JinguiError | None, *, at: datetime, number: str,
    say: Callable[[str], str],
) -> bytes:  # fmt: skip
    """One acknowledgement, in the sender's separators and encoding."""
    bar, hat = head.separators[0], head.separators[1] if head.separators[1] != "\0" else "^"
    event = head.field(9).split(hat)
    kind = hat.join(["ACK", *event[1:2], *(["ACK"] if len(event) > 1 else [])])
    stamp = at.astimezone(CHINA).strftime("%Y%m%d%H%M%S%z")
    header = [
        "MSH", head.field(2) or "^~\\&", head.field(5), head.field(6), head.field(3), head.field(4), stamp, "", kind,
        number, head.field(11) or "P", head.field(12) or "2.5", "", "", "", "", "", head.field(18),
    ]  # fmt: skip
    text = escaped(head, say(error.message)) if error is not None else ""
    segments = [bar.join(header).rstrip(bar), bar.join(["MSA", code, head.field(10), text]).rstrip(bar)]
    segments += errors(head, condition, error, say) if error is not None else []
    return ("\r".join(segments) + "\r").encode(head.charset, "replace")


def errors(head: Head, condition: int, error: JinguiError, say: Callable[[str], str]) -> list[str]:
    """ERR segments: one a place, the last thing each says is what to do."""
    bar, hat, _, _, sub = (one if one != "\0" else "&" for one in head.separators)
    version = head.field(12).split(hat)[0].strip()
    old = version in rows("versions")["old_errors"]
    places = tuple(getattr(error, "places", ())) or (("", ""),)
    out = []
    for place, what in places[:20]:
        found = PLACE.match(place)
        segment, nth, field = (found[1], found[2] or "1", found[3] or "") if found else ("", "", "")
        words = escaped(head, f"{say(what)}{'' if found or not place else f' ({place})'}".strip() or say(error.message))
        reason = CONDITIONS.get(condition, CONDITIONS[207])
        if old:
            told = sub.join([str(condition), reason, "HL70357"])
            out.append(bar.join(["ERR", hat.join([segment, nth, field, told])]))
            continue
        where = hat.join([segment, nth, field]).rstrip(hat)
        told = hat.join([str(condition), reason, "HL70357"])
        out.append(bar.join(["ERR", "", where, told, "E", "", "", "", words, escaped(head, say(error.next_step))]))
    return out


def escaped(head: Head, text: str) -> str:
    """`text` with its separators escaped; no line breaks."""
    bar, hat, tilde, escape, sub = tuple(head.separators)
    if escape == "\0":
        return "".join(" " if c in head.separators or c in "\r\n" else c for c in text)
    words = {escape: "E", bar: "F", hat: "S", tilde: "R", sub: "T"}
    made = "".join(f"{escape}{words[c]}{escape}" if c in words and c != "\0" else c for c in text)
    return " ".join(made.split())
