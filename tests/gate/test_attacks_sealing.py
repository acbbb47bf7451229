"""四（二）1 封存: a seal against drafts, recalls, merges and what was taken out of a record [4.2.1] [2.2.4]"""

from typing import Any

import pytest

from jingui.core.collect import MergePatient
from jingui.core.enter import Change
from jingui.core.entering import SaveDraft
from jingui.core.errors import Conflict, Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, filled, form_of, note, opened, sign, signing, submit
from tests.gate.test_entry_filing import recall
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


def signed(house: Hospital, **more: Any) -> tuple[Admitted, int]:
    """A patient with one signed record."""
    at = admit(house, **more)
    signing(house, "doctor")
    record = entered(house, "doctor", at)
    sign(house, "doctor", at, record)
    return at, record


def version(house: Hospital, at: Admitted, record: int) -> int:
    rows = house.sql("SELECT version FROM record WHERE patient_id = %s AND record_id = %s", at.patient, record)
    return int(rows[0][0])


def test_a_draft_from_before_the_seal_is_not_handed_in_after_it(house: Hospital) -> None:
    at, record = signed(house)
    key = opened(house, "doctor", at, record=record).key
    answers = note(house, course="封存前写下、尚未提交的更正。")
    draft = SaveDraft(template="progress_note", key=key, answers=answers, encounter=at.visit, revision=0)
    target = Target(patient=at.patient, record=record)
    house.write("doctor", Verb.SAVE_DRAFT, draft, target=target, purpose=Purpose.TREATMENT)
    s.sealed(house, at.patient)
    form = form_of(house, at, answers, key=key, start=1, reason="原文有误")
    with pytest.raises(Refused) as refused:
        submit(house, "doctor", at, form, record=record)
    assert refused.value.reason == "sealed"
    with pytest.raises(Refused):  # nor is the form opened for it any more
        opened(house, "doctor", at, record=record)
    assert version(house, at, record) == 1


def test_an_approved_recall_opens_no_sealed_record(house: Hospital) -> None:
    at, record = signed(house)
    recall(house, at, record)
    s.sealed(house, at.patient)
    form = form_of(house, at, note(house, course="召回后更正的内容。"), start=1, reason="召回更正")
    with pytest.raises(Refused) as refused:
        submit(house, "doctor", at, form, record=record)
    assert refused.value.reason == "sealed"
    assert version(house, at, record) == 1


@pytest.mark.parametrize("sealed_one", ["from", "into"])
def test_a_sealed_chart_is_neither_merged_nor_merged_into(house: Hospital, sealed_one: str) -> None:
    (mine, _), (other, _) = signed(house), signed(house)
    s.sealed(house, (mine if sealed_one == "from" else other).patient)
    data = MergePatient(into=other.patient, reason="同一人")
    with pytest.raises((Refused, Conflict)):
        confirmed(house, "registrar", "archivist", Verb.MERGE_PATIENT, data, target=Target(patient=mine.patient))
    assert house.sql("SELECT linked_to FROM patient WHERE patient_id = %s", mine.patient) == [(None,)]


def test_what_was_taken_out_of_a_sealed_record_stays_with_it(house: Hospital) -> None:
    """A diagnosis of a sealed record is a resource of its own as well: choosing the record alone seals it too."""
    at = admit(house, encounter={"class": {"code": "AMB"}})
    signing(house, "doctor")
    record = entered(house, "doctor", at, filled(house, "outpatient_record"), template="outpatient_record")
    sign(house, "doctor", at, record)
    taken = house.sql("SELECT record_id FROM record WHERE patient_id = %s AND kind = 'Condition'", at.patient)
    assert taken
    s.sealed(house, at.patient, records=(house.runtime.public(at.patient, record),))
    bare = {"resourceType": "Condition", "subject": {"reference": f"Patient/{at.public}"}, "code": {"text": "别的诊断"}}
    change = Change(bare, record=(at.patient, taken[0][0]))
    for who, verb in (("doctor", Verb.CORRECT), ("his", Verb.ENTER), ("his", Verb.CORRECT), ("his", Verb.IMPORT)):
        source = "import" if verb is Verb.IMPORT else ""
        purpose = Purpose.OPERATION if who == "his" else Purpose.TREATMENT
        with pytest.raises(Refused):
            house.enter(who, change, verb=verb, source=source, purpose=purpose)
    assert version(house, at, taken[0][0]) == 1
