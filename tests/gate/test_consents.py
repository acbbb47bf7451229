"""二（一）3: consents through the door: given, refused, withdrawn, owed, forged [2.1.3] [1.3.2] [5.2.2]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.consents import ConsentsRequest, GiveConsent, Party, Signed, Signer, WithdrawConsent
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.words import Purpose, Sensitivity, Verb
from jingui.formats import fhir_json
from jingui.gate import door
from tests.gate.test_charts import admit, entry, number
from tests.hospital import Hospital
from tests.pictures import png

ICD = "http://hl7.org/fhir/sid/icd-10"


SHADES = iter(range(1, 60_000))
SELF = Signer(party=Party.SELF, name="林若水")
MOTHER = Signer(party=Party.GUARDIAN, name="王母", relation="母亲", identity="11010519491231002X")


def given(**more: Any) -> GiveConsent:
    facts: dict[str, Any] = {
        "kind": "sensitive_collection", "signer": SELF, "labels": ("hiv",),
        "signed": Signed(body=png(next(SHADES)), strokes="[]"),
    }  # fmt: skip
    return GiveConsent(**facts | more)


def give(hospital: Hospital, patient: str, who: str = "doctor", **more: Any) -> Any:
    purpose = more.pop("purpose", Purpose.TREATMENT)
    return hospital.write(
        who, Verb.GIVE_CONSENT, given(**more), target=Target(patient=number(hospital, patient)), purpose=purpose
    )


def withdraw(hospital: Hospital, patient: str, consent: int, who: str = "doctor") -> Any:
    data = WithdrawConsent(consent=consent, reason="患者要求")
    return hospital.write(
        who, Verb.WITHDRAW_CONSENT, data, target=Target(patient=number(hospital, patient)), purpose=Purpose.TREATMENT
    )


def consents(hospital: Hospital, patient: str, who: str = "doctor", purpose: Purpose = Purpose.TREATMENT) -> Any:
    target = Target(patient=number(hospital, patient))
    return door.read(hospital.operation(who, Verb.READ_CONSENTS, ConsentsRequest(), target=target, purpose=purpose))


def diagnose(hospital: Hospital, patient: str, code: str, who: str = "doctor", **more: Any) -> Any:
    resource = {
        "resourceType": "Condition", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": ICD, "code": code}]},
    }  # fmt: skip
    return hospital.enter(who, Change(resource=resource), **more)


def treat(hospital: Hospital, patient: str, who: str = "doctor") -> None:
    from jingui.core.collect import Relate
    from jingui.core.words import Relation

    now = hospital.now()
    hospital.write(
        "registrar", Verb.RELATE,
        Relate(
            kind=Relation.TREATING, person=hospital.people[who], starts=now - timedelta(hours=1),
            ends=now + timedelta(days=30),
        ),
        target=Target(patient=number(hospital, patient)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def one(hospital: Hospital) -> str:
    patient = admit(hospital, "林若水", "71000001")[0]
    treat(hospital, patient)
    return patient


def test_a_consent_is_a_sealed_row_and_a_record_of_the_chart(hospital: Hospital, one: str) -> None:
    done = give(
        hospital, one, signer=Signer(party=Party.AGENT, name="李代", relation="配偶", identity="11010519491231002X")
    )
    assert entry(hospital, done.trace.entry)[:2] == ("give_consent", "allow")
    lines = consents(hospital, one).value.lines
    assert [(line.kind, line.labels, line.state) for line in lines] == [("sensitive_collection", ("hiv",), "given")]
    assert lines[0].record == done.value.record
    sheet = door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(done.value.record)))
    paper = fhir_json.parse(sheet.body)
    assert (sheet.kind, sheet.level, sheet.labels) == ("Consent", "secret", ("hiv",))
    assert paper["contained"][0]["identifier"][0]["value"] == "11010519491231002X"
    assert paper["sourceAttachment"]["contentType"] == "image/png"
    assert "艾滋病病毒检测" in paper["policyRule"]["text"]
    row = hospital.sql("SELECT * FROM patient_consent WHERE consent_id = %s", done.value.consent)
    assert b"11010519491231002X" not in repr(row).encode()
    dump = hospital.sql("SELECT payload FROM record_version WHERE entry = %s", done.trace.entry)[0][0]
    assert b"11010519491231002X" not in bytes(dump)


def test_without_relation_it_is_refused_and_entered(hospital: Hospital, one: str) -> None:
    with pytest.raises(Refused) as refused:
        give(hospital, one, who="surgeon")
    assert entry(hospital, refused.value.data["entry"])[:2] == ("give_consent", "deny")
    with pytest.raises(Refused):
        consents(hospital, one, who="surgeon")
    with pytest.raises(Refused):
        withdraw(hospital, one, consents(hospital, one).value.lines[0].consent, who="surgeon")


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"kind": "anything"}, "kind"),
        ({"labels": ()}, "labels"),
        ({"labels": ("hiv", "hiv")}, "labels"),
        ({"labels": ("x' OR 1=1",)}, "labels"),
        ({"categories": ("directory",)}, "categories"),
        ({"kind": "sharing", "party": ""}, "party"),
        ({"party": "某医院"}, "party"),
        ({"told": False}, "told"),
        ({"signer": Signer(party=Party.SELF, name="")}, "name"),
        ({"signer": Signer(party=Party.SELF, name="字" * 4000)}, "name"),
        ({"signer": Signer(party=Party.GUARDIAN, name="王母", identity="11010519491231002X")}, "relation"),
        ({"signer": Signer(party=Party.GUARDIAN, name="王母", relation="母亲")}, "identity"),
        ({"signer": Signer(party=Party.AGENT, name="李代", relation="友", identity="110105194912310021")}, "identity"),
        ({"signer": Signer(party=Party.SELF, name="欧阳", identity_kind="card")}, "identity_kind"),
        ({"signed": Signed(body=b"")}, "signed"),
        ({"signed": Signed(body=b"<svg onload=alert(1)>")}, "signed"),
        ({"signed": Signed(body=png()[:-3])}, "signed"),
        ({"signed": Signed(body=png() + b"<script>")}, "signed"),
        ({"signed": Signed(body=b"%PDF-1.4 /OpenAction << /S /JavaScript >> %%EOF")}, "signed"),
        ({"signed": Signed(body=png() + bytes(2 << 20))}, "signed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_kept(
    hospital: Hospital, one: str, more: dict[str, Any], place: str
) -> None:
    before = hospital.sql("SELECT count(*) FROM patient_consent")
    with pytest.raises(Invalid) as wrong:
        give(hospital, one, **more)
    assert place in [where for where, _ in wrong.value.places]
    assert hospital.sql("SELECT count(*) FROM patient_consent") == before


def test_the_end_lies_ahead(hospital: Hospital, one: str) -> None:
    with pytest.raises(Invalid) as wrong:
        give(hospital, one, ends=hospital.now() - timedelta(days=1))
    assert [where for where, _ in wrong.value.places] == ["ends"]


def test_one_drawing_signs_once(hospital: Hospital, one: str) -> None:
    signed = Signed(body=png(next(SHADES)), strokes="[[[1,2]]]")
    give(hospital, one, signed=signed)
    with pytest.raises(Conflict):
        give(hospital, one, signed=signed)
    with pytest.raises(Conflict):
        give(hospital, one, signed=signed, kind="research", labels=())


def test_a_child_does_not_sign(hospital: Hospital) -> None:
    child = admit(hospital, "小宝", "71000002")[0]
    born = hospital.today() - timedelta(days=3650)
    card = {"resourceType": "Patient", "identifier": [{"system": "urn:oid:2.16.156.10011.1.2", "value": "71000002"}],
            "name": [{"text": "小宝"}], "birthDate": born.isoformat()}  # fmt: skip
    hospital.enter(
        "his", Change(resource=card, record=(number(hospital, child), 0)), verb=Verb.CORRECT, purpose=Purpose.OPERATION
    )
    with pytest.raises(Invalid) as wrong:
        give(hospital, child, labels=("minor",))
    assert [where for where, _ in wrong.value.places] == ["party_kind"]
    diagnose(hospital, child, "J06.9", "his", purpose=Purpose.OPERATION)
    state = consents(hospital, child).value
    assert state.minor
    assert [one.label for one in state.owed] == [Sensitivity.MINOR]
    give(hospital, child, labels=("minor",), signer=MOTHER)
    assert consents(hospital, child).value.owed == ()


def test_what_is_missing_blocks_no_care_and_is_owed_until_it_is_given(hospital: Hospital) -> None:
    patient = admit(hospital, "林待补", "71000003")[0]
    treat(hospital, patient)
    made = diagnose(hospital, patient, "B18.1")
    assert made.made[0].outcome == "created"
    for code in ("Z37.0", "Q21.0"):
        diagnose(hospital, patient, code)
    state = consents(hospital, patient).value
    assert [one.label for one in state.owed] == [Sensitivity.HEPATITIS]
    assert state.owed[0].due - state.owed[0].since == timedelta(hours=72)
    listed = door.read(hospital.operation("doctor", Verb.READ_CONSENTS, ConsentsRequest()))
    mine = [line for line in listed.value if line.patient == patient]
    assert [(line.name, line.items) for line in mine] == [("林待补", 1)]
    assert entry(hospital, listed.trace.entry)[:2] == ("read_consents", "allow")
    _, _, single, several = entry(hospital, listed.trace.entry)
    assert number(hospital, patient) in (several or (single,))
    done = give(hospital, patient, labels=("hepatitis",))
    assert consents(hospital, patient).value.owed == ()
    withdraw(hospital, patient, done.value.consent)
    assert consents(hospital, patient).value.owed == ()  # an answer too: nobody is asked again


def test_a_refusal_is_kept_and_settles_what_is_owed(hospital: Hospital) -> None:
    patient = admit(hospital, "林拒签", "71000004")[0]
    treat(hospital, patient)
    diagnose(hospital, patient, "A15.0")
    give(hospital, patient, labels=("tuberculosis",), agreed=False)
    state = consents(hospital, patient).value
    assert ([line.state for line in state.lines], state.owed) == (["refused"], ())
    assert diagnose(hospital, patient, "A15.1").made  # and care goes on


def test_the_department_sees_no_secret_consent(hospital: Hospital) -> None:
    patient = admit(hospital, "林密签", "71000005")[0]
    treat(hospital, patient)
    diagnose(hospital, patient, "B24")
    give(hospital, patient, labels=("hiv",))
    give(hospital, patient, labels=("hepatitis",))
    nurse = consents(hospital, patient, "nurse").value
    assert ([line.labels for line in nurse.lines], nurse.hidden) == ([("hepatitis",)], 1)


def test_a_withdrawal_acts_at_once_and_once(hospital: Hospital) -> None:
    patient = admit(hospital, "林撤回", "71000006")[0]
    treat(hospital, patient)
    done = give(hospital, patient, kind="research", labels=())
    epoch = hospital.sql("SELECT n FROM epoch")[0][0]
    gone = withdraw(hospital, patient, done.value.consent)
    assert hospital.sql("SELECT n FROM epoch")[0][0] > epoch
    assert entry(hospital, gone.trace.entry)[:2] == ("withdraw_consent", "allow")
    sheet = door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(done.value.record)))
    assert (sheet.version, fhir_json.parse(sheet.body)["status"]) == (2, "inactive")
    with pytest.raises(Conflict):
        withdraw(hospital, patient, done.value.consent)
    other = admit(hospital, "林他人", "71000007")[0]
    treat(hospital, other)
    with pytest.raises(NotFound):
        withdraw(hospital, other, done.value.consent)


def test_a_consent_put_in_or_changed_past_the_door_is_named(hospital: Hospital) -> None:
    patient = admit(hospital, "林伪造", "71000008")[0]
    treat(hospital, patient)
    done = give(hospital, patient, labels=("hepatitis",))
    hospital.sql("UPDATE patient_consent SET labels = '{hiv,hepatitis}' WHERE consent_id = %s", done.value.consent)
    with pytest.raises(Tampered):
        consents(hospital, patient)
    with pytest.raises(JinguiError) as wrong:
        withdraw(hospital, patient, done.value.consent)
    assert isinstance(wrong.value, Tampered)
    hospital.sql("UPDATE patient_consent SET labels = '{hepatitis}' WHERE consent_id = %s", done.value.consent)
    withdraw(hospital, patient, done.value.consent)
    hospital.sql("UPDATE patient_consent SET state = 'given' WHERE consent_id = %s", done.value.consent)
    with pytest.raises(Tampered):
        consents(hospital, patient)
    hospital.sql("UPDATE patient_consent SET state = 'withdrawn' WHERE consent_id = %s", done.value.consent)
    assert [line.state for line in consents(hospital, patient).value.lines] == ["withdrawn"]
