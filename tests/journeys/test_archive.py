"""三（二）2: 5,000 volumes counted and one lent, on a phone's page in a real browser [3.2.2] [4.1.2]

One volume is missing, one lies on the wrong board, one is another hospital's.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jingui.core.archive import MOST_CODES
from jingui.core.archive_codes import Labelled, made, shown
from tests.faults.running import House
from tests.journeys import complaints, writing

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
PICTURES = os.environ.get("JINGUI_JOURNEY_PICTURES", "")
SLOWEST = 3.0  # seconds that a batch of 200 scans may take until the next page stands


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with writing.served("tests.journeys.archive_house") as running:
        yield running


class Phone:
    """One person's phone; what the browser complains of is a fault, forms to mend (400) apart."""

    def __init__(self, running: Any, house: House, who: str, *, scripts: bool = True) -> None:
        self.house = house
        self.context = running.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.faults = complaints.listen(self.page, but=complaints.MENDED)
        writing.sign_in(self.page, house, who)

    def goto(self, path: str) -> None:
        self.page.goto(writing.address(self.house) + path)

    def main(self) -> str:
        return str(self.page.inner_text("main"))

    def narrow(self, name: str) -> None:
        """Nothing runs out of the screen."""
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"archive-{name}.png"), full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name

    def sent(self, form: str) -> None:
        with self.page.expect_navigation():
            self.page.click(f"{form} button[type=submit]")

    def done(self) -> None:
        assert self.faults == []
        self.context.close()


def test_five_thousand_volumes_are_counted_on_a_phone(running: Any, house: House) -> None:
    shelves: dict[str, list[str]] = house.facts["shelves"]
    boards = list(shelves)
    foreign = made("ZZZ", Labelled.VOLUME, 99)
    missing, moved = shelves[boards[3]][7], shelves[boards[4]][8]
    stream: list[str] = []
    for board, codes in shelves.items():
        stream += [board, *(code for code in codes if code not in (missing, moved))]
    stream += [boards[0], moved, foreign]
    me = Phone(running, house, "archivist")
    me.goto(f"/archive/storerooms/{house.facts['room']}/")
    me.narrow("room")
    me.goto(f"/archive/stocktakings/?storeroom={house.facts['room']}")
    me.narrow("start")
    me.sent("form.sheet")
    took = []
    begun = time.monotonic()
    for at in range(0, len(stream), MOST_CODES):
        me.page.fill("#id_scans", "\n".join(stream[at : at + MOST_CODES]))
        started = time.monotonic()
        me.sent("form[data-count]")
        took.append(time.monotonic() - started)
        if at == 0:
            me.narrow("count")
    whole = time.monotonic() - begun
    print(f"{len(stream)} scans in {len(took)} batches: {whole:.1f} s, the slowest batch {max(took):.2f} s; "
          f"5,000 volumes registered and shelved through the door in {house.facts['seconds']:.1f} s")  # fmt: skip
    assert max(took) < SLOWEST
    progress = me.page.locator("progress.wide")
    assert (progress.get_attribute("max"), progress.get_attribute("value")) == ("5000", "4999")
    assert shown(missing) in me.main()
    me.page.click("nav.chips a:has-text('错架')")
    assert shown(moved) in me.main()
    me.page.click("nav.chips a:has-text('不属本库')")
    assert shown(foreign) in me.main()
    me.narrow("differences")
    me.sent("form[data-saves]:has(#id_explanation)")
    assert "有差异，请写明原因和处理" in me.main()
    me.page.fill("#id_explanation", "一册未见，已安排查找；错架一册已归位；外院病案退回")
    me.sent("form[data-saves]:has(#id_explanation)")
    assert "未见的已转为处理事项" in me.main()
    me.done()


def test_a_volume_is_lent_and_comes_back(running: Any, house: House) -> None:
    code = next(iter(house.facts["shelves"].values()))[0]
    me = Phone(running, house, "archivist2")
    me.goto("/archive/")
    me.narrow("home")
    me.goto("/archive/loans/new/")
    me.narrow("lend")
    me.page.fill("#id_code", shown(code))
    me.page.fill("#id_staff", "Tdoctor")
    me.sent("form.sheet")
    assert "已借出" in me.main()
    me.goto("/archive/loans/?which=all")
    assert shown(code) in me.main()
    me.narrow("loans")
    doctor = Phone(running, house, "doctor", scripts=False)  # renewing works without scripts
    doctor.goto("/archive/loans/")
    doctor.sent("form.sheet")
    assert "已续借到" in doctor.main()
    doctor.done()
    me.goto("/archive/returns/")
    me.page.fill("#id_code", code.lower())
    me.sent("form.sheet")
    assert "已归还" in me.main()
    me.goto("/archive/")
    me.page.fill("#id_text", code)
    me.sent("form.sheet")
    assert "病案室" in me.main()
    me.narrow("volume")
    me.goto(f"/archive/labels/?code={code}")
    me.narrow("labels")
    me.done()
