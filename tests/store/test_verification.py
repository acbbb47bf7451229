"""七（一）监督检查: tampering past the door is found and named [7.1.2] [1.3.3] [6.1.2]"""

import pytest

from jingui.core.protect import RegisterDepartment
from jingui.core.words import Verb
from jingui.store import recovery
from tests.hospital import Hospital
from tests.store.sequencing import sequencer, turn
from tests.store.tampering import check, tampered

AT = 120
THIS = f"id = (SELECT id FROM entry_index WHERE idx = {AT})"
OTHER = f"id = (SELECT id FROM entry_index WHERE idx = {AT + 1})"
FLIP = "set_byte({0}, 9, (get_byte({0}, 9) + 1) % 256)"


@pytest.fixture(scope="module", autouse=True)
def _placed(hospital: Hospital) -> None:
    place(hospital)


def place(hospital: Hospital) -> None:
    """Every entry that may have a place has one; what recoveries closed stays without."""
    known = recovery.read(lambda sql, *_: hospital.sql(sql), hospital.runtime.keyring)
    closed = frozenset(line.record for line in recovery.settled(known) if line.kind == recovery.WRITER)
    with sequencer(hospital, closed) as one:
        turn(one)


def test_an_honest_house_verifies(hospital: Hospital) -> None:
    report = check(hospital)
    assert report.findings == ()
    assert report.size > 300
    assert report.tiles >= 1
    assert report.versions == hospital.sql("SELECT count(*) FROM record_version")[0][0] >= 12
    assert report.entries == report.size


COLUMNS = {
    "id": "gen_random_uuid()",
    "at": "at + interval '1 microsecond'",
    "writer": "gen_random_uuid()",
    "n": "n + 100000",
    "head": FLIP.format("head"),
    "leaf": FLIP.format("leaf"),
    "mac": FLIP.format("mac"),
    "private": "convert_to(replace(convert_from(private, 'UTF8'), 'Tdoctor', 'Tnurse0'), 'UTF8')",
    "targets": "convert_to(replace(convert_from(targets, 'UTF8'), 'Observation', 'Condition'), 'UTF8')",
    "verb": "'list'",
    "decision": "'deny'",
    "account_id": "account_id + 1",
    "person_id": "person_id + 1",
    "patient_id": "patient_id + 1",
    "patients": "ARRAY[patient_id, patient_id + 1]",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_of_an_entry(hospital: Hospital, column: str) -> None:
    with tampered(hospital, "entry", f"UPDATE entry SET {column} = {COLUMNS[column]} WHERE {THIS}"):
        report = check(hospital)
    assert report.findings[0].index == AT, report.findings[:3]
    assert column in {one.why for one in report.findings} or report.findings[0].kind == "entry"


@pytest.mark.parametrize("column", ["account_id", "person_id", "patient_id"])
def test_a_query_column_emptied(hospital: Hospital, column: str) -> None:
    with tampered(hospital, "entry", f"UPDATE entry SET {column} = NULL WHERE {THIS}"):
        assert check(hospital).findings[0].index == AT


def test_a_whole_entry_rewritten_without_the_key(hospital: Hospital) -> None:
    rewrite = f"""UPDATE entry SET head = h, leaf = sha256('\\x00'::bytea || h), decision = 'deny' FROM (
      SELECT convert_to(replace(convert_from(head, 'UTF8'), '"allow"', '"deny"'), 'UTF8') h, id AS this FROM entry
      WHERE {THIS}) x WHERE id = this"""
    with tampered(hospital, "entry", rewrite):
        assert check(hospital).findings[0].index == AT


PLACES = {
    "moved": f"UPDATE entry_index SET idx = idx + 5000 WHERE idx = {AT}",
    "swapped": "",
    "replaced": f"UPDATE entry_index SET id = gen_random_uuid() WHERE idx = {AT}",
    "deleted": f"DELETE FROM entry_index WHERE idx = {AT}",
    "middle of both deleted": f"DELETE FROM entry WHERE {THIS}",
    "doubled": f"""WITH made AS (INSERT INTO entry SELECT gen_random_uuid(), at, writer, n + 500000, head, leaf, mac,
        private, targets, verb, decision, account_id, person_id, patient_id, patients, xid FROM entry
        WHERE {THIS} RETURNING id)
      UPDATE entry_index SET id = (SELECT id FROM made) WHERE idx = {AT}""",
}  # fmt: skip


@pytest.mark.parametrize("how", PLACES)
def test_the_order(hospital: Hospital, how: str) -> None:
    statements = [PLACES[how]]
    if how == "swapped":
        ids = hospital.sql(f"SELECT idx, id FROM entry_index WHERE idx IN ({AT}, {AT + 1}) ORDER BY idx")
        (a, one), (b, two) = ids
        statements = [
            f"DELETE FROM entry_index WHERE idx IN ({a}, {b})",
            f"INSERT INTO entry_index VALUES ({a}, '{two}'), ({b}, '{one}')",
        ]
    with tampered(hospital, "entry entry_index", *statements):
        report = check(hospital)
    assert report.findings[0].index == AT, report.findings[:3]


def test_the_tail_cut_off(hospital: Hospital) -> None:
    size = hospital.sql("SELECT max(idx) FROM entry_index")[0][0]
    for statement in (
        f"DELETE FROM entry_index WHERE idx = {size}",
        f"DELETE FROM entry WHERE id = (SELECT id FROM entry_index WHERE idx = {size})",
    ):
        with tampered(hospital, "entry entry_index", statement):
            assert check(hospital).findings[0].index == size


@pytest.mark.parametrize("table", ["entry", "entry_index", "tile", "checkpoint"])
def test_a_table_emptied(hospital: Hospital, table: str) -> None:
    with tampered(hospital, table, f"DELETE FROM {table}"):
        report = check(hospital)
    assert not report.well
    assert report.findings[0].index == 0


def test_an_entry_inserted_at_the_end(hospital: Hospital) -> None:
    size = hospital.sql("SELECT max(idx) FROM entry_index")[0][0]
    forged = f"""WITH made AS (INSERT INTO entry SELECT gen_random_uuid(), at, writer, n + 500000, head, leaf, mac,
        private, targets, verb, decision, account_id, person_id, patient_id, patients, xid FROM entry
        WHERE {THIS} RETURNING id)
      INSERT INTO entry_index SELECT {size + 1}, id FROM made"""
    with tampered(hospital, "entry entry_index", forged):
        assert check(hospital).findings[0].index == size + 1


def test_of_two_transactions_the_later_begun_may_be_written_first(hospital: Hospital) -> None:
    """Transaction numbers are given before a writer's: entries without a place yet stand in the writer's order."""
    for number in ("XID1", "XID2"):
        hospital.write("sysadmin", Verb.REGISTER_DEPARTMENT, RegisterDepartment(code=number, name=number))
    both = "SELECT e.id FROM entry e WHERE e.verb = 'register_department' ORDER BY e.n DESC LIMIT 2"
    other = f"SELECT e.xid FROM entry e WHERE e.id IN ({both}) AND e.id <> entry.id"
    swapped = f"UPDATE entry SET xid = ({other}) WHERE id IN ({both})"
    with tampered(hospital, "entry", swapped):
        report = check(hospital)
    assert report.findings == ()
    assert report.unplaced >= 2
    place(hospital)


@pytest.mark.parametrize(
    "change", ["hashes = " + FLIP.format("hashes"), "level = 1", "index = 7", "hashes = substr(hashes, 2)"]
)
def test_tiles(hospital: Hospital, change: str) -> None:
    with tampered(hospital, "tile", f"UPDATE tile SET {change}"):
        report = check(hospital)
    assert report.findings[0].kind == "tile"
    assert report.findings[0].index == 0


CHECKPOINT = {
    "size": "size - 1",
    "root": FLIP.format("root"),
    "note": "replace(note, 'epoch ', 'epoch 1')",
    "heads": "replace(heads, '[', '[1')",
    "at": "at + interval '1 microsecond'",
}


@pytest.mark.parametrize("column", CHECKPOINT)
def test_each_column_of_a_checkpoint(hospital: Hospital, column: str) -> None:
    size = hospital.sql("SELECT size FROM checkpoint ORDER BY size OFFSET 1 LIMIT 1")[0][0]
    with tampered(hospital, "checkpoint", f"UPDATE checkpoint SET {column} = {CHECKPOINT[column]} WHERE size = {size}"):
        report = check(hospital)
    assert report.findings[0].where.startswith("checkpoint:")
    assert size - 2 <= (report.findings[0].index or 0) <= size - 1


def test_the_newest_checkpoint_taken_away(hospital: Hospital) -> None:
    with tampered(hospital, "checkpoint", "DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)"):
        assert check(hospital).findings[0].why == "entries without a checkpoint"


VERSIONS = {
    "entry": "UPDATE record_version SET entry = gen_random_uuid() WHERE {0}",
    "other entry": "UPDATE record_version SET entry = (SELECT id FROM entry_index WHERE idx = 5) WHERE {0}",
    "version": "UPDATE record_version SET version = 9 WHERE {0}",
    "record": "UPDATE record_version SET record_id = record_id + 1 WHERE {0}",
    "patient": "UPDATE record_version SET patient_id = patient_id + 1 WHERE {0}",
    "deleted": "DELETE FROM record_version WHERE {0}",
    "inserted": """INSERT INTO record_version SELECT patient_id, record_id, 2, author_id, entered, entry, seal, payload
      FROM record_version WHERE {0}""",
}


@pytest.mark.parametrize("how", VERSIONS)
def test_versions_and_entries_are_the_same_set(hospital: Hospital, how: str) -> None:
    patient, record = hospital.sql("SELECT patient_id, record_id FROM record_version ORDER BY record_id LIMIT 1")[0]
    this = f"patient_id = {patient} AND record_id = {record}"
    with tampered(hospital, "record_version", VERSIONS[how].format(this)):
        report = check(hospital)
    assert {one.kind for one in report.findings} == {"version"}


ROWS = {
    "post given": """INSERT INTO post (version, entry, mac, role, state, starts, ends, department_id, person_id)
      SELECT version, entry, mac, 'audit_admin', state, starts, ends, department_id, person_id FROM post LIMIT 1""",
    "post raised": "UPDATE post SET role = 'audit_admin' WHERE id = (SELECT min(id) FROM post WHERE role = 'nurse')",
    "post gone": "DELETE FROM post WHERE id = (SELECT min(id) FROM post WHERE role = 'nurse')",
    "account": "UPDATE account SET state = 'frozen' WHERE username = 'nurse'",
    "password": "UPDATE account SET password = 'argon2$x' WHERE username = 'nurse'",
    "licence": "UPDATE person SET licence_until = '2100-01-01' WHERE staff_no = 'Tnurse'",
    "patient": "UPDATE patient SET restricted = true WHERE patient_id = (SELECT max(patient_id) FROM patient)",
    "relation": "UPDATE care_relation SET person_id = 1",
    "record": "UPDATE record SET state = 'draft' WHERE record_id = (SELECT max(record_id) FROM record)",
    "record without": "UPDATE record SET mac = NULL WHERE record_id = (SELECT max(record_id) FROM record)",
    "visit": "UPDATE encounter SET department_id = 1 + coalesce(department_id, 0)",
    "other entry": """UPDATE post SET entry = (SELECT id FROM entry_index WHERE idx = 5)
      WHERE id = (SELECT min(id) FROM post WHERE role = 'nurse')""",
}


@pytest.mark.parametrize("how", ROWS)
def test_rows_that_decide(hospital: Hospital, how: str) -> None:
    table = ROWS[how].split()[{"INSERT": 2, "DELETE": 2, "UPDATE": 1}[ROWS[how].split()[0]]]
    with tampered(hospital, table, ROWS[how]):
        report = check(hospital)
    assert not report.well
    assert {one.where.partition(":")[0].partition(".")[0] for one in report.findings} == {table}, report.findings


def test_two_thousand_findings_do_not_drown_the_first(hospital: Hospital) -> None:
    with tampered(hospital, "entry", "UPDATE entry SET decision = 'deny', verb = 'list', mac = 'x'"):
        report = check(hospital)
    assert report.findings[0].index == 0
    assert len(report.findings) <= 500


def test_a_hold_deleted_and_its_patient_put_back(hospital: Hospital) -> None:
    """An older row of the patient is genuine and counts no hold: the ledger knows better."""
    from jingui.core.keep import PlaceHold
    from jingui.core.operation import Target
    from jingui.core.words import Hold, Verb

    names = "patient_id, version, entry, mac, marks"
    ((patient, *before),) = hospital.sql(f"SELECT {names} FROM patient WHERE patient_id > 0 ORDER BY 1 LIMIT 1")
    placed = PlaceHold(kind=Hold.DISPUTE_SEAL, reason="医疗纠纷")
    hold = hospital.write("archivist", Verb.PLACE_HOLD, placed, target=Target(patient=patient)).value
    after = hospital.sql("SELECT version, entry, mac, marks FROM patient WHERE patient_id = %s", patient)[0]
    row = hospital.sql("SELECT * FROM hold WHERE hold_id = %s", hold)[0]
    with sequencer(hospital) as one:
        turn(one)
    assert check(hospital).findings == ()
    back = "UPDATE patient SET version = %s, entry = %s, mac = %s, marks = %s WHERE patient_id = %s"
    hospital.sql("DELETE FROM hold WHERE hold_id = %s", hold)
    found = [one.where for one in check(hospital).findings]
    assert found == [f"patient.marks:{patient}"]
    hospital.sql(back, *before, patient)
    found = [(one.where, one.why.split()[2]) for one in check(hospital).findings]
    assert found == [(f"patient:{patient}", "place_hold")]
    hospital.sql(back, *after, patient)
    hospital.sql(f"INSERT INTO hold VALUES ({', '.join(['%s'] * len(row))})", *row)
    assert check(hospital).findings == ()


def test_an_ended_relation_put_back_or_deleted_is_named(hospital: Hospital) -> None:
    """The row before its end is genuine, and so is its MAC: the entry of the end says that there is a newer one."""
    from datetime import timedelta

    from jingui.core.collect import EndRelation, Relate
    from jingui.core.operation import Target
    from jingui.core.words import Relation, Verb

    patient, now = hospital.sql("SELECT min(patient_id) FROM patient WHERE patient_id > 0")[0][0], hospital.now()
    person = hospital.people["surgeon"]
    wanted = Relate(kind=Relation.TREATING, person=person, starts=now, ends=now + timedelta(days=2))
    target = Target(patient=patient)
    relation = hospital.write("registrar", Verb.RELATE, wanted, target=target).value
    columns = "ends, version, entry, mac"
    where = f"WHERE patient_id = {patient} AND relation_id = {relation}"
    before = hospital.sql(f"SELECT {columns} FROM care_relation {where}")[0]
    hospital.write("registrar", Verb.RELATE, EndRelation(relation=relation), target=target)
    with sequencer(hospital) as one:
        turn(one)
    assert check(hospital).findings == ()
    back = f"UPDATE care_relation SET ({columns}) = (%s, %s, %s, %s) {where}"
    with tampered(hospital, "care_relation", f"DELETE FROM care_relation {where}"):
        (gone,) = check(hospital).findings
    assert gone.why.startswith("gone")
    after = hospital.sql(f"SELECT {columns} FROM care_relation {where}")[0]
    hospital.sql(back, *before)
    (found,) = check(hospital).findings
    hospital.sql(back, *after)
    assert found.where == f"care_relation:{patient}.{relation}"
    assert found.why.startswith("older than its entry")
    assert check(hospital).findings == ()
