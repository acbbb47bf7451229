"""六（一）3 灾备演练 through the door: recorded once, read genuine or named as not, verified [6.1.3] [3.1.1]"""

from datetime import datetime, timedelta

import pytest

from jingui.core.drills import Drills, DrillsRequest, RecordDrill
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.words import Purpose, Strength, Verb
from jingui.gate import door
from tests.hospital import Hospital


def drill(hospital: Hospital, **more: object) -> RecordDrill:
    """One that ended a while ago."""
    started: datetime = hospital.now() - timedelta(hours=3)
    given = {"kind": "switch", "started": started, "ended": started + timedelta(hours=1), "lost": 0, "seconds": 12,
             "text": "停用主机，备机接管；发现告警电话过期，已更新。", **more}  # fmt: skip
    return RecordDrill(**given)  # type: ignore[arg-type]


def read(hospital: Hospital, who: str = "audit", **asked: int) -> Drills:
    """The register."""
    operation = hospital.operation(who, Verb.READ_BACKUPS, DrillsRequest(**asked), purpose=Purpose.OVERSIGHT)
    found: Drills = door.read(operation).value
    return found


def test_recorded_and_read(hospital: Hospital) -> None:
    data = drill(hospital, seconds=21)
    number = hospital.write("sysadmin", Verb.RECORD_DRILL, data).value
    line = next(one for one in read(hospital).lines if one.id == number)
    assert (line.kind, line.lost, line.seconds, line.text, line.genuine) == ("switch", 0, 21, data.text, True)
    assert line.person
    kept = bytes(hospital.sql("SELECT payload FROM drill WHERE id = %s", number)[0][0])
    assert data.text.encode() not in kept, "what was seen stands encrypted"
    with pytest.raises(Conflict):
        hospital.write("secadmin", Verb.RECORD_DRILL, data)


@pytest.mark.parametrize("who", ["audit", "doctor", "nurse", "archivist"])
def test_refused_and_entered(hospital: Hospital, who: str) -> None:
    before = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'record_drill' AND decision = 'deny'")[0][0]
    with pytest.raises(Refused):
        hospital.write(who, Verb.RECORD_DRILL, drill(hospital))
    after = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'record_drill' AND decision = 'deny'")[0][0]
    assert after == before + 1


def test_a_password_alone_is_not_enough(hospital: Hospital) -> None:
    from dataclasses import replace

    weak = replace(hospital.actors["sysadmin"], strength=Strength.PASSWORD)
    with pytest.raises(Refused):
        hospital.write(weak, Verb.RECORD_DRILL, drill(hospital))


def test_wrong_data(hospital: Hospital) -> None:
    with pytest.raises(Invalid) as refused:
        hospital.write("sysadmin", Verb.RECORD_DRILL, drill(hospital, seconds=99_999, lost=-1))
    assert {"seconds", "lost"} <= {place for place, _ in refused.value.places}


def test_pages_of_the_register(hospital: Hospital) -> None:
    for hour in range(5):
        started = hospital.now() - timedelta(days=2, hours=hour)
        hospital.write(
            "sysadmin", Verb.RECORD_DRILL, drill(hospital, started=started, ended=started + timedelta(hours=1))
        )
    first = read(hospital, count=2)
    second = read(hospital, count=2, before=first.lines[-1].id)
    assert first.more
    assert {one.id for one in first.lines}.isdisjoint(one.id for one in second.lines)


def test_a_database_administrators_hand_is_named(hospital: Hospital) -> None:
    number = hospital.write("sysadmin", Verb.RECORD_DRILL, drill(hospital, kind="cut", lost=40, seconds=900)).value
    hospital.sql("UPDATE drill SET lost = 0, seconds = 9 WHERE id = %s", number)
    line = next(one for one in read(hospital).lines if one.id == number)
    assert not line.genuine
    assert (line.lost, line.seconds, line.text) == (0, 0, "")
    hospital.sql("UPDATE drill SET lost = 40, seconds = 900 WHERE id = %s", number)
