"""四（一）: ALLOW and DENY by two readings: the second implementation and the real door agree [4.1.1] [4.1.3]

S1 and S12 of the goals. The expected answer is computed by tests/policy/second.py from facts that this test itself set
up, never from what the gate saw. Every call, allowed or refused, must leave exactly one entry. `JINGUI_TABLE=all`
drives every combination; the usual run takes every `STRIDE`-th.
"""

import itertools
import os
from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from jingui.core.access import ChartRequest, LifeRequest
from jingui.core.collect import FlagPatient, Relate
from jingui.core.enter import Change
from jingui.core.errors import Gone, Refused, Tampered
from jingui.core.operation import Target
from jingui.core.portal import PlaceRestriction
from jingui.core.vector import Vector
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
from tests.hospital import Hospital
from tests.policy import second

STRIDE = 1 if os.environ.get("JINGUI_TABLE") == "all" else 13
ROLES = (
    Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE, Role.ARCHIVIST, Role.CODER,
    Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE, Role.REGISTRAR, Role.MEDICAL_AFFAIRS,
    Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.ETHICS, Role.RESEARCHER, Role.SUPERVISOR, Role.DISCIPLINE,
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
)  # fmt: skip
WARD = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE}
PURPOSES = (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.RESEARCH)
VERBS = (Verb.READ, Verb.HISTORY, Verb.READ_LIFE, Verb.OPEN_CHART)
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
# A diagnosis that the labels' table raises to each level.
LEVELS = {Level.SENSITIVE: "A15.0", Level.SECRET: "B20"}


class Chart(NamedTuple):
    """A patient of the test, and what the test knows of them."""

    name: str
    target: Target
    related: bool  # the cardiology department is in charge
    restricted: bool = False
    deceased: bool = False
    staff: bool = False  # somebody who works here
    objected: bool = False


class Paper(NamedTuple):
    """A record of the test."""

    chart: Chart
    target: Target
    category: Category
    level: Level


@pytest.fixture(scope="module")
def table(hospital: Hospital) -> tuple[Hospital, list[Paper]]:
    """People of every role in one department, eight charts, a record of every kind and level in each."""
    for role in ROLES:
        if f"t_{role}" not in hospital.actors:  # the wide table has the same people
            hospital.person(f"t_{role}", role, "xnk")
    papers: list[Paper] = []
    for name, facts in {
        "本科室": {"related": True}, "他科室": {"related": False}, "保密": {"related": True, "restricted": True},
        "保密他科": {"related": False, "restricted": True}, "同事": {"related": True, "staff": True},
        "同事他科": {"related": False, "staff": True}, "已故": {"related": False, "deceased": True},
        "限制": {"related": True, "objected": True},
    }.items():  # fmt: skip
        papers += chart(hospital, name, **facts)
    return hospital, papers


def chart(house: Hospital, name: str, **facts: bool) -> list[Paper]:
    """One chart with its records."""
    subject = {"reference": "urn:uuid:p"}
    person = {"resourceType": "Patient", "name": [{"text": f"表{name}"}], "gender": "male", "birthDate": "1970-01-01"}
    changes = [Change(person, "urn:uuid:p")]
    kinds: list[tuple[Category, Level]] = []
    for kind, (category, body) in KINDS.items():
        whose = "patient" if kind == "AllergyIntolerance" else "subject"
        changes.append(Change({"resourceType": kind, whose: subject, **body}, f"urn:uuid:{kind}"))
        kinds.append((category, Level.ORDINARY))
    for level, code in LEVELS.items():
        body = {"code": coded(ICD, code)}
        changes.append(Change({"resourceType": "Condition", "subject": subject, **body}, f"urn:uuid:{level}"))
        kinds.append((Category.DIAGNOSIS, level))
    made = house.enter("his", *changes, verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    where = Target(patient=door.locate(made[0].id).patient)
    marked(house, where, facts)
    about = Chart(name=name, target=where, **facts)
    found = [door.locate(one.id) for one in made[1:]]
    said = {row[0]: (row[1], row[2]) for row in house.sql(
        "SELECT record_id, category, level FROM record WHERE patient_id = %s", where.patient)}  # fmt: skip
    for one, (category, level) in zip(found, kinds, strict=True):
        assert said[one.record] == (category, level), (name, said[one.record], category, level)
    return [Paper(about, one, *kind) for one, kind in zip(found, kinds, strict=True)]


def marked(house: Hospital, where: Target, facts: dict[str, bool]) -> None:
    """Make the chart what the test says it is, through the door."""
    if facts.get("related"):
        ends = house.now() + timedelta(days=30)
        data = Relate(kind=Relation.DEPARTMENT, department=house.departments["xnk"], starts=house.now(), ends=ends)
        house.write("registrar", Verb.RELATE, data, target=where, purpose=Purpose.OPERATION)
    flags = FlagPatient(
        restricted=facts.get("restricted") or None, deceased=facts.get("deceased") or None,
        person=house.people["head"] if facts.get("staff") else None, reason="试验",
    )  # fmt: skip
    if facts.get("restricted") or facts.get("deceased") or facts.get("staff"):
        house.write("archivist", Verb.FLAG_PATIENT, flags, target=where, purpose=Purpose.MANAGEMENT)
    if facts.get("objected"):
        data_ = PlaceRestriction(kind="department", department=house.departments["xnk"])
        house.write("archivist", Verb.PLACE_RESTRICTION, data_, target=where, purpose=Purpose.PATIENT_REQUEST)


def expected(role: Role, purpose: Purpose, verb: Verb, paper: Paper, *, whole: bool = False) -> bool:
    """What the second reading says, from what the test set up."""
    about = paper.chart
    related = about.related and role in WARD
    vector = Vector(
        verb=verb, role=role, standing=Standing.ACTIVE, strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE,
        purpose=purpose, relation=Relation.DEPARTMENT if related else Relation.NONE,
        category=Category.BASIC if whole else paper.category, level=Level.ORDINARY if whole else paper.level,
        state=RecordState.NONE if whole else RecordState.ENTERED, restricted=about.restricted,
        colleague=about.staff, deceased=about.deceased, objected=about.objected,
    )  # fmt: skip
    return second.allowed(vector)


def asked(house: Hospital, role: Role, purpose: Purpose, verb: Verb, paper: Paper) -> str:
    """What the door answers: allow, deny, or the word of an error."""
    data = {Verb.READ_LIFE: LifeRequest(), Verb.OPEN_CHART: ChartRequest()}.get(verb)
    target = paper.chart.target if verb is Verb.OPEN_CHART else paper.target
    operation = house.operation(f"t_{role}", verb, data, target=target, purpose=purpose)
    try:
        if verb is Verb.READ:
            door.sheet(operation)
        else:
            door.read(operation)
    except Refused:
        return "deny"
    except (Gone, Tampered) as error:
        return error.code
    return "allow"


def test_every_role_and_every_kind_get_what_the_second_reading_says(table: tuple[Hospital, list[Paper]]) -> None:
    """[4.1.1] [4.1.3] [2.1.3] [1.3.2] Role by kind by chart by purpose; each answer right, each with one entry."""
    house, papers = table
    combinations = list(itertools.product(ROLES, PURPOSES, VERBS, papers))[::STRIDE]
    wrong: list[str] = []
    tally: Counter[str] = Counter()
    before = house.sql("SELECT count(*) FROM entry")[0][0]
    for role, purpose, verb, paper in combinations:
        may = expected(role, purpose, verb, paper, whole=verb is Verb.OPEN_CHART)
        told = asked(house, role, purpose, verb, paper)
        tally[told] += 1
        if told != ("allow" if may else "deny"):
            wrong.append(f"{role} {purpose} {verb} {paper.chart.name} {paper.category} {paper.level}: {told}")
    made = house.sql("SELECT count(*) FROM entry")[0][0] - before
    print(f"\n{len(combinations)} combinations: {dict(tally)}; entries {made}; disagreements {len(wrong)}")
    assert not wrong, wrong[:20]
    assert made == len(combinations)
    assert tally["allow"] > len(combinations) / 100  # a house that refuses everything would agree with nobody


def test_a_chart_shows_exactly_the_records_that_single_reading_allows(table: tuple[Hospital, list[Paper]]) -> None:
    """[2.1.3] What a chart lists is what the second reading allows of each record: labels bind lists too."""
    house, papers = table
    charts = {paper.chart.target.patient: paper.chart for paper in papers}
    compared = 0
    for role, purpose, about in itertools.product(ROLES, (Purpose.TREATMENT, Purpose.QUALITY), charts.values()):
        mine = [paper for paper in papers if paper.chart is about]
        if not expected(role, purpose, Verb.OPEN_CHART, mine[0], whole=True):
            continue
        found = door.read(
            house.operation(f"t_{role}", Verb.OPEN_CHART, ChartRequest(count=200), target=about.target, purpose=purpose)
        ).value
        shown = {door.locate(line.id).record for line in found.records}
        wanted = {paper.target.record for paper in mine if expected(role, purpose, Verb.OPEN_CHART, paper)}
        assert shown & {paper.target.record for paper in mine} == wanted, (role, purpose, about.name)
        compared += 1
    assert compared >= 5
