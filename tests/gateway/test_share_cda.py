"""五（一）2: a signed record leaves as a shared document, one by one, or is refused by name [5.1.2] [5.2.1]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.collect import Relate
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.operation import Target
from jingui.core.transmit import Media
from jingui.core.words import Purpose, Relation, Verb
from jingui.formats import cda
from jingui.formats.cda_document import Cluster, Coded
from jingui.formats.inbound import READERS
from jingui.gate.contents import MAKERS
from tests.gate.entering import Admitted, admit, entered, entries, filled, sign, signing
from tests.gateway.sharing import ask, clinic, consented, observe
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def partner(hospital: Hospital) -> Any:
    signing(hospital, "doctor")
    return clinic(hospital, "清河卫生中心")


def here(hospital: Hospital) -> Admitted:
    """A patient whom the doctor treats."""
    at, now = admit(hospital), hospital.now()
    treats = Relate(kind=Relation.TREATING, person=hospital.people["doctor"], starts=now - timedelta(hours=1),
                    ends=now + timedelta(days=20))  # fmt: skip
    hospital.write("registrar", Verb.RELATE, treats, target=Target(patient=at.patient), purpose=Purpose.OPERATION)
    return at


def discharged(hospital: Hospital, at: Admitted, **more: Any) -> int:
    """A signed discharge record."""
    answers = filled(hospital, "discharge_record", **more)
    number = entered(hospital, "doctor", at, answers, template="discharge_record")
    sign(hospital, "doctor", at, number)
    return number


def content(hospital: Hospital, shared: Any, label: str = "C0049") -> bytes:
    from jingui.gate.outbox import open_content
    from jingui.store.models import Transmission

    row = Transmission.objects.get(pk=hospital.runtime.ids.internal(shared.transmission))
    assert (row.media, row.label) == ("cda", label)
    return open_content(hospital.runtime, row.patient_id, row.transmission_id, row.payload, row.classes)


def done_again(hospital: Hospital, at: Admitted, to: Any) -> Any:
    """The same record shared once more."""
    seen = ask(hospital, at.public, to, media="cda", label="C0049").value
    return ask(hospital, at.public, to, media="cda", label="C0049", confirm=seen.digest).value


def test_a_discharge_record_leaves_as_c0049(hospital: Hospital, partner: Any) -> None:
    """Preview, confirm; that record and nothing else, nothing of staff; the reader of this house takes it."""
    at = here(hospital)
    discharged(hospital, at, treatment_course="予抗感染治疗，好转。")
    consented(hospital, at.public, partner)
    before = entries(hospital)
    seen = ask(hospital, at.public, partner, media="cda", label="C0049").value
    assert [one.title for one in seen.lines] == ["出院记录"]
    done = ask(hospital, at.public, partner, media="cda", label="C0049", confirm=seen.digest).value
    assert entries(hospital) == before + 2
    body = content(hospital, done)
    document = cda.parse(body)
    assert (document.type, document.custodian.name) == ("C0049", hospital.runtime.institution)
    assert document.id.extension == done.message.replace("-", "")
    assert "予抗感染治疗，好转。" in body.decode()
    assert document.author.name == ""
    assert document.version == 1
    assert document.set_id is not None
    again = cda.parse(content(hospital, done_again(hospital, at, partner)))
    assert again.set_id == document.set_id
    assert again.id != document.id
    assert document.patient.numbers[0].root.startswith("2.25.")
    diagnosis = next(
        one.value for section in document.sections for one in section.entries if getattr(one, "inner", ())
        for one in one.inner if isinstance(one.value, Coded)
    )  # fmt: skip
    assert diagnosis.system == "2.16.156.10011.2.3.3.11"
    found = READERS[Media.CDA].read(body)
    assert found.known
    assert found.kind[1] == "C0049"


def test_one_document_is_one_record(hospital: Hospital) -> None:
    """The newest is looked at first, another can be chosen instead; several at once are refused; no other form."""
    at, to = here(hospital), clinic(hospital, "东山医院")
    consented(hospital, at.public, to)
    for _ in range(2):
        number = entered(
            hospital, "doctor", at, filled(hospital, "consultation_record"), template="consultation_record"
        )
        sign(hospital, "doctor", at, number)
    seen = ask(hospital, at.public, to, media="cda", label="C0045").value
    assert [bool(one.body) for one in seen.lines] == [True, False]
    other = seen.lines[1].record
    again = ask(hospital, at.public, to, media="cda", label="C0045", records=(other,)).value
    assert [one.record for one in again.lines if one.body] == [other]
    with pytest.raises(Conflict) as told:
        ask(hospital, at.public, to, media="cda", label="C0045", records=tuple(one.record for one in seen.lines))
    assert "一份" in told.value.message
    with pytest.raises(Conflict):
        ask(hospital, at.public, to, media="cda", label="C0049")
    with pytest.raises(Invalid):
        ask(hospital, at.public, to, media="cda", label="C0049", records=(other,))


def test_a_report_leaves_with_its_results(hospital: Hospital) -> None:
    """C0007 of what a laboratory sent: the report and its own results, none of another report."""
    at, to = here(hospital), clinic(hospital, "互认医院")
    consented(hospital, at.public, to, uses=("mutual_recognition",))
    section = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB"}], "text": "检验"}
    wanted = [observe(hospital, at.public, code).made[0].id for code in ("6690-2", "718-7")]
    other = observe(hospital, at.public, "2345-7").made[0].id
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "subject": {"reference": f"Patient/{at.public}"},
        "category": [section], "code": {"text": "血常规"}, "effectiveDateTime": hospital.now().isoformat(),
        "conclusion": "大致正常。", "result": [{"reference": f"Observation/{one}"} for one in wanted],
    }  # fmt: skip
    made = hospital.enter("doctor", Change(resource=report)).made[0].id
    said = {"media": "cda", "label": "C0007", "purpose": "mutual_recognition"}
    seen = ask(hospital, at.public, to, **said).value
    assert {one.record for one in seen.lines if one.body} == {made, *wanted}
    done = ask(hospital, at.public, to, **said, confirm=seen.digest).value
    body = cda.parse(content(hospital, done, "C0007"))
    clusters = [one for part in body.sections for one in part.entries if isinstance(one, Cluster)]
    assert len(clusters) == len(wanted)
    with pytest.raises(Conflict) as told:
        ask(hospital, at.public, to, **said, records=(made, other))
    assert "不属于这份报告" in told.value.message
    with pytest.raises(Conflict):
        ask(hospital, at.public, to, **{**said, "label": "C0006"})
    with pytest.raises(Conflict):
        ask(hospital, at.public, to, **said, records=(other,))


def test_unsigned_unknown_and_unconsented_are_refused(hospital: Hospital, partner: Any) -> None:
    """No consent, no signature, no such type: one entry each."""
    at = here(hospital)
    number = entered(hospital, "doctor", at, filled(hospital, "discharge_record"), template="discharge_record")
    with pytest.raises(Refused) as refused:
        ask(hospital, at.public, partner, media="cda", label="C0049")
    assert refused.value.reason == "consent"
    consented(hospital, at.public, partner)
    for label, kind in (("C0049", Conflict), ("C0099", Invalid), ("C0054", Invalid), ("", Invalid)):
        before = entries(hospital)
        with pytest.raises(kind):
            ask(hospital, at.public, partner, media="cda", label=label)
        assert entries(hospital) == before + 1
    sign(hospital, "doctor", at, number)
    assert ask(hospital, at.public, partner, media="cda", label="C0049").value.lines


def test_deidentified_and_nameless_content_is_no_document(hospital: Hospital) -> None:
    """A de-identifying agreement: Conflict that says what to choose instead."""
    from tests.gateway.sharing import assess

    to = clinic(hospital, "研究协作医院")
    assess(hospital, to, profile="research")
    at = here(hospital)
    discharged(hospital, at)
    consented(hospital, at.public, to)
    with pytest.raises(Conflict) as told:
        ask(hospital, at.public, to, media="cda", label="C0049")
    assert "FHIR" in told.value.next_step


def test_every_type_offered_has_a_form() -> None:
    """The makers' row and the map agree; nothing is offered that nothing makes."""
    row = MAKERS[Media.CDA]
    assert set(row.labels) == set(row.forms)
    assert all(row.forms.values())
