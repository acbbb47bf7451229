"""二（二）3: the ward's page in a real browser, wide and as narrow as a phone, by keyboard, without scripts [2.2.3]"""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from jingui.station.serve import Station
from tests.hospital import Hospital
from tests.station.ward import CANARY, PIN, Ward, patient, pins

REASON = "全院停电，交接班核对用药"


@pytest.mark.browser
def test_a_ward_reads_by_keyboard(hospital: Hospital, tmp_path: Path) -> None:
    from tools.pictures import browser, chromium

    if not chromium():
        pytest.skip("no Chromium on this machine: set JINGUI_BROWSER to one")
    pytest.importorskip("playwright", reason="Playwright is not installed")
    pins(hospital, "doctor", "nurse")
    patient(hospital)
    ward = Ward(hospital, tmp_path)
    ward.pull()
    folder = Path(os.environ.get("JINGUI_PICTURES", str(tmp_path)))
    with Station(ward.desk, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with browser() as running:  # from here on Django may not be asked on this thread
                for width in (1280, 390):
                    reads(running, f"http://127.0.0.1:{server.server_address[1]}", width, folder)
        finally:
            server.shutdown()
    assert [read.head["verb"] for read in ward.book.reads].count("open_chart") == 2


def reads(running: Any, base: str, width: int, folder: Path) -> None:
    """Come in, look at the list, at a patient and at the empty sheet."""
    context = running.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    try:
        page.goto(base)
        page.screenshot(path=folder / f"station-in-{width}.png", full_page=True)
        page.keyboard.type("nurse")  # the first field has the focus
        page.keyboard.press("Tab")
        page.keyboard.type(PIN)
        page.keyboard.press("Tab")
        page.keyboard.type(REASON)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{base}/ward")
        narrow(page, width)
        page.screenshot(path=folder / f"station-ward-{width}.png", full_page=True)
        page.get_by_role("link", name=CANARY).first.click()
        page.get_by_text("青霉素").first.wait_for()
        narrow(page, width)
        page.screenshot(path=folder / f"station-chart-{width}.png", full_page=True)
        page.goto(f"{base}/sheet")
        page.screenshot(path=folder / f"station-sheet-{width}.png", full_page=True)
    finally:
        context.close()


def narrow(page: Any, width: int) -> None:
    """Nothing hangs over the edge."""
    box = page.locator("main").bounding_box()
    assert box["x"] + box["width"] <= width
    for cell in page.locator("td, header, h1").all():
        inner = cell.bounding_box()
        assert inner is None or inner["x"] + inner["width"] <= width + 1
