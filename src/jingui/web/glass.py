"""四（一）1 紧急调阅: what a session remembers of an emergency access: until when, and by which mark [4.1.1]"""

import hashlib
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from jingui.gate import door

KEPT: Final = "glass"  # in the session: {mark of a patient: [until, grant]}; the mark means nothing outside it


def mark(request: HttpRequest, patient: int) -> str:
    """What stands for a patient in this session and says nothing about them outside it."""
    key = request.session.session_key or ""
    return hashlib.sha256(f"glass:{key}:{patient}".encode()).hexdigest()[:24]


def opened(request: HttpRequest, patient: int) -> tuple[datetime, int] | None:
    """Until when this session's emergency access to the patient lasts, and its grant; None when there is none."""
    kept = request.session.get(KEPT, {}).get(mark(request, patient))
    if kept is None:
        return None
    until = datetime.fromtimestamp(kept[0], tz=timezone.get_current_timezone())
    return (until, kept[1]) if until > door.now() else None


def keep(request: HttpRequest, patient: int, grant: int, until: datetime) -> None:
    """Remember an emergency access in the session, and forget those that are over."""
    now = door.now().timestamp()
    kept = {key: one for key, one in request.session.get(KEPT, {}).items() if one[0] > now}
    request.session[KEPT] = {**kept, mark(request, patient): [int(until.timestamp()), grant]}


def forget(request: HttpRequest, patient: int) -> None:
    """The emergency access to a patient is over."""
    kept = request.session.get(KEPT, {})
    request.session[KEPT] = {key: one for key, one in kept.items() if key != mark(request, patient)}
