"""五（一）3: from a feed's spool to the house, one after another, over TLS that both sides prove [5.1.1] [5.1.3]"""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from jingui.core.errors import JinguiError, Misconfigured, Tampered
from jingui.core.word import N_
from jingui.relay.message import END, START, Heard, head_of, heard
from jingui.relay.places import Places
from jingui.relay.spool import Spool, Waiting

log = logging.getLogger(__name__)
SECONDS: Final = 60.0  # until the house must have answered
CONNECT: Final = 10.0
FIRST: Final = 1.0  # seconds between attempts, doubled up to the longest
LONGEST: Final = 60.0
ANSWER: Final = 1 << 20  # bytes


class Away(Exception):
    """The house cannot be reached or does not answer: nothing is lost, it is tried again."""


def encrypted(places: Places) -> ssl.SSLContext:
    """TLS 1.2 at least, the house's certificate checked with its name, ours shown; Misconfigured for bad files."""
    try:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_verify_locations(places.authorities)
        made.load_cert_chain(places.certificate, places.key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(N_("中继的证书文件无法使用。"), where=type(error).__name__) from error
    return made


@dataclass(slots=True, kw_only=True)
class Line:
    """One connection to the house, made when it is needed."""

    house: tuple[str, int]
    tls: ssl.SSLContext
    open: ssl.SSLSocket | None = None

    def ask(self, body: bytes) -> bytes:
        """Send a message and return the answer; Away when either did not work, and then the connection is gone."""
        try:
            if self.open is None:
                plain = socket.create_connection(self.house, timeout=CONNECT)
                try:
                    self.open = self.tls.wrap_socket(plain, server_hostname=self.house[0])
                except BaseException:
                    plain.close()
                    raise
            self.open.settimeout(SECONDS)
            self.open.sendall(START + body + END)
            return self._answer(self.open, time.monotonic() + SECONDS)
        except (OSError, ssl.SSLError) as error:
            self.close()
            raise Away(type(error).__name__) from error

    def _answer(self, line: ssl.SSLSocket, until: float) -> bytes:
        held = b""
        while END[:1] not in held:
            line.settimeout(max(until - time.monotonic(), 0.001))
            more = line.recv(65_536)
            if not more or len(held) > ANSWER:
                raise ConnectionError
            held += more
        return held[held.find(START) + 1 : held.find(END[:1])]

    def close(self) -> None:
        """Give the connection up."""
        if self.open is not None:
            self.open.close()
            self.open = None


class Lane:
    """Carries one feed. `outcomes` are waited for by those who acknowledge with the house's word."""

    def __init__(self, spool: Spool, line: Line, *, patience: timedelta, now: Callable[[], datetime]) -> None:
        """Carry from `spool` over `line`; what cannot pass for `patience` is set apart."""
        self.spool, self._line, self._patience, self._now = spool, line, patience, now
        self._waits: dict[int, tuple[threading.Event, list[bytes]]] = {}
        self._lock = threading.Lock()
        self.problem = ""

    def run(self, stop: threading.Event) -> None:
        """Carry until `stop`."""
        wait = FIRST
        while not stop.is_set():
            try:
                carried = self.step()
            except (Away, Tampered, OSError) as error:
                self.problem = str(error) or type(error).__name__
                log.warning("relay %s: %s", self.spool.name, type(error).__name__)
                stop.wait(wait)
                wait = min(wait * 2, LONGEST)
                continue
            wait = FIRST
            if not carried:
                with self.spool.arrived:
                    self.spool.arrived.wait(0.5)
        self._line.close()

    def step(self) -> bool:
        """Carry the oldest message; False when nothing waits. Away when it stays for later."""
        first = self.spool.first()
        if first is None:
            return False
        try:
            control = head_of(first.body).control
        except JinguiError as error:
            self.spool.refuse(first.number, error.code)
            return True
        said = self._line.ask(first.body)
        word = heard(said, control)
        if word is None:
            self._line.close()  # an answer to something else: this connection is out of step
            raise Away("answer")
        self.settle(first, word, said)
        return True

    def settle(self, first: Waiting, word: Heard, said: bytes) -> None:
        """It goes when the house took it, is set apart when it never will; else Away."""
        if word.code in ("AA", "CA"):
            self.spool.done(first.number)
            self.problem = ""
        elif word.later and self._now() - first.since < self._patience:
            raise Away(word.text)
        else:
            self.spool.refuse(first.number, word.text)
        with self._lock:
            waits = self._waits.pop(first.number, None)
        if waits is not None:
            waits[1].append(said)
            waits[0].set()

    def put(self, body: bytes) -> int:
        """Keep a message durably."""
        return self.spool.put(body, self._now())

    def put_and_hear(self, body: bytes, seconds: float) -> bytes:
        """Keep a message durably and return the house's own answer; b"" when there is none in time."""
        event, found = threading.Event(), list[bytes]()
        with self._lock:  # the lane cannot settle it before it is known who waits
            number = self.spool.put(body, self._now())
            self._waits[number] = (event, found)
        if not event.wait(seconds):
            with self._lock:
                self._waits.pop(number, None)
        return found[0] if found else b""
