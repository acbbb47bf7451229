"""R5: a disk is full; nobody is told what is not entered, and work goes on when there is space again [6.1.3] [3.1.1]"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults import disks
from tests.faults.journal import Client, Successes
from tests.faults.running import CLIENTS, House, Outcome, back, ended, finish, found, proved, served

pytestmark = [
    pytest.mark.faults, pytest.mark.slow,
    pytest.mark.skipif(bool(disks.possible()), reason=disks.possible()),
]  # fmt: skip
MB = 1 << 20
PLACES = {"data": ("db", 700 * MB), "state": ("state", 16 * MB), "sink": ("sink", 16 * MB), "home": ("", 64 * MB)}
"""What is full, its folder in the house, the size of its disk; the house's own disk holds logs and all the rest."""
MUST_GO_ON = {"state", "sink", "home"}
"""Full disks that nobody who works with patients may notice: only the data's own disk may stop the answers."""


@contextmanager
def house_on(kinds: list[str]) -> Iterator[tuple[House, dict[str, disks.Disk], Path]]:
    """A house whose folders are disks of their own."""
    outside = Path(tempfile.mkdtemp(prefix="jingui-disk-", dir="/dev/shm"))
    outside.chmod(0o755)
    home = outside / "house"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, outside, ignore_errors=True)
        made: dict[str, disks.Disk] = {}
        for kind in sorted(kinds, key=lambda one: PLACES[one][0]):
            folder, size = PLACES[kind]
            home.mkdir(exist_ok=True)
            made[kind] = disks.Disk.make(outside / f"disk-{kind}", home / folder, size)
            stack.callback(made[kind].remove)
            shutil.rmtree(made[kind].at / "lost+found")
        (home / "jingui.toml").write_text(f'sinks = ["file:{home}/sink/checkpoint"]\n')
        facts = found(home)
        house = served(home, facts, outside / "serve.log")
        stack.callback(ended, house)
        yield house, made, outside


@pytest.fixture
def long(pytestconfig: pytest.Config) -> bool:
    """Whether only faults were asked for."""
    return bool(pytestconfig.option.markexpr == "faults")


def test_full_disks(long: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Each disk alone is filled under load, stays full for a while, and is emptied again."""
    stays = 15.0 if long else 5.0
    outcome, good, rows = Outcome(), Successes(), []
    with house_on(["home", "data", "state", "sink"]) as (house, made, outside):
        journals = outside / "journals"
        journals.mkdir()
        clients = [Client(n, house.port, house.facts, journals, good) for n in range(CLIENTS)]
        begun = time.monotonic()
        for client in clients:
            client.start()
        back(good, begun)
        for kind in ("state", "sink", "home", "data") * (2 if long else 1):
            before = len(good.times)
            at = time.monotonic()
            made[kind].fill()
            stopping = threading.Event()
            filler = threading.Thread(target=keep_full, args=(made[kind], stopping), daemon=True)
            filler.start()
            time.sleep(stays if kind != "data" else stays + 10)
            stopping.set()
            filler.join()
            during = len(good.times) - before
            gap = good.longest_gap(at, time.monotonic())
            made[kind].ballast.unlink()
            freed = time.monotonic()
            back(good, freed)
            again = time.monotonic() - freed
            outcome.load = max(outcome.load, os.getloadavg()[0])
            rows.append((kind, time.monotonic() - at, during, gap, again))
            outcome.kills[kind] = outcome.kills.get(kind, 0) + 1
            outcome.outages.setdefault(kind, []).append(gap)
            time.sleep(1.0)
            assert house.process.poll() is None, "the supervisor is gone"
        finish(outcome, clients, house.home, journals)
    outcome.seconds = time.monotonic() - begun
    with capsys.disabled():
        print(f"\n{'full':<8}{'for':>8}{'answered then':>16}{'longest silence':>18}{'back after space':>18}")
        for kind, lasted, during, gap, again in rows:
            print(f"{kind:<8}{lasted:>6.0f} s{during:>16,}{gap:>16.1f} s{again:>16.1f} s")
        print(outcome.table())
    proved(outcome)
    crowd = max(1.0, outcome.load / (os.cpu_count() or 1))
    for kind, _, during, gap, again in rows:
        assert again <= 30 * crowd, (kind, again)
        if kind in MUST_GO_ON:
            assert during, kind
            assert gap <= 10 * crowd, (kind, gap)
    assert any(gap > 1.0 for kind, _, _, gap, _ in rows if kind == "data"), "the data's disk was never full"


def keep_full(disk: disks.Disk, stopping: threading.Event) -> None:
    """Take what others give back while the disk is to be full."""
    while not stopping.wait(0.2):
        disk.fill()
