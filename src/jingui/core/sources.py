"""二（一）2 采集手段: devices, interfaces and systems whose data are taken; all others are refused [2.1.2] [5.1.2]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jingui.core.word import N_, Word
from jingui.core.words import Category


class SourceKind(Word):
    """来源类别 [2.1.2]"""

    HL7 = "hl7", N_("HL7 v2 接口")
    FHIR = "fhir", N_("FHIR 接口")
    DEVICE = "device", N_("医疗设备")


CHARSETS: Final = ("utf-8", "gb18030")
#: What a source may tell of: the eight kinds of clause 1.2.
TELLABLE: Final = tuple(one for one in Category if one not in (Category.DIRECTORY, Category.NONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSource:
    """登记来源: `certificate` is the SHA-256 of the client certificate in hex; "" for the relay on this very host."""

    code: str
    name: str
    kind: SourceKind
    account: str  # user name of the interface account in whose name it enters
    application: str = ""  # MSH-3
    facility: str = ""  # MSH-4
    certificate: str = ""
    categories: tuple[Category, ...]
    charset: str = "utf-8"
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSource:
    """停用来源, at once."""

    source: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A registered source as the list shows it."""

    id: int
    code: str
    name: str
    kind: str
    account: str
    application: str
    facility: str
    certificate: str
    categories: tuple[str, ...]
    charset: str
    state: str
    until: datetime | None
    messages: int  # taken so far
    last: datetime | None
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLine:
    """A registered workstation as the list shows it."""

    id: int
    code: str
    name: str
    kind: str
    department: str
    state: str
    seen: datetime | None
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """来源与工作站."""

    sources: tuple[SourceLine, ...]
    stations: tuple[StationLine, ...]
    departments: tuple[tuple[int, str], ...]  # where a station may stand
    accounts: tuple[str, ...]  # interface accounts that a source may be registered for


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A proven sender: the registered source in whose name a connection's messages come."""

    source: int
    code: str
    application: str
    facility: str
    charset: str
