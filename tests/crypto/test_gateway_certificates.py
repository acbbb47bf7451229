"""五（一）1: the house's own gateway keys: sealed, renewed, each for one use [5.1.1]"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import gateway_certificates as g
from jingui.crypto.partner_certificates import SM2, alike, examined, fits, requested
from jingui.crypto.suite import suite_by_name

P256 = bytes.fromhex("06082a8648ce3d030107")  # the curve's object identifier
AT = datetime(2026, 11, 20, tzinfo=UTC)
OWN = g.Named(organisation="金匮医院", uscc="12610000MB0000011E", common="网关", hosts=("gw.example.cn", "10.0.0.7"))


@pytest.mark.parametrize("name", ["intl", "gm"])
def test_sealed_keys_open_again_and_a_changed_bit_is_told(name: str) -> None:
    suite, key = suite_by_name(name), os.urandom(32)
    made = g.renewed(g.new_keys(OWN, AT, os.urandom), OWN, AT + timedelta(days=300), os.urandom)
    closed = g.close_keys(suite, key, made)
    assert g.open_keys(suite, key, closed) == made
    assert made.tls.key not in closed
    broken = bytearray(closed)
    broken[len(broken) // 2] ^= 1
    with pytest.raises(Tampered):
        g.open_keys(suite, key, bytes(broken))


def test_each_certificate_is_for_its_use_alone() -> None:
    keys = g.new_keys(OWN, AT, os.urandom)
    for use in g.USES:
        found = examined(keys[use].certificate)
        assert fits(found, "intl", use) == ""
        assert alike(OWN.uscc) in found.values
        assert not found.authority
    assert fits(examined(keys.encrypt.certificate), "intl", "sign") == "usage"
    assert fits(examined(keys.sign.certificate), "intl", "encrypt") == "usage"
    assert fits(examined(keys.authority.certificate), "intl", "tls") == "authority"
    named = x509.load_der_x509_certificate(keys.tls.certificate).extensions
    assert named.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == [
        "gw.example.cn"
    ]


def test_renewal_keeps_what_is_under_way() -> None:
    first = g.new_keys(OWN, AT, os.urandom)
    second = g.renewed(first, OWN, AT + timedelta(days=340), os.urandom)
    assert second.of("encrypt") == (second.encrypt, first.encrypt)
    assert second["tls"].certificate != first["tls"].certificate
    x509.load_der_x509_certificate(second.tls.certificate).verify_directly_issued_by(
        x509.load_der_x509_certificate(first.authority.certificate)
    )


def test_keys_of_the_national_suite_are_known_and_stay_in_it() -> None:
    """The same certificate with SM2's curve in its key: nothing here reads more of it than its kind."""
    der = g.new_keys(OWN, AT, os.urandom).sign.certificate
    found = examined(der.replace(P256, SM2))
    assert (found.kind, found.bits) == ("sm2", 256)
    assert fits(found, "gm", "sign") == ""
    assert fits(found, "intl", "sign") == "key"
    assert fits(found, "gm", "tls") == "key"
    other = examined(g.new_keys(OWN, AT, os.urandom).sign.certificate.replace(P256, SM2))
    assert other.key != found.key


@pytest.mark.parametrize("body", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", b"0" * 9])
def test_what_cannot_be_read_is_told(body: bytes) -> None:
    with pytest.raises(KeyTrouble):
        examined(body)
    with pytest.raises(KeyTrouble):
        requested(body)
