"""一（三）全程管控: checkpoints and receipts have one form [1.3.3]"""

# ruff: noqa: RUF001 -- full-width digits and letters are what is tested

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Tampered
from jingui.crypto.checkpoint import Checkpoint, Receipt, heads_bytes, heads_hash, parse_checkpoint, parse_receipt
from jingui.crypto.suite import INTERNATIONAL

AT = datetime(2026, 11, 22, 20, 24, 50, 123456, UTC)
TEXT = (
    "jingui.test/ledger\n5\n" + "A" * 43 + "=\ntime 2026-11-22T20:24:50.123456Z\nepoch 3\nwriters " + "ab" * 32 + "\n"
)
ROOT = "A" * 43 + "="


def test_the_documented_text() -> None:
    made = Checkpoint(
        origin="jingui.test/ledger", size=5, root=bytes(32), at=AT, epoch=3, writers=bytes.fromhex("ab" * 32)
    )
    assert made.text() == TEXT
    assert parse_checkpoint(TEXT) == made


@given(
    size=st.integers(0, 2**60),
    root=st.binary(min_size=32, max_size=32),
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)),
    epoch=st.integers(0, 2**60),
)
def test_round_trips(size: int, root: bytes, at: datetime, epoch: int) -> None:
    checkpoint = Checkpoint(origin="o", size=size, root=root, at=at, epoch=epoch, writers=root)
    assert parse_checkpoint(checkpoint.text()) == checkpoint
    receipt = Receipt(origin="o", size=size, root=root, at=at)
    assert parse_receipt(receipt.text()) == receipt
    with pytest.raises(Tampered):
        parse_receipt(checkpoint.text())
    with pytest.raises(Tampered):
        parse_checkpoint(receipt.text())


def test_heads_are_canonical() -> None:
    heads = {"b": (1, b"\x01" * 32), "a": (0, bytes(32))}
    assert heads_bytes(heads) == f'{{"a":[0,"{"00" * 32}"],"b":[1,"{"01" * 32}"]}}'.encode()
    assert heads_hash(INTERNATIONAL, heads) == INTERNATIONAL.digest(heads_bytes(heads))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("jingui.test/ledger\n", "\n"),
        ("\n5\n", "\n05\n"),
        ("\n5\n", "\n-5\n"),
        ("\n5\n", "\n５\n"),
        ("\n5\n", "\n" + "9" * 30 + "\n"),
        (ROOT, ROOT[:-1]),
        (ROOT, "A" * 42 + "B="),
        (ROOT, "病" * 44),
        (".123456Z", ".123Z"),
        (".123456Z", ".123456+00:00"),
        ("2026-11", "2026-13"),
        ("epoch 3", "epoch  3"),
        ("epoch 3", "Epoch 3"),
        ("ab" * 32, "AB" * 32),
        ("ab" * 32, "ab" * 31),
        ("writers", "extra\nwriters"),
    ],
)
def test_every_other_form_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(Tampered):
        parse_checkpoint(TEXT.replace(old, new, 1))


@given(text=st.text(max_size=300))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    for parse in (parse_checkpoint, parse_receipt):
        with pytest.raises(Tampered):
            parse(text)


@pytest.mark.parametrize("origin", ["", "a\nb"])
def test_an_origin_is_one_line(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Receipt(origin=origin, size=1, root=bytes(32), at=AT).text()
