"""三（二）2 首页上报: mapping tables with their versions, changes for a second person, months that leave [3.2.2]"""

import csv
import io
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.custody_reports import (
    NUMBERED,
    REPORTS,
    SOURCES,
    ChangeMapping,
    Exported,
    ExportFrontPages,
    Form,
    MappingLine,
    MappingsRequest,
    MapRow,
    Report,
    changes_told,
    difference,
    parsed,
    written,
    wrong_rows,
)
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.words import Role, Verb
from jingui.formats.extract_csv import escaped
from jingui.web import answering, asking, wording
from jingui.web import case_files_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

MATTER: Final = "front_page_export"
PARTS: Final = 200  # parts of one export at most: forty thousand front pages
LISTED: Final = 500  # of those that stay, so many are listed; the file names them all


@require_safe
def mappings(request: HttpRequest) -> HttpResponse:
    """The reports, each with the mapping in force."""
    found: tuple[MappingLine, ...] = asking.read(request, Verb.READ_MAPPINGS, MappingsRequest()).value
    live = {one.report: one for one in found if one.state == "in_force"}
    starts = Role(asking.role(request)) in KINDS[MATTER].starters
    page = view.MappingsPage(
        cards=tuple(
            view.MappingCard(
                title=_(one.text), to=_(one.to), href=to("mapping", report=one.id), n=live[one.id].n,
                fields=len(one.fields), at=live[one.id].at, source=_(one.source), verified=one.verified,
                person=wording.person(live[one.id].person) if live[one.id].person else None,
            )
            for one in REPORTS.values()
        ),
        crumb=words.crumb(),
        apply=Link(label=_(KINDS[MATTER].text), href=to("start_matter", kind=MATTER)) if starts else None,
    )  # fmt: skip
    return answering.page(request, "custody/mappings.html", page, crumbs=(words.crumb(),))


@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, report: str) -> HttpResponse:
    """One report's mapping: every field with its source, and what each version changed. A change waits for a second."""
    if report not in REPORTS:
        raise NotFound()
    found: tuple[MappingLine, ...] = asking.read(request, Verb.READ_MAPPINGS, MappingsRequest(report=report)).value
    live = next(one for one in found if one.state == "in_force")
    sent = request.method == "POST"
    filled = Filled(request.POST, sent=sent)
    reason = filled.text("reason", _("更改理由"), longest=500)
    rows = typed(request, REPORTS[report]) if sent else live.rows
    wrong: dict[str, list[str]] = {}
    for where, what in wrong_rows(report, rows) if sent else ():
        wrong.setdefault(where.removeprefix("row."), []).append(_(what))
        filled.wrong("", f"{where.removeprefix('row.')} {_(what)}")
    if filled.right:
        basis = request.POST.get("basis", "")
        data = ChangeMapping(
            report=report, table=written(rows), reason=reason, changes=changes_told(live.rows, rows),
            basis=int(basis) if basis.isascii() and basis.isdigit() and len(basis) < 10 else -1,
        )  # fmt: skip
        try:
            asking.write(request, Verb.CHANGE_MAPPING, data)
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            return answering.said(request, _("更改已提出，待另一人逐项核对确认后生效。"), to("mapping", report=report))
    form = filled.form(_("提出更改"))
    page = view.MappingPage(
        title=_(REPORTS[report].text), lines=lines(REPORTS[report], rows, wrong), form=form, crumb=crumb(),
        forms=tuple((one.value, _(one.label)) for one in Form), sources=sources(), versions=versions(found),
        basis=int(live.n), editable=asking.may(request, Verb.CHANGE_MAPPING),
        diff=difference(live.rows, rows) if sent else (),
    )  # fmt: skip
    return answering.page(
        request, "custody/mapping.html", page, status=400 if form.wrong else 200, crumbs=(words.crumb(), crumb())
    )


def crumb() -> Link:
    """The way back to the reports."""
    return Link(label=_("首页上报"), href=to("mappings"))


def typed(request: HttpRequest, report: Report) -> tuple[MapRow, ...]:
    """The table as it was handed in; a field whose source was emptied leaves the report."""
    out: list[MapRow] = []
    for field in report.fields:
        source = "".join(request.POST.get(f"source.{field.name}", "").split())[:40]
        form = request.POST.get(f"form.{field.name}", "")[:20]
        codes = " ".join(request.POST.get(f"codes.{field.name}", "").split())[:4000]
        if source:
            out.extend(parsed(f"{field.name} {source} {form or Form.PLAIN.value} {codes}"))
    return tuple(out)


def lines(report: Report, rows: tuple[MapRow, ...], wrong: dict[str, list[str]]) -> tuple[view.MapLine, ...]:
    """Every field of the report with what fills it."""
    known = {row.field: row for row in rows}
    out = []
    for one in report.fields:
        row = known.get(one.name, MapRow(one.name, ""))
        codes = " ".join(f"{a}={b}" for a, b in row.codes)
        out.append(
            view.MapLine(
                field=one.name, text=_(one.text), needed=one.needed, source=row.source, form=row.form, codes=codes,
                errors=tuple(wrong.get(one.name, ())),
            )
        )  # fmt: skip
    return tuple(out)


def sources() -> tuple[tuple[str, str], ...]:
    """What may fill a field, for the list beside the box."""
    out = [(name, _(text)) for name, text in SOURCES.items()]
    for name, (text, most) in NUMBERED.items():
        out += [(f"{name}.{n}", f"{_(text)} {n}") for n in range(1, most + 1)]
    return tuple(out)


def versions(found: tuple[MappingLine, ...]) -> tuple[view.MappingVersion, ...]:
    """Every version with what it changed against the one before."""
    out = []
    for one, before in zip(found, (*found[1:], None), strict=True):
        live = one.state == "in_force"
        out.append(
            view.MappingVersion(
                n=one.n, state=Tag(text=_("生效中") if live else _("已被替代"), tone="ok" if live else "none"),
                person=wording.person(one.person) if one.person else None, at=one.at,
                changes=difference(before.rows, one.rows) if before is not None else (),
            )
        )  # fmt: skip
    return tuple(out)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, matter: int) -> HttpResponse:
    """What an approved month holds; by POST the file. Each part is entered before it leaves, naming every patient."""
    if request.method != "POST":
        page = view.ExportPage(
            title=_("导出首页数据"), matter_href=to("matter", matter=matter), held=(), leaving=0, total=0,
            checked=False, crumb=crumb(),
        )  # fmt: skip
        return answering.page(request, "custody/export.html", page, crumbs=(words.crumb(), crumb()))
    found, entries = parts(request, matter)
    if "look" in request.POST:
        held = [one for part in found for one in part.held]
        page = view.ExportPage(
            title=_("导出首页数据"), matter_href=to("matter", matter=matter), checked=True, crumb=crumb(),
            held=tuple(
                view.HeldRow(
                    number=one.mrn or "—", href=to("case_file", patient=one.patient, file=one.file),
                    reasons=reasons(found[0].report, one),
                )
                for one in held[:LISTED]
            ),
            leaving=sum(len(part.rows) for part in found), total=found[0].total,
        )  # fmt: skip
        return answering.page(request, "custody/export.html", page, crumbs=(words.crumb(), crumb()))
    response = HttpResponse(sheet(found), content_type="text/csv; charset=utf-8")
    name = f"jingui-{found[0].report}-{found[0].month}-{entries[0][:8]}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Jingui-Entry"] = entries[-1]
    return response


def parts(request: HttpRequest, matter: int) -> tuple[list[Exported], list[str]]:
    """Every part of the month, and the entry of each."""
    found: list[Exported] = []
    entries: list[str] = []
    cursor = ""
    for _n in range(PARTS):
        answer = asking.write(request, Verb.EXPORT_FRONT_PAGES, ExportFrontPages(matter=matter, cursor=cursor))
        found.append(answer.value)
        entries.append(answer.trace.entry)
        cursor = answer.more
        if not cursor:
            return found, entries
    raise Invalid(_("这个月的首页过多，不能一次导出。"))


def sheet(found: list[Exported]) -> bytes:
    """The rows as a table that a spreadsheet opens without running anything."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(found[0].columns)
    for part in found:
        table.writerows([escaped(cell) for cell in row] for row in part.rows)
    return out.getvalue().encode("utf-8-sig")


def reasons(report: str, one: Any) -> tuple[str, ...]:
    """Why a front page stays."""
    return (*map(words.rule, one.rules), *words.fields(report, one.fields))
