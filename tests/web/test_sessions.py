"""六（一）2 会话: rows that open nothing when copied, moved or prolonged; ends that are ends [6.1.2]"""

import pytest
from django.contrib.sessions.backends.base import UpdateError

from jingui.core.words import Role
from tests.hospital import Hospital
from tests.web.browser import Browser, code_of, unused, with_credentials

PEOPLE = ("si", "su", "se", "sk")


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Hospital:
    for short in PEOPLE:
        hospital.person(short, Role.NURSE, "xnk")
        with_credentials(hospital, short)
    return hospital


def digest(browser: Browser) -> bytes:
    from jingui.store.sessions import digest_of

    return digest_of(browser.session)


def signed_in(clinic: Hospital, who: str, **headers: str) -> Browser:
    browser = Browser(**headers)
    browser.sign_in(clinic, who)
    assert browser.get("/account/").status_code == 200
    return browser


def ends(clinic: Hospital, who: str) -> list[str]:
    """Why this person's sessions ended, newest first, out of the entries' encrypted notes."""
    from jingui.gate.notes import open_note

    rows = clinic.sql(
        "SELECT e.id, p.payload FROM entry e JOIN entry_payload p USING (id) WHERE e.verb = 'sign_out' "
        "AND e.account_id = %s ORDER BY e.xid::text::bigint DESC", clinic.actors[who].account,
    )  # fmt: skip
    return [open_note(clinic.runtime, row[0], row[1]).decode() for row in rows]


def test_a_row_says_neither_key_nor_contents(clinic: Hospital) -> None:
    browser = signed_in(clinic, "si")
    rows = clinic.sql("SELECT encode(digest, 'escape') || encode(contents, 'escape') FROM session")
    joined = "".join(row[0] for row in rows)
    assert browser.session not in joined
    assert "two_factor" not in joined


SPOILS = {
    "account": "UPDATE session SET account_id = {other} WHERE digest = %s",
    "prolonged": "UPDATE session SET expires = expires + interval '1 hour' WHERE digest = %s",
    "idle": "UPDATE session SET seen = seen - interval '1 second' WHERE digest = %s",
    "one bit": "UPDATE session SET contents = set_byte(contents, 40, get_byte(contents, 40) # 1) WHERE digest = %s",
    "cut": "UPDATE session SET contents = substring(contents, 1, 40) WHERE digest = %s",
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_an_altered_row_opens_nothing_and_is_entered(clinic: Hospital, spoil: str) -> None:
    browser = signed_in(clinic, "su")
    statement = SPOILS[spoil].format(other=clinic.actors["si"].account)
    clinic.sql(statement, digest(browser))
    answer = browser.get("/account/")
    assert answer["Location"] == "/sign-in/ended/?reason=tampered"
    whose = "si" if spoil == "account" else "su"
    assert ends(clinic, whose)[0] == "tampered"
    assert clinic.sql("SELECT 1 FROM session WHERE digest = %s", digest(browser)) == []


def test_contents_copied_into_another_row_open_nothing(clinic: Hospital) -> None:
    strong, weak = signed_in(clinic, "su"), Browser()
    weak.password("si")
    clinic.sql(
        "UPDATE session SET (account_id, contents, seen, expires) = "
        "(SELECT account_id, contents, seen, expires FROM session WHERE digest = %s) WHERE digest = %s",
        digest(strong), digest(weak),
    )  # fmt: skip
    assert weak.get("/account/")["Location"] == "/sign-in/ended/?reason=tampered"


def test_a_key_from_elsewhere_is_never_adopted(clinic: Hospital) -> None:
    browser = Browser()
    browser.get("/sign-in/")
    browser.client.cookies["jingui_session"] = planted = "a" * 32
    browser.password("si")
    first = browser.session
    assert first != planted
    unused(clinic, "si")
    browser.code(code_of(clinic, "si"))
    assert browser.session not in (planted, first)
    old = Browser()
    old.client.cookies["jingui_session"] = first
    assert old.get("/account/").status_code == 302


def test_one_session_per_kind_of_station(clinic: Hospital) -> None:
    desk, phone = signed_in(clinic, "sk"), signed_in(clinic, "sk", user_agent="Mozilla/5.0 (Android; Mobile)")
    assert desk.get("/account/").status_code == 200
    second = signed_in(clinic, "sk")
    assert second.get("/account/").status_code == phone.get("/account/").status_code == 200
    assert desk.get("/account/").status_code == 302
    assert ends(clinic, "sk")[0] == "replaced"
    half = Browser()  # a password alone ends nobody's session
    half.password("sk")
    assert second.get("/account/").status_code == 200


def test_an_ended_session_never_comes_back(clinic: Hospital) -> None:
    from jingui.store.sessions import SessionStore

    browser = signed_in(clinic, "si")
    late = SessionStore(browser.session)
    assert late["account"] == clinic.actors["si"].account
    browser.post("/sign-out/")
    late["more"] = 1
    with pytest.raises(UpdateError):
        late.save()
    assert clinic.sql("SELECT 1 FROM session WHERE digest = %s", late.digest) == []


def test_cookies_say_how_they_are_kept(clinic: Hospital) -> None:
    browser = signed_in(clinic, "si")
    cookie = browser.client.cookies["jingui_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "")
    assert browser.client.cookies["csrftoken"]["samesite"] == "Strict"
    assert browser.client.cookies["jingui_station"]["httponly"]


@pytest.mark.parametrize(
    ("fault", "repair", "status"),
    [
        ("UPDATE epoch SET lockdown = true", "UPDATE epoch SET lockdown = false", 503),
        ("REVOKE INSERT ON entry FROM jingui_app", "GRANT INSERT ON entry TO jingui_app", 500),
    ],
)
def test_without_its_entry_there_is_no_session(clinic: Hospital, fault: str, repair: str, status: int) -> None:
    before, entries = clinic.sql("SELECT count(*) FROM session"), clinic.sql("SELECT count(*) FROM entry")
    clinic.sql(fault)
    try:
        browser = Browser()
        browser.client.raise_request_exception = False
        answer = browser.password("si")
    finally:
        clinic.sql(repair)
    assert answer.status_code == status
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert clinic.sql("SELECT count(*) FROM session") == before
    assert clinic.sql("SELECT count(*) FROM entry") == entries
    assert browser.get("/account/").status_code == 302
