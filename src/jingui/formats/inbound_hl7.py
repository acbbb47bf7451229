"""五（一）2: an HL7 v2 message from a partner, filed as a document: its patient, its codes, its values [5.1.2]"""

from collections.abc import Iterator
from typing import Any, Final

from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile, Inbound, ShownPart
from jingui.core.word import N_
from jingui.formats import hl7v2
from jingui.formats.hl7v2_map import codings, mapped
from jingui.formats.hl7v2_values import moment

SOURCE: Final = "gateway"
SHOWN: Final = ("PID", "PV1", "OBR", "OBX", "DG1", "AL1", "NTE", "RXE", "RXO", "TXA", "PR1")
REPETITIONS: Final = 50_000
LONGEST: Final = 2_000  # characters of a field that are shown


def read(content: bytes) -> Inbound:
    """The message as the house maps it; Hostile for more segments than a message has, Invalid for no message."""
    if max(content.count(b"\r"), content.count(b"\n")) > hl7v2.MAX_SEGMENTS:
        raise Hostile(places=(("MSH", N_("报文的段过多")),))
    message = hl7v2.read(content)
    by = message.separators
    if by.repetition and content.count(by.repetition.encode()) > REPETITIONS:
        raise Hostile(places=(("MSH", N_("报文的重复项过多")),))
    kind, event = message.kind
    made = mapped(message, SOURCE)
    resources = [change.resource for change in made.changes]
    patient = next((one for one in resources if one["resourceType"] == "Patient"), {})
    if not patient:
        raise Invalid(places=(("PID", N_("报文没有写明患者")),))
    found: set[tuple[str, str]] = set()
    for one in resources:
        found.update(codings(one))
    return Inbound(
        patient=patient, kind=("urn:jingui:hl7:message", kind), title=f"{kind}^{event}", codes=frozenset(found),
        written=moment(message.header, 7)[:10], content_type="x-application/hl7-v2+er7", known=bool(kind),
    )  # fmt: skip


def shown(content: bytes) -> tuple[ShownPart, ...]:
    """The segments that tell something, field by field."""
    message = hl7v2.read(content)
    parts: dict[str, list[tuple[str, ...]]] = {}
    for segment in message.segments:
        if segment.name in SHOWN:
            parts.setdefault(segment.name, []).append(tuple(fields(segment)))
    return tuple(ShownPart(title=name, rows=tuple(rows)) for name, rows in parts.items())


def fields(segment: Any) -> Iterator[str]:
    """A segment's fields as text, embedded files left out."""
    for number in range(1, len(segment.fields)):
        raw = segment.raw(number)
        if not raw or raw == hl7v2.NULL:
            continue
        text = " ".join(
            part for each in segment.all(number) for part in (each(n).strip() for n in range(1, 8)) if part
        )  # fmt: skip
        yield text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
