"""四（一）3 防止滥用: what stands out becomes a question, answered and judged; errors are counted [4.1.3]"""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.collect import FlagPatient
from jingui.core.enter import Change
from jingui.core.errors import Refused
from jingui.core.matters.asking import CloseMatter, DecideMatter, MattersRequest, ReadMatter
from jingui.core.monitor import FindingsRequest, WatchAccess, Watched
from jingui.core.operation import Actor, Target
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from jingui.gate.watching import standing
from tests.hospital import Hospital

JOB = Actor(name="system:monitor", strength=Strength.LOCAL, entrance=Entrance.JOB)


@pytest.fixture(scope="module")
def people(hospital: Hospital) -> Hospital:
    hospital.person("discipline", Role.DISCIPLINE, "xxk")
    hospital.person("judge", Role.MEDICAL_AFFAIRS, "xxk")
    hospital.person("curious", Role.PHYSICIAN, "gwk")
    hospital.person("rusher", Role.PHYSICIAN, "gwk")
    settled(hospital)
    return hospital


def settled(house: Hospital) -> None:
    """Everything entered so far has been looked at."""
    wait_placed(house)
    while run(house).more:
        pass


def wait_placed(house: Hospital) -> None:
    for _ in range(100):
        behind = house.sql(
            "SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)"
        )
        if behind == [(0,)]:
            return
        time.sleep(0.1)
    raise AssertionError("the sequencer is behind")


def run(house: Hospital) -> Watched:
    return house.write(JOB, Verb.WATCH_ACCESS, WatchAccess()).value  # type: ignore[no-any-return]  # the act's value


def patient(house: Hospital, name: str, phone: str = "", mrn: str = "") -> Target:
    resource: dict[str, Any] = {"resourceType": "Patient", "name": [{"text": name}], "gender": "female"}
    if phone:
        resource["telecom"] = [{"system": "phone", "value": phone}]
    made = house.enter("registrar", Change(resource=resource), verb=Verb.REGISTER_PATIENT)
    return Target(patient=door.locate(made.made[0].id).patient)


def findings(house: Hospital, who: str, which: str = "queue") -> list[Any]:
    found = door.read(
        house.operation(who, Verb.READ_MATTERS, MattersRequest(which=which, count=200), purpose=Purpose.OPERATION)
    ).value
    return [line for line in found.rows if line.kind.endswith("_finding")]


def opened(house: Hospital, who: str, number: int) -> Any:
    return door.read(house.operation(who, Verb.READ_MATTER, ReadMatter(matter=number), purpose=Purpose.OPERATION)).value


def say(house: Hospital, who: str, number: int, move: str, comment: str, outcome: str = "") -> Any:
    basis = opened(house, who, number).basis
    data = DecideMatter(matter=number, move=move, basis=basis, comment=comment, outcome=outcome)
    return house.write(who, Verb.DECIDE_MATTER, data).value


def figures(house: Hospital, rule: str) -> Any:
    asked = house.operation("discipline", Verb.READ_FINDINGS, FindingsRequest(), purpose=Purpose.OVERSIGHT)
    return next(one for one in door.read(asked).value.rules if one.rule == rule)


def try_search(house: Hospital, who: str, target: Target) -> None:
    with pytest.raises(Refused):
        door.read(house.operation(who, Verb.OPEN_CHART, ChartRequest(), target=target))


def test_a_colleague_tried_is_asked_answered_judged_and_counted(people: Hospital) -> None:
    """[4.1.3] Two refused tries at a colleague's chart: one question a day, its answer, its outcome, the rate."""
    target, before = patient(people, "同事甲"), figures(people, "colleague_tried")
    people.write("archivist", Verb.FLAG_PATIENT, FlagPatient(person=people.people["nurse"], reason="本院职工"),
                 target=target, purpose=Purpose.MANAGEMENT)  # fmt: skip
    try_search(people, "curious", target)
    try_search(people, "curious", target)
    wait_placed(people)
    first = run(people)
    assert first.opened == 1
    assert run(people).opened == 0  # asked once a day
    mine = findings(people, "curious")
    assert len(mine) == 1
    number = mine[0].id
    assert "colleague_tried" in opened(people, "curious", number).answers["rules"]
    assert number not in [line.id for line in findings(people, "discipline")]  # the reader speaks first
    with pytest.raises(Refused):
        say(people, "discipline", number, "approve", "直接判定", "violation")
    say(people, "curious", number, "reply", "找错了人，已停止。")
    assert number in [line.id for line in findings(people, "discipline")]
    assert say(people, "discipline", number, "return", "请写明找的是谁").state == "waiting"
    say(people, "curious", number, "reply", "原想找同名的门诊患者。")
    assert say(people, "judge", number, "approve", "情况属实", "false_alarm").state == "approved"
    after = figures(people, "colleague_tried")
    assert (after.asked - before.asked, after.false_alarm - before.false_alarm) == (1, 1)
    assert after.waiting == before.waiting
    with pytest.raises(Refused):
        door.read(people.operation("curious", Verb.READ_FINDINGS, FindingsRequest(), purpose=Purpose.OVERSIGHT))


def test_a_relative_is_seen_by_the_phone(people: Hospital) -> None:
    """[4.1.3] The reader's own chart and the patient's share a phone: found, and the phone stands nowhere in it."""
    own = patient(people, "好奇本人", phone="13800138000")
    people.write("archivist", Verb.FLAG_PATIENT, FlagPatient(person=people.people["curious"], reason="本院职工"),
                 target=own, purpose=Purpose.MANAGEMENT)  # fmt: skip
    kin = patient(people, "好奇家属", phone="138 0013 8000")
    try_search(people, "curious", kin)
    wait_placed(people)
    assert run(people).opened == 1
    answers = [opened(people, "curious", line.id).answers for line in findings(people, "curious")]
    found = [one for one in answers if "relative" in one["rules"]]
    assert len(found) == 1
    assert "138" not in found[0]["rules"]


def test_a_relation_written_past_the_door_hides_nothing(people: Hospital) -> None:
    """[6.1.2] The database administrator gives the reader a relation: it is not genuine, the question stays."""
    target = patient(people, "伪关系")
    people.sql(
        """INSERT INTO care_relation (patient_id, relation_id, kind, rank, person_id, starts, version, entry, mac)
        SELECT %s, 77, 'treating', 1, %s, now() - interval '1 day', 1, (SELECT id FROM entry LIMIT 1), '\\x00'""",
        target.patient, people.people["curious"],
    )  # fmt: skip
    try:
        related, _ = standing(people.runtime, people.people["curious"], target.patient, people.now())
        assert not related
    finally:
        people.sql("DELETE FROM care_relation WHERE patient_id = %s AND relation_id = 77", target.patient)


def test_many_refusals_are_one_question_about_the_day(people: Hospital) -> None:
    """[4.1.2] Five refused tries at five strangers: a question about the day, not about one of them."""
    for n in range(5):
        try_search(people, "rusher", patient(people, f"路人{n}"))
    wait_placed(people)
    run(people)
    days = [line for line in findings(people, "rusher") if line.kind == "conduct_finding"]
    assert len(days) == 1
    assert "refused:refused=5" in opened(people, "rusher", days[0].id).answers["rules"]


def test_silence_goes_on_to_the_judge(people: Hospital) -> None:
    """[4.1.3] Who does not answer in time loses the word, not the question."""
    number = findings(people, "rusher")[0].id
    due = people.sql("SELECT due FROM matter WHERE id = %s", number)[0][0]
    assert number in door.due.matters(due + timedelta(seconds=1))
    closing = people.operation(
        Actor(name="system:expiry", strength=Strength.LOCAL, entrance=Entrance.JOB), Verb.CLOSE_MATTER,
        CloseMatter(matter=number), purpose=Purpose.OPERATION,
    )  # fmt: skip
    moved = door.write(replace(closing, at=due + timedelta(seconds=1))).value
    assert (moved.state, moved.step) == ("waiting", 1)
