"""R13, R14: a slow, lossy, half-open link, lost answers, a gateway killed at any moment: each arrives once [5.1.3]

`make prove-link` runs the long form and prints the figures.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jingui.core.words import Purpose, Verb
from tests.faults.link import Link
from tests.gate.test_door import bundle
from tests.gateway.parties import OURS, party, queue
from tests.gateway.receiver import Receiver
from tests.hospital import SRC, Hospital, house

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.markexpr == "faults")


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    """A house whose processes run beside the test: its number stands in its own file."""
    file = Path(os.environ["JINGUI_HOME"]) / "jingui.toml"
    with house() as made:
        made.runtime.uscc = OURS
        made.port = Receiver.free()  # type: ignore[attr-defined]  # where its own gateway receives
        file.write_text(f'uscc = "{OURS}"\ngateway_send = true\ngateway = "127.0.0.1:{made.port}"\n', "utf-8")  # type: ignore[attr-defined]
        from jingui.store.models import Setting

        for name, value in (("send_first_seconds", 1), ("send_longest_seconds", 2), ("send_attempts", 100),
                            ("send_lease_seconds", 1)):  # fmt: skip
            made.keep(Setting(name=name, value=str(value), at=made.now()))
        yield made
        file.unlink()


class Gateway:
    """One of the gateway's processes, killed and started again."""

    def __init__(self, what: str = "send") -> None:
        self.what, self.kills = what, 0
        self.start()

    def start(self) -> None:
        env = {**os.environ, "PYTHONPATH": str(SRC)}
        self.log = open(Path(os.environ["JINGUI_HOME"]) / "gateway.log", "ab")  # noqa: SIM115 -- the child's
        argv = [sys.executable, "-m", "jingui.config.gateway", self.what]
        self.child = subprocess.Popen(argv, env=env, stdout=self.log, stderr=self.log)

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.kills += 1
        self.start()

    def end(self) -> None:
        self.child.terminate()
        self.child.wait(20)


def test_each_arrives_once_whatever_the_link_does(
    hospital: Hospital, long: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = int(os.environ.get("JINGUI_PROVE_MESSAGES", "1000" if long else "60"))
    chance = random.Random(int(os.environ.get("JINGUI_PROVE_SEED", "7")))
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    patient = hospital.runtime.ids.internal(made[0].id)[0]
    ours = hospital.runtime.gateway_keys()
    there, way = Receiver.free(), Receiver.free()
    to = party(hospital, "对端医院", address=f"https://localhost:{way}", seconds=2, most=60_000)
    with (
        Receiver(
            keys=to.keys, partner=ours.tls.certificate, sign=ours.sign.certificate, uscc=to.uscc, port=there
        ) as receiver,
        Link(way, there) as link,
    ):  # fmt: skip
        sent = [queue(hospital, to, patient, f"<xml>{n}</xml>".encode() * (1 + 40 * (n % 50 == 0)))
                for n in range(wanted)]  # fmt: skip
        gateway, began, modes = Gateway(), time.monotonic(), {"good": 0, "slow": 0, "dead": 0, "deaf": 0}
        over = threading.Event()

        def disturb() -> None:
            while not over.wait(chance.uniform(0.3, 1.2)):
                link.mode = chance.choice(["good", "good", "slow", "dead", "deaf"])
                modes[link.mode] += 1
                if chance.random() < 0.4:
                    link.cut()
                if chance.random() < (0.08 if long else 0.12):
                    gateway.kill()

        hand = threading.Thread(target=disturb, daemon=True)
        hand.start()
        limit = began + (1500 if long else 150)
        disturbed = began + (600 if long else 25)
        left = wanted
        while left and time.monotonic() < limit:
            if time.monotonic() > disturbed:  # the link heals: what is left arrives by itself
                over.set()
                link.mode = "good"
            time.sleep(0.5)
            left = hospital.sql("SELECT count(*) FROM transmission WHERE state <> 'receipted'")[0][0]
        over.set()
        hand.join(5)
        gateway.end()
        spent = time.monotonic() - began
        states = dict(hospital.sql("SELECT state, count(*) FROM transmission GROUP BY 1"))
        assert states == {"receipted": wanted}, states
        assert {str(one.message): one.content for one in sent} == receiver.taken
        receipts = hospital.sql("SELECT count(DISTINCT receipt), count(*) FROM transmission WHERE receipt IS NOT NULL")
        assert receipts == [(wanted, wanted)]
        taken = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'take_receipt' AND decision = 'allow'")[0][0]
        assert taken == wanted
        attempts = hospital.sql("SELECT sum(attempts), max(attempts) FROM transmission")[0]
        if long:
            assert gateway.kills > 10
            assert link.cuts > 20
            assert receiver.posts > wanted  # answers were lost, and what came twice was taken once
    with capsys.disabled():
        print(
            f"\n{wanted} messages in {spent:.0f} s over a link cut {link.cuts} times ({modes}), gateway killed"
            f" {gateway.kills} times: {attempts[0]} attempts (most {attempts[1]}), {receiver.posts} deliveries arrived,"
            f" {len(receiver.taken)} taken, {taken} receipts"
        )


def test_sent_and_received_by_processes_that_are_killed(
    hospital: Hospital, long: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = int(os.environ.get("JINGUI_PROVE_EXCHANGED", "300" if long else "30"))
    chance = random.Random(11)
    made = hospital.enter("his", *bundle("往返患者", "00770077"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    patient = hospital.runtime.ids.internal(made[0].id)[0]
    way = Receiver.free()
    itself = party(
        hospital, "本院往返", uscc=OURS, address=f"https://localhost:{way}", seconds=3, most=6000,
        keys=hospital.runtime.gateway_keys(),
    )  # fmt: skip
    with Link(way, hospital.port, seed=3) as link:  # type: ignore[attr-defined]
        sent = [queue(hospital, itself, patient, f"<xml>{n}</xml>".encode()) for n in range(wanted)]
        both, began = (Gateway("receive"), Gateway("send")), time.monotonic()
        numbers = [one.number for one in sent]
        left, disturbed = wanted, began + (120 if long else 12)
        while left and time.monotonic() < began + (900 if long else 120):
            if time.monotonic() < disturbed:
                link.mode = chance.choice(["good", "good", "slow", "deaf"])
                if chance.random() < 0.3:
                    link.cut()
                if chance.random() < 0.2:
                    chance.choice(both).kill()
            else:
                link.mode = "good"
            time.sleep(0.8)
            left = hospital.sql(
                "SELECT count(*) FROM transmission WHERE receipt IS NULL AND transmission_id = ANY(%s)", numbers
            )[0][0]
        for one in both:
            one.end()
        assert left == 0
        agreed = hospital.sql(
            "SELECT count(*), count(DISTINCT r.message) FROM transmission t JOIN received r ON r.message = t.message"
            " AND r.receipt = t.receipt AND r.digest = t.digest WHERE t.transmission_id = ANY(%s)", numbers,
        )  # fmt: skip
        assert agreed == [(wanted, wanted)]
        assert hospital.sql("SELECT count(*) FROM received") == [(wanted,)]
    with capsys.disabled():
        print(
            f"\n{wanted} messages out and in again in {time.monotonic() - began:.0f} s, {link.cuts} cuts, kills:"
            f" {both[0].kills} of receiving, {both[1].kills} of sending; each received once, one receipt on both sides"
        )
