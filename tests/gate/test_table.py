"""四（一）: ALLOW and DENY by two readings: the second implementation and the real door agree [4.1.1] [4.1.3]

S1 and S12 of the goals. The expected answer is computed by tests/policy/second.py from facts that this test itself set
up, never from what the gate saw. Every call, allowed or refused, must leave exactly one entry. `JINGUI_TABLE=all`
drives every combination; the usual run takes every `STRIDE`-th.
"""

import itertools
import os
from collections import Counter
from dataclasses import replace

import pytest

from jingui.core.access import ChartRequest, LifeRequest
from jingui.core.errors import Gone, Refused, Tampered
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
from tests.gate.tabled import ROLES, WARD, Chart, Paper, marked, records
from tests.hospital import Hospital
from tests.policy import second

STRIDE = 1 if os.environ.get("JINGUI_TABLE") == "all" else 13
PURPOSES = (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.RESEARCH)
VERBS = (Verb.READ, Verb.HISTORY, Verb.READ_LIFE, Verb.OPEN_CHART)
NEAR = Relation.DEPARTMENT  # the cardiology department is in charge
CHARTS = (
    Chart(name="表本科室", relation=NEAR), Chart(name="表他科室"),
    Chart(name="表保密", relation=NEAR, restricted=True), Chart(name="表保密他科", restricted=True),
    Chart(name="表同事", relation=NEAR, staff="head"), Chart(name="表同事他科", staff="head"),
    Chart(name="表已故", deceased=True), Chart(name="表限制", relation=NEAR, objected="department"),
)  # fmt: skip
Held = tuple[Chart, Paper]


@pytest.fixture(scope="module")
def table(hospital: Hospital) -> tuple[Hospital, list[Held]]:
    """People of every role in one department, eight charts, a record of every kind and level in each."""
    for role in ROLES:
        if f"t_{role}" not in hospital.actors:  # the wide table has the same people
            hospital.person(f"t_{role}", role, "xnk")
    held: list[Held] = []
    for one in CHARTS:
        where, papers = records(hospital, one)
        about = replace(one, target=where)
        marked(hospital, about, [])
        held += [(about, paper) for paper in papers if paper.state is RecordState.ENTERED and paper.author == "his"]
    return hospital, held


def expected(role: Role, purpose: Purpose, verb: Verb, held: Held, *, whole: bool = False) -> bool:
    """What the second reading says, from what the test set up."""
    about, paper = held
    related = about.relation is NEAR and role in WARD
    vector = Vector(
        verb=verb, role=role, standing=Standing.ACTIVE, strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE,
        purpose=purpose, relation=Relation.DEPARTMENT if related else Relation.NONE,
        category=Category.BASIC if whole else paper.category, level=Level.ORDINARY if whole else paper.level,
        state=RecordState.NONE if whole else RecordState.ENTERED, restricted=about.restricted,
        colleague=bool(about.staff), deceased=about.deceased, objected=bool(about.objected),
    )  # fmt: skip
    return second.allowed(vector)


def asked(house: Hospital, role: Role, purpose: Purpose, verb: Verb, held: Held) -> str:
    """What the door answers: allow, deny, or the word of an error."""
    data = {Verb.READ_LIFE: LifeRequest(), Verb.OPEN_CHART: ChartRequest()}.get(verb)
    about, paper = held
    target = about.target if verb is Verb.OPEN_CHART else paper.target
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


def test_every_role_and_every_kind_get_what_the_second_reading_says(table: tuple[Hospital, list[Held]]) -> None:
    """[4.1.1] [4.1.3] [2.1.3] [1.3.2] Role by kind by chart by purpose; each answer right, each with one entry."""
    house, held = table
    combinations = list(itertools.product(ROLES, PURPOSES, VERBS, held))[::STRIDE]
    wrong: list[str] = []
    tally: Counter[str] = Counter()
    before = house.sql("SELECT count(*) FROM entry")[0][0]
    for role, purpose, verb, one in combinations:
        may = expected(role, purpose, verb, one, whole=verb is Verb.OPEN_CHART)
        told = asked(house, role, purpose, verb, one)
        tally[told] += 1
        if told != ("allow" if may else "deny"):
            wrong.append(f"{role} {purpose} {verb} {one[0].name} {one[1].category} {one[1].level}: {told}")
    made = house.sql("SELECT count(*) FROM entry")[0][0] - before
    print(f"\n{len(combinations)} combinations: {dict(tally)}; entries {made}; disagreements {len(wrong)}")
    assert not wrong, wrong[:20]
    assert made == len(combinations)
    assert tally["allow"] > len(combinations) / 100  # a house that refuses everything would agree with nobody


def test_a_chart_shows_exactly_the_records_that_single_reading_allows(table: tuple[Hospital, list[Held]]) -> None:
    """[2.1.3] What a chart lists is what the second reading allows of each record: labels bind lists too."""
    house, held = table
    charts = {about.target.patient: about for about, _ in held}
    compared = 0
    for role, purpose, about in itertools.product(ROLES, (Purpose.TREATMENT, Purpose.QUALITY), charts.values()):
        mine = [one for one in held if one[0] is about]
        if not expected(role, purpose, Verb.OPEN_CHART, mine[0], whole=True):
            continue
        found = door.read(
            house.operation(f"t_{role}", Verb.OPEN_CHART, ChartRequest(count=200), target=about.target, purpose=purpose)
        ).value
        shown = {door.locate(line.id).record for line in found.records}
        wanted = {one[1].target.record for one in mine if expected(role, purpose, Verb.OPEN_CHART, one)}
        assert shown & {paper.target.record for _, paper in mine} == wanted, (role, purpose, about.name)
        compared += 1
    assert compared >= 5
