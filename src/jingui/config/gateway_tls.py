"""五（一）1 传输: TLS of the gateway, both ways: 1.2 at least, forward secrecy, the partner's very certificate [5.1.1]

Keys never touch a disk: the library wants files, so it gets memory that has a name for a moment.
"""

import hashlib
import os
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from jingui.crypto.certificates import Issued, pem

#: Of TLS 1.2 only what agrees on a key of its own for each connection and authenticates what it encrypts.
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"


def key_pem(issued: Issued) -> bytes:
    """A private key as PEM, for a library that wants it so."""
    key = load_der_private_key(issued.key, None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def client(own: Issued, pins: Iterable[str], roots: Iterable[bytes]) -> ssl.SSLContext:
    """To connect to a partner: its certificate is one of `roots` (DER), has a fingerprint of `pins` (hex), stands for

    the host's name; ours goes along.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(made, own)
    _trust(made, roots)
    made.check_hostname = True
    allowed = frozenset(pins)

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            _compare(self.getpeercert(binary_form=True), allowed)

    class PinnedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            _compare(self.getpeercert(binary_form=True), allowed)

    made.sslobject_class, made.sslsocket_class = Pinned, PinnedSocket
    return made


def server(own: Issued, roots: Iterable[bytes]) -> ssl.SSLContext:
    """To receive partners: each must show a certificate of `roots`; whose it is, the listener asks of the door."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(made, own)
    made.verify_mode = ssl.CERT_REQUIRED
    _trust(made, roots)
    made.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    return made


class Renewed:
    """The receiving side's context, replaced while it listens: who was registered a moment ago gets in, who was revoked

    does not, and a renewed certificate of ours is shown without a new start.
    """

    def __init__(self, own: Callable[[], Issued], roots: Callable[[], tuple[bytes, ...]]) -> None:
        """Ask `own` and `roots` for what holds now."""
        self._own, self._roots = own, roots
        self._seen: tuple[bytes, tuple[bytes, ...]] = (b"", ())
        self._current = self.listening = self._fresh()
        self.listening.sni_callback = self._swap

    def renew(self) -> bool:
        """Take up what changed; whether anything did."""
        if (self._own().certificate, self._roots()) == self._seen:
            return False
        self._current = self._fresh()
        return True

    def _fresh(self) -> ssl.SSLContext:
        own, roots = self._own(), self._roots()
        self._seen = (own.certificate, roots)
        return server(own, roots)

    def _swap(self, made: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        made.context = self._current


def _harden(made: ssl.SSLContext, own: Issued) -> None:
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(SUITES)
    made.options |= ssl.OP_NO_COMPRESSION
    with _named(key_pem(own) + pem(own.chain)) as path:
        made.load_cert_chain(path)


def _trust(made: ssl.SSLContext, roots: Iterable[bytes]) -> None:
    """Believe exactly these certificates, each as the end of its own chain."""
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for der in roots:
        made.load_verify_locations(cadata=der)


def _compare(certificate: bytes | None, allowed: frozenset[str]) -> None:
    if certificate is None or hashlib.sha256(certificate).hexdigest() not in allowed:
        raise ssl.SSLCertVerificationError("a certificate that is not pinned")


@contextmanager
def _named(content: bytes) -> Iterator[str]:
    """A path under which `content` can be read while the block runs: memory where the system has it."""
    make: Any = getattr(os, "memfd_create", None)
    if make is None or not Path("/proc/self/fd").is_dir():
        with tempfile.NamedTemporaryFile(prefix="jingui-", suffix=".pem") as file:  # 0600, gone with the block
            file.write(content)
            file.flush()
            yield file.name
        return
    number = make("jingui-gateway")
    try:
        os.write(number, content)
        yield f"/proc/self/fd/{number}"
    finally:
        os.close(number)
