"""四（二）1 复制病历: what stands in a copy, as it will be read on paper [4.2.1]

Every text is data: whatever it holds is printed letter by letter, nothing in it is carried out. Times are shown in the
zone they come in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Language = Literal["zh", "zh+en"]
COPY_STAMP: Final = "病案复印专用章"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One labelled line: 性别 Sex: 女. An empty text prints as a dash."""

    label: str
    text: str
    label_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a record."""

    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; line breaks in it are kept."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Labelled lines, two to a row where they are short."""

    rows: Sequence[Pair]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table whose head is repeated on every page. Rows shorter than the head are filled up with nothing."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    head_en: Sequence[str] = ()
    caption_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was corrected stays readable, struck through; the new words, who, when and why follow it."""

    label: str
    old: str
    new: str
    who: str
    when: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A scanned page or an image that is part of the record: PNG or JPEG."""

    body: bytes
    caption: str = ""


Block = Heading | Paragraph | Pairs | Grid | Correction | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: its title, when, what it says, and who signed it in which capacity (lines as they are printed)."""

    title: str
    blocks: Sequence[Block]
    title_en: str = ""
    at: str = ""
    signatures: Sequence[str] = ()
    mark: str = ""  # 补记, 已更正, …: stands beside the title


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The records of one encounter, in reading order; `note` is its second line (department, from, to)."""

    title: str
    records: Sequence[Record]
    title_en: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPages:
    """Pages of a paper volume that were copied by hand and are handed over with this file."""

    volume: str
    pages: str  # "1–12, 15"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The hospital's stamp: the name around it and the words across it (公章 has none)."""

    hospital: str
    words: str = COPY_STAMP


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDocument:
    """A copy of a patient's records. `stamp` None leaves room for a wet stamp; `qr` "" prints no QR."""

    number: str
    hospital: str
    patient_name: str
    record_number: str
    made_at: datetime  # aware; printed in its own zone
    sections: Sequence[Section]
    patient: Sequence[Pair] = ()  # further lines as printed: sex, birth, …
    request: Sequence[Pair] = ()  # applicant, relation, purpose
    approval: Sequence[Pair] = ()  # matter, who approved, when
    paper: Sequence[PaperPages] = ()
    title: str = "病历复制件"
    title_en: str = "Copy of medical records"
    hospital_en: str = ""
    language: Language = "zh"
    watermark: str = ""
    banner: str = ""  # in the head of every page
    qr: str = ""
    qr_caption: str = "扫码核验"
    statement: str = ""  # "" prints the usual words
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the PDF. `meaning` is data (the manifest: what the copy holds) or supplement (a proof about it)."""

    name: str
    body: bytes
    media_type: str = "application/json"
    meaning: Literal["data", "supplement"] = "data"
    about: str = ""


Attachments = Sequence[Attachment] | Mapping[str, bytes]


def attached(given: Attachments) -> tuple[Attachment, ...]:
    """The attachments in a fixed order; a plain mapping of names to JSON bytes will do."""
    if isinstance(given, Mapping):
        given = [Attachment(name=name, body=body) for name, body in given.items()]
    return tuple(sorted(given, key=lambda one: one.name))
