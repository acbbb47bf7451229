"""四（一）3 防统方: refused for all without the approval of two departments; then one run of just that [4.1.3]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access_operations import Counted, CountPrescriptions
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, Refused, Tampered
from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.gate.acts import prescriber_statistics as acts
from tests.gate.test_charts import admit
from tests.hospital import Hospital

COUNTERS = (("counter", Role.PHARMACIST), ("affairs", Role.MEDICAL_AFFAIRS), ("discipline", Role.DISCIPLINE))
MANAGING = Purpose.MANAGEMENT


@pytest.fixture(scope="module", autouse=True)
def orders(hospital: Hospital) -> None:
    """People, and orders of two physicians for two patients."""
    for short, role in COUNTERS:
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    for number, by, count, day in (("43000001", "甲医师", 3, "2026-11-10"), ("43000002", "乙医师", 2, "2026-11-11"),
                                   ("43000003", "甲医师", 1, "2026-09-30")):  # fmt: skip
        patient, encounter, _ = admit(hospital, f"统方{number}", number)
        changes = [Change(order(patient, encounter, by, day)) for _ in range(count)]
        hospital.enter("his", *changes, purpose=Purpose.OPERATION)


def order(patient: str, encounter: str, by: str, day: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "阿托伐他汀钙片", "coding": [{"system": "urn:x", "code": "ATV"}]},
        "subject": {"reference": f"Patient/{patient}"}, "encounter": {"reference": f"Encounter/{encounter}"},
        "authoredOn": f"{day}T09:00:00+08:00", "requester": {"display": by},
        "dispenseRequest": {"quantity": {"value": 7, "unit": "片"}},
    }  # fmt: skip


def answers(**more: str) -> tuple[tuple[str, str], ...]:
    given = {"subject": "drug", "per": "prescriber", "first": "2026-10-01", "last": "2026-11-30", "reason": "处方点评"}
    return tuple((given | more).items())


def decide(hospital: Hospital, who: str, matter: int, move: str = "approve") -> Any:
    asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=MANAGING)
    basis = door.read(asked).value.basis
    return hospital.write(
        who, Verb.DECIDE_MATTER, DecideMatter(matter=matter, move=move, basis=basis, comment="同意。")
    )


def approved(hospital: Hospital, who: str = "counter", **more: str) -> int:
    started = hospital.write(
        who, Verb.START_MATTER, StartMatter(kind="prescriber_statistics", answers=answers(**more), submit=True)
    ).value
    for second in ("affairs", "discipline"):
        decide(hospital, second, started.matter)
    return int(started.matter)


def run(hospital: Hospital, who: str, matter: int, cursor: str = "") -> Any:
    return hospital.write(who, Verb.PRESCRIBER_STATISTICS, CountPrescriptions(cursor=cursor), matter=matter)


@pytest.mark.parametrize("who", ["doctor", "nurse", "head", "counter", "affairs", "discipline", "sysadmin", "audit"])
def test_nobody_counts_without_an_approval(hospital: Hospital, who: str) -> None:
    with pytest.raises(Refused) as refused:
        run(hospital, who, 0)
    assert refused.value.reason == "statistics"
    assert refused.value.matter == "prescriber_statistics"
    marked = "SELECT verb, decision FROM entry WHERE id = %s"
    assert hospital.sql(marked, refused.value.entry) == [("prescriber_statistics", "deny")]


def test_two_departments_allow_one_run_of_what_was_approved(hospital: Hospital) -> None:
    matter = approved(hospital)
    for other in ("affairs", "head", "sysadmin"):  # the right is the asker's own
        with pytest.raises(Refused):
            run(hospital, other, matter)
    done = run(hospital, "counter", matter)
    found: Counted = done.value
    assert found.done
    lines = {line.name: (line.orders, line.quantity, line.unit) for line in found.lines if line.code == "ATV"}
    assert lines == {"甲医师": (3, 21.0, "片"), "乙医师": (2, 14.0, "片")}  # September lies outside
    (targets, patients) = hospital.sql(
        "SELECT convert_from(targets, 'UTF8'), cardinality(patients) FROM entry WHERE id = %s", done.trace.entry
    )[0]
    assert targets.count("MedicationRequest") == found.read
    assert patients >= 3
    with pytest.raises(Refused):
        run(hospital, "counter", matter)


def test_one_approval_is_not_two(hospital: Hospital) -> None:
    started = hospital.write(
        "counter", Verb.START_MATTER, StartMatter(kind="prescriber_statistics", answers=answers(), submit=True)
    ).value
    decide(hospital, "affairs", started.matter)
    with pytest.raises(Refused):
        decide(hospital, "affairs", started.matter)
    with pytest.raises(Refused):
        run(hospital, "counter", started.matter)


def test_parts_add_up_and_none_runs_twice(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "PART", 2)
    matter = approved(hospital, per="department")
    first = run(hospital, "counter", matter)
    assert (first.value.done, first.value.lines, first.value.read) == (False, (), 2)
    assert "阿托伐他汀" not in first.more
    with pytest.raises(Conflict):  # begun is begun
        run(hospital, "counter", matter)
    second = run(hospital, "counter", matter, first.more)
    with pytest.raises(Invalid):  # a part that was counted is not counted again
        run(hospital, "counter", matter, first.more)
    with pytest.raises(Invalid):
        run(hospital, "counter", matter, "AAAA" + second.more[4:])
    at, parts = second.more, 2
    while at:
        last = run(hospital, "counter", matter, at)
        at, parts = last.more, parts + 1
    found: Counted = last.value
    assert found.done
    assert found.read == found.total
    assert {(line.name, line.orders) for line in found.lines if line.code == "ATV"} == {("心血管内科", 5)}
    assert parts == found.total // 2 + 1


def test_a_widened_or_copied_right_counts_nothing(hospital: Hospital) -> None:
    matter = approved(hospital)
    hospital.sql("UPDATE access_grant SET categories[3] = '2020-01-01' WHERE matter = %s", matter)
    with pytest.raises(Tampered):
        run(hospital, "counter", matter)
    hospital.sql("UPDATE access_grant SET categories[3] = '2026-10-01' WHERE matter = %s", matter)
    assert run(hospital, "counter", matter).value.done
    hospital.sql("UPDATE access_grant SET ends = %s WHERE matter = %s", hospital.now() + timedelta(days=1), matter)
    with pytest.raises(Tampered):
        run(hospital, "counter", matter)


def test_a_period_that_runs_backwards_is_not_approved(hospital: Hospital) -> None:
    with pytest.raises(Invalid):
        approved(hospital, first="2026-12-01", last="2026-11-01")


def test_an_order_that_is_not_genuine_is_named_and_not_counted(hospital: Hospital) -> None:
    (row,) = hospital.sql("SELECT patient_id, record_id FROM record WHERE kind = 'MedicationRequest' LIMIT 1")
    matter = approved(hospital)
    hospital.sql("UPDATE record SET labels = '{hiv}' WHERE patient_id = %s AND record_id = %s", *row)
    try:
        found: Counted = run(hospital, "counter", matter).value
    finally:
        hospital.sql("UPDATE record SET labels = '{}' WHERE patient_id = %s AND record_id = %s", *row)
    assert found.unreadable == 1
