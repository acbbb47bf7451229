"""二（一）3: the page that restricts a chart: who may, why, under which alias [2.1.3] [4.1.1]"""

from collections.abc import Iterator

import pytest

from jingui.web.viewmodels.paths import to
from tests.gate.test_consents import treat
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module")
def patient(clinic: Hospital) -> str:
    from tests.web.clinic import enter

    made = enter(clinic, bundle("欧阳名人", "00990081"))[0]
    treat(clinic, made)
    return made


def test_the_window_restricts_and_the_ward_sees_the_alias(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    window = Pages(clinic.actors["registrar"])
    found = window.post(to("patients"), {"terms": "00990081"}).content.decode()
    assert to("secrecy", patient=patient) in found
    assert to("consents", patient=patient) in found
    wish = {"restricted": "yes", "secrecy": "public", "reason": "公众人物"}
    wrong = window.post(to("secrecy", patient=patient), {**wish, "alias": "欧阳名人先生"})
    assert wrong.status_code == 400
    assert "化名不得含有真实姓名或号码" in wrong.content.decode()
    assert "欧阳名人先生" in wrong.content.decode()  # what was typed
    done = window.post(to("secrecy", patient=patient), {**wish, "alias": "青竹"})
    assert done.status_code == 302
    nurse = Pages(clinic.actors["nurse"]).get("/").content.decode()
    assert "青竹" in nurse
    assert "欧阳名人" not in nurse
    assert "青竹" in window.post(to("patients"), {"terms": "00990081"}).content.decode()
    doctor = Pages(clinic.actors["doctor"])
    assert "欧阳名人" in doctor.get("/").content.decode()
    assert to("secrecy", patient=patient) in doctor.get(to("chart", patient=patient)).content.decode()
    refused = doctor.post(to("secrecy", patient=patient), {"restricted": "no", "reason": "误标"})
    assert refused.status_code == 403  # a doctor restricts, others end it
    assert window.post(to("secrecy", patient=patient), {"restricted": "no", "reason": "误标"}).status_code == 302
    assert "欧阳名人" in Pages(clinic.actors["nurse"]).get("/").content.decode()


def test_without_a_kind_or_a_reason_nothing_is_done(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    window = Pages(clinic.actors["registrar"])
    for wrong in (
        {"restricted": "yes", "reason": "x"},
        {"restricted": "yes", "secrecy": "public"},
        {"restricted": "?"},
    ):
        assert window.post(to("secrecy", patient=patient), wrong).status_code == 400
    number = clinic.runtime.ids.internal(patient)[0]
    assert clinic.sql("SELECT restricted FROM patient WHERE patient_id = %s", number) == [(False,)]


def test_a_stranger_is_refused_and_entered(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    sql = "SELECT count(*) FROM entry WHERE verb = 'flag_patient' AND decision = 'deny'"
    before = clinic.sql(sql)[0][0]
    form = {"restricted": "yes", "secrecy": "public", "reason": "看看"}
    assert Pages(clinic.actors["surgeon"]).post(to("secrecy", patient=patient), form).status_code == 403
    assert clinic.sql(sql)[0][0] == before + 1
