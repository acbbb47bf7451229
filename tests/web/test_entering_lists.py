"""二（二）录入: what waits for a signature, what is owed, what may be filed [2.2.1] [2.2.2] [2.2.4]"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jingui.core.enter import Change
from jingui.core.words import Purpose, Verb
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital
from tests.web.writing import NOTE, NUMBERS, TEXT, admitted, begun, entered, fields, plain


@pytest.fixture(scope="module")
def ward(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def test_several_are_signed_at_once(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(ward.actors["doctor"])
    for name in ("签一签", "签两签"):
        entered(doctor, admitted(ward, name), "first_progress_note", NOTE)
    desk = plain(doctor.get("/"))
    assert "待我签名" in desk
    listed = doctor.get(to("signing")).content.decode()
    chosen = re.findall(r'name="choose" value="([^"]+)"', listed)
    assert len(chosen) >= 2
    done = doctor.post(to("signing"), {"kind": "sign", "choose": chosen})
    assert done.status_code == 302
    after = doctor.get(to("signing")).content.decode()
    assert re.findall(r'name="choose" value="([^"]+)"', after) == []
    assert "份文书已完成" in after
    assert ward.sql("SELECT count(*) FROM signature WHERE kind = 'sign'")[0][0] >= len(chosen)


def test_a_trainee_writes_and_a_senior_countersigns(ward: Hospital) -> None:
    from jingui.core.words import Role
    from tests.web.clinic import Pages

    ward.person("intern", Role.TRAINEE, "xnk")
    intern, doctor = Pages(ward.actors["intern"]), Pages(ward.actors["doctor"])
    patient = admitted(ward, "教一教")
    where, held = begun(intern, patient, "first_progress_note")
    assert "上级医师审阅签名" in plain(intern.get(where))
    checked = intern.post(where, {**held, **NOTE, "act": "check"})["Location"]
    intern.post(checked.partition("?")[0], {**fields(intern.get(checked)), "act": "sign"})
    listed = doctor.get(to("signing")).content.decode()
    part = listed[listed.index('id="countersign"') :]
    chosen = re.findall(r'name="choose" value="([^"]+)"', part)
    assert len(chosen) == 1, plain(doctor.get(to("signing")))
    done = doctor.post(to("signing"), {"kind": "countersign", "choose": chosen})
    assert done.status_code == 302
    assert "份文书已完成" in plain(doctor.get(to("signing")))
    assert ward.sql("SELECT count(*) FROM signature WHERE kind = 'countersign'") == [(1,)]


def test_the_board_shows_what_is_owed_and_overdue(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    admitted(ward, "逾一逾", hours=30)
    page = Pages(ward.actors["doctor"]).get(to("due"))
    assert page.status_code == 200, plain(page)
    assert "逾一逾" in plain(page)
    assert "逾期" in plain(page)
    overdue = Pages(ward.actors["doctor"]).get(f"{to('due')}?state=overdue&order=person")
    assert "逾一逾" in plain(overdue)


def test_an_overdue_document_asks_why_and_is_marked_late(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, doctor = admitted(ward, "迟一迟", hours=30), Pages(ward.actors["doctor"])
    where, held = begun(doctor, patient, "first_progress_note")
    assert "补记" in plain(doctor.get(where))
    page = doctor.post(where, {**held, **NOTE, "act": "check"})
    check = doctor.get(page["Location"])
    if check.status_code == 302:
        pytest.fail(plain(doctor.get(check["Location"])))
    assert "补记原因" in plain(check)
    without = doctor.post(page["Location"].partition("?")[0], {**fields(check), "late_reason": "", "act": "enter"})
    assert without.status_code == 400
    done = doctor.post(page["Location"].partition("?")[0], {**fields(check), "late_reason": "连台手术", "act": "enter"})
    assert done.status_code == 302, plain(done)
    assert "连台手术" in plain(doctor.get(done["Location"]))


def test_filing_says_what_is_missing(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, doctor = admitted(ward, "归一归"), Pages(ward.actors["doctor"])
    entered(doctor, patient, "first_progress_note", NOTE)
    number = ward.runtime.ids.internal(patient)[0]
    visit = ward.sql("SELECT encounter_id FROM encounter WHERE patient_id = %s", number)[0][0]
    page = doctor.get(to("filing", patient=patient, visit=visit))
    assert page.status_code == 200, plain(page)
    assert "未签名" in plain(page)
    assert "就诊尚未结束" in plain(page)


def test_a_finished_stay_is_filed_and_then_only_a_recall_opens_it(ward: Hospital) -> None:
    from tests.web.clinic import Pages, enter

    changes = bundle("归两归", f"009901{next(NUMBERS)}")
    start = (ward.now() - timedelta(hours=3)).isoformat(timespec="seconds")
    stay = {**changes[1].resource, "period": {"start": start}}
    patient, visit = enter(ward, [changes[0], Change(stay, changes[1].full_url)])[:2]
    doctor, archivist = Pages(ward.actors["doctor"]), Pages(ward.actors["archivist"])
    record = entered(doctor, patient, "progress_note", {"a.written_at": "现在", "a.course": TEXT, "a.measures": TEXT})
    number = ward.runtime.ids.internal(visit)
    ended = {**stay, "status": "finished", "period": {"start": start, "end": ward.now().isoformat(timespec="seconds")}}
    ended |= {"subject": {"reference": f"Patient/{patient}"}, "id": visit}
    ward.enter("his", Change(ended, record=number), verb=Verb.CORRECT, purpose=Purpose.OPERATION)
    where = to("filing", patient=patient, visit=number[1])
    assert where in doctor.get(to("chart", patient=patient)).content.decode()
    page = archivist.get(where)
    assert page.status_code == 200, plain(page)
    assert "未签名" in plain(page)
    refused = archivist.post(where, {})
    assert refused.status_code == 302
    assert "没有归档" in plain(archivist.get(where))
    assert record
