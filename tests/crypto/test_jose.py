"""五（一）: parcels and receipts: a round trip, and no bit, key, algorithm or header that could be another [5.1.1]"""

import base64
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.transmit import DeliveryReceipt, Media, Parcel
from jingui.crypto import certificates, jose, parcel_head
from jingui.crypto.certificates import Issued

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def party(name: str) -> Issued:
    root = certificates.new_root(name, AT, os.urandom)
    return certificates.new_seal(root, name, "网关", AT, os.urandom)


OURS, THEIRS, OTHER = party("甲医院"), party("乙医院"), party("丙医院")


def parcel(content: bytes = b"<xml/>", **more: Any) -> Parcel:
    made: dict[str, Any] = {
        "message": uuid4(), "sender": "A", "receiver": "B", "purpose": "referral", "media": Media.CDA, "label": "C01",
        "agreement": "协议-1", "made": AT, "content": content,
    }  # fmt: skip
    return Parcel(**{**made, **more})


def pins(*issued: Issued) -> dict[str, bytes]:
    return {jose.kid(one.certificate): one.certificate for one in issued}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=4000), st.text(max_size=40), st.one_of(st.none(), st.uuids()))
def test_round_trip(content: bytes, label: str, reply: Any) -> None:
    sent = parcel(content, label=label, reply_to=reply)
    try:
        data = jose.pack(sent, OURS, THEIRS.certificate)
    except ValueError:  # lone surrogates have no canonical form
        return
    assert jose.unpack(data, THEIRS, pins(OURS)) == (sent, jose.kid(OURS.certificate))
    assert jose.receiver_of(data) == jose.kid(THEIRS.certificate)


def test_five_megabytes() -> None:
    sent = parcel(os.urandom(5_000_000), media=Media.DICOM)
    assert jose.unpack(jose.pack(sent, OURS, THEIRS.certificate), THEIRS, pins(OURS))[0] == sent


def test_every_altered_byte_is_refused() -> None:
    data = jose.pack(parcel(), OURS, THEIRS.certificate)
    refused = 0
    for at in range(len(data)):
        other = bytearray(data)
        other[at] = ord("A") if other[at] != ord("A") else ord("B")
        try:
            found, _ = jose.unpack(bytes(other), THEIRS, pins(OURS))
        except Tampered:
            refused += 1
        else:  # only the unused bits of a base64 character may differ: then nothing was altered
            assert _decoded(bytes(other)) == _decoded(data), at
            assert found.content == b"<xml/>"
    assert refused > len(data) * 0.97


def _decoded(data: bytes) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in data.split(b".")]


@pytest.mark.parametrize("cut", [0, 1, 10, 100, -1])
def test_cut_and_lengthened_parcels_are_refused(cut: int) -> None:
    data = jose.pack(parcel(), OURS, THEIRS.certificate)
    for other in (data[:cut], data + b".", data + b"A" * 5, b"." * 4, b""):
        with pytest.raises(Tampered):
            jose.unpack(other, THEIRS, pins(OURS))


def test_only_pinned_signers() -> None:
    data = jose.pack(parcel(), OTHER, THEIRS.certificate)
    with pytest.raises(Tampered) as error:
        jose.unpack(data, THEIRS, pins(OURS))
    assert error.value.data["problem"] == "signer"


def test_a_pin_under_another_name_is_not_believed() -> None:
    data = jose.pack(parcel(), OTHER, THEIRS.certificate)
    with pytest.raises(Tampered):
        jose.unpack(data, THEIRS, {jose.kid(OTHER.certificate): OURS.certificate})


def test_a_parcel_for_another_is_not_opened() -> None:
    data = jose.pack(parcel(), OURS, OTHER.certificate)
    with pytest.raises(Tampered) as error:
        jose.unpack(data, THEIRS, pins(OURS))
    assert error.value.data["problem"] == "receiver"


def _with_head(data: bytes, **changes: Any) -> bytes:
    head, *rest = data.split(b".")
    said = orjson.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
    said = {name: value for name, value in {**said, **changes}.items() if value is not None}
    return b".".join([base64.urlsafe_b64encode(orjson.dumps(said)).rstrip(b"="), *rest])


RECEIPT = DeliveryReceipt(
    message=uuid4(), digest=sha256(b"<xml/>").digest(), sender="A", receiver="B", outcome="taken", at=AT, entry="e"
)


def test_receipts() -> None:
    signed = jose.sign_receipt(RECEIPT, THEIRS)
    assert jose.read_receipt(signed, pins(THEIRS)) == (RECEIPT, jose.kid(THEIRS.certificate))
    sent = parcel(message=RECEIPT.message)
    assert jose.answers(RECEIPT, sent)
    for change in ({"message": uuid4()}, {"digest": bytes(32)}, {"sender": "B"}, {"receiver": "A"}):
        assert not jose.answers(replace(RECEIPT, **change), sent)  # type: ignore[arg-type]
    with pytest.raises(Tampered):
        jose.read_receipt(signed, pins(OURS))


@pytest.mark.parametrize(
    "change",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "ES384"}, {"typ": "jingui-parcel"}, {"jwk": {"kty": "EC"}},
     {"epk": {}},
     {"x5c": ["AA"]}, {"jku": "https://elsewhere"}, {"crit": ["exp"]}, {"b64": False}, {"kid": None}, {"kid": "AA"},
     {"kid": 7}],
)  # fmt: skip
def test_headers_of_another_kind_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Tampered):
        jose.read_receipt(_with_head(jose.sign_receipt(RECEIPT, THEIRS), **change), pins(THEIRS))


@pytest.mark.parametrize("change", [{"alg": "dir"}, {"alg": "ECDH-ES"}, {"enc": "A128CBC-HS256"}, {"zip": "DEF"}])
def test_seals_of_another_kind_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Tampered):
        jose.unpack(_with_head(jose.pack(parcel(), OURS, THEIRS.certificate), **change), THEIRS, pins(OURS))


def test_no_signature_at_all_is_refused() -> None:
    head, body, _ = jose.sign_receipt(RECEIPT, THEIRS).split(b".")
    with pytest.raises(Tampered):
        jose.read_receipt(head + b"." + body + b".", pins(THEIRS))


def test_a_public_key_is_no_secret_of_hs256() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = x509.load_der_x509_certificate(THEIRS.certificate).public_key()
    secret = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": jose.RECEIPT, "kid": jose.kid(THEIRS.certificate)}
    key = OctKey.import_key(base64.urlsafe_b64encode(secret))
    forged = jws.serialize_compact(head, parcel_head.receipt_bytes(RECEIPT), key, algorithms=["HS256"]).encode()
    with pytest.raises(Tampered):
        jose.read_receipt(forged, pins(THEIRS))


def test_a_key_in_the_header_is_not_believed() -> None:
    key = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "typ": jose.RECEIPT, "kid": jose.kid(THEIRS.certificate), "jwk": key.as_dict(private=False)}
    forged = jws.serialize_compact(head, b"{}", key, algorithms=["ES256"]).encode()
    with pytest.raises(Tampered):
        jose.read_receipt(forged, pins(THEIRS))


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"[]", b"null", b'{"type":"jingui-receipt/1"}', b"\xff", b'{"a":' * 2000, b" " * 9000],
)
def test_a_signed_receipt_that_says_something_else_is_refused(payload: bytes) -> None:
    head = {"alg": "ES256", "typ": jose.RECEIPT, "kid": jose.kid(THEIRS.certificate)}
    key = ECKey.import_key(_pem(THEIRS))
    with pytest.raises(Tampered):
        jose.read_receipt(jws.serialize_compact(head, payload, key, algorithms=["ES256"]).encode(), pins(THEIRS))


def _pem(issued: Issued) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

    key = load_der_private_key(issued.key, None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_another_spelling_of_the_head_is_refused() -> None:
    sent = parcel()
    good = parcel_head.head_of(sent) + b"\n" + sent.content
    assert parcel_head.content_of(good) == sent
    for other in (
        good.replace(b'{"', b'{ "', 1), good + b"x", good[:-1], good.replace(b"+00:00", b"Z"),
        good.replace(b'"media":"cda"', b'"media":"exe"'), good.replace(b"\n", b"", 1),
    ):  # fmt: skip
        with pytest.raises(Tampered):
            parcel_head.content_of(other)


def test_other_keys_than_p256_are_refused() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rsa")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(AT).not_valid_after(AT + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    with pytest.raises(KeyTrouble):
        jose.pack(parcel(), OURS, made.public_bytes(Encoding.DER))
    with pytest.raises(KeyTrouble):
        jose.pack(parcel(), OURS, b"no certificate")
