"""三（一）3 销毁: the register, one list with its execution, torn paper, the certificate [3.1.3] [6.1.4]"""

from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.destruction import (
    Certificate,
    Destroy,
    DestroyPaper,
    DestructionsRequest,
    LineState,
    ListLine,
    ReadCertificate,
    Register,
    RegisterLine,
    Stop,
)
from jingui.core.errors import Conflict, Invalid, Unavailable
from jingui.core.matters.row import State
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, verify_words
from jingui.web.filling import Filled
from jingui.web.retention import name_of, tabs
from jingui.web.viewmodels import retention as view
from jingui.web.viewmodels.parts import Link, Pager, Tag, Tone
from jingui.web.viewmodels.paths import to

SIZE: Final = 50
TONES: Final[dict[str, Tone]] = {
    "listed": "info", "approved": "warn", "stopped": "hold", "erasing": "warn", "destroyed": "none",
}  # fmt: skip


def page_number(request: HttpRequest) -> int:
    """Which page is asked for."""
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def pager(page: int, total: int) -> Pager:
    """Where one stands."""
    pages = max((total + SIZE - 1) // SIZE, 1)
    return Pager(
        page=page, pages=pages, total=total, previous=f"?page={page - 1}" if page > 1 else "",
        next=f"?page={page + 1}" if page < pages else "",
    )  # fmt: skip


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every list, newest first, with how many lines stand where."""
    page = page_number(request)
    found: Register = asking.read(request, Verb.READ_DESTRUCTIONS, DestructionsRequest(page=page)).value
    shown = view.RegisterPage(
        title=_("销毁清册登记"), rows=tuple(list_row(one) for one in found.lists), pager=pager(page, found.total),
        tabs=tabs(request, "destructions"),
    )  # fmt: skip
    return answering.page(request, "keep/destructions.html", shown)


def list_row(one: ListLine) -> view.ListRow:
    """A list in words."""
    return view.ListRow(
        href=to("destruction", matter=one.matter), number=f"XH-{one.matter}", opened=one.opened, done=one.done,
        states=tuple(
            Tag(text=f"{_(LineState(state).label)} {n}", tone=TONES[state]) for state, n in one.states
        ),
        decided=_(State(one.state).label),
        certificate=to("certificate", matter=one.matter) if one.certificate else "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def one_list(request: HttpRequest, matter: int) -> HttpResponse:
    """One list: its lines, the first person's word to destroy, torn paper entered."""
    torn = "volumes" in request.POST
    errors: tuple[str, ...] = ()
    filled = Filled(request.POST, sent=torn)
    try:
        asked = paper(filled, matter) if asking.may(request, Verb.DESTROY_PAPER) else None
        if asked is not None and filled.right:
            made = asking.write(request, Verb.DESTROY_PAPER, asked).value
            return answering.said(
                request, _("纸质病案销毁已登记，废纸袋 %(codes)s。") % {"codes": "、".join(made)},
                to("destruction", matter=matter),
            )  # fmt: skip
        if request.method == "POST" and not torn:
            asking.write(request, Verb.DESTROY, Destroy(matter=matter))
            return answering.said(
                request, _("已提出销毁。须由另一名未参与审批的人员在其本人会话中确认，确认后立即执行。"),
                to("destruction", matter=matter), tone="warn",
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        if torn:
            filled.refused(error)
        else:
            errors = (f"{_(error.message)} {_(error.next_step)}",)
    page = page_number(request)
    found: Register = asking.read(request, Verb.READ_DESTRUCTIONS, DestructionsRequest(matter=matter, page=page)).value
    done = any(one.state == LineState.DESTROYED for one in found.rows)
    left = done and any(one.volumes for one in found.rows) and asking.may(request, Verb.DESTROY_PAPER)
    shown = view.ListPage(
        title=_("销毁清册 XH-%(n)d") % {"n": matter},
        matter=Link(label=_("事项 %(n)d（%(state)s）") % {"n": matter, "state": _(State(found.decided).label)},
                    href=to("matter", matter=matter)),
        rows=tuple(line_row(one) for one in found.rows), pager=pager(page, found.total), destroy=found.may_destroy,
        paper=filled.form(_("登记纸质病案销毁")) if left else None,
        certificate=to("certificate", matter=matter) if done else "",
        side=to("certificate_side", matter=matter) if done else "", errors=errors,
    )  # fmt: skip
    wrong = bool(errors) or (torn and not filled.right)
    return answering.page(
        request, "keep/destruction.html", shown, status=400 if wrong else 200,
        crumbs=(Link(label=_("销毁清册登记"), href=to("destructions")), Link(label=shown.title, href="")),
    )  # fmt: skip


def paper(filled: Filled, matter: int) -> DestroyPaper | None:
    """What was torn up; None while the form is not right."""
    volumes = filled.text("volumes", _("病案册条码"), longest=4000, hint=_("逐个扫描，以空格分开。"))
    bags = filled.text("bags", _("每袋重量（克）"), longest=200, hint=_("每袋一个数，以空格分开。"))
    seen = filled.text("witnesses", _("两名见证人的人员编号"), longest=60, hint=_("以空格分开；不能是您本人。"))
    weights, people = numbers(bags), numbers(seen)
    if filled.sent and (not weights or not people):
        filled.wrong("bags" if not weights else "witnesses", _("须为整数"))
    if not filled.right:
        return None
    return DestroyPaper(matter=matter, volumes=tuple(volumes.split()), bags=weights, witnesses=people)


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers apart by spaces, () when one of them is none."""
    parts = text.replace("，", " ").replace(",", " ").split()
    if any(not one.isascii() or not one.isdigit() or len(one) > 12 for one in parts):
        return ()
    return tuple(int(one) for one in parts)


def line_row(one: RegisterLine) -> view.LineRow:
    """A line in words; after the destruction only its number is left."""
    return view.LineRow(
        number=one.number, who=one.name, href=to("retention", patient=one.patient) if one.patient else "",
        which=name_of(one.retention_class), expired=one.expired, records=one.records, volumes=one.volumes,
        state=Tag(text=_(LineState(one.state).label), tone=TONES[one.state]),
        why=_(Stop(one.stopped).label) if one.stopped else "", at=one.at,
        people=" / ".join(filter(None, (one.person, one.second))) if one.at else "", generation=one.generation,
    )  # fmt: skip


def kept(request: HttpRequest, matter: int) -> Certificate:
    """The certificate as the door gives it."""
    found: Certificate = asking.read(request, Verb.READ_CERTIFICATE, ReadCertificate(matter=matter)).value
    return found


@require_safe
def certificate(request: HttpRequest, matter: int) -> HttpResponse:
    """The signed file."""
    made = HttpResponse(kept(request, matter).file, content_type="application/pdf")
    made["Content-Disposition"] = f'attachment; filename="XH-{matter}.pdf"'
    return made


@require_safe
def side(request: HttpRequest, matter: int) -> HttpResponse:
    """The side file: the proof that the ledger committed this very file, with the stamp's certificates."""
    found = kept(request, matter)
    if found.proof is None:
        raise Unavailable(_("证明的存证还没有编入检查点，请过一会儿再试。"), where="proof")
    body = {
        "kind": "destruction", "v": 1, "digest": found.digest, "key": found.key, "proof": found.proof,
        "certificates": verify_words.certificates(door.published.stamp_chain()),
    }  # fmt: skip
    made = HttpResponse(orjson.dumps(body), content_type="application/json")
    made["Content-Disposition"] = f'attachment; filename="XH-{matter}.json"'
    return made
