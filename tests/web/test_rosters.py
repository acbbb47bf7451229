"""四（一）1 排班与轮转: the page lists, adds and ends turns; a ward its own, the registry all [4.1.1]"""

from collections.abc import Iterator

import pytest

from jingui.core.words import Role
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def staff_no(hospital: Hospital, who: str) -> str:
    query = "SELECT p.staff_no FROM person p JOIN account a ON a.person_id = p.id WHERE a.username = %s"
    return str(hospital.sql(query, who)[0][0])


def test_a_ward_puts_somebody_on_its_roster_and_ends_it(clinic: Hospital) -> None:
    from tests.web.clinic import Pages

    clinic.person("turner", Role.PHYSICIAN, "xxk")
    doctor, registrar = Pages(clinic.actors["doctor"]), Pages(clinic.actors["registrar"])
    here, today = to("rosters"), clinic.now().astimezone().date().isoformat()
    empty = doctor.get(here)
    assert empty.status_code == 200
    wish = {"staff_no": staff_no(clinic, "turner"), "department": str(clinic.departments["xnk"]), "kind": "roster",
            "starts": today, "ends": today}  # fmt: skip
    assert doctor.post(here, {**wish, "staff_no": "nobody-9"}).status_code == 400
    backwards = doctor.post(here, {**wish, "ends": "2020-01-01"})
    assert backwards.status_code == 400
    assert wish["staff_no"] in backwards.content.decode()  # nothing typed is lost
    assert doctor.post(here, {**wish, "department": str(clinic.departments["xxk"])}).status_code == 400
    assert doctor.post(here, {**wish, "staff_no": staff_no(clinic, "doctor")}).status_code == 403  # oneself
    assert doctor.post(here, wish).status_code == 302
    listed = registrar.get(here).content.decode()
    assert wish["staff_no"] in listed
    assert wish["staff_no"] not in registrar.get(f"{here}?department={clinic.departments['xxk']}").content.decode()
    query = "SELECT relation_id FROM care_relation WHERE patient_id = 0 AND person_id = %s"
    relation = clinic.sql(query, clinic.people["turner"])[0][0]
    end = to("end_roster", relation=relation)
    assert end in doctor.get(here).content.decode()
    clinic.person("stranger", Role.NURSE, "xxk")
    assert Pages(clinic.actors["stranger"]).post(end, {}).status_code == 403  # another ward's roster
    assert doctor.post(end, {}).status_code == 302
    assert wish["staff_no"] not in registrar.get(here).content.decode()
    assert Pages(clinic.actors["archivist"]).get(here).status_code == 200  # a list of staff, without a form's right
    assert Pages(clinic.actors["archivist"]).post(here, wish).status_code in (400, 403)


def test_the_chart_says_what_the_relation_rests_on(clinic: Hospital) -> None:
    from jingui.core.enter import Change
    from jingui.core.words import Purpose
    from tests.gate.test_door import bundle
    from tests.web.clinic import Pages, enter

    made = enter(clinic, bundle("会诊依据", "00990333"))
    clinic.person("consultant", Role.PHYSICIAN, "xxk")
    asked = {
        "resourceType": "ServiceRequest", "status": "active", "intent": "order",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "11429006"}]}],
        "code": {"text": "会诊"}, "subject": {"reference": f"Patient/{made}" if isinstance(made, str) else
                                             f"Patient/{made[0]}"},
        "performer": [{"identifier": {"system": "urn:jingui:staff-no", "value": staff_no(clinic, "consultant")}}],
    }  # fmt: skip
    clinic.enter("his", Change(asked), purpose=Purpose.OPERATION)
    public = made if isinstance(made, str) else made[0]
    seen = Pages(clinic.actors["consultant"]).get(to("chart", patient=public)).content.decode()
    assert "依据会诊申请" in seen
