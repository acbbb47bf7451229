"""一（三）4 责任到人: every request is somebody's, or nobody's and then sees no page [1.3.4] [6.1.2]"""

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from jingui.core.errors import JinguiError, NotFound
from jingui.core.words import Entrance, Standing, Strength, Verb
from jingui.gate import door
from jingui.web import sessions
from jingui.web.errors import answer
from jingui.web.policies import BEFORE_CHANGE, BEFORE_UNDERTAKING, OUTSIDE, PORTAL, WHO, Who
from jingui.web.viewmodels.paths import to

Answer = Callable[[HttpRequest], HttpResponse]


class NoStore:
    """Nothing of a page stays in a browser or on the way to it."""

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Forbid every cache."""
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response


class Number:
    """Gives every request a number that its answer, its error page and the logs share, and empty hands."""

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Number it."""
        request.number = secrets.token_hex(8)
        request.actor, request.facts, request.ended = None, None, ""
        request.trace, request.crumbs, request.notices, request.counts = None, (), (), {}
        response = self.get_response(request)
        response["X-Request-Id"] = request.number
        return response


class ActorMiddleware:
    """Sets `request.actor` (a frozen Actor or None) and `request.facts`; keeps strangers out.

    An error of our tree that a view raises becomes its page here, so views never catch one only to show it.
    """

    def __init__(self, get_response: Answer) -> None:
        """Wrap the rest."""
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Find out who asks, then answer."""
        try:
            sessions.identify(request)
        except JinguiError as error:
            return answer(request, error)
        return self.get_response(request)

    def process_view(self, request: Any, _view: object, _args: object, _kwargs: object) -> HttpResponse | None:
        """Let through whom the page's row lets through; everybody else is led to what is missing."""
        name = request.resolver_match.url_name
        who = WHO.get(name)
        if who is None:
            return answer(request, NotFound())
        if who is Who.ANYONE:
            return None
        if request.actor is None:
            return to_sign_in(request)
        own = Entrance.PORTAL if who in PORTAL else Entrance.PAGE
        if (request.actor.entrance is Entrance.PORTAL) is not (own is Entrance.PORTAL):
            return self.refused(request, own)
        if sessions.outside(request) is not (who in OUTSIDE):
            return self.elsewhere(request)
        if who in (Who.HALF, Who.PORTAL_HALF, Who.OUTSIDE_HALF):
            return None
        return missing(request, name)

    def refused(self, request: Any, entrance: Entrance) -> HttpResponse:
        """A patient at the staff's pages, or staff at the patients': refused by the rules, and entered."""
        try:
            sessions.wrong_door(request, entrance)
        except JinguiError as error:
            return answer(request, error)
        raise AssertionError("a wrong door never opens")

    def elsewhere(self, request: Any) -> HttpResponse:
        """Somebody from outside at a page of the house, or the other way about: refused by the rules, and entered."""
        if not sessions.outside(request):
            return self.refused(request, Entrance.PORTAL)  # that of people who are not of the house
        try:
            door.read(sessions.operation(request, Verb.READ_OUTSIDE))
        except JinguiError as error:
            return answer(request, error)
        raise AssertionError("nobody from outside sees who does")

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """Turn an error of our tree into its page; any other becomes the 500 page without a trace."""
        return answer(request, error) if isinstance(error, JinguiError) else None


def missing(request: Any, name: str) -> HttpResponse | None:
    """The way to what this session still lacks: a password of one's own, a second factor; None for nothing."""
    starts = request.actor.entrance is Entrance.PORTAL or sessions.outside(request)
    if starts and request.session.get("must_change"):
        return redirect(sessions.here(request, "change_password"))
    if request.actor.strength is not Strength.TWO_FACTOR:
        known = door.factors.factors(request.actor.account)
        return redirect(sessions.here(request, "second_factor" if known else "enrol_totp"))
    if request.session.get("must_change") and name not in BEFORE_CHANGE:
        return redirect(sessions.here(request, "change_password"))
    return unsigned(request, name)


def unsigned(request: Any, name: str) -> HttpResponse | None:
    """The way to the confidentiality undertaking, before a page of content is asked for; the door refuses the rest."""
    facts = request.facts
    waits = WHO[name] is Who.CONTENT and name not in BEFORE_UNDERTAKING and request.method in ("GET", "HEAD")
    if not waits or facts is None or facts.standing_at(door.now()) is not Standing.NO_UNDERTAKING:
        return None
    return redirect(f"{to('document', document=facts.undertaking)}?{urlencode({'next': request.path})}")


def to_sign_in(request: Any) -> HttpResponse:
    """The way to the sign-in page; addresses carry opaque ids only, so the way back may be remembered."""
    if sessions.asked(request) is Entrance.PORTAL:
        return redirect(f"{to('portal_sign_in')}?{urlencode({'reason': request.ended})}")
    if sessions.kind(request) == "partner":
        return redirect(to("outside_sign_in"))
    if request.ended:
        return redirect(f"{to('session_ended')}?{urlencode({'reason': request.ended})}")
    if request.method in ("GET", "HEAD") and request.path != "/":
        return redirect(f"{to('sign_in')}?{urlencode({'next': request.path})}")
    return redirect(to("sign_in"))
