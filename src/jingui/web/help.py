"""四（一）3 查阅与使用: the purpose of one's work, said once and shown everywhere; help [4.1.3]"""

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.words import Purpose
from jingui.web import answering, asking, purposes
from jingui.web.filling import Filled
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Keyboard, signs and the strip, explained."""
    return answering.page(request, "help/keys.html", None)


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """Choose the purpose of what follows. An emergency needs its reason in words."""
    offered = purposes.choices(asking.role(request))
    filled = Filled(request.POST, sent=request.method == "POST")
    words = tuple((one.value, f"{_(one.label)} – {_(purposes.SAYING[one])}") for one in offered)
    wanted = request.GET.get("purpose") or asking.purpose(request).value
    chosen = filled.choice("purpose", _("目的"), words, default=wanted)
    said = ""
    if Purpose.EMERGENCY in offered:
        said = filled.text(
            "reason", _("紧急救治的理由"), longest=200, required=chosen == Purpose.EMERGENCY and filled.sent,
            hint=_("仅紧急救治须填写；加密留存，供事后复核。请勿写入患者姓名。"),
        )  # fmt: skip
    after = back(request)
    if filled.right:
        purposes.choose(request.session, Purpose(chosen), said, asking.now())
        text = _("此后的查阅以“%(purpose)s”为目的留痕。") % {"purpose": _(Purpose(chosen).label)}
        return answering.said(request, text, after)
    filled.add(Field(name="next", label="", kind="hidden", value=after))
    page = FormPage(
        title=_("查阅目的"), lead=_("没有目的就不能查阅。这里的选择写进此后每一条存证，随时可改。"),
        form=filled.form(_("确定")), crumb=Link(label=_("返回"), href=after),
        rules=(
            _("诊疗以外的目的，须先取得授权才能打开病历。"), _("紧急救治一小时后自动恢复为平常的目的。"),
            _("目的与事实不符，属于违规查阅。"),
        ),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if page.form.wrong else 200)


def back(request: HttpRequest) -> str:
    """The page one came from, if it is ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    host = request.get_host()
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {host}) else to("desk")
