"""三（二）2, 六（一）4 纸质病案: what is asked of the door about volumes, loans, waste [3.2.2] [4.1.2] [6.1.4]

Volumes are named by their code where a label is scanned, by their public id where a page leads to them.
"""

from dataclasses import dataclass

from jingui.core.archive import Condition, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStoreroom:
    """REGISTER_STOREROOM: a room; `person` answers for it."""

    name: str
    place: str = ""
    kind: str = "storeroom"
    person: int = 0
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPositions:
    """REGISTER_STOREROOM: boards of a room, rows × shelves × boards at once; `capacity` volumes on each."""

    storeroom: int
    rows: tuple[str, ...]
    shelves: int
    boards: int
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStoreroom:
    """REGISTER_STOREROOM: a room that is given up; nothing may lie in it."""

    storeroom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVolume:
    """One volume: of a patient by public id or 病案号; `file` is the public id of a case file, "" for none."""

    patient: str = ""
    number: str = ""
    file: str = ""
    medium: str = "paper"
    n: int = 1
    pages: int = 0
    retention_class: str = "inpatient"
    contents: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterVolumes:
    """REGISTER_VOLUME: up to 500 at once. `department` 0: the record room has them; else `custodian` answers there."""

    volumes: tuple[NewVolume, ...]
    department: int = 0
    custodian: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferVolumes:
    """OFFER_VOLUMES: the department's list, with its ticked check-list. What is not ticked is said in `note`."""

    codes: tuple[str, ...]
    checks: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """OFFER_VOLUMES: the department takes a list back that nobody has accepted."""

    hand_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptVolumes:
    """ACCEPT_VOLUMES: exactly the list of `digest` (hex); what is not among `taken` stays with the department."""

    hand_over: int
    digest: str
    taken: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve:
    """SHELVE_VOLUME: these volumes lie on that board from now on, whether they come or move."""

    position: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LendVolume:
    """LEND_VOLUME: to a person whom the rules let read all that such a volume holds."""

    volume: str
    borrower: int
    purpose: str
    place: Place = Place.DEPARTMENT
    matter: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewLoan:
    """RENEW_LOAN: by the borrower or the record room, while nobody waits for it."""

    volume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnVolume:
    """RETURN_VOLUME: taken back, looked through."""

    volume: str
    condition: Condition
    pages: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindLoan:
    """REMIND_LOAN: the system or the record room asks for it back; long overdue, medical affairs is told."""

    loan: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLost:
    """REPORT_LOST: nobody finds it; the search begins."""

    volume: str
    circumstances: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAgain:
    """REPORT_LOST: a lost volume that turned up."""

    volume: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadScan:
    """SCAN_VOLUME: pages of a volume as PDF, JPEG, PNG or TIFF."""

    volume: str
    name: str
    body: bytes
    pages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """READ_SCAN: one file."""

    scan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStocktaking:
    """START_STOCKTAKING of a storeroom."""

    storeroom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStock:
    """COUNT_STOCK: scans in the order they were made; a board's label says where the following volumes were seen."""

    taking: int
    scans: tuple[str, ...]
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStocktaking:
    """CLOSE_STOCKTAKING: differences are explained; what is missing becomes a matter."""

    taking: int
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StocktakingRequest:
    """READ_STOCKTAKING: all (0), or one with its differences of an outcome, a page at a time."""

    taking: int = 0
    outcome: str = "missing"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighWaste:
    """WEIGH_WASTE: a closed bag, before two witnesses who did not close it."""

    grams: int
    witnesses: tuple[int, ...]
    department: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandWaste:
    """HAND_WASTE: bags (number, grams at the hand-over) to the contractor; a difference needs its reason."""

    bags: tuple[tuple[str, int], ...]
    taker: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteRequest:
    """READ_WASTE: a month ("2026-11"), or what waits."""

    month: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOverview:
    """READ_ARCHIVE: counts by state, departments and what is late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindVolumes:
    """READ_ARCHIVE: the volumes of a code or a 病案号."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumesRequest:
    """READ_ARCHIVE: volumes by state and department, a page at a time; `late` for those that should be handed over."""

    state: str = ""
    department: int = 0
    late: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsRequest:
    """READ_ARCHIVE: the storerooms, or one with its boards."""

    storeroom: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOversRequest:
    """READ_ARCHIVE: hand-over lists, or one with its lines."""

    hand_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoansRequest:
    """READ_ARCHIVE: loans. `which`: mine | all | overdue | reading."""

    which: str = "mine"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRequest:
    """READ_VOLUME: one volume with its life."""

    volume: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsRequest:
    """PRINT_LABELS: of these codes, or of all boards of a storeroom."""

    codes: tuple[str, ...] = ()
    storeroom: int = 0
