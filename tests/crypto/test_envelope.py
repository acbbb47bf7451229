"""三（一）存储: a payload opens only in its own place [3.1.1]"""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Tampered
from jingui.crypto.cipher import OVERHEAD
from jingui.crypto.envelope import aad
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

HERE = (1, 2, 3, "tests", "content")


@given(plaintext=st.binary(max_size=3000), bound=st.binary(max_size=100))
def test_round_trip(plaintext: bytes, bound: bytes) -> None:
    for suite in (INTERNATIONAL, NATIONAL):
        cipher = suite.cipher(b"k" * 32)
        envelope = cipher.seal(plaintext, bound)
        assert len(envelope) == len(plaintext) + OVERHEAD
        assert cipher.open(envelope, bound) == plaintext
        assert cipher.seal(plaintext, bound) != envelope


def test_the_layout_is_the_documented_one() -> None:
    envelope = INTERNATIONAL.cipher(b"k" * 32).seal(b"payload", b"bound")
    assert envelope[:2] == b"\x01\x01"
    assert AESGCM(b"k" * 32).decrypt(envelope[2:14], envelope[14:], envelope[:2] + b"bound") == b"payload"


def test_every_flipped_bit_is_refused(suite: Suite) -> None:
    cipher = suite.cipher(b"k" * 32)
    envelope = cipher.seal(b"payload", aad(*HERE))
    for place in range(len(envelope) * 8):
        changed = bytearray(envelope)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(Tampered):
            cipher.open(bytes(changed), aad(*HERE))


def test_every_cut_is_refused(suite: Suite) -> None:
    cipher = suite.cipher(b"k" * 32)
    envelope = cipher.seal(b"payload", b"")
    for length in range(len(envelope)):
        with pytest.raises(Tampered):
            cipher.open(envelope[:length], b"")
    with pytest.raises(Tampered) as caught:
        cipher.open(envelope + b"\0", b"", "version 7")
    assert caught.value.data["where"] == "version 7"


@pytest.mark.parametrize(
    "elsewhere",
    [
        (9, 2, 3, "tests", "content"),
        (1, 9, 3, "tests", "content"),
        (1, 2, 9, "tests", "content"),
        (1, 2, 3, "history", "content"),
        (1, 2, 3, "tests", "draft"),
    ],
)
def test_a_swap_is_refused(suite: Suite, elsewhere: tuple[int, int, int, str, str]) -> None:
    cipher = suite.cipher(b"k" * 32)
    envelope = cipher.seal(b"payload", aad(*HERE))
    with pytest.raises(Tampered):
        cipher.open(envelope, aad(*elsewhere))
    with pytest.raises(Tampered):
        suite.cipher(b"l" * 32).open(envelope, aad(*HERE))


def test_one_suite_never_opens_the_others() -> None:
    envelope = NATIONAL.cipher(b"k" * 32).seal(b"payload", b"")
    with pytest.raises(Tampered):
        INTERNATIONAL.cipher(b"k" * 32).open(envelope, b"")
    with pytest.raises(Tampered):
        INTERNATIONAL.cipher(b"k" * 32).open(b"\x01\x01" + envelope[2:], b"")


words = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=32)
numbers = st.integers(0, 2**63 - 1)
places = st.tuples(numbers, numbers, numbers, words, words)


@given(first=places, second=places)
def test_different_places_have_different_data(
    first: tuple[int, int, int, str, str], second: tuple[int, int, int, str, str]
) -> None:
    assert (aad(*first) == aad(*second)) == (first == second)
    assert len(aad(*first)) == 88


@pytest.mark.parametrize("word", ["", "x" * 33, "病历", "a\0"])
def test_words_that_would_be_cut_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"ASCII|ascii"):
        aad(1, 2, 3, word, "content")
