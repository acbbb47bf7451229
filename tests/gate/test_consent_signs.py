"""二（一）3: precautions for those who treat, aliases of restricted charts [2.1.3]"""

import pytest

from jingui.core.access import ChartRequest, Worklist
from jingui.core.collect import FlagPatient
from jingui.core.consents import Precaution
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number, search
from tests.gate.test_consents import diagnose, treat
from tests.hospital import Hospital


def chart(hospital: Hospital, who: str, patient: str, purpose: Purpose = Purpose.TREATMENT) -> object:
    target = Target(patient=number(hospital, patient))
    return door.read(hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=target, purpose=purpose))


def listed(hospital: Hospital, who: str, patient: str) -> object:
    result = door.read(hospital.operation(who, Verb.LIST, Worklist(count=200)))
    return next((line for line in result.value if line.patient.id == patient), None)


def flag(hospital: Hospital, patient: str, **more: object) -> object:
    return hospital.write(
        "registrar", Verb.FLAG_PATIENT, FlagPatient(**more), target=Target(patient=number(hospital, patient))
    )  # type: ignore[arg-type]


def kinds(hospital: Hospital, entry: str) -> str:
    return bytes(hospital.sql("SELECT targets FROM entry WHERE id = %s", entry)[0][0]).decode()


def test_treating_staff_are_warned_also_where_the_record_is_closed(hospital: Hospital) -> None:
    patient = admit(hospital, "林防护", "74000001")[0]
    treat(hospital, patient)
    diagnose(hospital, patient, "B24")
    diagnose(hospital, patient, "A15.0")
    for who in ("doctor", "nurse"):
        opened = chart(hospital, who, patient)
        assert opened.value.precautions == (Precaution.BLOOD, Precaution.AIRBORNE)
        assert "Precaution" in kinds(hospital, opened.trace.entry)
    assert "B24" not in repr(chart(hospital, "nurse", patient).value)
    assert "hiv" not in repr(chart(hospital, "nurse", patient).value)
    assert listed(hospital, "nurse", patient).precautions == (Precaution.BLOOD, Precaution.AIRBORNE)


def test_ordinary_births_warn_of_nothing(hospital: Hospital) -> None:
    patient = admit(hospital, "林平安", "74000002")[0]
    treat(hospital, patient)
    for code in ("Z37.0", "Q21.0", "J06.9"):
        diagnose(hospital, patient, code)
    opened = chart(hospital, "doctor", patient)
    assert opened.value.precautions == ()
    assert opened.value.owed == ()
    assert "Precaution" not in kinds(hospital, opened.trace.entry)


def test_an_alias_stands_where_the_chart_is_closed(hospital: Hospital) -> None:
    patient = admit(hospital, "林要人", "74000003")[0]
    treat(hospital, patient)
    diagnose(hospital, patient, "B18.1")
    flag(hospital, patient, restricted=True, secrecy="public", alias="青竹")
    assert chart(hospital, "doctor", patient).value.patient.name == "林要人"
    with pytest.raises(Refused):
        chart(hospital, "nurse", patient)
    line = listed(hospital, "nurse", patient)
    assert (line.patient.name, line.patient.alias, line.patient.birth) == ("青竹", True, "")
    assert line.patient.numbers == {"mrn": "74000003"}
    assert line.precautions == (Precaution.BLOOD,)
    assert listed(hospital, "doctor", patient).patient.name == "林要人"
    found = search(hospital, "registrar", ("mrn", "74000003")).value
    assert [one.name for one in found] == ["青竹"]
    assert [one.id for one in search(hospital, "doctor", ("name", "青竹")).value] == [patient]
    assert "林要人" not in repr(found) + repr(line)


def test_the_alias_outlives_a_correction_and_ends_with_the_restriction(hospital: Hospital) -> None:
    patient = admit(hospital, "林将军", "74000004")[0]
    flag(hospital, patient, restricted=True, secrecy="military")
    made = listed(hospital, "nurse", patient).patient.name
    assert made.startswith("保密患者")
    card = {"resourceType": "Patient", "name": [{"text": "林将军"}], "birthDate": "1970-01-02",
            "identifier": [{"system": "urn:oid:2.16.156.10011.1.2", "value": "74000004"}]}  # fmt: skip
    hospital.enter(
        "his",
        Change(resource=card, record=(number(hospital, patient), 0)),
        verb=Verb.CORRECT,
        purpose=Purpose.OPERATION,
    )
    assert listed(hospital, "nurse", patient).patient.name == made
    flag(hospital, patient, restricted=False)
    assert listed(hospital, "nurse", patient).patient.name == "林将军"


def test_an_alias_tells_nothing(hospital: Hospital) -> None:
    patient = admit(hospital, "林隐名", "74000005")[0]
    for alias in ("林隐名先生", "隐名", "74000005", "化" * 40):
        with pytest.raises(Invalid):
            flag(hospital, patient, restricted=True, secrecy="public", alias=alias)
    with pytest.raises(Invalid):
        flag(hospital, patient, restricted=True, secrecy="king")
    with pytest.raises(Conflict):
        flag(hospital, patient, alias="青竹")
    assert hospital.sql("SELECT restricted FROM patient WHERE patient_id = %s", number(hospital, patient)) == [(False,)]


def test_a_restricted_chart_without_alias_stays_off_the_list(hospital: Hospital) -> None:
    patient = admit(hospital, "林无化名", "74000006")[0]
    flag(hospital, patient, restricted=True)
    assert listed(hospital, "nurse", patient) is None
