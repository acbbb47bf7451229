"""四（一）1 审批与范围: what matters grant, through the door: that much, that long, nothing wider [4.1.1]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.access_operations import EndGrant, Grants, GrantsRequest, Take
from jingui.core.errors import Invalid, Refused
from jingui.core.matters.asking import CloseMatter, DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital

QUALITY = Purpose.QUALITY


@pytest.fixture(scope="module", autouse=True)
def offices(hospital: Hospital) -> None:
    for short, role in (("office", Role.MEDICAL_AFFAIRS), ("checker", Role.QUALITY), ("checker2", Role.QUALITY)):
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")


def decide(hospital: Hospital, who: str, matter: int, move: str = "approve") -> Any:
    asked = hospital.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.MANAGEMENT)
    basis = door.read(asked).value.basis
    said = DecideMatter(matter=matter, move=move, basis=basis, comment="依据充分。")
    return hospital.write(who, Verb.DECIDE_MATTER, said).value


def started(hospital: Hospital, who: str, kind: str, answers: dict[str, str], where: Target = Target()) -> int:  # noqa: B008 -- frozen
    data = StartMatter(kind=kind, answers=tuple(answers.items()), submit=True)
    return int(hospital.write(who, Verb.START_MATTER, data, target=where).value.matter)


def opens(hospital: Hospital, who: str, public: str, purpose: Purpose = QUALITY) -> Any:
    where = Target(patient=number(hospital, public))
    return door.read(hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=where, purpose=purpose)).value


def wanted(**more: str) -> dict[str, str]:
    return {"purpose": "quality", "categories": "", "days": "3", "reason": "终末质控抽查"} | more


def test_internal_access_opens_what_was_approved_and_no_more(hospital: Hospital) -> None:
    public, _, record = admit(hospital, "内查甲", "46000001")
    other, _, _ = admit(hospital, "内查乙", "46000002")
    where = Target(patient=number(hospital, public))
    with pytest.raises(Refused) as refused:
        opens(hospital, "checker", public)
    assert refused.value.matter == "internal_access"
    matter = started(hospital, "checker", "internal_access", wanted(), where)
    with pytest.raises(Refused):
        opens(hospital, "checker", public)  # asking is not having
    moved = decide(hospital, "office", matter)
    assert timedelta(days=2, hours=23) < moved.until - hospital.now() <= timedelta(days=3)
    assert opens(hospital, "checker", public).records
    for who, where_, purpose in (("checker", other, QUALITY), ("checker2", public, QUALITY),
                                 ("checker", public, Purpose.RESEARCH)):  # fmt: skip
        with pytest.raises(Refused):
            opens(hospital, who, where_, purpose)
    # a grant for quality control lets its holder print what it covers
    assert door.read(hospital.operation("checker", Verb.PRINT, Take(), target=where, purpose=QUALITY)).value.records
    hospital.write("checker", Verb.CLOSE_MATTER, CloseMatter(matter=matter))
    with pytest.raises(Refused):
        opens(hospital, "checker", public)
    assert record


def test_a_grant_for_one_category_opens_no_other(hospital: Hospital) -> None:
    public, _, record = admit(hospital, "内查丙", "46000003")
    where = Target(patient=number(hospital, public))
    matter = started(hospital, "checker", "internal_access", wanted(categories="basic,nursing"), where)
    decide(hospital, "office", matter)
    found = opens(hospital, "checker", public)
    assert found.records == ()
    assert found.hidden == 1
    sheet = hospital.operation(
        "checker", Verb.READ, target=Target(patient=where.patient, record=hospital.runtime.ids.internal(record)[1]),
        purpose=QUALITY,
    )  # fmt: skip
    with pytest.raises(Refused):
        door.sheet(sheet)


def test_a_grant_for_some_categories_opens_the_chart_that_they_stand_in(hospital: Hospital) -> None:
    public, _, _ = admit(hospital, "内查戊", "46000005")
    where = Target(patient=number(hospital, public))
    matter = started(hospital, "checker", "internal_access", wanted(categories="tests,nursing"), where)
    decide(hospital, "office", matter)
    found = opens(hospital, "checker", public)
    assert found.patient.name == "内查戊"
    assert {one.category for one in found.records} <= {"tests", "nursing"}


@pytest.mark.parametrize("wrong", [{"days": "0"}, {"days": "91"}, {"purpose": "legal"}, {"categories": "all"}])
def test_wider_than_the_table_allows_is_not_even_asked(hospital: Hospital, wrong: dict[str, str]) -> None:
    public, _, _ = admit(hospital, f"内查{wrong}", f"4600010{len(str(wrong))}")
    with pytest.raises(Invalid):
        started(hospital, "checker", "internal_access", wanted(**wrong), Target(patient=number(hospital, public)))


def test_a_standing_grant_opens_the_worklist_after_two_people(hospital: Hospital) -> None:
    inside, _, _ = admit(hospital, "常设甲", "46000004")
    outside, _, _ = admit(hospital, "常设乙", "46000005", "gwk")
    answers = {
        "purpose": "quality", "categories": "", "level": "ordinary", "department": str(hospital.departments["xnk"]),
        "days": "30", "reason": "运行病历质控",
    }  # fmt: skip
    matter = started(hospital, "checker2", "post_grant", answers)
    decide(hospital, "office", matter)
    with pytest.raises(Refused):
        opens(hospital, "checker2", inside)
    moved = decide(hospital, "secadmin", matter)
    assert 364 <= (moved.until - hospital.now()).days <= 365
    assert opens(hospital, "checker2", inside).records
    with pytest.raises(Refused):
        opens(hospital, "checker2", outside)
    listed = door.read(
        hospital.operation("secadmin", Verb.READ_GRANTS, GrantsRequest(which=Grants.STANDING, mine=False))
    ).value
    mine = next(one for one in listed if one.matter == matter)
    assert (mine.departments, mine.days, mine.review) == (("心血管内科",), 30, mine.ends)
    single = started(hospital, "checker2", "internal_access", wanted(), Target(patient=number(hospital, outside)))
    decide(hospital, "office", single)
    own = door.read(hospital.operation("checker2", Verb.READ_GRANTS, GrantsRequest(mine=True))).value
    assert [(one.matter, one.standing, one.mine) for one in own] == [(single, False, True), (matter, True, True)]
    assert own[1] == mine._replace(mine=True)
    hospital.write("checker2", Verb.END_GRANT, EndGrant(standing=mine.id))
    with pytest.raises(Refused):
        opens(hospital, "checker2", inside)
