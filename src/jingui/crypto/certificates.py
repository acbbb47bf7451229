"""四（二）1 复制病历: the certificates behind the hospital's stamp: its own authority, or one it bought [4.2.1]

ECDSA on P-256 with SHA-256. A house without a bought certificate has a root of its own, handed out with the house's
keys; whoever checks a copy takes that root from the hospital, not from the copy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from jingui.core.errors import KeyTrouble
from jingui.crypto.suite import Suite

SEAL_YEARS: Final = 3
ROOT_YEARS: Final = 10
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_INFO: Final = b"jingui:stamp-key:1"
_PUBLIC = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_KEYS = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A private key (PKCS#8, DER) and its certificate chain, its own first (DER). Never shown, never logged.

    `past`: the chains that stood here before, the newest first: what was stamped under them is checked by them.
    """

    key: bytes = field(repr=False)
    chain: tuple[bytes, ...]
    past: tuple[tuple[bytes, ...], ...] = ()

    @property
    def certificate(self) -> bytes:
        """The certificate of the key."""
        return self.chain[0]


def new_root(institution: str, at: datetime, random: Callable[[int], bytes], years: int = ROOT_YEARS) -> Issued:
    """A new root of the hospital's own: it signs certificates and nothing else."""
    key = _new_key(random)
    name = _name(institution, "电子印章根证书")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = _builder(name, name, key.public_key(), key.public_key(), at, years, random)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = made.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    return Issued(key=_der(key), chain=(certificate.public_bytes(Encoding.DER),))


def new_seal(
    root: Issued, institution: str, words: str, at: datetime, random: Callable[[int], bytes], years: int = SEAL_YEARS
) -> Issued:
    """A certificate for one stamp (its words: 病案复印专用章): it commits to contents, and signs no certificates.

    KeyTrouble when it would outlive the root.
    """
    above = x509.load_der_x509_certificate(root.certificate)
    above_key = _loaded(root.key)
    key = _new_key(random)
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = _builder(
        _name(institution, words), above.subject, key.public_key(), above_key.public_key(), at, years, random
    )
    if _end(at, years) > above.not_valid_after_utc:
        raise KeyTrouble(problem="outlives the root")
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    certificate = made.add_extension(usage, critical=True).sign(above_key, hashes.SHA256())
    return Issued(key=_der(key), chain=(certificate.public_bytes(Encoding.DER), root.certificate))


def brought(key: bytes, chain: bytes, password: bytes | None = None) -> Issued:
    """What the hospital bought, from PEM or DER files; KeyTrouble when the pieces do not belong together."""
    try:
        loader = load_pem_private_key if key.lstrip().startswith(b"-----") else load_der_private_key
        loaded = loader(key, password)
        pem = chain.lstrip().startswith(b"-----")
        found = x509.load_pem_x509_certificates(chain) if pem else [x509.load_der_x509_certificate(chain)]
    except (ValueError, TypeError) as problem:
        raise KeyTrouble(problem="certificate files cannot be read") from problem
    return _checked(loaded, found)


def brought_pkcs12(data: bytes, password: bytes | None) -> Issued:
    """What the hospital bought, from one .p12 or .pfx file; KeyTrouble when it cannot be opened."""
    try:
        key, own, above = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, TypeError) as problem:
        raise KeyTrouble(problem="certificate files cannot be read") from problem
    return _checked(key, [own, *above] if own is not None else [])


def pem(chain: Sequence[bytes]) -> bytes:
    """Certificates as PEM, for those who check; never the key."""
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in chain)


def valid_between(certificate: bytes) -> tuple[datetime, datetime]:
    """From when to when a certificate (DER) is valid."""
    found = x509.load_der_x509_certificate(certificate)
    return found.not_valid_before_utc, found.not_valid_after_utc


def fingerprint(certificate: bytes) -> str:
    """SHA-256 over a certificate (DER), as people compare it: in hex."""
    return x509.load_der_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()


def close_key(suite: Suite, key: bytes, issued: Issued) -> bytes:
    """The private key sealed for the database under `key` (Keyring.key("stamp")), bound to its certificate."""
    return suite.cipher(key).seal(issued.key, _INFO + issued.certificate)


def open_key(suite: Suite, key: bytes, closed: bytes, chain: Sequence[bytes]) -> Issued:
    """What `close_key` sealed; Tampered when a bit differs or the certificate is another's."""
    return Issued(key=suite.cipher(key).open(closed, _INFO + chain[0]), chain=tuple(chain))


def _checked(key: object, found: Sequence[x509.Certificate]) -> Issued:
    """The key with the chain in order, each certificate signed by the next."""
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise KeyTrouble(problem="key of another kind")
    left = list(found)
    own = next((one for one in left if one.public_key() == key.public_key()), None)
    if own is None:
        raise KeyTrouble(problem="the key is not the certificate's")
    chain = [own]
    left.remove(own)
    while left:
        above = next((one for one in left if _signed_by(chain[-1], one)), None)
        if above is None:
            raise KeyTrouble(problem="a certificate that does not belong to the chain")
        chain.append(above)
        left.remove(above)
    if not _may_commit(own):
        raise KeyTrouble(problem="the certificate is not for signing contents")
    return Issued(key=_der(key), chain=tuple(one.public_bytes(Encoding.DER) for one in chain))


def _signed_by(one: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_commit(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.content_commitment or usage.digital_signature


def _builder(
    name: x509.Name, above: x509.Name, public: _PUBLIC, above_public: _PUBLIC,
    at: datetime, years: int, random: Callable[[int], bytes],
) -> x509.CertificateBuilder:  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(above)
        .public_key(public)
        .serial_number(int.from_bytes(random(16)) >> 1 | 1)
        .not_valid_before((at.astimezone(UTC) - timedelta(minutes=5)).replace(microsecond=0))
        .not_valid_after(_end(at, years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above_public), critical=False)
    )


def _end(at: datetime, years: int) -> datetime:
    return (at.astimezone(UTC) + timedelta(days=365 * years)).replace(microsecond=0)


def _name(institution: str, common: str) -> x509.Name:
    """The library takes 64 bytes of each: longer names are cut, the stamp's drawing carries the whole."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(institution)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common)),
        ]
    )


def _cut(text: str) -> str:
    return text.encode()[:64].decode("utf-8", "ignore")


def _new_key(random: Callable[[int], bytes]) -> ec.EllipticCurvePrivateKey:
    """A key from given randomness: 64 bits more than the order has, so that no value is likelier than another."""
    return ec.derive_private_key(int.from_bytes(random(40)) % (_ORDER - 1) + 1, ec.SECP256R1())


def _loaded(key: bytes) -> _KEYS:
    loaded = load_der_private_key(key, None)
    if not isinstance(loaded, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise KeyTrouble(problem="key of another kind")
    return loaded


def _der(key: _KEYS) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
