"""二（一） record numbers for life, visit numbers, stays counted, through the door [2.1.2]"""

import json
import threading
from typing import Any

import pytest
from django.db import connections

from jingui.core.access import PatientSearch
from jingui.core.enter import Change
from jingui.core.words import EncounterKind, Purpose, Verb
from jingui.gate import door
from jingui.gate.numbers import stay_number
from tests.hospital import Hospital


def patient(name: str, *identifiers: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Patient", "name": [{"use": "official", "text": name}], "gender": "female"}
    return {**made, "identifier": list(identifiers)} if identifiers else made


def visit(kind: str = "IMP") -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "status": "in-progress", "class": {"code": kind},
        "subject": {"reference": "urn:uuid:p"}, "period": {"start": "2026-11-18T14:02:00+08:00"},
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": "xnk"}]},
    }  # fmt: skip


def enter(hospital: Hospital, *resources: dict[str, Any], source: str = "") -> list[dict[str, Any]]:
    changes = [Change(one, "urn:uuid:p" if i == 0 else f"urn:uuid:{i}") for i, one in enumerate(resources)]
    verb = Verb.IMPORT if source else Verb.ENTER
    made = hospital.enter("his", *changes, verb=verb, source=source, purpose=Purpose.OPERATION).made
    return [{**json.loads(one.body), "id": one.id} for one in made]


def value(resource: dict[str, Any], system: str) -> list[str]:
    return [one["value"] for one in resource.get("identifier", ()) if one.get("system") == system]


def find(hospital: Hospital, field: str, text: str) -> list[str]:
    data = PatientSearch(wanted=(((field, text),),))
    return [line.id for line in door.read(hospital.operation("doctor", Verb.SEARCH_PATIENT, data)).value]


def test_who_brings_no_number_gets_one_and_is_found_by_it(hospital: Hospital) -> None:
    first, second = (enter(hospital, patient(name))[0] for name in ("编号甲", "编号乙"))
    one, two = (value(each, "urn:jingui:mrn")[0] for each in (first, second))
    assert len(one) == 8
    assert int(two) == int(one) + 1
    assert find(hospital, "mrn", one) == [first["id"]]


def test_a_number_that_is_brought_is_kept(hospital: Hospital) -> None:
    brought = {"system": "urn:oid:2.16.156.10011.1.13", "value": "老123"}
    made = enter(hospital, patient("自带", brought))[0]
    assert made["identifier"] == [brought]


def test_a_number_in_use_is_passed_over(hospital: Hospital) -> None:
    now = int(value(enter(hospital, patient("先"))[0], "urn:jingui:mrn")[0])
    enter(hospital, patient("占号", {"system": "urn:oid:2.16.156.10011.1.13", "value": f"{now + 1:08}"}))
    assert value(enter(hospital, patient("后"))[0], "urn:jingui:mrn") == [f"{now + 2:08}"]


def test_a_correction_never_drops_it(hospital: Hospital) -> None:
    made = enter(hospital, patient("不丢"))[0]
    place = door.locate(made["id"])
    renamed = Change(patient("不丢失"), record=(place.patient, 0))
    after = hospital.enter("his", renamed, purpose=Purpose.OPERATION).made[0]
    assert value(json.loads(after.body), "urn:jingui:mrn") == value(made, "urn:jingui:mrn")
    again = hospital.enter("his", renamed, purpose=Purpose.OPERATION).made[0]
    assert again.outcome == "unchanged"


def test_visits_are_numbered_and_lead_to_their_patient(hospital: Hospital) -> None:
    person, stay, clinic = enter(hospital, patient("就诊号"), visit("IMP"), visit("AMB"))
    inpatient, outpatient = value(stay, "urn:jingui:inpatient-no")[0], value(clinic, "urn:jingui:outpatient-no")[0]
    assert (inpatient[:2], outpatient[:2]) == ("ZY", "MZ")
    assert find(hospital, "inpatient_no", inpatient.lower()) == [person["id"]]
    assert find(hospital, "outpatient_no", outpatient) == [person["id"]]


def test_an_imported_visit_keeps_its_source_s_numbering(hospital: Hospital) -> None:
    resources = (patient("导入号"), visit("IMP"))
    person, stay = enter(hospital, *resources, source="old-his")
    assert "identifier" not in stay
    assert value(person, "urn:jingui:mrn")


def test_stays_are_counted_within_the_patient(hospital: Hospital) -> None:
    made = enter(hospital, patient("住院次数"), visit("IMP"), visit("AMB"), visit("IMP"))
    number = door.locate(made[0]["id"]).patient
    later = visit("IMP")
    later["subject"] = {"reference": f"Patient/{made[0]['id']}"}
    hospital.enter("his", Change(later), purpose=Purpose.OPERATION)
    rows = hospital.sql("SELECT kind, stay_seq FROM encounter WHERE patient_id = %s", number)
    assert sorted(seq for kind, seq in rows if kind == "inpatient") == [1, 2, 3]
    assert [seq for kind, seq in rows if kind == "outpatient"] == [None]


@pytest.mark.parametrize(
    ("record", "exists", "expected"), [(1, False, 1), (2, False, None), (3, True, 2), (9, False, None)]
)
def test_a_visit_that_becomes_a_stay_is_the_last(record: int, exists: bool, expected: int | None) -> None:
    kinds = {1: EncounterKind.INPATIENT, 2: EncounterKind.OUTPATIENT, 3: EncounterKind.DAY}
    assert stay_number(kinds, record, exists) == expected


def test_two_never_get_the_same(hospital: Hospital) -> None:
    numbers: list[str] = []

    def register(name: str) -> None:
        for n in range(10):
            numbers.extend(value(enter(hospital, patient(f"{name}{n}"))[0], "urn:jingui:mrn"))
        connections.close_all()

    threads = [threading.Thread(target=register, args=(name,)) for name in "甲乙丙丁"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == len(set(numbers)) == 40
