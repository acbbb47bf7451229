"""五（一）3 传输: parcels between gateways, signed by the sender and sealed for the receiver; receipts [5.1.1] [5.1.3]

A parcel is JWE (compact, ECDH-ES+A256KW, A256GCM) to the receiver's certificate over JWS (compact, ES256) by the
sender's over a canonical head, a line feed and the content. `kid` names a certificate by its SHA-256, as RFC 7515 says
of x5t#S256; only certificates that the caller pinned are looked at, whatever a header brings with it. One algorithm per
place: what another header names is refused before any key is touched.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, cast

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.transmit import DeliveryReceipt, Parcel
from jingui.crypto.certificates import Issued
from jingui.crypto.parcel_head import content_of, head_of, receipt_bytes, receipt_of

TYPE: Final = "jingui-parcel"
RECEIPT: Final = "jingui-receipt"
SIGN: Final = ("ES256",)
SEAL: Final = ("ECDH-ES+A256KW", "A256GCM")
LARGEST: Final = 64 * 1024 * 1024
"""Of a content: larger ones are cut by their format, not by the gateway."""
_MOST: Final = LARGEST * 2 + 8192  # what base64 makes of it, twice, with the head
_WHERE: Final = "parcel"
Pinned = Mapping[str, bytes] | Callable[[str], bytes | None]


class _Signatures(jws.JWSRegistry):
    max_payload_length = _MOST


class _Seals(jwe.JWERegistry):
    max_ciphertext_length = _MOST


def kid(certificate: bytes) -> str:
    """How a header names a certificate (DER): base64url of its SHA-256."""
    return base64.urlsafe_b64encode(sha256(certificate).digest()).rstrip(b"=").decode()


def kid_of(fingerprint: str) -> str:
    """The same from a fingerprint in hex, as tables hold it."""
    return base64.urlsafe_b64encode(bytes.fromhex(fingerprint)).rstrip(b"=").decode()


def fingerprint_of(name: str) -> str:
    """The fingerprint in hex that a `kid` stands for; Tampered when it is none."""
    try:
        found = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Tampered(where=_WHERE, problem="kid") from error
    if len(found) != 32 or kid_of(found.hex()) != name:
        raise Tampered(where=_WHERE, problem="kid")
    return found.hex()


def pack(parcel: Parcel, sign: Issued, receiver: bytes) -> bytes:
    """The parcel for the holder of the `receiver` certificate (DER, use encrypt), signed by ours (use sign).

    KeyTrouble when a key is not one on P-256; ValueError when the content is too large.
    """
    if len(parcel.content) > LARGEST:
        raise ValueError("the content is too large")
    head = {"alg": SIGN[0], "typ": TYPE, "kid": kid(sign.certificate)}
    signed = jws.serialize_compact(head, head_of(parcel) + b"\n" + parcel.content, _private(sign), registry=_signs())
    sealed = {"alg": SEAL[0], "enc": SEAL[1], "typ": TYPE, "cty": "JWS", "kid": kid(receiver)}
    return jwe.encrypt_compact(sealed, signed.encode(), _public(receiver), registry=_seals()).encode()


def receiver_of(data: bytes) -> str:
    """For which certificate (`kid`) a parcel is sealed: read, not believed; Tampered when it is no parcel."""
    return _named(data, 5, alg=SEAL[0], enc=SEAL[1], typ=TYPE)


def unpack(data: bytes, encrypt: Issued | Sequence[Issued], pinned: Pinned) -> tuple[Parcel, str]:
    """The parcel and the `kid` of the certificate that signed it; Tampered names what is wrong.

    `encrypt`: our pairs of that use, those of the past too. `pinned` gives the sender's certificate (DER, use sign) by
    its `kid`, None for one that is not pinned. The caller compares sender, receiver and time: the signer's words.
    """
    if len(data) > _MOST * 2:
        raise Tampered(where=_WHERE, problem="size")
    ours = (encrypt,) if isinstance(encrypt, Issued) else encrypt
    wanted = receiver_of(data)
    pair = next((one for one in ours if kid(one.certificate) == wanted), None)
    if pair is None:
        raise Tampered(where=_WHERE, problem="receiver")
    try:
        opened = jwe.decrypt_compact(data, _private(pair), registry=_seals()).plaintext or b""
    except (JoseError, ValueError, TypeError) as error:
        raise Tampered(where=_WHERE, problem="seal") from error
    payload, signer = _verified(opened, TYPE, pinned)
    return content_of(payload), signer


def sign_receipt(receipt: DeliveryReceipt, sign: Issued) -> bytes:
    """The receipt (JWS compact, ES256) by our certificate."""
    head = {"alg": SIGN[0], "typ": RECEIPT, "kid": kid(sign.certificate)}
    return jws.serialize_compact(head, receipt_bytes(receipt), _private(sign), registry=_signs()).encode()


def read_receipt(data: bytes, pinned: Pinned) -> tuple[DeliveryReceipt, str]:
    """What the receiver signed, and the `kid` of its certificate; Tampered for what no pinned certificate signed.

    Whether it is the receipt of *this* message, content and parties is compared by the caller: `answers`.
    """
    if len(data) > 16_384:
        raise Tampered(where=_WHERE, problem="size")
    payload, signer = _verified(data, RECEIPT, pinned)
    return receipt_of(payload), signer


def answers(receipt: DeliveryReceipt, parcel: Parcel) -> bool:
    """Whether a receipt is this very message's: number, content and both parties."""
    return (receipt.message, receipt.digest, receipt.sender, receipt.receiver) == (
        parcel.message, sha256(parcel.content).digest(), parcel.sender, parcel.receiver,
    )  # fmt: skip


def _verified(data: bytes, kind: str, pinned: Pinned) -> tuple[bytes, str]:
    signer = _named(data, 3, alg=SIGN[0], typ=kind)
    certificate = pinned(signer) if callable(pinned) else pinned.get(signer)
    if certificate is None or kid(certificate) != signer:
        raise Tampered(where=_WHERE, problem="signer")
    try:
        return jws.deserialize_compact(data, _public(certificate), registry=_signs()).payload, signer
    except (JoseError, ValueError, TypeError) as error:
        raise Tampered(where=_WHERE, problem="signature") from error


def _named(data: bytes, parts: int, **wanted: str) -> str:
    """The `kid` of a compact serialisation whose header says exactly what is `wanted` and nothing unknown."""
    head = data[: max(data.find(b".", 0, 1025), 0)]  # megabytes may follow: they are not copied to look at this
    if data.count(b".") != parts - 1 or not head:
        raise Tampered(where=_WHERE, problem="form")
    try:
        found: Any = orjson.loads(base64.b64decode(head + b"=" * (-len(head) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise Tampered(where=_WHERE, problem="form") from error
    extra = {"cty", "epk"} if parts == 5 else set()
    if not isinstance(found, dict) or set(found) != {*wanted, "kid", *extra}:
        raise Tampered(where=_WHERE, problem="header")
    if extra and not _point(found["epk"]):
        raise Tampered(where=_WHERE, problem="header")
    if any(found.get(name) != value for name, value in wanted.items()) or not isinstance(found.get("kid"), str):
        raise Tampered(where=_WHERE, problem="algorithm")
    fingerprint_of(found["kid"])
    return str(found["kid"])


def _point(key: Any) -> bool:
    """Whether this is a public key on P-256 and nothing else; whether the point lies on it, the library sees."""
    if not isinstance(key, dict) or set(key) != {"kty", "crv", "x", "y"}:
        return False
    place = all(isinstance(key[name], str) and len(key[name]) == 43 for name in ("x", "y"))
    return place and key["kty"] == "EC" and key["crv"] == "P-256"


def _signs() -> _Signatures:
    return _Signatures(algorithms=SIGN)


def _seals() -> _Seals:
    return _Seals(algorithms=SEAL)


def _private(issued: Issued) -> ECKey:
    key = load_der_private_key(issued.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyTrouble(problem="key of another kind")
    return ECKey.import_key(cast(Any, key))


def _public(certificate: bytes) -> ECKey:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise KeyTrouble(problem="certificate cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyTrouble(problem="key of another kind")
    return ECKey.import_key(cast(Any, key))
