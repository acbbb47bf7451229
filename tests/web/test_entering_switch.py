"""二（二）3 快速换人: a shared station changes hands; nothing of the person before stays [2.2.3] [6.1.2]"""

from tests.hospital import Hospital
from tests.web.browser import Browser, code_of, outcomes, unused, with_credentials

WORD = "三尺微命一介书生 24"


def handed_over(hospital: Hospital, browser: Browser, login: str, who: str, code: str | None = None) -> object:
    unused(hospital, who)
    given = code_of(hospital, who) if code is None else code
    return browser.post("/sign-in/switch/", login=login, password=WORD, code=given)


def test_the_next_one_takes_over_in_one_step(hospital: Hospital) -> None:
    for who in ("doctor", "nurse"):
        with_credentials(hospital, who)
    browser = Browser()
    browser.sign_in(hospital, "doctor")
    before = browser.session
    left = browser.post("/sign-in/switch/")
    assert left.status_code == 302
    assert outcomes(hospital, "doctor", "sign_out")[0] == ("allow", "")
    shown = browser.get("/sign-in/switch/").content.decode()
    assert "doctor" not in shown
    assert 'class="strip"' not in shown
    assert browser.get("/").status_code == 302  # nobody is signed in any more
    entered = handed_over(hospital, browser, "Tnurse", "nurse")  # the badge types the staff number
    assert (entered.status_code, entered["Location"]) == (302, "/")  # type: ignore[attr-defined, index]
    assert browser.session != before
    desk = browser.get("/").content.decode()
    assert "nurse" in desk
    assert outcomes(hospital, "nurse")[0] == ("allow", "")


def test_a_wrong_word_lets_nobody_in_and_the_old_session_is_gone(hospital: Hospital) -> None:
    with_credentials(hospital, "surgeon")
    browser = Browser()
    browser.sign_in(hospital, "surgeon")
    refused = browser.post("/sign-in/switch/", login="nobody-here", password="x", code="")
    assert refused.status_code == 400
    assert "surgeon" not in refused.content.decode()
    assert browser.get("/").status_code == 302


def test_a_wrong_code_leads_to_the_page_of_the_second_factor(hospital: Hospital) -> None:
    with_credentials(hospital, "archivist")
    browser = Browser()
    entered = handed_over(hospital, browser, "archivist", "archivist", "000000")
    assert entered["Location"] == "/sign-in/second-factor/"  # type: ignore[index]
    assert browser.get("/").status_code == 302  # half signed in sees no page
