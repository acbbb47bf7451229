"""R12: the primary is cut off, healed, frozen: nothing acknowledged is lost, never two that take writes [6.1.3]"""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults import machines
from tests.faults.machines import Machine, Pair

pytestmark = [
    pytest.mark.faults, pytest.mark.slow,
    pytest.mark.skipif(bool(machines.possible()), reason=machines.possible()),
]  # fmt: skip
PROBE = """
import sys, time, psycopg
where, out = sys.argv[1:]
file = open(out, "a", buffering=1)
n = 0
link = None
while True:
    n += 1
    began = time.monotonic()
    try:
        if link is None:
            link = psycopg.connect(where, autocommit=True)
        link.execute("INSERT INTO probe (machine, n) VALUES (inet_server_addr()::text, %s)", (n,))
        file.write(f"{began} {time.monotonic()}\\n")
    except Exception:
        if link is not None:
            try: link.close()
            except Exception: pass
        link = None
        time.sleep(0.05)
    time.sleep(0.02)
"""
LIMIT = 30.0


class Writer(threading.Thread):
    """Writes numbers to whoever takes writes, and keeps on its own disk what was acknowledged."""

    def __init__(self, pair: Pair, number: int, folder: Path) -> None:
        super().__init__(daemon=True)
        self.number, self.done, self.times = number, threading.Event(), list[float]()
        self._where = pair.a.where().replace(f"host={pair.a.address}", f"host={pair.a.address},{pair.b.address}")
        self._file = (folder / f"told-{number}").open("a", buffering=1)
        self.told: list[int] = []

    def run(self) -> None:
        asyncio.run(self._write())

    async def _write(self) -> None:
        """A frozen server says nothing while its kernel keeps the line open: the client's own limit ends that."""
        link, n = None, 0
        while not self.done.is_set():
            n += 1
            try:
                async with asyncio.timeout(5):
                    if link is None:
                        where = self._where + " target_session_attrs=read-write"
                        link = await psycopg.AsyncConnection.connect(where, autocommit=True)
                    await link.execute("INSERT INTO told (writer, n) VALUES (%s, %s)", (self.number, n))
            except (psycopg.Error, TimeoutError):
                link = None  # dropped, not closed: a frozen server would not take leave
                await asyncio.sleep(0.1)
                continue
            self._file.write(f"{n}\n")
            os.fsync(self._file.fileno())
            self.told.append(n)
            self.times.append(time.monotonic())

    def first_after(self, at: float) -> float:
        """Seconds until its first acknowledged write after `at`; a huge number for none yet."""
        return min((moment - at for moment in self.times if moment > at + 0.001), default=1e9)


def probes(one: Machine, folder: Path) -> "subprocess.Popen[bytes]":
    """Somebody on the machine itself who tries to write there all the time, whatever the network is like."""
    words = [sys.executable, "-c", PROBE, one.where(), str(folder / f"probe-{one.name}")]
    return subprocess.Popen(["ip", "netns", "exec", one.space, *words], start_new_session=True)


def back(writers: list[Writer], at: float, leader: Machine, pair: Pair) -> float:
    """Seconds until writing went on elsewhere than on `leader`."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        now = pair.leader()
        if now is not None and now is not leader:
            break
        time.sleep(0.2)
    moment = time.monotonic()
    while time.monotonic() < until:
        if min(one.first_after(moment) for one in writers) < 1e9:
            return min(one.first_after(moment) for one in writers) + moment - at
        time.sleep(0.1)
    raise RuntimeError("nobody takes writes")


def written(folder: Path, one: Machine) -> list[tuple[float, float]]:
    """When the machine acknowledged its own probe's writes."""
    path = folder / f"probe-{one.name}"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(float(a), float(b)) for a, b in (line.split() for line in lines if line.count(" ") == 1)]


def overlaps(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where one machine acknowledged between two acknowledgements of a single reign of the other."""
    turns = sorted([(began, ended, 0) for began, ended in first] + [(began, ended, 1) for began, ended in second])
    out, newest = [], (-1.0, -1)
    for began, ended, who in turns:
        if newest[1] not in (-1, who) and began < newest[0]:
            out.append((began, newest[0]))
        newest = max(newest, (ended, who))
    return out


def reigns(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> int:
    """How often the one that acknowledges changed."""
    turns = sorted([(ended, 0) for _, ended in first] + [(ended, 1) for _, ended in second])
    return sum(1 for a, b in itertools.pairwise(turns) if a[1] != b[1])


def test_switching_loses_nothing(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = 3 if pytestconfig.option.markexpr == "faults" else 1
    rows: list[tuple[str, float]] = []
    with machines.pair() as pair, tempfile.TemporaryDirectory(prefix="jingui-told-", dir="/tmp") as name:
        folder = Path(name)
        leader = pair.in_step()
        with psycopg.connect(leader.where(), autocommit=True) as link:
            link.execute("CREATE TABLE told (writer int, n int, PRIMARY KEY (writer, n))")
            link.execute("CREATE TABLE probe (machine text, n int, at timestamptz DEFAULT clock_timestamp())")
        writers = [Writer(pair, n, folder) for n in range(4)]
        watching = [probes(one, folder) for one in (pair.a, pair.b)]
        try:
            for writer in writers:
                writer.start()
            time.sleep(3)
            switches = 0
            for harm, mend in (("cut", "heal"), ("freeze", "thaw")) * rounds:
                leader = pair.in_step()
                time.sleep(2)
                at = time.monotonic()
                getattr(leader, harm)()
                took = back(writers, at, leader, pair)
                time.sleep(3)
                getattr(leader, mend)()
                switches += 1
                rows.append((harm, took))
                again = pair.in_step()
                assert again is not leader, "the old one leads again without having been asked"
            time.sleep(2)
        finally:
            for writer in writers:
                writer.done.set()
            for writer in writers:
                writer.join(10)
            for one in watching:
                one.kill()
        leader = pair.in_step()
        with psycopg.connect(leader.where(), autocommit=True) as link:
            kept = set(link.execute("SELECT writer, n FROM told").fetchall())
        told = {(writer.number, n) for writer in writers for n in writer.told}
        a, b = written(folder, pair.a), written(folder, pair.b)
    lost, both, changed = told - kept, overlaps(a, b), reigns(a, b)
    with capsys.disabled():
        print(f"\n{'what':<10}{'writing again after':>22}")
        for harm, took in rows:
            print(f"{harm:<10}{took:>20.1f} s")
        print(
            f"acknowledged {len(told):,} · lost {len(lost)} · two at once {len(both)} · "
            f"a acknowledged {len(a):,}, b {len(b):,}, changes {changed} for {switches} switches · "
            f"load {os.getloadavg()[0]:.1f}"
        )
    assert len(told) > 100 * len(rows)
    assert not lost, sorted(lost)[:5]
    assert not both, both[:5]
    assert changed == switches, "somebody wrote in between who should not have"
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    for harm, took in rows:
        assert took <= LIMIT * crowd, (harm, took)
    with contextlib.suppress(FileNotFoundError):
        assert not list(Path("/var/run/netns").glob("jg*"))
