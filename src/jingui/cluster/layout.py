"""六（一）安全防护: the cluster's own directory [6.1]

```
home/            0700, or 0711 when root gives the server to another account
  cluster.json   0600  what was decided at init (the record)
  cluster.lock   0600  one process at a time inits, starts or stops
  users.lock     0600  shared by those who need the server up
  secret/        0700  passwords of the three roles, 0600 each, never the server account's
  data/ log/ run/ 0700 the server account's: database, its log, its socket
  pg/            copied programs, only when the account cannot reach the installed ones
```
"""

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jingui.cluster.account import Account
from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_

LONGEST_SOCKET = 107
"""Bytes of a socket's path that the kernel takes."""
PORT = 5432
"""Only a suffix of the socket's name: no port is opened."""
OWN_NAMES = frozenset({"cluster.json", "cluster.lock", "users.lock", "secret", "data", "data.new", "log", "run", "pg"})
FORMAT = 1
UNSPEAKABLE = "\"'`$\\\n"
"""Signs that pg_ctl would hand to a shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was decided at init; `run` is the socket's directory, relative to home where it fits."""

    user: str
    major: int
    durable: bool
    run: str = "run"
    roles: bool = False
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places below `home` (absolute)."""

    home: Path

    @property
    def data(self) -> Path:
        """The database's directory."""
        return self.home / "data"

    @property
    def secret(self) -> Path:
        """The passwords' directory."""
        return self.home / "secret"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "log" / "server.log"

    def load(self) -> Record | None:
        """The record, or None before init; raises Misconfigured when it cannot be read or is of another format."""
        path = self.home / "cluster.json"
        try:
            row = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except PermissionError:
            raise Misconfigured(
                N_("数据库目录归另一系统账号所有。"), N_("请以该账号或 root 运行。"), path=str(self.home)
            ) from None
        except ValueError:
            row = {}
        if not isinstance(row, dict) or row.pop("format", None) != FORMAT:
            raise Misconfigured(N_("数据库目录的登记文件损坏或不认识。"), N_("请从备份恢复该文件。"), path=str(path))
        try:
            return Record(**row)
        except TypeError:
            raise Misconfigured(
                N_("数据库目录的登记文件损坏或不认识。"), N_("请从备份恢复该文件。"), path=str(path)
            ) from None

    def save(self, record: Record) -> None:
        """Replace the record whole; readable by home's owner only."""
        self.write(self.home / "cluster.json", json.dumps({"format": FORMAT, **asdict(record)}, indent=1) + "\n")

    def write(self, path: Path, text: str, *, owner: Account | None = None) -> None:
        """Replace `path` (0600) by `text`, durably; `owner` gets it, else home's owner."""
        half = path.with_name(f".{path.name}.{os.getpid()}.new")
        half.unlink(missing_ok=True)
        # O_EXCL: the server's account may not lay a link in root's way
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            if os.geteuid() == 0:
                to = (owner.uid, owner.gid) if owner else (self.home.stat().st_uid, self.home.stat().st_gid)
                os.fchown(handle, *to)
            file.flush()
            os.fsync(handle)
        half.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextlib.contextmanager
    def lock(
        self,
        name: str = "cluster.lock",
        *,
        shared: bool = False,
        wait: float = 900.0,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Hold the lock file `name`; raises Unavailable after `wait` seconds or when `give_up()` says so.

        The kernel frees it if this process dies.
        """
        try:
            handle = os.open(self.home / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except PermissionError:
            raise Misconfigured(
                N_("数据库目录归另一系统账号所有。"), N_("请以该账号或 root 运行。"), path=str(self.home)
            ) from None
        try:
            if os.geteuid() == 0:
                os.fchown(handle, self.home.stat().st_uid, self.home.stat().st_gid)
            until = time.monotonic() + wait
            while True:
                try:
                    fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if give_up() or time.monotonic() >= until:
                        raise Unavailable(
                            N_("另一进程正在启动或停止数据库。"), N_("请稍候再试。"), path=str(self.home)
                        ) from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(handle)


def make_home(home: Path, account: Account) -> None:
    """Make `home` private, or raise Misconfigured when it cannot be made, shared, or reached by `account`."""
    if set(str(home)) & set(UNSPEAKABLE):
        raise Misconfigured(
            N_("数据库目录的路径含有不允许的符号。"), N_("请选一个不含引号、反斜线和美元符号的路径。"), path=str(home)
        )
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = home.stat()
        if found.st_uid == os.geteuid() and all(entry.name in OWN_NAMES for entry in home.iterdir()):
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
    if not account.can("x", home):
        raise Misconfigured(
            N_("运行数据库的系统账号无法进入数据库目录。"),
            N_("请选一个各级目录都允许该账号通过的位置。"),
            path=str(home),
            account=account.name,
        )
    if not os.access(home, os.W_OK):
        raise Misconfigured(N_("无法写入数据库目录。"), N_("请选一个可写的位置，或改正目录权限。"), path=str(home))


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
