"""三（一）1 备份: a base backup of the running cluster as one stream, and where it begins and ends [3.1.1]"""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from jingui.cluster.account import PLAIN_ENVIRONMENT
from jingui.cluster.cluster import Cluster
from jingui.core.errors import Unavailable
from jingui.core.word import N_

PIECE = 1 << 20
SIZE_SQL = "SELECT sum(pg_database_size(oid))::bigint FROM pg_database"
WHERE_SQL = "SELECT pg_current_wal_lsn()::text, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"
SYSTEM_SQL = (
    "SELECT system_identifier::text, (SELECT timeline_id FROM pg_control_checkpoint()) FROM pg_control_system()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What of the log a base backup needs: from `start` to `stop` on `timeline`."""

    start: str
    stop: str
    timeline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which cluster: its identifier and timeline, and how many bytes its databases take."""

    system: str
    timeline: int
    size: int


def identity(cluster: Cluster) -> Identity:
    """Ask the running server."""
    with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        found = link.execute(SYSTEM_SQL).fetchone()
        size = link.execute(SIZE_SQL).fetchone()
    if found is None or size is None:
        raise Unavailable()
    return Identity(system=found[0], timeline=found[1], size=int(size[0]))


def current(cluster: Cluster) -> tuple[str, int]:
    """Where the server writes its log now, and on which timeline."""
    with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        found = link.execute(WHERE_SQL).fetchone()
    if found is None:
        raise Unavailable()
    return found[0], found[1]


def switch(cluster: Cluster) -> None:
    """Have the server hand over the segment it is writing, if anything stands in it."""
    with psycopg.connect(cluster.address("root", "postgres").psycopg(), autocommit=True) as link:
        link.execute("SELECT pg_switch_wal()")


class Taking:
    """A base backup under way: iterate over the tar's bytes, then ask for `span`.

    It ends only after the server has handed over the log it needs. Whatever happens, the program does not outlive it.
    """

    def __init__(self, cluster: Cluster, label: str) -> None:
        """Nothing runs before the iteration."""
        self._cluster, self._label = cluster, label
        self._span: Span | None = None

    @property
    def span(self) -> Span:
        """What of the log is needed; Unavailable before the stream ended."""
        if self._span is None:
            raise Unavailable(where="base backup")
        return self._span

    def __iter__(self) -> Iterator[bytes]:
        """The tar, PostgreSQL's own backup_manifest inside; Unavailable when the program fails."""
        start = current(self._cluster)
        programs, _ = self._cluster.programs()
        address = self._cluster.address("root", "postgres")
        words = [
            programs.program("pg_basebackup"), "--host", address.host, "--port", str(address.port), "--username",
            address.user, "--no-password", "--pgdata=-", "--format=tar", "--wal-method=none", "--checkpoint=fast",
            "--manifest-checksums=SHA256", "--label", self._label,
        ]  # fmt: skip
        environment = {**PLAIN_ENVIRONMENT, "PGPASSWORD": address.password, "PGREQUIREAUTH": "scram-sha-256"}
        with tempfile.TemporaryFile() as said:
            running = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, cwd="/",
                env=environment, start_new_session=True,
            )  # fmt: skip
            assert running.stdout is not None  # noqa: S101 -- it was asked for
            try:
                while piece := running.stdout.read(PIECE):
                    yield piece
                code = running.wait(600)
            finally:
                running.stdout.close()
                if running.poll() is None:
                    running.kill()
                    running.wait()
            said.seek(0)
            text = said.read(1 << 16).decode("utf-8", "replace")
        if code:
            last = text.strip().splitlines()[-1:] or [""]
            raise Unavailable(N_("基础备份没有完成。"), N_("请按所示原因改正后重试。"), said=last[0][-200:])
        stop = current(self._cluster)
        if stop[1] != start[1]:
            raise Unavailable(where="base backup", timeline=stop[1])
        # a little wider than PostgreSQL's own span: what was before its first checkpoint does no harm
        self._span = Span(start=start[0], stop=stop[0], timeline=start[1])
