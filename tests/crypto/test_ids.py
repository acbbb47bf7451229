"""四（一）内部查阅: public ids are a permutation of the pairs [4.1.3]"""

# ruff: noqa: RUF001 -- full-width digits and letters are what is tested

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.crypto.ids import PublicIds
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

numbers = st.integers(0, 2**63 - 1)


@given(patient=numbers, record=numbers)
def test_round_trip(patient: int, record: int) -> None:
    for suite in (INTERNATIONAL, NATIONAL):
        ids = PublicIds(b"k" * 32, suite)
        public = ids.public(patient, record)
        assert ids.internal(public) == (patient, record)
        assert len(public) == 32
        assert public == public.lower()


def test_fips_197() -> None:
    ids = PublicIds(bytes(range(32)))
    pair = (0x0011223344556677, 0x8899AABBCCDDEEFF)
    assert ids.public(*pair) == "8ea2b7ca516745bfeafc49904b496089"
    assert ids.internal("8ea2b7ca516745bfeafc49904b496089") is None  # decodes, but no row has such a number


@given(text=st.text(max_size=40) | st.text("0123456789abcdefABCDEF\n", min_size=30, max_size=34))
def test_other_texts_are_no_ids(text: str) -> None:
    if len(text) != 32 or set(text) - set("0123456789abcdef"):
        assert PublicIds(b"k" * 32).internal(text) is None


@pytest.mark.parametrize(
    "text", ["0" * 31, "0" * 33, "0" * 31 + "G", "A" * 32, "0" * 32 + "\n", "０" * 32, "0x" + "0" * 30]
)
def test_near_misses_are_no_ids(text: str) -> None:
    assert PublicIds(b"k" * 32).internal(text) is None


def test_another_key_gives_other_ids(suite: Suite) -> None:
    assert PublicIds(b"k" * 32, suite).public(1, 2) != PublicIds(b"l" * 32, suite).public(1, 2)
    assert PublicIds(b"k" * 32, suite).public(1, 2) != PublicIds(b"k" * 32, suite).public(2, 1)
    with pytest.raises(ValueError, match="32"):
        PublicIds(b"k" * 16, suite)


def test_many_threads_share_it(suite: Suite) -> None:
    ids = PublicIds(b"k" * 32, suite)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda n: ids.internal(ids.public(n, n + 1)) == (n, n + 1), range(5_000)))
