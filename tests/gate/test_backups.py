"""三（一）1, 六（一）3: backups at the door: who says what; alarms; a test needs a restore [3.1.1] [6.1.3]"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jingui.core.backup import (
    AskBackup,
    BackupKind,
    BackupsRequest,
    BeginBackup,
    CheckBackups,
    EndBackup,
    RegisterBackup,
    RemoveBackup,
    ReportRequest,
    RestoreRun,
    Step,
    Working,
    troubles,
)
from jingui.core.errors import Conflict, Invalid, Misconfigured, NotFound, Refused
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.crypto import note
from jingui.gate import backups, door
from tests.hospital import Hospital

JOB = Actor(name="system:backup", strength=Strength.LOCAL, entrance=Entrance.JOB)


class Worker:
    embedded = True

    def working(self) -> Working:
        return Working(embedded=self.embedded)

    def work(self) -> None:
        """Nothing."""


@pytest.fixture(autouse=True)
def worker() -> Iterator[Worker]:
    before = list(backups._worker)
    made = Worker()
    backups.install(made)
    yield made
    backups._worker[:] = before


def entries(hospital: Hospital, verb: Verb) -> list[tuple[str, str]]:
    return hospital.sql("SELECT decision, verb FROM entry WHERE verb = %s ORDER BY at, n", verb.value)  # type: ignore[return-value]


def begun(hospital: Hospital, name: str) -> int:
    return int(hospital.write(JOB, Verb.BACK_UP, BeginBackup(name=name)).value)


def ended(number: int, **more: Any) -> EndBackup:
    rest: dict[str, Any] = {
        "complete": True, "size": 1000, "digest": bytes(32), "generation": 1, "places": ("file:/a", "file:/b"), **more,
    }  # fmt: skip
    return EndBackup(backup=number, **rest)


def read(hospital: Hospital, who: str, verb: Verb, data: object) -> Any:
    return door.read(hospital.operation(who, verb, data, purpose=Purpose.OVERSIGHT)).value


def test_a_backup_from_asking_to_removal(hospital: Hospital) -> None:
    before = len(entries(hospital, Verb.BACK_UP))
    asked = hospital.write("sysadmin", Verb.BACK_UP, AskBackup()).value
    with pytest.raises(Conflict):
        hospital.write("sysadmin", Verb.BACK_UP, AskBackup())
    assert backups.asked() == asked
    hospital.write(JOB, Verb.BACK_UP, BeginBackup(name="g1", backup=asked))
    with pytest.raises(Conflict):
        hospital.write(JOB, Verb.BACK_UP, BeginBackup(name="g2", backup=asked))
    hospital.write(JOB, Verb.BACK_UP, ended(asked))
    with pytest.raises(Conflict):
        hospital.write(JOB, Verb.BACK_UP, ended(asked))
    with pytest.raises(Conflict):  # the newest complete one never goes
        hospital.write(JOB, Verb.BACK_UP, RemoveBackup(backup=asked))
    newer = begun(hospital, "g3")
    hospital.write(JOB, Verb.BACK_UP, ended(newer))
    hospital.write(JOB, Verb.BACK_UP, RemoveBackup(backup=asked))
    shown = read(hospital, "audit", Verb.READ_BACKUPS, BackupsRequest())
    states = {line.name: line.state for line in shown.backups}
    assert (states["g1"], states["g3"]) == ("removed", "complete")
    assert all(line.genuine for line in shown.backups)
    assert len(entries(hospital, Verb.BACK_UP)) == before + 10  # refused ones too


@pytest.mark.parametrize("data", [BeginBackup(name="x1"), EndBackup(backup=1, complete=True), CheckBackups(),
                                  RemoveBackup(backup=1)])  # fmt: skip
def test_what_the_work_says_nobody_else_may_say(hospital: Hospital, data: object) -> None:
    with pytest.raises(Invalid):
        hospital.write("sysadmin", Verb.BACK_UP, data)


@pytest.mark.parametrize("who", ["doctor", "nurse", "secadmin", "audit"])
def test_others_ask_for_none(hospital: Hospital, who: str) -> None:
    with pytest.raises(Refused):
        hospital.write(who, Verb.BACK_UP, AskBackup())
    assert entries(hospital, Verb.BACK_UP)[-1][0] == "deny"


@pytest.mark.parametrize("who", ["doctor", "registrar"])
def test_others_see_none(hospital: Hospital, who: str) -> None:
    for verb, data in ((Verb.READ_BACKUPS, BackupsRequest()), (Verb.READ_REPORT, ReportRequest(test=1))):
        with pytest.raises(Refused):
            read(hospital, who, verb, data)


def test_an_outside_database_is_refused_with_what_to_do(hospital: Hospital, worker: Worker) -> None:
    worker.embedded = False
    with pytest.raises(Misconfigured) as told:
        hospital.write("sysadmin", Verb.BACK_UP, AskBackup())
    assert "恢复手册" in told.value.next_step
    now = datetime.now(UTC)
    made = RegisterBackup(
        kind=BackupKind.OUTSIDE.value, name="pgBackRest 1", started=now, ended=now, size=5, digest=bytes(32),
        places=("机房甲", "机房乙"),
    )  # fmt: skip
    hospital.write("sysadmin", Verb.BACK_UP, made)
    with pytest.raises(Conflict):
        hospital.write("sysadmin", Verb.BACK_UP, made)


@pytest.mark.parametrize("bad", [
    {"name": ""}, {"name": "x" * 200}, {"places": ()}, {"digest": b"1"}, {"size": 0}, {"kind": "base"},
    {"kind": "nonsense"}, {"ended": datetime(2999, 1, 1, tzinfo=UTC)}, {"places": ("x",) * 11},
])  # fmt: skip
def test_a_wrong_registration_is_refused(hospital: Hospital, bad: dict[str, Any]) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    rest = {"kind": "outside", "name": "某备份 7", "started": now, "ended": now, "size": 5, "digest": bytes(32),
            "places": ("甲处", "乙处"), **bad}  # fmt: skip
    with pytest.raises(Invalid):
        hospital.write("sysadmin", Verb.BACK_UP, RegisterBackup(**rest))


def alarms(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM matter WHERE kind = 'backup_alarm'")[0][0])


def test_failure_and_too_few_places_alarm_once_until_answered(hospital: Hospital) -> None:
    hospital.sql("UPDATE matter SET state = 'closed' WHERE kind = 'backup_alarm'")
    before = alarms(hospital)
    failed = begun(hospital, "g4")
    hospital.write(JOB, Verb.BACK_UP, EndBackup(backup=failed, complete=False, note="backup_room free=1 needed=2"))
    assert alarms(hospital) == before + 1
    few = begun(hospital, "g5")
    hospital.write(JOB, Verb.BACK_UP, ended(few, places=("file:/a",)))
    assert alarms(hospital) == before + 1  # the question stands


def test_a_check_names_what_is_old(hospital: Hospital) -> None:
    found = hospital.write(JOB, Verb.BACK_UP, CheckBackups(troubles=("gap", "invented"))).value
    assert "gap" in found
    assert "invented" not in found
    assert "untested" in found or "test_failed" in found
    limits = {"backup_max_hours": 192, "backup_wal_minutes": 30, "backup_places": 2, "restore_test_days": 31}
    now = datetime.now(UTC)
    whole = {"now": now, "base": now, "wal": now, "tested": now, "passed": True, "places": 2, "embedded": True}
    assert troubles(**whole, limits=limits) == ()
    assert troubles(**whole | {"base": now - timedelta(days=9)}, limits=limits) == ("old",)
    assert troubles(**whole | {"wal": None}, limits=limits) == ("wal",)
    assert troubles(**whole | {"wal": None, "embedded": False}, limits=limits) == ()
    assert troubles(**whole | {"passed": False, "places": 1}, limits=limits) == ("places", "test_failed")


def run(**more: Any) -> RestoreRun:
    steps = (Step(name="manifest", ok=True, ms=1),)
    return RestoreRun(backup=0, name="", kind="test", started=datetime.now(UTC), steps=steps, **more)


def test_nobody_claims_a_restore_that_did_not_take_place(hospital: Hospital) -> None:
    with pytest.raises(Refused):
        hospital.write("sysadmin", Verb.TEST_RESTORE, run())
    with pytest.raises(Conflict):
        hospital.write(JOB, Verb.TEST_RESTORE, run(stands=True))
    _, passed, _, _ = hospital.write(JOB, Verb.TEST_RESTORE, run()).value
    assert not passed  # steps alone pass nothing


def test_patients_are_compared_named_and_signed(hospital: Hospital) -> None:
    from tests.gate.test_door import bundle

    hospital.enter("his", *bundle("比对甲", "00880001"), purpose=Purpose.OPERATION)
    with backups.lent(hospital.addresses["app"].psycopg()):
        number, _, steps, signed = hospital.write(JOB, Verb.TEST_RESTORE, run(stands=True)).value
    by = {step.name: step for step in steps}
    assert by["patients"].ok, by
    patients, targets = hospital.sql(
        "SELECT patients, targets FROM entry WHERE verb = 'test_restore' ORDER BY at DESC"
    )[0]
    assert len(patients) > 0
    assert hospital.runtime.public(patients[0], 0).encode() in bytes(targets)
    report = read(hospital, "head", Verb.READ_REPORT, ReportRequest(test=number))
    text, _ = note.verify(report.note.decode(), [note.parse_key(report.key)])
    assert report.note == signed
    assert text.startswith("jingui-restore-test/1 ")
    assert "比对甲" not in text
    assert hospital.runtime.public(patients[0], 0) not in text
    with pytest.raises(NotFound):
        read(hospital, "head", Verb.READ_REPORT, ReportRequest(test=10**9))


def test_the_lent_cluster_is_only_read(hospital: Hospital) -> None:
    import psycopg

    with backups.lent(hospital.addresses["app"].psycopg()), pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        backups.restored().execute("UPDATE epoch SET n = n")
    with pytest.raises(Conflict):
        backups.restored()


@pytest.mark.parametrize("column", ["state = 'complete'", "places = '{x}'", "size = 9"])
def test_a_bent_row_is_shown_as_such(hospital: Hospital, column: str) -> None:
    number = begun(hospital, f"bent {column[:4]}")
    hospital.write(JOB, Verb.BACK_UP, EndBackup(backup=number, complete=False))
    hospital.sql(f"UPDATE backup SET {column} WHERE id = {number}")
    shown = read(hospital, "audit", Verb.READ_BACKUPS, BackupsRequest())
    assert [line.genuine for line in shown.backups if line.id == number] == [False]
