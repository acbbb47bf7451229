"""The demonstration's second house as a process: `python -m jingui.cli.demo_second`, once the first has patients."""

import os
import sys

from jingui.cli.demo_people import pad
from jingui.cli.demo_places import free
from jingui.cli.words import err, out, say, trouble, utf8
from jingui.cluster.children import Child
from jingui.cluster.supervisor import Event, EventKind
from jingui.config import house
from jingui.config.home import home
from jingui.config.serve import WEB, address, serve
from jingui.core.errors import JinguiError
from jingui.core.word import N_
from jingui.demo.generator.lists import table

TRIES = ("rehabilitation", "registration", "information", "medical-affairs", "direction")  # one person of each


def main() -> int:
    """Serve until told to stop."""
    utf8()
    os.nice(5)  # the first house's pages come first
    where = home()
    os.environ["PORT"] = str(free(where.port)[0])
    home.cache_clear()
    player = Child(
        name="demo", argv=(sys.executable, "-m", "jingui.cli.demo_player"), env=house.environment(), stop_limit=10
    )
    try:
        return serve(tell, extra=lambda: [player])
    except JinguiError as error:
        err(say(N_("第二家医院没有启动：")) + trouble(error))
        return 1


def tell(event: Event) -> None:
    """Its address and some of its people, once it answers; its troubles by its name."""
    name = home().institution
    if event.kind is EventKind.READY and event.name == WEB:
        out(say(N_("第二家医院（{name}）已就绪：{address}"), name=name, address=address(home())))
        for line in people():
            out(line)
    elif event.kind is EventKind.DIED:
        err(say(N_("{name}：进程 {process} 已退出，正在重新启动。"), name=name, process=event.name))


def people() -> list[str]:
    """A line for one person of each post that has something to try there."""
    seen: set[str] = set()
    rows = []
    for name, login, _, _, title, _, department, *_rest in table("second/staff")["staff"]:
        if department in TRIES and department not in seen:
            seen.add(department)
            rows.append(f"  {pad(login, 16)}{pad(name, 10)}{title}")
    return [*rows, ""]


if __name__ == "__main__":
    raise SystemExit(main())
