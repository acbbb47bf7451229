"""四（二）3 院外查阅: a named person of another institution views one patient's record, for a time [4.2.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.portal import CODE_BYTES, DIGITS, NUMBER_BYTES, code_of
from jingui.core.word import N_
from jingui.core.words import Role

__all__ = ["CODE_BYTES", "NUMBER_BYTES", "code_of", "number_of"]
KIND: Final = "outside"  # of people
ACCOUNT: Final = "partner"  # of accounts
DEPARTMENT: Final = "outside"


class Ground(NamedTuple):
    """A row: on what somebody outside may look, who approves that, its paper, whether the patient is told."""

    text: str
    approves: frozenset[Role]
    paper: str = ""
    tells: bool = False


GROUNDS: Final[Mapping[str, Ground]] = {
    "consent": Ground(
        N_("患者书面同意"), frozenset({Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}), paper="consent"
    ),
    "life": Ground(
        N_("生命危急且无法取得同意（个人信息保护法第十三条）"), frozenset({Role.DUTY_ADMINISTRATOR, Role.HEAD}),
        tells=True,
    ),
}  # fmt: skip


def number_of(random: bytes) -> str:
    """The account number of somebody outside: W and ten digits."""
    return f"W{int.from_bytes(random, 'big') % 10**DIGITS:0{DIGITS}d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPatient:
    """TELL_PATIENT: that and how the patient (target) was told afterwards of what was viewed without consent."""

    outside: str
    how: str
    to: str = ""  # whom, when not the patient


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRequest:
    """READ_OUTSIDE: the office's list; `matter` for one of them with its start code, while it is not used."""

    matter: int = 0
    ended: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLine:
    """One access from outside. `code` only where one access was asked for and its owner never signed in."""

    id: str
    patient: str
    patient_name: str
    matter: int
    number: str
    name: str
    institution: str
    uscc: str
    licence: str
    starts: datetime
    ends: datetime
    ended: bool
    used: bool
    ground: str
    tell_by: datetime | None
    told: datetime | None
    overdue: bool
    code: str = ""
    code_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyOutside:
    """What the person from outside sees of their own access: whose record (public id), as whom, until when."""

    patient: str
    name: str
    institution: str
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideList:
    """What READ_OUTSIDE answers."""

    rows: tuple[OutsideLine, ...]
    overdue: int = 0
