"""二（二）4 归档与召回: filing waits for everything; a recall opens that record with what is in it [2.2.4] [3.2.2]"""

from typing import Any

import pytest

from jingui.core.enter import Change
from jingui.core.entering import OpenForm
from jingui.core.errors import Conflict, Refused, Tampered
from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.signatures import FileChart, FilingCheck, FilingLacks
from jingui.core.words import Purpose, Role, Verb
from jingui.formats.codetables import in_force
from jingui.gate import door
from tests.gate.entering import Admitted, admit, entered, filled, form_of, note, opened, sign, signing, submit
from tests.gate.test_entry_deadlines import ended
from tests.hospital import Hospital


def file(hospital: Hospital, who: str, at: Admitted, purpose: Purpose = Purpose.MANAGEMENT) -> Any:
    data = FileChart(encounter=at.visit)
    return hospital.write(who, Verb.FILE_RECORD, data, target=Target(patient=at.patient), purpose=purpose)


def lacks(hospital: Hospital, who: str, at: Admitted) -> set[tuple[str, str]]:
    operation = hospital.operation(
        who, Verb.LIST, FilingCheck(encounter=at.visit), target=Target(patient=at.patient), purpose=Purpose.MANAGEMENT
    )
    return {(one.what, one.template) for one in door.read(operation).value.lacking}


def test_filing_waits_for_everything_and_then_only_a_recall_opens(hospital: Hospital) -> None:
    bed = admit(hospital)
    record = entered(hospital, "doctor", bed)
    assert {("open_visit", ""), ("unsigned", "progress_note"), ("due", "admission_record")} <= lacks(
        hospital, "archivist", bed
    )
    with pytest.raises(FilingLacks) as caught:
        file(hospital, "archivist", bed)
    assert caught.value.lacking
    ended(hospital, bed)
    for name in ("first_progress_note", "admission_record", "ward_round_note", "discharge_record", "front_page"):
        answers = filled(hospital, name)
        answers |= {item: "已按患者实际情况改写的内容，与模板不同。" for item in boilerplate(name) if item in answers}
        entered(hospital, "doctor", bed, answers, template=name)
    signing(hospital, "doctor")
    rows = hospital.sql(
        "SELECT record_id FROM record WHERE patient_id = %s AND kind = 'QuestionnaireResponse'", bed.patient
    )
    sign(hospital, "doctor", bed, *(row[0] for row in rows))
    left = lacks(hospital, "archivist", bed)
    assert left == {("not_countersigned", "ward_round_note")}
    hospital.person("director", Role.PHYSICIAN, "xnk")
    signing(hospital, "director")
    from jingui.core.signatures import CountersignRecord

    round_note = hospital.sql(
        "SELECT record_id FROM record WHERE patient_id = %s AND form = 'ward_round_note'", bed.patient
    )[0][0]
    hospital.write(
        "director", Verb.COUNTERSIGN_RECORD, CountersignRecord(version=1), purpose=Purpose.TREATMENT,
        target=Target(patient=bed.patient, record=round_note),
    )  # fmt: skip
    assert lacks(hospital, "archivist", bed) == set()
    with pytest.raises(Refused):
        file(hospital, "nurse", bed, Purpose.TREATMENT)
    assert file(hospital, "archivist", bed).value.filed >= 6
    with pytest.raises(Conflict):
        file(hospital, "archivist", bed)
    change = form_of(hospital, bed, note(hospital, course="归档后要改。"), start=1, reason="误记")
    with pytest.raises(Refused) as refused:
        submit(hospital, "doctor", bed, change, record=record)
    assert (refused.value.reason, refused.value.matter) == ("filed", "record_recall")
    with pytest.raises(Refused) as refused:
        entered(hospital, "doctor", bed, note(hospital, course="归档后补记。"), late_reason="遗漏")
    assert (refused.value.reason, refused.value.matter) == ("filed", "record_recall")


def recall(hospital: Hospital, at: Admitted, record: int) -> None:
    """The doctor asks for a recall of this record, medical affairs approve it."""
    data = StartMatter(kind="record_recall", answers=(("reason", "首次病程有误"), ("days", "3")), submit=True)
    target = Target(patient=at.patient, record=record)
    matter = hospital.write("doctor", Verb.START_MATTER, data, target=target).value.matter
    operation = hospital.operation("affairs", Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)
    basis = door.read(operation).value.basis
    hospital.write(
        "affairs", Verb.DECIDE_MATTER, DecideMatter(matter=matter, move="approve", basis=basis, comment="同意")
    )


def test_a_recall_opens_this_record_for_this_person_and_nothing_else(hospital: Hospital) -> None:
    bed = admit(hospital)
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    record, other = (
        entered(hospital, "doctor", bed),
        entered(hospital, "doctor", bed, note(hospital, course="另一份。")),
    )
    hospital.sql("UPDATE deadline SET waived = true WHERE patient_id = %s AND record_id = 0", bed.patient)
    ended(hospital, bed)
    hospital.sql("UPDATE deadline SET waived = true WHERE patient_id = %s AND record_id = 0", bed.patient)
    signing(hospital, "doctor")
    sign(hospital, "doctor", bed, record, other)
    file(hospital, "archivist", bed)
    change = note(hospital, course="召回后更正的内容。")

    def correct(number: int, start: int = 1, who: str = "doctor") -> Any:
        return submit(hospital, who, bed, form_of(hospital, bed, change, start=start, reason="召回更正"), record=number)

    with pytest.raises(Refused):
        correct(record)
    recall(hospital, bed, record)
    assert correct(record).made[0].version == 2
    state = hospital.sql("SELECT state FROM record WHERE patient_id = %s AND record_id = %s", bed.patient, record)
    assert state == [("filed",)]  # it stays filed: when the days are over it is closed again
    with pytest.raises(Refused):
        correct(other)
    hospital.person("junior", Role.PHYSICIAN, "xnk")
    with pytest.raises(Refused):
        correct(record, 2, "junior")
    late = note(hospital, course="归档后补记。")
    with pytest.raises(Refused):
        entered(hospital, "doctor", bed, late)
    recall(hospital, bed, bed.visit)
    entered(hospital, "doctor", bed, late)
    hospital.sql("UPDATE access_grant SET ends = ends + interval '9 years' WHERE patient_id = %s", bed.patient)
    with pytest.raises(Tampered):
        entered(hospital, "doctor", bed, note(hospital, course="再次补记。"))


def test_a_recall_opens_what_was_taken_out_of_the_record_too(hospital: Hospital) -> None:
    """A diagnosis stands in the record and as a resource of its own, which was filed with it."""
    bed = admit(hospital, encounter={"class": {"code": "AMB"}})
    if "affairs" not in hospital.actors:
        hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    answers = filled(hospital, "outpatient_record")
    record = entered(hospital, "doctor", bed, answers, template="outpatient_record")
    ended(hospital, bed, **{"class": {"code": "AMB"}})
    signing(hospital, "doctor")
    sign(hospital, "doctor", bed, record)
    file(hospital, "archivist", bed)
    codes = list(in_force()["icd10"].codes)[:2]
    changed = {**answers, "advice": "更正后的处理意见。", "diagnoses": [{"diagnosis": code} for code in codes]}
    form = form_of(hospital, bed, changed, template="outpatient_record", start=1, reason="诊断遗漏")
    with pytest.raises(Refused):
        submit(hospital, "doctor", bed, form, record=record)
    with pytest.raises(Refused):
        opened(hospital, "doctor", bed, record=record)
    recall(hospital, bed, record)
    target = Target(patient=bed.patient, record=record)
    shown = door.read(hospital.operation("doctor", Verb.OPEN_FORM, OpenForm(), target=target)).value
    assert (shown.start, shown.visit.number) == (1, bed.visit)  # the visit is over, and still the record's own
    made = submit(hospital, "doctor", bed, form, record=record).made
    assert {(one.kind, one.outcome) for one in made} >= {
        ("QuestionnaireResponse", "updated"), ("Condition", "created"),
    }  # fmt: skip
    condition = hospital.runtime.ids.internal(next(one.id for one in made if one.kind == "Condition"))[1]
    bare = {"resourceType": "Condition", "subject": {"reference": f"Patient/{bed.public}"}, "code": {"text": "别的"}}
    with pytest.raises(Refused):  # by itself it stays as closed as before
        hospital.enter("doctor", Change(bare, record=(bed.patient, condition)), verb=Verb.CORRECT)


def boilerplate(name: str) -> list[str]:
    from jingui.formats import capture

    return [item.link for item in capture.templates()[name].items() if item.boilerplate]
