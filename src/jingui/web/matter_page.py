"""一（三）4 申请与审批: one matter as its page shows it [1.3.4]"""

from collections.abc import Mapping
from types import MappingProxyType

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import EventLine, MatterView, PaperLine
from jingui.core.matters.row import Ask, MatterKind, Move, State, Step
from jingui.core.process import SAYS
from jingui.web import matter_words, wording
from jingui.web.viewmodels.matters import EventShown, MatterPage, Option, PaperAsked, PaperShown, StepShown, Told
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

TYPED = frozenset({Ask.TEXT, Ask.LONG})  # answers in somebody's own words
GOING = (State.WAITING, State.APPEALED)


def drawn(
    seen: MatterView, error: Invalid | Conflict | None, comment: str, *, copies: frozenset[str] = frozenset(),
    known: Mapping[str, str] = MappingProxyType({}),
) -> MatterPage:  # fmt: skip
    """The page of a matter, with what was wrong about the last move. `copies`: for what this post makes copies."""
    row, line = KINDS[seen.line.kind], seen.line
    may = frozenset(seen.moves)
    now = present(row, line.state, line.step)
    return MatterPage(
        title=_(row.text), state=matter_words.state(line.state), told=told(row, seen.answers, known),
        papers=checklist(row, seen), events=tuple(event(one) for one in seen.events), steps=steps(row, seen),
        starter=wording.person(line.starter or "system:matters"), opened=line.opened, due=line.due, until=seen.until,
        grants=_(row.grants) if row.grants else "", obligations=tuple(_(one) for one in row.obligations),
        clauses=wording.clause_refs(row.clauses), may=may, basis=seen.basis,
        moves=tuple(Link(label=_(one.label), href=str(one), primary=one is SAYS[0] or one is Move.REPLY)
                    for one in SAYS if str(one) in may),
        outcomes=tuple(Option(value=word, label=_(text)) for word, text, _passes in (now.outcomes if now else ())),
        outcome_always=now is not None and Move.REFUSE not in now.moves,
        patient=Link(label=line.patient_name or _("打开病历"), href=to("chart", patient=line.patient))
        if line.patient else None,
        record=Link(label=seen.record_kind, href=to("record", record=seen.record)) if seen.record else None,
        subject=seen.subject, behalf=seen.behalf, barred=seen.barred if not may & {str(one) for one in SAYS} else "",
        then=onward(row, seen, copies=copies), appeal_until=seen.appeal_until,
        outcome=matter_words.outcome(line.kind, line.outcome),
        edit_href=to("copy_apply" if row.copies == "patient" else "edit_matter", matter=line.id)
        if str(Move.SAVE) in may else "",
        may_bring=bool(row.papers) and seen.brings,
        comment=comment, errors=errors(error),
    )  # fmt: skip


def onward(row: MatterKind, seen: MatterView, *, copies: frozenset[str]) -> Link | None:
    """Where its starter goes on with what was granted; whoever makes copies, with making them."""
    if row.copies in copies and seen.line.state == State.EXECUTED:
        return Link(label=_("制作复制件"), href=to("copy_make", matter=seen.line.id), primary=True)
    page, text = row.then
    if not page or not seen.line.mine or seen.line.state != State.EXECUTED:
        return None
    return Link(label=_(text), href=to(page, matter=seen.line.id), primary=True)


def errors(error: Invalid | Conflict | None) -> tuple[tuple[str, str], ...]:
    """What was wrong, as (place, words)."""
    if error is None:
        return ()
    places = error.places if isinstance(error, Invalid) else ()
    if places:
        return tuple((name, _(text)) for name, text in places)
    return (("", f"{_(error.message)} {_(error.next_step)}".strip()),)


def present(row: MatterKind, state: str, name: str) -> Step | None:
    """The step being taken, by its name."""
    steps_ = row.appeal if state == State.APPEALED else row.steps
    return next((one for one in steps_ if one.name == name), None)


def told(
    row: MatterKind, answers: Mapping[str, str], known: Mapping[str, str] = MappingProxyType({})
) -> tuple[Told, ...]:
    """The answers in words, in the row's order; those of `known` questions in words that the page found itself."""
    out = []
    for question in row.questions:
        value = answers.get(question.name, "")
        if value:
            text = known.get(question.name) or matter_words.answer(question, value)
            typed = question.ask in TYPED and question.name not in known
            out.append(Told(label=_(question.text), text=text, long=len(text) > 60, typed=typed))
    return tuple(out)


def checklist(row: MatterKind, seen: MatterView) -> tuple[PaperAsked, ...]:
    """The check-list with the papers that are there."""
    return tuple(
        PaperAsked(
            name=asked.name, label=_(asked.text), required=asked.required,
            brought=tuple(paper_shown(seen.line.id, one) for one in seen.papers if one.kind == asked.name),
        )
        for asked in row.papers
        if not asked.after or any(one.kind == asked.name for one in seen.papers)
    )  # fmt: skip


def paper_shown(matter: int, one: PaperLine) -> PaperShown:
    """One paper in the check-list."""
    return PaperShown(
        name=one.name, href=to("matter_paper", matter=matter, paper=one.id), size=filesizeformat(one.size),
        person=wording.person(one.person), at=one.at,
    )  # fmt: skip


def event(one: EventLine) -> EventShown:
    """One move of the history."""
    return EventShown(
        at=one.at, person=wording.person(one.person or "system:matters", one.title, one.department),
        move=matter_words.move(one.move), step=_(one.step) if one.step else "", behalf=one.behalf,
        comment=one.comment, entry=one.entry, entry_href=to("entry", entry=one.entry),
    )  # fmt: skip


def steps(row: MatterKind, seen: MatterView) -> tuple[StepShown, ...]:
    """The way of the matter: which stages are behind, which one is now."""
    state = seen.line.state
    listed = row.appeal if state == State.APPEALED else row.steps
    names = [one.name for one in listed]
    at = names.index(seen.line.step) if seen.line.step in names and state in GOING else -1
    finished = state in (State.APPROVED, State.EXECUTED, State.CLOSED)
    return tuple(
        StepShown(
            name=_(step.name), who=matter_words.who(step), people=step.people,
            stands="now" if n == at else "done" if finished or (at >= 0 and n < at) else "later",
            agreed=seen.agreed if n == at else 0,
        )
        for n, step in enumerate(listed)
    )  # fmt: skip
