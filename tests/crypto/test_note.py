"""一（三）全程管控: signed notes, as C2SP writes them, and nothing that only looks like one [1.3.3]"""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Tampered
from jingui.crypto import note
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

# The published example of Go's sumdb/note, whose format C2SP took over
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"


def test_the_published_note() -> None:
    key = note.parse_key(KEY)
    assert key.line() == KEY
    assert note.verify(f"{TEXT}\n{LINE}", [key]) == (TEXT, (key,))


def signed(suite: Suite, text: str = "origin\n5\n", name: str = "jingui.test/ledger") -> tuple[str, note.Key]:
    """Return a note and its key."""
    signer = suite.signer(b"s" * 32)
    key = note.key_of(name, suite, signer)
    return note.sign(text, key, signer), key


def test_round_trip_and_key_line(suite: Suite) -> None:
    made, key = signed(suite)
    assert note.verify(made, [key]) == ("origin\n5\n", (key,))
    assert note.parse_key(key.line()) == key
    kind = b"\x01" if suite is INTERNATIONAL else b"\xffjingui-sm2"
    assert key.id() == hashlib.sha256(b"jingui.test/ledger\n" + kind + key.public).digest()[:4]


def test_a_changed_text_or_signature_is_refused(suite: Suite) -> None:
    made, key = signed(suite)
    for changed in (made.replace("5", "6"), made.replace("origin", "0rigin")):
        with pytest.raises(Tampered):
            note.verify(changed, [key])
    other = signed(suite, "origin\n6\n")[0]
    with pytest.raises(Tampered):
        note.verify(made.split("\n\n")[0] + "\n\n" + other.split("\n\n")[1], [key])


def test_a_witness_cosigns_and_unknown_signatures_are_passed_over() -> None:
    made, key = signed(INTERNATIONAL)
    signer = NATIONAL.signer(b"w" * 32)
    witness = note.key_of("witness", NATIONAL, signer)
    both = note.cosign(made, witness, signer)
    assert note.verify(both, [witness, key])[1] == (key, witness)
    assert note.verify(both, [key])[1] == (key,)
    with pytest.raises(Tampered):
        note.verify(made, [witness])
    with pytest.raises(Tampered):
        note.verify(made, [])


def test_a_wrong_signature_of_a_known_key_refuses_the_whole_note() -> None:
    made, key = signed(INTERNATIONAL)
    bad = signed(INTERNATIONAL, "other\n")[0].split("\n\n")[1]
    with pytest.raises(Tampered):
        note.verify(made.split("\n\n")[0] + "\n\n" + bad + made.split("\n\n")[1], [key])


@pytest.mark.parametrize(
    "change",
    [
        lambda made: "",
        lambda made: made[:-1],
        lambda made: made + "\n",
        lambda made: made.replace("\n\n", "\n"),
        lambda made: made.replace("— ", "- "),
        lambda made: made.replace("—", "\u2013"),
        lambda made: made.replace("ledger ", "ledger  "),
        lambda made: made[:-2] + "!\n",
        lambda made: made.replace("5\n", "5\r\n"),
        lambda made: made.replace("5", "\0"),
        lambda made: made + made.split("\n\n")[1] * 100,
        lambda made: "\ud800" + made,
        lambda made: made.replace("\n5", "\n5" * 600_000),
    ],
)
def test_what_is_not_exactly_a_note_is_refused(change: object) -> None:
    made, key = signed(INTERNATIONAL)
    with pytest.raises(Tampered):
        note.verify(change(made), [key])  # type: ignore[operator]


@given(text=st.text(max_size=200))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    _, key = signed(INTERNATIONAL)
    with pytest.raises(Tampered):
        note.verify(text, [key])
    with pytest.raises(Tampered):
        note.parse_key(text)


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", "\ud800\n", ""])
def test_only_clean_text_is_signed(text: str) -> None:
    with pytest.raises(ValueError, match="text"):
        signed(INTERNATIONAL, text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb"])
def test_only_clean_names_are_keys(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        signed(INTERNATIONAL, name=name)


@pytest.mark.parametrize("line", ["", KEY[:-4], KEY.replace("c74f", "c740"), KEY.replace("ARpc", "Axpc"), "a++"])
def test_wrong_key_lines_are_refused(line: str) -> None:
    with pytest.raises(Tampered):
        note.parse_key(line)
