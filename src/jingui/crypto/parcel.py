"""四（二）1 封存包: what an independent medium carries, opened by the secret in the envelope alone [4.2.1] [3.1.1]

A parcel is one line of JSON that says what it is and how it is encrypted, a line feed, and a box (crypto.recipient) to
the key that the secret's 160 bits give. Header and box are bound: a changed byte of either opens nothing.
"""

from base64 import b32decode, b32encode
from collections.abc import Callable, Mapping
from typing import Final

import orjson

from jingui.core.errors import Tampered
from jingui.crypto.canon import canon
from jingui.crypto.recipient import Recipient, seal_to
from jingui.crypto.suite import Suite

BYTES: Final = 20
TYPE: Final = "jingui-parcel/1"
_KNOWN: Final = b"jingui:parcel:1"


def secret_of(random: bytes) -> str:
    """20 random bytes as eight groups of four letters and digits."""
    plain = b32encode(random).decode()
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _seed(secret: str) -> bytes:
    plain = "".join(secret.upper().split()).replace("-", "")
    try:
        seed = b32decode(plain)
    except ValueError:
        seed = b""
    if len(seed) != BYTES:
        raise Tampered(where="parcel.secret")
    return seed


def pack(
    suite: Suite, secret: str, header: Mapping[str, str | int], plaintext: bytes, random: Callable[[int], bytes]
) -> bytes:
    """The parcel of this plaintext."""
    line = canon({**header, "type": TYPE, "suite": suite.name})
    box = seal_to(suite, Recipient(suite, _seed(secret)).public, plaintext, line, _KNOWN, random)
    return line + b"\n" + box


def unpack(suite: Suite, secret: str, parcel: bytes) -> tuple[dict[str, str | int], bytes]:
    """Header and plaintext; Tampered when the secret or a single bit of the parcel is wrong."""
    line, _, box = parcel.partition(b"\n")
    plaintext = Recipient(suite, _seed(secret)).open(box, line, _KNOWN, "parcel")
    return dict(orjson.loads(line)), plaintext
