"""四（一）1: where a refusal leads: the emergency at once, or the right matter, what is known filled in [4.1.1]"""

from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from jingui.core.errors import Refused
from jingui.core.matters import KINDS
from jingui.core.matters.row import About
from jingui.core.words import Purpose, Role
from jingui.gate import door
from jingui.web import glass, purposes
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

#: What is missing is a relation, so that an emergency would open it.
EMERGENCIES: Final = frozenset({"no_relation", "restricted", "secret", "colleague", "objected", "grant_expired"})
UNRELATED: Final = EMERGENCIES | {"purpose", "no_rule"}  # for posts that treat nobody: the administrator on duty
CARING: Final = frozenset({Purpose.TREATMENT})


def chart_of(request: Any) -> str:
    """The public id, in the page's own address, of the chart or of a record in it; "" for other pages."""
    found = getattr(request, "resolver_match", None)
    parts = found.kwargs if found is not None else {}
    return str(parts.get("patient") or parts.get("record") or "")


def emergency(request: Any, error: Refused) -> Link | None:
    """紧急调阅, for posts that may open one, where a relation is what is missing."""
    facts, public = getattr(request, "facts", None), chart_of(request)
    if facts is None or not public:
        return None
    offered = purposes.choices(facts.role)
    reasons = EMERGENCIES if CARING & set(offered) else UNRELATED
    if Purpose.EMERGENCY not in offered or error.reason not in reasons:
        return None
    glass.forget(request, door.locate(public).patient)  # it was refused: what the session remembers is over
    after = request.path if request.method in ("GET", "HEAD") else to("desk")
    return Link(
        label=_("紧急调阅（须写明理由）"), href=f"{to('break_glass', patient=public)}?{urlencode({'next': after})}"
    )


def apply(request: Any, error: Refused) -> Link | None:
    """The matter that the refusal names, for posts that may start it, with what is known already filled in."""
    facts, row = getattr(request, "facts", None), KINDS.get(error.matter)
    if facts is None or row is None or Role(facts.role) not in row.starters:
        return None
    public = chart_of(request)
    if row.about is not About.NOTHING and not public:
        return None
    known = {"record" if row.about is About.RECORD else "patient": public} if public else {}
    known["purpose"] = purposes.current(request.session, facts.role, door.now()).value
    return Link(label=_(row.text), href=f"{to('start_matter', kind=row.id)}?{urlencode(known)}")


def undertaking(request: Any, error: Refused) -> Link | None:
    """The undertaking that content waits for."""
    actor = getattr(request, "actor", None)
    if actor is None or error.reason != "no_undertaking":
        return None
    facts = door.whoami(actor, fresh=True)  # what the request came with may be older than the undertaking itself
    after = request.path if request.method in ("GET", "HEAD") else to("desk")
    asked = urlencode({"next": after})
    return Link(label=_("阅读并签署"), href=f"{to('document', document=facts.undertaking)}?{asked}")
