"""四（一）1, 一（三）2: restrictions, consents, standing grants and the patient's own relations through the door

[4.1.1] [1.3.2] [2.1.3]
"""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.enter import Change
from jingui.core.errors import Refused
from jingui.core.operation import Actor
from jingui.core.words import Category, Entrance, Level, Purpose, Role, Strength, Verb
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door
from jingui.store.models import CareRelation, Grant, PatientConsent, Post, PostGrant, Restriction
from tests.gate.test_charts import admit
from tests.gate.test_door import bundle
from tests.hospital import Hospital

numbers = count(1)
DAY = timedelta(days=1)


@pytest.fixture
def one(hospital: Hospital) -> tuple[str, ...]:
    """An inpatient of the doctor's ward: patient, stay, a result."""
    return admit(hospital, f"事实{next(numbers)}", f"5500{next(numbers):04}")


def pair(hospital: Hospital, public: str) -> tuple[int, int]:
    found = hospital.runtime.ids.internal(public)
    assert found is not None
    return found


def restrict(hospital: Hospital, public: str, kind: str, **more: Any) -> Restriction:
    row = Restriction(
        patient_id=pair(hospital, public)[0], restriction_id=next(numbers), kind=kind,
        starts=hospital.now() - DAY, **more,
    )  # fmt: skip
    return hospital.keep(row)


def grant(hospital: Hospital, public: str, who: str, purpose: Purpose, **more: Any) -> Grant:
    row = Grant(
        patient_id=pair(hospital, public)[0], grant_id=next(numbers), person_id=hospital.people[who],
        purpose=purpose.value, starts=hospital.now() - DAY, ends=hospital.now() + DAY, **{"categories": [], **more},
    )  # fmt: skip
    return hospital.keep(row)


def post_grant(hospital: Hospital, who: str, purpose: Purpose, **more: Any) -> PostGrant:
    row = PostGrant(
        id=next(numbers), post_id=hospital.actors[who].post, person_id=hospital.people[who], purpose=purpose.value,
        starts=hospital.now() - DAY, ends=hospital.now() + DAY, **more,
    )  # fmt: skip
    return hospital.keep(row)


def read(hospital: Hospital, who: str | Actor, public: str, purpose: Purpose = Purpose.TREATMENT) -> Any:
    return door.sheet(hospital.operation(who, Verb.READ, target=door.locate(public), purpose=purpose))


def search(hospital: Hospital, who: str | Actor, public: str, purpose: Purpose = Purpose.TREATMENT) -> set[str]:
    query = SearchQuery(type="Observation", patient=public)
    found = door.read(hospital.operation(who, Verb.SEARCH, query, target=door.locate(public), purpose=purpose))
    return {row.id for row in found.value.rows}


def chart(hospital: Hospital, who: str | Actor, public: str, purpose: Purpose = Purpose.TREATMENT) -> set[str]:
    opened = door.read(
        hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=door.locate(public), purpose=purpose)
    )
    return {row.id for row in opened.value.records}


def refused(call: Any, *args: Any) -> str:
    with pytest.raises(Refused) as error:
        call(*args)
    return error.value.reason


# what the patient does not want


def test_a_restricted_person_reads_nothing_and_each_try_is_entered(hospital: Hospital, one: tuple[str, ...]) -> None:
    assert read(hospital, "doctor", one[2]).body
    restrict(hospital, one[0], "person", person_id=hospital.people["doctor"])
    before = hospital.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    for way, public in ((read, one[2]), (search, one[0]), (chart, one[0])):
        assert refused(way, hospital, "doctor", public) == "objected"
    assert hospital.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 3
    assert read(hospital, "nurse", one[2]).body  # the same ward, another person


def test_a_restricted_department_and_all_but_the_treating(hospital: Hospital, one: tuple[str, ...]) -> None:
    row = restrict(hospital, one[0], "department", department_id=hospital.departments["xnk"])
    assert refused(read, hospital, "doctor", one[2]) == "objected"
    row.lifted = True
    hospital.keep(row, new=False)
    assert read(hospital, "doctor", one[2]).body
    restrict(hospital, one[0], "others")
    assert refused(read, hospital, "doctor", one[2]) == "objected"  # the ward is not the treating doctor
    treating = relate(hospital, one[0], "doctor", "treating")
    assert read(hospital, "doctor", one[2]).body
    treating.ends = hospital.now()
    hospital.keep(treating, new=False)
    assert refused(read, hospital, "doctor", one[2]) == "objected"


def relate(hospital: Hospital, public: str, who: str, kind: str, **more: Any) -> CareRelation:
    row = CareRelation(
        patient_id=pair(hospital, public)[0], relation_id=next(numbers), kind=kind, rank=1,
        person_id=hospital.people[who], starts=hospital.now() - DAY, ends=hospital.now() + DAY, **more,
    )  # fmt: skip
    return hospital.keep(row)


def test_a_restriction_of_some_categories_hides_those_alone(hospital: Hospital, one: tuple[str, ...]) -> None:
    restrict(hospital, one[0], "person", person_id=hospital.people["doctor"], categories=["tests"])
    assert refused(read, hospital, "doctor", one[2]) == "objected"
    assert read(hospital, "doctor", one[0]).body  # basic information is not restricted
    assert chart(hospital, "doctor", one[0]) == set()
    assert search(hospital, "doctor", one[0]) == set()
    assert chart(hospital, "nurse", one[0]) == {one[2]}


def test_an_open_emergency_access_is_stronger(hospital: Hospital, one: tuple[str, ...]) -> None:
    restrict(hospital, one[0], "person", person_id=hospital.people["doctor"])
    assert refused(read, hospital, "doctor", one[2], Purpose.EMERGENCY) == "objected"
    grant(hospital, one[0], "doctor", Purpose.EMERGENCY)
    assert read(hospital, "doctor", one[2], Purpose.EMERGENCY).body
    assert refused(read, hospital, "doctor", one[2]) == "objected"


def test_restrictions_bind_the_interface_too(hospital: Hospital, one: tuple[str, ...]) -> None:
    restrict(hospital, one[0], "person", person_id=hospital.people["doctor"])
    token = hospital.as_token("doctor", "user/*.cruds")
    assert refused(read, hospital, token, one[2]) == "objected"


# what they agreed to


def consent(hospital: Hospital, public: str, state: str, **more: Any) -> PatientConsent:
    row = PatientConsent(
        patient_id=pair(hospital, public)[0], consent_id=next(numbers), purpose="research", kind="research",
        state=state, starts=hospital.now() - DAY, **more,
    )  # fmt: skip
    return hospital.keep(row)


@pytest.fixture(scope="module")
def researcher(hospital: Hospital) -> str:
    hospital.person("researcher", Role.RESEARCHER, "xxk")
    return "researcher"


def test_a_withdrawn_consent_acts_at_once(hospital: Hospital, one: tuple[str, ...], researcher: str) -> None:
    grant(hospital, one[0], researcher, Purpose.RESEARCH)
    assert read(hospital, researcher, one[2], Purpose.RESEARCH).body  # ordinary, and nobody said no
    row = consent(hospital, one[0], "given")
    assert chart(hospital, researcher, one[0], Purpose.RESEARCH) == {one[2]}
    row.state = "withdrawn"
    hospital.keep(row, new=False)
    for way, public in ((read, one[2]), (search, one[0]), (chart, one[0])):
        assert refused(way, hospital, researcher, public, Purpose.RESEARCH) == "consent"
    assert read(hospital, "doctor", one[2]).body  # care goes on


def test_sensitive_information_needs_consent_for_research(hospital: Hospital, researcher: str) -> None:
    changes = bundle("敏感", f"5600{next(numbers):04}")
    changes.append(
        Change({"resourceType": "Condition", "subject": changes[2].resource["subject"], "code": {"coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "B18.1"}]}}, "urn:uuid:c1")
    )  # fmt: skip
    made = [m.id for m in hospital.enter("his", *changes, purpose=Purpose.OPERATION).made]
    level = hospital.sql("SELECT level FROM record WHERE patient_id = %s AND record_id = %s", *pair(hospital, made[3]))
    assert level[0][0] == "sensitive"
    grant(hospital, made[0], researcher, Purpose.RESEARCH)
    assert read(hospital, researcher, made[2], Purpose.RESEARCH).body
    assert refused(read, hospital, researcher, made[3], Purpose.RESEARCH) == "consent"
    assert chart(hospital, researcher, made[0], Purpose.RESEARCH) == {made[2]}
    consent(hospital, made[0], "given", categories=["diagnosis"])
    assert read(hospital, researcher, made[3], Purpose.RESEARCH).body
    assert read(hospital, "doctor", made[3]).body  # care needs none


def test_an_expired_consent_is_none(hospital: Hospital, one: tuple[str, ...], researcher: str) -> None:
    from jingui.core.words import Consent
    from jingui.gate.wishes import consent_of

    row = consent(hospital, one[0], "given", ends=hospital.now() - timedelta(hours=1))
    values = [(*(getattr(row, name) for name in PatientConsent.SEALED), 1, row.entry, row.mac)]
    said = consent_of(
        values, {"research": frozenset({Level.SENSITIVE})}, Purpose.RESEARCH, Role.RESEARCHER, Category.TESTS,
        Level.SENSITIVE, hospital.now(),
    )  # fmt: skip
    assert said is Consent.MISSING
    assert consent_of(
        values, {}, Purpose.EMERGENCY, Role.PHYSICIAN, Category.TESTS, Level.SECRET, hospital.now()
    ) is Consent.NOT_NEEDED  # fmt: skip


# what posts may read without treating


@pytest.fixture(scope="module")
def coder(hospital: Hospital) -> str:
    hospital.person("coder", Role.CODER, "xxk")
    post_grant(
        hospital, "coder", Purpose.PAYMENT, categories=["tests", "basic"], departments=[hospital.departments["xnk"]],
        days=30,
    )  # fmt: skip
    return "coder"


def test_a_standing_grant_opens_its_worklist_alone(hospital: Hospital, one: tuple[str, ...], coder: str) -> None:
    assert read(hospital, coder, one[2], Purpose.PAYMENT).body
    assert search(hospital, coder, one[0], Purpose.PAYMENT) == {one[2]}
    assert chart(hospital, coder, one[0], Purpose.PAYMENT) == {one[2]}
    elsewhere = admit(hospital, "别科", f"5700{next(numbers):04}", "gwk")
    for way, public in ((read, elsewhere[2]), (search, elsewhere[0]), (chart, elsewhere[0])):
        assert refused(way, hospital, coder, public, Purpose.PAYMENT) == "purpose"
    assert refused(read, hospital, coder, one[2], Purpose.MANAGEMENT) == "purpose"  # another purpose


def test_the_worklist_ends_some_days_after_the_visit(hospital: Hospital, coder: str) -> None:
    for name, ends, opens in (("近", "2026-11-10T09:00:00+08:00", True), ("远", "2026-08-10T09:00:00+08:00", False)):
        changes = bundle(f"出院{name}", f"5800{next(numbers):04}")
        changes[1].resource["status"] = "finished"
        changes[1].resource["period"] = {"start": "2026-08-01T09:00:00+08:00", "end": ends}
        made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
        if opens:
            assert read(hospital, coder, made[2].id, Purpose.PAYMENT).body
        else:
            assert refused(read, hospital, coder, made[2].id, Purpose.PAYMENT) == "purpose"


def test_several_grants_are_one_right(hospital: Hospital, one: tuple[str, ...]) -> None:
    hospital.person("quality7", Role.QUALITY, "xxk")
    grant(hospital, one[0], "quality7", Purpose.QUALITY, categories=["basic", "plan"])
    assert refused(read, hospital, "quality7", one[2], Purpose.QUALITY) == "purpose"
    grant(hospital, one[0], "quality7", Purpose.QUALITY, categories=["tests"])
    assert read(hospital, "quality7", one[2], Purpose.QUALITY).body
    assert search(hospital, "quality7", one[0], Purpose.QUALITY) == {one[2]}


def test_a_grant_for_one_record_opens_that_one(hospital: Hospital, one: tuple[str, ...]) -> None:
    hospital.person("quality8", Role.QUALITY, "xxk")
    grant(hospital, one[0], "quality8", Purpose.QUALITY, record_id=pair(hospital, one[2])[1])
    assert read(hospital, "quality8", one[2], Purpose.QUALITY).body
    assert refused(read, hospital, "quality8", one[1], Purpose.QUALITY) == "purpose"


def test_the_highest_level_of_a_standing_grant() -> None:
    from datetime import UTC, datetime

    from jingui.gate.granted import PostGranted

    at = datetime(2026, 11, 22, tzinfo=UTC)
    visit = (1, 2, "inpatient", 7, 3, "open", at, None, b"")
    one = PostGranted(Purpose.QUALITY, frozenset(), 1, frozenset(), 0, at - DAY, at + DAY)
    assert one.opens(Category.TESTS, Level.SENSITIVE, [visit], at)
    assert not one.opens(Category.TESTS, Level.SECRET, [visit], at)
    assert not one.opens(Category.TESTS, Level.SENSITIVE, [], at)
    assert not one.opens(Category.TESTS, Level.SENSITIVE, [visit], at + DAY)
    assert not one._replace(departments=frozenset({8})).opens(Category.TESTS, Level.ORDINARY, [visit], at)


# patients themselves


def account(hospital: Hospital, short: str, department: str) -> Actor:
    """A patient's account, as the window opens it."""
    made = hospital.person(short, Role.RESEARCHER, department)
    post = Post.objects.get(pk=made.post)
    post.role = "patient"
    hospital.keep(post, new=False)
    return made


def portal(hospital: Hospital, short: str, public: str, kind: str) -> Actor:
    person = account(hospital, short, "xxk")
    relate(hospital, public, short, kind)
    return Actor(
        account=person.account, post=person.post, session=f"p-{short}", address="127.0.0.1",
        strength=Strength.TWO_FACTOR, entrance=Entrance.PORTAL,
    )  # fmt: skip


def test_a_patient_and_a_guardian_read_the_record_and_no_other(hospital: Hospital, one: tuple[str, ...]) -> None:
    other = admit(hospital, "别人", f"5900{next(numbers):04}")
    for kind in ("self", "guardian"):
        who = portal(hospital, f"pat{kind}{next(numbers)}", one[0], kind)
        assert read(hospital, who, one[2], Purpose.PATIENT_REQUEST).body
        with pytest.raises(Refused):
            read(hospital, who, other[2], Purpose.PATIENT_REQUEST)


def test_a_guardian_until_the_end(hospital: Hospital, one: tuple[str, ...]) -> None:
    who = portal(hospital, "mother", one[0], "guardian")
    hospital.sql("SELECT 1")
    row = CareRelation.objects.get(person_id=hospital.people["mother"])
    row.ends = hospital.now() - timedelta(seconds=1)
    hospital.keep(row, new=False)
    with pytest.raises(Refused):
        read(hospital, who, one[2], Purpose.PATIENT_REQUEST)


def test_a_post_never_profits_from_being_the_patient(hospital: Hospital, one: tuple[str, ...]) -> None:
    elsewhere = admit(hospital, "本人", f"6000{next(numbers):04}", "gwk")
    relate(hospital, elsewhere[0], "doctor", "self")
    relate(hospital, elsewhere[0], "doctor", "guardian")
    assert refused(read, hospital, "doctor", elsewhere[2]) == "no_relation"


def test_a_portal_account_has_no_department(hospital: Hospital, one: tuple[str, ...]) -> None:
    """The ward's relation opens nothing to a patient's account that a mistake put into that ward."""
    person = account(hospital, "patward", "xnk")
    who = Actor(
        account=person.account, post=person.post, session="p", strength=Strength.TWO_FACTOR, entrance=Entrance.PORTAL
    )
    with pytest.raises(Refused):
        read(hospital, who, one[2], Purpose.PATIENT_REQUEST)


def test_what_the_patient_said_holds_under_both_numbers(hospital: Hospital) -> None:
    from jingui.core.collect import MergePatient
    from jingui.core.operation import Target
    from jingui.core.proposals import Verdict

    one = admit(hospital, "同人", f"6200{next(numbers):04}")
    other = admit(hospital, "同人", f"6200{next(numbers):04}")
    restrict(hospital, one[0], "person", person_id=hospital.people["doctor"])
    hospital.person("registrar5", Role.REGISTRAR, "xxk")
    assert read(hospital, "doctor", other[2]).body
    data = MergePatient(into=pair(hospital, other[0])[0], reason="同一人")
    waiting = hospital.write(
        "registrar", Verb.MERGE_PATIENT, data, target=Target(patient=pair(hospital, one[0])[0])
    ).value
    hospital.write(
        "registrar5", Verb.APPROVE, Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    )
    assert refused(read, hospital, "doctor", one[2]) == "objected"
    assert refused(read, hospital, "doctor", other[2]) == "objected"
    assert read(hospital, "nurse", other[2]).body
