"""What the wide table of ALLOW and DENY sets up: people, charts, papers, and what the test itself knows of each.

Nothing here reads what the gate saw: the facts stand in `Someone`, `Chart` and `Paper`, and the second reading of the
policy is given them and nothing else.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from jingui.core.collect import FlagPatient, Relate
from jingui.core.enter import Change
from jingui.core.operation import Actor, Operation, Target
from jingui.core.portal import PlaceRestriction
from jingui.core.protect import ChangeAccountState
from jingui.core.words import (
    Category,
    Entrance,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Standing,
    Strength,
    Verb,
)
from jingui.gate import door
from tests.gate.test_consents import given
from tests.gate.test_portal import CARD, GUARDIAN, born, opened, patient_actor
from tests.hospital import Hospital

ROLES = (
    Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE, Role.ARCHIVIST, Role.CODER,
    Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE, Role.REGISTRAR, Role.MEDICAL_AFFAIRS,
    Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.ETHICS, Role.RESEARCHER, Role.SUPERVISOR, Role.DISCIPLINE,
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
)  # fmt: skip
WARD = (Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE)
GLASS = (Role.PHYSICIAN, Role.NURSE, Role.DUTY_ADMINISTRATOR)
STUDY = (Purpose.RESEARCH, Purpose.TEACHING)
STANDING_FOR = {
    Role.QUALITY: Purpose.QUALITY, Role.CODER: Purpose.PAYMENT, Role.INFECTION_CONTROL: Purpose.PUBLIC_HEALTH,
}  # fmt: skip


ICD = "http://hl7.org/fhir/sid/icd-10"


def coded(system: str, code: str) -> dict[str, Any]:
    """A concept with one code."""
    return {"coding": [{"system": system, "code": code}]}


KINDS: dict[str, tuple[Category, dict[str, Any]]] = {
    "Observation": (Category.TESTS, {"status": "final", "code": coded("http://loinc.org", "718-7")}),
    "Condition": (Category.DIAGNOSIS, {"code": coded(ICD, "I10")}),
    "MedicationRequest": (Category.MEDICATION, {"status": "active", "intent": "order",
                                                "medicationCodeableConcept": {"text": "阿司匹林"}}),
    "Procedure": (Category.SURGERY, {"status": "completed", "code": {"text": "阑尾切除"}}),
    "CarePlan": (Category.PLAN, {"status": "active", "intent": "plan"}),
    "AllergyIntolerance": (Category.HISTORY, {"code": {"text": "青霉素"}}),
}  # fmt: skip
PLACED_SQL = "SELECT category, level FROM record WHERE patient_id = %s AND record_id = %s"
# A diagnosis that the labels' table raises to each level.
LEVELS = {Level.SENSITIVE: "A15.0", Level.SECRET: "B20"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """Who asks, and what the test knows of them."""

    name: str
    role: Role
    actor: Actor
    person: int
    ward: bool = True  # a post in the department that has the patients
    standing: Standing = Standing.ACTIVE
    licensed: bool = True
    post_grant: Purpose | None = None  # 岗位常设授权: up to sensitive, patients who lie in the department


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A patient of the test. Relations and grants are those of the people in `near`, by role."""

    name: str
    target: Target = Target()  # noqa: RUF009 -- frozen
    relation: Relation = Relation.NONE
    lies_in: str = ""  # code of the department of an open stay
    restricted: bool = False
    deceased: bool = False
    destroyed: bool = False
    staff: str = ""  # name of the person of the test that this patient is
    objected: str = ""  # department | person | others
    objected_categories: tuple[str, ...] = ()
    grants: bool = False  # every role has one for every purpose
    grant_categories: tuple[str, ...] = ()
    grant_over: bool = False
    glass: bool = False  # opened in an emergency by those who may
    consented: tuple[Purpose, ...] = ()
    withdrew: tuple[Purpose, ...] = ()
    minor: bool = False
    portal: dict[str, Relation] = field(default_factory=dict)  # name of a person -> self or guardian


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A record of a chart."""

    name: str
    target: Target
    kind: str
    category: Category
    level: Level
    state: RecordState = RecordState.ENTERED
    author: str = "his"


CHARTS = (
    Chart(name="本科室", relation=Relation.DEPARTMENT), Chart(name="住院", lies_in="xnk"),
    Chart(name="外科住院", lies_in="gwk"),
    Chart(name="无关系"), Chart(name="经治", relation=Relation.TREATING), Chart(name="医疗组", relation=Relation.TEAM),
    Chart(name="会诊", relation=Relation.CONSULTATION),
    Chart(name="保密经治", relation=Relation.TREATING, restricted=True),
    Chart(name="保密本科", relation=Relation.DEPARTMENT, restricted=True),
    Chart(name="保密住院", lies_in="xnk", restricted=True), Chart(name="保密无关", restricted=True),
    Chart(name="已故经治", relation=Relation.TREATING, deceased=True), Chart(name="已故", deceased=True),
    Chart(name="同事经治", relation=Relation.TREATING, staff="head"),
    Chart(name="同事本科", relation=Relation.DEPARTMENT, staff="head"),
    Chart(name="本人医师", relation=Relation.TREATING, staff="t_physician", grants=True),
    Chart(name="本人病案员", relation=Relation.DEPARTMENT, staff="t_archivist", grants=True),
    Chart(name="限制科室", relation=Relation.TREATING, objected="department"),
    Chart(name="限制某人", relation=Relation.TEAM, objected="person"),
    Chart(name="限制他人", relation=Relation.DEPARTMENT, objected="others"),
    Chart(name="限制检验", relation=Relation.DEPARTMENT, objected="department", objected_categories=("tests",)),
    Chart(name="授权", grants=True),
    Chart(name="授权部分", grants=True, grant_categories=("basic", "tests", "surgery")),
    Chart(name="授权过期", grants=True, grant_over=True), Chart(name="授权保密", grants=True, restricted=True),
    Chart(name="授权已故", grants=True, deceased=True), Chart(name="授权同事", grants=True, staff="head"),
    Chart(name="授权限制", grants=True, objected="others"),
    Chart(name="同意科研", grants=True, consented=STUDY), Chart(name="撤回科研", grants=True, withdrew=STUDY),
    Chart(name="销毁", relation=Relation.TREATING, grants=True, destroyed=True),
    Chart(name="急救", glass=True), Chart(name="急救保密", glass=True, restricted=True),
    Chart(name="急救限制", glass=True, objected="department", relation=Relation.DEPARTMENT),
)  # fmt: skip


def people(house: Hospital) -> list[Someone]:
    """Everybody who asks; posts in cardiology, some elsewhere, some whose standing is bad."""
    out = []
    for role in ROLES:
        name = f"t_{role}"
        if name not in house.actors:
            house.person(name, role, "xnk")
        out.append(Someone(name=name, role=role, actor=house.actors[name], person=house.people[name]))
    for role in (Role.PHYSICIAN, Role.NURSE):
        name = f"t_{role}_gwk"
        out.append(someone(house, name, role, house.person(name, role, "gwk"), ward=False))
    lapsed = house.person("t_lapsed", Role.PHYSICIAN, "xnk", licence_until=date(2021, 1, 1))
    out.append(someone(house, "t_lapsed", Role.PHYSICIAN, lapsed, licensed=False))
    frozen = house.person("t_frozen", Role.NURSE, "xnk")
    house.write("secadmin", Verb.FREEZE_ACCOUNT, ChangeAccountState(account=frozen.account, reason="试验"))
    out.append(someone(house, "t_frozen", Role.NURSE, frozen, standing=Standing.FROZEN))
    doctor = house.actors["t_physician"]
    out.append(someone(house, "t_physician", Role.PHYSICIAN, replace(doctor, strength=Strength.PASSWORD)))
    out.append(someone(house, "t_physician", Role.PHYSICIAN, house.as_token("t_physician", "user/*.cruds")))
    out.append(someone(house, "t_physician", Role.PHYSICIAN, replace(doctor, entrance=Entrance.PORTAL)))
    out.append(someone(house, "his", Role.INTERFACE, house.actors["his"]))
    house.person("t_partner", Role.PARTNER, "gwk")
    out.append(someone(house, "t_partner", Role.PARTNER, house.as_token("t_partner", "user/*.cruds"), ward=False))
    for role, purpose in STANDING_FOR.items():
        name = f"t_{role}_standing"
        made = someone(house, name, role, house.person(name, role, "xnk"), post_grant=purpose)
        post_grant(house, made)
        out.append(made)
    return out


def someone(house: Hospital, name: str, role: Role, actor: Actor, **more: Any) -> Someone:
    """A person of the house as somebody who asks."""
    return Someone(name=name, role=role, actor=actor, person=house.people[name], **more)


def post_grant(house: Hospital, who: Someone) -> None:
    """A standing grant as two deciders leave it: sealed, for open stays in cardiology, up to sensitive."""
    from jingui.store.models import PostGrant

    number = (house.sql("SELECT coalesce(max(id), 0) FROM post_grant")[0][0]) + 1
    house.keep(PostGrant(
        id=number, post_id=who.actor.post, person_id=who.person, purpose=str(who.post_grant), level="sensitive",
        departments=[house.departments["xnk"]], starts=house.now() - timedelta(days=1),
        ends=house.now() + timedelta(days=30),
    ))  # fmt: skip


def portals(house: Hospital) -> tuple[list[Someone], list[Chart]]:
    """A patient with a portal account, another one's chart, a minor and the guardian."""
    mine, other = (
        born(house, "表门户", "97000001", "1949-12-31", CARD)[0],
        born(house, "表门户乙", "97000002", "1970-01-01")[0],
    )
    child = born(house, "表未成年", "97000003", "2016-06-01")[0]
    out: list[Someone] = []
    for name, slip in (("门户本人", opened(house, mine)), ("门户监护", opened(house, child, **GUARDIAN))):
        actor = patient_actor(house, slip)
        ((person,),) = house.sql("SELECT person_id FROM account WHERE id = %s", actor.account)
        out.append(Someone(name=name, role=Role.PATIENT, actor=actor, person=person, ward=False))
        by_page = replace(actor, entrance=Entrance.PAGE)
        out.append(Someone(name=name, role=Role.PATIENT, actor=by_page, person=person, ward=False))
    where = [Target(patient=door.locate(one).patient) for one in (mine, other, child)]
    charts = [
        Chart(name="门户", target=where[0], lies_in="xnk", portal={"门户本人": Relation.SELF}),
        Chart(name="门户乙", target=where[1], lies_in="xnk"),
        Chart(name="未成年", target=where[2], lies_in="xnk", minor=True, portal={"门户监护": Relation.GUARDIAN}),
    ]
    return out, charts


def records(house: Hospital, about: Chart) -> tuple[Target, list[Paper]]:
    """Enter the chart (if it is not there yet) and a record of every kind, level and state in it."""
    subject = {"reference": "urn:uuid:p"}
    changes = []
    if about.target.patient:
        subject = {"reference": f"Patient/{house.runtime.public(about.target.patient, 0)}"}
    else:
        who = {"resourceType": "Patient", "name": [{"text": f"宽表{about.name}"}], "gender": "male"}
        changes.append(Change({**who, "birthDate": "1970-01-01"}, "urn:uuid:p"))
        if about.lies_in:
            changes.append(stay(house, about.lies_in))
    before, names = len(changes), []
    for name, kind, category, level, state, author in plan():
        body = {"code": coded(ICD, LEVELS[level])} if level is not Level.ORDINARY else KINDS[kind][1]
        whose = "patient" if kind == "AllergyIntolerance" else "subject"
        changes.append(
            Change({"resourceType": kind, whose: subject, **body, "note": [{"text": name}]}, f"urn:uuid:{name}")
        )
        names.append((name, kind, category, level, state, author))
    made = house.enter("his", *changes, purpose=Purpose.OPERATION).made
    papers = []
    for one, (name, kind, category, level, state, author) in zip(made[before:], names, strict=True):
        where = door.locate(one.id)
        if state is not RecordState.ENTERED or author != "his":
            house.record(where.patient, where.record, state=str(state), author_id=house.people[author])
        floor = Level.SENSITIVE if about.minor and level is Level.ORDINARY else level
        placed = house.sql(PLACED_SQL, where.patient, where.record)[0]
        assert placed == (category, floor), (about.name, name, placed)
        papers.append(
            Paper(name=name, target=where, kind=kind, category=category, level=floor, state=state, author=author)
        )
    return Target(patient=door.locate(made[before].id).patient), papers


def plan() -> list[tuple[str, str, Category, Level, RecordState, str]]:
    """Which records every chart gets: kind by kind, raised levels, and each state of its own."""
    plain, entered = Level.ORDINARY, RecordState.ENTERED
    rows = [(kind, kind, category, plain, entered, "his") for kind, (category, _) in KINDS.items()]
    rows += [(str(level), "Condition", Category.DIAGNOSIS, level, entered, "his") for level in LEVELS]
    test = ("Observation", Category.TESTS, plain)
    rows += [(str(state), *test, state, "his") for state in
             (RecordState.DRAFT, RecordState.SIGNED, RecordState.FILED, RecordState.DESTROYED)]  # fmt: skip
    rows += [("own", *test, entered, "t_physician"), ("own_draft", *test, RecordState.DRAFT, "t_physician")]
    return rows


def stay(house: Hospital, code: str) -> Change:
    """An open stay."""
    return Change({
        "resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
        "subject": {"reference": "urn:uuid:p"},
        "period": {"start": (house.now() - timedelta(days=1)).isoformat(timespec="seconds")},
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": code}]},
    }, "urn:uuid:e")  # fmt: skip


def marked(house: Hospital, about: Chart, staff: list[Someone]) -> None:
    """Make the chart what the test says it is: through the door where there is an operation for it."""
    now, where, xnk = house.now(), about.target, house.departments["xnk"]
    spans: dict[str, Any] = {"starts": now - timedelta(hours=1), "ends": now + timedelta(days=30)}
    if about.relation is Relation.DEPARTMENT:
        data = Relate(kind=about.relation, department=xnk, **spans)
        house.write("registrar", Verb.RELATE, data, target=where, purpose=Purpose.OPERATION)
    elif about.relation is not Relation.NONE:
        for role in WARD:
            data = Relate(kind=about.relation, person=house.people[f"t_{role}"], **spans)
            house.write("registrar", Verb.RELATE, data, target=where, purpose=Purpose.OPERATION)
    for purpose in (*about.consented, *about.withdrew):
        consent = given(kind=str(purpose), labels=(), agreed=purpose in about.consented)
        house.write("registrar", Verb.GIVE_CONSENT, consent, target=where, purpose=Purpose.OPERATION)
    if about.grants:
        grants(house, about, staff)
    if about.objected:
        wish = PlaceRestriction(
            kind=about.objected, department=xnk if about.objected == "department" else 0,
            staff_no="Tt_physician" if about.objected == "person" else "", categories=about.objected_categories,
        )  # fmt: skip
        house.write("archivist", Verb.PLACE_RESTRICTION, wish, target=where, purpose=Purpose.PATIENT_REQUEST)
    for role in GLASS if about.glass else ():
        asked = house.operation(f"t_{role}", Verb.BREAK_GLASS, None, target=where, purpose=Purpose.EMERGENCY)
        door.write(Operation(
            actor=asked.actor, verb=asked.verb, at=asked.at, purpose=asked.purpose, target=where,
            reason="昏迷，急查过敏史",
        ))  # fmt: skip
    if about.restricted or about.deceased or about.staff:
        flags = FlagPatient(
            restricted=about.restricted or None, deceased=about.deceased or None, reason="试验",
            person=house.people[about.staff] if about.staff else None,
        )  # fmt: skip
        who = "registrar" if about.staff == "t_archivist" else "archivist"
        house.write(who, Verb.FLAG_PATIENT, flags, target=where, purpose=Purpose.MANAGEMENT)
    if about.destroyed:
        from jingui.store.models import Patient

        row = Patient.objects.get(pk=where.patient)
        row.destroyed = True
        house.keep(row, new=False)


def grants(house: Hospital, about: Chart, staff: list[Someone]) -> None:
    """One access grant for every person and purpose, sealed as an approved matter leaves it."""
    from jingui.store.models import Grant

    now, rows = house.now(), []
    (entry,) = house.sql("SELECT id FROM entry ORDER BY at LIMIT 1")[0]
    asking = {one.person for one in staff if one.role is not Role.PATIENT}
    # only an emergency access opens for an emergency
    wanted = product(sorted(asking), [one for one in Purpose if one is not Purpose.EMERGENCY])
    for number, (person, purpose) in enumerate(wanted):
        row = Grant(
            patient_id=about.target.patient, grant_id=10_000 + number, person_id=person, purpose=str(purpose),
            categories=list(about.grant_categories), starts=now - timedelta(days=2), entry=entry,
            ends=now - timedelta(days=1) if about.grant_over else now + timedelta(days=30),
        )  # fmt: skip
        house.runtime.sealer.seal(row)
        rows.append(row)
    Grant.objects.bulk_create(rows)
    house.sql("UPDATE epoch SET n = n + 1")
