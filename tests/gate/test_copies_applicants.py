"""四（二）1 复制申请: each kind of applicant, each paper missing; the living and the dead; lawful refusals [4.2.1]"""

from typing import Any

import pytest

from jingui.core.collect import FlagPatient
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.matters import KINDS
from jingui.core.matters.asking import AddPaper, AppealMatter, Brought
from jingui.core.matters.release_applicants import APPLICANTS
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from tests.gate import copying
from tests.gate.copying import MORE, WISH, apply_for, decide
from tests.gate.test_charts import number
from tests.gate.test_portal import GUARDIAN, born, opened, patient_actor
from tests.hospital import Hospital
from tests.pictures import png

NEEDED = {kind: (*(one.name for one in row.papers if one.required), *row.window) for kind, row in APPLICANTS.items()}


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


def died(house: Hospital, patient: int) -> None:
    house.write("registrar", Verb.FLAG_PATIENT, FlagPatient(deceased=True), target=Target(patient=patient))


@pytest.fixture(scope="module")
def patients(house: Hospital) -> dict[str, int]:
    """An adult, a child and a dead patient."""
    made = {
        name: number(house, born(house, f"申请{n}", f"6200000{n}", birth)[0])
        for n, (name, birth) in enumerate((("adult", "1949-12-31"), ("child", "2020-06-06"), ("dead", "1931-01-01")))
    }
    died(house, made["dead"])
    return made


def whose(kind: str) -> str:
    row = APPLICANTS[kind]
    return "dead" if row.dead else "child" if row.below else "adult"


def answers(kind: str) -> dict[str, str]:
    asked = {question.name for question in KINDS[kind].questions}
    return {name: value for name, value in MORE.items() if name in asked}


@pytest.mark.parametrize(("kind", "lacks"), [(kind, lacks) for kind in NEEDED for lacks in (*NEEDED[kind], "")])
def test_each_kind_needs_each_of_its_papers(house: Hospital, patients: dict[str, int], kind: str, lacks: str) -> None:
    """[4.2.1] The table of outcomes: one paper missing names that paper; with all of them it is taken."""
    brought = [name for name in NEEDED[kind] if name != lacks]
    patient = patients[whose(kind)]
    if not lacks:
        assert apply_for(house, "archivist", kind, patient, *brought, **answers(kind))
        print(f"{KINDS[kind].text}: 材料齐全 → 受理")
        return
    with pytest.raises(Invalid) as refused:
        apply_for(house, "archivist", kind, patient, *brought, **answers(kind))
    assert [place for place, _ in refused.value.places] == [f"paper.{lacks}"]
    text = next(one.text for one in KINDS[kind].papers if one.name == lacks)
    print(f"{KINDS[kind].text}: 缺{text} → 不受理")


@pytest.mark.parametrize("kind", sorted(APPLICANTS))
def test_the_living_and_the_dead(house: Hospital, patients: dict[str, int], kind: str) -> None:
    """[4.2.1] Agency and guardianship end with a death; heirs come only then."""
    row = APPLICANTS[kind]
    other = patients["adult" if row.dead else "dead"]
    names = (*NEEDED[kind], *row.departed)
    if row.either:
        assert apply_for(house, "archivist", kind, other, *names, **answers(kind))
        return
    with pytest.raises(Invalid) as refused:
        apply_for(house, "archivist", kind, other, *names, **answers(kind))
    assert "applicant" in dict(refused.value.places)


def test_an_insurer_shows_the_death_of_a_dead_patient(house: Hospital, patients: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        apply_for(house, "archivist", "copy_insurer", patients["dead"], *NEEDED["copy_insurer"], **MORE)
    assert dict(refused.value.places) == {"paper.death": "请提供此项材料"}


WRONG: tuple[tuple[str, dict[str, str], str], ...] = (
    ("copy_agent", {"valid_until": "2020-01-01"}, "valid_until"),
    ("copy_agent", {"route": "portal"}, "route"),
    ("copy_agent", {"document": "110105194912310021"}, "document"),
    ("own_copy", {"document_kind": "passport", "document": "E1"}, "document"),
    ("own_copy", {"document_kind": "passport", "document": "../../etc"}, "document"),
    ("own_copy", {"phone": "12"}, "phone"),
    ("own_copy", {"applicant": "李"}, "applicant"),
    ("own_copy", {"present": "remote"}, "present"),
    ("own_copy", {"route": "post"}, "address"),
    ("own_copy", {"scope": "chosen"}, "categories"),
    ("own_copy", {"visits": "0" * 32}, "visits"),
    ("own_copy", {"copies": "0"}, "copies"),
    ("own_copy", {"copies": "99"}, "copies"),
    ("own_copy", {"route": "pigeon"}, "route"),
    ("own_copy", {"purpose": "用途" * 200}, "purpose"),
)


@pytest.mark.parametrize(("kind", "wrong", "place"), WRONG)
def test_what_could_never_be_done_is_not_taken(
    house: Hospital, patients: dict[str, int], kind: str, wrong: dict[str, str], place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        apply_for(house, "archivist", kind, patients["adult"], *NEEDED[kind], **{**answers(kind), **wrong})
    assert place in dict(refused.value.places)


def test_another_patients_visit_is_none(house: Hospital, patients: dict[str, int]) -> None:
    other = born(house, "他人", "62000020", "1950-05-05")
    with pytest.raises(Invalid) as refused:
        apply_for(house, "archivist", "own_copy", patients["adult"], "patient_id", visits=other[1])
    assert [place for place, _ in refused.value.places] == ["visits"]


def test_a_minors_agent_is_the_guardian(house: Hospital, patients: dict[str, int]) -> None:
    for kind in ("copy_agent", "own_copy"):
        with pytest.raises(Invalid) as refused:
            apply_for(house, "archivist", kind, patients["child"], *NEEDED[kind], **answers(kind))
        assert dict(refused.value.places) == {"applicant": "患者是未成年人，由监护人申请"}
    with pytest.raises(Invalid):
        apply_for(
            house, "archivist", "copy_guardian", patients["adult"], *NEEDED["copy_guardian"], **answers("copy_guardian")
        )


def test_a_guardian_applies_in_the_portal_without_papers(house: Hospital) -> None:
    """[1.3.2] The second factor and the right that was proven at the window stand for the papers."""
    child = born(house, "小申", "62000030", "2019-06-06")
    guardian = patient_actor(house, opened(house, child[0], **GUARDIAN))
    patient = number(house, child[0])
    matter = apply_for(house, guardian, "copy_guardian", patient, relation="母亲", route="portal", present="remote")
    assert decide(house, "archivist", matter).state == "executed"
    with pytest.raises(Refused):
        apply_for(house, guardian, "copy_agent", patient, *NEEDED["copy_agent"], **MORE)


def test_nobody_reviews_what_they_took(house: Hospital, patients: dict[str, int]) -> None:
    matter = apply_for(house, "archivist", "own_copy", patients["adult"], "patient_id")
    with pytest.raises(Refused) as refused:
        decide(house, "archivist", matter)
    assert refused.value.reason in ("party", "not_yours")
    assert decide(house, "affairs_c", matter).state == "executed"


def test_a_refusal_says_its_ground_and_may_be_appealed(house: Hospital, patients: dict[str, int]) -> None:
    """[4.2.1] 精神卫生法 47: only with a physician's opinion; the head decides on the appeal."""
    matter = apply_for(house, "archivist", "own_copy", patients["adult"], "patient_id")
    with pytest.raises(Invalid) as bare:
        decide(house, "archivist2", matter, "refuse")
    assert [place for place, _ in bare.value.places] == ["outcome"]
    with pytest.raises(Invalid) as without:
        decide(house, "archivist2", matter, "refuse", outcome="harmful")
    assert [place for place, _ in without.value.places] == ["paper.opinion"]
    paper = Brought("opinion", "意见.png", "image/png", png(77))
    house.write("archivist2", Verb.ADD_PAPER, AddPaper(matter=matter, paper=paper))
    assert decide(house, "archivist2", matter, "refuse", outcome="harmful").state == "refused"
    house.write("archivist", Verb.APPEAL_MATTER, AppealMatter(matter=matter, comment="患者已出院两年，病情稳定"))
    assert decide(house, "head", matter).state == "executed"
    copy = copying.prepare(house, "archivist", patients["adult"], matter)
    assert copy.state == "prepared"


def test_who_died_meanwhile_is_no_longer_the_applicant(house: Hospital) -> None:
    patient = number(house, born(house, "后故", "62000040", "1949-12-31")[0])
    matter = apply_for(house, "archivist", "own_copy", patient, "patient_id")
    died(house, patient)
    with pytest.raises(Invalid):
        decide(house, "archivist2", matter)


def test_others_start_no_application(house: Hospital, patients: dict[str, int]) -> None:
    for who in ("doctor", "sysadmin", "registrar"):
        with pytest.raises(Refused) as refused:
            apply_for(house, who, "own_copy", patients["adult"], "patient_id")
        entry: Any = house.sql("SELECT verb, decision FROM entry WHERE id = %s", refused.value.entry)[0]
        assert entry == ("start_matter", "deny")


def test_without_approval_nothing_is_made(house: Hospital, patients: dict[str, int]) -> None:
    matter = apply_for(house, "archivist", "own_copy", patients["adult"], "patient_id")
    lonely = number(house, born(house, "无批", "62000050", "1949-12-31")[0])
    other = apply_for(house, "archivist", "own_copy", lonely, "patient_id")
    with pytest.raises(Refused) as refused:
        copying.prepare(house, "archivist", lonely, other)
    assert refused.value.reason == "purpose"
    approved = apply_for(house, "archivist", "own_copy", lonely, "patient_id")
    decide(house, "archivist2", approved)
    with pytest.raises(Conflict):
        copying.prepare(house, "archivist", lonely, other)  # the grant of another application opens nothing
    assert matter != other
    assert WISH["purpose"] is Purpose.PATIENT_REQUEST
