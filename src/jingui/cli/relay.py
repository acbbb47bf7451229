"""`jingui relay`: on the host of an old system, plain feeds on loopback to the house over TLS [5.1.1]"""

import argparse
import os
import signal
import threading
from pathlib import Path

from jingui.cli.words import err, out, say
from jingui.core.word import N_

PLACE = "jingui-relay"


def chosen(given: argparse.Namespace) -> int:
    """Run the named step; the house's database is not needed."""
    return {"init": init, "serve": serve, "status": status, "again": again}[given.step](given)


def place(given: argparse.Namespace) -> Path:
    """The relay's folder."""
    return Path(given.folder or os.environ.get("JINGUI_RELAY") or PLACE)


def init(given: argparse.Namespace) -> int:
    """Make the folder and its key; the configuration is written by a person."""
    from jingui.relay import places, spool

    spool.founded(place(given), given.suite, os.urandom)
    out(say(N_("已生成中继的密钥。请在同一目录写好 {file}，再运行 jingui relay serve。"), file=places.FILE))
    return 0


def serve(given: argparse.Namespace) -> int:
    """Take and carry until SIGTERM; refuse to start on anything plain beyond loopback."""
    from jingui.relay.places import read
    from jingui.relay.serve import running

    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with running(read(place(given))) as lanes:
        for name, lane in lanes.items():
            out(say(N_("来源 {name}：待传 {n}"), name=name, n=len(lane.spool)))
        out(say(N_("中继已启动。")))
        stop.wait()
    return 0


def status(given: argparse.Namespace) -> int:
    """How much waits in each feed, and what the house refused, also while it serves; 1 when something was refused."""
    from jingui.relay.places import read
    from jingui.relay.serve import SPOOL
    from jingui.relay.spool import seen

    found = read(place(given))
    refused = 0
    for feed in found.feeds:
        waiting, apart = seen(found.root / SPOOL, feed.name)
        out(say(N_("来源 {name}：待传 {n}"), name=feed.name, n=waiting))
        for number, why in apart:
            refused += 1
            err(say(N_("来源 {name}：第 {n} 份被拒收：{why}"), name=feed.name, n=number, why=why))
    return 1 if refused else 0


def again(given: argparse.Namespace) -> int:
    """Send what the house refused once more, behind what waits."""
    from jingui.relay.places import read
    from jingui.relay.serve import alone, lanes

    found, count = read(place(given)), 0
    with alone(found.root):
        for _name, (_feed, lane) in lanes(found).items():
            for number, _why in list(lane.spool.refused()):
                lane.spool.again(number)
                count += 1
    out(say(N_("重新列入待传 {n} 份。"), n=count))
    return 0
