"""四（一）内部查阅: what is asked about patients, charts and records, and what comes back [4.1.1] [4.1.2]"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core.consents import Owed, Precaution
from jingui.core.patient import PatientLine as PatientLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSearch:
    """Look-up values as written: ((field, value) or …) and …; the blind index normalises them."""

    wanted: tuple[tuple[tuple[str, str], ...], ...]
    count: int = 20
    words: str = ""  # as typed, kept encrypted with the entry
    bodies: bool = False  # whole Patient resources, for the FHIR interface


class RecordLine(NamedTuple):
    """A record as a timeline shows it, with its decrypted body."""

    id: str
    kind: str
    category: str
    level: str
    labels: tuple[str, ...]
    state: str
    status: str
    version: int
    author: int
    author_name: str
    department: str
    encounter: str
    entered: datetime
    at: datetime | None
    body: bytes
    before: bytes = b""  # of a corrected one: the version it corrected, where the same may be read of both


class EncounterLine(NamedTuple):
    """A visit or stay."""

    id: str
    kind: str
    department: str
    attending: str
    state: str
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRequest:
    """Which part of a chart to open."""

    category: str = ""
    encounter: str = ""
    count: int = 40
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """患者 chart: header, visits and one page of the timeline."""

    patient: PatientLine
    holds: tuple[str, ...]
    encounters: tuple[EncounterLine, ...]
    records: tuple[RecordLine, ...]
    hidden: int  # records that this actor may not read
    categories: dict[str, int]
    readers: tuple["ReaderLine", ...]
    patient_body: bytes = b""
    precautions: tuple[Precaution, ...] = ()  # 防护提示, for those who treat
    owed: tuple[Owed, ...] = ()  # consents still to be obtained, of what this reader may know
    basis: str = ""  # what the reader's relation rests on: a word of core.collect.BASES, "" for none
    until: datetime | None = None  # when that relation ends; None for one without an end


class ReaderLine(NamedTuple):
    """Who did what with this patient's information, and where it stands."""

    entry: str
    at: datetime
    verb: str
    person: str
    title: str
    department: str
    decision: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of search results: whole resources with their public ids."""

    rows: tuple[RecordLine, ...]
    included: tuple[RecordLine, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """All versions of a record, newest first: (version, entered, author, body).

    `patient` is whose it is (None for the directory); `authors` names them: {number: (name, title, department)}.
    """

    kind: str
    id: str
    rows: tuple[tuple[int, datetime, int, bytes], ...]
    patient: PatientLine | None = None
    authors: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """My patients: those of the department, or those I treat."""

    mine: bool = False
    count: int = 50
    cursor: str = ""


class WorkLine(NamedTuple):
    """A patient on a worklist with the open visit."""

    patient: PatientLine
    kind: str
    starts: datetime
    attending: str
    precautions: tuple[Precaution, ...] = ()
    owed: datetime | None = None  # until when the first missing consent is to be obtained


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """记录的一生: the ledger's events about one record, oldest first [1.3.3]."""

    kind: str
    id: str
    events: tuple[ReaderLine, ...]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRequest:
    """Which part of a record's life is told: `cursor` is the last entry of the page before."""

    cursor: str = ""
    count: int = 200
