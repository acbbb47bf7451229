"""`jingui station`: a ward's own machine for the hours when the house is down [2.2.3] [4.1.2]"""

import argparse
import getpass
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from jingui.cli.words import err, out, say
from jingui.core.downtime import Flaw
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

PLACE = "jingui-station"


def chosen(given: argparse.Namespace) -> int:
    """Run the named step; the house and its database are not needed."""
    steps = {"init": init, "serve": serve, "pull": pull, "token": token}
    return steps[given.step](given)


def place(given: argparse.Namespace) -> Path:
    """The station's folder."""
    return Path(given.folder or os.environ.get("JINGUI_STATION") or PLACE)


def secret(name: str, ask: str) -> str:
    """A secret from the environment, else typed unseen, else a line of standard input."""
    if name in os.environ:
        return os.environ[name]
    return getpass.getpass(say(ask)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def init(given: argparse.Namespace) -> int:
    """Make keys and folder; print the line that the system administrator registers."""
    from jingui.station import folder

    if not given.code or not given.house:
        raise Misconfigured(N_("请用 --code 指明工作站代码，用 --house 指明系统地址。"))
    phrase = "" if given.no_passphrase else secret("JINGUI_STATION_PASSPHRASE", N_("工作站口令（至少 12 个字符）："))
    if not phrase and not given.no_passphrase:
        raise Misconfigured(N_("没有口令。若只靠文件权限保护密钥，请用 --no-passphrase。"))
    made = folder.made(
        place(given), code=given.code, house=given.house, token="", suite=given.suite, passphrase=phrase,
        random=os.urandom,
    )  # fmt: skip
    out(say(N_("请由系统管理员在“来源与工作站”登记下面这一行：")))
    out(made.keys.identity.line(made.code))
    return 0


def token(given: argparse.Namespace) -> int:
    """Keep the bearer token of the station's interface account, sealed; it replaces an older one."""
    from jingui.station.folder import TOKEN

    opened(given).write(TOKEN, secret("JINGUI_STATION_TOKEN", N_("接口账号的访问令牌：")).strip().encode())
    out(say(N_("已保存令牌。请运行 jingui station pull。")))
    return 0


def opened(given: argparse.Namespace):
    """The station's folder, opened with its passphrase."""
    from jingui.station import folder

    path = place(given)
    if not (path / folder.OPEN).exists():
        return folder.opened(path, "")  # says that there is none
    phrase = secret("JINGUI_STATION_PASSPHRASE", N_("工作站口令：")) if folder.guarded(path) else ""
    return folder.opened(path, phrase)


def pull(given: argparse.Namespace) -> int:
    """Deliver what was read, then get the newest summary, once."""
    from jingui.station.book import Book
    from jingui.station.courier import Courier

    folder = opened(given)
    book, courier = Book(folder, os.urandom), Courier(folder, now)
    told(courier.deliver(book).flaws)
    made = courier.pull(book)
    out(
        say(
            N_("摘要含 {n} 名患者，可用至 {until}。"),
            n=len(made.patients),
            until=made.until.astimezone().isoformat(" ", "minutes"),
        )
    )
    return 0


def serve(given: argparse.Namespace) -> int:
    """Serve the ward's page on this machine, and go round to the house every minute."""
    from jingui.station.book import Book
    from jingui.station.courier import Courier
    from jingui.station.desk import Desk
    from jingui.station.serve import Round, Station

    folder = opened(given)
    courier = Courier(folder, now)
    desk = Desk(folder, Book(folder, os.urandom), clock=now, well=courier.well)
    stop = threading.Event()
    rounds = threading.Thread(target=Round(desk, courier, lambda line: told((line,))).run, args=(stop,), daemon=True)
    with Station(desk, given.port) as server:
        rounds.start()
        out(say(N_("应急工作站：{address}"), address=f"http://127.0.0.1:{server.server_address[1]}/"))
        try:
            server.serve_forever()
        finally:
            stop.set()
    return 0


def told(lines: tuple[str, ...]) -> None:
    """What the house found wrong, or why it could not be reached, for the operator."""
    known = {str(one): one.label for one in Flaw}
    for line in lines:
        err(say(known.get(line, line)))


def now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)
