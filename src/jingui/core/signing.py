"""六（一）2 账号管理: the limits of signing in, and what the door tells the threshold of an account [6.1.2]"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jingui.core.words import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The hospital's rules of signing in; the defaults are the policy's (6.1.2)."""

    tries: int = 5
    lock: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    password_length: int = 12
    password_history: int = 5
    password_life: timedelta = timedelta(days=90)
    start: timedelta = timedelta(days=7)  # how long a portal's start code holds


LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a user name and password amount to: `outcome` is ok, wrong_password or unknown_account. 0 means unknown."""

    outcome: str
    account: int = 0
    generation: int = 0
    password_at: datetime | None = None
    given: bool = False  # the password is still the one that an administrator set


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post that is active now, as the threshold offers it."""

    post: int
    role: Role
    department: str
    department_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """A second factor, genuine and without its secret. `public` is a passkey's public part, `left` the codes left."""

    factor: int
    kind: str  # totp | webauthn | recovery_codes
    name: str = ""
    added: datetime
    used: datetime | None = None
    public: bytes = b""
    left: int = 0
