"""五（二）4 批量共享的文件: parts as the store has them: encrypted, genuine, gone with the export [5.2.4] [3.1.1]

A part is an index and the lines: whose each line is, which record says it, how long it is. With that a patient's lines
can be left out when a file is taken after the patient said no.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from jingui.core.entry import Line
from jingui.core.errors import NotFound, Tampered
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import BulkExport, BulkPart

DOMAIN: Final = b"jingui:bulk:1\0"


class Place(NamedTuple):
    """One line of a file: whose, from which record, how many bytes."""

    patient: int
    record: int
    length: int


@dataclass(slots=True, kw_only=True)
class Part:
    """A file of one type."""

    n: int
    type: str
    places: list[Place] = field(default_factory=list)
    body: bytes = b""

    def add(self, patient: int, record: int, line: bytes) -> None:
        """One more line."""
        self.places.append(Place(patient, record, len(line)))
        self.body += line


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far the making is. `parts` are (number, type, lines, bytes); the last of each type is filled further."""

    url: str
    after: int = 0
    looked: int = 0
    patients: int = 0
    total: int = 0
    parts: list[tuple[int, str, int, int]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def percent(self) -> int:
        """How far, of a hundred; never a whole hundred before it is ready."""
        return min(99, 100 * self.looked // max(self.total, self.looked, 1))


def digest_of(runtime: Runtime, secret: str) -> bytes:
    """What is stored of an export's secret."""
    return runtime.suite.digest(DOMAIN + secret.encode())


def progress(runtime: Runtime, row: BulkExport) -> Progress:
    """How far it is."""
    return opened_progress(runtime, row.pk, row.progress)


def opened_progress(runtime: Runtime, export: int, kept: Any) -> Progress:
    """The same from its column; Tampered for what is not there, or not as it was written."""
    if kept is None:
        raise Tampered(where=f"bulk_export:{export}")
    said = orjson.loads(zlib.decompress(runtime.vault.open_note(f"bulk{export}p", bytes(kept))))
    said["parts"] = [tuple(one) for one in said["parts"]]
    return Progress(**said)


def remember(runtime: Runtime, row: BulkExport, state: Progress) -> None:
    """Put it into the row, which is kept in the transaction of the part."""
    plain = orjson.dumps({name: getattr(state, name) for name in Progress.__slots__})
    row.progress = runtime.vault.seal_note(f"bulk{row.pk}p", zlib.compress(plain, 3))


def put(runtime: Runtime, export: int, part: Part) -> None:
    """Keep a part, new or filled further."""
    plain = orjson.dumps([tuple(one) for one in part.places]) + b"\n" + part.body
    BulkPart.objects.update_or_create(
        export_id=export, n=part.n,
        defaults={
            "type": part.type, "count": len(part.places), "digest": runtime.suite.digest(plain),
            "payload": runtime.vault.seal_note(_name(export, part.n), zlib.compress(plain, 3)),
        },
    )  # fmt: skip


def get(runtime: Runtime, export: int, n: int) -> Part:
    """A part again; NotFound for none, Tampered when it is not what was kept."""
    row = BulkPart.objects.filter(export_id=export, n=n).first()
    if row is None:
        raise NotFound()
    plain = zlib.decompress(runtime.vault.open_note(_name(export, n), bytes(row.payload)))
    if runtime.suite.digest(plain) != bytes(row.digest):
        raise Tampered(where=f"bulk_part:{export}.{n}")
    head, _, body = plain.partition(b"\n")
    return Part(n=n, type=row.type, places=[Place(*one) for one in orjson.loads(head)], body=body)


def _name(export: int, n: int) -> str:
    return f"bulk{export}f{n}"


def erase(export: int) -> int:
    """Delete every part. How many there were."""
    return int(BulkPart.objects.filter(export_id=export).delete()[0])


def by_secret(context: WriteContext, secret: str) -> BulkExport:
    """The export that a secret names, locked and genuine; NotFound for none."""
    digest = digest_of(context.runtime, secret)
    row = BulkExport.objects.select_for_update().filter(token=digest).first()
    if row is None:
        raise NotFound()
    context.runtime.sealer.check(row)
    return row


def over(context: WriteContext, row: BulkExport, state: str, at: Any) -> int:
    """It is over: its files are deleted with this transaction. How many there were."""
    row.state, row.ended = state, at
    keep(context, row)
    return erase(row.pk)


def told(row: BulkExport, kind: str) -> Line:
    """An export as a target of its entry."""
    return Line("", str(row.pk), kind, row.version)


def cut(part: Part, keep_places: Sequence[bool]) -> tuple[bytes, int]:
    """The lines that stay, and how many they are."""
    out, at = [], 0
    for place, stays in zip(part.places, keep_places, strict=True):
        if stays:
            out.append(part.body[at : at + place.length])
        at += place.length
    return b"".join(out), len(out)
