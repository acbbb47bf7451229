"""四（一）3: printing, exporting, copying: chosen, decided, entered, marked; then it leaves [4.1.3] [4.1.2]"""

import json
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingui.core.access import RecordLine
from jingui.core.access_operations import Copied, Form, Take, Taken
from jingui.core.errors import Invalid, JinguiError, Refused
from jingui.core.operation import Target
from jingui.core.words import Category, Verb
from jingui.formats import display, fhir_json
from jingui.gate import door
from jingui.web import answering, asking, charting, corrections, records, sheets_csv, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.access_operations import PrintedRecord, PrintPage
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

ON_PAPER: Final = 100  # records of one printed part: about what a person carries away
IN_FILE: Final = 200  # records of one part of a file, each part with its own entry
PARTS: Final = 100  # parts of one file


def kinds() -> tuple[tuple[str, str], ...]:
    """What may be chosen of a chart."""
    some = [one for one in Category if one not in (Category.NONE, Category.DIRECTORY)]
    return (("", _("全部类别")), *((one.value, _(one.label)) for one in some))


@require_http_methods(["GET", "HEAD", "POST"])
def print_chart(request: HttpRequest, patient: str) -> HttpResponse:
    """Choose what to print of a chart; then the page made for paper."""
    filled = Filled(request.POST, sent=request.method == "POST")
    category = filled.choice("category", _("打印哪些记录"), kinds(), required=False)
    if filled.right:
        take = Take(category=category, count=ON_PAPER, cursor=request.POST.get("cursor", ""))
        fields = (("category", category),)
        return printed(request, asking.whole(door.locate(patient).patient), take, fields, to("chart", patient=patient))
    page = FormPage(
        title=_("打印病历"), lead=_("打印是单独留痕的操作：谁、何时、打印了哪些记录，逐份写入存证。"),
        form=filled.form(_("生成打印页")), crumb=Link(label=_("返回病历"), href=to("chart", patient=patient)),
        rules=(
            _("每一页都带打印人、时间、存证编号的水印和页码。"),
            _("带敏感标签的记录仅经治、医疗组、会诊人员可以打印。"),
            _("打印件按病历保管，用毕按涉密废纸处理。"),
        ),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if page.form.wrong else 200)


@require_POST
def print_record(request: HttpRequest, record: str) -> HttpResponse:
    """One record made for paper."""
    return printed(request, door.locate(record), Take(count=1), (), to("record", record=record))


def printed(
    request: Any, target: Target, take: Take, fields: tuple[tuple[str, str], ...], back: str
) -> HttpResponse:  # fmt: skip
    """The page made for paper, after its entry."""
    result = asking.read(request, Verb.PRINT, take, target=target)
    taken: Taken = result.value
    facts = asking.facts(request)
    page = PrintPage(
        patient=charting.header(taken.patient), records=tuple(paper(one) for one in taken.records),
        entry=result.trace.entry, at=result.trace.at, withheld=taken.withheld, more=result.more, fields=fields,
        person=f"{facts.name} {wording.department(facts.department_name)}".strip(), back=back,
    )  # fmt: skip
    return answering.page(request, "access/print.html", page)


def paper(one: RecordLine) -> PrintedRecord:
    """A record as paper shows it: what a person reads, no raw data."""
    resource = fhir_json.parse(one.body)
    before = fhir_json.parse(one.before) if one.before else None
    line = display.line(resource, wording.language())
    return PrintedRecord(
        title=charting.title(line, resource), kind=charting.kind_of(line, resource), at=line.at or one.entered,
        author=wording.person(one.author_name, department=wording.department(one.department)), version=one.version,
        shown=records.linked(corrections.marked(before, resource) if before else corrections.read(resource)),
        tags=wording.labels(one.level, one.labels),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def export_chart(request: HttpRequest, patient: str) -> HttpResponse:
    """Choose form and kinds; then the file."""
    filled = Filled(request.POST, sent=request.method == "POST")
    form = filled.choice("form", _("文件格式"), tuple((one.value, _(one.label)) for one in Form), default=Form.FHIR)
    category = filled.choice("category", _("导出哪些记录"), kinds(), required=False)
    if filled.right:
        return exported(request, patient, Form(form), category)
    page = FormPage(
        title=_("导出病历"), lead=_("导出是单独留痕的操作：谁、何时、导出了哪些记录，逐份写入存证。"),
        form=filled.form(_("导出文件")), crumb=Link(label=_("返回病历"), href=to("chart", patient=patient)),
        rules=(
            _("文件内写有导出人、时间和存证编号。"), _("带敏感标签的记录仅经治、医疗组、会诊人员可以导出。"),
            _("文件离开系统后由导出人负责保管，用毕删除。"),
        ),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if page.form.wrong else 200)


def exported(request: HttpRequest, public: str, form: Form, category: str) -> HttpResponse:
    """The whole file: each part is entered before it is read on."""
    target = asking.whole(door.locate(public).patient)
    found: list[RecordLine] = []
    entries: list[str] = []
    cursor, withheld = "", 0
    for _part in range(PARTS):
        take = Take(form=form, category=category, count=IN_FILE, cursor=cursor)
        result = asking.read(request, Verb.EXPORT, take, target=target)
        found.extend(result.value.records)
        entries.append(result.trace.entry)
        cursor, withheld = result.more, result.value.withheld
        if not cursor:
            break
    else:
        raise Invalid(_("病历过长，一次导出不完。"), _("请按类别分次导出。"))
    facts = asking.facts(request)
    who, at = f"{facts.staff_no} {facts.name}", asking.now()
    if form is Form.CSV:
        body, kind, end = sheets_csv.table(found, who, at, entries, withheld), "text/csv; charset=utf-8", "csv"
    else:
        body, kind, end = bundle(found, who, at, entries), "application/fhir+json", "json"
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="jingui-{entries[0][:8]}.{end}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def bundle(found: list[RecordLine], who: str, at: datetime, entries: list[str]) -> bytes:
    """A FHIR collection whose identifier is the ledger's entry; who and when stand in its tag."""
    return json.dumps(
        {
            "resourceType": "Bundle", "type": "collection", "timestamp": at.isoformat(timespec="seconds"),
            "identifier": {"system": "urn:jingui:entry", "value": entries[0]},
            "meta": {"tag": [{"system": "urn:jingui:exported-by", "code": "export", "display": who},
                             *({"system": "urn:jingui:entry", "code": one} for one in entries)]},
            "entry": [{"resource": fhir_json.parse(one.body)} for one in found],
        },
        ensure_ascii=False, default=str,
    ).encode()  # fmt: skip


@require_POST
def copy_record(request: HttpRequest, record: str) -> HttpResponse:
    """Report a copied text; the browser puts it on its clipboard only when this says yes.

    Without a script the button leads to a page with the text to take.
    """
    text, by = request.POST.get("text", ""), request.POST.get("by", "button")
    quiet = request.headers.get("X-Requested-With") == "fetch"
    try:
        result = asking.read(request, Verb.COPY, Copied(text=text, by=by), target=door.locate(record))
    except JinguiError as error:
        if not quiet:
            raise
        told = door.explain_refusal(error, wording.language()) if isinstance(error, Refused) else None
        words = told.sentence if told else _(error.message)
        after = told.next_step if told else _(error.next_step)
        return JsonResponse({"copied": False, "why": words, "next": after}, status=error.status)
    return JsonResponse({"copied": True, "entry": result.trace.entry})
