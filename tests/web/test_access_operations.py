"""四（一）: the pages of emergency access, printing, exporting, copying, grants [4.1.1] [4.1.2] [4.1.3]"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from jingui.core.words import Role
from jingui.formats.extract_csv import escaped
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    for short, role in (("office", Role.MEDICAL_AFFAIRS), ("duty", Role.DUTY_ADMINISTRATOR)):
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def admitted(clinic: Hospital) -> list[str]:
    from tests.web.clinic import enter

    return enter(clinic, bundle("司空见", "00990071"))


def pages(clinic: Hospital, who: str, lang: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(clinic.actors[who], lang)


def verbs(clinic: Hospital, who: str, count: int) -> list[tuple[str, str]]:
    sql = "SELECT verb, decision FROM entry WHERE person_id = %s ORDER BY id DESC LIMIT %s"
    return list(reversed(clinic.sql(sql, clinic.people[who], count)))


def test_the_refusals_one_button_the_one_field_and_the_chart(clinic: Hospital, admitted: list[str]) -> None:
    surgeon = pages(clinic, "surgeon")
    chart, glass = to("chart", patient=admitted[0]), to("break_glass", patient=admitted[0])
    refused = surgeon.get(chart)
    assert refused.status_code == 403
    assert glass in refused.content.decode()
    assert f"/matters/new/internal_access/?patient={admitted[0]}&amp;purpose=treatment" in refused.content.decode()
    form = surgeon.get(f"{glass}?next={chart}").content.decode()
    assert form.count("<textarea") + form.count('type="text"') == 1  # one field and no more
    assert "司空见" not in form
    empty = surgeon.post(glass, {"reason": " ", "next": chart})
    assert empty.status_code == 400
    opened = surgeon.post(glass, {"reason": "昏迷，需了解过敏史", "next": chart})
    assert (opened.status_code, opened["Location"]) == (302, chart)
    text = surgeon.get(chart).content.decode()
    assert "司空见" in text
    assert "紧急调阅中" in text
    assert "11 小时" in text
    record = to("record", record=admitted[2])
    assert "10839-9" in surgeon.get(record).content.decode()
    assert admitted[0] not in json.dumps(dict(surgeon.session.items()))
    # what was opened for an emergency is not printed, exported or copied
    assert surgeon.post(to("print_record", record=admitted[2]), {}).status_code == 403
    assert surgeon.post(to("export_chart", patient=admitted[0]), {"form": "csv", "category": ""}).status_code == 403
    ended = surgeon.post(glass, {"end": "1"})
    assert ended.status_code == 302
    assert surgeon.get(chart).status_code == 403
    other = pages(clinic, "surgeon")
    assert other.get(chart).status_code == 403


def test_a_record_leads_to_the_emergency_too_and_never_elsewhere(clinic: Hospital, admitted: list[str]) -> None:
    surgeon = pages(clinic, "surgeon")
    record = to("record", record=admitted[2])
    assert to("break_glass", patient=admitted[2]) in surgeon.get(record).content.decode()
    glass = to("break_glass", patient=admitted[2])
    opened = surgeon.post(glass, {"reason": "大出血", "next": "https://elsewhere.example/"})
    assert opened["Location"] == record
    assert surgeon.get(record).status_code == 200
    surgeon.post(glass, {"end": "1"})


def test_the_administrator_on_duty_opens_a_chart(clinic: Hospital, admitted: list[str]) -> None:
    duty = pages(clinic, "duty")
    chart, glass = to("chart", patient=admitted[0]), to("break_glass", patient=admitted[0])
    assert glass in duty.get(chart).content.decode()
    duty.post(glass, {"reason": "夜间抢救无值班医师账号", "next": chart})
    assert "司空见" in duty.get(chart).content.decode()


def test_the_alarm_stands_on_the_list_of_those_who_watch(clinic: Hospital, admitted: list[str]) -> None:
    for who in ("office", "secadmin"):
        text = pages(clinic, who).get(to("grants") + "?list=emergency").content.decode()
        assert "紧急救治" in text
        assert "surgeon" in text
        assert "司空见" not in text
    mine = pages(clinic, "nurse").get(to("grants") + "?list=emergency").content.decode()
    assert "surgeon" not in mine


def test_a_grant_is_ended_by_one_button(clinic: Hospital, admitted: list[str]) -> None:
    surgeon = pages(clinic, "surgeon")
    chart = to("chart", patient=admitted[0])
    surgeon.post(to("break_glass", patient=admitted[0]), {"reason": "休克", "next": chart})
    assert surgeon.get(chart).status_code == 200
    number = clinic.runtime.ids.internal(admitted[0])[0]
    sql = "SELECT grant_id FROM access_grant WHERE patient_id = %s AND person_id = %s ORDER BY starts DESC LIMIT 1"
    grant = clinic.sql(sql, number, clinic.people["surgeon"])[0][0]
    fields = {"patient": admitted[0], "grant": str(grant), "standing": "0"}
    assert pages(clinic, "nurse").post(to("end_grant"), fields).status_code == 403
    assert pages(clinic, "office").post(to("end_grant"), fields).status_code == 302
    assert surgeon.get(chart).status_code == 403
    office = pages(clinic, "office")
    again = office.post(to("end_grant"), fields)
    assert "此前已经终止" in office.get(again["Location"]).content.decode()
    for wrong in ({"grant": "x"}, {"grant": "1", "patient": "zz"}, {}):
        assert pages(clinic, "office").post(to("end_grant"), wrong).status_code in (400, 404)


def test_the_print_page_carries_who_when_and_the_entry(clinic: Hospital, admitted: list[str]) -> None:
    doctor = pages(clinic, "doctor")
    assert to("print_chart", patient=admitted[0]) in doctor.get(to("chart", patient=admitted[0])).content.decode()
    asked = doctor.get(to("print_chart", patient=admitted[0]))
    assert asked.status_code == 200
    assert "司空见" not in asked.content.decode()
    page = doctor.post(to("print_chart", patient=admitted[0]), {"category": ""})
    text = page.content.decode()
    assert page.status_code == 200
    assert verbs(clinic, "doctor", 1) == [("print", "allow")]
    entry = clinic.sql("SELECT id FROM entry WHERE person_id = %s ORDER BY id DESC LIMIT 1", clinic.people["doctor"])
    assert str(entry[0][0]) in text
    assert "watermark" in text
    assert "jingui/print.css" in text
    one = doctor.post(to("print_record", record=admitted[2]), {}).content.decode()
    assert "司空见" in one
    assert "ng/mL" in one
    assert doctor.get(to("print_record", record=admitted[2])).status_code == 405
    assert (
        pages(clinic, "doctor", "en").post(to("print_chart", patient=admitted[0]), {"category": ""}).status_code == 200
    )


def test_an_export_is_a_file_that_names_its_entries(clinic: Hospital, admitted: list[str]) -> None:
    doctor = pages(clinic, "doctor")
    refused = doctor.post(to("export_chart", patient=admitted[0]), {"form": "fhir", "category": ""})
    assert refused.status_code == 403  # the department alone does not export
    assert verbs(clinic, "doctor", 1) == [("export", "deny")]
    treated(clinic, "doctor", admitted[0])
    made = doctor.post(to("export_chart", patient=admitted[0]), {"form": "fhir", "category": ""})
    assert made.status_code == 200
    bundle_ = json.loads(made.content)
    assert bundle_["type"] == "collection"
    assert {one["resource"]["resourceType"] for one in bundle_["entry"]} == {"Observation"}
    assert clinic.sql("SELECT verb, decision FROM entry WHERE id = %s", bundle_["identifier"]["value"]) == [
        ("export", "allow")
    ]
    sheet = doctor.post(to("export_chart", patient=admitted[0]), {"form": "csv", "category": "tests"})
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert "doctor" in rows[0][1]
    assert any("ng/mL" in cell for cell in rows[-1])
    assert "attachment" in sheet["Content-Disposition"]
    assert "司空见" not in sheet["Content-Disposition"]
    wrong = doctor.post(to("export_chart", patient=admitted[0]), {"form": "exe", "category": ""})
    assert (wrong.status_code, "attachment" in wrong.headers.get("Content-Disposition", "")) == (400, False)


def treated(clinic: Hospital, who: str, public: str) -> None:
    from datetime import timedelta

    from jingui.core.collect import Relate
    from jingui.core.operation import Target
    from jingui.core.words import Purpose, Relation, Verb

    data = Relate(
        kind=Relation.TREATING, person=clinic.people[who], starts=clinic.now() - timedelta(minutes=1),
        ends=clinic.now() + timedelta(days=3),
    )  # fmt: skip
    target = Target(patient=clinic.runtime.ids.internal(public)[0])
    clinic.write(who, Verb.RELATE, data, target=target, purpose=Purpose.TREATMENT)


@pytest.mark.parametrize(
    "text", ["=1+1", "+7", "-7", "@x", "\uff1d1", "\uff0b1", " =1", "\t=1", "|x", "%x", "\u200b=1", "\n=1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert escaped(text).startswith("'")
    assert escaped("肌钙蛋白 1 ng/mL") == "肌钙蛋白 1 ng/mL"
    assert escaped("") == ""


def test_copying_is_reported_or_does_not_happen(clinic: Hospital, admitted: list[str]) -> None:
    doctor, copy = pages(clinic, "doctor"), to("copy_record", record=admitted[2])
    surgeon = pages(clinic, "surgeon")
    for who in (doctor, surgeon):
        who.client.defaults["HTTP_X_REQUESTED_WITH"] = "fetch"
    done = doctor.post(copy, {"text": "肌钙蛋白", "by": "keyboard"})
    assert (done.status_code, json.loads(done.content)["copied"]) == (200, True)
    assert verbs(clinic, "doctor", 1) == [("copy", "allow")]
    refused = surgeon.post(copy, {"text": "肌钙蛋白", "by": "keyboard"})
    answer = json.loads(refused.content)
    assert (refused.status_code, answer["copied"]) == (403, False)
    assert answer["why"]
    assert doctor.post(copy, {"text": "", "by": "button"}).status_code == 400
    assert doctor.get(copy).status_code == 405


@pytest.mark.parametrize("name", ["print_chart", "export_chart", "patient_grants"])
def test_who_may_not_gets_403_and_one_entry(clinic: Hospital, admitted: list[str], name: str) -> None:
    who = pages(clinic, "surgeon")
    before = clinic.sql("SELECT count(*) FROM entry WHERE person_id = %s", clinic.people["surgeon"])[0][0]
    address = to(name, patient=admitted[0])
    answer = who.get(address) if name == "patient_grants" else who.post(address, {"category": "", "form": "fhir"})
    assert answer.status_code == 403
    assert "司空见" not in answer.content.decode()
    after = clinic.sql("SELECT count(*) FROM entry WHERE person_id = %s", clinic.people["surgeon"])[0][0]
    assert after == before + 1


def test_the_alarm_rings_on_the_desks_that_must_know(clinic: Hospital, admitted: list[str]) -> None:
    duty = pages(clinic, "duty")
    duty.post(to("break_glass", patient=admitted[0]), {"reason": "夜间抢救", "next": "/"})
    for who in ("office", "secadmin"):
        text = pages(clinic, who).get("/").content.decode()
        assert "告警" in text
        assert "司空见" not in text
    assert "告警" not in pages(clinic, "nurse").get("/").content.decode()


def test_an_emergency_offers_no_print(clinic: Hospital, admitted: list[str]) -> None:
    surgeon, chart = pages(clinic, "surgeon"), to("chart", patient=admitted[0])
    surgeon.post(to("break_glass", patient=admitted[0]), {"reason": "昏迷", "next": chart})
    text = surgeon.get(chart).content.decode()
    assert to("print_chart", patient=admitted[0]) not in text
    assert to("print_chart", patient=admitted[0]) in pages(clinic, "doctor").get(chart).content.decode()
