"""三（一）1, 六（一）3 恢复: a data directory from a tar, followed by the log to where it is wanted [3.1.1] [6.1.3]

Nothing is started before everything lies there and PostgreSQL's own list of files agrees.
"""

import contextlib
import io
import os
import shutil
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import psycopg

from jingui.cluster import folders, initdb
from jingui.cluster.account import Account, server_account
from jingui.cluster.cluster import Cluster
from jingui.cluster.layout import Layout, Record
from jingui.cluster.trouble import enough_space
from jingui.core.errors import Misconfigured, Unavailable
from jingui.core.word import N_

WAL = "wal-restore"
PATIENCE = 900.0
OURS = ("restore_command", "recovery_target_time", "recovery_target_lsn", "recovery_target_inclusive",
        "recovery_target_action", "recovery_target_timeline")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Where the log is to be followed to: its end, a moment, or just before a place in it."""

    at: datetime | None = None
    before: str = ""


class Restoring:
    """A new cluster home being filled; `close` it or `start` it. Raises Misconfigured for a place that is not empty."""

    def __init__(self, home: Path, *, account: str = "", programs: Path | None = None) -> None:
        """Make the home and the folders in it."""
        if home.exists() and any(home.iterdir()):
            raise Misconfigured(N_("恢复的目标目录不是空的。"), N_("请另选一个空目录。"), path=str(home))
        self.account: Account = server_account(wanted=account)
        self._programs = programs
        folders.make_home(home, self.account)
        self.layout = Layout(home=home.resolve())
        for folder in (self.layout.data, self.layout.log.parent, self.wal):
            folders.make_private(folder, self.account)

    @property
    def wal(self) -> Path:
        """Where the log's segments are put."""
        return self.layout.server / WAL

    def room(self, needed: int) -> None:
        """Misconfigured when the disk has not `needed` bytes."""
        enough_space(self.layout.server, needed)

    def unpack(self, pieces: Iterable[bytes]) -> int:
        """Write the tar's files, the server account's alone; the bytes written. Misconfigured for a tar that strays."""
        size = 0
        with tarfile.open(fileobj=Pieces(pieces), mode="r|") as tar:
            for member in tar:
                size += self._member(tar, member)
        # one sync of the whole file system: a sync for each of a thousand small files takes minutes on a busy disk
        sync = shutil.which("sync")
        if sync is None or self.account.run([sync, "-f", self.layout.data], limit=3600.0).code:
            os.sync()
        return size

    def _member(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> int:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or not (member.isdir() or member.isreg()):
            raise Misconfigured(N_("备份中的文件名不合法。"), N_("请换一份备份。"), path=member.name[:80])
        to = self.layout.data / path
        if member.isdir():
            to.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.account.own(to)
            return 0
        source = tar.extractfile(member)
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            if source is not None:
                shutil.copyfileobj(source, file, 1 << 20)
            if self.account.dropping:
                os.fchown(handle, self.account.uid, self.account.gid)
        return member.size

    def segment(self, name: str, body: bytes) -> None:
        """Put a segment of the log where the server will ask for it."""
        to = self.wal / name
        with to.open("wb") as file:
            file.write(body)
        to.chmod(0o600)
        self.account.own(to)

    def check(self) -> None:
        """PostgreSQL's own list of files with SHA-256, before anything is started; Misconfigured when they differ."""
        cluster = self._cluster(archives=False)
        programs, account = cluster.programs()
        said = account.run(
            [programs.program("pg_verifybackup"), "--no-parse-wal", "--exit-on-error", self.layout.data], limit=7200.0
        )
        if said.code:
            raise Misconfigured(
                N_("恢复出的文件与数据库自己的清单不符，没有启动。"),
                N_("请换一份备份。"),
                said=said.text.strip()[-200:],
            )
        (self.layout.data / "backup_manifest").unlink(missing_ok=True)

    def start(self, goal: Goal, passwords: Path, *, archives: bool) -> Cluster:
        """Follow the log to the goal and return the cluster, writable on a timeline of its own.

        `passwords` is the folder of the roles' passwords. Misconfigured when the log ends before the goal.
        """
        secret = self.layout.secret
        if not secret.exists():
            shutil.copytree(passwords, secret)
        secret.chmod(0o700)
        cluster = self._cluster(archives=archives)
        programs, _ = cluster.programs()
        run = folders.socket_folder(self.layout.server, self.account)
        record = Record(
            user=self.account.name, major=initdb.data_major(self.layout.data), durable=True, run=run, roles=True
        )
        if programs.major != record.major:
            raise Misconfigured(
                N_("备份属于另一版本的数据库。"), N_("请安装该版本的数据库程序。"), data=record.major,
                programs=programs.major,
            )  # fmt: skip
        self.layout.save(record)
        auto = self.layout.data / "postgresql.auto.conf"
        self.layout.write(auto, recovery(self.wal, goal), owner=self.account)
        self.layout.write(self.layout.data / "recovery.signal", "", owner=self.account)
        self.layout.write(self.layout.data / "pg_hba.conf", initdb.ACCESS, owner=self.account)
        cluster.start(retry_for=3.0)
        self._promoted(cluster)
        self.layout.write(auto, "", owner=self.account)
        shutil.rmtree(self.wal, ignore_errors=True)
        return cluster

    def _promoted(self, cluster: Cluster) -> None:
        """Wait until the server has left recovery; Misconfigured when it gave up before its goal."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
                    if link.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                        return
            except psycopg.Error:
                if cluster.status().pid == 0:
                    break
            time.sleep(0.1)
        raise Unavailable(
            N_("数据库没有到达所要的时点。"),
            N_("请查看数据库日志；日志归档可能没有到那一刻。"),
            log=str(self.layout.log),
        )

    def _cluster(self, *, archives: bool) -> Cluster:
        return Cluster(self.layout.home, account=self.account.name, programs=self._programs, archives=archives)

    def close(self) -> None:
        """Stop what runs and remove everything."""
        places = (self.layout.server, self.layout.home)
        with contextlib.suppress(Misconfigured, Unavailable, FileNotFoundError):
            self._cluster(archives=False).stop("immediate")
        for place in places:
            shutil.rmtree(place, ignore_errors=True)


def recovery(wal: Path, goal: Goal) -> str:
    """The server's settings for following the log."""
    rows = {"restore_command": f'cp "{str(wal).replace("%", "%%")}/%f" "%p"', "recovery_target_timeline": "latest"}
    if goal.at is not None:
        rows["recovery_target_time"] = goal.at.astimezone(UTC).isoformat(sep=" ")
    if goal.before:
        rows |= {"recovery_target_lsn": goal.before, "recovery_target_inclusive": "off"}
    if goal.at is not None or goal.before:
        rows["recovery_target_action"] = "promote"
    return "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in rows.items())


class Pieces(io.RawIOBase):
    """An iterable of bytes as a file that can only be read on."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Nothing is read yet."""
        self._pieces: Iterator[bytes] = iter(pieces)
        self._kept, self._at = b"", 0

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, all that is left for -1."""
        out = bytearray()
        while size < 0 or len(out) < size:
            if self._at >= len(self._kept):
                self._kept, self._at = next(self._pieces, b""), 0
                if not self._kept:
                    break
            stop = len(self._kept) if size < 0 else self._at + size - len(out)
            out += self._kept[self._at : stop]
            self._at = min(stop, len(self._kept))
        return bytes(out)


def unpack_house(body: bytes, to: Path) -> None:
    """The house's own files from their tar, 0600 each; Misconfigured for one that strays."""
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts or not member.isreg():
                raise Misconfigured(N_("备份中的文件名不合法。"), N_("请换一份备份。"), path=member.name[:80])
            place = to / path
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source = tar.extractfile(member)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(source.read() if source else b"")
