"""六（一）安全防护: what is asked about people, posts and accounts [6.1.2]"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDepartment:
    """A department: clinical, technical or office."""

    code: str
    name: str
    name_en: str = ""
    kind: str = "clinical"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """实名登记 of a member of staff, a contractor's person (sponsored by a department, expiring) or a service."""

    name: str
    staff_no: str
    kind: str = "staff"  # staff | contractor | service
    title: str = ""
    licence_no: str = ""
    licence_scope: str = ""
    licence_until: date | None = None
    sponsor: int = 0
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """An account for a registered person. `password_hash` is made by the entrance; the plain word never reaches the door."""

    person: int
    username: str
    password_hash: str
    kind: str = "person"  # person | service


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPost:
    """A post for a person: role and department for a period."""

    person: int
    department: int
    role: Role
    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPost:
    """The end of a post."""

    post: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccountState:
    """冻结 or 解除冻结 of an account."""

    account: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The outcome that the entrance established: ok, wrong_password, wrong_factor, locked, unknown_account …"""

    outcome: str = "ok"
    username: str = ""
    post: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The end of a session and why: asked, idle, absolute, replaced, changed."""

    reason: str = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """A new hash for the actor's own account; earlier hashes that it equalled were refused by the entrance."""

    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolFactor:
    """A second factor of the actor's own account was added, used up or removed. `digest` covers the stored secret."""

    factor: int
    kind: str
    digest: bytes
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken:
    """A bearer token for an account and post; only its digest is given to the door."""

    digest: bytes
    account: int
    post: int
    scopes: tuple[str, ...]
    label: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """The end of a token."""

    token: int
