"""六（一）4 遗失病案: reported, searched for, told, concluded; found again at any time [6.1.4] [3.2.2]"""

from typing import cast

from jingui.core.archive import LoanState
from jingui.core.archive_asking import FoundAgain, ReportLost
from jingui.core.archive_codes import shown
from jingui.core.errors import Conflict, Invalid
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Shelf, Verb
from jingui.gate import archive
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.archive_loans import looked_at
from jingui.gate.acts.matters import open_matter
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Loan

COVERS, NONE = Stance(grant=Grant.COVERS), Stance()


@stance(Verb.REPORT_LOST)
def reporting(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The record room, the borrower, the department that keeps it; found again is the record room's word alone."""
    data = operation.data
    if actor.role is Role.ARCHIVIST:
        return COVERS
    if not isinstance(data, ReportLost):
        return NONE
    row = looked_at(runtime, operation.target.patient, data.volume)
    if row is None:
        return NONE
    lent = Loan.objects.filter(
        patient_id=row.patient_id, volume_id=row.volume_id, state=LoanState.OPEN.value, borrower_id=actor.person
    )
    keeps = bool(row.department_id) and row.department_id in actor.departments
    return COVERS if keeps or lent.exists() else NONE


@write_act(Verb.REPORT_LOST)
def report_lost(context: WriteContext, permit: Permit) -> Done:
    """报失: the search begins with a matter; the loan ends as lost. Or: it turned up [6.1.4]."""
    data = permit.operation.data
    if isinstance(data, FoundAgain):
        return found_again(context, permit, data)
    data = cast(ReportLost, data)
    told = data.circumstances.strip()
    if not 4 <= len(told) <= 2000 or "\0" in told:
        raise Invalid(places=(("circumstances", N_("请写明最后见到的时间、地点和经手人（4 至 2000 字）")),))
    row = archive.volume_of(context, data.volume)
    if row.state == Shelf.LOST:
        raise Conflict(N_("这册病案已经报失。"), N_("请在遗失处理事项中补充情况。"))
    loan = archive.open_loan(context, row)
    subject = 0
    if loan is not None:
        loan.state, subject = LoanState.LOST.value, loan.borrower_id
        keep(context, loan)
    row.state, row.since = Shelf.LOST.value, permit.at
    keep(context, row)
    answers = {"code": shown(row.code), "circumstances": told}
    matter = open_matter(context, permit, "volume_lost", answers, patient=row.patient_id, subject=subject)
    return Done(value=matter.pk, lines=archive.lines(context, [row]), patients=(row.patient_id,), note=told.encode())


def found_again(context: WriteContext, permit: Permit, data: FoundAgain) -> Done:
    """It lies in the record room again; what the matter concludes is the matter's."""
    where = data.where.strip()
    if not 2 <= len(where) <= 2000 or "\0" in where:
        raise Invalid(places=(("where", N_("请写明在何处找到")),))
    row = archive.volume_of(context, data.volume)
    if row.state != Shelf.LOST:
        raise Conflict(N_("这册病案没有报失。"), N_("请刷新页面。"))
    row.state, row.since, row.department_id, row.custodian_id = Shelf.ROOM.value, permit.at, 0, 0
    keep(context, row)
    return Done(
        value=row.volume_id, lines=archive.lines(context, [row]), patients=(row.patient_id,), note=where.encode()
    )
