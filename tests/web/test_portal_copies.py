"""四（二）1 门户: copies asked for, confirmed and taken at home; complaints answered and appealed [4.2.1] [1.3.2]"""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from jingui.core.operation import Actor
from jingui.formats import pdf_sign
from jingui.web.viewmodels.paths import to
from tests.gate import copying
from tests.gate.copying import CARD
from tests.gate.test_portal import GUARDIAN, born, opened, patient_actor
from tests.hospital import Hospital

NAME = "苏子瞻"
FILLED = {
    "applicant": NAME, "document_kind": "id_card", "document": CARD, "phone": "13800000000", "scope": "all",
    "purpose": "自己保存", "language": "zh", "copies": "1", "route": "portal",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    copying.staff(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def ids(house: Hospital) -> list[str]:
    return born(house, NAME, "63000001", "1949-12-31", CARD)


@pytest.fixture(scope="module")
def mine(house: Hospital, ids: list[str]) -> Actor:
    return patient_actor(house, opened(house, ids[0]))


@pytest.fixture(scope="module")
def other(house: Hospital) -> Actor:
    """Another patient's account."""
    ids = born(house, "外人", "63000002", "1951-01-01")
    return patient_actor(house, opened(house, ids[0], document="E7654321", papers=("passport",)))


def pages(actor: Actor) -> Any:
    from tests.web.clinic import Pages

    return Pages(actor)


def staff(house: Hospital, who: str) -> Any:
    return pages(house.actors[who])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def value(shown: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', shown).group(1)  # type: ignore[union-attr]


def begun(mine: Actor, patient: str) -> str:
    """A fresh application; the address of its form."""
    made = pages(mine).post(to("portal_copy_ask", patient=patient), {"key": uuid4().hex})
    assert made.status_code == 302, text(made)
    return str(made["Location"])


def handed_in(mine: Actor, patient: str, **more: str) -> int:
    """An application from the form to the matter's page; its number."""
    me, address = pages(mine), begun(mine, patient)
    check = me.post(address, {**FILLED, **more, "revision": value(text(me.get(address)), "revision")})
    assert check.status_code == 302, text(check)
    answer = me.post(check["Location"], {})
    assert answer.status_code == 302, text(answer)
    return int(answer["Location"].rstrip("/").rsplit("/", 1)[1])


def decided(house: Hospital, who: str, matter: int, move: str, **more: str) -> None:
    office = staff(house, who)
    basis = value(text(office.get(to("matter", matter=matter))), "basis")
    answer = office.post(to("matter", matter=matter), {"move": move, "basis": basis, "comment": "已核对", **more})
    assert answer.status_code == 302, text(answer)


def stamped(house: Hospital, copy: str) -> None:
    second = staff(house, "archivist2")
    basis = value(text(second.get(to("copy", copy=copy))), "basis")
    for _ in range(60):
        answer = second.post(to("copy", copy=copy), {"do": "stamp", "basis": basis, "medium": "electronic"})
        if answer.status_code != 503:
            break
        time.sleep(0.25)
    assert answer.status_code == 302, text(answer)


def taken(me: Any, address: str) -> Any:
    """What is at hand only once the ledger has placed it."""
    for _ in range(60):
        answer = me.get(address)
        if answer.status_code != 503:
            break
        time.sleep(0.25)
    assert answer.status_code == 200, text(answer)
    return answer


def copy_in(shown: str) -> str:
    return re.search(r"/copies/([0-9a-f]{32})/", shown).group(1)  # type: ignore[union-attr]


def test_from_my_phone_to_the_sealed_file(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[4.2.1] [1.3.2] Asked for, followed, looked at, confirmed, taken: the file is whole and the hospital's."""
    me = pages(mine)
    start = text(me.get(to("portal_matters")))
    assert to("portal_copy_ask", patient=ids[0]) in start
    assert "工本费每页" in text(me.get(to("portal_copy_ask", patient=ids[0])))
    matter = handed_in(mine, ids[0])
    followed = text(me.get(to("portal_matter", matter=matter)))
    assert "医院正在办理" in followed
    assert "最迟" in followed
    decided(house, "archivist", matter, "approve")
    assert "医院已同意" in text(me.get(to("portal_matter", matter=matter)))
    made = staff(house, "archivist").post(to("copy_make", matter=matter), {})
    assert made.status_code == 302, text(made)
    shown = text(me.get(to("portal_matter", matter=matter)))
    assert "请核对下面的内容" in shown
    copy = copy_in(shown)
    page = text(me.get(to("portal_copy", copy=copy)))
    assert "内容无误，确认" in page
    assert "下载盖章的文件" not in page
    late = me.post(to("portal_copy", copy=copy), {"basis": "00" * 32})
    assert late.status_code == 400
    assert "不一致" in text(late)
    assert me.post(to("portal_copy", copy=copy), {"basis": value(page, "basis")}).status_code == 302
    stamped(house, copy)
    ready = text(me.get(to("portal_copy", copy=copy)))
    assert "下载盖章的文件" in ready
    file = me.post(to("portal_copy_file", copy=copy), {})
    assert file["Content-Type"] == "application/pdf"
    assert "attachment" in file["Content-Disposition"]
    good = pdf_sign.check(file.content, [house.runtime.stamp().chain[-1]])
    assert good.intact
    assert good.covers_all
    assert good.trusted
    assert "已交付" in text(me.get(to("portal_copy", copy=copy)))
    beside = taken(me, to("portal_copy_side", copy=copy))
    said = json.loads(beside.content)
    assert said["digest"] == hashlib.sha256(file.content).hexdigest()
    assert said["proof"]["target"]["record"] == said["digest"]
    assert NAME not in text(beside)
    assert me.post(to("portal_copy_file", copy=copy), {}).content == file.content  # taken again: the same bytes
    assert me.get(to("portal_copy_file", copy=copy)).status_code == 405  # a link does not hand it over


def test_the_preview_is_what_will_be_stamped(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[4.2.1] Both sides look at the same pages before the stamp."""
    matter = handed_in(mine, ids[0])
    decided(house, "archivist", matter, "approve")
    made = staff(house, "archivist").post(to("copy_make", matter=matter), {})
    copy = copy_in(made["Location"])
    page = text(pages(mine).get(to("portal_copy", copy=copy)))
    assert to("portal_copy_preview", copy=copy) in page
    preview = pages(mine).get(to("portal_copy_preview", copy=copy))
    assert preview.status_code == 200, text(preview)
    assert preview.content.startswith(b"%PDF")


def test_visits_are_ticked_and_kept(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[2.2.3] The visits of one's own chart; what is ticked is still ticked after a mistake."""
    me, address = pages(mine), begun(mine, ids[0])
    shown = text(me.get(address))
    visit = re.search(r'name="visit" value="([^"]+)"', shown).group(1)  # type: ignore[union-attr]
    assert 'name="present"' not in shown
    assert 'type="file"' not in shown  # the second factor was the identity check
    wrong = me.post(
        address, {**FILLED, "purpose": "", "visit": visit, "visits_offered": "1", "revision": value(shown, "revision")}
    )
    assert wrong.status_code == 400
    assert f'value="{visit}" checked' in text(wrong)
    done = me.post(
        address, {**FILLED, "visit": visit, "visits_offered": "1", "revision": value(text(wrong), "revision")}
    )
    assert done.status_code == 302, text(done)
    for answer in (me.get(done["Location"]), me.post(done["Location"], {})):
        if answer.status_code == 302:
            answer = me.get(answer["Location"])
            assert visit not in text(answer)
        assert "住院 · " in text(answer)  # the visit in words, not as a number of the house


def test_nobody_elses_copies_or_requests(house: Hospital, mine: Actor, other: Actor, ids: list[str]) -> None:
    """[1.3.4] Another account: no page, no file, no confirming, and no word of what is in it."""
    matter = handed_in(mine, ids[0])
    decided(house, "archivist", matter, "approve")
    copy = copy_in(staff(house, "archivist").post(to("copy_make", matter=matter), {})["Location"])
    stranger = pages(other)
    tried = (
        stranger.get(to("portal_copy", copy=copy)), stranger.post(to("portal_copy", copy=copy), {"basis": "00" * 32}),
        stranger.get(to("portal_copy_preview", copy=copy)), stranger.post(to("portal_copy_file", copy=copy), {}),
        stranger.get(to("portal_copy_side", copy=copy)),
        stranger.get(to("portal_matter", matter=matter)), stranger.get(to("portal_copy_apply", matter=matter)),
        stranger.get(to("portal_copy_ask", patient=ids[0])), stranger.post(to("portal_copy_ask", patient=ids[0]), {}),
        stranger.post(to("portal_complaint", patient=ids[0]), {"topic": "care", "reason": "试一试别人的"}),
    )  # fmt: skip
    for answer in tried:
        assert answer.status_code in (403, 404), answer
        assert NAME not in text(answer)


def test_a_guardian_asks_for_the_child(house: Hospital) -> None:
    """[4.2.1] The kind follows from the relation; a child's own is not offered."""
    child = born(house, "稚子", "63000003", "2016-06-06")
    guardian = patient_actor(house, opened(house, child[0], **GUARDIAN))
    page = text(pages(guardian).get(to("portal_copy_ask", patient=child[0])))
    assert "监护人复制申请" in page
    matter = handed_in(guardian, child[0], applicant="稚子之母", relation="母亲")
    assert house.sql("SELECT kind, state FROM matter WHERE id = %s", matter) == [("copy_guardian", "waiting")]


def test_refused_said_why_and_appealed(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[1.3.2] A lawful refusal names its ground; the appeal goes to another; what was typed survives an empty one."""
    matter = handed_in(mine, ids[0])
    office = staff(house, "archivist")
    address = to("matter", matter=matter)
    plain = office.post(
        address, {"move": "refuse", "basis": value(text(office.get(address)), "basis"), "comment": "不予"}
    )
    assert plain.status_code == 400  # without a ground
    decided(house, "archivist", matter, "refuse", outcome="not_here", comment="该次住院在外院")
    me, here = pages(mine), to("portal_matter", matter=matter)
    shown = text(me.get(here))
    for words in ("未同意", "不在本机构形成或保管", "该次住院在外院", "申诉"):
        assert words in shown
    assert me.post(here, {"move": "appeal", "comment": ""}).status_code == 400
    assert me.post(here, {"move": "appeal", "comment": "我在贵院住过院，有出院证"}).status_code == 302
    assert "申诉复核中" in text(me.get(here))


def test_withdrawn_and_returned(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[1.3.2] Sent back: the reason stands on the form, mended and handed in again; withdrawn when it is not needed."""
    matter = handed_in(mine, ids[0])
    decided(house, "archivist", matter, "return", comment="请写明用途")
    me, here = pages(mine), to("portal_matter", matter=matter)
    shown = text(me.get(here))
    assert "需要您补充" in shown
    form = to("portal_copy_apply", matter=matter)
    assert form in shown
    again = text(me.get(form))
    assert "请写明用途" in again
    check = me.post(form, {**FILLED, "purpose": "转院", "revision": value(again, "revision")})
    assert me.post(check["Location"], {}).status_code == 302
    assert me.post(here, {"move": "withdraw", "comment": ""}).status_code == 302
    assert "您已撤回" in text(me.get(here))
    assert me.get(form)["Location"] == here


def test_a_complaint_is_answered_and_appealed(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[1.3.2] 投诉与建议: sent twice it is one; 医务 answers in words; what is not taken up may be appealed."""
    me, address = pages(mine), to("portal_complaint", patient=ids[0])
    form = text(me.get(address))
    assert me.post(address, {"topic": "", "reason": "等了三个小时"}).status_code == 400
    said = {"topic": "care", "reason": "等了三个小时没有人叫号", "phone": "13800000000", "key": value(form, "key")}
    for _ in range(2):
        assert me.post(address, said).status_code == 302
    rows = house.sql("SELECT id, state FROM matter WHERE kind = 'complaint'")
    assert len(rows) == 1
    assert rows[0][1] == "waiting"
    matter = rows[0][0]
    assert "投诉与建议" in text(me.get(to("portal_matters")))
    decided(house, "affairs_c", matter, "reply", outcome="explained", comment="当日系统升级，已向您致歉")
    shown = text(me.get(to("portal_matter", matter=matter)))
    assert "当日系统升级" in shown
    assert "等了三个小时没有人叫号" in shown
    assert (
        me.post(to("portal_matter", matter=matter), {"move": "appeal", "comment": "没有人向我说明过"}).status_code
        == 302
    )
    decided(house, "head", matter, "approve", comment="情况属实，已整改")
    assert "情况属实" in text(me.get(to("portal_matter", matter=matter)))


def test_few_statements(house: Hospital, mine: Actor, ids: list[str]) -> None:
    """[1.3.2] My requests, one of them, one copy."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane

    matter = handed_in(mine, ids[0])
    decided(house, "archivist", matter, "approve")
    copy = copy_in(staff(house, "archivist").post(to("copy_make", matter=matter), {})["Location"])
    me, pool, said = pages(mine), plane.current().pipe.pool, []
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    form = begun(mine, ids[0])
    asked_for = (to("portal_copy_ask", patient=ids[0]), form, form.replace("application", "check"))
    for address in (to("portal_matters"), to("portal_matter", matter=matter), to("portal_copy", copy=copy), *asked_for):
        me.get(address)
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert me.get(address).status_code == 200
        finally:
            del pool.fetch
        print(address.split("/")[1:3], len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
