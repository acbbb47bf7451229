"""`jingui serve` with the gateway on: both its processes live, listen to partners alone and end cleanly [5.1.1]"""

import os
import signal
import socket
import ssl
from pathlib import Path

import pytest

from jingui.cluster import report
from jingui.config import gateway_tls
from tests.gateway.parties import keys_of

from .house import House, free_port
from .test_serve import answers, ready, wait

OURS = "12610000MB0000011E"  # of the made-up hospital, with its check digit
pytestmark = [pytest.mark.database, pytest.mark.slow]


def open_to(port: int, context: ssl.SSLContext) -> bytes:
    """What a caller gets of the listener: b"" when it hangs up, the first bytes of an answer otherwise."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname="localhost") as inside:
                inside.sendall(b"GET /gateway/messages/x HTTP/1.1\r\nhost: localhost\r\n\r\n")
                return inside.recv(64)
        except OSError:
            return b""


def test_the_gateway_lives_beside_the_house(tmp_path: Path) -> None:
    house, port = House(tmp_path), free_port()
    (tmp_path / "jingui.toml").write_text(
        f'institution = "金匮医院"\nuscc = "{OURS}"\ngateway = "127.0.0.1:{port}"\ngateway_send = true\n', "utf-8"
    )
    assert house.run("init").returncode == 0
    process = house.start("serve")
    try:
        assert wait(lambda: answers(house), 180)
        told = tmp_path / "state" / "supervisor.json"
        assert wait(lambda: (now := report.read(told)) is not None and ready(now), 60)
        found = report.read(told)
        assert found is not None
        pids = {child.name: child.pid for child in found.children}
        assert {"gateway-send", "gateway-receive"} <= set(pids)
        nobody = ssl.create_default_context()
        nobody.check_hostname, nobody.verify_mode = False, ssl.CERT_NONE
        stranger = gateway_tls.client(keys_of("陌生人", "X").tls, (), ())
        stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        assert wait(listens, 30)
        assert open_to(port, nobody) == b""
        assert open_to(port, stranger) == b""
        os.kill(pids["gateway-receive"], signal.SIGKILL)

        def back() -> bool:
            now = report.read(told)
            return now is not None and ready(now) and listens() and any(
                one.name == "gateway-receive" and one.pid != pids[one.name] for one in now.children
            )  # fmt: skip

        assert wait(back, 60), "the listener came back"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert not wait(listens, 1)
