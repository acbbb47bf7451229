"""二（二）录入: the pages of writing over the real door [2.2.2] [2.2.3] [2.2.4]"""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils.crypto import salted_hmac

from jingui.core.enter import Change
from jingui.core.words import Purpose, Verb
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital

VITALS = {
    "a.measured_at": "现在", "a.temperature": "36.8", "a.pulse": "82", "a.breathing": "18", "a.systolic": "128",
    "a.diastolic": "76",
}  # fmt: skip
TEXT = "胸闷三天，活动后加重，休息可缓解。"
NOTE = {
    "a.written_at": "现在", "a.chief_complaint": "胸闷三天", "a.features": TEXT, "a.grounds": TEXT,
    "a.differential": TEXT, "a.diagnoses.0.diagnosis": "I10", "a.plan": "降压，监测血压，完善心电图。",
}  # fmt: skip
NUMBERS = iter(range(10, 99))


@pytest.fixture(scope="module")
def ward(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def admitted(ward: Hospital, name: str, *, hours: int = 2) -> str:
    """A patient on the ward since some hours."""
    from tests.web.clinic import enter

    changes = bundle(name, f"009901{next(NUMBERS)}")
    start = (ward.now() - timedelta(hours=hours)).isoformat(timespec="seconds")
    stay = {**changes[1].resource, "period": {"start": start}}
    return enter(ward, [changes[0], Change(stay, changes[1].full_url)])[0]


def fields(page: Any) -> dict[str, str]:
    """What a browser without scripts would send back of the writing form."""
    text = page.content.decode()
    found = re.search(r'<form class="(?:entry|sheet|merge)"[^>]*>.*?</form>', text, re.DOTALL)
    assert found, text
    pairs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', found[0])
    pairs += re.findall(r'<input[^>]*?type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    pairs += [(n, v) for n, v in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>([^<]*)</textarea>', found[0])]
    boxes = re.findall(r'type="(?:radio|checkbox)"', found[0])
    out = {name: unescape(value) for name, value in pairs}
    return {name: value for name, value in out.items() if not boxes or not name.startswith("m.")}


def plain(page: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))


def begun(browser: Any, patient: str, template: str = "vital_signs") -> tuple[str, dict[str, str]]:
    """A fresh form and what it carries."""
    where = to("form", patient=patient, template=template)
    page = browser.get(where)
    assert page.status_code == 200, plain(page)
    held = fields(page)
    return where, {name: value for name, value in held.items() if not name.startswith("a.")}


def test_what_may_be_written_is_listed_with_its_deadline(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient = admitted(ward, "选一选")
    page = Pages(ward.actors["doctor"]).get(to("write", patient=patient))
    assert page.status_code == 200, plain(page)
    assert to("form", patient=patient, template="admission_record") in page.content.decode()
    assert "剩" in plain(page)
    chart = Pages(ward.actors["doctor"]).get(to("chart", patient=patient)).content.decode()
    assert to("write", patient=patient) in chart


def test_filled_checked_entered_and_signed_without_a_script(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, doctor = admitted(ward, "量一量"), Pages(ward.actors["doctor"])
    where, held = begun(doctor, patient, "first_progress_note")
    gone_on = doctor.post(where, {**held, **NOTE, "act": "check"})
    assert gone_on.status_code == 302, plain(gone_on)
    check = doctor.get(gone_on["Location"])
    assert check.status_code == 200, plain(check)
    assert "高血压" in plain(check)
    assert 'value="sign"' in check.content.decode()
    done = doctor.post(gone_on["Location"].partition("?")[0], {**fields(check), "act": "sign"})
    assert done.status_code == 302, plain(done)
    record = doctor.get(done["Location"])
    assert "已录入并签名" in plain(record)
    assert "已签名" in plain(record)
    assert "首次病程记录" in plain(record)
    assert "胸闷三天" in plain(record)
    again = doctor.post(gone_on["Location"].partition("?")[0], {**fields(check), "act": "sign"})
    assert again.status_code == 302  # the same press once more: nothing twice
    assert ward.sql("SELECT count(*) FROM entry_draft WHERE person_id = %s", ward.people["doctor"]) == [(0,)]
    assert "首次病程记录" in plain(doctor.get(to("chart", patient=patient)))


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "错一错"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    wrong = {**VITALS, "a.temperature": "三十七度", "a.pulse": "8200"}
    gone_on = nurse.post(where, {**held, **wrong, "act": "check"})
    back = nurse.get(gone_on["Location"])
    assert back.status_code == 302
    page = nurse.get(back["Location"])
    assert page.status_code == 400
    text = page.content.decode()
    assert 'href="#q-temperature"' in text
    assert 'id="q-temperature-error"' in text
    assert "三十七度" in text
    assert 'value="8200"' in text
    assert 'value="128"' in text


def test_the_script_saves_and_hears_what_is_missing(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "存一存"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    half = {**held, "a.temperature": "36.9", "a.measured_at": "今天 0:01"}
    first = nurse.post(where + "save/", half)
    assert first.status_code == 200, first.content
    told = first.json()
    assert told["revision"] == 1
    assert 0 < told["complete"] < 100
    assert told["echo"]["measured_at"].startswith("= ")
    assert sum(told["missing"].values()) >= 1
    again = nurse.post(where + "save/", half)  # the answer was lost: the same once more
    assert again.json()["revision"] == 1
    on_return = nurse.get(where).content.decode()
    assert 'value="36.9"' in on_return
    assert "草稿" in on_return


def test_two_windows_are_shown_side_by_side(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "合一合"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    assert nurse.post(where + "save/", {**held, **VITALS}).status_code == 200
    other = {**held, **VITALS, "a.temperature": "38.1", "a.pulse": ""}
    fork = nurse.post(where + "save/", other)
    assert fork.status_code == 409
    assert fork.json()["fork"] is True
    side_by_side = nurse.post(where, {**other, "act": "save"})
    assert side_by_side.status_code == 409
    text = plain(side_by_side)
    assert "36.8" in text
    assert "38.1" in text
    merged = {**fields(side_by_side), "m.temperature": "mine", "m.pulse": "theirs", "act": "merged"}
    unchosen = nurse.post(where, {**fields(side_by_side), "m.temperature": "mine", "act": "merged"})
    assert unchosen.status_code == 400
    gone_on = nurse.post(where, merged)
    assert gone_on.status_code == 302, plain(gone_on)
    page = nurse.get(gone_on["Location"]).content.decode()
    assert 'value="38.1"' in page
    assert 'value="82"' in page


def test_corrected_with_a_reason_struck_through_in_record_and_chart(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "改一改"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    gone_on = nurse.post(where, {**held, **VITALS, "act": "check"})["Location"]
    done = nurse.post(gone_on.partition("?")[0], {**fields(nurse.get(gone_on)), "act": "enter"})
    record = done["Location"]
    assert to("amend", record=record.split("/")[2]) in nurse.get(record).content.decode()
    amend = to("amend", record=record.split("/")[2])
    page = nurse.get(amend)
    assert 'value="36.8"' in page.content.decode()
    sent = {**fields(page), "a.temperature": "38.6", "act": "check"}
    checked = nurse.post(amend, sent)["Location"]
    check = nurse.get(checked)
    without = nurse.post(checked.partition("?")[0], {**fields(check), "reason": "", "act": "enter"})
    assert without.status_code == 400
    assert "更正原因" in plain(without)
    given = nurse.post(checked.partition("?")[0], {**fields(check), "reason": "看错一行", "act": "enter"})
    assert given.status_code == 302, plain(given)
    printed = nurse.post(to("print_record", record=record.split("/")[2]), {})
    assert printed.status_code == 200, plain(printed)
    assert "<del>36.8" in printed.content.decode()
    for address in (given["Location"], to("chart", patient=patient)):
        text = nurse.get(address).content.decode()
        assert "<del>36.8" in text, address
        assert "<ins>38.6" in text, address
        assert "看错一行" in text, address


def test_drafts_are_listed_asked_about_and_discarded(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "弃一弃"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    nurse.post(where + "save/", {**held, "a.temperature": "36.9"})
    listed = nurse.get(to("drafts")).content.decode()
    assert "弃一弃" in listed
    assert "弃一弃" not in Pages(ward.actors["doctor"]).get(to("drafts")).content.decode()
    asked = nurse.post(to("discard_draft"), {"key": held["key"], "patient": patient})
    assert "确定删除" in plain(asked)
    gone = nurse.post(to("discard_draft"), {"key": held["key"], "patient": patient, "sure": "1"})
    assert gone.status_code == 302
    assert "弃一弃" not in nurse.get(to("drafts")).content.decode()


def test_strangers_neither_open_nor_save_nor_check(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, surgeon = admitted(ward, "拒一拒"), Pages(ward.actors["surgeon"])
    nurse = Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    before = ward.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    assert surgeon.get(where).status_code == 403
    assert surgeon.get(to("write", patient=patient)).status_code == 403
    own = salted_hmac("jingui.form", str(ward.actors["surgeon"].account)).hexdigest()[:24]
    saved = surgeon.post(where + "save/", {**held, "who": own, "a.temperature": "36.9"})
    assert saved.status_code == 403
    assert "拒一拒" not in saved.content.decode()
    assert ward.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 3
    nurse.post(where + "save/", {**held, "a.temperature": "36.9"})
    stolen = Pages(ward.actors["doctor"]).get(f"{where}?draft={held['key']}")
    assert "36.9" not in stolen.content.decode()  # another's draft: never


def entered(browser: Any, patient: str, template: str, answers: dict[str, str]) -> str:
    """A document entered and not signed; the record's address."""
    where, held = begun(browser, patient, template)
    checked = browser.post(where, {**held, **answers, "act": "check"})["Location"]
    done = browser.post(checked.partition("?")[0], {**fields(browser.get(checked)), "act": "enter"})
    assert done.status_code == 302, plain(done)
    return str(done["Location"])


def test_several_are_signed_at_once(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(ward.actors["doctor"])
    for name in ("签一签", "签两签"):
        entered(doctor, admitted(ward, name), "first_progress_note", NOTE)
    desk = plain(doctor.get("/"))
    assert "待我签名" in desk
    listed = doctor.get(to("signing")).content.decode()
    chosen = re.findall(r'name="choose" value="([^"]+)"', listed)
    assert len(chosen) == 2
    done = doctor.post(to("signing"), {"kind": "sign", "choose": chosen})
    assert done.status_code == 302
    after = doctor.get(to("signing")).content.decode()
    assert re.findall(r'name="choose" value="([^"]+)"', after) == []
    assert "份文书已完成" in after
    assert ward.sql("SELECT count(*) FROM signature WHERE kind = 'sign'")[0][0] >= 3


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
    done = doctor.post(
        page["Location"].partition("?")[0], {**fields(check), "late_reason": "连台手术", "act": "enter"}
    )
    assert done.status_code == 302, plain(done)
    assert "连台手术" in plain(doctor.get(done["Location"]))


def test_codes_are_found_by_initials_and_nobody_without_a_session_asks(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    found = Pages(ward.actors["nurse"]).get(f"{to('codes', table='icd10')}?q=gxy").json()["rows"]
    assert any("高血压" in row["text"] for row in found)
    assert Pages(ward.actors["nurse"]).get(to("codes", table="nothing")).status_code == 404


def test_what_one_person_typed_is_never_saved_as_anothers(ward: Hospital) -> None:
    from tests.web.clinic import Pages

    patient, nurse, doctor = admitted(ward, "换一换"), Pages(ward.actors["nurse"]), Pages(ward.actors["doctor"])
    where, held = begun(nurse, patient)
    sent = {**held, "a.temperature": "39.9"}
    assert doctor.post(where + "save/", sent).status_code == 401  # the station changed hands, the page stayed open
    assert doctor.post(where, {**sent, "act": "check"}).status_code == 401
    assert "39.9" not in doctor.get(where).content.decode()
    assert nurse.post(where + "save/", sent).status_code == 200


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


def test_writing_pages_take_few_statements(ward: Hospital) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane
    from tests.web.clinic import Pages

    patient, nurse = admitted(ward, "数一数"), Pages(ward.actors["nurse"])
    where, held = begun(nurse, patient)
    nurse.post(where + "save/", {**held, **VITALS})
    check = to("form_check", patient=patient, template="vital_signs") + f"?draft={held['key']}"
    pool, said = plane.current().pipe.pool, []
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    for address in (to("desk"), to("write", patient=patient), where, check, to("drafts"), to("signing"), to("due")):
        nurse.get(address)
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert nurse.get(address).status_code == 200
        finally:
            del pool.fetch
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)


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
