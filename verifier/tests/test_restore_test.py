"""六（一）3: the report of a restore test is checked from outside: signature, form, its own word [6.1.3]"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jingui_verify.__main__ import main

ORIGIN = "house.example/ledger"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = b"\x01" + SECRET.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
ID = hashlib.sha256(ORIGIN.encode() + b"\n" + PUBLIC).digest()[:4]
KEY = f"{ORIGIN}+{ID.hex()}+{base64.b64encode(PUBLIC).decode()}"


def note(result: str = "passed", first: str = "jingui-restore-test/1", **more: object) -> str:
    step = {"ms": 4, "name": "ledger", "ok": True, "seen": "prefix of 41"}
    body = {
        "backup": "20260101T000000Z", "bytes": 1000, "origin": ORIGIN, "result": result, "started": "2026-01-01",
        "steps": [step], "type": "jingui-restore-test/1", **more,
    }  # fmt: skip
    line = json.dumps(body, sort_keys=True, separators=(",", ":"))
    text = f"{first} {ORIGIN}\n{line}\n"
    signature = base64.b64encode(ID + SECRET.sign(text.encode())).decode()
    return f"{text}\n— {ORIGIN} {signature}\n"


def check(tmp_path: Path, text: str, *words: str) -> int:
    (tmp_path / "report").write_text(text)
    return main(["restore-test", str(tmp_path / "report"), *words])


def test_a_report_is_checked(tmp_path: Path) -> None:
    assert check(tmp_path, note(), "--key", KEY) == 0
    assert check(tmp_path, note(), "--key", KEY, "--json") == 0
    assert check(tmp_path, note()) == 3
    assert check(tmp_path, note("failed"), "--key", KEY) == 1


@pytest.mark.parametrize("bent", [
    note().replace("20260101T", "20260102T"), note().replace('"ok":true', '"ok":false'), note(first="checkpoint"),
    note(type="other"), note(origin="other/ledger"), note().replace("\n\n", "\n"), "",
])  # fmt: skip
def test_a_bent_one_is_found(tmp_path: Path, bent: str) -> None:
    assert check(tmp_path, bent, "--key", KEY) == 1
