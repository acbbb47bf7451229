"""四（二）4 教学科研: the register of ethics approvals, counting a cohort, asking for an extract [4.2.4]"""

from datetime import datetime, time, timedelta
from typing import Final, cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.research import CohortCount, CountCohort, EndEthics, PlanExtract, RegisterEthics, Stage
from jingui.core.research_cohort import Cohort
from jingui.core.research_fields import chosen
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.formats import scans
from jingui.gate import research_people as people
from jingui.gate import settings
from jingui.gate.actors import CHINA
from jingui.gate.cohort_counts import Running, padding, spend, told
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, write_act
from jingui.gate.research_building import lines, patients
from jingui.gate.research_effects import end_study
from jingui.gate.research_people import Reader, Seen
from jingui.gate.research_rows import ACTIVE, ENDED, genuine, open_study
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import EthicsApproval, Extract, Matter, Person, Study

PART: Final = 200  # patients looked at in one transaction of a count
OPEN: Final = 3  # extracts of a study that are being made or checked at once
LONGEST: Final = 200


@write_act(Verb.REGISTER_ETHICS)
def register(context: WriteContext, permit: Permit) -> Done:
    """登记伦理批件: what the committee approved, with the paper itself, encrypted."""
    data = cast(RegisterEthics, permit.operation.data)
    number, title = data.number.strip(), data.title.strip()
    starts, ends = (datetime.combine(day, time.min, CHINA) for day in (data.starts, data.ends))
    ends += timedelta(days=1)
    most = settings.number(context.runtime, context.epoch, "extract_patients")
    wrong = tuple(
        (name, text)
        for name, text, bad in (
            ("number", N_("请填写批件号"), not 0 < len(number) <= 60 or not number.isprintable()),
            ("title", N_("请填写课题名称"), not 0 < len(title) <= LONGEST or not title.isprintable()),
            ("person", N_("没有这个工号的在职人员"), not Person.objects.filter(pk=data.person).exists()),
            ("most", N_("超出允许的范围"), not 0 < data.most <= most),
            ("ends", N_("结束日期不能早于开始日期"), data.ends < data.starts),
            ("ends", N_("批件已经过期"), ends <= permit.at),
        )
        if bad
    )
    if wrong:
        raise Invalid(places=wrong)
    fields = chosen(data.fields)
    if EthicsApproval.objects.filter(number=number).exists():
        raise Conflict(N_("这个批件号已经登记。"), N_("请核对批件号；变更请登记新的批件并终止旧的。"))
    scans.media_type(
        data.paper.content, settings.number(context.runtime, context.epoch, "paper_megabytes") << 20, "paper"
    )
    pk = next_id(EthicsApproval)
    row = EthicsApproval(
        id=pk, number=number, title=title, person_id=data.person, fields=list(fields), most=data.most,
        identifiable=data.identifiable, digest=context.runtime.suite.digest(data.paper.content), starts=starts,
        ends=ends, state=ACTIVE, payload=context.runtime.vault.seal_note(f"ethics{pk}", data.paper.content),
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=pk, note=number.encode(), lines=(Line("", bytes(row.digest).hex(), "ethics_approval", 1),))


@write_act(Verb.END_ETHICS)
def end(context: WriteContext, permit: Permit) -> Done:
    """终止伦理批件: the studies that rest on it end at once, with their keys."""
    data = cast(EndEthics, permit.operation.data)
    if not 2 <= len(data.reason.strip()) <= LONGEST * 10:
        raise Invalid(places=(("reason", N_("请写明理由")),))
    row = locked(context, EthicsApproval, data.approval)
    if row.state != ACTIVE:
        raise Conflict(N_("这份批件已经终止。"))
    row.state = ENDED
    keep(context, row)
    studies = Study.objects.select_for_update().filter(ethics_id=row.pk, state=ACTIVE).order_by("id")
    for study in studies:
        context.runtime.sealer.check(study)
        end_study(context, study, permit.at)
    return Done(value=row.pk, note=data.reason.strip().encode(), bump=True)


@write_act(Verb.COUNT_COHORT)
def count(context: WriteContext, permit: Permit) -> Done:
    """统计队列人数: one part; the finished count is noisy, rounded and hidden when small [4.2.4]."""
    data, runtime = cast(CountCohort, permit.operation.data), context.runtime
    cohort = data.cohort.checked()
    query = cohort.words()
    values = settings.values(runtime, context.epoch)
    left = spend(runtime, permit.person, query, permit.at, cast(int, values["cohort_queries"]))
    name = f"c{permit.person}{runtime.suite.digest(query.encode()).hex()[:16]}"[:32]
    running = Running.opened(runtime, name, data.cursor) if data.cursor else Running(total=people.total(cohort))
    seen = counted(context, permit, cohort, running)
    done = not people.following(cohort, running.after, 1)
    small = cast(int, values["small_cell"])
    answer = told(runtime, running, small) if done else None
    value = CohortCount(
        done=done, looked=parts(running.looked), total=parts(max(running.total, running.looked)), people=answer,
        hidden=answer == 0, small=small, left=left,
    )  # fmt: skip
    cursor = "" if done else running.sealed(runtime, name)
    named = lines(runtime, seen)
    return Done(
        value=value, more=cursor, lines=(*named, *padding(runtime, named)), patients=patients(seen), note=query.encode()
    )


def parts(people: int) -> int:
    """How many parts of a count so many patients fill."""
    return max(1, -(-people // PART))


def counted(context: WriteContext, permit: Permit, cohort: Cohort, running: Running) -> Seen:
    """Look at the next patients and count those who belong."""
    runtime, seen = context.runtime, Seen()
    reader = Reader(
        permit.person, context.actor.departments, permit.operation.purpose, settings.needs(runtime, context.epoch),
        permit.at,
    )  # fmt: skip
    following = people.following(cohort, running.after, PART)
    if following:
        running.add(runtime, (one.patient for one in people.members(runtime, cohort, reader, following, (), seen)))
        running.looked += len(following)
        running.after = following[-1]
    return seen


@write_act(Verb.PLAN_EXTRACT)
def plan(context: WriteContext, permit: Permit) -> Done:
    """申请制作数据集 of one's own study, exactly as its matter was approved."""
    data, runtime = cast(PlanExtract, permit.operation.data), context.runtime
    locked(context, Study, data.study)
    study, _ = open_study(runtime, data.study, permit.at)
    going = (Stage.BUILDING.value, Stage.CHECKING.value)
    if Extract.objects.filter(study_id=study.pk, state__in=going).count() >= OPEN:
        raise Conflict(N_("该课题有数据集尚在制作或核查。"), N_("请等它们办结后再申请。"))
    matter = genuine(runtime, Matter.objects.filter(pk=study.matter).first())
    answers = safe_of(runtime, raw, matter.pk, 0).open_answers(matter.payload)
    row = Extract(
        id=next_id(Extract), study_id=study.pk, state=Stage.BUILDING.value, format=answers["form"],
        person_id=permit.person, recipient_id=int(answers["recipient"]), made=permit.at,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk)
