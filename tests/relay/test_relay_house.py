"""五（一）1, 二（一）2: the book's steps, run: a relay's process before a real house's listener [5.1.1] [5.1.3]"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jingui.relay.spool import seen
from tests.hospital import SRC, Hospital, house
from tests.relay.house import free, send, until

from tests.api.test_hl7 import adt, register  # isort: skip -- after the house, which sets the application up
from tests.api.test_hl7_tls import Authority, Own  # isort: skip

CSV = """
[[feed]]
name = "visits"
kind = "csv"
folder = "out"
application = "RCSV"
facility = "H"
message = "ADT^A08"
row_key = "no"
row_time = "at"
every_seconds = 1
[feed.fields]
"PID-3.1" = "mrn"
"PID-5.1" = "name"
[feed.constants]
"PID-3.5" = "MR"
"PID-7" = "19700101"
"""


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    with house() as made:
        yield made


pytestmark = pytest.mark.slow


class Both:
    """The house's listener and the relay, each a process of its own."""

    def __init__(self, hospital: Hospital, folder: Path) -> None:
        self.folder, self.root, self.port = folder, folder / "relay", free()
        self.authority = Authority(folder, "authority")
        self.server, self.own = self.authority.issue("server"), self.authority.issue("relay")
        self.toml = Path(os.environ["JINGUI_HOME"]) / "jingui.toml"
        self.toml.write_text(
            f'mllp = "127.0.0.1:{self.port}"\nmllp_certificate = "{self.server[0]}"\nmllp_key = "{self.server[1]}"\n'
            f'mllp_authorities = "{self.authority.file}"\n', "utf-8",
        )  # fmt: skip
        self.listener = self.started("-m", "jingui.config.mllp")
        self.plain, self.web, self.processes = free(), free(), list[Any]()

    def started(self, *argv: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "processes.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *argv], env={**os.environ, "PYTHONPATH": str(SRC)}, stdout=log, stderr=log
            )

    def command(self, step: str) -> "subprocess.CompletedProcess[bytes]":
        argv = [sys.executable, "-m", "jingui.cli", "relay", step, "--folder", str(self.root)]
        return subprocess.run(
            argv, env={**os.environ, "PYTHONPATH": str(SRC)}, capture_output=True, timeout=120, check=False
        )

    def configured(self, own: Own | None = None, listen: str = "127.0.0.1") -> None:
        own = own or self.own
        self.root.joinpath("relay.toml").write_text(
            f'house = "127.0.0.1:{self.port}"\ncertificate = "{own[0]}"\nkey = "{own[1]}"\n'
            f'authorities = "{self.authority.file}"\nmegabytes = 16\n'
            f'[[feed]]\nname = "his"\nkind = "mllp"\nlisten = "{listen}:{self.plain}"\n'
            f'[[feed]]\nname = "web"\nkind = "http"\nlisten = "127.0.0.1:{self.web}"\nack = "house"\n{CSV}', "utf-8",
        )  # fmt: skip

    def serve(self) -> "subprocess.Popen[bytes]":
        made = self.started("-m", "jingui.cli", "relay", "serve", "--folder", str(self.root))
        self.processes.append(made)
        return made

    def end(self) -> None:
        for one in (*self.processes, self.listener):
            if one.poll() is None:
                one.terminate()
                one.wait(60)
        self.toml.unlink()


@pytest.fixture(scope="module")
def both(hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    made = Both(hospital, tmp_path_factory.mktemp("both"))
    yield made
    made.end()


def old(port: int, body: bytes) -> bytes:
    """The old system sends until somebody listens."""
    for _ in range(600):
        try:
            return send(port, body, 30)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nobody listens")


def bytes_of(control: str, mrn: str, sender: str) -> bytes:
    return adt(control, mrn, sender=sender).replace("\n", "\r").encode()


def test_the_books_steps(hospital: Hospital, both: Both) -> None:
    """Made, registered, configured, served; over MLLP, the web-service and files into the chart, each once."""
    assert both.command("init").returncode == 0
    assert both.command("init").returncode != 0  # never a second key over the first
    for code, application in (("relay-his", "RHIS"), ("relay-web", "RWEB"), ("relay-csv", "RCSV")):
        register(hospital, code, application, certificate=both.own[2])
    both.configured()
    relay = both.serve()
    for n in range(10):
        assert b"MSA|AA|R%d" % n in old(both.plain, bytes_of(f"R{n}", f"RM{n}", "RHIS"))
    line = http.client.HTTPConnection("127.0.0.1", both.web, timeout=40)
    line.request("POST", "/messages", bytes_of("W1", "WM1", "RWEB"), {"content-type": "x-application/hl7-v2+er7"})
    answer = line.getresponse()
    assert answer.status == 200
    assert b"MSA|AA|W1" in answer.read()  # the house's own word
    out = both.root / "out"
    out.joinpath("a.tmp").write_text("no,at,mrn,name\n1,2026-11-20 08:00:00,CM1,钱一\n2,2026-11-20 09:00:00,CM2,钱二\n")
    out.joinpath("a.tmp").rename(out / "a.csv")
    until(lambda: len(taken(hospital, "RCSV")) == 2, 90)
    until(lambda: len(taken(hospital, "RHIS")) == 10, 90)
    assert sorted(taken(hospital, "RHIS")) == sorted(f"R{n}" for n in range(10))
    assert taken(hospital, "RWEB") == ["W1"]
    assert (out / "done" / "a.csv").exists()
    status = both.command("status")  # while it serves
    assert (status.returncode, relay.poll()) == (0, None)
    assert status.stdout.decode().count("0") >= 3


def taken(hospital: Hospital, sender: str) -> list[str]:
    """Controls that the house took from a sender, each as often as it did."""
    return [row[0] for row in hospital.sql(
        "SELECT m.control FROM source_message m JOIN source s ON s.id = m.source_id WHERE s.application = %s", sender
    )]  # fmt: skip


def test_both_are_killed_in_the_middle(hospital: Hospital, both: Both) -> None:
    """What the old system was told is taken reaches the chart once, whoever dies meanwhile."""
    relay = both.processes[-1]
    for n in range(40):
        assert b"MSA|AA" in old(both.plain, bytes_of(f"K{n}", f"KM{n}", "RHIS"))
        if n in (8, 30):
            relay.send_signal(signal.SIGKILL)
            relay.wait()
            relay = both.serve()
        if n == 15:
            both.listener.send_signal(signal.SIGKILL)
            both.listener.wait()
        if n == 25:
            both.listener = both.started("-m", "jingui.config.mllp")
    wanted = {f"K{n}" for n in range(40)}
    until(lambda: wanted <= set(taken(hospital, "RHIS")), 90)
    found = [one for one in taken(hospital, "RHIS") if one in wanted]
    assert len(found) == len(set(found)) == 40
    made = hospital.sql("SELECT count(*) FROM patient p WHERE p.patient_id <> 0")[0][0]
    assert made >= 40


def test_a_second_relay_and_a_plain_one_do_not_start(both: Both) -> None:
    first = both.processes[-1]
    second = both.serve()
    assert second.wait(90) != 0
    both.processes.remove(second)  # the last of them is the one that serves
    assert first.poll() is None
    both.configured(listen="0.0.0.0")
    assert both.command("serve").returncode != 0
    both.configured()


def test_what_the_house_refuses(hospital: Hospital, both: Both) -> None:
    """An unknown certificate waits until it is registered; a content that is none is set apart and told."""
    relay = both.processes[-1]
    relay.terminate()
    relay.wait(60)
    both.configured(own=both.authority.issue("stranger"))
    relay = both.serve()
    assert b"MSA|AA" in old(both.plain, bytes_of("S1", "SM1", "RHIS"))
    assert b"MSA|AA" in old(both.plain, bytes_of("S2", "SM2", "RHIS").replace(b"ADT^A01", b"ZZZ^Z99"))
    time.sleep(2)
    assert seen(both.root / "spool", "his") == (2, ())  # it may pass later: nothing is lost, nothing overtakes
    relay.terminate()
    relay.wait(60)
    both.configured()
    relay = both.serve()
    until(lambda: "S1" in taken(hospital, "RHIS"), 90)
    until(lambda: seen(both.root / "spool", "his")[1], 90)
    told = both.command("status")
    assert (told.returncode, "AR" in told.stderr.decode()) == (1, True)
    assert both.command("again").returncode != 0  # not beside one that serves
    relay.terminate()
    relay.wait(60)
    assert both.command("again").returncode == 0
    assert seen(both.root / "spool", "his") == (1, ())
    both.serve()
    until(lambda: seen(both.root / "spool", "his")[1], 90)  # it is refused again, and stays where it can be seen


def test_a_full_disk(hospital: Hospital, both: Both) -> None:
    """On a disk that is full nothing more is acknowledged; what was comes through, and then it goes on."""
    relay = both.processes[-1]
    relay.terminate()
    relay.wait(60)
    spool = both.root / "spool"
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(spool)], check=False, capture_output=True
    ).returncode:
        both.serve()
        pytest.skip("a small disk cannot be mounted here")
    both.listener.send_signal(signal.SIGKILL)  # the house is away: everything waits
    both.listener.wait()
    relay = both.serve()
    try:
        said = []
        for n in range(40):
            body = bytes_of(f"F{n}", f"FM{n}", "RHIS") + b"\rNTE|1||" + b"x" * 20_000
            said.append(b"MSA|AA" in old(both.plain, body))
            if not said[-1]:
                break
        assert 3 < said.count(True) < 40
        assert not said[-1]
        both.listener = both.started("-m", "jingui.config.mllp")
        wanted = {f"F{n}" for n in range(said.count(True))}
        until(lambda: wanted <= set(taken(hospital, "RHIS")), 240)  # the relay waits up to a minute itself
        assert b"MSA|AA" in old(both.plain, bytes_of("F99", "FM99", "RHIS"))
        until(lambda: "F99" in taken(hospital, "RHIS"), 90)
        assert f"F{len(said) - 1}" not in taken(hospital, "RHIS")  # it was never acknowledged
    finally:
        relay.terminate()
        relay.wait(60)
        subprocess.run(["umount", str(spool)], check=True)
