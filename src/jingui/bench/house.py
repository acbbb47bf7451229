"""A house for measuring: its own home and embedded PostgreSQL with a hospital's durability, removed at the end."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from jingui.bench import processes
from jingui.cluster.children import Guard
from jingui.cluster.cluster import Cluster

FILE = 'institution = "测速医院"\ninstitution_en = "Bench Hospital"\norigin = "bench.jingui/ledger"\nbackup = []\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Where it is, what its processes need, and the database's postmaster."""

    home: Path
    env: Mapping[str, str]
    postmaster: int
    promise: str  # what a commit waits for, in words

    @property
    def log(self) -> Path:
        """Where the children's words go."""
        return self.home / "bench.log"


@contextlib.contextmanager
def scratch_house() -> Iterator[House]:
    """A started database in an empty home. Its settings are those of `jingui serve`, durability too."""
    home = Path(tempfile.mkdtemp(prefix="jingui-bench-"))
    home.chmod(0o755)  # the server's own account must pass
    (home / "jingui.toml").write_text(FILE, "utf-8")
    cluster = Cluster(home / "db")
    guard = Guard()
    try:
        cluster.ensure_started()
        with cluster.using():
            status = cluster.status()
            guard.cover({status.pid})  # a killed bench leaves no server behind
            promise = "durable (fsync, full_page_writes, synchronous_commit on)" if status.durable else "NOT durable"
            yield House(
                home=home, env=processes.environment(home), postmaster=status.pid,
                promise=f"{promise}, fsync {fsync(home):.2f} ms",
            )  # fmt: skip
    finally:
        with contextlib.suppress(FileNotFoundError):
            cluster.remove()
        guard.cover(set())
        guard.close()
        shutil.rmtree(home, ignore_errors=True)


def fsync(folder: Path) -> float:
    """Milliseconds until 8 KB are on the disk (median of 21): what no commit can be faster than."""
    times = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(21):
            began = perf_counter()
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            times.append(perf_counter() - began)
    return sorted(times)[10] * 1000
