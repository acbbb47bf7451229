"""三（二）2 病案册: registered one by one or by a list, one volume with its life, its scans [3.2.2] [4.1.2]"""

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core import archive as rules
from jingui.core.archive import CLASSES, LENDABLE, MEDIA, MOST_REGISTERED
from jingui.core.archive_asking import (
    FoundAgain,
    NewVolume,
    RegisterVolumes,
    RenewLoan,
    ReportLost,
    ScanRequest,
    UploadScan,
    VolumeRequest,
)
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import ScanShown, VolumeView
from jingui.core.errors import Conflict, Invalid, NotFound, Unavailable
from jingui.core.word import N_
from jingui.core.words import Medium, RetentionClass, Role, Shelf, Verb
from jingui.formats.labels_pdf import marked
from jingui.gate import door
from jingui.store import lists
from jingui.web import answering, archive, asking, wording
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels.archive import Asking, Cell, ListPage, Table
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

CHECKED: Final = {"clean": N_("病毒检查通过"), "none": N_("未做病毒检查")}
PLACE: Final = re.compile(r"volumes\.(\d+)\.(\w+)")


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """登记病案册: 病案号 by the line, with volume and pages where they are known."""
    filled = Filled(request.POST, sent=request.method == "POST")
    keeper = asking.role(request) == Role.ARCHIVIST
    filled.text("numbers", _("病案号"), longest=40_000, hint=_("一行一册：病案号，册次，页数。例如 00012345，1，86"))
    typed = request.POST.get("numbers", "")[:40_000]
    medium = filled.choice("medium", _("介质"), words.choices(MEDIA), default="paper")
    retention = filled.choice("retention_class", _("保存类别"), words.choices(CLASSES), default="inpatient")
    department, custodian = asking.facts(request).department, 0
    if keeper:
        offered = tuple((str(row.id), wording.department(row.name)) for row in wording.departments())
        chosen = filled.choice(
            "department", _("保管科室"), (("", _("病案室")), *offered), required=False,
            hint=_("已交病案室的不选；仍在科室的选科室并写明保管人"),
        )  # fmt: skip
        staff = filled.text("custodian", _("保管人工号"), longest=32, required=False)
        department, custodian = int(chosen or 0), lists.person_of(staff) if staff else 0
        if filled.sent and ((staff and not custodian) or (department and not staff)):
            filled.wrong("custodian", _("没有这个工号的在职人员"))
    volumes, wrong = parsed(typed, medium, retention)
    for text in wrong if filled.sent else ():
        filled.wrong("numbers", text)
    if filled.right:
        data = RegisterVolumes(volumes=volumes, department=department, custodian=custodian)
        try:
            made = asking.write(request, Verb.REGISTER_VOLUME, data).value
            text = _("已登记 %(n)d 册，请打印并贴上标签。") % {"n": len(made)}
            if keeper:
                request.session["labels"] = [code for _id, code in made]
                return answering.said(request, text, to("labels"))
            return answering.said(request, text, f"{to('archive_volumes')}?state=department")
        except (Invalid, Conflict) as error:
            refused(filled, error)
    filled.become("numbers", kind="textarea", value=typed)
    return drawn(
        request, filled, title=_("登记病案册"), lead=_("纸质病案、胶片、光盘、标本都按册登记，一册一码。"),
        submit=_("登记"),
        back=Link(label=_("返回纸质病案"), href=to("archive")),
        rules=(
            _("一次最多 500 册，有一册不对就都不登记。"), _("条码由系统随机生成，不含患者信息。"),
            _("科室登记的由登记人负责保管，直到病案室逐册接收。"),
        ),
    )  # fmt: skip


def parsed(typed: str, medium: str, retention: str) -> tuple[tuple[NewVolume, ...], tuple[str, ...]]:
    """The volumes of a pasted list, and which lines cannot be read."""
    out, wrong = [], []
    for n, line in enumerate((one for one in typed.splitlines() if one.strip()), 1):
        cells = [one.strip() for one in re.split(r"[,，;\t]", line)]
        values = [words.number_in(one) if one else 0 for one in cells[1:3]]
        if len(cells) > 3 or not cells[0] or any(value < 0 for value in values):
            wrong.append(_("第 %(n)d 行无法识别") % {"n": n})
            continue
        number, pages = (values[0] if values and values[0] else 1), values[1] if len(values) > 1 else 0
        out.append(NewVolume(number=cells[0], medium=medium, retention_class=retention, n=number, pages=pages))
    if len(out) > MOST_REGISTERED:
        wrong.append(_("一次登记的册数过多，请分批登记"))
    return tuple(out), tuple(wrong[:20])


def refused(filled: Filled, error: Invalid | Conflict) -> None:
    """What the door found wrong, each at its line."""
    if not isinstance(error, Invalid) or not error.places:
        filled.refused(error)
        return
    for where, what in error.places[:20]:
        found = PLACE.match(where)
        if found:
            filled.wrong("numbers", _("第 %(n)d 行：%(what)s") % {"n": int(found[1]) + 1, "what": _(what)})
        else:
            filled.wrong(where, _(what))


SAID: Final = {
    "renew": N_("已续借。"), "lost": N_("已报失，查找事项已开始。"), "found": N_("已登记找回，请重新上架。"),
    "scan": N_("扫描件已保存。"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def volume(request: HttpRequest, volume: str) -> HttpResponse:
    """One volume: where it is, who has it, what happened; and what may be done with it now."""
    target = asking.whole(door.locate(volume).patient)
    do = request.POST.get("do", "")
    lost, found, scan = (Filled(request.POST, sent=do == one) for one in ("lost", "found", "scan"))
    hint = _("最后见到的时间、地点和经手人")
    told = lost.text("circumstances", _("遗失经过"), longest=400, hint=hint, autofocus=False)
    where = found.text("where", _("在何处找到"), longest=400, autofocus=False)
    pages = scan.text("pages", _("页数"), longest=4, default="1", inputmode="numeric", autofocus=False)
    file: Any = request.FILES.get("scan")
    errors: tuple[str, ...] = ()
    if scan.sent and file is None:
        errors = (_("请选择文件"),)
    try:
        data: Any = None
        if do == "renew":
            verb, data = Verb.RENEW_LOAN, RenewLoan(volume=volume)
        elif lost.right:
            verb, data = Verb.REPORT_LOST, ReportLost(volume=volume, circumstances=told)
        elif found.right:
            verb, data = Verb.REPORT_LOST, FoundAgain(volume=volume, where=where)
        elif scan.right and file is not None:
            verb, data = Verb.SCAN_VOLUME, UploadScan(
                volume=volume, name=str(file.name or "")[:120], body=file.read(), pages=max(words.number_in(pages), 0)
            )  # fmt: skip
        if data is not None:
            asking.write(request, verb, data, target=target)
            return answering.said(request, _(SAID[do]), request.path)
    except (Invalid, Conflict, Unavailable) as error:
        if isinstance(error, Unavailable) and error.data.get("where") != "clamd":
            raise
        places = error.places if isinstance(error, Invalid) else ()
        rest = [_(text) for name, text in places if name == "scan"]
        mine = {"lost": lost, "found": found}.get(do)
        if mine is not None and isinstance(error, Invalid | Conflict):
            mine.refused(error)
        else:
            whole = (f"{_(error.message)} {_(error.next_step)}",)
            errors = tuple(rest) or tuple(_(text) for _name, text in places) or whole
    seen: VolumeView = asking.read(request, Verb.READ_VOLUME, VolumeRequest(volume=volume), target=target).value
    return shown_volume(request, volume, seen, (lost, found, scan), errors)


def shown_volume(
    request: HttpRequest, number: str, seen: VolumeView, forms: tuple[Filled, Filled, Filled], errors: tuple[str, ...]
) -> HttpResponse:
    """The volume as it stands."""
    one, (lost, found, scan) = seen.line, forms
    asked = []
    role, state = asking.role(request), one.state
    keeper = role == Role.ARCHIVIST
    if seen.borrowed and not any(loan.overdue for loan in seen.loans if loan.state == "open"):
        again = Filled({}, sent=False)
        asked.append(hidden(again, "renew", _("续借"), _("续借")))
    if keeper and state not in (Shelf.DESTROYED, Shelf.LOST):
        asked.append(hidden(scan, "scan", _("上传扫描件"), _("上传"), upload="scan", errors=errors))
    if state == Shelf.LOST:
        asked += [hidden(found, "found", _("登记找回"), _("登记找回"))] if keeper else []
    elif state != Shelf.DESTROYED and (keeper or seen.borrowed):
        asked.append(hidden(lost, "lost", _("报失"), _("报失")))
    departments = words.people_departments()
    facts: list[tuple[str, Cell]] = [
        (_("状态"), Cell(tag=words.tag(Shelf, state, late=one.late), under=one.since)),
        (_("所在"), Cell(text=words.where(one, departments), small=one.custodian, typed=True)),
        (_("架位条码"), Cell(text=shown(seen.position) if seen.position else "—", mono=True)),
        (_("介质"), Cell(text=words.word(Medium, one.medium),
                       small=_("第 %(n)d 册，%(pages)d 页") % {"n": one.n, "pages": one.pages})),
        (_("保存类别"), Cell(text=words.word(RetentionClass, one.retention_class))),
    ]  # fmt: skip
    facts += [(_("内容"), Cell(text=seen.contents, typed=True))] if seen.contents else []
    facts += [(_("归还时的状况"), Cell(text=seen.condition, typed=True))] if seen.condition else []
    chart = Link(label=_("打开病历"), href=to("chart", patient=one.patient))
    acts = [chart] if asking.may(request, Verb.OPEN_CHART) else []
    if keeper and state in LENDABLE:
        acts.insert(0, Link(label=_("借出"), href=f"{to('lend')}?code={one.code}", key="n", primary=True))
    if keeper and state in rules.OUT:
        acts.insert(0, Link(label=_("归还"), href=f"{to('take_back')}?code={one.code}", key="n", primary=True))
    if keeper:
        acts.append(Link(label=_("打印标签"), href=f"{to('labels')}?code={one.code}"))
    if not keeper and state not in (Shelf.DESTROYED, Shelf.LOST) and asking.may(request, Verb.START_MATTER):
        address = f"{to('start_matter', kind='volume_request')}?patient={one.patient}&code={one.code}"
        acts.append(Link(label=_("申请借阅"), href=address))
    page = ListPage(
        title=shown(one.code), lead=" · ".join(filter(None, (seen.patient_name, one.number))) or _("身份已销毁"),
        tables=tables(seen), acts=tuple(acts), forms=tuple(asked), facts=tuple(facts), prints=True,
    )  # fmt: skip
    wrong = bool(errors) or any(each.form.wrong for each in asked)
    listed = Link(label=_("病案册"), href=to("archive_volumes"))
    return answering.page(
        request, "archive/list.html", page, status=400 if wrong else 200, crumbs=archive.crumbs(page.title, listed)
    )


def hidden(filled: Filled, do: str, title: str, submit: str, **more: Any) -> Asking:
    """A form of the page, with what it does."""
    filled.add(Field(name="do", label="", kind="hidden", value=do))
    return Asking(title=title, form=filled.form(submit), **more)


def tables(seen: VolumeView) -> tuple[Table, ...]:
    """Loans, scans, entries."""
    loans = words.table(
        _("借阅记录"), words.loan_heads(), map(words.loan_cells, seen.loans), _("没有借阅过"),
        _("借出、续借、归还都记在这里。"),
    )  # fmt: skip
    scans = words.table(
        _("扫描件"), (_("文件"), _("页数"), _("上传")),
        ((Cell(text=one.name, typed=True, href="" if one.gone else to("volume_scan", scan=one.id),
               small=_("已销毁") if one.gone else _(CHECKED.get(one.checked, one.checked))),
          Cell(text=str(one.pages), number=True), Cell(text=one.person, typed=True, under=one.at))
         for one in seen.scans),
        _("没有扫描件"), _("扫描后上传，按病历同样的权限查阅。"),
    )  # fmt: skip
    verbs = {one.value: one.label for one in Verb}
    events = words.table(
        _("经过"), (_("操作"), _("人员"), _("时间")),
        ((Cell(text=_(verbs.get(one.verb, one.verb)), href=to("entry", entry=one.entry)),
          Cell(text=one.person, typed=True), Cell(at=one.at)) for one in reversed(seen.events)),
        _("没有记录"), _("每一步都在存证台账中。"),
    )  # fmt: skip
    return loans, scans, events


@require_safe
def scan(request: HttpRequest, scan: str) -> HttpResponse:
    """A scanned file with the reader's watermark over every page; TIFF, which cannot carry one, is only downloaded."""
    target = asking.whole(door.locate(scan).patient)
    result = asking.read(request, Verb.READ_SCAN, ScanRequest(scan=scan), target=target)
    found: ScanShown = result.value
    if not found.body:
        raise NotFound()
    facts = asking.facts(request)
    if found.media == "image/tiff":
        answer = HttpResponse(found.body, content_type="application/octet-stream")
        answer["Content-Disposition"] = 'attachment; filename="scan.tif"'
    else:
        at = asking.now().strftime("%Y-%m-%d %H:%M")
        said = f"{facts.name} {facts.department_name} {at} {result.trace.entry[:8]}"
        answer = HttpResponse(marked(found.body, found.media, said), content_type="application/pdf")
        answer["Content-Disposition"] = 'inline; filename="scan.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
