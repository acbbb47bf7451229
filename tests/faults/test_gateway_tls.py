"""S14: what the gateway's TLS takes and refuses, seen from outside by openssl and, where it is there, by sslyze [5.1.1]

`make prove-tls` prints the table. sslyze is a tool run from an environment of its own, never a requirement of ours.
"""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jingui.config import gateway_tls
from jingui.crypto.certificates import pem
from tests.gateway.parties import keys_of
from tests.gateway.receiver import Receiver

pytestmark = [pytest.mark.faults]
OURS, THEIRS, OTHER = keys_of("甲", "A"), keys_of("乙", "B"), keys_of("丙", "C")
WEAK = ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "NULL-SHA256",
        "ADH-AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM8")  # fmt: skip
GOOD = ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305")

HEARD = b"jingui-heard\n"
SCANS = ("--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--compression", "--heartbleed",
         "--openssl_ccs", "--reneg", "--robot", "--early_data", "--elliptic_curves", "--fallback")  # fmt: skip


@contextmanager
def listening(context: ssl.SSLContext) -> Iterator[int]:
    """A server that says OK to whoever gets through the handshake."""
    port, loop = Receiver.free(), asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEARD)
        with suppress(OSError):
            await writer.drain()
        writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates for the tool."""
    folder = tmp_path_factory.mktemp("tls")
    for name, keys in (("ours", OURS), ("other", OTHER)):
        (folder / f"{name}.pem").write_bytes(gateway_tls.key_pem(keys.tls) + pem(keys.tls.chain))
        (folder / f"{name}.key").write_bytes(gateway_tls.key_pem(keys.tls))
        (folder / f"{name}.crt").write_bytes(pem(keys.tls.chain[:1]))
    (folder / "theirs.crt").write_bytes(pem(THEIRS.tls.chain[:1]))
    return folder


def through(port: int, files: Path, *arguments: str, who: str = "ours") -> bool:
    """Whether openssl gets through the handshake and hears the server."""
    shown = ("-cert", f"{files}/{who}.pem", "-key", f"{files}/{who}.pem") if who else ()
    done = subprocess.run(
        ["openssl", "s_client", "-ign_eof", "-connect", f"127.0.0.1:{port}", *shown, *arguments], input=b"",
        capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    return HEARD in done.stdout


def old(cipher: str = "ALL:@SECLEVEL=0") -> ssl.SSLContext:
    """A server of yesterday, to see that the tool could speak to one."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(cipher)
    made.minimum_version = ssl.TLSVersion.TLSv1
    with gateway_tls._named(gateway_tls.key_pem(THEIRS.tls) + pem(THEIRS.tls.chain)) as path:
        made.load_cert_chain(path)
    return made


def test_versions(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {
        "TLS 1.0": ("-tls1", "-cipher", "ALL:@SECLEVEL=0"), "TLS 1.1": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        "TLS 1.2": ("-tls1_2",), "TLS 1.3": ("-tls1_3",),
    }  # fmt: skip
    with listening(gateway_tls.server(THEIRS.tls, (OURS.tls.certificate,))) as port:
        found = {name: through(port, files, *how) for name, how in asked.items()}
    with listening(old()) as port:
        could = {name: through(port, files, *how) for name, how in asked.items()}
    assert found == {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
    assert all(could.values()), could  # the tool does speak them: it was the gateway that refused
    help_ = subprocess.run(["openssl", "s_client", "-help"], capture_output=True, check=False).stderr
    ssl3 = "not spoken by this openssl" if b"-ssl3" not in help_ else "refused"
    with capsys.disabled():
        print("\ngateway:", ", ".join(f"{name} {'taken' if yes else 'refused'}" for name, yes in found.items()),
              f"; SSL 3 {ssl3}")  # fmt: skip


def test_suites(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def over(port: int, suite: str) -> bool:
        return through(port, files, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")

    with listening(gateway_tls.server(THEIRS.tls, (OURS.tls.certificate,))) as port:
        assert all(over(port, one) for one in GOOD)
        weak = {one: over(port, one) for one in WEAK}
    assert not any(weak.values()), weak
    with listening(old()) as port:
        assert over(port, "ECDHE-ECDSA-AES128-SHA")  # the tool can
    with capsys.disabled():
        print("gateway: taken", ", ".join(GOOD), "; refused", ", ".join(WEAK))


def test_peers(files: Path) -> None:
    with listening(gateway_tls.server(THEIRS.tls, (OURS.tls.certificate,))) as port:
        assert through(port, files)
        assert not through(port, files, who="")
        assert not through(port, files, who="other")
        assert not through(port, files, "-tls1_2", who="")
        assert not through(port, files, "-tls1_2", who="other")


def tool() -> str:
    """Where sslyze is; "" for nowhere."""
    return os.environ.get("JINGUI_SSLYZE") or shutil.which("sslyze") or ""


@pytest.mark.skipif(not tool(), reason="sslyze is not here: python -m venv elsewhere, install it, set JINGUI_SSLYZE")
def test_sslyze_finds_nothing_to_mend(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    with listening(gateway_tls.server(THEIRS.tls, (OURS.tls.certificate,))) as port:
        subprocess.run(
            [tool(), f"--cert={files}/ours.crt", f"--key={files}/ours.key", f"--json_out={out}",
             "--mozilla_config=disable", *SCANS, f"127.0.0.1:{port}"],
            capture_output=True, timeout=300, check=False,
        )  # fmt: skip
    (server,) = json.loads(out.read_text())["server_scan_results"]
    assert server["scan_status"] == "COMPLETED", server["connectivity_error_trace"]
    found = {name: one["result"] for name, one in server["scan_result"].items() if one and one["result"]}
    for name in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"):
        assert not found[f"{name}_cipher_suites"]["accepted_cipher_suites"], name
    taken = {one["cipher_suite"]["name"] for name in ("tls_1_2", "tls_1_3")
             for one in found[f"{name}_cipher_suites"]["accepted_cipher_suites"]}  # fmt: skip
    assert taken
    assert all("GCM" in one or "CHACHA20" in one for one in taken), taken
    assert not found["heartbleed"]["is_vulnerable_to_heartbleed"]
    assert not found["openssl_ccs_injection"]["is_vulnerable_to_ccs_injection"]
    assert not found["tls_compression"]["supports_compression"]
    assert not found["session_renegotiation"]["is_vulnerable_to_client_renegotiation_dos"]
    assert found["session_renegotiation"]["supports_secure_renegotiation"]
    assert found["robot"]["robot_result"].startswith("NOT_VULNERABLE")
    with capsys.disabled():
        print("\nsslyze: taken", ", ".join(sorted(taken)), "; no SSL, no TLS 1.0/1.1, no compression, no renegotiation"
              " by the client, not vulnerable to Heartbleed, CCS injection, ROBOT")  # fmt: skip
