"""六（一）2: the published sign-ins of a demonstration house; a real house publishes none [6.1.2]

The codes of demonstration accounts come from a secret that anybody can compute (core.onetime.demo_secret), enrolled at
the first sign-in. `config.urls` publishes them, and only where the home says `demo = true`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jingui.core import onetime
from jingui.core.protect import EnrolFactor
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.web import sessions, wording
from jingui.web.viewmodels.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An account for the sign-in page and what to try with it."""

    user: str
    role: Role
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a demonstration tells everybody: one password, every user name, a few suggestions."""

    password: str
    users: frozenset[str]
    suggestions: tuple[Suggestion, ...]
    patients: Callable[[], tuple[Suggestion, ...]] = tuple  # asked anew each time: their numbers come from chance


NOTHING = Published(password="", users=frozenset(), suggestions=())
_published = [NOTHING]


def publish(what: Published) -> None:
    """Publish the sign-ins of this house (NOTHING takes them back)."""
    _published[:] = [what]


def accounts() -> tuple[Account, ...]:
    """The suggestions of the staff's door, in the reader's language."""
    return told(_published[0].suggestions)


def portal_accounts() -> tuple[Account, ...]:
    """Those of the patients' door."""
    return told(_published[0].patients())


def told(suggestions: tuple[Suggestion, ...]) -> tuple[Account, ...]:
    """Suggestions as a page shows them."""
    english = wording.language() == "en"
    return tuple(
        Account(user=one.user, post=_(one.role.label), hint=one.en if english else one.zh) for one in suggestions
    )


def password() -> str:
    """The one password of them all; "" in a real house."""
    return _published[0].password


def published(username: str) -> bool:
    """Whether anybody may sign in as `username`."""
    made = _published[0]
    return username in made.users or any(one.user == username for one in made.patients())


def code(username: str) -> str:
    """The account's code of this moment; "" for accounts that are not published."""
    if not published(username):
        return ""
    return onetime.code(onetime.demo_secret(username), onetime.counter_at(door.now()))


def enrol(request: Any, username: str) -> None:
    """Enrol the published secret at a published account's first sign-in; this moment's code stays unused."""
    secret = onetime.demo_secret(username)
    before = onetime.code(secret, onetime.counter_at(door.now()) - 1)
    data = EnrolFactor(kind="totp", name=_("演示"), secret=secret.encode(), code=before)
    door.write(sessions.operation(request, Verb.ENROL_FACTOR, data))
