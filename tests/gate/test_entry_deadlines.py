"""二（二）2 时限与归档: opened, met, late, moved, waived with the records; filing, recall [2.2.2] [2.2.4]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.bylaws import ChangeSetting
from jingui.core.deadlines import DeadlinesRequest
from jingui.core.enter import Change
from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.entering import (
    Admitted,
    admit,
    deadlines,
    entered,
    entries,
    filled,
    form_of,
    note,
    submit,
)
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital


def encounter(hospital: Hospital, at: Admitted, **more: Any) -> None:
    """The visit as the hospital's system tells it now."""
    resource = {
        "resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/{at.public}"}, "period": {"start": at.since.isoformat(timespec="seconds")},
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": "xnk"}]},
    } | more  # fmt: skip
    change = Change(resource, record=(at.patient, at.visit))
    hospital.enter("his", change, verb=Verb.CORRECT, purpose=Purpose.OPERATION)


def ended(hospital: Hospital, at: Admitted, **more: Any) -> None:
    now = hospital.now().isoformat(timespec="seconds")
    encounter(
        hospital, at, status="finished", period={"start": at.since.isoformat(timespec="seconds"), "end": now}, **more
    )


def test_admission_opens_and_documents_close(hospital: Hospital) -> None:
    bed = admit(hospital)
    found = deadlines(hospital, bed)
    hours = {rule: (due - since) / timedelta(hours=1) for rule, (since, due, *_) in found.items()}
    first = {"admission_record": 24, "first_progress_note": 8, "first_ward_round": 48, "progress_stable": 72}
    assert hours == first | {"stage_summary": 720}
    entered(hospital, "doctor", bed, filled(hospital, "first_progress_note"), template="first_progress_note")
    found = deadlines(hospital, bed)
    since, _, met, late, _ = found["first_progress_note"]
    assert met is not None
    assert not late
    assert found["progress_stable"][2] is None  # met by this very note, and begun anew with it
    assert found["progress_stable"][0] > since
    count = hospital.sql(
        "SELECT count(*) FROM deadline WHERE patient_id = %s AND rule = 'progress_stable'", bed.patient
    )
    assert count == [(2,)]


def test_an_old_stay_that_is_imported_opens_none(hospital: Hospital) -> None:
    assert deadlines(hospital, admit(hospital, hours=24 * 30)) == {}


def test_a_visit_that_is_put_right_moves_its_deadlines_once(hospital: Hospital) -> None:
    bed = admit(hospital)
    later = bed.since + timedelta(minutes=30)
    encounter(hospital, bed, period={"start": later.isoformat(timespec="seconds")})
    since, due, *_ = deadlines(hospital, bed)["first_progress_note"]
    assert due - since == timedelta(hours=8)
    assert abs(since - later) < timedelta(seconds=1)
    assert hospital.sql(
        "SELECT count(*) FROM deadline WHERE patient_id = %s AND rule = 'first_progress_note'", bed.patient
    ) == [(1,)]  # fmt: skip
    encounter(hospital, bed, status="cancelled")
    assert all(waived for *_, waived in deadlines(hospital, bed).values())


def test_discharge_and_death_open_their_own(hospital: Hospital) -> None:
    bed = admit(hospital, hours=30)
    ended(hospital, bed)
    found = deadlines(hospital, bed)
    assert {"discharge_record", "front_page"} <= set(found)
    assert found["progress_stable"][4]  # nobody owes a daily note any more
    assert not found["admission_record"][4]
    encounter(hospital, bed)  # the discharge was a mistake
    assert deadlines(hospital, bed)["discharge_record"][4]
    dead = admit(hospital, hours=30)
    ended(hospital, dead, hospitalization={"dischargeDisposition": {"coding": [{"code": "exp"}]}})
    found = deadlines(hospital, dead)
    assert {"death_record", "death_front_page", "death_discussion"} <= set(found)
    assert "discharge_record" not in found
    since, due, *_ = found["death_discussion"]
    assert due - since == timedelta(days=7)


def test_a_stay_under_a_day_and_one_that_turns_out_longer(hospital: Hospital) -> None:
    bed = admit(hospital, hours=25)
    start = bed.since.isoformat(timespec="seconds")
    early = (bed.since + timedelta(hours=20)).isoformat(timespec="seconds")
    encounter(hospital, bed, status="finished", period={"start": start, "end": early})
    found = deadlines(hospital, bed)
    assert found["admission_record"][4]
    assert not found["short_stay_record"][4]
    assert "discharge_record" not in found
    late = (bed.since + timedelta(hours=24, minutes=30)).isoformat(timespec="seconds")
    encounter(hospital, bed, status="finished", period={"start": start, "end": late})  # the end is put right
    found = deadlines(hospital, bed)
    assert found["short_stay_record"][4]
    assert not found["discharge_record"][4]
    owed = "SELECT count(*) FROM deadline WHERE patient_id = %s AND rule = 'admission_record' AND NOT waived"
    assert hospital.sql(owed, bed.patient) == [(1,)]


def test_whoever_takes_over_owes_it_and_a_stage_summary_begins_anew(hospital: Hospital) -> None:
    hospital.person("second", Role.PHYSICIAN, "xnk")
    hospital.person("eye", Role.PHYSICIAN, "xnk")

    def of(staff: str, department: str = "xnk") -> dict[str, Any]:
        who = {"individual": {"identifier": {"system": "urn:jingui:staff-no", "value": staff}}}
        where = {"coding": [{"system": "urn:jingui:department", "code": department}]}
        return {"participant": [who], "serviceType": where}

    staff = {name: hospital.sql("SELECT p.staff_no FROM person p JOIN account a ON a.person_id = p.id "
                                "WHERE a.username = %s", name)[0][0] for name in ("doctor", "second")}  # fmt: skip
    bed = admit(hospital, hours=3, encounter=of(staff["doctor"]))
    encounter(hospital, bed, **of(staff["doctor"]))  # told again: nobody took over
    assert not {"handover_note", "transfer_note"} & set(deadlines(hospital, bed))
    encounter(hospital, bed, **of(staff["second"]))
    since, due, met, *_ = deadlines(hospital, bed)["handover_note"]
    assert due - since == timedelta(hours=24)
    assert met is None
    assert "transfer_note" not in deadlines(hospital, bed)
    first = deadlines(hospital, bed)["stage_summary"]
    answers = filled(hospital, "handover_note")
    entered(hospital, "second", bed, answers, template="handover_note")
    found = deadlines(hospital, bed)
    open_ones = "SELECT count(*) FROM deadline WHERE patient_id = %s AND rule = 'handover_note' AND met IS NULL"
    assert hospital.sql(open_ones, bed.patient) == [(0,)]
    assert found["stage_summary"][0] > first[0]
    assert found["stage_summary"][2] is None
    encounter(hospital, bed, **of(staff["second"]))  # told again: what began anew stays where it is
    assert deadlines(hospital, bed)["stage_summary"][0] == found["stage_summary"][0]
    encounter(hospital, bed, **of(staff["doctor"], "xxk"))
    found = deadlines(hospital, bed)
    assert found["transfer_note"][2] is None
    assert hospital.sql(open_ones, bed.patient) == [(0,)]  # a transfer is one document, not two


def test_an_operation_owes_a_note_at_once_besides_its_record(hospital: Hospital) -> None:
    bed = admit(hospital, hours=10)
    procedure = {
        "resourceType": "Procedure", "status": "completed", "code": {"text": "阑尾切除术"},
        "category": {"coding": [{"system": "http://snomed.info/sct", "code": "387713003"}]},
        "performedPeriod": {"end": (hospital.now() - timedelta(hours=1)).isoformat(timespec="seconds")},
        "subject": {"reference": f"Patient/{bed.public}"}, "encounter": {"reference": f"Encounter/{bed.visit_public}"},
    }  # fmt: skip
    hospital.enter("his", Change(procedure), purpose=Purpose.OPERATION)
    found = deadlines(hospital, bed)
    assert found["postoperative_note"][1] - found["postoperative_note"][0] == timedelta(hours=2)
    assert found["operation_record"][1] - found["operation_record"][0] == timedelta(hours=24)


def test_a_resuscitation_counts_from_its_end_and_six_hours_later_is_late(hospital: Hospital) -> None:
    bed = admit(hospital, hours=20)
    end = hospital.now() - timedelta(hours=7)
    start = end - timedelta(minutes=30)
    answers = filled(
        hospital, "resuscitation_record", rescue_start=start.isoformat(timespec="seconds"),
        rescue_end=end.isoformat(timespec="seconds"),
    )  # fmt: skip
    form = form_of(hospital, bed, answers, template="resuscitation_record")
    with pytest.raises(Exception, match="表单内容不符合要求"):
        submit(hospital, "doctor", bed, form)
    form = form_of(hospital, bed, answers, template="resuscitation_record", late_reason="连续抢救")
    submit(hospital, "doctor", bed, form)
    since, due, met, late, _ = deadlines(hospital, bed)["resuscitation_record"]
    assert due - since == timedelta(hours=6)
    assert abs(since - end) < timedelta(seconds=1)
    assert met is not None
    assert late
    rows = "SELECT count(*) FROM deadline WHERE patient_id = %s AND rule = 'resuscitation_record'"
    assert hospital.sql(rows, bed.patient) == [(1,)]


def test_condition_and_critical_values_set_the_pace(hospital: Hospital) -> None:
    bed = admit(hospital)
    order = {
        "resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": "病危"},
        "subject": {"reference": f"Patient/{bed.public}"}, "encounter": {"reference": f"Encounter/{bed.visit_public}"},
    }  # fmt: skip
    hospital.enter("his", Change(order), purpose=Purpose.OPERATION)
    found = deadlines(hospital, bed)
    assert found["progress_stable"][4]
    assert not found["progress_critical"][4]
    assert found["progress_critical"][1] - found["progress_critical"][0] == timedelta(hours=24)
    potassium = {
        "resourceType": "Observation", "status": "final", "code": {"text": "血钾"}, "valueQuantity": {"value": 7.1},
        "subject": {"reference": f"Patient/{bed.public}"}, "encounter": {"reference": f"Encounter/{bed.visit_public}"},
        "interpretation": [{"coding": [{"code": "HH"}]}],
    }  # fmt: skip
    hospital.enter("his", Change(potassium), purpose=Purpose.OPERATION)
    assert deadlines(hospital, bed)["critical_value"][2] is None
    entered(hospital, "doctor", bed, note(hospital, course="接危急值报告血钾升高，已予处理并复查。"))
    assert deadlines(hospital, bed)["critical_value"][2] is not None


def test_the_nursing_grade_of_a_record_sets_the_next(hospital: Hospital) -> None:
    bed = admit(hospital)
    write = lambda level: entered(  # noqa: E731 -- one call, said several times
        hospital, "nurse", bed, filled(hospital, "nursing_record", nursing_level=level), template="nursing_record"
    )
    write("1")
    first = deadlines(hospital, bed)["nursing_special"]
    assert first[1] - first[0] == timedelta(hours=4)
    write("1")
    rows = "SELECT count(*), count(met) FROM deadline WHERE patient_id = %s AND rule = 'nursing_special'"
    assert hospital.sql(rows, bed.patient) == [(2, 1)]
    write("2")
    found = deadlines(hospital, bed)
    assert found["nursing_special"][4]  # the grade was lowered: nobody owes a record every four hours
    assert found["nursing_first"][2] is None


def board(hospital: Hospital, who: str, purpose: Purpose = Purpose.TREATMENT, target: Any = None, **more: Any) -> Any:
    operation = hospital.operation(
        who, Verb.READ_DEADLINES, DeadlinesRequest(**more), purpose=purpose, target=target or Target()
    )
    return door.read(operation)


def test_the_board_shows_what_is_overdue_by_department_and_person(hospital: Hospital) -> None:
    bed = admit(hospital, hours=30, department="gwk")
    mine = board(hospital, "surgeon", state="overdue").value
    assert {line.rule for line in mine.lines if line.patient.id == bed.public} == {
        "admission_record", "first_progress_note",
    }  # fmt: skip
    assert all(line.state == "overdue" for line in mine.lines)
    assert mine.lines[0].patient.name
    assert [one.name for one in mine.departments] == ["普通外科"]
    assert board(hospital, "doctor", department=hospital.departments["gwk"]).value.departments[0].name == "心血管内科"
    hospital.person("quality", Role.QUALITY, "xxk")
    found = board(hospital, "quality", Purpose.QUALITY, department=hospital.departments["gwk"], state="overdue").value
    assert {line.department for line in found.lines} == {"普通外科"}
    with pytest.raises(Refused):
        board(hospital, "registrar", Purpose.OPERATION)
    page = board(hospital, "surgeon", count=1)
    assert page.more
    assert board(hospital, "surgeon", count=1, cursor=page.more).value.lines != page.value.lines
    theirs = board(hospital, "surgeon", target=Target(patient=bed.patient), state="all").value
    assert len(theirs.lines) >= 4
    with pytest.raises(Refused):
        board(hospital, "doctor", target=Target(patient=bed.patient))


def test_a_changed_setting_moves_what_is_still_owed(hospital: Hospital) -> None:
    bed = admit(hospital)
    confirmed(
        hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="admission_record_hours", value="12")
    )
    since, due, *_ = deadlines(hospital, bed)["admission_record"]
    assert due - since == timedelta(hours=12)
    since, due, *_ = deadlines(hospital, bed)["first_progress_note"]
    assert due - since == timedelta(hours=8)
    confirmed(
        hospital, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="admission_record_hours", value="24")
    )
    since, due, *_ = deadlines(hospital, bed)["admission_record"]
    assert due - since == timedelta(hours=24)


def test_the_hourly_count_is_entered_and_told(hospital: Hospital, caplog: pytest.LogCaptureFixture) -> None:
    from jingui import jobs

    admit(hospital, hours=30, department="gwk")
    before = entries(hospital)
    jobs.deadlines(0)
    assert entries(hospital) == before + 1
    assert any("普通外科" in line.getMessage() for line in caplog.records)
    (verb, decision) = hospital.sql("SELECT verb, decision FROM entry ORDER BY id DESC LIMIT 1")[0]
    assert (verb, decision) == ("read_deadlines", "allow")
