"""三（二）3 设备: registered, logged, due; configuration and scrapping only by matters [3.2.3] [3.1.2]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.calendars import CHINA
from jingui.core.equipment import EquipmentRequest, LogEquipment, RegisterEquipment
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.asking import DecideMatter, StartMatter
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.hospital import Hospital
from tests.store.tampering import check
from tests.storerooms.test_climate import storeroom


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("sysadmin2", Role.SYSTEM_ADMIN, "xxk")
    return hospital


def register(house: Hospital, serial: str, kind: str = "server", **more: Any) -> int:
    data = RegisterEquipment(
        kind=kind, name=more.get("name", "存储服务器"), serial=serial, place=more.get("place", "机房 A1"),
        storeroom=more.get("storeroom", 0), person=house.people["sysadmin"], next=more.get("next"),
    )  # fmt: skip
    return int(house.write("sysadmin", Verb.REGISTER_EQUIPMENT, data).value)


def log(house: Hospital, number: int, kind: str, who: str = "sysadmin", **more: Any) -> Any:
    data = LogEquipment(equipment=number, kind=kind, text=more.pop("text", "已按规程办理"), **more)
    return house.write(who, Verb.LOG_EQUIPMENT, data).value


def seen(house: Hospital, **asked: Any) -> Any:
    request = EquipmentRequest(**asked)
    return door.read(house.operation("audit", Verb.READ_EQUIPMENT, request, purpose=Purpose.OPERATION)).value


def state(house: Hospital, number: int) -> str:
    return str(house.sql("SELECT state FROM equipment WHERE id = %s", number)[0][0])


def approve(house: Hospital, kind: str, answers: dict[str, str]) -> int:
    """A matter approved by the security administrator and the head."""
    started = house.write(
        "sysadmin", Verb.START_MATTER, StartMatter(kind=kind, answers=tuple(answers.items()), submit=True)
    ).value
    for who in ("secadmin", "head"):
        basis = house.sql("SELECT encode(basis, 'hex') FROM matter WHERE id = %s", started.matter)[0][0]
        house.write(who, Verb.DECIDE_MATTER, DecideMatter(matter=started.matter, move="approve", basis=basis))
    return int(started.matter)


def change(house: Hospital, parts: str, *, equipment: int = 0, first: int = 0, last: int = 1) -> int:
    today = house.now().astimezone(CHINA).date()
    answers = {
        "parts": parts, "what": "调整参数", "why": "性能", "risk": "低", "rollback": "恢复原值",
        "first": (today + timedelta(days=first)).isoformat(), "last": (today + timedelta(days=last)).isoformat(),
    }  # fmt: skip
    return approve(house, "configuration_change", answers | ({"equipment": str(equipment)} if equipment else {}))


def test_a_device_is_maintained_breaks_and_is_repaired(house: Hospital) -> None:
    number = register(house, "SN-1")
    today = house.now().astimezone(CHINA).date()
    assert house.sql("SELECT next FROM equipment WHERE id = %s", number) == [(today + timedelta(days=30),)]
    log(house, number, "check", text="运行正常，温度 41 度")
    log(house, number, "fault", text="电源模块报警")
    assert state(house, number) == "faulty"
    asked = house.sql("SELECT matter FROM equipment_log WHERE equipment_id = %s AND kind = 'fault'", number)[0][0]
    assert house.sql("SELECT kind, subject_id FROM matter WHERE id = %s", asked) == [
        ("equipment_fault", house.people["sysadmin"])
    ]
    with pytest.raises(Conflict):
        log(house, number, "fault")
    with pytest.raises(Conflict):
        log(house, number, "maintain")
    log(house, number, "repair", text="更换电源模块")
    assert state(house, number) == "running"
    lines = seen(house, equipment=number).log
    assert [one.kind for one in lines] == ["repair", "fault", "check"]
    assert lines[0].text == "更换电源模块"
    assert "温度".encode() not in bytes(
        house.sql("SELECT payload FROM equipment_log WHERE equipment_id = %s ORDER BY id", number)[0][0]
    )


def test_what_is_due_is_listed_and_maintaining_moves_it(house: Hospital) -> None:
    today = house.now().astimezone(CHINA).date()
    number = register(house, "SN-DUE", "fire_extinguisher", next=today, storeroom=storeroom(house, "一号库"), place="")
    assert number in [one.id for one in seen(house, due=True).rows]
    log(house, number, "maintain", text="压力正常，铅封完好")
    assert number not in [one.id for one in seen(house, due=True).rows]
    assert [one.id for one in seen(house, find="sn-due").rows] == [number]
    assert {one[0]: one[1] for one in seen(house).counts}["fire_extinguisher"] >= 1


def test_configuration_changes_only_by_a_matter_for_this_device(house: Hospital) -> None:
    number, other = register(house, "SN-CONF"), register(house, "SN-OTHER")
    with pytest.raises(Conflict):
        log(house, number, "change")
    matter = change(house, "server", equipment=number)
    with pytest.raises(Conflict):
        log(house, other, "change", matter=matter)
    log(house, number, "change", matter=matter, text="内存参数由 4 改为 8")
    whole = change(house, "server")
    with pytest.raises(Conflict):
        log(house, number, "change", matter=whole)


def test_what_holds_information_ends_by_two_peoples_word_and_before_a_witness(house: Hospital) -> None:
    number = register(house, "SN-DISK", "storage_medium")
    with pytest.raises(Conflict):
        log(house, number, "scrap", witness="Thead")
    fan = register(house, "SN-FAN", "air_conditioner")
    with pytest.raises(Invalid):
        approve(house, "media_scrap", {"equipment": str(fan), "method": "shred", "reason": "老化"})
    matter = approve(house, "media_scrap", {"equipment": str(number), "method": "shred", "reason": "坏道"})
    for witness in ("", "Tsysadmin", "Tnobody"):
        with pytest.raises(Invalid):
            log(house, number, "scrap", matter=matter, witness=witness)
    with pytest.raises(Refused):
        log(house, number, "scrap", who="secadmin", matter=matter, witness="Thead")
    log(house, number, "scrap", matter=matter, witness="Tsecadmin", text="现场粉碎")
    assert state(house, number) == "scrapped"
    assert "Tsecadmin" in seen(house, equipment=number).log[0].text
    with pytest.raises(Conflict):
        log(house, number, "scrap", matter=matter, witness="Tsecadmin")
    log(house, fan, "scrap", text="压缩机损坏")
    assert state(house, fan) == "scrapped"


def test_nobody_approves_both_steps_or_their_own(house: Hospital) -> None:
    number = register(house, "SN-FOUR", "storage_medium")
    answers = {"equipment": str(number), "method": "degauss", "reason": "老化"}
    started = house.write(
        "sysadmin", Verb.START_MATTER, StartMatter(kind="media_scrap", answers=tuple(answers.items()), submit=True)
    ).value
    basis = house.sql("SELECT encode(basis, 'hex') FROM matter WHERE id = %s", started.matter)[0][0]
    for who in ("sysadmin", "head", "doctor"):
        with pytest.raises(Refused):
            house.write(who, Verb.DECIDE_MATTER, DecideMatter(matter=started.matter, move="approve", basis=basis))
    with pytest.raises(Conflict):
        log(house, number, "scrap", matter=started.matter, witness="Thead")


def test_bad_input_and_wrong_posts(house: Hospital) -> None:
    number = register(house, "SN-BAD")
    for kind, text in (("explode", "x y"), ("check", " "), ("check", "x" * 3000), ("check", "a\0b")):
        with pytest.raises(Invalid):
            log(house, number, kind, text=text)
    with pytest.raises(NotFound):
        log(house, 10**12, "check")
    with pytest.raises(Conflict):
        register(house, "SN-BAD")
    for more in ({"kind": "rocket"}, {"name": ""}, {"place": ""}, {"storeroom": 10**12}):
        with pytest.raises(Invalid):
            register(house, "SN-BAD-2", **{"place": "机房", **more})
    for who in ("doctor", "audit", "secadmin"):
        with pytest.raises(Refused):
            log(house, number, "check", who=who)
    with pytest.raises(Refused):
        door.read(house.operation("doctor", Verb.READ_EQUIPMENT, EquipmentRequest(), purpose=Purpose.OPERATION))


def test_a_changed_row_is_refused_by_name(house: Hospital) -> None:
    number = register(house, "SN-BENT", "storage_medium")
    house.sql("UPDATE equipment SET kind = 'air_conditioner' WHERE id = %s", number)
    try:
        with pytest.raises(Tampered):
            log(house, number, "scrap", text="直接报废")
    finally:
        house.sql("UPDATE equipment SET kind = 'storage_medium' WHERE id = %s", number)


def test_every_row_fits_its_entry(house: Hospital) -> None:
    found = check(house).findings
    assert [one for one in found if str(one.where).startswith(("equipment", "matter", "duty_evidence"))] == []
