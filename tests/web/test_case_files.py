"""三（二）2 病案室: its pages from the board to the file that leaves; few statements; nothing typed is lost [3.2.2]"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.matters.asking import StartMatter
from jingui.core.words import Verb
from jingui.gate import plane
from jingui.web.viewmodels.paths import to
from tests.custody.test_case_files_deficiencies import decide
from tests.gate import custody as line
from tests.gate.entering import Admitted
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    line.people(hospital)
    with pages():
        yield hospital


def browser(clinic: Hospital, who: str, lang: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(clinic.actors[who], lang)


def made(clinic: Hospital, until: str = "", **more: Any) -> tuple[Admitted, str, str]:
    """A stay with its case file at a stage; the page's address."""
    at = line.stay(clinic, **more)
    file = line.opened(clinic, at)
    if until:
        line.along(clinic, at, file, until)
    return at, file, to("case_file", patient=at.public, file=file)


def hidden(answer: Any, form: str) -> str:
    """The version that a form of the page was made of."""
    page = answer.content.decode().replace("\n", "")
    found = re.search(rf'name="do" value="{form}"><input type="hidden" name="basis" value="(\d+)"', page)
    assert found, form
    return found[1]


def test_the_whole_line_in_a_browser(clinic: Hospital) -> None:
    at, file, here = made(clinic)
    clerk, coder, quality = (browser(clinic, who) for who in ("archivist", "coder", "quality"))
    board = clerk.get(to("case_files")).content.decode()
    assert here in board
    for stage in ("collected", "received"):
        basis = hidden(clerk.get(here), "move")
        assert clerk.post(here, {"do": "move", "basis": basis, "note": ""}).status_code == 302, stage
    page = clerk.get(here)
    basis = hidden(page, "move")
    wrong = clerk.post(here, {"do": "move", "basis": basis, "note": "缺一页", "check.identity": "on"})
    assert wrong.status_code == 400
    assert "整理核对单" in wrong.content.decode() or "页序正确" in wrong.content.decode()
    assert "缺一页" in wrong.content.decode()
    assert re.search(r'id="id_check.identity"[^>]*checked', wrong.content.decode())
    ticked = {f"check.{one}": "on" for one in line.TICKED}
    assert clerk.post(here, {"do": "move", "basis": basis, "note": "", **ticked}).status_code == 302
    assert clerk.post(here, {"do": "move", "basis": basis, "note": "", **ticked}).status_code == 400  # its turn is over
    coding = to("case_file_coding", patient=at.public, file=file)
    assert coding in coder.get(here).content.decode()
    form = coder.get(coding).content.decode()
    version = re.search(r'name="basis" value="(\d+)"', form)
    assert version
    given = {"basis": version[1], "diagnosis.1": "不知何病", "condition.1": "1", "operation.1": "", "note": "甲乙"}
    lost = coder.post(coding, given)
    assert lost.status_code == 400
    assert "不知何病" in lost.content.decode()
    assert "甲乙" in lost.content.decode()
    assert coder.post(coding, {**given, "more": "1"}).content.decode().count('name="diagnosis.') > 4
    done = coder.post(coding, {**given, "diagnosis.1": "I10.x00 原发性高血压", "diagnosis.3": "E11.900 2型糖尿病"})
    assert done.status_code == 302, done.content.decode()
    page = quality.get(here)
    reasons = dict.fromkeys(re.findall(r'name="(rule\.[a-z_]+)"', page.content.decode()), "已核实")
    refused = quality.post(here, {"do": "judge", "basis": hidden(page, "judge"), "opinion": ""})
    if reasons:
        assert refused.status_code == 400
    for _ in ("front_page", "final"):
        page = quality.get(here)
        answer = quality.post(here, {"do": "judge", "basis": hidden(page, "judge"), "opinion": "合格", **reasons})
        assert answer.status_code == 302, answer.content.decode()
    assert "甲级" in quality.get(here).content.decode()
    for stage in ("filed", "shelved"):
        basis = hidden(clerk.get(here), "move")
        assert clerk.post(here, {"do": "move", "basis": basis, "note": ""}).status_code == 302, stage
    shown = clerk.get(here).content.decode()
    assert "已上架" in shown
    assert "coder" in shown
    assert "E11.900" not in shown  # the way, not what the patient had
    assert "E11.900" in coder.get(here).content.decode()
    assert browser(clinic, "archivist", "en").get(here).status_code == 200


def test_a_deficiency_goes_to_the_desk_of_its_author_and_back(clinic: Hospital) -> None:
    at, file, here = made(clinic, "coded")
    quality, doctor = browser(clinic, "quality"), browser(clinic, "doctor")
    page = quality.get(here)
    given = {"do": "return", "basis": hidden(page, "return"), "item": "main_diagnosis", "record": "", "author": "",
             "what": "<b>主要诊断</b>选错"}  # fmt: skip
    assert quality.post(here, given | {"what": ""}).status_code == 400
    assert quality.post(here, given | {"author": "nobody"}).status_code == 400
    assert quality.post(here, given | {"author": "Tdoctor"}).status_code == 302
    one = line.shown(clinic, at, file).deficiencies[0].id
    address = to("deficiency", patient=at.public, file=file, deficiency=one)
    desk = doctor.get("/").content.decode()
    assert address in desk
    assert address in doctor.get(to("deficiencies")).content.decode()
    shown = doctor.get(address).content.decode()
    assert '<p class="pre" lang="">&lt;b&gt;主要诊断&lt;/b&gt;选错</p>' in shown
    assert doctor.post(address, {"do": "close", "note": ""}).status_code == 409
    assert doctor.post(address, {"do": "answer", "text": "", "record": ""}).status_code == 400
    assert doctor.post(address, {"do": "answer", "text": "已更正", "record": ""}).status_code == 302
    assert address not in doctor.get("/").content.decode()
    assert quality.post(address, {"do": "again", "why": "仍选错"}).status_code == 302
    assert doctor.post(address, {"do": "appeal", "reason": "主要诊断与出院记录一致，请复核。"}).status_code == 302
    matter = line.shown(clinic, at, file).deficiencies[0].matter
    assert matter
    decide(clinic, "quality2", matter)
    assert "申诉成立" in doctor.get(address).content.decode()


def test_who_may_not_sees_a_refusal_and_one_entry(clinic: Hospital) -> None:
    at, file, here = made(clinic, "coded")
    coding = to("case_file_coding", patient=at.public, file=file)
    for who, address in (
        ("registrar", to("case_files")), ("registrar", here), ("secadmin", to("filing_rates")), ("surgeon", here),
        ("nurse", to("mappings")), ("audit", coding), ("registrar", to("deficiencies")),
    ):  # fmt: skip
        before = clinic.sql("SELECT count(*) FROM entry")[0][0]
        assert browser(clinic, who).get(address).status_code == 403, (who, address)
        assert clinic.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    assert browser(clinic, "doctor").post(here, {"do": "move", "basis": "1"}).status_code == 400
    page = browser(clinic, "doctor").get(here).content.decode()
    assert 'name="do"' not in page  # what is not theirs is not offered


def test_the_mapping_and_the_month_that_leaves(clinic: Hospital) -> None:
    made(clinic, "front_page")
    coder = browser(clinic, "coder")
    here = to("mapping", report="settlement")
    assert here in coder.get(to("mappings")).content.decode()
    page = coder.get(here).content.decode()
    fields = dict(re.findall(r'name="(source\.\w+)" value="([^"]*)"', page))
    forms = dict(re.findall(r'name="(form\.\w+)".*?<option value="(\w+)" selected', page))
    codes = dict(re.findall(r'name="(codes\.\w+)" value="([^"]*)"', page))
    given = {**fields, **forms, **codes, "basis": "0", "reason": "换版"}
    bad = coder.post(here, given | {"source.psn_name": "password"})
    assert bad.status_code == 400
    assert "password" in bad.content.decode()
    assert coder.post(here, given).status_code == 400  # nothing differs
    assert coder.post(here, given | {"codes.gend": "male=M female=F"}).status_code == 302
    waiting = browser(clinic, "archivist")
    listed = re.findall(r'href="(/waiting/\d+/)"', waiting.get(to("waiting")).content.decode())
    assert "gend: sex plain male=1" in waiting.get(listed[0]).content.decode()
    answers = (("report", "drg"), ("month", f"{clinic.now():%Y-%m}"), ("reason", "上报"))
    matter = clinic.write(
        "insurance", Verb.START_MATTER, StartMatter(kind="front_page_export", answers=answers, submit=True)
    ).value.matter
    insurance = browser(clinic, "insurance")
    export = to("front_page_export", matter=matter)
    assert insurance.post(export, {"take": "1"}).status_code == 403
    decide(clinic, "affairs", matter)
    assert insurance.get(export).status_code == 200
    looked = insurance.post(export, {"look": "1"})
    assert looked.status_code == 200
    file = insurance.post(export, {"take": "1"})
    assert file["Content-Type"].startswith("text/csv")
    rows = file.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("visit_id,sex,")
    assert len(rows) >= 2
    assert browser(clinic, "archivist").post(export, {"take": "1"}).status_code == 403


def test_a_cell_is_never_a_formula() -> None:
    from jingui.core.custody_reports import Exported
    from jingui.web.case_files_reports import sheet

    rows = (("=1+1",), ("＝cmd",), ("正常",))
    part = Exported(report="drg", month="2026-11", columns=("a",), rows=rows, held=(), total=3)
    assert sheet([part]).decode("utf-8-sig").split() == ["a", "'=1+1", "'＝cmd", "正常"]


def test_filters_keep_what_was_typed_and_never_link_a_number(clinic: Hospital) -> None:
    made(clinic)
    clerk = browser(clinic, "archivist")
    wrong = clerk.get(to("case_files"), data={"month": "2026-13"})
    assert wrong.status_code == 400
    assert 'value="2026-13"' in wrong.content.decode()
    number = "70000001"
    answer = clerk.post(to("case_files"), {"number": number, "stage": "ward"})
    assert answer.status_code == 200
    assert f'value="{number}"' in answer.content.decode()
    assert f"number={number}" not in answer.content.decode()
    assert number not in clerk.get(to("case_files"), data={"number": number}).content.decode()  # never in an address
    there = clerk.post(to("case_files"), {"overdue": "on", "month": "2026-11"})
    assert there["Location"] == to("case_files") + "?month=2026-11&overdue=on"
    assert clerk.post(to("case_files"), {"month": "2026-99"}).status_code == 400
    assert clerk.get(to("case_files"), data={"doctor": "nobody"}).status_code == 200
    assert clerk.get(to("filing_rates"), data={"months": "12"}).status_code == 200
    assert browser(clinic, "quality").get(to("deficiencies"), data={"state": "overdue"}).status_code == 200


def test_few_statements(clinic: Hospital) -> None:
    at, file, here = made(clinic, "coded")
    for _ in range(4):
        made(clinic)
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    for who, address in (
        ("archivist", to("case_files")), ("quality", to("deficiencies")), ("quality", to("filing_rates")),
        ("quality", here), ("archivist", here), ("coder", to("case_file_coding", patient=at.public, file=file)),
        ("coder", to("mappings")), ("coder", to("mapping", report="hqms")), ("doctor", "/"),
    ):  # fmt: skip
        seen = browser(clinic, who)
        assert seen.get(address).status_code == 200, address
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert seen.get(address).status_code == 200
        finally:
            del pool.fetch
        print(address, len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
