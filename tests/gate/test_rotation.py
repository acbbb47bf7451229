"""三（一）1: new segment keys under a running house [3.1.1]"""

import threading
from typing import Any

import pytest
from django.db import connections

from jingui.core.errors import Invalid, JinguiError, Refused
from jingui.core.keep import RotateKeys
from jingui.core.words import Role, Verb
from jingui.crypto.rotation import begin
from jingui.gate import door, rotating
from tests.gate.test_charts import admit
from tests.gate.test_patients import confirmed
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def second(hospital: Hospital) -> None:
    hospital.person("keykeeper", Role.SECURITY_ADMIN, "xxk")


def rotate(hospital: Hospital, **data: Any) -> Any:
    return confirmed(hospital, "secadmin", "keykeeper", Verb.ROTATE_KEYS, RotateKeys(reason="年度轮换", **data)).value


def wrapped(hospital: Hospital) -> dict[tuple[int, str], bytes]:
    rows = hospital.sql("SELECT patient_id, retention_class, wrapped FROM patient_key")
    return {(a, b): bytes(c) for a, b, c in rows}


def test_every_key_is_wrapped_anew_and_everything_still_opens(hospital: Hospital) -> None:
    _, _, record = admit(hospital, "轮换甲", "80000001")
    before = wrapped(hospital)
    done = rotate(hospital)
    after = wrapped(hospital)
    assert done.segments == 1024
    assert done.keys == len(after)
    assert before.keys() == after.keys()
    assert all(before[key] != after[key] for key in before)
    assert hospital.sql("SELECT shred_generation FROM epoch") == [(done.generation,)]
    assert b"10839-9" in door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record))).body


def test_an_interrupted_rotation_is_finished_first(hospital: Hospital) -> None:
    _, _, record = admit(hospital, "轮换乙", "80000002")
    begin(hospital.runtime.keyring, [5, 6, 7])
    done = rotate(hospital, segments=(5,))
    assert done.resumed
    assert not hospital.runtime.keyring.segments.keys.coming
    door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record)))


def test_admissions_go_on_meanwhile(hospital: Hospital) -> None:
    records: list[str] = []
    stop = threading.Event()

    def admissions() -> None:
        n = 0
        while not stop.is_set() and n < 200:
            records.append(admit(hospital, f"入院{n}", f"81{n:06}")[2])
            n += 1
        connections.close_all()

    thread = threading.Thread(target=admissions)
    thread.start()
    for _ in range(2):
        rotate(hospital)
    stop.set()
    thread.join()
    assert records
    for record in records:
        door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record)))


def test_one_person_rotates_nothing(hospital: Hospital) -> None:
    before = wrapped(hospital)
    hospital.write("secadmin", Verb.ROTATE_KEYS, RotateKeys())
    assert wrapped(hospital) == before
    with pytest.raises(Refused):
        hospital.write("sysadmin", Verb.ROTATE_KEYS, RotateKeys())
    with pytest.raises(Invalid):
        rotate(hospital, segments=(1024,))


def test_a_failing_copy_erases_nothing(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, record = admit(hospital, "轮换丙", "80000003")

    def full(*_: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(rotating, "save", full)
    with pytest.raises(JinguiError):
        rotate(hospital)
    monkeypatch.undo()
    door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record)))
    assert rotate(hospital, segments=(1,)).resumed
    door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(record)))
