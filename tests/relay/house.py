"""A house at the other end: MLLP over TLS as ours answers, each number and content once; certificates of both sides."""

import contextlib
import hashlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from jingui.relay import spool
from jingui.relay.message import END, START, head_of

CSV = """
[[feed]]
name = "lab"
kind = "csv"
folder = "lab"
application = "LIS"
facility = "H"
message = "ORU^R01"
row_key = "id"
row_time = "at"
every_seconds = 1
[feed.fields]
"PID-3.1" = "mrn"
"PID-5.1" = "name"
"OBX-5" = "value"
[feed.constants]
"OBX-2" = "ST"
"""


def certificates(folder: Path) -> Path:
    """One authority, a house at 127.0.0.1 and a relay: house.pem, relay.pem with their keys, ca.pem."""
    folder.mkdir(parents=True, exist_ok=True)
    root = ec.generate_private_key(ec.SECP256R1())
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])

    def made(common: str, key: Any, *, ca: bool) -> x509.Certificate:
        subject = name if ca else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )  # fmt: skip
        if common == "house":
            names = [x509.IPAddress(ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(root, hashes.SHA256())

    (folder / "ca.pem").write_bytes(made("", root, ca=True).public_bytes(Encoding.PEM))
    for who in ("house", "relay"):
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / f"{who}.pem").write_bytes(made(who, key, ca=False).public_bytes(Encoding.PEM))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{who}.key").write_bytes(private)
    return folder


class House:
    """Takes messages; `say` decides the code by control number, `deaf` takes and never answers."""

    def __init__(self, papers: Path, port: int = 0) -> None:
        self.taken: dict[str, bytes] = {}
        self.order: list[str] = []
        self.told: dict[str, tuple[str, str]] = {}
        self.times: dict[str, int] = {}
        self.deaf = False
        self.changed: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(papers / "house.pem", papers / "house.key")
        context.load_verify_locations(papers / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            line = self.context.wrap_socket(plain, server_side=True)
            self.lines.append(line)
            held = b""
            while more := line.recv(65_536):
                held += more
                while END in held:
                    block, _, held = held.partition(END)
                    said = self.take(block[block.find(START) + 1 :])
                    if not self.deaf:
                        line.sendall(START + said + END)
        except OSError:
            plain.close()
            return
        line.close()

    def take(self, body: bytes) -> bytes:
        control = head_of(body).control
        self.times[control] = self.times.get(control, 0) + 1
        code, number = self.told.get(control, ("AA", ""))
        if code == "AA":
            if control not in self.taken:
                self.taken[control] = hashlib.sha256(body).digest()
                self.order.append(control)
            elif self.taken[control] != hashlib.sha256(body).digest():
                self.changed.append(control)
                code = "AE"
        err = f"\rERR|||{number}^x|E||||坏".encode() if number else b""
        return f"MSH|^~\\&|J|||||20260101||ACK|1|P|2.5\rMSA|{code}|{control}".encode() + err + b"\r"

    def cut(self) -> None:
        """Every connection breaks."""
        for line in self.lines:  # closed by the thread that reads: a number that is free too soon is another's
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self.lines.clear()

    def close(self) -> None:
        self.listener.close()
        self.cut()


def message(control: str, text: str = "x") -> bytes:
    """A message of the old system."""
    return (f"MSH|^~\\&|HIS|H|JINGUI||20261123080000||ADT^A08|{control}|P|2.5\rPID|1||1^^^H^MR||{text}\r").encode()


def config(root: Path, papers: Path, port: int, *feeds: str, more: str = "") -> Path:
    """A relay's folder with its configuration."""
    root.mkdir(parents=True, exist_ok=True)
    lines = [
        f'house = "127.0.0.1:{port}"', f'certificate = "{papers}/relay.pem"', f'key = "{papers}/relay.key"',
        f'authorities = "{papers}/ca.pem"', more, *feeds,
    ]  # fmt: skip
    (root / "relay.toml").write_text("\n".join(lines), "utf-8")
    return root


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def send(port: int, body: bytes, seconds: float = 20.0) -> bytes:
    """As an old system sends: plain, one message, its answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        line.sendall(START + body + END)
        held = b""
        while END not in held:
            more = line.recv(65_536)
            if not more:
                raise ConnectionError
            held += more
        return held[1 : held.find(END)]


def feed(kind: str, port: int, name: str = "his", ack: str = "spool") -> str:
    return f'[[feed]]\nname = "{name}"\nkind = "{kind}"\nlisten = "127.0.0.1:{port}"\nack = "{ack}"\n'


def founded(root: Path) -> Path:
    spool.founded(root, "intl", os.urandom)
    return root


def until(what: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)
