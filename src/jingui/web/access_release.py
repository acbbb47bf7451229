"""一（三）2 告知后放行: the doctor says what was told; the portal then shows this one result [1.3.2] [2.1.3]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.portal import ReleaseResult, WithdrawRelease
from jingui.core.word import N_
from jingui.core.words import Relation, Verb
from jingui.formats import display, fhir_json
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

BACK: Final = "withdraw"
WISHES: Final[dict[str, tuple[str, tuple[Relation, ...]]]] = {
    "all": (N_("放行给患者本人和监护人"), (Relation.SELF, Relation.GUARDIAN)),
    "self": (N_("只放行给患者本人"), (Relation.SELF,)),
    "guardian": (N_("只放行给监护人"), (Relation.GUARDIAN,)),
    BACK: (N_("撤回放行"), ()),
}


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, record: str) -> HttpResponse:
    """The form names the result, whose reading is entered; the door decides about the release and enters it."""
    target = door.locate(record)
    filled = Filled(request.POST, sent=request.method == "POST")
    offered = tuple((name, _(text)) for name, (text, _to) in WISHES.items())
    wish = filled.choice("wish", _("办理"), offered, default="all")
    told = filled.text(
        "told",
        _("告知了什么"),
        longest=500,
        hint=_("写明告知的对象、方式和要点；撤回时写明原因。只与存证条目一起加密保存。"),
    )
    if filled.right:
        data = WithdrawRelease(reason=told) if wish == BACK else ReleaseResult(told=told, to=WISHES[wish][1])
        try:
            asking.write(request, Verb.RELEASE_RESULT, data, target=target)
            text = _("已撤回，患者门户不再显示。") if wish == BACK else _("已放行，患者门户现在可以看到这份结果。")
            return answering.said(request, text, to("record", record=record))
        except Invalid as error:
            for _where, what in error.places:
                filled.wrong("told", _(what))
        except (Conflict, NotFound) as error:
            filled.wrong("", f"{_(error.message)} {_(error.next_step)}".strip())
    sheet = asking.sheet(request, target)
    resource = fhir_json.parse(sheet.body)
    form = filled.form(_("办理"))
    page = FormPage(
        title=_("告知后放行"), lead=charting.title(display.line(resource, wording.language()), resource), form=form,
        crumb=Link(label=_("返回记录"), href=to("record", record=record)),
        rules=(
            _("高度敏感的结果由医师先当面告知，再在患者门户显示。"),
            _("只放行这一份记录，不放行同一份病历中的其他内容。"),
            _("撤回后，从下一次请求起门户不再显示；每次放行和撤回都留痕。"),
        ),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if form.wrong else 200)
