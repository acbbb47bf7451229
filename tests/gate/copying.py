"""A window of the records room, and a portal, that make copies through the door; shared by the tests of copies."""

import time
from typing import Any

from jingui.core.errors import Unavailable
from jingui.core.matters.asking import Brought, DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Actor, Target
from jingui.core.release import (
    ChargeCopy,
    CheckCopy,
    ConfirmCopy,
    Copied,
    CopiesRequest,
    CopyCheck,
    HandCopy,
    Medium,
    Part,
    PrepareCopy,
    ReadCopy,
    StampCopy,
)
from jingui.core.words import Entrance, Purpose, Role, Verb
from jingui.gate import door
from tests.hospital import Hospital
from tests.pictures import png

WISH = {"purpose": Purpose.PATIENT_REQUEST}
CARD, OTHER_CARD = "11010519491231002X", "440524188001010014"
PUBLIC = Actor(name="public:verify", address="192.0.2.7", entrance=Entrance.PUBLIC)
ANSWERS = {
    "applicant": "李清照", "document_kind": "id_card", "document": CARD, "phone": "13800000000", "present": "patient",
    "scope": "all", "purpose": "商业保险理赔", "language": "zh", "copies": "1", "route": "window",
}  # fmt: skip
MORE = {"relation": "代理人", "valid_until": "2099-12-31", "sensitive": "no"}


def staff(hospital: Hospital) -> None:
    """Two more archivists and one of medical affairs, once."""
    for short, role in (
        ("archivist2", Role.ARCHIVIST), ("archivist3", Role.ARCHIVIST), ("affairs_c", Role.MEDICAL_AFFAIRS),
    ):  # fmt: skip
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")


def papers(*names: str) -> tuple[Brought, ...]:
    return tuple(Brought(name, f"{name}.png", "image/png", png(hash(name) % 60_000)) for name in names)


def apply_for(hospital: Hospital, who: str | Actor, kind: str, patient: int, *names: str, **answers: str) -> int:
    """Hand in an application; its number."""
    data = StartMatter(kind=kind, answers=tuple({**ANSWERS, **answers}.items()), submit=True, papers=papers(*names))
    made = hospital.write(who, Verb.START_MATTER, data, target=Target(patient=patient), **WISH)
    return int(made.value.matter)


def decide(hospital: Hospital, who: str, matter: int, move: str = "approve", **more: Any) -> Any:
    asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)
    basis = door.read(asked).value.basis
    data = DecideMatter(matter=matter, move=move, basis=basis, comment=more.pop("comment", "已核对材料"), **more)
    return hospital.write(who, Verb.DECIDE_MATTER, data).value


def prepare(hospital: Hospital, who: str, patient: int, matter: int, **more: Any) -> Copied:
    data = PrepareCopy(matter=matter, **more)
    made: Copied = hospital.write(who, Verb.PREPARE_COPY, data, target=Target(patient=patient), **WISH).value
    return made


def at(copy: Copied | str) -> dict[str, Any]:
    return {"target": door.locate(copy if isinstance(copy, str) else copy.id), **WISH}


def confirm(hospital: Hospital, who: str | Actor, copy: Copied, **more: Any) -> Copied:
    data = ConfirmCopy(**{"basis": copy.basis, "document": CARD, **more})
    made: Copied = hospital.write(who, Verb.CONFIRM_COPY, data, **at(copy)).value
    return made


def charge(hospital: Hospital, copy: Copied, **more: Any) -> None:
    hospital.write("archivist", Verb.CHARGE_COPY, ChargeCopy(**{"invoice": "0012345678", **more}), **at(copy))


def stamp(hospital: Hospital, who: str, copy: Copied, medium: Medium = Medium.ELECTRONIC, **more: Any) -> Any:
    """Stamp, waiting a moment for the ledger to place what the copy contains."""
    data = StampCopy(basis=more.get("basis", copy.basis), medium=medium)
    for _ in range(60):
        try:
            return hospital.write(who, Verb.STAMP_COPY, data, **at(copy))
        except Unavailable:
            time.sleep(0.25)
    raise AssertionError("the ledger placed nothing")


def hand(hospital: Hospital, who: str | Actor, copy: Copied, **more: Any) -> Any:
    return hospital.write(who, Verb.HAND_COPY, HandCopy(**more), **at(copy))


def read(hospital: Hospital, who: str | Actor, copy: Copied | str, part: Part = Part.VIEW) -> Any:
    return door.read(hospital.operation(who, Verb.READ_COPY, ReadCopy(part=part), **at(copy))).value


def listed(hospital: Hospital, who: str | Actor, patient: int = 0, **more: Any) -> Any:
    asked = hospital.operation(who, Verb.READ_COPIES, CopiesRequest(**more), target=Target(patient=patient), **WISH)
    return door.read(asked).value


def check(hospital: Hospital, secret: str, digest: str = "", actor: Actor = PUBLIC) -> CopyCheck:
    asked = hospital.operation(
        actor, Verb.CHECK_COPY, CheckCopy(secret=secret, digest=digest), purpose=Purpose.OPERATION
    )
    found: CopyCheck = door.read(asked).value
    return found


def proved(hospital: Hospital, key: str, digest: str) -> CopyCheck:
    """The same, once the ledger has placed the stamp's entry."""
    for _ in range(60):
        found = check(hospital, key, digest, actor=Actor(name="public:verify", entrance=Entrance.PUBLIC))
        if found.proof is not None:
            return found
        time.sleep(0.25)
    raise AssertionError("the ledger placed nothing")


def secret(hospital: Hospital, copy: Copied | str) -> str:
    """The secret in the QR, as the file would show it."""
    from jingui.gate.copies import KEYS_SQL, Safe
    from jingui.store.models import Copy

    target = at(copy)["target"]
    row = Copy.objects.get(pk=(target.patient, target.record))
    rows = hospital.sql(KEYS_SQL.replace("$1::bigint", "%s"), target.patient)
    return Safe(hospital.runtime, target.patient, target.record, rows).open(row.payload)[0].secret


def stamped(hospital: Hospital, patient: int, **answers: str) -> Copied:
    """A whole life up to the stamp, at the window."""
    matter = apply_for(hospital, "archivist", "own_copy", patient, "patient_id", **answers)
    decide(hospital, "archivist2", matter)
    copy = prepare(hospital, "archivist", patient, matter)
    confirm(hospital, "archivist", copy)
    charge(hospital, copy)
    stamp(hospital, "archivist2", copy)
    return copy
