"""三（一）1, 六（一）3 备份与恢复: how backups stand, their history, restore tests and reports [3.1.1] [6.1.3]"""

from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat as sized
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.backup import (
    AskBackup,
    BackupKind,
    BackupLine,
    Backups,
    BackupsRequest,
    BackupState,
    PlaceLine,
    RegisterBackup,
    Report,
    ReportRequest,
    RestoreKind,
    Result,
    TestLine,
)
from jingui.core.errors import Conflict, Invalid, Misconfigured
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels import backups as view
from jingui.web.viewmodels.ledger import GrowthPoint
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

COUNT: Final = 30
TONES: Final[dict[str, Tone]] = {
    "asked": "info", "running": "info", "complete": "ok", "failed": "bad", "removed": "none",
}  # fmt: skip
STEPS: Final = {
    "manifest": N_("清单"), "log": N_("日志归档"), "read": N_("读回"), "files": N_("文件核对"), "start": N_("启动"),
    "amcheck": N_("表与索引检查"), "ledger": N_("台账与外部检查点"), "patients": N_("患者解密比对"),
    "stopped": N_("中止"), "objects": N_("逐字节核对"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def backups(request: HttpRequest) -> HttpResponse:
    """How backups stand; a backup is asked for here."""
    if request.method == "POST":
        try:
            asking.write(request, Verb.BACK_UP, AskBackup())
            return answering.said(request, _("已要求备份，一分钟内开始；进度见本页。"), to("backups"))
        except (Conflict, Misconfigured) as error:
            return answering.said(request, _(error.message) + _(error.next_step), to("backups"), tone="warn")
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isdigit() and len(typed) < 16 else 0
    found: Backups = asking.read(request, Verb.READ_BACKUPS, BackupsRequest(count=COUNT, before=before)).value
    now, limits = asking.now(), dict(found.limits)
    looked = (newest(found, now, limits), log(found, now, limits), tested(found, now, limits))
    states = tuple(one for one in looked if one is not None)
    may = asking.may(request, Verb.BACK_UP)
    shown = tuple(one for one in found.backups if one.kind != BackupKind.WAL.value)
    page = view.BackupsPage(
        embedded=found.working.embedded, states=states, well=all(one.tag.tone == "ok" for one in states),
        running=found.working.running, done=found.working.done >> 20, of=max(found.working.of >> 20, 1),
        places=tuple(place(one) for one in found.working.places), rows=tuple(row(one) for one in shown),
        tests=tuple(tried(one) for one in found.tests) if not before else (), points=points(found.backups),
        finding=_("基础备份的大小（MB）"), advice=advice(states), asks=may and found.working.embedded,
        actions=(Link(label=_("登记外部备份"), href=to("register_backup")),) if may else (),
        older=f"?before={found.backups[-1].id}" if len(found.backups) == COUNT else "",
    )  # fmt: skip
    return answering.page(request, "protect/backups.html", page)


def newest(found: Backups, now: datetime, limits: dict[str, int]) -> view.State:
    """The newest complete backup against its limit."""
    name, one = _("最近的完整备份"), found.newest
    if one is None:
        return view.State(
            name=name,
            tag=Tag(text=_("没有"), tone="bad"),
            finding=_("还没有完整的备份"),
            advice=_("请立即备份，并查看备份任务是否运行。"),
        )
    old = now - one.started > timedelta(hours=limits["backup_max_hours"])
    few = len(one.places) < limits["backup_places"]
    finding = _("%(name)s，%(size)s，已核对的位置 %(n)d 个；下次 %(next)s 前") % {
        "name": one.name, "size": sized(one.size), "n": len(one.places),
        "next": f"{one.started + timedelta(hours=limits['backup_every_hours']):%m-%d %H:%M}",
    }  # fmt: skip
    told = _("超过 %(n)d 小时即告警。") % {"n": limits["backup_max_hours"]}
    if old:
        return view.State(name=name, tag=Tag(text=_("过期"), tone="bad"), finding=finding, at=one.started, advice=told)
    if few:
        told = _("至少须有 %(n)d 个位置，请检查下表中的位置。") % {"n": limits["backup_places"]}
        return view.State(
            name=name, tag=Tag(text=_("位置不足"), tone="warn"), finding=finding, at=one.started, advice=told
        )
    return view.State(name=name, tag=Tag(text=_("正常"), tone="ok"), finding=finding, at=one.started)


def log(found: Backups, now: datetime, limits: dict[str, int]) -> view.State | None:
    """The log's archive: how much would be lost if the machine were lost now."""
    if not found.working.embedded:
        return None
    at = moment(found.working.segment_at)
    name = _("日志归档")
    if found.working.gap:
        return view.State(
            name=name, tag=Tag(text=_("缺段"), tone="bad"), finding=_("磁盘空间不足时放弃了一段日志"), at=at,
            advice=_("请腾出空间；随后自动做一份新的基础备份，之后恢复正常。"),
        )  # fmt: skip
    if at is None or now - at > timedelta(minutes=limits["backup_wal_minutes"]):
        return view.State(
            name=name, tag=Tag(text=_("中断"), tone="bad"), at=at,
            finding=_("等待送达 %(n)d 段") % {"n": found.working.waiting},
            advice=_("请检查任务进程和备份位置；中断期间写入的内容只在本机。"),
        )  # fmt: skip
    return view.State(
        name=name,
        tag=Tag(text=_("正常"), tone="ok"),
        at=at,
        finding=_("已送达全部位置：%(segment)s") % {"segment": found.working.segment},
    )


def tested(found: Backups, now: datetime, limits: dict[str, int]) -> view.State:
    """The newest restore test and when the next is due."""
    name, one = _("恢复测试"), found.tested
    if one is None:
        return view.State(
            name=name, tag=Tag(text=_("没有"), tone="warn"), finding=_("还没有做过恢复测试"),
            advice=_("首份备份十分钟后自动进行；也可运行 jingui restore-test。"),
        )  # fmt: skip
    late = now - one.started > timedelta(days=limits["restore_test_days"])
    due = one.started + timedelta(days=limits["restore_test_days"])
    finding = _("比对患者 %(n)d 名，不一致 %(m)d；下次 %(due)s 前") % {
        "n": one.patients, "m": one.mismatches, "due": f"{due:%Y-%m-%d}",
    }  # fmt: skip
    if one.result != Result.PASSED.value:
        return view.State(
            name=name, tag=Tag(text=_("未通过"), tone="bad"), finding=finding, at=one.started,
            advice=_("请打开报告查看停在哪一步；修复后运行 jingui restore-test。"),
        )  # fmt: skip
    if late:
        return view.State(
            name=name, tag=Tag(text=_("逾期"), tone="bad"), finding=finding, at=one.started,
            advice=_("请运行 jingui restore-test。"),
        )  # fmt: skip
    return view.State(name=name, tag=Tag(text=_("通过"), tone="ok"), finding=finding, at=one.started)


def advice(states: tuple[view.State, ...]) -> tuple[str, ...]:
    """What to do now, the worst first."""
    order = {"bad": 0, "warn": 1}
    wrong = sorted((one for one in states if one.advice), key=lambda one: order.get(one.tag.tone, 2))
    return tuple(_("%(name)s：%(advice)s") % {"name": one.name, "advice": one.advice} for one in wrong)


def place(one: PlaceLine) -> view.PlaceRow:
    """A place in the table."""
    room = _("可用 %(free)s / %(total)s") % {"free": sized(one.free), "total": sized(one.total)} if one.total else ""
    if not one.at:
        tag = Tag(text=_("尚未使用"), tone="none")
    else:
        tag = Tag(text=_("可用"), tone="ok") if one.well else Tag(text=_("不可用"), tone="bad")
    return view.PlaceRow(name=one.name, tag=tag, at=moment(one.at), room=room, problem=one.problem)


def row(one: BackupLine) -> view.BackupRow:
    """A backup in the table."""
    tag = Tag(text=_(BackupState(one.state).label), tone=TONES[one.state])
    return view.BackupRow(
        id=one.id, name=one.name, kind=_(BackupKind(one.kind).label), started=one.started, size=sized(one.size),
        tag=tag if one.genuine else Tag(text=_("数据被篡改"), tone="bad"), took=took(one.started, one.ended),
        places=one.places, digest=one.digest[:16], note=one.note, expires=one.expires,
    )  # fmt: skip


def tried(one: TestLine) -> view.TestRow:
    """A restore test in the table."""
    tag = Tag(text=_(Result(one.result).label), tone="ok" if one.result == "passed" else "bad")
    kinds = {kind.value: kind.label for kind in RestoreKind}
    rate = f"{one.size / 1e6 / one.seconds:.0f} MB/s" if one.seconds and one.size else "—"
    return view.TestRow(
        backup=one.backup, kind=_(kinds.get(one.kind, one.kind)), started=one.started, size=sized(one.size), rate=rate,
        tag=tag if one.genuine else Tag(text=_("数据被篡改"), tone="bad"), took=seconds(one.seconds),
        patients=one.patients, mismatches=one.mismatches, href=to("backup_report", test=one.id),
        download=to("backup_report_file", test=one.id),
    )  # fmt: skip


def points(lines: tuple[BackupLine, ...]) -> tuple[GrowthPoint, ...]:
    """Sizes of complete base backups, oldest first."""
    made = [one for one in reversed(lines) if one.kind == "base" and one.state in ("complete", "removed") and one.size]
    return tuple(
        GrowthPoint(day=one.started.date(), count=max(one.size >> 20, 1), refused=0, total=one.size >> 20)
        for one in made
    )


def took(start: datetime, end: datetime | None) -> str:
    """How long something took, "" while it runs."""
    return seconds((end - start).total_seconds()) if end else ""


def seconds(spent: float) -> str:
    """A duration for people."""
    return _("%(n)d 秒") % {"n": spent} if spent < 120 else _("%(n)d 分") % {"n": round(spent / 60)}


def moment(text: str) -> datetime | None:
    """A time as the worker writes it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@require_safe
def report(request: HttpRequest, test: int) -> HttpResponse:
    """One restore test: its steps as the signed report has them."""
    found: Report = asking.read(request, Verb.READ_REPORT, ReportRequest(test=test)).value
    body: dict[str, Any] = orjson.loads(found.note.split(b"\n")[1])
    line = found.line
    facts = [(_("备份"), str(body["backup"])), (_("数据库"), f"PostgreSQL {body['server']}")]
    if "ledger" in body:
        facts.append((_("恢复出的台账"), f"{body['ledger']['size']} · {body['ledger']['root'][:16]}…"))
    if "sample" in body:
        sample = body["sample"]
        facts.append((_("抽取患者"), _("%(n)d / %(of)d 名，记录版本 %(v)d 个") % {
            "n": sample["looked"], "of": sample["of"], "v": sample["versions"]}))  # fmt: skip
        facts.append((_("已销毁且确不可读"), str(sample["destroyed"])))
        facts.append((_("抽样种子"), f"{sample['seed'][:16]}…"))
    page = view.ReportPage(
        title=_("恢复测试报告 %(n)d") % {"n": line.id}, row=tried(line), facts=tuple(facts), key=found.key,
        note=found.note.decode(), steps=tuple(step(one) for one in body["steps"]),
    )  # fmt: skip
    crumbs = (Link(label=_("备份与恢复"), href=to("backups")), Link(label=page.title, href=""))
    return answering.page(request, "protect/backup_report.html", page, crumbs=crumbs)


def step(one: dict[str, Any]) -> view.StepRow:
    """A step in words."""
    name, rest = str(one["name"]).partition(" ")[::2]
    return view.StepRow(
        name=f"{_(STEPS.get(name, name))} {rest}".strip(), took=f"{one['ms'] / 1000:.1f} s", seen=str(one["seen"]),
        tag=Tag(text=_("正常"), tone="ok") if one["ok"] else Tag(text=_("异常"), tone="bad"),
    )  # fmt: skip


@require_safe
def report_file(request: HttpRequest, test: int) -> HttpResponse:
    """The signed report as a file."""
    found: Report = asking.read(request, Verb.READ_REPORT, ReportRequest(test=test)).value
    answer = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="restore-test-{test}.note"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a backup that the hospital's own tool made."""
    asking.read(request, Verb.READ_BACKUPS, BackupsRequest(count=1))  # who may not see backups learns nothing here
    filled = Filled(request.POST, sent=request.method == "POST")
    name = filled.text("name", _("备份名称"), longest=80, hint=_("例如：pgBackRest 20260304-020000F"))
    places = filled.text("places", _("保存位置"), longest=1200, hint=_("每个位置用分号隔开，至少两处"))
    digest = filled.text("digest", _("清单摘要（SHA-256）"), longest=64, hint=_("64 位十六进制"))
    size = filled.text("size", _("大小（字节）"), longest=18)
    made = filled.text("ended", _("完成时间"), longest=16, hint=_("例如：2026-03-04 02:41"))
    ended, raw = moment(made), bytes.fromhex(digest) if hexadecimal(digest) else b""
    if filled.right and (ended is None or not size.isdigit()):
        filled.wrong("ended" if ended is None else "size", _("请按所示格式填写"))
    if filled.right and ended is not None:
        at = ended if ended.tzinfo else ended.replace(tzinfo=asking.now().tzinfo)
        listed = tuple(one.strip() for one in places.replace("；", ";").split(";") if one.strip())
        asked = RegisterBackup(
            kind=BackupKind.OUTSIDE.value, name=name, started=at, ended=at, size=int(size), digest=raw, places=listed
        )
        try:
            asking.write(request, Verb.BACK_UP, asked)
            return answering.said(request, _("备份已登记。"), to("backups"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记外部备份"), lead=_("医院自行管理的数据库由其自身工具备份，每次完成后在此登记。"),
        submit=_("登记"), back=Link(label=_("返回备份与恢复"), href=to("backups")),
        rules=(
            _("至少两处保存，其中一处在异地。"), _("摘要取自工具的备份清单，日后可核对。"),
            _("密钥文件另行保存，不得与备份放在一起。"),
        ),
    )  # fmt: skip


def hexadecimal(text: str) -> bool:
    """Whether it is a SHA-256 digest in hexadecimal."""
    return len(text) == 64 and all(sign in "0123456789abcdefABCDEF" for sign in text)
