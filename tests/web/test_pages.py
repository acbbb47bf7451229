"""四（一）内部查阅: the pages of patients, each through the door, in both languages [4.1.1] [4.1.2] [4.1.3]"""

from collections.abc import Iterator

import pytest

from jingui.core.enter import Change
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module")
def admitted(clinic: Hospital) -> list[str]:
    from tests.web.clinic import enter

    return enter(clinic, bundle("欧阳明远", "00990017"))


def test_desk_lists_my_patients(clinic: Hospital, admitted: list[str]) -> None:
    from tests.web.clinic import Pages

    page = Pages(clinic.actors["doctor"]).get("/")
    assert page.status_code == 200, page.content.decode()
    assert "欧阳明远" in page.content.decode()
    english = Pages(clinic.actors["doctor"], "en").get("/").content.decode()
    assert "My patients" in english
    assert "欧阳明远" not in Pages(clinic.actors["surgeon"]).get("/").content.decode()


def test_found_then_opened_then_read(clinic: Hospital, admitted: list[str]) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(clinic.actors["doctor"])
    found = doctor.post(to("patients"), {"terms": "欧阳明远"}).content.decode()
    assert to("chart", patient=admitted[0]) in found
    chart = doctor.get(to("chart", patient=admitted[0]))
    text = chart.content.decode()
    assert chart.status_code == 200
    assert "欧阳明远" in text
    assert to("record", record=admitted[2]) in text
    assert "data-entry=" in text
    record = doctor.get(to("record", record=admitted[2])).content.decode()
    assert "10839-9" in record
    assert "ng/mL" in record
    assert "欧阳明远" in record
    assert doctor.get(to("record_version", record=admitted[2], version=1)).status_code == 200


def test_refused_reading_shows_the_refusal_and_nothing_else(clinic: Hospital, admitted: list[str]) -> None:
    from tests.web.clinic import Pages

    for address in (to("chart", patient=admitted[0]), to("record", record=admitted[2])):
        page = Pages(clinic.actors["surgeon"]).get(address)
        assert page.status_code == 403
        assert "欧阳明远" not in page.content.decode()
        assert "10839-9" not in page.content.decode()


def test_life(clinic: Hospital, admitted: list[str]) -> None:
    from tests.web.clinic import Pages

    page = Pages(clinic.actors["doctor"]).get(to("life", record=admitted[2]))
    assert page.status_code == 200
    assert "录入" in page.content.decode()


def test_correction_shows_old_and_new(clinic: Hospital, admitted: list[str]) -> None:
    from jingui.core.words import Verb
    from jingui.gate import door
    from tests.web.clinic import Pages

    note = {**bundle()[2].resource, "subject": {"reference": f"Patient/{admitted[0]}"}}
    note["encounter"] = {"reference": f"Encounter/{admitted[1]}"}
    made = clinic.enter("doctor", Change(note)).made[0].id
    target = door.locate(made)
    better = {**note, "valueQuantity": {"value": 2, "unit": "ng/mL"}}
    clinic.enter("doctor", Change(better, record=(target.patient, target.record), if_match=1), verb=Verb.CORRECT)
    page = Pages(clinic.actors["doctor"]).get(to("record", record=made)).content.decode()
    assert "<del>1</del>" in page
    assert "<ins>2</ins>" in page


def test_the_chart_strikes_through_what_was_corrected(clinic: Hospital) -> None:
    from jingui.core.words import Verb
    from jingui.gate import door
    from tests.web.clinic import Pages, enter

    made = enter(clinic, bundle("更正可见", "00990023"))
    note = {**bundle()[2].resource, "subject": {"reference": f"Patient/{made[0]}"}}
    note["encounter"] = {"reference": f"Encounter/{made[1]}"}
    public = clinic.enter("doctor", Change(note)).made[0].id
    target = door.locate(public)
    better = {**note, "valueQuantity": {"value": 2, "unit": "ng/mL"}}
    clinic.enter("doctor", Change(better, record=(target.patient, target.record), if_match=1), verb=Verb.CORRECT)
    text = Pages(clinic.actors["doctor"]).get(to("chart", patient=made[0])).content.decode()
    assert "<del>" in text
    assert "<ins>2</ins>" in text
