"""三（一）1 备份: sealed streams: what is written comes back, and one changed bit opens nothing [3.1.1]"""

import io
import random

import pytest

from jingui.core.errors import Tampered
from jingui.crypto import stream
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

KEY = bytes(range(32))


def made(suite: Suite, plain: bytes) -> bytes:
    pieces = [plain[at : at + 70_001] for at in range(0, len(plain), 70_001)]
    return b"".join(stream.sealed(suite, suite.cipher(KEY), {"name": "part"}, pieces))


def read(suite: Suite, whole: bytes) -> bytes:
    source = io.BytesIO(whole)
    _, line = stream.header_of(source, "part")
    return b"".join(stream.opened(suite, suite.cipher(KEY), line, source, "part"))


@pytest.mark.parametrize("suite", [INTERNATIONAL, NATIONAL])
@pytest.mark.parametrize("size", [0, 1, stream.CHUNK - 1, stream.CHUNK, stream.CHUNK + 1, 2 * stream.CHUNK + 5])
def test_round_trip(suite: Suite, size: int) -> None:
    plain = random.Random(size).randbytes(size)
    assert read(suite, made(suite, plain)) == plain


def test_what_shrinks_is_deflated() -> None:
    plain = bytes(3 * stream.CHUNK)
    whole = made(INTERNATIONAL, plain)
    assert len(whole) < len(plain) // 100
    assert read(INTERNATIONAL, whole) == plain


def test_every_flipped_bit_is_found() -> None:
    rng = random.Random(3)
    whole = made(INTERNATIONAL, rng.randbytes(2 * stream.CHUNK + 7))
    first = whole.index(b"\n") + 40
    places = [*range(first), *(rng.randrange(len(whole)) for _ in range(200)), len(whole) - 1]
    for at in places:
        bent = bytearray(whole)
        bent[at] ^= 1 << rng.randrange(8)
        with pytest.raises(Tampered):
            read(INTERNATIONAL, bytes(bent))


@pytest.mark.parametrize("cut", ["tail", "chunk", "more", "swapped"])
def test_cut_swapped_and_longer_streams_are_refused(cut: str) -> None:
    whole = made(INTERNATIONAL, random.Random(4).randbytes(3 * stream.CHUNK))
    start = whole.index(b"\n") + 1
    step = 4 + int.from_bytes(whole[start : start + 4], "big")
    one, two, rest = whole[start : start + step], whole[start + step : start + 2 * step], whole[start + 2 * step :]
    bent = {
        "tail": whole[:start] + one + two, "chunk": whole[:start] + one + rest, "more": whole + rest,
        "swapped": whole[:start] + two + one + rest,
    }[cut]  # fmt: skip
    with pytest.raises(Tampered):
        read(INTERNATIONAL, bent)


def test_another_key_or_header_opens_nothing() -> None:
    whole = made(INTERNATIONAL, b"x" * 100)
    source = io.BytesIO(whole)
    _, line = stream.header_of(source, "part")
    with pytest.raises(Tampered):
        list(stream.opened(INTERNATIONAL, INTERNATIONAL.cipher(bytes(32)), line, source, "part"))
