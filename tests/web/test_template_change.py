"""二（一）1 采集模板: the pages: every item with its purpose, changes simulated and asked for, codes found [2.1.1]"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from jingui.core.words import Role
from jingui.formats import capture
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital

NEW = {
    "new0.zh": "吸烟（支/日）", "new0.en": "Cigarettes a day", "new0.link": "smoking", "new0.section": "care",
    "new0.kind": "integer", "new0.need": "optional", "new0.why": "diagnose", "new0.way": "asked", "new0.table": "",
    "new0.purpose": "评估麻醉风险，指导戒烟。", "new0.shown": "支",
}  # fmt: skip


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    hospital.person("capqc", Role.QUALITY, "xxk")
    hospital.person("capmed", Role.MEDICAL_AFFAIRS, "xxk")
    with pages():
        yield hospital


def page(house: Hospital, who: str, language: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(house.actors[who], language)


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_every_template_and_every_item_is_shown_with_its_purpose(clinic: Hospital) -> None:
    nurse = page(clinic, "nurse")
    listed = text_of(nurse.get(to("templates")))
    for one in capture.templates().values():
        assert one.zh in listed
        shown = text_of(nurse.get(to("template", template=one.name)))
        for item in one.every():
            assert item.zh in shown, (one.name, item.link)
            assert not item.element or item.element in shown
            assert item.why.label in shown
    english = text_of(page(clinic, "nurse", "en").get(to("template", template="vital_signs")))
    assert "Body temperature" in english


def test_an_unknown_template_or_version_is_not_found(clinic: Hospital) -> None:
    doctor = page(clinic, "doctor")
    for address in (
        to("template", template="nothing"), to("template", template="vital_signs") + "?version=9",
        to("template", template="vital_signs") + "?version=x", to("template_edit", template="nothing"),
    ):  # fmt: skip
        assert doctor.get(address).status_code == 404
    assert page(clinic, "sysadmin").get(to("template_edit", template="vital_signs")).status_code == 404


def test_a_change_is_simulated_asked_for_and_in_force(clinic: Hospital) -> None:
    doctor = page(clinic, "doctor")
    address = to("template_edit", template="vital_signs")
    assert "新增项目" in text_of(doctor.get(address))
    typed = {**NEW, "need.girth": "drop", "need.heart_rate": "required", "name.pain": "疼痛数字评分", "reason": ""}
    looked = doctor.post(address, {**typed, "then": "simulate"})
    assert looked.status_code == 200
    seen = text_of(looked)
    drafts = clinic.sql("SELECT count(*) FROM entry_draft WHERE template = 'vital_signs'")[0][0]
    for word in (
        "新增",
        "删除",
        "改为必填",
        "修改",
        "吸烟（支/日）",
        "评估麻醉风险",
        f"将影响 {drafts} 份未提交的草稿",
    ):
        assert word in seen
    assert "smoking" not in text_of(doctor.get(to("template", template="vital_signs")))
    without = doctor.post(address, {**typed, "then": "submit"})
    assert without.status_code == 400
    assert 'value="疼痛数字评分"' in without.content.decode()
    asked = doctor.post(address, {**typed, "reason": "麻醉科要求", "then": "submit"})
    assert asked.status_code == 302, text_of(asked)
    matter = asked["Location"]
    for who in ("capqc", "capmed"):
        shown = page(clinic, who).get(matter).content.decode()
        assert "新增：吸烟（支/日）（smoking）；采集目的：评估麻醉风险，指导戒烟。" in shown
        assert "urn:jingui:capture" not in shown
        basis = shown.split('name="basis" value="')[1].split('"')[0]
        done = page(clinic, who).post(matter, {"move": "approve", "basis": basis, "comment": "同意"})
        assert done.status_code == 302, done.content.decode()
    now = text_of(doctor.get(to("template", template="vital_signs")))
    for word in ("smoking", "疼痛数字评分", "第 1 版", "现行", "评估麻醉风险，指导戒烟。"):
        assert word in now
    assert "腹围" not in now
    old = text_of(doctor.get(to("template", template="vital_signs") + "?version=0"))
    assert "腹围" in old
    assert "这不是现行版本" in old


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "内容与现行版本相同"),
        ({**NEW, "new0.purpose": ""}, "请写明采集目的"),
        ({**NEW, "new0.link": "pulse"}, "两个项目用了同一个标识"),
        ({**NEW, "new0.link": "Größe"}, "标识只能用小写字母"),
        ({**NEW, "new0.kind": "choice"}, "须指定编码表"),
        ({**NEW, "new0.zh": ""}, "请填写名称"),
        ({**NEW, "new0.section": "nowhere"}, "没有这一项"),
        ({"need.weight": "perhaps"}, "内容不符合要求"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(clinic: Hospital, typed: dict[str, str], said: str) -> None:
    answer = page(clinic, "doctor").post(
        to("template_edit", template="nursing_record"), {**typed, "then": "submit", "reason": "工作需要"}
    )
    assert answer.status_code == 400
    assert said in text_of(answer)
    if typed.get("new0.zh"):
        assert 'value="吸烟（支/日）"' in answer.content.decode()


@pytest.mark.parametrize(("field", "value"), [("purpose", ""), ("purpose", "要"), ("link", "pulse")])
def test_what_is_wrong_stands_beside_its_own_field(clinic: Hospital, field: str, value: str) -> None:
    """Which field it is comes from the error's data, whatever its words are."""
    typed = {**NEW, f"new0.{field}": value, "then": "submit", "reason": "工作需要"}
    shown = page(clinic, "doctor").post(to("template_edit", template="nursing_record"), typed).content.decode()
    assert re.findall(r'id="id_(new\d\.\w+)_error"', shown) == [f"new0.{field}"]


def test_what_other_data_are_made_of_cannot_be_dropped(clinic: Hospital) -> None:
    answer = page(clinic, "doctor").post(
        to("template_edit", template="admission_record"), {"need.diagnoses": "drop", "then": "simulate"}
    )
    assert answer.status_code == 400
    assert "不能删除" in text_of(answer)


def test_the_general_form_sends_to_the_templates(clinic: Hospital) -> None:
    doctor = page(clinic, "doctor")
    answer = doctor.get(to("start_matter", kind="template_change"))
    assert (answer.status_code, answer["Location"]) == (302, to("templates"))
    assert f'href="{to("templates")}"' in doctor.get(to("start_matters")).content.decode()


def test_codes_are_found_without_any_patient(clinic: Hospital) -> None:
    doctor = page(clinic, "doctor")
    rows = doctor.get(to("codes", table="icd10"), data={"q": "gxy"}).json()["rows"]
    assert rows[0] == {"code": "I10", "text": "原发性高血压"}
    assert doctor.get(to("codes", table="nothing"), data={"q": "x"}).status_code == 404
    assert doctor.get(to("codes", table="icd10"), data={"q": "x" * 5000}).json()["rows"] == []
