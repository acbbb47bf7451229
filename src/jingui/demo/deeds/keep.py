"""三（一）存储、期限、销毁: climate, devices, patients of long ago, a destruction, a hold, a drill [3.1.2] [3.1.3]"""

import hashlib
from datetime import datetime, timedelta
from time import sleep
from typing import Any

from jingui.core.bylaws import ChangeSetting
from jingui.core.climate import Reading, RegisterSensor, TakeReadings
from jingui.core.destruction import Destroy, EraseKeys, PlanDestruction
from jingui.core.drills import RecordDrill
from jingui.core.enter import Change, Submission
from jingui.core.equipment import LogEquipment, RegisterEquipment
from jingui.core.errors import Unavailable
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.proposals import Verdict
from jingui.core.words import Hold, Verb
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.generator.hospital import ZONE
from jingui.demo.month import Deed
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM
from jingui.gate import door

TRIES, PAUSE = 60, 0.5  # the ledger places what an operation rests on a moment later
QUARTER = timedelta(minutes=15)


@deed("setting")
def setting(cast: Cast, row: Deed) -> Kept:
    """The house agrees on another value: one proposes, a second confirms."""
    waiting = cast.write(row, Verb.CHANGE_SETTING, ChangeSetting(name=row.more["name"], value=row.more["value"])).value
    verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    cast.housekeeping(row.more["second"], Verb.APPROVE, verdict)
    return {"done": "1"}


@deed("sensor")
def sensor(cast: Cast, row: Deed) -> Kept:
    """A sensor of a storeroom; its token is made for the play and kept by nobody."""
    more = row.more
    data = RegisterSensor(
        storeroom=int(cast.kept(more["room"], "room")), name=row.words, quantity=more["quantity"], low=more["low"],
        high=more["high"], every=900, token=hashlib.sha256(row.id.encode()).digest(),
        person=cast.person(more["person"]),
    )  # fmt: skip
    return {"sensor": str(cast.write(row, Verb.REGISTER_SENSOR, data).value)}


@deed("readings")
def readings(cast: Cast, row: Deed) -> Kept:
    """Days of readings, a quarter of an hour apart: a calm course, and from `rises` hours ago to `falls` a rise."""
    more, end = row.more, cast.began.replace(second=0, microsecond=0)
    made = []
    for n in range(more["hours"] * 4):
        at = end - QUARTER * n
        hours = n / 4
        wave = (at.astimezone(ZONE).hour - 12) ** 2 * more["wave"] // 144
        high = more["rise"] if more.get("falls", 0) <= hours < more.get("rises", 0) else 0
        made.append(Reading(at=at, value=more["calm"] - wave + (n * 37 % 5) * more["noise"] + high))
    data = TakeReadings(sensor=int(cast.kept(more["of"], "sensor")), readings=tuple(made))
    taken = cast.write(row, Verb.TAKE_READINGS, data).value
    return {"new": str(taken.new), "alarms": str(taken.alarms)}


@deed("equipment")
def equipment(cast: Cast, row: Deed) -> Kept:
    """A device is registered; `log` is what is written down of it at once."""
    more = row.more
    data = RegisterEquipment(
        kind=more["kind"], name=row.words, serial=more["serial"], place=more["place"],
        person=cast.person(more["person"]),
    )  # fmt: skip
    number = cast.write(row, Verb.REGISTER_EQUIPMENT, data).value
    for kind, text in more.get("log", ()):
        cast.write(row, Verb.LOG_EQUIPMENT, LogEquipment(equipment=number, kind=kind, text=text))
    return {"equipment": str(number)}


@deed("long_ago")
def long_ago(cast: Cast, row: Deed) -> Kept:
    """A patient whose only visits were long ago, taken over from the old system."""
    more = row.more
    visit = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": more.get("class", "AMB")},
        "subject": {"reference": "urn:uuid:p"},
        "serviceType": {"coding": [{"system": DEPARTMENT_SYSTEM, "code": more["department"]}]},
        "period": {"start": f"{more['day']}T09:00:00+08:00", "end": f"{more['until']}T10:00:00+08:00"},
    }  # fmt: skip
    condition: dict[str, Any] = {
        "resourceType": "Condition", "subject": {"reference": "urn:uuid:p"}, "encounter": {"reference": "urn:uuid:e"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": more["code"]}], "text": row.words},
        "recordedDate": more["day"],
    }  # fmt: skip
    patient: dict[str, Any] = {
        "resourceType": "Patient", "name": [{"text": more["name"]}], "gender": more["sex"], "birthDate": more["born"],
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": more["number"]}],
    }  # fmt: skip
    changes = (
        Change(patient, "urn:uuid:p"), Change(visit, "urn:uuid:e"), Change(condition, "urn:uuid:c")
    )  # fmt: skip
    asked = cast.asked(row, Verb.IMPORT, Submission(changes=changes, source="demo"), target=Target())
    made = door.enter(asked).made
    return {"patient": made[0].id, "record": made[2].id}


@deed("hold")
def hold(cast: Cast, row: Deed) -> Kept:
    """A chart is held."""
    data = PlaceHold(kind=Hold(row.more["kind"]), reason=row.words)
    return {"hold": str(cast.write(row, Verb.PLACE_HOLD, data).value)}


@deed("destruction_list")
def planned(cast: Cast, row: Deed) -> Kept:
    """What is due is put on a list that others decide about."""
    lines = tuple((cast.kept(who, "patient"), which) for who, which in row.more["lines"])
    made = cast.write(row, Verb.PLAN_DESTRUCTION, PlanDestruction(lines=lines, reason=row.words), target=Target()).value
    return {"matter": str(made.matter)}


@deed("destroy")
def destroy(cast: Cast, row: Deed) -> Kept:
    """Two people destroy what the approved list says; the timed task erases the keys and makes the certificate."""
    matter = int(cast.kept(row.more["matter"], "matter"))
    waiting = cast.write(row, Verb.DESTROY, Destroy(matter=matter)).value
    verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    cast.housekeeping(row.more["second"], Verb.APPROVE, verdict)
    task = Deed(id=row.id, who="system:destruction", do=row.do, purpose=row.purpose)
    for _ in range(TRIES):
        if matter not in door.due.destructions():  # the house's own task was first
            break
        try:
            cast.write(task, Verb.ERASE_KEYS, EraseKeys(matter=matter))
        except Unavailable:
            sleep(PAUSE)
    return {"matter": str(matter)}


@deed("drill")
def drill(cast: Cast, row: Deed) -> Kept:
    """A switch-over that was tried is written down."""
    data = RecordDrill(
        kind=row.more["kind"], started=datetime.fromisoformat(cast.given(row, "started")),
        ended=datetime.fromisoformat(cast.given(row, "ended")), lost=row.more["lost"], seconds=row.more["seconds"],
        text=row.words,
    )  # fmt: skip
    return {"drill": str(cast.write(row, Verb.RECORD_DRILL, data).value)}
