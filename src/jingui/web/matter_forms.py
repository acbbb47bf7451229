"""一（三）2 事项: the form of a matter, drawn from its row: started, mended, handed in; nothing is lost [1.3.1]"""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import (
    AddPaper,
    Answers,
    Brought,
    MatterView,
    ReadMatter,
    SaveMatter,
    StartMatter,
    SubmitMatter,
)
from jingui.core.matters.row import About, Ask, MatterKind, Question
from jingui.core.operation import Target
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.store import lists
from jingui.web import answering, asking, matter_words, wording
from jingui.web.viewmodels.matters import Asked, FormPage, Kind, KindsPage, Option, PaperAsked
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

MOST_FILES: Final = 20


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """What this post may ask for."""
    role = Role(asking.role(request))
    mine = [row for row in KINDS.values() if role in row.starters and not row.system]
    shown = [
        (
            row,
            Kind(
                id=row.id, title=_(row.text), purpose=_(row.purpose),
                href=to(row.page) if row.page
                else to("start_matter", kind=row.id) if row.about is About.NOTHING
                else "",
                clauses=wording.clause_refs(row.clauses),
            ),
        )
        for row in mine
    ]  # fmt: skip
    page = KindsPage(
        kinds=tuple(kind for row, kind in shown if row.about is About.NOTHING),
        elsewhere=tuple(kind for row, kind in shown if row.about is not About.NOTHING),
    )
    return answering.page(request, "matters/kinds.html", page, crumbs=crumbs(_("发起事项")))


def crumbs(name: str) -> tuple[Link, ...]:
    """Where one stands."""
    return (Link(label=_("申请与审批"), href=to("matters")), Link(label=name, href=""))


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """A new matter: its form, or what was filled in; kept as a draft or handed in."""
    row = KINDS.get(kind)
    if row is None or row.system:
        raise NotFound()
    if row.copies == "patient" and request.GET.get("patient"):
        return redirect(to("copy_kinds", patient=request.GET["patient"]))
    if row.page:
        return redirect(to(row.page))
    # the form posts to the address it was opened at, which names the patient or record
    given = {**request.GET.dict(), **(request.POST.dict() if request.method == "POST" else {})}
    target = about(row, given)
    if request.method != "POST":
        typed = {question.name: given.get(question.name, "") for question in row.questions}
        return form(request, row, typed, target=target, given=given)
    typed = typed_in(row, request.POST)
    try:
        data = StartMatter(
            kind=kind, answers=answers(row, typed), submit=request.POST.get("then") != "keep", papers=papers(request),
            key=request.POST.get("key", "")[:64],
        )  # fmt: skip
        moved = asking.write(request, Verb.START_MATTER, data, target=target).value
    except (Invalid, Conflict) as error:
        return form(request, row, typed, target=target, given=given, error=error)
    words = _("已保存为草稿。") if moved.state == "draft" else _("已提交，等待办理。")
    return answering.said(request, words, to("matter", matter=moved.matter))


def about(row: MatterKind, given: Mapping[str, str]) -> Target:
    """The patient or record that the matter concerns; NotFound for an id that is none."""
    if row.about is About.NOTHING:
        return Target()
    public = given.get("record", "") if row.about is About.RECORD else given.get("patient", "")
    if not public:
        return Target()
    found = door.locate(public)
    return Target(patient=found.patient, record=found.record if row.about is About.RECORD else 0)


def typed_in(row: MatterKind, posted: Any) -> dict[str, str]:
    """What was typed, by question; several choices joined."""
    return {
        one.name: ",".join(posted.getlist(one.name)) if one.ask is Ask.CHOICES else posted.get(one.name, "")
        for one in row.questions
    }


def answers(row: MatterKind, typed: Mapping[str, str]) -> Answers:
    """The answers as the door takes them: people by their number instead of their staff number."""
    out = []
    for question in row.questions:
        value = typed.get(question.name, "").strip()
        if question.ask is Ask.PERSON and value:
            number = lists.person_of(value)
            if not number:
                raise Invalid(places=((question.name, _("没有这个工号的在职人员")),))
            value = str(number)
        if value:
            out.append((question.name, value))
    return tuple(out)


def papers(request: HttpRequest) -> tuple[Brought, ...]:
    """The files that were brought, by their place on the check-list."""
    out = []
    for name in request.FILES:
        if not name.startswith("paper."):
            continue
        for file in request.FILES.getlist(name)[:MOST_FILES]:
            out.append(Brought(name.removeprefix("paper."), file.name or "", file.content_type or "", file.read()))
    return tuple(out)


def form(
    request: HttpRequest, row: MatterKind, typed: Mapping[str, str], *, target: Target, given: Mapping[str, str],
    error: Invalid | Conflict | None = None, seen: MatterView | None = None,
) -> HttpResponse:  # fmt: skip
    """The form with what was typed and what is wrong with it."""
    wrong = dict(error.places) if isinstance(error, Invalid) else {}
    asked = tuple(question(one, typed.get(one.name, ""), wrong) for one in row.questions if one.ask is not Ask.HIDDEN)
    known = {one.name for one in asked} | {f"paper.{one.name}" for one in row.papers}
    errors = [f"{_(error.message)} {_(error.next_step)}".strip()] if error and not set(wrong) & known else []
    errors += [_(text) for name, text in wrong.items() if name not in known]
    patient = given.get("patient", "")
    page = FormPage(
        title=_(row.text), purpose=_(row.purpose), asked=asked,
        papers=tuple(
            PaperAsked(
                name=paper.name, label=_(paper.text), hint=_(paper.help) if paper.help else "",
                required=paper.required,
                errors=(_(wrong[f"paper.{paper.name}"]),) if f"paper.{paper.name}" in wrong else (),
            )
            for paper in row.papers if not paper.after
        ),
        steps=tuple(
            _("%(name)s：%(text)s") % {"name": _(step.name), "text": matter_words.who(step)} for step in row.steps
        ),
        grants=_(row.grants) if row.grants else "", obligations=tuple(_(one) for one in row.obligations),
        clauses=wording.clause_refs(row.clauses), errors=tuple(errors),
        patient=Link(label=_("打开病历"), href=to("chart", patient=patient)) if patient and target.patient else None,
        record=Link(label=_("打开记录"), href=to("record", record=given["record"])) if given.get("record") else None,
        action="?" + "&".join(f"{name}={quote(given[name])}" for name in ("patient", "record") if given.get(name)),
        key=given.get("key") or token_hex(16), revision=seen.revision if seen else 0, editing=seen is not None,
    )  # fmt: skip
    return answering.page(request, "matters/form.html", page, status=400 if error else 200, crumbs=crumbs(_(row.text)))


def question(one: Question, typed: str, wrong: Mapping[str, str]) -> Asked:
    """One question with what was typed."""
    chosen = set(typed.split(",")) if one.ask is Ask.CHOICES else {typed}
    return Asked(
        name=one.name, label=_(one.text), kind=one.ask.value, value=typed, hint=_(one.help) if one.help else "",
        required=one.required, maxlength=one.length,
        options=tuple(Option(value=word, label=_(text), chosen=word in chosen) for word, text in one.choices),
        errors=(_(wrong[one.name]),) if one.name in wrong else (),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, matter: int) -> HttpResponse:
    """A draft, or a matter that came back: mended, kept or handed in again."""
    seen: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    row = KINDS[seen.line.kind]
    given = {"patient": seen.line.patient, "record": seen.record}
    if request.method != "POST":
        return form(request, row, seen.answers, target=Target(), given=given, seen=seen)
    typed = typed_in(row, request.POST)
    try:
        revision = request.POST.get("revision", "")
        data = SaveMatter(
            matter=matter, answers=answers(row, typed), revision=int(revision) if revision.isdigit() else 0
        )
        asking.write(request, Verb.SAVE_MATTER, data)
        bring_all(request, matter)
        if request.POST.get("then") == "keep":
            return answering.said(request, _("已保存。"), to("matter", matter=matter))
        asking.write(request, Verb.SUBMIT_MATTER, SubmitMatter(matter=matter))
    except (Invalid, Conflict) as error:
        again: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
        return form(request, row, typed, target=Target(), given=given, error=error, seen=again)
    return answering.said(request, _("已提交，等待办理。"), to("matter", matter=matter))


def bring_all(request: HttpRequest, matter: int) -> None:
    """Bring every file of the form to the matter."""
    for paper in papers(request):
        asking.write(request, Verb.ADD_PAPER, AddPaper(matter=matter, paper=paper))
