"""R7: somebody turns the machine's clock: order stays, nothing lives longer, nothing ends early [6.1.2] [3.1.3]"""

import http.client
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jingui.cluster.cluster import Cluster
from tests.faults import shimmed
from tests.faults.founding import SHORT
from tests.faults.journal import Client, Successes
from tests.faults.running import CLIENTS, House, Outcome, back, ended, finish, found, proved, python, served

pytestmark = [
    pytest.mark.faults, pytest.mark.slow,
    pytest.mark.skipif(bool(shimmed.possible()), reason=shimmed.possible()),
]  # fmt: skip
HOUR, DAY, YEARS = 3600, 86_400, 31 * 365 * 86_400
ORDER_SQL = """SELECT max(before - at) FROM (
  SELECT e.at, max(e.at) OVER (ORDER BY i.idx ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM entry_index i JOIN entry e USING (id)) t"""
SPAN_SQL = "SELECT max(at) - min(at) FROM entry"
POINTS_SQL = "SELECT bool_and(at > before) FROM (SELECT at, lag(at) OVER (ORDER BY size) AS before FROM checkpoint) t"


def asked(house: House, token: str) -> int:
    """The status of one reading with a token."""
    link = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    try:
        link.request("GET", f"/fhir/Patient/{house.facts['patient']}",
                     headers={"Authorization": f"Bearer {house.facts['tokens'][token]}"})  # fmt: skip
        return link.getresponse().status
    finally:
        link.close()


def jobs(home: Path, shim: shimmed.Shim, out: Path) -> dict[str, Any]:
    """Run every timed job once, in a process of its own, by the turned clock."""
    python(home, "tests.faults.timing", str(out), more=shim.environment())
    told: dict[str, Any] = json.loads(out.read_text())
    return told


def test_a_turned_clock(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    if pytestconfig.option.markexpr != "faults":
        pytest.skip("minutes long: make prove-clock; the short form is tests/gate/test_clock.py")
    outside = Path(tempfile.mkdtemp(prefix="jingui-clock-", dir="/tmp"))
    outside.chmod(0o755)
    outcome, good = Outcome(), Successes()
    rows: list[tuple[str, int, int]] = []
    try:
        shim = shimmed.Shim.make(outside / "shim")
        home, journals = outside / "house", outside / "journals"
        home.mkdir(mode=0o755)
        journals.mkdir()
        facts = found(home)
        issued = time.monotonic()
        house = served(home, facts, outside / "serve.log", **shim.environment())
        clients = [Client(n, house.port, facts, journals, good) for n in range(CLIENTS)]
        begun = time.monotonic()
        try:
            for client in clients:
                client.start()
            back(good, begun)
            assert asked(house, "short") == 200
            usual = jobs(home, shim, outside / "jobs.json")
            for name, offset, again in (
                ("- 1 hour", -HOUR, False),
                ("- 1 day", -DAY, True),
                ("+ 31 years", YEARS, True),
            ):
                shim.turn(offset)
                off = time.monotonic()
                if again:  # every process is new and must learn the time from the ledger
                    ended(house)
                    house = served(home, facts, outside / "serve.log", **shim.environment())
                    for client in clients:
                        client.port = house.port
                before, at = len(good.times), time.monotonic()
                back(good, at)
                time.sleep(4.0)
                if name == "- 1 day":  # how long the house was off under a wrong clock, it cannot know
                    unknown = good.longest_gap(off, time.monotonic())
                    time.sleep(max(0.0, issued + SHORT + unknown + 1 - time.monotonic()))
                    assert asked(house, "short") in (401, 403), "the token outlived its time"
                assert asked(house, "doctor") == 200, name
                rows.append((name, offset, len(good.times) - before))
                outcome.kills[name] = 1
                outcome.outages[name] = [good.longest_gap(at, time.monotonic())]
                outcome.load = max(outcome.load, os.getloadavg()[0])
            ahead = jobs(home, shim, outside / "jobs.json")
            shim.turn(0)
            at = time.monotonic()
            back(good, at)
            time.sleep(3.0)
            with psycopg.connect(Cluster(home / "db").address("app").psycopg(), autocommit=True) as link:
                back_by = (link.execute(ORDER_SQL).fetchone() or (None,))[0]
                span = (link.execute(SPAN_SQL).fetchone() or (None,))[0]
                points = (link.execute(POINTS_SQL).fetchone() or (None,))[0]
            finish(outcome, clients, home, journals)
        finally:
            for client in clients:
                client.stopping.set()
            ended(house)
        outcome.seconds = time.monotonic() - begun
    finally:
        if not os.environ.get("JINGUI_FAULTS_KEEP"):
            shutil.rmtree(outside, ignore_errors=True)
    with capsys.disabled():
        print(f"\n{'clock':<12}{'answered under it':>20}")
        for name, _, answered in rows:
            print(f"{name:<12}{answered:>20,}")
        print(f"entries lie back by at most {back_by.total_seconds():.3f} s, span {span.total_seconds():.0f} s")
        print("jobs 31 years ahead: " + ", ".join(f"{name} {said or 'ran'}" for name, said in ahead["ran"].items()))
        print(outcome.table())
    proved(outcome)
    crowd = max(1.0, outcome.load / (os.cpu_count() or 1))
    assert points, "a checkpoint is older than the one before it"
    # two processes that start anew under a wrong clock may differ by as long as their starts lie apart
    assert back_by.total_seconds() < 20 * crowd, "entries do not lie in the order of their numbers"
    assert span.total_seconds() < 2 * DAY, "an entry says a time of which nobody had heard"
    fewer = {name: (count, ahead["after"][name]) for name, count in ahead["before"].items()
             if ahead["after"][name] < count}  # fmt: skip
    assert not fewer, f"a job ended what 31 years would have ended: {fewer}"
    assert ahead["before"]["destructions"] == ahead["after"]["destructions"] == 0
    assert ahead["ahead"] > YEARS - DAY, "the jobs followed the clock"
    assert ahead["ran"] == usual["ran"], "a job ends otherwise than under the right clock"
