"""六（一）2 账号管理: rows written past the door are refused at use, by name [6.1.2] [7.1.2]"""

import json

import pytest

from jingui.core.errors import JinguiError, Tampered
from jingui.core.operation import Target
from jingui.core.oversee import LedgerSearch, Recover
from jingui.core.proposals import Verdict
from jingui.core.words import Purpose, Role, Verb
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def target(hospital: Hospital) -> Target:
    """A record of a patient of the doctor's department."""
    made = hospital.enter("his", *bundle("吴封印", "00550001"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    patient, record = hospital.runtime.ids.internal(made[2].id)
    return Target(patient=patient, record=record)


def refused(hospital: Hospital, who: str, target: Target) -> str:
    """Read as `who`, forgetting what was known a second ago; the row that the refusal names."""
    from jingui.gate import door

    operation = hospital.operation(who, Verb.READ, target=target)
    door.whoami(operation.actor, fresh=True)
    with pytest.raises(Tampered) as error:
        door.sheet(operation)
    entry = error.value.data["entry"]
    (head,) = hospital.sql("SELECT head FROM entry WHERE id = %s", entry)[0]
    assert (json.loads(bytes(head))["decision"], json.loads(bytes(head))["reason"]) == ("deny", "tampered")
    return str(error.value.data["where"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE post SET role = 'audit_admin' WHERE id = {post}", "post:{post}"),
        ("UPDATE post SET department_id = department_id + 1 WHERE id = {post}", "post:{post}"),
        ("UPDATE post SET ends = '2100-01-01' WHERE id = {post}", "post:{post}"),
        ("UPDATE account SET generation = generation + 1 WHERE id = {account}", "account:{account}"),
        ("UPDATE person SET licence_until = '2100-01-01' WHERE id = {person}", "person:{person}"),
    ],
)
def test_what_says_who_one_is(hospital: Hospital, target: Target, change: str, named: str) -> None:
    if "victim" not in hospital.actors:
        hospital.person("victim", Role.PHYSICIAN, "xnk")
    actor = hospital.actors["victim"]
    where = {"post": actor.post, "account": actor.account, "person": hospital.people["victim"]}
    table = change.split()[1]
    hospital.sql(f"CREATE TABLE kept AS SELECT * FROM {table} WHERE id = {where[table]}")
    hospital.sql(change.format(**where))
    try:
        assert refused(hospital, "victim", target) == named.format(**where)
    finally:
        columns = hospital.sql("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
        pairs = ", ".join(f"{one} = kept.{one}" for (one,) in columns if one != "id")
        hospital.sql(f"UPDATE {table} t SET {pairs} FROM kept WHERE t.id = kept.id")
        hospital.sql("DROP TABLE kept")


def test_a_post_that_was_inserted(hospital: Hospital, target: Target) -> None:
    actor = hospital.actors["surgeon"]
    made = hospital.sql(
        """INSERT INTO post (version, entry, mac, role, state, starts, ends, department_id, person_id)
        SELECT version, entry, mac, 'physician', state, starts, ends, %s, person_id FROM post WHERE id = %s
        RETURNING id""",
        hospital.departments["xnk"], actor.post,
    )[0][0]  # fmt: skip
    from dataclasses import replace

    hospital.actors["intruder"] = replace(actor, post=made)
    try:
        assert refused(hospital, "intruder", target) == f"post:{made}"
    finally:
        hospital.sql("DELETE FROM post WHERE id = %s", made)


def test_a_grant_that_was_inserted(hospital: Hospital, target: Target) -> None:
    hospital.sql(
        """INSERT INTO access_grant (patient_id, grant_id, person_id, purpose, categories, matter, starts, ends,
        version, entry, mac) SELECT %s, 77, %s, 'treatment', '{}', 0, now(), now() + interval '1 h', 1, entry, mac
        FROM post LIMIT 1""",
        target.patient, hospital.people["surgeon"],
    )  # fmt: skip
    try:
        assert refused(hospital, "surgeon", target) == f"access_grant:{target.patient}.77"
    finally:
        hospital.sql("DELETE FROM access_grant WHERE grant_id = 77")


def test_a_relation_that_was_bent(hospital: Hospital, target: Target) -> None:
    hospital.sql(
        "UPDATE care_relation SET person_id = %s WHERE patient_id = %s", hospital.people["surgeon"], target.patient
    )
    try:
        assert refused(hospital, "surgeon", target).startswith(f"care_relation:{target.patient}.")
    finally:
        hospital.sql("UPDATE care_relation SET person_id = NULL WHERE patient_id = %s", target.patient)


def test_an_approval_that_was_inserted(hospital: Hospital) -> None:
    """One person and the database administrator are not two persons."""
    data = Recover(reason="单人尝试")
    waiting = hospital.write(hospital.as_command("sysadmin"), Verb.RECOVER, data).value
    hospital.sql(
        """INSERT INTO approval (version, entry, mac, digest, person_id, verdict, at, proposal_id)
        SELECT 1, entry, mac, digest, %s, 'approve', now(), id FROM proposal WHERE id = %s""",
        hospital.people["head"], waiting.proposal,
    )  # fmt: skip
    try:
        with pytest.raises(Tampered) as error:
            hospital.write(hospital.as_command("sysadmin"), Verb.RECOVER, data, matter=waiting.proposal)
        assert str(error.value.data["where"]).startswith("approval:")
    finally:
        past = "SET session_replication_role = replica; DELETE FROM approval WHERE proposal_id = "
        hospital.sql(f"{past}{int(waiting.proposal)}")


def test_a_proposal_that_was_bent(hospital: Hospital) -> None:
    waiting = hospital.write(hospital.as_command("sysadmin"), Verb.RECOVER, Recover(reason="原话")).value
    hospital.sql("UPDATE proposal SET person_id = %s WHERE id = %s", hospital.people["nurse"], waiting.proposal)
    word = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    with pytest.raises(JinguiError) as error:
        hospital.write(hospital.as_command("head"), Verb.APPROVE, word)
    assert isinstance(error.value, Tampered)
    assert error.value.data["where"] == f"proposal:{waiting.proposal}"


def test_an_entry_that_was_bent_is_shown_as_such(hospital: Hospital, target: Target) -> None:
    from jingui.gate import door

    entry = door.sheet(hospital.operation("doctor", Verb.READ, target=target)).trace.entry
    change = "SET session_replication_role = replica; UPDATE entry SET decision = '{}' WHERE id = '{}'"
    hospital.sql(change.format("deny", entry))
    try:
        search = LedgerSearch(verbs=("read",), count=3)
        rows = door.read(hospital.operation("audit", Verb.READ_LEDGER, search, purpose=Purpose.OVERSIGHT)).value
        mine = next(row for row in rows if row.id == entry)
        assert (mine.decision, mine.sound) == ("allow", False)  # what is shown is what was committed
    finally:
        hospital.sql(change.format("allow", entry))
