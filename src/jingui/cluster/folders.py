"""六（一）安全防护: private directories that the server's account can reach [6.1]"""

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from jingui.cluster.account import Account
from jingui.cluster.layout import PORT
from jingui.core.errors import Misconfigured
from jingui.core.word import N_

LONGEST_SOCKET = 107
"""Bytes of a socket's path that the kernel takes."""
LOCKS = {"cluster.lock", "users.lock", "template.lock"}
OWN_NAMES = LOCKS | {"cluster.json", "secret", "server", "data", "log", "run", "pg", "wal", "archive.sh", "wal-restore"}
UNSPEAKABLE = "\"'`$\\\n"
"""Signs that pg_ctl would hand to a shell."""
ELSEWHERE = Path("/var/lib/jingui")
"""Where root puts the server's part of a cluster whose home is closed to the server's account."""


def make_home(home: Path, account: Account) -> None:
    """Make `home` private, or raise Misconfigured when it cannot be made, shared, or reached by `account`."""
    if set(str(home)) & set(UNSPEAKABLE):
        raise Misconfigured(
            N_("数据库目录的路径含有不允许的符号。"), N_("请选一个不含引号、反斜线和美元符号的路径。"), path=str(home)
        )
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = home.stat()
        if found.st_uid == os.geteuid() and all(_ours(entry.name) for entry in home.iterdir()):
            home.chmod(0o711 if account.dropping else 0o700)
            found = home.stat()
    except OSError as trouble:
        raise Misconfigured(
            N_("无法建立数据库目录。"),
            N_("请选一个可写的位置，或改正目录权限。"),
            path=str(home),
            reason=str(trouble.strerror),
        ) from None
    if found.st_uid != os.geteuid():
        raise Misconfigured(
            N_("数据库目录归另一系统账号所有。"),
            N_("请以该账号运行，或先更改目录属主。"),
            path=str(home),
            uid=found.st_uid,
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Misconfigured(N_("数据库目录可被他人写入。"), N_("请收回他人的写权限。"), path=str(home))
    if not os.access(home, os.W_OK):
        raise Misconfigured(N_("无法写入数据库目录。"), N_("请选一个可写的位置，或改正目录权限。"), path=str(home))
    if not account.can("x", home) and not (home / "server").is_symlink():
        _make_elsewhere(home, account)


def _make_elsewhere(home: Path, account: Account) -> None:
    """Give the server a directory of its own outside a closed `home`, and link to it; only root can.

    Its name is new each time: what an earlier cluster left there is never taken for ours.
    """
    unreachable = Misconfigured(
        N_("运行数据库的系统账号无法进入数据库目录。"),
        N_("请选一个各级目录都允许该账号通过的位置。"),
        path=str(home),
        account=account.name,
    )
    if not account.dropping:
        raise unreachable
    try:
        ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        if ELSEWHERE.stat().st_uid != 0 or ELSEWHERE.stat().st_mode & 0o022:
            raise unreachable
        folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=ELSEWHERE))
        folder.chmod(0o711)
    except OSError:
        raise unreachable from None
    if not account.can("x", folder):
        folder.rmdir()
        raise unreachable
    (home / "server").symlink_to(folder)


def _ours(name: str) -> bool:
    """Whether an entry of a home is one that this package makes."""
    return name in OWN_NAMES or (name.startswith("data.") and name.endswith(".new"))


def make_private(folder: Path, account: Account) -> None:
    """Make `folder` 0700 and `account`'s; raises Misconfigured if it is another's, open, or a link."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        account.own(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise Misconfigured(
            N_("目录的属主或权限不对，可能被他人占用。"), N_("请查明后删除该目录，系统会重建。"), path=str(folder)
        )


def socket_folder(home: Path, account: Account) -> str:
    """Where the socket lives: `run` below home if its path fits, else a short private directory named after home."""
    if _fits(home / "run"):
        return "run"
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - made 0700, owner checked
        folder = base / f"jingui-{account.uid}-{mark}"
        if _fits(folder) and account.can("x", base):
            return str(folder)
    raise Misconfigured(N_("找不到足够短的套接字目录。"), N_("请选一个路径较短的数据库目录。"), path=str(home))


def _fits(folder: Path) -> bool:
    """Whether a server's socket in `folder` has a path the kernel takes."""
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
