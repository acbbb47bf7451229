"""`jingui init | serve | worker | sequencer`: what runs the house."""

import argparse
import os

from jingui.cli.words import err, out, say
from jingui.cluster.supervisor import Event, EventKind
from jingui.config import house
from jingui.config.home import home
from jingui.config.serve import WEB, address
from jingui.config.serve import serve as run_all
from jingui.core.word import N_


def told(event: Event) -> None:
    """Tell the operator what matters of the processes' lives."""
    match event.kind:
        case EventKind.READY if event.name == WEB:
            out(say(N_("系统已就绪：{address}"), address=address(home())))
        case EventKind.DIED:
            err(say(N_("进程 {name} 已退出（{detail}），正在重新启动。"), name=event.name, detail=event.detail))
        case EventKind.CLUSTER_LOST:
            err(say(N_("数据库中断，正在恢复；其间不提供任何内容。")))
        case EventKind.CLUSTER_BACK:
            err(say(N_("数据库已恢复。")))
        case EventKind.CLUSTER_TROUBLE:
            err(say(N_("数据库无法启动：{detail}"), detail=say(event.detail)))
        case EventKind.STOPPING if event.name == "supervisor":
            err(say(N_("正在停止……")))
        case EventKind.STOPPING:
            err(say(N_("进程 {name} 无法启动，系统停止。"), name=event.name))
        case EventKind.KILLED:
            err(say(N_("进程 {name} 未能按时停止，已强制结束。"), name=event.name))
        case _:
            pass


def progress(text: str) -> None:
    """One step of the founding."""
    err(say(text) + "……")


def init(given: argparse.Namespace) -> int:
    """Make the house, and its first administrators when their names are given."""
    with house.lent():
        house.prepare(progress)
        if given.administrators:
            from jingui.cli.administrators import appoint

            appoint(given.administrators)
    out(say(N_("已建立：{place}"), place=home().root))
    return 0


def serve(given: argparse.Namespace) -> int:
    """Serve until told to stop."""
    if given.workers:
        os.environ["JINGUI_WORKERS"] = str(given.workers)
    return run_all(told, progress)


def worker(given: argparse.Namespace) -> int:
    """Run the timed work only (beside a server elsewhere)."""
    with house.lent():
        house.prepare(progress)
        from jingui.config.work import main

        return main()


def sequencer(given: argparse.Namespace) -> int:
    """Run the sequencer only; it waits while another one works."""
    with house.lent():
        house.prepare(progress)
        from jingui.config.sequence import main

        return main()
