"""二（二）录入: hostile submissions: others' charts, other types, hidden labels, poison [2.2.1] [2.2.4] [2.1.3]"""

import asyncio
from typing import Any

import pytest

from jingui.core.enter import Change, Submission
from jingui.core.errors import JinguiError, NotFound, Refused, Unprocessable
from jingui.core.operation import Target
from jingui.core.protect import ChangeAccountState
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door, plane
from tests.gate.test_charts import admit
from tests.gate.test_door import bundle, patient
from tests.hospital import Hospital

HIV = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}]}


@pytest.fixture(scope="module")
def two(hospital: Hospital) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(patient, visit, observation) of A and of B, both in the doctor's department."""
    return admit(hospital, "甲某", "30000001"), admit(hospital, "乙某", "30000002")


def pair(hospital: Hospital, public: str) -> tuple[int, int]:
    found = hospital.runtime.ids.internal(public)
    assert found is not None
    return found


def count(hospital: Hospital, table: str = "entry") -> int:
    return int(hospital.sql(f"SELECT count(*) FROM {table}")[0][0])


def observation(of: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{of}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "10839-9"}]}, **more,
    }  # fmt: skip


def refused_and_entered(
    hospital: Hospital, kind: type[JinguiError], *changes: Change, who: str = "his", **more: Any
) -> None:
    """The submission fails as `kind`, changes nothing, and its attempt is one entry."""
    before = count(hospital), count(hospital, "record_version")
    with pytest.raises(kind):
        hospital.enter(who, *changes, **{"purpose": Purpose.OPERATION, **more})
    assert (count(hospital), count(hospital, "record_version")) == (before[0] + 1, before[1])


@pytest.mark.parametrize("element", ["encounter", "hasMember", "derivedFrom"])
def test_a_record_never_refers_into_another_chart(hospital: Hospital, two: Any, element: str) -> None:
    (a, _, _), (_, visit, record) = two
    reference = {"reference": f"Encounter/{visit}" if element == "encounter" else f"Observation/{record}"}
    resource = observation(a, **{element: reference if element == "encounter" else [reference]})
    refused_and_entered(hospital, Unprocessable, Change(resource))
    inner = {"resourceType": "Observation", "id": "x", "status": "final", "code": {"text": "x"}, "encounter": reference}
    if element == "encounter":
        refused_and_entered(hospital, Unprocessable, Change(observation(a, contained=[inner])))


def test_the_directory_never_refers_into_a_chart(hospital: Hospital, two: Any) -> None:
    resource = {"resourceType": "Organization", "name": "x", "partOf": {"reference": f"Organization/{two[0][2]}"}}
    refused_and_entered(hospital, Unprocessable, Change(resource))


def test_a_correction_never_moves_a_record_to_another_patient(hospital: Hospital, two: Any) -> None:
    (_, _, record), (b, _, _) = two
    refused_and_entered(
        hospital, Unprocessable, Change(observation(b), record=pair(hospital, record)), verb=Verb.CORRECT
    )


def test_a_correction_never_changes_the_type(hospital: Hospital, two: Any) -> None:
    (a, _, record), _ = two
    basic = {"resourceType": "Basic", "subject": {"reference": f"Patient/{a}"}, "code": {}}
    for resource in (patient("张冠", "30000001"), basic):
        refused_and_entered(
            hospital, NotFound, Change(resource, record=pair(hospital, record)), verb=Verb.CORRECT, who="registrar"
        )
    number, at = pair(hospital, record)
    sheet = door.sheet(hospital.operation("doctor", Verb.READ, target=Target(patient=number, record=at)))
    assert sheet.kind == "Observation"


def test_a_correction_is_judged_by_what_it_replaces(hospital: Hospital) -> None:
    a, _, _ = admit(hospital, "丙某", "30000003")
    made = hospital.enter("his", Change(observation(a, category=[HIV])), purpose=Purpose.OPERATION).made[0]
    where = pair(hospital, made.id)
    before = hospital.sql("SELECT level, labels FROM record WHERE patient_id = %s AND record_id = %s", *where)
    assert before[0][0] == "secret"
    hospital.enter("his", Change(observation(a), record=where), purpose=Purpose.OPERATION, verb=Verb.CORRECT)
    after = hospital.sql("SELECT level, labels FROM record WHERE patient_id = %s AND record_id = %s", *where)
    assert after == before  # a label is not lost by leaving the code out


def child(name: str, number: str, birth: str = "2020-05-01") -> list[Change]:
    changes = bundle(name, number)
    changes[0].resource["birthDate"] = birth
    return changes


def labels(hospital: Hospital, public: str) -> list[str]:
    sql = "SELECT labels FROM record WHERE patient_id = %s AND record_id = %s"
    return list(hospital.sql(sql, *pair(hospital, public))[0][0])


def test_a_minor_stays_one_in_later_submissions(hospital: Hospital) -> None:
    made = hospital.enter("his", *child("小儿", "30000004"), purpose=Purpose.OPERATION).made
    assert "minor" in labels(hospital, made[2].id)
    later = hospital.enter("his", Change(observation(made[0].id)), purpose=Purpose.OPERATION).made[0]
    assert "minor" in labels(hospital, later.id)


def test_the_order_in_a_bundle_hides_no_minor(hospital: Hospital) -> None:
    changes = child("小儿乙", "30000005")
    made = hospital.enter("his", *reversed(changes), purpose=Purpose.OPERATION).made
    assert "minor" in labels(hospital, made[0].id)


def test_half_a_birth_date_counts_as_the_youngest(hospital: Hospital) -> None:
    made = hospital.enter("his", *child("小儿丙", "30000006", "2019"), purpose=Purpose.OPERATION).made
    assert "minor" in labels(hospital, made[2].id)


def test_an_import_run_twice_finds_the_first_ones_rows(hospital: Hospital) -> None:
    more = {"purpose": Purpose.OPERATION, "verb": Verb.IMPORT, "source": "old-his"}
    first = hospital.enter("his", *bundle("重来", "30000007"), **more)
    before = count(hospital, "record")
    again = hospital.enter("his", *bundle("重来", "30000007"), **more)
    assert [one.outcome for one in again.made] == ["unchanged"] * 3
    assert [one.id for one in again.made] == [one.id for one in first.made]
    assert count(hospital, "record") == before
    named = hospital.sql("SELECT patient_id FROM entry WHERE id = %s", again.entries[0])
    assert named == [(pair(hospital, first.made[0].id)[0],)]  # an attempt that changed nothing still says about whom


def numbered(name: str, number: str) -> dict[str, Any]:
    """A Patient known by another hospital's number alone."""
    return {**patient(name, ""), "identifier": [{"system": "http://b.example/mrn", "value": number}]}


def test_a_number_that_was_corrected_away_no_longer_claims_people(hospital: Hospital) -> None:
    """A got B's number by mistake and was corrected: B can be imported later, A is still found by the old number."""
    made = hospital.enter("his", Change(numbered("误号", "30000008"), "urn:p"), purpose=Purpose.OPERATION).made[0]
    hospital.enter(
        "registrar", Change(numbered("误号", "30000009"), record=pair(hospital, made.id)), purpose=Purpose.OPERATION,
        verb=Verb.CORRECT,
    )  # fmt: skip
    more = {"purpose": Purpose.OPERATION, "verb": Verb.IMPORT, "source": "old"}
    other = hospital.enter("his", Change(numbered("真主", "30000008"), "urn:p"), **more).made[0]
    assert other.id != made.id


def test_two_subjects_fail_alone_and_are_entered(hospital: Hospital, two: Any) -> None:
    resource = {
        "resourceType": "Consent", "status": "active", "scope": {"text": "x"}, "category": [{"text": "x"}],
        "patient": {"reference": f"Patient/{two[0][0]}"}, "performer": [{"reference": f"Patient/{two[1][0]}"}],
    }  # fmt: skip
    refused_and_entered(hospital, Unprocessable, Change(resource))


def together(hospital: Hospital, *operations: Any) -> list[Any]:
    """The outcomes of submissions that arrive in the same turn of the loop, and so in one batch."""
    running = plane.current()

    async def all_of() -> list[Any]:
        return await asyncio.gather(*(running.entering.submit(one) for one in operations), return_exceptions=True)

    return asyncio.run_coroutine_threadsafe(all_of(), running.loop).result(30)


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999", "0001"])
def test_impossible_times_harm_nobody_else(hospital: Hospital, two: Any, when: str) -> None:
    """What overflows fails alone and is entered, or stands; its neighbours in the batch stand."""
    (a, _, _), (b, _, _) = two
    before = count(hospital)
    operations = [
        hospital.operation("his", Verb.ENTER, Submission(changes=(Change(one),)), purpose=Purpose.OPERATION)
        for one in (observation(a, effectiveDateTime=when), observation(b))
    ]
    strange, good = together(hospital, *operations)
    assert not isinstance(good, BaseException)
    assert not isinstance(strange, BaseException) or isinstance(strange, JinguiError)
    assert count(hospital) == before + 2


def test_a_frozen_account_does_not_slip_in_beside_others(hospital: Hospital) -> None:
    """Facts of an actor kept from before the freeze are not used because a neighbour's are fresh."""
    hospital.person("leaver", Role.REGISTRAR, "xxk")
    hospital.person("stayer", Role.REGISTRAR, "xxk")

    def register(who: str, name: str, number: str) -> Any:
        submission = Submission(changes=(Change(patient(name, number)),))
        return hospital.operation(who, Verb.ENTER, submission, purpose=Purpose.OPERATION)

    assert not isinstance(together(hospital, register("leaver", "先来", "30000010"))[0], BaseException)
    account = hospital.actors["leaver"].account
    hospital.write("secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=account, reason="离职"))
    gone, kept = together(hospital, register("leaver", "后来", "30000011"), register("stayer", "同来", "30000012"))
    assert isinstance(gone, Refused)
    assert gone.reason == "frozen"
    assert not isinstance(kept, BaseException)


def test_lockdown_stops_new_patients_too(hospital: Hospital) -> None:
    submission = Submission(changes=(Change(patient("锁定", "30000013")),))
    hospital.sql("UPDATE epoch SET lockdown = true, n = n + 1")
    try:
        outcome = together(hospital, hospital.operation("his", Verb.ENTER, submission, purpose=Purpose.OPERATION))[0]
    finally:
        hospital.sql("UPDATE epoch SET lockdown = false, n = n + 1")
    assert isinstance(outcome, JinguiError)
    assert outcome.code == "lockdown"
