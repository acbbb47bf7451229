"""二（二）1, 3 签名、审阅签名、核对: what waits for me, signed several at once under one session [2.2.1] [2.2.3]"""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jingui.core.errors import JinguiError
from jingui.core.operation import Target
from jingui.core.signatures import (
    CountersignRecord,
    OpenSigning,
    Papered,
    SigningOpened,
    SignRecords,
    VerifyRecord,
    WaitingRecord,
    WaitingRecords,
)
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.entering_place import number
from jingui.web.viewmodels.enter import SigningPage, SignLine, SignList
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

UNTIL: Final = "signing_until"  # where the session keeps when the signing session ends; the door keeps the session
MOST: Final = 100
#: kind: title, what it means, the button, what stands there when nothing waits
LISTS: Final[dict[str, tuple[str, str, str, str]]] = {
    "sign": (N_("待我签名"), N_("您录入而尚未签名的文书。请逐份打开看过再签。"), N_("签名所选"),
             N_("没有等您签名的文书。")),
    "countersign": (
        N_("待我审阅签名"), N_("实习、试用期人员书写的文书，由上级审阅后签名。"), N_("审阅签名所选"),
        N_("没有等您审阅签名的文书。"),
    ),
    "verify": (
        N_("待我核对"), N_("须由第二人核对确认的文书；不能核对自己录入的。"), N_("核对确认所选"),
        N_("没有等您核对的文书。"),
    ),
}  # fmt: skip


def session_until(request: HttpRequest) -> datetime | None:
    """When this browser's signing session ends by itself; None where none is open."""
    kept = request.session.get(UNTIL, "")
    until = datetime.fromisoformat(kept) if kept else None
    return timezone.localtime(until) if until is not None and until > door.now() else None


def opening_text() -> str:
    """What the first signature also does."""
    return _("签名时将为您在本工作站开启签名会话，到时或退出即失效。")


def station(request: HttpRequest) -> str:
    """The registered workstation's code; "" for an unregistered one."""
    found: Any = getattr(request, "station", "")
    return found if isinstance(found, str) else ""


def ready(request: HttpRequest) -> None:
    """Open the signing session where none is open: the press of the button is the confirmation."""
    if session_until(request) is None:
        asked = OpenSigning(station=station(request))
        told: SigningOpened = asking.write(request, Verb.OPEN_SIGNING, asked).value
        request.session[UNTIL] = told.ends.isoformat()


def sign(request: HttpRequest, target: Target, record: str, version: int) -> None:
    """Sign one document in exactly this version."""
    ready(request)
    data = SignRecords(records=(Papered(record, version),), station=station(request))
    asking.write(request, Verb.SIGN_RECORD, data, target=Target(patient=target.patient))


@require_http_methods(["GET", "HEAD", "POST"])
def signing(request: HttpRequest) -> HttpResponse:
    """The lists, and signing what was chosen in one of them."""
    if request.method == "POST":
        return done(request)
    return answering.page(request, "enter/signing.html", page(request))


def page(request: HttpRequest) -> SigningPage:
    """What waits for this person; a list that the rules close to them is not shown."""
    made = []
    for kind, (title, lead, act, empty) in LISTS.items():
        lines = tuple(line(one, kind) for one in waiting(request, kind))
        made.append(SignList(kind=kind, title=_(title), lead=_(lead), act=_(act), empty=_(empty), lines=lines))
    return SigningPage(lists=tuple(made), until=session_until(request))


def waiting(request: HttpRequest, kind: str, count: int = MOST) -> tuple[WaitingRecord, ...]:
    """The documents of one list."""
    found: tuple[WaitingRecord, ...] = asking.read(request, Verb.LIST, WaitingRecords(what=kind, count=count)).value
    return tuple(found)


def line(one: WaitingRecord, kind: str) -> SignLine:
    """One document that waits."""
    header = charting.header(one.patient)
    title = one.title_en if wording.language() == "en" and one.title_en else one.title
    blocked = _("还有模板原文没有改动，须先更正。") if one.untouched and kind == "sign" else ""
    return SignLine(
        title=title, href=to("record", record=one.record), patient=header.name, mrn=header.mrn,
        author=wording.person(one.author), at=one.entered, choose="" if blocked else f"{one.record}.{one.version}",
        tags=(Tag(text=_("第 %(n)s 版") % {"n": one.version}),) if one.version > 1 else (), blocked=blocked,
    )  # fmt: skip


def done(request: HttpRequest) -> HttpResponse:
    """Do it for each document that was chosen: one patient's together, each in the version that was listed."""
    kind = request.POST.get("kind", "")
    chosen = [pair for one in request.POST.getlist("choose")[:MOST] if (pair := papered(one))]
    back = to("signing")
    if kind not in LISTS or not chosen:
        return answering.said(request, _("请先选择文书。"), back, "warn")
    ready(request)
    good, bad = 0, []
    for target, papers in by_patient(chosen):
        for asked in operations(kind, target, papers, station(request)):
            try:
                asking.write(request, asked[0], asked[1], target=asked[2])
            except JinguiError as error:
                bad.append(f"{_(error.message)}{_(error.next_step)}")
            else:
                good += asked[3]
    if bad:
        text = ngettext("有 {n} 份没有完成：", "有 {n} 份没有完成：", len(bad)).format(n=len(bad))
        answering.note(request, text + " ".join(dict.fromkeys(bad)), "warn")
    if not good:
        return answering.said(request, _("没有文书被签名。"), back, "warn")
    text = ngettext("{n} 份文书已完成，各自留痕。", "{n} 份文书已完成，各自留痕。", good).format(n=good)
    return answering.said(request, text, back)


def papered(text: str) -> tuple[Target, Papered] | None:
    """A chosen document out of the form; None for what names none."""
    record, _dot, version = text.partition(".")
    try:
        return door.locate(record), Papered(record, number(version))
    except JinguiError:
        return None


def by_patient(chosen: list[tuple[Target, Papered]]) -> list[tuple[Target, list[tuple[Target, Papered]]]]:
    """The chosen documents, patient by patient."""
    found: dict[int, list[tuple[Target, Papered]]] = {}
    for target, paper in chosen:
        found.setdefault(target.patient, []).append((target, paper))
    return [(Target(patient=patient), papers) for patient, papers in found.items()]


def operations(
    kind: str, patient: Target, papers: list[tuple[Target, Papered]], code: str
) -> list[tuple[Verb, object, Target, int]]:
    """What to ask the door: signatures of one patient at once, second looks one by one."""
    if kind == "sign":
        records = SignRecords(records=tuple(paper for _target, paper in papers), station=code)
        return [(Verb.SIGN_RECORD, records, patient, len(papers))]
    verb, data = SECOND[kind]
    return [(verb, data(version=paper.version, station=code), target, 1) for target, paper in papers]


SECOND: Final[dict[str, tuple[Verb, Any]]] = {
    "countersign": (Verb.COUNTERSIGN_RECORD, CountersignRecord), "verify": (Verb.VERIFY_RECORD, VerifyRecord),
}  # fmt: skip
