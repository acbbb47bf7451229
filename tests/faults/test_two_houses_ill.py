"""R15: one of two houses is ill: both start anew, a full disk, an old copy brought back [5.1.3] [6.1.3]

What is lost by going back is not hidden: the house knows that it knew more, and the other side holds its receipts.
"""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults import disks
from tests.faults.exchange import Party, parties, sharing
from tests.faults.link import Link
from tests.faults.test_disk import keep_full

pytestmark = [pytest.mark.faults, pytest.mark.slow,
              pytest.mark.skipif(bool(disks.possible()), reason=disks.possible())]  # fmt: skip
SIZE = 900 << 20
PATIENCE = 300.0


class Pair(NamedTuple):
    """The house that sends, the one that receives, the links that lead to each, the receiver's disk."""

    here: Party
    there: Party
    links: tuple[Link, Link]
    disk: disks.Disk

    def mode(self, mode: str) -> None:
        """What the links do from now on; whatever is open is cut."""
        for link in self.links:
            link.mode = mode
            link.cut()


@pytest.fixture(scope="module")
def pair(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    if pytestconfig.option.markexpr != "faults":
        pytest.skip("minutes long: make prove-exchange")
    outside, made = tmp_path_factory.mktemp("disk"), []
    with ExitStack() as stack:

        def prepare(one: Party) -> None:
            if one.home.name == "1":  # the receiver's database lies on a disk of its own
                made.append(disks.Disk.make(outside / "image", one.home / "db", SIZE))
                stack.callback(shutil.rmtree, one.home.parent, ignore_errors=True)  # what a mounted disk kept
                stack.callback(made[0].remove)
                (made[0].at / "lost+found").rmdir()

        here, there = stack.enter_context(parties(4, prepare))
        links = [stack.enter_context(Link(one.way, one.port)) for one in (here, there)]
        for one in (here, there):
            one.start()
        yield Pair(here, there, (links[0], links[1]), made[0])
        for one in (here, there):  # before the disk is taken away
            one.stop()


def share(one: Party, count: int) -> list[str]:
    """Shared by people; the messages' numbers."""
    import json

    with sharing(one, count) as step:
        assert step.process.wait(PATIENCE) == 0, step.log.read_text()[-2000:]
        found: list[str] = json.loads(step.out.read_text())["messages"]
    return found


def until(what: Callable[[], Any], limit: float = PATIENCE) -> float:
    """Wait for it; how long that took."""
    began, last = time.monotonic(), None
    while time.monotonic() - began < limit:
        try:
            if what():
                return time.monotonic() - began
        except Exception as error:  # noqa: BLE001 -- the database may be starting; what stays is told below
            last = error
        time.sleep(0.3)
    raise AssertionError(f"not within {limit:.0f} s ({last})")


def receipted(one: Party) -> bool:
    return one.sql("SELECT count(*) FROM transmission WHERE receipt IS NULL") == [(0,)]


def test_both_start_anew_at_once(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    """What waited on either side arrives, once."""
    pair.mode("dead")
    out, back = share(pair.here, 6), share(pair.there, 3)
    for step in (Party.stop, Party.start):
        hands = [threading.Thread(target=step, args=(one,)) for one in (pair.here, pair.there)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    pair.mode("good")
    spent = max(until(lambda: receipted(pair.here)), until(lambda: receipted(pair.there)))
    for one, messages in ((pair.there, out), (pair.here, back)):
        found = one.sql("SELECT message::text FROM received")
        assert sorted(row[0] for row in found) == sorted(messages)
    with capsys.disabled():
        print(f"\nboth anew: {len(out) + len(back)} that waited were receipted {spent:.1f} s after the link was back")


def test_the_receivers_disk_is_full(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is receipted that is not kept; the sender waits, says why, and it heals by itself."""
    before = pair.there.sql("SELECT count(*) FROM received")[0][0]
    pair.disk.fill()
    stopping = threading.Event()
    filler = threading.Thread(target=keep_full, args=(pair.disk, stopping), daemon=True)
    filler.start()
    try:
        share(pair.here, 6)
        time.sleep(15)
        waiting = pair.here.sql("SELECT problem, count(*) FROM transmission WHERE receipt IS NULL GROUP BY 1")
    finally:
        stopping.set()
        filler.join()
        pair.disk.ballast.unlink()
    assert waiting, "the disk was never full"
    spent = until(lambda: receipted(pair.here))
    assert pair.there.sql("SELECT count(*), count(DISTINCT message) FROM received") == [(before + 6, before + 6)]
    with capsys.disabled():
        print(f"\ndisk full: {waiting}; healed {spent:.1f} s after there was space")


def test_the_receiver_went_back_to_an_old_copy(pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It knows that it knew more, locks itself, signs for nothing; the sender waits, its receipts name the rest."""
    copy = tmp_path / "copy"
    pair.there.stop()
    subprocess.run(["cp", "-a", str(pair.disk.at), str(copy)], check=True)
    pair.there.start()
    before = len(pair.there.sql("SELECT 1 FROM received"))
    gone = share(pair.here, 4)
    until(lambda: receipted(pair.here))
    pair.mode("mute")
    twice = share(pair.here, 3)
    until(lambda: len(pair.there.sql("SELECT 1 FROM received")) == before + len(gone) + len(twice))
    assert not receipted(pair.here)
    pair.there.stop()
    subprocess.run(f"rm -rf {pair.disk.at}/* && cp -a {copy}/. {pair.disk.at}/", shell=True, check=True)
    pair.there.start()
    pair.mode("good")
    spent = until(lambda: pair.there.sql("SELECT lockdown FROM epoch") == [(True,)])
    until(lambda: pair.here.sql("SELECT 1 FROM transmission WHERE receipt IS NULL AND problem = 'busy'"))
    assert not receipted(pair.here)
    there = {row[0] for row in pair.there.sql("SELECT message::text FROM received")}
    here = {row[0] for row in pair.here.sql("SELECT message::text FROM transmission WHERE receipt IS NOT NULL")}
    assert len(there) == before
    assert here - there == set(gone)
    with capsys.disabled():
        print(
            f"\nold copy: locked {spent:.1f} s after it was ready, nothing of {len(twice)} that came again was signed"
            f" for; {len(gone)} that are gone are named by the sender's receipts"
        )
