"""六（一）2 账号管理: people, posts and accounts through the door [6.1.2]"""

from dataclasses import asdict

import pytest

from jingui.core.errors import NotFound, Refused
from jingui.core.operation import Actor
from jingui.core.protect import Directory, PeopleRequest
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.hospital import Hospital


def read(hospital: Hospital, who: str, **request: object) -> Directory:
    data = PeopleRequest(**request)
    return door.read(hospital.operation(who, Verb.READ_PEOPLE, data, purpose=Purpose.OPERATION)).value


def test_everybody_with_posts_and_accounts(hospital: Hospital) -> None:
    found = read(hospital, "secadmin")
    doctor = next(one for one in found.people if one.name == "doctor")
    assert [post.role for post in doctor.posts] == ["physician"]
    assert doctor.posts[0].department == "心血管内科"
    assert doctor.accounts[0].username == "doctor"
    assert doctor.accounts[0].factors == ()
    assert doctor.genuine
    assert doctor.posts[0].genuine
    assert doctor.accounts[0].genuine
    assert {one.code for one in found.departments} >= {"xnk", "jyk"}
    assert found.holders["system_admin"] == 1
    assert ("system_admin", "security_admin") in found.clashes


def test_no_secret_leaves(hospital: Hospital) -> None:
    text = repr(asdict(read(hospital, "secadmin")))
    assert "password_hash" not in text
    assert "argon2" not in text
    assert "digest" not in text


def test_one_person_with_the_entries_their_rights_rest_on(hospital: Hospital) -> None:
    found = read(hospital, "audit", person=hospital.people["nurse"])
    assert [one.name for one in found.people] == ["nurse"]
    assert {line.verb for line in found.history} >= {"register_person", "open_account", "grant_post"}
    assert {line.by for line in found.history} >= {"sysadmin", "secadmin"}
    with pytest.raises(NotFound):
        read(hospital, "audit", person=987_654_321)


def test_pages_and_filters(hospital: Hospital) -> None:
    operation = hospital.operation("secadmin", Verb.READ_PEOPLE, PeopleRequest(count=2), purpose=Purpose.OPERATION)
    first = door.read(operation)
    assert len(first.value.people) == 2
    second = read(hospital, "secadmin", count=2, cursor=int(first.more))
    assert first.value.people[-1].id < second.people[0].id
    assert {one.name for one in read(hospital, "secadmin", text="tNURSE").people} == {"nurse"}
    assert "surgeon" in {one.name for one in read(hospital, "secadmin", department=hospital.departments["gwk"]).people}


def test_clinical_staff_and_weak_sessions_are_refused(hospital: Hospital) -> None:
    with pytest.raises(Refused) as refused:
        read(hospital, "doctor")
    entry = hospital.sql("SELECT verb, decision FROM entry WHERE id = %s", refused.value.entry)
    assert entry == [("read_people", "deny")]
    a = hospital.actors["secadmin"]
    weak = Actor(account=a.account, post=a.post, strength=Strength.PASSWORD, entrance=Entrance.PAGE)
    with pytest.raises(Refused):
        door.read(hospital.operation(weak, Verb.READ_PEOPLE, PeopleRequest(), purpose=Purpose.OPERATION))


def test_an_altered_row_is_named(hospital: Hospital) -> None:
    hospital.person("altered", Role.NURSE, "gwk")
    number = hospital.people["altered"]
    hospital.sql("UPDATE post SET role = 'head' WHERE person_id = %s", number)
    found = read(hospital, "secadmin", person=number).people[0]
    assert found.genuine
    assert not found.posts[0].genuine
    hospital.sql("UPDATE post SET role = 'nurse' WHERE person_id = %s", number)
    assert read(hospital, "secadmin", person=number).people[0].posts[0].genuine
