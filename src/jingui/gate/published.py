"""四（二）1 复制件核验: what the hospital publishes for everybody who checks a copy [4.2.1] [1.3.2]

No decision stands before it: keys to check with are worth nothing while they are kept back.
"""

from jingui.core.errors import KeyTrouble, NotFound
from jingui.crypto import certificates
from jingui.gate import plane
from jingui.gate.runtime import current


def ledger_key() -> str:
    """The ledger's verification key line."""
    return plane.current().library.key.line()


def stamp_chain() -> tuple[bytes, ...]:
    """The stamp's certificates (DER), its own first; () where the hospital has no electronic stamp."""
    stamp = current().stamp
    if stamp is None:
        return ()
    try:
        return stamp().chain
    except KeyTrouble as error:
        if error.data.get("problem") != "missing":
            raise
        return ()


def stamp_root() -> bytes:
    """The last certificate of the chain as PEM: what people pin. NotFound for none."""
    chain = stamp_chain()
    if not chain:
        raise NotFound()
    return certificates.pem(chain[-1:])


def root_fingerprint() -> str:
    """SHA-256 of that certificate, as people compare it; "" for none."""
    chain = stamp_chain()
    return certificates.fingerprint(chain[-1]) if chain else ""
