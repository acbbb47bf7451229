"""五（一）2 共享文档: what a clinical document says, as values; nothing here knows XML [5.1.2]

Times are digits as CDA writes them (yyyyMMdd, yyyyMMddHHmmss, with or without an offset): what a sender left open is
not made up here. Documents that were written by this house carry China's time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))
_DIGITS: Final = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(?:([+-])(\d\d)(\d\d)?)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number and who gives such numbers, by OID. Without a number: that it is not known."""

    root: str
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A code of a system (OID) with its name; without a code only the name is known."""

    code: str
    system: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured number with its unit."""

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Yes or no."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A whole number without a unit."""

    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A number without a unit."""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in yuan, or in the currency named."""

    value: Decimal
    currency: str = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A day or a moment, as its digits."""

    digits: str

    @classmethod
    def of(cls, at: date | datetime) -> "Moment":
        """A day, or a moment in China's time; a moment without a zone is taken as it stands."""
        if isinstance(at, datetime):
            there = at.astimezone(CHINA) if at.tzinfo else at
            return cls(digits=f"{there:%Y%m%d%H%M%S}".zfill(14))
        return cls(digits=f"{at:%Y%m%d}".zfill(8))

    def at(self) -> datetime | None:
        """The moment (a day's beginning) with its zone, China's where none is said; None when it is none."""
        found = _DIGITS.match(self.digits)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(one) if one else 0 for one in found.groups()[:6])
        zone = CHINA
        if found[7]:
            off = timedelta(hours=int(found[8]), minutes=int(found[9] or 0))
            zone = timezone(off if found[7] == "+" else -off) if off < timedelta(hours=24) else UTC
        try:
            return datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=zone)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """It is not known; `kind` is the type that a value would have had, `reason` a null flavor."""

    kind: str = "ST"
    reason: str = "NI"


Value = Text | Coded | Quantity | Flag | Count | Real | Money | Moment | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One data element with its value. `agent`: it names what the observation above it is about (an allergen)."""

    element: str
    name: str = ""
    value: Value
    at: str = ""
    agent: bool = False
    inner: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Entries that belong together: a panel, an operation, a drug given, an alert; and what that is, when, how much."""

    shape: str  # organizer | procedure | drug | act
    what: Coded | None = None
    start: str = ""
    end: str = ""
    dose: Quantity | None = None
    route: Coded | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; `head` may be empty."""

    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    caption: str = ""


Block = Paragraph | Bullets | Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part: its code ("" for none), title, what is written beside the entries, the entries, parts of it."""

    code: str = ""
    system: str = ""
    title: str = ""
    text: tuple[Block, ...] = ()
    entries: tuple[Entry | Cluster, ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address by its Chinese parts; `line` is what is not divided."""

    state: str = ""
    city: str = ""
    county: str = ""
    township: str = ""
    street: str = ""
    house: str = ""
    postcode: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An institution or a part of one."""

    id: Identifier | None = None
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Whose document it is. `numbers` holds at least one; what the document's type does not show is not set."""

    numbers: tuple[Identifier, ...]
    name: str
    id_card: str = ""
    sex: Coded | None = None
    birth: str = ""
    age: Quantity | None = None
    marital: Coded | None = None
    ethnic: Coded | None = None
    nationality: Coded | None = None
    education: Coded | None = None
    occupation: Coded | None = None
    employer: Organization | None = None
    kind: Coded | None = None  # 患者类型
    address: Address | None = None
    phone: str = ""
    birthplace: Address | None = None
    household: Address | None = None
    native: Address | None = None
    provider: Organization | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a number of the institution. No name: it is withheld, `organization` says whose they are."""

    id: Identifier | None = None
    name: str
    title: str = ""
    organization: Organization | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed as what and when; `legal` for the institution; `relation` when it was somebody for the patient."""

    person: Person
    at: str
    legal: bool = False
    relation: Coded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody else in it: the contact person (NOT/ECON), the asking department (PRF/ASSIGNED), members (CON/ECON)."""

    kind: str
    entity: str
    name: str = ""
    phone: str = ""
    relation: Coded | None = None
    address: Address | None = None
    organization: Organization | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Informant:
    """Who told the history."""

    name: str = ""
    relation: Coded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """The visit: how the patient came, from when to when, and where, from the bed outwards to the institution."""

    kind: Coded | None = None
    start: str = ""
    end: str = ""
    places: tuple[Organization, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A body that is no XML: a file of the sender."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CdaDocument:
    """A clinical document: of WS/T 500 (`type` C0001–C0053) or of another profile, whose code and system it keeps."""

    type: str
    system: str = ""  # "" for WS/T 500
    title: str = ""  # "" for the type's own
    id: Identifier
    made: str
    confidentiality: str = "N"  # N | R | V
    set_id: Identifier | None = None
    version: int = 0  # 0: not said
    replaces: Identifier | None = None
    patient: Patient
    author: Person
    authored: str
    custodian: Organization
    informant: Informant | None = None
    signers: tuple[Signer, ...] = ()
    participants: tuple[Participant, ...] = ()
    encounter: Encounter | None = None
    sections: tuple[Section, ...] = ()
    body: Attachment | None = None
