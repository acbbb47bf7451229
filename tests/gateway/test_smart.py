"""Apps of SMART on FHIR through the door: authorised, exchanged, bound, refused, revoked."""

import threading
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from jingui.core.errors import Conflict, NotSignedIn, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.partnering import EndAgreement, EndApp
from jingui.core.smart import AppsRequest, AskApp, ExchangeCode, Introspect, Proof, RevokeApp
from jingui.core.words import Purpose, Role, Verb
from jingui.formats.fhir_search import parse_search
from jingui.gate import door
from jingui.store.verification import verify
from tests.gate.test_charts import number
from tests.gateway import apps
from tests.gateway.sharing import admit, clinic, consented, observe, withdraw
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def scene(hospital: Hospital) -> Any:
    """A partner with an agreement, an app, a patient with a result and a consent."""
    to = clinic(hospital, "互联康复医院")
    patient = admit(hospital, "申应用")
    made = observe(hospital, patient, "2339-0").made[0].id
    consented(hospital, patient, to)

    class Scene:
        party, who, record = to, patient, made
        app = apps.registered(hospital, to, "follow-up")

    return Scene


def last(hospital: Hospital) -> tuple[str, str, str]:
    return tuple(hospital.sql(
        "SELECT verb, decision, convert_from(head, 'UTF8')::json->>'reason' FROM entry ORDER BY id DESC LIMIT 1"
    )[0])  # fmt: skip


def findings(hospital: Hospital) -> list[str]:
    with psycopg.connect(hospital.addresses["app"].psycopg()) as connection:
        found = verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
    return [f"{one.where} {one.why}" for one in found]


def grant_of(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT max(id) FROM app_grant")[0][0])


def read(hospital: Hospital, actor: Any, record: str, purpose: Purpose = Purpose.TREATMENT) -> Any:
    place = door.locate(record)
    return door.sheet(hospital.operation(actor, Verb.READ, target=place, purpose=purpose))


def search(hospital: Hospital, actor: Any, patient: str, kind: str = "Observation", query: str = "") -> Any:
    pairs = [("patient", patient), *([tuple(query.split("=", 1))] if query else [])]
    data = parse_search(kind, pairs, strict=True, base="")  # type: ignore[arg-type]
    target = Target(patient=number(hospital, patient), kind=kind)
    return door.read(hospital.operation(actor, Verb.SEARCH, data, target=target)).value


def test_a_doctor_lets_an_app_read_one_patient_and_nothing_else(hospital: Hospital, scene: Any) -> None:
    code, verifier = apps.authorised(hospital, scene.app, "doctor", patient=scene.who)
    assert last(hospital)[:2] == ("authorise_app", "allow")
    got = apps.exchanged(hospital, scene.app, code, verifier)
    assert (got.error, got.patient, got.seconds) == ("", scene.who, 1800)
    assert got.refresh
    assert last(hospital)[:2] == ("exchange_code", "allow")
    one = apps.actor(got.access)
    before = hospital.sql("SELECT count(*) FROM entry")[0][0]
    assert b"2339-0" in read(hospital, one, scene.record).body
    assert len(search(hospital, one, scene.who).rows) == 1
    rows = hospital.sql("SELECT convert_from(targets, 'UTF8') FROM entry ORDER BY id DESC LIMIT 2")
    assert all(apps.names(row[0], scene.app) for row in rows)  # each names the app, each is one entry
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 2
    other = admit(hospital, "申别人")
    theirs = observe(hospital, other, "2345-7").made[0].id
    consented(hospital, other, scene.party)
    assert b"2345-7" in read(hospital, one, theirs).body  # user/Observation.rs: the doctor's own patients
    only, verifier = apps.authorised(hospital, scene.app, "doctor", "launch/patient", "patient/Observation.rs",
                                     patient=scene.who)  # fmt: skip
    bound = apps.actor(apps.exchanged(hospital, scene.app, only, verifier).access)
    assert len(search(hospital, bound, scene.who).rows) == 1
    for ask in (lambda: read(hospital, bound, theirs), lambda: search(hospital, bound, other)):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == "app_patient"
        assert last(hospital)[1:] == ("deny", "app_patient")
    for kind in ("Condition", "MedicationRequest"):
        with pytest.raises(Refused) as caught:
            search(hospital, bound, scene.who, kind)
        assert caught.value.reason == "scope"
    for verb in (Verb.READ_LEDGER, Verb.READ_PARTNERS, Verb.READ_APPS, Verb.LIST):
        with pytest.raises(Refused) as caught:
            door.read(hospital.operation(bound, verb))
        assert caught.value.reason == "scope", verb
    with pytest.raises(Refused) as caught:
        hospital.write(bound, Verb.END_APP, EndApp(app=scene.app.id, reason="自己停用"))
    assert caught.value.reason == "scope"


def test_without_consent_or_after_its_withdrawal_an_app_sees_nothing(hospital: Hospital, scene: Any) -> None:
    patient = admit(hospital, "申撤回")
    record = observe(hospital, patient, "2339-0").made[0].id
    one = apps.actor(apps.exchanged(hospital, scene.app, *apps.authorised(hospital, scene.app, "doctor")).access)
    with pytest.raises(Refused) as caught:
        read(hospital, one, record)
    assert caught.value.reason == "app_consent"
    given = consented(hospital, patient, scene.party)
    assert read(hospital, one, record).body
    withdraw(hospital, patient, given)
    with pytest.raises(Refused) as caught:
        read(hospital, one, record)
    assert caught.value.reason == "app_consent"
    with pytest.raises(Refused):
        search(hospital, one, patient)
    with pytest.raises(Refused) as caught:  # no purpose of the agreement
        read(hospital, one, scene.record, Purpose.RESEARCH)
    assert caught.value.reason == "app_purpose"


def test_conditions_of_a_scope_bind_reads_and_searches(hospital: Hospital, scene: Any) -> None:
    glucose = "patient/Observation.rs?code=http://loinc.org|2339-0"
    app = apps.registered(hospital, scene.party, "glucose", scopes=("launch/patient", glucose))
    other = observe(hospital, scene.who, "718-7").made[0].id
    code = apps.authorised(hospital, app, "doctor", "launch/patient", "patient/Observation.rs", patient=scene.who)
    got = apps.exchanged(hospital, app, *code)
    assert got.scopes == ("launch/patient", glucose)
    one = apps.actor(got.access)
    assert read(hospital, one, scene.record).body
    with pytest.raises(Refused) as caught:
        read(hospital, one, other)
    assert caught.value.reason == "scope"
    assert [row.id for row in search(hospital, one, scene.who).rows] == [scene.record]
    assert search(hospital, one, scene.who, query="code=718-7").rows == ()


def test_a_code_is_used_once_by_its_own_app_with_its_verifier(hospital: Hospital, scene: Any) -> None:
    stranger = apps.registered(hospital, scene.party, "stranger")

    def refused(code: str, verifier: str, app: Any = scene.app, **more: Any) -> str:
        with pytest.raises(Refused) as caught:
            apps.exchanged(hospital, app, code, verifier, **more)
        assert last(hospital)[:2] == ("exchange_code", "fail")
        return caught.value.reason

    code, verifier = apps.authorised(hospital, scene.app, "doctor")
    assert refused(code, apps.pkce()[0]) == "invalid_grant"
    assert refused(code, "") == refused(code, verifier[:-1]) == "invalid_grant"
    assert refused(code, verifier, stranger) == "invalid_grant"
    for redirect in (apps.BACK + "/", apps.BACK + "?x=1", "https://app.example.cn/callback2", ""):
        assert refused(code, verifier, redirect=redirect) == "invalid_grant"
    assert refused("jc_nothing", verifier) == refused("", verifier) == refused("\0" * 50, verifier) == "invalid_grant"
    got = apps.exchanged(hospital, scene.app, code, verifier)
    one = apps.actor(got.access)
    again = apps.exchanged(hospital, scene.app, code, verifier)
    assert again.error == "invalid_grant"
    assert not again.access
    assert last(hospital) == ("exchange_code", "allow", "replayed")
    with pytest.raises(NotSignedIn):
        apps.actor(got.access)
    with pytest.raises(Refused) as caught:
        read(hospital, one, scene.record)
    assert caught.value.reason == "app"
    with pytest.raises(Refused):
        apps.refreshed(hospital, scene.app, got.refresh)


def test_a_refresh_token_is_used_once_and_never_says_more(hospital: Hospital, scene: Any) -> None:
    code = apps.authorised(hospital, scene.app, "doctor", "offline_access", "user/Observation.rs", "user/Patient.rs")
    first = apps.exchanged(hospital, scene.app, *code)
    for more in (("user/Observation.crs",), ("user/Condition.rs",), ("user/*.rs",), ("system/Observation.rs",)):
        with pytest.raises(Refused) as caught:
            apps.refreshed(hospital, scene.app, first.refresh, *more)
        assert caught.value.reason == "invalid_scope", more
    second = apps.refreshed(hospital, scene.app, first.refresh, "offline_access", "user/Observation.r")
    assert second.scopes == ("offline_access", "user/Observation.r")
    third = apps.refreshed(hospital, scene.app, second.refresh)
    assert set(third.scopes) == {"offline_access", "user/Observation.rs", "user/Patient.rs"}
    assert apps.actor(third.access).scopes == third.scopes
    stolen = apps.refreshed(hospital, scene.app, first.refresh)
    assert stolen.error == "invalid_grant"
    assert last(hospital)[2] == "replayed"
    for token in (first, second, third):
        with pytest.raises(NotSignedIn):
            apps.actor(token.access)
    with pytest.raises(Refused):
        apps.refreshed(hospital, scene.app, third.refresh)


def test_two_that_use_one_code_at_once_get_one_token_and_then_none(hospital: Hospital, scene: Any) -> None:
    code, verifier = apps.authorised(hospital, scene.app, "doctor")
    out: list[Any] = []

    def use() -> None:
        from django.db import connection

        try:
            out.append(apps.exchanged(hospital, scene.app, code, verifier))
        finally:
            connection.close()

    both = [threading.Thread(target=use) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one.error for one in out) == ["", "invalid_grant"]
    with pytest.raises(NotSignedIn):
        apps.actor(next(one.access for one in out if one.access))


def test_nobody_is_authorised_beyond_what_was_registered(hospital: Hospital, scene: Any) -> None:
    def refused(who: str, *scopes: str, **more: Any) -> str:
        with pytest.raises(Refused) as caught:
            apps.authorised(hospital, scene.app, who, *scopes, **more)
        assert last(hospital)[0] == "authorise_app"
        assert last(hospital)[1] in ("deny", "fail")
        return caught.value.reason

    assert refused("doctor", "user/MedicationRequest.rs") == "invalid_scope"
    assert refused("doctor", "patient/Observation.rs") == "invalid_scope"  # of which patient?
    assert refused("doctor", "launch/patient") == "invalid_scope"
    assert refused("doctor", redirect="https://app.example.cn/callback/../evil") == "invalid_request"
    assert refused("doctor", redirect="https://app.example.cn.evil.cn/callback") == "invalid_request"
    assert refused("doctor", challenge="plain") == refused("doctor", challenge="") == "invalid_request"
    assert refused("surgeon", patient=scene.who) == "no_rule"  # no relation to this patient
    assert refused("sysadmin") == "no_rule"
    code, verifier = apps.authorised(hospital, scene.app, "doctor", "user/*.cruds", "openid", "user/Observation.d")
    assert apps.exchanged(hospital, scene.app, code, verifier).scopes == ("user/Patient.rs", "user/Observation.rs")
    asked = AskApp(client="follow-up", redirect=apps.BACK, scopes=("user/Observation.rs", "user/Medication.r"))
    shown = door.read(hospital.operation("doctor", Verb.READ_APPS, asked)).value.asked
    assert shown.scopes == ("user/Observation.rs",)
    assert shown.partner == scene.party.name
    for wrong in (replace(asked, client="nobody"), replace(asked, redirect=apps.BACK + "x")):
        with pytest.raises(Refused):
            door.read(hospital.operation("doctor", Verb.READ_APPS, wrong))


def test_a_server_proves_itself_by_its_registered_key_alone(hospital: Hospital, scene: Any) -> None:
    scopes = ("system/Observation.rs", "system/Patient.r")
    key = apps.new_key()
    app = apps.registered(hospital, scene.party, "server", key=key, account="his", scopes=scopes)

    def token(proof: Proof, *wanted: str) -> Any:
        data = ExchangeCode(grant="client_credentials", proof=proof, scopes=wanted)
        return apps.ask_public(hospital, Verb.EXCHANGE_CODE, data).value

    got = token(app.proof())
    assert (got.scopes, got.refresh, got.seconds) == (scopes, "", 300)
    assert apps.actor(got.access).account == hospital.actors["his"].account
    assert token(app.proof(), "system/Observation.r").scopes == ("system/Observation.r",)
    once = app.proof()
    assert token(once).access
    other = apps.new_key()
    wrong = {
        "replayed": once, "foreign key": app.proof(key=other), "kid": app.proof(kid="other-1"),
        "audience": app.proof(aud="https://elsewhere.cn/oauth/token"), "list": app.proof(aud=[apps.TOKEN_URL]),
        "long": app.proof(exp=int(hospital.now().timestamp()) + 3600), "old": app.proof(exp=1_700_000_000),
        "never": app.proof(exp=None), "sub": app.proof(sub="follow-up"), "no jti": app.proof(jti=None),
        "future": app.proof(nbf=int(hospital.now().timestamp()) + 600),
        "hmac": replace(app.proof(), assertion=app.hmac()),
        "garbage": replace(app.proof(), assertion="a.b.c"), "empty": Proof(client="server"),
        "none": replace(app.proof(), assertion="eyJhbGciOiJub25lIn0." + app.assertion().split(".")[1] + ".e30"),
        "type": replace(app.proof(), kind="saml"), "unknown": replace(app.proof(iss="nobody", sub="nobody")),
        "other name": replace(app.proof(), client="follow-up"),
    }  # fmt: skip
    for name, proof in wrong.items():
        with pytest.raises(Refused) as caught:
            token(proof)
        assert caught.value.reason == "invalid_client", name
    for kind, alg in (("P-256", "ES256"), ("RSA", "RS384")):
        fresh = apps.new_key(kind)
        good = apps.registered(hospital, scene.party, f"server-{alg}", key=fresh, account="his", scopes=scopes, alg=alg)
        assert token(good.proof()).access
    with pytest.raises(Refused) as caught:
        token(scene.app.proof())
    assert caught.value.reason == "unauthorized_client"
    with pytest.raises(Refused) as caught:
        token(app.proof(), "user/Observation.rs")
    assert caught.value.reason == "invalid_scope"
    with pytest.raises(Refused) as caught:  # reads nothing without a grant of its own, whatever its scopes say
        read(hospital, apps.actor(got.access), scene.record, Purpose.PAYMENT)
    assert caught.value.reason in ("app_purpose", "purpose")


def test_a_token_is_looked_at_and_given_up_by_its_own_client(hospital: Hospital, scene: Any) -> None:
    got = apps.exchanged(hospital, scene.app, *apps.authorised(hospital, scene.app, "doctor", patient=scene.who))
    other = apps.registered(hospital, scene.party, "curious")
    theirs = apps.exchanged(hospital, other, *apps.authorised(hospital, other, "doctor"))

    def said(token: str, bearer: str) -> Any:
        return apps.ask_public(hospital, Verb.INTROSPECT, Introspect(proof=Proof(), token=token, bearer=bearer)).value

    found = said(got.access, got.access)
    assert (found.active, found.client, found.patient) == (True, "follow-up", scene.who)
    assert not said(got.access, theirs.access).active
    assert not said("ja_nothing", got.access).active
    with pytest.raises(Refused):
        said(got.access, "ja_nothing")
    gone = RevokeApp(token=got.access, proof=other.proof())
    assert apps.ask_public(hospital, Verb.REVOKE_APP, gone).value == 0
    assert apps.actor(got.access)
    apps.ask_public(hospital, Verb.REVOKE_APP, RevokeApp(token=got.refresh, proof=scene.app.proof()))
    with pytest.raises(NotSignedIn):
        apps.actor(got.access)
    with pytest.raises(Refused):
        said(got.access, got.access)


def test_whoever_granted_it_withdraws_it_and_nobody_else(hospital: Hospital, scene: Any) -> None:
    got = apps.exchanged(hospital, scene.app, *apps.authorised(hospital, scene.app, "doctor"))
    grant = grant_of(hospital)
    with pytest.raises(Refused) as caught:
        hospital.write("nurse", Verb.REVOKE_APP, RevokeApp(grant=grant))
    assert caught.value.reason == "no_rule"
    mine = door.read(hospital.operation("doctor", Verb.READ_APPS, AppsRequest(mine=True))).value.mine
    assert grant in {one.grant for one in mine}
    assert not door.read(hospital.operation("nurse", Verb.READ_APPS, AppsRequest(mine=True))).value.mine
    hospital.write("doctor", Verb.REVOKE_APP, RevokeApp(grant=grant))
    with pytest.raises(NotSignedIn):
        apps.actor(got.access)
    with pytest.raises(Conflict):
        hospital.write("doctor", Verb.REVOKE_APP, RevokeApp(grant=grant))
    board = door.read(hospital.operation("secadmin", Verb.READ_APPS, AppsRequest(app=scene.app.id))).value
    assert board.rows[0].client == "follow-up"
    assert ("search", "allow") in {row[:2] for row in board.did}
    assert all(not one.patient for one in board.rows[0].grants)
    with pytest.raises(Refused):
        door.read(hospital.operation("nurse", Verb.READ_APPS, AppsRequest()))


def test_nothing_opens_once_app_agreement_post_or_person_is_gone(hospital: Hospital, scene: Any) -> None:
    to = clinic(hospital, "短约医院")
    app = apps.registered(hospital, to, "short")
    consented(hospital, scene.who, to)
    hospital.person("locum", Role.PHYSICIAN, "xnk")
    got = apps.exchanged(hospital, app, *apps.authorised(hospital, app, "doctor", patient=scene.who))
    locum = apps.exchanged(hospital, app, *apps.authorised(hospital, app, "locum"))
    one, two = apps.actor(got.access), apps.actor(locum.access)
    assert read(hospital, one, scene.record).body
    from jingui.core.protect import ChangeAccountState

    freeze = ChangeAccountState(account=hospital.actors["locum"].account, reason="离职")
    hospital.write("secadmin", Verb.FREEZE_ACCOUNT, freeze)
    with pytest.raises(Refused):
        read(hospital, two, scene.record)
    with pytest.raises(Refused):
        apps.refreshed(hospital, app, locum.refresh)
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.write("affairs", Verb.END_AGREEMENT, EndAgreement(agreement=to.agreement, reason="不再合作"))
    with pytest.raises(Refused) as caught:
        read(hospital, one, scene.record)
    assert caught.value.reason == "app"
    for ask in (lambda: apps.refreshed(hospital, app, got.refresh), lambda: apps.authorised(hospital, app, "doctor")):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == "invalid_client"
    hospital.write("secadmin", Verb.END_APP, EndApp(app=scene.app.id, reason="停用"))
    with pytest.raises(Refused):
        apps.authorised(hospital, scene.app, "doctor")


def test_a_row_that_the_dba_bends_opens_nothing_and_is_named(hospital: Hospital, scene: Any) -> None:
    assert not [one for one in findings(hospital) if "app_grant" in one]  # after everything that was done with apps
    app = apps.registered(hospital, scene.party, "bent")
    got = apps.exchanged(hospital, app, *apps.authorised(hospital, app, "doctor", "user/Observation.rs"))
    one, grant = apps.actor(got.access), grant_of(hospital)
    hospital.sql("UPDATE app_grant SET scopes = %s WHERE id = %s", ["user/Observation.cruds"], grant)
    hospital.sql("UPDATE epoch SET n = n + 1")
    with pytest.raises(Tampered):
        apps.actor(got.access)
    with pytest.raises(Tampered):
        read(hospital, one, scene.record)
    hospital.sql("UPDATE app_grant SET scopes = %s WHERE id = %s", ["user/Observation.rs"], grant)
    hospital.sql("UPDATE epoch SET n = n + 1")
    assert read(hospital, one, scene.record).body
    kept = hospital.sql("SELECT version, entry, mac FROM app_grant WHERE id = %s", grant)[0]
    hospital.write("doctor", Verb.REVOKE_APP, RevokeApp(grant=grant))
    hospital.sql("UPDATE app_grant SET revoked = NULL, version = %s, entry = %s, mac = %s WHERE id = %s", *kept, grant)
    assert any(f"app_grant:{grant}" in one for one in findings(hospital))
