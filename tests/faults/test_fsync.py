"""R6: the disk says it could not keep what it was given: 503, no false success, and the data whole [6.1.3]"""

import os
import shutil
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from jingui.cluster import postmaster
from jingui.cluster.cluster import Cluster
from tests.faults import shimmed
from tests.faults.journal import Client, Successes
from tests.faults.running import CLIENTS, House, Outcome, back, ended, finish, found, proved, served

pytestmark = [
    pytest.mark.faults, pytest.mark.slow,
    pytest.mark.skipif(bool(shimmed.possible()), reason=shimmed.possible()),
]  # fmt: skip
LOG, DATA = "/pg_wal/", "/base/"


def checkpoint(house: House) -> str:
    """Make the server write its data files out, which finds what they refuse; what it said, "" if all went well."""
    try:
        with psycopg.connect(Cluster(house.home / "db").address("root", "postgres").psycopg(), autocommit=True) as link:
            link.execute("CHECKPOINT")
    except psycopg.Error as error:
        return type(error).__name__
    return ""


def refused(house: House, shim: shimmed.Shim, part: str, stays: float, good: Successes) -> tuple[int, float, bool]:
    """Refuse for a while: answers given by then that began and ended in it, seconds until service, whether it died."""
    before = postmaster.living(house.data)
    shim.refuse(part)
    began = time.monotonic() + 0.3  # what was on its way to the disk may still be kept
    if part == DATA:
        checkpoint(house)
        began = time.monotonic()
    time.sleep(stays)
    shim.keep()
    until = time.monotonic()
    false = sum(1 for started, ended_at in good.times if started >= began and ended_at <= until)
    back(good, until)
    after = postmaster.living(house.data)
    died = before is None or after is None or before.pid != after.pid
    log = (house.home / "db/log/server.log").read_text(errors="replace")
    return false, time.monotonic() - until, died or "PANIC" in log


def test_what_the_disk_refuses_is_not_answered(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = 5 if pytestconfig.option.markexpr == "faults" else 1
    outside = Path(tempfile.mkdtemp(prefix="jingui-fsync-", dir="/tmp"))
    outside.chmod(0o755)
    outcome, good, rows = Outcome(), Successes(), []
    try:
        shim = shimmed.Shim.make(outside / "shim", both=False)
        home, journals = outside / "house", outside / "journals"
        home.mkdir(mode=0o755)
        journals.mkdir()
        facts = found(home)
        house = served(home, facts, outside / "serve.log", **shim.environment())
        clients = [Client(n, house.port, facts, journals, good) for n in range(CLIENTS)]
        begun = time.monotonic()
        try:
            for client in clients:
                client.start()
            back(good, begun)
            time.sleep(1.0)
            for part in (LOG, DATA) * rounds:
                at = time.monotonic()
                false, again, died = refused(house, shim, part, 4.0, good)
                time.sleep(1.0)
                name = part.strip("/")
                rows.append((name, false, again, died))
                outcome.kills[name] = outcome.kills.get(name, 0) + 1
                outcome.outages.setdefault(name, []).append(good.longest_gap(at, time.monotonic()))
                outcome.load = max(outcome.load, os.getloadavg()[0])
            finish(outcome, clients, home, journals)
        finally:
            shim.keep()
            for client in clients:
                client.stopping.set()
            ended(house)
        outcome.seconds = time.monotonic() - begun
    finally:
        shutil.rmtree(outside, ignore_errors=True)
    with capsys.disabled():
        print(f"\n{'refused':<10}{'answers meanwhile':>19}{'back after':>13}{'server gave up':>17}")
        for name, false, again, died in rows:
            print(f"{name:<10}{false:>19}{again:>11.1f} s{'yes' if died else 'no':>17}")
        print(outcome.table())
    proved(outcome)
    crowd = max(1.0, outcome.load / (os.cpu_count() or 1))
    for name, false, again, died in rows:
        assert died, f"{name}: the server went on over a disk that refused"
        assert again <= 30 * crowd, (name, again)
        if name == LOG.strip("/"):
            assert not false, f"{false} answers were given that no disk had kept"
    assert outcome.statuses.get(503), "nobody was told 503"
