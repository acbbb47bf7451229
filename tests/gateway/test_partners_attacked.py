"""五（二）3, 五（一）2: partners as somebody who means harm would use them [5.2.3] [5.1.2]"""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction

from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused
from jingui.core.matters.asking import Brought
from jingui.core.operation import Target
from jingui.core.partnering import (
    ChangeChannel,
    CheckPartner,
    EndAgreement,
    EndApp,
    EndPartner,
    OpenChannel,
    ProveReturn,
    RevokeCertificate,
    TrustCertificate,
)
from jingui.core.protect import GrantPost
from jingui.core.sharing import Share
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import partners_standing
from jingui.gate.sql import raw
from tests.gateway import partnering as p
from tests.hospital import Hospital

PAPER = Brought("return", "proof.pdf", "application/pdf", p.PDF)


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    p.staff(hospital)
    hospital.person("lab", Role.INTERFACE, "xnk")


@pytest.fixture(scope="module")
def partner(hospital: Hospital) -> p.Whole:
    return p.whole(hospital, 1)


def inside(hospital: Hospital, ask: Callable[[Any], Any]) -> Any:
    """What a writing act would find."""

    class Inside:
        runtime = hospital.runtime
        rows = staticmethod(raw)

    with transaction.atomic():
        return ask(Inside)


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, 2**80])
@pytest.mark.parametrize(
    ("who", "verb", "data"),
    [
        ("head", Verb.END_PARTNER, lambda n: EndPartner(partner=n, reason="理由")),
        ("sysadmin", Verb.TRUST_CERTIFICATE, lambda n: TrustCertificate(partner=n, use="tls", content=b"x")),
        ("secadmin", Verb.REVOKE_CERTIFICATE, lambda n: RevokeCertificate(certificate=n, reason="理由")),
        ("affairs", Verb.END_AGREEMENT, lambda n: EndAgreement(agreement=n, reason="理由")),
        ("affairs", Verb.PROVE_RETURN, lambda n: ProveReturn(agreement=n, paper=PAPER)),
        ("sysadmin", Verb.OPEN_CHANNEL, lambda n: OpenChannel(matter=n)),
        ("sysadmin", Verb.PAUSE_CHANNEL, lambda n: ChangeChannel(channel=n, reason="理由")),
        ("sysadmin", Verb.RESUME_CHANNEL, lambda n: ChangeChannel(channel=n, reason="理由")),
        ("sysadmin", Verb.END_CHANNEL, lambda n: ChangeChannel(channel=n, reason="理由")),
        ("supervisor", Verb.CHECK_PARTNER, lambda n: CheckPartner(partner=n, verdict="pass", findings="没有问题")),
        ("secadmin", Verb.END_APP, lambda n: EndApp(app=n, reason="理由")),
    ],
)  # fmt: skip
def test_numbers_that_nobody_has(hospital: Hospital, who: str, verb: Verb, data: Any, number: int) -> None:
    with pytest.raises((NotFound, Invalid, Conflict)):
        hospital.write(who, verb, data(number))


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, 2**80])
def test_lists_and_sharing_with_numbers_that_nobody_has(hospital: Hospital, number: int) -> None:
    if number:  # 0 asks for the list
        with pytest.raises((NotFound, Invalid)):
            p.board(hospital, partner=number)
    for changed in ({"partner": number}, {"agreement": number}, {"channel": number}):
        data = Share(**{"partner": 1, "purpose": "referral", **changed})
        with pytest.raises(JinguiError):
            hospital.write("doctor", Verb.SHARE, data, target=Target(patient=1), purpose=Purpose.TREATMENT)


@pytest.mark.parametrize("use", ["", "TLS", "tls\x00", "sign,tls", "x" * 10_000])
def test_a_use_that_is_none(hospital: Hospital, partner: p.Whole, use: str) -> None:
    data = TrustCertificate(partner=partner.id, use=use, content=partner.keys.tls.certificate)
    with pytest.raises(Invalid):
        hospital.write("sysadmin", Verb.TRUST_CERTIFICATE, data)


@pytest.mark.parametrize("due", [date.min, date.max, date(1970, 1, 1)])
def test_days_at_the_end_of_the_calendar(hospital: Hospital, partner: p.Whole, due: date) -> None:
    data = CheckPartner(partner=partner.id, verdict="mend", findings="口令弱", due=due)
    with pytest.raises(Invalid):
        hospital.write("supervisor", Verb.CHECK_PARTNER, data)
    for answers in ({"starts": str(due), "ends": str(due)}, {"ends": str(due)}):
        with pytest.raises(Invalid):
            p.agreed(hospital, partner.uscc, f"协议-{due}", **answers)


def test_it_is_over_in_the_very_moment_of_its_end(hospital: Hospital, partner: p.Whole) -> None:
    (ends,) = hospital.sql("SELECT ends FROM agreement WHERE id = %s", partner.agreement)[0]

    def reason(at: Any) -> str:
        return str(
            inside(hospital, lambda held: partners_standing.standing(held, partner.id, partner.agreement, at=at)).reason
        )

    assert reason(ends - timedelta(microseconds=1)) == ""
    assert reason(ends) == "agreement_expired"


def test_one_who_was_ended_begins_anew_with_nothing(hospital: Hospital) -> None:
    made = p.whole(hospital, 2)
    hospital.write("head", Verb.END_PARTNER, EndPartner(partner=made.id, reason="合并撤销"))
    again = p.registered(hospital, 2, name="第2合作医院分院", contact="李静")
    assert again == made.id  # one code, one row: what came from it stays its own
    sheet = p.board(hospital, partner=made.id).sheet
    assert sheet is not None
    assert (sheet.line.name, sheet.line.state, sheet.line.ended, sheet.contact) == (
        "第2合作医院分院", "active", None, "李静",
    )  # fmt: skip
    assert (sheet.line.agreements, sheet.line.channels) == (0, 0)
    assert {one.state for one in sheet.certificates} == {"revoked"}
    stood = inside(hospital, lambda at: partners_standing.standing(at, made.id, made.agreement, made.channel))
    assert stood.reason == "agreement_ended"
    for use in ("tls", "sign", "encrypt"):
        with pytest.raises(Conflict):  # a revoked key never comes back
            p.trusted(hospital, made.id, made.keys[use].certificate, use)
    with pytest.raises(Conflict):
        p.registered(hospital, 2, name="第2合作医院分院")


def app_answers(hospital: Hospital, of: p.Whole, **more: str) -> dict[str, str]:
    """An app that acts by itself, in the name of an interface's account."""
    ends = p.today(hospital) + timedelta(days=100)
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(one.to_bytes(32, "big")).decode().rstrip("=") for one in (point.x, point.y))
    key = {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "one"}
    return {
        "partner": of.uscc, "name": "同步", "client": "one", "confidential": "key", "redirects": "",
        "scopes": "system/Observation.rs", "keys": json.dumps({"keys": [key]}), "account": "lab",
        "agreement": f"协议-{int(of.uscc[7:17])}", "ends": f"{ends:%Y-%m-%d}", "reason": "同步。", **more,
    }  # fmt: skip


def test_nobody_acts_in_anothers_name(hospital: Hospital, partner: p.Whole) -> None:
    """An account stands for one partner: for what it sends, and for its apps."""
    made = p.matter(hospital, "app_registration", app_answers(hospital, partner), who="sysadmin")
    p.decided(hospital, made, "secadmin", "affairs", "head")
    other = p.whole(hospital, 4, name="第4合作医院")
    with pytest.raises(Conflict):
        p.registered(hospital, 5, account="lab")
    with pytest.raises(Invalid):
        p.matter(hospital, "partner_change", {"partner": other.uscc, "account": "lab", "reason": "变更"})
    with pytest.raises(Invalid) as caught:
        p.matter(hospital, "app_registration", app_answers(hospital, other, client="two"))
    assert {name for name, _ in caught.value.places} == {"account"}
    p.registered(hospital, 6, account="his")
    with pytest.raises(Invalid):
        p.matter(hospital, "app_registration", app_answers(hospital, other, client="two", account="his"))
    p.matter(hospital, "app_registration", app_answers(hospital, partner, client="three"))  # its own second app may


def test_a_wider_agreement_widens_nothing_that_rests_on_the_old(hospital: Hospital, partner: p.Whole) -> None:
    app = hospital.sql("SELECT id, scopes, agreement_id FROM app WHERE client = 'one'")[0]
    wider = p.agreed(hospital, partner.uscc, "协议-更宽", level="secret")
    assert wider != partner.agreement
    assert app[2] == partner.agreement
    hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=partner.agreement, reason="已续签"))
    stood = inside(hospital, lambda at: partners_standing.app_standing(at, app[0]))
    assert stood.reason == "agreement_ended"  # not carried over to the new one
    with pytest.raises(Conflict):
        hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=partner.agreement, reason="再来"))


def test_one_person_with_two_posts_is_one_person(hospital: Hospital) -> None:
    data = replace(p.BASE, uscc=p.uscc_of(30), name="第30合作医院")
    waiting = hospital.write("affairs", Verb.REGISTER_PARTNER, data).value
    verdict = p.Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    post = GrantPost(
        person=hospital.people["affairs"], department=hospital.departments["xxk"], role=Role.HEAD,
        starts=hospital.now() - timedelta(days=1),
    )  # fmt: skip
    second = replace(hospital.actors["affairs"], post=hospital.write("secadmin", Verb.GRANT_POST, post).value)
    with pytest.raises(Refused):
        hospital.write(second, Verb.APPROVE, verdict)
    assert hospital.sql("SELECT count(*) FROM partner WHERE uscc = %s", p.uscc_of(30))[0][0] == 0


def test_statements_of_a_standing(hospital: Hospital, partner: p.Whole) -> None:
    """It is asked for several times in every sharing: three statements, however much hangs on it."""
    told = []

    class Inside:
        runtime = hospital.runtime

        @staticmethod
        def rows(sql: str, *given: object) -> Any:
            told.append(sql)
            return raw(sql, *given)

    with transaction.atomic():
        partners_standing.standing(Inside, partner.id, partner.agreement, partner.channel)  # type: ignore[arg-type]  # enough of one
    assert len(told) <= 3
