"""二（二）3 草稿与打开表单: kept as typed, one's own alone, never lost, never overwritten [2.2.3] [2.2.1]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.entering import DiscardDraft, DraftForked, DraftsRequest, OpenForm, SaveDraft
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused, Tampered, TooLarge
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.entering import Admitted, admit, entered, entries, form_of, note, opened, submit
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def bed(hospital: Hospital) -> Admitted:
    return admit(hospital)


def save(hospital: Hospital, who: str, at: Admitted, key: str, answers: Any, revision: int = 0, **more: Any) -> Any:
    data = SaveDraft(template="progress_note", key=key, answers=answers, encounter=at.visit, revision=revision)
    target = Target(patient=at.patient, record=more.pop("record", 0))
    return hospital.write(who, Verb.SAVE_DRAFT, data, target=target, purpose=Purpose.TREATMENT).value


def drafts(hospital: Hospital, who: str) -> Any:
    return door.read(hospital.operation(who, Verb.READ_DRAFTS, DraftsRequest())).value


def discard(hospital: Hospital, who: str, at: Admitted, key: str) -> Any:
    return hospital.write(
        who, Verb.DISCARD_DRAFT, DiscardDraft(key=key), target=Target(patient=at.patient), purpose=Purpose.TREATMENT
    )


def test_a_draft_is_kept_as_typed_and_comes_back(hospital: Hospital, bed: Admitted) -> None:
    key = opened(hospital, "doctor", bed).key
    first = save(hospital, "doctor", bed, key, {"course": "患者今日"})
    assert (first.revision, first.key) == (1, key)
    assert save(hospital, "doctor", bed, key, {"course": "患者今日"}, 0).revision == 1  # the answer was lost: again
    second = save(hospital, "doctor", bed, key, {"course": "患者今日神志清"}, first.revision)
    assert second.revision == 2
    assert second.completeness >= first.completeness
    shown = opened(hospital, "doctor", bed)
    assert (shown.key, shown.revision, shown.answers) == (key, 2, {"course": "患者今日神志清"})
    assert [line.key for line in drafts(hospital, "doctor") if line.key == key] == [key]
    stored = hospital.sql("SELECT payload FROM entry_draft WHERE patient_id = %s", bed.patient)
    assert all("患者".encode() not in bytes(row[0]) for row in stored)
    discard(hospital, "doctor", bed, key)
    assert opened(hospital, "doctor", bed).revision == 0


def test_two_windows_never_overwrite_each_other(hospital: Hospital, bed: Admitted) -> None:
    key = opened(hospital, "doctor", bed).key
    save(hospital, "doctor", bed, key, {"course": "甲窗口"})
    save(hospital, "doctor", bed, key, {"course": "甲窗口续写"}, 1)
    with pytest.raises(DraftForked) as caught:
        save(hospital, "doctor", bed, key, {"course": "乙窗口"}, 1)
    assert caught.value.theirs == {"course": "甲窗口续写"}
    assert caught.value.revision == 2
    assert save(hospital, "doctor", bed, key, {"course": "甲窗口续写；乙窗口"}, 2).revision == 3
    discard(hospital, "doctor", bed, key)


def test_a_draft_is_its_authors_alone(hospital: Hospital, bed: Admitted) -> None:
    key = opened(hospital, "doctor", bed).key
    save(hospital, "doctor", bed, key, {"course": "只给自己看"})
    hospital.person("ward", Role.PHYSICIAN, "xnk")
    assert opened(hospital, "ward", bed).answers == {}
    assert drafts(hospital, "ward") == ()
    for attempt in (
        lambda: save(hospital, "ward", bed, key, {"course": "改掉"}, 1),
        lambda: discard(hospital, "ward", bed, key),
        lambda: opened(hospital, "ward", bed, draft=key),
    ):
        before = entries(hospital)
        with pytest.raises(NotFound):
            attempt()
        assert entries(hospital) == before + 1
    hospital.sql("UPDATE entry_draft SET person_id = %s WHERE patient_id = %s", hospital.people["ward"], bed.patient)
    with pytest.raises(Tampered):
        opened(hospital, "ward", bed)
    hospital.sql("DELETE FROM entry_draft WHERE patient_id = %s", bed.patient)


def test_a_submitted_form_leaves_no_draft_and_takes_none(hospital: Hospital, bed: Admitted) -> None:
    key = opened(hospital, "doctor", bed).key
    save(hospital, "doctor", bed, key, note(hospital))
    submit(hospital, "doctor", bed, form_of(hospital, bed, note(hospital), key=key))
    assert hospital.sql("SELECT count(*) FROM entry_draft WHERE patient_id = %s", bed.patient) == [(0,)]
    with pytest.raises(Conflict):
        save(hospital, "doctor", bed, key, {"course": "迟到的自动保存"}, 1)


def test_a_refused_form_keeps_its_draft(hospital: Hospital, bed: Admitted) -> None:
    key = opened(hospital, "doctor", bed).key
    save(hospital, "doctor", bed, key, {"course": ""})
    with pytest.raises(Invalid):
        submit(hospital, "doctor", bed, form_of(hospital, bed, {"course": ""}, key=key))
    assert opened(hospital, "doctor", bed).revision == 1
    discard(hospital, "doctor", bed, key)


def test_hostile_drafts_are_refused(hospital: Hospital, bed: Admitted) -> None:
    other = admit(hospital)
    for key in ("", "x", "0" * 32, hospital.runtime.public(other.patient, 99), hospital.runtime.public(bed.patient, 0)):
        with pytest.raises(Invalid):
            save(hospital, "doctor", bed, key, {"course": "x"})
    key = opened(hospital, "doctor", bed).key
    with pytest.raises(TooLarge):
        save(hospital, "doctor", bed, key, {"course": "字" * 400_000})
    with pytest.raises(Refused):
        save(hospital, "surgeon", bed, key, {"course": "x"})


@pytest.mark.parametrize("value", [None, -1, "\x00", "\ud800", [[]], {"a": {"b": [1, 2.5, None]}}, "字" * 9_000])
def test_rubbish_in_a_draft_is_kept_or_refused(hospital: Hospital, bed: Admitted, value: Any) -> None:
    key = opened(hospital, "doctor", bed).key
    status, before = 200, entries(hospital)
    try:
        save(hospital, "doctor", bed, key, {"course": value, "nowhere": value})
    except JinguiError as error:
        status = error.status
    assert 200 <= status < 500
    assert entries(hospital) == before + 1
    assert opened(hospital, "doctor", bed).answers.keys() <= {"course", "nowhere"}
    hospital.sql("DELETE FROM entry_draft WHERE patient_id = %s", bed.patient)


def test_an_expired_licence_opens_no_form_but_loses_no_draft(hospital: Hospital, bed: Admitted) -> None:
    from datetime import date

    hospital.person("ended", Role.PHYSICIAN, "xnk", licence_until=date(2021, 1, 1))
    before = entries(hospital)
    with pytest.raises(Refused) as caught:
        opened(hospital, "ended", bed)
    assert caught.value.reason == "licence"
    assert entries(hospital) == before + 1
    key = hospital.runtime.public(bed.patient, hospital.runtime.number(hospital.now()))
    assert save(hospital, "ended", bed, key, {"course": "写到一半"}).revision == 1


def test_what_may_be_written_stands_with_its_deadlines(hospital: Hospital, bed: Admitted) -> None:
    data = OpenForm()
    found = door.read(hospital.operation("doctor", Verb.OPEN_FORM, data, target=Target(patient=bed.patient))).value
    names = [choice.template for choice in found.choices]
    assert names[0] in ("first_progress_note", "admission_record", "ward_round_note")
    assert "nursing_record" not in names
    assert "operation_record" not in names  # needs a privilege that nobody recorded
    assert found.choices[0].deadline is not None
    assert {line.rule for line in found.deadlines} >= {"admission_record", "first_progress_note"}
    with pytest.raises(Refused):
        door.read(hospital.operation("surgeon", Verb.OPEN_FORM, data, target=Target(patient=bed.patient)))


def test_the_last_values_are_offered(hospital: Hospital, bed: Admitted) -> None:
    from jingui.formats import capture

    template = next(
        one for one in capture.templates().values()
        if one.name == "vital_signs" and any(item.previous for item in one.items())
    )  # fmt: skip
    at = (hospital.now() - timedelta(minutes=3)).isoformat(timespec="seconds")
    signs = {"measured_at": at, "temperature": "36.8", "pulse": "78", "breathing": "18", "systolic": "128",
             "diastolic": "76", "height": "171", "weight": "64.5"}  # fmt: skip
    entered(hospital, "nurse", bed, signs, template="vital_signs")
    shown = opened(hospital, "nurse", bed, "vital_signs")
    wanted = {item.link for item in template.items() if item.previous} & set(signs)
    assert wanted
    assert wanted <= set(shown.previous)
    assert all(one.author == "nurse" for one in shown.previous.values())


def test_a_correction_opens_with_what_stands(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    shown = opened(hospital, "doctor", bed, "", record=record)
    assert shown.start == 1
    assert shown.template.name == "progress_note"
    assert shown.answers["course"] == note(hospital)["course"]
    with pytest.raises(Refused):
        opened(hospital, "surgeon", bed, "", record=record)
    with pytest.raises(NotFound):
        opened(hospital, "doctor", bed, "", record=bed.visit)
