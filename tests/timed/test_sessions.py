"""六（一）2 会话: idle and absolute ends, and a clock put back [6.1.2]"""

import pytest

from jingui.core.words import Role
from tests.hospital import Hospital
from tests.web.browser import Later, with_credentials
from tests.web.test_sessions import ends, signed_in


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Hospital:
    for short in ("se", "si"):
        hospital.person(short, Role.NURSE, "xnk")
        with_credentials(hospital, short)
    return hospital


def test_an_idle_session_ends_after_half_an_hour(clinic: Hospital) -> None:
    later = Later(clinic)
    browser = signed_in(clinic, "se")
    later.by(minutes=29)
    assert browser.get("/account/").status_code == 200
    later.by(minutes=29)
    assert browser.get("/account/").status_code == 200
    later.by(minutes=30)
    assert browser.get("/account/")["Location"] == "/sign-in/ended/?reason=idle"
    assert ends(clinic, "se")[0] == "idle"
    assert "30 分钟没有操作" in browser.get("/sign-in/ended/?reason=idle").content.decode()


def test_a_session_that_is_used_ends_after_twelve_hours(clinic: Hospital) -> None:
    later = Later(clinic)
    browser = signed_in(clinic, "se")
    for _ in range(24):
        later.by(minutes=29)
        browser.get("/account/")
    later.by(minutes=29)
    assert browser.get("/account/")["Location"] == "/sign-in/ended/?reason=absolute"
    assert ends(clinic, "se")[0] == "absolute"


def test_sessions_that_nobody_comes_back_to_are_ended_and_entered(clinic: Hospital) -> None:
    from jingui.gate import door

    later = Later(clinic)
    left, here = signed_in(clinic, "se"), signed_in(clinic, "si")
    later.by(minutes=20)
    assert here.get("/account/").status_code == 200
    later.by(minutes=11)
    assert door.signing.end_overdue() >= 1
    assert ends(clinic, "se")[0] == "idle"
    assert left.get("/account/")["Location"] == "/sign-in/ended/?reason=gone"
    assert left.get("/account/")["Location"].startswith("/sign-in/?next=")
    assert here.get("/account/").status_code == 200


def test_a_shorter_setting_holds_from_the_next_sign_in(clinic: Hospital) -> None:
    from uuid import uuid4

    from jingui.gate import door
    from jingui.store.models import Setting

    assert (door.signing.limits().tries, door.signing.limits().idle.total_seconds()) == (5, 1800)
    row = Setting(name="idle_minutes", value="10", at=clinic.now(), entry=uuid4())
    clinic.runtime.sealer.seal(row)
    row.save(force_insert=True)
    clinic.sql("UPDATE epoch SET n = n + 1")
    try:
        later = Later(clinic)
        browser = signed_in(clinic, "se")
        later.by(minutes=9)
        assert browser.get("/account/").status_code == 200
        later.by(minutes=10)
        assert browser.get("/account/")["Location"] == "/sign-in/ended/?reason=idle"
    finally:
        clinic.sql("DELETE FROM setting")
        clinic.sql("UPDATE epoch SET n = n + 1")


def test_a_clock_put_back_never_prolongs(clinic: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, real = clinic.runtime.clock, clinic.runtime.clock._now
    Later(clinic).by(hours=1)
    browser = signed_in(clinic, "se")
    monkeypatch.setattr(clock, "at_least", lambda at: None)  # a restarted process does not know the ledger's time yet
    monkeypatch.setattr(clock, "_known", False)
    monkeypatch.setattr(clock, "_now", real)
    assert browser.get("/account/").status_code == 302
