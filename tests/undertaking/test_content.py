"""四（一）3: controlled documents, undertakings and statistics as pages [4.1.3] [2.2.1]"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.words import Purpose, Verb
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def pages(clinic: Hospital, who: str, lang: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(clinic.actors[who], lang)


def test_an_empty_register_teaches(clinic: Hospital) -> None:
    text = pages(clinic, "nurse").get(to("documents")).content.decode()
    assert "还没有发布受控文件" in text
    assert to("publish_document") not in text
    assert to("publish_document") in pages(clinic, "office").get(to("documents")).content.decode()


def test_statistics_run_once_after_two_departments(clinic: Hospital) -> None:
    answers = (("subject", "drug"), ("per", "prescriber"), ("first", "2026-01-01"), ("last", "2026-12-31"),
               ("reason", "处方点评"))  # fmt: skip
    started = clinic.write(
        "chemist", Verb.START_MATTER, StartMatter(kind="prescriber_statistics", answers=answers, submit=True)
    ).value.matter
    chemist, here = pages(clinic, "chemist"), to("statistics", matter=started)
    assert "开始统计" in chemist.get(here).content.decode()
    refused = chemist.post(here, {})
    assert refused.status_code == 403
    assert "统方" in refused.content.decode()
    for who in ("office", "discipline"):
        asked = clinic.operation(who, Verb.READ_MATTER, ReadMatter(matter=started), purpose=Purpose.MANAGEMENT)
        from jingui.gate import door

        basis = door.read(asked).value.basis
        clinic.write(who, Verb.DECIDE_MATTER, DecideMatter(matter=started, move="approve", basis=basis))
    done = chemist.post(here, {})
    assert done.status_code == 200
    assert "统计结果" in done.content.decode()
    assert "watermark" in done.content.decode()
    assert chemist.post(here, {}).status_code == 403
    assert pages(clinic, "doctor").post(here, {}).status_code == 403


def test_content_leads_to_the_undertaking_and_back(clinic: Hospital) -> None:
    from tests.web.clinic import enter

    patient = enter(clinic, bundle("钟离春", "00990091"))[0]
    office = pages(clinic, "office")
    form = office.get(to("publish_document")).content.decode()
    assert "我在本院工作期间" in form
    fields = {"kind": "undertaking", "code": "confidentiality", "title": "保密承诺书", "title_en": "", "body": "短"}
    wrong = office.post(to("publish_document"), fields)
    assert wrong.status_code == 400
    assert "保密承诺书" in wrong.content.decode()  # nothing typed is lost
    fields["body"] = "我在本院工作期间，对患者信息负有保密义务，并承诺只为工作查阅。"
    proposed = office.post(to("publish_document"), fields)
    assert proposed.status_code == 302
    chief = pages(clinic, "chief")
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', chief.get(proposed["Location"]).content.decode())
    assert digest is not None
    chief.post(proposed["Location"], {"digest": digest[1], "verdict": "approve"})
    doctor, chart = pages(clinic, "doctor"), to("chart", patient=patient)
    refused = doctor.get(chart)
    assert refused.status_code == 403
    (number,) = clinic.sql("SELECT id FROM controlled_document WHERE state = 'active'")[0]
    here = to("document", document=number)
    assert f"{here}?next={chart.replace('/', '%2F')}" in refused.content.decode()
    page = doctor.get(f"{here}?next={chart}").content.decode()
    assert "本人承诺" in page
    sent = re.search(r'name="digest" value="([0-9a-f]+)"', page)
    assert sent is not None
    assert doctor.post(here, {"digest": "00" * 32, "next": chart}).status_code == 409
    signed = doctor.post(here, {"digest": sent[1], "next": chart})
    assert (signed.status_code, signed["Location"]) == (302, chart)
    assert "钟离春" in doctor.get(chart).content.decode()
    assert "已签署" in doctor.get(to("documents")).content.decode()
    register = office.get(here).content.decode()
    assert "nurse" in register
    assert "尚未签署" in register
    assert "nurse" not in pages(clinic, "doctor").get(here).content.decode()
    elsewhere = doctor.post(here, {"digest": sent[1], "next": "//elsewhere.example/"})
    assert elsewhere["Location"] == to("documents")


def test_the_frame_leads_there_before_anything_is_asked(clinic: Hospital) -> None:
    from django.test import RequestFactory

    from jingui.gate import door
    from jingui.web.middleware import unsigned

    request: Any = RequestFactory().get(to("desk"))
    request.facts = door.whoami(clinic.actors["nurse"], fresh=True)
    led = unsigned(request, "desk")
    assert led is not None
    assert led["Location"].startswith("/documents/")
    assert unsigned(request, "document") is None
    assert unsigned(request, "keys") is None
    request.facts = door.whoami(clinic.actors["doctor"], fresh=True)
    assert unsigned(request, "desk") is None
