"""四（二）2 依法调取: officers checked when it is asked for, the escort's right when the head approved [4.2.2]"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from jingui.core import retrieval
from jingui.core.calendars import CHINA
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.retrieval import BODIES
from jingui.core.word import N_
from jingui.core.words import Category, Purpose, Role
from jingui.formats.identifiers import id_card_ok
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, effect, ending, row_checking
from jingui.gate.granting import categories_of
from jingui.gate.matter_papers import brought
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Matter, Post

MOST: Final = 1000  # records that are granted one by one
HIDDEN: Final = "secret"  # the outcome of an approval that the law hides from the patient
#: Who may stand beside officers: members of staff whose work it is to read for a lawful retrieval.
ESCORTS: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD)
# The records of visits within a period; what belongs to no visit counts by the day it was entered.
WITHIN_SQL: Final = """SELECT r.record_id FROM record r
LEFT JOIN encounter e ON e.patient_id = r.patient_id AND e.encounter_id = r.encounter_id
WHERE r.patient_id = $1::bigint AND r.kind NOT IN ('Patient', 'Encounter', 'Provenance')
  AND r.state NOT IN ('draft', 'destroyed') AND ($4::text[] = '{}' OR r.category = ANY($4::text[]))
  AND coalesce(e.starts, r.entered) < $3::timestamptz AND coalesce(e.ends, e.starts, r.entered) >= $2::timestamptz
ORDER BY r.record_id LIMIT $5::int"""


@row_checking("legal_access")
def legal_access_asked(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """Invalid unless the body sent its own document and enough of its own officers, and somebody goes with them."""
    body = BODIES[answers["body"]]
    officers = retrieval.officers_in(answers)
    needed = settings.number(context.runtime, context.epoch, body.officers)
    wrong = retrieval.wrong_officers(officers, answers["body_name"], needed)
    wrong += [
        (f"identity{n}", N_("身份证号不正确（位数、出生日期或校验码）"))
        for n, one in officers
        if one.identity and not id_card_ok(one.identity.upper())
    ]
    if answers["document"] not in body.documents:
        wrong.append(("document", N_("该机关不能凭这种文书调取")))
    wrong += retrieval.wrong_scope(answers, permit.at.astimezone(CHINA))
    if not escorts(context, int(answers["escort"]), permit.at):
        wrong.append(("escort", N_("陪同人员须是本院病案、医务或值班岗位的在职人员")))
    papers = brought(context, row.pk)
    wrong += [
        (f"paper.{name}", N_("每名人员须各附一份"))
        for name in ("identity", "card")
        if papers.count(name) < len(officers)
    ]
    if wrong:
        raise Invalid(places=tuple(wrong))


def escorts(context: WriteContext, person: int, at: datetime) -> bool:
    """Whether this person holds a genuine post from which one may go with officers."""
    for post in Post.objects.filter(person_id=person, state="active", role__in=[one.value for one in ESCORTS]):
        context.runtime.sealer.check(post)
        if post.starts <= at and (post.ends is None or post.ends > at):
            return True
    return False


@effect("legal_access")
def legal_access(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """依法调取: escort and starter read and copy what the document covers, for the days approved [4.2.2]."""
    row, answers = granting.row, granting.answers
    said = getattr(permit.operation.data, "outcome", "")
    if said == HIDDEN and not answers.get("secrecy"):
        raise Invalid(places=(("outcome", N_("申请未写明依法保密的依据，不能批准保密")),))
    longest = settings.number(context.runtime, context.epoch, "retrieval_days")
    until = permit.at + timedelta(days=min(int(answers["days"]), longest))
    categories = categories_of(answers)
    within = records_within(context, row.patient_id, answers, categories)
    for person in sorted({row.person_id, int(answers["escort"])}):
        whole = categories if within is None else (Category.BASIC.value,)
        granted(context, permit, row, person, until, whole)
        for record in within or ():
            granted(context, permit, row, person, until, (), record)
    return Effected(until=until)


def records_within(
    context: WriteContext, patient: int, answers: Mapping[str, str], categories: Sequence[str]
) -> tuple[int, ...] | None:
    """The records of the named period; None when no period is named. Invalid for none or too many."""
    first, last = answers.get("first", ""), answers.get("last", "")
    if not first and not last:
        return None
    start = day(first) if first else datetime(1900, 1, 1, tzinfo=CHINA)
    end = day(last) + timedelta(days=1) if last else context.runtime.clock.now() + timedelta(days=1)
    found = raw(WITHIN_SQL, patient, start, end, list(categories), MOST + 1)
    if not 0 < len(found) <= MOST:
        raise Invalid(N_("该时间段没有病历，或病历过多。"), places=(("first", N_("请核对就诊时间")),))
    return tuple(row[0] for row in found)


def day(text: str) -> datetime:
    """The beginning of a day in China."""
    return datetime.combine(datetime.fromisoformat(text).date(), time.min, CHINA)


def granted(
    context: WriteContext, permit: Permit, row: Matter, person: int, until: datetime, categories: Sequence[str],
    record: int = 0,
) -> None:  # fmt: skip
    """One right to read, of the chart's categories or of one record."""
    made = Grant(
        patient_id=row.patient_id, grant_id=context.runtime.number(context.runtime.clock.now()), person_id=person,
        purpose=Purpose.LEGAL.value, categories=list(categories), matter=row.pk, starts=permit.at, ends=until,
        record_id=record,
    )  # fmt: skip
    keep(context, made, new=True)


@ending("legal_access")
def legal_access_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """What escort and starter were granted ends with the matter."""
    theirs = Grant.objects.select_for_update().filter(patient_id=row.patient_id, matter=row.pk, ends__gt=permit.at)
    for one in theirs.order_by("grant_id"):
        context.runtime.sealer.check(one)
        one.ends = permit.at
        keep(context, one)
