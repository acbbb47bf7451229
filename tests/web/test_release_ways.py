"""四（二）1 复制: by post, with a wet stamp, after a death; repeated, forged and overlong requests [4.2.1]"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from jingui.core.collect import FlagPatient
from jingui.core.operation import Target
from jingui.core.words import Verb
from jingui.web.viewmodels.paths import to
from tests.gate import copying
from tests.gate.copying import CARD
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.hospital import Hospital
from tests.web.test_release_copies import FILLED, approved, basis, begun, page, revision, text, waited

NAME = "范仲淹"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    copying.staff(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def patient(house: Hospital) -> str:
    return born(house, NAME, "64000001", "1949-12-31", CARD)[0]


def confirmed(house: Hospital, patient: str, shade: int, **more: str) -> str:
    """A copy that both sides confirmed; its address."""
    clerk = page(house, "archivist")
    copy = clerk.post(to("copy_make", matter=approved(house, patient, shade, **more)), {})["Location"]
    done = clerk.post(copy, {"do": "confirm", "basis": basis(text(clerk.get(copy))), "seen": CARD})
    assert done.status_code == 302, text(done)
    return str(copy)


def test_by_post_with_postage_and_courier(house: Hospital, patient: str) -> None:
    """[4.2.1] 邮寄: no address, no application; postage typed in yuan; handed over by courier and number."""
    address = begun(house, patient)
    clerk = page(house, "archivist")
    bare = {**FILLED, "route": "post", "revision": revision(house, address)}
    answer = clerk.post(address, bare)
    assert answer.status_code == 400
    assert 'href="#id_address"' in text(answer)
    copy = confirmed(house, patient, 201, route="post", recipient=NAME, address="北京市东城区东长安街1号")
    shown = text(clerk.get(copy))
    assert re.search(r'name="postage"[^>]*value="20.00"', shown)
    wrong = clerk.post(copy, {"do": "charge", "invoice": "0012345678", "postage": "二十", "waived": ""})
    assert wrong.status_code == 400
    assert "二十" in text(wrong)
    assert clerk.post(copy, {"do": "charge", "invoice": "0012345678", "postage": "12.5"}).status_code == 302
    assert "邮费 12.50 元" in text(clerk.get(copy))
    second = page(house, "archivist2")
    stamped = waited(
        house, second, copy, {"do": "stamp", "basis": basis(text(second.get(copy))), "medium": "electronic"}
    )
    assert stamped.status_code == 302, text(stamped)
    assert clerk.post(copy, {"do": "hand", "courier": "", "number": ""}).status_code == 400
    assert clerk.post(copy, {"do": "hand", "courier": "中国邮政", "number": "EA123456789CN"}).status_code == 302
    assert "EA123456789CN" in text(clerk.get(copy))


def test_a_wet_stamp_is_registered_as_one(house: Hospital, patient: str) -> None:
    """[4.2.1] 实物印章: the file to print is kept, the register says which kind; waived with a reason."""
    copy, clerk, second = confirmed(house, patient, 202), page(house, "archivist"), page(house, "archivist2")
    assert clerk.post(copy, {"do": "charge", "waived": "差错补发", "invoice": ""}).status_code == 302
    said = {"do": "stamp", "basis": basis(text(second.get(copy))), "medium": "wet"}
    assert waited(house, second, copy, said).status_code == 302
    again = second.post(copy, said)  # the button pressed twice
    assert again.status_code == 400
    assert "目前的状态不能办理" in text(again)
    assert "实物印章" in text(second.get(to("seal_uses")))
    found = house.sql("SELECT count(*) FROM seal_use WHERE medium = 'wet'")
    assert found == [(1,)]
    file = second.get(f"{copy}file/")
    assert file.content.startswith(b"%PDF")
    assert b"/ByteRange" not in file.content  # nothing electronic pretends to be in it


def test_forged_and_overlong_requests_change_nothing(house: Hospital, patient: str) -> None:
    """[4.1.3] An unknown deed, a forged purpose, a megabyte of text, control characters: refused in words."""
    copy, clerk = confirmed(house, patient, 203), page(house, "archivist")
    before = house.sql("SELECT state, fee, paid FROM copy_made ORDER BY copy_id")
    assert clerk.post(copy, {"do": "burn"}).status_code == 404
    assert clerk.post(copy, {"do": "confirm", "basis": "", "seen": CARD}).status_code == 400  # that is behind it
    for data in (
        {"do": "charge", "invoice": "9" * 100_000}, {"do": "charge", "waived": "\0\0\0"},
        {"do": "revoke", "reason": "长" * 50_000}, {"do": "charge", "invoice": "1"},
    ):  # fmt: skip
        answer = clerk.post(copy, data)
        assert answer.status_code == 400, (data["do"], answer.status_code)
    assert (
        clerk.get(f"{copy}file/?preview=research").status_code == 409
    )  # no such purpose: the file, which is not there
    assert house.sql("SELECT state, fee, paid FROM copy_made ORDER BY copy_id") == before
    huge = begun(house, patient)
    for field in ("purpose", "applicant", "phone"):
        sent = {**FILLED, field: "字" * 5_000, "revision": revision(house, huge)}
        answer = clerk.post(huge, sent)
        assert answer.status_code == 400, field
        assert f'href="#id_{field}"' in text(answer)
    odd = clerk.post(huge, {**FILLED, "visit": ["x" * 40, "../1"], "visits_offered": "1", "revision": "9" * 30})
    assert odd.status_code == 400


def test_the_same_button_twice_is_one_application(house: Hospital, patient: str) -> None:
    """[1.3.1] A double click begins one application; handed in twice it is one."""
    clerk, key = page(house, "archivist"), uuid4().hex
    made = [
        clerk.post(to("copy_kinds", patient=patient), {"kind": "own_copy", "key": key})["Location"] for _ in range(2)
    ]
    assert made[0] == made[1]
    assert clerk.post(to("copy_kinds", patient=patient), {"kind": "complaint", "key": key}).status_code == 404


def test_after_a_death_only_heirs(house: Hospital) -> None:
    """[4.2.1] The cards say so, and the door holds it when a card is forged."""
    gone = born(house, "已故者", "64000002", "1940-01-01")[0]
    target = Target(patient=number(house, gone))
    house.write("registrar", Verb.FLAG_PATIENT, FlagPatient(deceased=True, reason="死亡证明"), target=target)
    clerk = page(house, "archivist")
    shown = text(clerk.post(to("copy_start"), {"name": "已故者", "number": "", "patient": gone}))
    offered = shown.split("不适用于这位患者的类别")[0]
    assert "患者已去世" in offered
    assert 'value="copy_heir"' in offered
    assert 'value="own_copy"' not in offered
    address = begun(house, gone)
    sent: dict[str, Any] = {**FILLED, "revision": revision(house, address)}
    check = clerk.post(address, sent)["Location"]
    refused = clerk.post(check, {})
    assert refused.status_code == 400
    assert "患者已去世" in text(refused)
    assert re.search(r"缺 1 项", text(refused))
