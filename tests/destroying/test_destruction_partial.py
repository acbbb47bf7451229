"""三（一）3 [3.1.3]: one class of a patient is destroyed, the others stay whole and readable."""

from dataclasses import replace

import pytest

from jingui.core.access import ChartRequest
from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door
from tests.gate import destroying as d
from tests.gate.sealed import verified
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)


def test_the_rest_of_the_chart_stays_open(hospital: Hospital) -> None:
    one = d.old(hospital, "陈圆圆", "2001-03-01", "2001-03-10", "IMP")
    d.again(hospital, one, "2003-05-05")
    assert {a: str(b) for a, b in d.classes(hospital, one.patient).items()} == {
        "inpatient": "2031-03-10", "outpatient": "2018-05-05", "identity": "2031-03-10"}  # fmt: skip
    d.destroyed(hospital, (one.public, "outpatient"))
    assert [row[0] for row in hospital.sql(
        "SELECT retention_class FROM patient_key WHERE patient_id = %s ORDER BY 1", one.patient)] == [
        "identity", "inpatient"]  # fmt: skip
    target = Target(patient=one.patient)
    urgent = replace(hospital.operation("doctor", Verb.BREAK_GLASS, target=target, purpose=Purpose.EMERGENCY),
                     reason="胸痛抢救，须了解既往")  # fmt: skip
    door.write(urgent)
    asked = replace(urgent, verb=Verb.OPEN_CHART, data=ChartRequest())
    chart = door.read(asked).value
    assert chart.patient.name == "陈圆圆"
    read = replace(urgent, verb=Verb.READ, target=door.locate(one.record))
    for verb, kind in ((Verb.SEARCH, "Encounter"), (Verb.EVERYTHING, "Patient")):
        query = SearchQuery(type=kind, patient=one.public, count=9)
        rows = door.read(replace(urgent, verb=verb, data=query)).value.rows
        assert rows
    assert b"10839-9" in door.sheet(read).body
    visit = hospital.sql(
        "SELECT record_id FROM record WHERE patient_id = %s AND state = 'destroyed'", one.patient)[0][0]  # fmt: skip
    with pytest.raises(Refused) as refused:
        door.sheet(replace(read, target=Target(patient=one.patient, record=visit)))
    assert refused.value.status == 410
    assert not verified(hospital)


def test_a_patient_who_comes_back_gets_a_new_key(hospital: Hospital) -> None:
    one = d.old(hospital, "李香君", "2001-03-01", "2001-03-10", "IMP")
    d.again(hospital, one, "2003-05-05")
    d.destroyed(hospital, (one.public, "outpatient"))
    d.again(hospital, one, "2026-10-10")
    assert str(d.classes(hospital, one.patient)["outpatient"]) == "2041-10-10"
    lines = d.terms(hospital, one.patient).classes
    assert [line.destroyed for line in lines if line.retention_class == "outpatient"] == [None]
    assert not verified(hospital)
