"""二（二）录入: forms through the door: once, by whom, how, what is refused [2.1.1] [2.1.2] [2.2.1] [2.2.2] [2.2.4]"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.enter import Change, Submission
from jingui.core.entering import FormFaults, MergeNeeded
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused, Unprocessable
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.formats import capture, fhir_json, validate
from jingui.gate import door, plane
from tests.gate.entering import Admitted, admit, deadlines, entered, entries, filled, form_of, note, opened, submit
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def bed(hospital: Hospital) -> Admitted:
    return admit(hospital)


def records(hospital: Hospital, at: Admitted) -> int:
    return int(hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", at.patient)[0][0])


def body(hospital: Hospital, at: Admitted, record: int, who: str = "doctor") -> dict[str, Any]:
    target = Target(patient=at.patient, record=record)
    return fhir_json.parse(door.sheet(hospital.operation(who, Verb.READ, target=target)).body)


def refused(hospital: Hospital, kind: type[Exception], who: str, at: Admitted, form: Any, **more: Any) -> Any:
    """The form fails as `kind`; nothing is stored, the attempt is one entry."""
    before = entries(hospital), records(hospital, at)
    with pytest.raises(kind) as caught:
        submit(hospital, who, at, form, **more)
    assert (entries(hospital), records(hospital, at)) == (before[0] + 1, before[1])
    return caught.value


def test_a_form_becomes_one_record_of_its_template(hospital: Hospital, bed: Admitted) -> None:
    shown = opened(hospital, "doctor", bed)
    made = submit(hospital, "doctor", bed, form_of(hospital, bed, note(hospital), key=shown.key))
    assert [one.outcome for one in made.made] == ["created"]
    assert made.made[0].id == shown.key
    record = hospital.runtime.ids.internal(shown.key)[1]
    rows = hospital.sql(
        "SELECT form, kind, category, state, version, encounter_id FROM record "
        "WHERE patient_id = %s AND record_id = %s",
        bed.patient, record,
    )  # fmt: skip
    assert rows == [("progress_note", "QuestionnaireResponse", "plan", "entered", 1, bed.visit)]
    stored = body(hospital, bed, record)
    assert capture.answers_of(capture.templates()["progress_note"], stored)["course"] == note(hospital)["course"]
    assert stored["author"]["identifier"]["value"] == "Tdoctor"
    validate.validate(stored)  # raises for what is no FHIR


def test_what_it_holds_is_extracted_in_the_same_submission(hospital: Hospital, bed: Admitted) -> None:
    at = (hospital.now() - timedelta(minutes=3)).isoformat(timespec="seconds")
    signs = {"measured_at": at, "temperature": "36.8", "pulse": "78", "breathing": "18", "systolic": "128",
             "diastolic": "76"}  # fmt: skip
    made = submit(hospital, "nurse", bed, form_of(hospital, bed, signs, template="vital_signs")).made
    assert {one.kind for one in made[1:]} == {"Observation"}
    first = body(hospital, bed, hospital.runtime.ids.internal(made[1].id)[1])
    assert first["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{made[0].id}"}]
    record = hospital.runtime.ids.internal(made[0].id)[1]
    signs["temperature"] = "37.9"
    form = form_of(hospital, bed, signs, template="vital_signs", start=1, reason="体温录入有误")
    again = submit(hospital, "nurse", bed, form, record=record).made
    outcomes = {one.id: one.outcome for one in again}
    assert sorted(outcomes) == sorted(one.id for one in made)
    assert sorted(outcomes.values()).count("updated") == 2  # the form and its temperature
    left = {name: value for name, value in signs.items() if name not in ("pulse",)}
    form = form_of(hospital, bed, left, template="vital_signs", start=2, reason="脉搏系误记")
    answer = refused(hospital, FormFaults, "nurse", bed, form, record=record)
    assert [one.path for one in answer.faults] == ["pulse"]


def test_the_same_key_again_is_the_same_record(hospital: Hospital, bed: Admitted) -> None:
    form = form_of(hospital, bed, note(hospital))
    first = submit(hospital, "doctor", bed, form)
    again = submit(hospital, "doctor", bed, form)
    assert (again.made[0].id, again.made[0].outcome) == (first.made[0].id, "existing")
    other = form_of(hospital, bed, note(hospital, course="完全不同的内容，患者主诉头晕。"), key=form.key)
    refused(hospital, Conflict, "doctor", bed, other)


def test_the_same_form_sent_many_times_at_once_is_one_record(hospital: Hospital, bed: Admitted) -> None:
    form = form_of(hospital, bed, note(hospital))
    before = records(hospital, bed)

    async def all_at_once() -> list[Any]:
        operation = hospital.operation("doctor", Verb.ENTER, Submission(form=form), target=Target(patient=bed.patient))
        return await asyncio.gather(*(door.aenter(operation) for _ in range(12)), return_exceptions=True)

    found = asyncio.run_coroutine_threadsafe(all_at_once(), plane.current().loop).result(60)
    assert {one.made[0].id for one in found} == {form.key}
    assert records(hospital, bed) == before + 1


def test_a_key_of_another_patient_or_another_persons_record_is_none(hospital: Hospital, bed: Admitted) -> None:
    other = admit(hospital)
    stolen = hospital.runtime.public(other.patient, 123_456)
    refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, note(hospital), key=stolen))
    taken = hospital.runtime.public(bed.patient, entered(hospital, "doctor", bed))
    hospital.person("colleague", Role.PHYSICIAN, "xnk")
    refused(hospital, Conflict, "colleague", bed, form_of(hospital, bed, note(hospital), key=taken))
    visit = hospital.runtime.public(bed.patient, bed.visit)
    refused(hospital, Conflict, "doctor", bed, form_of(hospital, bed, note(hospital), key=visit))


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"blood_of_the_moon": "x"}, "blood_of_the_moon"),
        ({"written_at": "2999-01-01T00:00:00+08:00"}, "written_at"),
        ({"course": ""}, "course"),
    ],
)
def test_what_the_template_does_not_take_is_refused(
    hospital: Hospital, bed: Admitted, answers: dict[str, str], path: str
) -> None:
    error = refused(hospital, FormFaults, "doctor", bed, form_of(hospital, bed, note(hospital, **answers)))
    assert path in [one.path for one in error.faults]


def test_a_code_outside_its_table_and_a_bad_check_digit_are_refused(hospital: Hospital, bed: Admitted) -> None:
    basics = {"name": "张三", "sex": "7", "id_type": "01", "id_number": "11010519491231002Y"}
    form = form_of(hospital, bed, basics, template="patient_basics", encounter=0)
    error = refused(hospital, FormFaults, "doctor", bed, form)
    assert {"sex", "id_number"} <= {one.path for one in error.faults}


def test_who_may_not_write_is_refused_before_anything_is_said(hospital: Hospital, bed: Admitted) -> None:
    wrong = note(hospital, blood_of_the_moon="x")
    for who in ("surgeon", "archivist", "sysadmin"):
        error = refused(hospital, Refused, who, bed, form_of(hospital, bed, wrong))
        assert error.entry


def test_an_expired_licence_and_the_wrong_post_are_refused(hospital: Hospital, bed: Admitted) -> None:
    from datetime import date

    hospital.person("lapsed", Role.PHYSICIAN, "xnk", licence_until=date(2021, 1, 1))
    assert refused(hospital, Refused, "lapsed", bed, form_of(hospital, bed, note(hospital))).reason == "licence"
    assert refused(hospital, Refused, "nurse", bed, form_of(hospital, bed, note(hospital))).reason == "qualification"


def test_a_way_outside_the_list_and_an_unregistered_device_are_refused(hospital: Hospital, bed: Admitted) -> None:
    refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, note(hospital), ways={"course": "guessed"}))
    refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, note(hospital), ways={"nowhere": "asked"}))
    by_device = form_of(hospital, bed, note(hospital), ways={"course": "device"}, device="NONESUCH")
    assert refused(hospital, Refused, "doctor", bed, by_device).reason == "source"
    record = entered(hospital, "doctor", bed, ways={"course": "told"})
    assert capture.ways_of(body(hospital, bed, record))["course"] == "told"


def test_a_visit_of_another_patient_is_none(hospital: Hospital, bed: Admitted) -> None:
    other = admit(hospital)
    refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, note(hospital), encounter=other.visit))
    refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, note(hospital), encounter=0))


def test_a_correction_says_why_keeps_the_author_and_the_old_text(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    changed = note(hospital, course="患者今日诉胸闷，双肺底少许湿啰音。")
    error = refused(hospital, Invalid, "doctor", bed, form_of(hospital, bed, changed, start=1), record=record)
    assert error.places[0][0] == "reason"
    hospital.person("form_chief", Role.PHYSICIAN, "xnk")
    relate(hospital, bed, "form_chief")
    form = form_of(hospital, bed, changed, start=1, reason="查体补充湿啰音")
    assert submit(hospital, "form_chief", bed, form, record=record).made[0].version == 2
    again = submit(hospital, "form_chief", bed, form, record=record)  # the answer was lost: the same again
    assert (again.made[0].outcome, again.made[0].version) == ("existing", 2)
    stored = body(hospital, bed, record)
    assert stored["author"]["identifier"]["value"] == "Tdoctor"
    assert [one["valueString"] for one in stored["extension"]] == ["查体补充湿啰音"]
    rows = hospital.sql(
        "SELECT v.author_id, r.author_id FROM record_version v JOIN record r USING (patient_id, record_id) "
        "WHERE patient_id = %s AND record_id = %s ORDER BY v.version", bed.patient, record,
    )  # fmt: skip
    people = hospital.people
    assert rows == [(people["doctor"], people["doctor"]), (people["form_chief"], people["doctor"])]


def relate(hospital: Hospital, at: Admitted, who: str) -> None:
    from jingui.core.collect import Relate
    from jingui.core.words import Relation

    data = Relate(kind=Relation.TEAM, person=hospital.people[who], starts=hospital.now() - timedelta(minutes=1),
                  ends=hospital.now() + timedelta(days=2))  # fmt: skip
    hospital.write("registrar", Verb.RELATE, data, target=Target(patient=at.patient), purpose=Purpose.OPERATION)


def test_two_people_correcting_the_same_form_get_a_readable_merge(hospital: Hospital, bed: Admitted) -> None:
    first = note(hospital, advice="继续观察")
    record = entered(hospital, "doctor", bed, first)
    theirs = {**first, "course": "患者诉头晕，血压偏低。"}
    submit(hospital, "doctor", bed, form_of(hospital, bed, theirs, start=1, reason="补充"), record=record)
    mine = {**first, "course": "患者诉心悸，心率偏快。", "advice": "加做心电图"}
    form = form_of(hospital, bed, mine, start=1, reason="补充检查")
    error = refused(hospital, MergeNeeded, "doctor", bed, form, record=record)
    found = {one.field: one for one in error.forks}
    assert error.version == 2
    assert found["course"].clash
    assert (found["course"].was, found["course"].theirs, found["course"].mine) == (
        first["course"], theirs["course"], mine["course"],
    )  # fmt: skip
    assert not found["advice"].clash
    assert found["advice"].mine == "加做心电图"
    again = form_of(hospital, bed, mine, start=2, reason="补充检查")
    assert submit(hospital, "doctor", bed, again, record=record).made[0].version == 3


def test_what_is_no_form_is_not_corrected_as_one(hospital: Hospital, bed: Admitted) -> None:
    form = form_of(hospital, bed, note(hospital), start=1, reason="试一试")
    refused(hospital, NotFound, "doctor", bed, form, record=bed.visit)
    refused(hospital, NotFound, "doctor", bed, form, record=12345)


def test_text_of_another_patient_is_noticed_and_blocked_where_the_house_says(hospital: Hospital, bed: Admitted) -> None:
    text = (
        "患者入院后完善相关检查，心电图提示窦性心律，偶发室性早搏，心脏彩超示左室射血分数百分之四十八，"
        "今晨查房诉夜间阵发性呼吸困难较前好转，双下肢水肿减轻，继续利尿治疗并监测电解质。"
    )
    other = admit(hospital)
    assert submit(hospital, "doctor", other, form_of(hospital, other, note(hospital, course=text))).notes == ()
    again = submit(hospital, "doctor", other, form_of(hospital, other, note(hospital, course=text + "续。")))
    assert again.notes == ()  # one's own earlier note is not another patient's
    pasted = submit(hospital, "doctor", bed, form_of(hospital, bed, note(hospital, course=text)))
    assert pasted.notes == ("pasted",)
    stored = body(hospital, bed, hospital.runtime.ids.internal(pasted.made[0].id)[1])
    assert "pasted" in [tag["code"] for tag in stored["meta"]["tag"]]
    marks = hospital.sql("SELECT token FROM patient_identity WHERE field = 'text_mark'")
    assert marks
    assert all(len(row[0]) == 8 for row in marks)


def test_a_form_is_not_corrected_past_its_template(hospital: Hospital, bed: Admitted) -> None:
    record = entered(hospital, "doctor", bed)
    bare = {"resourceType": "QuestionnaireResponse", "status": "completed",
            "subject": {"reference": f"Patient/{bed.public}"},
            "item": [{"linkId": "anything", "answer": [{"valueString": "模板之外的内容"}]}]}  # fmt: skip
    before = entries(hospital)
    with pytest.raises(Unprocessable):
        hospital.enter("doctor", Change(bare, record=(bed.patient, record)), verb=Verb.CORRECT)
    with pytest.raises(Unprocessable):  # nor are answers handed in past the form
        hospital.enter("doctor", Change({**bare, "questionnaire": body(hospital, bed, record)["questionnaire"]}))
    before = entries(hospital) - 1
    hospital.person("pupil", Role.TRAINEE, "xnk", licence_until=None)
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "体温"},
                   "subject": {"reference": f"Patient/{bed.public}"}}  # fmt: skip
    with pytest.raises(Refused) as caught:
        hospital.enter("pupil", Change(observation))
    assert caught.value.reason == "countersign"
    assert entries(hospital) == before + 2 + 3  # two attempts, and the pupil's registration, account and post


def test_a_document_that_a_visit_has_once_is_not_entered_twice(hospital: Hospital) -> None:
    once = admit(hospital)
    record = entered(hospital, "doctor", once, filled(hospital, "admission_record"), template="admission_record")
    again = form_of(hospital, once, filled(hospital, "admission_record"), template="admission_record")
    refused(hospital, Conflict, "doctor", once, again)
    changed = filled(hospital, "admission_record", chief_complaint="胸闷三天")
    form = form_of(hospital, once, changed, template="admission_record", start=1, reason="主诉有误")
    assert submit(hospital, "doctor", once, form, record=record).made[0].version == 2


def test_a_late_entry_is_saved_at_once_with_its_reason_and_counted(hospital: Hospital) -> None:
    late = admit(hospital, hours=30)
    admission = deadlines(hospital, late)["first_progress_note"]
    assert admission[2] is None
    assert admission[1] - admission[0] == timedelta(hours=8)
    answers = filled(hospital, "first_progress_note")
    form = form_of(hospital, late, answers, template="first_progress_note")
    error = refused(hospital, FormFaults, "doctor", late, form)
    assert [one.path for one in error.faults] == ["late_reason"]
    form = form_of(hospital, late, answers, template="first_progress_note", late_reason="抢救他人，未能及时书写")
    made = submit(hospital, "doctor", late, form).made[0]
    stored = body(hospital, late, hospital.runtime.ids.internal(made.id)[1])
    assert "late" in [tag["code"] for tag in stored["meta"]["tag"]]
    assert "抢救他人，未能及时书写" in str(stored["extension"])
    _, _, met, was_late, waived = deadlines(hospital, late)["first_progress_note"]
    assert met is not None
    assert was_late
    assert not waived


def test_two_doctors_writing_the_same_admission_record_at_once_make_one(hospital: Hospital) -> None:
    once = admit(hospital)
    answers = filled(hospital, "admission_record")
    forms = [form_of(hospital, once, answers, template="admission_record") for _ in range(6)]

    async def all_at_once() -> list[Any]:
        target = Target(patient=once.patient)
        operations = [hospital.operation("doctor", Verb.ENTER, Submission(form=form), target=target) for form in forms]
        return await asyncio.gather(*map(door.aenter, operations), return_exceptions=True)

    found = asyncio.run_coroutine_threadsafe(all_at_once(), plane.current().loop).result(60)
    assert sorted(type(one).__name__ for one in found) == ["Conflict"] * 5 + ["Entered"]
    sql = "SELECT count(*) FROM record WHERE patient_id = %s AND form = 'admission_record'"
    assert hospital.sql(sql, once.patient) == [(1,)]


GARBAGE: list[Any] = [
    None, 0, -1, True, 3.5, "", " ", "\x00", "\ud800", "字" * 100_000, [], {}, [[[]]], {"code": {"code": "x"}},
    [{"a": 1}] * 300, {"resourceType": "Patient"}, "<script>alert(1)</script>", "2026-13-45", "٣٦",
]  # fmt: skip


@pytest.mark.parametrize("value", GARBAGE, ids=range(len(GARBAGE)))
def test_rubbish_is_refused_or_taken_as_text_never_a_fault_of_ours(
    hospital: Hospital, bed: Admitted, value: Any
) -> None:
    for form in (
        form_of(hospital, bed, note(hospital, course=value)),
        form_of(hospital, bed, {"written_at": value, "course": value, str(value)[:9]: value}),
        form_of(hospital, bed, {"measured_at": value, "temperature": value, "pulse": value}, template="vital_signs"),
        form_of(hospital, bed, note(hospital), late_reason=str(value)),
        form_of(hospital, bed, note(hospital), device=str(value), ways={"course": str(value)}),
        form_of(hospital, bed, note(hospital), template=str(value)),
        form_of(hospital, bed, note(hospital), key=str(value) or "x"),
    ):
        before = entries(hospital)
        status = 200
        try:
            submit(hospital, "doctor", bed, form)
        except JinguiError as error:
            status = error.status
        assert 200 <= status < 500, (value, form)
        assert entries(hospital) == before + 1


def test_within_an_emergency_access_one_writes_for_a_stranger(hospital: Hospital, bed: Admitted) -> None:
    form = form_of(hospital, bed, note(hospital, course="紧急会诊抢救，记录如下。"))
    emergency = Purpose.EMERGENCY
    assert refused(hospital, Refused, "surgeon", bed, form, purpose=emergency).entry
    with pytest.raises(Refused):
        opened(hospital, "surgeon", bed, purpose=emergency)
    glass = hospital.operation("surgeon", Verb.BREAK_GLASS, target=Target(patient=bed.patient), purpose=emergency)
    door.write(replace(glass, reason="夜间抢救，需立即查阅和书写"))
    assert opened(hospital, "surgeon", bed, purpose=emergency).key
    assert submit(hospital, "surgeon", bed, form, purpose=emergency).made[0].outcome == "created"
