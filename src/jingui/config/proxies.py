"""六（一）1 网络: where a request really came from, behind proxies that the hospital named [6.1.1] [4.1.2]

What a header says of an address or a scheme is believed only from a proxy in `JINGUI_TRUSTED_PROXIES` (addresses and
networks, parted by commas or blanks); from anybody else it is their own word, and nobody inside ever sees it.
"""

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from jingui.core.errors import Misconfigured
from jingui.core.word import N_

Scope = Mapping[str, Any]
Network = IPv4Network | IPv6Network
VARIABLE: Final = "JINGUI_TRUSTED_PROXIES"
FOR, PROTO = b"x-forwarded-for", b"x-forwarded-proto"
#: Nothing inside reads these; what is not believed is not passed on either.
DROPPED: Final = frozenset(
    {FOR, PROTO, b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-prefix", b"x-real-ip", b"forwarded"}
)
SCHEMES: Final = frozenset({"http", "https"})
PORTED: Final = re.compile(r"\[(?P<six>[^\]]+)\](?::\d{1,5})?|(?P<four>\d+\.\d+\.\d+\.\d+):\d{1,5}")


def networks(text: str) -> tuple[Network, ...]:
    """The networks of a list; Misconfigured for a word that is none: a mistyped proxy must not go unnoticed."""
    try:
        return tuple(ip_network(word) for word in re.split(r"[\s,]+", text.strip()) if word)
    except ValueError as error:
        raise Misconfigured(N_("受信任的代理地址无法识别。"), setting=VARIABLE, value=text[:200]) from error


@cache
def trusted() -> tuple[Network, ...]:
    """The proxies of this installation."""
    return networks(os.environ.get(VARIABLE, ""))


def address_of(text: str) -> str:
    """An address as proxies write it (a port, brackets), in its plain form; "" for what is none."""
    text = text.strip()
    found = PORTED.fullmatch(text)
    if found:
        text = found["six"] or found["four"]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def within(address: str, known: Sequence[Network]) -> bool:
    """Whether a plain address is a trusted proxy's."""
    return bool(address) and any(ip_address(address) in network for network in known)


def origin(peer: str, headers: Sequence[tuple[bytes, bytes]], known: Sequence[Network]) -> str:
    """The last address of the way that is no trusted proxy's; the last proxy's own where the header breaks off."""
    said = ",".join(value.decode("latin-1") for name, value in headers if name == FOR)
    at = address_of(peer)
    for word in reversed(said.split(",")):
        if not within(at, known):
            break
        address = address_of(word)
        if not address:
            break  # not an address: whoever wrote it, the way is known only from here
        at = address
    return at or peer


def seen(scope: Scope, known: Sequence[Network] | None = None) -> dict[str, Any]:
    """The scope as the house sees it: client and scheme as far as they may be believed, without the headers."""
    known = trusted() if known is None else known
    headers = [(bytes(name), bytes(value)) for name, value in scope.get("headers", ())]
    made = {**scope, "headers": [one for one in headers if one[0] not in DROPPED]}
    client = scope.get("client")
    peer = str(client[0]) if client else ""
    if not within(address_of(peer), known):
        return made
    made["client"] = (origin(peer, headers, known), client[1] if client else 0)
    schemes = [value.decode("latin-1").rpartition(",")[2].strip().lower() for name, value in headers if name == PROTO]
    if schemes and schemes[-1] in SCHEMES:
        made["scheme"] = schemes[-1]
    return made
