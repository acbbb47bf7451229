"""四（二）4 教学科研: its pages from the register to the file [4.2.4]"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingui.web.viewmodels.paths import to
from tests.gate import studying as gate
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    for short, role in gate.PEOPLE:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for n in range(100, 130):
        hospital.enter("his", *gate.chart(n, "I21.001", "male" if n % 2 else "female"), purpose=gate.Purpose.OPERATION)
    with pages():
        yield hospital


def pages(clinic: Hospital, who: str, lang: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(clinic.actors[who], lang)


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("批件.pdf", gate.PDF, "application/pdf")


def registered(clinic: Hospital, number: str, **more: Any) -> Any:
    today = clinic.today()
    given = {
        "number": number, "title": "心梗研究", "person": "Tresearcher", "most": "200", "starts": str(today),
        "ends": str(today + timedelta(days=200)), **{f"field_{name}": "on" for name in gate.FIELDS}, "paper": paper(),
    }  # fmt: skip
    return pages(clinic, "ethics").post(to("register_ethics"), given | more)


def test_from_the_register_to_the_file(clinic: Hospital) -> None:
    assert registered(clinic, "页-001").status_code == 302
    listed = pages(clinic, "ethics").get(to("studies")).content.decode()
    assert "页-001" in listed
    number = "页-001"
    matter = gate.start(clinic, "researcher", "research_use", gate.answers(clinic, number))
    for second in ("ethics", "affairs", "sysadmin"):
        gate.decide(clinic, second, matter)
    researcher = pages(clinic, "researcher")
    led = researcher.get(to("matter_study", matter=matter))
    assert led.status_code == 302
    study = int(led["Location"].rstrip("/").rsplit("/", 1)[1])
    assert to("plan_extract", study=study) in researcher.get(led["Location"]).content.decode()
    planned = researcher.post(to("plan_extract", study=study), {})
    assert planned.status_code == 302
    here = planned["Location"]
    extract = int(here.rstrip("/").rsplit("/", 1)[1])
    assert "data-going" in researcher.get(here).content.decode()
    while (going := researcher.post(here, {})).status_code == 200:
        assert "data-going" in going.content.decode()
    assert going["Location"] == to("study", study=study)
    assert researcher.get(here).status_code == 302  # nothing to build any more
    for lang, words in (("zh-hans", "风险报告"), ("en", "Risk report")):
        seen = pages(clinic, "quality", lang).get(to("study", study=study)).content.decode()
        assert words in seen or lang == "en"
        assert "<svg" in seen
        assert to("check_extract", study=study, extract=extract) in seen
    sample = pages(clinic, "quality").get(to("sample_extract", study=study, extract=extract)).content.decode()
    assert "胸痛3小时" in sample
    assert "科研患" not in sample
    assert researcher.get(to("sample_extract", study=study, extract=extract)).status_code == 403
    manifest = bytes(clinic.sql("SELECT manifest FROM extract WHERE id = %s", extract)[0][0]).hex()
    check = to("check_extract", study=study, extract=extract)
    assert researcher.post(check, {"verdict": "pass", "manifest": manifest}).status_code == 403
    assert pages(clinic, "quality").post(check, {"manifest": manifest}).status_code == 302  # said what is missing
    assert clinic.sql("SELECT count(*) FROM extract_check WHERE extract_id = %s", extract) == [(0,)]
    pages(clinic, "quality").post(check, {"verdict": "pass", "manifest": manifest})
    assert "两人都核查后才公布意见" in researcher.get(to("study", study=study)).content.decode()
    pages(clinic, "ethics").post(check, {"verdict": "pass", "manifest": manifest})
    take = to("take_extract", study=study, extract=extract)
    assert pages(clinic, "other").post(take, {}).status_code == 403
    got = researcher.post(take, {})
    assert got["Content-Type"] == "application/zip"
    assert got.content[:2] == b"PK"
    assert got["Content-Disposition"].startswith("attachment")
    again = researcher.post(take, {})
    assert again.status_code in (302, 403)
    dispose = to("dispose_extract", study=study, extract=extract)
    assert researcher.post(dispose, {}).status_code == 400
    assert researcher.post(dispose, {"paper": paper()}).status_code == 302
    assert "已销毁" in researcher.get(to("study", study=study)).content.decode()


def test_what_is_missing_is_said_and_nothing_typed_is_lost(clinic: Hospital) -> None:
    wrong = registered(clinic, "页-002", person="nobody", most="many", paper="")
    text = wrong.content.decode()
    assert wrong.status_code == 400
    assert 'value="页-002"' in text
    assert 'value="many"' in text
    for said in ("没有这个工号的在职人员", "须为整数", "请附上文件。"):
        assert said in text
    assert registered(clinic, "页-003", ends="2020-01-01").status_code == 400
    assert registered(clinic, "页-001").status_code == 400  # the number is taken


def test_a_count_leads_to_the_application(clinic: Hospital) -> None:
    researcher = pages(clinic, "researcher")
    text = researcher.post(to("cohort"), {"diagnoses": "I21", "departments": "xnk"}).content.decode()
    assert "约 " in text
    assert "diagnoses=I21" in text
    form = researcher.get(f"{to('start_matter', kind='research_use')}?diagnoses=I21&departments=xnk").content.decode()
    assert 'value="I21"' in form
    chosen = researcher.post(
        to("cohort"), {"diagnoses": "I21", "departments": ["xnk", "xxk"], "sex": "?"}
    ).content.decode()
    assert '<option value="xnk" selected>' in chosen  # a list to choose from, and what was chosen stays
    assert '<option value="xxk" selected>' in chosen
    assert '<option value="jyk" selected>' not in chosen
    assert (
        "xnk%2Cxxk"
        in researcher.post(to("cohort"), {"diagnoses": "I21", "departments": ["xnk", "xxk"]}).content.decode()
    )
    assert researcher.post(to("cohort"), {"diagnoses": "I21", "departments": "no-such"}).status_code == 400
    few = researcher.post(to("cohort"), {"diagnoses": "K99"}).content.decode()
    assert "少于 10 人，不显示" in few
    wrong = researcher.post(to("cohort"), {"diagnoses": "心梗", "youngest": "x"})
    assert wrong.status_code == 400
    assert 'value="心梗"' in wrong.content.decode()
    assert pages(clinic, "quality").post(to("cohort"), {"diagnoses": "I21"}).status_code == 403


def test_an_approval_ends_on_its_page(clinic: Hospital) -> None:
    assert registered(clinic, "页-004").status_code == 302
    number = clinic.sql("SELECT id FROM ethics_approval WHERE number = '页-004'")[0][0]
    end = to("end_ethics", approval=number)
    assert pages(clinic, "researcher").post(end, {"reason": "想终止"}).status_code == 403
    assert pages(clinic, "ethics").post(end, {"reason": ""}).status_code == 400
    assert pages(clinic, "ethics").post(end, {"reason": "课题结束"}).status_code == 302


def test_others_learn_nothing(clinic: Hospital) -> None:
    assert pages(clinic, "registrar").get(to("studies")).status_code == 403
    assert pages(clinic, "other").get(to("study", study=1)).status_code == 403
    assert pages(clinic, "researcher").get(to("study", study=999999)).status_code == 404


def test_few_statements(clinic: Hospital) -> None:
    """The lists and a study's page, whatever their length."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane

    study = clinic.sql("SELECT max(id) FROM study")[0][0]
    researcher, pool, said = pages(clinic, "researcher"), plane.current().pipe.pool, []
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    for address in (to("studies"), to("study", study=study), to("cohort"), to("register_ethics")):
        researcher.get(address)  # names and templates warm
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert researcher.get(address).status_code == 200
        finally:
            del pool.fetch
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
