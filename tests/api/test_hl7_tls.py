"""五（一）1: the message channel: TLS 1.2 at least, both sides proven, plain on loopback only [5.1.1] [2.1.2]"""

import asyncio
import datetime as dt
import hashlib
import ipaddress
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jingui.api import mllp
from jingui.api.mllp_frames import framed
from jingui.config import mllp as wired
from jingui.config.home import home
from jingui.core.errors import Misconfigured
from tests.api.test_hl7 import adt, msa, register
from tests.hospital import Hospital


class Authority:
    """A certificate authority of this test alone."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self.builder(self.name, self.key.public_key()).add_extension(x509.BasicConstraints(True, None), True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def builder(self, subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )  # fmt: skip

    def issue(self, name: str) -> tuple[Path, Path, str]:
        """Certificate, key and fingerprint."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        made = self.builder(subject, key.public_key()).add_extension(host, False).sign(self.key, hashes.SHA256())
        files = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        digest = hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()
        return *files, digest


Own = tuple[Path, Path, str]


def client(authority: Authority, own: Own | None, top: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(authority.file))
    if own:
        made.load_cert_chain(own[0], own[1])
    if top:
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = top
    return made


def talk(port: int, tls: ssl.SSLContext | None, text: str) -> str:
    async def once() -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        writer.write(framed(text.replace("\n", "\r").encode()))
        await writer.drain()
        answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 20)
        writer.close()
        return answer.strip(b"\x0b\x1c\r").decode()

    return asyncio.run(once())


def test_the_certificate_says_who_sends(hospital: Hospital, tmp_path: Path) -> None:
    from jingui.gate import plane

    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    server, his, lis, stranger = (ours.issue(name) for name in ("server", "his-cert", "lis-cert", "stranger"))
    outsider = other.issue("outsider")
    register(hospital, "tls-his", "HIS", certificate=his[2].upper())
    register(hospital, "tls-lis", "LIS", certificate=":".join(lis[2][i : i + 2] for i in range(0, 64, 2)))
    loop = plane.current().loop
    listener = mllp.Listener()
    context = mllp.context(str(server[0]), str(server[1]), str(ours.file))
    made = asyncio.run_coroutine_threadsafe(listener.start("127.0.0.1", 0, context), loop).result(10)
    port = made.sockets[0].getsockname()[1]
    try:
        assert msa(talk(port, client(ours, his), adt("t1", "TLS1"))) == ("AA", "t1")
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        # a true certificate with another's name, one that nobody registered, and none at all
        assert msa(talk(port, client(ours, lis), adt("t2", "TLS2")))[0] == "AR"
        assert msa(talk(port, client(ours, stranger), adt("t3", "TLS3")))[0] == "AR"
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 2
        for wrong in (client(ours, None), client(ours, outsider), client(ours, his, ssl.TLSVersion.TLSv1_1), None):
            with pytest.raises((OSError, ssl.SSLError, asyncio.IncompleteReadError)):
                talk(port, wrong, adt("t4", "TLS4"))
        assert hospital.sql("SELECT count(*) FROM source_message WHERE control IN ('t2','t3','t4')") == [(0,)]
    finally:
        loop.call_soon_threadsafe(made.close)


@pytest.mark.parametrize("place", ["0.0.0.0:2575", "10.0.0.5:2575", "localhost:2575", "127.0.0.1", "[::]:2575"])
def test_a_plain_channel_to_other_hosts_cannot_be_configured(place: str) -> None:
    with pytest.raises(Misconfigured):
        wired.check(replace(home(), mllp_plain=place))


def test_the_encrypted_channel_needs_its_three_files(tmp_path: Path) -> None:
    ours = Authority(tmp_path, "files")
    server = ours.issue("server2")
    whole = replace(
        home(), mllp="127.0.0.1:2575", mllp_certificate=str(server[0]), mllp_key=str(server[1]),
        mllp_authorities=str(ours.file),
    )  # fmt: skip
    wired.check(whole)
    wired.check(replace(home(), mllp_plain="127.0.0.1:2576"))
    for missing in ("mllp_certificate", "mllp_key", "mllp_authorities"):
        for value in ("", str(tmp_path / "absent.pem")):
            with pytest.raises(Misconfigured):
                wired.check(replace(whole, **{missing: value}))
    assert not wired.wanted(home())
