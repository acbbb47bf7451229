"""二（二）3: what is sealed to one machine, and lines that only follow each other, in both suites [2.2.3]"""

import os
from datetime import UTC, datetime

import pytest

from jingui.core.entry import Line
from jingui.core.errors import Invalid, Tampered
from jingui.crypto import pin
from jingui.crypto.recipient import Recipient, seal_to
from jingui.crypto.station import Chain, Keys, Said, parse, unpack
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

BOTH = pytest.mark.parametrize("suite", [INTERNATIONAL, NATIONAL], ids=["intl", "gm"])


def said(text: str = "停电") -> Said:
    return Said(
        id="019a0000-0000-7000-8000-000000000001", at=datetime.now(UTC), verb="open_chart", decision="allow", reason="",
        purpose="treatment", epoch=1, policy=1, person="T1", account="nurse", post="3", session="outage:1",
        targets=(Line("p", "", "", 0), Line("p", "r", "Condition", 2)), text=text,
    )  # fmt: skip


@BOTH
def test_only_the_recipient_opens_and_only_who_knows_the_secret_seals(suite: Suite) -> None:
    mine, other, known = Recipient(suite, os.urandom(32)), Recipient(suite, os.urandom(32)), os.urandom(32)
    box = seal_to(suite, mine.public, b"summary", b"ward", known, os.urandom)
    assert mine.open(box, b"ward", known) == b"summary"
    for key, aad, secret, bent in (
        (other, b"ward", known, box), (mine, b"other", known, box), (mine, b"ward", os.urandom(32), box),
        (mine, b"ward", known, box[:-1] + bytes((box[-1] ^ 1,))), (mine, b"ward", known, b""),
        (mine, b"ward", known, bytes(32) + box[32:]),
    ):  # fmt: skip
        with pytest.raises(Tampered):
            key.open(bent, aad, secret)


@BOTH
def test_lines_follow_each_other_and_nothing_else_does(suite: Suite) -> None:
    keys = Keys(suite, os.urandom(32))
    mine, house = Chain(keys.identity), Chain(keys.identity)
    lines = []
    for _ in range(300):  # past a whole tile of the tree
        line, leaf = mine.made(said(), keys.signer, os.urandom(16))
        mine.advance(leaf)
        lines.append(line)
    for at, line in enumerate(lines):
        if at in (0, 1, 255, 256, 299):
            for wrong in (
                lines[at - 1],
                lines[(at + 1) % 300],
                line.replace("停电".encode(), "演习".encode()),
                b"{}",
                b"",
                b"[1]",
            ):
                with pytest.raises(Tampered):
                    house.check(wrong)
        read = house.check(line)
        assert read.text == "停电"
        house.advance(read.leaf)
    forged = Keys(suite, os.urandom(32))
    stranger = Chain(forged.identity)
    with pytest.raises(Tampered):
        Chain(keys.identity).check(stranger.made(said(), forged.signer, os.urandom(16))[0])


@BOTH
def test_a_registration_line_is_of_one_station(suite: Suite) -> None:
    identity = Keys(suite, os.urandom(32)).identity
    assert parse(identity.line("ward-a"), "ward-a") == identity
    assert unpack(identity.pack()) == identity
    for line, code in ((identity.line("ward-a"), "ward-b"), (identity.line("ward-a")[:-4], "ward-a"), ("", "ward-a")):
        with pytest.raises(Invalid):
            parse(line, code)


def test_a_pin_is_kept_as_a_slow_hash() -> None:
    kept = pin.verifier("271828", os.urandom)
    assert pin.holds(kept, "271828")
    assert "271828" not in kept
    for wrong in ("271829", "", "2718281"):
        assert not pin.holds(kept, wrong)
    for broken in ("", "scrypt-15-8-1$zz$zz", kept.replace("15", "14"), kept[:-2]):
        assert not pin.holds(broken, "271828")
