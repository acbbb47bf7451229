"""二（一）3: Consents that interfaces enter make, change and end the rows that decide [2.1.3] [5.2.2]"""

import base64
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.enter import Change
from jingui.core.errors import Conflict, Unprocessable
from jingui.core.words import Purpose, Verb
from tests.gate.test_charts import admit, entry, number
from tests.gate.test_consents import consents, treat, withdraw
from tests.gate.test_patients import may_open
from tests.hospital import Hospital
from tests.pictures import png

HL7 = "http://terminology.hl7.org/CodeSystem"


def consent(patient: str, *, scope: str = "patient-privacy", reason: str = "TREAT", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Consent", "status": "active",
        "scope": {"coding": [{"system": f"{HL7}/consentscope", "code": scope}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"Patient/{patient}"}, "policyRule": {"text": "说明"},
        "provision": {"type": "permit", "purpose": [{"system": f"{HL7}/v3-ActReason", "code": reason}]},
    } | more  # fmt: skip


def put(hospital: Hospital, resource: dict[str, Any], who: str = "his", **more: Any) -> Any:
    purpose = more.pop("purpose", Purpose.OPERATION)
    return hospital.enter(who, Change(resource=resource, **more), verb=Verb.ENTER, purpose=purpose)


def rows(hospital: Hospital, patient: str) -> list[tuple[Any, ...]]:
    return hospital.sql(
        "SELECT kind, purpose, state, version FROM patient_consent WHERE patient_id = %s ORDER BY consent_id",
        number(hospital, patient),
    )


@pytest.fixture
def patient(hospital: Hospital, request: pytest.FixtureRequest) -> str:
    made = admit(hospital, "接口同意", f"73{abs(hash(request.node.name)) % 1_000_000:06d}")[0]
    treat(hospital, made)
    return made


def test_an_interface_gives_and_ends_a_consent(hospital: Hospital, patient: str) -> None:
    done = put(hospital, consent(patient, scope="research", reason="HRESCH"))
    assert rows(hospital, patient) == [("research", "research", "given", 1)]
    line = consents(hospital, patient).value.lines[0]
    assert line.record == done.made[0].id
    target = hospital.runtime.ids.internal(done.made[0].id)
    ended = put(hospital, consent(patient, scope="research", reason="HRESCH", status="inactive"), record=target)
    assert rows(hospital, patient) == [("research", "research", "withdrawn", 2)]
    assert entry(hospital, ended.entries[0])[:2] == ("correct", "allow")
    assert may_open(hospital, "doctor", patient)  # the patient's own row is as sealed as before


def test_what_says_nothing_yet_makes_no_row(hospital: Hospital, patient: str) -> None:
    put(hospital, consent(patient, status="proposed"))
    put(hospital, consent(patient, scope="treatment", reason="TREAT"))  # to an operation
    assert rows(hospital, patient) == []
    done = put(hospital, consent(patient, status="draft"))
    put(hospital, consent(patient), record=hospital.runtime.ids.internal(done.made[0].id))
    assert rows(hospital, patient) == [("sensitive_collection", "treatment", "given", 1)]


def test_a_denial_is_a_refusal(hospital: Hospital, patient: str) -> None:
    denied = consent(patient)
    denied["provision"]["type"] = "deny"
    put(hospital, denied)
    assert [row[2] for row in rows(hospital, patient)] == ["refused"]


def test_a_consent_of_the_past_opens_nothing_backwards(hospital: Hospital, patient: str) -> None:
    past = consent(patient)
    past["provision"]["period"] = {"start": "2001-01-01", "end": "2099-01-01"}
    put(hospital, past)
    line = consents(hospital, patient).value.lines[0]
    assert hospital.now() - line.starts < timedelta(minutes=1)
    assert line.ends is not None
    assert line.ends.year >= 2099


def test_one_bundle_holds_a_new_patient_and_two_consents(hospital: Hospital) -> None:
    from tests.gate.test_charts import bundle

    changes = list(bundle("同批同意", "73999999"))
    here = changes[0].full_url
    for n, reason in enumerate(("TREAT", "HRESCH")):
        resource = consent("x", reason=reason)
        resource["patient"]["reference"] = here
        changes.insert(n, Change(resource=resource, full_url=f"urn:uuid:00000000-0000-4000-8000-00000000{n:04d}"))
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    patient = next(one.id for one in made if one.kind == "Patient")
    assert len(rows(hospital, patient)) == 2
    assert hospital.sql("SELECT marks FROM patient WHERE patient_id = %s", number(hospital, patient)) == [(2,)]
    assert may_open(hospital, "doctor", patient)


def test_a_person_shows_the_paper(hospital: Hospital, patient: str) -> None:
    with pytest.raises(Unprocessable):
        put(hospital, consent(patient), who="doctor", purpose=Purpose.TREATMENT)
    paper = {"contentType": "image/png", "data": base64.b64encode(png(7)).decode()}
    put(hospital, consent(patient, sourceAttachment=paper), who="doctor", purpose=Purpose.TREATMENT)
    assert len(rows(hospital, patient)) == 1


@pytest.mark.parametrize(
    "paper",
    [
        {"contentType": "image/png", "data": base64.b64encode(b"<svg/>").decode()},
        {"contentType": "application/pdf", "data": base64.b64encode(png(8)).decode()},
        {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-1.5 /S /JavaScript %%EOF").decode()},
    ],
)
def test_a_paper_that_is_not_what_it_says_is_refused(hospital: Hospital, patient: str, paper: dict[str, str]) -> None:
    with pytest.raises(Unprocessable):
        put(hospital, consent(patient, sourceAttachment=paper))
    assert rows(hospital, patient) == []


def test_a_copy_that_is_sent_again_undoes_no_withdrawal(hospital: Hospital, patient: str) -> None:
    done = put(hospital, consent(patient))
    number_ = consents(hospital, patient).value.lines[0].consent
    withdraw(hospital, patient, number_)
    assert rows(hospital, patient) == [("sensitive_collection", "treatment", "withdrawn", 2)]
    target = hospital.runtime.ids.internal(done.made[0].id)
    with pytest.raises(Conflict):
        put(hospital, consent(patient), record=target)
    assert rows(hospital, patient) == [("sensitive_collection", "treatment", "withdrawn", 2)]
    put(hospital, consent(patient))
    assert [row[2] for row in rows(hospital, patient)] == ["withdrawn", "given"]
    assert may_open(hospital, "doctor", patient)
