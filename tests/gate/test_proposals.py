"""六（一）2 双人验证: what waits, who may confirm it, and that it is done once [6.1.2]"""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from jingui.core.collect import MergePatient
from jingui.core.errors import Conflict, Invalid, JinguiError, Refused
from jingui.core.operation import Target
from jingui.core.proposals import ProposalsRequest, Verdict, Waiting, Withdraw
from jingui.core.protect import ChangeAccountState
from jingui.core.words import Purpose, Relation, Role, Verb
from jingui.gate import codec, door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def staff(hospital: Hospital) -> None:
    for short, role in (("seco2", Role.SECURITY_ADMIN), ("frozen", Role.NURSE), ("regis3", Role.REGISTRAR)):
        hospital.person(short, role, "xxk")


def propose(hospital: Hospital, who: str = "secadmin", short: str = "frozen") -> Waiting:
    """A frozen account, and the proposal to unfreeze it."""
    account = hospital.actors[short].account
    if hospital.sql("SELECT state FROM account WHERE id = %s", account) == [("active",)]:
        hospital.write("secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=account, reason="核查"))
    return hospital.write(who, Verb.UNFREEZE_ACCOUNT, ChangeAccountState(account=account, reason="查清")).value


def settle(hospital: Hospital, who: str, waiting: Waiting, verdict: str = "approve", **more: Any) -> Any:
    said = Verdict(proposal=waiting.proposal, digest=more.pop("digest", waiting.digest), verdict=verdict, **more)
    return hospital.write(who, Verb.APPROVE, said)


def state(hospital: Hospital, short: str = "frozen") -> str:
    return hospital.sql("SELECT state FROM account WHERE id = %s", hospital.actors[short].account)[0][0]


def test_one_person_only_proposes(hospital: Hospital) -> None:
    waiting = propose(hospital)
    assert isinstance(waiting, Waiting)
    assert state(hospital) == "frozen"
    last = hospital.sql("SELECT verb, decision, head FROM entry ORDER BY id DESC LIMIT 1")[0]
    assert last[:2] == ("unfreeze_account", "allow")
    assert b'"reason":"proposed"' in bytes(last[2])
    settle(hospital, "seco2", waiting, "refuse", reason="尚未查清")


def test_confirmed_it_is_done_at_once_under_two_entries(hospital: Hospital) -> None:
    waiting = propose(hospital)
    done = settle(hospital, "seco2", waiting)
    assert done.value.state == "executed"
    assert state(hospital) == "active"
    entries = hospital.sql(
        "SELECT verb, decision, person_id FROM entry WHERE id IN (%s, %s) ORDER BY verb",
        done.trace.entry, done.value.entry,
    )  # fmt: skip
    assert entries == [
        ("approve", "allow", hospital.people["seco2"]), ("unfreeze_account", "allow", hospital.people["secadmin"]),
    ]  # fmt: skip
    assert hospital.sql("SELECT entry FROM account WHERE id = %s", hospital.actors["frozen"].account)[0][0].hex == (
        done.value.entry.replace("-", "")
    )
    with pytest.raises(Conflict):
        settle(hospital, "seco2", waiting)


def test_nobody_confirms_their_own(hospital: Hospital) -> None:
    waiting = propose(hospital)
    with pytest.raises(Refused) as refused:
        settle(hospital, "secadmin", waiting)
    assert refused.value.reason == "party"
    assert state(hospital) == "frozen"
    settle(hospital, "seco2", waiting, "refuse", reason="尚未查清")


def test_the_unqualified_do_not_confirm(hospital: Hospital) -> None:
    waiting = propose(hospital)
    for who, reason in (("registrar", "not_qualified"), ("doctor", "no_rule"), ("audit", "no_rule")):
        with pytest.raises(Refused) as refused:
            settle(hospital, who, waiting)
        assert refused.value.reason == reason
    settle(hospital, "head", waiting)
    assert state(hospital) == "active"


def test_the_party_does_not_confirm(hospital: Hospital) -> None:
    hospital.write(
        "secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=hospital.actors["sysadmin"].account, reason="核查")
    )
    waiting = propose(hospital, short="sysadmin")
    settle(hospital, "head", waiting)
    assert state(hospital, "sysadmin") == "active"
    patient, other = admit(hospital, "当事甲", "71000001")[0], admit(hospital, "当事甲", "71000002")[0]
    hospital.write(
        "secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=hospital.actors["regis3"].account, reason="核查")
    )
    settle(hospital, "seco2", propose(hospital, short="regis3"))
    from jingui.core.collect import FlagPatient

    target = Target(patient=number(hospital, patient))
    hospital.write("archivist", Verb.FLAG_PATIENT, FlagPatient(person=hospital.people["regis3"]), target=target)
    merge = MergePatient(into=number(hospital, other), reason="同一人")
    proposed = hospital.write("registrar", Verb.MERGE_PATIENT, merge, target=target).value
    with pytest.raises(Refused) as refused:
        settle(hospital, "regis3", proposed)
    assert refused.value.reason == "party"
    settle(hospital, "archivist", proposed)


def test_only_what_was_seen_is_confirmed(hospital: Hospital) -> None:
    waiting = propose(hospital)
    with pytest.raises(Conflict):
        settle(hospital, "seco2", waiting, digest="00" * 32)
    hospital.sql("UPDATE proposal SET payload = payload || '\\x00'::bytea WHERE id = %s", waiting.proposal)
    with pytest.raises(JinguiError):
        settle(hospital, "seco2", waiting)
    assert state(hospital) == "frozen"


def test_an_approval_made_past_the_door_counts_for_nothing(hospital: Hospital) -> None:
    waiting = propose(hospital)
    hospital.sql(
        "INSERT INTO approval (id, proposal_id, digest, person_id, verdict, at, version, entry, mac) "
        "SELECT 900001, id, digest, %s, 'approve', now(), 1, entry, mac FROM proposal WHERE id = %s",
        hospital.people["seco2"], waiting.proposal,
    )  # fmt: skip
    data = ChangeAccountState(account=hospital.actors["frozen"].account, reason="查清")
    with pytest.raises(JinguiError) as error:
        hospital.write("secadmin", Verb.UNFREEZE_ACCOUNT, data, matter=waiting.proposal)
    assert error.value.code in ("tampered", "refused")
    assert state(hospital) == "frozen"


def test_refused_and_withdrawn_stay_undone(hospital: Hospital) -> None:
    waiting = propose(hospital)
    with pytest.raises(Invalid):
        settle(hospital, "seco2", waiting, "refuse")
    assert settle(hospital, "seco2", waiting, "refuse", reason="尚未查清").value.state == "refused"
    with pytest.raises(Conflict):
        settle(hospital, "seco2", waiting)
    again = propose(hospital)
    with pytest.raises(Refused):
        hospital.write("seco2", Verb.APPROVE, Withdraw(waiting=again.proposal))
    assert hospital.write("secadmin", Verb.APPROVE, Withdraw(waiting=again.proposal)).value.state == "withdrawn"
    with pytest.raises(Conflict):
        settle(hospital, "seco2", again)
    assert state(hospital) == "frozen"


def test_a_days_silence_ends_it(hospital: Hospital) -> None:
    waiting = propose(hospital)
    said = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    asked = hospital.operation("seco2", Verb.APPROVE, said, purpose=Purpose.OPERATION)
    late = replace(asked, at=hospital.now() + timedelta(hours=25))
    with pytest.raises(Conflict):
        door.write(late)
    hospital.sql("UPDATE proposal SET expires = now() + interval '90 days' WHERE id = %s", waiting.proposal)
    with pytest.raises(JinguiError):  # the time that counts is under the encryption
        door.write(late)


def test_a_proposer_who_lost_the_right_has_nothing_done(hospital: Hospital) -> None:
    hospital.person("seco3", Role.SECURITY_ADMIN, "xxk")
    waiting = propose(hospital, "seco3")
    hospital.write(
        "secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=hospital.actors["seco3"].account, reason="离岗")
    )
    with pytest.raises(Refused) as refused:
        settle(hospital, "seco2", waiting)
    assert refused.value.reason == "frozen"
    assert state(hospital) == "frozen"


def test_a_right_to_read_is_no_second_person(hospital: Hospital) -> None:
    """An access grant on the patient must not stand in for the confirmation."""
    one, other = admit(hospital, "授权甲", "72000001")[0], admit(hospital, "授权甲", "72000002")[0]
    from jingui.store.models import Grant

    values = {
        "patient_id": number(hospital, one), "grant_id": 5, "person_id": hospital.people["registrar"],
        "purpose": "operation", "categories": [], "matter": 0, "starts": hospital.now() - timedelta(1),
        "ends": hospital.now() + timedelta(1),
    }  # fmt: skip
    row = Grant(**values, entry=UUID(int=7))
    hospital.runtime.sealer.seal(row)
    row.save(force_insert=True)
    merge = MergePatient(into=number(hospital, other), reason="同一人")
    made = hospital.write("registrar", Verb.MERGE_PATIENT, merge, target=Target(patient=number(hospital, one)))
    assert isinstance(made.value, Waiting)


def test_what_cannot_be_done_is_not_proposed(hospital: Hospital) -> None:
    count = hospital.sql("SELECT count(*) FROM proposal")
    account = hospital.actors["doctor"].account
    with pytest.raises(Conflict):
        hospital.write("secadmin", Verb.UNFREEZE_ACCOUNT, ChangeAccountState(account=account, reason="查清"))
    assert hospital.sql("SELECT count(*) FROM proposal") == count


def test_the_desk_sees_what_waits(hospital: Hospital) -> None:
    waiting = propose(hospital)

    def lines(who: str, **request: Any) -> dict[int, Any]:
        data = ProposalsRequest(**request)
        found = door.read(hospital.operation(who, Verb.READ_PROPOSALS, data, purpose=Purpose.OPERATION)).value
        return {line.id: line for line in found}

    mine, theirs, heads = (lines(who)[waiting.proposal] for who in ("secadmin", "seco2", "head"))
    assert (mine.mine, mine.may_decide) == (True, False)
    assert (theirs.mine, theirs.may_decide, heads.may_decide) == (False, True, True)
    assert theirs.proposer == "secadmin"
    assert theirs.data["account"] == hospital.actors["frozen"].account
    assert theirs.digest == waiting.digest
    assert not lines("registrar")[waiting.proposal].may_decide
    with pytest.raises(Refused):
        lines("doctor")
    settle(hospital, "seco2", waiting, "refuse", reason="尚未查清")
    assert waiting.proposal not in lines("head")
    assert lines("head", settled=True)[waiting.proposal].state == "refused"


def test_many_confirm_and_it_is_done_once(hospital: Hospital) -> None:
    names = ["seco2", "head"]
    for short in ("seco4", "seco5"):
        hospital.person(short, Role.SECURITY_ADMIN, "xxk")
        names.append(short)
    for _ in range(3):
        waiting = propose(hospital)
        outcomes: list[str] = []
        gate = threading.Barrier(len(names))

        def confirm(who: str, waiting: Waiting = waiting, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                outcomes.append(settle(hospital, who, waiting).value.state)  # noqa: B023 -- joined below
            except JinguiError as error:
                outcomes.append(error.code)  # noqa: B023 -- joined below
            finally:
                connections.close_all()

        threads = [threading.Thread(target=confirm, args=(who,)) for who in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["conflict"] * (len(names) - 1) + ["executed"]
        count = hospital.sql("SELECT count(*) FROM approval WHERE proposal_id = %s", waiting.proposal)
        assert count == [(1,)]


def test_the_codec_is_exact_and_strict() -> None:
    from jingui.core.collect import Relate
    from jingui.core.errors import Tampered

    value = Relate(
        kind=Relation.TEAM, person=3, starts=datetime(2026, 1, 1, tzinfo=UTC), ends=datetime(2026, 1, 2, tzinfo=UTC)
    )
    data = codec.pack(value)
    assert codec.unpack(Relate, data) == value
    assert codec.pack(codec.unpack(Relate, data)) == data
    for old, new in ((b'"person":3', b'"person":"3"'), (b'"person":3', b'"person":true'), (b'"team"', b'"chief"'),
                     (b'"person":3', b'"person":3,"more":1'), (b'"person":3,', b"")):  # fmt: skip
        with pytest.raises(Tampered):
            codec.unpack(Relate, data.replace(old, new))
    with pytest.raises(JinguiError):
        codec.pack(replace(value, starts=datetime(2026, 1, 1)))
