"""四（二）4 教学科研: an extract is made, checked by two, taken once, disposed of; the way back to a person [4.2.4]"""

from datetime import timedelta
from typing import Any, Final, cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.research import (
    BuildExtract,
    CheckExtract,
    DisposeExtract,
    Person,
    Reidentify,
    Said,
    Stage,
    TakeExtract,
    Took,
)
from jingui.core.research_fields import PERSON, FileForm
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.formats import extract_file, scans
from jingui.formats.deidentify_project import pseudonym
from jingui.gate import settings
from jingui.gate.granting import new_grant
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, write_act
from jingui.gate.research_building import lines, patients, step
from jingui.gate.research_effects import rights
from jingui.gate.research_rows import (
    FILE,
    PAPER,
    RIGHT,
    approval_of,
    building,
    erase,
    genuine,
    open_study,
    part_of,
    progress,
    project_of,
    put_part,
)
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Extract, ExtractCheck, Study

CHECKERS: Final = 2
KIND: Final = "extract_file"
TERMS: Final = (  # goes with the file, whoever opens it in whatever language
    "本数据集仅供批准的课题和领取人使用：不得转交，不得尝试辨认个人，不得与其他数据关联以辨认个人；到期须销毁并提交销毁证明。"
    "数据带有领取人标记，可追溯。\n\n"
    "For the approved study and recipient only: do not pass it on, do not try to recognise anybody, do not link it to "
    "other data to do so; delete it by its end date and hand in the proof. It carries the recipient's mark.\n"
)
EVERYBODY_SQL: Final = """SELECT patient_id FROM patient WHERE patient_id > $1::bigint AND NOT destroyed
ORDER BY patient_id LIMIT 20000"""

carries(Verb.REIDENTIFY, Reidentify)


@write_act(Verb.BUILD_EXTRACT)
def build(context: WriteContext, permit: Permit) -> Done:
    """制作数据集: the next part; the entry names every record it looked at. The value is a `Built`."""
    data = cast(BuildExtract, permit.operation.data)
    row = locked(context, Extract, data.extract)
    if not building(row):
        raise Conflict(N_("这份数据集已经制作完毕。"), N_("请查看课题页面。"))
    study, _ = open_study(context.runtime, row.study_id, permit.at)
    built, seen = step(context, row, study, permit.at)
    keep(context, row)
    return Done(value=built, lines=lines(context.runtime, seen), patients=patients(seen))


@write_act(Verb.CHECK_EXTRACT)
def check(context: WriteContext, permit: Permit) -> Done:
    """核查数据集: one of two verdicts on exactly this manifest; the second one releases or stops it.

    Neither checker sees the other's before both have spoken. The value is the extract's state.
    """
    data, runtime = cast(CheckExtract, permit.operation.data), context.runtime
    reasons = data.reasons.strip()
    if data.verdict not in set(Said):
        raise Invalid(places=(("verdict", N_("请选择核查意见")),))
    if (data.verdict is Said.STOP and len(reasons) < 2) or len(reasons) > 4000 or "\0" in reasons:
        raise Invalid(places=(("reasons", N_("不通过须写明理由")),))
    row = locked(context, Extract, data.extract)
    if row.state != Stage.CHECKING.value or row.manifest is None:
        raise Conflict(N_("这份数据集现在不在核查中。"), N_("请刷新课题页面。"))
    study, _ = open_study(runtime, row.study_id, permit.at)
    if data.manifest != bytes(row.manifest).hex():
        raise Conflict(N_("您看到的清单与现在的清单不一致。"), N_("请重新打开课题页面核对后再核查。"))
    said = [genuine(runtime, one) for one in ExtractCheck.objects.filter(extract_id=row.pk)]
    if any(one.person_id == permit.person for one in said):
        raise Conflict(N_("您已经核查过这份数据集。"), N_("须由另一名核查人独立核查。"))
    number = next_id(ExtractCheck)
    mine = ExtractCheck(
        id=number, extract_id=row.pk, person_id=permit.person, verdict=data.verdict.value, manifest=row.manifest,
        at=permit.at, payload=runtime.vault.seal_note(f"check{number}", reasons.encode()) if reasons else None,
    )  # fmt: skip
    keep(context, mine, new=True)
    said.append(mine)
    if len(said) >= CHECKERS:
        settle(context, permit, row, study, said)
    return Done(value=row.state, lines=(Line("", bytes(row.manifest).hex(), "extract_manifest", 1),))


def settle(context: WriteContext, permit: Permit, row: Extract, study: Study, said: list[Any]) -> None:
    """Both have spoken: released for its recipient, for a time; or stopped, by one word."""
    if any(one.verdict != Said.PASS.value or bytes(one.manifest) != bytes(row.manifest or b"") for one in said):
        row.state = Stage.STOPPED.value
        erase(row.pk)
    else:
        longest = timedelta(days=settings.number(context.runtime, context.epoch, "extract_days"))
        row.state, row.released, row.ends = Stage.RELEASED.value, permit.at, min(permit.at + longest, study.ends)
        new_grant(
            context, 0, row.recipient_id, RIGHT, (str(row.pk),), matter=study.matter, starts=permit.at, ends=row.ends
        )
    keep(context, row)


@write_act(Verb.TAKE_EXTRACT)
def take(context: WriteContext, permit: Permit) -> Done:
    """领取数据集: the one file, once; the entry commits to its digest before it leaves."""
    data, runtime = cast(TakeExtract, permit.operation.data), context.runtime
    row = locked(context, Extract, data.extract)
    right = next((one for one in rights(row.pk).select_for_update().filter(person_id=permit.person)), None)
    if right is None:
        raise NotFound()
    runtime.sealer.check(right)
    if row.state != Stage.RELEASED.value or row.ends is None or not right.starts <= permit.at < right.ends:
        raise Conflict(N_("这份数据集已经领取，或已经到期。"), N_("如仍需要，请由课题负责人重新申请制作。"))
    open_study(runtime, row.study_id, permit.at)
    form = FileForm(row.format)
    count = len(progress(runtime, row)["files"])
    parts = [part_of(runtime, row.pk, FILE, n) for n in range(1, count + 1)]
    body = extract_file.whole(form, parts, part_of(runtime, row.pk, FILE, 0), TERMS)
    digest = runtime.suite.digest(body)
    right.ends = right.starts  # over at every moment: whoever asked at once with this has an earlier one
    keep(context, right)
    name = f"jingui-extract-{row.pk}.zip"
    return Done(value=Took(name=name, body=body, digest=digest.hex()), lines=(Line("", digest.hex(), KIND, 1),))


@write_act(Verb.DISPOSE_EXTRACT)
def dispose(context: WriteContext, permit: Permit) -> Done:
    """登记数据集销毁 by the recipient's signed statement; by the system: what is out of time is erased here."""
    data, runtime = cast(DisposeExtract, permit.operation.data), context.runtime
    row = locked(context, Extract, data.extract)
    if context.actor.role is Role.SYSTEM:
        over = row.state == Stage.STOPPED.value or (row.ends is not None and row.ends <= permit.at)
        if not over:
            raise Conflict(N_("这份数据集尚未到期。"), N_("无需处理。"))
        return Done(value=erase(row.pk))
    if row.state != Stage.RELEASED.value:
        raise Conflict(N_("这份数据集现在不能登记销毁。"), N_("请刷新课题页面。"))
    if data.paper is None:
        raise Invalid(places=(("paper", N_("请附签名的销毁声明")),))
    most = settings.number(runtime, context.epoch, "paper_megabytes") << 20
    scans.media_type(data.paper.content, most, "paper")
    row.disposal = put_part(runtime, row.pk, PAPER, 1, data.paper.content)
    row.state, row.disposed = Stage.DISPOSED.value, permit.at
    erase(row.pk)
    for right in rights(row.pk).select_for_update().filter(ends__gt=permit.at):
        runtime.sealer.check(right)
        right.ends = permit.at
        keep(context, right)
    keep(context, row)
    return Done(value=row.state, lines=(Line("", bytes(row.disposal).hex(), "disposal", 1),))


@write_act(Verb.REIDENTIFY)
def reidentify(context: WriteContext, permit: Permit) -> Done:
    """还原身份: whose pseudonym it is, by two persons, where the ethics approval allows a way back [4.2.4] [6.1.2].

    The pseudonym is made again for one patient after the other: there is no table of pairs that could be stolen.
    """
    data, runtime = cast(Reidentify, permit.operation.data), context.runtime
    if not 4 <= len(data.reason.strip()) <= 4000:
        raise Invalid(places=(("reason", N_("请写明还原身份的理由")),))
    study = genuine(runtime, Study.objects.filter(pk=data.study).first())
    if not approval_of(runtime, study).identifiable:
        raise Conflict(N_("伦理批件不允许还原身份。"), N_("如确有需要，请先由伦理委员会批准。"))
    open_study(runtime, study.pk, permit.at)
    wanted, project, after = data.pseudonym.strip().upper().partition("-")[0], project_of(runtime, study), 0
    while rows := raw(EVERYBODY_SQL, after):
        for (patient,) in rows:
            public = runtime.public(patient, 0)
            if pseudonym(project, PERSON, public) == wanted:
                value = Person(patient=public, pseudonym=wanted)
                return Done(value=value, lines=(context.line(patient),), patients=(patient,), note=data.reason.encode())
        after = rows[-1][0]
    raise NotFound(N_("该课题中没有这个假名。"))
