"""The made-up hospital: departments, posts, licences, log-ins."""

from random import Random

from jingui.core.words import Role
from jingui.demo.generator import Hospital, build_hospital

from .conftest import TODAY

WANTED = (
    Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.DISCIPLINE, Role.SUPERVISOR,
    Role.ETHICS, Role.RESEARCHER, Role.DUTY_ADMINISTRATOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
    Role.PHARMACIST, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE, Role.REGISTRAR, Role.TRAINEE, Role.TECHNICIAN,
)  # fmt: skip


def test_equal_seeds_give_equal_hospitals(hospital: Hospital) -> None:
    assert build_hospital(Random(7), TODAY) == hospital
    assert build_hospital(Random(9), TODAY) != hospital


def test_ten_departments_and_their_people(hospital: Hospital) -> None:
    medical = [each for each in hospital.departments if each.clinical or each.code in ("laboratory", "imaging")]
    assert len(medical) == 10
    assert len(hospital.staff) >= 40
    for department in (each for each in hospital.departments if each.clinical):
        assert len(hospital.of(Role.PHYSICIAN, department.code)) >= 3
        assert hospital.of(Role.NURSE, department.code)
        assert department.beds


def test_each_role_has_somebody_and_the_three_administrators_are_apart(hospital: Hospital) -> None:
    for role in WANTED:
        assert hospital.of(role), role
    admins = [hospital.of(role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)]
    assert len({person.id for group in admins for person in group}) == sum(len(group) for group in admins)


def test_logins_are_unique_and_each_has_something_to_try(hospital: Hospital) -> None:
    assert len({person.login for person in hospital.staff}) == len(hospital.staff)
    assert len({person.name for person in hospital.staff}) == len(hospital.staff)
    assert all(person.try_zh and person.try_en and person.login.islower() for person in hospital.staff)
    assert all(person.try_en.isascii() or "“" in person.try_en for person in hospital.staff)


def test_exactly_one_licence_has_expired(hospital: Hospital) -> None:
    assert [person.login for person in hospital.staff if not person.may_write(TODAY)] == ["zhong.yiran"]


def test_the_directory_refers_to_itself_only(hospital: Hospital) -> None:
    known = {entry.reference for entry in hospital.directory}
    assert len(known) == len(hospital.directory)

    def inside(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str):
                assert value["reference"] in known
            for each in value.values():
                inside(each)
        elif isinstance(value, list):
            for each in value:
                inside(each)

    for entry in hospital.directory:
        inside(entry.resource)
