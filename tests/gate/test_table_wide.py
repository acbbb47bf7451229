"""四（一）: the wide table: every fact that opens or closes a chart, by two readings, at the real door [4.1.1] [4.1.3]

S1 and S12 of the goals, wider than test_table.py: relations, grants, standing grants, emergencies, objections, own and
colleagues' charts, the dead and the destroyed, drafts and filed records, consents, the portal, interfaces, weak and bad
sessions; and taking away and writing beside reading. `JINGUI_TABLE=all` drives every combination (over a million), a
number that many; of a (person, chart, verb) a run takes some that the second reading allows and some that it refuses.
"""

import os
import random
from collections import Counter
from itertools import product

import pytest

from jingui.core.access import ChartRequest, LifeRequest
from jingui.core.access_operations import Copied, Take
from jingui.core.enter import Change, Submission
from jingui.core.errors import NotFound, PreconditionFailed, Refused
from jingui.core.vector import Vector
from jingui.core.words import (
    Category,
    Consent,
    Grant,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Standing,
    Verb,
)
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door
from tests.gate import tabled
from tests.gate.tabled import GLASS, KINDS, STUDY, WARD, Chart, Paper, Someone
from tests.hospital import Hospital
from tests.policy import second

ASKED = os.environ.get("JINGUI_TABLE", "2500")  # decisions asked of the door in the usual run
ALL = ASKED == "all"
TURNS = 0 if ALL else int(ASKED)
WHOLE = {Verb.OPEN_CHART, Verb.EVERYTHING, Verb.SEARCH, Verb.PRINT, Verb.EXPORT}
SINGLE = {Verb.READ, Verb.HISTORY, Verb.READ_LIFE, Verb.COPY, Verb.CORRECT, Verb.ENTER}
TAKES = {Verb.PRINT, Verb.EXPORT, Verb.COPY}
HIDDEN = {RecordState.DRAFT, RecordState.DESTROYED}  # never in a list, never taken away, whoever asks
NEAR = {Relation.TREATING, Relation.TEAM, Relation.CONSULTATION}
Table = tuple[Hospital, list[Someone], list[Chart], dict[str, list[Paper]]]


@pytest.fixture(scope="module")
def table(hospital: Hospital) -> Table:
    """Everybody, every chart, every record."""
    staff = tabled.people(hospital)
    patients, theirs = tabled.portals(hospital)
    charts, papers = [], {}
    for about in (*tabled.CHARTS, *theirs):
        where, papers[about.name] = tabled.records(hospital, about)
        charts.append(tabled.replace(about, target=where))
        tabled.marked(hospital, charts[-1], staff)
    return hospital, [*staff, *patients], charts, papers


def related(who: Someone, about: Chart) -> Relation:
    """How somebody stands to a patient, as the test set it up."""
    if who.name in about.portal:
        return about.portal[who.name]
    if who.role in WARD and about.relation in NEAR:
        return about.relation if who.name == f"t_{who.role}" else Relation.NONE
    lies = about.lies_in == "xnk" if who.ward else about.lies_in == "gwk"
    clinical = who.role is not Role.PATIENT and who.name != "his"
    in_charge = lies or (about.relation is Relation.DEPARTMENT and who.ward)
    return Relation.DEPARTMENT if clinical and in_charge else Relation.NONE


def granted(who: Someone, about: Chart, purpose: Purpose, category: Category, level: Level) -> Grant:
    """What the test granted."""
    found = Grant.NONE
    covered = not about.grant_categories or category in about.grant_categories
    if about.grants and covered and purpose is not Purpose.EMERGENCY and who.role is not Role.PATIENT:
        found = Grant.EXPIRED if about.grant_over else Grant.COVERS
    if about.glass and purpose is Purpose.EMERGENCY and who.role in GLASS and who.name == f"t_{who.role}":
        found = Grant.COVERS
    if who.post_grant is purpose and about.lies_in == "xnk" and level is not Level.SECRET:
        found = Grant.COVERS
    return found


def consent(who: Someone, about: Chart, purpose: Purpose, level: Level) -> Consent:
    """What the test's patients said: nothing, but where the chart tells."""
    if purpose in about.consented:
        return Consent.GIVEN
    if purpose in about.withdrew:
        return Consent.WITHDRAWN
    asked = purpose in STUDY or purpose is Purpose.TREATMENT
    return Consent.MISSING if asked and level is not Level.ORDINARY else Consent.NOT_NEEDED


def objects(who: Someone, about: Chart, category: Category, relation: Relation) -> bool:
    """Whether the restriction that the test placed names this reader."""
    if not about.objected or (about.objected_categories and category not in about.objected_categories):
        return False
    named = {"department": who.ward, "person": who.name == "t_physician", "others": relation not in NEAR}
    return named[about.objected]


def single(who: Someone, purpose: Purpose, verb: Verb, about: Chart, paper: Paper | None) -> bool:
    """The second reading of one record, or of the chart itself."""
    category = Category.BASIC if paper is None else paper.category
    level = Level.ORDINARY if paper is None else paper.level
    state = RecordState.NONE if paper is None or verb is Verb.ENTER else paper.state
    relation = related(who, about)
    own = about.staff == who.name or relation is Relation.SELF
    return second.allowed(Vector(
        verb=verb, role=who.role, standing=who.standing, strength=who.actor.strength, entrance=who.actor.entrance,
        purpose=purpose, relation=relation, category=category, level=level,
        state=RecordState.DESTROYED if about.destroyed else state,
        consent=consent(who, about, purpose, level), grant=granted(who, about, purpose, category, level),
        restricted=about.restricted, own=own, colleague=bool(about.staff) and not own, deceased=about.deceased,
        licensed=who.licensed, objected=objects(who, about, category, relation),
        author=paper is not None and verb is not Verb.ENTER and paper.author == who.name,
    ))  # fmt: skip


def expected(who: Someone, purpose: Purpose, verb: Verb, about: Chart, paper: Paper) -> bool:
    """What is to come of it: a chart is opened before a record in it is, single records are read by themselves."""
    if verb in (Verb.READ, Verb.CORRECT):
        return single(who, purpose, verb, about, paper)
    if verb is Verb.ENTER:
        return single(who, purpose, verb, about, paper) and who.role is not Role.TRAINEE  # they write by forms alone
    if not single(who, purpose, verb, about, None):
        return False
    if verb in WHOLE:
        return True
    if verb is Verb.COPY and paper.state in HIDDEN:
        return False
    return single(who, purpose, verb, about, paper)


def within(who: Someone, purpose: Purpose, verb: Verb, about: Chart, papers: list[Paper]) -> set[int]:
    """Which records a whole chart is to show."""
    reads = Verb.READ if verb in (Verb.OPEN_CHART, Verb.SEARCH) else verb
    seen = {
        paper.target.record for paper in papers
        if paper.state not in HIDDEN and single(who, purpose, reads, about, paper)
        and (verb is not Verb.SEARCH or paper.kind == "Observation")
    }  # fmt: skip
    if verb is Verb.OPEN_CHART:  # one's own drafts stand in the chart
        seen |= {one.target.record for one in papers if one.state is RecordState.DRAFT and one.author == who.name
                 and single(who, purpose, reads, about, one)}  # fmt: skip
    return seen


def asked(house: Hospital, who: Someone, purpose: Purpose, verb: Verb, about: Chart, paper: Paper) -> set[int] | None:
    """What the door gives: records shown (none for an operation without any), None when it refuses."""
    data: object = {
        Verb.READ_LIFE: LifeRequest(), Verb.OPEN_CHART: ChartRequest(count=200), Verb.COPY: Copied(text="抄录"),
        Verb.PRINT: Take(), Verb.EXPORT: Take(), Verb.EVERYTHING: SearchQuery(type="Patient", count=200),
        Verb.SEARCH: SearchQuery(type="Observation", count=200),
    }.get(verb)  # fmt: skip
    target = about.target if verb in WHOLE else paper.target
    patient = house.runtime.public(about.target.patient, 0)
    whose = "patient" if paper.kind == "AllergyIntolerance" else "subject"
    body = {"resourceType": paper.kind, whose: {"reference": f"Patient/{patient}"}, **KINDS[paper.kind][1]}
    operation = house.operation(who.actor, verb, data, target=target, purpose=purpose)
    try:
        if verb is Verb.READ:
            door.sheet(operation)
        elif verb is Verb.ENTER:
            door.enter(house.operation(who.actor, verb, Submission(changes=(Change(body),)), purpose=purpose))
        elif verb is Verb.CORRECT:
            change = Change(body, record=(paper.target.patient, paper.target.record), if_match=999)
            door.enter(house.operation(who.actor, verb, Submission(changes=(change,)), purpose=purpose))
        else:
            value = door.read(operation).value
            if verb in WHOLE:
                rows = getattr(value, "records", None)
                return {door.locate(one.id).record for one in (value.rows if rows is None else rows)}
    except PreconditionFailed:
        return set()  # allowed; the version named was of set purpose not the newest, so that nothing moves
    except Refused:
        return None
    except NotFound:
        assert verb is Verb.COPY, (who, verb, about, paper)
        assert paper.state in HIDDEN, (who, verb, about, paper)
        return None
    return set()


def chosen(table: Table) -> list[tuple[Someone, Purpose, Verb, Chart, Paper]]:
    """The combinations of this run, the same each time."""
    _, people, charts, papers = table
    dice, out = random.Random(20261123), []
    triples = list(product(people, charts, sorted(WHOLE | SINGLE)))
    dice.shuffle(triples)
    for who, about, verb in triples:
        rest = list(product(Purpose, papers[about.name][:1] if verb in WHOLE else papers[about.name]))
        if verb is Verb.ENTER:
            rest = [one for one in rest if one[1].level is Level.ORDINARY and one[1].state is RecordState.ENTERED]
        if not ALL:
            dice.shuffle(rest)
            yes = [one for one in rest if expected(who, one[0], verb, about, one[1])]
            rest = [*yes[:2], *[one for one in rest if one not in yes][: 1 if yes else dice.random() < 0.15]]
        out += [(who, purpose, verb, about, paper) for purpose, paper in rest]
        if not ALL and len(out) >= TURNS:
            break
    return out


def test_the_door_and_the_second_reading_agree_on_everything_that_decides(table: Table) -> None:
    """[4.1.1] [4.1.3] [2.1.3] [2.2.4] [1.3.2] Each answer right, each list exactly right, each with one entry."""
    house, _, _, papers = table
    combinations = chosen(table)
    wrong, tally, verbs, shown = [], Counter[str](), Counter[str](), 0
    before = house.sql("SELECT count(*), count(*) FILTER (WHERE decision = 'deny') FROM entry")[0]
    for who, purpose, verb, about, paper in combinations:
        may = expected(who, purpose, verb, about, paper)
        wanted = within(who, purpose, verb, about, papers[about.name]) if verb in WHOLE else set()
        mine = {one.target.record for one in papers[about.name]}
        if verb in TAKES and verb in WHOLE and not wanted:
            may = False  # there is something, and nothing of it may leave
        told = asked(house, who, purpose, verb, about, paper)
        tally["allow" if told is not None else "deny"] += 1
        verbs[str(verb)] += told is not None
        shown += len(told or ())
        if (told is not None) != may or (told is not None and may and told & mine != wanted):
            names = {one.target.record: one.name for one in papers[about.name]}
            odd = sorted(names[one] for one in ((told or set()) & mine) ^ wanted)
            wrong.append(
                f"{who.name}/{who.actor.strength}/{who.actor.entrance} {purpose} {verb} {about.name} {paper.name}: "
                f"{'deny' if told is None else 'allow'}, not {'allow' if may else 'deny'}; {odd}"
            )
    after = house.sql("SELECT count(*), count(*) FILTER (WHERE decision = 'deny') FROM entry")[0]
    print(f"\n{len(combinations)} combinations: {dict(tally)}, by verb {dict(verbs)}; {shown} records compared; "
          f"entries {after[0] - before[0]}; disagreements {len(wrong)}")  # fmt: skip
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong[:60])
    assert after[0] - before[0] == len(combinations)
    assert tally["allow"] > len(combinations) / 4
    assert min(verbs.values()) > TURNS / 100, verbs
    assert after[1] - before[1] >= tally["deny"] * 0.9


def test_all_kinds_of_bad_standing_are_asked(table: Table) -> None:
    """A table that forgot a kind of person or of chart would agree with everything."""
    _, people, charts, _ = table
    assert {one.role for one in people} >= set(Role) - {Role.SYSTEM, Role.PUBLIC}
    assert {one.standing for one in people} == {Standing.ACTIVE, Standing.FROZEN}
    for fact in ("restricted", "deceased", "destroyed", "staff", "objected", "grants", "grant_over", "glass", "minor"):
        assert any(getattr(one, fact) for one in charts), fact
