"""三（一）存储: SM2 against the standard's example and a second implementation [3.1.1]"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from jingui.core.errors import KeyTrouble
from jingui.crypto import sm2

# GB/T 32918.5 annex A.2
SECRET = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
PUBLIC = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)


def standard_signer() -> sm2.Signer:
    """Return the annex's key; the material counts from 1."""
    return sm2.Signer((int(SECRET, 16) - 1).to_bytes(48, "big"))


def test_the_standards_example() -> None:
    assert standard_signer().public == PUBLIC
    assert sm2.verify(PUBLIC, SIGNATURE, b"message digest")
    assert not sm2.verify(PUBLIC, SIGNATURE, b"message digesu")
    assert not sm2.verify(PUBLIC, bytes([SIGNATURE[0] ^ 1]) + SIGNATURE[1:], b"message digest")


def test_a_second_implementation_agrees_both_ways() -> None:
    gmalg = pytest.importorskip("gmalg", reason="the second SM2 implementation is not installed")
    signer = standard_signer()
    theirs = gmalg.SM2(bytes.fromhex(SECRET), sm2.SIGNER_ID, b"\x04" + PUBLIC)
    for message in (b"", b"message digest", "检查点".encode() * 100):
        ours = signer.sign(message)
        assert theirs.verify(message, ours[:32], ours[32:])
        r, s = theirs.sign(message)
        assert sm2.verify(PUBLIC, r + s, message)


def test_many_threads_sign_with_one_key() -> None:
    signer = standard_signer()

    def once(number: int) -> bool:
        message = number.to_bytes(4, "big")
        return sm2.verify(PUBLIC, signer.sign(message), message) and not sm2.verify(PUBLIC, signer.sign(message), b"")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(once, range(200)))


def test_scalars_stay_inside_the_order() -> None:
    assert sm2.Signer(bytes(48)).public != sm2.Signer(b"\xff" * 48).public
    with pytest.raises(ValueError, match="48 bytes"):
        sm2.Signer(bytes(47))


def test_without_a_library_it_is_key_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        raise OSError

    sm2._library.cache_clear()
    monkeypatch.setattr(sm2.ctypes, "CDLL", nothing)
    with pytest.raises(KeyTrouble):
        sm2.verify(PUBLIC, SIGNATURE, b"message digest")
    monkeypatch.undo()
    sm2._library.cache_clear()
    assert sm2.verify(PUBLIC, SIGNATURE, b"message digest")
