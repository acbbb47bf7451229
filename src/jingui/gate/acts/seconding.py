"""六（一）2 双人验证: the second person's word, and the operation done in the same transaction [6.1.2]"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.proposals import ProposalLine, ProposalsRequest, Settled, Verdict, Withdraw
from jingui.core.word import N_
from jingui.core.words import Category, Grant, Role, Verb
from jingui.gate import codec
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.parties import is_party
from jingui.gate.proposals import TELLS, Packed, opened
from jingui.gate.registry import WRITE_ACTS, Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext, decide, success
from jingui.store.models import Approval, Proposal
from jingui.store.statements import Columns


@write_act(Verb.APPROVE)
def approve(context: WriteContext, permit: Permit) -> Done:
    """Confirm, refuse or withdraw a proposal. Confirmed, it is done at once as the proposer's own operation."""
    data = permit.operation.data
    if isinstance(data, Withdraw):
        row, _ = waiting(context, permit, data.waiting)
        if row.person_id != permit.person:
            raise Refused(N_("只有提出人本人可以撤回。"), clauses=("6.1.2",), reason="not_own")
        return settle(context, row, "withdrawn", data.reason)
    verdict = cast(Verdict, data)
    if verdict.verdict not in ("approve", "refuse"):
        raise Invalid(places=(("verdict", N_("请选择确认或退回")),))
    row, packed = waiting(context, permit, verdict.proposal)
    if row.person_id == permit.person:
        raise Refused(N_("提出人不能同时是确认人。"), clauses=("6.1.2",), reason="party")
    if verdict.digest != bytes(row.digest).hex():
        raise Conflict(N_("您看到的内容与待确认的内容不一致。"), N_("请重新打开该事项核对后再确认。"))
    qualified(context, permit, packed.operation)
    said = Approval(
        id=next_id(Approval), proposal=row, digest=row.digest, person_id=permit.person, verdict=verdict.verdict,
        at=permit.at,
    )  # fmt: skip
    keep(context, said, new=True)
    if verdict.verdict == "refuse":
        if len(verdict.reason.strip()) < 2:
            raise Invalid(places=(("reason", N_("退回须写明理由")),))
        return settle(context, row, "refused", verdict.reason)
    return carry_out(context, permit, row, packed.operation)


def waiting(context: WriteContext, permit: Permit, number: int) -> tuple[Proposal, Packed]:
    """The proposal, locked, genuine and still open; Conflict when somebody settled it or its time is over."""
    row = locked(context, Proposal, number)
    if row.state != "waiting":
        raise Conflict(N_("该事项已经处理。"), N_("请刷新待确认列表。"))
    packed = opened(context.runtime, row.pk, bytes(row.payload), bytes(row.digest))
    if packed.expires <= permit.at:
        raise Conflict(N_("该事项已过确认期限。"), N_("请由提出人重新提出。"))
    return row, packed


def qualified(context: WriteContext, permit: Permit, asked: Operation) -> None:
    """Refused unless the rules would let the second person do it too, or they head the house, or it is about them."""
    mine = replace(asked, actor=permit.operation.actor, at=permit.at, matter=0)
    patient = facts_of(context, mine)
    if is_party(mine, context.actor) or (patient is not None and patient.staff_person == context.actor.person):
        raise Refused(N_("您是此事的当事人，不能确认。"), clauses=("6.1.2",), reason="party")
    category = Category.BASIC if mine.target.patient else Category.NONE
    vector = f.vector(mine, context.actor, patient, category=category)._replace(grant=Grant.COVERS)
    if context.actor.role is not Role.HEAD and not context.runtime.decider.decide(vector).allow:
        raise Refused(
            N_("您没有办理此类事项的资格，不能作为第二人确认。"), N_("请由有资格的人员或机构负责人确认。"),
            clauses=("6.1.2",), reason="not_qualified",
        )  # fmt: skip


def facts_of(context: WriteContext, operation: Operation) -> f.PatientFacts | None:
    """The second person's facts about the patient that the operation concerns."""
    if not operation.target.patient:
        return None
    _, patient, _ = decide(context.runtime, replace(operation, verb=Verb.OPEN_CHART))
    return patient


def carry_out(context: WriteContext, permit: Permit, row: Proposal, asked: Operation) -> Done:
    """Do the proposer's operation now, decided anew with their rights of this moment; both entries commit together."""
    operation = replace(asked, at=permit.at, matter=row.pk)
    actor, patient, decided = decide(context.runtime, operation)
    if not decided.allow:
        raise Refused(
            N_("提出人现在已无权办理此事，因此没有执行。"), clauses=decided.clauses, rules=decided.rules,
            reason=decided.reason, matter=decided.matter,
        )  # fmt: skip
    if operation.target.patient and patient is None:
        raise NotFound()
    entry = context.runtime.entry_id(context.runtime.clock.now())
    inner = WriteContext(
        runtime=context.runtime, operation=operation, actor=actor, patient=patient, epoch=context.epoch, entry=entry
    )
    done = WRITE_ACTS[operation.verb](
        inner,
        Permit(
            operation=operation, decided=decided, entry=entry, at=permit.at, person=actor.person,
            department=actor.department,
        ),
    )  # fmt: skip
    row.state = "executed"
    keep(inner, row)
    said = f"proposal {row.pk} confirmed by {context.actor.staff_no} in {context.entry}\n".encode()
    context.extra += [(success(inner, decided, replace(done, note=said + done.note)), entry), *inner.extra]
    value = Settled(proposal=row.pk, state="executed", value=done.value, entry=str(entry))
    return Done(value=value, bump=done.bump, lines=done.lines, patients=done.patients)


def settle(context: WriteContext, row: Proposal, state: str, reason: str) -> Done:
    """End a proposal without doing it."""
    row.state = state
    keep(context, row)
    return Done(value=Settled(proposal=row.pk, state=state), note=reason.encode())


PROPOSAL = Columns()
PROPOSAL.sealed("p", "proposal")
PROPOSAL.add("p.payload", "p.at", "p.expires")
PROPOSALS_SQL = f"""SELECT {PROPOSAL.sql} FROM proposal p WHERE ($1::bool OR p.state = 'waiting')
ORDER BY p.id DESC LIMIT $2::int"""  # noqa: S608 -- own texts only


@read_act(Verb.READ_PROPOSALS)
async def read_proposals(context: ReadContext, permit: Permit) -> Done:
    """What waits for a second person: opened, and whether this actor may be the one."""
    data = permit.operation.data
    request = data if isinstance(data, ProposalsRequest) else ProposalsRequest()
    found = await context.rows(PROPOSALS_SQL, request.settled, min(max(request.count, 1), 500))
    rows = [(row, packed) for row in found if (packed := genuine(context, row)) is not None]
    patients = sorted({packed.operation.target.patient for _, packed in rows} - {0})
    about = dict(zip(patients, await context.about(patients), strict=True)) if patients else {}
    people = await names_of(context).people(context, [row[PROPOSAL.at["p.person_id"]] for row, _ in rows])
    lines = []
    for row, packed in rows:
        person = row[PROPOSAL.at["p.person_id"]]
        named = people.get(person, NOBODY).name or packed.operation.actor.name
        lines.append(line(context, permit, row, packed, named, about.get(packed.operation.target.patient)))
    about_whom = tuple(context.line(patient) for patient in patients)
    return Done(value=tuple(lines), lines=about_whom, patients=tuple(patients))


def genuine(context: ReadContext, row: Sequence[Any]) -> Packed | None:
    """The proposal opened; None for one that is not as Jingui wrote it: it is not shown and can never be confirmed."""
    group, at = PROPOSAL.groups["p"], PROPOSAL.at
    if not context.runtime.sealer.holds("proposal", group.values(row), group.mac(row)):
        return None
    try:
        return opened(context.runtime, row[at["p.id"]], row[at["p.payload"]], bytes(row[at["p.digest"]]))
    except Tampered:
        return None


def line(
    context: ReadContext, permit: Permit, row: Sequence[Any], packed: Packed, proposer: str,
    patient: f.PatientFacts | None,
) -> ProposalLine:  # fmt: skip
    """A proposal as the desk shows it."""
    at, asked, actor = PROPOSAL.at, packed.operation, context.actor
    person, state = row[at["p.person_id"]], row[at["p.state"]]
    if state == "waiting" and packed.expires <= permit.at:
        state = "expired"
    mine = person == actor.person
    operation = replace(asked, actor=permit.operation.actor, at=permit.at)
    category = Category.BASIC if asked.target.patient else Category.NONE
    vector = f.vector(operation, actor, patient, category=category)._replace(grant=Grant.COVERS)
    able = actor.role is Role.HEAD or context.runtime.decider.decide(vector).allow
    public = context.runtime.public
    return ProposalLine(
        id=row[at["p.id"]], verb=asked.verb.value, digest=bytes(row[at["p.digest"]]).hex(), state=state,
        proposer=proposer, proposer_id=person, at=row[at["p.at"]], expires=packed.expires,
        patient=public(asked.target.patient, 0) if asked.target.patient else "", kind=asked.target.kind,
        purpose=asked.purpose.value, data=shown(context, asked), mine=mine,
        may_decide=able and not mine and state == "waiting",
    )  # fmt: skip


def shown(context: ReadContext, asked: Operation) -> dict[str, Any]:
    """The operation's data by field; another patient stands by the public id."""
    data = dict(TELLS[asked.verb](asked.data)) if asked.verb in TELLS else codec.plain(asked.data)
    out = dict(data) if isinstance(data, dict) else {}
    for name in ("into", "mother"):
        if out.get(name):
            out[name] = context.runtime.public(out[name], 0)
    return out
