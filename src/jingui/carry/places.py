"""五（一）1 传输: where a channel leads: resolved once for an attempt, judged, and connected to by number [5.1.1]

A name that leads elsewhere a moment later (DNS rebinding) leads this attempt nowhere: it has its numbers already, and
the certificate must stand for the name.
"""

import asyncio
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from jingui.carry.undelivered import Undelivered
from jingui.core.channels import host_fault
from jingui.core.sending import Consignment

PORTS = {"https": 443, "sftp": 22}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A host by the name its certificate must stand for, and the numbers that it has now."""

    host: str
    port: int
    numbers: tuple[str, ...]
    path: str = ""

    @property
    def number(self) -> str:
        """The first of them."""
        return self.numbers[0]

    @property
    def origin(self) -> str:
        """Its address by number, for a URL."""
        return f"https://[{self.number}]:{self.port}" if ":" in self.number else f"https://{self.number}:{self.port}"

    @property
    def named(self) -> str:
        """Its name and port, as a Host header says it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def place(consignment: Consignment) -> Place:
    """Where the channel leads now; Undelivered when its address or any number of it is not allowed there."""
    given = consignment.address
    parts = urlsplit(given if "://" in given else f"x://{given}")
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    if not host or not port or parts.username is not None or host_fault(consignment.network, host):
        raise Undelivered("address")
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(10):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise Undelivered("timeout") from error
    except OSError as error:
        raise Undelivered("unreachable", said="no such name") from error
    numbers = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    if not numbers or any(host_fault(consignment.network, one.partition("%")[0]) for one in numbers):
        raise Undelivered("address")
    return Place(host=host, port=port, numbers=numbers, path=parts.path.rstrip("/"))
