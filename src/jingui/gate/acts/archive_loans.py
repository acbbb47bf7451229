"""四（一）2 借阅: lent, renewed, asked for, returned; one open loan of a volume, none to the late [4.1.2] [6.1.4]"""

from datetime import timedelta
from typing import Any, Final, cast

import orjson

from jingui.core.archive import LENDABLE, OUT, PURPOSES, Condition, LoanState, Place, due, overdue
from jingui.core.archive_asking import LendVolume, RemindLoan, RenewLoan, ReturnVolume
from jingui.core.archive_codes import shown
from jingui.core.calendars import CHINA, USUAL
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused
from jingui.core.matters.row import State
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Purpose, Role, Shelf, Verb
from jingui.gate import archive, settings
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.archive_volumes import sealed
from jingui.gate.acts.matters import open_matter
from jingui.gate.archive_rights import may_hold, refuse_sealed
from jingui.gate.destroying_list import condemned
from jingui.gate.effects import Effected, Granting, effect, row_checking
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Loan, Matter, Person, Volume

COVERS, NONE = Stance(grant=Grant.COVERS), Stance()
REQUEST: Final = "volume_request"
LENT: Final = {Place.READING_ROOM: Shelf.READING, Place.DEPARTMENT: Shelf.LENT}


def looked_at(runtime: Runtime, patient: int, public: str) -> Volume | None:
    """The volume an operation names, genuine, not locked; None when there is none: the act says so."""
    pair = runtime.ids.internal(public) if public else None
    row = Volume.objects.filter(pk=pair).first() if pair is not None and pair[0] == patient else None
    if row is not None:
        runtime.sealer.check(row)
    return row


@stance(Verb.LEND_VOLUME)
def lending(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the rules let the borrower read everything that such a volume holds, for the stated purpose."""
    data = operation.data
    if not isinstance(data, LendVolume) or data.purpose not in set(Purpose):
        return COVERS  # the act says what is wrong
    row = looked_at(runtime, operation.target.patient, data.volume)
    if row is None:
        return COVERS
    holds = may_hold(runtime, row, data.borrower, Purpose(data.purpose), operation.at)
    return COVERS if holds else NONE


@stance(Verb.RENEW_LOAN)
def renewing(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The borrower's own loan, or the record room."""
    data = operation.data
    if actor.role is Role.ARCHIVIST or not isinstance(data, RenewLoan):
        return COVERS
    row = looked_at(runtime, operation.target.patient, data.volume)
    if row is None:
        return NONE
    mine = Loan.objects.filter(
        patient_id=row.patient_id, volume_id=row.volume_id, state=LoanState.OPEN.value, borrower_id=actor.person
    )
    return COVERS if mine.exists() else NONE


@row_checking(REQUEST)
def request_asked(context: WriteContext, permit: Permit, row: Matter, answers: Any) -> None:
    """A request names a volume of its patient."""
    (found,) = archive.volumes_by_code(context, [answers["code"]], 1, "code")
    if found.patient_id != row.patient_id:
        raise Invalid(places=(("code", N_("这册病案不是该患者的")),))


@effect(REQUEST)
def requested(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """备册: the record room has it ready; the right to hold it is looked at when it is lent [4.1.2]."""
    return Effected()


def waiting_for(context: WriteContext, row: Volume, but: int) -> bool:
    """Whether somebody else has asked for this volume and was not answered yet."""
    matters = Matter.objects.filter(patient_id=row.patient_id, kind=REQUEST, state=State.WAITING.value)
    for one in matters.exclude(person_id=but):
        context.runtime.sealer.check(one)
        answers = safe_of(context.runtime, raw, one.pk, one.patient_id).open_answers(one.payload)
        if answers["code"].replace("-", "").upper() == row.code:
            return True
    return False


@write_act(Verb.LEND_VOLUME)
def lend(context: WriteContext, permit: Permit) -> Done:
    """借出: once at a time, to nobody who is late with another, nothing that is sealed [4.1.2]."""
    data = cast(LendVolume, permit.operation.data)
    if data.purpose not in {one.value for one in PURPOSES}:
        raise Invalid(places=(("purpose", N_("没有这一项。")),))
    if data.place not in set(Place):
        raise Invalid(places=(("place", N_("没有这一项。")),))
    row = archive.volume_of(context, data.volume)
    if condemned(context, row.patient_id, row.volume_id, row.retention_class):
        raise Gone()
    if row.state in OUT:
        raise Conflict(N_("这册病案已经借出。"), N_("需要的可以提出借阅申请，归还后备册。"))
    if row.state not in LENDABLE:
        raise Conflict(N_("这册病案目前不在病案室，不能借出。"), N_("请先办理接收或找回。"))
    refuse_sealed(context, row)
    if data.borrower == permit.person:
        raise Refused(N_("借阅人本人不能办理借出。"), N_("请由另一名病案员办理。"), clauses=("4.1.2", "6.1.2"),
                      reason="party")  # fmt: skip
    borrower = locked(context, Person, data.borrower)  # two loans to one person are counted one after the other
    if borrower.kind != "staff" or not borrower.active:
        raise Invalid(places=(("borrower", N_("没有这个工号的在职人员")),))
    allowed_more(context, permit, data.borrower)
    days = settings.number(context.runtime, context.epoch, "loan_days")
    number = context.runtime.number(context.runtime.clock.now())
    place = Place(data.place)
    loan = Loan(
        patient_id=row.patient_id, loan_id=number, volume_id=row.volume_id, place=place.value,
        borrower_id=data.borrower, lender_id=permit.person, purpose=data.purpose, matter=data.matter, lent=permit.at,
        due=due(place, permit.at, days), state=LoanState.OPEN.value,
    )  # fmt: skip
    keep(context, loan, new=True)
    row.state, row.since = LENT[place].value, permit.at
    keep(context, row)
    return Done(
        value=(context.runtime.public(row.patient_id, number), loan.due), lines=archive.lines(context, [row]),
        patients=(row.patient_id,),
    )  # fmt: skip


def allowed_more(context: WriteContext, permit: Permit, borrower: int) -> None:
    """Refused while the borrower is late with a volume, or has as many as one person may."""
    held = list(Loan.objects.filter(borrower_id=borrower, state=LoanState.OPEN.value).select_for_update())
    for one in held:
        context.runtime.sealer.check(one)
    if any(overdue(one.due, permit.at) for one in held):
        raise Refused(
            N_("借阅人有逾期未还的病案，不能再借。"), N_("请先归还逾期的病案。"), clauses=("4.1.2", "6.1.4"),
            reason="loan_overdue",
        )  # fmt: skip
    if len(held) >= settings.number(context.runtime, context.epoch, "loan_most"):
        raise Refused(N_("借阅人借出的册数已到上限。"), N_("请先归还一部分。"), clauses=("4.1.2",), reason="loan_most")


@write_act(Verb.RENEW_LOAN)
def renew(context: WriteContext, permit: Permit) -> Done:
    """续借: so often as the setting says, in time, and while nobody waits [4.1.2]."""
    data = cast(RenewLoan, permit.operation.data)
    row = archive.volume_of(context, data.volume)
    loan = archive.open_loan(context, row)
    if loan is None:
        raise Conflict(N_("这册病案没有未还的借阅。"), N_("请刷新页面。"))
    if loan.place == Place.READING_ROOM:
        raise Conflict(N_("阅览室阅览当日归还，不能续借。"), N_("需要带出的，归还后另行办理外借。"))
    if overdue(loan.due, permit.at):
        raise Conflict(N_("借阅已逾期，不能续借。"), N_("请先归还。"))
    if loan.renewals >= settings.number(context.runtime, context.epoch, "loan_renewals"):
        raise Conflict(N_("续借次数已用完。"), N_("请按期归还；仍需要的，归还后重新办理。"))
    refuse_sealed(context, row)
    if not may_hold(context.runtime, row, loan.borrower_id, Purpose(loan.purpose), permit.at):
        raise Refused(N_("借阅人已无权查阅其中全部内容，不能续借。"), N_("请归还病案册。"), clauses=("4.1.1", "4.1.2"),
                      reason="loan_right")  # fmt: skip
    if waiting_for(context, row, loan.borrower_id):
        raise Conflict(N_("有人正在等这册病案，不能续借。"), N_("请按期归还。"))
    days = settings.number(context.runtime, context.epoch, "loan_days")
    loan.due = USUAL.after(loan.due - timedelta(seconds=1), days)  # it ends at midnight: counted from the day before
    loan.renewals, loan.reminded = loan.renewals + 1, None
    keep(context, loan)
    return Done(value=loan.due, lines=archive.lines(context, [row]), patients=(row.patient_id,))


@write_act(Verb.RETURN_VOLUME)
def take_back(context: WriteContext, permit: Permit) -> Done:
    """归还: looked through by somebody else than the borrower; damage opens a matter [4.1.2] [6.1.4]."""
    data = cast(ReturnVolume, permit.operation.data)
    if data.condition not in set(Condition):
        raise Invalid(places=(("condition", N_("没有这一项。")),))
    whole = data.condition == Condition.WHOLE
    if not whole and len(data.note.strip()) < 4:
        raise Invalid(places=(("note", N_("请写明破损或缺页的情况")),))
    if len(data.note) > 2000 or "\0" in data.note or not 0 <= data.pages <= 99_999:
        raise Invalid(places=(("note", N_("内容过长或含有不可用的字符")),))
    row = archive.volume_of(context, data.volume)
    loan = archive.open_loan(context, row)
    if loan is None:
        raise Conflict(N_("这册病案没有未还的借阅。"), N_("请刷新页面。"))
    if whole and data.pages and row.pages and data.pages != row.pages:
        raise Invalid(places=(("pages", N_("页数与登记不符，请按缺页登记")),))
    if loan.borrower_id == permit.person:
        raise Refused(N_("借阅人本人不能办理归还验收。"), clauses=("4.1.2", "6.1.2"), reason="party")
    loan.state, loan.returned, loan.taker_id = LoanState.RETURNED.value, permit.at, permit.person
    loan.condition = Condition(data.condition).value
    keep(context, loan)
    row.state, row.since = Shelf.ROOM.value, permit.at
    if data.note.strip():
        row.payload = sealed(context, row, body_of(context, row) | {"condition": data.note.strip()})
    keep(context, row)
    matter = 0
    if not whole:
        told = f"{Condition(data.condition).label}：{data.note.strip()}"
        answers = {"code": shown(row.code), "condition": told[:400]}
        opened = open_matter(
            context, permit, "volume_damage", answers, patient=row.patient_id, subject=loan.borrower_id
        )
        matter = opened.pk
    return Done(
        value=matter, lines=archive.lines(context, [row]), patients=(row.patient_id,), note=data.note.strip().encode()
    )


def body_of(context: WriteContext, row: Volume) -> dict[str, Any]:
    """What is said of a volume in words."""
    if row.payload is None:
        return {}
    key = archive.class_key(context, row.patient_id, row.retention_class)
    plain = key.cipher.open(bytes(row.payload), archive.place_of(row.patient_id, row.volume_id, "volume"))
    found: dict[str, Any] = orjson.loads(plain)
    return found


@write_act(Verb.REMIND_LOAN)
def remind(context: WriteContext, permit: Permit) -> Done:
    """催还: once a day; long overdue, the borrower is asked and medical affairs decides [4.1.2] [6.1.4]."""
    data = cast(RemindLoan, permit.operation.data)
    loan = locked(context, Loan, (permit.operation.target.patient, data.loan))
    if loan.state != LoanState.OPEN:
        raise Conflict(N_("这册病案没有未还的借阅。"), N_("无需处理。"))
    if loan.reminded and loan.reminded.astimezone(CHINA).date() == permit.at.astimezone(CHINA).date():
        raise Conflict(N_("今天已经提醒过。"), N_("无需处理。"))
    row = Volume.objects.filter(pk=(loan.patient_id, loan.volume_id)).first()
    if row is None:
        raise NotFound()
    loan.reminded = permit.at
    keep(context, loan)
    days = settings.number(context.runtime, context.epoch, "loan_escalate_days")
    matter = 0
    told = Matter.objects.filter(
        patient_id=loan.patient_id, kind="loan_overdue", subject_id=loan.borrower_id, opened__gte=loan.due
    )
    if overdue(USUAL.after(loan.due, days), permit.at) and not told.exists():
        answers = {"code": shown(row.code), "due": loan.due.astimezone(CHINA).date().isoformat()}
        matter = open_matter(
            context, permit, "loan_overdue", answers, patient=loan.patient_id, subject=loan.borrower_id
        ).pk
    return Done(
        value=matter, patients=(loan.patient_id,),
        lines=(Line(context.runtime.public(loan.patient_id, 0), context.runtime.public(loan.patient_id, loan.loan_id),
                    "loan", loan.version),),
    )  # fmt: skip
