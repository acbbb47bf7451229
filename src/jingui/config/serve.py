"""`jingui serve`: the database, the web workers, the job runner and the one sequencer, kept alive [6.1]"""

import errno
import hashlib
import os
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from jingui.cluster.address import external
from jingui.cluster.children import Child
from jingui.cluster.supervisor import Event, Supervisor
from jingui.config import founding, house, plugs
from jingui.config.home import Home, home
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

WEB = "web"
LONGEST = 90
WORK = "from jingui.config.work import main; main()"  # the queue names its tasks by module, so it is never the main one


def address(where: Home) -> str:
    """What to type into a browser. Passkeys refuse addresses that are numbers, so loopback is shown by its name."""
    loopback = where.host in ("127.0.0.1", "::1", "localhost")
    return f"http://{'localhost' if loopback else where.host}:{where.port}/"


def check_port(where: Home) -> None:
    """Misconfigured when somebody else listens at the port already, or it is not ours to take."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.host, where.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = N_("端口已被其他程序占用。")
            else:
                message = N_("不能在该地址和端口上提供服务。")
            raise Misconfigured(
                message, N_("请结束占用端口的程序，或另选端口，例如 PORT=8401。"), host=where.host, port=where.port
            ) from error
        except OverflowError as error:
            raise Misconfigured(N_("端口须在 1 至 65535 之间。"), port=where.port) from error


def answers(where: Home) -> bool:
    """Whether a web worker answers, not only whether its socket is open."""
    host = f"[{where.host}]" if ":" in where.host else where.host
    try:
        with urllib.request.urlopen(f"http://{host}:{where.port}/fhir/hello", timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def socket_folder(where: Home) -> Path:
    """The folder of the ingest processes' sockets: the kernel takes no longer path than some hundred bytes."""
    folder = where.state / "ingest"
    if len(os.fsencode(folder)) <= LONGEST:
        return folder
    name = hashlib.sha256(os.fsencode(where.root)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"jingui-{os.geteuid()}-{name}"


def private(folder: Path) -> None:
    """Make `folder` this account's alone: whoever reaches the sockets inside is believed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise Misconfigured(N_("该目录属于另一账号。"), N_("请改正目录属主和权限。"), path=str(folder))
    folder.chmod(0o700)
    for left in folder.glob("*.sock"):
        left.unlink()


def children(where: Home) -> list[Child]:
    """The processes of a running house."""
    own = house.environment()
    web = (
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", where.host, "--port", str(where.port),
        "--workers", str(where.workers), "--loop", "uvloop", "--http", "1", "--no-ws", "--log-level", "warning",
        "--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "15",
        "--http1-header-read-timeout", "10000", "--backpressure", "512", "jingui.config.asgi:application",
    )  # fmt: skip
    sockets = [socket_folder(where) / f"{number}.sock" for number in range(1, where.ingest + 1)]
    if sockets:
        private(sockets[0].parent)
    given = {**own, "JINGUI_INGEST": os.pathsep.join(map(str, sockets))}
    found = [
        Child(name=WEB, argv=web, env=given, ready=lambda: answers(where), tries=5),
        Child(name="jobs", argv=(sys.executable, "-c", WORK), env=own),
    ]
    for socket_at in sockets:
        argv = (sys.executable, "-m", "jingui.config.ingesting", str(socket_at))
        found.append(Child(name=f"ingest-{socket_at.stem}", argv=argv, env=own, ready=socket_at.exists))
    for number in range(1, where.mllp_workers + 1 if where.mllp or where.mllp_plain else 1):
        found.append(Child(name=f"mllp-{number}", argv=(sys.executable, "-m", "jingui.config.mllp"), env=own))
    for what in where.gateway_work:
        argv = (sys.executable, "-m", "jingui.config.gateway", what)
        found.append(Child(name=f"gateway-{what}", argv=argv, env=own))
    if find_spec("jingui.gate.sequencer") is not None:
        found.insert(0, Child(name="sequencer", argv=(sys.executable, "-m", "jingui.config.sequence"), env=own))
    return found


def serve(
    tell: Callable[[Event], None],
    say: founding.Say = founding.silent,
    extra: Callable[[], Sequence[Child]] = tuple,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Start everything in order and keep it alive until a signal; 0, or 1 when a child never came up.

    `before` runs when the house is ready and nobody is served yet, `extra` adds children of an entrance.
    """
    where = home()
    check_port(where)
    from jingui.config import gateway, mllp  # they need Django, which needs a house that is configured rightly

    mllp.check(where)
    gateway.check(where)
    with house.lent():
        house.prepare(say)
        before()
        where.state.mkdir(mode=0o755, parents=True, exist_ok=True)
        inside = external(os.environ) is None
        supervisor = Supervisor(
            [*children(where), *extra()],
            cluster=plugs.cluster() if inside else None,
            owns_cluster=False,  # `lent` stops it, also when the start fails
            report=where.state / "supervisor.json",
            tell=tell,
        )
        return supervisor.run()
