"""一（三）2 患者门户: start code, lock-out, watching and session end with their time [1.3.2] [6.1.2] [4.1.3]"""

import re

from jingui.core import onetime
from jingui.core.portal import EndPortal
from jingui.core.words import Verb
from tests.gate.test_portal import GUARDIAN, at, born, opened
from tests.hospital import Hospital
from tests.web.browser import Later
from tests.web.portal_browser import Patient, looks, text


def test_a_start_code_is_good_for_a_week(hospital: Hospital) -> None:
    slip = opened(hospital, born(hospital, "起始", "51000003", "1990-01-01")[0])
    Later(hospital).by(days=8)
    late = Patient().password(slip.number, slip.code)
    assert late.status_code == 400
    assert "过期" in text(late)


def test_guessing_locks_and_tells_nothing(hospital: Hospital) -> None:
    slip = opened(hospital, born(hospital, "猜测", "51000004", "1990-01-01")[0])
    known = [text(Patient().password(slip.number, f"wrong-{n}")) for n in range(6)]
    ghost = [text(Patient().password("P00000000000", f"wrong-{n}")) for n in range(6)]
    plain = [re.sub(r"P\d+|value=\"[^\"]*\"|[0-9a-zA-Z]{64}", "", page) for page in (*known, *ghost)]
    assert plain[:6] == plain[6:]
    assert "15 分钟" in known[5]
    assert Patient().password(slip.number, slip.code).status_code == 400  # locked, though it is right
    Later(hospital).by(minutes=16)
    assert Patient().password(slip.number, slip.code).status_code == 302


def test_a_page_that_asks_by_itself_keeps_no_session_alive(hospital: Hospital) -> None:
    patient = born(hospital, "安静", "51000006", "1990-01-01")[0]
    browser = Patient().begin(hospital, opened(hospital, patient))
    page = text(browser.get(f"/portal/charts/{patient}/readers/"))
    place = re.search(r'data-news="(/portal/[^"]+)"', page).group(1)  # type: ignore[union-attr]
    later = Later(hospital)
    for _ in range(4):
        later.by(minutes=4)
        answer = browser.get(place)
    assert answer.status_code == 302
    assert "/portal/sign-in/" in answer["Location"]


def test_a_page_is_watched_for_a_quarter_of_an_hour(hospital: Hospital) -> None:
    patient = born(hospital, "一刻", "51000011", "1990-01-01")[0]
    browser = Patient().begin(hospital, opened(hospital, patient))
    page = text(browser.get(f"/portal/charts/{patient}/readers/"))
    place = re.search(r'data-news="(/portal/[^"]+)"', page).group(1)  # type: ignore[union-attr]
    later = Later(hospital)
    later.by(minutes=14)
    assert browser.get("/portal/account/").status_code == 200  # a person keeps the session alive
    assert browser.get(place).status_code == 204
    later.by(minutes=2)
    assert browser.get(place).status_code == 404  # the page must be opened, and entered, again


def test_a_guardian_after_the_end_sees_the_other_child_only(hospital: Hospital) -> None:
    one, two = (
        born(hospital, name, mrn, "2016-01-01")[0] for name, mrn in (("大宝", "51000008"), ("二宝", "51000010"))
    )
    slip = opened(hospital, one, **GUARDIAN)
    opened(hospital, two, number=slip.number, **GUARDIAN)
    browser = Patient().begin(hospital, slip)
    for child, name in ((one, "大宝"), (two, "二宝")):
        assert name in text(browser.get(f"/portal/charts/{child}/"))
    entry = looks(hospital, "doctor", one)
    ending = EndPortal(number=slip.number, reason="监护人变更")
    hospital.write("registrar", Verb.END_PORTAL, ending, **at(hospital, one))
    assert browser.get(f"/portal/charts/{two}/").status_code == 302  # signed out
    assert browser.password(slip.number)["Location"] == "/portal/sign-in/second-factor/"
    Later(hospital).by(minutes=1)  # a code works once: take the next one
    code = onetime.code(browser.secret, onetime.counter_at(hospital.runtime.clock.now()))
    assert browser.post("/portal/sign-in/second-factor/", code=code)["Location"] == "/portal/"
    assert browser.get("/portal/")["Location"] == f"/portal/charts/{two}/"
    for rest in ("", "readers/", "restrictions/", "consents/", f"readers/{entry}/proof/"):
        answer = browser.get(f"/portal/charts/{one}/{rest}")
        assert answer.status_code == 403, rest
        assert "大宝" not in text(answer)
    assert browser.get(f"/portal/charts/{two}/").status_code == 200
