"""三（二）2 纸质病案 on the pages: registered, handed over, shelved, lent, counted, weighed [3.2.2] [4.1.2] [6.1.4]"""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.archive import CHECKS
from jingui.core.archive_asking import FindVolumes, Shelve, StartStocktaking
from jingui.core.archive_codes import Labelled, made, shown
from jingui.core.words import Verb
from jingui.gate import plane
from jingui.store.models import Loan
from tests.gate import archived as a
from tests.gate.entering import admit
from tests.hospital import Hospital
from tests.pictures import png
from tests.web.clinic import Pages, pages

CODE = re.compile(r"\b[0-9A-Z]{3}[VPB]-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return a.people(hospital)


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def followed(me: Pages, answer: Any) -> Any:
    assert answer.status_code == 302, text(answer)
    return me.get(answer["Location"])


def number(house: Hospital, code: str) -> str:
    found = a.see(house, "archivist", Verb.READ_ARCHIVE, FindVolumes(text=code))
    return str(found.rows[0].number)


def test_from_the_ward_to_the_shelf_and_out(house: Hospital) -> None:
    one = admit(house)
    mrn = number(house, a.volumes(house, one)[0][1])
    with pages():
        ward, me = Pages(house.actors["nurse"]), Pages(house.actors["archivist"])
        wrong = ward.post("/archive/volumes/new/", {"numbers": f"{mrn},2,90\n99999999999\nx,y", "medium": "paper",
                                                    "retention_class": "inpatient"})  # fmt: skip
        assert wrong.status_code == 400
        assert "第 3 行无法识别" in text(wrong)
        assert "99999999999" in wrong.content.decode()  # nothing typed is lost
        good = ward.post("/archive/volumes/new/", {"numbers": f"{mrn},2,90", "medium": "paper",
                                                   "retention_class": "inpatient"})  # fmt: skip
        kept = followed(ward, good)
        code = next(one for one in CODE.findall(text(kept)) if "第 2 册" in text(kept))
        form = {"codes": code.lower(), "note": ""} | {f"check_{name}": "on" for name in CHECKS}
        listed = followed(ward, ward.post("/archive/hand-overs/new/", form))
        address = listed.request["PATH_INFO"]
        assert "撤回清单" in text(listed)
        assert "接收说明" not in text(listed)
        taking = me.get(address)
        digest = re.findall(r'name="digest" value="([^"]+)"', taking.content.decode())[0]
        refused = me.post(address, {"do": "accept", "digest": digest, "note": ""})
        assert refused.status_code == 400
        done = followed(me, me.post(address, {"do": "accept", "digest": digest, "scanned": code, "note": ""}))
        assert "已接收 1 册" in text(done)
        new = {"name": "东库", "kind": "storeroom", "capacity": "100"}
        room = followed(me, me.post("/archive/storerooms/new/", new)).request["PATH_INFO"]
        bad = me.post(room, {"do": "boards", "rows": "A-", "shelves": "1", "boards": "1"})
        assert bad.status_code == 400
        drawn = followed(me, me.post(room, {"do": "boards", "rows": "A-B", "shelves": "2", "boards": "3",
                                            "capacity": "10"}))  # fmt: skip
        assert "已登记 12 个架位" in text(drawn)
        board = CODE.findall(text(drawn))[0]
        shelved = followed(me, me.post("/archive/shelving/", {"position": board, "codes": code}))
        assert "已上架 1 册" in text(shelved)
        lent = me.post("/archive/loans/new/", {"code": code, "staff": "Tsurgeon", "purpose": "treatment",
                                               "place": "department"})  # fmt: skip
        assert lent.status_code == 403
        assert "无权查阅" in text(lent)
        lent = me.post("/archive/loans/new/", {"code": code, "staff": "Tdoctor", "purpose": "treatment",
                                               "place": "department"})  # fmt: skip
        assert "已借出" in text(followed(me, lent))
        again = me.post("/archive/loans/new/", {"code": code, "staff": "Tnurse", "purpose": "treatment",
                                                "place": "department"})  # fmt: skip
        assert again.status_code == 400
        assert "已经借出" in text(again)
        doctor = Pages(house.actors["doctor"])
        mine = doctor.get("/archive/loans/")
        assert code in text(mine)
        volume = re.findall(r'name="volume" value="([^"]+)"', mine.content.decode())[0]
        assert "已续借到" in text(followed(doctor, doctor.post("/archive/loans/", {"volume": volume})))
        assert "续借次数已用完" in text(followed(doctor, doctor.post("/archive/loans/", {"volume": volume})))
        back = me.post("/archive/returns/", {"code": code, "condition": "missing_pages", "pages": "88", "note": ""})
        assert back.status_code == 400
        back = me.post("/archive/returns/", {"code": code, "condition": "missing_pages", "pages": "88",
                                             "note": "缺第 3、4 页"})  # fmt: skip
        assert "破损缺页已转为处理事项" in text(followed(me, back))
        life = me.get(f"/archive/volumes/{volume}/")
        for word in ("登记病案册", "移交病案册", "接收病案册", "病案上架", "借出病案册", "续借", "归还病案册"):
            assert word in text(life)


def test_a_late_loan_waits_on_the_borrowers_desk(house: Hospital) -> None:
    one = admit(house)
    ((volume, _),) = a.volumes(house, one)
    a.lend(house, one, volume, "nurse")
    row = Loan.objects.get(patient_id=one.patient, state="open")
    with pages():
        me = Pages(house.actors["nurse"])
        assert "归还纸质病案" not in text(me.get("/"))
        row.due -= timedelta(days=30)
        house.keep(row, new=False)
        assert "归还纸质病案" in text(me.get("/"))
    a.back(house, one, volume)


def test_a_scan_is_uploaded_and_read_with_a_watermark(house: Hospital) -> None:
    one = admit(house)
    ((volume, _),) = a.volumes(house, one)
    with pages():
        me, doctor = Pages(house.actors["archivist"]), Pages(house.actors["doctor"])
        here = f"/archive/volumes/{volume}/"
        empty = me.post(here, {"do": "scan", "pages": "1"})
        assert empty.status_code == 400
        bad = me.post(here, {"do": "scan", "pages": "1", "scan": upload(b"GIF89a", "a.gif")})
        assert bad.status_code == 400
        assert "只接受 PNG、JPEG、TIFF 图片或 PDF" in text(bad)
        good = followed(me, me.post(here, {"do": "scan", "pages": "2", "scan": upload(png(41_000), "第一册.png")}))
        assert "未做病毒检查" in text(good)
        scan = re.findall(r'href="(/archive/scans/[^"]+)"', good.content.decode())[0]
        seen = doctor.get(scan)
        assert seen["Content-Type"] == "application/pdf"
        assert seen.content.startswith(b"%PDF")
        assert Pages(house.actors["surgeon"]).get(scan).status_code == 403
        assert me.get(scan).status_code == 403


def upload(body: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(body)
    file.name = name
    return file


def test_counted_with_a_text_field(house: Hospital) -> None:
    room, boards = a.room(house)
    codes = [a.shelved(house, admit(house), boards[0])[1] for _ in range(3)]
    with pages():
        me, other = Pages(house.actors["archivist"]), Pages(house.actors["archivist2"])
        assert "selected" in me.get(f"/archive/stocktakings/?storeroom={room}").content.decode()
        begun = followed(me, me.post("/archive/stocktakings/", {"storeroom": str(room)}))
        here = begun.request["PATH_INFO"]
        first = me.post(here, {"do": "count", "scans": f"{boards[0]}\n{codes[0]}\n\n6901234567890"})
        assert "在位 1" in text(first)
        assert "6901234567890" in text(first)
        position = re.findall(r'name="position" value="([^"]+)"', first.content.decode())[0]
        assert position == boards[0]
        other.post(here, {"do": "count", "position": position, "scans": codes[1]})
        page = me.get(here)
        assert 'max="3" value="2"' in page.content.decode()
        assert shown(codes[2]) in text(page)
        wrong = me.post(here, {"do": "close", "explanation": ""})
        assert wrong.status_code == 400
        done = followed(me, me.post(here, {"do": "close", "explanation": "一册未见，继续查找"}))
        assert "未见的已转为处理事项" in text(done)
        assert "一册未见，继续查找" in text(done)


def test_labels_on_the_page_and_as_a_sheet(house: Hospital) -> None:
    one = admit(house)
    ((_, code),) = a.volumes(house, one)
    mrn = number(house, code)
    with pages():
        me = Pages(house.actors["archivist"])
        page = me.get(f"/archive/labels/?code={code}")
        assert shown(code) in text(page)
        assert mrn not in text(page)
        assert page.content.decode().count("<svg") >= 2
        sheet = me.post("/archive/labels/file/", {"codes": code, "storeroom": "0"})
        assert sheet.content.startswith(b"%PDF")
        assert me.post("/archive/labels/", {"codes": "不是条码"}).status_code == 400
        assert Pages(house.actors["doctor"]).get("/archive/labels/").status_code == 200  # an empty form tells nothing
        assert Pages(house.actors["doctor"]).get(f"/archive/labels/?code={code}").status_code == 403


def test_waste_by_the_bag(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        wrong = me.post("/archive/waste/new/", {"grams": "x", "first": "Tnurse", "second": "Tnurse"})
        assert wrong.status_code == 400
        same = me.post("/archive/waste/new/", {"grams": "5.2", "first": "Tnurse", "second": "Tnurse"})
        assert "两名不同的见证人" in text(same)
        right = {"grams": "5.25", "first": "Tnurse", "second": "Tnurse2"}
        bag = CODE.findall(text(followed(me, me.post("/archive/waste/new/", right))))[0].replace("-", "")
        light = me.post("/archive/waste/hand/", {"taker": "绿源公司", f"bag_{bag}": "4"})
        assert light.status_code == 400
        handed = me.post("/archive/waste/hand/", {"taker": "绿源公司", f"bag_{bag}": "5.2"})
        assert "已交出 1 袋" in text(followed(me, handed))
        month = f"{house.today():%Y-%m}"
        assert "绿源公司" in text(me.get(f"/archive/waste/?month={month}"))
        assert followed(me, me.get("/archive/waste/?month=x")).status_code == 200


def test_a_foreign_barcode_is_told_by_name(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        found = me.post("/archive/volumes/", {"text": made("ZZZ", Labelled.VOLUME, 42)})
        assert found.status_code == 400
        assert "其他医院的条码" in text(found)
        assert me.post("/archive/volumes/", {"text": ""}).status_code == 400


@pytest.mark.parametrize("who", ["registrar", "sysadmin"])
def test_others_are_turned_away(house: Hospital, who: str) -> None:
    with pages():
        me = Pages(house.actors[who])
        for address in ("/archive/", "/archive/volumes/", "/archive/loans/", "/archive/storerooms/",
                        "/archive/hand-overs/", "/archive/stocktakings/", "/archive/waste/"):  # fmt: skip
            assert me.get(address).status_code == 403, address


def test_few_statements(house: Hospital) -> None:
    room, boards = a.room(house)
    at = admit(house)
    codes = [code for _, code in a.volumes(house, *[at] * 60)]
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=boards[0], codes=tuple(codes)))
    taking = a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room))
    volume = a.see(house, "archivist", Verb.READ_ARCHIVE, FindVolumes(text=codes[0])).rows[0].id
    a.lend(house, at, volume)
    offered = a.offered(house, a.volumes(house, at, who="nurse", department="xnk")[0][1])[0]
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    with pages():
        me = Pages(house.actors["archivist"])
        for address in (
            "/archive/", "/archive/volumes/", "/archive/volumes/?state=shelved&page=2", f"/archive/volumes/{volume}/",
            "/archive/loans/?which=all", "/archive/storerooms/", f"/archive/storerooms/{room}/", "/archive/hand-overs/",
            f"/archive/hand-overs/{offered}/", "/archive/stocktakings/", f"/archive/stocktakings/{taking}/",
            "/archive/waste/", "/archive/waste/hand/", f"/archive/labels/?storeroom={room}", "/archive/loans/new/",
        ):  # fmt: skip
            assert me.get(address).status_code == 200, address
            said.clear()
            pool.fetch = counted
            try:
                with CaptureQueriesContext(connection) as written:
                    me.get(address)
            finally:
                pool.fetch = fetch
            assert len(said) + len(written) <= 12, (address, len(said), len(written))
