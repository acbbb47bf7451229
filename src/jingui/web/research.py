"""四（二）4 教学科研: the studies, the register of ethics approvals [4.2.4]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import Brought
from jingui.core.research import ApprovalLine, EndEthics, RegisterEthics, Studies, StudiesRequest, StudyLine
from jingui.core.research_fields import FIELDS
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.store import lists
from jingui.web import answering, asking, research_words, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.research import ApprovalRow, FilePage, StudiesPage, StudyRow

APPLY: Final = ("research_use", "teaching_library")


def crumb() -> Link:
    """The way back to the list."""
    return Link(label=_("教学科研"), href=to("studies"))


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """The studies one may see, the register of approvals, and what one may begin."""
    found: Studies = asking.read(request, Verb.READ_STUDIES, StudiesRequest()).value
    role = Role(asking.role(request))
    offered = [
        Link(label=_(KINDS[one].text), href=to("start_matter", kind=one), primary=one == APPLY[0])
        for one in APPLY
        if role in KINDS[one].starters
    ]
    if asking.may(request, Verb.COUNT_COHORT):
        offered.insert(0, Link(label=_("统计队列人数"), href=to("cohort"), key="c"))
    registers = asking.may(request, Verb.REGISTER_ETHICS)
    if registers:
        offered.append(Link(label=_("登记伦理批件"), href=to("register_ethics"), key="n", primary=True))
    page = StudiesPage(
        studies=tuple(study_row(one) for one in found.studies),
        approvals=tuple(approval_row(one, ends=registers) for one in found.approvals), actions=tuple(offered),
    )  # fmt: skip
    return answering.page(request, "research/studies.html", page)


def standing(one: ApprovalLine | StudyLine) -> Tag:
    """Whether an approval or study is in force."""
    now = door.now()
    if one.state != "active":
        return Tag(text=_("已终止"), tone="bad")
    if one.ends <= now:
        return Tag(text=_("已到期"), tone="warn")
    return Tag(text=_("生效中"), tone="ok") if one.starts <= now else Tag(text=_("尚未生效"))


def study_row(one: StudyLine) -> StudyRow:
    """A study in the list."""
    return StudyRow(
        href=to("study", study=one.id), title=one.title, kind=research_words.kind(one.kind), number=one.number,
        person=wording.person(one.name), ends=one.ends, state=standing(one),
    )  # fmt: skip


def approval_row(one: ApprovalLine, *, ends: bool) -> ApprovalRow:
    """An approval in the register."""
    return ApprovalRow(
        number=one.number, title=one.title, person=wording.person(one.name), fields=research_words.listed(one.fields),
        most=one.most, identifiable=one.identifiable, starts=one.starts, ends=one.ends, state=standing(one),
        end_href=to("end_ethics", approval=one.id) if ends and one.state == "active" else "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def register_ethics(request: HttpRequest) -> HttpResponse:
    """A new approval: what the committee allowed, with its paper."""
    filled = Filled(request.POST, sent=request.method == "POST")
    number = filled.text("number", _("批件号"), longest=60)
    title = filled.text("title", _("课题名称"), longest=200)
    lead = filled.text("person", _("课题负责人工号"), longest=40)
    most = filled.text("most", _("患者数上限"), longest=9, inputmode="numeric")
    starts = filled.day("starts", _("生效日期"), default=asking.now().date())
    ends = filled.day("ends", _("失效日期"))
    for name in FIELDS:
        value = request.POST.get(f"field_{name}", "")
        hint = research_words.tells(name)
        label = research_words.field(name)
        filled.add(Field(name=f"field_{name}", label=label, kind="checkbox", value=value, hint=hint, required=False))
    back = request.POST.get("identifiable", "")
    filled.add(
        Field(name="identifiable", label=_("批件允许必要时还原身份"), kind="checkbox", value=back, required=False)
    )
    fields = tuple(name for name in FIELDS if request.POST.get(f"field_{name}"))
    person = lists.person_of(lead) if lead else 0
    paper, missing = brought(request)
    if filled.sent and not most.isdecimal():
        filled.wrong("most", _("须为整数"))
    if filled.sent and lead and not person:
        filled.wrong("person", _("没有这个工号的在职人员"))
    if filled.right and paper is not None and starts and ends:
        data = RegisterEthics(
            number=number, title=title, person=person, fields=fields, most=int(most), starts=starts, ends=ends,
            paper=paper, identifiable=bool(back),
        )  # fmt: skip
        try:
            asking.write(request, Verb.REGISTER_ETHICS, data)
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            return answering.said(request, _("批件已登记并留痕。"), to("studies"))
    page = FilePage(
        title=_("登记伦理批件"), lead=_("照批件登记：允许的字段、人数和期限；申请不得超出。"),
        form=filled.form(_("登记批件")), crumb=crumb(), file=_("伦理批件（PDF 或图片）"),
        file_errors=missing if filled.sent else (),
        rules=(_("准标识符会按需泛化，字段选得越多，泛化得越粗。"), _("批件终止时，依据它的课题和数据集立即停止。")),
    )  # fmt: skip
    wrong = page.form.wrong or bool(page.file_errors)
    return answering.page(request, "research/form.html", page, status=400 if wrong else 200, crumbs=(crumb(),))


def brought(request: HttpRequest) -> tuple[Brought | None, tuple[str, ...]]:
    """The file that came with the form, and what is wrong when there is none."""
    file = request.FILES.get("paper")
    if file is None:
        return None, (_("请附上文件。"),)
    return Brought("paper", file.name or "", file.content_type or "", file.read()), ()


@require_http_methods(["GET", "HEAD", "POST"])
def end_ethics(request: HttpRequest, approval: int) -> HttpResponse:
    """The end of an approval, with the reason."""
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text("reason", _("理由"), longest=2000)
    if filled.right:
        try:
            asking.write(request, Verb.END_ETHICS, EndEthics(approval=approval, reason=reason))
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            return answering.said(request, _("批件已终止，依据它的课题同时停止。"), to("studies"))
    page = FilePage(
        title=_("终止伦理批件"), lead=_("依据它的课题、正在制作和待核查的数据集立即停止，课题密钥销毁。"),
        form=filled.form(_("终止")), crumb=crumb(),
    )  # fmt: skip
    return answering.page(
        request, "research/form.html", page, status=400 if page.form.wrong else 200, crumbs=(crumb(),)
    )
