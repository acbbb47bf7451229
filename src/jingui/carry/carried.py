"""五（一）3 传输: what a driver is given and what it brings back; a row for each kind of channel [5.1.2] [5.1.3]"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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
