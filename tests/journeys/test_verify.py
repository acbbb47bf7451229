"""四（二）1 核验: a QR is scanned and the file checked in a real browser, by phone and without scripts [4.2.1]"""

import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.running import House
from tests.journeys import complaints, writing

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "src"


class Issued(NamedTuple):
    """A stamped copy as its holder has it."""

    number: str
    secret: str
    file: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.file).hexdigest()


@pytest.fixture(scope="module")
def house(running: Any) -> Iterator[House]:
    with writing.served("tests.journeys.verify_house") as made:
        yield made


@pytest.fixture(scope="module")
def address(house: House) -> str:
    return writing.address(house)


@pytest.fixture(scope="module")
def copies(house: House) -> dict[str, Issued]:
    return {
        name: Issued(one["number"], one["secret"], base64.b64decode(one["file"])) for name, one in house.facts.items()
    }


@pytest.fixture
def one(copies: dict[str, Issued]) -> Issued:
    return copies["one"]


class Visit:
    """A visitor's browser, and everything that it sent and complained of."""

    def __init__(self, running: Any, **more: Any) -> None:
        self.context = running.new_context(**{"viewport": PHONE, "locale": "zh-CN", "accept_downloads": True, **more})
        self.page = self.context.new_page()
        self.sent: list[tuple[str, str, str]] = []
        self.page.on("request", self.saw)
        self.complaints = complaints.listen(self.page)

    def saw(self, request: Any) -> None:
        self.sent.append(
            (request.method, request.url + " " + request.headers.get("referer", ""), request.post_data or "")
        )

    def verdict(self, title: str) -> None:
        self.page.wait_for_selector(f".verdict h2:text-is('{title}')", timeout=15_000)

    def picture(self, name: str) -> None:
        """Kept to be looked at, where JINGUI_VERIFY_PICTURES names a folder."""
        if folder := os.environ.get("JINGUI_VERIFY_PICTURES"):
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def choose(self, path: Path) -> None:
        self.page.set_input_files("#id_file", path)


@pytest.fixture
def visit(running: Any) -> Iterator[Visit]:
    made = Visit(running)
    yield made
    assert made.complaints == []
    assert made.context.cookies() == []
    made.context.close()


def saved(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def test_scanned_and_the_file_chosen(visit: Visit, house: House, address: str, one: Issued, tmp_path: Path) -> None:
    """From the QR to the checked proof; neither the file nor the code ever stands where it does not belong."""
    page = visit.page
    page.goto(f"{address}/verify#{one.secret}")
    visit.verdict("核验码有效，尚未比对文件")
    page.wait_for_selector("[data-proof-result].ok:has-text('还没有比对文件')", timeout=15_000)
    assert page.url == f"{address}/verify/"
    assert one.number in page.inner_text("#answer")
    visit.choose(saved(tmp_path, "copy.pdf", one.file))
    visit.verdict("未被改动")
    page.wait_for_selector("[data-proof-result].ok:has-text('就是这个文件')", timeout=15_000)
    assert page.locator("[data-proof-steps] li.ok").count() >= 6
    assert page.locator("[data-proof-steps] li.bad").count() == 0
    assert page.input_value("#id_digest") == one.digest
    visit.picture("good")
    posts = [sent for sent in visit.sent if sent[0] == "POST"]
    assert [sent[2] for sent in posts] == [
        f"secret={one.secret}&digest=", f"secret={one.secret}&digest={one.digest}"
    ]  # fmt: skip
    assert not [sent for sent in visit.sent if "%PDF" in sent[2] or len(sent[2]) > 200]
    assert not [sent for sent in visit.sent[1:] if one.secret in sent[1]]  # addresses and referrers
    log = house.log.read_text()
    assert one.secret not in log
    assert one.digest not in log
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_proof_is_checked_without_a_network(visit: Visit, address: str, one: Issued, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/verify#{one.secret}")
    visit.choose(saved(tmp_path, "copy.pdf", one.file))
    visit.verdict("未被改动")
    page.wait_for_selector("[data-proof-result].ok")
    visit.context.set_offline(True)
    page.evaluate("document.querySelector('[data-proof-steps]').replaceChildren()")
    page.click("[data-check-now]")
    page.wait_for_selector("[data-proof-steps] li.ok:nth-child(6)")
    page.wait_for_selector("[data-proof-result].ok")
    visit.context.set_offline(False)


def test_altered_another_copy_and_revoked(
    visit: Visit, address: str, copies: dict[str, Issued], tmp_path: Path
) -> None:
    """One flipped byte, the file of another copy, and a copy that no longer counts are told apart."""
    one, two, revoked = copies["one"], copies["two"], copies["revoked"]
    # as on a page without TLS: the browser lends no hash function, ours is used
    visit.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    bent = bytearray(one.file)
    bent[one.file.index(b"/Type/Catalog") + 2] ^= 1
    page = visit.page
    page.goto(f"{address}/verify#{one.secret}")
    visit.choose(saved(tmp_path, "bent.pdf", bytes(bent)))
    visit.verdict("文件被改动过")
    visit.choose(saved(tmp_path, "two.pdf", two.file))
    visit.verdict("二维码属于另一份复制件")
    assert two.number in page.inner_text(".verdict")
    visit.picture("other")
    assert page.locator("[data-proof-result].bad").count() == 1  # the proof is about the other file
    visit.choose(saved(tmp_path, "no.pdf", b"nothing of the kind"))
    visit.verdict("不是医院用印的文件")
    page.goto("about:blank")
    page.goto(f"{address}/verify#{revoked.secret}")
    visit.verdict("已作废")
    page.goto("about:blank")
    page.goto(f"{address}/verify#{'ab' * 16}")
    visit.verdict("没有这份复制件")


def test_a_second_scan_in_the_same_tab(visit: Visit, address: str, copies: dict[str, Issued]) -> None:
    visit.page.goto(f"{address}/verify/#{copies['one'].secret}")
    visit.verdict("核验码有效，尚未比对文件")
    visit.page.goto(f"{address}/verify/#{copies['two'].secret}")
    visit.page.wait_for_selector(f"#answer:has-text('{copies['two'].number}')")
    assert visit.page.evaluate("location.hash") == ""


def test_the_other_language_keeps_the_code(visit: Visit, address: str, one: Issued) -> None:
    page = visit.page
    page.goto(f"{address}/verify#{one.secret}")
    visit.verdict("核验码有效，尚未比对文件")
    page.click("[data-language]")
    page.wait_for_selector("html[lang=en] .verdict")
    assert one.number in page.inner_text("#answer")
    assert page.url == f"{address}/verify/?language=en"
    visit.picture("english")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_lost_network_loses_nothing(visit: Visit, address: str, one: Issued) -> None:
    page = visit.page
    page.goto(f"{address}/verify/")
    page.fill("#id_secret", one.secret)
    visit.context.set_offline(True)
    page.click("[data-ask] button")
    page.wait_for_selector("[data-status]:not([hidden]):has-text('没有丢失')")
    visit.context.set_offline(False)
    page.click("[data-ask] button")
    visit.verdict("核验码有效，尚未比对文件")
    visit.complaints[:] = [said for said in visit.complaints if "INTERNET_DISCONNECTED" not in said]


def test_by_keyboard_alone(visit: Visit, address: str, one: Issued) -> None:
    page = visit.page
    page.goto(f"{address}/verify/")
    page.focus("#id_secret")
    page.keyboard.type(one.secret)
    page.keyboard.press("Enter")
    visit.verdict("核验码有效，尚未比对文件")
    assert page.evaluate("document.activeElement.id") == "answer"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#answer') !== null")


def test_prints(visit: Visit, address: str, one: Issued, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{address}/verify#{one.secret}")
    visit.verdict("核验码有效，尚未比对文件")
    page.emulate_media(media="print")
    assert not page.is_visible("[data-ask]")
    assert page.is_visible("#answer dl")
    visit.picture("print")


def test_without_scripts_and_then_without_the_hospital(running: Any, address: str, one: Issued, tmp_path: Path) -> None:
    """By hand: code and hash typed, side file taken; then the stand-alone verifier with the network off."""
    visit = Visit(running, java_script_enabled=False)
    page = visit.page
    page.goto(f"{address}/verify/")
    assert not page.is_visible("#id_file")
    page.fill("#id_secret", one.secret)
    page.fill("#id_digest", hashlib.sha256(one.file).hexdigest())
    page.click("[data-ask] button")
    visit.verdict("未被改动")
    assert page.url == f"{address}/verify/?language=zh"
    with page.expect_download() as side:
        page.click("#answer form button")
    side.value.save_as(tmp_path / "side.json")
    with page.expect_download() as root:
        page.click("a[download]")
    root.value.save_as(tmp_path / "root.pem")
    (tmp_path / "key.txt").write_text(page.inner_text("dl.kv dd.mono >> nth=0"))
    saved(tmp_path, "copy.pdf", one.file)
    page.fill("#id_secret", "some code")
    page.fill("#id_digest", "half of it")
    page.click("[data-ask] button")
    assert page.input_value("#id_digest") == "half of it"
    assert page.input_value("#id_secret") == "some code"
    assert page.locator("[data-summary] li").count() == 1
    visit.context.close()
    alone = "import socket, runpy, sys; socket.socket = socket.create_connection = None; "
    command = [sys.executable, "-c", alone + "runpy.run_module('jingui_verify', run_name='__main__')", "copy"]
    more = ["copy.pdf", "--side", "side.json", "--root", "root.pem", "--key", "key.txt"]
    environment = {**os.environ, "PYTHONPATH": str(VERIFIER)}
    done = subprocess.run([*command, *more], env=environment, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
