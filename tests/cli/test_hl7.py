"""二（二）3: messages from files and by line, the listener killed in the middle: none lost, none twice [2.2.3]"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jingui.bench.messages import stream
from jingui.cluster.cluster import Cluster
from tests.cli.house import House, free_port

pytestmark = [pytest.mark.database, pytest.mark.slow]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Any], int]]:
    """A house with one registered source, its token, and the port where it listens."""
    house, port = House(tmp_path_factory.mktemp("hl7") / "home"), free_port()
    house.home.mkdir(parents=True)
    (house.home / "jingui.toml").write_text(f'mllp_plain = "127.0.0.1:{port}"\n')
    done = subprocess.run(
        [sys.executable, "-m", "jingui.config.running", "--sequencing", "jingui.bench.filling", "1", "1"],
        env=house.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    yield house, json.loads(done.stdout), port
    Cluster(house.home / "db").remove()


@contextmanager
def database(house: House) -> Iterator["psycopg.Connection[Any]"]:
    cluster = Cluster(house.home / "db")
    cluster.ensure_started()
    with cluster.using(), psycopg.connect(cluster.address("root").psycopg(), autocommit=True) as connection:
        yield connection


def test_files_are_taken_once(told: tuple[House, dict[str, Any], int], tmp_path: Path) -> None:
    house, filled, _ = told
    messages = [one[1:-2] for one in islice(stream(3), 9)]
    good, bad = tmp_path / "good.hl7", tmp_path / "bad.hl7"
    good.write_bytes(b"FHS|^~\\&|BENCH\rBHS|^~\\&\r" + b"\r\n\r\n".join(messages) + b"\rBTS|9\rFTS|1\r")
    bad.write_bytes(messages[0].replace(b"b0|P|", b"zz|P|").replace(b"19800101", b"19801399") + b"\n\nremark\n")
    argv = ("import", "hl7", str(good), str(bad), "--as", "his", "--source", "bench")
    first = house.run(*argv, JINGUI_TOKEN=filled["writer"])
    assert (first.returncode, "Traceback" in first.stderr) == (1, False), first.stderr
    assert "收录 9" in first.stdout, first.stdout
    assert "PID[1]-7" in first.stdout
    second = house.run(*argv, JINGUI_TOKEN=filled["writer"])
    assert "收录 9" in second.stdout, second.stdout
    with database(house) as connection:
        assert connection.execute("SELECT count(*) FROM source_message").fetchone() == (9,)
        assert connection.execute("SELECT max(version) FROM record WHERE kind = 'Observation'").fetchone() == (1,)
    none = house.run("import", "hl7", str(good), "--as", "his", "--source", "nobody", JINGUI_TOKEN=filled["writer"])
    assert none.returncode != 0
    assert "Traceback" not in none.stderr


class Client:
    """Sends messages one after another and notes which were acknowledged; comes back when the line breaks."""

    def __init__(self, port: int) -> None:
        self.port, self.acknowledged = port, set[bytes]()

    def send(self, messages: list[bytes], stop: int = 10**9) -> int:
        """Send until all are acknowledged, `stop` are, or the line breaks; how many were."""
        count = 0
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.settimeout(20)
                for message in messages:
                    line.sendall(message)
                    answer = b""
                    while not answer.endswith(b"\x1c\r"):
                        more = line.recv(65_536)
                        if not more:
                            return count
                        answer += more
                    assert b"\rMSA|AA|" in answer, answer
                    self.acknowledged.add(message)
                    count += 1
                    if count >= stop:
                        return count
        except OSError:
            return count
        return count


@contextmanager
def listening(house: House, port: int) -> Iterator[int]:
    log = (house.home / "mllp.log").open("ab")
    process, sequencer = (
        subprocess.Popen([sys.executable, "-m", f"jingui.config.{name}"], env=house.environment, stdout=log, stderr=log)
        for name in ("mllp", "sequence")
    )
    try:
        limit = time.monotonic() + 40
        while time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (house.home / "mllp.log").read_text()[-2000:]
                time.sleep(0.1)
        yield process.pid
    finally:
        for one in (process, sequencer):
            one.kill()
            one.wait()
        log.close()


def test_a_killed_listener_loses_nothing_and_doubles_nothing(told: tuple[House, dict[str, Any], int]) -> None:
    house, _, port = told
    with database(house) as connection:
        messages = [
            one.replace(b"|b", b"|kill", 1).replace(b"||HL0", b"||KL0").replace(b"HLZY", b"KLZY")
            for one in islice(stream(10), 120)
        ]
        client, kills = Client(port), 0
        while len(client.acknowledged) < len(messages):
            left = [one for one in messages if one not in client.acknowledged]
            with listening(house, port) as pid:
                client.send(left, stop=30)
                # in the middle of more that are on their way, unanswered
                with socket.create_connection(("127.0.0.1", port), 5) as line:
                    line.sendall(b"".join(left[30:60]))
                    time.sleep(0.05)
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
        with listening(house, port):
            assert client.send(messages) == len(messages)  # everything again: the same answers, nothing new
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT control) FROM source_message WHERE control LIKE 'kill%'"
        ).fetchone()
        assert rows == (120, 120)
        kinds = dict(
            connection.execute(
                "SELECT kind, count(*) FROM record r WHERE patient_id > 0 AND patient_id IN (SELECT v.patient_id FROM "
                "record_version v JOIN source_message m ON m.entry = v.entry WHERE m.control LIKE 'kill%') GROUP BY 1"
            ).fetchall()
        )
        assert kinds["Patient"] == 10
        assert kinds["Encounter"] == 10
        assert kinds["Provenance"] == 120
        assert kinds["DiagnosticReport"] == 90
        assert kinds["Observation"] == 270
        assert kills >= 3
    verified = house.run("verify", limit=120)
    assert verified.returncode == 0, verified.stdout + verified.stderr
