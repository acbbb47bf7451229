"""五（一）传输: the house's gateway certificates, and those it issues for partners [5.1.1] [5.1.2]

ECDSA on P-256 with SHA-256, one key and one certificate for each use: tls (server and client), sign, encrypt. All
stand under an authority of the house's own, whose key is kept, because it issues again.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto.certificates import Issued
from jingui.crypto.suite import Suite

AUTHORITY_YEARS: Final = 10
OWN_DAYS: Final = 397
USES: Final = ("tls", "sign", "encrypt")
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_INFO: Final = b"jingui:gateway-keys:1"
_TLS: Final = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whose certificate it is: `hosts` are DNS names and addresses that a tls certificate stands for."""

    organisation: str
    uscc: str
    common: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayKeys:
    """The house's own: the authority and one pair for each use. `past`: what stood there before, the newest first,
    so that what partners sealed for the old certificate can still be opened.
    """

    authority: Issued = field(repr=False)
    tls: Issued = field(repr=False)
    sign: Issued = field(repr=False)
    encrypt: Issued = field(repr=False)
    past: tuple[tuple[str, Issued], ...] = field(default=(), repr=False)

    def __getitem__(self, use: str) -> Issued:
        """The present pair of a use."""
        return self.of(use)[0]

    def of(self, use: str) -> tuple[Issued, ...]:
        """Every pair of a use, the present one first."""
        now: Mapping[str, Issued] = {"tls": self.tls, "sign": self.sign, "encrypt": self.encrypt}
        return (now[use], *(one for name, one in self.past if name == use))


def new_keys(own: Named, at: datetime, random: Random, days: int = OWN_DAYS) -> GatewayKeys:
    """A new authority and its three certificates."""
    return with_leaves(_authority(own, at, random), own, at, random, days=days)


def renewed(keys: GatewayKeys, own: Named, at: datetime, random: Random, days: int = OWN_DAYS) -> GatewayKeys:
    """New pairs of every use under the same authority; the old ones stand in `past`."""
    past = tuple((use, keys.of(use)[0]) for use in USES) + keys.past
    return with_leaves(keys.authority, own, at, random, days=days, past=past)


def with_leaves(
    authority: Issued, own: Named, at: datetime, random: Random, *, days: int,
    past: tuple[tuple[str, Issued], ...] = (),
) -> GatewayKeys:  # fmt: skip
    """The authority with a fresh pair for each use."""
    made: dict[str, Issued] = {}
    for use in USES:
        key = _new_key(random)
        der = issue(authority, own, use, key.public_key(), at, random, days=days)
        made[use] = Issued(key=_der(key), chain=(der, authority.certificate))
    return GatewayKeys(authority=authority, tls=made["tls"], sign=made["sign"], encrypt=made["encrypt"], past=past)


def issue(
    authority: Issued, whose: Named, use: str, public: ec.EllipticCurvePublicKey, at: datetime, random: Random, *,
    days: int,
) -> bytes:  # fmt: skip
    """A certificate (DER) for that public key and use; KeyTrouble when it would outlive the authority."""
    above = x509.load_der_x509_certificate(authority.certificate)
    end = _whole(at + timedelta(days=days))
    if end > above.not_valid_after_utc:
        raise KeyTrouble(problem="outlives the authority")
    key = load_der_private_key(authority.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyTrouble(problem="key of another kind")
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(whose))
        .issuer_name(above.subject)
        .public_key(public)
        .serial_number(int.from_bytes(random(16)) >> 1 | 1)
        .not_valid_before(_whole(at - timedelta(minutes=5)))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=use != "encrypt", agrees=use == "encrypt"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    if use == "tls":
        made = made.add_extension(x509.ExtendedKeyUsage(_TLS), critical=False)
        if whose.hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(one) for one in whose.hosts]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def names(certificate: bytes, whose: Named) -> bool:
    """Whether a tls certificate (DER) of ours still says whose it is, and every host it is to stand for."""
    found = x509.load_der_x509_certificate(certificate)
    if found.subject != _name(whose):
        return False
    try:
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return not whose.hosts
    return set(said) == {_host(one) for one in whose.hosts}


def close_keys(suite: Suite, key: bytes, keys: GatewayKeys) -> bytes:
    """The keys sealed for their file under `key` (Keyring.key("gateway"))."""
    said = {"authority": _said(keys.authority), **{use: _said(keys.of(use)[0]) for use in USES},
            "past": [[use, _said(one)] for use, one in keys.past]}  # fmt: skip
    return suite.cipher(key).seal(orjson.dumps(said), _INFO)


def open_keys(suite: Suite, key: bytes, closed: bytes) -> GatewayKeys:
    """What `close_keys` sealed; Tampered when a bit differs."""
    plain = suite.cipher(key).open(closed, _INFO)
    try:
        said = orjson.loads(plain)
        return GatewayKeys(
            authority=_heard(said["authority"]), tls=_heard(said["tls"]), sign=_heard(said["sign"]),
            encrypt=_heard(said["encrypt"]), past=tuple((use, _heard(one)) for use, one in said["past"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(where="gateway.sealed") from error


def _said(one: Issued) -> list[str]:
    return [one.key.hex(), *(each.hex() for each in one.chain)]


def _heard(said: Sequence[str]) -> Issued:
    key, *chain = (bytes.fromhex(one) for one in said)
    return Issued(key=key, chain=tuple(chain))


def _authority(own: Named, at: datetime, random: Random) -> Issued:
    key = _new_key(random)
    name = _name(Named(organisation=own.organisation, uscc=own.uscc, common="传输网关根证书"))
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    public = key.public_key()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(int.from_bytes(random(16)) >> 1 | 1)
        .not_valid_before(_whole(at - timedelta(minutes=5)))
        .not_valid_after(_whole(at + timedelta(days=365 * AUTHORITY_YEARS)))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    )
    return Issued(key=_der(key), chain=(made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER),))


def _usage(*, signs: bool, agrees: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=agrees, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(whose: Named) -> x509.Name:
    """The library takes 64 bytes of each part: longer names are cut; the USCC stands whole."""
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, _cut(whose.organisation))]
    if whose.uscc:
        parts.append((NameOID.ORGANIZATION_IDENTIFIER, whose.uscc))
    parts.append((NameOID.COMMON_NAME, _cut(whose.common)))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _cut(text: str) -> str:
    return text.encode()[:64].decode("utf-8", "ignore")


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _whole(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _new_key(random: Random) -> ec.EllipticCurvePrivateKey:
    """A key from given randomness: 64 bits more than the order has, so that no value is likelier than another."""
    return ec.derive_private_key(int.from_bytes(random(40)) % (ORDER - 1) + 1, ec.SECP256R1())


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_bytes(public: ec.EllipticCurvePublicKey) -> bytes:
    """A public key (SubjectPublicKeyInfo, DER)."""
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
