"""三（一）3 保存期限 [3.1.3]: what everybody's list counts is what each person's page says; extensions; paper."""

from datetime import date, timedelta
from typing import Any

import pytest

from jingui.core.destruction import DestroyPaper, DueRequest, RetentionRequest
from jingui.core.errors import Conflict, Invalid, Refused, Tampered
from jingui.core.keep import PlaceHold
from jingui.core.matters.asking import StartMatter
from jingui.core.operation import Target
from jingui.core.words import Hold, Purpose, Verb
from jingui.gate import door
from tests.gate import destroying as d
from tests.gate.sealed import decided, verified
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)


def due(hospital: Hospital, who: str = "archivist", **more: Any) -> Any:
    asked = hospital.operation(who, Verb.LIST_DUE, DueRequest(size=200, **more), purpose=Purpose.MANAGEMENT)
    return door.read(asked).value


def calendar(hospital: Hospital, **years: int) -> Any:
    data = RetentionRequest(calendar=True, years=tuple(years.items()))
    asked = hospital.operation("archivist", Verb.READ_RETENTION, data, purpose=Purpose.MANAGEMENT)
    return door.read(asked).value


def asked_longer(hospital: Hospital, patient: int, classes: str, until: date) -> int:
    answers = (("classes", classes), ("until", until.isoformat()), ("reason", "大宗食物中毒事件，有史料价值"))
    data = StartMatter(kind="extension", answers=answers, submit=True)
    return int(hospital.write("archivist", Verb.START_MATTER, data, target=Target(patient=patient)).value.matter)


def test_the_list_and_each_page_agree(hospital: Hospital) -> None:
    made = [
        d.old(hospital, "一"), d.old(hospital, "二", "2000-02-20", "2000-02-29"),
        d.old(hospital, "三", "1990-01-01", "1990-02-01", "IMP"), d.old(hospital, "四", "2020-01-01", "2020-01-02"),
        d.old(hospital, "五", "1996-02-20", "1996-02-29", "IMP"), d.old(hospital, "六", "2003-01-01", ""),
        d.old(hospital, "七", "1985-01-01", "1985-02-01", "IMP"),
    ]  # fmt: skip
    d.again(hospital, made[6], "2002-02-02")
    hospital.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.RESEARCH, reason="队列研究"),
                   target=Target(patient=made[0].patient))  # fmt: skip
    listed = {(one.patient, one.retention_class): one for one in due(hospital).rows}
    for one in made:
        page = d.terms(hospital, one.patient)
        for line in page.classes:
            over = line.until is not None and page.clock.today > line.until
            assert ((one.public, line.retention_class) in listed) == over, (one.name, line)
            if over:
                assert listed[one.public, line.retention_class].until == line.until
                assert listed[one.public, line.retention_class].held == line.held
                assert line.due == (not line.held)
    assert d.classes(hospital, made[1].patient)["outpatient"] == date(2015, 3, 1)
    assert d.classes(hospital, made[4].patient)["inpatient"] == date(2026, 3, 1)
    assert d.classes(hospital, made[5].patient)["outpatient"] is None
    assert listed[made[0].public, "outpatient"].held
    only = due(hospital, retention_class="inpatient")
    assert {one.retention_class for one in only.rows} == {"inpatient"}
    assert only.total == len(only.rows)
    for order in ("class", "department", "until", "1; DROP TABLE patient"):
        assert {(one.patient, one.retention_class) for one in due(hospital, order=order).rows} == set(listed)
    months = calendar(hospital)
    assert months.due == months.due_now == len([one for one in listed.values() if not one.held])


def test_linked_identities_count_as_one(hospital: Hospital) -> None:
    old, new = d.old(hospital, "合并甲"), d.old(hospital, "合并甲", "2024-01-01", "2024-01-02")
    row = hospital.sql("SELECT 1 FROM patient WHERE patient_id = %s", old.patient)
    assert row
    from jingui.store.models import Patient

    linked = Patient.objects.get(pk=old.patient)
    linked.linked_to = new.patient
    hospital.keep(linked, new=False)
    assert d.classes(hospital, old.patient)["outpatient"] == date(2039, 1, 2)
    assert (old.public, "outpatient") not in {(one.patient, one.retention_class) for one in due(hospital).rows}
    with pytest.raises(Invalid):
        d.planned(hospital, *d.whole(old))


def test_what_if_never_goes_below_the_law(hospital: Hospital) -> None:
    d.old(hospital, "试算")
    assert calendar(hospital, outpatient_years=40).due < calendar(hospital).due
    for wrong in ({"outpatient_years": 14}, {"password_days": 3}):
        with pytest.raises(Invalid):
            calendar(hospital, **wrong)
    with pytest.raises(Refused):
        door.read(hospital.operation("doctor", Verb.READ_RETENTION, RetentionRequest(calendar=True)))
    with pytest.raises(Refused):
        due(hospital, "nurse")


def test_an_extension_keeps_until_its_day(hospital: Hospital) -> None:
    one = d.old(hospital, "续存")
    until = hospital.today() + timedelta(days=3000)
    for classes, day in (("outpatient", date(2020, 1, 1)), ("identity", until), ("outpatient", date(2399, 1, 1))):
        with pytest.raises(Invalid):
            asked_longer(hospital, one.patient, classes, day)
    listed = d.approved(hospital, *d.whole(one))
    matter = asked_longer(hospital, one.patient, "outpatient", until)
    with pytest.raises(Refused):
        decided(hospital, "archivist", matter)
    stopped = d.confirmed(hospital, d.proposed(hospital, listed)).stopped
    assert {why for _, _, why in stopped} == {"matter"}  # it is being asked for: nothing is destroyed meanwhile
    decided(hospital, "quality", matter)
    decided(hospital, "affairs", matter)
    page = d.terms(hospital, one.patient)
    assert page.classes[0].until == until
    assert any("鉴定续存" in fact.text for fact in page.classes[0].facts)
    with pytest.raises(Invalid):
        d.planned(hospital, *d.whole(one))
    assert not verified(hospital)


def test_a_bent_row_is_refused_by_name(hospital: Hospital) -> None:
    one = d.old(hospital, "改期")
    hospital.sql("UPDATE encounter SET ends = '1950-01-01' WHERE patient_id = %s", one.patient)
    with pytest.raises(Tampered) as refused:
        d.terms(hospital, one.patient)
    assert str(refused.value.data["where"]).startswith("encounter:")
    with pytest.raises(Tampered):
        d.planned(hospital, *d.whole(one))
    hospital.sql("UPDATE encounter SET ends = '2001-03-04T01:30:00Z' WHERE patient_id = %s", one.patient)
    listed = d.approved(hospital, *d.whole(one))
    hospital.sql("UPDATE destruction SET patient_id = patient_id + 1 WHERE matter = %s", listed)
    with pytest.raises(Tampered):
        d.proposed(hospital, listed)
    hospital.sql("UPDATE destruction SET patient_id = patient_id - 1 WHERE matter = %s", listed)


def test_a_removed_hold_is_noticed(hospital: Hospital) -> None:
    one = d.old(hospital, "删保全")
    listed = d.approved(hospital, *d.whole(one))
    hospital.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.LAWSUIT, reason="法院来函"),
                   target=Target(patient=one.patient))  # fmt: skip
    hospital.sql("UPDATE hold SET patient_id = -patient_id WHERE patient_id = %s", one.patient)  # out of sight
    with pytest.raises(Tampered):
        d.proposed(hospital, listed)
    hospital.sql("UPDATE hold SET patient_id = -patient_id WHERE patient_id = %s", -one.patient)
    assert hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", one.patient) == [(2,)]
    assert not verified(hospital)  # as it was: others share this house


def test_paper_goes_only_with_its_list(hospital: Hospital) -> None:
    one = d.old(hospital, "纸质")
    listed = d.approved(hospital, *d.whole(one))
    people = (hospital.people["archivist2"], hospital.people["archivist3"])
    data = DestroyPaper(matter=listed, volumes=("X1",), bags=(1200,), witnesses=people)
    with pytest.raises(Conflict):
        hospital.write("archivist", Verb.DESTROY_PAPER, data)
    d.confirmed(hospital, d.proposed(hospital, listed))
    d.erased(hospital, listed)
    with pytest.raises(Invalid):
        hospital.write("archivist", Verb.DESTROY_PAPER, data)
    with pytest.raises(Refused):
        hospital.write("nurse", Verb.DESTROY_PAPER, data)
