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
    """An account for a registered person. The entrance makes `password_hash`; the plain word never reaches the door."""

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
    """A sign-in and the outcome that the entrance established: ok, wrong_password, unknown_account, locked …

    With a `factor` the door itself checks `code` (TOTP, recovery code) or takes the signature `counter` of a passkey
    assertion that the entrance verified; wrong_factor and replayed_code are then the door's own outcomes.
    """

    outcome: str = "ok"
    username: str = ""
    post: int = 0
    factor: int = 0
    code: str = ""
    counter: int = 0


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
    """A second factor of the actor's own account is added (`factor` 0) or removed.

    `secret` is the base32 secret of totp or the public credential data of webauthn; recovery_codes are made by the door
    and returned once, in clear, as the result's value.
    """

    kind: str  # totp | webauthn | recovery_codes
    factor: int = 0
    name: str = ""
    secret: bytes = b""
    code: str = ""  # totp: proof that the app holds the secret
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRequest:
    """Who is looked at: one person, or everybody whose name, staff number or department code contains `text`."""

    person: int = 0
    text: str = ""
    department: int = 0
    count: int = 100
    cursor: int = 0  # the last person's number of the page before


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentLine:
    """A department and how many people hold a post there now."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    active: bool
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post held or once held. `genuine` is False when the row is not as Jingui wrote it."""

    id: int
    role: str
    department: str
    department_id: int
    state: str
    starts: datetime
    ends: datetime | None
    genuine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account without any secret: its state, how old its password is, which second factors it has."""

    id: int
    username: str
    kind: str
    state: str
    password_at: datetime
    factors: tuple[str, ...]
    genuine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A bearer token as a list shows it."""

    id: int
    label: str
    post: int
    scopes: tuple[str, ...]
    expires: datetime
    revoked: bool
    genuine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A registered person with posts, accounts and tokens."""

    id: int
    name: str
    staff_no: str
    kind: str
    title: str
    active: bool
    licence_no: str
    licence_scope: str
    licence_until: date | None
    valid_from: date
    valid_until: date | None
    sponsor: str
    posts: tuple[PostLine, ...]
    accounts: tuple[AccountLine, ...]
    tokens: tuple[TokenLine, ...] = ()
    last_seen: datetime | None = None
    genuine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """What was decided about a person, their posts and accounts, from the ledger."""

    entry: str
    at: datetime
    verb: str
    by: str
    what: str  # person, account, post, token
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """人员与账号: departments, people, how many hold each role, and the pairs of roles that nobody holds together."""

    departments: tuple[DepartmentLine, ...]
    people: tuple[PersonLine, ...]
    holders: dict[str, int]
    clashes: tuple[tuple[str, str], ...]
    history: tuple[HistoryLine, ...] = ()  # of the one person that was asked for
