"""二（二）3: server and database really gone, read on the station, told once though the line breaks [2.2.3]"""

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connections

from jingui.cluster.cluster import Cluster
from jingui.core.errors import NotSignedIn, Unavailable
from jingui.core.words import Verb
from jingui.station.courier import Courier
from jingui.station.serve import Round, Station
from tests.api.client import free_port, worker
from tests.hospital import Hospital
from tests.station.ward import CANARY, PIN, Ward, entries, patient, pins

REASON = "全院网络中断，抢救用药核对"


@contextmanager
def breaking(port: int, cuts: list[int]) -> Iterator[int]:
    """A relay that carries the request whole, and cuts the answer off: 1 in `cuts` for each time it does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def carry() -> None:
            while True:
                try:
                    near, _ = listening.accept()
                except OSError:
                    return
                with near, socket.create_connection(("127.0.0.1", port)) as far:
                    sent = b""
                    while b"\r\n\r\n" not in sent:
                        sent += near.recv(65_536)
                    head, _, body = sent.partition(b"\r\n\r\n")
                    length = int((re.search(rb"content-length: (\d+)", head.lower()) or [0, 0])[1])
                    while len(body) < length:
                        body += near.recv(65_536)
                    far.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
                    answer = b""
                    while part := far.recv(65_536):
                        answer += part
                    if cuts and b"/deliver" in head:
                        cuts.pop()
                        answer = answer[: len(answer) // 2]
                    near.sendall(answer)

        threading.Thread(target=carry, daemon=True).start()
        yield int(listening.getsockname()[1])


def signed_in(hospital: Hospital) -> int:
    sql = "SELECT count(*) FROM entry WHERE verb = 'sign_in' AND head LIKE %s"
    return int(hospital.sql(sql, b'%"entrance":"station"%')[0][0])


def test_server_and_database_gone_then_told_once(hospital: Hospital, cluster: Cluster, tmp_path: Path) -> None:
    pins(hospital, "doctor", "nurse")
    sick = patient(hospital)
    ward, port = Ward(hospital, tmp_path), free_port()
    log = tmp_path / "worker.log"
    ward.folder.house = f"http://127.0.0.1:{port}"
    courier = Courier(ward.folder, ward.clock)
    ward.desk.well = courier.well
    with worker(port, log):
        assert courier.well()
        assert len(courier.pull(ward.book).patients) >= 1
        ward.down = True
        cluster.stop()
        try:
            assert not courier.well(), "a house whose database is gone says so"
            visit = ward.desk.sign_in("nurse", PIN, REASON, declared=False)
            assert ward.desk.chart(visit, sick)[1]["name"] == CANARY
            with pytest.raises(Unavailable):
                courier.deliver(ward.book)
        finally:
            cluster.start()
            connections.close_all()  # this process's own, which broke too
    assert not courier.well()
    again = ward.desk.sign_in("doctor", PIN, REASON, declared=False)
    ward.desk.chart(again, sick)
    ward.desk.ward(again)
    account = hospital.actors["nurse"].account
    before, came_in = entries(hospital, Verb.OPEN_CHART, account), signed_in(hospital)
    with worker(port, log), breaking(port, [1, 1, 1]) as broken:
        ward.folder.house = f"http://127.0.0.1:{broken}"
        shaky = Courier(ward.folder, ward.clock)
        said: list[str] = []
        rounds = Round(ward.desk, shaky, said.append)
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            rounds.once()
            if shaky.well() and not said[-1:]:
                break
            said.clear()
        handed = Courier(ward.folder, ward.clock).deliver(ward.book)
        assert (handed.accepted, handed.next, handed.flaws) == (0, ward.book.size, ())
    assert entries(hospital, Verb.OPEN_CHART, account) == before + 1
    assert signed_in(hospital) == came_in + 2


def test_a_wrong_token_gets_nothing_and_is_entered(hospital: Hospital, tmp_path: Path) -> None:
    ward, port = Ward(hospital, tmp_path), free_port()
    ward.folder.house = f"http://127.0.0.1:{port}"
    with worker(port, tmp_path / "worker.log"):
        ward.folder.write("token.sealed", b"jg_nobody")
        courier = Courier(ward.folder, ward.clock)
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(NotSignedIn):
            courier.pull(ward.book)
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 1


class Browser:
    """A plain browser without scripts: cookies and forms."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as line:
            sent = {"Host": f"127.0.0.1:{self.port}", "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
            body = urlencode(form) if form is not None else None
            line.request(method, path, body, {**sent, **headers})
            answer = line.getresponse()
            self.headers = answer.headers
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()

    def csrf(self, text: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', text)
        assert found
        return found[1]


@contextmanager
def served(ward: Ward) -> Iterator[Browser]:
    with Station(ward.desk, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Browser(server.server_address[1])
        finally:
            server.shutdown()


def test_the_stations_page_without_scripts(hospital: Hospital, tmp_path: Path) -> None:
    pins(hospital, "doctor", "nurse")
    sick = patient(hospital)
    ward = Ward(hospital, tmp_path)
    ward.pull()
    with served(ward) as browser:
        status, text = browser.ask("GET", "/")
        assert status == 200
        assert "连不上系统" in text
        assert browser.headers["Content-Security-Policy"].startswith("default-src 'none'")
        typed = {"csrf": browser.csrf(text), "username": "nurse", "pin": "000001", "reason": REASON}
        status, text = browser.ask("POST", "/sign-in", typed)
        assert status == 400
        assert REASON in text, "nothing typed is lost"
        assert "000001" not in text
        status, _ = browser.ask("POST", "/sign-in", {**typed, "csrf": browser.csrf(text), "pin": PIN})
        assert status == 303
        status, text = browser.ask("GET", "/ward")
        assert status == 200
        assert CANARY in text
        status, text = browser.ask("GET", f"/patient/{sick}")
        assert "青霉素" in text
        assert "Tnurse" in text, "the watermark names the reader"
        form = {"csrf": browser.csrf(text), "patient": sick}
        assert browser.ask("POST", "/print", {**form, "csrf": "x"})[0] == 400
        assert browser.ask("POST", "/print", form)[0] == 200
        assert browser.ask("POST", "/print", {**form, "patient": ""})[0] == 200
        assert browser.ask("GET", "/patient/none")[0] == 404
        assert browser.ask("POST", "/print", form, Origin="http://evil.example")[0] == 400
        assert browser.ask("GET", "/ward", Host="evil.example")[0] == 421
        assert browser.ask("POST", "/sign-out", form)[0] == 303
        assert browser.ask("GET", "/ward")[0] == 401
        assert browser.ask("POST", "/sign-in", {"csrf": "", "username": "x" * 9_000})[0] == 400
        assert "纸质记录单" in browser.ask("GET", "/sheet")[1]
    verbs = [read.head["verb"] for read in ward.book.reads]
    assert verbs == ["sign_in", "sign_in", "list", "open_chart", "print", "print", "sign_out"]
    assert ward.deliver().flaws == ()
