"""五（二）3, 五（一）2: agreements, assessments, channels and apps come from approved matters alone [5.2.3] [5.1.2]"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.partnering import ChangeChannel, CheckPartner, EndAgreement, EndApp, OpenChannel
from jingui.core.words import Role, Verb
from jingui.gate import partners_standing
from jingui.gate.sql import raw
from tests.gateway import partnering as p
from tests.hospital import Hospital

ONE, CDC, TWO = p.uscc_of(1), p.uscc_of(2), p.uscc_of(3)


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    p.staff(hospital)
    hospital.person("lab", Role.INTERFACE, "xnk")
    p.registered(hospital, 1)
    p.registered(hospital, 2, kind="cdc", name="康宁县疾病预防控制中心")
    p.registered(hospital, 3)


def number_of(hospital: Hospital, uscc: str) -> int:
    return int(hospital.sql("SELECT id FROM partner WHERE uscc = %s", uscc)[0][0])


def inside(hospital: Hospital, ask: Callable[[Any], Any]) -> Any:
    """What a writing act would find."""

    class Inside:
        runtime = hospital.runtime
        rows = staticmethod(raw)

    with transaction.atomic():
        return ask(Inside)


def places(caught: Any) -> set[str]:
    return {name for name, _ in caught.value.places}


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("partner", {"partner": p.uscc_of(99)}),
        ("purposes", {"partner": CDC}),  # an emergency is no purpose of a CDC
        ("purposes", {"purposes": "", "views": "", "inbound": ""}),
        ("views", {"views": ""}),
        ("views", {"views": "rescue,referral"}),
        ("assessment", {"purposes": "referral", "views": "referral"}),
        ("assessment", {"assessment": "99999"}),
        ("ends", {"ends": "2020-01-01"}),
        ("ends", {"starts": "2026-01-01", "ends": "2099-01-01"}),
        ("ends", {"starts": "2090-01-02", "ends": "2090-01-01"}),
        ("payloads", {"payloads": ""}),
        ("level", {"level": "any"}),
        ("profile", {"profile": "none"}),
    ],
)
def test_a_wrong_agreement_names_its_place(hospital: Hospital, place: str, changes: dict[str, str]) -> None:
    given = p.agreement_answers(hospital, ONE, "协议-坏", **changes)
    with pytest.raises(Invalid) as caught:
        p.matter(hospital, "partner_agreement", given, "agreement")
    assert place in places(caught)


def test_an_agreement_needs_its_paper_and_three_people(hospital: Hospital) -> None:
    given = p.agreement_answers(hospital, ONE, "协议-纸")
    with pytest.raises(Invalid) as caught:
        p.matter(hospital, "partner_agreement", given)
    assert places(caught) == {"paper.agreement"}
    made = p.matter(hospital, "partner_agreement", given, "agreement", who="sysadmin")
    with pytest.raises(Refused):
        p.decided(hospital, made, "head")  # not the head's turn yet
    p.decided(hospital, made, "affairs")
    with pytest.raises(Refused):  # the starter is a party
        p.decided(hospital, made, "sysadmin")
    p.decided(hospital, made, "secadmin", "head")
    row = hospital.sql("SELECT matter, purposes, level, ended FROM agreement WHERE number = '协议-纸'")
    assert row == [(made, ["rescue"], "sensitive", None)]
    with pytest.raises(Invalid) as caught:  # the number is taken
        p.matter(hospital, "partner_agreement", given, "agreement")
    assert places(caught) == {"number"}


def test_two_applications_for_one_number_give_one_agreement(hospital: Hospital) -> None:
    given = p.agreement_answers(hospital, ONE, "协议-双")
    first, second = (p.matter(hospital, "partner_agreement", given, "agreement", who="sysadmin") for _ in range(2))
    p.decided(hospital, first, "affairs", "secadmin", "head")
    p.decided(hospital, second, "affairs", "secadmin")
    with pytest.raises(Invalid):
        p.decided(hospital, second, "head")
    assert hospital.sql("SELECT count(*) FROM agreement WHERE number = '协议-双'")[0][0] == 1


def test_an_assessment_says_stop_or_lets_it_go_on(hospital: Hospital) -> None:
    stop = p.assessed(hospital, kind="provide", conclusion="stop", risk="high")
    given = p.agreement_answers(hospital, ONE, "协议-评", purposes="referral", views="referral", inbound="")
    with pytest.raises(Invalid) as caught:
        p.matter(hospital, "partner_agreement", given | {"assessment": str(stop)}, "agreement")
    assert places(caught) == {"assessment"}
    fine = p.assessed(hospital, kind="provide")
    p.agreed(hospital, ONE, "协议-评", purposes="referral", views="referral", inbound="", assessment=str(fine))
    lines = {one.id: one for one in p.board(hospital).assessments}
    assert lines[fine].ends - lines[fine].at == timedelta(days=365)
    assert lines[stop].conclusion == "stop"


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("address", {"address": "http://gateway.example.cn"}), ("address", {"address": ""}),
        ("address", {"address": "https://u:p@gateway.example.cn"}), ("address", {"network": "internet", "address": "https://10.0.0.1"}),
        ("network", {"kind": "mllp", "network": "internet", "address": "hl7.example.cn:2575"}),
        ("code", {"code": "大写"}), ("options", {"kind": "dicom", "address": "pacs.example.cn:104"}),
        ("most", {"most": "999999"}), ("seconds", {"seconds": "0"}), ("kind", {"kind": "ftp"}),
        ("options", {"options": "password=1"}),
    ],
)  # fmt: skip
def test_a_plain_or_careless_channel_cannot_be_asked_for(
    hospital: Hospital, place: str, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        p.matter(hospital, "open_channel", p.channel_answers(ONE, "bad") | changes)
    assert place in places(caught)


def test_a_channel_is_opened_once_as_approved(hospital: Hospital) -> None:
    made = p.matter(hospital, "open_channel", p.channel_answers(ONE, "once"))
    with pytest.raises(Conflict):
        hospital.write("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=made))
    p.decided(hospital, made, "secadmin", "head")
    assert p.board(hospital, partner=number_of(hospital, ONE)).approved == ((made, ONE, "once"),)
    hospital.write("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=made))
    assert p.board(hospital, partner=number_of(hospital, ONE)).approved == ()
    for number in (made, 999_999):
        with pytest.raises(Conflict):
            hospital.write("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=number))
    other = p.matter(hospital, "partner_agreement", p.agreement_answers(hospital, ONE, "协议-他"), "agreement",
                     who="sysadmin")  # fmt: skip
    p.decided(hospital, other, "affairs", "secadmin", "head")
    with pytest.raises(Conflict):  # another kind of matter opens nothing
        hospital.write("sysadmin", Verb.OPEN_CHANNEL, OpenChannel(matter=other))


def test_one_pauses_two_others_resume(hospital: Hospital) -> None:
    channel = p.opened(hospital, TWO, "pausing")
    change = ChangeChannel(channel=channel, reason="对方网络异常")
    with pytest.raises(Conflict):
        hospital.write("secadmin", Verb.RESUME_CHANNEL, change)
    hospital.write("sysadmin", Verb.PAUSE_CHANNEL, change)
    with pytest.raises(Conflict):
        hospital.write("head", Verb.PAUSE_CHANNEL, change)
    with pytest.raises(Refused) as caught:
        hospital.write("sysadmin", Verb.RESUME_CHANNEL, change)
    assert caught.value.reason == "party"
    line = p.board(hospital, "sysadmin", partner=number_of(hospital, TWO)).sheet.channels[0]  # type: ignore[union-attr]
    assert (line.state, line.paused_by, line.mine, line.reason) == ("paused", "sysadmin", True, "agreement_missing")
    p.confirmed(hospital, "secadmin", "head", Verb.RESUME_CHANNEL, change)
    assert hospital.sql("SELECT state, paused, paused_by FROM channel WHERE id = %s", channel) == [("open", None, 0)]
    hospital.write("head", Verb.END_CHANNEL, change)
    with pytest.raises(Conflict):
        hospital.write("head", Verb.END_CHANNEL, change)


KEY = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
       "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "kid": "one"}  # fmt: skip


def app_answers(hospital: Hospital, **more: str) -> dict[str, str]:
    ends = p.today(hospital) + timedelta(days=100)
    return {
        "partner": ONE, "name": "随访助手", "client": "follow-up", "confidential": "pkce",
        "redirects": "https://app.example.cn/callback", "scopes": "launch/patient\npatient/Observation.rs",
        "agreement": "协议-应用", "ends": f"{ends:%Y-%m-%d}", "reason": "患者随访。", **more,
    }  # fmt: skip


def test_an_app_stays_within_its_agreement(hospital: Hospital) -> None:
    agreement = p.agreed(hospital, ONE, "协议-应用", inbound="")
    far = f"{p.today(hospital) + timedelta(days=365):%Y-%m-%d}"
    for place, changes in (
        ("scopes", {"scopes": "patient/*.rs"}), ("scopes", {"scopes": "patient/Observation.cruds"}),
        ("scopes", {"scopes": "system/Observation.rs"}), ("scopes", {"scopes": "patient/Coverage.rs"}),
        ("redirects", {"redirects": "http://app.example.cn/"}), ("redirects", {"redirects": ""}),
        ("agreement", {"agreement": "协议-无"}), ("client", {"client": "a b"}), ("ends", {"ends": far}),
        ("ends", {"ends": "2020-01-01"}), ("keys", {"confidential": "key"}), ("keys", {"keys": "{}"}),
        ("keys", {"keys": json.dumps({"keys": [{**KEY, "d": "x"}]})}), ("account", {"account": "doctor"}),
        ("agreement", {"partner": TWO}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            p.matter(hospital, "app_registration", app_answers(hospital, **changes))
        assert place in places(caught), (place, changes)
    made = p.matter(hospital, "app_registration", app_answers(hospital), who="sysadmin")
    p.decided(hospital, made, "secadmin", "affairs", "head")
    server = app_answers(hospital, client="server", confidential="key", keys=json.dumps({"keys": [KEY]}),
                         scopes="system/Observation.rs", redirects="", account="his")  # fmt: skip
    other = p.matter(hospital, "app_registration", server, who="sysadmin")
    p.decided(hospital, other, "secadmin", "affairs", "head")
    with pytest.raises(Invalid) as caught:  # two apps, one key
        p.matter(hospital, "app_registration", server | {"client": "server2"})
    assert places(caught) == {"keys"}
    rows = hospital.sql("SELECT id, client, confidential, scopes, account_id <> 0 FROM app ORDER BY id")
    assert [row[1:3] for row in rows] == [("follow-up", False), ("server", True)]
    assert [row[4] for row in rows] == [False, True]
    first, second = rows[0][0], rows[1][0]
    stood = inside(hospital, lambda at: partners_standing.app_standing(at, first))
    assert (stood.reason, stood.app.client, stood.app.agreement) == ("", "follow-up", agreement)
    assert inside(hospital, lambda at: partners_standing.app_standing(at, client="server")).app.id == second
    with pytest.raises(NotFound):
        inside(hospital, lambda at: partners_standing.app_standing(at, client="nobody"))
    late = hospital.now() + timedelta(days=101)
    assert inside(hospital, lambda at: partners_standing.app_standing(at, first, at=late)).reason == "app_expired"
    hospital.write("secadmin", Verb.END_APP, EndApp(app=first, reason="不再使用"))
    assert inside(hospital, lambda at: partners_standing.app_standing(at, first)).reason == "app_ended"
    assert inside(hospital, lambda at: partners_standing.app_standing(at, second)).reason == ""
    with pytest.raises(Conflict):
        hospital.write("secadmin", Verb.END_APP, EndApp(app=rows[0][0], reason="不再使用"))
    hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=agreement, reason="不再合作"))
    assert inside(hospital, lambda at: partners_standing.app_standing(at, second)).reason == "agreement_ended"
    with pytest.raises(Invalid):
        p.matter(hospital, "app_registration", app_answers(hospital, client="late"))
    hospital.sql("UPDATE app SET agreement_id = agreement_id + 1 WHERE id = %s", second)
    with pytest.raises(Tampered):
        inside(hospital, lambda at: partners_standing.app_standing(at, second))
    hospital.sql("UPDATE app SET agreement_id = agreement_id - 1 WHERE id = %s", second)


def test_someone_elses_numbers_do_not_fit(hospital: Hospital) -> None:
    number = hospital.sql("SELECT id FROM agreement WHERE number = '协议-纸'")[0][0]
    stop = CheckPartner(partner=number_of(hospital, TWO), agreement=number, verdict="stop", findings="不是它的协议")
    with pytest.raises(Invalid):
        hospital.write("supervisor", Verb.CHECK_PARTNER, stop)
    assert hospital.sql("SELECT ended FROM agreement WHERE id = %s", number) == [(None,)]


def changed(hospital: Hospital, **given: str) -> int:
    """A change of the third partner handed in."""
    return p.matter(hospital, "partner_change", {"partner": TWO, "reason": "人员变动", **given}, who="sysadmin")


def test_who_answers_for_a_partner_and_its_account_change_by_two_people(hospital: Hospital) -> None:
    for place, given in (
        ("contact", {}), ("contact", {"contact": " \t "}), ("contact", {"contact": "王\u202e敏"}),
        ("staff_no", {"staff_no": "T-nobody"}), ("account", {"account": "doctor"}),
        ("receiving", {"account": "his", "receiving": "none"}), ("receiving", {"receiving": "all"}),
        ("partner", {"partner": p.uscc_of(98), "contact": "李静"}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            changed(hospital, **given)
        assert place in places(caught), (place, given)
    number = number_of(hospital, TWO)
    before = p.board(hospital, partner=number).sheet
    made = changed(hospital, contact="李  静", telephone="029-1", staff_no="Taffairs", account="lab")
    p.decided(hospital, made, "secadmin")
    assert p.board(hospital, partner=number).sheet == before  # one of two has said yes
    with pytest.raises((Refused, Conflict)):
        p.decided(hospital, made, "secadmin")
    p.decided(hospital, made, "affairs")
    after = p.board(hospital, partner=number).sheet
    assert before
    assert after
    assert (after.contact, after.telephone, after.place) == ("李 静", "029-1", before.place)
    assert (after.line.account, after.line.name, after.line.uscc) == ("lab", before.line.name, TWO)
    assert after.line.person != before.line.person
    with pytest.raises(Invalid) as caught:  # one account stands for one partner
        changed(hospital, partner=ONE, account="lab")
    assert places(caught) == {"account"}
    epoch = hospital.sql("SELECT n FROM epoch")[0][0]
    p.decided(hospital, changed(hospital, receiving="none"), "secadmin", "affairs")
    assert p.board(hospital, partner=number).sheet.line.account == ""
    assert hospital.sql("SELECT n FROM epoch")[0][0] > epoch  # what it stood for ends at once
    with pytest.raises(Refused):
        p.matter(hospital, "partner_change", {"partner": TWO, "reason": "x", "contact": "y"}, who="doctor")


def test_a_change_that_the_dba_undoes_is_found(hospital: Hospital) -> None:
    from jingui.store.verify_partners import partners_back

    number = number_of(hospital, CDC)
    old = hospital.sql("SELECT version, entry, mac, payload, account_id, person_id FROM partner WHERE id = %s", number)
    p.decided(hospital, changed(hospital, partner=CDC, contact="赵强"), "secadmin", "affairs")

    def found() -> list[str]:
        return [one.where for one in partners_back(lambda sql, *args: iter(raw(sql, *args)))]

    assert found() == []
    new = hospital.sql("SELECT version, entry, mac, payload, account_id, person_id FROM partner WHERE id = %s", number)
    put = "UPDATE partner SET version = %s, entry = %s, mac = %s, payload = %s, account_id = %s, person_id = %s"
    hospital.sql(f"{put} WHERE id = %s", *old[0], number)
    assert found() == [f"partner:{number}"]
    hospital.sql(f"{put} WHERE id = %s", *new[0], number)
    assert found() == []
