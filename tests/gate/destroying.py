"""What the tests of keeping and destroying share: people, patients of long ago, an approved list, its execution."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from jingui.core.destruction import Destroy, Destroyed, EraseKeys, PlanDestruction, RetentionRequest
from jingui.core.enter import Change
from jingui.core.errors import Unavailable
from jingui.core.operation import Actor, Operation, Target
from jingui.core.proposals import Verdict
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.gate.sealed import decided
from tests.gate.test_door import bundle
from tests.hospital import Hospital

JOB = Actor(name="system:destruction", strength=Strength.LOCAL, entrance=Entrance.JOB)
NUMBERS = iter(range(88_000_001, 88_999_999))


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A patient of long ago: public and internal number, the visit and the record."""

    public: str
    patient: int
    visit: str
    record: str
    name: str


def staff(hospital: Hospital) -> Hospital:
    """Two archivists, quality, medical affairs, a second security administrator, once a house."""
    for short, role in (
        ("archivist2", Role.ARCHIVIST), ("archivist3", Role.ARCHIVIST), ("quality", Role.QUALITY),
        ("affairs", Role.MEDICAL_AFFAIRS), ("affairs2", Role.MEDICAL_AFFAIRS), ("keykeeper", Role.SECURITY_ADMIN),
        ("watcher", Role.SUPERVISOR),
    ):  # fmt: skip
        hospital.person(short, role, "xxk")
    return hospital


def old(
    hospital: Hospital, name: str = "旧病人", first: str = "2001-03-01", last: str = "2001-03-04", kind: str = "AMB",
    number: str = "",
) -> Old:  # fmt: skip
    """Somebody whose only visit ended long ago."""
    changes = bundle(name, number or str(next(NUMBERS)))
    visit = changes[1].resource
    visit["status"] = "finished"
    visit["class"]["code"] = kind
    visit["period"] = {"start": f"{first}T09:00:00+08:00"} | ({"end": f"{last}T09:30:00+08:00"} if last else {})
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    pair = hospital.runtime.ids.internal(made[0].id)
    return Old(public=made[0].id, patient=pair[0], visit=made[1].id, record=made[2].id, name=name)


def again(hospital: Hospital, one: Old, day: str = "2026-01-01") -> None:
    """The same patient comes back."""
    visit = bundle()[1].resource
    visit |= {"status": "finished", "period": {"start": f"{day}T09:00:00+08:00", "end": f"{day}T09:30:00+08:00"},
              "subject": {"reference": f"Patient/{one.public}"}}  # fmt: skip
    visit["class"]["code"] = "AMB"
    hospital.enter("his", Change(visit), purpose=Purpose.OPERATION, target=Target(patient=one.patient))


def terms(hospital: Hospital, patient: int, who: str = "archivist") -> Any:
    """READ_RETENTION of a patient."""
    asked = hospital.operation(
        who, Verb.READ_RETENTION, RetentionRequest(), target=Target(patient=patient), purpose=Purpose.MANAGEMENT
    )
    return door.read(asked).value


def classes(hospital: Hospital, patient: int) -> dict[str, date | None]:
    """Until when each class is kept."""
    return {one.retention_class: one.until for one in terms(hospital, patient).classes}


def planned(hospital: Hospital, *lines: tuple[str, str], who: str = "archivist") -> int:
    """A list drawn up and handed in."""
    data = PlanDestruction(lines=lines, reason="期满，经鉴定无保存价值")
    return int(hospital.write(who, Verb.PLAN_DESTRUCTION, data).value.matter)


def approved(hospital: Hospital, *lines: tuple[str, str]) -> int:
    """A list that all three approved."""
    matter = planned(hospital, *lines)
    for who in ("quality", "affairs", "head"):
        decided(hospital, who, matter)
    return matter


def proposed(hospital: Hospital, matter: int, who: str = "archivist") -> Any:
    """The first person's word."""
    return hospital.write(who, Verb.DESTROY, Destroy(matter=matter)).value


def confirmed(hospital: Hospital, waiting: Any, who: str = "archivist2") -> Destroyed:
    """The second person's."""
    verdict = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    made: Destroyed = hospital.write(who, Verb.APPROVE, verdict).value.value
    return made


def erased(hospital: Hospital, matter: int) -> Destroyed:
    """The job's part, waiting a moment for the ledger to place the entry."""
    for _ in range(100):
        operation = Operation(
            actor=JOB, verb=Verb.ERASE_KEYS, at=door.now(), purpose=Purpose.OPERATION, data=EraseKeys(matter=matter)
        )
        try:
            made: Destroyed = door.write(operation).value
            return made
        except Unavailable:
            time.sleep(0.1)
    raise AssertionError("the ledger never placed the entry")


def destroyed(hospital: Hospital, *lines: tuple[str, str]) -> int:
    """The whole way."""
    matter = approved(hospital, *lines)
    confirmed(hospital, proposed(hospital, matter))
    erased(hospital, matter)
    return matter


def whole(one: Old, which: str = "outpatient") -> tuple[tuple[str, str], ...]:
    """Everything of a patient with one class."""
    return (one.public, which), (one.public, "identity")


def states(hospital: Hospital, matter: int) -> list[str]:
    return [row[0] for row in hospital.sql(
        "SELECT state FROM destruction WHERE matter = %s ORDER BY destruction_id", matter)]  # fmt: skip
