"""五（一）2 接入应用: scopes of SMART on FHIR 2, what an authorisation says, what a token is bound to [5.1.2] [5.2.1]

A scope is `(patient|user|system)/Type.cruds?name=value&…`. What was asked for is narrowed to what was registered; what
a token opens is never more than its scopes, its agreement and its granter together.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.word import N_
from jingui.core.words import Level

LETTERS: Final = {"c": N_("新增"), "r": N_("读取"), "u": N_("更新"), "d": N_("删除"), "s": N_("检索")}
PATIENT: Final = "launch/patient"
OFFLINE: Final = "offline_access"
#: What beside data may be granted; the rest of what the standard knows (openid …) is left out of what is granted.
CONTEXT: Final = frozenset({PATIENT, OFFLINE})
PATTERN: Final = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]{0,40}|\*)\.(c?r?u?d?s?)(?:\?([^\s?]{1,100}))?\Z")
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")  # base64url of a SHA-256
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
LONGEST: Final = 120  # characters of one granted scope
MOST: Final = 60  # scopes of one request
ALGORITHMS: Final = ("ES384", "ES256", "RS384")
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Scope(NamedTuple):
    """One scope of data: whose (`patient`, `user`, `system`), which type (`*` for all), what, of which records."""

    context: str
    kind: str
    letters: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """As tokens and clients write it."""
        tail = "&".join(f"{name}={value}" for name, value in self.params)
        return f"{self.context}/{self.kind}.{self.letters}" + (f"?{tail}" if tail else "")


def scope_of(text: str) -> Scope | None:
    """The scope of data that a text says; None for one that is none (`launch/patient`, a misspelling)."""
    found = PATTERN.match(text)
    if found is None or not found[3]:
        return None
    pairs = tuple(one.partition("=") for one in found[4].split("&")) if found[4] else ()
    if any(not name or not value for name, _, value in pairs):
        return None
    return Scope(found[1], found[2], found[3], tuple((name, value) for name, _, value in pairs))


def within(asked: Scope, most: Scope) -> Scope | None:
    """What of `asked` lies within `most`; None for nothing. The conditions of both hold."""
    kinds = {asked.kind, most.kind} - {"*"}
    letters = "".join(one for one in asked.letters if one in most.letters)
    if asked.context != most.context or len(kinds) > 1 or not letters:
        return None
    made = Scope(asked.context, next(iter(kinds), "*"), letters, tuple(dict.fromkeys((*most.params, *asked.params))))
    return made if len(made.text) <= LONGEST else None


def narrowed(asked: Iterable[str], most: Iterable[str]) -> tuple[str, ...]:
    """The scopes that may be granted of those asked for: none beyond `most`, in the order asked."""
    registered = tuple(most)
    limits = [one for text in registered if (one := scope_of(text)) is not None]
    out: dict[str, None] = {}
    for text in tuple(asked)[:MOST]:
        wanted = scope_of(text)
        if wanted is None:
            out |= dict.fromkeys([text] if text in CONTEXT and text in registered else [])
            continue
        out |= dict.fromkeys(made.text for limit in limits if (made := within(wanted, limit)) is not None)
    return tuple(out)


def covered(asked: Iterable[str], granted: Iterable[str]) -> bool:
    """Whether every scope asked for was granted wholly: a refreshed token never says more."""
    limits = tuple(granted)
    scopes = [one for text in limits if (one := scope_of(text)) is not None]
    for text in asked:
        wanted = scope_of(text)
        if wanted is None:
            if text not in limits:
                return False
        elif not any(
            one.context == wanted.context and one.kind in ("*", wanted.kind)
            and set(wanted.letters) <= set(one.letters) and set(one.params) <= set(wanted.params)
            for one in scopes
        ):  # fmt: skip
            return False
    return True


def data_of(scopes: Iterable[str], *contexts: str) -> tuple[Scope, ...]:
    """The scopes of data among them, of these contexts (all when none is named)."""
    found = (scope_of(text) for text in scopes)
    return tuple(one for one in found if one is not None and (not contexts or one.context in contexts))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppBound:
    """What an app's token is bound to, from genuine rows: part of the facts of whoever acts through it.

    `reason` is "" while app, partner and agreement stand (a row of core.partners.WHY otherwise, or `app_grant`).
    """

    app: int
    client: str
    name: str
    grant: int
    partner: int
    uscc: str
    agreement: int
    reason: str
    until: datetime
    level: Level
    profile: str
    purposes: tuple[str, ...]  # rows of core.share.PURPOSES that the agreement names
    views: tuple[str, ...]
    inbound: tuple[str, ...]
    assessed: bool
    patient: int  # of the launch; 0 for none
    system: bool  # the app itself, under its interface account
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApp:
    """What an app asks a person for (READ_APPS): looked at before it is shown, again before it is granted."""

    client: str
    redirect: str
    scopes: tuple[str, ...]
    mine: bool = True  # about nobody but whoever is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAsked:
    """Who asks, for what of it could be granted."""

    app: int
    client: str
    name: str
    partner: str
    redirect: str
    scopes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseApp:
    """授权接入应用: the person's answer; the target's patient is the launch's. `challenge` is PKCE's, S256."""

    client: str
    redirect: str
    scopes: tuple[str, ...]
    challenge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How a client proves itself: a signed JWT, or its name alone where PKCE proves the rest."""

    client: str = ""
    assertion: str = ""
    kind: str = ""  # client_assertion_type
    audiences: tuple[str, ...] = ()  # what `aud` may be: the token endpoint's own address


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeCode:
    """换取应用令牌: one request at the token endpoint; a code, a refresh token, or neither for the app itself."""

    grant: str  # authorization_code | refresh_token | client_credentials
    proof: Proof
    code: str = ""
    verifier: str = ""
    redirect: str = ""
    refresh: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a client gets; the texts of tokens are shown this once. `error` is OAuth's word when it gets nothing."""

    error: str = ""
    access: str = ""
    refresh: str = ""
    seconds: int = 0
    scopes: tuple[str, ...] = ()
    patient: str = ""  # public id of the launch's patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspect:
    """核验应用令牌: a client asks about a token of its own; everything else is not active."""

    proof: Proof
    token: str
    bearer: str = ""  # a token of the same client's, where it has no key to prove itself with


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What is said of a token; only `active` when it is not."""

    active: bool
    client: str = ""
    scopes: tuple[str, ...] = ()
    until: datetime | None = None
    subject: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApp:
    """撤回应用授权: by whoever granted it, by the administrators, or by the client itself with its token."""

    grant: int = 0
    token: str = ""
    proof: Proof = Proof()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsRequest:
    """接入应用: all of them, or one; `mine`: nothing but what the asker granted."""

    app: int = 0
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """One standing or past authorisation: who gave it, for whom, for what, until when."""

    grant: int
    app: int
    name: str
    who: str
    scopes: tuple[str, ...]
    patient: str  # public id, for whoever granted it; "" for everybody else
    chosen: bool  # whether it is for one patient
    at: datetime
    until: datetime | None
    revoked: datetime | None
    used: bool  # the code was exchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLine:
    """One app as its page shows it."""

    id: int
    client: str
    name: str
    partner: int
    partner_name: str
    confidential: bool
    scopes: tuple[str, ...]
    redirects: tuple[str, ...]
    starts: datetime
    ends: datetime
    ended: datetime | None
    reason: str  # why it does not stand now, "" when it does
    grants: tuple[GrantLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsBoard:
    """What READ_APPS answers."""

    rows: tuple[AppLine, ...] = ()
    mine: tuple[GrantLine, ...] = ()
    did: tuple[tuple[str, str, int], ...] = ()  # of one app, this month: (verb, decision, how often)
    asked: AppAsked | None = None
    may: tuple[str, ...] = ()


#: What the hospital says when a token may not, by reason of the refusal.
REFUSALS: Final = frozenset({"app", "app_patient", "app_purpose", "app_consent", "app_level", "app_profile"})
