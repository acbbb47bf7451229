"""二（二）3 核对确认: the checking page, then entered, and signed at once by whoever wishes [2.2.3] [2.2.1]"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.capture import Checked, Template
from jingui.core.enter import FilledForm, Made, Submission
from jingui.core.entering import OpenedForm
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound
from jingui.core.words import Verb
from jingui.formats import capture, fhir_json
from jingui.gate import door
from jingui.web import (
    answering,
    asking,
    charting,
    entering_answers,
    entering_form,
    entering_merge,
    entering_page,
    entering_signing,
    wording,
)
from jingui.web.entering_place import Place, key, number, opened
from jingui.web.viewmodels.diff import compare
from jingui.web.viewmodels.enter import Answer, AnswerGroup, CheckPage
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

LONGEST = 200  # characters of a reason
LONG = 60


@require_http_methods(["GET", "HEAD", "POST"])
def form_check(request: HttpRequest, patient: str, template: str) -> HttpResponse:
    """Check and hand in a new document."""
    return checking(request, Place(patient=patient, template=template))


@require_http_methods(["GET", "HEAD", "POST"])
def amend_check(request: HttpRequest, record: str) -> HttpResponse:
    """Check and hand in a correction."""
    return checking(request, Place(record=record))


def checking(request: HttpRequest, place: Place) -> HttpResponse:
    """The draft as it stands on the server; with mistakes in it the way leads back to the form, which names them."""
    draft = key(request.GET.get("draft") or request.POST.get("key"))
    try:
        found = opened(request, place, draft=draft)
    except NotFound:
        text = _("这份草稿已经提交或已删除。已录入的在病历中，尚未签名的在“待签与待核对”。")
        return answering.said(request, text, place.back, "info")
    if not found.revision:
        return redirect(place.at("write"))
    now = asking.now()
    judged = entering_page.check(found, found.answers, now)
    if judged.errors:
        return redirect(place.at("write", draft=draft, check=1))
    if request.method == "POST":
        return handed_in(request, place, found, judged, now)
    return answering.page(request, "enter/check.html", page(request, place, found, judged, now))


def page(
    request: HttpRequest, place: Place, found: OpenedForm, judged: Checked, now: datetime, *, error: str = "",
    wrong: Mapping[str, str] | None = None,
) -> CheckPage:  # fmt: skip
    """What is about to be entered, item by item."""
    form: Template = found.template
    edit = place.at("write", draft=found.key)
    language = wording.language()
    items = {item.link: item for item in form.every()}
    until = entering_signing.session_until(request)
    owed = entering_page.deadline(found)
    links = tuple(Link(label=f"{items[one].label(language)} – {what}" if one in items else what,
                       href=f"{edit}#q-{one}") for one, what in (wrong or {}).items() if one not in OWN)  # fmt: skip
    return CheckPage(
        patient=charting.header(found.patient), title=form.label(language),
        groups=groups(form, found, judged, edit, now, before(request, place, found)), here=place.at("check"), edit=edit,
        hidden=(("key", found.key), ("revision", str(found.revision))), wrong=links, error=error,
        untouched=tuple(
            Link(label=items[one].label(language), href=f"{edit}#q-{one}") for one in found.untouched if one in items
        ),
        own=own(request, found, wrong or {}), may_sign=form.signed, session_until=until,
        session_text="" if until else entering_signing.opening_text(), needs=entering_page.needs(found),
        complete=judged.completeness, due=owed.due if owed else None,
        correcting=_("更正第 %(n)s 版") % {"n": found.start} if found.record else "",
    )  # fmt: skip


OWN = ("reason", "late_reason")


def own(request: HttpRequest, found: OpenedForm, wrong: Mapping[str, str]) -> tuple[Field, ...]:
    """Why it is corrected; why it is late."""
    fields = []
    if found.record:
        fields.append(("reason", _("更正原因"), _("写入病历，与新旧内容一起显示。")))
    if found.late is not None:
        fields.append(("late_reason", _("补记原因"), _("已超过书写时限；照常录入，并标明补记。")))
    return tuple(
        Field(
            name=name, label=label, hint=hint, value=request.POST.get(name, ""), maxlength=LONGEST,
            errors=(wrong[name],) if name in wrong else (),
        )
        for name, label, hint in fields
    )  # fmt: skip


def before(request: HttpRequest, place: Place, found: OpenedForm) -> dict[str, Any]:
    """What the version says that a correction began from; {} for a new document."""
    if not found.record:
        return {}
    sheet = asking.sheet(request, asking.at_version(place.target, found.start))
    return capture.answers_of(found.template, fhir_json.parse(sheet.body))


def groups(
    form: Template, found: OpenedForm, judged: Checked, edit: str, now: datetime, was: Mapping[str, Any]
) -> tuple[AnswerGroup, ...]:
    """The answers part by part; what is empty and need not be filled is left out, unless a correction emptied it."""
    language = wording.language()
    cautions = entering_form.by_path(judged.warnings)
    made = []
    for section in form.sections:
        answers = []
        for item in section.items:
            given = found.answers.get(item.link)
            texts = entering_answers.spoken(item, given, now, language)
            old = entering_answers.spoken(item, was.get(item.link), now, language)
            if not texts and not old and not entering_form.required(item, found.answers):
                continue
            answers.append(
                Answer(
                    label=item.label(language), texts=texts, href=f"{edit}#q-{item.link}", code=code(given),
                    warnings=tuple(
                        text for path, said in cautions.items() if path.split(".")[0] == item.link for text in said
                    ),
                    long=any(len(text) > LONG for text in texts),
                    parts=compare("\n".join(old), "\n".join(texts)) if found.record and old != texts else (),
                )
            )  # fmt: skip
        if answers:
            made.append(AnswerGroup(title=section.label(language), answers=tuple(answers)))
    return tuple(made)


def code(answer: Any) -> str:
    """The codes of an answer, for who checks it."""
    found = [str(one.get("code", "")) for one in entering_answers.listed(answer) if isinstance(one, Mapping)]
    return " ".join(one for one in found if one)


def handed_in(request: HttpRequest, place: Place, found: OpenedForm, judged: Checked, now: datetime) -> HttpResponse:
    """Enter it once, whatever happens in between: the key is the form's own. Then sign, if that was the button."""
    if number(request.POST.get("revision", "")) != found.revision:
        text = _("这份草稿刚在另一窗口更新过，请重新核对。")
        return answering.said(request, text, place.at("check", draft=found.key), "warn")
    wrong = {one.name: _("请填写。") for one in own(request, found, {}) if not one.value.strip()}
    if wrong:
        shown = page(request, place, found, judged, now, wrong=wrong)
        return answering.page(request, "enter/check.html", shown, status=400)
    try:
        made = enter(request, place, found)
    except Conflict as error:
        return entering_merge.answer(request, place, found.template, found.answers, error)
    except Invalid as error:
        places = dict(entering_page.said(error))
        text = "" if places else f"{_(error.message)} {_(error.next_step)}".strip()
        shown = page(request, place, found, judged, now, wrong=places, error=text)
        return answering.page(request, "enter/check.html", shown, status=error.status)
    return signed(request, place, found, made)


def enter(request: HttpRequest, place: Place, found: OpenedForm) -> Made:
    """The record that the form became; the same key again is the same record."""
    form = FilledForm(
        template=found.template.name, answers=found.answers, key=found.key, ways=found.ways, device=found.device,
        encounter=found.visit.number if found.visit else 0, start=found.start,
        reason=" ".join(request.POST.get("reason", "").split())[:LONGEST],
        late_reason=" ".join(request.POST.get("late_reason", "").split())[:LONGEST],
    )  # fmt: skip
    verb = Verb.CORRECT if found.record else Verb.ENTER
    asked = asking.operation(request, verb, Submission(form=form), target=place.target)
    return door.enter(asked).made[0]


def signed(request: HttpRequest, place: Place, found: OpenedForm, made: Made) -> HttpResponse:
    """Sign what was just entered, if that was asked; if it cannot be signed now it is entered all the same."""
    title = found.template.label(wording.language())
    here = to("record", record=made.id)
    if request.POST.get("act") != "sign":
        return answering.said(request, _("%(title)s 已录入。") % {"title": title}, here)
    try:
        entering_signing.sign(request, door.locate(made.id), made.id, made.version)
    except JinguiError as error:
        text = _("%(title)s 已录入，但没有签名：") % {"title": title}
        return answering.said(request, f"{text}{_(error.message)}{_(error.next_step)}", here, "warn")
    return answering.said(request, _("%(title)s 已录入并签名。") % {"title": title}, here)
