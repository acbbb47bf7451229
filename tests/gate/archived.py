"""What the tests of the paper archive share: a room with boards, volumes, people who keep and borrow them."""

import threading
from collections.abc import Callable
from itertools import count
from typing import Any

from jingui.core.archive import CHECKS, Condition, Place
from jingui.core.archive_asking import (
    AcceptVolumes,
    LendVolume,
    NewVolume,
    OfferVolumes,
    RegisterPositions,
    RegisterStoreroom,
    RegisterVolumes,
    ReturnVolume,
    Shelve,
)
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.entering import Admitted
from tests.gate.sealed import verified
from tests.hospital import Hospital

ROOMS = count(1)


def people(hospital: Hospital) -> Hospital:
    """A second archivist, a ward's nurse of surgery, medical affairs, quality, once a house."""
    for short, role, department in (
        ("archivist2", Role.ARCHIVIST, "xxk"), ("nurse2", Role.NURSE, "gwk"), ("affairs", Role.MEDICAL_AFFAIRS, "xxk"),
        ("quality", Role.QUALITY, "xxk"), ("watcher", Role.SUPERVISOR, "xxk"),
    ):  # fmt: skip
        if short not in hospital.actors:
            hospital.person(short, role, department)
    return hospital


def do(hospital: Hospital, who: str, verb: Verb, data: object, patient: int = 0, **more: Any) -> Any:
    """A changing operation of the archive; its value."""
    return hospital.write(
        who, verb, data, target=Target(patient=patient), **{"purpose": Purpose.MANAGEMENT, **more}
    ).value


def see(hospital: Hospital, who: str, verb: Verb, data: object, patient: int = 0, **more: Any) -> Any:
    """A reading operation of the archive; its value."""
    purpose = more.pop("purpose", Purpose.MANAGEMENT)
    return door.read(hospital.operation(who, verb, data, target=Target(patient=patient), purpose=purpose)).value


def room(hospital: Hospital, *, rows: tuple[str, ...] = ("A",), shelves: int = 1, boards: int = 2, capacity: int = 0,
         **more: Any) -> tuple[int, tuple[str, ...]]:  # fmt: skip
    """A storeroom and the codes of its boards."""
    data = RegisterStoreroom(name=f"库房{next(ROOMS)}", place="行政楼一层", **more)
    number = do(hospital, "archivist", Verb.REGISTER_STOREROOM, data)
    boards_ = RegisterPositions(storeroom=number, rows=rows, shelves=shelves, boards=boards, capacity=capacity)
    return number, do(hospital, "archivist", Verb.REGISTER_STOREROOM, boards_)


def volumes(hospital: Hospital, *whose: Admitted, who: str = "archivist", department: str = "", **more: Any) -> Any:
    """One volume of each of these patients: (public id, code) pairs."""
    data = RegisterVolumes(
        volumes=tuple(NewVolume(patient=one.public, pages=120, **more) for one in whose),
        department=hospital.departments[department] if department else 0,
    )
    return do(hospital, who, Verb.REGISTER_VOLUME, data)


def shelved(hospital: Hospital, at: Admitted, board: str, **more: Any) -> tuple[str, str]:
    """A volume that lies on a board."""
    ((public, code),) = volumes(hospital, at, **more)
    do(hospital, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(code,)))
    return public, code


def lend(hospital: Hospital, at: Admitted, volume: str, borrower: str = "doctor", who: str = "archivist",
         purpose: str = "treatment", place: Place = Place.DEPARTMENT) -> Any:  # fmt: skip
    """Lent to somebody."""
    data = LendVolume(volume=volume, borrower=hospital.people[borrower], purpose=purpose, place=place)
    return do(hospital, who, Verb.LEND_VOLUME, data, at.patient)


def back(hospital: Hospital, at: Admitted, volume: str, condition: Condition = Condition.WHOLE, **more: Any) -> Any:
    """Returned."""
    who = more.pop("who", "archivist")
    data = ReturnVolume(volume=volume, condition=condition, **more)
    return do(hospital, who, Verb.RETURN_VOLUME, data, at.patient)


def offered(hospital: Hospital, *codes: str, who: str = "nurse", **more: Any) -> tuple[int, str]:
    """A hand-over list of a department: its number and digest."""
    data = OfferVolumes(codes=codes, checks=more.pop("checks", tuple(CHECKS)), **more)
    number, digest = do(hospital, who, Verb.OFFER_VOLUMES, data)
    return number, digest


def accepted(hospital: Hospital, number: int, digest: str, *codes: str, who: str = "archivist", note: str = "") -> Any:
    """Taken by the record room."""
    data = AcceptVolumes(hand_over=number, digest=digest, taken=codes, note=note)
    return do(hospital, who, Verb.ACCEPT_VOLUMES, data)


def state(hospital: Hospital, code: str) -> str:
    """A volume's state in the table."""
    return str(hospital.sql("SELECT state FROM volume WHERE code = %s", code)[0][0])


def entry(hospital: Hospital, verb: Verb) -> tuple[str, str, list[int]]:
    """Decision, reason and patients of the newest entry of a verb."""
    import json

    head, patient, patients = hospital.sql(
        "SELECT head, patient_id, patients FROM entry WHERE verb = %s ORDER BY id DESC LIMIT 1", verb.value
    )[0]
    said = json.loads(bytes(head))
    return said["decision"], said.get("reason", ""), list(patients or [patient])


def found_wrong(hospital: Hospital) -> list[Any]:
    """What verification finds, besides the rows that tests kept under an entry of their own choice."""
    return [one for one in verified(hospital) if one.why != "entry says start_system allow"]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once: what each answered or raised."""
    from django.db import connection

    gate, out = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            out[n] = act()
        except Exception as error:  # noqa: BLE001 -- what a race answers is looked at by its test
            out[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return out
