"""五（一）1, 2 机构证书: what may be pinned, what looks like another's, what was revoked [5.1.1] [5.1.2]"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jingui.core.errors import Conflict, Invalid
from jingui.core.partnering import RevokeCertificate, TrustCertificate
from jingui.core.words import Verb
from jingui.crypto import certificates
from jingui.crypto.gateway_certificates import Named, issue, new_keys
from tests.gateway import partnering as p
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    p.staff(hospital)


@pytest.fixture(scope="module")
def partner(hospital: Hospital) -> int:
    return p.registered(hospital, 1)


NAME = "第1合作医院"


def made(
    key: Any = None, *, names: tuple[tuple[Any, str], ...] = ((NameOID.ORGANIZATION_NAME, NAME),), ca: bool = False,
    digest: Any = hashes.SHA256, days: tuple[int, int] = (-1, 300), eku: Any = None,
) -> bytes:  # fmt: skip
    """A self-signed certificate (PEM)."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )  # fmt: skip
    if eku is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([eku]), critical=False)
    return built.sign(key, digest() if digest else None).public_bytes(Encoding.PEM)


def asked(hospital: Hospital, partner: int, content: bytes, use: str = "tls", **more: Any) -> Any:
    data = TrustCertificate(partner=partner, use=use, content=content, **more)
    return p.confirmed(hospital, "sysadmin", "secadmin", Verb.TRUST_CERTIFICATE, data)


def test_what_is_no_certificate_is_refused(hospital: Hospital, partner: int) -> None:
    good = made()
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wrong = (b"", b"   ", b"hello", good + good, good + private, private, b"\x30\x82" + os.urandom(400), b"A" * 40_000,
             good[:200], good.replace(b"M", b"!", 3))  # fmt: skip
    for content in wrong:
        with pytest.raises(Invalid) as caught:
            asked(hospital, partner, content)
        assert caught.value.places[0][0] == "content"
    with pytest.raises(Invalid):
        asked(hospital, partner, good, "fax")


@pytest.mark.parametrize(
    ("use", "pem"),
    [
        ("tls", lambda: made(ca=True)),
        ("tls", lambda: made(rsa.generate_private_key(65537, 1024))),
        ("tls", lambda: made(ed25519.Ed25519PrivateKey.generate(), digest=None)),
        ("tls", lambda: made(ec.generate_private_key(ec.SECP192R1()))),
        ("sign", lambda: made(rsa.generate_private_key(65537, 2048))),
        ("encrypt", lambda: made(ec.generate_private_key(ec.SECP384R1()))),
        ("tls", lambda: made(eku=ExtendedKeyUsageOID.CODE_SIGNING)),
        ("tls", lambda: made(days=(-300, -1))),
        ("tls", lambda: made(days=(2, 300))),
    ],
)
def test_weak_wrong_or_expired_ones_are_refused(hospital: Hospital, partner: int, use: str, pem: Any) -> None:
    with pytest.raises(Invalid) as caught:
        asked(hospital, partner, pem(), use)
    assert caught.value.places[0][0] == "content"


def test_one_that_does_not_name_its_partner_needs_a_reason(hospital: Hospital, partner: int) -> None:
    content = made(names=((NameOID.COMMON_NAME, "gw.example.cn"),))
    with pytest.raises(Invalid) as caught:
        asked(hospital, partner, content)
    assert caught.value.places[0][0] == "reason"
    found = asked(hospital, partner, content, reason="已与对方信息科电话核对指纹")
    assert found.warnings
    by_code = made(names=((NameOID.COMMON_NAME, f"网关 {p.uscc_of(1).lower()}"),))
    assert asked(hospital, partner, by_code).warnings == ()
    in_case = made(names=((NameOID.ORGANIZATION_NAME, "第１合作 医院"),))  # full width, a blank: the same name
    assert asked(hospital, partner, in_case, "sign").warnings == ()


def test_a_look_alike_of_another_is_refused(hospital: Hospital, partner: int) -> None:
    other = p.registered(hospital, 2)
    with pytest.raises(Conflict):  # names the other partner
        asked(hospital, other, made(), reason="说是他们的")
    theirs = ((NameOID.ORGANIZATION_NAME, "第2合作医院"), (NameOID.COMMON_NAME, "Gateway"))
    asked(hospital, other, made(names=theirs))
    both = ((NameOID.ORGANIZATION_NAME, NAME), (NameOID.COMMON_NAME, "Shared"))
    asked(hospital, partner, made(names=both))
    with pytest.raises(Conflict):  # the same subject in another case, another key
        asked(hospital, other, made(names=((NameOID.ORGANIZATION_NAME, NAME), (NameOID.COMMON_NAME, "SHARED"))),
              reason="另一份")  # fmt: skip
    key = ec.generate_private_key(ec.SECP256R1())
    asked(hospital, partner, made(key), "encrypt")
    with pytest.raises(Conflict):  # the same key under another name
        asked(hospital, other, made(key, names=((NameOID.ORGANIZATION_NAME, "第2合作医院"),)))
    with pytest.raises(Conflict):  # ours
        asked(hospital, other, certificates.pem([hospital.runtime.gateway_keys()["tls"].certificate]), reason="理由")
    with pytest.raises(Conflict):  # our name
        asked(hospital, other, made(names=((NameOID.ORGANIZATION_NAME, hospital.runtime.institution),)), reason="理由")


def test_one_that_names_two_needs_a_reason(hospital: Hospital, partner: int) -> None:
    """Another institution's name beside this partner's own code [5.1.2]."""
    p.registered(hospital, 12)
    content = made(names=((NameOID.ORGANIZATION_NAME, "第12合作医院"), (NameOID.COMMON_NAME, f"分院 {p.uscc_of(1)}")))
    with pytest.raises(Invalid) as caught:
        asked(hospital, partner, content)
    assert [place for place, _ in caught.value.places] == ["reason"]
    assert asked(hospital, partner, content, reason="第12合作医院的分院，已当面核对").warnings


def test_without_a_subject_nothing_is_alike(hospital: Hospital, partner: int) -> None:
    other = p.registered(hospital, 13)
    for whose in (partner, other):
        found = asked(hospital, whose, made(names=()), reason="证书只有主机名，指纹已电话核对")
        assert found.warnings


def test_a_revoked_one_never_comes_back(hospital: Hospital) -> None:
    number = p.registered(hospital, 3)
    key = ec.generate_private_key(ec.SECP256R1())
    content = made(key, names=((NameOID.ORGANIZATION_NAME, "第3合作医院"),))
    found = asked(hospital, number, content)
    with pytest.raises(Conflict):
        asked(hospital, number, content)
    asked(hospital, number, content, "sign")  # another use is another word
    hospital.write("head", Verb.REVOKE_CERTIFICATE, RevokeCertificate(certificate=found.certificate, reason="密钥泄露"))
    with pytest.raises(Conflict):
        hospital.write("head", Verb.REVOKE_CERTIFICATE,
                       RevokeCertificate(certificate=found.certificate, reason="密钥泄露"))  # fmt: skip
    with pytest.raises(Conflict):
        asked(hospital, number, content)
    with pytest.raises(Conflict):  # the leaked key in a fresh certificate
        asked(hospital, number, made(key, names=((NameOID.COMMON_NAME, p.uscc_of(3)),)))
    states = [one.state for one in p.board(hospital, partner=number).sheet.certificates]  # type: ignore[union-attr]
    assert states == ["revoked", "valid"]


def request(key: Any, common: str = "gw", hosts: tuple[str, ...] = ("gw.example.cn", "*.example.cn")) -> bytes:
    built = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "冒名机构"),
                   x509.NameAttribute(NameOID.COMMON_NAME, common)])
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in hosts]), critical=False)  # fmt: skip
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_one_is_issued_from_a_request_in_the_partners_own_name(hospital: Hospital) -> None:
    number = p.registered(hospital, 4)
    key = ec.generate_private_key(ec.SECP256R1())
    found = asked(hospital, number, request(key), issue=True)
    issued = x509.load_der_x509_certificate(found.der)
    assert issued.public_key() == key.public_key()
    values = {one.value for one in issued.subject}
    assert {"第4合作医院", p.uscc_of(4)} <= values
    assert "冒名机构" not in values
    named = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert named.get_values_for_type(x509.DNSName) == ["gw.example.cn"]
    authority = x509.load_der_x509_certificate(hospital.runtime.gateway_keys().authority.certificate)
    issued.verify_directly_issued_by(authority)
    assert not issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    for bad in (request(rsa.generate_private_key(65537, 2048)), request(ec.generate_private_key(ec.SECP384R1())),
                made(), request(key)[:300]):  # fmt: skip
        with pytest.raises(Invalid):
            asked(hospital, number, bad, issue=True)


def test_an_authority_does_not_issue_beyond_its_own_end() -> None:
    now = datetime.now(UTC)
    own = Named(organisation="某医院", uscc="", common="网关")
    keys = new_keys(own, now - timedelta(days=3600), os.urandom)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(certificates.KeyTrouble):
        issue(keys.authority, own, "tls", public, now, os.urandom, days=397)
