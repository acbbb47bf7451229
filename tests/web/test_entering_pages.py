"""二（二）录入: the pages of writing over the real door [2.2.2] [2.2.3] [2.2.4]"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.crypto import salted_hmac

from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital
from tests.web.writing import NOTE, VITALS, admitted, begun, entered, fields, plain


@pytest.fixture(scope="module")
def ward(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


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


def test_two_people_corrected_the_same_record(ward: Hospital) -> None:
    from jingui.core.words import Role
    from tests.web.clinic import Pages

    ward.person("colleague", Role.PHYSICIAN, "xnk")
    patient, doctor = admitted(ward, "并一并", attending="colleague"), Pages(ward.actors["doctor"])
    colleague = Pages(ward.actors["colleague"])
    first = {"a.written_at": "现在", "a.course": "胸闷缓解。", "a.advice": "继续监测。"}
    amend = to("amend", record=entered(doctor, patient, "progress_note", first).split("/")[2])

    def corrected(browser: Any, page: Any, **answers: str) -> Any:
        given = {f"a.{name}": value for name, value in answers.items()}
        checked = browser.post(amend, {**fields(page), **given, "act": "check"})["Location"]
        sent = {**fields(browser.get(checked)), "reason": "补充", "act": "enter"}
        return browser.post(checked.partition("?")[0], sent)

    mine = doctor.get(amend)
    theirs = corrected(colleague, colleague.get(amend), course="胸闷消失。", advice="停心电监护。")
    assert theirs.status_code == 302, plain(theirs)
    fork = corrected(doctor, mine, course="胸闷减轻。")
    assert fork.status_code == 409, plain(fork)
    text = plain(fork)
    for words in ("胸闷缓解", "胸闷消失", "胸闷减轻", "其余 1 项已自动合并"):  # base, theirs, mine
        assert words in text
    merged = doctor.post(amend, {**fields(fork), "m.course": "mine", "act": "merged"})
    page = doctor.get(merged["Location"])
    assert "停心电监护" in page.content.decode()
    done = corrected(doctor, page)
    assert done.status_code == 302, plain(done)
    shown = plain(doctor.get(done["Location"]))
    for words in ("第 3 版", "停心电监护"):
        assert words in shown
    assert "减轻" in shown


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
    assert "<del>36.8" in check.content.decode()  # what the correction changes is checked before it is entered
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
