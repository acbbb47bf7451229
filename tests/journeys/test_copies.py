"""四（二）1: a copy from a patient's phone to the sealed file, the office between, in real browsers [4.2.1]"""

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from jingui.formats import manifest, pdf_sign
from tests.journeys import complaints
from tools.pictures import portal, sign_in

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
CARD = "11010519491231002X"
SHOTS = os.environ.get("JINGUI_SHOTS", "")  # a folder to look at the pages in


def fresh(running: Any, size: dict[str, int]) -> tuple[Any, list[str]]:
    """A browser of somebody's own, and what it complained of; a form that must be mended answers 400."""
    page = running.new_context(viewport=size, locale="zh-CN").new_page()
    return page, complaints.listen(page, but=complaints.MENDED)


@pytest.fixture(scope="module")
def patient(running: Any, demo: str) -> Iterator[Any]:
    """The phone of a patient with a portal account."""
    page, said = fresh(running, PHONE)
    portal(page, demo)
    yield page
    assert said == []
    page.context.close()


def archivist(running: Any, demo: str, user: str) -> Iterator[Any]:
    page, said = fresh(running, WIDE)
    sign_in(page, demo, user)
    yield page
    assert said == []
    page.context.close()


@pytest.fixture(scope="module")
def clerk(running: Any, demo: str) -> Iterator[Any]:
    """Who reviews the application and makes the copy."""
    yield from archivist(running, demo, "duan.chengyan")


@pytest.fixture(scope="module")
def second(running: Any, demo: str) -> Iterator[Any]:
    """Who holds the seal."""
    yield from archivist(running, demo, "yi.shujian")


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def fits(page: Any) -> None:
    """Nothing runs out of the screen."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], page.url


def checked(body: bytes, root: x509.Certificate) -> pdf_sign.PdfCheck:
    """What the file's signature says; in a thread of its own, because the browser holds this one's event loop."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(pdf_sign.check, body, [root.public_bytes(Encoding.DER)]).result()


@pytest.fixture(scope="module")
def matter(patient: Any, demo: str) -> str:
    """The application, from the phone: a mistake first, which loses nothing. Its number."""
    patient.goto(f"{demo}/portal/matters/")
    fits(patient)
    patient.click("main a.btn.go")
    patient.wait_for_selector("ol.steps")
    fits(patient)
    shot(patient, "portal-ask")
    patient.click("main form button.go")
    patient.wait_for_selector("[data-apply]")
    fits(patient)
    assert patient.locator("[data-when='route post']").first.is_hidden()
    patient.fill("#id_applicant", "门户本人")
    patient.fill("#id_document", "110105194912310021")
    patient.locator("#id_document").blur()
    assert "校验码不对" in patient.inner_text("[data-card] .said")
    patient.fill("#id_document", CARD)
    patient.locator("#id_document").blur()
    assert "校验码正确" in patient.inner_text("[data-card] .said")
    patient.fill("#id_phone", "13800000000")
    patient.select_option("#id_scope", "all")
    patient.select_option("#id_route", "post")
    assert patient.locator("#id_address").is_visible()
    assert patient.get_attribute("#id_address", "required") is not None
    patient.select_option("#id_route", "portal")
    assert patient.get_attribute("#id_address", "required") is None  # what is not asked for stops nobody
    patient.locator("input[name=visit]").first.check()
    shot(patient, "portal-apply")
    patient.locator("[data-apply] button.go").click()  # the purpose is missing: the browser itself says so
    assert patient.locator("[data-apply]").count()
    patient.fill("#id_purpose", "自己保存")
    patient.click("[data-apply] button.go")
    patient.wait_for_selector("dl.answers")
    fits(patient)
    shot(patient, "portal-check")
    patient.click("main form button.go")
    patient.wait_for_url(re.compile(r"/portal/matters/\d+/$"))
    assert "医院正在办理" in patient.inner_text("main")
    fits(patient)
    shot(patient, "portal-matter")
    return str(re.search(r"/matters/(\d+)/", patient.url)[1])  # type: ignore[index]


def test_from_the_phone_to_the_sealed_file(
    patient: Any, clerk: Any, second: Any, demo: str, matter: str, tmp_path: Path
) -> None:
    clerk.goto(f"{demo}/matters/{matter}/")
    shot(clerk, "office-matter")
    clerk.fill("#id_comment", "门户申请，身份已以双因素核验")
    clerk.click("button[name=move][value=approve]")
    clerk.wait_for_selector("a.btn.go[href$='/copies/']")
    clerk.click("a.btn.go[href$='/copies/']")
    shot(clerk, "office-make")
    clerk.click("main form button.go")
    clerk.wait_for_url(re.compile(r"/copies/[0-9a-f]{32}/$"))
    copy = clerk.url.rstrip("/").rsplit("/", 1)[1]
    shot(clerk, "office-copy")
    with clerk.expect_popup() as opened:
        clerk.click("a[href*='preview=']")
    opened.value.close()

    patient.goto(f"{demo}/portal/matters/{matter}/")
    patient.click(f"a[href*='{copy}']")
    fits(patient)
    shot(patient, "portal-copy")
    preview = patient.request.get(demo + patient.get_attribute("main a[href*='preview']", "href"))
    assert preview.body().startswith(b"%PDF")
    patient.click("main form button.go")
    patient.wait_for_selector(".note.ok")

    second.goto(f"{demo}/copies/")
    shot(second, "office-list")
    second.goto(f"{demo}/copies/{copy}/")
    until = time.monotonic() + 20
    while second.locator("form:has(input[value=stamp]) button").count() and time.monotonic() < until:
        second.click("form:has(input[value=stamp]) button")  # the proof of what was prepared may not be placed yet
        second.wait_for_load_state()
        if second.locator(".note.ok").count():
            break
        second.wait_for_timeout(500)
        second.goto(f"{demo}/copies/{copy}/")
    assert "待交付" in second.inner_text("main")
    shot(second, "office-stamped")

    patient.goto(f"{demo}/portal/copies/{copy}/")
    fits(patient)
    shot(patient, "portal-ready")
    with patient.expect_download() as downloaded:
        patient.click("form[action$='/file/'] button")
    file = tmp_path / "copy.pdf"
    downloaded.value.save_as(file)
    body = file.read_bytes()
    root = x509.load_pem_x509_certificate(patient.request.get(f"{demo}/verify/root/").body())
    good = checked(body, root)
    assert (good.intact, good.covers_all, good.trusted) == (True, True, True)
    said, _proof = manifest.from_pdf(body)
    assert said.records
    bent = bytearray(body)
    bent[len(bent) // 2] ^= 1
    assert not checked(bytes(bent), root).intact
    patient.goto(f"{demo}/portal/copies/{copy}/")
    assert "已交付" in patient.inner_text("main")
    second.goto(f"{demo}/copies/seals/")
    assert copy in second.content()
    shot(second, "office-seals")
    second.set_viewport_size(PHONE)
    for address in ("/copies/", f"/copies/{copy}/", "/copies/seals/", "/copies/new/"):
        second.goto(demo + address)
        fits(second)
    second.set_viewport_size(WIDE)


def test_the_window_without_a_script(running: Any, clerk: Any, demo: str, patient: Any) -> None:
    """Everything works by keyboard and without a script; a paper is brought as a file."""
    plain = running.new_context(viewport=WIDE, locale="zh-CN", java_script_enabled=False)
    plain.add_cookies(clerk.context.cookies())
    page = plain.new_page()
    patient.goto(f"{demo}/portal/")
    chart = patient.url.rstrip("/").rsplit("/", 1)[1]
    page.goto(f"{demo}/patients/{chart}/copies/new/")
    shot(page, "window-kinds")
    page.click("button[value=copy_agent]")
    page.wait_for_selector("form.apply")
    assert page.locator("#id_address").is_visible()
    page.fill("#id_applicant", "周以宁")
    page.click("form.apply button[value=check]")
    if page.locator("[data-summary]").count() == 0:  # the browser itself asks for what is required
        page.eval_on_selector_all("form.apply [required]", "all => all.forEach(one => one.removeAttribute('required'))")
        page.click("form.apply button[value=check]")
    page.wait_for_selector("[data-summary]")
    assert page.input_value("#id_applicant") == "周以宁"
    shot(page, "window-apply")
    plain.close()
