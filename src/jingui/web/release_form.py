"""四（二）1 复制病历: an application for copies as its form: sections, papers, the answers once more; no loss [4.2.1]

One draft from the first page on: answers and papers are kept with it, so that a mistake costs nothing that was typed
or scanned. The window and the portal draw the same draft in their own frames.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import AddPaper, MatterView, PaperLine, ReadMatter, SaveMatter, SubmitMatter
from jingui.core.matters.row import MatterKind, Move, Paper, Question, State
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking, matter_forms, matter_words, release_parts, release_visits, wording
from jingui.web.viewmodels import release as view
from jingui.web.viewmodels.matters import PaperAsked, PaperShown
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


class Frame(NamedTuple):
    """Whose pages these are: the names of the form, of check-your-answers, of a paper's page."""

    apply: str
    check: str
    paper: str
    matter: str
    window: bool  # papers that only the window asks for are asked for here
    answered: Mapping[str, str]  # what the frame itself answers


WINDOW: Final = Frame("copy_apply", "copy_check", "matter_paper", "matter", True, {})
PORTAL: Final = Frame(
    "portal_copy_apply", "portal_copy_check", "portal_paper", "portal_matter", False, {"present": "remote"}
)
ANSWER: Final = N_("请填写此项")
PAPER: Final = N_("请提供此项材料")
OPEN: Final = frozenset({State.DRAFT, State.RETURNED})


class Draft:
    """An application that is being written: the matter as it stands, and what was wrong with the last attempt."""

    def __init__(self, request: HttpRequest, number: int, frame: Frame) -> None:
        """Read it; Refused or NotFound where it is not this person's to see."""
        self.request, self.number, self.frame = request, number, frame
        self.seen = self.read()
        self.row: MatterKind = KINDS[self.seen.line.kind]
        if release_parts.applicant(self.row) is None:
            raise NotFound()
        self.typed: dict[str, str] = dict(self.seen.answers)
        self.wrong: dict[str, str] = {}
        self.errors: list[str] = []
        self.visits: tuple[view.Visit, ...] = ()

    def read(self) -> MatterView:
        """The matter as it stands now."""
        found: MatterView = asking.read(self.request, Verb.READ_MATTER, ReadMatter(matter=self.number)).value
        return found

    @property
    def writable(self) -> bool:
        """Whether this person may still change it; else its page leads to the matter, which says where it stands."""
        return self.seen.line.state in OPEN and str(Move.SAVE) in self.seen.moves

    def over(self) -> HttpResponse:
        """On to the matter: the form was opened again after it was handed in, or by somebody who only reads it."""
        text = _("这份申请已经提交，这里可以看它办到哪一步。")
        return answering.said(self.request, text, to(self.frame.matter, matter=self.number), tone="info")

    @property
    def right(self) -> bool:
        """Whether nothing was found wrong."""
        return not (self.wrong or self.errors)

    def take(self, error: Invalid | Conflict) -> None:
        """Keep what the door found wrong, each at its place."""
        places = error.places if isinstance(error, Invalid) else ()
        known = {one.name for one in self.row.questions} | {f"paper.{one.name}" for one in self.row.papers}
        for where, text in places:
            if where in known:
                self.wrong.setdefault(where, text)
            else:
                self.errors.append(_(text))
        if not places:
            self.errors.append(f"{_(error.message)} {_(error.next_step)}".strip())

    def save(self, posted: Any) -> None:
        """Keep what was typed, then every paper that is good; name what is wrong or left out."""
        self.typed = {**release_parts.typed(self.row, posted), **self.frame.answered}
        try:
            revision = posted.get("revision", "")
            data = SaveMatter(
                matter=self.number, answers=matter_forms.answers(self.row, self.typed),
                revision=int(revision) if revision.isdigit() and len(revision) < 18 else 0,
            )  # fmt: skip
            asking.write(self.request, Verb.SAVE_MATTER, data)
        except (Invalid, Conflict) as error:
            self.take(error)
        self.bring()
        for question in release_parts.left_out(self.row, self.typed):
            self.wrong.setdefault(question.name, ANSWER)
        self.seen = self.read()

    def bring(self) -> None:
        """Bring the files of the form; the same scan once more is there already, which is what was wanted."""
        for paper in matter_forms.papers(self.request):
            try:
                asking.write(self.request, Verb.ADD_PAPER, AddPaper(matter=self.number, paper=paper))
            except Invalid as error:
                self.take(error)
            except Conflict as error:
                answering.note(self.request, f"{paper.name} – {_(error.message)}", "info")

    def submit(self) -> bool:
        """Hand it in; False when answers or papers must be mended first."""
        try:
            asking.write(self.request, Verb.SUBMIT_MATTER, SubmitMatter(matter=self.number))
        except (Invalid, Conflict) as error:
            self.take(error)
        if not self.right:  # the door names what it comes to first; whoever mends wants to see all of it
            brought = {one.kind for one in self.seen.papers}
            for one in self.papers:
                if one.required and one.name not in brought:
                    self.wrong.setdefault(f"paper.{one.name}", PAPER)
        return self.right

    def page(self, back: Link, visits: Iterable[view.Visit] = ()) -> view.ApplyPage:
        """The form as it stands."""
        row, seen = self.row, self.seen
        last = next((one for one in reversed(seen.events) if one.move == Move.RETURN), None)
        ticked = set(release_parts.numbers(self.typed.get(release_parts.VISITS, "")))
        offered = tuple(view.ticked(one, ticked) for one in visits)
        return view.ApplyPage(
            title=_(row.text), purpose=_(row.purpose), patient=seen.line.patient_name, state=seen.line.state,
            sections=release_parts.sections(
                row, self.typed, self.wrong, ticks=bool(offered), without=self.frame.answered, own=not self.frame.window
            ),
            papers=tuple(self.paper(one) for one in self.papers),
            steps=tuple(
                _("%(name)s：%(text)s") % {"name": _(one.name), "text": matter_words.who(one)} for one in row.steps
            ),
            back=back, revision=seen.revision, errors=tuple(self.errors), clauses=wording.clause_refs(row.clauses),
            visits=offered,
            returned=last.comment if last is not None and seen.line.state == State.RETURNED else "",
        )  # fmt: skip

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The applicant's check-list: not what the reviewer needs for a refusal, nor the window's in the portal."""
        grounds = {name for step in self.row.steps for _word, name in step.grounds}
        who = release_parts.applicant(self.row)
        window = who.window if who is not None else ()
        return tuple(
            replace(one, required=one.required or one.name in window)
            for one in self.row.papers
            if one.name not in grounds and (self.frame.window or one.name not in window)
        )

    def paper(self, asked: Paper) -> PaperAsked:
        """One line of the check-list: what is there, what is wrong with the last file."""
        place = f"paper.{asked.name}"
        return PaperAsked(
            name=asked.name, label=_(asked.text), hint=_(asked.help) if asked.help else "", required=asked.required,
            brought=tuple(self.shown(one) for one in self.seen.papers if one.kind == asked.name),
            errors=(_(self.wrong[place]),) if place in self.wrong else (),
        )  # fmt: skip

    def shown(self, one: PaperLine) -> PaperShown:
        """A paper that is there."""
        return PaperShown(
            name=one.name, href=to(self.frame.paper, matter=self.number, paper=one.id), size=filesizeformat(one.size),
            person=wording.person(one.person), at=one.at,
        )  # fmt: skip

    def check(self, back: Link, days: int, declared: str, visits: Iterable[view.Visit]) -> view.CheckPage:
        """Everything once more: what was answered, which papers lie there and which are missing."""
        change = to(self.frame.apply, matter=self.number)
        self.visits = tuple(visits)
        brought = {one.kind for one in self.seen.papers}
        wrong = self.wrong or {one.name: ANSWER for one in release_parts.left_out(self.row, self.typed)}
        return view.CheckPage(
            title=_(self.row.text), patient=self.seen.line.patient_name, change=change, back=back, days=days,
            parts=tuple(
                view.CheckedPart(title=_(part.title), lines=lines)
                for part, asked in release_parts.divided(self.row)
                if (lines := tuple(self.line(one, change, wrong) for one in asked if self.tells(one, wrong)))
            ),
            papers=tuple(
                view.CheckedPaper(
                    label=_(one.text), change=f"{change}#paper_{one.name}", required=one.required,
                    brought=tuple(self.shown(paper) for paper in self.seen.papers if paper.kind == one.name),
                    missing=one.required and one.name not in brought,
                    errors=(_(self.wrong[f"paper.{one.name}"]),) if f"paper.{one.name}" in self.wrong else (),
                )
                for one in self.papers
            ),
            declared=declared, errors=tuple(self.errors),
        )  # fmt: skip

    def tells(self, question: Question, wrong: Mapping[str, str]) -> bool:
        """Whether the question stands among the answers: one that was answered here, or has to be."""
        return question.name in wrong or (
            bool(self.typed.get(question.name)) and question.name not in self.frame.answered
        )

    def line(self, question: Question, change: str, wrong: Mapping[str, str]) -> view.Checked:
        """One answer with the way back to it."""
        value = self.typed.get(question.name, "")
        visits = release_visits.named(value, self.visits) if question.name == release_parts.VISITS else ""
        return view.Checked(
            label=_(question.text), text=visits or (matter_words.answer(question, value) if value else "—"),
            change=f"{change}#id_{question.name}",
            errors=(_(wrong[question.name]),) if question.name in wrong else (),
        )  # fmt: skip
