"""二（一）3: the pages of consents: told, signed, kept, withdrawn, printed, owed [2.1.3] [1.3.2]"""

import base64
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingui.core.telling import TOLD
from jingui.core.words import Purpose, Role, Sensitivity
from jingui.web.bilingual import english
from jingui.web.viewmodels.paths import to
from tests.gate.test_consents import diagnose, give, treat
from tests.gate.test_door import bundle
from tests.hospital import Hospital
from tests.pictures import png

STROKES = orjson.dumps([[[n, n, n] for n in range(12)]]).decode()
SHADES = iter(range(10_000, 60_000))


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module")
def patient(clinic: Hospital) -> str:
    from tests.web.clinic import enter

    made = enter(clinic, bundle("欧阳同意", "00990071"))[0]
    treat(clinic, made)
    diagnose(clinic, made, "B18.1")
    return made


def drawing() -> str:
    return "data:image/png;base64," + base64.b64encode(png(next(SHADES))).decode()


def filled(**more: Any) -> dict[str, Any]:
    facts = {
        "kind": "sensitive_collection", "labels": ["hepatitis"], "told": "yes", "agreed": "yes", "party_kind": "self",
        "name": "欧阳同意", "identity_kind": "id_card", "drawing": drawing(), "strokes": STROKES,
    }  # fmt: skip
    return facts | more


def rows(clinic: Hospital, patient: str) -> int:
    number = clinic.runtime.ids.internal(patient)[0]
    return int(clinic.sql("SELECT count(*) FROM patient_consent WHERE patient_id = %s", number)[0][0])


def test_what_is_owed_is_told_signed_and_settled(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(clinic.actors["doctor"])
    desk = doctor.get("/").content.decode()
    assert "待补办同意" in desk
    assert "血液、体液防护" in desk
    chart = doctor.get(to("chart", patient=patient)).content.decode()
    assert "防护提示：血液、体液防护" in chart
    assert "待补办同意 1 项" in chart
    due = doctor.get(to("consents_due")).content.decode()
    assert to("consents", patient=patient) in due
    form = doctor.get(to("give_consent", patient=patient)).content.decode()
    assert 'value="hepatitis" checked' in form
    assert "病毒性肝炎情况：用于诊断" in form
    before = rows(clinic, patient)
    answer = doctor.post(to("give_consent", patient=patient), filled())
    assert (answer.status_code, answer["Location"]) == (302, to("consents", patient=patient))
    assert rows(clinic, patient) == before + 1
    page = doctor.get(to("consents", patient=patient)).content.decode()
    assert "已登记。" in page
    assert "<h2>待补办同意" not in page
    assert "data-entry=" in page


def test_nothing_that_was_typed_or_drawn_is_lost(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(clinic.actors["doctor"])
    mine = drawing()
    answer = doctor.post(
        to("give_consent", patient=patient),
        filled(party_kind="guardian", name="王母", identity="110105194912310021", drawing=mine, told=""),
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 400
    for wanted in ("王母", "110105194912310021", mine, 'value="hepatitis" checked', "须先向患者说明采集目的",
                   "请写明与患者的关系", "data-summary"):  # fmt: skip
        assert wanted in text, wanted
    # the door's own errors come back beside their fields too
    answer = doctor.post(
        to("give_consent", patient=patient),
        filled(party_kind="guardian", name="王母", relation="母亲", identity="110105194912310021"),
    )
    assert "身份证号不正确" in answer.content.decode()


@pytest.mark.parametrize("strokes", ["", "[]", "[[[1,1,1]]]", "{", "null", "7"])
def test_an_empty_pad_is_no_signature(clinic: Hospital, patient: str, strokes: str) -> None:
    from tests.web.clinic import Pages

    before = rows(clinic, patient)
    answer = Pages(clinic.actors["doctor"]).post(to("give_consent", patient=patient), filled(strokes=strokes))
    assert answer.status_code == 400
    assert "请在签名板上签名" in answer.content.decode()
    assert rows(clinic, patient) == before


def test_without_script_a_scan_is_brought(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    doctor = Pages(clinic.actors["doctor"])
    bad = SimpleUploadedFile("signed.png", b"<html><script>alert(1)</script>", "image/png")
    answer = doctor.post(to("give_consent", patient=patient), filled(drawing="", strokes="", signed=bad))
    assert "只接受 PNG、JPEG 图片或 PDF" in answer.content.decode()
    good = SimpleUploadedFile("signed.html", png(next(SHADES)), "text/html")
    before = rows(clinic, patient)
    answer = doctor.post(to("give_consent", patient=patient), filled(drawing="", strokes="", signed=good, agreed="no"))
    assert answer.status_code == 302
    assert rows(clinic, patient) == before + 1


def test_the_paper_is_read_printed_and_never_runs(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    made = give(clinic, patient, labels=("hiv",)).value
    doctor = Pages(clinic.actors["doctor"])
    page = doctor.get(to("consent_paper", record=made.record)).content.decode()
    assert "艾滋病病毒检测和感染情况" in page
    assert english(TOLD[Sensitivity.HIV]) in page  # both languages stand on the paper
    assert to("consent_scan", record=made.record) in page
    scan = doctor.get(to("consent_scan", record=made.record))
    assert scan.content.startswith(b"\x89PNG")
    assert scan["Content-Type"] == "image/png"
    assert "sandbox" in scan["Content-Security-Policy"]
    nurse = Pages(clinic.actors["nurse"])
    before = clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    for name in ("consent_paper", "consent_scan"):
        refused = nurse.get(to(name, record=made.record))
        assert refused.status_code == 403
        said = re.sub(r'href="/archive/"', "", refused.content.decode().lower())  # the navigation's own word
        assert "hiv" not in said
    assert clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 2


def test_a_withdrawal_says_what_it_does_and_does_it(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    made = give(clinic, patient, kind="research", labels=()).value
    doctor = Pages(clinic.actors["doctor"])
    address = to("withdraw_consent", patient=patient, consent=made.consent)
    assert "下一次请求起被拒绝" in doctor.get(address).content.decode()
    assert doctor.post(address, {"reason": ""}).status_code == 302
    page = doctor.get(to("consents", patient=patient)).content.decode()
    assert "已撤回，立即生效。" in page
    assert address not in page
    assert doctor.get(address).status_code == 404
    doctor.post(address, {"reason": ""})  # a second window: said, not done twice
    assert "已经撤回" in doctor.get(to("consents", patient=patient)).content.decode()
    assert clinic.sql("SELECT version FROM patient_consent WHERE consent_id = %s", made.consent) == [(2,)]


@pytest.mark.parametrize("name", ["consents", "give_consent"])
def test_without_relation_a_page_is_refused_and_entered(clinic: Hospital, patient: str, name: str) -> None:
    from tests.web.clinic import Pages

    before = clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny' AND verb = 'read_consents'")[0][0]
    refused = Pages(clinic.actors["surgeon"]).get(to(name, patient=patient))
    assert refused.status_code == 403
    assert "欧阳同意" not in refused.content.decode()
    after = clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny' AND verb = 'read_consents'")[0][0]
    assert after == before + 1


def test_another_patients_consent_is_not_withdrawn_by_its_number(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages, enter

    other = enter(clinic, bundle("另一患者", "00990072"))[0]
    treat(clinic, other)
    made = give(clinic, patient, kind="teaching", labels=()).value
    answer = Pages(clinic.actors["doctor"]).post(to("withdraw_consent", patient=other, consent=made.consent), {})
    assert answer.status_code == 404
    assert clinic.sql("SELECT state FROM patient_consent WHERE consent_id = %s", made.consent) == [("given",)]


def test_both_languages(clinic: Hospital, patient: str) -> None:
    from tests.web.clinic import Pages

    english = Pages(clinic.actors["doctor"], "en")
    for address in (to("consents", patient=patient), to("give_consent", patient=patient), to("consents_due")):
        assert english.get(address).status_code == 200


def test_an_emergency_is_never_asked_for_consent(clinic: Hospital, patient: str) -> None:
    made = diagnose(clinic, patient, "B24", purpose=Purpose.EMERGENCY)
    assert made.made[0].outcome == "created"


def test_a_consent_withdrawn_while_a_page_is_open_closes_it_with_a_next_step(clinic: Hospital, patient: str) -> None:
    from tests.gate.test_facts import grant
    from tests.web.clinic import Pages

    clinic.person("page_researcher", Role.RESEARCHER, "xxk")
    grant(clinic, patient, "page_researcher", Purpose.RESEARCH)
    made = give(clinic, patient, kind="research", labels=()).value
    reader = Pages(clinic.actors["page_researcher"])
    chart = reader.get(to("chart", patient=patient))
    assert chart.status_code == 200
    doctor = Pages(clinic.actors["doctor"])
    doctor.post(to("withdraw_consent", patient=patient, consent=made.consent), {"reason": "改变主意"})
    refused = reader.get(to("chart", patient=patient))
    text = refused.content.decode()
    assert refused.status_code == 403
    assert "撤回同意" in text
    assert "请先取得患者或其法定代理人的书面同意" in text
    person = clinic.people["page_researcher"]
    sql = "SELECT verb, decision FROM entry WHERE person_id = %s ORDER BY id DESC LIMIT 1"
    assert clinic.sql(sql, person) == [("open_chart", "deny")]
    again = give(clinic, patient, kind="research", labels=())
    assert again.value.consent
    assert reader.get(to("chart", patient=patient)).status_code == 200


def test_two_windows_withdraw_once(clinic: Hospital, patient: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from jingui.core.errors import Conflict
    from tests.gate.test_consents import withdraw

    made = give(clinic, patient, kind="teaching", labels=()).value

    def one(_n: int) -> str:
        from django.db import connection

        try:
            withdraw(clinic, patient, made.consent)
            return "done"
        except Conflict:
            return "conflict"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == ["conflict"] * 3 + ["done"]
    assert clinic.sql("SELECT version FROM patient_consent WHERE consent_id = %s", made.consent) == [(2,)]
