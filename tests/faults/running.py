"""A whole house as its own processes, clients with journals, and the hand that kills."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from jingui.cluster import postmaster
from tests.api.client import free_port
from tests.faults.journal import Client, Successes
from tests.hospital import SRC

CLIENTS = 4
FINDINGS = ("lost", "orphans", "doubles", "half", "changed", "unentered", "undecrypted", "unplaced")
PATIENCE = 180.0  # seconds until a house that does not come back is given up; figures have limits of their own


def environment(home: Path) -> dict[str, str]:
    """This process's environment without its own house."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("JINGUI_", "DJANGO_"))}
    path = os.pathsep.join((str(SRC), str(SRC.parent), str(SRC.parent / "verifier" / "src")))
    return {**mine, "JINGUI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "jingui.config.settings", "PYTHONPATH": path}


def python(home: Path, module: str, *arguments: str, limit: float = 300, more: dict[str, str] | None = None) -> None:
    """Run one of the helpers in this house; RuntimeError with what it said when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], env={**environment(home), **(more or {})}, cwd=SRC.parent,
        capture_output=True, text=True,
        timeout=limit, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stdout[-1000:]} {done.stderr[-3000:]}")


@dataclass
class House:
    """A running house outside this process."""

    home: Path
    port: int
    facts: dict[str, Any]
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return next(path.parent for path in self.home.glob("db/**/PG_VERSION") if (path.parent / "global").is_dir())

    def worker(self) -> int:
        """The process that answers: the largest below granian's own."""
        below = descendants(self.process.pid)
        web = [pid for pid in below if b"granian" in words(pid) or b"spawn_main" in words(pid)]
        leaves = [pid for pid in web if not descendants(pid) and b"resource_tracker" not in words(pid)]
        return max(leaves, key=resident, default=0)

    def kill_worker(self, draw: random.Random) -> str:
        """kill -9 of the worker, now and then of everything that serves (granian's own process and the worker)."""
        found = self.worker()
        if draw.random() < 0.2:
            parent = parents().get(found, 0)
            if b"granian" in words(parent):
                kill(parent)
                kill(found)
                return "web"
        kill(found)
        return "worker"

    def kill_database(self, draw: random.Random) -> str:
        """kill -9 of the postmaster, every other time with all its children."""
        living = postmaster.living(self.data)
        if living is None:
            return "database"
        children = descendants(living.pid)
        kill(living.pid)
        if draw.random() < 0.5:
            for pid in children:
                if postmaster.serves(pid, self.data):
                    kill(pid)
        return "database"

    def wait_for_database(self, old: int) -> None:
        """Return when another postmaster than `old` takes connections."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            living = postmaster.living(self.data)
            if living is not None and living.pid != old and living.ready:
                return
            time.sleep(0.02)
        raise RuntimeError(f"no database for {PATIENCE:.0f} s")

    def kill_sequencer(self, _: random.Random) -> str:
        """kill -9 of the sequencer."""
        for pid in descendants(self.process.pid):
            if b"jingui.config.sequence" in words(pid) and not descendants(pid):
                kill(pid)
        return "sequencer"


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if pid > 1:
            os.kill(pid, signal.SIGKILL)


def parents() -> dict[int, int]:
    """The parent of each process."""
    out = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            out[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    return out


def descendants(root: int) -> list[int]:
    """Every process below `root`."""
    table = parents()
    found, wave = [], [root]
    while wave:
        wave = [pid for pid, parent in table.items() if parent in wave]
        found += wave
    return found


def words(pid: int) -> bytes:
    """A process's command line."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def resident(pid: int) -> int:
    """Pages a process holds."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def found(home: Path) -> dict[str, Any]:
    """Found a house in `home` and return its clients' facts (tokens, one of them a short one, and a patient)."""
    facts = home.parent / f"{home.name}.json"
    python(home, "tests.faults.founding", str(facts))
    made: dict[str, Any] = json.loads(facts.read_text())
    facts.unlink()
    return made


def served(home: Path, facts: dict[str, Any], log: Path, **more: str) -> House:
    """The founded house in `home`, served by a process of its own; `more` is added to its environment."""
    port = free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.serving"], env={**environment(home), "PORT": str(port), **more},
            cwd=SRC.parent, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    return House(home, port, facts, process, log)


def ended(house: House) -> None:
    """Stop a house as an operator does."""
    house.process.send_signal(signal.SIGTERM)
    try:
        house.process.wait(60)
    except subprocess.TimeoutExpired:
        kill(house.process.pid)


@contextlib.contextmanager
def running() -> Iterator[House]:
    """A founded house with a durable database, served; stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="jingui-faults-", dir="/tmp"))
    home.chmod(0o755)
    keep = bool(os.environ.get("JINGUI_FAULTS_KEEP"))
    try:
        house = served(home, found(home), home / "serve.log")
        try:
            yield house
        finally:
            ended(house)
    finally:
        if keep:
            print(f"kept: {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)


@dataclass
class Outcome:
    """What was done and found."""

    kills: dict[str, int] = field(default_factory=dict)
    outages: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    improper: list[str] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    load: float = 0.0  # the machine's, at its highest

    def table(self) -> str:
        """For people."""
        r = self.report
        lines = [f"{'killed':<12}{'times':>6}{'longest outage':>16}{'median':>9}"]
        for what, count in sorted(self.kills.items()):
            gaps = sorted(self.outages[what])
            lines.append(f"{what:<12}{count:>6}{gaps[-1]:>14.1f} s{gaps[len(gaps) // 2]:>7.1f} s")
        n = {name: len(r[name]) for name in FINDINGS}
        lines.append(
            f"requests {r['asked']:,} · acknowledged {r['acknowledged']:,} (writes {r['writes']:,}) · "
            f"outcome unknown {r['unknown']:,} · refused {r['refused']} · improper {len(self.improper)}"
        )
        lines.append(" · ".join(f"{name} {count}" for name, count in n.items()))
        lines.append(
            f"versions {r['versions']:,} · entries {r['entries']:,} · {self.seconds:.0f} s at load {self.load:.1f} · "
            f"verifier {'ok' if r['verifier']['ok'] else r['verifier']} over {r['verifier'].get('entries', 0):,}"
        )
        return "\n".join(lines)


def ordeal(house: House, kills: list[str], seed: int) -> Outcome:
    """Kill again and again under load, wait for service each time, then check everything."""
    draw, good, outcome = random.Random(seed), Successes(), Outcome()
    folder = house.home / "journals"
    folder.mkdir(mode=0o700)
    clients = [Client(n, house.port, house.facts, folder, good) for n in range(CLIENTS)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    back(good, begun)
    moments: list[tuple[float, str]] = []
    for what in kills:
        time.sleep(draw.uniform(0.05, 1.0))
        before = postmaster.living(house.data)
        at = time.monotonic()
        named = getattr(house, f"kill_{what}")(draw)
        moments.append((at, named))
        outcome.kills[named] = outcome.kills.get(named, 0) + 1
        if named == "database":
            house.wait_for_database(0 if before is None else before.pid)
        back(good, time.monotonic())
        outcome.load = max(outcome.load, os.getloadavg()[0])
    time.sleep(1.0)
    for (at, named), (until, _) in pairwise([*moments, (time.monotonic(), "")]):
        outcome.outages.setdefault(named, []).append(good.longest_gap(at, until))
    finish(outcome, clients, house.home, folder)
    outcome.seconds = time.monotonic() - begun
    return outcome


def finish(outcome: Outcome, clients: list[Client], home: Path, folder: Path) -> None:
    """Stop the clients and check the house in `home` against their journals in `folder`."""
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(30)
        outcome.improper += client.improper
        for status, count in client.statuses.items():
            outcome.statuses[status] = outcome.statuses.get(status, 0) + count
    report = folder / "report.json"
    python(home, "tests.faults.checking", str(folder), str(report))
    outcome.report = json.loads(report.read_text())


def proved(outcome: Outcome) -> None:
    """I1 to I5; AssertionError with the first finding."""
    report = outcome.report
    for name in FINDINGS:
        assert not report[name], (name, report[name][:5])
    assert not outcome.improper, outcome.improper[:5]
    assert report["verifier"]["ok"], report["verifier"]
    assert report["verifier"]["entries"] == report["entries"]
    assert report["writes"] > 10 * sum(outcome.kills.values()) ** 0.5, "there was hardly any load"


def back(good: Successes, at: float) -> None:
    """Return when a request that began after `at` was answered well; RuntimeError after PATIENCE."""
    while time.monotonic() - at < PATIENCE:
        if good.since(at):
            return
        time.sleep(0.01)
    raise RuntimeError(f"no answer for {PATIENCE:.0f} s")
