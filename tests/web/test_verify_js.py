"""四（二）1 核验: the browser's hint which copy a file calls itself, under node: right and bounded [4.2.1]"""

import json
import shutil
import subprocess
import time
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "src/jingui/web/static/jingui/verify_inside.js"
COPIES = ROOT / "tests/proof_vectors/copies"
NODE = shutil.which("node")
HEAD = b"<</Type/EmbeddedFile/Length 1>>\nstream\n"
SAID = json.dumps({"kind": "copy", "number": "FZ1"}).encode()
RUN = """
import { namedNumber } from "./verify_inside.js";
import { readFileSync } from "node:fs";
const told = [];
for (const file of process.argv.slice(2)) told.push(await namedNumber(new Uint8Array(readFileSync(file))));
console.log(JSON.stringify(told));
"""

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed: the hint was NOT tested")


def numbers(folder: Path, *bodies: bytes) -> list[str]:
    assert NODE is not None
    shutil.copy(MODULE, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(RUN)
    files = []
    for at, body in enumerate(bodies):
        files.append(folder / f"{at}.pdf")
        files[-1].write_bytes(body)
    done = subprocess.run([NODE, "run.js", *map(str, files)], cwd=folder, capture_output=True, check=True, timeout=120)
    return list(json.loads(done.stdout))


def test_the_number_of_real_copies(tmp_path: Path) -> None:
    bodies = [(COPIES / f"{name}.pdf").read_bytes() for name in ("copy", "other", "exchanged")]
    assert numbers(tmp_path, *bodies) == ["FZ20261123-0001", "FZ20261123-0002", "FZ20261123-0009"]


def test_packed_or_not_and_whatever_ends_the_line(tmp_path: Path) -> None:
    packed = [HEAD + zlib.compress(SAID) + end + b"endstream" for end in (b"", b"\n", b"\r\n")]
    plain = [HEAD + SAID + end + b"endstream" for end in (b"", b"\n", b"\r\n")]
    second = HEAD + b'{"kind":"line"}\nendstream\n' + HEAD + SAID + b"\nendstream"
    assert numbers(tmp_path, *packed, *plain, second) == ["FZ1"] * 7


def test_hostile_files_name_nothing_and_cost_little(tmp_path: Path) -> None:
    """A stream that grows without end, thousands of attachments, other JSON, and no PDF at all."""
    bomb = HEAD + zlib.compress(b'{"kind":"copy","number":"' + b" " * 200_000_000) + b"\nendstream"
    many = (HEAD + b"x\nendstream\n") * 200_000
    wide = HEAD + b"x" * 40_000_000 + b"endstream"
    other = [HEAD + text + b"\nendstream" for text in (b"null", b'{"kind":"copy","number":5}', b"[1]", b'"copy"')]
    began = time.monotonic()
    assert set(numbers(tmp_path, bomb, many, wide, *other, b"", b"%PDF-1.7", b"/EmbeddedFile" * 100_000)) == {""}
    assert time.monotonic() - began < 60
