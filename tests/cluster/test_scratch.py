"""7.1: throw-away clusters are quick, separate and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from jingui.cluster.cluster import Cluster, State
from jingui.cluster.scratch import scratch_cluster
from tests.cluster.conftest import SOURCES, lives

pytestmark = pytest.mark.database


def test_it_is_there_in_a_moment_and_gone_afterwards(running: Cluster, tmp_path: Path) -> None:
    began = time.monotonic()
    with scratch_cluster(tmp_path) as cluster:
        took = time.monotonic() - began
        print(f"scratch cluster in {took:.2f} s")
        home, server = cluster.home, cluster.status().pid
        with psycopg.connect(cluster.address("app").psycopg()) as link:
            assert link.execute("SHOW fsync").fetchone() == ("off",)
        assert cluster.status().pid != running.status().pid
        assert cluster.status().durable is False
    assert took < 5
    assert not home.exists()
    assert not lives(server)
    assert running.status().state is State.RUNNING


def test_what_one_does_another_does_not_see(running: Cluster) -> None:
    with scratch_cluster() as other:
        with psycopg.connect(other.address("owner").psycopg()) as link:
            link.execute("CREATE TABLE only_here (a int)")
        with psycopg.connect(running.address("owner").psycopg()) as link:
            assert link.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


@pytest.mark.faults
def test_a_killed_test_run_leaves_no_server(tmp_path: Path) -> None:
    code = (
        "from jingui.cluster.scratch import scratch_cluster\nimport time\n"
        "with scratch_cluster() as c: print(c.status().pid, c.home, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    server, home = process.stdout.readline().split()
    assert lives(int(server))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    until = time.monotonic() + 10
    while lives(int(server)):
        assert time.monotonic() < until
        time.sleep(0.05)
    subprocess.run(["rm", "-rf", str(Path(home).parent)], check=True)
