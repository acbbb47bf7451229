"""四（二）1: the certificates behind the stamp: for contents only, in their time, with the key well kept [4.2.1]"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import certificates
from jingui.crypto.certificates import Issued, brought, brought_pkcs12, new_root, new_seal
from jingui.crypto.suite import Suite

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOSPITAL = "江南市第一人民医院"


@pytest.fixture(scope="module")
def root() -> Issued:
    return new_root(HOSPITAL, AT, os.urandom)


@pytest.fixture(scope="module")
def seal(root: Issued) -> Issued:
    return new_seal(root, HOSPITAL, "病案复印专用章", AT, os.urandom)


def test_a_seal_is_for_contents_and_signs_no_certificates(root: Issued, seal: Issued) -> None:
    own, above = (x509.load_der_x509_certificate(der) for der in seal.chain)
    own.verify_directly_issued_by(above)
    above.verify_directly_issued_by(above)
    usage = own.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.content_commitment
    assert not usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert not own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    limits = above.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    assert isinstance(own.public_key(), ec.EllipticCurvePublicKey)
    assert isinstance(own.signature_hash_algorithm, hashes.SHA256)
    assert own.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value == "病案复印专用章"


def test_it_ends_after_three_years_and_before_its_root(root: Issued, seal: Issued) -> None:
    first, last = certificates.valid_between(seal.certificate)
    assert first <= AT < last
    assert last - AT == timedelta(days=3 * 365)
    with pytest.raises(KeyTrouble):
        new_seal(root, HOSPITAL, "章", AT + timedelta(days=365 * 8), os.urandom)


def test_keys_come_from_the_randomness_that_is_given() -> None:
    def drawn(size: int) -> bytes:
        return b"\x07" * size

    one, two = new_root(HOSPITAL, AT, drawn), new_root(HOSPITAL, AT, drawn)
    assert one.key == two.key
    assert new_root(HOSPITAL, AT, os.urandom).key != one.key
    for least in (b"\0", b"\xff"):
        assert new_root(HOSPITAL, AT, lambda size, least=least: least * size).key


def test_a_key_is_not_shown(seal: Issued) -> None:
    assert "key" not in repr(seal)
    assert seal.key.hex() not in certificates.pem(seal.chain).hex()
    assert b"PRIVATE" not in certificates.pem(seal.chain)
    assert len(certificates.fingerprint(seal.certificate)) == 64


def test_a_closed_key_opens_only_for_its_certificate(suite: Suite, root: Issued, seal: Issued) -> None:
    key = os.urandom(32)
    closed = certificates.close_key(suite, key, seal)
    assert seal.key not in closed
    assert certificates.open_key(suite, key, closed, seal.chain) == seal
    for wrong_key, wrong, chain in (
        (os.urandom(32), closed, seal.chain),
        (key, closed[:-1] + bytes([closed[-1] ^ 1]), seal.chain),
        (key, closed, root.chain),
        (key, b"", seal.chain),
    ):
        with pytest.raises(Tampered):
            certificates.open_key(suite, wrong_key, wrong, chain)


def test_what_was_bought_is_taken_in_any_order_and_form(root: Issued, seal: Issued) -> None:
    loaded = load_der_private_key(seal.key, None)
    password = b"secret"
    locked = loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    assert brought(locked, certificates.pem(seal.chain[::-1]), password) == seal
    assert brought(seal.key, seal.certificate).chain == (seal.certificate,)
    own, above = (x509.load_der_x509_certificate(der) for der in seal.chain)
    whole = pkcs12.serialize_key_and_certificates(b"x", loaded, own, [above], BestAvailableEncryption(password))
    assert brought_pkcs12(whole, password) == seal


def test_pieces_that_do_not_belong_together_are_refused(root: Issued, seal: Issued) -> None:
    other = new_root("别院", AT, os.urandom)
    odd = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    for key, chain in (
        (other.key, certificates.pem(seal.chain)),
        (seal.key, certificates.pem([seal.certificate, other.certificate])),
        (odd, seal.certificate),
        (b"", seal.certificate),
        (seal.key, b""),
        (seal.key, b"-----BEGIN CERTIFICATE-----\n"),
        (root.key, root.certificate),  # a root commits to no contents
    ):
        with pytest.raises(KeyTrouble):
            brought(key, chain)
    with pytest.raises(KeyTrouble):
        brought_pkcs12(b"x", b"y")


def test_long_names_still_make_a_certificate() -> None:
    root = new_root("院" * 200, AT, os.urandom)
    assert new_seal(root, "院" * 200, "章" * 100, AT, os.urandom)
