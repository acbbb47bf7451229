"""六（一）2 账号管理: signing in as a browser or curl does, and everything that must not work [6.1.2] [4.1.2]"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password

from jingui.core.errors import Refused
from jingui.core.protect import ChangeAccountState, EnrolFactor
from jingui.core.words import Entrance, Role, Strength, Verb
from tests.hospital import Hospital
from tests.web.browser import AGAIN, WORD, Browser, code_of, outcomes, unused, with_credentials


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Hospital:
    """The hospital with two people of its own who have passwords and authenticators."""
    for short, role in (("fang", Role.PHYSICIAN), ("miao", Role.NURSE)):
        hospital.person(short, role, "xnk")
        with_credentials(hospital, short)
    return hospital


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_two_posts_sign_in(clinic: Hospital) -> None:
    browser = Browser()
    first = browser.password("fang")
    assert (first.status_code, first["Location"]) == (302, "/sign-in/second-factor/")
    assert outcomes(clinic, "fang")[0] == ("allow", "")
    assert browser.get("/account/")["Location"] == "/sign-in/second-factor/"
    unused(clinic, "fang")
    second = browser.code(code_of(clinic, "fang"))
    assert (second.status_code, second["Location"]) == (302, "/")
    assert outcomes(clinic, "fang")[:2] == [("allow", ""), ("allow", "")]
    page = browser.get("/account/")
    assert page.status_code == 200
    assert "我的账号" in text(page)
    gone = browser.post("/sign-out/")
    assert gone["Location"] == "/sign-in/ended/?reason=asked"
    assert outcomes(clinic, "fang", "sign_out")[0] == ("allow", "")
    assert browser.get("/account/")["Location"].startswith("/sign-in/")


def test_an_unknown_name_and_a_wrong_password_look_alike_and_are_told_apart_in_the_ledger(clinic: Hospital) -> None:
    name = "nobody.here"
    known, unknown = Browser().password("miao", "not this one at all"), Browser().password(name, "not this one at all")
    assert known.status_code == unknown.status_code == 400

    def plain(answer: object, user: str) -> str:
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", text(answer)).replace(user, "")

    assert plain(known, "miao") == plain(unknown, name)
    assert outcomes(clinic, "miao")[0] == ("fail", "wrong_password")
    assert outcomes(clinic)[0] == ("deny", "unknown_actor")
    assert "还可尝试 4 次" in text(known)
    assert 'value="miao"' in text(known)  # what was typed survives, the password does not
    assert "not this one" not in text(known)


def test_a_lock_out_does_not_reach_the_owner_at_a_known_station(clinic: Hospital) -> None:
    clinic.person("own", Role.NURSE, "xnk")
    with_credentials(clinic, "own")
    station = Browser()
    station.sign_in(clinic, "own")
    station.post("/sign-out/")
    for _ in range(6):
        Browser().password("own", "wrong")
    assert Browser().password("own").status_code == 400
    assert station.password("own").status_code == 302
    other = Browser()  # the cookie is the account's own: with another's it is worth nothing
    other.client.cookies["jingui_station"] = station.client.cookies["jingui_station"].value
    assert other.password("miao", "wrong").status_code == 400


def test_an_unknown_account_locks_like_a_known_one(clinic: Hospital) -> None:
    answers = [text(Browser().password("ghost.one", "wrong")) for _ in range(6)]
    assert "15 分钟" in answers[5]
    stored = clinic.sql("SELECT username FROM axes_accessattempt")
    assert all(re.fullmatch("[0-9a-f]{64}", row[0]) for row in stored)  # names are not kept in clear


def test_codes_work_once_and_wrong_ones_never(clinic: Hospital) -> None:
    clinic.person("code", Role.NURSE, "xnk")
    with_credentials(clinic, "code")
    browser = Browser()
    browser.password("code")
    assert browser.code("000000" if code_of(clinic, "code") != "000000" else "111111").status_code == 400
    assert outcomes(clinic, "code")[0] == ("fail", "wrong_factor")
    unused(clinic, "code")
    right = code_of(clinic, "code")
    assert browser.code(f" {right[:3]} {right[3:]} ").status_code == 302
    again = Browser()
    again.password("code")
    assert again.code(right).status_code == 400
    assert outcomes(clinic, "code")[0] == ("fail", "replayed_code")
    assert again.get("/account/")["Location"] == "/sign-in/second-factor/"
    for _ in range(4):
        again.code("999999")
    unused(clinic, "code")
    assert again.code(code_of(clinic, "code")).status_code == 429
    assert outcomes(clinic, "code")[0] == ("fail", "locked")


def test_recovery_codes_are_shown_once_and_work_once(clinic: Hospital) -> None:
    clinic.person("reco", Role.NURSE, "xnk")
    with_credentials(clinic, "reco")
    browser = Browser()
    browser.sign_in(clinic, "reco")
    codes = re.findall(r"<li>(\w{5}-\w{5})</li>", text(browser.post("/account/recovery-codes/")))
    assert len(set(codes)) == 10
    assert codes[0] not in text(browser.get("/account/recovery-codes/"))
    kept = clinic.sql("SELECT data::text FROM mfa_authenticator WHERE type = 'recovery_codes'")
    assert all(code not in row[0] for row in kept for code in codes)
    other = Browser()
    other.password("reco")
    assert other.code(codes[0].upper()).status_code == 302
    assert "还剩 9 个" in text(other.get("/account/recovery-codes/"))
    third = Browser()
    third.password("reco")
    assert third.code(codes[0]).status_code == 400


def test_the_first_time_one_enrols_and_chooses_a_password(clinic: Hospital) -> None:
    clinic.person("novi", Role.NURSE, "xnk")
    from jingui.gate.acts.protect import keep  # noqa: F401 -- the seal is the door's; the test only makes a first hash
    from jingui.store.models import Account

    row = Account.objects.get(pk=clinic.actors["novi"].account)
    row.password = make_password(WORD)
    clinic.runtime.sealer.seal(row)
    row.save()
    browser = Browser()
    assert browser.password("novi")["Location"] == "/account/totp/"
    assert browser.get("/")["Location"] == "/account/totp/"
    page = text(browser.get("/account/totp/"))
    from jingui.core import onetime

    secret = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page)[1].replace(" ", "")  # type: ignore[index]
    assert "otpauth" not in clinic.sql("SELECT string_agg(encode(contents, 'escape'), '') FROM session")[0][0]
    assert browser.post("/account/totp/", code="000000").status_code == 400
    counter = onetime.counter_at(clinic.runtime.clock.now())
    shown = browser.post("/account/totp/", code=onetime.code(secret, counter))
    assert len(re.findall(r"<li>(\w{5}-\w{5})</li>", text(shown))) == 10
    assert browser.get("/account/")["Location"] == "/account/password/"
    short = browser.post("/account/password/", old=WORD, new="short", again="short")
    assert short.status_code == 400
    same = browser.post("/account/password/", old=WORD, new=WORD, again=WORD)
    assert "不得与最近 5 次" in text(same)
    done = browser.post("/account/password/", old=WORD, new=AGAIN, again=AGAIN)
    assert done["Location"] == "/account/"
    assert browser.get("/account/").status_code == 200
    back = browser.post("/account/password/", old=AGAIN, new=WORD, again=WORD)
    assert "不得与最近 5 次" in text(back)


def test_a_changed_password_ends_the_other_sessions(clinic: Hospital) -> None:
    clinic.person("chan", Role.NURSE, "xnk")
    with_credentials(clinic, "chan")
    desk, phone = Browser(), Browser(user_agent="Mozilla/5.0 (iPhone; Mobile)")
    desk.sign_in(clinic, "chan")
    phone.sign_in(clinic, "chan")
    assert desk.get("/account/").status_code == phone.get("/account/").status_code == 200
    wrong = desk.post("/account/password/", old="wrong", new=AGAIN, again=AGAIN)
    assert wrong.status_code == 400
    assert outcomes(clinic, "chan")[0] == ("fail", "wrong_password")
    assert desk.post("/account/password/", old=WORD, new=AGAIN, again=AGAIN).status_code == 302
    assert desk.get("/account/").status_code == 200
    assert phone.get("/account/").status_code == 302
    assert Browser().password("chan", WORD).status_code == 400


def test_a_hash_that_was_swapped_in_the_database_is_refused_and_named(clinic: Hospital) -> None:
    clinic.person("swap", Role.NURSE, "xnk")
    with_credentials(clinic, "swap")
    number = clinic.actors["swap"].account
    clinic.sql("UPDATE account SET password = %s WHERE id = %s", make_password("the attacker knows this"), number)
    answer = Browser().password("swap", "the attacker knows this")
    assert answer.status_code == 500
    assert "不一致" in text(answer)
    assert outcomes(clinic, "swap")[0] == ("fail", "tampered")


def test_a_factor_that_was_swapped_in_the_database_opens_nothing(clinic: Hospital) -> None:
    clinic.person("fact", Role.NURSE, "xnk")
    with_credentials(clinic, "fact")
    mine, other = clinic.actors["fact"].account, clinic.actors["miao"].account
    clinic.sql(
        "UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE user_id = %s AND type = 'totp') "
        "WHERE user_id = %s", other, mine,
    )  # fmt: skip
    browser = Browser()
    assert browser.password("fact").status_code == 500
    clinic.sql("DELETE FROM mfa_authenticator WHERE user_id = %s", mine)
    again = Browser()  # a deleted factor is no way to enrol a new one
    assert again.password("fact").status_code == 500


def test_a_password_alone_never_adds_a_second_factor(clinic: Hospital) -> None:
    a = clinic.actors["miao"]
    weak = type(a)(account=a.account, post=a.post, strength=Strength.PASSWORD, entrance=Entrance.PAGE)
    with pytest.raises(Refused):
        clinic.write(weak, Verb.ENROL_FACTOR, EnrolFactor(kind="totp", secret=b"JBSWY3DPEHPK3PXP", code="1"))
    browser = Browser()
    browser.password("miao")
    assert browser.post("/account/totp/", code="1")["Location"] == "/sign-in/second-factor/"
    assert browser.post("/account/recovery-codes/")["Location"] == "/sign-in/second-factor/"


def test_a_frozen_account_neither_signs_in_nor_goes_on(clinic: Hospital) -> None:
    clinic.person("cold", Role.NURSE, "xnk")
    with_credentials(clinic, "cold")
    browser = Browser()
    browser.sign_in(clinic, "cold")
    from jingui.core.operation import Actor

    leaver = Actor(name="system:leavers", strength=Strength.LOCAL, entrance=Entrance.JOB)
    clinic.write(leaver, Verb.FREEZE_ACCOUNT, ChangeAccountState(account=clinic.actors["cold"].account, reason="离职"))
    assert browser.get("/account/").status_code == 302
    refused = Browser().password("cold")
    assert refused.status_code == 403
    assert outcomes(clinic, "cold")[0] == ("deny", "frozen")


def test_a_second_post_is_another_role(clinic: Hospital) -> None:
    from jingui.core.protect import GrantPost

    clinic.person("two", Role.PHYSICIAN, "xnk")
    with_credentials(clinic, "two")
    post = clinic.write(
        "secadmin", Verb.GRANT_POST,
        GrantPost(
            person=clinic.people["two"], department=clinic.departments["gwk"], role=Role.QUALITY,
            starts=clinic.now() - timedelta(hours=1),
        ),
    ).value  # fmt: skip
    browser = Browser()
    browser.sign_in(clinic, "two")
    assert "心血管内科" in text(browser.get("/account/"))
    before = browser.session
    assert browser.post("/account/post/", post=str(post)).status_code == 302
    assert browser.session != before
    page = text(browser.get("/account/"))
    assert re.search(rf'<option value="{post}" selected>', page)
    refused = browser.post("/account/post/", post=str(clinic.actors["miao"].post))
    assert refused.status_code == 403


def test_forms_must_come_from_our_own_pages(clinic: Hospital) -> None:
    browser = Browser()
    browser.get("/sign-in/")
    answer = browser.client.post("/sign-in/", {"login": "miao", "password": WORD})
    assert answer.status_code == 403
    assert browser.get("/sign-out/").status_code == 405
    browser.password("miao")
    assert browser.client.post("/sign-out/").status_code == 403


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_in_the_house(clinic: Hospital, path: str) -> None:
    browser = Browser()
    answer = browser.post("/language/", language="en", next=path)
    assert answer["Location"] == "/"
    assert answer.cookies["jingui_language"].value == "en"


def test_a_demonstration_publishes_its_sign_ins_and_a_real_house_none(clinic: Hospital) -> None:
    from jingui.config import published
    from jingui.demo.accounts import PASSWORD
    from jingui.store.models import Account
    from jingui.web import demonstration

    assert demonstration.password() == ""
    assert "演示账号" not in text(Browser().get("/sign-in/"))
    made = published.sign_ins()
    user = made.suggestions[0].user
    clinic.person(user, made.suggestions[0].role, "xnk")
    row = Account.objects.get(pk=clinic.actors[user].account)
    row.password = make_password(PASSWORD)
    clinic.runtime.sealer.seal(row)
    row.save()
    demonstration.publish(made)
    try:
        browser = Browser()
        page = text(browser.get("/sign-in/"))
        assert PASSWORD in page
        assert user in page
        assert browser.password(user, PASSWORD)["Location"] == "/sign-in/second-factor/"
        shown = re.search(r"当前的验证码是 (\d{6})", text(browser.get("/sign-in/second-factor/")))
        assert shown
        assert browser.code(shown[1])["Location"] == "/"
        assert browser.get("/account/").status_code == 200
    finally:
        demonstration.publish(demonstration.NOTHING)


def test_tries_at_once_are_all_counted(clinic: Hospital) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from jingui.gate import door

    name = door.signing.bucket("many.at.once")

    def attempt(_: int) -> int:
        try:
            return door.signing.take_try(name)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        left = list(pool.map(attempt, range(24)))
    assert sorted(one for one in left if one >= 0) == [0, 1, 2, 3, 4]
