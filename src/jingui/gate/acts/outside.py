"""四（二）3 院外查阅: an account for one person, patient, scope and time; its end; telling the patient [4.2.3]"""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from django.contrib.auth.hashers import make_password

from jingui.core import outside as core
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.outside import GROUNDS, TellPatient
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Purpose, Role, Verb
from jingui.formats.identifiers import id_card_ok, uscc_ok
from jingui.gate import outside, settings
from jingui.gate.actors import CHINA
from jingui.gate.acts.protect import end_sessions
from jingui.gate.effects import Effected, Granting, effect, ending, row_checking
from jingui.gate.granting import categories_of, new_grant
from jingui.gate.matter_papers import brought
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, Department, Grant, Matter, OutsideAccess, Person, Post


@row_checking("outside_access")
def outside_asked(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """Institution and person are who they say by their check digits, and the ground has its paper."""
    wrong = []
    if not uscc_ok(answers["uscc"].upper()):
        wrong.append(("uscc", N_("统一社会信用代码不正确（位数或校验码）")))
    if not id_card_ok(answers["identity"].upper()):
        wrong.append(("identity", N_("身份证号不正确（位数、出生日期或校验码）")))
    licence = answers["licence"]
    if not (licence.isascii() and licence.isalnum() and 8 <= len(licence) <= 40):
        wrong.append(("licence", N_("执业证书编号为 8 至 40 位数字或字母")))
    paper = GROUNDS[answers["ground"]].paper
    if paper and paper not in brought(context, row.pk):
        wrong.append((f"paper.{paper}", N_("请提供此项材料")))
    if wrong:
        raise Invalid(places=tuple(wrong))


@effect("outside_access")
def outside_access(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """院外查阅: a person, an account and a post that end together, and the right to this patient's record [4.2.3]."""
    row, answers, at = granting.row, granting.answers, permit.at
    ground = GROUNDS[answers["ground"]]
    if context.actor.role not in ground.approves:
        raise Refused(
            N_("以生命危急为由的院外查阅由总值班或机构负责人批准。"), N_("请由总值班或负责人办理。"),
            clauses=("4.2.3",), reason="not_yours",
        )  # fmt: skip
    hours = settings.number(context.runtime, context.epoch, "outside_hours")
    until = at + timedelta(hours=min(int(answers["hours"]), hours))
    person, account = made(context, permit, answers)
    where, _ = Department.objects.get_or_create(
        code=core.DEPARTMENT,
        defaults={"name": "院外机构", "name_en": "Outside institutions", "kind": "outside", "active": False},
    )
    post = Post(
        id=next_id(Post), person=person, department=where, role=Role.PARTNER.value, starts=at, ends=until
    )  # fmt: skip
    keep(context, post, new=True)
    new_grant(
        context, row.patient_id, person.pk, Purpose.TREATMENT.value, categories_of(answers), matter=row.pk, starts=at,
        ends=until,
    )  # fmt: skip
    number = context.runtime.number(context.runtime.clock.now())
    tell = settings.number(context.runtime, context.epoch, "outside_tell_hours")
    access = OutsideAccess(
        patient_id=row.patient_id, outside_id=number, matter=row.pk, person_id=person.pk, account_id=account.pk,
        starts=at, ends=until, tell_by=at + timedelta(hours=tell) if ground.tells else None,
    )  # fmt: skip
    kept = {name: answers.get(name, "") for name in outside.KEPT}
    access.payload = outside.sealed_body(context.runtime, row.patient_id, number, kept)
    code = outside.start_code(context.runtime, row.patient_id, number)
    account.password = make_password(code)
    keep(context, account, new=True)
    keep(context, access, new=True)
    return Effected(until=until)


def made(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> tuple[Person, Account]:
    """The person (kept) and their account (not yet: its start code comes from the access's number)."""
    number = core.number_of(os.urandom(core.NUMBER_BYTES))
    while Person.objects.filter(staff_no=number).exists():
        number = core.number_of(os.urandom(core.NUMBER_BYTES))
    person = Person(
        id=next_id(Person), name=answers["name"], staff_no=number, kind=core.KIND,
        valid_from=permit.at.astimezone(CHINA).date(),
    )  # fmt: skip
    keep(context, person, new=True)
    account = Account(
        id=next_id(Account), username=number, person=person, kind=core.ACCOUNT, password=secrets.token_hex(),
        password_at=permit.at,
    )  # fmt: skip
    return person, account


@ending("outside_access")
def outside_access_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """Everything that was opened ends: grant, post, account and its sessions."""
    for access in OutsideAccess.objects.select_for_update().filter(patient_id=row.patient_id, matter=row.pk):
        context.runtime.sealer.check(access)
        if access.ended:
            continue
        access.ended, access.ends = True, min(access.ends, permit.at)
        keep(context, access)
        account = locked(context, Account, access.account_id)
        account.state, account.generation = "ended", account.generation + 1
        keep(context, account)
        for post in Post.objects.filter(person_id=access.person_id, state="active"):
            post = locked(context, Post, post.pk)
            post.state, post.ends = "ended", min(post.ends or permit.at, permit.at)
            keep(context, post)
        for grant in Grant.objects.select_for_update().filter(person_id=access.person_id, ends__gt=permit.at):
            context.runtime.sealer.check(grant)
            grant.ends = permit.at
            keep(context, grant)
        end_sessions(access.person_id)


@write_act(Verb.TELL_PATIENT)
def tell_patient(context: WriteContext, permit: Permit) -> Done:
    """事后告知: how the patient, or who speaks for them, was told of what was viewed without consent [4.2.3]."""
    data = cast(TellPatient, permit.operation.data)
    patient = permit.operation.target.patient
    pair = context.runtime.ids.internal(data.outside)
    if pair is None or pair[0] != patient:
        raise NotFound()
    access = OutsideAccess.objects.select_for_update().filter(pk=pair).first()
    if access is None:
        raise NotFound()
    context.runtime.sealer.check(access)
    if access.tell_by is None:
        raise Conflict(N_("此次查阅已取得患者同意，无需事后告知。"))
    if access.told is not None:
        raise Conflict(N_("已登记告知。"))
    if not 2 <= len(data.how.strip()) <= 500 or len(data.to) > 60:
        raise Invalid(places=(("how", N_("请写明何时以何种方式告知了什么")),))
    access.told = permit.at
    keep(context, access)
    note = f"{data.to.strip()} {data.how.strip()}".strip()
    return Done(value=access.told, lines=(context.line(patient),), note=note.encode())
