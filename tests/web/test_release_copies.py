"""四（二）1 复制: the window and the office on pages: from the search to the receipt, and what is refused [4.2.1]"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jingui.web.viewmodels.paths import to
from tests.gate import copying
from tests.gate.copying import CARD
from tests.gate.test_portal import born
from tests.hospital import Hospital
from tests.pictures import png

NAME = "易安居士"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    copying.staff(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def patient(house: Hospital) -> str:
    return born(house, NAME, "62000001", "1949-12-31", CARD)[0]


def page(house: Hospital, who: str, language: str = "zh-hans") -> Any:
    from tests.web.clinic import Pages

    return Pages(house.actors[who], language)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def paper(shade: int, name: str = "证件.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png(shade), content_type="image/png")


FILLED = {
    "applicant": NAME, "document_kind": "id_card", "document": CARD, "phone": "13800000000", "present": "patient",
    "scope": "all", "purpose": "商业保险理赔", "language": "zh", "copies": "1", "route": "window",
}  # fmt: skip


def begun(house: Hospital, patient: str, kind: str = "own_copy", who: str = "archivist") -> str:
    """A fresh application; the address of its form."""
    made = page(house, who).post(to("copy_kinds", patient=patient), {"kind": kind, "key": uuid4().hex})
    assert made.status_code == 302, text(made)
    return str(made["Location"])


def revision(house: Hospital, address: str) -> str:
    return re.search(r'name="revision" value="(\d+)"', text(page(house, "archivist").get(address))).group(1)  # type: ignore[union-attr]


def matter_in(address: str) -> int:
    return int(re.search(r"/matters/(\d+)/", address).group(1))  # type: ignore[union-attr]


def test_the_patient_is_found_and_the_kinds_say_what_to_bring(house: Hospital, patient: str) -> None:
    """[4.2.1] Terms stand in no address; each kind names its papers; heirs are not offered for the living."""
    window = page(house, "archivist")
    assert f'href="{to("copy_start")}"' in text(window.get(to("start_matters")))
    asked = window.get(to("start_matter", kind="own_copy") + f"?patient={patient}")
    assert asked["Location"] == to("copy_kinds", patient=patient)  # from a refusal: the patient is known
    assert "要复制谁的病历" in text(window.get(to("copy_start")))
    found = window.post(to("copy_start"), {"name": NAME, "number": ""})
    assert NAME in text(found)
    assert "受理" in text(found)
    kinds = text(window.post(to("copy_start"), {"name": NAME, "number": "", "patient": patient}))
    assert NAME in kinds
    for words in ("授权委托书", "人民法院调查令", "保险合同复印件", "患者有效身份证明"):
        assert words in kinds
    offered, unfit = kinds.split("不适用于这位患者的类别")
    assert 'value="copy_heir"' not in offered
    assert "死亡患者近亲属" in unfit
    assert 'value="copy_guardian"' not in offered  # grown up
    by_address = text(window.get(to("copy_kinds", patient=patient)))
    assert NAME not in by_address
    assert 'value="copy_heir"' in by_address


def test_what_was_typed_and_scanned_survives_a_mistake(house: Hospital, patient: str) -> None:
    """[2.2.3] Left out, mistyped, an unusable scan: each beside its place; the rest is still there, papers too."""
    address = begun(house, patient, "copy_agent")
    window = page(house, "archivist")
    wrong = {
        **FILLED, "purpose": "", "document": "110105194912310021", "relation": "朋友", "valid_until": "2099-01-01",
        "sensitive": "no", "revision": revision(house, address), "paper.letter": paper(11, "委托书.png"),
        "paper.agency": SimpleUploadedFile("x.exe", b"MZ not a picture", content_type="image/png"),
    }  # fmt: skip
    answer = window.post(address, wrong)
    shown = text(answer)
    assert answer.status_code == 400
    assert 'href="#id_purpose"' in shown
    assert 'href="#paper_agency"' in shown
    assert "110105194912310021" in shown
    assert "委托书.png" in shown
    assert "x.exe" not in shown
    again = {name: value for name, value in wrong.items() if not name.startswith("paper.")}
    again |= {"purpose": "理赔", "revision": re.search(r'name="revision" value="(\d+)"', shown).group(1)}  # type: ignore[union-attr]
    done = window.post(address, again)
    assert done.status_code == 302, text(done)
    check = text(window.get(done["Location"]))
    assert "缺 3 项" in check
    assert "委托书.png" in check
    refused = window.post(done["Location"], {})
    told = text(refused)
    assert refused.status_code == 400
    for words in ("代理人有效身份证明", "患者有效身份证明", "代理关系的法定证明材料"):
        assert words in told.split("data-summary")[1].split("</ul>")[0]
    assert "身份证号不正确" in told


def test_an_old_revision_loses_nothing(house: Hospital, patient: str) -> None:
    """[2.2.3] The second window's form is a conflict and keeps what was typed."""
    address = begun(house, patient)
    first = revision(house, address)
    window = page(house, "archivist")
    assert window.post(address, {**FILLED, "revision": first, "then": "keep"}).status_code == 302
    late = window.post(address, {**FILLED, "purpose": "第二个窗口写的", "revision": first})
    assert late.status_code == 400
    assert "第二个窗口写的" in text(late)
    assert "已在别处修改" in text(late)


def approved(house: Hospital, patient: str, shade: int, **more: str) -> int:
    """An application over the pages, handed in and approved; its number."""
    address = begun(house, patient)
    window = page(house, "archivist")
    sent = {**FILLED, **more, "revision": revision(house, address), "paper.patient_id": paper(shade)}
    check = window.post(address, sent)
    assert check.status_code == 302, text(check)
    handed = window.post(check["Location"], {})
    assert handed.status_code == 302, text(handed)
    matter = matter_in(handed["Location"])
    second = page(house, "archivist2")
    shown = text(second.get(handed["Location"]))
    assert "不通过的依据" in shown
    basis = shown.split('name="basis" value="')[1].split('"')[0]
    decided = second.post(handed["Location"], {"move": "approve", "basis": basis, "comment": "证件已核对"})
    assert decided.status_code == 302, text(decided)
    return matter


def basis(shown: str) -> str:
    return shown.split('name="basis" value="')[1].split('"')[0]


def waited(house: Hospital, client: Any, address: str, data: dict[str, Any]) -> Any:
    """The stamp, once the ledger has placed what it rests on."""
    import time

    for _ in range(60):
        answer = client.post(address, data)
        if answer.status_code != 503:
            return answer
        time.sleep(0.25)
    raise AssertionError("the ledger placed nothing")


def test_from_the_application_to_the_receipt(house: Hospital, patient: str) -> None:
    """[4.2.1] Made, looked at by both sides, paid, stamped by another, handed over; each on its page, each entered."""
    matter = approved(house, patient, 101)
    clerk, second = page(house, "archivist"), page(house, "archivist2")
    address = to("copy_make", matter=matter)
    assert address in text(clerk.get(to("matter", matter=matter)))
    assert address not in text(page(house, "head").get(to("matter", matter=matter)))
    assert "收集记录" in text(clerk.get(address))
    bad = clerk.post(address, {"volume1": "一卷", "first1": "9", "last1": "2"})
    assert bad.status_code == 400
    assert 'value="一卷"' in text(bad)
    made = clerk.post(address, {"volume1": "一卷", "first1": "3", "last1": "9"})
    assert made.status_code == 302, text(made)
    copy = made["Location"]
    shown = text(clerk.get(copy))
    for words in ("待双方确认", "一卷：第 3–9 页", "双方核对", NAME):
        assert words in shown
    preview = clerk.get(re.search(r'href="([^"]+preview=patient)"', shown).group(1))  # type: ignore[union-attr]
    assert preview["Content-Type"] == "application/pdf"
    assert preview.content.startswith(b"%PDF")
    empty = clerk.post(copy, {"do": "confirm", "basis": basis(shown)})
    assert empty.status_code == 400
    assert "签名板" in text(empty)
    other = clerk.post(copy, {"do": "confirm", "basis": basis(shown), "seen": "E1234567"})
    assert other.status_code == 400
    assert "不一致" in text(other)
    changed = clerk.post(copy, {"do": "confirm", "basis": "00" * 32, "seen": CARD})
    assert changed.status_code == 400
    assert clerk.post(copy, {"do": "confirm", "basis": basis(shown), "seen": CARD}).status_code == 302
    assert clerk.post(copy, {"do": "charge", "invoice": "", "waived": ""}).status_code == 400
    assert clerk.post(copy, {"do": "charge", "invoice": "0012345678", "waived": ""}).status_code == 302
    own = waited(house, clerk, copy, {"do": "stamp", "basis": basis(text(clerk.get(copy))), "medium": "electronic"})
    assert own.status_code == 403
    stamped = waited(
        house, second, copy, {"do": "stamp", "basis": basis(text(second.get(copy))), "medium": "electronic"}
    )
    assert stamped.status_code == 302, text(stamped)
    file = second.get(f"{copy}file/")
    assert file.content.startswith(b"%PDF")
    assert "attachment" in file["Content-Disposition"]
    assert second.post(copy, {"do": "hand", "receiver": NAME, "paper": CARD}).status_code == 302
    after = text(clerk.get(copy))
    assert "已交付" in after
    assert f"{copy}file/" not in after  # it left: the window has it no more
    assert clerk.get(f"{copy}file/").status_code == 409
    assert NAME in text(clerk.get(to("copies")))
    number_ = re.search(r"FZ\d{8}-\d+-\d+", after).group(0)  # type: ignore[union-attr]
    assert number_ in text(clerk.post(to("copies"), {"number": number_}))
    assert number_ not in text(clerk.post(to("copies"), {"number": "FZ20200101-1-1"}))
    register = text(page(house, "archivist").get(to("seal_uses")))
    assert number_ in register
    table = clerk.post(to("seal_uses_file"), {})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert any(number_ in row for row in rows)


def test_visits_are_offered_by_their_days(house: Hospital, patient: str) -> None:
    """[4.2.1] The clerk ticks what the applicant says; whoever reviews reads days, not numbers of the house."""
    address = begun(house, patient)
    window = page(house, "archivist")
    shown = text(window.get(address))
    visit = re.search(r'name="visit" value="([0-9a-f]{32})"', shown).group(1)  # type: ignore[union-attr]
    sent = {**FILLED, "visit": visit, "visits_offered": "1", "revision": revision(house, address),
            "paper.patient_id": paper(110)}  # fmt: skip
    check = window.post(address, sent)
    assert "住院 · " in text(window.get(check["Location"]))
    handed = window.post(check["Location"], {})
    assert handed.status_code == 302, text(handed)
    review = text(page(house, "archivist2").get(handed["Location"]))
    assert "住院 · " in review
    assert visit not in review


def test_a_replacement_says_what_it_does(house: Hospital, patient: str) -> None:
    """[4.2.1] A copy that waits may be made anew; the old page leads to the new one."""
    matter = approved(house, patient, 102)
    clerk = page(house, "archivist")
    first = clerk.post(to("copy_make", matter=matter), {})["Location"]
    twice = clerk.post(to("copy_make", matter=matter), {})
    assert twice.status_code == 400
    assert "已经制作" in text(twice)
    again = re.search(r'href="([^"]+replaces=[0-9a-f]+)"', text(clerk.get(first))).group(1)  # type: ignore[union-attr]
    form = text(clerk.get(again))
    assert "任何人核验都会看到已换发" in form
    replaced = clerk.post(again.partition("?")[0], {"replaces": again.rpartition("=")[2]})
    assert replaced.status_code == 302, text(replaced)
    old = text(clerk.get(first))
    assert "已换发" in old
    assert replaced["Location"] in old
    assert "重新制作" in old
    english = text(page(house, "archivist", "en").get(first))
    assert "Made again" in english
    assert "重新制作" not in english
    assert clerk.post(replaced["Location"], {"do": "revoke", "reason": ""}).status_code == 400
    assert clerk.post(replaced["Location"], {"do": "revoke", "reason": "申请人撤回"}).status_code == 302
    assert "申请人撤回" in text(clerk.get(replaced["Location"]))


def test_who_may_come_here(house: Hospital, patient: str) -> None:
    """[1.3.4] [4.2.1] Clinicians and strangers: 403 and an entry each, nothing of the patient shown."""
    matter = approved(house, patient, 103)
    copy = page(house, "archivist").post(to("copy_make", matter=matter), {})["Location"]
    pages = (
        ("get", to("copies")), ("get", copy), ("get", f"{copy}file/"), ("get", f"{copy}file/?preview=patient"),
        ("post", copy), ("get", to("seal_uses")), ("post", to("seal_uses_file")),
        ("post", to("copy_kinds", patient=patient)), ("get", to("copy_apply", matter=matter)),
        ("get", to("copy_make", matter=matter)),
    )  # fmt: skip
    for method, address in pages:
        before = house.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
        client = page(house, "nurse")
        data = {"kind": "own_copy", "do": "charge", "invoice": "1234"}
        answer = client.get(address) if method == "get" else client.post(address, data)
        assert answer.status_code == 403, (address, answer.status_code)
        assert NAME not in text(answer)
        assert house.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1, address
    after = page(house, "archivist").get(to("copy_apply", matter=matter))
    assert after["Location"] == to("matter", matter=matter)  # written no more: the matter says where it stands
    assert page(house, "archivist").get(to("copy", copy="f" * 32)).status_code == 404


def test_a_name_runs_nothing(house: Hospital) -> None:
    """[6.1.1] S10, S11: script in a name stays text on pages; a formula is none in the register's file."""
    hostile = '=HYPERLINK("http://x")<script>alert(1)</script>'
    odd = born(house, hostile, "62000002", "1949-12-31")[0]
    matter = approved(house, odd, 104, applicant=hostile)
    clerk = page(house, "archivist")
    copy = clerk.post(to("copy_make", matter=matter), {})["Location"]
    for address in (copy, to("copies"), to("copy_make", matter=matter), to("matter", matter=matter)):
        shown = text(clerk.get(address))
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def test_few_statements(house: Hospital, patient: str) -> None:
    """[1.3.2] The list, one copy's page and the register, whatever their length."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane

    matter = approved(house, patient, 105)
    clerk, pool, said = page(house, "archivist"), plane.current().pipe.pool, []
    copy = clerk.post(to("copy_make", matter=matter), {})["Location"]
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    form = begun(house, patient)
    parts = (
        to("copy_kinds", patient=patient),
        to("copy_make", matter=matter),
        form,
        form.replace("application", "check"),
    )
    for address in (to("copies"), copy, to("seal_uses"), to("copy_start"), *parts):
        clerk.get(address)  # names and templates warm
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert clerk.get(address).status_code == 200
        finally:
            del pool.fetch
        print(address.split("/")[1:3], len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
