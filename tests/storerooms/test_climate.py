"""三（一）2: sensors deliver once and in any order, alarms ask, rounds keep their photos [3.1.2] [7.1.1] [6.1.2]"""

import hashlib
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from jingui.core.climate import (
    LARGEST,
    ClimateRequest,
    EndSensor,
    Reading,
    RegisterSensor,
    TakeReadings,
    WatchClimate,
)
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered, TooLarge
from jingui.core.matters.asking import DecideMatter
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.hospital import Hospital
from tests.store.tampering import check

SENSOR = Actor(name="public:sensor", strength=Strength.TOKEN, entrance=Entrance.PUBLIC, address="10.0.0.9")
JOB = Actor(name="system:climate", strength=Strength.LOCAL, entrance=Entrance.JOB)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    """The hospital with somebody who confirms alarms, and a storeroom."""
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("watcher", Role.SUPERVISOR, "xxk")
    return hospital


def storeroom(house: Hospital, name: str) -> int:
    from jingui.gate.rows import next_id
    from jingui.store.models import Storeroom

    known = house.sql("SELECT id FROM storeroom WHERE name = %s", name)
    if known:
        return int(known[0][0])
    row = Storeroom(id=next_id(Storeroom), name=name, person_id=house.people["archivist"], capacity=1000)
    return int(house.keep(row).pk)


def sensor(house: Hospital, name: str, quantity: str = "temperature", **more: Any) -> tuple[int, bytes]:
    """A registered sensor: its number and its token's digest."""
    token = hashlib.sha256(name.encode()).digest()
    data = RegisterSensor(
        storeroom=storeroom(house, "一号库"), name=name, quantity=quantity, low=more.get("low", 14_000),
        high=more.get("high", 24_000), every=more.get("every", 300), token=token,
        person=house.people[more.get("person", "archivist")],
    )  # fmt: skip
    return house.write("archivist", Verb.REGISTER_SENSOR, data).value, token


def send(house: Hospital, token: bytes, *readings: tuple[datetime, float]) -> Any:
    data = TakeReadings(token=token, readings=tuple(Reading(at=at, value=int(value * 1000)) for at, value in readings))
    return house.write(SENSOR, Verb.TAKE_READINGS, data).value


def seen(house: Hospital, number: int, **more: Any) -> Any:
    asked = house.operation(
        "archivist", Verb.READ_CLIMATE, ClimateRequest(sensor=number, **more), purpose=Purpose.OPERATION
    )
    return door.read(asked).value


def test_a_batch_is_taken_once_in_any_order_and_entered_once(house: Hospital) -> None:
    number, token = sensor(house, "t-once")
    now = house.now().replace(microsecond=0)
    before = house.sql("SELECT count(*) FROM entry")[0][0]
    made = send(house, token, *((now - n * 5 * MINUTE, 20 + n / 10) for n in range(20)))
    assert (made.new, made.known, made.other) == (20, 0, 0)
    assert house.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    again = send(house, token, *((now - n * 5 * MINUTE, 20 + n / 10) for n in range(20)))
    assert (again.new, again.known, again.other) == (0, 20, 0)
    lied = send(house, token, (now, 35.0), (now - 200 * MINUTE, 21.0))
    assert (lied.new, lied.known, lied.other) == (1, 0, 1)
    rows = house.sql("SELECT value FROM sensor_reading WHERE sensor_id = %s AND at = %s", number, now)
    assert rows == [(20_000,)]
    assert house.sql("SELECT last FROM sensor WHERE id = %s", number) == [(now,)]
    assert seen(house, number).sensors[0].value == 20_000


def test_absurd_values_are_kept_and_marked_and_not_plotted(house: Hospital) -> None:
    number, token = sensor(house, "t-absurd")
    now = house.now().replace(microsecond=0)
    made = send(house, token, (now - 2 * MINUTE, 20), (now - MINUTE, 900), (now, 21))
    assert (made.new, made.absurd) == (3, 1)
    data = TakeReadings(token=token, readings=(Reading(at=now - 3 * MINUTE, value=10**15),))
    house.write(SENSOR, Verb.TAKE_READINGS, data)
    kept = house.sql("SELECT value, absurd FROM sensor_reading WHERE sensor_id = %s ORDER BY at", number)
    assert kept == [(LARGEST, True), (20_000, False), (900_000, True), (21_000, False)]
    assert max(point.high for point in seen(house, number).points) == 21_000


def test_hostile_deliveries_change_nothing(house: Hospital) -> None:
    number, token = sensor(house, "t-hostile")
    now = house.now()
    before = house.sql("SELECT count(*) FROM sensor_reading")
    for token_, readings, error in (
        (token, [(now + timedelta(minutes=11), 20.0)], Invalid),
        (token, [(now, 20.0), (now.replace(year=1990), 20.0)], Invalid),
        (token, [], Invalid),
        (token, [(now - n * MINUTE, 20.0) for n in range(5001)], TooLarge),
        (b"", [(now, 20.0)], Refused),
        (hashlib.sha256(b"nobody").digest(), [(now, 20.0)], Refused),
        (b"short", [(now, 20.0)], Refused),
    ):
        entries = house.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(error) as caught:
            send(house, token_, *readings)
        assert house.sql("SELECT count(*) FROM entry")[0][0] == entries + 1
        if error is Refused:
            assert caught.value.reason == "sensor"
    with pytest.raises(Refused):  # a token is no person
        house.write(SENSOR, Verb.REGISTER_SENSOR, TakeReadings(readings=()))
    data = TakeReadings(sensor=number, readings=(Reading(at=now, value=20_000),))
    with pytest.raises(Refused):
        house.write("doctor", Verb.TAKE_READINGS, data)
    public = Actor(name="public:sensor", strength=Strength.NONE, entrance=Entrance.PUBLIC)
    with pytest.raises(Refused):
        house.write(public, Verb.TAKE_READINGS, TakeReadings(token=token, readings=(Reading(at=now, value=20_000),)))
    assert house.sql("SELECT count(*) FROM sensor_reading") == before


def test_a_sensor_cannot_name_another(house: Hospital) -> None:
    first, _ = sensor(house, "t-first")
    _, token = sensor(house, "t-second")
    now = house.now()
    data = TakeReadings(token=token, sensor=first, readings=(Reading(at=now, value=20_000),))
    house.write(SENSOR, Verb.TAKE_READINGS, data)
    assert house.sql("SELECT count(*) FROM sensor_reading WHERE sensor_id = %s", first) == [(0,)]


def test_a_changed_sensor_row_is_refused_by_name(house: Hospital) -> None:
    number, token = sensor(house, "t-bent")
    house.sql("UPDATE sensor SET high = 90000 WHERE id = %s", number)
    try:
        with pytest.raises(Tampered):
            send(house, token, (house.now(), 80.0))
        assert not seen(house, number).sensors[0].genuine
    finally:
        house.sql("UPDATE sensor SET high = 24000 WHERE id = %s", number)
    send(house, token, (house.now(), 20.0))


def matter(house: Hospital, alarm: int) -> tuple[int, str]:
    number = house.sql("SELECT matter FROM climate_alarm WHERE id = %s", alarm)[0][0]
    return number, house.sql("SELECT encode(basis, 'hex') FROM matter WHERE id = %s", number)[0][0]


def decide(house: Hospital, who: str, alarm: int, move: str, outcome: str = "") -> None:
    number, basis = matter(house, alarm)
    data = DecideMatter(matter=number, move=move, comment="空调故障，已报修", basis=basis, outcome=outcome)
    house.write(who, Verb.DECIDE_MATTER, data)


def test_an_alarm_asks_its_keeper_and_closes_when_it_is_over(house: Hospital) -> None:
    number, token = sensor(house, "t-alarm")
    now = house.now().replace(microsecond=0) - timedelta(hours=3)
    made = send(house, token, *((now + n * 5 * MINUTE, 28.0) for n in range(5)))
    assert made.alarms == 1
    again = send(house, token, (now + 25 * MINUTE, 29.0))
    assert again.alarms == 0
    (alarm,) = seen(house, number).alarms
    assert (alarm.kind, alarm.ends, alarm.worst) == ("high", None, 29_000)
    assert house.sql("SELECT subject_id, kind FROM matter WHERE id = %s", alarm.matter) == [
        (house.people["archivist"], "climate_alarm")
    ]
    with pytest.raises(Refused):
        decide(house, "affairs", alarm.id, "approve", "restored")  # the keeper speaks first
    decide(house, "archivist", alarm.id, "reply")
    with pytest.raises(Conflict):
        decide(house, "affairs", alarm.id, "approve", "restored")  # it is still too warm
    with pytest.raises(Refused):
        decide(house, "archivist", alarm.id, "approve", "restored")  # nobody confirms their own answer
    send(house, token, *((now + (30 + 5 * n) * MINUTE, 20.0) for n in range(5)))
    (ended,) = seen(house, number).alarms
    assert ended.ends == now + 30 * MINUTE
    decide(house, "affairs", alarm.id, "approve", "restored")
    assert house.sql("SELECT state FROM matter WHERE id = %s", alarm.matter) == [("executed",)]
    # warm again within two hours: the same alarm, no new matter
    more = send(house, token, *((now + (60 + 5 * n) * MINUTE, 30.0) for n in range(5)))
    assert more.alarms == 0
    assert [one.ends for one in seen(house, number).alarms] == [None]


def test_late_readings_make_the_alarm_that_was_and_batches_split_anyhow_agree(house: Hospital) -> None:
    base = house.now().replace(microsecond=0) - timedelta(hours=20)
    values = [20] * 6 + [27] * 8 + [20] * 8 + [12] * 6 + [20] * 10
    course = [(base + n * 5 * MINUTE, float(value)) for n, value in enumerate(values)]
    ordered, one_token = sensor(house, "t-ordered")
    for reading in course:
        send(house, one_token, reading)
    mixed, two_token = sensor(house, "t-mixed")
    for part in (course[20:], course[:10], course[10:20]):
        send(house, two_token, *part)

    def alarms(number: int) -> Any:
        found = "SELECT kind, starts, ends, worst FROM climate_alarm WHERE sensor_id = %s ORDER BY starts"
        return house.sql(found, number)

    assert [one[0] for one in alarms(ordered)] == ["high", "low"]
    assert alarms(ordered) == alarms(mixed)


def test_two_deliveries_at_once_make_one_alarm(house: Hospital) -> None:
    number, token = sensor(house, "t-race")
    now = house.now().replace(microsecond=0) - timedelta(hours=1)
    course = [(now + n * 5 * MINUTE, 31.0) for n in range(6)]
    failed: list[Exception] = []

    def go() -> None:
        from django.db import connection

        try:
            send(house, token, *course)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the test shows it
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert house.sql("SELECT count(*) FROM climate_alarm WHERE sensor_id = %s", number) == [(1,)]
    assert house.sql("SELECT count(*) FROM sensor_reading WHERE sensor_id = %s", number) == [(6,)]


def test_a_silent_sensor_is_noticed_once_and_speaks_again(house: Hospital) -> None:
    number, token = sensor(house, "t-silent", every=60)
    send(house, token, (house.now() - timedelta(minutes=30), 20.0))
    assert number in door.due.silent_sensors(door.now())
    assert house.write(JOB, Verb.TAKE_READINGS, WatchClimate(sensor=number)).value.alarms == 1
    assert number not in door.due.silent_sensors(door.now())
    assert house.write(JOB, Verb.TAKE_READINGS, WatchClimate(sensor=number)).value.alarms == 0
    (alarm,) = seen(house, number).alarms
    assert (alarm.kind, alarm.ends) == ("gap", None)
    decide(house, "archivist", alarm.id, "reply")
    with pytest.raises(Conflict):
        decide(house, "affairs", alarm.id, "approve", "device")  # nothing came yet
    send(house, token, (house.now(), 20.5))
    (ended,) = seen(house, number).alarms
    assert ended.ends is not None
    decide(house, "affairs", alarm.id, "approve", "device")
    with pytest.raises(Refused):
        house.write("doctor", Verb.TAKE_READINGS, WatchClimate(sensor=number))


def test_a_retired_sensor_delivers_nothing_and_its_alarms_end(house: Hospital) -> None:
    number, token = sensor(house, "t-over")
    now = house.now().replace(microsecond=0) - timedelta(hours=1)
    send(house, token, *((now + n * 5 * MINUTE, 31.0) for n in range(5)))
    with pytest.raises(Invalid):
        house.write("archivist", Verb.END_SENSOR, EndSensor(sensor=number, reason=" "))
    with pytest.raises(Refused):
        house.write("nurse", Verb.END_SENSOR, EndSensor(sensor=number, reason="损坏"))
    house.write("archivist", Verb.END_SENSOR, EndSensor(sensor=number, reason="传感器损坏"))
    with pytest.raises(Conflict):
        house.write("archivist", Verb.END_SENSOR, EndSensor(sensor=number, reason="传感器损坏"))
    with pytest.raises(Refused):
        send(house, token, (house.now(), 20.0))
    data = TakeReadings(sensor=number, readings=(Reading(at=house.now(), value=20_000),))
    with pytest.raises(NotFound):
        house.write("archivist", Verb.TAKE_READINGS, data)
    assert all(one.ends for one in seen(house, number).alarms)


def test_who_sees_the_storerooms(house: Hospital) -> None:
    for who, fits in (("archivist", True), ("watcher", True), ("audit", True), ("doctor", False), ("registrar", False)):
        asked = house.operation(who, Verb.READ_CLIMATE, ClimateRequest(), purpose=Purpose.OPERATION)
        if fits:
            assert door.read(asked).value.sensors
            continue
        with pytest.raises(Refused):
            door.read(asked)


def test_registering_says_what_is_wrong(house: Hospital) -> None:
    good = {
        "storeroom": storeroom(house, "一号库"), "name": "t-wrong", "quantity": "humidity", "low": 45_000,
        "high": 60_000, "every": 300, "token": b"x" * 32, "person": house.people["archivist"],
    }  # fmt: skip
    for wrong, place in (
        ({"quantity": "gravity"}, "quantity"), ({"storeroom": 10**9}, "storeroom"), ({"low": 70_000}, "low"),
        ({"every": 1}, "every"), ({"person": 10**9}, "person"), ({"name": " "}, "name"), ({"token": b""}, "token"),
        ({"high": 200_000}, "high"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            house.write("archivist", Verb.REGISTER_SENSOR, RegisterSensor(**{**good, **wrong}))
        assert place in dict(caught.value.places)
    house.write("archivist", Verb.REGISTER_SENSOR, RegisterSensor(**good))
    with pytest.raises(Conflict):
        house.write("archivist", Verb.REGISTER_SENSOR, RegisterSensor(**{**good, "token": b"y" * 32}))


def test_every_row_fits_its_entry(house: Hospital) -> None:
    found = check(house).findings
    tables = ("sensor", "climate_alarm", "matter", "duty_run")
    assert [one for one in found if str(one.where).startswith(tables)] == []


def test_readings_are_kept_as_they_came(house: Hospital) -> None:
    import psycopg

    with psycopg.connect(house.addresses["app"].psycopg(), autocommit=True) as link:
        for sql in ("UPDATE sensor_reading SET value = 0", "DELETE FROM sensor_reading"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(sql)  # type: ignore[arg-type]  # own texts
