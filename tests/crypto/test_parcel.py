"""四（二）1 封存包: opened by the secret alone, every bit bound, in both suites [4.2.1] [3.1.1]"""

import os
from pathlib import Path

import orjson
import pytest

from jingui.core.errors import Tampered
from jingui.crypto import parcel
from jingui.crypto.suite import suite_by_name

DOC = Path(__file__).resolve().parents[2] / "docs" / "sealing.md"


@pytest.mark.parametrize("name", ["intl", "gm"])
def test_only_the_secret_opens_it_and_every_byte_counts(name: str) -> None:
    suite, secret = suite_by_name(name), parcel.secret_of(os.urandom(20))
    made = parcel.pack(suite, secret, {"sealing": "s", "round": 1}, b"content", os.urandom)
    header, plain = parcel.unpack(suite, secret.lower().replace("-", " "), made)
    assert (header["suite"], header["round"], plain) == (name, 1, b"content")
    assert parcel.pack(suite, secret, {"sealing": "s", "round": 1}, b"content", os.urandom) != made
    for n in range(len(made)):
        bent = bytearray(made)
        bent[n] ^= 1
        with pytest.raises(Tampered):
            parcel.unpack(suite, secret, bytes(bent))
    for wrong in (parcel.secret_of(bytes(20)), secret[:-1], "", "1" * 32, secret + "AAAA"):
        with pytest.raises(Tampered):
            parcel.unpack(suite, wrong, made)
    for short in (b"", made[:40], made[:-1], made + b"x"):
        with pytest.raises(Tampered):
            parcel.unpack(suite, secret, short)


def test_the_page_about_it_opens_one() -> None:
    """The script that docs/sealing.md prints needs nothing of Jingui."""
    script = DOC.read_text().split("```python\n", 1)[1].split("```", 1)[0]
    suite, secret = suite_by_name("intl"), parcel.secret_of(os.urandom(20))
    made = parcel.pack(suite, secret, {"sealing": "s"}, orjson.dumps({"n": 1}), os.urandom)
    space: dict[str, object] = {}
    exec(script, space)
    assert "jingui" not in script.replace("jingui:", "").replace("jingui-", "")
    assert space["opened"](made, secret) == b'{"n":1}'  # type: ignore[operator]  # a function of the script
