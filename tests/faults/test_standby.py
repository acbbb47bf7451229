"""R12, two machines without a third: the second takes over, the first can acknowledge nothing more [6.1.3] [3.1.1]"""

import os
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest

from jingui.cluster import standby
from jingui.cluster.cluster import Cluster
from jingui.core.errors import Conflict
from tests.faults.journal import Client, Successes
from tests.faults.running import CLIENTS, House, Outcome, back, ended, finish, found, proved, served

pytestmark = [pytest.mark.faults, pytest.mark.slow]


class Tunnel:
    """A socket on the second machine that leads to the first's, as `ssh -L` makes it; it can be cut."""

    def __init__(self, at: Path, to: Path) -> None:
        self.at, self._to, self._cut = at, to, False
        self._ends: list[socket.socket] = []
        at.mkdir(mode=0o755)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(at / ".s.PGSQL.5432"))
        (at / ".s.PGSQL.5432").chmod(0o777)
        self._door.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            if self._cut:
                here.close()
                continue
            there = socket.socket(socket.AF_UNIX)
            try:
                there.connect(str(self._to / ".s.PGSQL.5432"))
            except OSError:
                here.close()
                continue
            self._ends += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        finally:
            for end in (one, other):
                end.close()

    def cut(self) -> None:
        """Nothing passes any more, and nobody gets in."""
        self._cut = True
        for end in self._ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def second(first: House, home: Path, tunnel: Path) -> Cluster:
    """The second machine's home: keys and settings taken over by hand, the database copied through the tunnel."""
    home.mkdir(mode=0o755)
    for one in first.home.iterdir():
        if one.name in ("db", "state", "logs"):
            continue
        (shutil.copytree if one.is_dir() else shutil.copy2)(one, home / one.name)
    word = standby.allow(Cluster(first.home / "db"))
    made = Cluster(home / "db")
    standby.join(made, tunnel=tunnel, word=word, secret=first.home / "db/secret")
    made.start()
    return made


def test_the_second_takes_over(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    if pytestconfig.option.markexpr != "faults":
        pytest.skip("minutes long: make prove-failover; the short form is tests/cluster/test_standby.py")
    rounds = 3
    outcome, good = Outcome(), Successes()
    outside = Path(tempfile.mkdtemp(prefix="jingui-two-", dir="/tmp"))
    outside.chmod(0o755)
    rows: list[tuple[int, float, float, float]] = []
    begun = time.monotonic()
    olds: list[House] = []
    try:
        home, journals = outside / "house-0", outside / "journals"
        home.mkdir(mode=0o755)
        journals.mkdir()
        facts = found(home)
        house = served(home, facts, outside / "serve-0.log")
        clients = [Client(n, house.port, facts, journals, good) for n in range(CLIENTS)]
        try:
            for client in clients:
                client.start()
            back(good, begun)
            for number in range(1, rounds + 1):
                first = Cluster(house.home / "db")
                record = first.layout.load()
                assert record is not None
                tunnel = Tunnel(outside / f"tunnel-{number}", first.layout.server / record.run)
                copied = time.monotonic()
                following = second(house, outside / f"house-{number}", tunnel.at)
                standby.require(first)
                copied = time.monotonic() - copied
                time.sleep(3)
                now = standby.standing(first)
                assert (now.part, now.in_step) == (standby.Part.FIRST, True), now
                assert standby.standing(following).part is standby.Part.SECOND
                with pytest.raises(Conflict):
                    standby.promote(first)
                with pytest.raises(Conflict):
                    standby.release(first, second_is_off=False)
                at = time.monotonic()
                tunnel.cut()
                time.sleep(3)
                alone = [one for one in list(good.times) if one[0] > at + 0.5]
                assert not alone, "the first acknowledged what the second has not kept"
                promoted = standby.promote(following)
                olds.append(house)
                house = served(outside / f"house-{number}", facts, outside / f"serve-{number}.log")
                for client in clients:
                    client.port, client._connection = house.port, None
                back(good, time.monotonic())
                rows.append((number, copied, promoted, time.monotonic() - at))
                outcome.kills["switch"] = outcome.kills.get("switch", 0) + 1
                outcome.outages.setdefault("switch", []).append(good.longest_gap(at, time.monotonic()))
                outcome.load = max(outcome.load, os.getloadavg()[0])
                assert silent(olds[-1], journals, facts), "the old one answered beside the new one"
            old = olds[0]
            ended(old)
            Cluster(old.home / "db").stop("immediate")
            again = served(old.home, facts, outside / "serve-old.log")
            olds[0] = again
            time.sleep(15)
            assert silent(again, journals, facts), "started anew, the old one answers beside the new one"
            finish(outcome, clients, house.home, journals)
        finally:
            for client in clients:
                client.stopping.set()
            for one in (house, *olds):
                ended(one)
            for one in outside.glob("house-*"):
                if (one / "db").exists():
                    Cluster(one / "db").stop("immediate")
        outcome.seconds = time.monotonic() - begun
    finally:
        if os.environ.get("JINGUI_FAULTS_KEEP"):
            print(f"kept: {outside}")
        else:
            shutil.rmtree(outside, ignore_errors=True)
    with capsys.disabled():
        print(f"\n{'switch':<8}{'copied in':>12}{'promoted in':>14}{'writing again, detection 3 s':>32}")
        for number, copied, promoted, whole in rows:
            print(f"{number:<8}{copied:>10.1f} s{promoted:>12.1f} s{whole:>30.1f} s")
        print(outcome.table())
    proved(outcome)
    crowd = max(1.0, outcome.load / (os.cpu_count() or 1))
    for _, _, _, whole in rows:
        assert whole <= 30 * crowd, rows


def silent(house: House, journals: Path, facts: dict[str, object]) -> bool:
    """Whether a house answers nothing well, asked four ways for some seconds."""
    good, elsewhere = Successes(), journals / "silent"
    elsewhere.mkdir(exist_ok=True)
    asking = [Client(100 + n, house.port, facts, elsewhere, good) for n in range(2)]
    for one in asking:
        one.known = [f"Patient/{facts['patient']}"]
        one.start()
    time.sleep(6)
    for one in asking:
        one.stopping.set()
    for one in asking:
        one.join(15)
    return not good.times
