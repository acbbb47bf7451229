"""三（一）2, 三（二）: storerooms, rounds, devices, storage on their pages [3.1.2] [3.2.1] [3.2.3]"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.duties import OpenDuties
from jingui.core.operation import Actor
from jingui.core.storage import TakeFingerprint
from jingui.core.words import Entrance, Role, Strength, Verb
from jingui.gate import plane
from tests.hospital import Hospital
from tests.storerooms.test_climate import send, sensor, storeroom
from tests.storerooms.test_equipment import log, register
from tests.storerooms.test_rounds import jpeg
from tests.web.clinic import Pages, pages

JOB = Actor(name="system:fingerprint", strength=Strength.LOCAL, entrance=Entrance.JOB)


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    storeroom(hospital, "一号库")
    hospital.write(JOB, Verb.DO_DUTY, OpenDuties())
    hospital.write(JOB, Verb.TAKE_FINGERPRINT, TakeFingerprint())
    return hospital


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_a_sensor_is_registered_and_its_token_shown_once(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        form = me.get("/storerooms/climate/new/")
        assert form.status_code == 200
        room = house.sql("SELECT id FROM storeroom WHERE name = '一号库'")[0][0]
        good = {"name": "网页温度", "storeroom": str(room), "quantity": "temperature", "low": "", "high": "25.5",
                "every": "300", "person": "Tarchivist"}  # fmt: skip
        for wrong, words in (
            ({"every": "x"}, "须为整数"), ({"high": "热"}, "须为数字"), ({"person": "Tnobody"}, "没有这个工号"),
            ({"high": "3"}, "下限不得高于上限"), ({"name": ""}, "请填写"),
        ):  # fmt: skip
            answer = me.post("/storerooms/climate/new/", {**good, **wrong})
            assert answer.status_code == 400, wrong
            assert words in text(answer)
            assert 'value="300"' in answer.content.decode() or "every" in wrong
        made = me.post("/storerooms/climate/new/", good)
        assert made.status_code == 302
        shown = me.get(made["Location"])
        (token,) = re.findall(r"jg_[\w-]{43}", shown.content.decode())
        assert token not in me.get(made["Location"]).content.decode()
        low, high = house.sql("SELECT low, high FROM sensor WHERE name = '网页温度'")[0]
        assert (low, high) == (14_000, 25_500)
        assert "网页温度" in text(me.post("/storerooms/climate/", {"find": "网页"}))
        assert "没有符合的库房或传感器" in text(me.post("/storerooms/climate/", {"find": "火星"}))


def test_a_course_is_drawn_with_table_and_file(house: Hospital) -> None:
    number, token = sensor(house, "w-course")
    now = house.now().replace(microsecond=0)
    send(house, token, *((now - timedelta(minutes=5 * n), 20.0 + (n > 30) * 8) for n in range(60) if n % 20))
    with pages():
        me = Pages(house.actors["archivist"])
        page = me.get(f"/storerooms/climate/{number}/")
        body = page.content.decode()
        assert body.count('<svg class="plot"') == 1
        assert 'fill="#b3261e"' in body  # an alarm is shaded
        assert "高于上限" in text(page)
        assert "NaN" not in body
        assert "style=" not in body.split("<main")[1]
        for days in ("7", "30", "0", "abc"):
            assert me.get(f"/storerooms/climate/{number}/?days={days}").status_code == 200
        file = me.get(f"/storerooms/climate/{number}/readings.csv?days=7")
        assert file["Content-Type"].startswith("text/csv")
        assert file.content.decode("utf-8-sig").count("\r\n") == 58
        assert me.get("/storerooms/climate/999999/").status_code == 404


def test_a_loggers_file_is_taken_once(house: Hospital) -> None:
    number, _ = sensor(house, "w-upload")
    now = house.now().replace(microsecond=0)
    lines = "\n".join(f"{(now - timedelta(minutes=n)).isoformat()},21.{n % 10}" for n in range(50))
    with pages():
        me = Pages(house.actors["archivist"])
        here = f"/storerooms/climate/{number}/upload/"
        assert me.get(here).status_code == 200
        done = me.post(here, {"file": SimpleUploadedFile("log.csv", ("时间,读数\n" + lines).encode())})
        assert done.status_code == 302
        assert "接收 50 条" in text(me.get(done["Location"]))
        again = me.post(here, {"file": SimpleUploadedFile("log.csv", lines.encode())})
        assert "已有 50 条" in text(me.get(again["Location"]))
        exported = me.get(f"/storerooms/climate/{number}/readings.csv").content
        back = me.post(here, {"file": SimpleUploadedFile("x.csv", exported)})
        assert "接收 0 条" in text(me.get(back["Location"]))  # our own file comes back as it left
        for bad in (b"", b"\xff\xfe\x00", b"a,b\n", lines.encode() + b"\n2026-01-01T00:00:00,20"):
            answer = me.post(here, {"file": SimpleUploadedFile("bad.csv", bad)})
            assert answer.status_code == 400
        assert me.post(here, {}).status_code == 400
        assert house.sql("SELECT count(*) FROM sensor_reading WHERE sensor_id = %s", number) == [(50,)]


def test_a_round_is_done_on_the_page_with_photos(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        page = me.get("/storerooms/rounds/")
        assert "防火巡查" in text(page)
        run = house.sql("SELECT id FROM duty_run WHERE duty = 'protect_fire' AND state = 'open' ORDER BY id LIMIT 1")[
            0
        ][0]
        empty = me.post("/storerooms/rounds/", {"run": str(run), "result": "x"})
        assert empty.status_code == 400
        assert "4 至 4000 字" in text(empty)
        wrong = me.post("/storerooms/rounds/", {
            "run": str(run), "result": "灭火器压力正常", "photo": SimpleUploadedFile("a.gif", b"GIF89a"),
        })  # fmt: skip
        assert wrong.status_code == 400
        assert "灭火器压力正常" in wrong.content.decode()  # nothing typed is lost
        done = me.post("/storerooms/rounds/", {
            "run": str(run), "result": "一只灭火器压力不足", "abnormal": "1",
            "photo": [SimpleUploadedFile("a.jpg", jpeg(n=1)), SimpleUploadedFile("b.jpg", jpeg(n=2))],
        })  # fmt: skip
        assert done.status_code == 302
        assert "异常已交" in text(me.get(done["Location"]))
        listed = me.get(f"/storerooms/rounds/{run}/")
        pictures = re.findall(r'<img src="([^"]+)"', listed.content.decode())
        assert len(pictures) == 2
        shown = me.get(pictures[0])
        assert shown["Content-Type"] == "image/jpeg"
        assert "sandbox" in shown["Content-Security-Policy"]
        assert b"GPS" not in shown.content
        assert Pages(house.actors["doctor"]).get(pictures[0]).status_code == 403
        assert "有异常" in text(me.get("/storerooms/rounds/?room=一号库"))


def test_a_device_is_registered_logged_and_found(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["sysadmin"])
        good = {"kind": "ups", "name": "不间断电源", "serial": "W-UPS", "place": "机房", "storeroom": "",
                "person": "Tsysadmin", "next": ""}  # fmt: skip
        assert me.post("/equipment/new/", {**good, "person": "T0"}).status_code == 400
        made = me.post("/equipment/new/", good)
        assert made.status_code == 302
        here = made["Location"]
        assert me.post(here, {"kind": "check", "text": ""}).status_code == 400
        assert me.post(here, {"kind": "repair", "text": "不该修"}).status_code == 400  # it runs
        assert me.post(here, {"kind": "fault", "text": "电池鼓包"}).status_code == 302
        page = me.get(here)
        assert "电池鼓包" in text(page)
        assert "运行 → 故障" in text(page)
        assert me.post(here, {"kind": "change", "text": "调参", "matter": "abc"}).status_code == 400
        refused = me.post(here, {"kind": "change", "text": "调整告警阈值", "matter": "7"})
        assert refused.status_code == 400
        assert "已批准" in text(refused)
        assert "调整告警阈值" in refused.content.decode()
        assert "不间断电源" in text(me.post("/equipment/", {"find": "w-ups"}))
        assert "没有符合的设备" in text(me.post("/equipment/", {"find": "没有这台"}))
        assert me.get("/equipment/?state=faulty").status_code == 200
        assert me.get("/equipment/?due=1&after=99999999&kind=x&state=y").status_code == 200
        assert "登记一条" not in text(Pages(house.actors["audit"]).get(here))


def test_storage_shows_what_drifted_and_asks_for_a_rotation_by_two(house: Hospital) -> None:
    house.sql("CREATE ROLE stranger")
    try:
        house.write(JOB, Verb.TAKE_FINGERPRINT, TakeFingerprint())
        with pages():
            page = Pages(house.actors["secadmin"]).get("/storage/")
            assert "accounts:role stranger" in text(page)
            assert "查看事项" in text(page)
            assert "尚不能预测" in text(page)
            asked = Pages(house.actors["secadmin"]).post("/storage/keys/", {"reason": "到期轮换"})
            assert asked.status_code == 302
            assert house.sql("SELECT count(*) FROM proposal WHERE verb = 'rotate_keys' AND state = 'waiting'") != [(0,)]
    finally:
        house.sql("DROP ROLE stranger")
        house.write(JOB, Verb.TAKE_FINGERPRINT, TakeFingerprint())


def test_who_may_not_gets_a_reason_and_one_entry(house: Hospital) -> None:
    with pages():
        for address in ("/storerooms/climate/", "/equipment/", "/storage/"):
            before = house.sql("SELECT count(*) FROM entry")[0][0]
            assert Pages(house.actors["doctor"]).get(address).status_code == 403
            assert house.sql("SELECT count(*) FROM entry")[0][0] == before + 1
        for who, address in (("audit", "/storerooms/climate/new/"), ("audit", "/equipment/new/")):
            before = house.sql("SELECT count(*) FROM sensor")
            answer = Pages(house.actors[who]).post(address, {"name": "x", "kind": "ups", "serial": "1", "place": "a"})
            assert answer.status_code in (400, 403)
            assert house.sql("SELECT count(*) FROM sensor") == before


def test_few_statements(house: Hospital) -> None:
    numbers = [sensor(house, f"w-few-{n}")[0] for n in range(12)]
    devices = [register(house, f"W-FEW-{n}") for n in range(12)]
    for device in devices:
        log(house, device, "check")
    run = house.sql("SELECT run_id FROM duty_evidence LIMIT 1")[0][0]
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    with pages():
        me = Pages(house.actors["archivist"])
        for address in (
            "/storerooms/climate/", f"/storerooms/climate/{numbers[0]}/", f"/storerooms/climate/{numbers[0]}/?days=30",
            "/storerooms/rounds/", f"/storerooms/rounds/{run}/", "/equipment/", f"/equipment/{devices[0]}/",
            "/storage/",
            f"/storerooms/climate/{numbers[0]}/upload/", "/storerooms/climate/new/", "/equipment/new/",
        ):  # fmt: skip
            who = Pages(house.actors["sysadmin"]) if address.endswith("new/") else me
            assert who.get(address).status_code == 200, address
            said.clear()
            pool.fetch = counted
            try:
                with CaptureQueriesContext(connection) as direct:
                    assert who.get(address).status_code == 200
            finally:
                del pool.fetch
            print(address, len(said), len(direct))
            assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_in_both_languages(house: Hospital, language: str) -> None:
    with pages():
        me = Pages(house.actors["sysadmin"], language)
        for address in ("/storerooms/climate/", "/storerooms/rounds/", "/equipment/", "/storage/", "/storage/keys/"):
            assert me.get(address).status_code in (200, 403), address
