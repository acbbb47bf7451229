"""五（一）2: HL7 v2 as far as a relay must know it: whose number, which answer, a row as a message [5.1.2] [2.1.2]

Content is not read: MSH names the message, MSA and ERR say what became of it. The house reads the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.relay.places import Table

START, END = b"\x0b", b"\x1c\r"
BUSY: Final = "207"  # of table 0357: an error inside the receiver, nothing of the message
ESCAPES: Final = str.maketrans({
    "\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\r": "\\X0D\\", "\n": "\\X0A\\", "\0": "",
    "\x0b": "", "\x1c": "",
})  # fmt: skip
TIME: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What MSH says: the separator, who sends, which kind, which number."""

    separator: str
    application: str
    facility: str
    kind: str
    control: str


def head_of(body: bytes) -> Head:
    """The header of a message; Invalid for what has none, or no number: it could not be answered."""
    line = body.lstrip(b" \t\r\n").split(b"\r", 1)[0][:4096]
    if not line.startswith(b"MSH") or len(line) < 8:
        raise Invalid(N_("不是 HL7 v2 报文。"), N_("请检查来源系统的设置。"), places=(("MSH", ""),))
    text = line.decode("latin-1")
    separator = text[3]
    fields = text.split(separator)
    if len(fields) < 10 or not fields[9].strip():
        raise Invalid(N_("报文没有控制号（MSH-10）。"), N_("请检查来源系统的设置。"), places=(("MSH-10", ""),))
    return Head(
        separator=separator, application=fields[2], facility=fields[3], kind=fields[8], control=fields[9].strip()
    )


def answer(head: Head, code: str, at: datetime, text: str = "") -> bytes:
    """An acknowledgement of the relay's own: AA once it is on disk, AR when it was not taken."""
    s = head.separator
    kind = s.join(("MSH", "^~\\&", "JINGUI-RELAY", "", head.application, head.facility, at.strftime("%Y%m%d%H%M%S"),
                   "", "ACK", head.control, "P", "2.5"))  # fmt: skip
    said = s.join(("MSA", code, head.control, text))
    return f"{kind}\r{said}\r".encode("latin-1", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the house answered: the code, its words, whether the same message may pass later."""

    code: str
    text: str
    later: bool


def heard(body: bytes, control: str) -> Heard | None:
    """The answer in `body`; None when it is not the answer to `control`."""
    lines = [line for line in re.split(rb"[\r\n]+", body) if line]
    msa = next((line for line in lines if line.startswith(b"MSA")), b"")
    err = next((line for line in lines if line.startswith(b"ERR")), b"")
    if len(msa) < 6:
        return None
    separator = msa[3:4]
    fields = [one.decode("utf-8", "replace") for one in msa.split(separator)]
    if len(fields) < 3 or fields[2].strip() != control:
        return None
    about = [one.decode("utf-8", "replace") for one in err.split(err[3:4])] if len(err) > 4 else []
    number = about[3].split("^")[0] if len(about) > 3 else ""
    words = about[8] if len(about) > 8 else (fields[3] if len(fields) > 3 else "")
    code = fields[1].strip()
    return Heard(code=code, text=f"{code} {number} {words}".strip()[:200], later=code == "AR" and number == BUSY)


def of_row(table: Table, row: Mapping[str, str], name: str) -> bytes:
    """A row as a message; Invalid names the columns that are missing. The same row makes the same bytes."""
    wanted = {*table.fields.values(), table.row_key, table.row_time}
    missing = sorted(wanted - row.keys())
    at = moment(row.get(table.row_time, ""))
    if missing or not row[table.row_key].strip() or not at:
        places = tuple((one, N_("缺少这一列")) for one in missing) or ((table.row_key, N_("没有编号或时间")),)
        raise Invalid(N_("行与对照不符。"), places=places)
    segments: dict[str, dict[int, dict[int, str]]] = {}
    for place, text in (*table.constants.items(), *((p, row[c]) for p, c in table.fields.items())):
        segment, number, component = parts_of(place)
        if text.strip():
            segments.setdefault(segment, {}).setdefault(number, {})[component] = text.strip().translate(ESCAPES)
    control = sha256("\x1f".join((name, *(f"{k}={row[k]}" for k in sorted(wanted)))).encode()).hexdigest()[:20]
    head = ("MSH", "^~\\&", table.application, table.facility, "JINGUI", "", at, "", table.message, control, "P", "2.5",
            "", "", "", "", "CHN", "UNICODE UTF-8")  # fmt: skip
    lines = ["|".join(head)]
    for segment, fields in segments.items():
        filled = [joined(fields.get(n, {})) for n in range(1, max(fields) + 1)]
        lines.append("|".join((segment, *filled)))
    return ("\r".join(lines) + "\r").encode()


def parts_of(place: str) -> tuple[str, int, int]:
    """`PID-5.1` as (PID, 5, 1)."""
    segment, _, rest = place.partition("-")
    number, _, component = rest.partition(".")
    return segment, int(number), int(component or 1)


def joined(components: Mapping[int, str]) -> str:
    """The components of a field."""
    return "^".join(components.get(n, "") for n in range(1, max(components) + 1)) if components else ""


def moment(text: str) -> str:
    """A time to the second as HL7 writes it, from digits or from ISO 8601; "" for none."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) in (8, 12, 14):
        return text.ljust(14, "0")
    found = TIME.match(text)
    return "".join(part or "" for part in found.groups()).ljust(14, "0") if found else ""
