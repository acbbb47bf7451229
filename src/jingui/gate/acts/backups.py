"""三（一）1, 六（一）3 备份与恢复: backups are recorded, restores really tried, both shown [3.1.1] [6.1.3]"""

import re
from datetime import timedelta
from typing import Final, cast

from jingui.core.backup import (
    TROUBLES,
    AskBackup,
    BackupKind,
    BackupsRequest,
    BackupState,
    BeginBackup,
    CheckBackups,
    EndBackup,
    RegisterBackup,
    RemoveBackup,
    ReportRequest,
    troubles,
)
from jingui.core.drills import DrillsRequest
from jingui.core.errors import Conflict, Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import backups, backups_seen, drills_seen, settings
from jingui.gate.acts.matters import open_matter
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Backup

NAME: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff ._:/-]{1,79}\Z")
LIVE: Final = (BackupState.ASKED.value, BackupState.RUNNING.value)
LIVE_SQL = "SELECT id FROM backup WHERE kind = 'base' AND state = ANY($1::text[]) ORDER BY id LIMIT 1"
#: One question is open at a time: it lists what was found when it was asked, and is asked anew once it is closed.
OPEN_SQL = "SELECT 1 FROM matter WHERE kind = 'backup_alarm' AND state IN ('waiting', 'returned', 'appealed') LIMIT 1"
ALARM: Final = "backup_alarm"


@write_act(Verb.BACK_UP)
def back_up(context: WriteContext, permit: Permit) -> Done:
    """A backup is asked for, begun, ended, registered by hand or removed, or their age is checked [3.1.1] [6.1.3]."""
    match permit.operation.data:
        case AskBackup():
            return ask(context, permit)
        case BeginBackup() as begin_:
            return begin(context, permit, begin_)
        case EndBackup() as ended:
            return end(context, permit, ended)
        case RegisterBackup() as made:
            return register(context, permit, made)
        case RemoveBackup() as gone:
            return remove(context, gone)
        case CheckBackups() as check_:
            return check(context, permit, check_)
    raise Invalid()


def ask(context: WriteContext, permit: Permit) -> Done:
    """Note that a base backup is wanted now; one at a time."""
    backups.embedded()
    live = raw(LIVE_SQL, list(LIVE))
    if live:
        raise Conflict(N_("已有一份备份在等待或进行中。"), N_("请等它结束后再试。"))
    row = Backup(
        id=next_id(Backup), kind=BackupKind.BASE.value, name="", state=BackupState.ASKED.value, started=permit.at
    )
    row.name = f"asked-{row.pk}"
    keep(context, row, new=True)
    return Done(value=row.pk)


def begin(context: WriteContext, permit: Permit, data: BeginBackup) -> Done:
    """Only the timed job or the host's command begins one: the work happens there."""
    machine(context)
    backups.embedded()
    named(data.name)
    if data.backup:
        row = locked(context, Backup, data.backup)
        if row.state != BackupState.ASKED.value:
            raise Conflict(N_("该备份已经开始。"))
        row.name, row.started, row.state = data.name, permit.at, BackupState.RUNNING.value
        keep(context, row)
        return Done(value=row.pk)
    row = Backup(
        id=next_id(Backup), kind=BackupKind.BASE.value, name=data.name, state=BackupState.RUNNING.value,
        started=permit.at,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk)


def end(context: WriteContext, permit: Permit, data: EndBackup) -> Done:
    """How a running backup ended. A failed one, and one at too few places, becomes a question at once."""
    machine(context)
    row = locked(context, Backup, data.backup)
    if row.state not in LIVE:
        raise Conflict(N_("该备份已经结束。"))
    values = backups.limits(dict(settings.values(context.runtime, context.epoch)))
    if data.complete and (not data.places or len(data.digest) != 32):
        raise Invalid(places=(("places", N_("完整的备份须有位置和摘要")),))
    row.state = BackupState.COMPLETE.value if data.complete else BackupState.FAILED.value
    row.ended, row.size, row.digest, row.generation = permit.at, data.size, data.digest or None, data.generation
    row.places, row.note = list(data.places)[:10], data.note[:500]
    if data.complete:
        row.expires = permit.at + timedelta(hours=values["backup_every_hours"] * values["backup_keep"])
    keep(context, row)
    found = ["failed"] if not data.complete else ["places"] if len(data.places) < values["backup_places"] else []
    opened = alarm(context, permit, found, f"{row.name} {data.note}"[:500])
    return Done(value=row.pk, notes=tuple(found) if opened else ())


def register(context: WriteContext, permit: Permit, data: RegisterBackup) -> Done:
    """Enter a backup that was made otherwise; the hospital's own tools by hand, the rest by the job."""
    if data.kind != BackupKind.OUTSIDE.value:
        machine(context)
    wrong: list[tuple[str, str]] = []
    if data.kind not in {kind.value for kind in BackupKind if kind is not BackupKind.BASE}:
        wrong.append(("kind", N_("请从列表中选择")))
    if not NAME.match(data.name):
        wrong.append(("name", N_("请写明备份名称，不超过 80 字")))
    if not data.places or len(data.places) > 10 or not all(1 < len(place) <= 120 for place in data.places):
        wrong.append(("places", N_("请写明保存位置，每行一个")))
    if len(data.digest) != 32:
        wrong.append(("digest", N_("请填写清单的 SHA-256 摘要（64 位十六进制）")))
    if not 0 < data.size < 1 << 62:
        wrong.append(("size", N_("请填写大小")))
    if data.ended > permit.at + timedelta(minutes=10) or data.started > data.ended:
        wrong.append(("ended", N_("时间须在过去，且不早于开始")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    row = Backup.objects.select_for_update().filter(name=data.name).first()
    if row is not None and (row.kind != data.kind or data.kind == BackupKind.OUTSIDE.value):
        raise Conflict(N_("同名的备份已经登记。"))
    new = row is None
    if row is None:
        row = Backup(id=next_id(Backup), kind=data.kind, name=data.name, started=data.started)
    else:
        context.runtime.sealer.check(row)
    row.state, row.ended, row.size, row.digest = BackupState.COMPLETE.value, data.ended, data.size, data.digest
    row.generation, row.places, row.note = data.generation, list(data.places), data.note[:500]
    keep(context, row, new=new)
    return Done(value=row.pk)


def remove(context: WriteContext, data: RemoveBackup) -> Done:
    """Note that an expired set is gone from its places; the newest complete one never goes."""
    machine(context)
    row = locked(context, Backup, data.backup)
    newest = raw(
        "SELECT id FROM backup WHERE kind = 'base' AND state = 'complete' ORDER BY started DESC, id DESC LIMIT 1"
    )
    if row.state != BackupState.COMPLETE.value or row.kind != BackupKind.BASE.value:
        raise Conflict(N_("该备份不能清除。"))
    if newest and newest[0][0] == row.pk:
        raise Conflict(N_("最近一份完整的备份不能清除。"))
    row.state = BackupState.REMOVED.value
    keep(context, row)
    return Done(value=row.pk)


def check(context: WriteContext, permit: Permit, data: CheckBackups) -> Done:
    """Look at the age of backups and tests; what is wrong becomes one question, until it is answered."""
    machine(context)
    values = backups.limits(dict(settings.values(context.runtime, context.epoch)))
    seen = backups_seen.newest(context.runtime)
    found = troubles(now=permit.at, limits=values, embedded=backups.working().embedded, **seen)
    named_ = [one for one in (*found, *data.troubles) if one in TROUBLES]
    alarm(context, permit, named_, "")
    return Done(value=tuple(named_))


def alarm(context: WriteContext, permit: Permit, found: list[str], detail: str) -> bool:
    """Open the question that lists what was found, unless one is open."""
    if not found or raw(OPEN_SQL):
        return False
    answers = {"found": "；".join(TROUBLES[one] for one in found)}
    if detail.strip():
        answers["detail"] = detail.strip()
    open_matter(context, permit, ALARM, answers, patient=0)
    return True


def machine(context: WriteContext) -> None:
    """What only the work itself can say is taken from nobody else."""
    if not context.operation.actor.name.startswith("system:"):
        raise Invalid(places=(("actor", N_("只有备份程序自己可以这样登记")),))


def named(name: str) -> None:
    """Invalid for a name that is none, Conflict for one that is taken."""
    if not NAME.match(name):
        raise Invalid(places=(("name", N_("请写明备份名称，不超过 80 字")),))
    if Backup.objects.filter(name=name).exists():
        raise Conflict(N_("同名的备份已经登记。"))


@read_act(Verb.READ_BACKUPS)
async def read_backups(context: ReadContext, permit: Permit) -> Done:
    """Backups, restore tests and how the worker is; or the drills [3.1.1] [6.1.3]."""
    if isinstance(permit.operation.data, DrillsRequest):
        return Done(value=await drills_seen.seen(context, permit.operation.data))
    data = cast(BackupsRequest, permit.operation.data or BackupsRequest())
    return Done(value=await backups_seen.seen(context, data))


@read_act(Verb.READ_REPORT)
async def read_report(context: ReadContext, permit: Permit) -> Done:
    """A restore test's signed report [6.1.3] [7.1.2]."""
    data = cast(ReportRequest, permit.operation.data)
    return Done(value=await backups_seen.report(context, data.test))
