"""二（二）1, 3 签名、核对、审阅签名、归档 [2.2.1] [2.2.3]

A signature names record, version and digest; later change of a single byte is detected (电子签名法 13). Each of the
operations is about one patient: a list over several patients is several operations under one signing session.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from jingui.core.access import PatientLine
from jingui.core.errors import Conflict
from jingui.core.word import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSigning:
    """OPEN_SIGNING: one confirmation opens a session for this account, web session and workstation.

    `proof` is what the provider asks for (the local provider: nothing beyond the signed-in second factor).
    """

    station: str = ""  # the registered workstation's code, "" for an unregistered one
    provider: str = ""  # "": the one that the settings name; no other is taken
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOpened:
    """The signing session and when it ends by itself."""

    session: int
    provider: str
    holder: str  # whom the certificate names
    ends: datetime


class Papered(NamedTuple):
    """A record in exactly this version, by its public id."""

    record: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRecords:
    """SIGN_RECORD: documents of one patient (the target), each in its newest version, which the signer has seen."""

    records: tuple[Papered, ...]
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRecord:
    """VERIFY_RECORD 核对确认 by a second person; the target names the record."""

    version: int
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersignRecord:
    """COUNTERSIGN_RECORD 审阅签名 of what a trainee wrote; the target names the record."""

    version: int
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLine:
    """One signature. `holds` says whether value, digest and the stored bytes still agree."""

    record: str
    version: int
    kind: str  # sign | verify | countersign
    person: str
    at: datetime
    provider: str
    digest: str  # hex
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecords:
    """LIST: what waits for me. `what`: sign (mine, unsigned) | countersign | verify | signatures (of target.record)."""

    what: str = "sign"
    count: int = 100


class WaitingRecord(NamedTuple):
    """A document that waits."""

    patient: PatientLine
    record: str
    version: int
    template: str
    title: str
    title_en: str
    author: str
    entered: datetime
    untouched: tuple[str, ...]  # template text that stands as it came: cannot be signed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingCheck:
    """LIST: what a visit still lacks before it can be filed; the target names the patient."""

    encounter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChart:
    """FILE_RECORD 归档 of a finished visit; the target names the patient."""

    encounter: int


class Lacking(NamedTuple):
    """Why a visit cannot be filed yet: `what` is open_visit, unsigned, not_countersigned, not_verified, due."""

    what: str
    template: str
    title: str
    title_en: str
    record: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What filing found: ready when nothing is lacking; `filed` counts the records that are filed now.

    A check also says whose visit it is, of which kind, from when to when.
    """

    lacking: tuple[Lacking, ...]
    filed: int = 0
    patient: PatientLine | None = None
    kind: str = ""
    starts: datetime | None = None
    ends: datetime | None = None


class FilingLacks(Conflict):
    """The visit is not ready to be filed: `lacking` says what it still needs; nothing was filed."""

    code = "filing_lacks"
    message = N_("病历尚不完整，没有归档。")
    next_step = N_("请补齐所列文书和签名后再归档。")

    def __init__(self, lacking: tuple[Lacking, ...]) -> None:
        """Carry the list."""
        super().__init__()
        self.lacking = lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualify:
    """QUALIFY: a person's training, examination, privilege or the hospital's recognition (进修), passed or not."""

    person: int
    kind: str  # training | examination | privilege | recognition
    subject: str  # a controlled document's code, or a template's name; "*" for recognition as a whole
    passed: bool
    starts: date
    ends: date | None = None
    matter: int = 0
