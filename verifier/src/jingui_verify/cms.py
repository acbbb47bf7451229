"""The signature in a seal: CMS SignedData (RFC 5652) as PAdES writes it, one signer, every byte accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from jingui_verify import der
from jingui_verify.bad import Bad
from jingui_verify.der import BITS, INTEGER, OCTETS, OID, SEQUENCE, SET, Node

DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED = bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_DIGEST = bytes.fromhex("2a864886f70d010904")
# Attributes that name the signer's certificate by its hash; the older one is still what many authorities of time write.
_NAMING: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("2a864886f70d010910020c"): hashes.SHA1(),
    bytes.fromhex("2a864886f70d010910022f"): hashes.SHA256(),
}
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_ECDSA = {bytes.fromhex("2a8648ce3d0403") + bytes([2 + at]): one.name for at, one in enumerate(_HASHES.values())}
_RSA = {bytes.fromhex("2a864886f70d0101") + bytes([11 + at]): one.name for at, one in enumerate(_HASHES.values())} | {
    bytes.fromhex("2a864886f70d010101"): ""  # the hash is named elsewhere
}
_ONE = b"\x01"
_CONTEXT0, _CONTEXT1 = 0xA0, 0xA1


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Who signed, the certificates that came with it, the signature's value, and what stands beside it unsigned."""

    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    value: bytes
    bound: bool = False  # whether what is signed names the signer's certificate by its hash
    unsigned: Node | None = None  # a time stamp, which has to be checked by itself


def check_signature(signature: bytes, signed: bytes) -> Signed:
    """Pass if `signature` (DER, then zeros) is a valid signature over `signed`; else Bad. Says nothing of trust."""
    outer, padded = der.first(signature)
    if padded.strip(b"\x00"):
        raise Bad("cms", what="padding")
    return check_container(outer, DATA, _ONE, lambda _: signed)


def check_container(outer: Node, of: bytes, version: bytes, signed: Callable[[Node], bytes]) -> Signed:
    """Pass if the SignedData `outer` about a content of type `of` is valid over what `signed` makes of that content."""
    try:
        return _checked(outer, of, version, signed)
    except Bad:
        raise
    except Exception as error:  # a certificate that is no certificate fails in many ways; none of them is a signature
        raise Bad("certificate", what=type(error).__name__) from error


def _checked(outer: Node, of: bytes, version: bytes, signed: Callable[[Node], bytes]) -> Signed:
    kind, explicit = der.take(outer.want(SEQUENCE).parts(), OID, _CONTEXT0)
    body = der.whole(explicit.body).want(SEQUENCE).parts()
    number, digests, content, held, signers = der.take(body, INTEGER, SET, SEQUENCE, _CONTEXT0, SET)
    about, *inner = content.parts()
    if kind.body != _SIGNED or number.body != version or about.want(OID).body != of or bool(inner) != (of != DATA):
        raise Bad("cms", what="SignedData")
    certificates = tuple(_certificate(node) for node in held.parts())
    (info,) = der.take(signers.parts(), SEQUENCE)
    return _signer(info, certificates, of, der.take(digests.parts(), SEQUENCE)[0], signed(content))


def _signer(info: Node, certificates: tuple[x509.Certificate, ...], of: bytes, declared: Node, signed: bytes) -> Signed:
    parts = info.parts()
    unsigned = parts.pop() if parts and parts[-1].tag == _CONTEXT1 and of == DATA else None
    version, who, algorithm, attributes, scheme, value = der.take(
        parts, INTEGER, SEQUENCE, SEQUENCE, _CONTEXT0, SEQUENCE, OCTETS
    )
    if version.body != _ONE or hash_named(declared).name != hash_named(algorithm).name:
        raise Bad("cms", what="SignerInfo")
    signer = _named(who, certificates)
    given = _attributes(attributes)
    if _single(given, _CONTENT_TYPE, OID).body != of:
        raise Bad("cms", what="content type")
    _verify(signer, scheme, hash_named(algorithm), value.body, b"\x31" + attributes.raw[1:])
    if _single(given, _DIGEST, OCTETS).body != digest_by(hash_named(algorithm), signed):
        raise Bad("file_altered")
    naming = given.keys() & _NAMING.keys()
    for kind in naming:
        _is_bound(_single(given, kind, SEQUENCE), signer.fingerprint(_NAMING[kind]))
    return Signed(signer=signer, certificates=certificates, value=value.body, bound=bool(naming), unsigned=unsigned)


def hash_named(algorithm: Node) -> hashes.HashAlgorithm:
    """The hash of an AlgorithmIdentifier: SHA-256, SHA-384 or SHA-512; Bad for another."""
    kind, *rest = algorithm.want(SEQUENCE).parts()
    if kind.tag != OID or kind.body not in _HASHES or [part.raw for part in rest] not in ([], [b"\x05\x00"]):
        raise Bad("cms", what="digest algorithm")
    return _HASHES[kind.body]


def digest_by(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    """The digest of `data`."""
    state = hashes.Hash(algorithm)
    state.update(data)
    return state.finalize()


def _certificate(node: Node) -> x509.Certificate:
    told, algorithm, _ = der.take(node.want(SEQUENCE).parts(), SEQUENCE, SEQUENCE, BITS)
    inner = [part for part in told.parts() if part.tag == SEQUENCE][:1]
    # The outer name of the algorithm is not signed, and a looser reader would take other bytes for the same.
    if [part.raw for part in inner] != [algorithm.raw]:
        raise Bad("certificate", what="algorithm")
    return x509.load_der_x509_certificate(node.raw)


def _named(who: Node, certificates: tuple[x509.Certificate, ...]) -> x509.Certificate:
    issuer, serial = der.take(who.parts(), SEQUENCE, INTEGER)
    number = int.from_bytes(serial.body, "big", signed=True)
    for one in certificates:
        if one.serial_number == number and one.issuer.public_bytes() == issuer.raw:
            return one
    raise Bad("certificate", what="signer")


def _attributes(node: Node) -> dict[bytes, list[Node]]:
    found: dict[bytes, list[Node]] = {}
    for part in node.parts():
        kind, values = der.take(part.want(SEQUENCE).parts(), OID, SET)
        if kind.body in found:
            raise Bad("cms", what="attribute twice")
        found[kind.body] = values.parts()
    return found


def _single(given: dict[bytes, list[Node]], kind: bytes, tag: int) -> Node:
    (value,) = der.take(given.get(kind, []), tag)
    return value


def _verify(signer: x509.Certificate, scheme: Node, by: hashes.HashAlgorithm, value: bytes, signed: bytes) -> None:
    kind, *rest = scheme.parts()
    name, plain = kind.want(OID).body, [part.raw for part in rest]
    key = signer.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and _ECDSA.get(name) == by.name and not plain:
            key.verify(value, signed, ec.ECDSA(by))
        elif isinstance(key, rsa.RSAPublicKey) and _RSA.get(name) in (by.name, "") and plain in ([], [b"\x05\x00"]):
            key.verify(value, signed, padding.PKCS1v15(), by)
        else:
            raise Bad("cms", what="signature algorithm")
    except InvalidSignature as error:
        raise Bad("seal_signature") from error


def _is_bound(value: Node, fingerprint: bytes) -> None:
    (listed, *_) = value.parts()
    held = listed.want(SEQUENCE).parts()[0].want(SEQUENCE).parts()
    if not any(part.tag == OCTETS and part.body == fingerprint for part in held):
        raise Bad("certificate", what="signing certificate")
