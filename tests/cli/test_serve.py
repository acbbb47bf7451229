"""`jingui serve` comes up whole, brings a killed worker back, and leaves nothing behind [6.1]"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from jingui.cluster import report
from jingui.cluster.cluster import Cluster, State

from .house import House

pytestmark = [pytest.mark.database, pytest.mark.slow]


def answers(house: House) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/fhir/hello", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def wait(until: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.2)
    return False


def ready(found: report.Report) -> bool:
    return all(child.state == "ready" for child in found.children)


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in listed.stdout.split()]


def test_serve_lives_and_ends_cleanly(founded: House) -> None:
    process = founded.start("serve")
    try:
        assert wait(lambda: answers(founded), 60)
        told = founded.home / "state" / "supervisor.json"
        assert wait(lambda: (now := report.read(told)) is not None and ready(now), 30)
        found = report.read(told)
        assert found is not None
        assert {"web", "jobs", "sequencer", "ingest-1"} <= {child.name for child in found.children}
        web = next(child.pid for child in found.children if child.name == "web")
        for worker in children_of(web):
            os.kill(worker, signal.SIGKILL)
        assert wait(lambda: answers(founded), 30), "the worker came back"
        assert founded.run("serve", PORT=str(founded.port)).returncode == 1, "the port is taken"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"http://localhost:{founded.port}/" in out
    assert "Traceback" not in err
    left = subprocess.run(["pgrep", "-f", str(founded.home)], capture_output=True, text=True, check=False).stdout
    assert not left.split(), "nothing is left running"
    assert Cluster(founded.home / "db").status().state is State.STOPPED
