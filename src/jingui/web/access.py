"""四（一）内部查阅与使用: finding a patient, the chart, one record and its life [4.1.1] [4.1.2] [4.1.3]"""

from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.access import Chart, ChartRequest, PatientLine
from jingui.core.collect import BASES
from jingui.core.errors import Invalid
from jingui.core.words import Category, Purpose, Verb
from jingui.gate import door
from jingui.web import access_glass, answering, asking, charting, finding, records, wording
from jingui.web.release_words import HANDLES
from jingui.web.viewmodels import access as view
from jingui.web.viewmodels.parts import Link, Tag, Why
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.record import LifePage

TAKEN: Final = frozenset({Verb.PRINT, Verb.EXPORT})  # never in an emergency


@require_http_methods(["GET", "POST"])
def patients(request: HttpRequest) -> HttpResponse:
    """Find a patient. Terms come by POST and stand in no address; a results page can be posted again."""
    asked = finding.typed(request.POST)
    found: tuple[view.Found, ...] | None = None
    errors: tuple[str, ...] = ()
    truncated = False
    if request.method == "POST" and not asked.empty:
        try:
            lines = asking.read(request, Verb.SEARCH_PATIENT, finding.search(asked)).value
            truncated = len(lines) > finding.COUNT
            found = tuple(result(line, window(request, line.id)) for line in lines[: finding.COUNT])
        except Invalid as error:
            errors = (_(error.message), *(_(what) for _where, what in error.places))
    page = view.SearchPage(form=finding.form(asked, errors=errors), found=found, truncated=truncated)
    return answering.page(request, "access/search.html", page, status=400 if errors else 200)


def window(request: HttpRequest, patient: str) -> tuple[Link, ...]:
    """What a post does for a patient at the window; what stands on the chart too only for those who open none."""
    portal = (Verb.OPEN_PORTAL, Link(label=_("患者门户"), href=to("portal_window", patient=patient)))
    copies = (HANDLES, Link(label=_("复制受理"), href=to("copy_kinds", patient=patient)))
    sealed = (Verb.SEAL_RECORDS, Link(label=_("封存与调取"), href=to("patient_sealings", patient=patient)))
    kept = (Verb.PLACE_HOLD, Link(label=_("保存期限与保全"), href=to("retention", patient=patient)))
    sent = (Verb.READ_TRANSMISSIONS, Link(label=_("共享情况"), href=to("patient_transmissions", patient=patient)))
    asked = f"{to('start_matter', kind='outside_view')}?patient={patient}"
    outside = (Verb.TELL_PATIENT, Link(label=_("院外查阅"), href=asked))
    offered = (
        (portal, copies, sealed, kept, sent, outside)
        if asking.may(request, Verb.OPEN_CHART)
        else (
            portal,
            copies,
            sealed,
            kept,
            sent,
            outside,
            (Verb.GIVE_CONSENT, Link(label=_("知情同意"), href=to("consents", patient=patient))),
            (Verb.FLAG_PATIENT, Link(label=_("保密病案"), href=to("secrecy", patient=patient))),
        )
    )
    return tuple(link for verb, link in offered if asking.may(request, verb))


def result(line: PatientLine, acts: tuple[Link, ...] = ()) -> view.Found:
    """A patient that was found; numbers that identify beyond the hospital come masked."""
    tags = [tag for tag in (wording.relation(line.relation),) if tag]
    if line.restricted:
        tags.append(Tag(text=_("保密病案"), tone="warn"))
    if line.deceased:
        tags.append(Tag(text=_("已故")))
    return view.Found(
        href=to("chart", patient=line.id), name=line.name or _("无名氏"), sex=wording.sex(line.sex),
        birth=wording.day(line.birth), mrn=charting.number(line), matched=charting.others(line), tags=tuple(tags),
        id_card=charting.masked(line.numbers.get("id_card", "")), acts=acts,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def chart(request: HttpRequest, patient: str) -> HttpResponse:
    """Open a chart. Filters are addresses; the place of an older page is posted, because it holds a clinical date."""
    category, encounter = request.GET.get("category", ""), request.GET.get("encounter", "")
    asked = ChartRequest(
        category=category if category in set(Category) else "", encounter=encounter,
        cursor=request.POST.get("after", ""),
    )  # fmt: skip
    result = asking.read(request, Verb.OPEN_CHART, asked, target=door.locate(patient))
    found: Chart = result.value
    access_glass.settle(request, door.locate(patient).patient, patient, found.patient.relation)
    here = to("chart", patient=patient)
    now = asking.now()
    page = view.ChartPage(
        patient=charting.header(
            found.patient, holds=found.holds, visits=found.encounters, precautions=found.precautions
        ),
        actions=(*actions(request, patient), *filing(request, found)), owed=owed(found),
        encounters=charting.visits(found, encounter), timeline=charting.timeline(found, now),
        filters=filters(found, here, asked), why=standing(wording.why(result.trace), found),
        readers=charting.readers(found.readers, linked=asking.may(request, Verb.READ_LEDGER)),
        readers_total=len(found.readers), withheld=found.hidden, older=result.more,
        newest_href=here if asked.cursor else "",
    )  # fmt: skip
    return answering.page(request, "access/chart.html", page)


def standing(why: Why, found: Chart) -> Why:
    """The card with what the reader's relation rests on: the visit, the consultation that was asked for, the roster."""
    relation, basis = wording.relation(found.patient.relation), BASES.get(found.basis)
    if relation is None or basis is None:
        return why
    said = {"basis": _(basis), "relation": relation.text}
    text = _("与该患者的关系：%(relation)s，依据%(basis)s。") % said
    if found.until is not None:
        text = f"{text}{_('有效至 %(day)s。') % {'day': f'{timezone.localtime(found.until):%Y-%m-%d %H:%M}'}}"
    return replace(why, also=(text, *why.also))


def actions(request: HttpRequest, patient: str) -> tuple[Link, ...]:
    """What may be done with the chart besides reading it."""
    offered = (
        (Verb.OPEN_FORM, Link(label=_("写病历"), href=to("write", patient=patient), key="n", primary=True)),
        (Verb.READ_CONSENTS, Link(label=_("知情同意"), href=to("consents", patient=patient))),
        (Verb.READ_TRANSMISSIONS, Link(label=_("共享情况"), href=to("patient_transmissions", patient=patient))),
        (Verb.PRINT, Link(label=_("打印"), href=to("print_chart", patient=patient))),
        (Verb.EXPORT, Link(label=_("导出"), href=to("export_chart", patient=patient))),
        (Verb.FLAG_PATIENT, Link(label=_("保密病案"), href=to("secrecy", patient=patient))),
        (Verb.READ_GRANTS, Link(label=_("谁有授权"), href=to("patient_grants", patient=patient))),
    )
    kept = TAKEN if asking.purpose_for(request, door.locate(patient)) is Purpose.EMERGENCY else frozenset()
    return tuple(link for verb, link in offered if verb not in kept and asking.may(request, verb))


def filing(request: HttpRequest, found: Chart) -> tuple[Link, ...]:
    """归档 of the visit that ended last, for those who file."""
    over = next((one for one in found.encounters if one.state != "open"), None)
    if over is None or not asking.may(request, Verb.FILE_RECORD):
        return ()
    number = door.locate(over.id).record
    return (Link(label=_("归档"), href=to("filing", patient=found.patient.id, visit=number)),)


def owed(found: Chart) -> str:
    """What is said of consents still owed, "" for none."""
    if not found.owed:
        return ""
    first = timezone.localtime(found.owed[0].due)
    return _("待补办同意 %(n)d 项，最早期限 %(when)s。") % {"n": len(found.owed), "when": f"{first:%Y-%m-%d %H:%M}"}


def filters(found: Chart, here: str, asked: ChartRequest) -> tuple[view.CategoryFilter, ...]:
    """The kinds of clause 一（二） that this chart holds, with their numbers."""
    stay = f"encounter={asked.encounter}" if asked.encounter else ""
    made = [
        view.CategoryFilter(
            category=None, count=sum(found.categories.values()), href=here + (f"?{stay}" if stay else ""),
            current=not asked.category,
        )
    ]  # fmt: skip
    for one in Category:
        if count := found.categories.get(one.value, 0):
            href = f"{here}?category={one.value}" + (f"&{stay}" if stay else "")
            made.append(view.CategoryFilter(category=one, count=count, href=href, current=asked.category == one.value))
    return tuple(made) if len(made) > 2 else ()


@require_http_methods(["GET", "HEAD"])
def record(request: HttpRequest, record: str, version: int = 0) -> HttpResponse:
    """One record as a person reads it, its versions, what this version corrected, and why it may be seen."""
    return answering.page(request, "access/record.html", records.page(request, record, version))


@require_http_methods(["GET", "HEAD"])
def life(request: HttpRequest, record: str) -> HttpResponse:
    """记录的一生: what happened to a record, each step with its entry."""
    result = asking.read(request, Verb.READ_LIFE, target=door.locate(record))
    page: LifePage = records.life(record, result.value)
    return answering.page(request, "access/life.html", page)
