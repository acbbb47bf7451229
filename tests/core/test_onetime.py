"""六（一）2 双因素: the vectors of RFC 4226 and RFC 6238, and what must never match [6.1.2]"""

from base64 import b32encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core import onetime

SECRET = b32encode(b"12345678901234567890").decode()
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_rfc_4226_vectors() -> None:
    expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split()
    assert [onetime.code(SECRET, counter) for counter in range(10)] == expected


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_rfc_6238_vectors(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert onetime.code(SECRET, onetime.counter_at(at)) == code
    assert onetime.matching(SECRET, code, at) == seconds // 30


@given(st.integers(-1, 1))
def test_a_phone_may_be_one_period_off(periods: int) -> None:
    now = onetime.counter_at(AT)
    assert onetime.matching(SECRET, onetime.code(SECRET, now + periods), AT) == now + periods


@given(st.integers(2, 10_000) | st.integers(-10_000, -2))
def test_farther_off_never_matches(periods: int) -> None:
    code = onetime.code(SECRET, onetime.counter_at(AT) + periods)
    if code not in {onetime.code(SECRET, onetime.counter_at(AT) + near) for near in (-1, 0, 1)}:
        assert onetime.matching(SECRET, code, AT) is None


@given(st.text(max_size=12))
def test_other_texts_never_match(text: str) -> None:
    near = {onetime.code(SECRET, onetime.counter_at(AT) + off) for off in (-1, 0, 1)}
    if "".join(text.split()) not in near:
        assert onetime.matching(SECRET, text, AT) is None


def test_secrets_have_twenty_bytes_and_demo_ones_are_stable() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        onetime.fresh_secret(b"short")
    assert onetime.demo_secret("a") == onetime.demo_secret("a") != onetime.demo_secret("b")
    other = onetime.code(onetime.demo_secret("b"), 1)
    assert onetime.matching(onetime.demo_secret("a"), other, datetime.fromtimestamp(30, UTC)) is None
