"""Places that a dropped account can reach, and a cluster for tests that only need one."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jingui.cluster.cluster import Cluster
from jingui.cluster.scratch import scratch_cluster

SOURCES = Path(__file__).parents[2] / "src"
ORDINARY = "nobody"


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A new directory that every account may pass through (pytest's own are closed)."""
    folder = Path(tempfile.mkdtemp(prefix="jingui-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Cluster]:
    """A durable cluster, not yet made; removed at the end whatever happened to it."""
    made = Cluster(open_folder / "db")
    yield made
    if made.layout.load() is not None and made.layout.data.exists():
        made.stop("immediate")


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """A started throw-away cluster shared by a module."""
    with scratch_cluster() as made:
        yield made


@pytest.fixture
def as_ordinary() -> Callable[[str], "subprocess.CompletedProcess[str]"]:
    """Run Python code as an account without rights."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to leave root")

    def run(code: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-c", code]
        if os.geteuid() == 0:
            entry = pwd.getpwnam(ORDINARY)
            argv = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", *argv]
        environment = {"PYTHONPATH": str(SOURCES), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)

    if run("import jingui.cluster.cluster").returncode != 0:
        pytest.skip("an ordinary account cannot reach this checkout or its environment")
    return run
