"""四（二）1 封存: which sealings stand, and drawing the list that locks [4.2.1]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import MatterView, ReadMatter
from jingui.core.sealing import (
    SIDES,
    Candidate,
    DrawList,
    Drawn,
    SealingLine,
    Sealings,
    SealingsRequest,
    SealingState,
    Thing,
    ThingKind,
)
from jingui.core.words import Role, Verb
from jingui.formats import capture
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.viewmodels import sealing as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[str, Tone]] = {"listed": "warn", "sealed": "hold", "unsealed": "none"}
ROWS: Final = 6  # rows for volumes and samples on an empty form


@require_safe
def sealings(request: HttpRequest) -> HttpResponse:
    """Every live sealing, the oldest question first."""
    ended = request.GET.get("ended") == "1"
    found: Sealings = asking.read(request, Verb.READ_SEALINGS, SealingsRequest(ended=ended)).value
    page = view.ListPage(
        title=_("封存的病历"), lead=_("封存由医患双方或公证机构在场办理；期满只询问，系统自身不启封。"),
        rows=tuple(row(one, one.name) for one in found.rows),
        begin=(Link(label=_("只看封存中的") if ended else _("包括已启封的"), href="?" if ended else "?ended=1"),),
    )  # fmt: skip
    return answering.page(request, "release/sealings.html", page)


@require_safe
def of_patient(request: HttpRequest, patient: str) -> HttpResponse:
    """A patient's sealings, approved applications whose list is still to be drawn, and the way to a new one."""
    found = seen(request, patient)
    begin = [
        Link(label=_("列清单并封存（事项 %(n)d）") % {"n": one}, href=to("sealing_draw", matter=one), primary=True)
        for one in found.matters
    ]
    role = Role(asking.role(request))
    live = any(one.state != SealingState.UNSEALED for one in found.rows)
    for kind, fits in (("sealing", True), ("unsealing", live), ("judicial_retrieval", True), ("outside_view", True)):
        if fits and role in KINDS[kind].starters:
            begin.append(Link(label=_(KINDS[kind].text), href=f"{to('start_matter', kind=kind)}?patient={patient}"))
    begin += [
        Link(label=_("合并前号码下的记录另行封存（%(n)d）") % {"n": n}, href=to("patient_sealings", patient=one))
        for n, one in enumerate(found.merged, 1)
    ]
    page = view.ListPage(
        title=_("封存与调取"), lead=_("发生医疗纠纷时，双方在场封存；原件仍可用于诊疗和复制。"),
        rows=tuple(row(one, found.patient_name) for one in found.rows), begin=tuple(begin),
        patient=Link(label=found.patient_name or _("打开病历"), href=to("chart", patient=patient)),
    )  # fmt: skip
    return answering.page(request, "release/sealings.html", page)


def seen(request: HttpRequest, patient: str, sealing: str = "") -> Sealings:
    """The patient's sealings as the door tells them."""
    asked = SealingsRequest(sealing=sealing, ended=True)
    found: Sealings = asking.read(request, Verb.READ_SEALINGS, asked, target=door.locate(patient)).value
    return found


def row(one: SealingLine, name: str) -> view.Row:
    """A sealing in words."""
    return view.Row(
        href=to("sealing", patient=one.patient, sealing=one.id), name=name or _("无名氏"),
        state=Tag(text=_(SealingState(one.state).label), tone=TONES[one.state]), sides=_(SIDES[one.sides]),
        items=one.items, starts=one.starts, asks=one.asks, settled=one.settled, ends=one.ends, waiting=one.waiting,
        unfinished=one.unfinished,
    )  # fmt: skip


def title(kind: str, form: str) -> str:
    """What a record is called without opening it."""
    template = capture.templates().get(form)
    return template.label(wording.language()) if template is not None else wording.kind(kind)


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, matter: int) -> HttpResponse:
    """The first list of an approved application: chosen together, then locked."""
    asked: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    if asked.line.kind != "sealing":
        raise NotFound()
    return listed(request, asked.line.patient, Verb.SEAL_RECORDS, lambda chosen: DrawList(matter=matter, **chosen))


def listed(request: HttpRequest, patient: str, verb: Verb, data: Any, sealing: str = "") -> HttpResponse:
    """The form of a list, and its drawing."""
    errors: tuple[str, ...] = ()
    things, wrong = typed(request.POST), {}
    if request.method == "POST":
        chosen = {"records": tuple(request.POST.getlist("record")), "things": things}
        try:
            if not chosen["records"] and not things:
                raise Invalid(places=(("records", _("请选择记录")),))
            done: Drawn = asking.write(request, verb, data(chosen), target=door.locate(patient)).value
            return answering.said(
                request, _("清单已列，所列记录已锁定。请制作独立介质，再由双方签字。"),
                to("sealing", patient=patient, sealing=done.sealing), tone="warn",
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            places = error.places if isinstance(error, Invalid) else ()
            wrong = dict(places)
            rest = [_(text) for name, text in places if not name.startswith("things.")]
            errors = tuple(rest) if places else (f"{_(error.message)} {_(error.next_step)}",)
            errors = errors or (_("请修改标出的纸质或实物项目。"),)
    found = seen(request, patient)
    page = view.DrawPage(
        title=_("补充封存") if sealing else _("列清单并封存"),
        patient=Link(label=found.patient_name or _("打开病历"), href=to("chart", patient=patient)),
        records=tuple(record(one, request) for one in found.candidates if one.finished),
        unfinished=tuple(record(one, request) for one in found.candidates if not one.finished),
        things=thing_rows(things, wrong), kinds=tuple(Choice(value=one.value, label=_(one.label)) for one in ThingKind),
        errors=errors,
    )  # fmt: skip
    return answering.page(
        request, "release/sealing_draw.html", page, status=400 if errors else 200,
        crumbs=(Link(label=_("封存"), href=to("patient_sealings", patient=patient)), Link(label=page.title, href="")),
    )  # fmt: skip


def record(one: Candidate, request: HttpRequest) -> view.Record:
    """A record that may be listed; all are chosen until somebody chooses."""
    posted = request.method == "POST"
    return view.Record(
        id=one.record, title=title(one.kind, one.form), version=one.version, entered=one.entered,
        finished=one.finished, chosen=not posted or one.record in request.POST.getlist("record"),
    )  # fmt: skip


def typed(posted: Any) -> tuple[Thing, ...]:
    """The paper and physical items that were typed; an empty row is none."""
    columns = [posted.getlist(f"thing_{field}") for field in ("kind", "name", "amount", "place")]
    rows = [Thing(*(" ".join(text.split()) for text in one)) for one in zip(*columns, strict=False)]
    return tuple(one for one in rows if one.name or one.amount or one.place)


def thing_rows(things: tuple[Thing, ...], wrong: dict[str, str]) -> tuple[view.ThingRow, ...]:
    """What was typed, and empty rows after it."""
    out = [
        view.ThingRow(
            n=n, kind=one.kind, name=one.name, amount=one.amount, place=one.place,
            errors=tuple(_(text) for name, text in wrong.items() if name.startswith(f"things.{n}.")),
        )
        for n, one in enumerate(things)
    ]  # fmt: skip
    blank = max(2, ROWS - len(out))
    return (*out, *(view.ThingRow(n=len(out) + n, kind="volume", name="", amount="", place="") for n in range(blank)))
