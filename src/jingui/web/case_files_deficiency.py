"""三（二）2 病案缺陷: one deficiency: what was said about it; answered, contested, settled [3.2.2]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.custody import AnswerDeficiency, CaseFileRequest, CloseDeficiency, DeficiencyState
from jingui.core.custody_shown import CaseShown, DeficiencyLine
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import StartMatter
from jingui.core.words import Purpose, Role, Verb
from jingui.formats import capture
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web import case_files_words as words
from jingui.web.case_files_page import OFFICES
from jingui.web.filling import Filled
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

KIND: Final = "deficiency_appeal"


@require_http_methods(["GET", "HEAD", "POST"])
def deficiency(request: HttpRequest, patient: str, file: str, deficiency: str) -> HttpResponse:
    """The deficiency, and one of its forms handed in."""
    whole = asking.whole(door.locate(patient).patient)
    seen: CaseShown = asking.read(request, Verb.READ_CASE_FILE, CaseFileRequest(file=file), target=whole).value
    one = next((each for each in seen.deficiencies if each.id == deficiency), None)
    if one is None:
        raise NotFound()
    doing = request.POST.get("do", "") if request.method == "POST" else ""
    forms = offered(request, seen, one, doing)
    if doing and doing not in forms:
        raise Conflict(_("该缺陷目前不能办理此项。"), _("请刷新页面查看现在的状态。"))
    wrong = False
    if doing and forms[doing].right:
        try:
            said = carried_out(request, one, doing, whole)
        except (Invalid, Conflict) as error:
            forms[doing].refused(error)
        else:
            return answering.said(request, said, to("deficiency", patient=patient, file=file, deficiency=deficiency))
    labels = {"answer": _("答复"), "appeal": _("提出申诉"), "close": _("核销"), "again": _("再次退回")}
    made: dict[str, Form] = {name: form.form(labels[name]) for name, form in forms.items()}
    wrong = bool(doing) and made[doing].wrong
    back = Link(label=_("返回病案"), href=to("case_file", patient=patient, file=file))
    page = view.DeficiencyPage(
        row=words.deficiency(one), crumb=back, answer=made.get("answer"), appeal=made.get("appeal"),
        close=made.get("close"), again=made.get("again"),
        rounds=tuple(
            view.Said(what=_(words.WHAT[each.what]), person=wording.person(each.person), at=each.at, text=each.text,
                      record_href=to("record", record=each.record) if each.record else "")
            for each in one.rounds
        ),
    )  # fmt: skip
    return answering.page(
        request, "custody/deficiency.html", page, status=400 if wrong else 200, crumbs=(words.crumb(), back)
    )


def offered(request: HttpRequest, seen: CaseShown, one: DeficiencyLine, doing: str) -> dict[str, Filled]:
    """The forms that this reader has for it now. Each has names of its own: they stand on one page."""
    role = Role(asking.role(request))
    out: dict[str, Filled] = {}

    def form(name: str) -> Filled:
        sent = doing == name
        made = out[name] = Filled(request.POST if sent else {}, sent=sent)
        made.add(Field(name="do", label="", kind="hidden", value=name, required=False))
        return made

    if one.mine and one.state == DeficiencyState.OPEN:
        answer = form("answer")
        answer.text("text", _("怎样整改的"), longest=2000, kind="textarea")
        titles, english = capture.templates(), wording.language() == "en"
        records = tuple(
            (each.id, (titles[each.form].en if english else titles[each.form].zh) if each.form in titles else each.form)
            for each in seen.records
        )
        answer.choice("record", _("整改后的文书"), (("", _("不涉及某一份文书")), *records), required=False)
        if not one.matter and role in KINDS[KIND].starters:
            form("appeal").text("reason", _("申诉理由"), longest=2000, kind="textarea", hint=_("写明病历中的依据。"))
    if not one.mine and one.state == DeficiencyState.ANSWERED and role in OFFICES:
        form("close").text("note", _("核销意见"), longest=2000, required=False)
        form("again").text("why", _("再次退回的原因"), longest=2000, kind="textarea")
    return out


def carried_out(request: HttpRequest, one: DeficiencyLine, doing: str, whole: Any) -> str:
    """The operation of the form that was sent; what the next page says."""
    posted = request.POST
    if doing == "appeal":
        data = StartMatter(
            kind=KIND, answers=(("deficiency", one.id), ("reason", posted.get("reason", "").strip())),
            subject=one.found_id, submit=True,
        )  # fmt: skip
        asking.write(request, Verb.START_MATTER, data, target=whole)
        return _("申诉已提出，由发现人以外的质控或医务人员决定。")
    if doing == "answer":
        answer = AnswerDeficiency(
            deficiency=one.id, text=posted.get("text", "").strip(), record=posted.get("record", "")
        )
        asking.write(request, Verb.ANSWER_DEFICIENCY, answer, target=whole, why=Purpose.TREATMENT)
        return _("答复已保存并留痕，等待核销。")
    note = posted.get("note" if doing == "close" else "why", "").strip()
    asking.write(
        request, Verb.CLOSE_DEFICIENCY, CloseDeficiency(deficiency=one.id, accept=doing == "close", note=note),
        target=whole,
    )  # fmt: skip
    return _("缺陷已核销并留痕。") if doing == "close" else _("缺陷已再次退回，期限重新计算。")
