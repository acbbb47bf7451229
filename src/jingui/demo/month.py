"""一（二）: the demonstration's month as rows: who does what with whom, in order [1.2]

Times in a row are written from the month's own now: `@-5h` is an instant, `@day-3d` a date, `@{-5h}` in a message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.words import Decision, Purpose
from jingui.demo.generator.hospital import ZONE
from jingui.demo.generator.lists import table

#: The files of `data/month`, in the order in which they are played.
PARTS: Final = (
    "house", "arrivals", "writing", "consents", "access", "watching", "portal", "station", "release", "sealing",
    "research", "custody", "archive", "keep",
)  # fmt: skip
#: What the house and a neighbouring one send each other, played last; and the neighbour's own side of it.
EXCHANGE: Final = ("share",)
SECOND: Final = ("second",)
SPAN: Final = re.compile(r"([+-]?\d+)([dhm])")
UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One row. `about` names a patient, `record` the deed whose record it is about, `expect` what the rules decide."""

    id: str
    who: str
    do: str
    about: str = ""
    record: str = ""
    purpose: Purpose = Purpose.TREATMENT
    expect: Decision = Decision.ALLOW
    words: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def deeds(parts: Sequence[str] = PARTS) -> Iterator[Deed]:
    """Every row of these parts, in order."""
    for part in parts:
        for row in table(f"month/{part}").get("deed", ()):
            yield Deed(
                id=row["id"], who=row["who"], do=row["do"], about=row.get("about", ""), record=row.get("record", ""),
                purpose=Purpose(row.get("purpose", "treatment")), expect=Decision(row.get("expect", "allow")),
                words=row.get("words", ""), more=row.get("with", {}),
            )  # fmt: skip


def span(text: str) -> timedelta:
    """A span of time as a row writes it: `-5h`, `2d`, `-30m`."""
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"no span of time: {text}")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def moment(text: str, now: datetime) -> datetime:
    """The instant that `@-5h` means."""
    return (now + span(text.removeprefix("@"))).astimezone(ZONE).replace(microsecond=0)


def timed(value: Any, now: datetime) -> Any:
    """A value of a row with its times in place, lists and tables included."""
    if isinstance(value, Mapping):
        return {key: timed(one, now) for key, one in value.items()}
    if isinstance(value, list):
        return [timed(one, now) for one in value]
    if isinstance(value, str) and value.startswith("@day"):
        return moment(value.removeprefix("@day"), now).date().isoformat()
    if isinstance(value, str) and value.startswith("@"):
        return moment(value, now).isoformat()
    return value


def message(text: str, now: datetime) -> bytes:
    """An HL7 message as it goes over the wire: `@{-5h}` in it is an instant."""
    put = re.sub(r"@\{([^}]+)\}", lambda found: f"{moment(found[1], now):%Y%m%d%H%M%S}+0800", text.strip())
    return put.replace("\n", "\r").encode()
