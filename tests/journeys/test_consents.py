"""二（一）3: a consent signed in a real browser, with mouse and finger, or brought as a scan [2.1.3]"""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import complaints
from tests.pictures import png
from tools.pictures import hrefs, sign_in

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SHOTS = os.environ.get("JINGUI_SHOTS", "")  # a folder to look at the pages in


@pytest.fixture(scope="module")
def doctor(running: Any, demo: str) -> Iterator[Any]:
    """A physician who has signed in; what the browser complained of must stay empty."""
    context = running.new_context(viewport=WIDE, locale="zh-CN", has_touch=True)
    page = context.new_page()
    said = complaints.listen(page, but=complaints.MENDED)
    sign_in(page, demo, "lin.xiaoqing")
    yield page
    assert said == []
    context.close()


@pytest.fixture(scope="module")
def patient(doctor: Any, demo: str) -> str:
    """The address of the consents of a patient of hers."""
    doctor.goto(demo + "/?list=mine")
    found = hrefs(doctor, "/patients/")
    if not found:
        doctor.goto(demo)
        found = hrefs(doctor, "/patients/")
    return found[0] + "consents/"


def shot(page: Any, name: str) -> None:
    if SHOTS:
        for size, word in ((WIDE, "1280"), (PHONE, "390")):
            page.set_viewport_size(size)
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{word}.png"), full_page=True)
        page.set_viewport_size(WIDE)


def draw(page: Any) -> None:
    """A signature by mouse."""
    canvas = page.locator("[data-pad] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 90)
    page.mouse.down()
    for n in range(30):  # no two people sign alike, and nobody twice
        page.mouse.move(box["x"] + 60 + n * 12, box["y"] + 60 + random.randrange(90))
    page.mouse.up()


def wide_enough(page: Any) -> None:
    """Nothing runs out of a phone's screen."""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size(WIDE)


def test_signed_with_a_mouse_after_a_mistake(doctor: Any, demo: str, patient: str) -> None:
    doctor.goto(demo + patient)
    wide_enough(doctor)
    doctor.goto(demo + patient + "new/?kind=sensitive_collection")
    wide_enough(doctor)
    shot(doctor, "give")
    for box in doctor.locator("input[name=labels]:checked").all():
        box.uncheck()
    doctor.eval_on_selector("details.told", "rest => { rest.open = true; }")
    doctor.check("input[name=labels][value=genetic]")
    draw(doctor)
    assert doctor.inner_text("[data-pad] [role=status]") == "已签名"
    doctor.click("main form button.go")  # the purpose was not told yet
    doctor.wait_for_selector("[data-summary]")
    shot(doctor, "give-wrong")
    assert doctor.is_checked("input[name=labels][value=genetic]")
    assert doctor.inner_text("[data-pad] [role=status]") == "已签名"  # the drawing is still there
    doctor.check("input[name=told]")
    doctor.click("main form button.go")
    doctor.wait_for_url(f"**{patient}")
    assert "已登记。" in doctor.inner_text("main")
    assert "遗传病史" in doctor.inner_text("main table")
    shot(doctor, "consents")


def test_the_paper_shows_the_signature(doctor: Any, demo: str, patient: str) -> None:
    doctor.goto(demo + patient)
    doctor.click("main table a[href*='/consent/']")
    doctor.wait_for_selector("img.signed")
    assert doctor.eval_on_selector("img.signed", "image => image.decode().then(() => image.naturalWidth)") == 900
    wide_enough(doctor)
    shot(doctor, "paper")
    doctor.emulate_media(media="print")
    if SHOTS:
        doctor.screenshot(path=str(Path(SHOTS) / "paper-print.png"), full_page=True)
    doctor.emulate_media(media="screen")


def test_signed_with_a_finger(doctor: Any, demo: str, patient: str) -> None:
    doctor.set_viewport_size(PHONE)
    doctor.goto(demo + patient + "new/?kind=research")
    touch = """canvas => { const box = canvas.getBoundingClientRect();
      const at = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {pointerId: 1, pointerType: 'touch',
        isPrimary: true, bubbles: true, cancelable: true, clientX: box.left + x, clientY: box.top + y}));
      canvas.setPointerCapture = () => {};
      at('pointerdown', 20, 30); for (let n = 0; n < 25; n++) at('pointermove', 20 + n * 9, 20 + Math.random() * 70);
      at('pointerup', 250, 60); }"""
    doctor.eval_on_selector("[data-pad] canvas", touch)
    assert len(doctor.input_value("input[name=strokes]")) > 100
    doctor.click("[data-clear]")
    assert doctor.input_value("input[name=strokes]") == ""
    doctor.eval_on_selector("[data-pad] canvas", touch)
    doctor.check("input[name=told]")
    doctor.click("main form button.go")
    doctor.wait_for_url(f"**{patient}")
    doctor.set_viewport_size(WIDE)
    assert "科研知情同意书" in doctor.inner_text("main table")


def test_withdrawn(doctor: Any, demo: str, patient: str) -> None:
    doctor.goto(demo + patient)
    doctor.click("main table a[href$='/withdraw/']")
    doctor.wait_for_selector("main form button.go")
    shot(doctor, "withdraw")
    doctor.click("main form button.go")
    doctor.wait_for_url(f"**{patient}")
    assert "已撤回，立即生效。" in doctor.inner_text("main")


def test_what_is_owed_stands_on_the_desk_and_the_list(doctor: Any, demo: str) -> None:
    doctor.goto(demo)
    shot(doctor, "desk")
    doctor.goto(demo + "/consents/")
    assert "待补办同意" in doctor.inner_text("main h1")
    wide_enough(doctor)
    shot(doctor, "due")


def test_without_script_a_scan(running: Any, doctor: Any, demo: str, patient: str, tmp_path: Path) -> None:
    plain = running.new_context(viewport=WIDE, locale="zh-CN", java_script_enabled=False)
    plain.add_cookies(doctor.context.cookies())  # a code signs in once, so the session is taken along
    page = plain.new_page()
    page.goto(demo + patient + "new/?kind=teaching")
    assert page.is_hidden("[data-pad]")
    paper = tmp_path / "signed.png"
    paper.write_bytes(png(int(os.times().elapsed * 100) % 60_000))
    page.set_input_files("input[name=signed]", str(paper))
    page.check("input[name=told]")
    page.click("main form button.go")
    page.wait_for_url(f"**{patient}")
    assert "教学知情同意书" in page.inner_text("main table")
    plain.close()
