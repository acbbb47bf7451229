"""四（二）3 院外查阅: opened by an approval, one patient, view only, ended, told afterwards [4.2.3]"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from jingui.core.access import ChartRequest, PatientSearch
from jingui.core.access_operations import Take
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.matters.asking import CloseMatter
from jingui.core.operation import Actor, Target
from jingui.core.outside import OutsideRequest, TellPatient
from jingui.core.protect import GrantPost, OpenAccount, RegisterPerson
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, entries
from tests.hospital import Hospital

PAPERS = ("proof", "identity", "licence", "consent")
USCC = "91350100M000100Y43"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    entered(house, "doctor", made)
    return made


WANTED = {
    "institution": "海港市第一医院", "uscc": USCC, "name": "周会诊", "identity": s.CARD, "licence": "110350000012345",
    "phone": "13900139000", "ground": "consent", "hours": "48", "reason": "转诊后继续治疗",
}  # fmt: skip


def asked(house: Hospital, at: Admitted, brought: tuple[str, ...] = PAPERS, who: str = "registrar", **more: str) -> int:
    return s.asked(house, who, "outside_view", at.patient, WANTED | more, s.papers(*brought))


def line(house: Hospital, matter: int, who: str = "registrar") -> Any:
    data = OutsideRequest(matter=matter)
    return door.read(house.operation(who, Verb.READ_OUTSIDE, data, purpose=Purpose.OPERATION)).value.rows[0]


def person(house: Hospital, matter: int) -> Actor:
    """The person from outside with both factors at the page."""
    account, post = house.sql(
        "SELECT a.id, p.id FROM outside_access o JOIN account a ON a.id = o.account_id"
        " JOIN post p ON p.person_id = o.person_id WHERE o.matter = %s", matter,
    )[0]  # fmt: skip
    return Actor(
        account=account, post=post, session=f"o{matter}", address="127.0.0.1", strength=Strength.TWO_FACTOR,
        entrance=Entrance.PAGE,
    )  # fmt: skip


def chart(house: Hospital, actor: Actor, at: Admitted, **more: Any) -> Any:
    operation = house.operation(actor, Verb.OPEN_CHART, ChartRequest(), target=Target(patient=at.patient), **more)
    return door.read(operation).value


def opened(house: Hospital, at: Admitted, **more: str) -> tuple[int, Actor]:
    number = asked(house, at, **more)
    s.decided(house, "affairs", number)
    return number, person(house, number)


def test_one_patient_is_viewed_and_nothing_else_is_done(house: Hospital, patient: Admitted) -> None:
    number, actor = opened(house, patient)
    before = entries(house)
    records = chart(house, actor, patient).records
    assert [one.kind for one in records] == ["QuestionnaireResponse"]
    target = Target(patient=patient.patient, record=house.runtime.ids.internal(records[0].id)[1])
    sheet = door.sheet(house.operation(actor, Verb.READ, target=target))
    assert entries(house) == before + 2
    assert "watermark" in sheet.trace.decided.obligations
    other = admit(house)
    with pytest.raises(Refused):  # the id of another patient
        chart(house, actor, other)
    foreign = house.operation(actor, Verb.READ, target=Target(patient=other.patient, record=other.visit))
    with pytest.raises(Refused):
        door.sheet(foreign)
    for verb, data in (
        (Verb.PRINT, Take()), (Verb.EXPORT, Take()), (Verb.COPY, Take()), (Verb.EVERYTHING, None),
        (Verb.HISTORY, None), (Verb.SEARCH_PATIENT, PatientSearch(wanted=())), (Verb.READ_OUTSIDE, OutsideRequest()),
        (Verb.READ_MATTERS, None), (Verb.READ_SEALINGS, None), (Verb.READ_LIFE, None),
    ):  # fmt: skip
        count = entries(house)
        about = target if verb not in (Verb.SEARCH_PATIENT, Verb.READ_MATTERS, Verb.READ_OUTSIDE) else Target()
        with pytest.raises(Refused):
            door.read(house.operation(actor, verb, data, target=about))
        assert entries(house) == count + 1, verb
    for purpose in (Purpose.MANAGEMENT, Purpose.RESEARCH, Purpose.EMERGENCY, Purpose.LEGAL):
        with pytest.raises(Refused):
            chart(house, actor, patient, purpose=purpose)
    assert number


def test_it_ends_by_itself_and_by_its_matter(house: Hospital, patient: Admitted) -> None:
    number, actor = opened(house, patient, hours="1")
    late = house.operation(actor, Verb.OPEN_CHART, ChartRequest(), target=Target(patient=patient.patient))
    with pytest.raises(Refused):  # after expiry, though nobody closed anything
        door.read(replace(late, at=house.now() + timedelta(hours=2)))
    chart(house, actor, patient)
    house.write("registrar", Verb.CLOSE_MATTER, CloseMatter(matter=number, comment="会诊结束"))
    with pytest.raises(Refused):
        chart(house, actor, patient)
    rows = house.sql(
        "SELECT a.state, p.state, o.ended, g.ends <= now() FROM outside_access o JOIN account a ON a.id = o.account_id"
        " JOIN post p ON p.person_id = o.person_id JOIN access_grant g ON g.person_id = o.person_id"
        " WHERE o.matter = %s", number,
    )  # fmt: skip
    assert rows == [("ended", "ended", True, True)]
    with pytest.raises(Refused):
        house.write("registrar", Verb.CLOSE_MATTER, CloseMatter(matter=number, comment="再关一次"))


@pytest.mark.parametrize(
    ("more", "brought", "place"),
    [
        ({"uscc": "91350100M000100Y44"}, PAPERS, "uscc"), ({"identity": s.WRONG_CARD}, PAPERS, "identity"),
        ({"licence": "12"}, PAPERS, "licence"), ({"hours": "9999"}, PAPERS, "hours"),
        ({"hours": "0"}, PAPERS, "hours"), ({"name": ""}, PAPERS, "name"), ({"ground": "x"}, PAPERS, "ground"),
        ({"categories": "everything"}, PAPERS, "categories"),
        ({}, ("proof", "identity", "licence"), "paper.consent"),
        ({}, ("identity", "licence", "consent"), "paper.proof"),
        ({}, ("proof", "licence", "consent"), "paper.identity"),
        ({}, ("proof", "identity", "consent"), "paper.licence"),
    ],
)  # fmt: skip
def test_what_is_not_taken(
    house: Hospital, patient: Admitted, more: dict[str, str], brought: tuple[str, ...], place: str
) -> None:
    with pytest.raises(Invalid) as error:
        asked(house, patient, brought, **more)
    assert place in dict(error.value.places)


def test_a_life_at_risk_is_approved_by_duty_or_head_and_told_afterwards(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient, ("proof", "identity", "licence"), ground="life")
    with pytest.raises(Refused):  # medical affairs alone does not open without consent
        s.decided(house, "affairs", number)
    s.decided(house, "duty", number)
    found = line(house, number)
    assert found.tell_by - found.starts == timedelta(hours=72)
    assert not found.overdue
    told = TellPatient(outside=found.id, how="11 月 23 日电话告知查阅机构、时间和内容")
    other = admit(house)
    with pytest.raises(NotFound):
        house.write("registrar", Verb.TELL_PATIENT, told, target=Target(patient=other.patient))
    target = Target(patient=patient.patient)
    with pytest.raises(Refused):
        house.write("doctor", Verb.TELL_PATIENT, told, target=target)
    with pytest.raises(Invalid):
        house.write("registrar", Verb.TELL_PATIENT, TellPatient(outside=found.id, how=" "), target=target)
    house.write("registrar", Verb.TELL_PATIENT, told, target=target)
    with pytest.raises(Conflict):
        house.write("registrar", Verb.TELL_PATIENT, told, target=target)
    assert line(house, number).told is not None


def test_whom_nobody_told_in_time_is_listed(house: Hospital, patient: Admitted) -> None:
    number = asked(house, patient, ("proof", "identity", "licence"), ground="life")
    s.decided(house, "head", number)
    late = house.operation("affairs", Verb.READ_OUTSIDE, OutsideRequest(overdue=True), purpose=Purpose.OPERATION)
    assert number not in {one.matter for one in door.read(late).value.rows}
    found = door.read(replace(late, at=house.now() + timedelta(hours=80))).value
    assert number in {one.matter for one in found.rows}
    assert found.overdue == len(found.rows)


def test_consent_needs_no_telling(house: Hospital, patient: Admitted) -> None:
    number, _ = opened(house, patient)
    found = line(house, number)
    told = TellPatient(outside=found.id, how="电话告知")
    with pytest.raises(Conflict):
        house.write("registrar", Verb.TELL_PATIENT, told, target=Target(patient=patient.patient))


def test_the_start_code_is_shown_to_the_office_until_it_is_used(house: Hospital, patient: Admitted) -> None:
    number, _ = opened(house, patient)
    found = line(house, number)
    stored = house.sql("SELECT password FROM account WHERE username = %s", found.number)[0][0]
    assert found.number.startswith("W")
    assert check_password(found.code, stored)
    listed = door.read(house.operation("affairs", Verb.READ_OUTSIDE, OutsideRequest(), purpose=Purpose.OPERATION))
    assert all(one.code == "" for one in listed.value.rows)
    house.write("registrar", Verb.CLOSE_MATTER, CloseMatter(matter=number, comment="不再需要"))
    assert line(house, number).code == ""


def test_people_from_outside_are_made_by_no_other_way(house: Hospital, patient: Admitted) -> None:
    number, _ = opened(house, patient)
    who = house.sql("SELECT person_id FROM outside_access WHERE matter = %s", number)[0][0]
    at = house.now()
    for actor, verb, data in (
        ("sysadmin", Verb.REGISTER_PERSON, RegisterPerson(
            name="假", staff_no="W1", kind="outside", valid_from=at.date())),
        ("sysadmin", Verb.OPEN_ACCOUNT, OpenAccount(person=who, username="w1", password_hash="!", kind="partner")),
        ("secadmin", Verb.GRANT_POST, GrantPost(
            person=who, department=house.departments["xxk"], role=Role.PHYSICIAN, starts=at)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            house.write(actor, verb, data)


def test_what_the_dba_changes_opens_nothing(house: Hospital, patient: Admitted) -> None:
    number, actor = opened(house, patient, hours="1")
    other = admit(house)
    house.sql("UPDATE access_grant SET patient_id = %s WHERE matter = %s", other.patient, number)
    with pytest.raises(Tampered):
        chart(house, actor, other)
    house.sql("UPDATE access_grant SET patient_id = %s WHERE matter = %s", patient.patient, number)
    house.sql("UPDATE outside_access SET ends = ends + interval '1 year' WHERE matter = %s", number)
    with pytest.raises(Tampered):
        line(house, number)
    with pytest.raises(Tampered):
        door.outside.mine(actor)
    house.sql("UPDATE outside_access SET ends = ends - interval '1 year' WHERE matter = %s", number)
    mine = door.outside.mine(actor)
    assert mine is not None
    assert (mine.patient, mine.institution) == (house.runtime.public(patient.patient, 0), "海港市第一医院")


def test_who_may_not_ask_or_look(house: Hospital, patient: Admitted) -> None:
    for who in ("doctor", "nurse", "head", "duty"):
        with pytest.raises(Refused):
            asked(house, patient, who=who)
    number = asked(house, patient)
    for who in ("archivist", "registrar", "doctor"):
        with pytest.raises(Refused):
            s.decided(house, who, number)
    for who in ("doctor", "nurse", "sysadmin"):
        with pytest.raises(Refused):
            line(house, number, who)
