"""R3: the power goes; what was acknowledged is there when it comes back, and is not with fsync off [6.1.3]"""

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from jingui.cluster import postmaster
from jingui.cluster.cluster import Cluster
from tests.faults import disks
from tests.faults.journal import Client, Successes
from tests.faults.running import CLIENTS, House, Outcome, back, descendants, ended, finish, found, kill, proved, served

pytestmark = [
    pytest.mark.faults, pytest.mark.slow,
    pytest.mark.skipif(bool(disks.possible()), reason=disks.possible()),
]  # fmt: skip
SIZE = 1 << 30


class Unusable(Exception):
    """The database server itself finds its data unusable."""


def rounds(config: pytest.Config) -> int:
    """Power cuts: the long form when only faults were asked for."""
    given = os.environ.get("JINGUI_POWER_CUTS")
    return int(given) if given else 20 if config.option.markexpr == "faults" else 2


@contextmanager
def disk() -> Iterator[tuple[disks.Disk, Path]]:
    """A disk for a whole house, and a folder elsewhere for what the clients were told."""
    outside = Path(tempfile.mkdtemp(prefix="jingui-power-", dir="/dev/shm"))
    outside.chmod(0o755)
    made = disks.Disk.make(outside / "disk-0", outside / "house", SIZE)
    try:
        yield made, outside
    finally:
        made.remove()
        shutil.rmtree(outside, ignore_errors=True)


def everybody(house: House) -> list[int]:
    """Every process of the house: the supervisor, all below it, the database server and all below that."""
    server = postmaster.living(house.data)
    roots = [house.process.pid, *([] if server is None else [server.pid])]
    return [*roots, *(pid for root in roots for pid in descendants(root))]


def frozen(house: House) -> list[int]:
    """Stop every process of the house where it stands; again until no new one has appeared."""
    stopped: set[int] = set()
    while more := set(everybody(house)) - stopped:
        for pid in more:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        stopped |= more
    return sorted(stopped)


def cut(house: House, on: disks.Disk, number: int) -> int:
    """Take the power away and bring it back: nothing survives but what the disk had been given; tries of the copy."""
    everyone = frozen(house)
    picture = on.image.with_name(f"disk-{number}")
    tries = on.picture(picture)
    for pid in everyone:
        kill(pid)
    house.process.wait(30)
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}/root").exists() for pid in everyone) and time.monotonic() < until:
        time.sleep(0.05)
    on.replaced(picture)
    return tries


def powerless(on: disks.Disk, outside: Path, cuts: int, *, seed: int, sync: bool = True) -> Outcome:
    """A house under load whose power is cut again and again; every process is new after each."""
    draw, good, outcome = random.Random(seed), Successes(), Outcome()
    facts = found(on.at)
    journals = outside / "journals"
    journals.mkdir(exist_ok=True)
    begun = time.monotonic()
    house = served(on.at, facts, outside / "serve.log")
    clients: list[Client] = []
    try:
        clients = [Client(n, house.port, facts, journals, good) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        back(good, begun)
        if not sync:
            address = Cluster(on.at / "db").address("root", "postgres").psycopg()
            with psycopg.connect(address, autocommit=True) as link:
                link.execute("ALTER SYSTEM SET fsync = off")
                link.execute("SELECT pg_reload_conf()")
            time.sleep(1)
        for number in range(1, cuts + 1):
            time.sleep(draw.uniform(0.5, 3.0) if sync else 3.0)
            at = time.monotonic()
            cut(house, on, number)
            house = served(on.at, facts, outside / "serve.log")
            for client in clients:
                client.port = house.port
            outcome.kills["power"] = outcome.kills.get("power", 0) + 1
            outcome.load = max(outcome.load, os.getloadavg()[0])
            if sync:
                back(good, time.monotonic())
                outcome.outages.setdefault("power", []).append(good.longest_gap(at, time.monotonic()))
            else:  # it may be locked: what was lost is looked for, not waited for
                time.sleep(10)
        time.sleep(1.0)
        try:
            finish(outcome, clients, on.at, journals)
        except RuntimeError as error:
            said = (on.at / "db/log/server.log").read_text(errors="replace")[-4000:]
            if any(word in said for word in ("PANIC", "could not locate a valid checkpoint", "invalid page")):
                raise Unusable from error
            raise
    finally:
        for client in clients:
            client.stopping.set()
        ended(house)
    outcome.seconds = time.monotonic() - begun
    return outcome


def test_power_cuts_lose_nothing(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    with disk() as (on, outside):
        outcome = powerless(on, outside, rounds(pytestconfig), seed=20261123)
    with capsys.disabled():
        print("\n" + outcome.table())
    proved(outcome)


def test_without_fsync_it_does_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """The proof can fail: on a server that does not wait for the disk, the very same cut loses answers."""
    with disk() as (on, outside):
        try:
            report = powerless(on, outside, 1, seed=20261123, sync=False).report
        except Unusable:
            told = "the database does not start"
        else:
            gone = len({*report["lost"], *report["unentered"]})
            assert gone, report
            told = f"{gone} of {report['acknowledged']} acknowledged are lost"
    with capsys.disabled():
        print("\nfsync off: " + told)
