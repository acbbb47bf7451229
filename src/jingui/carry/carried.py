"""五（一）3 传输: what a driver is given and what it brings back; a row for each kind of channel [5.1.2] [5.1.3]"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jingui.core.sending import Answer, Consignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """How this house proves itself to a partner, made where the keys are."""

    tls: Callable[[Consignment], ssl.SSLContext]  # pinned to the partner's certificates, with ours
    ssh: Callable[[], bytes]  # our key for file drops, PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What the receiver said: its signed receipt, or the transport's own acknowledgement."""

    receipt: bytes = b""
    answer: Answer | None = None


Driver = Callable[[Consignment, Proofs], Awaitable[Arrived]]


def seen(connection: Any) -> str:
    """SHA-256 (hex) of the certificate that the other side showed in this very handshake; "" when none was seen.

    `connection` is what the transport has of TLS: an SSLObject or SSLSocket.
    """
    shown = connection.getpeercert(binary_form=True) if connection is not None else None
    return sha256(shown).hexdigest() if shown else ""
