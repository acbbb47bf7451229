"""四（一）3 保密义务: controlled documents: the register, reading, acknowledging, publishing [4.1.3] [2.2.1]"""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.documents import (
    SHIPPED_BODY,
    SHIPPED_TITLE,
    SHIPPED_TITLE_EN,
    UNDERTAKING,
    Acknowledge,
    DocumentKind,
    DocumentLine,
    Documents,
    DocumentsRequest,
    PublishDocument,
)
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.access_operations import DocumentPage, DocumentRow, DocumentsPage, MissingRow
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

SOON: Final = timedelta(days=30)
PUBLISHERS: Final = frozenset({Role.MEDICAL_AFFAIRS, Role.QUALITY, Role.SECURITY_ADMIN})
WATCHING: Final = PUBLISHERS | {Role.HEAD, Role.AUDIT_ADMIN}
KINDS: Final = frozenset(DocumentKind)


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Every document in force, and what the reader still owes."""
    found: Documents = asking.read(request, Verb.READ_DOCUMENTS, DocumentsRequest()).value
    publish = Link(label=_("发布文件"), href=to("publish_document"), key="n", primary=True)
    offered = (publish,) if role(request) in PUBLISHERS else ()
    page = DocumentsPage(rows=tuple(row(one) for one in found.lines), actions=offered)
    return answering.page(request, "access/documents.html", page)


def role(request: HttpRequest) -> Role:
    """The reader's role."""
    return Role(asking.role(request))


def title(one: DocumentLine) -> str:
    """The document's name in the reader's language."""
    return one.title_en if one.title_en and wording.language() == "en" else one.title


def kind(one: DocumentLine) -> str:
    """What it is, in words."""
    return _(DocumentKind(one.kind).label) if one.kind in KINDS else one.kind


def row(one: DocumentLine) -> DocumentRow:
    """A document in the register."""
    return DocumentRow(
        href=to("document", document=one.id), title=title(one), code=one.code, kind=kind(one), n=one.n,
        effective=one.effective, state=state(one), until=one.until, acknowledged=one.acknowledged, needed=one.needed,
    )  # fmt: skip


def state(one: DocumentLine) -> Tag:
    """How the reader stands to it."""
    now = door.now()
    if one.mine is None:
        return Tag(text=_("待签署") if one.kind == DocumentKind.UNDERTAKING else _("待知悉"), tone="warn")
    if one.until is not None and one.until <= now:
        return Tag(text=_("已到期，须重签"), tone="bad")
    if one.until is not None and one.until <= now + SOON:
        return Tag(text=_("即将到期"), tone="warn")
    return Tag(text=_("已签署") if one.kind == DocumentKind.UNDERTAKING else _("已知悉"), tone="ok")


@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, document: int) -> HttpResponse:
    """One document to read, and the button that says one did."""
    after = back(request)
    if request.method == "POST":
        data = Acknowledge(document=document, digest=request.POST.get("digest", ""))
        asking.write(request, Verb.ACKNOWLEDGE, data)
        door.whoami(asking.actor(request), fresh=True)
        return answering.said(request, _("已签署并留痕，可以继续工作。"), after or to("documents"))
    watching = role(request) in WATCHING
    asked = DocumentsRequest(document=document, missing=watching)
    found: Documents = asking.read(request, Verb.READ_DOCUMENTS, asked).value
    one = found.lines[0]
    over = one.until is not None and one.until <= door.now() + SOON
    page = DocumentPage(
        title=title(one), code=one.code, kind=kind(one), n=one.n, effective=one.effective,
        paragraphs=tuple(part for part in found.body.splitlines() if part.strip()), digest=one.digest,
        owed=one.mine is None or over, undertaking=one.kind == DocumentKind.UNDERTAKING, asked=bool(after),
        mine=one.mine, until=one.until, acknowledged=one.acknowledged, needed=one.needed, next=after,
        missing=tuple(
            MissingRow(person=wording.person(who.name, who.title, wording.department(who.department)), until=who.until)
            for who in found.missing
        ) if watching else None,
    )  # fmt: skip
    crumbs = (Link(label=_("受控文件"), href=to("documents")), Link(label=title(one), href=""))
    return answering.page(request, "access/document.html", page, crumbs=crumbs)


def back(request: HttpRequest) -> str:
    """The page that waits for the undertaking, if it is ours; "" for none."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else ""


@require_http_methods(["GET", "HEAD", "POST"])
def publish_document(request: HttpRequest) -> HttpResponse:
    """A new document or a new version: proposed by one, in force when a second person confirms."""
    filled = Filled(request.POST, sent=request.method == "POST")
    offered = tuple((one.value, _(one.label)) for one in DocumentKind)
    chosen = filled.choice("kind", _("文件类别"), offered, default=DocumentKind.UNDERTAKING.value)
    code = filled.text("code", _("文件编号"), longest=40, default=UNDERTAKING, hint=_("同一编号即为新版本。"))
    name = filled.text("title", _("文件名称"), longest=120, default=SHIPPED_TITLE)
    english = filled.text("title_en", _("英文名称"), longest=160, default=SHIPPED_TITLE_EN, required=False)
    body = request.POST.get("body", SHIPPED_BODY)
    filled.add(Field(name="body", label=_("全文"), kind="textarea", value=body, maxlength=50_000))
    if filled.right:
        data = PublishDocument(code=code, kind=DocumentKind(chosen), title=name, title_en=english, body=body)
        try:
            waiting = asking.write(request, Verb.PUBLISH_DOCUMENT, data).value
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            said = _("已提出，待另一人确认后生效。")
            return answering.said(request, said, to("proposal", proposal=waiting.proposal))
    page = FormPage(
        title=_("发布受控文件"),
        lead=_("新版本生效时原版本停用并保留；承诺书有新版本时，所有人须重新签署。"),
        form=filled.form(_("提出发布")),
        crumb=Link(label=_("受控文件"), href=to("documents")),
        rules=(_("由一人提出、另一人确认。"), _("表中是随系统提供的保密承诺书文本，可按本院实际修改。")),
    )
    return answering.page(request, "protect/form.html", page, status=400 if page.form.wrong else 200)
