"""一（三）3, 六（一）3: forged, vanished, rolled back: the house is locked; two open it again [1.3.3] [6.1.3]"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from jingui.core.errors import Conflict, Lockdown, Refused
from jingui.core.operation import Target
from jingui.core.oversee import LedgerSearch, Recover
from jingui.core.proposals import Verdict
from jingui.core.words import Purpose, Verb
from tests.hospital import Hospital, sequencing
from tests.store.sequencing import sequencer, turn
from tests.store.tampering import check


def read(hospital: Hospital) -> str:
    """Read some record as the doctor; the entry's id."""
    from jingui.gate import door

    patient, record = hospital.sql("SELECT patient_id, record_id FROM record WHERE kind = 'Observation' LIMIT 1")[0]
    target = Target(patient=patient, record=record)
    return door.sheet(hospital.operation("doctor", Verb.READ, target=target)).trace.entry


def look() -> None:
    """One look of this process's watch."""
    from jingui.gate import plane

    current = plane.current()
    asyncio.run_coroutine_threadsafe(current.watch.look(), current.loop).result(10)


def well() -> bool:
    """Whether this process's watch finds the ledger well, looking now."""
    from jingui.gate import runtime

    look()
    return runtime.current().ledger_well


def until(what, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def locked(hospital: Hospital) -> bool:
    return hospital.sql("SELECT lockdown FROM epoch")[0][0]


def past(hospital: Hospital, *statements: str) -> None:
    """Statements of a superuser with triggers off."""
    with psycopg.connect(hospital.addresses["root"].psycopg(), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for one in statements:
            connection.execute(one.encode())


@contextmanager
def running(hospital: Hospital, state: Path) -> Iterator[None]:
    """A sequencer with this state folder."""
    from jingui.gate import sequencer as process

    stop = threading.Event()
    address = hospital.addresses["app"].psycopg()
    thread = threading.Thread(
        target=process.run, args=(hospital.runtime, address, stop.is_set), kwargs={"state": state}
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)


def recovered(hospital: Hospital) -> None:
    """Two people end the lockdown at the host's command line."""
    look()  # the processes see the lockdown and give their chains up
    with pytest.raises(Lockdown):
        read(hospital)
    with pytest.raises(Lockdown):
        hospital.write("secadmin", Verb.SIGN_OUT)
    data = Recover(reason="核对外部检查点后确认")
    waiting = hospital.write(hospital.as_command("sysadmin"), Verb.RECOVER, data).value
    word = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    with pytest.raises(Refused):
        hospital.write(hospital.as_command("sysadmin"), Verb.APPROVE, word)
    assert locked(hospital)
    hospital.write(hospital.as_command("head"), Verb.APPROVE, word)
    assert not locked(hospital)
    until(well)
    read(hospital)


def test_recovery_needs_a_lockdown(hospital: Hospital) -> None:
    waiting = hospital.write(hospital.as_command("sysadmin"), Verb.RECOVER, Recover(reason="没有锁定")).value
    with pytest.raises(Conflict):
        hospital.write(
            hospital.as_command("head"), Verb.APPROVE,
            Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve"),
        )  # fmt: skip


FORGED = """INSERT INTO entry (id, at, writer, n, head, leaf, mac, private, targets, verb, decision)
SELECT gen_random_uuid(), at, {writer}, {n}, {head}, {leaf}, {mac}, private, targets, verb, decision
FROM entry LIMIT 1"""
FORGERIES = {
    "a new writer": {},
    "a number ahead of a live writer": {"writer": "writer", "n": "n + 10000"},
    "a number that was used": {"writer": "gen_random_uuid()", "n": "3"},
    "a copied head": {"writer": "gen_random_uuid()", "mac": "mac", "leaf": "leaf", "head": "head"},
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_entry_is_never_placed(hospital: Hospital, how: str) -> None:
    parts = {"writer": "gen_random_uuid()", "n": "0", "head": "head || ' '", "leaf": "leaf", "mac": "mac"}
    past(hospital, "CREATE TABLE before AS SELECT id FROM entry", FORGED.format(**parts | FORGERIES[how]))
    entry = str(hospital.sql("SELECT id FROM entry WHERE id NOT IN (SELECT id FROM before)")[0][0])
    try:
        with sequencer(hospital) as one:
            tick = turn(one)
        assert [fault.entry for fault in tick.faults] == [entry]
        assert hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", entry) == []
    finally:
        past(hospital, "DROP TABLE before", f"DELETE FROM entry WHERE id = '{entry}'")


@pytest.mark.parametrize("column", ["head", "leaf", "mac", "writer", "n"])
def test_an_entry_altered_before_it_was_placed(hospital: Hospital, column: str) -> None:
    with sequencer(hospital) as one:
        turn(one)
    entry = read(hospital)
    kept = f"CREATE TABLE kept AS SELECT * FROM entry WHERE id = '{entry}'"
    flip = f"set_byte({column}, 5, (get_byte({column}, 5) + 1) % 256)"
    change = {"writer": "gen_random_uuid()", "n": "n + 7"}.get(column, flip)
    past(hospital, kept, f"UPDATE entry SET {column} = {change} WHERE id = '{entry}'")
    try:
        with sequencer(hospital) as one:
            assert [fault.entry for fault in turn(one).faults] == [entry]
    finally:
        past(
            hospital, f"DELETE FROM entry WHERE id = '{entry}'", "INSERT INTO entry SELECT * FROM kept",
            "DROP TABLE kept",
        )  # fmt: skip
    with sequencer(hospital) as one:
        assert turn(one).faults == ()


def test_an_entry_deleted_before_it_was_placed_locks_the_house(hospital: Hospital, tmp_path: Path) -> None:
    with running(hospital, tmp_path):
        until(lambda: hospital.sql("SELECT 1 FROM entry e LEFT JOIN entry_index i USING (id) WHERE i.id IS NULL") == [])
    entry = read(hospital)
    past(hospital, f"DELETE FROM entry WHERE id = '{entry}'")
    after = read(hospital)  # the writer goes on and does not know
    with running(hospital, tmp_path):
        until(lambda: locked(hospital))
        alarms = (tmp_path / "alarms.jsonl").read_text()
        assert f"entry:{after}" in alarms
        recovered(hospital)
        until(lambda: hospital.sql("SELECT lockdown FROM epoch WHERE NOT lockdown") != [])
        entry = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", entry) != [])
    assert hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", after) == []
    assert check(hospital).findings == ()


def test_a_process_misses_its_own_entry(hospital: Hospital, tmp_path: Path) -> None:
    with sequencer(hospital) as one:
        turn(one)
    entry = read(hospital)
    past(hospital, f"DELETE FROM entry WHERE id = '{entry}'")  # the tail: no later entry shows the gap
    look()
    assert locked(hospital)
    with running(hospital, tmp_path):
        recovered(hospital)
    assert check(hospital).findings == ()


def test_an_entry_hidden_from_the_sequencer_is_missed(
    hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction number is no evidence; lowered before the entry has a place, it is never picked."""
    from jingui.gate import watch

    with running(hospital, tmp_path):
        first = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", first) != [])
    with sequencer(hospital) as one:
        turn(one)
        entry = read(hospital)
        past(hospital, f"UPDATE entry SET xid = '7' WHERE id = '{entry}'")
        assert turn(one).placed == 0
        look()
        assert not locked(hospital)
        monkeypatch.setattr(watch, "PASSED_OVER", -1.0)
        look()
        assert locked(hospital)
        monkeypatch.setattr(watch, "PASSED_OVER", 30.0)
    with running(hospital, tmp_path):
        recovered(hospital)
    assert check(hospital).findings == ()


def test_a_rolled_back_database_starts_in_lockdown(hospital: Hospital, tmp_path: Path) -> None:
    """R9: everything newer than an older checkpoint is taken away, consistently, by a superuser."""
    from jingui.gate import lockdown

    with running(hospital, tmp_path):
        first = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", first) != [])
        size = hospital.sql("SELECT max(size) FROM checkpoint")[0][0]
        for _ in range(3):
            last = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", last) != [])
    address = hospital.addresses["app"].psycopg()
    assert lockdown.check_at_start(hospital.runtime, address, tmp_path, ()) == ()
    gone = f"SELECT id FROM entry_index WHERE idx >= {size}"
    past(
        hospital, f"DELETE FROM entry WHERE id IN ({gone})", f"DELETE FROM entry_index WHERE idx >= {size}",
        f"DELETE FROM checkpoint WHERE size > {size}", f"DELETE FROM tile WHERE (index + 1) * 256 > {size}",
    )  # fmt: skip
    assert check(hospital).findings == ()  # the tables alone cannot tell
    found = lockdown.check_at_start(hospital.runtime, address, tmp_path, ())
    assert found[0].startswith("rollback:checkpoint:")
    assert locked(hospital)
    past(hospital, "UPDATE epoch SET lockdown = false")  # an administrator cannot talk it away
    with running(hospital, tmp_path):
        until(lambda: locked(hospital))
        before = hospital.sql("SELECT count(*) FROM checkpoint")[0][0]
        time.sleep(1.5)
        assert hospital.sql("SELECT count(*) FROM checkpoint")[0][0] == before, "signed over a rolled-back tree"
        recovered(hospital)
        entry = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", entry) != [])
    assert check(hospital).findings == ()
    assert lockdown.check_at_start(hospital.runtime, address, tmp_path, ()) == ()


def test_a_fork_locks_the_house(hospital: Hospital, tmp_path: Path) -> None:
    """Two divergent copies: the outside holds a checkpoint of this size, under the true key, with another root."""
    from dataclasses import replace

    from jingui.crypto import note
    from jingui.crypto.checkpoint import parse_checkpoint
    from jingui.gate import lockdown

    runtime = hospital.runtime
    key, signer = lockdown.ledger_key(runtime), runtime.keyring.ledger_signer()
    point = parse_checkpoint(
        note.verify(hospital.sql("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")[0][0], [key])[0]
    )
    other = note.sign(replace(point, root=bytes(32)).text(), key, signer)
    (tmp_path / lockdown.NOTE).write_text(other, "utf-8")
    found = lockdown.check_at_start(runtime, hospital.addresses["app"].psycopg(), tmp_path, ())
    assert found[0].startswith("fork:checkpoint:")
    assert locked(hospital)
    with running(hospital, tmp_path):
        recovered(hospital)
        entry = read(hospital)
        until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", entry) != [])
    assert check(hospital).findings == ()


def test_a_strangers_note_outside_proves_nothing(hospital: Hospital, tmp_path: Path) -> None:
    from jingui.gate import lockdown

    for text in ("", "x", "a\n9\nAAAA\n\n\u2014 a b\n"):
        (tmp_path / lockdown.NOTE).write_text(text, "utf-8")
        address = hospital.addresses["app"].psycopg()
        assert lockdown.check_at_start(hospital.runtime, address, tmp_path, ()) == ()


def test_the_new_epochs_first_entry_commits_to_the_recovery_ledger(hospital: Hospital) -> None:
    import orjson

    from jingui.gate.notes import open_note
    from jingui.store import recovery

    entry, payload = hospital.sql("""SELECT e.id, p.payload FROM entry e JOIN entry_payload p USING (id)
      WHERE e.verb = 'recover' AND e.decision = 'allow' AND e.head::text <> '' ORDER BY e.id DESC LIMIT 1""")[0]
    text = open_note(hospital.runtime, entry, bytes(payload))
    said = orjson.loads(text[text.index(b"{") :])
    known = recovery.read(lambda sql, *_: hospital.sql(sql), hospital.runtime.keyring)
    assert said["recovery_size"] == len(known)
    assert said["recovery_root"] == recovery.root(hospital.runtime.keyring, known).hex()


def test_the_recovery_ledger_itself_is_watched(hospital: Hospital) -> None:
    past(hospital, "CREATE TABLE kept AS TABLE recovery_entry", "DELETE FROM recovery_entry WHERE n = 0")
    try:
        assert "recovery" in {one.kind for one in check(hospital).findings}
    finally:
        past(hospital, "DELETE FROM recovery_entry", "INSERT INTO recovery_entry SELECT * FROM kept", "DROP TABLE kept")


def test_one_leads_and_the_other_takes_over(hospital: Hospital, tmp_path: Path) -> None:
    address = hospital.addresses["app"].psycopg()
    with sequencing(hospital.runtime, address):
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        until(lambda: hospital.sql(held)[0][0] == 1)
        with running(hospital, tmp_path):
            time.sleep(1.5)
            assert hospital.sql(held)[0][0] == 1
            hospital.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            entry = read(hospital)
            until(lambda: hospital.sql("SELECT 1 FROM entry_index WHERE id = %s", entry) != [])
    assert check(hospital).findings == ()


def test_the_ledger_can_be_read_after_all_this(hospital: Hospital) -> None:
    from jingui.gate import door

    rows = door.read(
        hospital.operation("audit", Verb.READ_LEDGER, LedgerSearch(verbs=("recover",)), purpose=Purpose.OVERSIGHT)
    ).value
    assert rows
    assert all(row.sound for row in rows)
