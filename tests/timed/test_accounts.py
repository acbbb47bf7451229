"""六（一）2 账号管理: a pause that ends, a password that is due [6.1.2]"""

from jingui.core.words import Role
from tests.hospital import Hospital
from tests.web.browser import Browser, Later, code_of, outcomes, with_credentials
from tests.web.test_accounts import text


def test_five_tries_then_a_pause_that_ends(hospital: Hospital) -> None:
    hospital.person("lock", Role.NURSE, "xnk")
    with_credentials(hospital, "lock")
    later = Later(hospital)
    for _ in range(5):
        assert Browser().password("lock", "wrong").status_code == 400
    locked = Browser().password("lock")
    assert locked.status_code == 400
    assert "15 分钟" in text(locked)
    assert outcomes(hospital, "lock")[0] == ("fail", "locked")
    for _ in range(5):  # trying on does not prolong it
        later.by(minutes=1)
        Browser().password("LOCK ", "wrong")
    later.by(minutes=10, seconds=1)
    assert Browser().password("lock").status_code == 302


def test_a_password_is_due_after_ninety_days(hospital: Hospital) -> None:
    hospital.person("due", Role.NURSE, "xnk")
    with_credentials(hospital, "due")
    later = Later(hospital)
    later.by(days=90)
    browser = Browser()
    browser.password("due")
    assert browser.code(code_of(hospital, "due"))["Location"] == "/account/password/"
    assert browser.get("/")["Location"] == "/account/password/"
