"""四（二）4 教学科研: one study: what was approved, its extracts, their risk, and what comes next [4.2.4] [5.2.4]"""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.research import (
    BuildExtract,
    Built,
    CheckExtract,
    DisposeExtract,
    ExtractLine,
    PlanExtract,
    ReadStudy,
    Reidentify,
    Said,
    Sample,
    SampleExtract,
    Stage,
    Studies,
    StudiesRequest,
    StudyView,
    TakeExtract,
    Took,
)
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, research_words, wording
from jingui.web.filling import Filled
from jingui.web.research import brought, crumb, standing
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.research import ExtractCard, FilePage, GoingPage, SamplePage, StudyPage, Verdict

SECONDS: Final = 2.0  # how long one answer builds before it shows how far it is
SOON: Final = timedelta(days=30)


@require_safe
def study(request: HttpRequest, study: int) -> HttpResponse:
    """A study with everything that belongs to it."""
    seen: StudyView = asking.read(request, Verb.READ_STUDY, ReadStudy(study=study)).value
    return answering.page(request, "research/study.html", shown(request, seen), crumbs=(crumb(),))


@require_safe
def matter_study(request: HttpRequest, matter: int) -> HttpResponse:
    """From the matter to the study that it made."""
    found: Studies = asking.read(request, Verb.READ_STUDIES, StudiesRequest(count=500)).value
    number = next((one.id for one in found.studies if one.matter == matter), 0)
    if not number:
        raise NotFound()
    return redirect(to("study", study=number))


def shown(request: HttpRequest, seen: StudyView) -> StudyPage:
    """The study's page."""
    one = seen.study
    back = seen.approval.identifiable and asking.may(request, Verb.REIDENTIFY)
    return StudyPage(
        id=one.id, title=one.title, state=standing(one), matter_href=to("matter", matter=one.matter),
        facts=(
            (_("用途"), research_words.kind(one.kind)), (_("负责人"), one.name), (_("伦理批件"), one.number),
            (_("去标识方案"), research_words.profile(one.profile)),
            (_("患者数上限"), str(one.most)), (_("最小的组（k）"), str(one.k)),
            (_("还原身份"), _("批件允许，须两人确认") if seen.approval.identifiable else _("不允许")),
        ),
        cohort=research_words.cohort(one.cohort),
        fields=tuple((research_words.field(name), research_words.tells(name)) for name in one.fields),
        extracts=tuple(card(each, seen) for each in seen.extracts), plans=seen.plans,
        reidentify_href=to("reidentify", study=one.id) if back else "",
    )  # fmt: skip


def card(one: ExtractLine, seen: StudyView) -> ExtractCard:
    """An extract on the study's page."""
    report = research_words.risk(one)
    going = one.state == Stage.BUILDING
    soon = one.state == Stage.RELEASED and one.ends is not None and one.ends <= door.now() + SOON
    return ExtractCard(
        id=one.id, title=_("数据集 %(n)d") % {"n": one.id}, state=research_words.stage(one.state),
        form=research_words.form(one.form), recipient=wording.person(one.recipient_name), made=one.made,
        released=one.released, ends=one.ends, disposed=one.disposed, rows=one.rows, held=one.held,
        manifest=one.manifest, stopped=research_words.stopped(report),
        share=100 * one.looked // max(one.total, 1) if going else 100, looked=one.looked, total=one.total,
        gauges=research_words.gauges(report, seen.thresholds), quasi=research_words.quasi(report),
        bars=research_words.bars(report), left_out=research_words.left_out(report, seen.thresholds["small_cell"]),
        verdicts=tuple(
            Verdict(
                person=wording.person(each.name), at=each.at, reasons=each.reasons,
                said=Tag(text=_(Said(each.verdict).label), tone="ok" if each.verdict == Said.PASS else "bad"),
            )
            for each in one.verdicts
        ),
        said=one.said, taken=one.taken, soon=soon, may=frozenset(one.may),
    )  # fmt: skip


@require_POST
def plan_extract(request: HttpRequest, study: int) -> HttpResponse:
    """One more extract of the study, as approved; its making goes on on the next page."""
    try:
        made = asking.write(request, Verb.PLAN_EXTRACT, PlanExtract(study=study)).value
    except Conflict as error:
        return answering.said(request, f"{_(error.message)} {_(error.next_step)}", to("study", study=study), "bad")
    return redirect(to("build_extract", study=study, extract=made))


@require_http_methods(["GET", "HEAD", "POST"])
def build_extract(request: HttpRequest, study: int, extract: int) -> HttpResponse:
    """Parts of the making, for a moment; then how far it is. The system goes on by itself when the page is left."""
    back = Link(label=_("返回课题"), href=to("study", study=study))
    if request.method != "POST":
        seen: StudyView = asking.read(request, Verb.READ_STUDY, ReadStudy(study=study)).value
        one = next((each for each in seen.extracts if each.id == extract), None)
        if one is None:
            raise NotFound()
        if one.state != Stage.BUILDING or "build" not in one.may:
            return redirect(back.href)
        return going(request, back, Built(one.state, one.looked, one.total, 0))
    began = asking.now()
    while True:
        try:
            built: Built = asking.write(request, Verb.BUILD_EXTRACT, BuildExtract(extract=extract)).value
        except Conflict:
            return redirect(back.href)  # somebody else finished it
        if built.stage != Stage.BUILDING:
            return answering.said(request, _("数据集制作完毕。"), back.href)
        if (asking.now() - began).total_seconds() > SECONDS:
            return going(request, back, built)


def going(request: HttpRequest, back: Link, built: Built) -> HttpResponse:
    """How far it is."""
    page = GoingPage(
        back=back, share=100 * built.looked // max(built.total, 1), looked=built.looked, total=built.total,
        rows=built.rows, files=built.files, of=built.of,
    )  # fmt: skip
    return answering.page(request, "research/going.html", page, crumbs=(crumb(), back))


@require_POST
def check_extract(request: HttpRequest, study: int, extract: int) -> HttpResponse:
    """A checker's verdict."""
    word = request.POST.get("verdict", "")
    here = to("study", study=study)
    try:
        if word not in set(Said):
            raise Invalid(places=(("verdict", _("请选择核查意见")),))
        data = CheckExtract(
            extract=extract, verdict=Said(word), manifest=request.POST.get("manifest", ""),
            reasons=request.POST.get("reasons", ""),
        )  # fmt: skip
        state = asking.write(request, Verb.CHECK_EXTRACT, data).value
    except Invalid as error:
        text = "；".join(_(what) for _where, what in error.places)
        return answering.said(request, text or _(error.message), here, "bad")
    except Conflict as error:
        return answering.said(request, f"{_(error.message)} {_(error.next_step)}", here, "bad")
    told = _("意见已记录，另一名核查人核查后即有结果。") if state == Stage.CHECKING else _("两名核查人都已核查。")
    return answering.said(request, told, here)


@require_safe
def sample_extract(request: HttpRequest, study: int, extract: int) -> HttpResponse:
    """Rows at random, as they would leave."""
    found: Sample = asking.read(request, Verb.SAMPLE_EXTRACT, SampleExtract(extract=extract)).value
    back = Link(label=_("返回课题"), href=to("study", study=study))
    heads = tuple(_("假名") if name == "person" else research_words.field(name) for name in found.columns)
    page = SamplePage(back=back, columns=heads, rows=found.rows)
    return answering.page(request, "research/sample.html", page, crumbs=(crumb(), back))


@require_POST
def take_extract(request: HttpRequest, study: int, extract: int) -> HttpResponse:
    """The file, once; its name carries the entry that commits to it."""
    try:
        result = asking.write(request, Verb.TAKE_EXTRACT, TakeExtract(extract=extract))
    except Conflict as error:
        return answering.said(request, f"{_(error.message)} {_(error.next_step)}", to("study", study=study), "bad")
    took: Took = result.value
    response = HttpResponse(took.body, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="jingui-extract-{extract}-{result.trace.entry[:8]}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def dispose_extract(request: HttpRequest, study: int, extract: int) -> HttpResponse:
    """The recipient's statement that every copy is gone."""
    sent, back = request.method == "POST", Link(label=_("返回课题"), href=to("study", study=study))
    filled = Filled(request.POST, sent=sent)
    paper, missing = brought(request) if sent else (None, ())
    if paper is not None:
        try:
            asking.write(request, Verb.DISPOSE_EXTRACT, DisposeExtract(extract=extract, paper=paper))
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            return answering.said(request, _("销毁已登记并留痕。"), back.href)
    page = FilePage(
        title=_("登记数据集销毁"), lead=_("删除所有副本后，上传签名的销毁声明；此后不能再领取。"),
        form=filled.form(_("登记销毁")), crumb=back, file=_("签名的销毁声明（PDF 或图片）"), file_errors=missing,
        rules=(_("包括备份、邮件附件和中间文件。"), _("声明的摘要写入存证台账。")),
    )  # fmt: skip
    wrong = page.form.wrong or bool(missing)
    return answering.page(request, "research/form.html", page, status=400 if wrong else 200, crumbs=(crumb(), back))


@require_http_methods(["GET", "HEAD", "POST"])
def reidentify(request: HttpRequest, study: int) -> HttpResponse:
    """Propose the way back to one person; another person confirms."""
    back = Link(label=_("返回课题"), href=to("study", study=study))
    filled = Filled(request.POST, sent=request.method == "POST")
    pseudonym = filled.text("pseudonym", _("假名"), longest=40)
    reason = filled.text("reason", _("理由"), longest=2000, hint=_("写明对本人有何必要，如发现须告知的结果。"))
    if filled.right:
        data = Reidentify(study=study, pseudonym=pseudonym, reason=reason)
        try:
            waiting = asking.write(request, Verb.REIDENTIFY, data).value
        except (Invalid, Conflict, NotFound) as error:
            filled.wrong("pseudonym", _(error.message))
        else:
            return answering.said(
                request,
                _("已提出；另一人确认后，在您的存证台账中查看对应的患者。"),
                to("proposal", proposal=waiting.proposal),
            )
    page = FilePage(
        title=_("还原身份"), lead=_("须伦理批件允许，由一人提出、另一人确认；两人和患者都写入存证。"),
        form=filled.form(_("提出还原")), crumb=back,
    )  # fmt: skip
    return answering.page(
        request, "research/form.html", page, status=400 if page.form.wrong else 200, crumbs=(crumb(), back)
    )
