"""四（二）1 复制件核验: what the hospital publishes for everybody who checks a copy [4.2.1] [1.3.2]

No decision stands before it: keys to check with are worth nothing while they are kept back.
"""

from jingui.core.errors import KeyTrouble, NotFound
from jingui.crypto import certificates
from jingui.gate import plane
from jingui.gate.runtime import current

MOST = 10  # certificates that a side file carries, as its verifier reads them


def ledger_key() -> str:
    """The ledger's verification key line."""
    return plane.current().library.key.line()


def chains() -> tuple[tuple[bytes, ...], ...]:
    """The stamp's chains (DER), today's first; () where the hospital has no electronic stamp."""
    stamp = current().stamp
    if stamp is None:
        return ()
    try:
        issued = stamp()
        return (issued.chain, *issued.past)
    except KeyTrouble as error:
        if error.data.get("problem") != "missing":
            raise
        return ()


def stamp_chain() -> tuple[bytes, ...]:
    """The stamp's certificates (DER), its own first, then those of stamps before it; () for no electronic stamp."""
    return tuple(dict.fromkeys(one for chain in chains() for one in chain))[:MOST]


def stamp_root() -> bytes:
    """The last certificate of each chain as PEM, today's first: what people pin. NotFound for none."""
    found = chains()
    if not found:
        raise NotFound()
    return certificates.pem(tuple(dict.fromkeys(chain[-1] for chain in found)))


def root_fingerprint() -> str:
    """SHA-256 of today's root, as people compare it; "" for none."""
    found = chains()
    return certificates.fingerprint(found[0][-1]) if found else ""
