"""三（二）2 病案: one case file: its way, what is next and whose it is, its deficiencies, codes, volumes [3.2.2]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.custody import (
    LEGS,
    CaseFileRequest,
    JudgeCaseFile,
    Leg,
    MoveCaseFile,
    ReturnDeficiency,
    kept_as,
)
from jingui.core.custody_front_page import RULES, Severity
from jingui.core.custody_quality import FULL, ITEMS
from jingui.core.custody_shown import CaseShown, CodedLine
from jingui.core.errors import Conflict, Invalid
from jingui.core.signatures import FilingLacks
from jingui.core.words import Medium, Role, Shelf, Stage, Verb
from jingui.formats import capture
from jingui.gate import door
from jingui.store import lists
from jingui.web import answering, asking, charting, entering_codes, wording
from jingui.web import case_files_words as words
from jingui.web.entering_filing import LACKS
from jingui.web.filling import Filled
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

OFFICES: Final = frozenset({Role.QUALITY, Role.CODER, Role.ARCHIVIST})
#: What each form calls its note: several stand on one page, and no two controls have one name.
NOTES: Final = {"move": "note", "judge": "opinion", "send": "why", "return": "what"}
SENT: Final = (Stage.CODED.value, Stage.FRONT_PAGE.value, Stage.FINAL.value)


@require_http_methods(["GET", "HEAD", "POST"])
def case_file(request: HttpRequest, patient: str, file: str) -> HttpResponse:
    """The case file, and one of its forms handed in. What was typed is never lost."""
    target = door.locate(patient)
    whole = asking.whole(target.patient)
    seen: CaseShown = asking.read(request, Verb.READ_CASE_FILE, CaseFileRequest(file=file), target=whole).value
    doing = request.POST.get("do", "") if request.method == "POST" else ""
    forms = Forms(request, seen, doing)
    if doing:
        data, verb, filled, said = forms.asked(file)
        if filled.right:
            try:
                asking.write(request, verb, data, target=whole)
            except (Invalid, Conflict) as error:
                told(filled, error, NOTES[doing])
            else:
                return answering.said(request, said, to("case_file", patient=patient, file=file))
    page = drawn(seen, forms, patient, file)
    return answering.page(
        request, "custody/file.html", page, status=400 if forms.wrong else 200, crumbs=(words.crumb(),)
    )


def told(filled: Filled, error: Invalid | Conflict, note: str) -> None:
    """What stands against it, beside the field it is about; what filing lacks by document."""
    if isinstance(error, Invalid) and error.places:
        places = tuple((note if where == "note" else where, what) for where, what in error.places)
        error = Invalid(error.message, error.next_step, places=places)
    filled.refused(error)
    if isinstance(error, FilingLacks):
        english = wording.language() == "en"
        for one in error.lacking:
            title = _(one.title) if not english else one.title_en
            why = _(LACKS[one.what][0]) if one.what in LACKS else one.what
            filled.wrong("", f"{title} {why}".strip())


class Forms:
    """The forms that this reader's post has for this case file now; the one that was sent keeps what was typed."""

    def __init__(self, request: HttpRequest, seen: CaseShown, doing: str) -> None:
        """Make them."""
        self.seen, self.doing, self.posted = seen, doing, request.POST
        self.role = Role(asking.role(request))
        self.leg: Leg | None = LEGS[Stage(seen.next_stage)] if seen.next_stage else None
        self.open = sum(one.state in ("open", "answered") for one in seen.deficiencies)
        self.filled: dict[str, Filled] = {}
        theirs = self.leg is not None and self.role in self.leg.roles
        blocked = bool(self.leg and self.leg.ready and self.open)
        if theirs and self.leg and self.leg.verb is Verb.MOVE_CASE_FILE and not blocked:
            self.moving()
        if theirs and self.leg and self.leg.verb is Verb.JUDGE_CASE_FILE and not seen.coder_is_me and not blocked:
            self.judging()
        if self.role is Role.QUALITY and seen.line.stage in SENT and not seen.coder_is_me:
            self.sending()
        if self.role in OFFICES and seen.line.stage not in ("filed", "shelved"):
            self.returning()

    def start(self, name: str) -> Filled:
        """A form of this page."""
        sent = self.doing == name
        made = self.filled[name] = Filled(self.posted if sent else {}, sent=sent)
        made.add(Field(name="do", label="", kind="hidden", value=name, required=False))
        basis = self.posted.get("basis", "") if sent else str(self.seen.version)
        made.add(Field(name="basis", label="", kind="hidden", value=basis, required=False))
        return made

    def moving(self) -> None:
        """The next move: its check-list and a note."""
        form, leg = self.start("move"), self.leg
        for one in leg.checks if leg else ():
            value = self.posted.get(f"check.{one.id}", "") if form.sent else ""
            label = _(one.text) if one.every else _("%(what)s（如有）") % {"what": _(one.text)}
            form.add(Field(name=f"check.{one.id}", label=label, kind="checkbox", value=value, required=False))
        form.text("note", _("备注"), longest=500, required=False)

    def judging(self) -> None:
        """The judgement: a reason for every warning that is let pass."""
        form = self.start("judge")
        if self.seen.next_stage == Stage.FRONT_PAGE:
            for one in self.seen.found:
                if one.severity == Severity.WARNING:
                    label = _("%(rule)s：通过的理由") % {"rule": words.rule(one.rule)}
                    form.text(f"rule.{one.rule}", label, longest=500)
        form.text("opinion", _("质控意见"), longest=2000, required=False, kind="textarea")

    def sending(self) -> None:
        """Back to be coded again."""
        self.start("send").text("why", _("退回原因"), longest=2000, kind="textarea")

    def returning(self) -> None:
        """A deficiency: which row of the table, in which document, whose, what is to be done."""
        form = self.start("return")
        items = tuple((one.id, f"{_(one.text)}（{words.points(one.points)}）") for one in ITEMS.values())
        form.choice("item", _("缺陷项目"), (("", _("请选择")), *items))
        titles = capture.templates()
        english = wording.language() == "en"
        records = tuple(
            (one.id, f"{(titles[one.form].en if english else titles[one.form].zh) if one.form in titles else one.form}"
                     f" · {one.author}")
            for one in self.seen.records
        )  # fmt: skip
        form.choice("record", _("涉及的文书"), (("", _("不涉及某一份文书")), *records), required=False)
        form.text("author", _("责任人工号"), longest=40, required=False, hint=_("不填的，退给文书的书写人或主管医师。"))
        form.text("what", _("缺什么、怎样整改"), longest=2000, kind="textarea")

    def asked(self, file: str) -> tuple[Any, Verb, Filled, str]:
        """The operation that was handed in. Invalid for a form that this post does not have now."""
        if self.doing not in self.filled:
            raise Invalid(_("这一环节目前不由您办理。"), _("请刷新页面，查看现在的环节。"))
        form, posted = self.filled[self.doing], self.posted
        text = posted.get("basis", "")
        basis = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
        note = posted.get(NOTES[self.doing], "").strip()
        if self.doing == "move":
            ticked = tuple(name.removeprefix("check.") for name in posted if name.startswith("check."))
            data: Any = MoveCaseFile(file=file, after=self.seen.next_stage, basis=basis, checks=ticked, note=note)
            return (
                data,
                Verb.MOVE_CASE_FILE,
                form,
                _("已办理“%(what)s”并留痕。") % {"what": words.doing(self.seen.next_stage)},
            )
        if self.doing == "return":
            number = posted.get("author", "").strip()
            author = lists.person_of(number) if number else 0
            if number and not author:
                form.wrong("author", _("没有这个工号的在职人员"))
            data = ReturnDeficiency(
                file=file, item=posted.get("item", ""), note=note, record=posted.get("record", ""), author=author
            )
            return data, Verb.RETURN_DEFICIENCY, form, _("缺陷已退回责任人并留痕。")
        rules = [name for name in posted if name.startswith("rule.")]
        reasons = tuple((name.removeprefix("rule."), posted.get(name, "")) for name in rules)
        passed = self.doing == "judge"
        data = JudgeCaseFile(
            file=file, after=self.seen.next_stage, basis=basis, passed=passed, reasons=reasons, note=note
        )
        return data, Verb.JUDGE_CASE_FILE, form, _("质控结果已保存并留痕。") if passed else _("病案已退回重新编码。")

    def form(self, name: str, submit: str) -> Form | None:
        """A form as it stands; None where this post has none."""
        return self.filled[name].form(submit) if name in self.filled else None

    @property
    def wrong(self) -> bool:
        """Whether something that was handed in did not go through."""
        return self.doing in self.filled and self.filled[self.doing].form("").wrong


def drawn(seen: CaseShown, forms: Forms, patient: str, file: str) -> view.FilePage:
    """The page."""
    line, leg = seen.line, forms.leg
    tags = [Tag(text=_("逾期"), tone="bad")] if line.overdue else []
    if line.changed:
        tags.append(Tag(text=_("终检后有改动"), tone="bad"))
    if line.grade:
        tags.append(Tag(text=words.grade(line.grade), tone="ok" if line.grade == "a" else "warn"))
    blocked = ""
    if leg and leg.ready and forms.open:
        blocked = _("还有 %(n)d 项缺陷未办结，不能进入下一环节。") % {"n": forms.open}
    if seen.coder_is_me and leg and leg.verb is Verb.JUDGE_CASE_FILE and forms.role is Role.QUALITY:
        blocked = _("这份病案由您编码，须由另一名质控人员质控。")
    actions = []
    if forms.role is Role.CODER and line.stage in ("sorted", "coded") and not seen.judge_is_me:
        label = _("编码") if line.stage == "sorted" else _("修改编码")
        coding = to("case_file_coding", patient=patient, file=file)
        actions.append(Link(label=label, href=coding, primary=True, key="c"))
    whose = _("、").join(_(role.label) for role in leg.roles) if leg else ""
    return view.FilePage(
        title=line.patient.name or _("（不便显示）"), number=charting.number(line.patient),
        chart=Link(label=_("打开病历"), href=to("chart", patient=patient)), stage=Tag(text=words.stage(line.stage)),
        tags=tuple(tags), due=None if line.stage in ("filed", "shelved") else line.due, facts=facts(seen),
        line=way(seen),
        steps=tuple(
            view.StepRow(
                label=f"{words.stage(one.before)} → {words.stage(one.after)}" if one.before else words.stage(one.after),
                person=wording.person(one.person or _("系统")), at=one.at, checks=checks(one.after, one.checks),
                note=words.notes(one.note), holds=one.holds,
            )
            for one in reversed(seen.steps)
        ),
        deficiencies=tuple(map(words.deficiency, seen.deficiencies)), versions=versions(seen.coded),
        volumes=tuple(
            view.VolumeRow(
                code=one.code, medium=_(Medium(one.medium).label), n=one.n, pages=one.pages,
                state=Tag(text=_(Shelf(one.state).label)),
            )
            for one in seen.volumes
        ),
        findings=tuple(
            view.Finding(
                text=words.rule(one.rule), source=RULES[one.rule].source,
                tag=Tag(text=_("错误") if one.severity == Severity.ERROR else _("警告"),
                        tone="bad" if one.severity == Severity.ERROR else "warn"),
            )
            for one in seen.found
        ),
        front_href=to("record", record=seen.front_page) if seen.front_page else "", actions=tuple(actions),
        next_label=words.doing(seen.next_stage) if seen.next_stage else "", blocked=blocked, whose=whose,
        untold=seen.versions - len(seen.coded),
        moving=forms.form("move", _("办理%(what)s") % {"what": words.doing(seen.next_stage)} if leg else ""),
        judging=forms.form("judge", _("质控通过")), sending=forms.form("send", _("退回重新编码")),
        returning=forms.form("return", _("登记缺陷并退回")),
    )  # fmt: skip


def facts(seen: CaseShown) -> tuple[tuple[str, str], ...]:
    """What stands about it in short."""
    line = seen.line
    kind = charting.kind(line.kind)
    score = {"points": words.points(FULL - seen.points), "grade": words.grade(seen.would_be)}
    return (
        (_("就诊类型"), _(kind.label)), (_("科室"), wording.department(line.department) or "—"),
        (_("主管医师"), line.attending or "—"),
        (_("目前得分"), _("%(points)s 分，%(grade)s") % score),
    )  # fmt: skip


def way(seen: CaseShown) -> tuple[view.Move, ...]:
    """The whole line: what was done by whom, what is next, what is still to come."""
    row = kept_as(seen.line.kind)
    stages = row.stages if row else tuple(Stage)
    last = {one.after: one for one in seen.steps}
    here = stages.index(Stage(seen.line.stage)) if Stage(seen.line.stage) in stages else 0
    out = []
    for n, one in enumerate(stages):
        step = last.get(one.value) if n <= here else None
        state = "done" if n <= here else "now" if n == here + 1 else "later"
        out.append(
            view.Move(
                label=words.doing(one.value) if n else words.stage(one.value), state=state,
                at=step.at if step else None,
                person=wording.person(step.person or _("系统")) if step else None,
            )
        )  # fmt: skip
    return tuple(out)


def checks(after: str, ticked: tuple[str, ...]) -> tuple[str, ...]:
    """The ticked lines of a check-list in words."""
    leg = LEGS.get(Stage(after)) if after in set(Stage) else None
    known = {one.id: _(one.text) for one in leg.checks} if leg else {}
    return tuple(known.get(one, one) for one in ticked)


def versions(coded: tuple[CodedLine, ...]) -> tuple[view.Version, ...]:
    """Every version of the codes beside what it changed."""
    out = []
    for one, before in zip(coded, (*coded[1:], None)[: len(coded)], strict=True):
        old = {code.code: place for place, code in places(before)} if before is not None else {}
        rows = []
        for place, code in places(one):
            tags = [] if code.known else [Tag(text=_("编码表外"), tone="warn", title=_("当时的编码表中没有"))]
            if before is not None and code.code not in old:
                tags.append(Tag(text=_("新增"), tone="info"))
            elif before is not None and old[code.code] != place:
                tags.append(Tag(text=_("原为%(place)s") % {"place": old[code.code]}, tone="info"))
            condition = entering_codes.words("admission_condition", code.condition) if code.condition else ""
            rows.append(
                view.CodeRow(place=place, code=code.code, name=code.name, condition=condition, tags=tuple(tags))
            )
        now = {code.code for _place, code in places(one)}
        gone = tuple(f"{code.code} {code.name}" for _place, code in places(before) if code.code not in now)
        out.append(
            view.Version(
                n=one.n, person=wording.person(one.person), at=one.at, rows=tuple(rows), gone=gone, note=one.note,
                tables=tuple(map(edition, one.tables)),
            )
        )  # fmt: skip
    return tuple(out)


def places(one: CodedLine | None) -> tuple[tuple[str, Any], ...]:
    """Each code with its place in words."""
    if one is None:
        return ()
    return (
        *((_("主要诊断") if n == 0 else _("其他诊断 %(n)d") % {"n": n}, code) for n, code in enumerate(one.diagnoses)),
        *((_("手术操作 %(n)d") % {"n": n}, code) for n, code in enumerate(one.operations, 1)),
    )


def edition(table: tuple[str, str, str, bool]) -> str:
    """Which edition of a table it was."""
    starter = _("（示例表，非完整编码库）") if table[3] else ""
    return f"{table[1] or table[0]} · {table[2]}{starter}"
