"""一（三）1 事项: a matter as the store has it, genuine and locked, and as the state machine sees it [1.3.1] [6.1.2]"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core import process
from jingui.core.calendars import USUAL
from jingui.core.errors import Invalid, NotFound, Tampered
from jingui.core.matters import kind_of
from jingui.core.matters.asking import Answers, numbers_in
from jingui.core.matters.row import Ask, MatterKind, Move, Question, State
from jingui.core.process import Case, Mover, Vote
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import Role
from jingui.gate.actors import ActorFacts
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Matter, MatterEvent
from jingui.store.seals import Sealer
from jingui.store.statements import Columns

EVENT = Columns()
EVENT.sealed("v", "matter_event")
EVENT.add("v.payload")
EVENTS_SQL = f"SELECT {EVENT.sql} FROM matter_event v WHERE v.matter_id = $1::bigint ORDER BY v.n"  # noqa: S608 -- own names
LENT = Columns()
LENT.sealed("d", "delegation")
LENT.sealed("po", "post")
LENT_SQL = f"""SELECT {LENT.sql} FROM delegation d JOIN post po ON po.id = d.post_id
WHERE d.to_person_id = $1::bigint AND NOT d.ended AND d.starts <= $2::timestamptz AND d.ends > $2::timestamptz"""  # noqa: S608 -- own names
STAFF_SQL = "SELECT person_id FROM patient WHERE patient_id = $1::bigint"
VOTES = frozenset({"approve", "refuse", "return", "reply"})


class Lent(NamedTuple):
    """Somebody's power that the actor was lent, and for which kinds (() = all)."""

    mover: Mover
    kinds: tuple[str, ...]


class Opened(NamedTuple):
    """A matter under lock: the row, its kind, the case, its history."""

    row: Matter
    kind: MatterKind
    case: Case
    events: int


def row_of(name: str) -> MatterKind:
    """The kind of that name; Invalid when the table has none."""
    kind = kind_of(name)
    if kind is None:
        raise Invalid(N_("没有这类事项。"), places=(("kind", name[:40]),))
    return kind


def opened(context: WriteContext, number: int) -> Opened:
    """The matter, locked, genuine with its whole history; NotFound or Tampered otherwise."""
    row = locked(context, Matter, number)
    kind = kind_of(row.kind)
    if kind is None:
        raise Tampered(where=f"matter:{number}")
    votes, last = history(context.runtime.sealer, raw(EVENTS_SQL, number), number)
    parties = raw(STAFF_SQL, row.patient_id) if row.patient_id else []
    staff = parties[0][0] if parties and parties[0][0] else 0
    return Opened(row, kind, case_of(row, votes, frozenset({staff} - {0})), last)


def history(sealer: Sealer, rows: Sequence[Sequence[Any]], number: int) -> tuple[tuple[Vote, ...], int]:
    """The votes of a matter from its events: each genuine, none missing in between. Tampered otherwise."""
    at, votes = EVENT.at, []
    for n, row in enumerate(rows, 1):
        group = EVENT.groups["v"]
        if row[at["v.n"]] != n or not sealer.holds(group.table, group.values(row), group.mac(row)):
            raise Tampered(where=f"matter_event:{number}.{n}")
        if row[at["v.move"]] in VOTES:
            votes.append(
                Vote(
                    step=row[at["v.step"]], round=row[at["v.round"]], person=row[at["v.person_id"]],
                    behalf=row[at["v.behalf_id"]], move=Move(row[at["v.move"]]),
                )
            )  # fmt: skip
    return tuple(votes), len(rows)


def case_of(row: Any, votes: tuple[Vote, ...], parties: frozenset[int]) -> Case:
    """The state machine's view of a row."""
    return Case(
        state=State(row.state), step=row.step, round=row.round, starter=row.person_id, subject=row.subject_id,
        department=row.department_id, parties=parties, votes=votes, due=row.due, decided=row.decided,
        outcome=row.outcome,
    )  # fmt: skip


def me(actor: ActorFacts) -> Mover:
    """The actor at their own post."""
    return Mover(person=actor.person, role=actor.role, department=actor.department)


def lent(sealer: Sealer, rows: Sequence[Sequence[Any]], actor: ActorFacts) -> tuple[Lent, ...]:
    """The powers that genuine delegations lend the actor; one that does not hold refuses by name."""
    out = []
    for row in rows:
        for group in LENT.groups.values():
            if not sealer.holds(group.table, group.values(row), group.mac(row)):
                raise Tampered(where=f"{group.table}:{row[group.start]}")
        at = LENT.at
        if row[at["po.state"]] != "active" or row[at["po.person_id"]] != row[at["d.person_id"]]:
            continue
        mover = Mover(
            person=actor.person, role=Role(row[at["po.role"]]), department=row[at["po.department_id"]],
            behalf=row[at["d.person_id"]],
        )  # fmt: skip
        out.append(Lent(mover, tuple(row[at["d.kinds"]])))
    return tuple(out)


def movers(actor: ActorFacts, powers: Iterable[Lent], kind: str) -> tuple[Mover, ...]:
    """In which capacities the actor may act on a matter of `kind`: their own first."""
    return (me(actor), *(one.mover for one in powers if not one.kinds or kind in one.kinds))


def appeal_until(kind: MatterKind, decided: datetime | None, settings: Mapping[str, Value]) -> datetime | None:
    """Until when a refusal may be appealed against."""
    if not kind.appeal or not kind.appeal_days or decided is None:
        return None
    return USUAL.after(decided, int(settings[kind.appeal_days]))


def choose(
    kind: MatterKind, case: Case, capacities: Sequence[Mover], move: Move, at: datetime, until: datetime | None
) -> Mover:
    """The capacity in which the actor may make the move; Refused or Conflict, as their own would be, when in none."""
    for mover in capacities:
        if move in process.may(kind, case, mover, at, until):
            return mover
    acting = next((mover for mover in capacities if process.takes_part(kind, case, mover)), capacities[0])
    process.check(kind, case, acting, move, at, until)
    raise NotFound()  # check always raises when the move is not among those allowed


def record(
    context: WriteContext, found: Opened, case: Case, move: Move, mover: Mover, at: datetime, note: bytes | None
) -> None:
    """Store the case after a move and the event that led to it, both sealed to this operation's entry."""
    row, before = found.row, found.row.state
    made = MatterEvent(
        id=next_id(MatterEvent), matter=row, n=found.events + 1, move=move.value, step=process.place(found.case),
        round=found.case.round, person_id=mover.person, post_id=context.actor.post, behalf_id=mover.behalf,
        before=before, after=case.state.value, basis=bytes(row.basis), at=at, payload=note,
    )  # fmt: skip
    keep(context, made, new=True)
    row.state, row.step, row.round = case.state.value, case.step, case.round
    row.due, row.decided, row.outcome = case.due, case.decided, case.outcome
    keep(context, row)


def answered(kind: MatterKind, answers: Answers, settings: Mapping[str, Value], *, complete: bool) -> dict[str, str]:
    """The answers, trimmed and checked against the row; Invalid lists every place. Drafts may leave gaps."""
    given = {name: value.strip() for name, value in answers}
    known = {question.name: question for question in kind.questions}
    wrong = [(name, N_("没有这一项")) for name in given if name not in known]
    for question in kind.questions:
        value = given.get(question.name, "")
        if not value:
            if complete and question.required:
                wrong.append((question.name, N_("请填写此项")))
        elif fault := fault_of(question, value, settings):
            wrong.append((question.name, fault))
    if wrong:
        raise Invalid(places=tuple(wrong))
    return {name: value for name, value in given.items() if value}


def fault_of(question: Question, value: str, settings: Mapping[str, Value]) -> str:
    """What is wrong with one answer, "" for nothing."""
    if len(value) > question.length or "\0" in value:
        return N_("内容过长或含有不可用的字符")
    words = {word for word, _ in question.choices}
    match question.ask:
        case Ask.CHOICE:
            return "" if value in words else N_("请从列表中选择")
        case Ask.CHOICES:
            return "" if set(value.split(",")) <= words else N_("请从列表中选择")
        case Ask.NUMBER | Ask.PERSON | Ask.DEPARTMENT:
            if not value.isascii() or not value.isdigit() or len(value) > 18:
                return N_("须为整数")
            most = int(settings[question.most]) if question.most else None
            low = question.least is not None and int(value) < question.least
            return N_("超出允许的范围") if low or (most is not None and int(value) > most) else ""
        case Ask.PATIENTS:
            count = len(numbers_in(value))
            return "" if 0 < count <= int(settings[question.most]) else N_("号码过多，请分批申请")
        case Ask.DATE:
            try:
                datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 -- a calendar day has no zone
            except ValueError:
                return N_("日期须为 年-月-日")
            return ""
        case _:
            return ""


def power_rows(runtime: Runtime, actor: ActorFacts, at: datetime) -> tuple[Lent, ...]:
    """The powers lent to the actor, read on this connection."""
    return lent(runtime.sealer, raw(LENT_SQL, actor.person, at), actor) if actor.person else ()
