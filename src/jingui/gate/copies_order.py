"""四（二）1 复制申请: what an application must say before it is taken, and what its approval grants [4.2.1]"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from jingui.core import consents
from jingui.core.errors import Gone, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.release_applicants import APPLICANTS, Applicant
from jingui.core.permit import Permit
from jingui.core.process import APPEALS
from jingui.core.release import PURPOSES, Route
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import Category
from jingui.formats.identifiers import id_card_ok
from jingui.gate import settings
from jingui.gate.actors import CHINA
from jingui.gate.effects import Effected, Granting, effect, ending, row_checking
from jingui.gate.granting import chosen, new_grant
from jingui.gate.matter_papers import brought
from jingui.gate.rows import keep, locked
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Matter, MatterEvent, Patient, Person

KEY_SQL = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = 'identity'"
VISITS_SQL = "SELECT encounter_id FROM encounter WHERE patient_id = $1::bigint"
PORTAL = "patient"  # kind of the people who come through the portal
MOST_VISITS = 200
LETTERS = 5  # of a document's number, at least


@row_checking("copy_order")
def asked(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """Invalid, naming each place, unless this applicant may ask for this patient's record and says all it takes."""
    applicant = APPLICANTS[row.kind]
    values = settings.values(context.runtime, context.epoch)
    patient = locked(context, Patient, row.patient_id)
    if patient.destroyed:
        raise Gone()
    wrong = [
        *person_wrong(applicant, answers, portal=by_portal(row)),
        *patient_wrong(context, applicant, patient, permit.at, values),
        *valid_wrong(answers, permit.at),
        *scope_wrong(context, row.patient_id, answers),
        *route_wrong(applicant, answers),
        *papers_wrong(context, applicant, row, dead=patient.deceased),
    ]
    if wrong:
        raise Invalid(places=tuple(wrong))


def by_portal(row: Matter) -> bool:
    """Whether the application came through the patient portal."""
    return bool(row.person_id) and Person.objects.filter(pk=row.person_id, kind=PORTAL).exists()


def person_wrong(applicant: Applicant, answers: Mapping[str, str], *, portal: bool) -> list[tuple[str, str]]:
    """What is wrong with who asks."""
    wrong = []
    if len(answers["applicant"].strip()) < 2:
        wrong.append(("applicant", N_("请填写申请人姓名")))
    document = "".join(answers["document"].upper().split())
    if answers["document_kind"] == "id_card" and not id_card_ok(document):
        wrong.append(("document", N_("身份证号不正确（位数、出生日期或校验码）")))
    elif not (len(document) >= LETTERS and document.isascii() and document.replace("-", "").isalnum()):
        wrong.append(("document", N_("请填写所核对证件的号码")))
    if sum(letter.isdigit() for letter in answers["phone"]) < 7:
        wrong.append(("phone", N_("电话号码不完整")))
    if answers["present"] == "remote" and answers["route"] == Route.WINDOW and not portal:
        wrong.append(("present", N_("窗口领取的，患者或近亲属、申请人须在场")))
    return wrong


def patient_wrong(
    context: WriteContext, applicant: Applicant, patient: Patient, at: datetime, values: Mapping[str, Value]
) -> list[tuple[str, str]]:
    """Whether this kind of applicant fits the patient: living or dead, of age or not."""
    if not applicant.either and patient.deceased and not applicant.dead:
        return [("applicant", N_("患者已去世，委托和监护随之终止，由近亲属或法定继承人申请"))]
    if not applicant.either and applicant.dead and not patient.deceased:
        return [("applicant", N_("病案登记患者在世，不能按继承人受理；已去世的先登记死亡信息"))]
    if not applicant.least and not applicant.below:
        return []
    birth = str(face_of(context, patient).get("birth", ""))
    if applicant.least and consents.under(birth, at, int(values[applicant.least])):
        return [("applicant", N_("患者是未成年人，由监护人申请"))]
    if applicant.below and not birth:
        return [("applicant", N_("病案没有完整的出生日期，无法确认未成年"))]
    if applicant.below and not consents.under(birth, at, int(values[applicant.below])):
        return [("applicant", N_("患者已成年，由本人申请或委托他人申请"))]
    return []


def face_of(context: WriteContext, patient: Patient) -> dict[str, Any]:
    """Who the patient is; Gone when the identity was destroyed."""
    found = raw(KEY_SQL, patient.patient_id)
    if not found or patient.face is None:
        raise Gone()
    key = context.runtime.vault.key(patient.patient_id, "identity", found[0][0])
    return context.runtime.vault.open_face(key, patient.patient_id, bytes(patient.face))


def valid_wrong(answers: Mapping[str, str], at: datetime) -> list[tuple[str, str]]:
    """An authorisation, consent or order that is over."""
    until = answers.get("valid_until")
    if until and date.fromisoformat(until) < at.astimezone(CHINA).date():
        return [("valid_until", N_("已过有效期，请重新出具"))]
    return []


def scope_wrong(context: WriteContext, patient: int, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """A scope that names nothing, or visits that are not this patient's."""
    if answers["scope"] == "chosen" and not answers.get("categories"):
        return [("categories", N_("请选择类别"))]
    try:
        visits_of(context, patient, answers)
    except Invalid as error:
        return list(error.places)
    return []


def visits_of(context: WriteContext, patient: int, answers: Mapping[str, str]) -> tuple[int, ...]:
    """The record numbers of the visits that were asked for, () for all; Invalid for one of somebody else."""
    named = [one for one in answers.get("visits", "").split(",") if one.strip()]
    if len(named) > MOST_VISITS:
        raise Invalid(places=(("visits", N_("就诊过多，请分次申请")),))
    known = {row[0] for row in raw(VISITS_SQL, patient)} if named else set()
    out = []
    for public in named:
        pair = context.runtime.ids.internal(public.strip())
        if pair is None or pair[0] != patient or pair[1] not in known:
            raise Invalid(places=(("visits", N_("不是该患者的就诊")),))
        out.append(pair[1])
    return tuple(dict.fromkeys(out))


def route_wrong(applicant: Applicant, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """A route that this applicant has not, or a post that goes nowhere."""
    if answers["route"] == Route.PORTAL and not applicant.portal:
        return [("route", N_("该类申请人没有患者门户，请选择窗口或邮寄"))]
    if answers["route"] != Route.POST:
        return []
    needed = {"recipient": (2, N_("请填写收件人")), "address": (6, N_("请填写完整的邮寄地址"))}
    return [(name, text) for name, (least, text) in needed.items() if len(answers.get(name, "").strip()) < least]


def papers_wrong(context: WriteContext, applicant: Applicant, row: Matter, *, dead: bool) -> list[tuple[str, str]]:
    """Papers that only the window asks for, and those of a patient who has died."""
    wanted = (*(() if by_portal(row) else applicant.window), *(applicant.departed if dead else ()))
    have = set(brought(context, row.pk)) if wanted else set()
    return [(f"paper.{name}", N_("请提供此项材料")) for name in wanted if name not in have]


@effect("copy_order")
def copy_order(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """复制: who handles the application reads, for that purpose alone, what was approved; copies are made from it."""
    row, answers = granting.row, granting.answers
    asked(context, permit, row, answers)  # a death or an end of the authorisation since then
    until = permit.at + timedelta(days=settings.number(context.runtime, context.epoch, "copy_grant_days"))
    holder = handler(permit, row)
    purpose = PURPOSES[KINDS[row.kind].copies]
    new_grant(
        context, row.patient_id, holder, purpose.value, categories_of(answers), matter=row.pk, starts=permit.at,
        ends=until,
    )  # fmt: skip
    return Effected(until=until)


def handler(permit: Permit, row: Matter) -> int:
    """Who makes the copy: the starter at the window; of the portal's applications the one who reviewed them."""
    if not by_portal(row):
        return row.person_id
    reviewed = MatterEvent.objects.filter(matter=row, move__in=("approve", "refuse"), step__lt=APPEALS)
    last = reviewed.order_by("-n").first()
    return last.person_id if last is not None else permit.person


def categories_of(answers: Mapping[str, str]) -> tuple[str, ...]:
    """What is opened: the chosen categories, always with who the patient is; () for all."""
    named = chosen(answers, "categories", frozenset(one.value for one in Category))
    if answers["scope"] != "chosen" or not named:
        return ()
    return tuple(sorted({*named, Category.BASIC.value}))


@ending("copy_order")
def copy_order_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """What the approval granted ends with its matter; copies that were made stay."""
    for one in Grant.objects.select_for_update().filter(patient_id=row.patient_id, matter=row.pk, ends__gt=permit.at):
        context.runtime.sealer.check(one)
        one.ends = permit.at
        keep(context, one)
