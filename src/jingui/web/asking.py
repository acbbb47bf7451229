"""一（三）4 责任到人: how a page asks the door: who, what, for which purpose [1.3.4] [4.1.2]"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from jingui.core.errors import NotSignedIn
from jingui.core.operation import Actor, Operation, Target
from jingui.core.sheets import Result, Sheet
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.web import glass, purposes


def actor(request: HttpRequest) -> Actor:
    """Who asks; NotSignedIn for nobody."""
    found = getattr(request, "actor", None)
    if not isinstance(found, Actor):
        raise NotSignedIn()
    return found


def facts(request: HttpRequest) -> Any:
    """What the door knows of the person who asks, once per request (name, title, role, department: no patient data)."""
    found = getattr(request, "facts", None)
    return found if found is not None else door.whoami(actor(request))


def role(request: HttpRequest) -> Any:
    """The role of the post that asks."""
    return facts(request).role


def may(request: HttpRequest, verb: Verb) -> bool:
    """Whether the rules leave this post's role anything to do with `verb`, alone or by two."""
    held = Role(role(request))
    return door.duties.table((held,), (verb,))[held, verb] != door.duties.NO


def purpose(request: HttpRequest) -> Purpose:
    """The purpose chosen for this session, else what the role's work usually is."""
    return purposes.current(request.session, role(request), now())


def purpose_for(request: HttpRequest, target: Target | None) -> Purpose:
    """The purpose of an operation: the emergency's while this session has one open for the patient, else the usual."""
    if target is not None and target.patient and glass.opened(request, target.patient):
        return Purpose.EMERGENCY
    return purpose(request)


def whole(patient: int) -> Target:
    """The patient themselves, no record."""
    return Target(patient=patient)


def operation(
    request: HttpRequest, verb: Verb, data: object = None, *, target: Target | None = None, matter: int = 0,
    why: Purpose | None = None,
) -> Operation:  # fmt: skip
    """The operation that this request asks for, now."""
    chosen = why or purpose_for(request, target)
    return Operation(
        actor=actor(request), verb=verb, at=door.now(), purpose=chosen, target=target or Target(), matter=matter,
        data=data, reason=purposes.reason(request.session, chosen),
    )  # fmt: skip


def read(request: HttpRequest, verb: Verb, data: object = None, **more: Any) -> Result:
    """Ask a reading operation; its entry becomes the page's strip."""
    result = door.read(operation(request, verb, data, **more))
    request.trace = result.trace  # type: ignore[attr-defined]  # the frame shows it
    return result


def at_version(target: Target, version: int) -> Target:
    """The same record at one version; 0 is the current one."""
    return Target(patient=target.patient, record=target.record, version=version)


def sheet(request: HttpRequest, target: Target) -> Sheet:
    """Read one version of one record; its entry becomes the page's strip."""
    found = door.sheet(operation(request, Verb.READ, target=target))
    request.trace = found.trace  # type: ignore[attr-defined]  # the frame shows it
    return found


def write(request: HttpRequest, verb: Verb, data: object = None, **more: Any) -> Result:
    """Carry out a changing operation; its entry becomes the page's strip."""
    result = door.write(operation(request, verb, data, **more))
    request.trace = result.trace  # type: ignore[attr-defined]  # the frame shows it
    return result


def now() -> datetime:
    """This moment in the hospital's zone: every relative time of a page hangs on one such moment."""
    return timezone.localtime(door.now())
