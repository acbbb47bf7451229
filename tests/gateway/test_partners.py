"""五（二）3: partners registered, agreed with, checked and ended; who may not is refused [5.2.3] [5.1.2]"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.asking import Brought
from jingui.core.partnering import (
    ChangeChannel,
    CheckPartner,
    EndAgreement,
    EndPartner,
    OpenChannel,
    ProveReturn,
    RegisterPartner,
    RevokeCertificate,
)
from jingui.core.words import Verb
from jingui.gate import partners_standing
from tests.gateway import partnering as p
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    p.staff(hospital)


@pytest.fixture(scope="module")
def partner(hospital: Hospital) -> p.Whole:
    return p.whole(hospital, 1)


def standing(hospital: Hospital, *asked: int, days: int = 0, **more: Any) -> str:
    """The reason as a writing act would find it."""

    class Inside:
        runtime = hospital.runtime

        @staticmethod
        def rows(sql: str, *args: object) -> list[tuple[Any, ...]]:
            from jingui.gate.sql import raw

            return raw(sql, *args)

    at = hospital.now() + timedelta(days=days)
    with transaction.atomic():
        return partners_standing.standing(Inside, *asked, at=at, **more).reason  # type: ignore[arg-type]  # enough of one


def entries(hospital: Hospital, verb: str, decision: str) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry WHERE verb = %s AND decision = %s", verb, decision)[0][0])


def places(caught: Any) -> set[str]:
    return {name for name, _ in caught.value.places}


def test_a_partner_made_the_whole_way_stands(hospital: Hospital, partner: p.Whole) -> None:
    assert standing(hospital, partner.id, partner.agreement, partner.channel) == ""
    sheet = p.board(hospital, partner=partner.id).sheet
    assert sheet is not None
    assert sheet.line.trouble == ()
    assert sheet.contact == "王敏"
    assert [one.use for one in sheet.certificates] == ["tls", "sign", "encrypt"]
    assert [one.reason for one in sheet.channels] == [""]
    assert sheet.agreements[0].duties.startswith("仅用于")
    assert sheet.line.ends is not None
    assert sheet.line.agreements == 1
    assert sheet.line.channels == 1


def test_the_list_finds_and_sorts(hospital: Hospital, partner: p.Whole) -> None:
    assert [one.id for one in p.board(hospital, find=partner.uscc[-6:]).rows] == [partner.id]
    assert p.board(hospital, find="没有这家").rows == ()
    with pytest.raises(Invalid):
        p.board(hospital, find="长" * 81)
    with pytest.raises(Invalid):
        p.board(hospital, find="县\x00")
    with pytest.raises(NotFound):
        p.board(hospital, partner=999_999)
    own = p.board(hospital)
    assert {one.use for one in own.own} == {"tls", "sign", "encrypt"}
    assert own.uscc == hospital.runtime.uscc


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("uscc", {"uscc": "12610100MB0000022Q"}), ("uscc", {"uscc": ""}), ("name", {"name": "医"}),
        ("kind", {"kind": "bank"}), ("contact", {"contact": " "}), ("telephone", {"telephone": ""}),
        ("staff_no", {"staff_no": "Tnobody"}), ("account", {"account": "doctor"}), ("place", {"place": "长" * 201}),
        ("name", {"name": "某某\x00医院"}), ("name", {"name": "——……"}),
    ],
)  # fmt: skip
def test_a_wrong_registration_names_its_place(hospital: Hospital, place: str, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        hospital.write("affairs", Verb.REGISTER_PARTNER, replace(p.BASE, **changes))
    assert place in places(caught)


def test_our_own_code_and_a_name_that_looks_the_same_are_refused(hospital: Hospital, partner: p.Whole) -> None:
    with pytest.raises(Conflict):  # full-width digits and case make no other name
        p.registered(hospital, 77, name="第１合作 医院")
    with pytest.raises(Conflict):
        p.registered(hospital, 1)
    with pytest.raises(Conflict):
        p.registered(hospital, 78, name=hospital.runtime.institution)


def test_registering_takes_two_people_and_the_right_post(hospital: Hospital) -> None:
    before = entries(hospital, "register_partner", "deny")
    for who in ("doctor", "nurse", "archivist", "audit", "his"):
        with pytest.raises(Refused):
            hospital.write(who, Verb.REGISTER_PARTNER, replace(p.BASE, uscc=p.uscc_of(50)))
    assert entries(hospital, "register_partner", "deny") == before + 5
    waiting = hospital.write("affairs", Verb.REGISTER_PARTNER, replace(p.BASE, uscc=p.uscc_of(50))).value
    assert hospital.sql("SELECT count(*) FROM partner WHERE uscc = %s", p.uscc_of(50))[0][0] == 0
    verdict = p.Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    for who in ("affairs", "doctor"):
        with pytest.raises(Refused):
            hospital.write(who, Verb.APPROVE, verdict)


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        (Verb.END_PARTNER, EndPartner(partner=1, reason="理由")),
        (Verb.END_AGREEMENT, EndAgreement(agreement=1, reason="理由")),
        (Verb.REVOKE_CERTIFICATE, RevokeCertificate(certificate=1, reason="理由")),
        (Verb.OPEN_CHANNEL, OpenChannel(matter=1)),
        (Verb.PAUSE_CHANNEL, ChangeChannel(channel=1, reason="理由")),
        (Verb.RESUME_CHANNEL, ChangeChannel(channel=1, reason="理由")),
        (Verb.END_CHANNEL, ChangeChannel(channel=1, reason="理由")),
        (Verb.CHECK_PARTNER, CheckPartner(partner=1, verdict="pass", findings="合格")),
        (Verb.PROVE_RETURN, ProveReturn(agreement=1, paper=Brought("paper", "a.pdf", "application/pdf", p.PDF))),
    ],
)  # fmt: skip
def test_clinicians_and_machines_are_refused_with_one_entry(hospital: Hospital, verb: Verb, data: object) -> None:
    for who in ("doctor", "his"):
        before = entries(hospital, verb.value, "deny")
        with pytest.raises(Refused) as caught:
            hospital.write(who, verb, data)
        assert caught.value.entry
        assert entries(hospital, verb.value, "deny") == before + 1
    with pytest.raises(Refused):  # a password alone, or the command line, is not enough
        hospital.write(hospital.as_command("sysadmin"), verb, data)


def test_a_doctor_does_not_read_partners(hospital: Hospital) -> None:
    with pytest.raises(Refused):
        p.board(hospital, "doctor")


def test_expiry_closes_by_itself(hospital: Hospital, partner: p.Whole) -> None:
    asked = (partner.id, partner.agreement, partner.channel)
    assert standing(hospital, *asked, days=363) == ""
    assert standing(hospital, *asked, days=366) == "agreement_expired"
    assert standing(hospital, *asked, days=-2) == "agreement_early"
    assert standing(hospital, partner.id, 0, partner.channel, days=400) == "certificate_tls"


def test_a_bent_or_inserted_row_is_refused_by_name(hospital: Hospital) -> None:
    made = p.whole(hospital, 2)
    hospital.sql("UPDATE agreement SET ends = ends + interval '9 years' WHERE id = %s", made.agreement)
    with pytest.raises(Tampered) as caught:
        standing(hospital, made.id, made.agreement, made.channel)
    assert caught.value.data["where"] == f"agreement:{made.agreement}"
    with pytest.raises(Tampered):
        p.board(hospital, partner=made.id)
    hospital.sql("UPDATE agreement SET ends = ends - interval '9 years' WHERE id = %s", made.agreement)
    hospital.sql("UPDATE channel SET address = 'https://evil.example:1' WHERE id = %s", made.channel)
    with pytest.raises(Tampered):
        standing(hospital, made.id, made.agreement, made.channel)
    hospital.sql("UPDATE channel SET address = 'https://gateway.example.cn:8443' WHERE id = %s", made.channel)
    assert standing(hospital, made.id, made.agreement, made.channel) == ""


def test_another_partners_agreement_or_channel_does_not_stand(hospital: Hospital, partner: p.Whole) -> None:
    other = p.whole(hospital, 3)
    assert standing(hospital, partner.id, other.agreement, partner.channel) == "agreement_other"
    assert standing(hospital, partner.id, partner.agreement, other.channel) == "channel_other"
    assert standing(hospital, partner.id, 999_999) == "agreement_missing"
    assert standing(hospital, partner.id, partner.agreement, 999_999) == "channel_missing"
    with pytest.raises(NotFound):
        standing(hospital, 999_999)


def test_the_same_account_never_serves_two(hospital: Hospital) -> None:
    first = p.registered(hospital, 4, account="his")
    assert p.board(hospital, partner=first).sheet.line.account == "his"  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        p.registered(hospital, 5, account="his")


def test_supervision_mend_holds_up_and_stop_ends(hospital: Hospital) -> None:
    made = p.whole(hospital, 6)
    asked = (made.id, made.agreement, made.channel)
    today = p.today(hospital).date()

    def check(verdict: str, due: date | None = None, **more: Any) -> None:
        data = CheckPartner(partner=made.id, verdict=verdict, findings="账号未及时收回", due=due, **more)
        hospital.write("supervisor", Verb.CHECK_PARTNER, data)

    for verdict, due in (("mend", None), ("mend", today - timedelta(days=1)), ("pass", today), ("no", None)):
        with pytest.raises(Invalid):
            check(verdict, due)
    check("mend", today + timedelta(days=7))
    assert standing(hospital, *asked) == ""
    assert standing(hospital, *asked, days=9) == "mend_overdue"
    assert standing(hospital, made.id, 0, made.channel, days=9) == ""  # a notice still goes
    check("pass")
    assert standing(hospital, *asked, days=9) == ""
    with pytest.raises(Invalid):
        check("stop", agreement=p.agreed(hospital, p.uscc_of(3), "协议-3b"))
    check("stop")
    assert standing(hospital, *asked) == "agreement_ended"
    again = p.agreed(hospital, made.uscc, "协议-6b")
    assert standing(hospital, made.id, again, made.channel) == "check_stopped"
    check("pass")
    assert standing(hospital, made.id, again, made.channel) == ""
    assert len(p.board(hospital, partner=made.id).sheet.checks) == 4  # type: ignore[union-attr]


def test_an_ended_agreement_owes_its_return(hospital: Hospital) -> None:
    given = {"purposes": "", "views": "", "inbound": "", "payloads": ""}
    with pytest.raises(Invalid) as caught:
        p.whole(hospital, 71, given, kind="contractor", name="另一信息技术公司")
    assert places(caught) == {"assessment"}
    with_proof = given | {"assessment": str(p.assessed(hospital))}
    made = p.whole(hospital, 7, with_proof, kind="contractor", name="某某信息技术公司")
    paper = Brought("paper", "证明.pdf", "application/pdf", p.PDF)
    with pytest.raises(Conflict):
        hospital.write("affairs", Verb.PROVE_RETURN, ProveReturn(agreement=made.agreement, paper=paper))
    with pytest.raises(Invalid):
        hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=made.agreement, reason=" "))
    hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=made.agreement, reason="违反保密义务"))
    with pytest.raises(Conflict):
        hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=made.agreement, reason="再来一次"))
    row = p.board(hospital, partner=made.id).sheet.agreements[0]  # type: ignore[union-attr]
    assert row.state == "ended"
    assert row.return_due is not None
    assert not row.returned
    wrong = Brought("paper", "a.exe", "application/pdf", b"MZ")
    with pytest.raises(Invalid):
        hospital.write("affairs", Verb.PROVE_RETURN, ProveReturn(agreement=made.agreement, paper=wrong))
    hospital.write("affairs", Verb.PROVE_RETURN, ProveReturn(agreement=made.agreement, paper=paper))
    row = p.board(hospital, partner=made.id).sheet.agreements[0]  # type: ignore[union-attr]
    assert row.returned
    assert row.return_due is None
    assert row.duties
    with pytest.raises(Conflict):
        hospital.write("affairs", Verb.PROVE_RETURN, ProveReturn(agreement=made.agreement, paper=paper))


def test_ending_a_partner_ends_everything(hospital: Hospital) -> None:
    made = p.whole(hospital, 8)
    hospital.write("head", Verb.END_PARTNER, EndPartner(partner=made.id, reason="机构撤销"))
    assert standing(hospital, made.id, made.agreement, made.channel) == "partner_ended"
    rows = hospital.sql(
        "SELECT (SELECT count(*) FROM agreement WHERE partner_id = %s AND ended IS NULL), "
        "(SELECT count(*) FROM channel WHERE partner_id = %s AND state <> 'ended'), "
        "(SELECT count(*) FROM partner_certificate WHERE partner_id = %s AND revoked IS NULL)",
        made.id, made.id, made.id,
    )  # fmt: skip
    assert rows[0] == (0, 0, 0)
    for verb, data in (
        (Verb.END_PARTNER, EndPartner(partner=made.id, reason="再来")),
        (Verb.END_CHANNEL, ChangeChannel(channel=made.channel, reason="再来")),
    ):
        with pytest.raises(Conflict):
            hospital.write("head", verb, data)
    with pytest.raises(Invalid):
        p.agreed(hospital, made.uscc, "协议-8b")


def test_the_ledger_knows_every_row(hospital: Hospital, verified: Any) -> None:
    """A revoked certificate, an ended agreement or a deleted check that a DBA puts back or away is named."""
    made = p.whole(hospital, 9)
    keep = hospital.sql("SELECT row_to_json(c)::text FROM partner_certificate c WHERE partner_id = %s LIMIT 1", made.id)
    number = hospital.sql("SELECT min(id) FROM partner_certificate WHERE partner_id = %s", made.id)[0][0]
    hospital.sql("CREATE TABLE kept AS SELECT * FROM partner_certificate WHERE id = %s", number)
    hospital.write("secadmin", Verb.REVOKE_CERTIFICATE, RevokeCertificate(certificate=number, reason="私钥泄露"))
    assert keep
    assert not [one for one in verified() if "partner" in one.where or "agreement" in one.where]
    hospital.sql("DELETE FROM partner_certificate WHERE id = %s", number)
    hospital.sql("INSERT INTO partner_certificate SELECT * FROM kept")
    assert [one.where for one in verified()] == [f"partner_certificate:{number}"]
    hospital.sql("DELETE FROM partner_certificate WHERE id = %s", number)
    assert [one.where for one in verified()] == [f"partner_certificate:{number}"]


@pytest.fixture
def verified(hospital: Hospital) -> Any:
    """What verification finds in the rows about partners."""
    from jingui.gate.sql import raw
    from jingui.store import verify_partners, verify_rows

    def run() -> list[Any]:
        def stream(sql: str, *given: object) -> Iterator[Any]:
            return iter(raw(sql, *given))

        found = list(verify_partners.partners_back(stream))
        tables = set(verify_partners.TABLES)
        return found + [
            one for one in verify_rows.sealed_rows(stream, hospital.runtime.sealer, lambda n: None)
            if one.where.partition(":")[0] in tables
        ]  # fmt: skip

    return run


def test_empty_and_huge_reasons(hospital: Hospital, partner: p.Whole) -> None:
    for reason in ("", "x", "长" * 2001, "理由\x00"):
        with pytest.raises(Invalid):
            hospital.write("head", Verb.PAUSE_CHANNEL, ChangeChannel(channel=partner.channel, reason=reason))
    with pytest.raises(Invalid):
        hospital.write("affairs", Verb.REGISTER_PARTNER, RegisterPartner(
            uscc="1" * 10_000, name="长" * 10_000, kind="x" * 10_000, contact="", telephone=""))  # fmt: skip
