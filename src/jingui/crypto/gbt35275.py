"""五（一）1 传输: parcels of the national suite: signed-and-enveloped by GB/T 35275 with SM2, SM3, SM4 [5.1.1] [3.1.1]

The same head and content as crypto.jose. SM4-CBC encrypts the content under a fresh key, SM2 seals that key for the
receiver's certificate, SM2 with SM3 signs head and content; certificates are named by issuer and serial number and must
be pinned by the caller. Whatever is wrong is told with one word: nobody learns from the answer where it broke.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, NamedTuple

from asn1crypto import core
from asn1crypto.x509 import Certificate, Name
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.transmit import Parcel
from jingui.crypto import sm2
from jingui.crypto.parcel_head import content_of, head_of

SIGNED_ENVELOPED: Final = "1.2.156.10197.6.1.4.2.4"
DATA: Final = "1.2.156.10197.6.1.4.2.1"
SM3: Final = "1.2.156.10197.1.401"
SM2_SIGN: Final = "1.2.156.10197.1.301.1"
SM2_SEAL: Final = "1.2.156.10197.1.301.3"
SM4_CBC: Final = "1.2.156.10197.1.104.2"
CURVE: Final = "1.2.156.10197.1.301"
LARGEST: Final = 64 * 1024 * 1024 + 65_536


class _Algorithm(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any, {"optional": True})]


class _Issuer(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [("issuer", Name), ("serial", core.Integer)]


class _Recipient(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [
        ("version", core.Integer), ("issuer", _Issuer), ("algorithm", _Algorithm), ("key", core.OctetString),
    ]  # fmt: skip


class _Signer(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [
        ("version", core.Integer), ("issuer", _Issuer), ("digest", _Algorithm), ("algorithm", _Algorithm),
        ("value", core.OctetString),
    ]  # fmt: skip


class _Recipients(core.SetOf):  # type: ignore[misc]  # the library ships no types
    _child_spec: ClassVar = _Recipient


class _Algorithms(core.SetOf):  # type: ignore[misc]  # the library ships no types
    _child_spec: ClassVar = _Algorithm


class _Signers(core.SetOf):  # type: ignore[misc]  # the library ships no types
    _child_spec: ClassVar = _Signer


class _Encrypted(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [
        ("type", core.ObjectIdentifier), ("algorithm", _Algorithm), ("content", core.OctetString, {"implicit": 0}),
    ]  # fmt: skip


class _Enveloped(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [
        ("version", core.Integer), ("recipients", _Recipients), ("digests", _Algorithms), ("encrypted", _Encrypted),
        ("signers", _Signers),
    ]  # fmt: skip


class _Info(core.Sequence):  # type: ignore[misc]  # the library ships no types
    _fields: ClassVar = [("type", core.ObjectIdentifier), ("content", _Enveloped, {"explicit": 0})]


class Pair(NamedTuple):
    """An SM2 key and its certificate (DER)."""

    key: sm2.Signer
    certificate: bytes


def pack(parcel: Parcel, sign: Pair, receiver: bytes, random: Callable[[int], bytes]) -> bytes:
    """The message (DER ContentInfo) for the holder of the `receiver` certificate; KeyTrouble when it has no SM2 key."""
    content = head_of(parcel) + b"\n" + parcel.content
    key, start = random(16), random(16)
    padder = PKCS7(128).padder()
    cipher = Cipher(SM4(key), modes.CBC(start)).encryptor()
    closed = cipher.update(padder.update(content) + padder.finalize()) + cipher.finalize()
    signed = {
        "version": 1, "issuer": _issuer(sign.certificate), "digest": _plain(SM3), "algorithm": _plain(SM2_SIGN),
        "value": sm2._der(sign.key.sign(content)),
    }  # fmt: skip
    sealed = {
        "version": 1, "issuer": _issuer(receiver), "algorithm": _plain(SM2_SEAL),
        "key": sm2.encrypt(public_of(receiver), key),
    }  # fmt: skip
    body = {
        "version": 1, "recipients": [sealed], "digests": [_plain(SM3)],
        "encrypted": {
            "type": DATA, "algorithm": {"algorithm": SM4_CBC, "parameters": core.Any(core.OctetString(start))},
            "content": closed,
        },
        "signers": [signed],
    }  # fmt: skip
    return bytes(_Info({"type": SIGNED_ENVELOPED, "content": body}).dump())


def unpack(data: bytes, own: Sequence[Pair], pinned: Sequence[bytes]) -> tuple[Parcel, bytes]:
    """The parcel and the certificate that signed it, one of `pinned` (DER); Tampered for anything else."""
    try:
        content, signer = _opened(data, own, pinned)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, KeyTrouble) as error:
        raise Tampered(where="parcel", problem="national") from error
    return content_of(content), signer


def _opened(data: bytes, own: Sequence[Pair], pinned: Sequence[bytes]) -> tuple[bytes, bytes]:
    if len(data) > LARGEST:
        raise ValueError("size")
    info = _Info.load(data, strict=True)
    if info["type"].native != SIGNED_ENVELOPED:
        raise ValueError("type")
    body: Any = info["content"]
    recipient, signer, encrypted = _only(body["recipients"]), _only(body["signers"]), body["encrypted"]
    wanted = ((recipient["algorithm"], SM2_SEAL), (signer["digest"], SM3), (signer["algorithm"], SM2_SIGN),
              (_only(body["digests"]), SM3), (encrypted["algorithm"], SM4_CBC))  # fmt: skip
    if any(one["algorithm"].native != name for one, name in wanted) or encrypted["type"].native != DATA:
        raise ValueError("algorithm")
    if {one["version"].native for one in (body, recipient, signer)} != {1}:
        raise ValueError("version")
    pair = next((one for one in own if _issuer(one.certificate).dump() == recipient["issuer"].dump()), None)
    certificate = next((one for one in pinned if _issuer(one).dump() == signer["issuer"].dump()), None)
    if pair is None or certificate is None:
        raise ValueError("certificate")
    start = encrypted["algorithm"]["parameters"].parse(core.OctetString).native
    key = pair.key.decrypt(recipient["key"].native)
    if len(key) != 16 or len(start) != 16:
        raise ValueError("key")
    cipher = Cipher(SM4(key), modes.CBC(start)).decryptor()
    unpadder = PKCS7(128).unpadder()
    padded = cipher.update(encrypted["content"].native) + cipher.finalize()
    content = unpadder.update(padded) + unpadder.finalize()
    value = signer["value"].native
    raw = sm2._raw(value)
    if sm2._der(raw) != value or not sm2.verify(public_of(certificate), raw, content):
        raise ValueError("signature")
    if info.dump(force=True) != data:  # another spelling of the same message
        raise ValueError("spelling")
    return content, certificate


def public_of(certificate: bytes) -> bytes:
    """The SM2 key x‖y of a certificate (DER); KeyTrouble for one of another kind."""
    try:
        info = Certificate.load(certificate)["tbs_certificate"]["subject_public_key_info"]
        algorithm, point = info["algorithm"], bytes(info["public_key"])
        curve = algorithm["parameters"].chosen.dotted if algorithm["algorithm"].native == "ec" else ""
    except (ValueError, TypeError, AttributeError) as error:
        raise KeyTrouble(problem="certificate cannot be read") from error
    if curve != CURVE or len(point) != 65 or point[0] != 4:
        raise KeyTrouble(problem="key of another kind")
    return point[1:]


def _issuer(certificate: bytes) -> _Issuer:
    named = Certificate.load(certificate)["tbs_certificate"]
    return _Issuer({"issuer": named["issuer"], "serial": named["serial_number"].native})


def _plain(name: str) -> dict[str, Any]:
    return {"algorithm": name}


def _only(found: Any) -> Any:
    if len(found) != 1:
        raise ValueError("one and no more")
    return found[0]
