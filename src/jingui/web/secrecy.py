"""二（一）3 保密病案: marking a chart as restricted, why, and under which alias it stands on lists [2.1.3] [4.1.1]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.collect import FlagPatient
from jingui.core.consents import Secrecy
from jingui.core.errors import Conflict, Invalid
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

CHOICES: Final = (("yes", N_("标记为保密病案")), ("no", N_("解除保密")))


@require_http_methods(["GET", "HEAD", "POST"])
def secrecy(request: HttpRequest, patient: str) -> HttpResponse:
    """Restrict a chart or end that. Nothing of the patient stands on the form; the door decides and enters."""
    target = door.locate(patient)
    filled = Filled(request.POST, sent=request.method == "POST")
    wish = filled.choice("restricted", _("办理"), tuple((value, _(text)) for value, text in CHOICES), default="yes")
    kinds = (("", "—"), *((one.value, _(one.label)) for one in Secrecy))
    on = wish == "yes"
    kind = filled.choice("secrecy", _("保密类别"), kinds, required=on)
    alias = filled.text(
        "alias", _("化名"), longest=20, required=False, hint=_("列表和无诊疗关系的人只看到化名；不填由系统编一个")
    )
    reason = filled.text("reason", _("理由"), longest=200)
    if filled.right:
        data = FlagPatient(restricted=on, secrecy=kind if on else "", alias=alias if on else "", reason=reason)
        try:
            asking.write(request, Verb.FLAG_PATIENT, data, target=target)
            text = _("已标记为保密病案，立即生效。") if on else _("已解除保密。")
            return answering.said(request, text, to("patients"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    form = filled.form(_("办理"))
    page = FormPage(
        title=_("保密病案"), lead=_("保密病案仅经治、医疗组和会诊人员可以查阅；其他人只看到化名。"), form=form,
        crumb=Link(label=_("返回查找患者"), href=to("patients")),
        rules=(
            _("真实姓名加密保存，只有可以查阅的人看到。"), _("防护提示仍向诊疗人员显示，但不显示诊断。"),
            _("解除保密须由登记、病案或医务岗位办理；每次办理都留痕。"),
        ),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if form.wrong else 200)
