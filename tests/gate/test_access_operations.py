"""四（一）内部查阅: emergency access opened once, read under, reviewed by another, ended [4.1.1] [4.1.2] [4.1.3]"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.access_operations import EndGrant, Grants, GrantsRequest, Opened
from jingui.core.collect import FlagPatient, Relate
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.asking import DecideMatter, ReadMatter
from jingui.core.operation import Operation, Target
from jingui.core.words import Purpose, Relation, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital

URGENT = Purpose.EMERGENCY


@pytest.fixture(scope="module", autouse=True)
def offices(hospital: Hospital) -> None:
    for short, role in (
        ("office", Role.MEDICAL_AFFAIRS),
        ("duty", Role.DUTY_ADMINISTRATOR),
        ("chemist", Role.PHARMACIST),
    ):
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")


def target(hospital: Hospital, public: str) -> Target:
    return Target(patient=number(hospital, public))


def glass(hospital: Hospital, who: str, where: Target, reason: str = "昏迷，需了解过敏史", **more: Any) -> Opened:
    asked = hospital.operation(who, Verb.BREAK_GLASS, None, target=where, purpose=more.pop("purpose", URGENT))
    opened: Opened = door.write(worded(asked, reason)).value
    return opened


def worded(asked: Operation, reason: str) -> Operation:
    return Operation(
        actor=asked.actor, verb=asked.verb, at=asked.at, purpose=asked.purpose, target=asked.target, data=asked.data,
        reason=reason,
    )  # fmt: skip


def chart(hospital: Hospital, who: str, where: Target, purpose: Purpose = URGENT) -> Any:
    return door.read(hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=where, purpose=purpose))


def entries(hospital: Hospital, who: str, verb: str) -> list[str]:
    sql = "SELECT decision FROM entry WHERE person_id = %s AND verb = %s ORDER BY id"
    return [row[0] for row in hospital.sql(sql, hospital.people[who], verb)]


@pytest.mark.parametrize("who", ["surgeon", "duty"])
def test_a_reason_opens_the_chart_without_asking_again(hospital: Hospital, who: str) -> None:
    public, _, _ = admit(hospital, f"急救{who}", {"surgeon": "41000001", "duty": "41000002"}[who])
    where = target(hospital, public)
    with pytest.raises(Refused) as refused:
        chart(hospital, who, where)
    assert refused.value.reason in ("no_relation", "no_rule")
    opened = glass(hospital, who, where)
    assert timedelta(hours=11, minutes=59) < opened.until - hospital.now() <= timedelta(hours=12)
    for _ in range(2):
        assert chart(hospital, who, where).value.records
    with pytest.raises(Refused):  # the grant is for the emergency and for nothing else
        chart(hospital, who, where, Purpose.TREATMENT)
    assert entries(hospital, who, "break_glass") == ["allow"]


def test_without_a_reason_or_the_role_nothing_opens(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救无由", "41000003")
    where = target(hospital, public)
    with pytest.raises(Refused) as refused:
        glass(hospital, "surgeon", where, " ")
    assert refused.value.reason == "reason_missing"
    with pytest.raises(Refused):
        glass(hospital, "chemist", where)
    assert entries(hospital, "chemist", "break_glass") == ["deny"]
    with pytest.raises(Refused):
        glass(hospital, "surgeon", where, purpose=Purpose.TREATMENT)
    with pytest.raises(Invalid):
        glass(hospital, "surgeon", where, "长" * 1001)
    with pytest.raises(NotFound):
        glass(hospital, "surgeon", Target(patient=987654321))
    assert hospital.sql("SELECT count(*) FROM access_grant WHERE patient_id = %s", where.patient) == [(0,)]


def test_a_second_click_opens_no_second_review(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救双击", "41000004")
    where = target(hospital, public)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: glass(hospital, "surgeon", where), range(4)))
    assert len({one.grant for one in made}) == 1
    assert sum(not one.again for one in made) == 1
    reviews = "SELECT count(*) FROM matter WHERE kind = 'emergency_review' AND patient_id = %s"
    assert hospital.sql(reviews, where.patient) == [(1,)]


def test_the_review_is_somebody_elses_and_falls_due_in_three_working_days(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救复核", "41000005")
    where = target(hospital, public)
    opened = glass(hospital, "surgeon", where, "胸痛两小时")
    view = door.read(
        hospital.operation("office", Verb.READ_MATTER, ReadMatter(matter=opened.matter), purpose=Purpose.MANAGEMENT)
    ).value
    assert view.answers["reason"] == "胸痛两小时"
    assert view.line.due is not None
    assert timedelta(days=1) < view.line.due - hospital.now() < timedelta(days=15)
    said = DecideMatter(matter=opened.matter, move="approve", basis=view.basis, outcome="justified")
    with pytest.raises(Refused):
        hospital.write("surgeon", Verb.DECIDE_MATTER, said)
    hospital.write("office", Verb.DECIDE_MATTER, said)
    assert hospital.sql("SELECT state, outcome FROM matter WHERE id = %s", opened.matter)[0][1] == "justified"


def test_restricted_and_secret_open_own_and_dead_do_not(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救保密", "41000006")
    where = target(hospital, public)
    hospital.write("registrar", Verb.FLAG_PATIENT, FlagPatient(restricted=True), target=where)
    with pytest.raises(Refused):
        chart(hospital, "nurse", where)  # the department is not enough, nor is the word emergency
    glass(hospital, "nurse", where)
    assert chart(hospital, "nurse", where).value
    own, _, _ = admit(hospital, "急救本人", "41000007")
    mine = target(hospital, own)
    hospital.write("registrar", Verb.FLAG_PATIENT, FlagPatient(person=hospital.people["surgeon"]), target=mine)
    with pytest.raises(Refused) as refused:
        glass(hospital, "surgeon", mine)
    assert refused.value.reason == "own"
    dead, _, _ = admit(hospital, "急救已故", "41000008")
    late = target(hospital, dead)
    hospital.write("registrar", Verb.FLAG_PATIENT, FlagPatient(deceased=True), target=late)
    with pytest.raises(Refused) as refused:
        glass(hospital, "surgeon", late)
    assert refused.value.reason == "deceased"


def test_a_forged_or_prolonged_grant_opens_nothing(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救伪造", "41000009")
    where = target(hospital, public)
    glass(hospital, "surgeon", where)
    hospital.sql("UPDATE access_grant SET ends = ends + interval '1 year' WHERE patient_id = %s", where.patient)
    with pytest.raises(Tampered):
        chart(hospital, "surgeon", where)
    hospital.sql("UPDATE access_grant SET ends = ends - interval '1 year' WHERE patient_id = %s", where.patient)
    assert chart(hospital, "surgeon", where).value
    hospital.sql("UPDATE access_grant SET person_id = %s WHERE patient_id = %s", hospital.people["duty"], where.patient)
    with pytest.raises(Tampered):
        chart(hospital, "duty", where)
    hospital.sql(
        "UPDATE access_grant SET person_id = %s WHERE patient_id = %s", hospital.people["surgeon"], where.patient
    )


def grants(hospital: Hospital, who: str, **more: Any) -> tuple[Any, ...]:
    where = more.pop("target", Target())
    purpose = more.pop("purpose", Purpose.MANAGEMENT)
    asked = GrantsRequest(**more)
    found: tuple[Any, ...] = door.read(
        hospital.operation(who, Verb.READ_GRANTS, asked, target=where, purpose=purpose)
    ).value
    return found


def test_grants_are_seen_by_their_holder_and_by_those_who_watch(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救名单", "41000010")
    where = target(hospital, public)
    opened = glass(hospital, "surgeon", where)
    mine = grants(hospital, "surgeon", purpose=Purpose.TREATMENT)
    assert opened.grant in {line.id for line in mine}
    assert all(line.mine for line in mine)
    # `mine` wins: asking for all while claiming that it is one's own shows one's own
    assert grants(hospital, "surgeon", which=Grants.EMERGENCY, purpose=Purpose.TREATMENT) == mine
    with pytest.raises(Refused):
        grants(hospital, "surgeon", which=Grants.EMERGENCY, mine=False, purpose=Purpose.TREATMENT)
    for who in ("office", "secadmin"):
        seen = grants(hospital, who, which=Grants.EMERGENCY, mine=False)
        assert [line.state for line in seen if line.id == opened.grant] == ["open"]
        about = grants(hospital, who, which=Grants.PATIENT, mine=False, target=where)
        assert [line.patient for line in about] == [public]
    with pytest.raises(Invalid):
        grants(hospital, "office", which=Grants.PATIENT, mine=False)


def test_a_grant_ends_at_once_for_its_holder_or_the_office_only(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "急救终止", "41000011")
    where = target(hospital, public)
    opened = glass(hospital, "surgeon", where)
    ending = EndGrant(patient=where.patient, grant=opened.grant, reason="已转交")
    with pytest.raises(Refused):
        hospital.write("doctor", Verb.END_GRANT, ending)
    assert chart(hospital, "surgeon", where).value
    hospital.write("surgeon", Verb.END_GRANT, ending)
    with pytest.raises(Refused) as refused:
        chart(hospital, "surgeon", where)
    assert refused.value.reason == "grant_expired"
    with pytest.raises(Conflict):
        hospital.write("office", Verb.END_GRANT, ending)
    again = glass(hospital, "surgeon", where)
    assert not again.again
    hospital.write("secadmin", Verb.END_GRANT, EndGrant(patient=where.patient, grant=again.grant))
    with pytest.raises(Refused):
        chart(hospital, "surgeon", where)
    with pytest.raises(Invalid):
        hospital.write("office", Verb.END_GRANT, EndGrant())


def test_an_emergency_ends_when_its_holder_treats_the_patient(hospital: Hospital) -> None:
    from jingui import jobs

    public, _, _ = admit(hospital, "急救接诊", "41000012")
    where = target(hospital, public)
    opened = glass(hospital, "surgeon", where)
    assert opened.grant not in door.due.emergencies(door.now())
    treats = Relate(
        kind=Relation.CONSULTATION, person=hospital.people["surgeon"], starts=hospital.now() - timedelta(minutes=1),
        ends=hospital.now() + timedelta(days=1),
    )  # fmt: skip
    hospital.write("doctor", Verb.RELATE, treats, target=where, purpose=Purpose.TREATMENT)
    assert door.due.emergencies(door.now())[opened.grant] == where.patient
    jobs.expiry.func(0)
    assert opened.grant not in door.due.emergencies(door.now())
    ended = "SELECT e.verb, e.decision FROM access_grant g JOIN entry e ON e.id = g.entry WHERE g.grant_id = %s"
    assert hospital.sql(ended, opened.grant) == [("end_grant", "allow")]
    assert chart(hospital, "surgeon", where, Purpose.TREATMENT).value
