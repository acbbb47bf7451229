"""四（一）1 审批与范围: the desk: my patients, what waits for me, my own last entries [4.1.1] [4.1.2]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.access import WorkLine, Worklist
from jingui.core.desk import Desk, DeskRequest
from jingui.core.oversee import LedgerSearch
from jingui.core.words import Relation, Verb
from jingui.web import (
    answering,
    archive,
    asking,
    case_files,
    charting,
    entering_desk,
    ledger,
    matters,
    outside,
    release_desk,
    reminding,
    waiting,
    wording,
)
from jingui.web.viewmodels.desk import DeskPage, DeskPatient, Waiting
from jingui.web.viewmodels.parts import EntryLine, Tag
from jingui.web.viewmodels.paths import to

COUNT = 60
RECENT = 6
LOOKED = 48  # entries among which the last ones beyond lists are found
LISTS = frozenset({
    Verb.LIST, Verb.READ_DEADLINES, Verb.READ_DRAFTS, Verb.READ_MATTERS, Verb.READ_PROPOSALS, Verb.READ_LEDGER,
    Verb.READ_DUTIES, Verb.READ_CASE_FILES,
})  # fmt: skip


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the person who asks. People who treat nobody have no list of patients."""
    facts = asking.facts(request)
    ward = asking.may(request, Verb.LIST)
    mine = request.GET.get("list") == "mine"
    patients: tuple[DeskPatient, ...] = ()
    lines: tuple[WorkLine, ...] = ()
    # one question: it is the list of patients of those who have one, else the queue of what waits for them
    found: Desk = asking.read(request, Verb.LIST if ward else Verb.READ_MATTERS, wanted(request, ward, mine)).value
    if found.patients is not None:
        lines = found.patients
        patients = tuple(patient(line, wording.department(facts.department_name)) for line in lines)
    page = DeskPage(
        patients=patients, has_ward=ward, mine=mine, recent=recent(found),
        waiting=(
            *owed(lines), *entering_desk.for_me(found), *matters.for_me(found), *waiting.for_me(found),
            *reminding.for_me(request, found), *outside.for_me(found), *archive.for_me(found),
            *release_desk.for_me(found), *case_files.for_me(found),
        ),
        scope=scope(mine, wording.department(facts.department_name)) if ward else "",
    )  # fmt: skip
    return answering.page(request, "desk/desk.html", page)


def wanted(request: HttpRequest, ward: bool, mine: bool) -> DeskRequest:
    """The parts of this post's desk; the door decides each of them once more."""
    return DeskRequest(
        patients=Worklist(mine=mine, count=COUNT) if ward else None, **entering_desk.wanted(request),
        matters=matters.QUEUE, proposals=waiting.wanted(request), grants=reminding.wanted(request),
        outside=outside.wanted(request), loans=archive.wanted(request),
        deficiencies=case_files.wanted(request), **release_desk.wanted(request),
        entries=LedgerSearch(mine=True, count=LOOKED),
    )  # fmt: skip


def recent(found: Desk) -> tuple[EntryLine, ...]:
    """My own last entries; that I looked at this very list says nothing, and stands in the ledger all the same."""
    entries = map(ledger.entry_line, found.entries or ())
    return tuple(one for one in entries if one.verb not in LISTS)[:RECENT]


def owed(lines: tuple[WorkLine, ...]) -> tuple[Waiting, ...]:
    """待补办同意 among the patients of the list, as one thing that waits."""
    dues = [line.owed for line in lines if line.owed]
    if not dues:
        return ()
    detail = _("%(n)d 名患者的敏感信息还没有书面意见") % {"n": len(dues)}
    return (Waiting(title=_("待补办同意"), detail=detail, href=to("consents_due"), due=min(dues)),)


def scope(mine: bool, department: str) -> str:
    """Whose patients the list holds."""
    if mine:
        return _("与您本人有诊疗关系的在诊患者")
    return _("%(department)s的在诊患者") % {"department": department}


def patient(line: WorkLine, department: str) -> DeskPatient:
    """One line of the list."""
    who = line.patient
    near = wording.relation(who.relation) if who.relation != Relation.DEPARTMENT else None  # the list itself says that
    tags = [near] if near else []
    if who.restricted:
        tags.append(Tag(text=_("保密病案"), tone="warn"))
    tags += [Tag(text=_(one.label), tone="bad", title=_("防护提示")) for one in line.precautions]
    if line.owed:
        tags.append(Tag(text=_("待补办同意"), tone="warn"))
    return DeskPatient(
        href=to("chart", patient=who.id), name=who.name or _("无名氏"), sex=wording.sex(who.sex),
        birth=wording.day(who.birth), mrn=charting.number(who), kind=charting.kind(line.kind),
        place=line.attending or department, since=line.starts, tags=tuple(tags),
    )  # fmt: skip
