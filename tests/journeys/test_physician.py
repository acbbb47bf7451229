"""四（一）内部查阅: a physician's way through the pages in a real browser [4.1.1] [4.1.2] [4.1.3]"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys import complaints
from tools.pictures import hrefs, sign_in, speak

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def physician(running: Any, demo: str) -> Iterator[Any]:
    """A physician who has signed in with password and code; what the browser complained of must stay empty."""
    context = running.new_context(viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    said = complaints.listen(page)
    sign_in(page, demo, "lin.xiaoqing")
    complaints.settled(said)  # another journey may have spent this half minute's code
    yield page
    assert said == []
    context.close()


@pytest.fixture(scope="module")
def chart(physician: Any, demo: str) -> str:
    physician.goto(demo)
    return hrefs(physician, "/patients/")[0]


def test_found_by_the_slash_key_and_opened(physician: Any, demo: str, chart: str) -> None:
    physician.goto(demo + chart)
    name = physician.eval_on_selector("main h1", "heading => heading.firstChild.textContent.trim()")
    physician.goto(demo)
    physician.keyboard.press("/")
    physician.keyboard.type(name)
    physician.keyboard.press("Enter")
    physician.wait_for_selector("main table.rows a")
    assert physician.url == f"{demo}/patients/"  # no term in the address
    assert chart in hrefs(physician, "/patients/")
    physician.keyboard.press("j")
    physician.keyboard.press("Enter")
    physician.wait_for_url(re.compile(r"/patients/[0-9a-f]{32}/"))


def test_read_with_the_reason_beside_it(physician: Any, demo: str, chart: str) -> None:
    physician.goto(demo + chart)
    physician.goto(demo + hrefs(physician, "/records/")[0])
    assert "为什么我能看" in physician.inner_text("aside")
    assert "treating-staff-read" in physician.inner_text("aside")


def test_the_entry_of_this_page_is_verified_in_the_browser(physician: Any, demo: str, chart: str) -> None:
    physician.goto(demo + chart)
    physician.wait_for_selector(".strip .mark:not(.wait)", state="attached", timeout=10_000)
    assert re.search(r"#[\d\u202f]+", physician.inner_text("[data-strip-number]"))
    physician.click("[data-verify]")
    physician.wait_for_selector("#proof .note.ok", timeout=10_000)
    assert physician.locator("#proof .steps li.ok").count() >= 5
    assert physician.locator("#proof .steps li.bad").count() == 0
    physician.click("#proof [data-close]")


def test_refused_with_rule_clause_and_next_step(running: Any, demo: str, chart: str) -> None:
    context = running.new_context(viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    sign_in(page, demo, "li.mingzhe")
    answer = page.goto(demo + chart)
    text = page.inner_text("main")
    assert answer.status == 403
    assert "为什么不能" in text
    assert "怎么办" in text
    assert "留痕" in text
    assert page.locator("main a.clause").count() >= 1
    context.close()


def test_english_and_back(physician: Any, demo: str, chart: str) -> None:
    physician.goto(demo + chart)
    physician.click("header .lang button")
    physician.wait_for_selector("html[lang=en]")
    physician.goto(demo + chart)
    assert "Why may I see this?" in physician.inner_text("aside")
    physician.click("header .lang button")
    physician.wait_for_selector("html[lang=zh-CN]")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_is_wider_than_a_phone(running: Any, physician: Any, demo: str, chart: str, language: str) -> None:
    context = running.new_context(viewport=PHONE, locale="zh-CN", storage_state=physician.context.storage_state())
    speak(context, demo, language)
    page = context.new_page()
    physician.goto(demo + chart)
    record = hrefs(physician, "/records/")[0]
    fixed = ("/", "/patients/", "/evidence/", "/policy/", "/policy/clauses/4.1.1/", "/policy/settings/", "/help/keys/")
    for address in (*fixed, "/purpose/", chart, record, f"{record}life/"):
        page.goto(demo + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    context.close()


def test_a_page_prints_with_its_strip_and_without_its_frame(physician: Any, demo: str, chart: str) -> None:
    physician.goto(demo + chart)
    physician.emulate_media(media="print")
    assert not physician.is_visible("header.top")
    assert physician.is_visible(".printed")
    assert physician.is_visible(".strip")
    physician.emulate_media(media="screen")


def test_older_records_come_in_below_under_an_entry_of_their_own(physician: Any, demo: str) -> None:
    physician.goto(demo)
    for chart in hrefs(physician, "/patients/"):
        physician.goto(demo + chart)
        if physician.locator("[data-more] form").count():
            break
    else:
        pytest.fail("no chart of this demonstration has more than one page")
    before, entry = physician.locator("#timeline tbody tr").count(), physician.get_attribute(".strip", "data-entry")
    physician.click("[data-more] button")
    physician.wait_for_function("entry => document.querySelector('.strip').dataset.entry !== entry", arg=entry)
    assert physician.locator("#timeline tbody tr").count() > before
    assert physician.url == demo + chart
    physician.wait_for_selector(".strip .mark:not(.wait)", state="attached", timeout=10_000)


def test_an_emergency_is_one_step_from_the_refusal(running: Any, demo: str, chart: str) -> None:
    context = running.new_context(viewport=WIDE, locale="zh-CN")
    page = context.new_page()
    sign_in(page, demo, "jiang.yuan")  # a physician of another department
    assert page.goto(demo + chart).status == 403
    page.click("main a.go")
    page.fill("#id_reason", "抢救：呼吸骤停")
    page.click("main form[data-saves] button")
    page.wait_for_selector("#timeline")
    assert "紧急救治" in page.inner_text(".strip")
    context.close()
