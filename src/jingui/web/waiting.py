"""六（一）2 双人验证: what waits for a second person: listed, opened, confirmed, sent back, withdrawn [6.1.2]"""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.desk import Desk
from jingui.core.errors import Invalid, NotFound
from jingui.core.proposals import ProposalLine, ProposalsRequest, Settled, Verdict, Withdraw
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.viewmodels.desk import ProposalPage, Waiting, WaitingPage
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.resource import Shown, term

STATES: Final[dict[str, tuple[str, Any]]] = {
    "waiting": (N_("待确认"), "warn"),
    "expired": (N_("已过期"), "none"),
    "executed": (N_("已执行"), "ok"),
    "refused": (N_("已退回"), "bad"),
    "withdrawn": (N_("已撤回"), "none"),
}
FIELDS: Final[dict[str, str]] = {
    "account": N_("账号"), "reason": N_("理由"), "name": N_("项目"), "value": N_("新值"), "into": N_("并入"),
    "hold": N_("保全"), "patient": N_("患者"), "source": N_("来源"), "effective": N_("生效时间"),
    "text_hash": N_("条文摘要"), "rules_hash": N_("规则摘要"), "body": N_("全文"),
    "about": N_("对象"), "subject": N_("证书主体"), "fingerprint": N_("SHA-256 指纹"), "use": N_("证书用途"),
    "issue": N_("由本院签发"), "ends": N_("到期"), "key": N_("公钥摘要"), "uscc": N_("统一社会信用代码"),
    "kind": N_("类别"), "contact": N_("联系人"), "telephone": N_("联系电话"), "place": N_("地址"),
    "staff_no": N_("责任人工号"),
}  # fmt: skip


SPOKEN: Final = frozenset({"use", "kind"})  # their values are words of ours


def lines(request: HttpRequest, *, settled: bool = False) -> tuple[ProposalLine, ...]:
    """Proposals as the door shows them to this post."""
    found: tuple[ProposalLine, ...] = asking.read(request, Verb.READ_PROPOSALS, ProposalsRequest(settled=settled)).value
    return found


def wanted(request: HttpRequest) -> ProposalsRequest | None:
    """The part of the desk that posts with proposals to see have."""
    return ProposalsRequest() if asking.may(request, Verb.READ_PROPOSALS) else None


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """What this person may decide, or proposed and waits for: the desk's column."""
    return tuple(line(one) for one in found.proposals or () if one.state == "waiting" and (one.may_decide or one.mine))


def line(one: ProposalLine) -> Waiting:
    """A proposal in a list."""
    detail = _("由 %(who)s 提出") % {"who": wording.person(one.proposer).name}
    due = one.expires if one.state == "waiting" else None
    return Waiting(
        title=title(one), href=to("proposal", proposal=one.id), due=due, tag=state(one),
        detail=_("我提出的，等待第二人") if one.mine else detail,
    )  # fmt: skip


def title(one: ProposalLine) -> str:
    """The operation that waits."""
    verb = wording.verb(one.verb)
    return _(verb.label) if verb else one.verb


def state(one: ProposalLine) -> Tag:
    """How it stands."""
    text, tone = STATES.get(one.state, (one.state, "none"))
    return Tag(text=_(text), tone=tone)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits, and what became of the last ones."""
    found = lines(request, settled=True)
    page = WaitingPage(
        waiting=tuple(line(one) for one in found if one.state == "waiting"),
        settled=tuple(line(one) for one in found if one.state != "waiting"),
    )
    return answering.page(request, "desk/waiting.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, proposal: int) -> HttpResponse:
    """One proposal, exactly what would be done, and the word of a second person about it."""
    if request.method == "POST":
        return decided(request, proposal)
    one = next((each for each in lines(request, settled=True) if each.id == proposal), None)
    if one is None:
        raise NotFound()
    return answering.page(request, "desk/proposal.html", drawn(one), crumbs=crumbs(title(one)))


def crumbs(name: str) -> tuple[Link, ...]:
    """Where one stands."""
    return (Link(label=_("待确认事项"), href=to("waiting")), Link(label=name, href=""))


def drawn(one: ProposalLine) -> ProposalPage:
    """A proposal as a page."""
    shown = tuple(
        Shown(label=_(FIELDS[name]) if name in FIELDS else term(name), texts=(said,), long=len(said) > 60)
        for name, value in one.data.items()
        if value not in (None, "", 0, [], {}) and (said := _(str(value)) if name in SPOKEN else text(value))
    )
    purpose = wording.purpose(one.purpose)
    return ProposalPage(
        title=title(one), proposer=wording.person(one.proposer), at=one.at, expires=one.expires, state=state(one),
        shown=shown, digest=one.digest, purpose=_(purpose.label) if purpose else "", mine=one.mine,
        patient_href=to("chart", patient=one.patient) if one.patient else "", open=one.state == "waiting",
        may_decide=one.may_decide,
    )  # fmt: skip


def text(value: object) -> str:
    """A field's value as people read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return _("是") if value is True else _("否") if value is False else str(value)


def decided(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm exactly what was shown, send it back with a reason, or take it back."""
    word, reason = request.POST.get("verdict", ""), " ".join(request.POST.get("reason", "").split())[:500]
    data: object
    if word == "withdraw":
        data = Withdraw(waiting=number, reason=reason)
    elif word in ("approve", "refuse"):
        data = Verdict(proposal=number, digest=request.POST.get("digest", ""), verdict=word, reason=reason)
    else:
        raise Invalid(places=(("verdict", N_("请选择确认或退回")),))
    settled: Settled = asking.write(request, Verb.APPROVE, data).value
    said = {
        "executed": _("已确认并执行，两人均已留痕。"), "refused": _("已退回提出人。"), "withdrawn": _("已撤回。"),
    }  # fmt: skip
    return answering.said(request, said[settled.state], to("waiting"))
