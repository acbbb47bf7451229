"""六（一）2 锁定: five tries, then a pause; every failure is entered [6.1.2] [4.1.2]

Tries are counted before the password is judged, so a hundred at once count as a hundred. A station where the account
signed in before counts for itself (a signed cookie knows it): strangers cannot lock its owner out there.
"""

from typing import Any

from axes.handlers.base import AxesHandler
from django.core import signing
from django.http import HttpRequest, HttpResponse

from jingui.core.errors import NotSignedIn, Refused, Tampered
from jingui.core.operation import Actor
from jingui.core.protect import SignIn
from jingui.core.signing import LIMITS, Checked
from jingui.core.words import Strength, Verb
from jingui.gate import door
from jingui.web import sessions

COOKIE = "jingui_station"
SALT = "jingui.station"
AGE = 90 * 86_400  # seconds a station is remembered


class DoorHandler(AxesHandler):
    """Axes' hooks: counting through the door, entering failures through the door."""

    def is_allowed(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Take a try; False when none is left."""
        username = str((credentials or {}).get("username", ""))
        request.tries_bucket = door.signing.bucket(username, known_station(request, username))
        request.tries_left = door.signing.take_try(request.tries_bucket)
        request.sign_in_outcome = "locked" if request.tries_left < 0 else "unknown_account"
        return bool(request.tries_left >= 0)

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        """Enter the failure; if that is impossible, the answer is 503."""
        checked: Checked | None = getattr(request, "checked", None)
        if checked is None and request.sign_in_outcome == "locked":
            checked = Checked(
                outcome="locked",
                account=door.signing.number_of(str(credentials.get("username", "")), sessions.kind(request)),
            )
        enter_failure(request, checked or Checked(outcome=request.sign_in_outcome))

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """Failures so far, for axes' own messages."""
        return LIMITS.tries - int(getattr(request, "tries_left", LIMITS.tries))


def enter_failure(request: Any, checked: Checked, post: int = 0) -> None:
    """Enter a sign-in that failed. The strength is that of the proof offered; the outcome says it did not hold."""
    actor = Actor(
        account=checked.account, post=post, address=sessions.address(request), strength=Strength.PASSWORD,
        entrance=sessions.asked(request),
    )  # fmt: skip
    try:
        door.write(sessions.operation(request, Verb.SIGN_IN, SignIn(outcome=checked.outcome), actor))
    except (NotSignedIn, Refused, Tampered):
        return  # the door's word for a failed sign-in; its entry stands


def known_station(request: Any, username: str) -> str:
    """The station's number if this account signed in here before, else ""."""
    try:
        name, number = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(number) if name == door.signing.bucket(username) else ""


def remember_station(request: Any, response: HttpResponse, username: str) -> None:
    """Remember that this account signed in here with two factors."""
    number = known_station(request, username) or sessions.fresh_number()
    response.set_cookie(
        COOKIE, signing.dumps([door.signing.bucket(username), number], salt=SALT), max_age=AGE, httponly=True,
        samesite="Strict", secure=request.is_secure(),
    )  # fmt: skip


def locked_out(_request: HttpRequest, response: HttpResponse, *_more: object) -> HttpResponse:
    """Axes' answer for a locked account: the sign-in page has said it already."""
    return response
