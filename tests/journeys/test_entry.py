"""二（二）录入: written by keyboard while the server is killed, corrected, verified [2.2.3] [2.2.4]"""

import contextlib
import os
import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.running import House
from tests.journeys import complaints, writing
from tests.journeys.writing import Hands

pytestmark = pytest.mark.browser
PlaywrightError = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").Error
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LIMIT = 180  # seconds of typing for an admission record
PICTURES = os.environ.get("JINGUI_JOURNEY_PICTURES", "")
COMPLAINT = "反复胸闷三年，加重三天"
ILLNESS = "三年前活动后胸闷，休息可缓解。三天前受凉后加重，夜间不能平卧，无胸痛。"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with writing.served() as made:
        yield made


class Desk:
    """One person's window; what the browser complains of beyond lost connections is a fault."""

    def __init__(self, running: Any, house: House, who: str, viewport: dict[str, int] = WIDE) -> None:
        self.house = house
        self.context = running.new_context(viewport=viewport, locale="zh-CN")
        self.page = self.context.new_page()
        self.faults = complaints.listen(self.page, but="Failed to load resource")  # its server is killed on purpose
        writing.sign_in(self.page, house, who)

    def goto(self, path: str) -> Any:
        return self.page.goto(writing.address(self.house) + path)

    def saved(self) -> None:
        """Wait until the page says that everything is on the server."""
        self.page.wait_for_selector(".saved.ok", timeout=60_000)

    def keep(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


@pytest.fixture(scope="module")
def doctor(running: Any, house: House) -> Iterator[Desk]:
    desk = Desk(running, house, "doctor")
    yield desk
    assert desk.faults == []
    desk.context.close()


@pytest.fixture(scope="module")
def patient(house: House) -> str:
    return writing.admit(house, "欧阳明远", "00660001", timedelta(hours=2))


def fill(hands: Hands) -> None:
    """An admission record as a physician writes one, field after field."""

    def at(link: str) -> None:
        hands.until(f"[name='a.{link}']")

    def say(link: str, text: str) -> None:
        at(link)
        hands.type(text)

    def add(link: str, text: str) -> None:
        at(link)
        hands.press("Control+End")
        hands.type(text)

    def pick(link: str, number: str) -> None:
        at(link)
        hands.press(number)

    say("admitted_at", "昨天 7:10")
    say("informant", "本人")
    hands.press("Enter")  # goes on like Tab and hands nothing in
    assert hands.page.evaluate("document.activeElement.name") == "a.informant_relation"
    hands.press("ArrowDown")
    pick("reliable", "1")
    say("chief_complaint", COMPLAINT)
    say("present_illness", ILLNESS)
    say("diseases", "高血压十年")
    say("infectious_history", "否认")
    say("operations_before", "无")
    say("transfusions", "无")
    pick("allergic", "2")
    say("personal_history", "吸烟二十年")
    say("marriage_history", "已婚")
    say("family_history", "父亲高血压")


def finish(hands: Hands) -> None:
    """The rest: examination, tests, diagnosis by its initials."""

    def say(link: str, text: str) -> None:
        hands.until(f"[name='a.{link}']")
        hands.press("Control+End")
        hands.type(text)

    for link, text in (("temperature", "36.8"), ("pulse", "92"), ("breathing", "20"), ("systolic", "158")):
        say(link, text)
    say("diastolic", "94")
    for link in ("general", "chest", "abdomen", "nerves"):
        say(link, "无异常。")
    say("speciality", "心率九十二次，律齐，双下肢轻度水肿。")
    say("tests_done", "心电图示窦性心律。")
    hands.until("[name='a.diagnoses.0.diagnosis']")
    hands.type("gxy")
    hands.page.wait_for_selector("[role=listbox] [role=option]")
    hands.press("Enter")


def killed_until_lost(house: House, page: Any) -> bool:
    """Kill the server and save at once, until a save meets no server: it comes back within a second or two."""
    for seed in range(8):
        house.kill_worker(random.Random(seed))
        page.keyboard.type(" ")
        page.keyboard.press("Control+s")
        with contextlib.suppress(PlaywrightError):
            page.wait_for_selector(".saved.bad", timeout=3_000)
            return True
        writing.waited(house)
    return False


def test_written_by_keyboard_while_the_server_is_killed(doctor: Desk, house: House, patient: str) -> None:
    page, hands = doctor.page, Hands(doctor.page)
    doctor.goto("/")
    doctor.keep("desk")
    assert "欧阳明远" in page.inner_text("aside")  # what is owed stands on the desk with its countdown
    page.keyboard.press("Tab")
    hands.until(f"a[href='/patients/{patient}/']", 60)
    hands.press("Enter")
    page.wait_for_url(f"**/patients/{patient}/")
    hands.press("n")
    page.wait_for_url("**/write/")
    doctor.keep("choose")
    assert "剩" in page.inner_text("main")
    hands.until(f"a[href='/patients/{patient}/write/admission_record/']")
    hands.press("Enter")
    page.wait_for_url("**/write/admission_record/")
    assert page.evaluate("document.activeElement.name") == "a.admitted_at"  # one may type at once
    fill(hands)
    doctor.saved()
    doctor.keep("form")

    hands.until("[name='a.temperature']")
    hands.type("36.8")
    assert killed_until_lost(house, page)  # kill -9 in the middle of typing
    doctor.keep("lost")
    assert "未保存" in page.inner_text(".bar")
    assert page.input_value("[name='a.present_illness']") == ILLNESS
    writing.waited(house)
    doctor.saved()
    page.reload()  # as after a crash of the browser too: the same form goes on
    assert page.input_value("[name='a.present_illness']") == ILLNESS
    assert page.input_value("[name='a.chief_complaint']") == COMPLAINT
    assert page.input_value("[name='a.temperature']").strip() == "36.8"
    page.fill("[name='a.temperature']", "")
    page.focus("[name='a.family_history']")

    finish(hands)
    doctor.saved()
    hands.press("Control+Enter")
    page.wait_for_url("**/check/**")
    doctor.keep("check")
    assert "高血压" in page.inner_text("main")
    hands.press("Control+Enter")
    page.wait_for_url("**/records/**")
    doctor.keep("record")
    assert "已录入并签名" in page.inner_text("main")
    print(f"\nan admission record: {hands.told()}")
    assert hands.seconds <= LIMIT
    stored = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert stored == "[[],[]]"  # a shared station keeps nothing


def test_corrected_and_verified_by_a_second_person(running: Any, doctor: Desk, house: House, patient: str) -> None:
    page = doctor.page
    doctor.goto(f"/patients/{patient}/")
    page.click("text=入院记录")
    page.wait_for_url("**/records/**")
    record = page.url
    page.keyboard.press("e")
    page.wait_for_url("**/amend/")
    page.fill("[name='a.chief_complaint']", "反复胸闷五年，加重三天")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/amend/check/**")
    page.fill("#id_reason", "患者更正病程年数")
    doctor.keep("amend-check")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/records/[0-9a-f]{32}/$"))
    doctor.keep("corrected")
    assert page.locator("main del", has_text="三").count() >= 1
    assert page.locator("main ins", has_text="五").count() >= 1
    assert "患者更正病程年数" in page.inner_text("main")

    second = Desk(running, house, "senior")
    second.goto("/signing/")
    second.keep("signing")
    assert second.page.goto(record).status == 200  # read before it is verified
    second.goto("/signing/#verify")
    line = second.page.locator("#verify tr", has_text="欧阳明远")
    line.locator("input[type=checkbox]").check()
    second.page.click("#verify button[type=submit]")
    second.page.wait_for_load_state()
    assert "份文书已完成" in second.page.inner_text("main")
    second.goto(f"/patients/{patient}/")
    second.keep("chart")
    assert second.page.locator("#timeline del").count() >= 1
    assert second.page.locator("#timeline ins").count() >= 1
    assert second.faults == []
    second.context.close()


def test_the_deadline_is_said_when_it_passes(doctor: Desk, house: House) -> None:
    soon = writing.admit(house, "秦时明", "00660002", timedelta(hours=8) - timedelta(seconds=20))
    page = doctor.page
    doctor.goto(f"/patients/{soon}/write/first_progress_note/")
    assert page.locator("[data-due] time.warn").count() == 1
    page.wait_for_selector("[data-due] time.bad", timeout=60_000)
    assert "已超过书写时限" in page.inner_text(".bar")
    doctor.keep("overdue")
    doctor.goto("/deadlines/?state=overdue")
    doctor.keep("board")
    assert "秦时明" in page.inner_text("main")


def test_two_windows_go_on_with_one_draft(doctor: Desk, house: House) -> None:
    other_patient = writing.admit(house, "柳叶青", "00660003", timedelta(hours=1))
    address = f"/patients/{other_patient}/write/first_progress_note/"
    page = doctor.page
    doctor.goto(address)
    page.fill("[name='a.chief_complaint']", "腹痛一天")
    doctor.saved()
    window = doctor.context.new_page()
    window.goto(writing.address(house) + address)
    assert window.input_value("[name='a.chief_complaint']") == "腹痛一天"
    window.fill("[name='a.chief_complaint']", "右下腹痛一天")
    window.wait_for_selector(".saved.ok")
    page.fill("[name='a.chief_complaint']", "上腹痛一天")
    page.fill("[name='a.features']", "麦氏点压痛")
    page.wait_for_selector(".bar .saved button", timeout=30_000)
    page.click(".bar .saved button")
    page.wait_for_selector("form.merge")
    doctor.keep("merge")
    text = page.inner_text("form.merge")
    assert "右下腹痛一天" in text
    assert "上腹痛一天" in text
    page.check("[name='m.chief_complaint'][value=theirs]")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("form.entry")
    assert page.input_value("[name='a.chief_complaint']") == "右下腹痛一天"
    assert page.input_value("[name='a.features']") == "麦氏点压痛"
    doctor.goto("/drafts/")
    doctor.keep("drafts")
    assert "柳叶青" in page.inner_text("main")


def test_on_a_phone_and_on_paper(running: Any, doctor: Desk, house: House, patient: str) -> None:
    state = doctor.context.storage_state()
    context = running.new_context(viewport=PHONE, locale="zh-CN", storage_state=state)
    page = context.new_page()
    paths = ("/", f"/patients/{patient}/", f"/patients/{patient}/write/", "/drafts/", "/signing/", "/deadlines/")
    for path in (*paths, f"/patients/{patient}/write/progress_note/"):
        page.goto(writing.address(house) + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / "phone-form.png"))
    context.close()


def test_a_shared_station_changes_hands(running: Any, house: House) -> None:
    desk = Desk(running, house, "nurse")
    page = desk.page
    page.click("text=切换用户")
    page.wait_for_url("**/sign-in/switch/")
    desk.keep("switch")
    assert "nurse" not in page.content()
    page.go_back()
    time.sleep(0.5)
    assert "nurse" not in page.inner_text("body")  # nothing of the person before comes back
    desk.context.close()
