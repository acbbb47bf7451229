"""一（三）1 事项: starting, handing in, deciding, withdrawing, appealing and closing matters [1.3.1] [4.1.1] [6.1.2]"""

from datetime import datetime
from typing import cast

from jingui.core import process
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.matters import KINDS
from jingui.core.matters.asking import (
    AddPaper,
    AppealMatter,
    CloseMatter,
    DecideMatter,
    Moved,
    SaveMatter,
    StartMatter,
    SubmitMatter,
    WithdrawMatter,
)
from jingui.core.matters.row import About, MatterKind, Move, State
from jingui.core.permit import Permit
from jingui.core.process import Mover
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate import matters, settings
from jingui.gate.effects import CHECKS, EFFECTS, ENDINGS, ROW_CHECKS, Effected, Granting
from jingui.gate.matter_papers import acts_under, bring, brought, contents, digests
from jingui.gate.matter_safe import basis, safe_of
from jingui.gate.matters import Opened
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Matter

MY_DRAFTS_SQL = "SELECT count(*) FROM matter WHERE person_id = $1::bigint AND state = 'draft'"
# Inserting waits for whoever is starting it at this moment; what they started is found then.
MARKED_SQL = """INSERT INTO mark (name, value, at) VALUES ($1, '', $2) ON CONFLICT (name) DO UPDATE SET at = mark.at
RETURNING value"""
MARK_SQL = "UPDATE mark SET value = $2 WHERE name = $1"
MOST_DRAFTS = 100  # a person's unfinished matters: a limit against a runaway script, not against work


@write_act(Verb.START_MATTER)
def start(context: WriteContext, permit: Permit) -> Done:
    """Start a matter as a draft, or hand it in at once with its papers [1.3.1]."""
    data = cast(StartMatter, permit.operation.data)
    kind = matters.row_of(data.kind)
    target = permit.operation.target
    placed(kind, target.patient, target.record)
    mark = (
        f"matter:{context.runtime.suite.digest(f'{permit.person}:{data.key}'.encode()).hex()[:40]}" if data.key else ""
    )
    again = raw(MARKED_SQL, mark, permit.at) if mark else []
    if again and again[0][0]:  # the same form sent twice is one matter
        return done(matters.opened(context, int(again[0][0])).row)
    if raw(MY_DRAFTS_SQL, permit.person)[0][0] >= MOST_DRAFTS:
        raise Conflict(N_("您的草稿已达上限。"), N_("请先提交或撤回不再需要的草稿。"))
    values = settings.values(context.runtime, context.epoch)
    answers = matters.answered(kind, data.answers, values, complete=data.submit)
    row = made(context, permit, kind, answers, subject=data.subject)
    if mark:
        raw(MARK_SQL, mark, str(row.pk))
    found = Opened(row, kind, matters.case_of(row, (), frozenset()), 1)
    for paper in data.papers:
        bring(context, permit, found, paper)
    if data.papers:
        resealed(context, found, answers)
    if not data.submit:
        return done(row)
    return hand_in(context, permit, found, answers)


def placed(kind: MatterKind, patient: int, record: int) -> None:
    """Invalid unless the target is what matters of this kind are about."""
    fits = {
        About.NOTHING: not patient,
        About.PATIENT: bool(patient),
        About.RECORD: bool(patient) and bool(record),
    }[kind.about]
    if not fits:
        raise Invalid(places=(("target", N_("请从相应的患者或记录页面发起此事项")),))


def made(
    context: WriteContext, permit: Permit, kind: MatterKind, answers: dict[str, str], *, subject: int = 0,
    patient: int = -1, record: int = -1,
) -> Matter:  # fmt: skip
    """A new draft with its first event, both sealed; also for acts that open a matter by themselves."""
    target = permit.operation.target
    about = (target.patient if patient < 0 else patient, target.record if record < 0 else record)
    if kind.about is not About.RECORD:
        about = (about[0], 0)
    number = next_id(Matter)
    safe = safe_of(context.runtime, raw, number, about[0])
    row = Matter(
        id=number, kind=kind.id, patient_id=about[0], record_id=about[1], person_id=permit.person,
        post_id=context.actor.post, department_id=permit.department, subject_id=subject, state=State.DRAFT.value,
        opened=permit.at, basis=basis(context.runtime, kind.id, answers, ()), payload=safe.seal_answers(answers),
    )  # fmt: skip
    keep(context, row, new=True)
    found = Opened(row, kind, matters.case_of(row, (), frozenset()), 0)
    matters.record(context, found, found.case, Move.START, matters.me(context.actor), permit.at, None)
    return row


def open_matter(
    context: WriteContext, permit: Permit, kind: str, answers: dict[str, str], *, patient: int, subject: int = 0,
    record: int = 0, starter: int = 0,
) -> Matter:  # fmt: skip
    """Open and hand in a matter as part of another operation (a review, a finding): nobody may withdraw it.

    `starter` 0: the system itself. It commits with the operation or not at all.
    """
    row_kind = matters.row_of(kind)
    row = made(context, permit, row_kind, answers, subject=subject, patient=patient, record=record)
    if row.person_id != starter:
        row.person_id = starter
        keep(context, row)
    found = Opened(row, row_kind, matters.case_of(row, (), frozenset()), 1)
    hand_in(context, permit, found, answers, by=Mover(person=starter, role=Role.SYSTEM, department=0))
    return row


def hand_in(
    context: WriteContext, permit: Permit, found: Opened, answers: dict[str, str], by: Mover | None = None
) -> Done:
    """Put the matter before the first step; Invalid lists answers and papers that are missing."""
    values = settings.values(context.runtime, context.epoch)
    matters.answered(found.kind, tuple(answers.items()), values, complete=True)
    if by is None and found.kind.effect in CHECKS:
        CHECKS[found.kind.effect](context, permit, answers)
    if by is None and found.kind.effect in ROW_CHECKS:
        ROW_CHECKS[found.kind.effect](context, permit, found.row, answers)
    lacking = process.missing(found.kind.papers, brought(context, found.row.pk)) if found.kind.papers else ()
    if lacking:
        raise Invalid(N_("材料不齐，尚不能提交。"), N_("请补齐标出的材料。"),
                      places=tuple((f"paper.{name}", N_("请提供此项材料")) for name in lacking))  # fmt: skip
    mover = by or matters.me(context.actor)
    outcome = process.move(found.kind, found.case, mover, Move.SUBMIT, permit.at, settings=values)
    matters.record(context, found, outcome.case, Move.SUBMIT, mover, permit.at, None)
    return done(found.row)


@write_act(Verb.SAVE_MATTER)
def save(context: WriteContext, permit: Permit) -> Done:
    """Keep new answers of one's own draft or returned matter; the other window's version is a conflict [1.3.1]."""
    data = cast(SaveMatter, permit.operation.data)
    found = mine(context, permit, data.matter, Move.SAVE)
    if found.row.version != data.revision:
        raise Conflict(N_("该事项已在别处修改，您的修改没有覆盖它。"), N_("请查看最新内容后再保存。"))
    values = settings.values(context.runtime, context.epoch)
    answers = matters.answered(found.kind, data.answers, values, complete=False)
    resealed(context, found, answers)
    return done(found.row)


def mine(context: WriteContext, permit: Permit, number: int, move: Move) -> Opened:
    """The matter, locked, if the actor may make this move now in their own name."""
    found = matters.opened(context, number)
    until = matters.appeal_until(found.kind, found.row.decided, settings.values(context.runtime, context.epoch))
    process.check(found.kind, found.case, matters.me(context.actor), move, permit.at, until)
    return found


def resealed(context: WriteContext, found: Opened, answers: dict[str, str]) -> None:
    """Store answers and the digest of what a decision will be about."""
    row = found.row
    row.payload = safe_of(context.runtime, raw, row.pk, row.patient_id).seal_answers(answers)
    row.basis = basis(context.runtime, row.kind, answers, digests(context, row.pk))
    keep(context, row)


@write_act(Verb.SUBMIT_MATTER)
def submit(context: WriteContext, permit: Permit) -> Done:
    """Hand in a draft, or a matter that was returned [1.3.1]."""
    data = cast(SubmitMatter, permit.operation.data)
    found = mine(context, permit, data.matter, Move.SUBMIT)
    safe = safe_of(context.runtime, raw, found.row.pk, found.row.patient_id)
    return named(context, found.row, hand_in(context, permit, found, safe.open_answers(found.row.payload)))


@write_act(Verb.ADD_PAPER)
def add_paper(context: WriteContext, permit: Permit) -> Done:
    """Bring a paper: the starter while nothing is decided, or whoever's step it is; later who acts under it [4.1.1]."""
    data = cast(AddPaper, permit.operation.data)
    found = matters.opened(context, data.matter)
    acts = acts_under(context.runtime, found.row.pk, permit.person, permit.at)
    if not acts and not process.brings(found.kind, found.case, matters.me(context.actor)):
        raise Refused(clauses=found.kind.clauses, reason="not_yours")
    bring(context, permit, found, data.paper)
    safe = safe_of(context.runtime, raw, found.row.pk, found.row.patient_id)
    resealed(context, found, safe.open_answers(found.row.payload))
    return named(context, found.row, done(found.row))


@write_act(Verb.DECIDE_MATTER)
def decide(context: WriteContext, permit: Permit) -> Done:
    """Say something at a step. When the last one passes, what was asked for is done in the same transaction [4.1.1]."""
    data = cast(DecideMatter, permit.operation.data)
    move = said(data)
    found = matters.opened(context, data.matter)
    kind, row = found.kind, found.row
    capacities = matters.movers(context.actor, matters.power_rows(context.runtime, context.actor, permit.at), kind.id)
    mover = matters.choose(kind, found.case, capacities, move, permit.at, None)
    if data.basis != bytes(row.basis).hex():
        raise Conflict(N_("您看到的内容与现在的内容不一致。"), N_("请重新打开该事项核对后再办理。"))
    grounded(context, found, move, data)
    safe = safe_of(context.runtime, raw, row.pk, row.patient_id)
    note = safe.seal("event", found.events + 1, data.comment.strip().encode()) if data.comment.strip() else None
    values = settings.values(context.runtime, context.epoch)
    outcome = process.move(kind, found.case, mover, move, permit.at, settings=values, outcome=data.outcome)
    effected = Effected()
    if outcome.passed and kind.effect:
        granting = Granting(
            row=row, answers=safe.open_answers(row.payload), papers=lambda: contents(context, row, safe)
        )
        effected = EFFECTS[kind.effect](context, permit, granting)
        row.until = effected.until
    matters.record(context, found, outcome.case, move, mover, permit.at, note)
    finished = named(context, row, done(row))
    return Done(
        value=finished.value,
        bump=effected.bump,
        lines=(*finished.lines, *effected.lines),
        patients=(*finished.patients, *effected.patients),
        note=effected.note,
        clauses=finished.clauses,
    )


def grounded(context: WriteContext, found: Opened, move: Move, data: DecideMatter) -> None:
    """Invalid when the step asks for a paper before this conclusion may be drawn, and it is not there."""
    step = process.step_of(found.kind, found.case)
    wanted = dict(step.grounds).get(data.outcome, "") if step is not None and move is not Move.RETURN else ""
    if wanted and wanted not in brought(context, found.row.pk):
        raise Invalid(N_("此项结论须先附上依据材料。"), N_("请先上传标出的材料，再作此结论。"),
                      places=((f"paper.{wanted}", N_("请提供此项材料")),))  # fmt: skip


def said(data: DecideMatter) -> Move:
    """The move; Invalid for an unknown one, or a refusal or return that says nothing."""
    if data.move not in {str(one) for one in process.SAYS}:
        raise Invalid(places=(("move", N_("请选择处理意见")),))
    move = Move(data.move)
    if move in (Move.REFUSE, Move.RETURN, Move.REPLY) and len(data.comment.strip()) < 2:
        raise Invalid(places=(("comment", N_("请写明意见")),))
    if len(data.comment) > 4000 or "\0" in data.comment:
        raise Invalid(places=(("comment", N_("内容过长或含有不可用的字符")),))
    return move


@write_act(Verb.WITHDRAW_MATTER)
def withdraw(context: WriteContext, permit: Permit) -> Done:
    """Take one's own matter back before it is decided [1.3.1]."""
    data = cast(WithdrawMatter, permit.operation.data)
    return ended(context, permit, mine(context, permit, data.matter, Move.WITHDRAW), Move.WITHDRAW, data.comment)


@write_act(Verb.APPEAL_MATTER)
def appeal(context: WriteContext, permit: Permit) -> Done:
    """Ask for another decision within the time allowed, saying why [1.3.2]."""
    data = cast(AppealMatter, permit.operation.data)
    if len(data.comment.strip()) < 2:
        raise Invalid(places=(("comment", N_("请写明申诉理由")),))
    return ended(context, permit, mine(context, permit, data.matter, Move.APPEAL), Move.APPEAL, data.comment)


@write_act(Verb.CLOSE_MATTER)
def close(context: WriteContext, permit: Permit) -> Done:
    """End what a matter granted, by its starter before the time or by the system at it; or let it lapse [4.1.1]."""
    data = cast(CloseMatter, permit.operation.data)
    if context.actor.role is not Role.SYSTEM:
        return ended(context, permit, mine(context, permit, data.matter, Move.CLOSE), Move.CLOSE, data.comment)
    found = matters.opened(context, data.matter)
    move = over(found, permit.at)
    if move is None:
        raise Conflict(N_("该事项尚未到期。"), N_("无需处理。"))
    return ended(context, permit, found, move, data.comment)


def over(found: Opened, at: datetime) -> Move | None:
    """What the system does with a matter whose time is over, None while it is not."""
    row, step = found.row, process.step_of(found.kind, found.case)
    if row.until is not None and row.until <= at and found.case.state in (State.EXECUTED, State.APPROVED):
        return Move.CLOSE
    if step is not None and step.after in ("expire", "pass") and row.due is not None and row.due <= at:
        return Move.EXPIRE
    return None


def ended(context: WriteContext, permit: Permit, found: Opened, move: Move, comment: str) -> Done:
    """Make a move that needs no vote; what the matter granted ends with it."""
    row, kind = found.row, found.kind
    values = settings.values(context.runtime, context.epoch)
    mover = matters.me(context.actor)
    outcome = process.move(kind, found.case, mover, move, permit.at, settings=values)
    safe = safe_of(context.runtime, raw, row.pk, row.patient_id)
    note = safe.seal("event", found.events + 1, comment.strip().encode()) if comment.strip() else None
    undo = ENDINGS.get(kind.effect) if move is Move.CLOSE and found.case.state is State.EXECUTED else None
    if undo is not None:
        undo(context, permit, row)
        row.until = min(row.until, permit.at) if row.until else permit.at
    matters.record(context, found, outcome.case, move, mover, permit.at, note)
    made_done = named(context, row, done(row))
    return Done(
        value=made_done.value, bump=undo is not None, lines=made_done.lines, patients=made_done.patients,
        clauses=made_done.clauses,
    )  # fmt: skip


def done(row: Matter) -> Done:
    """What became of a matter; the entry rests on the row's clauses too."""
    value = Moved(matter=row.pk, state=row.state, until=row.until, step=row.step)
    return Done(value=value, clauses=KINDS[row.kind].clauses)


def named(context: WriteContext, row: Matter, finished: Done) -> Done:
    """The same, its entry naming the patient or record the matter is about."""
    if not row.patient_id:
        return finished
    line = context.line(row.patient_id, row.record_id if row.record_id else -1)
    return Done(value=finished.value, lines=(line,), patients=(row.patient_id,), clauses=finished.clauses)
