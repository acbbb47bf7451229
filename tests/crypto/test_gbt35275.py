"""五（一）: parcels of the national suite: a round trip, and nothing altered, foreign or of another kind [5.1.1]"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from asn1crypto import core, keys, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.errors import KeyTrouble, Tampered
from jingui.core.transmit import Media, Parcel
from jingui.crypto import certificates, gbt35275, sm2
from jingui.crypto.gbt35275 import Pair

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def pair(name: str, serial: int = 1) -> Pair:
    """An SM2 key with a certificate that says so; its own signature is nothing that a pin needs."""
    key = sm2.Signer(os.urandom(48))
    named = x509.Name.build({"common_name": name})
    curve = keys.ECDomainParameters(name="named", value="1.2.156.10197.1.301")
    tbs = x509.TbsCertificate({
        "version": "v3", "serial_number": serial, "signature": {"algorithm": "1.2.156.10197.1.501"}, "issuer": named,
        "validity": {"not_before": x509.Time({"utc_time": AT}),
                     "not_after": x509.Time({"utc_time": AT + timedelta(days=365)})},
        "subject": named,
        "subject_public_key_info": {
            "algorithm": {"algorithm": "ec", "parameters": curve},
            "public_key": keys.ECPointBitString(b"\4" + key.public),
        },
    })  # fmt: skip
    made = x509.Certificate({
        "tbs_certificate": tbs, "signature_algorithm": {"algorithm": "1.2.156.10197.1.501"},
        "signature_value": core.OctetBitString(sm2._der(key.sign(tbs.dump()))),
    })  # fmt: skip
    return Pair(key, made.dump())


OURS, THEIRS, OTHER = pair("甲医院"), pair("乙医院"), pair("丙医院")


def parcel(content: bytes = b"<xml/>", **more: Any) -> Parcel:
    made: dict[str, Any] = {
        "message": uuid4(), "sender": "A", "receiver": "B", "purpose": "referral", "media": Media.CDA, "label": "C01",
        "agreement": "协议-1", "made": AT, "content": content,
    }  # fmt: skip
    return Parcel(**{**made, **more})


def packed(sent: Parcel, sign: Pair = OURS, receiver: Pair = THEIRS) -> bytes:
    return gbt35275.pack(sent, sign, receiver.certificate, os.urandom)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=3000))
def test_round_trip(content: bytes) -> None:
    sent = parcel(content)
    found = gbt35275.unpack(packed(sent), (OTHER, THEIRS), (OTHER.certificate, OURS.certificate))
    assert found == (sent, OURS.certificate)


def test_its_names_are_those_of_the_standard() -> None:
    data = packed(parcel())
    for name in (gbt35275.SIGNED_ENVELOPED, gbt35275.DATA, gbt35275.SM3, gbt35275.SM2_SIGN, gbt35275.SM2_SEAL,
                 gbt35275.SM4_CBC):  # fmt: skip
        assert core.ObjectIdentifier(name).dump() in data
    assert data[:1] == b"\x30"


def test_every_altered_byte_is_refused() -> None:
    data = packed(parcel())
    for at in range(len(data)):
        other = bytearray(data)
        other[at] ^= 1
        try:
            gbt35275.unpack(bytes(other), (THEIRS,), (OURS.certificate,))
        except Tampered:
            continue
        raise AssertionError(f"byte {at} of {len(data)}: {data[max(0, at - 8) : at + 8].hex()}")


def test_strangers_and_other_receivers_are_refused() -> None:
    for data, own, pinned in (
        (packed(parcel(), sign=OTHER), THEIRS, OURS), (packed(parcel(), receiver=OTHER), THEIRS, OURS),
        (packed(parcel()), OTHER, OURS), (packed(parcel()), THEIRS, OTHER),
        (packed(parcel(), sign=Pair(OTHER.key, OURS.certificate)), THEIRS, OURS),  # another key under our name
    ):  # fmt: skip
        with pytest.raises(Tampered):
            gbt35275.unpack(data, (own,), (pinned.certificate,))


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x00", b"\x30\x80", b"a" * 100, b"\x30\x84\xff\xff\xff\xff", bytes(50_000)]
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(Tampered):
        gbt35275.unpack(data, (THEIRS,), (OURS.certificate,))


def test_lengthened_and_cut_messages_are_refused() -> None:
    data = packed(parcel())
    for other in (data + b"\0", data[:-1], data[:40], data + data):
        with pytest.raises(Tampered):
            gbt35275.unpack(other, (THEIRS,), (OURS.certificate,))


def test_a_certificate_without_sm2_key_is_refused() -> None:
    root = certificates.new_root("甲", AT, os.urandom)
    with pytest.raises(KeyTrouble):
        gbt35275.pack(parcel(), OURS, root.certificate, os.urandom)
    with pytest.raises(KeyTrouble):
        gbt35275.public_of(b"no certificate")


def test_sm2_encryption() -> None:
    key = sm2.Signer(os.urandom(48))
    sealed = sm2.encrypt(key.public, b"k" * 16)
    assert key.decrypt(sealed) == b"k" * 16
    for at in range(len(sealed)):
        other = bytearray(sealed)
        other[at] ^= 1
        with pytest.raises(ValueError, match="sm2"):
            key.decrypt(bytes(other))
    for point in (b"", bytes(64), b"\xff" * 64):
        with pytest.raises(ValueError, match="point"):
            sm2.encrypt(point, b"k")
