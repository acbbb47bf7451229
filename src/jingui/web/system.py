"""六（一）3 系统运维: how the system is: ledger, outside evidence, keys, this worker [6.1.3] [6.1.1]"""

import os
import resource
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.oversee import LedgerState
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.templatetags.times import told
from jingui.web.viewmodels.policy import State
from jingui.web.viewmodels.system import Check, Process, SystemPage

OLD: Final = timedelta(hours=24)  # after which the newest outside checkpoint is too old to lean on
FREE: Final = 0.1  # of the disk
DAY: Final = 86_400


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """What `jingui doctor` looks at, as far as a page may see it."""
    state: LedgerState = door.wait(door.evidence.astate())
    now = asking.now()
    page = SystemPage(
        at=now, lockdown=state.lockdown, processes=(worker(),),
        checks=(ordered(state), signed(state, now), outside(state, now), disk(), clock(now)),
    )  # fmt: skip
    return answering.page(request, "cockpit/system.html", page)


def ordered(state: LedgerState) -> Check:
    """Whether entries get their numbers in time."""
    well: State = "ok" if state.behind < 1 else "warn" if state.behind < state.allowed else "bad"
    finding = _("最早未编号的条目已等待 %(n).1f 秒") % {"n": state.behind} if state.behind else _("没有等待编号的条目")
    advice = _("超过 %(n)g 秒即停止提供内容；请检查排序进程（jingui doctor）。") % {"n": state.allowed}
    return Check(name=_("存证排序"), state=well, finding=finding, advice="" if well == "ok" else advice)


def signed(state: LedgerState, now: datetime) -> Check:
    """Whether checkpoints are signed."""
    if state.signed is None:
        return Check(name=_("检查点"), state="bad", finding=_("还没有签名的检查点"), advice=_("请启动排序进程。"))
    finding = _("大小 %(n)d，签于 %(when)s") % {"n": state.size, "when": told(state.signed, now)}
    return Check(name=_("检查点"), state="ok", finding=finding)


def outside(state: LedgerState, now: datetime) -> Check:
    """Whether anybody outside holds a checkpoint: before that, evidence is only as good as this machine."""
    advice = _("请设置另一台主机的见证或时间戳；与数据库同机的文件不算外部。")
    if state.outside is None:
        return Check(name=_("外部见证"), state="warn", finding=_("没有任何外部检查点"), advice=advice)
    near = all(sink.startswith("file:") for sink in state.sinks)
    finding = _("已存到大小 %(n)d（%(where)s，%(when)s）") % {
        "n": state.outside_size, "where": _("、").join(state.sinks), "when": told(state.outside, now),
    }  # fmt: skip
    poor = near or now - state.outside > OLD
    return Check(name=_("外部见证"), state="warn" if poor else "ok", finding=finding, advice=advice if near else "")


def disk() -> Check:
    """Room on the disk of this installation."""
    found = shutil.disk_usage(os.environ.get("JINGUI_HOME", "."))
    free = found.free / found.total
    finding = _("可用 %(gb)d GB（%(part)d%%）") % {"gb": found.free // 2**30, "part": int(free * 100)}
    tight = free < FREE
    advice = _("请扩容或清理备份。") if tight else ""
    return Check(name=_("磁盘"), state="warn" if tight else "ok", finding=finding, advice=advice)


def clock(now: datetime) -> Check:
    """Whether the system's clock runs behind the ledger, or so far ahead that the house does not follow it."""
    behind = (now - datetime.now(now.tzinfo)).total_seconds()
    if behind < -DAY:  # it is not followed: with it, everything that ends one day would end at once
        finding = _("系统时钟超前台账 %(n)d 天，未予采信") % {"n": int(-behind // DAY)}
        advice = _("请校准时钟；如系统确实停用了这么久，请由两人核对后在设置中确认日期。")
        return Check(name=_("时钟"), state="bad", finding=finding, advice=advice)
    well = behind < 2
    finding = _("与台账一致") if well else _("系统时钟落后台账 %(n)d 秒") % {"n": int(behind)}
    advice = "" if well else _("请检查校时服务。")
    return Check(name=_("时钟"), state="ok" if well else "bad", finding=finding, advice=advice)


def uptime() -> timedelta | None:
    """How long this process runs; None where the kernel does not say."""
    try:
        began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return timedelta(seconds=float(Path("/proc/uptime").read_text().split()[0]) - began)
    except (OSError, ValueError, IndexError):
        return None


def worker() -> Process:
    """The worker that answers this page."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Process(
        name=f"worker {os.getpid()} · Python {version}", state="ok", up=uptime(),
        restarts=0, memory_mb=memory,
    )  # fmt: skip
