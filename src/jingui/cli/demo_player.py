"""The demonstration's player as a process: `python -m jingui.cli.demo_player`, kept by the supervisor."""

import os
import signal
import sys
from datetime import UTC, datetime

from jingui.cli.demo_people import portals
from jingui.cli.demo_places import paired, which
from jingui.cli.progress import Progress, amount
from jingui.cli.words import err, say, trouble, utf8
from jingui.config import house
from jingui.config.home import home
from jingui.core.errors import JinguiError, Misconfigured, Unavailable
from jingui.core.word import N_
from jingui.demo.portals import portal_accounts

AGAIN = 75  # "temporary failure": the supervisor starts it again
HOUSES = {False: N_("演示医院"), True: N_("第二家医院")}
BUILT = {False: N_("演示医院已建成，用时 {time}。"), True: N_("第二家医院已建成，用时 {time}。")}
LINES = {
    "people": N_("{house}：人员 {done}/{of}"),
    "patients": N_("{house}：患者 {done}/{of}，记录 {resources} 条"),
    "month": N_("{house}：本月事务 {done}/{of} 件"),
    "exchange": N_("{house}：与另一家医院的往来 {done}/{of} 件"),
    "scenes": N_("{house}：医院日常 {done}/{of} 幕"),
}


def main() -> int:
    """Play what is missing, then become a process that only waits for the end."""
    utf8()
    if not home().demo:
        raise Misconfigured(N_("这不是演示医院，不能写入虚构内容。"), N_("请另选 JINGUI_HOME，再运行 jingui demo。"))
    os.nice(10)  # the pages come first
    progress, beside = Progress(), which(home().root) == "second"

    def tell(kind: str, data: dict[str, object]) -> None:
        if kind == "done":
            progress.end(say(BUILT[beside], time=amount(float(str(data["seconds"])))))
        elif kind == "portals":
            for line in portals(portal_accounts(home().state)):
                err(line)
        else:
            done, of = int(str(data["done"])), int(str(data["of"]))
            progress.show(kind, say(LINES[kind], house=say(HOUSES[beside]), **data), done, of)

    try:
        with house.opened():
            from jingui.cli.demo_neighbour import DemoNeighbour
            from jingui.cli.demo_ward import DemoWard
            from jingui.demo import play_second
            from jingui.demo.play import Stage, play

            def now() -> datetime:
                return datetime.now(UTC)

            ward = DemoWard(home().state / "ward", f"http://localhost:{home().port}", home().suite, now)
            neighbour = DemoNeighbour(home(), now) if paired(home().root) else None
            if neighbour is not None:
                neighbour.tell()
            stage = Stage(names=house.names(), now=now, folder=home().state, tell=tell, ward=ward, neighbour=neighbour)
            if beside:
                play_second.play(stage)
            else:
                play(stage, count=int(os.environ.get("JINGUI_DEMO_PATIENTS", "320")))
    except Unavailable:
        return AGAIN  # the database or the sequencer is away for a moment; what was done stays
    except JinguiError as error:
        err(say(N_("演示内容未能写完：")) + trouble(error))
    wait = "import signal; signal.pause()"
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", wait])  # noqa: S606 -- a few megabytes instead of a hundred


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor says when to stop
    raise SystemExit(main())
