"""6.1: the supervisor's children live and end with it; PostgreSQL comes back and stays."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from jingui.cluster.cluster import Cluster, State
from jingui.cluster.report import ChildReport, Report, read
from jingui.core.errors import Unavailable
from tests.cluster.conftest import SOURCES, lives

SCRIPT = """
import json, sys
from pathlib import Path
from jingui.cluster.children import Child
from jingui.cluster.cluster import Cluster
from jingui.cluster.supervisor import Supervisor
plan = json.loads(sys.argv[1])
children = [Child(name=n, argv=tuple(a), stop_limit=plan["limit"], tries=plan["tries"],
                  ready=(lambda: False) if n == "never" else None)
            for n, a in plan["children"].items()]
cluster = Cluster(Path(plan["cluster"]), durable=False) if plan["cluster"] else None
supervisor = Supervisor(children, cluster=cluster, owns_cluster=plan["owns"], report=Path(plan["report"]),
                        tell=lambda event: print(event.kind, event.name, event.detail, flush=True))
sys.exit(supervisor.run())
"""
Serve = Callable[..., "Served"]


class Served:
    """A supervisor in a process of its own."""

    def __init__(self, plan: dict[str, object]) -> None:
        self.report_at = Path(str(plan["report"]))
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, json.dumps(plan)],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def report(self) -> Report | None:
        return read(self.report_at)

    def child(self, name: str) -> ChildReport:
        found = self.report()
        assert found is not None
        return next(child for child in found.children if child.name == name)

    def end(self, number: int = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=30)[0]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Served] = []

    def start(
        cluster: Path | None = None, *, limit: float = 5.0, tries: int = 0, owns: bool = True, **children: list[str]
    ) -> Served:
        served = Served(
            {
                "children": children,
                "cluster": str(cluster) if cluster else "",
                "limit": limit,
                "tries": tries,
                "owns": owns,
                "report": str(tmp_path / "report.json"),
            }
        )
        started.append(served)
        return served

    yield start
    for served in started:
        served.process.kill()
        served.process.communicate(timeout=30)


def until(true: Callable[[], object], limit: float = 15.0) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def ready(served: Served, *names: str) -> bool:
    found = served.report()
    states = {child.name: child.state for child in found.children} if found else {}
    return all(states.get(name) == "ready" for name in names)


def grandchild(folder: Path) -> tuple[list[str], Path]:
    """A command that starts another process, and the file that will hold its number."""
    note = folder / "grandchild"
    return ["sh", "-c", f"sleep 300 & echo $! > {note}.new; mv {note}.new {note}; wait"], note


def test_a_child_that_dies_is_started_again(serve: Serve) -> None:
    served = serve(one=["sleep", "300"], two=["sleep", "300"])
    until(lambda: ready(served, "one", "two"))
    first, other = served.child("one").pid, served.child("two").pid
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    until(lambda: ready(served, "one") and served.child("one").pid != first)
    assert time.monotonic() - began < 3
    again = served.child("one")
    assert (again.restarts, again.exit) == (1, -signal.SIGKILL)
    assert served.child("two").pid == other
    said = served.end()
    assert served.process.returncode == 0
    assert "died one -9" in said
    assert not lives(again.pid)
    assert not lives(other)


def test_restarts_wait_longer_and_longer(serve: Serve) -> None:
    served = serve(one=["false"])
    time.sleep(2.5)
    until(lambda: served.report() is not None)
    # 0.2 + 0.4 + 0.8 s and the time to start: a loop without waiting would be at hundreds
    assert 2 <= served.child("one").restarts <= 5


def test_a_child_that_never_comes_up_ends_it_when_asked(serve: Serve) -> None:
    served = serve(never=["no-such-program-here"], two=["sleep", "300"], tries=2)
    assert served.process.wait(timeout=15) == 1
    assert (served.child("never").exit, served.child("never").restarts) == (127, 1)
    assert served.child("two").state == "stopped"


def test_kill_9_of_the_supervisor_leaves_nothing(serve: Serve, tmp_path: Path) -> None:
    command, note = grandchild(tmp_path)
    served = serve(one=command, two=["sleep", "300"])
    until(lambda: ready(served, "one", "two") and note.exists())
    pids = [served.child("one").pid, served.child("two").pid, int(note.read_text())]
    assert all(lives(pid) for pid in pids)
    served.process.kill()
    served.process.wait()
    until(lambda: not any(lives(pid) for pid in pids), limit=5)


def test_what_a_dead_child_started_is_cleared_first(serve: Serve, tmp_path: Path) -> None:
    command, note = grandchild(tmp_path)
    served = serve(one=command)
    until(lambda: ready(served, "one") and note.exists())
    orphan = int(note.read_text())
    os.kill(served.child("one").pid, signal.SIGKILL)
    until(lambda: served.child("one").restarts == 1)
    assert not lives(orphan)
    served.end()


def test_a_child_that_does_not_stop_is_killed(serve: Serve) -> None:
    served = serve(
        limit=0.5, one=[sys.executable, "-c", "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"]
    )
    until(lambda: ready(served, "one"))
    time.sleep(0.5)
    pid = served.child("one").pid
    began = time.monotonic()
    assert "killed one" in served.end()
    assert time.monotonic() - began < 5
    assert not lives(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_graceful_stop_lets_children_finish(serve: Serve, tmp_path: Path, number: int) -> None:
    done = tmp_path / "done"
    served = serve(one=["sh", "-c", f"trap 'sleep 0.3; touch {done}; exit 0' TERM; while :; do sleep 0.05; done"])
    until(lambda: ready(served, "one"))
    time.sleep(0.3)
    served.end(number)
    assert done.exists()
    assert served.process.returncode == 0
    last = served.report()
    assert last is not None
    assert last.children[0].state == "stopped"
    assert not last.fresh(time.time())


@pytest.mark.database
@pytest.mark.faults
def test_the_database_comes_back_while_children_go_on(serve: Serve, open_folder: Path) -> None:
    home = open_folder / "db"
    cluster = Cluster(home, durable=False)
    served = serve(home, one=["sleep", "300"])
    until(lambda: ready(served, "one"), limit=30)
    child, server = served.child("one").pid, cluster.status().pid
    os.kill(server, signal.SIGKILL)
    began = time.monotonic()
    until(lambda: cluster.status().state is State.RUNNING and cluster.status().pid != server, limit=30)
    print(f"back after {time.monotonic() - began:.2f} s")
    with psycopg.connect(cluster.address("app").psycopg()) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)
    until(lambda: (found := served.report()) is not None and found.cluster_restarts == 1)
    assert served.child("one").pid == child
    said = served.end()
    assert "cluster_lost cluster" in said
    assert "cluster_back cluster" in said
    assert cluster.status().state is State.STOPPED


@pytest.mark.database
@pytest.mark.faults
def test_a_killed_supervisor_leaves_the_database_for_the_next(serve: Serve, open_folder: Path) -> None:
    home = open_folder / "db"
    cluster = Cluster(home, durable=False)
    served = serve(home, one=["sleep", "300"])
    until(lambda: ready(served, "one"), limit=30)
    server = cluster.status().pid
    served.process.kill()
    served.process.wait()
    assert cluster.status().pid == server
    second = serve(home, one=["sleep", "300"])
    until(lambda: ready(second, "one") and second.child("one").pid != 0)
    until(lambda: (found := second.report()) is not None and found.pid == second.process.pid)
    assert cluster.status().pid == server
    with cluster.using():
        second.end()
        # somebody else still needs it
        assert cluster.status().state is State.RUNNING
    assert cluster.stop_unless_used() is True


@pytest.mark.database
def test_trouble_is_reported_and_ends_when_mended(serve: Serve, open_folder: Path) -> None:
    home = open_folder / "db"
    cluster = Cluster(home, durable=False)
    served = serve(home, owns=False, one=["sleep", "300"])
    until(lambda: ready(served, "one"), limit=30)
    cluster.stop("immediate")
    version = cluster.layout.data / "PG_VERSION"
    kept = version.read_text()
    until(lambda: cluster.status().state is State.RUNNING)
    version.write_text("12\n")
    os.kill(cluster.status().pid, signal.SIGKILL)
    until(lambda: (found := served.report()) is not None and found.trouble != "")
    version.write_text(kept)
    until(lambda: cluster.status().state is State.RUNNING)
    until(lambda: (found := served.report()) is not None and found.trouble == "")
    assert "cluster_trouble" in served.end()
    assert cluster.stop() is True


@pytest.mark.database
def test_a_lock_that_is_held_is_not_waited_for_after_a_signal(open_folder: Path) -> None:
    cluster = Cluster(open_folder / "db", durable=False)
    cluster.init()
    with cluster.layout.lock(), pytest.raises(Unavailable):
        cluster.start(give_up=lambda: True)


def test_a_report_that_cannot_be_written_ends_nobody(serve: Serve) -> None:
    """A full disk (here: a folder where the report was) leaves the children alone, and the report comes back."""
    served = serve(rest=[sys.executable, "-c", "import time; time.sleep(60)"])
    until(lambda: served.report() is not None)
    child = served.child("rest").pid
    served.report_at.unlink()
    served.report_at.mkdir()
    time.sleep(2.5)
    assert served.process.poll() is None
    assert lives(child)
    served.report_at.rmdir()
    until(lambda: served.report() is not None)
    served.end()
