"""一（三）2 谁看过我的病历: when, which post, what for, on which rule, what, with the proof of each line [1.3.2]"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters.asking import StartMatter
from jingui.core.oversee import Placed
from jingui.core.portal import SHOWN_WORDS, ReaderProof, ReadersRequest, Reading, Readings
from jingui.core.words import Decision, Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled
from jingui.web.portal import chosen
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.parts import Pager, Tag
from jingui.web.viewmodels.paths import to

CLOSABLE = frozenset({"staff"})  # readers whom a restriction can keep out
NAMED = 5  # records that a line names


@require_safe
def readers(request: HttpRequest, patient: str) -> HttpResponse:
    """Everybody who read, newest first; one's own readings apart."""
    asked = ReadersRequest(
        shown=request.GET.get("shown", "reading"), cursor=request.GET.get("after", ""),
    )  # fmt: skip
    target = chosen(request, patient)
    result = asking.read(request, Verb.READ_READERS, asked, target=target)
    found: Readings = result.value
    here = to("portal_readers", patient=patient)
    page = view.ReadersPage(
        lines=tuple(line(one, patient) for one in found.others), own=tuple(line(one, patient) for one in found.own),
        filters=tuple((_(text), f"{here}?shown={name}", name == asked.shown) for name, text in SHOWN_WORDS.items()),
        newest=found.newest, news="" if asked.cursor else to("portal_news", under=result.trace.entry),
        pager=Pager(page=1, next=f"?shown={asked.shown}&after={result.more}") if result.more else None,
        restrict=to("portal_restrictions", patient=patient),
    )  # fmt: skip
    return answering.page(request, "portal/readers.html", page)


def line(one: Reading, patient: str) -> view.SeenLine:
    """One entry in words."""
    verb, purpose = wording.verb(one.verb), wording.purpose(one.purpose)
    rules = door.explaining.rules(one.rules, wording.language())
    own = one.who in ("self", "guardian")
    return view.SeenLine(
        id=one.entry, at=one.at, what=_(verb.label) if verb else one.verb, who=who(one),
        purpose=_(purpose.label) if purpose else "", reason=" ".join(rule.sentence for rule in rules if rule.sentence),
        clauses=wording.clause_refs(one.clauses),
        records=tuple(
            view.SeenRecord(label=wording.kind(kind), href=to("portal_record", record=record))
            for kind, record in one.records[:NAMED]
        ),
        more=max(0, one.count - NAMED), tags=tags(one), index=one.index,
        proof=to("portal_proof", patient=patient, entry=one.entry),
        objection="" if own else to("portal_object", patient=patient, entry=one.entry),
        closes=one.who in CLOSABLE,
    )  # fmt: skip


def who(one: Reading) -> str:
    """Department and post; never a name."""
    if one.who == "self":
        return _("您本人")
    if one.who == "guardian":
        return _("患者本人或其监护人（门户）")
    if one.who == "system":
        return _("系统任务")
    if one.who == "public":
        return _("公开入口")
    post = _(Role(one.role).label) if one.role in set(Role) else _("岗位不详")
    return f"{wording.department(one.department)} · {post}" if one.department else post


def tags(one: Reading) -> tuple[Tag, ...]:
    """What stands out: an emergency, a refusal, an entry that is not as it was written."""
    made = []
    if one.glass:
        made.append(Tag(text=_("紧急调阅"), tone="warn", title=_("未经事先授权，事后由他人复核")))
    if one.decision != Decision.ALLOW:
        made.append(Tag(text=_("未获准许，没有看到内容"), tone="none"))
    if not one.sound:
        made.append(Tag(text=_("与写入时不符"), tone="bad"))
    return tuple(made)


@require_safe
def proof(request: HttpRequest, patient: str, entry: str) -> HttpResponse:
    """The proof of one line as a file, which anybody can check without Jingui; 202 until it has its place."""
    target = chosen(request, patient)
    placed: Placed = asking.read(request, Verb.READ_READERS, ReaderProof(entry=entry), target=target).value
    if placed.index is None or placed.at is None:
        return JsonResponse({"index": None}, status=202)
    answer = HttpResponse(
        orjson.dumps(
            {"index": placed.index, "size": placed.size, "time": placed.at.isoformat(), "key": placed.key,
             "checkpoint": placed.checkpoint, "proof": placed.proof}
        ),
        content_type="application/json",
    )  # fmt: skip
    if "download" in request.GET:  # the proof alone, as the verifier takes it
        answer = HttpResponse(orjson.dumps(placed.proof), content_type="application/json")
        answer["Content-Disposition"] = f'attachment; filename="jingui-proof-{placed.index}.json"'
    return answer


@require_safe
def news(request: HttpRequest, under: str) -> HttpResponse:
    """Whether the page that stands under entry `under` is out of date: one bit, nothing else (204: it is not)."""
    told = door.portal.news(asking.actor(request), under, request.GET.get("after", ""))
    return HttpResponse("1", content_type="text/plain") if told else HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
def objection(request: Any, patient: str, entry: str) -> HttpResponse:
    """异议: say what is wrong with a reading, or ask whose it was; a matter, decided by others than the reader."""
    target = chosen(request, patient)
    placed = asking.read(request, Verb.READ_READERS, ReaderProof(entry=entry), target=target)
    request.trace = placed.trace  # NotFound unless the entry is about this very chart
    filled = Filled(request.POST, sent=request.method == "POST")
    kinds = (
        ("access_objection", _("我认为这次查阅不应该")), ("reader_name", _("我有正当理由知道是谁")),
    )  # fmt: skip
    kind = filled.choice("kind", _("您要提出"), kinds, default="access_objection")
    reason = filled.text(
        "reason", _("说明"), longest=500, kind="textarea",
        hint=_("例如：当天我没有就诊，也不认识该科室的人。医院会在规定期限内答复。"),
    )  # fmt: skip
    if filled.right:
        answers = (("entry", entry), ("reason", reason))
        data = StartMatter(
            kind=kind, answers=answers, submit=True, subject=door.portal.reader_of(target.patient, entry),
            key=f"{kind}:{entry}",
        )  # fmt: skip
        try:
            asking.write(request, Verb.START_MATTER, data, target=target)
            return answering.said(
                request, _("已提交，医院会在规定期限内答复。"), reverse("portal_readers", args=[patient])
            )
        except (Invalid, Conflict) as error:
            filled.refused(error)
    page = view.AskPage(
        title=_("提出异议"), entry=entry, back=to("portal_readers", patient=patient), form=filled.form(_("提交")),
        note=_("由与这次查阅无关的人员调查并答复。提出异议不影响您的诊疗。"),
    )  # fmt: skip
    return answering.page(request, "portal/ask.html", page, status=400 if page.form.wrong else 200)
