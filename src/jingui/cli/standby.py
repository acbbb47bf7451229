"""`jingui standby allow | join | require | status | promote | alone`: the second machine [6.1.3] [3.1.1]"""

import argparse
import getpass
import os
import sys
from pathlib import Path

from jingui.cli.words import out, say
from jingui.cluster import standby
from jingui.cluster.address import external
from jingui.cluster.cluster import Cluster
from jingui.config import plugs
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

PARTS = {
    standby.Part.ALONE: N_("单机运行"),
    standby.Part.FIRST: N_("主机，每次写入等备机落盘"),
    standby.Part.SECOND: N_("备机，跟随主机"),
    standby.Part.DOWN: N_("数据库未运行"),
}


def chosen(given: argparse.Namespace) -> int:
    """Run the step that was named."""
    if external(os.environ) is not None:
        raise Misconfigured(
            N_("数据库由医院自行管理，主备由其自身工具（如 Patroni）负责。"),
            N_("请按恢复手册（docs/recovery.md）配置。"),
        )
    return {
        "allow": allow, "join": join, "require": require, "status": status, "promote": promote, "alone": alone,
    }[given.step](plugs.cluster(), given)  # fmt: skip


def allow(cluster: Cluster, given: argparse.Namespace) -> int:
    """Let a second machine follow; where its password lies."""
    cluster.ensure_started()
    standby.allow(cluster)
    out(say(N_("已允许备机跟随。口令在 {path}，请与密钥文件一起带到备机。"), path=cluster.layout.secret / standby.WORD))
    return 0


def join(cluster: Cluster, given: argparse.Namespace) -> int:
    """Copy the first machine's database through the tunnel and follow it."""
    if not given.tunnel or not given.secret:
        raise Misconfigured(
            N_("请指明隧道目录和主机口令目录。"), N_("用法：jingui standby join --tunnel DIR --secret DIR")
        )
    secret = Path(given.secret)
    word = (secret / standby.WORD).read_text().strip()
    standby.join(cluster, tunnel=Path(given.tunnel).absolute(), word=word, secret=secret)
    cluster.start()
    out(say(N_("备机已建立并开始跟随。")))
    return 0


def require(cluster: Cluster, given: argparse.Namespace) -> int:
    """From now on nothing is acknowledged without the second machine."""
    standby.require(cluster)
    out(say(N_("从现在起，每次写入都等备机落盘后才算完成。")))
    return 0


def status(cluster: Cluster, given: argparse.Namespace) -> int:
    """How this machine stands; 1 when it is not in step."""
    found = standby.standing(cluster)
    out(say(PARTS[found.part]))
    if found.part in (standby.Part.FIRST, standby.Part.SECOND):
        text = N_("同步正常，落后 {n} 字节") if found.in_step else N_("没有同步，落后 {n} 字节（-1 为未知）")
        out(say(text, n=found.behind))
        return 0 if found.in_step else 1
    return 0 if found.part is standby.Part.ALONE else 1


def promote(cluster: Cluster, given: argparse.Namespace) -> int:
    """Take the first machine's place."""
    sure(given, N_("接管后，原主机不得再与本机同时提供服务。确认接管请输入 yes："))
    seconds = standby.promote(cluster)
    out(say(N_("本机已接管，用时 {seconds} 秒。请运行 jingui serve，并登记灾备演练或事件。"), seconds=f"{seconds:.1f}"))
    return 0


def alone(cluster: Cluster, given: argparse.Namespace) -> int:
    """Go on without the second machine."""
    sure(given, N_("备机已关机、且不会再启动？否则两台会同时写入。确认请输入 yes："))
    standby.release(cluster, second_is_off=True)
    out(say(N_("已改为单机运行；备机须重新建立。")))
    return 0


def sure(given: argparse.Namespace, question: str) -> None:
    """Misconfigured unless somebody said yes, at the terminal or with --yes."""
    if given.yes:
        return
    said = input(say(question)) if sys.stdin.isatty() else ""
    if said.strip().lower() != "yes":
        raise Misconfigured(N_("没有确认，什么也没有做。"), N_("请在终端确认，或加 --yes。"), user=getpass.getuser())
