"""一（三）2 患者门户: opened and ended at the window, after the identity check [1.3.2] [4.2.1] [6.1.2]"""

import os
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.contrib.auth.hashers import make_password

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.portal import (
    CODE_BYTES,
    NAMES,
    NUMBER_BYTES,
    EndPortal,
    OpenPortal,
    Slip,
    code_of,
    majority,
    number_of,
    proven,
    typed_number,
)
from jingui.core.word import N_
from jingui.core.words import Relation, Role, Verb
from jingui.formats.identifiers import id_card_ok
from jingui.gate import facts as f
from jingui.gate import settings
from jingui.gate.actors import CHINA
from jingui.gate.acts.protect import end_sessions
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id, told
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, CareRelation, Department, Patient, Person, Post

KIND = "patient"  # of people and accounts
DEPARTMENT = "portal"  # where portal posts are: nobody treats there, so nothing follows from being of it
RANKS = {Relation.SELF: 5, Relation.GUARDIAN: 6}
KINDS = tuple(kind.value for kind in RANKS)


@write_act(Verb.OPEN_PORTAL)
def open_portal(context: WriteContext, permit: Permit) -> Done:
    """Give the person at the window a portal account for the target, or let an account they have reach it too.

    The slip with number and start code is the result's value, this once; only a hash of the code is kept.
    """
    data = cast(OpenPortal, permit.operation.data)
    number = permit.operation.target.patient
    patient = locked(context, Patient, number) if number else None
    if patient is None:
        raise NotFound()
    if patient.destroyed or patient.linked_to is not None or patient.deceased:
        raise Conflict(N_("该编号不能开通门户。"), N_("已合并的请用现行编号；已去世的请按继承人查阅复制办理。"))
    face = face_of(context)
    check_papers(data, face)
    ends = end_of(context, permit, data, face)
    live = reaching(context, number, permit.at)
    if data.relation is Relation.SELF and any(row.kind == Relation.SELF for row in live):
        raise Conflict(N_("该患者已开通门户。"), N_("忘记密码或更换手机时，请先关闭再重新开通。"))
    code = ""
    if data.number:
        person, post = account_of(context, data.number)
        if any(row.person_id == person.pk for row in live):
            raise Conflict(N_("该门户账号已可查阅此患者。"))
        if data.relation is Relation.SELF and is_somebody(context, person.pk, permit.at):
            raise Conflict(N_("该门户账号已是另一名患者本人的账号。"), N_("请核对门户号。"))
        keep(context, person)  # each opening changes exactly one person and one post: the ledger's count holds
        keep(context, post)
    else:
        person, code = made(context, permit, data.relation)
    row = CareRelation(
        patient_id=number, relation_id=context.runtime.number(context.runtime.clock.now()), kind=data.relation.value,
        rank=RANKS[data.relation], basis="window", person_id=person.pk, starts=permit.at, ends=ends,
    )  # fmt: skip
    keep(context, row, new=True)
    days = settings.number(context.runtime, context.epoch, "portal_start_days")
    slip = Slip(number=person.staff_no, code=code, until=permit.at + timedelta(days=days), relation=data.relation)
    note = f"{data.relation.value} {person.staff_no} {','.join(data.papers)} {data.document} {data.name}"
    lines = (context.line(number), told(context, row))
    return Done(value=slip, lines=lines, note=note.encode(), bump=bool(data.number))


def face_of(context: WriteContext) -> dict[str, Any]:
    """What the chart says of the patient's identity."""
    facts = context.patient
    if facts is None or facts.row[f.P_FACE] is None:
        raise NotFound()
    key = context.runtime.vault.key(facts.patient, "identity", facts.row[f.KI_WRAPPED])
    return context.runtime.vault.open_face(key, facts.patient, facts.row[f.P_FACE])


def check_papers(data: OpenPortal, face: dict[str, Any]) -> None:
    """Invalid unless the papers prove the relation and a patient's own number is the one in the chart."""
    if not proven(data.relation, data.papers):
        raise Invalid(places=(("papers", N_("所持材料不足以证明身份或关系")),))
    document = "".join(data.document.upper().split())
    if not 5 <= len(document) <= 32:
        raise Invalid(places=(("document", N_("请填写所核对证件的号码")),))
    if "id_card" in data.papers and not id_card_ok(document):
        raise Invalid(places=(("document", N_("身份证号不正确（位数、出生日期或校验码）")),))
    if data.relation is Relation.GUARDIAN:
        if len(data.name.strip()) < 2:
            raise Invalid(places=(("name", N_("请填写监护人姓名")),))
        return
    known = {str(value).upper() for field, value in face.get("numbers", {}).items() if field in ("id_card", "passport")}
    if known and document not in known:
        raise Invalid(
            N_("证件号码与病案登记不一致，没有开通。"), N_("请核对来人身份；病案登记有误的，先更正患者信息。"),
            places=(("document", N_("与病案登记不一致")),),
        )  # fmt: skip


def end_of(context: WriteContext, permit: Permit, data: OpenPortal, face: dict[str, Any]) -> datetime | None:
    """When the right ends by itself: a guardian's on the child's coming of age at the latest (民法典 17, 27)."""
    if data.relation is Relation.SELF:
        return None
    try:
        born = date.fromisoformat(face.get("birth", ""))
    except ValueError as error:
        raise Invalid(places=(("relation", N_("病案没有完整的出生日期，无法确认未成年")),)) from error
    years = settings.number(context.runtime, context.epoch, "guardian_until_years")
    last = min(one for one in (majority(born, years), data.ends) if one is not None)
    ends = datetime.combine(last, time.min, CHINA)
    if ends <= permit.at:
        raise Invalid(places=(("relation", N_("患者已成年，须由本人开通")),))
    return ends


def reaching(context: WriteContext, patient: int, at: datetime) -> list[CareRelation]:
    """The portal relations of a patient that hold now, each genuine."""
    rows = CareRelation.objects.select_for_update().filter(patient_id=patient, kind__in=KINDS)
    for row in rows:
        context.runtime.sealer.check(row)
    return [row for row in rows if row.ends is None or row.ends > at]


def is_somebody(context: WriteContext, person: int, at: datetime) -> bool:
    """Whether the portal person is some patient's own self already."""
    rows = CareRelation.objects.filter(person_id=person, kind=Relation.SELF.value)
    return any(row.ends is None or row.ends > at for row in rows)


def account_of(context: WriteContext, number: str) -> tuple[Person, Post]:
    """The live portal account of a number, its person and post locked and genuine; NotFound for none."""
    person = Person.objects.filter(staff_no=typed_number(number), kind=KIND, active=True).first()
    account = Account.objects.filter(person=person, kind=KIND, state="active").first() if person else None
    post = Post.objects.filter(person=person, role=Role.PATIENT.value, state="active").first() if person else None
    if person is None or account is None or post is None:
        raise NotFound(N_("没有这个门户号，或已关闭。"))
    context.runtime.sealer.check(account)
    return locked(context, Person, person.pk), locked(context, Post, post.pk)


def made(context: WriteContext, permit: Permit, relation: Relation) -> tuple[Person, str]:
    """A new portal person, account and post; the person and the start code, whose hash alone is kept."""
    number = number_of(os.urandom(NUMBER_BYTES))
    while Person.objects.filter(staff_no=number).exists():
        number = number_of(os.urandom(NUMBER_BYTES))
    code = code_of(os.urandom(CODE_BYTES))
    where, _ = Department.objects.get_or_create(
        code=DEPARTMENT,
        defaults={"name": "患者门户", "name_en": "Patients' portal", "kind": "portal", "active": False},
    )
    person = Person(
        id=next_id(Person), name=NAMES[relation], staff_no=number, kind=KIND,
        valid_from=permit.at.astimezone(CHINA).date(),
    )  # fmt: skip
    keep(context, person, new=True)
    account = Account(
        id=next_id(Account), username=number, person=person, kind=KIND, password=make_password(code),
        password_at=permit.at,
    )  # fmt: skip
    keep(context, account, new=True)
    post = Post(id=next_id(Post), person=person, department=where, role=Role.PATIENT.value, starts=permit.at)
    keep(context, post, new=True)
    return person, code


@write_act(Verb.END_PORTAL)
def end_portal(context: WriteContext, permit: Permit) -> Done:
    """End what a portal account may do about the target; the account ends with its last patient."""
    data = cast(EndPortal, permit.operation.data)
    if len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明关闭的原因")),))
    person = Person.objects.filter(staff_no=typed_number(data.number), kind=KIND).first()
    live = reaching(context, permit.operation.target.patient, permit.at)
    row = next((one for one in live if person is not None and one.person_id == person.pk), None)
    if person is None or row is None:
        raise NotFound(N_("该门户号没有此患者的有效门户。"))
    row.ends = permit.at
    keep(context, row)
    others = CareRelation.objects.filter(person_id=person.pk, kind__in=KINDS).exclude(pk=row.pk)
    post = Post.objects.get(person=person, role=Role.PATIENT.value)
    post = locked(context, Post, post.pk)
    if not any(one.ends is None or one.ends > permit.at for one in others):
        post.state, post.ends = "ended", permit.at
        account = locked(context, Account, Account.objects.get(person=person, kind=KIND).pk)
        account.state, account.generation = "ended", account.generation + 1
        keep(context, account)
    keep(context, post)
    end_sessions(person.pk)
    note = f"{person.staff_no} {data.reason}".encode()
    return Done(value=person.staff_no, lines=(context.line(row.patient_id), told(context, row)), note=note, bump=True)
