"""The browser's proof checker, run under node over the shared vectors, with the stand-alone verifier's verdicts."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


PAGE = b'<!doctype html><meta charset="utf-8"><title>proof</title><script type="module" src="/check.js"></script>'
CHECK = b"""
import { verifyProof } from "/proof/proof.js";
const { cases } = await (await fetch("/proofs.json")).json();
const wrong = cases.filter(({ proof, key, ok }) => verifyProof(proof, key).ok !== ok).map(({ name }) => name);
document.title = JSON.stringify({ checked: cases.length, wrong, webcrypto: Boolean(globalThis.crypto?.subtle) });
"""


class _Pages(BaseHTTPRequestHandler):
    """Serves the modules and one page under the content policy that Jingui's own pages have."""

    def do_GET(self) -> None:
        """Answer one of the known paths."""
        found = {"/": PAGE, "/check.js": CHECK, "/proofs.json": (VECTORS / "proofs.json").read_bytes()}
        if self.path.startswith("/proof/"):
            body = (MODULES / Path(self.path).name).read_bytes()
        else:
            body = found.get(self.path, b"")
        kind = {".js": "text/javascript", ".json": "application/json"}.get(Path(self.path).suffix, "text/html")
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.browser
def test_vectors_in_a_browser_without_webcrypto() -> None:
    """In a real browser, on plain http under a name of the local network, where WebCrypto is absent [1.3.3]"""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser was tried")
    browser = os.environ.get("JINGUI_BROWSER") or shutil.which("chromium")
    if browser is None:
        pytest.skip("no browser here (JINGUI_BROWSER names it): the proof checker was NOT tried in one")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_api.sync_playwright() as playwright:
            rules = "--host-resolver-rules=MAP ward.lan 127.0.0.1"
            started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", rules])
            page = started.new_page()
            errors: list[str] = []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"http://ward.lan:{server.server_port}/")
            until = time.monotonic() + 60
            while not page.title().startswith("{"):  # not wait_for_function: it evaluates text, which the page forbids
                assert time.monotonic() < until, errors
                page.wait_for_timeout(100)
            told = json.loads(page.title())
            started.close()
    finally:
        server.shutdown()
    cases = json.loads((VECTORS / "proofs.json").read_text(encoding="utf-8"))["cases"]
    assert told == {"checked": len(cases), "wrong": [], "webcrypto": False}
    assert [text for text in errors if "favicon" not in text] == []
