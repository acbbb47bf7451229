"""五（一）2 接入应用: an app sends a person here; they see, narrow, agree or not, look at it later, withdraw [5.1.2]"""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.errors import NotSignedIn, Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from jingui.web.viewmodels.paths import to
from tests.gate.test_charts import number
from tests.gate.test_portal import CARD, born, opened
from tests.gateway import apps
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import Hospital
from tests.web.browser import Browser, with_credentials
from tests.web.portal_browser import Patient

STATE = "0123456789abcdef"
MRN = "53000009"


@pytest.fixture(scope="module")
def app(hospital: Hospital) -> Any:
    to_whom = clinic(hospital, "页面互联医院")
    made = apps.registered(hospital, to_whom, "page-app")
    made.party = to_whom  # type: ignore[attr-defined]  # of this test alone
    return made


@pytest.fixture(scope="module")
def doctor(hospital: Hospital) -> Browser:
    with_credentials(hospital, "doctor")
    made = Browser()
    made.sign_in(hospital, "doctor")
    return made


def address(challenge: str, **changes: str | None) -> str:
    said = {
        "response_type": "code", "client_id": "page-app", "redirect_uri": apps.BACK, "state": STATE,
        "scope": "launch/patient patient/Observation.rs user/Patient.rs openid", "aud": "http://localhost/fhir",
        "code_challenge": challenge, "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return "/app/authorise?" + urlencode({name: value for name, value in said.items() if value is not None})


def text(page: Any) -> str:
    return str(page.content.decode())


def seal(page: Any) -> str:
    return re.search(r'name="seal" value="([0-9a-f]{32})"', text(page)).group(1)  # type: ignore[union-attr]


def back(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 303, text(answer)[:2000]
    assert answer["Location"].startswith(apps.BACK + "?")
    return parse_qs(urlsplit(answer["Location"]).query)


def answer(browser: Browser, path: str, page: Any, *scopes: str, **fields: Any) -> Any:
    return browser.post(path, seal=seal(page), answer="yes", scope=list(scopes), **fields)


def test_a_doctor_sees_who_asks_chooses_a_patient_and_says_yes(hospital: Hospital, app: Any, doctor: Browser) -> None:
    patient = admit(hospital, "页面申", mrn=MRN)
    record = observe(hospital, patient, "2339-0").made[0].id
    consented(hospital, patient, app.party)
    verifier, challenge = apps.pkce()
    first = doctor.get(address(challenge))
    assert (first.status_code, first.cookies["jingui_app"]["samesite"]) == (200, "Lax")
    assert "page-app" not in text(first)  # nobody is told which apps there are before they signed in
    page = doctor.get(to("app_consent"))
    for said in ("应用 page-app", "页面互联医院", "所选患者的", "app.example.cn", "patient/Observation.rs"):
        assert said in text(page), said
    assert "openid" not in text(page)
    assert "https://app.example.cn" in page["Content-Security-Policy"]
    wrong = answer(doctor, to("app_consent"), page, "patient/Observation.rs", mrn="没有这个号")
    assert (wrong.status_code, "没有找到" in text(wrong)) == (400, True)
    shown = answer(doctor, to("app_consent"), page, "launch/patient", "patient/Observation.rs", mrn=MRN)
    assert "页面申" in text(shown)
    done = back(answer(doctor, to("app_consent"), shown, "launch/patient", "patient/Observation.rs",
                       mrn=MRN, patient=patient))  # fmt: skip
    assert done["state"] == [STATE]
    got = apps.exchanged(hospital, app, done["code"][0], verifier)
    assert (got.patient, got.scopes) == (patient, ("launch/patient", "patient/Observation.rs"))
    assert door.sheet(hospital.operation(apps.actor(got.access), Verb.READ, target=door.locate(record))).body
    assert doctor.get(to("app_consent")).status_code == 404  # spent: nothing waits any more
    mine = doctor.get(to("my_apps"))
    number_of = re.search(r'name="revoke" value="(\d+)"', text(mine)).group(1)  # type: ignore[union-attr]
    assert doctor.post(to("my_apps"), revoke=number_of).status_code == 302
    assert "已撤回" in text(doctor.get(to("my_apps")))
    with pytest.raises(NotSignedIn):
        apps.actor(got.access)


def test_no_means_no_and_faults_go_back_only_to_a_known_address(app: Any, doctor: Browser) -> None:
    challenge = apps.pkce()[1]
    doctor.get(address(challenge))
    page = doctor.get(to("app_consent"))
    said = back(doctor.post(to("app_consent"), seal=seal(page), answer="no"))
    assert (said["error"], said["state"]) == (["access_denied"], [STATE])
    for changes, error in (
        ({"code_challenge_method": "plain"}, "invalid_request"), ({"code_challenge": "x"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"), ({"response_type": "token"}, "unsupported_response_type"),
        ({"state": None}, "invalid_request"), ({"aud": "https://evil.cn/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"), ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "user/Claim.rs system/Patient.r"}, "invalid_scope"),
    ):  # fmt: skip
        doctor.get(address(challenge, **changes))
        assert back(doctor.get(to("app_consent")))["error"] == [error], changes
    for changes in (
        {"client_id": "nobody"}, {"redirect_uri": "https://evil.cn/callback"}, {"redirect_uri": apps.BACK + "/x"},
        {"redirect_uri": "javascript:alert(1)"}, {"redirect_uri": None},
        {"redirect_uri": "https://app.example.cn@evil.cn/callback"},
    ):  # fmt: skip
        doctor.get(address(challenge, **changes))
        refused = doctor.get(to("app_consent"))
        assert refused.status_code == 403, changes
        assert "Location" not in refused
        assert "evil" not in refused["Content-Security-Policy"]
    for bad in ("", "x" * 3000, "client_id=a&client_id=b", "scope=user/Patient.r"):
        assert doctor.get("/app/authorise?" + bad).status_code == 400


def test_another_request_that_comes_meanwhile_is_not_agreed_to(app: Any, doctor: Browser) -> None:
    doctor.get(address(apps.pkce()[1]))
    page = doctor.get(to("app_consent"))
    doctor.get(address(apps.pkce()[1], scope="user/Observation.rs"))  # another page of this browser
    swapped = answer(doctor, to("app_consent"), page, "user/Patient.rs")
    assert swapped["Location"] == to("app_consent")
    narrowed = doctor.get(to("app_consent"))
    assert "重新核对" in text(narrowed)
    none = answer(doctor, to("app_consent"), narrowed)
    assert (none.status_code, "至少保留一项" in text(none)) == (400, True)
    beyond = answer(doctor, to("app_consent"), narrowed, "user/Patient.rs", "system/Patient.r")
    assert beyond.status_code == 400  # what this request did not ask for is not granted by a form that says so


def test_who_is_not_signed_in_is_led_there_and_back(app: Any) -> None:
    stranger = Browser()
    stranger.get(address(apps.pkce()[1]))
    assert stranger.get(to("app_consent"))["Location"] == "/sign-in/?next=%2Fapp%2Fconsent%2F"
    assert stranger.get(to("portal_app_consent"))["Location"].startswith("/portal/sign-in/")
    assert stranger.get(to("apps")).status_code == 302


def test_a_patient_lets_an_app_read_their_own_record_and_withdraws_it(hospital: Hospital, app: Any) -> None:
    me = born(hospital, "页面患者", "53000001", "1980-01-01", CARD)
    record = observe_at(hospital, me[0])
    other = born(hospital, "页面别人", "53000002", "1981-01-01")[0]
    mine = Patient().begin(hospital, opened(hospital, me[0]))
    verifier, challenge = apps.pkce()
    mine.get(address(challenge))
    page = mine.get(to("portal_app_consent"))
    assert "本人病历" in text(page)
    wrong = answer(mine, to("portal_app_consent"), page, "patient/Observation.rs", whose=other)
    assert wrong.status_code == 400
    said = back(answer(mine, to("portal_app_consent"), page, "patient/Observation.rs", whose=me[0]))
    got = apps.exchanged(hospital, app, said["code"][0], verifier)
    assert got.patient == me[0]
    one = apps.actor(got.access)
    assert one.purpose is Purpose.PATIENT_REQUEST
    asked = hospital.operation(one, Verb.READ, target=door.locate(record), purpose=Purpose.PATIENT_REQUEST)
    assert b"2339-0" in door.sheet(asked).body  # no consent is asked for: the authorisation is the patient's own word
    theirs = Target(patient=number(hospital, other), record=1, kind="Observation")
    with pytest.raises(Refused) as caught:
        door.sheet(hospital.operation(one, Verb.READ, purpose=Purpose.PATIENT_REQUEST, target=theirs))
    assert caught.value.reason == "app_patient"
    shown = text(mine.get(to("portal_apps")))
    assert "应用 page-app" in shown
    revoke = re.search(r'name="revoke" value="(\d+)"', shown).group(1)  # type: ignore[union-attr]
    mine.post(to("portal_apps"), revoke=revoke)
    with pytest.raises(NotSignedIn):
        apps.actor(got.access)


def observe_at(hospital: Hospital, patient: str) -> str:
    """A result entered by the interface."""
    return str(observe(hospital, patient, "2339-0", who="his").made[0].id)


def test_the_register_shows_what_each_may_and_did(hospital: Hospital, app: Any) -> None:
    with_credentials(hospital, "secadmin")
    admin = Browser()
    admin.sign_in(hospital, "secadmin")
    with CaptureQueriesContext(connection) as seen:
        page = text(admin.get(to("apps")))
    assert "page-app" in page
    assert len(seen) <= 12
    one = text(admin.get(to("app", app=app.id)))
    for said in ("您有权查阅的患者的", "仅 PKCE", apps.BACK, "停用"):
        assert said in one, said
    assert admin.get(to("app", app=999_999)).status_code == 404
    with_credentials(hospital, "nurse")
    nurse = Browser()
    nurse.sign_in(hospital, "nurse")
    assert nurse.get(to("apps")).status_code == 403
    assert "还没有授权" in text(nurse.get(to("my_apps")))
