"""六（一）安全防护: bringing the server up, also after a crash [6.1]

After kill -9 the dead server's children may hold its memory for some seconds, and a start is refused until they
are gone: so a start is tried again, the children are ended when they linger, and what no retry can mend is said.
"""

import contextlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from jingui.cluster import postmaster
from jingui.cluster.account import Account
from jingui.cluster.binaries import Binaries
from jingui.cluster.layout import PORT
from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_

RETRY_FOR = 30.0
"""Seconds in which a refused start is tried again."""
RECOVER_FOR = 900.0
"""Seconds granted to a living server that replays its log."""
PATIENCE = 2.0
"""Seconds orphans get before they are ended."""
LOG_KEEPS = 16 << 20

# PostgreSQL tells its reasons only in its log; what is not listed here is tried again
FINAL: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"No space left on device"), N_("磁盘空间不足，数据库无法启动。"), N_("请腾出磁盘空间后再启动。")),
    (
        re.compile(r"could not (?:bind|create lock file \".*\.s\.PGSQL)|lock file \".*\.s\.PGSQL.*already exists"),
        N_("数据库套接字被占用或无法建立。"),
        N_("请停止占用它的进程，或改正目录权限。"),
    ),
    (
        re.compile(
            r"invalid value for parameter|unrecognized configuration parameter|syntax error in file|contains errors"
        ),
        N_("数据库设置有误，服务器拒绝启动。"),
        N_("请改正日志中指出的设置。"),
    ),
    (
        re.compile(r"(?:in|not )compatible with (?:server|this version)"),
        N_("数据目录属于另一版本的数据库。"),
        N_("请使用原版本，或先升级。"),
    ),
    (re.compile(r"Permission denied"), N_("数据库没有读写其目录的权限。"), N_("请改正目录属主和权限。")),
    (
        re.compile(r"could not (?:map anonymous|create) shared memory|Cannot allocate memory"),
        N_("内存不足，数据库无法启动。"),
        N_("请释放内存，或调低 shared_buffers。"),
    ),
)


def bring_up(
    *,
    binaries: Binaries,
    account: Account,
    data: Path,
    log: Path,
    socket: Path,
    retry_for: float = RETRY_FOR,
    give_up: Callable[[], bool] = lambda: False,
) -> None:
    """Return when the server on `data` takes connections; the caller holds the cluster's lock.

    Raises Misconfigured for what an operator must mend, Unavailable when `give_up()` or recovery takes too long.
    """
    _turn(log, account)
    refused_until = time.monotonic() + retry_for
    recovered_until = time.monotonic() + RECOVER_FOR
    orphaned = 0.0
    while True:
        alive = postmaster.living(data)
        now = time.monotonic()
        if alive is not None:
            if alive.socket and Path(alive.socket) != socket:
                raise foreign(alive, data)
            if alive.ready:
                return
            if now > recovered_until:
                raise Unavailable(N_("数据库仍在恢复。"), N_("请稍候再试，并查看数据库日志。"), log=str(log))
        elif left := postmaster.orphans(data):
            orphaned = orphaned or now
            if now - orphaned > PATIENCE:
                postmaster.end(left, data, hard=now - orphaned > 2 * PATIENCE)
        else:
            _forget_stale(data, socket)
            size = log.stat().st_size if log.exists() else 0
            said = account.run(
                [binaries.program("pg_ctl"), "-w", "-t", "60", "-D", data, "-l", log, "start"], limit=90.0
            )
            if said.code == 0:
                continue
            if postmaster.living(data) is None:
                new = _since(log, size) + said.text
                trouble = diagnosed(new, log)
                if trouble is not None:
                    raise trouble
                if time.monotonic() > refused_until:
                    raise Misconfigured(
                        N_("数据库无法启动。"), N_("请查看数据库日志。"), log=str(log), said=last_word(new)
                    )
        if give_up():
            raise Unavailable(N_("数据库的启动被中止。"), N_("请重新启动。"))
        time.sleep(0.05 if alive is not None else 0.2)


def foreign(alive: postmaster.Postmaster, data: Path) -> Misconfigured:
    """The error for a server on our directory that was started with other settings than ours."""
    return Misconfigured(
        N_("数据库目录正被另一个以不同设置启动的服务器使用。"),
        N_("请先停止该服务器。"),
        path=str(data),
        pid=alive.pid,
        socket=alive.socket,
    )


def diagnosed(text: str, log: Path) -> Misconfigured | None:
    """What an operator must mend, from the server's own words; None when trying again may help."""
    for pattern, message, step in FINAL:
        if pattern.search(text):
            return Misconfigured(message, step, log=str(log), said=last_word(text))
    return None


def last_word(text: str) -> str:
    """The last FATAL, ERROR or error line, at most 200 characters."""
    lines = [line for line in text.splitlines() if re.search(r"FATAL|PANIC|ERROR|error:", line)]
    return lines[-1][-200:] if lines else ""


def _forget_stale(data: Path, socket: Path) -> None:
    """Remove the lock files of a dead server whose process number is taken: by a zombie or by somebody else's process.

    PostgreSQL would take any living process of its own account for its predecessor (common in containers, where
    small numbers come again). No server process works in `data` when this is called, and the socket's lock file
    must name `data` itself.
    """
    lock = socket / f".s.PGSQL.{PORT}.lock"
    for path in (data / "postmaster.pid", lock):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            lines = path.read_text().splitlines()
            if Path(lines[1]) == data:
                with contextlib.suppress(PermissionError):
                    os.kill(abs(int(lines[0])), 0)
                path.unlink()


def _since(log: Path, size: int) -> str:
    """What was written to `log` after its first `size` bytes."""
    try:
        with log.open("rb") as file:
            file.seek(size)
            return file.read(1 << 20).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _turn(log: Path, account: Account) -> None:
    """Keep one older log once the current one is large; the server's account owns both."""
    if log.exists() and log.stat().st_size > LOG_KEEPS and account.can("w", log):
        log.replace(log.with_suffix(".log.1"))
