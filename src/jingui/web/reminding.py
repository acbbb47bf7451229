"""四（一）: what the desk says by itself: emergencies open now, an undertaking that ends soon [4.1.1] [4.1.3]"""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.access_operations import GrantLine, Grants, GrantsRequest
from jingui.core.desk import Desk
from jingui.core.words import Role
from jingui.gate import door
from jingui.web import asking, wording
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

SOON: Final = timedelta(days=30)
ALARMED: Final = frozenset({Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN})  # whose desk the alarm rings on
MOST: Final = 8


def for_me(request: HttpRequest, found: Desk) -> tuple[Waiting, ...]:
    """Both, for the desk's column."""
    return (*emergencies(found), *undertaking(request))


def undertaking(request: HttpRequest) -> tuple[Waiting, ...]:
    """The reader's own undertaking when it ends soon; known with who they are, without another question."""
    facts: Any = asking.facts(request)
    until = facts.undertaken_until
    if until is None or until > door.now() + SOON:
        return ()
    return (
        Waiting(
            title=_("保密承诺书到期续签"), detail=_("到期后不能接触患者信息；续签只需一分钟。"), due=until,
            href=to("document", document=facts.undertaking),
        ),
    )  # fmt: skip


def wanted(request: HttpRequest) -> GrantsRequest | None:
    """The part of the desks that must know of emergencies at once."""
    alarmed = Role(asking.role(request)) in ALARMED
    return GrantsRequest(which=Grants.EMERGENCY, mine=False) if alarmed else None


def emergencies(found: Desk) -> tuple[Waiting, ...]:
    """紧急调阅 that are open now; the reading is entered with the desk."""
    return tuple(alarm(one) for one in found.grants or () if one.state == "open")[:MOST]


def alarm(one: GrantLine) -> Waiting:
    """One of them: who, from where, since when."""
    who = wording.person(one.name, one.title, wording.department(one.department))
    since = timezone.localtime(one.starts)
    return Waiting(
        title=_("紧急调阅"), detail=f"{who.name} {who.department} · {since:%m-%d %H:%M}",
        href=f"{to('grants')}?list=emergency", tag=Tag(text=_("告警"), tone="bad"),
    )  # fmt: skip
