"""一（三）2 患者门户: the window: papers compared, account opened, slip printed, account ended [1.3.2] [4.2.1]"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.portal import PAPER_WORDS, EndPortal, OpenPortal, Slip
from jingui.core.words import Purpose, Relation, Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.paths import to

WISH = {"why": Purpose.PATIENT_REQUEST}


@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HttpRequest, patient: str) -> HttpResponse:
    """Open or end a portal account for the patient whom the address names. Shows nothing of the chart."""
    target, ending = door.locate(patient), request.POST.get("do") == "end"
    if not asking.may(request, Verb.OPEN_PORTAL):
        asking.write(request, Verb.OPEN_PORTAL, OpenPortal(relation=Relation.SELF, papers=(), document=""),
                     target=target, **WISH)  # fmt: skip
    sent = request.method == "POST"
    opening, closing = Filled(request.POST, sent=sent and not ending), Filled(request.POST, sent=sent and ending)
    data, end = asked(request, opening), ended(closing)
    slip: Slip | None = None
    if data is not None and not ending:
        slip = tried(request, opening, Verb.OPEN_PORTAL, data, target)
    if end is not None and ending and tried(request, closing, Verb.END_PORTAL, end, target) is not None:
        return answering.said(request, _("已关闭，其会话已全部结束。"), to("portal_window", patient=patient))
    page = view.WindowPage(
        opening=opening.form(_("已核对证件，开通")), ending=closing.form(_("关闭")), back=to("patients"),
        number=slip.number if slip else "", code=slip.code if slip else "", until=slip.until if slip else None,
    )  # fmt: skip
    wrong = page.opening.wrong or page.ending.wrong
    return answering.page(request, "portal/window.html", page, status=400 if wrong else 200)


def tried(request: HttpRequest, filled: Filled, verb: Verb, data: object, target: Any) -> Any:
    """Do it; what the door finds wrong stands in the form, and the answer is None."""
    try:
        return asking.write(request, verb, data, target=target, **WISH).value
    except (Invalid, Conflict) as error:
        filled.refused(error)
    except NotFound as error:
        filled.wrong("", _(error.message))
    return None


def asked(request: Any, filled: Filled) -> OpenPortal | None:
    """The questions of opening."""
    kinds = ((Relation.SELF.value, _("患者本人")), (Relation.GUARDIAN.value, _("未成年人的监护人")))
    relation = filled.choice("relation", _("为谁开通"), kinds, default=Relation.SELF.value)
    words = tuple((name, _(text)) for name, text in PAPER_WORDS.items())
    first = filled.choice("paper", _("已核对的身份证件"), (("", "—"), *words[:4]))
    document = filled.text("document", _("证件号码"), longest=32, hint=_("与病案登记比对；加密保存，不显示给他人"))
    proof = filled.choice(
        "proof", _("已核对的关系证明"), (("", "—"), *words), required=False, hint=_("为监护人开通时必须核对")
    )
    name = filled.text("name", _("监护人姓名"), longest=60, required=False)
    number = filled.text("number", _("已有的门户号"), longest=20, required=False, hint=_("同一监护人已有账号时填写"))
    if not filled.right:
        return None
    return OpenPortal(
        relation=Relation(relation), papers=tuple(filter(None, (first, proof))), document=document, name=name,
        number=number,
    )  # fmt: skip


def ended(filled: Filled) -> EndPortal | None:
    """The questions of ending."""
    number = filled.text("ended", _("门户号"), longest=20)
    reason = filled.text("reason", _("原因"), longest=200, hint=_("例如：手机遗失、监护人变更、本人要求"))
    return EndPortal(number=number, reason=reason) if filled.right else None
