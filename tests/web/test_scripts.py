"""四（一）内部查阅与使用 [4.1.2]: pages in a real browser: strict CSP, keys, ledger strip, no sideways scroll"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROWSER = os.environ.get("JINGUI_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine; JINGUI_BROWSER names one"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def proof(ok: bool) -> dict[str, Any]:
    """A published entry proof, good or forged, as /ledger/entry answers it."""
    cases = json.loads((ROOT / "tests/proof_vectors/proofs.json").read_text())["cases"]
    case = next(one for one in cases if one["ok"] == ok and one["proof"].get("kind") == "entry")
    if not ok:
        good = proof(True)
        forged = {**good["proof"], "head": good["proof"]["head"].replace('"allow"', '"deny"')}
        assert forged != good["proof"]
        return {**good, "proof": forged}
    return {"index": case["proof"]["index"], "size": case["proof"]["size"], "key": case["key"], "proof": case["proof"]}


class Desk(SimpleHTTPRequestHandler):
    """Serves the rendered pages under the product's own policy; the ledger answers what the test put there."""

    answer: dict[str, Any] | None = None

    def do_GET(self) -> None:
        if not self.path.startswith("/ledger/entry/"):
            super().do_GET()
            return
        body = json.dumps(type(self).answer).encode()
        self.send_response(HTTPStatus.OK if type(self).answer else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run([sys.executable, "tools/preview.py", str(folder)], cwd=ROOT, check=True, capture_output=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Desk, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.faults = []
    opened.on("console", lambda said: said.type == "error" and opened.faults.append(said.text))
    opened.on("pageerror", lambda fault: opened.faults.append(str(fault) + (fault.stack or "")))
    yield opened
    context.close()


def names() -> list[str]:
    """The samples that the preview draws; asked of the preview itself."""
    code = "import pathlib, tools.preview as p, tempfile; p.prepare(pathlib.Path(tempfile.mkdtemp()));"
    code += "print(*p.samples(False))"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": "src:."})  # fmt: skip
    return made.stdout.split()


def test_no_page_breaks_the_policy_or_scrolls_sideways(page: Any, address: str) -> None:
    Desk.answer = proof(True)
    sideways = []
    # long work goes on by itself by posting a form; nobody answers the samples, and a post would cross the next visit
    page.add_init_script("HTMLFormElement.prototype.requestSubmit = HTMLFormElement.prototype.submit = () => {}")
    for name in names():
        for language in ("zh", "en"):
            page.goto(f"{address}/{name}-{language}.html")
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    sideways.append((name, language, width, wide))
            page.faults[:] = [one if one.startswith("(") else f"({name}-{language}) {one}" for one in page.faults]
    assert sideways == []
    assert page.faults == []


def test_keys_find_walk_and_show_all(page: Any, address: str) -> None:
    page.goto(f"{address}/chart-zh.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("?/j")
    assert page.evaluate("document.activeElement.value") == "?/j"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    assert page.faults == []


def test_the_strip_shows_number_and_checkpoint_and_checks_the_proof(page: Any, address: str) -> None:
    Desk.answer = proof(True)
    page.goto(f"{address}/chart-zh.html")
    page.wait_for_selector(".mark:not(.wait)")
    assert "#" in page.locator("[data-strip-number]").inner_text()
    assert page.locator("[data-strip-checkpoint]").inner_text() != ""
    page.click("[data-verify]")
    page.wait_for_selector("#proof .note.ok")
    assert page.locator("#proof .steps li.ok").count() >= 4
    assert page.faults == []


def test_a_forged_proof_is_named_as_such(page: Any, address: str) -> None:
    Desk.answer = proof(False)
    page.goto(f"{address}/entry-zh.html")
    page.click("[data-check-now]")
    page.wait_for_selector("[data-check] .note.bad")
    assert page.locator("[data-check] .steps li.bad").count() == 1


def test_a_late_ledger_is_said_not_guessed(page: Any, address: str) -> None:
    Desk.answer = None
    page.goto(f"{address}/chart-zh.html")
    page.click("[data-verify]")
    page.wait_for_function("document.querySelector('#proof [data-proof-result]').textContent.includes('尚未')")
    assert page.locator("[data-strip-mark]").get_attribute("class") == "mark wait"


def test_a_form_is_sent_once_and_control_enter_sends_it(page: Any, address: str) -> None:
    page.goto(f"{address}/grant-post-zh.html")
    page.evaluate(
        "window.sent = 0;"
        "document.addEventListener('submit', e => { if (!e.defaultPrevented) sent++; e.preventDefault() })"
    )
    page.fill("#id_reason", "x")
    page.press("#id_reason", "Control+Enter")
    page.press("#id_reason", "Control+Enter")
    assert page.evaluate("window.sent") == 1


def test_the_session_says_how_long_it_lasts(page: Any, address: str) -> None:
    page.goto(f"{address}/desk-en.html")
    page.wait_for_function("document.querySelector('.rest').textContent.includes('28')")


def test_after_the_session_nothing_stays_on_the_screen(page: Any, address: str) -> None:
    page.clock.install()
    page.goto(f"{address}/chart-zh.html")
    page.clock.fast_forward("26:30")
    assert page.locator("body > .note.warn").is_visible()
    page.clock.fast_forward("02:00")
    page.wait_for_url("**/sign-in/ended/")


def test_what_was_typed_is_veiled_and_comes_back_after_a_new_sign_in(page: Any, address: str) -> None:
    page.clock.install()
    page.goto(f"{address}/grant-post-zh.html")
    page.fill("#id_reason", "夜班")
    page.clock.fast_forward("29:00")
    page.wait_for_selector("body > .note.bad")
    assert not page.locator("main").is_visible()
    page.evaluate("dispatchEvent(new Event('focus'))")  # still signed out: /account/ is not answered
    page.wait_for_timeout(200)
    assert not page.locator("main").is_visible()
    me = page.evaluate("document.querySelector('.person').outerHTML")
    page.route("**/account/", lambda route: route.fulfill(
        content_type="text/html; charset=utf-8", body=f"{me}<input name=csrfmiddlewaretoken value=fresh>"))  # fmt: skip
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector("main", state="visible")
    assert page.input_value("#id_reason") == "夜班"
    assert page.locator("main input[name=csrfmiddlewaretoken]").first.input_value() == "fresh"


def test_what_was_typed_is_never_shown_to_another_person(page: Any, address: str) -> None:
    page.clock.install()
    page.goto(f"{address}/grant-post-zh.html")
    page.fill("#id_reason", "夜班")
    page.clock.fast_forward("29:00")
    page.wait_for_selector("body > .note.bad")
    body = "<a class=person>somebody else</a><input name=csrfmiddlewaretoken value=fresh>"
    page.route("**/account/", lambda route: route.fulfill(content_type="text/html", body=body))
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new Event('focus'))")
    assert "夜班" not in page.content()


def test_a_passkey_is_made_and_used(browser: Any, address: str) -> None:
    context = browser.new_context()
    opened = context.new_page()
    tools = context.new_cdp_session(opened)
    tools.send("WebAuthn.enable")
    authenticator = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**authenticator, "isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def ask(name: str, public_key: dict[str, Any]) -> Any:
        opened.goto(f"{address.replace('127.0.0.1', 'localhost')}/{name}.html")
        opened.evaluate(
            "options => { const form = document.querySelector('form[data-passkey]'); form.dataset.options = options;"
            "document.addEventListener('submit', event => event.preventDefault()); }",
            json.dumps({"publicKey": public_key}),
        )
        opened.click("form[data-passkey] button[type=submit]")
        opened.wait_for_function("document.querySelector('input[name=credential]').value !== ''")
        return json.loads(opened.input_value("input[name=credential]"))

    user = {"id": "dXNlcg", "name": "shen", "displayName": "沈砚清"}
    rp = {"id": "localhost", "name": "金匮"}
    algorithms = [{"type": "public-key", "alg": -7}]
    made = ask("enrol-passkey-zh", {"challenge": "AAECAw", "rp": rp, "user": user, "pubKeyCredParams": algorithms})
    assert {"attestationObject", "clientDataJSON"} <= made["response"].keys()
    allowed = [{"type": "public-key", "id": made["rawId"]}]
    used = ask("second-factor-zh", {"challenge": "_-8", "rpId": "localhost", "allowCredentials": allowed})
    assert used["id"] == made["id"]
    assert {"authenticatorData", "clientDataJSON", "signature"} <= used["response"].keys()
    assert not any(sign in text for text in used["response"].values() for sign in "+/=")
    context.close()


def test_a_page_without_passkeys_says_so(browser: Any, address: str) -> None:
    context = browser.new_context()
    opened = context.new_page()
    opened.add_init_script("delete window.PublicKeyCredential")
    opened.goto(f"{address}/enrol-passkey-zh.html")
    opened.wait_for_function("document.querySelector('[data-passkey-status]').textContent !== ''")
    assert opened.locator("form[data-passkey] button[type=submit]").is_disabled()
    context.close()
