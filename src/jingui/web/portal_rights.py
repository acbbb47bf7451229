"""一（三）2 患者门户: what I allowed and whom I closed my record to; both act at once [1.3.2] [2.1.3]"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.consents import KINDS, ConsentLine, Consents, ConsentsRequest, WithdrawConsent
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.operation import Target
from jingui.core.portal import (
    RESTRICTIONS,
    LiftRestriction,
    PlaceRestriction,
    RestrictionLine,
    Restrictions,
    RestrictionsRequest,
)
from jingui.core.words import Category, Role, Sensitivity, Verb
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.portal import chosen
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

CLOSED: Final = tuple(one for one in Category if one not in (Category.NONE, Category.DIRECTORY))


@require_http_methods(["GET", "HEAD", "POST"])
def restrictions(request: HttpRequest, patient: str) -> HttpResponse:
    """Whom I closed my record to; place one, lift one."""
    target = chosen(request, patient)
    here = to("portal_restrictions", patient=patient)
    if lift := request.POST.get("lift", ""):
        asking.write(request, Verb.LIFT_RESTRICTION, LiftRestriction(restriction=number(lift)), target=target)
        return answering.said(request, _("已解除，立即生效。"), here)
    entry = request.POST.get("entry", "")
    placing = request.method == "POST" and "kind" in request.POST
    found: Restrictions = asking.read(request, Verb.READ_READERS, RestrictionsRequest(), target=target).value
    filled = Filled(request.POST, sent=placing)
    data = asked(filled, found, entry)
    if filled.right and data is not None:
        try:
            asking.write(request, Verb.PLACE_RESTRICTION, data, target=target)
            return answering.said(request, _("已设置，立即在所有入口生效。"), here)
        except (Invalid, Conflict) as error:
            filled.refused(error)
    form = filled.form(_("设置限制"), here)
    page = view.RestrictionsPage(items=tuple(item(one) for one in found.lines), form=form, entry=entry)
    return answering.page(request, "portal/restrictions.html", page, status=400 if form.wrong else 200)


def asked(filled: Filled, found: Restrictions, entry: str) -> PlaceRestriction | None:
    """The form's questions, and what they ask for when nothing is wrong."""
    departments = tuple(
        (str(one), name_en if name_en and wording.language() == "en" else name)
        for one, name, name_en in found.departments
    )
    offered = tuple((kind, _(text)) for kind, text in RESTRICTIONS.items() if kind != "person" or entry)
    kind = filled.choice("kind", _("不让谁看"), offered, default="person" if entry else "others")
    department = ""
    if not entry:
        department = filled.choice(
            "department", _("科室"), (("", "—"), *departments), required=False, hint=_("选“某一个科室”时填写")
        )
        if kind == "department" and not department:
            filled.wrong("department", _("请选择。"))
    every = (("", _("全部")), *((one.value, _(one.label)) for one in CLOSED))
    category = filled.choice("category", _("哪一类信息"), every, required=False)
    until = filled.day("until", _("到哪一天为止"), required=False, hint=_("不填则一直有效，随时可以解除"))
    if not filled.right:
        return None
    return PlaceRestriction(
        kind=kind, entry=entry if kind == "person" else "", department=int(department or 0),
        categories=(category,) if category else (), until=begins(until + timedelta(days=1)) if until else None,
    )  # fmt: skip


def number(text: str) -> int:
    """The number of a row that a button named; NotFound for none."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound()
    return int(text)


def item(one: RestrictionLine) -> view.RestrictionItem:
    """One restriction in words."""
    if one.kind == "others":
        others = RESTRICTIONS[one.kind]
        against = _(others)
    else:
        post = _(Role(one.role).label) if one.role in set(Role) else ""
        against = " · ".join(part for part in (wording.department(one.against), post) if part)
    known = {str(word): word for word in Category}
    over = one.lifted or (one.ends is not None and one.ends <= asking.now())
    state = Tag(text=_("有效"), tone="ok")
    if over:
        state = Tag(text=_("已解除") if one.lifted else _("已到期"), tone="none")
    if not one.genuine:
        state = Tag(text=_("与写入时不符"), tone="bad")
    names = _("、").join(_(known[name].label) for name in one.categories if name in known)
    return view.RestrictionItem(
        against=against or "—", categories=names,
        starts=one.starts, ends=one.ends, state=state, lift=0 if over else one.restriction,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest, patient: str) -> HttpResponse:
    """What I agreed to, for whom and since when; withdrawing acts at once."""
    target: Target = chosen(request, patient)
    if request.method == "POST":
        given = WithdrawConsent(consent=number(request.POST.get("withdraw", "")))
        asking.write(request, Verb.WITHDRAW_CONSENT, given, target=target)
        return answering.said(request, _("已撤回，立即生效。"), to("portal_consents", patient=patient))
    found: Consents = asking.read(request, Verb.READ_CONSENTS, ConsentsRequest(), target=target).value
    page = view.ConsentsPage(items=tuple(consent(one) for one in found.lines))
    return answering.page(request, "portal/consents.html", page)


STATES: Final[dict[str, Any]] = {"given": "ok", "withdrawn": "none", "refused": "warn"}


def consent(one: ConsentLine) -> view.ConsentItem:
    """One consent in words."""
    kind = KINDS.get(one.kind)
    labels = _("、").join(_(Sensitivity(name).label) for name in one.labels if name in set(Sensitivity))
    what = _(kind.label) if kind else one.kind
    purpose = wording.purpose(one.purpose)
    over: datetime | None = one.ends if one.ends and one.ends <= asking.now() else None
    words = {"given": _("已同意"), "withdrawn": _("已撤回"), "refused": _("未同意")}
    text, tone = words.get(one.state, one.state), STATES.get(one.state, "none")
    if over and one.state == "given":
        text, tone = _("已到期"), "none"
    if labels:
        what = _("%(text)s（%(more)s）") % {"text": what, "more": labels}
    return view.ConsentItem(
        what=what, recipient=one.party or _("本院"),
        purpose=_(purpose.label) if purpose else "", since=one.starts, until=one.ends,
        state=Tag(text=text, tone=tone), withdraw=one.consent if one.state == "given" and not over else 0,
    )  # fmt: skip
