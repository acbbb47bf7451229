"""一（三）4 申请与审批: a row of the table is a procedure on the pages, with no other change [1.3.1] [1.3.4]"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingui.core.calendars import CHINA
from jingui.core.duties import OpenDuties
from jingui.core.matters import KINDS
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate.effects import EFFECTS, Effected
from jingui.web.viewmodels.paths import to
from tests.gate.test_matters import PNG, TEST
from tests.hospital import Hospital
from tests.pictures import png


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    for short in ("office1", "office2"):
        hospital.person(short, Role.MEDICAL_AFFAIRS, "xxk")
    with pages():
        yield hospital


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ran: list[str] = []

    def effect(_context: Any, permit: Any, granting: Any) -> Effected:
        ran.append(granting.answers["why"])
        return Effected(until=permit.at + timedelta(days=3))

    monkeypatch.setitem(KINDS, TEST.id, TEST)
    monkeypatch.setitem(EFFECTS, "test_effect", effect)
    return ran


def page(house: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(house.actors[who])


def filed(why: str = "工作需要") -> dict[str, Any]:
    return {"why": why, "days": "3", "then": "submit", "key": uuid4().hex,
            "paper.basis": SimpleUploadedFile("依据.png", PNG, content_type="image/png")}  # fmt: skip


def test_one_row_is_pages_queue_history_and_effect(clinic: Hospital, row: list[str]) -> None:
    """[1.3.1] Chosen, filled in, queued, decided by three people, executed: all drawn from the row."""
    doctor = page(clinic, "doctor")
    listed = doctor.get(to("start_matters")).content.decode()
    assert "试验事项" in listed
    form = doctor.get(to("start_matter", kind=TEST.id)).content.decode()
    for text in ("理由", "天数", "依据", "医务审核", "负责人批准"):
        assert text in form
    made = doctor.post(to("start_matter", kind=TEST.id), filed())
    assert made.status_code == 302, made.content.decode()
    address = made["Location"]
    assert "<b>试验事项</b>" in page(clinic, "office1").get(to("matters")).content.decode()
    assert "试验事项" in page(clinic, "office1").get(to("desk")).content.decode()
    assert "<b>试验事项</b>" not in page(clinic, "head").get(to("matters")).content.decode()
    for who in ("office1", "office2", "head"):
        shown = page(clinic, who).get(address).content.decode()
        basis = shown.split('name="basis" value="')[1].split('"')[0]
        done = page(clinic, who).post(address, {"move": "approve", "basis": basis, "comment": f"{who} 同意"})
        assert done.status_code == 302, done.content.decode()
    assert row == ["工作需要"]
    history = doctor.get(address).content.decode()
    for text in ("已执行", "office1 同意", "head 同意", "依据.png"):
        assert text in history
    english = page(clinic, "doctor")
    english.client.cookies["jingui_language"] = "en"
    assert "Executed" in english.get(address).content.decode()


def test_what_was_typed_survives_an_error(clinic: Hospital, row: list[str]) -> None:
    """[2.2.3] A missing paper and a wrong number are named beside their fields; the text is still there."""
    before = clinic.sql("SELECT count(*) FROM matter")[0][0]
    answer = page(clinic, "doctor").post(
        to("start_matter", kind=TEST.id), {"why": "写了很长的理由", "days": "0", "then": "submit"}
    )
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "写了很长的理由" in text
    assert 'href="#id_days"' in text
    assert clinic.sql("SELECT count(*) FROM matter")[0][0] == before


def test_a_stranger_gets_a_refusal_and_an_entry(clinic: Hospital, row: list[str]) -> None:
    """[1.3.4] Page, paper, edit and decision of somebody else's matter: 403 each, one entry each, nothing shown."""
    address = page(clinic, "doctor").post(to("start_matter", kind=TEST.id), filed("金丝雀理由"))["Location"]
    number = int(address.rstrip("/").rsplit("/", 1)[1])
    paper = clinic.sql("SELECT id FROM matter_paper WHERE matter_id = %s", number)[0][0]
    for method, where in (
        ("get", address), ("get", to("matter_paper", matter=number, paper=paper)),
        ("get", to("edit_matter", matter=number)), ("post", address),
    ):  # fmt: skip
        before = clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
        client = page(clinic, "surgeon")
        answer = client.get(where) if method == "get" else client.post(where, {"move": "approve", "basis": "00"})
        assert answer.status_code == 403, (where, answer.status_code)
        assert "金丝雀理由" not in answer.content.decode()
        assert clinic.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1


def test_a_paper_is_never_run_by_the_browser(clinic: Hospital, row: list[str]) -> None:
    """[6.1.1] A paper comes as a file with a sandbox of its own."""
    address = page(clinic, "doctor").post(to("start_matter", kind=TEST.id), filed())["Location"]
    number = int(address.rstrip("/").rsplit("/", 1)[1])
    paper = clinic.sql("SELECT id FROM matter_paper WHERE matter_id = %s", number)[0][0]
    answer = page(clinic, "office1").get(to("matter_paper", matter=number, paper=paper))
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_papers_are_brought_by_whose_turn_it_is(clinic: Hospital, row: list[str]) -> None:
    """[4.1.1] The page offers it to the starter and to whoever's step it is, exactly as the gate allows."""
    address = page(clinic, "doctor").post(to("start_matter", kind=TEST.id), filed())["Location"]
    number = int(address.rstrip("/").rsplit("/", 1)[1])

    def brought(who: str, shade: int) -> tuple[bool, int]:
        offered = 'value="bring"' in page(clinic, who).get(address).content.decode()
        file = SimpleUploadedFile("补充.png", png(shade), content_type="image/png")
        return offered, page(clinic, who).post(address, {"move": "bring", "paper.basis": file}).status_code

    assert brought("doctor", 2) == (True, 302)
    assert brought("office1", 3) == (True, 302)
    for who in ("office1", "office2"):
        shown = page(clinic, who).get(address).content.decode()
        basis = shown.split('name="basis" value="')[1].split('"')[0]
        page(clinic, who).post(address, {"move": "approve", "basis": basis, "comment": "同意"})
    assert brought("head", 4) == (True, 302)
    assert brought("nurse", 5)[1] == 403
    page(clinic, "doctor").post(address, {"move": "withdraw", "comment": "不需要了"})
    assert brought("doctor", 6) == (False, 400)
    assert clinic.sql("SELECT count(*) FROM matter_paper WHERE matter_id = %s", number) == [(4,)]


def test_a_draft_is_mended_and_handed_in(clinic: Hospital, row: list[str]) -> None:
    """[2.2.3] Kept with gaps, opened again, a second window's version is a conflict that loses no text."""
    made = page(clinic, "doctor").post(to("start_matter", kind=TEST.id), {"why": "先写一半", "then": "keep"})
    number = int(made["Location"].rstrip("/").rsplit("/", 1)[1])
    edit = to("edit_matter", matter=number)
    form = page(clinic, "doctor").get(edit).content.decode()
    assert "先写一半" in form
    revision = form.split('name="revision" value="')[1].split('"')[0]
    saved = page(clinic, "doctor").post(edit, {"why": "写完了", "days": "2", "revision": revision, "then": "keep"})
    assert saved.status_code == 302
    stale = page(clinic, "doctor").post(edit, {"why": "另一窗口", "days": "2", "revision": revision, "then": "keep"})
    assert stale.status_code == 400
    assert "另一窗口" in stale.content.decode()
    clash = stale.content.decode().split('name="revision" value="')[1].split('"')[0]
    handed = page(clinic, "doctor").post(edit, {**filed("写完了"), "revision": clash})
    assert handed.status_code == 302, handed.content.decode()
    assert clinic.sql("SELECT state FROM matter WHERE id = %s", number) == [("waiting",)]


def test_lending_and_ending(clinic: Hospital, row: list[str]) -> None:
    """[1.3.4] A delegation is registered by staff number, shown to both, ended by either; wrong ones are explained."""
    office = page(clinic, "office1")
    today = datetime.now(CHINA).date()
    wrong = office.post(to("delegations"), {"to_person": "nobody", "starts": str(today), "ends": str(today)})
    assert wrong.status_code == 400
    given = {"to_person": "Tnurse", "starts": str(today), "ends": str(today + timedelta(days=1)), "kinds": ""}
    done = office.post(to("delegations"), given)
    assert done.status_code == 302, done.content.decode()
    assert "nurse" in office.get(to("delegations")).content.decode()
    number = clinic.sql("SELECT max(id) FROM delegation")[0][0]
    assert page(clinic, "nurse").post(to("delegations"), {"end": str(number)}).status_code == 302
    assert clinic.sql("SELECT ended FROM delegation WHERE id = %s", number) == [(True,)]


def test_duties_are_opened_done_and_kept(clinic: Hospital) -> None:
    """[7.1.1] The timed task opens each period's runs once; the post in charge does them, others cannot."""
    job = Actor(name="system:duties", strength=Strength.LOCAL, entrance=Entrance.JOB)
    made, _missed = clinic.write(job, Verb.DO_DUTY, OpenDuties(), purpose=Purpose.OPERATION).value
    runs, different = clinic.sql("SELECT count(*), count(DISTINCT (duty, department_id, due)) FROM duty_run")[0]
    assert runs == different > 10  # another file of this house may have opened some of them before
    assert made <= runs
    assert clinic.write(job, Verb.DO_DUTY, OpenDuties(), purpose=Purpose.OPERATION).value == (0, 0)
    text = page(clinic, "office1").get(to("duties")).content.decode()
    assert "采集模板复核" in text
    run = clinic.sql("SELECT id FROM duty_run WHERE duty = 'template_review'")[0][0]
    short = page(clinic, "office1").post(to("duties"), {"run": str(run), "result": "好"})
    assert short.status_code == 400
    assert page(clinic, "doctor").post(to("duties"), {"run": str(run), "result": "都看过了"}).status_code == 403
    done = page(clinic, "office1").post(to("duties"), {"run": str(run), "result": "逐项核对，无需改动"})
    assert done.status_code == 302
    assert clinic.sql("SELECT state FROM duty_run WHERE id = %s", run) == [("done",)]
    again = page(clinic, "office1").post(to("duties"), {"run": str(run), "result": "逐项核对，无需改动"})
    assert again.status_code == 400
