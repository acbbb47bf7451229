"""Two houses on one machine as they run in production, a link that can be cut between them, and the hand that kills."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.api.client import free_port
from tests.faults import running
from tests.faults.link import Link
from tests.gateway.partnering import uscc_of
from tests.hospital import SRC

LARGE = 1000  # documents: from then on it is looked after them less often
HANDS = (3, 1)  # people who share at once, in each house
SECONDS = 4  # of an attempt
READY = "'ready'>, name='web'"  # what the supervisor tells last when a house starts
NAMES = ("康宁县人民医院", "清河社区卫生服务中心")
COUNT_SQL = "SELECT count(*), count(*) FILTER (WHERE receipt IS NOT NULL) FROM transmission"


@dataclass(kw_only=True)
class Party:
    """One of the houses: its home, its processes, what is known of it."""

    name: str
    home: Path
    port: int  # of its gateway
    way: int  # of the link that leads to it
    facts: dict[str, Any] = field(default_factory=dict)
    house: running.House | None = None
    kills: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)  # pages of memory of its gateway's processes, at their highest

    def run(self, module: str, *words: str, asked: dict[str, Any] | None = None, limit: float = 900) -> dict[str, Any]:
        """A step of one of the helpers in this home; what it said."""
        out, given = self.home.parent / f"{self.home.name}.out", self.home.parent / f"{self.home.name}.asked"
        given.write_text(json.dumps(asked or {}))
        files = [str(given), str(out)] if asked is not None else [str(out)]
        running.python(self.home, module, *words, *files, limit=limit)
        said: dict[str, Any] = json.loads(out.read_text())
        return said

    def start(self) -> None:
        """`jingui serve`, as its own processes."""
        log, before = self.home / "serve.log", 0
        with contextlib.suppress(FileNotFoundError):
            before = log.read_text().count(READY)
        self.house = running.served(self.home, self.facts, log)
        until = time.monotonic() + running.PATIENCE
        while log.read_text().count(READY) == before:
            if time.monotonic() > until or self.house.process.poll() is not None:
                raise RuntimeError(log.read_text()[-3000:])
            time.sleep(0.2)

    def stop(self) -> None:
        """As an operator does."""
        if self.house is not None:
            running.ended(self.house)
            self.house = None

    def processes(self) -> dict[str, int]:
        """The gateway's processes that live."""
        assert self.house is not None
        below = running.descendants(self.house.process.pid)
        said = {pid: running.words(pid).strip(b"\0").split(b"\0") for pid in below}
        return {
            words[-1].decode(): pid for pid, words in said.items() if words[1:-1] == [b"-m", b"jingui.config.gateway"]
        }

    def kill(self, what: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        pid = self.processes().get(what)
        if pid is not None:
            running.kill(pid)
            self.kills[what] = self.kills.get(what, 0) + 1

    def watch(self) -> None:
        """Note the memory."""
        for what, pid in self.processes().items():
            self.most[what] = max(self.most.get(what, 0), running.resident(pid))

    def receipts(self) -> int:
        """How many of its messages have one."""
        return int(self.sql(COUNT_SQL)[0][1])

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Read past the door; the house's database must run."""
        import psycopg

        with psycopg.connect(self.facts["database"], autocommit=True) as db:
            return db.execute(statement.encode()).fetchall()

    def verified(self) -> dict[str, Any]:
        """`jingui verify --json`."""
        done = subprocess.run(
            [sys.executable, "-m", "jingui.cli", "verify", "--json"], env=running.environment(self.home),
            capture_output=True, text=True, timeout=1800, check=False, cwd=SRC.parent,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stderr[-2000:])
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@contextlib.contextmanager
def parties(patients: int, prepare: Callable[[Party], None] = lambda _: None) -> Iterator[tuple[Party, Party]]:
    """Both founded, each with the other as a partner over the link's port; nothing serves yet.

    `prepare` is given each before anything lies in its home.
    """
    folder = Path(tempfile.mkdtemp(prefix="jingui-exchange-", dir="/tmp"))
    folder.chmod(0o755)
    ports = [free_port() for _ in range(4)]
    both = tuple(
        Party(name=name, home=folder / f"{n}", port=ports[n], way=ports[2 + n]) for n, name in enumerate(NAMES)
    )
    try:
        for n, one in enumerate(both):
            one.home.mkdir(mode=0o755)
            prepare(one)
            one.facts = {"name": one.name, "patients": patients}
            file = (
                f'institution = "{one.name}"\nuscc = "{uscc_of(500 + n)}"\norigin = "house{n}.example/ledger"\n'
                f'gateway = "127.0.0.1:{one.port}"\ngateway_names = ["localhost"]\nbackup = []\n'
            )
            (one.home / "jingui.toml").write_text(file, "utf-8")
            one.facts |= one.run("tests.faults.exchange_house", "found", asked=one.facts)
        for one, other in (both, both[::-1]):
            told = {name: other.facts[name] for name in ("uscc", "name", "certificates")}
            asked = {"other": told, "address": f"https://localhost:{other.way}", "seconds": SECONDS}
            one.facts |= one.run("tests.faults.exchange_house", "befriend", asked=one.facts | asked)
        yield both[0], both[1]
    finally:
        for one in both:
            one.stop()
        if os.environ.get("JINGUI_FAULTS_KEEP"):
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(kw_only=True)
class Exchange:
    """What was done to a run and how long it took."""

    seconds: float = 0.0
    shared: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))  # messages, by house
    sharing: list[float] = field(default_factory=lambda: [0.0, 0.0])  # seconds that their people took
    cuts: int = 0
    down: float = 0.0  # seconds the link was away
    modes: dict[str, int] = field(default_factory=dict)
    at: list[tuple[float, int]] = field(default_factory=list)  # how many had arrived when


def exchanged(both: tuple[Party, Party], counts: tuple[int, int], cuts: int, seed: int, limit: float) -> Exchange:
    """Share on both sides while the link is cut `cuts` times and processes are killed; return when all have receipts.

    A cut is a while without any link, mostly of seconds; between cuts the link is now slow, half-open or deaf.
    """
    draw, made = random.Random(seed), Exchange()
    with ExitStack() as stack:
        links = [stack.enter_context(Link(one.way, one.port, seed=seed + n)) for n, one in enumerate(both)]
        for one in both:
            one.start()
        steps = []
        for n, hands in enumerate(HANDS):
            for hand in range(hands):
                count = counts[n] // hands + (hand < counts[n] % hands)
                steps.append((n, stack.enter_context(sharing(both[n], count, hand, hands))))
        began, wanted = time.monotonic(), sum(counts)
        arrived = [0, 0]
        while sum(arrived) < wanted:
            if time.monotonic() - began > limit:
                raise TimeoutError(f"{arrived} of {counts} after {limit:.0f} s: {made}")
            for _, step in steps:
                if step.process.poll():
                    raise RuntimeError("sharing ended: " + step.log.read_text()[-3000:])
            # cuts are spread over the whole run: the next one is due when its share of the messages has arrived
            if made.cuts < cuts and sum(arrived) >= wanted * made.cuts / (cuts + 1):
                cut(links, both, draw, made)
            time.sleep(0.5 if wanted < LARGE else 3)
            for n, one in enumerate(both):
                one.watch()
                with contextlib.suppress(Exception):  # the database may be starting
                    arrived[n] = one.receipts()
            made.at.append((time.monotonic() - began, sum(arrived)))
        made.seconds = time.monotonic() - began
        for n, step in steps:
            step.process.wait(60)
            said = json.loads(step.out.read_text())
            made.shared[n].update(said["messages"])
            made.sharing[n] = max(made.sharing[n], said["seconds"])
    return made


def cut(links: list[Link], both: tuple[Party, Party], draw: random.Random, made: Exchange) -> None:
    """Take the link away in the middle of whatever it carries, kill somebody meanwhile, bring it back."""
    made.cuts += 1
    mode = draw.choice(["dead", "deaf", "slow", "mute"])
    made.modes[mode] = made.modes.get(mode, 0) + 1
    began = time.monotonic()
    for link in links:
        link.mode = mode
        link.cut()
    time.sleep(draw.uniform(0.2, 1.5))
    draw.choice(both).kill(draw.choice(["send", "receive"]))
    time.sleep(draw.uniform(0.2, 4.0))
    for link in links:
        link.cut()
        link.mode = "good"
    made.down += time.monotonic() - began


class Step(NamedTuple):
    """People at work in a process of their own: what they did stands in `out`."""

    process: "subprocess.Popen[bytes]"
    out: Path
    log: Path


@contextlib.contextmanager
def sharing(one: Party, count: int, hand: int = 0, hands: int = 1) -> Iterator[Step]:
    """People of one house share `count` documents of every `hands`-th patient."""
    name = f"{one.home.name}-{hand}"
    asked, out, log = (one.home.parent / f"{name}.{what}" for what in ("share", "shared", "log"))
    asked.write_text(json.dumps({**one.facts, "patients": one.facts["patients"][hand::hands], "count": count}))
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.exchange_house", "share", str(asked), str(out)],
            env=running.environment(one.home), cwd=SRC.parent, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        yield Step(process, out, log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
