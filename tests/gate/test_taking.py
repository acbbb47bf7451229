"""四（一）3: printing, exporting, copying: decided for themselves, entered record by record, bound by labels [4.1.3]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access_operations import Copied, Take, Taken
from jingui.core.collect import FlagPatient, Relate
from jingui.core.enter import Change
from jingui.core.errors import Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.words import Purpose, Relation, Verb
from jingui.gate import door
from tests.gate.test_charts import admit
from tests.hospital import Hospital

HIV = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20.700"}


class Place:
    """A patient with a result and a secret diagnosis in cardiology."""

    def __init__(self, hospital: Hospital, number: str) -> None:
        self.patient, self.encounter, self.result = admit(hospital, f"打印{number}", number)
        self.number, self.record = hospital.runtime.ids.internal(self.result)
        condition = {
            "resourceType": "Condition", "code": {"coding": [HIV]},
            "subject": {"reference": f"Patient/{self.patient}"},
            "encounter": {"reference": f"Encounter/{self.encounter}"},
        }  # fmt: skip
        made = hospital.enter("his", Change(condition), purpose=Purpose.OPERATION).made
        self.secret = made[0].id

    def at(self, record: str = "", *, hospital: Hospital) -> Target:
        return Target(patient=self.number, record=hospital.runtime.ids.internal(record)[1] if record else 0)


@pytest.fixture(scope="module")
def place(hospital: Hospital) -> Place:
    made = Place(hospital, "42000001")
    treats = Relate(
        kind=Relation.TREATING, person=hospital.people["doctor"], starts=hospital.now() - timedelta(minutes=1),
        ends=hospital.now() + timedelta(days=3),
    )  # fmt: skip
    hospital.write("doctor", Verb.RELATE, treats, target=made.at(hospital=hospital), purpose=Purpose.TREATMENT)
    return made


def ask(hospital: Hospital, who: str, verb: Verb, where: Target, data: Any = None, **more: Any) -> Any:
    return door.read(hospital.operation(who, verb, data or Take(), target=where, **more))


def entry(hospital: Hospital, number: str) -> tuple[Any, ...]:
    return hospital.sql("SELECT verb, decision, convert_from(targets, 'UTF8') FROM entry WHERE id = %s", number)[0]


def last(hospital: Hospital, who: str) -> tuple[Any, ...]:
    sql = "SELECT verb, decision FROM entry WHERE person_id = %s ORDER BY id DESC LIMIT 1"
    return hospital.sql(sql, hospital.people[who])[0]


@pytest.mark.parametrize("verb", [Verb.PRINT, Verb.EXPORT])
def test_what_leaves_is_entered_record_by_record(hospital: Hospital, place: Place, verb: Verb) -> None:
    made = ask(hospital, "doctor", verb, place.at(hospital=hospital))
    taken: Taken = made.value
    assert {one.id for one in taken.records} == {place.result, place.secret}
    assert taken.withheld == 0
    assert taken.patient.id == place.patient
    written, decision, targets = entry(hospital, made.trace.entry)
    assert (written, decision) == (verb.value, "allow")
    assert place.result in targets
    assert place.secret in targets


def test_labels_keep_records_back_from_the_department(hospital: Hospital, place: Place) -> None:
    made = ask(hospital, "nurse", Verb.PRINT, place.at(hospital=hospital))
    assert [one.id for one in made.value.records] == [place.result]
    assert made.value.withheld == 1
    assert place.secret not in entry(hospital, made.trace.entry)[2]
    for verb, data in ((Verb.PRINT, Take()), (Verb.COPY, Copied(text="B20"))):
        with pytest.raises(Refused) as refused:
            ask(hospital, "nurse", verb, place.at(place.secret, hospital=hospital), data)
        assert refused.value.reason in ("take_label", "secret")
        assert last(hospital, "nurse") == (verb.value, "deny")


@pytest.mark.parametrize("verb", [Verb.PRINT, Verb.EXPORT, Verb.COPY])
def test_who_may_read_nothing_takes_nothing(hospital: Hospital, place: Place, verb: Verb) -> None:
    data = Copied(text="x") if verb is Verb.COPY else Take()
    for who in ("surgeon", "sysadmin", "archivist"):
        with pytest.raises(Refused):
            ask(hospital, who, verb, place.at(place.result, hospital=hospital), data)
        assert last(hospital, who) == (verb.value, "deny")
    with pytest.raises(Refused):  # reading for an emergency is not taking away
        ask(hospital, "doctor", verb, place.at(place.result, hospital=hospital), data, purpose=Purpose.EMERGENCY)


def test_a_nurse_prints_but_does_not_export(hospital: Hospital, place: Place) -> None:
    assert ask(hospital, "nurse", Verb.PRINT, place.at(place.result, hospital=hospital)).value.records
    with pytest.raises(Refused) as refused:
        ask(hospital, "nurse", Verb.EXPORT, place.at(hospital=hospital))
    assert refused.value.reason == "no_rule"


def test_parts_continue_and_filters_narrow(hospital: Hospital, place: Place) -> None:
    where = place.at(hospital=hospital)
    first = ask(hospital, "doctor", Verb.EXPORT, where, Take(count=1))
    second = ask(hospital, "doctor", Verb.EXPORT, where, Take(count=1, cursor=first.more))
    assert {first.value.records[0].id, second.value.records[0].id} == {place.result, place.secret}
    assert (bool(first.more), second.more) == (True, "")
    assert first.trace.entry != second.trace.entry
    tests = ask(hospital, "doctor", Verb.PRINT, where, Take(category="tests")).value.records
    assert [one.id for one in tests] == [place.result]
    for wrong in (Take(category="x"), Take(cursor="\uff11"), Take(cursor="9" * 30), Take(encounter="0" * 32)):
        with pytest.raises(Invalid):
            ask(hospital, "doctor", Verb.PRINT, where, wrong)
    _, encounter, _ = admit(hospital, "打印旁人", "42000009")
    with pytest.raises(Invalid):
        ask(hospital, "doctor", Verb.PRINT, where, Take(encounter=encounter))
    assert ask(hospital, "doctor", Verb.EXPORT, where, Take(count=10**9)).value.records


def test_a_copied_text_is_kept_encrypted_with_its_entry(hospital: Hospital, place: Place) -> None:
    where = place.at(place.result, hospital=hospital)
    made = ask(hospital, "doctor", Verb.COPY, where, Copied(text="肌钙蛋白 1 ng/mL", by="keyboard"))
    assert made.value == len("肌钙蛋白 1 ng/mL")
    assert place.result in entry(hospital, made.trace.entry)[2]
    (payload,) = hospital.sql("SELECT payload FROM entry_payload WHERE id = %s", made.trace.entry)[0]
    assert "肌钙蛋白".encode() not in bytes(payload)
    for text, by in ((" ", "button"), ("x" * 200_001, "button"), ("a\0b", "button"), ("x", "camera")):
        with pytest.raises(Invalid):
            ask(hospital, "doctor", Verb.COPY, where, Copied(text=text, by=by))
    with pytest.raises(NotFound):
        ask(hospital, "doctor", Verb.COPY, place.at(hospital=hospital), Copied(text="x"))


def test_another_patients_record_is_not_found_here(hospital: Hospital, place: Place) -> None:
    other = Place(hospital, "42000002")
    swapped = Target(patient=place.number, record=hospital.runtime.ids.internal(other.result)[1])
    for verb, data in ((Verb.PRINT, Take()), (Verb.EXPORT, Take()), (Verb.COPY, Copied(text="x"))):
        with pytest.raises(NotFound):
            ask(hospital, "doctor", verb, swapped, data)


def test_a_restricted_chart_is_not_printed_by_the_department(hospital: Hospital) -> None:
    made = Place(hospital, "42000003")
    hospital.write("registrar", Verb.FLAG_PATIENT, FlagPatient(restricted=True), target=made.at(hospital=hospital))
    with pytest.raises(Refused) as refused:
        ask(hospital, "nurse", Verb.PRINT, made.at(hospital=hospital))
    assert refused.value.reason == "restricted"


def test_a_lowered_label_prints_nothing(hospital: Hospital, place: Place) -> None:
    where = place.at(place.secret, hospital=hospital)
    change = "UPDATE record SET level = %s WHERE patient_id = %s AND record_id = %s"
    (level,) = hospital.sql(
        "SELECT level FROM record WHERE patient_id = %s AND record_id = %s", where.patient, where.record
    )[0]
    assert level != "ordinary"
    hospital.sql(change, "ordinary", where.patient, where.record)
    try:
        with pytest.raises(Tampered):
            ask(hospital, "nurse", Verb.PRINT, where)
    finally:
        hospital.sql(change, level, where.patient, where.record)
