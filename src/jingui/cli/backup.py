"""`jingui backup | restore | restore-test | recover`: what is kept, brought back, tried, and ended by two [3.1.1]"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jingui.cli.progress import Progress, amount
from jingui.cli.words import err, out, say
from jingui.config import house
from jingui.config.home import home
from jingui.core.calendars import CHINA
from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.core.words import Entrance

if TYPE_CHECKING:
    from jingui.config.backup_work import Keeper

STEPS = {"base": N_("备份"), "verify": N_("核对备份"), "read": N_("读回")}


def shown(progress: Progress) -> Callable[[str, int, int], None]:
    """A teller of steps in bytes."""

    def tell(step: str, done: int, of: int) -> None:
        text = say(N_("{what}：{done} / {of} MB"), what=say(STEPS.get(step, step)), done=done >> 20, of=of >> 20)
        progress.show(step, text, min(done, of), max(of, 1))

    return tell


def keeper() -> "Keeper":
    """The worker of this home, at the command line; Misconfigured where the database is the hospital's own."""
    from jingui.config.backup_work import Keeper

    made = Keeper(Entrance.COMMAND)
    if not made.working().embedded:
        raise Misconfigured(
            N_("本系统连接的是医院自行管理的数据库，由其自身工具（如 pgBackRest）备份。"),
            N_("请按恢复手册（docs/recovery.md）配置备份，并在“备份与恢复”页登记每次备份。"),
        )
    return made


def chosen(given: argparse.Namespace) -> int:
    """Run the step that was named."""
    return {"now": now, "list": listed, "verify": verified, "expire": expired}[given.step](given)


def now(given: argparse.Namespace) -> int:
    """Make a base backup now."""
    made, progress = keeper(), Progress()
    with house.opened(reading=False, sequencing=True):
        works = made.house()
        made.ship(works)
        with works.state.alone():
            made.mend(works)
            found = made.base(works, shown(progress))
    if not found.complete:
        err("■ " + say(N_("备份没有完成：{note}"), note=found.note))
        return 1
    words = N_("备份 {name} 完整，{mb:.1f} MB，已核对的位置 {n} 个。")
    out("● " + say(words, name=found.name, mb=found.size / 1e6, n=len(found.places)))
    for place in found.places:
        out(f"  {place}")
    if found.note:
        err("▲ " + found.note)
    return 0


def listed(given: argparse.Namespace) -> int:
    """The sets at each place, read from the places themselves: no database is needed."""
    from jingui.config import backup_manifest

    works = keeper().house()
    boxes = backup_manifest.Boxes.of(works.keys)
    rows = []
    for place in works.places:
        for name in backup_manifest.names(place):
            made, digest = backup_manifest.read(boxes, place, name)
            rows.append({
                "place": place.name, "name": name, "ended": made.ended, "bytes": made.size, "plain": made.plain,
                "first": made.first, "last": made.last, "generation": made.generation, "digest": digest,
            })  # fmt: skip
    if given.json:
        out(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        out(f"{row['name']}  {row['ended']}  {int(str(row['bytes'])) / 1e6:10.1f} MB  {row['place']}")
    if not rows:
        out(say(N_("没有找到备份。")))
    return 0


def verified(given: argparse.Namespace) -> int:
    """Read every byte of a set at every place; 0 only if nothing is damaged."""
    from jingui.config import backup_manifest, backup_reading

    works, progress = keeper().house(), Progress()
    boxes, well = backup_manifest.Boxes.of(works.keys), True
    tell = shown(progress)
    for place in works.places:
        names = backup_manifest.names(place)
        for name in [one for one in names if given.backup in ("", one)][-1 if not given.all else 0 :]:
            _, damaged = backup_reading.verify(boxes, place, name, lambda done, of: tell("verify", done, of))
            well = well and not damaged
            out(("● " if not damaged else "■ ") + f"{name}  {place.name}")
            for one in damaged:
                out(f"    {one}")
    return 0 if well else 1


def expired(_given: argparse.Namespace) -> int:
    """Remove sets whose time is over."""
    made = keeper()
    with house.opened(reading=False, sequencing=True):
        works = made.house()
        with works.state.alone():
            gone = made.expire(works)
    out(say(N_("已清除 {n} 份过期备份。"), n=len(gone)))
    return 0


def moment(text: str) -> datetime:
    """A time as people write it, China's unless it says otherwise."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Misconfigured(N_("时间无法识别。"), N_("请写成 2026-03-04 15:20:30。"), given=text[:40]) from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def restored(given: argparse.Namespace) -> int:
    """Bring a whole house back into an empty folder; it starts locked."""
    from jingui.cluster.restoring import Goal
    from jingui.config import restore_home

    goal = Goal(at=moment(given.at) if given.at else None, before=given.before_lsn)
    made = restore_home.bring(
        Path(given.to),
        goal=goal,
        name=given.backup,
        sources=tuple(given.source),
        tell=shown(Progress()),
    )
    done = made.restored
    spent = sum(done.seconds.values())
    words = N_(
        "已从备份 {name} 恢复到 {place}：{mb:.0f} MB，日志 {n} 段（至 {through}），台账 {entries} 条，用时 {time}。"
    )
    out("● " + say(
        words, name=done.manifest.name, place=made.folder, mb=done.size / 1e6, n=done.segments, through=done.through,
        entries=made.entries, time=amount(spent),
    ))  # fmt: skip
    for one in done.damaged:
        err("▲ " + say(N_("已损坏，改用另一位置：{what}"), what=one))
    out(
        say(
            N_("恢复出的系统处于锁定状态。请两人运行：jingui --home {place} recover，查明后再启动服务。"),
            place=made.folder,
        )
    )
    out(say(N_("旧目录中的密钥文件不再登记；确认新系统正常后请将其销毁。")))
    if home().gateway_work:  # partners hold receipts for what this copy has never seen, and will not send it again
        out(say(N_("恢复时点之后收到的外来资料不在其中：请与各合作机构逐件核对回执，缺少的请对方重新共享。")))
    return 0


def tested(given: argparse.Namespace) -> int:
    """Restore the newest backup into a scratch cluster, compare, sign the report."""
    from jingui.config import restore_test

    made = keeper()
    with house.opened(reading=False, sequencing=True):
        outcome = restore_test.run(
            made.house(), name=given.backup, at=moment(given.at).astimezone(UTC) if given.at else None,
            folder=Path(given.scratch) if given.scratch else None, tell=shown(Progress()),
        )  # fmt: skip
    for step in outcome.steps:
        out(f"{'●' if step.ok else '■'}  {step.name:<12} {step.ms / 1000:8.1f} s  {step.seen}")
    words = N_("恢复测试通过") if outcome.passed else N_("恢复测试未通过")
    rate = outcome.size / 1e6 / outcome.seconds if outcome.seconds else 0.0
    out(say(N_("{words}：{mb:.0f} MB，{time}，每秒 {rate:.0f} MB（报告 {n}）"), words=say(words), mb=outcome.size / 1e6,
            time=amount(outcome.seconds), rate=rate, n=outcome.test))  # fmt: skip
    if given.report:
        Path(given.report).write_bytes(outcome.note)
    return 0 if outcome.passed else 1


def recover(given: argparse.Namespace) -> int:
    """End a lockdown: two people, each with password and second factor."""
    from getpass import getpass

    def asked(text: str) -> str:
        return getpass(text + " ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    with house.opened(reading=False):
        from jingui.gate import door

        first = door.recovering.proven(given.username, asked(say(N_("{who} 的密码："), who=given.username)),
                                       asked(say(N_("{who} 的验证码："), who=given.username)))  # fmt: skip
        second = door.recovering.proven(given.second, asked(say(N_("{who} 的密码："), who=given.second)),
                                        asked(say(N_("{who} 的验证码："), who=given.second)))  # fmt: skip
        size = door.recovering.recover(first, second, given.reason)
    out("● " + say(N_("锁定已解除，恢复台账共 {n} 条。请运行 jingui serve。"), n=size))
    return 0
