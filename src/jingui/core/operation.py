"""一 总则: what is asked of the door, by whom, for what [1.3.1] [1.3.4]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.core.words import Entrance, Purpose, Strength, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One real person (or named system task) acting from one post. Ids only; 0 and "" mean none."""

    account: int = 0
    post: int = 0
    token: int = 0  # the bearer token it came with; its revocation and expiry are judged with the actor
    name: str = ""  # system:<job>, public:<entrance>; "" for people
    session: str = ""
    address: str = ""
    strength: Strength = Strength.NONE
    entrance: Entrance = Entrance.PAGE
    scopes: tuple[str, ...] = ()  # SMART scopes of a bearer token, () for sessions
    purpose: Purpose | None = None  # what is meant where a request names none; None: treatment
    grant: int = 0  # the app's authorisation it came in with: it binds beside the person's own rights


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What it is about: internal numbers, never shown outside. 0 means none; `patient` 0 is the directory."""

    patient: int = 0
    record: int = 0
    version: int = 0
    kind: str = ""  # FHIR type or table name


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A request to the door. `data` is the verb's own frozen dataclass, or None."""

    actor: Actor
    verb: Verb
    at: datetime
    purpose: Purpose
    target: Target = Target()
    matter: int = 0
    reason: str = ""  # in words, where an obligation asks for one; kept encrypted with the entry
    data: object | None = None
