"""三（一）2 巡查: rounds for each storeroom, photos without their cameras' notes, remedies [3.1.2] [7.1.1]"""

import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.duties import DoDuty, DutiesRequest, OpenDuties
from jingui.core.duties_climate import ROUNDS
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Actor
from jingui.core.rounds import AddEvidence, EvidenceRequest
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.formats import photo
from jingui.gate import door
from tests.hospital import Hospital
from tests.pictures import png
from tests.storerooms.test_climate import storeroom

JOB = Actor(name="system:duties", strength=Strength.LOCAL, entrance=Entrance.JOB)
PLACE = b"GPSLatitude 30.2741N by Li"


def segment(mark: int, content: bytes) -> bytes:
    return bytes([0xFF, mark]) + (len(content) + 2).to_bytes(2) + content


def exif(turn: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHIHH", 0x0112, 3, 1, turn, 0) + b"\0\0\0\0"
    return b"Exif\0\0" + tiff + PLACE


def jpeg(turn: int = 6, tail: bytes = b"", n: int = 0) -> bytes:
    scan = bytes((1, 2, 3, n)) + b"\xff\x00\xff\xd0\x05\x06"
    frame = segment(0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00")
    return (
        b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xE1, exif(turn)) + segment(0xFE, PLACE)
        + segment(0xED, b"Photoshop " + PLACE) + frame + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + scan
        + segment(0xE1, PLACE) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x07\xff\xd9" + tail
    )  # fmt: skip


def test_a_photo_loses_everything_but_the_picture_and_its_turn() -> None:
    media, made = photo.stripped(jpeg(tail=jpeg()))
    assert media == "image/jpeg"
    assert PLACE not in made
    assert made.count(b"\xff\xd8") == 1  # the second picture that phones hang on is gone
    assert made.endswith(b"\x07\xff\xd9")
    assert made.count(b"Exif") == 1
    assert photo._turn(made[made.index(b"Exif") :]) == 6
    assert photo.stripped(made)[1] == made
    assert b"Exif" not in photo.stripped(jpeg(turn=1))[1]
    text = b"tEXtGPS\0" + PLACE
    chunk = (len(text) - 4).to_bytes(4) + text + zlib.crc32(text).to_bytes(4)
    whole = png(10)
    media, plain = photo.stripped(whole[:33] + chunk + whole[33:])
    assert (media, plain) == ("image/png", photo.stripped(whole)[1])


@pytest.mark.parametrize("cut", [3, 20, 60, 120, -1])
def test_a_photo_that_is_cut_is_refused(cut: int) -> None:
    with pytest.raises(Invalid):
        photo.stripped(jpeg()[:cut])


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    storeroom(hospital, "巡查一库")
    storeroom(hospital, "巡查二库")
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.write(JOB, Verb.DO_DUTY, OpenDuties())
    return hospital


def runs(house: Hospital, duty: str) -> list[tuple[int, int]]:
    return house.sql(  # type: ignore[return-value]  # two numbers each
        "SELECT id, department_id FROM duty_run WHERE duty = %s AND state = 'open' ORDER BY id", duty
    )


def test_every_storeroom_has_its_seven_rounds(house: Hospital) -> None:
    rooms = {n for (n,) in house.sql("SELECT id FROM storeroom WHERE ended IS NULL")}
    for duty in ROUNDS:
        assert {place for _, place in runs(house, duty)} == rooms
    asked = house.operation("archivist", Verb.READ_DUTIES, DutiesRequest(count=500), purpose=Purpose.OPERATION)
    shown = {(one.duty, one.department, one.mine) for one in door.read(asked).value}
    assert ("protect_fire", "巡查一库", True) in shown
    before = house.sql("SELECT count(*) FROM duty_run")
    house.write(JOB, Verb.DO_DUTY, OpenDuties())
    assert house.sql("SELECT count(*) FROM duty_run") == before


def bring(house: Hospital, who: str, run: int, content: bytes, name: str = "IMG_1.jpg") -> Any:
    return house.write(who, Verb.ADD_EVIDENCE, AddEvidence(run=run, name=name, content=content)).value


def look(house: Hospital, who: str, **asked: int) -> Any:
    return door.read(
        house.operation(who, Verb.READ_EVIDENCE, EvidenceRequest(**asked), purpose=Purpose.OPERATION)
    ).value


def test_photos_are_brought_by_who_makes_the_round_and_seen_by_keepers(house: Hospital) -> None:
    run = runs(house, "protect_damp")[0][0]
    entries = house.sql("SELECT count(*) FROM entry")[0][0]
    number = bring(house, "archivist", run, jpeg())
    assert house.sql("SELECT count(*) FROM entry")[0][0] == entries + 1
    stored = bytes(house.sql("SELECT payload FROM duty_evidence WHERE id = %s", number)[0][0])
    assert b"JFIF" not in stored
    found = look(house, "affairs", run=run)
    assert [(one.id, one.content, one.person) for one in found.photos] == [(number, b"", "archivist")]
    assert found.place.startswith("巡查") or found.place
    assert look(house, "affairs", photo=number).photos[0].content == photo.stripped(jpeg())[1]
    for who in ("doctor", "nurse", "registrar"):
        with pytest.raises(Refused):
            look(house, who, photo=number)
        with pytest.raises(Refused):
            bring(house, who, run, jpeg(n=9))
    with pytest.raises(NotFound):
        look(house, "affairs", photo=10**12)
    with pytest.raises(NotFound):
        bring(house, "archivist", 10**12, jpeg())
    with pytest.raises(Conflict):
        bring(house, "archivist", run, jpeg())  # the same picture
    for content in (b"", b"%PDF-1.4\n%%EOF", b"GIF89a", jpeg()[:-2], b"\xff\xd8\xff" + b"\0" * (13 << 20)):
        with pytest.raises(Invalid):
            bring(house, "archivist", run, content)
    for n in range(1, 12):
        bring(house, "archivist", run, jpeg(n=n))
    with pytest.raises(Conflict):
        bring(house, "archivist", run, jpeg(n=12))


def test_a_swapped_photo_is_named(house: Hospital) -> None:
    run = runs(house, "protect_light")[0][0]
    one, other = bring(house, "archivist", run, jpeg(n=50)), bring(house, "archivist", run, jpeg(n=51))
    house.sql("ALTER TABLE duty_evidence DISABLE TRIGGER USER")
    keep = house.sql("SELECT payload FROM duty_evidence WHERE id = %s", one)[0][0]
    house.sql("UPDATE duty_evidence SET payload = (SELECT payload FROM duty_evidence WHERE id = %s) WHERE id = %s",
              other, one)  # fmt: skip
    try:
        with pytest.raises(Tampered):
            look(house, "affairs", photo=one)
    finally:
        house.sql("UPDATE duty_evidence SET payload = %s WHERE id = %s", keep, one)
        house.sql("ALTER TABLE duty_evidence ENABLE TRIGGER USER")


def test_an_abnormal_round_asks_for_a_remedy(house: Hospital) -> None:
    run, place = runs(house, "protect_rats")[0]
    with pytest.raises(Refused):
        house.write("nurse", Verb.DO_DUTY, DoDuty(run=run, result="挡鼠板缺失", abnormal=True))
    house.write("archivist", Verb.DO_DUTY, DoDuty(run=run, result="挡鼠板缺失，墙角有鼠迹", abnormal=True))
    matter = house.sql("SELECT matter FROM duty_run WHERE id = %s", run)[0][0]
    assert house.sql("SELECT kind, subject_id FROM matter WHERE id = %s", matter) == [
        ("protection_finding", house.people["archivist"])
    ]
    bring(house, "archivist", run, jpeg(n=60))  # who made the round may still bring its photos
    house.person("archivist2", Role.ARCHIVIST, "xxk")
    with pytest.raises(Conflict):
        bring(house, "archivist2", run, jpeg(n=61))
    normal = runs(house, "protect_rats")[0][0]
    house.write("archivist", Verb.DO_DUTY, DoDuty(run=normal, result="一切正常"))
    assert house.sql("SELECT matter FROM duty_run WHERE id = %s", normal) == [(0,)]
    assert place


def test_a_missed_round_takes_no_photos(house: Hospital) -> None:
    run = runs(house, "protect_heat")[0][0]
    from jingui.store.models import DutyRun

    row = DutyRun.objects.get(pk=run)
    row.due = house.now() - timedelta(minutes=1)
    house.keep(row, new=False)
    house.write(JOB, Verb.DO_DUTY, OpenDuties())
    assert house.sql("SELECT state FROM duty_run WHERE id = %s", run) == [("missed",)]
    with pytest.raises(Conflict):
        bring(house, "archivist", run, jpeg(n=70))
