"""The signature in a seal: CMS SignedData (RFC 5652) as PAdES writes it, one signer, every byte accounted for."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from jingui_verify import der
from jingui_verify.bad import Bad
from jingui_verify.der import BITS, INTEGER, OCTETS, OID, SEQUENCE, SET, Node
from jingui_verify.digest import sha256

_DATA = bytes.fromhex("2a864886f70d010701")
_SIGNED = bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_DIGEST = bytes.fromhex("2a864886f70d010904")
_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_SHA256 = bytes.fromhex("608648016503040201")
_ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
_RSA = bytes.fromhex("2a864886f70d010101")
_RSA_SHA256 = bytes.fromhex("2a864886f70d01010b")
_ONE = b"\x01"
_CONTEXT0, _CONTEXT1 = 0xA0, 0xA1


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Who signed, and the certificates that came with it."""

    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


def check_signature(signature: bytes, signed: bytes) -> Signed:
    """Pass if `signature` (DER, then zeros) is a valid signature over `signed`; else Bad. Says nothing of trust."""
    try:
        return _checked(signature, signed)
    except Bad:
        raise
    except Exception as error:  # a certificate that is no certificate fails in many ways; none of them is a signature
        raise Bad("certificate", what=type(error).__name__) from error


def _checked(signature: bytes, signed: bytes) -> Signed:
    outer, padded = der.first(signature)
    if padded.strip(b"\x00"):
        raise Bad("cms", what="padding")
    kind, explicit = der.take(outer.want(SEQUENCE).parts(), OID, _CONTEXT0)
    body = der.whole(explicit.body).want(SEQUENCE).parts()
    version, digests, content, held, signers = der.take(body, INTEGER, SET, SEQUENCE, _CONTEXT0, SET)
    (of,) = der.take(content.parts(), OID)
    if kind.body != _SIGNED or version.body != _ONE or of.body != _DATA:
        raise Bad("cms", what="SignedData")
    _is_sha256(der.take(digests.parts(), SEQUENCE)[0])
    certificates = tuple(_certificate(node) for node in held.parts())
    return _signer(der.take(signers.parts(), SEQUENCE)[0], certificates, sha256(signed))


def _signer(info: Node, certificates: tuple[x509.Certificate, ...], digest: bytes) -> Signed:
    parts = info.parts()
    if parts and parts[-1].tag == _CONTEXT1:
        raise Bad("cms", what="unsigned attributes")  # nothing would vouch for what stands in them
    version, who, algorithm, attributes, scheme, value = der.take(
        parts, INTEGER, SEQUENCE, SEQUENCE, _CONTEXT0, SEQUENCE, OCTETS
    )
    if version.body != _ONE:
        raise Bad("cms", what="SignerInfo")
    _is_sha256(algorithm)
    signer = _named(who, certificates)
    given = _attributes(attributes)
    if _single(given, _CONTENT_TYPE, OID).body != _DATA:
        raise Bad("cms", what="content type")
    _verify(signer, scheme, value.body, b"\x31" + attributes.raw[1:])
    if _single(given, _DIGEST, OCTETS).body != digest:
        raise Bad("file_altered")
    if _CERTIFICATE_V2 in given:
        _is_bound(_single(given, _CERTIFICATE_V2, SEQUENCE), signer)
    return Signed(signer=signer, certificates=certificates)


def _is_sha256(algorithm: Node) -> None:
    kind, *rest = algorithm.want(SEQUENCE).parts()
    if kind.tag != OID or kind.body != _SHA256 or [part.raw for part in rest] not in ([], [b"\x05\x00"]):
        raise Bad("cms", what="digest algorithm")


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


def _verify(signer: x509.Certificate, scheme: Node, value: bytes, attributes: bytes) -> None:
    kind, *rest = scheme.parts()
    kind.want(OID)
    plain = [part.raw for part in rest]
    key = signer.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and kind.body == _ECDSA_SHA256 and not plain:
            key.verify(value, attributes, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and kind.body in (_RSA, _RSA_SHA256) and plain in ([], [b"\x05\x00"]):
            key.verify(value, attributes, padding.PKCS1v15(), SHA256())
        else:
            raise Bad("cms", what="signature algorithm")
    except InvalidSignature as error:
        raise Bad("seal_signature") from error


def _is_bound(value: Node, signer: x509.Certificate) -> None:
    (listed, *_) = value.parts()
    held = listed.want(SEQUENCE).parts()[0].want(SEQUENCE).parts()
    if not any(part.tag == OCTETS and part.body == signer.fingerprint(SHA256()) for part in held):
        raise Bad("certificate", what="signing certificate")
