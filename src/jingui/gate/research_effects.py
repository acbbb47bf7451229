"""四（二）4 教学科研: what an approved application gives: a study with exactly that, and its own key [4.2.4]"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.research import Stage, StudyKind
from jingui.core.research_cohort import OLDEST, Cohort
from jingui.core.research_fields import chosen
from jingui.core.word import N_
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, checking, effect, ending
from jingui.gate.research_rows import ACTIVE, ENDED, RIGHT, genuine, in_force, new_key
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import EthicsApproval, Extract, Grant, Matter, Person, Study

OPEN: Final = (Stage.BUILDING.value, Stage.CHECKING.value)


def cohort_of(answers: Mapping[str, str]) -> Cohort:
    """The cohort that the answers say; Invalid names the answer that is wrong."""

    def listed(name: str) -> tuple[str, ...]:
        return tuple(one.strip() for one in answers.get(name, "").replace("，", ",").split(",") if one.strip())

    def day(name: str) -> date | None:
        return date.fromisoformat(answers[name]) if answers.get(name) else None

    return Cohort(
        diagnoses=tuple(one.upper() for one in listed("diagnoses")), every=answers.get("every") == "every",
        first=day("first"), last=day("last"), sex=answers.get("sex", ""),
        youngest=int(answers.get("youngest") or 0), oldest=int(answers.get("oldest") or OLDEST),
        departments=listed("departments"), visits=listed("visits"),
    ).checked()  # fmt: skip


def approval_named(runtime: Runtime, answers: Mapping[str, str], at: datetime) -> EthicsApproval:
    """The approval in force with this number; Invalid when there is none."""
    found = EthicsApproval.objects.filter(number=answers["ethics"]).first()
    if found is None:
        raise Invalid(places=(("ethics", N_("没有登记这份伦理批件，请先由伦理委员会登记")),))
    genuine(runtime, found)
    if not in_force(found, at):
        raise Invalid(places=(("ethics", N_("这份伦理批件尚未生效、已到期或已终止")),))
    return found


def within(approval: EthicsApproval, answers: Mapping[str, str], starter: int, until: datetime) -> tuple[str, ...]:
    """The fields asked for; Invalid lists everything that goes beyond the approval."""
    fields = chosen(tuple(answers["fields"].split(",")))
    beyond = [one for one in fields if one not in approval.fields]
    kind = answers.get("kind", StudyKind.TEACHING.value)
    people = {int(answers["recipient"])}
    wrong = [
        (name, text)
        for name, text, bad in (
            ("fields", N_("有字段超出伦理批件"), bool(beyond)),
            ("fields", "、".join(beyond), bool(beyond)),
            ("patients", N_("超出伦理批件允许的人数"), int(answers["patients"]) > approval.most),
            ("days", N_("期限超出伦理批件的有效期"), until > approval.ends),
            ("ethics", N_("您不是这份伦理批件的课题负责人"), starter != approval.person_id),
            ("kind", N_("没有这一项。"), kind not in set(StudyKind)),
            ("recipient", N_("没有这个工号的在职人员"), Person.objects.filter(pk__in=people).count() != len(people)),
        )
        if bad
    ]
    if wrong:
        raise Invalid(N_("申请超出伦理批件，不能提交。"), N_("请按批件修改，或先办理批件变更。"), places=tuple(wrong))
    return fields


@checking("research_use")
def research_use_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The approval is registered, in force, the starter's own, and wide enough for everything asked for [4.2.4]."""
    cohort_of(answers)
    approval = approval_named(context.runtime, answers, permit.at)
    within(approval, answers, permit.person, permit.at + timedelta(days=int(answers["days"])))


@effect("research_use")
def research_use(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """Make the study; what changed since the application (an approval that ended) refuses the last step [4.2.4]."""
    row, answers, runtime = granting.row, granting.answers, context.runtime
    approval = approval_named(runtime, answers, permit.at)
    until = permit.at + timedelta(days=int(answers["days"]))
    fields = within(approval, answers, row.person_id, min(until, approval.ends))
    number = next_id(Study)
    made = Study(
        id=number, matter=row.pk, ethics_id=approval.pk, kind=answers.get("kind", StudyKind.TEACHING.value),
        title=answers["title"], person_id=row.person_id, profile=answers.get("profile", StudyKind.TEACHING.value),
        fields=list(fields), cohort=cohort_of(answers).words(), most=int(answers["patients"]),
        k=settings.number(runtime, context.epoch, "extract_k"), starts=permit.at, ends=min(until, approval.ends),
        state=ACTIVE, key=new_key(runtime, number),
    )  # fmt: skip
    keep(context, made, new=True)
    return Effected(until=made.ends)


@ending("research_use")
def research_use_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """The study ends with its matter, its key too: nobody finds the way back any more [4.2.4]."""
    for study in Study.objects.select_for_update().filter(matter=row.pk, state=ACTIVE):
        context.runtime.sealer.check(study)
        end_study(context, study, permit.at)


def end_study(context: WriteContext, study: Study, at: datetime) -> None:
    """End a study: its key, what is being built or checked, and what was not taken yet."""
    study.state, study.ends, study.key = ENDED, min(study.ends, at), b""
    keep(context, study)
    for one in Extract.objects.select_for_update().filter(study_id=study.pk, state__in=OPEN):
        context.runtime.sealer.check(one)
        one.state, one.risk = Stage.STOPPED.value, one.risk or '{"stopped":"ended"}'
        keep(context, one)
    for right in Grant.objects.select_for_update().filter(matter=study.matter, purpose=RIGHT, ends__gt=at):
        context.runtime.sealer.check(right)
        right.ends = at
        keep(context, right)


def rights(extract: int) -> Any:
    """The grants that let somebody take an extract."""
    return Grant.objects.filter(patient_id=0, purpose=RIGHT, categories=[str(extract)])
