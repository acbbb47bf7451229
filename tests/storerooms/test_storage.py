"""三（二）3 配置指纹: what is changed past the door is found, named and asked about [3.2.3] [3.2.1]"""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.bylaws import ChangeSetting
from jingui.core.errors import Refused, Tampered
from jingui.core.operation import Actor
from jingui.core.proposals import Verdict
from jingui.core.storage import StorageRequest, TakeFingerprint
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door
from jingui.gate.acts import storage
from tests.hospital import Hospital
from tests.store.tampering import check
from tests.storerooms.test_equipment import change

JOB = Actor(name="system:fingerprint", strength=Strength.LOCAL, entrance=Entrance.JOB)


def take(house: Hospital) -> Any:
    return house.write(JOB, Verb.TAKE_FINGERPRINT, TakeFingerprint()).value


@pytest.fixture
def settled(hospital: Hospital) -> Hospital:
    """What happened before is known; the program's own files stay as they are while somebody works on them."""
    from jingui.config import surroundings

    facts = dict(surroundings.facts())
    facts["software"] = {**facts["software"], "source": "fixed"}
    hospital.runtime.surroundings = lambda: facts
    take(hospital)
    assert take(hospital).drift == ()
    return hospital


DONE = (
    ("triggers", "DROP TRIGGER {t} ON entry", "trigger entry."),
    ("grants", "GRANT DELETE ON entry TO jingui_app", "relation public.entry"),
    ("grants", "GRANT UPDATE (mac) ON hold TO jingui_app", "column public.hold.mac"),
    ("accounts", "ALTER ROLE jingui_app BYPASSRLS", "role jingui_app"),
    ("accounts", "CREATE ROLE backdoor LOGIN SUPERUSER", "role backdoor"),
    ("extensions", "CREATE PUBLICATION leak FOR ALL TABLES", "publication leak"),
    ("tables", "ALTER TABLE record ADD COLUMN shadow text", "table record"),
    ("tables", "ALTER TABLE sensor_reading DROP CONSTRAINT sensor_reading_once", "constraint sensor_reading."),
    ("server", "ALTER ROLE jingui_app SET synchronous_commit = off", "role setting jingui_app"),
    ("triggers", "CREATE FUNCTION spy() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function spy()"),
)  # fmt: skip
UNDO = {
    "GRANT DELETE ON entry TO jingui_app": "REVOKE DELETE ON entry FROM jingui_app",
    "GRANT UPDATE (mac) ON hold TO jingui_app": "REVOKE UPDATE (mac) ON hold FROM jingui_app",
    "ALTER ROLE jingui_app BYPASSRLS": "ALTER ROLE jingui_app NOBYPASSRLS",
    "CREATE ROLE backdoor LOGIN SUPERUSER": "DROP ROLE backdoor",
    "CREATE PUBLICATION leak FOR ALL TABLES": "DROP PUBLICATION leak",
    "ALTER TABLE record ADD COLUMN shadow text": "ALTER TABLE record DROP COLUMN shadow",
    "ALTER TABLE sensor_reading DROP CONSTRAINT sensor_reading_once":
        "ALTER TABLE sensor_reading ADD CONSTRAINT sensor_reading_once UNIQUE (sensor_id, at)",
    "ALTER ROLE jingui_app SET synchronous_commit = off": "ALTER ROLE jingui_app RESET synchronous_commit",
    "CREATE FUNCTION spy() RETURNS int LANGUAGE sql AS 'SELECT 1'": "DROP FUNCTION spy()",
}  # fmt: skip


def do(house: Hospital, text: str) -> None:
    for one in text.split("; "):
        house.sql(one)


@pytest.mark.parametrize(("part", "statement", "names"), DONE, ids=[one[1][:40] for one in DONE])
def test_a_change_past_the_door_is_found(settled: Hospital, part: str, statement: str, names: str) -> None:
    house = settled
    undo = UNDO.get(statement, "")
    if "{t}" in statement:
        name, definition = house.sql(
            """SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'entry'::regclass
            AND NOT tgisinternal ORDER BY 1 LIMIT 1"""
        )[0]
        statement, undo = statement.format(t=name), definition
    with ExitStack() as stack:
        stack.callback(do, house, undo)
        do(house, statement)
        found = take(house)
        assert any(one.startswith(f"{part}:") and names in one for one in found.drift), found.drift
        assert {one.split(":")[0] for one in found.drift} == {part}
        assert house.sql("SELECT kind, state FROM matter WHERE id = %s", found.matter) == [
            ("configuration_drift", "waiting")
        ]
        assert take(house).drift == ()  # named once
    assert take(house).drift  # and its undoing is a change too


def test_alter_system_is_found_before_and_after_it_counts(settled: Hospital) -> None:
    house = settled
    try:
        house.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
        house.sql("SELECT pg_reload_conf()")
        found: Any = None
        for _ in range(20):
            found = take(house)
            if found.drift:
                break
        assert found.drift == ("server:setting log_min_duration_statement",)
    finally:
        house.sql("ALTER SYSTEM RESET log_min_duration_statement")
        house.sql("SELECT pg_reload_conf()")


def test_a_setting_changed_by_two_people_is_no_drift_and_one_changed_past_them_is(
    settled: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = settled
    asked = ChangeSetting(name="idle_minutes", value="20")
    made = house.write("sysadmin", Verb.CHANGE_SETTING, asked).value
    house.write("head", Verb.APPROVE, Verdict(proposal=made.proposal, digest=made.digest, verdict="approve"))
    found = take(house)
    assert found.changed == ("settings:idle_minutes",)
    assert found.drift == ()
    take(house)
    house.write("sysadmin", Verb.CHANGE_SETTING, ChangeSetting(name="idle_minutes", value="10"))  # only proposed
    monkeypatch.setattr(storage, "SINCE", timedelta(0))  # what was approved before the last fingerprint counts no more
    house.sql(
        """INSERT INTO setting (name, value, at, version, entry, mac)
        SELECT 'lock_minutes', '1440', at, version, entry, mac FROM setting LIMIT 1"""
    )
    try:
        assert take(house).drift == ("settings:lock_minutes",)
        kept = house.sql("SELECT name, value, at, version, entry, mac FROM setting WHERE name = 'idle_minutes'")[0]
        house.sql("DELETE FROM setting WHERE name = 'idle_minutes'")  # back to the default, past two people
        assert take(house).drift == ("settings:idle_minutes",)
        house.sql(
            "INSERT INTO setting (name, value, at, version, entry, mac) VALUES (%s, %s, %s, %s, %s, %s)", *kept
        )  # and a genuine row of an earlier day put back
        assert take(house).drift == ("settings:idle_minutes",)
    finally:
        house.sql("DELETE FROM setting WHERE name = 'lock_minutes'")
    take(house)


def test_an_approved_change_explains_its_parts_and_no_others(settled: Hospital) -> None:
    house = settled
    matter = change(house, "accounts")
    try:
        house.sql("CREATE ROLE helper_role")
        found = take(house)
        assert (found.drift, found.matter) == ((), matter)
        house.sql("GRANT SELECT ON entry TO helper_role")
        other = take(house)
        assert {one.split(":")[0] for one in other.drift} == {"grants"}
    finally:
        house.sql("REVOKE ALL ON entry FROM helper_role")
        house.sql("DROP ROLE helper_role")
    take(house)


def test_a_change_that_is_not_yet_in_its_window_explains_nothing(settled: Hospital) -> None:
    house = settled
    take(house)
    change(house, "extensions", first=3, last=4)
    try:
        house.sql("CREATE PUBLICATION early")
        assert take(house).drift == ("extensions:publication early",)
    finally:
        house.sql("DROP PUBLICATION early")
    take(house)


def test_a_fingerprint_is_entered_and_never_changed(settled: Hospital) -> None:
    house = settled
    before = house.sql("SELECT count(*) FROM entry")[0][0]
    made = take(house)
    assert house.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    targets = house.sql(
        "SELECT convert_from(targets, 'UTF8') FROM entry WHERE verb = 'take_fingerprint' ORDER BY id DESC LIMIT 1"
    )
    assert made.digest in targets[0][0] or targets[0][0]
    with psycopg.connect(house.addresses["app"].psycopg(), autocommit=True) as link:
        for sql in ("UPDATE fingerprint SET drift = '{}'", "DELETE FROM fingerprint", "DELETE FROM capacity_point"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(sql)  # type: ignore[arg-type]  # own texts
    kept = house.sql("SELECT id, encode(parts, 'hex') FROM fingerprint WHERE parts <> '' ORDER BY id DESC LIMIT 1")[0]
    house.sql("ALTER TABLE fingerprint DISABLE TRIGGER USER")
    house.sql("UPDATE fingerprint SET parts = '\\x00' WHERE id = %s", kept[0])
    last = house.sql("SELECT id, digest FROM fingerprint ORDER BY id DESC LIMIT 1")[0]
    house.sql("UPDATE fingerprint SET digest = '\\x00' WHERE id = %s", last[0])
    try:
        with pytest.raises(Tampered):
            take(house)
    finally:
        house.sql("UPDATE fingerprint SET parts = decode(%s, 'hex') WHERE id = %s", kept[1], kept[0])
        house.sql("UPDATE fingerprint SET digest = %s WHERE id = %s", last[1], last[0])
        house.sql("ALTER TABLE fingerprint ENABLE TRIGGER USER")
    assert take(house).drift == ()


def test_only_the_system_takes_it_and_only_keepers_see_it(settled: Hospital) -> None:
    house = settled
    for who in ("sysadmin", "secadmin", "doctor", "head"):
        with pytest.raises(Refused):
            house.write(who, Verb.TAKE_FINGERPRINT, TakeFingerprint())
    board = door.read(house.operation("secadmin", Verb.READ_STORAGE, StorageRequest(), purpose=Purpose.OPERATION)).value
    assert {one.place for one in board.places} >= {"database", "ledger"}
    assert board.fingerprints[0].drift == ()
    assert board.measures.generation == house.runtime.keyring.generation
    assert board.measures.rotation_days == 365
    for who in ("doctor", "registrar"):
        with pytest.raises(Refused):
            door.read(house.operation(who, Verb.READ_STORAGE, StorageRequest(), purpose=Purpose.OPERATION))


def test_host_and_software_stand_in_it(settled: Hospital) -> None:
    from jingui.config import surroundings

    house = settled
    facts = surroundings.facts()
    assert facts["software"]["python"]
    assert facts["software"]["source"]
    assert "task fingerprint" in facts["jobs"]
    assert not any("secret" in text.lower() for text in facts["host"].values())
    was = house.runtime.surroundings
    facts = was()
    house.runtime.surroundings = lambda: {**facts, "jobs": {**facts["jobs"], "task stealth": "* * * * *"}}
    try:
        assert take(house).drift == ("jobs:task stealth",)
    finally:
        house.runtime.surroundings = was
    take(house)


def test_every_row_fits_its_entry(settled: Hospital) -> None:
    found = check(settled).findings
    assert [one for one in found if str(one.where).startswith(("fingerprint", "matter"))] == []


def test_an_hour_is_far_within_what_a_page_may_wait(settled: Hospital) -> None:
    start = settled.now()
    take(settled)
    assert settled.now() - start < timedelta(seconds=10)
