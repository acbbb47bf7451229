"""一（三）4 责任到人: every address has its row; nobody gets past the threshold otherwise [1.3.4] [6.1.2] [4.1.2]"""

import pytest

from jingui.core.words import Role
from jingui.web.policies import OUTSIDE, PORTAL, WHO, Who
from jingui.web.viewmodels.paths import PATHS
from tests.hospital import Hospital
from tests.web.browser import Browser, with_credentials

#: What stands in an address: an opaque id of nobody, or a number.
PARTS = {"<str:patient>": "0" * 32, "<str:record>": "0" * 32, "<int:version>": "1", "<str:clause>": "4.1.1"}
STRANGER = "stra"


def address(name: str) -> str:
    pieces = [PARTS.get(piece, "7" if piece.startswith("<") else piece) for piece in PATHS[name].split("/")]
    return "/" + "/".join(pieces)


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Hospital:
    for short, role in ((STRANGER, Role.RESEARCHER), ("half", Role.PHYSICIAN), ("full", Role.PHYSICIAN)):
        hospital.person(short, role, "gwk")
        with_credentials(hospital, short)
    return hospital


@pytest.fixture(scope="module")
def stranger(clinic: Hospital) -> Browser:
    browser = Browser()
    browser.sign_in(clinic, STRANGER)
    return browser


def test_the_three_lists_agree() -> None:
    import django

    django.setup()
    from jingui.config import urls

    assert set(WHO) == set(PATHS)
    assert {one.name for one in urls.urlpatterns} == set(PATHS)
    assert set(urls.VIEWS) <= set(PATHS)
    assert {name for name, who in WHO.items() if who is Who.ANYONE} == {
        "sign_in", "session_ended", "language", "sign_out", "portal_sign_in", "outside_sign_in",
        "switch_user",  # the threshold of a shared station: the next person signs in there
        "app_authorise",  # an app's address: whoever comes is told to sign in, and is asked there
        "verify", "verify_side", "verify_root",  # whoever holds a copy checks it, without an account
    }  # fmt: skip


@pytest.mark.parametrize("method", ["get", "post", "head", "put"])
@pytest.mark.parametrize("name", [name for name, who in WHO.items() if who is not Who.ANYONE])
def test_a_visitor_sees_no_page(clinic: Hospital, name: str, method: str) -> None:
    browser = Browser()
    browser.get("/sign-in/")
    token = browser.client.cookies["csrftoken"].value
    answer = getattr(browser.client, method)(address(name), headers={"X-CSRFToken": token})
    assert answer.status_code == 302
    door = "/portal/sign-in/" if WHO[name] in PORTAL else "/outside/sign-in/" if WHO[name] in OUTSIDE else "/sign-in/"
    assert answer["Location"].startswith(door)
    assert answer.content == b""


@pytest.mark.parametrize("name", [name for name, who in WHO.items() if who in (Who.SIGNED_IN, Who.CONTENT)])
def test_a_password_alone_sees_no_page(clinic: Hospital, name: str) -> None:
    browser = Browser()
    browser.password("half")
    answer = browser.get(address(name))
    assert answer["Location"] == "/sign-in/second-factor/"
    assert answer.content == b""


def test_every_answer_is_kept_by_nobody(clinic: Hospital, stranger: Browser) -> None:
    paths = ["/sign-in/", "/account/", "/nothing/", "/sign-out/", *(address(name) for name in PATHS)]
    for path in paths:
        answer = stranger.get(path)
        assert answer["Cache-Control"] == "no-store", path
        assert "default-src 'none'" in answer["Content-Security-Policy"], path
        assert "unsafe" not in answer["Content-Security-Policy"], path
        assert answer["X-Frame-Options"] == "DENY", path
        # the public check's address may have held a secret: not even the house's own pages are told of it
        assert answer["Referrer-Policy"] == ("no-referrer" if path == address("verify") else "same-origin"), path
        assert len(answer["X-Request-Id"]) == 16, path
        assert answer.status_code < 500, path


#: Pages of a patient: asked by somebody the rules refuse, each is one 403 and one entry.
OF_PATIENTS = ("chart", "record", "record_version", "life")


@pytest.mark.parametrize("name", OF_PATIENTS)
def test_a_refused_actor_gets_403_and_one_entry(clinic: Hospital, stranger: Browser, name: str) -> None:
    patient, record = known(clinic)
    parts = {"<str:patient>": patient, "<str:record>": record, "<int:version>": "1"}
    path = "/" + "/".join(parts.get(piece, piece) for piece in PATHS[name].split("/"))
    number = clinic.actors[STRANGER].account
    before = clinic.sql("SELECT count(*) FROM entry WHERE account_id = %s", number)[0][0]
    answer = stranger.get(path)
    page = answer.content.decode()
    assert answer.status_code == 403, page
    assert "ng/mL" not in page
    assert "顾明远" not in page
    rows = clinic.sql("SELECT decision, id FROM entry WHERE account_id = %s ORDER BY at DESC, n DESC", number)
    assert len(rows) == before + 1
    assert rows[0][0] == "deny"
    assert str(rows[0][1]) in page
    assert "为什么不能" in page


def known(clinic: Hospital) -> tuple[str, str]:
    """A patient and a record of theirs."""
    from jingui.core.words import Purpose, Verb
    from tests.gate.test_door import bundle

    made = getattr(clinic, "made", None)
    if made is None:
        made = clinic.enter("his", *bundle(number="00990001"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
        clinic.made = made  # type: ignore[attr-defined]  # entered once for all pages
    return made[0].id, made[2].id


def test_what_is_not_there_says_so(clinic: Hospital, stranger: Browser) -> None:
    answer = stranger.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    unsigned = Browser().get("/no/such/page/")
    assert unsigned.status_code == 404


def test_an_unforeseen_error_says_nothing_of_itself(clinic: Hospital, stranger: Browser, monkeypatch) -> None:
    from jingui.gate import door

    def broken(_actor: object) -> object:
        raise ZeroDivisionError("secret words of a patient")

    monkeypatch.setattr(door, "whoami", broken)
    stranger.client.raise_request_exception = False
    answer = stranger.get("/account/")
    stranger.client.raise_request_exception = True
    assert answer.status_code == 500
    assert "secret words" not in answer.content.decode()
    assert "ZeroDivision" not in answer.content.decode()


def test_the_frame_follows_person_and_language(clinic: Hospital) -> None:
    browser = Browser()
    browser.sign_in(clinic, "full")
    page = browser.get("/account/").content.decode()
    assert 'lang="zh-CN"' in page
    assert 'href="/patients/"' in page  # the rules let a physician look for patients
    assert "医师" in page
    assert "普通外科" in page
    assert 'data-session="' in page
    browser.post("/language/", language="en", next="/account/")
    assert 'lang="en"' in browser.get("/account/").content.decode()
    browser.post("/language/", language="xx", next="/account/")
    assert 'lang="en"' in browser.get("/account/").content.decode()


def test_administrators_are_offered_no_patients(clinic: Hospital) -> None:
    with_credentials(clinic, "sysadmin")
    browser = Browser()
    browser.sign_in(clinic, "sysadmin")
    page = browser.get("/account/").content.decode()
    assert 'href="/patients/"' not in page
    assert 'href="/people/"' in page


def test_a_body_too_large_is_413_or_400_and_no_500(clinic: Hospital) -> None:
    browser = Browser()
    answer = browser.post("/sign-in/", login="x", password="y" * 3_000_000)
    assert answer.status_code in (400, 413)
