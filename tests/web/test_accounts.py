"""六（一）2 账号管理: signing in as a browser or curl does, and everything that must not work [6.1.2] [4.1.2]"""

import pytest

from tests.hospital import Hospital
from tests.web.browser import Browser, code_of, outcomes, with_credentials


@pytest.fixture(scope="session")
def clinic(hospital: Hospital) -> Hospital:
    """The hospital, whose doctor and nurse have passwords and authenticators."""
    for who in ("doctor", "nurse", "surgeon", "registrar"):
        with_credentials(hospital, who)
    return hospital


def test_two_posts_sign_in(clinic: Hospital) -> None:
    browser = Browser()
    first = browser.password("doctor")
    assert (first.status_code, first["Location"]) == (302, "/sign-in/second-factor/")
    assert outcomes(clinic, "doctor")[0] == ("allow", "")
    assert browser.get("/account/")["Location"] == "/sign-in/second-factor/"
    second = browser.code(code_of(clinic, "doctor"))
    assert (second.status_code, second["Location"]) == (302, "/")
    page = browser.get("/account/")
    assert page.status_code == 200
    assert "我的账号" in page.content.decode()
