"""三（一）存储: published vectors of every primitive [3.1.1]"""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Misconfigured
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite, suite_by_code, suite_by_name

unhex = bytes.fromhex


def test_sha256_fips_180() -> None:
    assert INTERNATIONAL.digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("message", "hash_"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gbt_32905(message: bytes, hash_: str) -> None:
    assert NATIONAL.digest(message).hex() == hash_


def test_hmac_sha256_rfc_4231() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert INTERNATIONAL.mac(b"Jefe", b"what do ya want for nothing?").hex() == expected
    assert INTERNATIONAL.keyed(b"Jefe")(b"what do ya want for nothing?").hex() == expected


@given(key=st.binary(min_size=1, max_size=100), data=st.binary(max_size=200))
def test_hmac_sm3_is_its_definition(key: bytes, data: bytes) -> None:
    block = (NATIONAL.digest(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = NATIONAL.digest(bytes(byte ^ 0x36 for byte in block) + data)
    expected = NATIONAL.digest(bytes(byte ^ 0x5C for byte in block) + inner)
    assert NATIONAL.mac(key, data) == NATIONAL.keyed(key)(data) == expected


def test_hkdf_rfc_5869() -> None:
    made = INTERNATIONAL.derive(b"\x0b" * 22, unhex("f0f1f2f3f4f5f6f7f8f9"), 42, bytes(range(13)))
    assert made.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")


def test_hkdf_without_salt_rfc_5869() -> None:
    made = INTERNATIONAL.derive(b"\x0b" * 22, b"", 42)
    assert made.hex() == ("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")


def test_ed25519_rfc_8032() -> None:
    signer = INTERNATIONAL.signer(unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert signer.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_aes_256_gcm_nist() -> None:
    key = unhex("feffe9928665731c6d6a8f9467308308" * 2)
    plaintext = unhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    sealed = unhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    )
    aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    assert AESGCM(key).encrypt(unhex("cafebabefacedbaddecaf888"), plaintext, aad) == sealed


def test_sm4_gcm_rfc_8998() -> None:
    running = Cipher(
        algorithms.SM4(unhex("0123456789abcdeffedcba9876543210")), modes.GCM(unhex("00001234567800000000abcd"))
    ).encryptor()
    running.authenticate_additional_data(unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    plaintext = unhex("".join(letter * 16 for letter in "abcdefea"))
    sealed = running.update(plaintext) + running.finalize()
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert running.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_signatures_verify_and_forgeries_do_not(suite: Suite) -> None:
    signer, other = suite.signer(b"s" * 32), suite.signer(b"t" * 32)
    signature = signer.sign(b"message")
    assert suite.verify(signer.public, signature, b"message")
    assert suite.signer(b"s" * 32).public == signer.public
    assert not suite.verify(signer.public, signature, b"messagf")
    assert not suite.verify(other.public, signature, b"message")
    assert not suite.verify(signer.public, signature[:-1] + bytes([signature[-1] ^ 1]), b"message")
    for malformed in (b"", signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64):
        assert not suite.verify(signer.public, malformed, b"message")
    for nobody in (b"", signer.public[:-1], b"\xff" * len(signer.public)):
        assert not suite.verify(nobody, signature, b"message")


def test_keys_have_32_bytes(suite: Suite) -> None:
    for wrong in (b"", b"k" * 16, b"k" * 33):
        with pytest.raises(ValueError, match="32 bytes"):
            suite.cipher(wrong)
        with pytest.raises(ValueError, match="32 bytes"):
            suite.signer(wrong)


def test_suites_are_found_by_name_and_code(suite: Suite) -> None:
    assert suite_by_name(suite.name) is suite
    assert suite_by_code(suite.code) is suite
    with pytest.raises(Misconfigured):
        suite_by_name("md5")
    with pytest.raises(Misconfigured):
        suite_by_code(0)
