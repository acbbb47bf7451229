"""五（一）2 机构证书: what a brought certificate or request says, before anybody believes it [5.1.1] [5.1.2]"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jingui.core.errors import KeyTrouble
from jingui.crypto.gateway_certificates import public_bytes

LARGEST: Final = 32_768
SM2: Final = bytes.fromhex("06082a811ccf5501822d")  # the curve's object identifier in a key
WEAK: Final = ("md5", "sha1")
#: Which keys may be pinned for a use, by suite: parcels know one algorithm, connections may use more.
KEYS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("intl", "tls"): frozenset({"ec-256", "ec-384", "rsa"}),
    ("intl", "sign"): frozenset({"ec-256"}),
    ("intl", "encrypt"): frozenset({"ec-256"}),
    ("gm", "tls"): frozenset({"ec-256", "ec-384", "rsa"}),
    ("gm", "sign"): frozenset({"ec-256", "sm2"}),
    ("gm", "encrypt"): frozenset({"ec-256", "sm2"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A certificate as it stands. `problems` are codes of what forbids every use: authority, weak, key, usage."""

    der: bytes
    fingerprint: str
    subject: str  # normalised: what looks the same is the same
    shown: str  # as people read it
    organisations: tuple[str, ...]  # normalised
    values: tuple[str, ...]  # every value of the subject, normalised
    key: bytes  # digest of the public key
    kind: str  # ec-256 | ec-384 | rsa | sm2 | other
    bits: int
    starts: datetime
    ends: datetime
    authority: bool
    weak: bool
    signs: bool
    agrees: bool
    connects: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A signing request whose own signature holds."""

    public: ec.EllipticCurvePublicKey
    common: str
    hosts: tuple[str, ...]


def alike(text: str) -> str:
    """A name as it is compared: width, case, blanks, marks and invisible characters do not make another one."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in plain if one.isalnum())


def single(body: bytes, label: bytes) -> bytes:
    """The one piece in a file, PEM or DER; KeyTrouble names the problem: empty, large, many, private, broken."""
    if not body.strip():
        raise KeyTrouble(problem="empty")
    if len(body) > LARGEST:
        raise KeyTrouble(problem="large")
    if b"PRIVATE KEY" in body:
        raise KeyTrouble(problem="private")
    if body.count(b"-----BEGIN ") > 1:
        raise KeyTrouble(problem="many")
    if b"-----BEGIN " in body and label not in body:
        raise KeyTrouble(problem="broken")
    return body


def examined(body: bytes) -> Examined:
    """What one certificate (PEM or DER) says; KeyTrouble when the file is not exactly one."""
    single(body, b"-----BEGIN CERTIFICATE-----")
    try:
        pem = b"-----BEGIN" in body
        found = x509.load_pem_x509_certificate(body) if pem else x509.load_der_x509_certificate(body)
        der = found.public_bytes(Encoding.DER)
        kind, bits = _kind(found)
        usage, connects = _usage(found), _connects(found)
        weak = _weak(found)
        authority = _authority(found)
        names = tuple(str(one.value) for one in found.subject)
        organisations = found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        shown = found.subject.rfc4514_string({NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier"})
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise KeyTrouble(problem="broken") from error
    return Examined(
        der=der, fingerprint=sha256(der).hexdigest(), subject="|".join(sorted(map(alike, names))), shown=shown,
        organisations=tuple(alike(str(one.value)) for one in organisations), values=tuple(map(alike, names)),
        key=sha256(_spki(found)).digest(), kind=kind, bits=bits, starts=found.not_valid_before_utc,
        ends=found.not_valid_after_utc, authority=authority, weak=weak,
        signs=usage is None or usage.digital_signature,
        agrees=usage is None or usage.key_agreement or usage.key_encipherment, connects=connects,
    )  # fmt: skip


def fits(found: Examined, suite: str, use: str) -> str:
    """Why a certificate may not be pinned for a use: authority, weak, key, usage; "" when it may."""
    named = {"tls": found.connects, "sign": found.signs, "encrypt": found.agrees}
    if found.authority:
        return "authority"
    if found.weak:
        return "weak"
    if found.kind not in KEYS[(suite, use)]:
        return "key"
    return "" if named[use] else "usage"


def requested(body: bytes) -> Request:
    """A request (PEM or DER) for a certificate on P-256; KeyTrouble when it is none or its signature is wrong."""
    single(body, b"CERTIFICATE REQUEST-----")
    try:
        found = x509.load_pem_x509_csr(body) if b"-----BEGIN" in body else x509.load_der_x509_csr(body)
        public = found.public_key()
        good = found.is_signature_valid
        common = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        hosts = _hosts(found)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.DuplicateExtension) as error:
        raise KeyTrouble(problem="broken") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise KeyTrouble(problem="key")
    if not good:
        raise KeyTrouble(problem="broken")
    return Request(public=public, common=str(common[0].value)[:64] if common else "", hosts=hosts)


def key_digest(request: Request) -> bytes:
    """The digest of a request's public key, as `Examined.key` has it."""
    return sha256(public_bytes(request.public)).digest()


def valid_now(found: Examined, at: datetime) -> bool:
    """Whether it is valid at that moment."""
    return found.starts <= at.astimezone(UTC) < found.ends


def _kind(found: x509.Certificate) -> tuple[str, int]:
    try:
        public = found.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ("sm2", 256) if SM2 in found.tbs_certificate_bytes else ("other", 0)
    if isinstance(public, ec.EllipticCurvePublicKey):
        size = public.curve.key_size
        curves = {"secp256r1": "ec-256", "secp384r1": "ec-384"}
        return curves.get(public.curve.name, "other"), size
    if isinstance(public, rsa.RSAPublicKey):
        return ("rsa" if public.key_size >= 2048 else "other"), public.key_size
    return "other", 0


def _spki(found: x509.Certificate) -> bytes:
    """The public key's bytes; for one that the library does not know, all that the certificate says."""
    try:
        return found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, ValueError):
        at = found.tbs_certificate_bytes.find(SM2)
        return found.tbs_certificate_bytes[at : at + len(SM2) + 70]


def _weak(found: x509.Certificate) -> bool:
    try:
        digest = found.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False  # SM3 with SM2 among them: the key's kind says whether it may be used
    return digest is not None and digest.name in WEAK


def _authority(found: x509.Certificate) -> bool:
    try:
        return found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _usage(found: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return found.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _connects(found: x509.Certificate) -> bool:
    try:
        named = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return bool({ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH} & set(named))


def _hosts(found: x509.CertificateSigningRequest) -> tuple[str, ...]:
    try:
        named = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = [*named.get_values_for_type(x509.DNSName), *map(str, named.get_values_for_type(x509.IPAddress))]
    return tuple(one for one in names if "*" not in one)[:10]
