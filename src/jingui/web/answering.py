"""四（一）2 使用留痕: a page in its frame, with what the request before it has to say [4.1.2]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jingui.web.viewmodels.parts import Link, Notice, Tone

KEY: Final = "said"  # where the session keeps what the next page says; words only, nothing of a patient


def page(
    request: HttpRequest, template: str, shown: object, *, status: int = 200, crumbs: tuple[Link, ...] = ()
) -> HttpResponse:
    """The page, with its crumbs and whatever was said since the last one."""
    kept: list[Any] = request.session.pop(KEY) if KEY in request.session else []
    here: Any = request
    notices = tuple(Notice(text=text, tone=tone) for text, tone in kept)
    here.notices = (*(getattr(request, "notices", None) or ()), *notices)
    if crumbs:
        here.crumbs = crumbs
    return render(request, template, {"page": shown}, status=status)


def said(request: HttpRequest, text: str, address: str, tone: Tone = "ok") -> HttpResponse:
    """Go on to `address`, which will say `text`: a page that is reloaded submits nothing twice."""
    note(request, text, tone)
    return redirect(address)


def note(request: HttpRequest, text: str, tone: Tone = "ok") -> None:
    """Have the next page say `text`."""
    request.session[KEY] = [*request.session.get(KEY, []), [text, tone]]
