"""The browser's proof checker, run under node over the shared vectors, with the stand-alone verifier's verdicts."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "src" / "jingui" / "web" / "static" / "jingui" / "proof"
VECTORS = ROOT / "tests" / "proof_vectors"
NODE = shutil.which("node")
MUTATIONS = os.environ.get("JINGUI_JS_MUTATIONS", "1500")


@pytest.mark.skipif(NODE is None, reason="node is not installed: the browser's proof checker was NOT tested")
def test_vectors_under_node(tmp_path: Path) -> None:
    """Published vectors, forged signatures, notes, proofs and mutations: every verdict is the expected one [1.3.3]"""
    assert NODE is not None
    for module in MODULES.glob("*.js"):
        shutil.copy(module, tmp_path)
    # Node takes .js for modules only beside such a file; browsers are told by <script type="module">.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run(
        [NODE, str(VECTORS / "run.mjs"), str(tmp_path), str(VECTORS), MUTATIONS],
        capture_output=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["failed"] == []
    assert told["accepted"] == 0
    assert told["checked"] > 1000
    assert told["mutations"] == int(MUTATIONS)


def test_modules_keep_the_content_policy() -> None:
    """No eval, no WebCrypto (absent on plain-http networks), nothing loaded from elsewhere, and under 30 KB in all."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in MODULES.glob("*.js")}
    named = {"sha256.js", "sm3.js", "ed25519.js", "sm2.js", "note.js", "merkle.js", "canon.js", "proof.js"}
    assert named <= set(sources)
    assert sum(len(text.encode()) for text in sources.values()) < 30_000
    for name, text in sources.items():
        assert not re.search(r"\beval\b|\bFunction\(|crypto\.subtle|innerHTML|https?://|\bfetch\(|import\(", text), name
        assert all(found in sources for found in re.findall(r'from "\./([^"]+)"', text)), name
        assert not re.search(r'from "(?!\./)', text), name
