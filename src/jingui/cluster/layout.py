"""六（一）安全防护: the cluster's own directory [6.1]

```
home/            0700, or 0711 when root gives the server to another account
  cluster.json   0600  what was decided at init (the record)
  cluster.lock   0600  one process at a time inits, starts or stops
  users.lock     0600  shared by those who need the server up
  secret/        0700  passwords of the three roles, 0600 each, never the server account's
  data/ log/ run/ 0700 the server account's: database, its log, its socket
  wal/           0700 the server account's: finished log segments on their way to the backup's places
  archive.sh     0755 root's or ours: what puts them there
  pg/            copied programs, only when the account cannot reach the installed ones
```

Below a closed directory (root's own home) the server's account cannot reach its data. Nothing is opened then: `data`,
`log`, `run`, `wal` and `pg` live below /var/lib/jingui, and the link `home/server` says where.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jingui.cluster.account import Account
from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_

PORT = 5432
"""Only a suffix of the socket's name: no port is opened."""
FORMAT = 1


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
    def server(self) -> Path:
        """The directory of what the server itself uses: home, or the one the link names."""
        try:
            return (self.home / "server").readlink()
        except OSError:
            return self.home

    @property
    def data(self) -> Path:
        """The database's directory."""
        return self.server / "data"

    @property
    def secret(self) -> Path:
        """The passwords' directory."""
        return self.home / "secret"

    @property
    def spool(self) -> Path:
        """Where the server hands over finished segments of its log, until they are taken to the backup's places."""
        return self.server / "wal"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.server / "log" / "server.log"

    def load(self) -> Record | None:
        """The record, or None before init; raises Misconfigured when it cannot be read or is of another format."""
        path = self.home / "cluster.json"
        try:
            row = json.loads(path.read_text())
        except (FileNotFoundError, NotADirectoryError):
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
