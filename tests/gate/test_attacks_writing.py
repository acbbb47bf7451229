"""六（一）: the writing hinge under attack: failures are entered, nothing blocks everybody, roles hold [6.1.2]"""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from jingui.core.bylaws import PublishPolicy
from jingui.core.errors import JinguiError, Unavailable
from jingui.core.permit import Permit
from jingui.core.protect import RegisterDepartment
from jingui.core.vector import Decided
from jingui.core.words import Purpose, Verb
from jingui.gate import door, writing
from jingui.gate.acts.bylaws import publish_policy
from jingui.gate.runtime import Clock
from jingui.gate.writing import WriteContext, chain_of
from tests.gate.test_attacks_entering import count
from tests.hospital import Hospital


def department(hospital: Hospital, code: str, name: str = "科", who: str = "sysadmin") -> Any:
    return hospital.write(who, Verb.REGISTER_DEPARTMENT, RegisterDepartment(code=code, name=name))


def chained(hospital: Hospital) -> None:
    """Every writer's entries are numbered without gap or double, and each names the leaf before it."""
    prev = "convert_from(head, 'UTF8')::jsonb->>'prev'"
    rows = hospital.sql(f"SELECT writer, n, leaf, {prev} FROM entry ORDER BY writer, n")
    before: dict[Any, tuple[int, bytes]] = {}
    for writer, n, leaf, prev in rows:
        last = before.get(writer)
        assert n == (last[0] + 1 if last else 0)
        if last:
            assert last[1].hex() in prev
        before[writer] = n, bytes(leaf)


@pytest.mark.parametrize("name", ["坏\0字", "长" * 5000])
def test_what_the_database_refuses_is_entered_without_its_words(
    hospital: Hospital, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = count(hospital)
    with caplog.at_level(logging.DEBUG), pytest.raises(JinguiError) as failed:
        department(hospital, "bad", name)
    assert count(hospital) == before + 1
    assert name[:4] not in caplog.text
    assert name[:4] not in str(failed.value.data)
    assert hospital.sql("SELECT count(*) FROM department WHERE code = 'bad'") == [(0,)]
    chained(hospital)


def test_a_bug_in_an_act_is_entered_and_undone(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: WriteContext, permit: Permit) -> Any:
        context.rows("INSERT INTO department (code, name, name_en, kind, active) VALUES ('half', 'h', '', 'c', true)")
        raise KeyError("患者姓名")

    monkeypatch.setitem(writing.WRITE_ACTS, Verb.REGISTER_DEPARTMENT, broken)
    before = count(hospital)
    with pytest.raises(JinguiError) as failed:
        department(hospital, "half")
    assert count(hospital) == before + 1
    assert "患者姓名" not in str(failed.value) + str(failed.value.data)
    assert hospital.sql("SELECT count(*) FROM department WHERE code = 'half'") == [(0,)]


def test_a_lost_connection_between_entry_and_commit_forks_nothing(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome is unknown: 503, a new writer, no number used twice."""
    chain = chain_of(hospital.runtime)
    writer = chain.writer
    honest = writing.Commit.enter

    def cut(self: Any, *args: Any, **more: Any) -> None:
        honest(self, *args, **more)
        hospital.sql("SELECT pg_terminate_backend(%s)", connection.connection.info.backend_pid)

    monkeypatch.setattr(writing.Commit, "enter", cut)
    with pytest.raises(Unavailable):
        department(hospital, "cut")
    monkeypatch.undo()
    assert chain.writer != writer
    assert hospital.sql("SELECT count(*) FROM department WHERE code = 'cut'") == [(0,)]
    department(hospital, "cut")
    chained(hospital)


def test_many_threads_make_one_chain(hospital: Hospital) -> None:
    failures: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for i in range(6):
                department(hospital, f"t{n}-{i}")
        except BaseException as error:  # noqa: BLE001 -- told to the test's own thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert hospital.sql("SELECT count(*) FROM department WHERE code LIKE 't_-_'") == [(30,)]
    chained(hospital)


def test_publishing_does_not_hold_the_epoch_while_it_works(hospital: Hospital) -> None:
    """Locked before the writer's chain it would deadlock with the next write and stop every reader's entry."""
    runtime, now = hospital.runtime, hospital.now()
    data = PublishPolicy(source="x", body="x", text_hash="1", rules_hash="1", effective=now)
    operation = hospital.operation("head", Verb.PUBLISH_POLICY, data, purpose=Purpose.OPERATION)
    entry = runtime.entry_id(now)
    permit = Permit(
        operation=operation, decided=Decided(True, (), (), (), "", ""), entry=entry, at=now, person=1, department=1
    )
    with transaction.atomic():
        actor = writing.load_actor(runtime, operation)
        context = WriteContext(
            runtime=runtime, operation=operation, actor=actor, patient=None, epoch=actor.epoch, entry=entry
        )
        publish_policy(context, permit)
        assert hospital.sql("SELECT n FROM epoch WHERE id = 1 FOR SHARE NOWAIT")
        transaction.set_rollback(True)


def app(hospital: Hospital) -> psycopg.Connection[Any]:
    return psycopg.connect(hospital.addresses["app"].psycopg(), autocommit=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET verb = 'x'", "DELETE FROM entry", "TRUNCATE entry", "UPDATE entry_payload SET payload = ''",
        "DELETE FROM record_version", "UPDATE record_version SET payload = ''", "DELETE FROM patient",
        "DELETE FROM account",
        "DELETE FROM hold", "DELETE FROM care_relation", "INSERT INTO epoch SELECT * FROM epoch", "DELETE FROM epoch",
        "DELETE FROM patient_identity", "DROP TABLE entry", "ALTER TABLE entry DISABLE TRIGGER ALL",
        "CREATE TABLE mine (a int)", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE jingui_owner",
        "SET SESSION AUTHORIZATION jingui_owner", "COPY entry TO PROGRAM 'cat'", "COPY patient TO '/tmp/x'",
        "SELECT pg_read_file('/etc/hostname')", "SELECT * FROM pg_authid", "CREATE EXTENSION dblink",
        "SET session_replication_role = replica",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a','b',now())",
        "UPDATE policy_version SET body = ''", "CREATE SCHEMA s", "ALTER SYSTEM SET fsync = off",
        "DELETE FROM checkpoint", "UPDATE tile SET hashes = ''", "CREATE TEMP TABLE entry_copy (a int)",
    ],
)  # fmt: skip
def test_the_application_role_does_no_more_than_its_grants(hospital: Hospital, statement: str) -> None:
    with app(hospital) as connected, pytest.raises(psycopg.Error) as refused:
        connected.execute(statement.encode())
    assert refused.value.sqlstate in ("42501", "0A000", "42809", "2F003"), refused.value


def test_time_of_the_door_never_runs_back(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    # a clock of its own: the house's would be a second ahead of the database's for all who come after
    monkeypatch.setattr(hospital.runtime, "clock", Clock(lambda: datetime.now(UTC)))
    before = door.now()
    hospital.runtime.clock.at_least(before + timedelta(seconds=1))
    assert door.now() >= before + timedelta(seconds=1)


def test_no_runtime_goes_on_in_the_chain_of_an_earlier_one(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is gone leaves its number in memory to the next, but not its writer: that ledger knows nothing of it."""
    monkeypatch.setattr(writing, "_chains", {})
    writers = {chain_of(replace(hospital.runtime)).writer for _ in range(50)}
    assert len(writers) == 50
