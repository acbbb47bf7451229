"""五（一）1 中继: plain on loopback alone, on disk before it is answered, each once at the house [5.1.1] [5.1.3]"""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from jingui.core.errors import Conflict, KeyTrouble, Misconfigured, Tampered, TooLarge
from jingui.relay import spool
from jingui.relay.places import read
from jingui.relay.serve import running
from jingui.relay.spool import Full, Room, Spool, sealing
from tests.relay.house import CSV, House, certificates, config, feed, founded, free, message, send, until

SRC = Path(__file__).resolve().parents[2] / "src"


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:2575", "192.168.1.5:2575", "localhost:2575", ":2575", "[::]:2575", "10.0.0.1:1", "127.0.0.1:0"]
)
@pytest.mark.parametrize("kind", ["mllp", "http"])
def test_nothing_plain_beyond_loopback(tmp_path: Path, papers: Path, kind: str, listen: str) -> None:
    root = config(founded(tmp_path / "r"), papers, 1, f'[[feed]]\nname = "his"\nkind = "{kind}"\nlisten = "{listen}"\n')
    with pytest.raises(Misconfigured):
        read(root)
    done = relay(root, "serve")
    assert done.wait(20) != 0


@pytest.mark.parametrize(
    ("feeds", "more"),
    [
        ("", ""), (feed("mllp", 2575) * 2, ""), (feed("ftp", 2575), ""), (feed("mllp", 2575, ack="never"), ""),
        (feed("mllp", 2575, name="../x"), ""), (feed("mllp", 2575), 'verify = false'),
        (feed("mllp", 2575), "megabytes = 0"), (feed("mllp", 2575) + 'plain = true\n', ""),
        (CSV.replace('"PID-3.1"', '"MSH-3"'), ""), (CSV.replace('"mrn"', '"m; drop"'), ""),
        (CSV.replace("ORU^R01", "ORU|R01"), ""),
        ('[[feed]]\nname = "v"\nkind = "view"\nview = "v"\ndatabase = "host=10.0.0.9 dbname=his"\n', ""),
        ('[[feed]]\nname = "v"\nkind = "view"\nview = "v"\ndatabase = "host=/tmp dbname=his password=x"\n', ""),
    ],
)  # fmt: skip
def test_what_is_wrong_stops_the_start(tmp_path: Path, papers: Path, feeds: str, more: str) -> None:
    with pytest.raises(Misconfigured):
        read(config(tmp_path, papers, 1, feeds, more=more))


def test_without_certificates_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        read(config(tmp_path, tmp_path / "none", 1, feed("mllp", 2575)))


def test_carried_in_order_and_gone(tmp_path: Path, papers: Path, house: House) -> None:
    port, web = free(), free()
    root = config(founded(tmp_path), papers, house.port, feed("mllp", port), feed("http", web, "web"))
    with running(read(root)) as lanes:
        for n in range(20):
            assert b"MSA|AA|M%d|" % n in send(port, message(f"M{n}"))
        until(lambda: len(house.order) == 20 and not len(lanes["his"].spool))
        assert house.order == [f"M{n}" for n in range(20)]
        said = post(web, message("W1"))
        assert (said.status, orjson.loads(said.read())["control"]) == (202, "W1")
        until(lambda: "W1" in house.taken)
    assert list((tmp_path / "spool").rglob("*.msg")) == []


def post(port: int, body: bytes, **headers: str) -> http.client.HTTPResponse:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items() if name != "path"}
    wanted = {"content-type": "x-application/hl7-v2+er7", **named}
    line.request("POST", headers.get("path", "/messages"), body, wanted)
    return line.getresponse()


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"content_type": "text/plain"}, 415), ({"origin": "http://evil.example"}, 403), ({"host": "evil.example"}, 403),
     ({"host": "localhost"}, 403), ({"path": "/other"}, 404)],
)  # fmt: skip
def test_a_page_in_a_browser_of_this_host_sends_nothing(
    tmp_path: Path, papers: Path, house: House, headers: dict[str, str], status: int
) -> None:
    web = free()
    with running(read(config(founded(tmp_path), papers, house.port, feed("http", web)))) as lanes:
        assert post(web, message("W1"), **headers).status == status
        assert post(web, b"nonsense").status == 400
        assert len(lanes["his"].spool) == 0


def test_the_houses_own_word(tmp_path: Path, papers: Path, house: House) -> None:
    port, web = free(), free()
    house.told["BAD"] = ("AE", "102")
    feeds = feed("mllp", port, ack="house"), feed("http", web, "web", ack="house")
    with running(read(config(founded(tmp_path), papers, house.port, *feeds))) as lanes:
        assert b"|J|" in send(port, message("M1"))
        assert b"MSA|AE|BAD" in send(port, message("BAD"))
        assert b"MSA|AA|W1" in post(web, message("W1")).read()
        assert [why[:6] for _n, why in lanes["his"].spool.refused()] == ["AE 102"]


def test_the_house_is_away_and_comes_back(tmp_path: Path, papers: Path) -> None:
    port, upstream = free(), free()
    with running(read(config(founded(tmp_path), papers, upstream, feed("mllp", port)))) as lanes:
        for n in range(5):
            assert b"MSA|AA" in send(port, message(f"M{n}"))
        time.sleep(0.5)
        assert len(lanes["his"].spool) == 5
        house = House(papers, upstream)
        until(lambda: len(house.taken) == 5)
        house.cut()
        assert b"MSA|AA" in send(port, message("M9"))
        until(lambda: "M9" in house.taken)
        house.close()


def test_busy_is_tried_again_refused_is_set_apart(tmp_path: Path, papers: Path, house: House) -> None:
    port = free()
    house.told = {"BUSY": ("AR", "207"), "BAD": ("AR", "100")}
    root = config(founded(tmp_path), papers, house.port, feed("mllp", port))
    with running(read(root)) as lanes:
        for one in ("BAD", "BUSY", "NEXT"):
            send(port, message(one))
        until(lambda: house.times.get("BUSY", 0) >= 2)
        assert "NEXT" not in house.times  # order is kept: what waits in front waits for both
        house.told.clear()
        until(lambda: set(house.taken) == {"BUSY", "NEXT"})
        assert [n for n, _why in lanes["his"].spool.refused()] == [1]
    done = relay(root, "status")
    assert done.wait(20) == 1
    assert relay(root, "again").wait(20) == 0
    with running(read(root)):
        until(lambda: "BAD" in house.taken)


def test_patience_ends(tmp_path: Path, papers: Path, house: House) -> None:
    from jingui.relay.carry import Lane, Line, encrypted

    places = read(config(founded(tmp_path), papers, house.port, feed("mllp", 2575)))
    house.told["BUSY"] = ("AR", "207")
    kept = Spool(tmp_path / "s", "his", sealing(tmp_path), Room(1 << 20))
    later = datetime.now(UTC) + timedelta(hours=73)
    lane = Lane(kept, Line(house=places.house, tls=encrypted(places)), patience=timedelta(hours=72), now=lambda: later)
    kept.put(message("BUSY"), datetime.now(UTC))
    assert lane.step()
    assert [n for n, _why in kept.refused()] == [1]


def test_a_false_house_gets_nothing(tmp_path: Path, papers: Path) -> None:
    false = House(certificates(tmp_path / "false"))
    port = free()
    with running(read(config(founded(tmp_path / "r"), papers, false.port, feed("mllp", port)))) as lanes:
        send(port, message("M1"))
        until(lambda: lanes["his"].problem)
        assert len(lanes["his"].spool) == 1
        assert not false.times
    false.close()


def test_nothing_stands_readable_on_disk(tmp_path: Path, papers: Path) -> None:
    port = free()
    with running(read(config(founded(tmp_path), papers, free(), feed("mllp", port)))):
        send(port, message("M1", "金丝雀甲"))
    files = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "relay.toml"]
    assert any(one.suffix == ".msg" for one in files)
    for one in files:
        assert "金丝雀甲".encode() not in one.read_bytes()
        if one.suffix in (".msg", ".key"):
            assert one.stat().st_mode & 0o077 == 0


def test_bent_and_swapped_files_are_refused(tmp_path: Path) -> None:
    founded(tmp_path)
    kept = Spool(tmp_path, "his", sealing(tmp_path), Room(1 << 20))
    for n in range(2):
        kept.put(message(f"M{n}"), datetime.now(UTC))
    one, two = sorted((tmp_path / "his").glob("*.msg"))
    first, second = one.read_bytes(), two.read_bytes()
    for bad in (second, first[:-1], first[:-1] + bytes([first[-1] ^ 1])):
        one.write_bytes(bad)
        with pytest.raises(Tampered):
            kept.first()
    one.write_bytes(first)
    waiting = kept.first()
    assert waiting is not None
    assert waiting.body == message("M0")


def test_bounded(tmp_path: Path) -> None:
    founded(tmp_path)
    room = Room(10_000)
    kept = Spool(tmp_path, "his", sealing(tmp_path), room)
    with pytest.raises(TooLarge):
        kept.put(bytes(spool.LARGEST + 1), datetime.now(UTC))
    count = 0

    def fill() -> None:
        nonlocal count
        while True:
            kept.put(message(f"M{count}", "x" * 500), datetime.now(UTC))
            count += 1

    with pytest.raises(Full):
        fill()
    assert 10 < count < 20
    first = kept.first()
    assert first is not None
    kept.done(first.number)
    kept.put(message("again", "x" * 100), datetime.now(UTC))
    assert len(Spool(tmp_path, "his", sealing(tmp_path), Room(10_000))) == count


def test_a_full_disk_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingui.core.errors import Unavailable

    founded(tmp_path)
    kept = Spool(tmp_path, "his", sealing(tmp_path), Room(1 << 20))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        kept.put(message("M1"), datetime.now(UTC))
    monkeypatch.undo()
    assert len(kept) == 0
    assert not [one for one in (tmp_path / "his").iterdir() if one.is_file()]
    kept.put(message("M1"), datetime.now(UTC))


def test_keys_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    founded(tmp_path)
    with pytest.raises(KeyTrouble):
        founded(tmp_path)
    (tmp_path / spool.KEY).chmod(0o644)
    with pytest.raises(KeyTrouble):
        sealing(tmp_path)


def test_one_relay_in_a_folder(tmp_path: Path, papers: Path) -> None:
    places = read(config(founded(tmp_path), papers, 1, feed("mllp", free())))
    with running(places), pytest.raises(Conflict), running(places):
        pass


def relay(root: Path, step: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "jingui.cli", "relay", step, "--folder", str(root)],
        env={**os.environ, "PYTHONPATH": str(SRC)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path, papers: Path, house: House) -> None:
    """What was acknowledged reaches the house once, whatever kills the relay in between."""
    port, kills, wanted = free(), 12, 240
    root = config(founded(tmp_path), papers, house.port, feed("mllp", port))
    acknowledged: set[str] = set()
    stop = threading.Event()

    def old_system() -> None:
        for n in range(wanted):
            while not stop.is_set():
                try:
                    if b"MSA|AA" in send(port, message(f"M{n}", "x" * 2000), 2.0):
                        acknowledged.add(f"M{n}")
                        break
                except OSError:
                    time.sleep(0.02)

    sender = threading.Thread(target=old_system, daemon=True)
    process: Any = relay(root, "serve")
    sender.start()
    try:
        for kill in range(kills):
            reached = len(acknowledged)
            until(lambda more=reached + 3: len(acknowledged) > more or len(acknowledged) == wanted, 60)
            time.sleep((kill * 37 % 100) / 1000)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = relay(root, "serve")
        until(lambda: len(acknowledged) == wanted, 60)
        until(lambda: len(house.taken) == wanted, 60)
    finally:
        stop.set()
        process.send_signal(signal.SIGTERM)
        process.wait()
    assert set(house.taken) == acknowledged == {f"M{n}" for n in range(wanted)}
    assert not house.changed  # what came twice was the very same, which the house knows
    print(f"{kills} kills, {wanted} messages, {sum(house.times.values()) - wanted} repeats at the house, 0 lost")
