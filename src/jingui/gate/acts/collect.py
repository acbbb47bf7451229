"""二（一）采集: who a patient is and who treats them: relations, merge and split, marks [2.1.2] [2.1.3] [4.1.1]"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from jingui.core.collect import EndRelation, FlagPatient, MergePatient, Relate, Roster, SplitPatient
from jingui.core.consents import Secrecy
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Hold, Relation, Role, Verb
from jingui.gate import settings
from jingui.gate.actors import ROSTERED as WARD
from jingui.gate.aliases import aliased
from jingui.gate.preparing import RANK
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, told
from jingui.gate.writing import WriteContext
from jingui.store.models import (
    CareRelation,
    Department,
    Patient,
    PatientConsent,
    Person,
    Record,
    Restriction,
)
from jingui.store.models import Hold as HoldRow

KINDS = frozenset({"identified", "unidentified", "newborn"})
STOPS = (Hold.DISPUTE_SEAL, Hold.LAWSUIT, Hold.INVESTIGATION)  # what a merge or split would disturb
carries(Verb.MERGE_PATIENT, MergePatient)
carries(Verb.SPLIT_PATIENT, SplitPatient)


@write_act(Verb.RELATE)
def relate(context: WriteContext, permit: Permit) -> Done:
    """Give a person or a department a relation to the patient for a time, or end one now."""
    data = permit.operation.data
    number = permit.operation.target.patient
    if isinstance(data, EndRelation):
        row = locked(context, CareRelation, (number, data.relation))
        if not number:
            own_ward(context, permit, row.department_id)
        if row.ends is not None and row.ends <= permit.at:
            raise Conflict(N_("该诊疗关系已经结束。"))
        row.ends = permit.at
        keep(context, row)
        return related(context, row, bump=True)
    if isinstance(data, Roster):
        return roster(context, permit, data)
    wanted = cast(Relate, data)
    if not number:
        raise NotFound()
    longest = settings.number(context.runtime, context.epoch, "relation_days")
    check_relation(wanted, permit.at, timedelta(days=longest))
    row = new_relation(
        context, number, wanted.kind, wanted.person or None, wanted.department or None, wanted.encounter or None,
        wanted.starts, wanted.ends,
    )  # fmt: skip
    return related(context, row)


def related(context: WriteContext, row: CareRelation, *, bump: bool = False) -> Done:
    """What was done to one relation; its entry names the patient and the relation's version."""
    about = (context.line(row.patient_id),) if row.patient_id else ()
    return Done(value=row.relation_id, lines=(*about, told(context, row)), bump=bump)


def roster(context: WriteContext, permit: Permit, data: Roster) -> Done:
    """Put a person on a department's roster for a time; wards do it for themselves, the registry for all."""
    setting = "rotation_days" if data.rotation else "roster_days"
    longest = timedelta(days=settings.number(context.runtime, context.epoch, setting))
    if permit.operation.target.patient:
        raise Invalid(places=(("patient", N_("排班不针对某一名患者")),))
    if not data.starts < data.ends <= max(permit.at, data.starts) + longest or data.ends <= permit.at:
        raise Invalid(places=(("ends", N_("期限须在今后，且不超过规定的最长期限")),))
    own_ward(context, permit, data.department)
    named = {"staff_no": data.staff_no.strip()} if data.staff_no else {"pk": data.person}
    person = Person.objects.filter(active=True, kind="staff", **named).first()
    if person is None:
        raise NotFound(N_("没有这名人员。"))
    context.runtime.sealer.check(person)
    if not Department.objects.filter(pk=data.department, active=True).exists():
        raise NotFound(N_("没有这个科室。"))
    row = new_relation(
        context, 0, Relation.DEPARTMENT, person.pk, data.department, None, data.starts, data.ends,
        "rotation" if data.rotation else "roster",
    )  # fmt: skip
    return related(context, row)


def own_ward(context: WriteContext, permit: Permit, department: int | None) -> None:
    """Refused when a ward's post touches another department's roster."""
    if context.actor.role in WARD and department != permit.department:
        raise Refused(
            N_("只能为本科室排班。"), N_("请由该科室或登记处办理。"), clauses=("4.1.1",), reason="no_relation"
        )  # fmt: skip


def check_relation(wanted: Relate, at: datetime, longest: timedelta) -> None:
    """Invalid or NotFound unless it names exactly one who exists, a kind that fits and a period not too long."""
    if bool(wanted.person) == bool(wanted.department):
        raise Invalid(places=(("person", N_("请指定一名人员或一个科室")),))
    fits = {Relation.DEPARTMENT, Relation.CONSULTATION} if wanted.department else set(Relation) - {Relation.DEPARTMENT}
    if wanted.kind not in fits - {Relation.NONE, Relation.SELF, Relation.GUARDIAN}:  # those come from the window
        raise Invalid(places=(("kind", N_("该关系不适用于所选对象")),))
    if not wanted.starts < wanted.ends <= max(at, wanted.starts) + longest or wanted.ends <= at:
        raise Invalid(places=(("ends", N_("期限须在今后，且不超过规定的最长期限")),))
    if wanted.person and not Person.objects.filter(pk=wanted.person, active=True).exists():
        raise NotFound(N_("没有这名人员。"))
    if wanted.department and not Department.objects.filter(pk=wanted.department, active=True).exists():
        raise NotFound(N_("没有这个科室。"))


def new_relation(
    context: WriteContext, patient: int, kind: Relation, person: int | None, department: int | None,
    encounter: int | None, starts: datetime, ends: datetime | None, basis: str = "manual",
) -> CareRelation:  # fmt: skip
    """Keep a new relation."""
    row = CareRelation(
        patient_id=patient, relation_id=context.runtime.number(context.runtime.clock.now()), kind=kind.value,
        rank=RANK[kind], basis=basis, person_id=person, department_id=department, encounter_id=encounter,
        starts=starts, ends=ends,
    )  # fmt: skip
    keep(context, row, new=True)
    return row


@write_act(Verb.MERGE_PATIENT)
def merge_patient(context: WriteContext, permit: Permit) -> Done:
    """Link the target to the patient who lives on: nothing moves, both numbers keep working, a split undoes it [2.2.4].

    Marks become the stricter of both; whoever treats the one now may treat the other.
    """
    data = cast(MergePatient, permit.operation.data)
    number = permit.operation.target.patient
    if data.into == number:
        raise Invalid(places=(("into", N_("不能与自身合并")),))
    if len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明理由")),))
    rows = {row: locked(context, Patient, row) for row in sorted((number, data.into))}
    merged, into = rows[number], rows[data.into]
    check_mergeable(context, permit, merged, into)
    for row, other in ((merged, into), (into, merged)):
        row.restricted = row.restricted or other.restricted
        row.deceased = row.deceased or other.deceased
        row.person_id = row.person_id or other.person_id
    merged.linked_to = into.patient_id
    keep(context, merged)
    keep(context, into)
    for one in valid_relations(context, number, permit.at):
        if one.kind in (Relation.SELF, Relation.GUARDIAN):
            continue  # a wrong merge must open no portal: the window opens the living number after seeing the papers
        new_relation(
            context, data.into, Relation(one.kind), one.person_id, one.department_id, one.encounter_id, one.starts,
            one.ends, one.basis,
        )  # fmt: skip
    wishes_too(context, number, data.into, permit.at)
    lines = (context.line(number), context.line(data.into))
    return Done(value=data.into, lines=lines, patients=(number, data.into), note=data.reason.encode(), bump=True)


def wishes_too(context: WriteContext, number: int, into: int, at: datetime) -> None:
    """What the patient said under the merged number holds under the other: restrictions in force, every consent.

    The other way it needs no copy: facts of a merged number look under the one that it was merged into.
    """
    standing = Restriction.objects.filter(patient_id=number, lifted=False)
    kept = [one for one in standing if one.ends is None or one.ends > at]
    for one in (*kept, *PatientConsent.objects.filter(patient_id=number)):
        context.runtime.sealer.check(one)
        fresh = {"patient_id": into, one.SEALED[1]: context.runtime.number(context.runtime.clock.now())}
        if isinstance(one, PatientConsent):
            fresh["record_id"] = 0  # the paper stays in the chart it was put into
        said = {name: getattr(one, name) for name in one.SEALED} | fresh
        keep(context, type(one)(**said), new=True)


def check_mergeable(context: WriteContext, permit: Permit, merged: Patient, into: Patient) -> None:
    """Refuse the directory, chains and rings, held charts, two different members of staff, and one's own chart."""
    for row in (merged, into):
        if row.patient_id == 0 or row.destroyed:
            raise Conflict(N_("该编号不能合并。"))
        if row.linked_to is not None:
            raise Conflict(N_("其中一个编号已合并到另一名患者。"), N_("请使用现行编号，或先拆分。"))
        if row.person_id is not None and row.person_id == permit.person:
            raise Refused(N_("不能合并本人的病案。"), clauses=("6.1.2",), reason="party")
        check_free(context, row.patient_id, permit.at)
    if Patient.objects.filter(linked_to=merged.patient_id).exists():
        raise Conflict(N_("该患者名下已有合并的编号。"), N_("请反向合并，或先拆分。"))
    if merged.person_id and into.person_id and merged.person_id != into.person_id:
        raise Conflict(N_("两个编号对应不同的本院职工。"), N_("请核对身份。"))


def check_free(context: WriteContext, patient: int, at: datetime) -> None:
    """Refused while a seal, lawsuit or investigation holds anything of the patient."""
    for hold in HoldRow.objects.filter(patient_id=patient, lifted=False):
        context.runtime.sealer.check(hold)
        if hold.kind in STOPS and (hold.ends is None or hold.ends > at):
            raise Refused(
                N_("病案处于封存或保全之中，不能合并或拆分。"), N_("须待依程序解除后办理。"),
                clauses=("4.2.1", "3.1.3"), reason="held", matter="unsealing",
            )  # fmt: skip


def valid_relations(context: WriteContext, patient: int, at: datetime) -> Sequence[CareRelation]:
    """The patient's relations that hold now or will."""
    rows = [row for row in CareRelation.objects.filter(patient_id=patient) if row.ends is None or row.ends > at]
    for row in rows:
        context.runtime.sealer.check(row)
    return rows


@write_act(Verb.SPLIT_PATIENT)
def split_patient(context: WriteContext, permit: Permit) -> Done:
    """Undo a merge: the target stands alone, relations that came with it end; marks stay until they are changed."""
    data = cast(SplitPatient, permit.operation.data)
    number = permit.operation.target.patient
    if len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明理由")),))
    row = locked(context, Patient, number)
    if row.linked_to is None:
        raise Conflict(N_("该编号没有合并到其他患者。"))
    into = row.linked_to
    check_free(context, number, permit.at)
    check_free(context, into, permit.at)
    row.linked_to = None
    keep(context, row)
    running = valid_relations(context, into, permit.at)
    rests = [one.encounter_id for one in running if one.encounter_id is not None]
    theirs = set(Record.objects.filter(patient_id=number, record_id__in=rests).values_list("record_id", flat=True))
    for one in running:
        if one.encounter_id in theirs:
            one.ends = permit.at
            keep(context, one)
    lines = (context.line(number), context.line(into))
    return Done(value=into, lines=lines, patients=(number, into), note=data.reason.encode(), bump=True)


@write_act(Verb.FLAG_PATIENT)
def flag_patient(context: WriteContext, permit: Permit) -> Done:
    """Mark the patient: restricted, dead, identified, newborn of a mother, member of staff."""
    data = cast(FlagPatient, permit.operation.data)
    number = permit.operation.target.patient
    row = locked(context, Patient, number)
    if number == 0 or row.destroyed:
        raise Conflict(N_("该编号不能标记。"))
    if data.restricted is False and row.restricted and context.actor.role is Role.PHYSICIAN:
        raise Refused(N_("解除保密须由登记、病案或医务岗位办理。"), clauses=("2.1.3",), reason="restricted")
    if data.secrecy and data.secrecy not in set(Secrecy):
        raise Invalid(places=(("secrecy", N_("没有这种保密类别")),))
    if data.kind and data.kind not in KINDS:
        raise Invalid(places=(("kind", N_("没有这种身份类别")),))
    if data.person and not Person.objects.filter(pk=data.person).exists():
        raise NotFound(N_("没有这名人员。"))
    if data.mother:
        check_mother(context, number, data.mother)
    row.restricted = row.restricted if data.restricted is None else data.restricted
    row.deceased = row.deceased if data.deceased is None else data.deceased
    row.kind = data.kind or row.kind
    if data.person is not None:
        row.person_id = data.person or None
    if data.mother is not None:
        row.mother_id = data.mother or None
    if data.restricted is not None or data.alias or data.secrecy:
        aliased(context, row, data.secrecy, data.alias)
    keep(context, row)
    return Done(value=number, note=data.reason.encode(), bump=True)


def check_mother(context: WriteContext, child: int, mother: int) -> None:
    """Conflict unless the mother is another living number who is not the child's own child."""
    row = locked(context, Patient, mother)
    if mother in (0, child) or row.destroyed or row.mother_id == child:
        raise Conflict(N_("所选母亲不正确。"), N_("请核对母亲的编号。"))
