"""The made-up hospital: departments, wards, beds and staff with their posts and licences [1.2] [2.2.1]"""

from datetime import date, datetime, time, timedelta, timezone
from random import Random

from jingui.core.words import Role
from jingui.demo.generator import codes
from jingui.demo.generator.lists import Table, table
from jingui.demo.generator.numbers import id_card, phone, uscc
from jingui.demo.generator.shapes import Bed, Department, Entry, Hospital, Json, Person, Post

ZONE = timezone(timedelta(hours=8))  # China keeps one time, without summer time
_LICENSED = {Role.PHYSICIAN: "1", Role.NURSE: "2", Role.PHARMACIST: "3", Role.TECHNICIAN: "4"}
_EXPIRED = "zhong.yiran"  # his licence ended a few days ago, so the door can show a refusal


def _departments(lists: Table) -> tuple[Department, ...]:
    found = []
    for code, name, english, ward, count, prefix in lists["clinical"]:
        beds = tuple(Bed(id=f"bed-{prefix}{n:02d}", ward=ward, label=f"{prefix}{n:02d}床") for n in range(1, count + 1))
        found.append(Department(code=code, name=name, english=english, clinical=True, ward=ward, beds=beds))
    for code, name, english in [*lists["technical"], *lists["offices"]]:
        found.append(Department(code=code, name=name, english=english, clinical=False, ward="", beds=()))
    return tuple(found)


def _person(place: int, row: list[str | int], today: date, rng: Random, tries: Table) -> Person:
    name, login, sex, year, title, rank, department, word, zh, en = row
    role = Role(str(word))
    birth = date(int(year), rng.randint(1, 12), rng.randint(1, 28))
    since = date(max(int(year) + 24, today.year - 15), rng.randint(1, 12), 1)
    since = min(since, today - timedelta(days=1300))  # everybody was here during the three years told
    until = today + timedelta(days=rng.randint(200, 1400)) if role in _LICENSED else None
    if login == _EXPIRED:
        until = today - timedelta(days=9)
    area = rng.choice(("530000", "510000"))
    licence = f"{_LICENSED[role]}10{area}{since.year}{place:05d}" if role in _LICENSED else ""
    fallback = tries.get(role.value, ["查看工作台", "Look at your desk"])
    return Person(
        id=f"s{place:02d}",
        name=str(name),
        login=str(login),
        sex=str(sex),
        birth=birth,
        title=str(title),
        rank=int(rank),
        posts=(Post(role=role, department=str(department), since=since),),
        licence=licence,
        licence_until=until,
        phone=phone(9000 + place),
        try_zh=str(zh) or fallback[0],
        try_en=str(en) or fallback[1],
    )


def card_of(person: Person) -> str:
    """The synthetic identity number of a member of staff: the same one when they come as a patient."""
    return id_card(person.birth, person.sex, 400 + int(person.id[1:]), "530000")


def _organisation(key: str, name: str, english: str, parent: str = "", identifier: str = "") -> Json:
    found: Json = {"resourceType": "Organization", "id": key, "active": True, "name": name, "alias": [english]}
    if identifier:
        found["identifier"] = [{"system": f"{codes.INSTITUTION}", "value": identifier}]
    kind = ("dept", "Hospital Department") if parent else ("prov", "Healthcare Provider")
    found["type"] = [codes.concept(f"{codes.HL7}/organization-type", *kind, text="科室" if parent else "医疗机构")]
    if parent:
        found["partOf"] = codes.reference("Organization", parent)
    return found


def _places(department: Department) -> list[Json]:
    ward = f"ward-{department.code}"
    kind = f"{codes.HL7}/location-physical-type"
    owner = codes.reference("Organization", department.code, department.name)
    found: list[Json] = [
        {
            "resourceType": "Location",
            "id": ward,
            "status": "active",
            "name": department.ward,
            "mode": "instance",
            "physicalType": codes.concept(kind, "wa", "Ward", text="病区"),
            "managingOrganization": owner,
        }
    ]
    found.extend(
        {
            "resourceType": "Location",
            "id": bed.id,
            "status": "active",
            "name": bed.label,
            "mode": "instance",
            "physicalType": codes.concept(kind, "bd", "Bed", text="病床"),
            "managingOrganization": owner,
            "partOf": codes.reference("Location", ward, department.ward),
        }
        for bed in department.beds
    )
    return found


def _practitioner(person: Person, departments: dict[str, Department]) -> list[Json]:
    found: Json = {
        "resourceType": "Practitioner",
        "id": person.id,
        "active": True,
        "identifier": [{"system": each, "value": person.id.upper()} for each in (codes.STAFF_NO, codes.STAFF_OID)],
        "name": [{"use": "official", "text": person.name, "family": person.name[0], "given": [person.name[1:]]}],
        "gender": person.sex,
        "birthDate": person.birth.isoformat(),
    }
    if person.licence and person.licence_until:
        found["qualification"] = [
            {
                "identifier": [{"system": codes.own("licence"), "value": person.licence}],
                "code": {"text": f"{person.role.label}执业证"},
                "period": {"start": person.posts[0].since.isoformat(), "end": person.licence_until.isoformat()},
            }
        ]
    roles: list[Json] = [
        {
            "resourceType": "PractitionerRole",
            "id": f"{person.id}-post{n}",
            "active": post.until is None,
            "period": {"start": post.since.isoformat()},
            "practitioner": codes.reference("Practitioner", person.id, person.name),
            "organization": codes.reference("Organization", post.department, departments[post.department].name),
            "code": [codes.concept(codes.own("role"), post.role.value, post.role.label, text=person.title)],
        }
        for n, post in enumerate(person.posts, 1)
    ]
    return [found, *roles]


def build_hospital(rng: Random, today: date, book: str = "") -> Hospital:
    """The whole house as it stands on `today`; equal generators and days give equal hospitals.

    `book` is the folder of another house's lists, such as `second/`.
    """
    lists, people = table(f"{book}hospital"), table(f"{book}staff")
    departments = _departments(lists)
    tries = people.get("tries", {})
    staff = tuple(_person(n, row, today, rng, tries) for n, row in enumerate(people["staff"], 1))
    code = uscc(lists["area"], lists["organisation"])
    by_code = {each.code: each for each in departments}
    resources = [_organisation("hospital", lists["name"], lists["english"], identifier=code)]
    for each in departments:
        resources.append(_organisation(each.code, each.name, each.english, parent="hospital"))
        if each.ward:
            resources.extend(_places(each))
    for person in staff:
        resources.extend(_practitioner(person, by_code))
    author = next(person.id for person in staff if person.role is Role.SYSTEM_ADMIN)
    at = datetime.combine(today - timedelta(days=1200), time(9), ZONE)
    directory = tuple(Entry(resource=each, author=author, at=at, event=at) for each in resources)
    return Hospital(
        name=lists["name"],
        english=lists["english"],
        uscc=code,
        address=lists["address"],
        departments=departments,
        staff=staff,
        directory=directory,
    )
