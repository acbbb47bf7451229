"""三（二）2 病案缺陷: returned with a deadline, answered, settled by somebody else, contested by a matter [3.2.2]"""

from typing import Any

import pytest

from jingui.core.custody import AnswerDeficiency, CloseDeficiency, DeficienciesRequest, ReturnDeficiency
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused
from jingui.core.matters.asking import DecideMatter, ReadMatter, StartMatter
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate import custody as line
from tests.gate.entering import Admitted, entries
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    made = line.people(hospital)
    made.person("mender", Role.PHYSICIAN, "xnk")
    return made


@pytest.fixture
def coded(house: Hospital) -> tuple[Admitted, str]:
    """A case file that waits for front-page control."""
    at = line.stay(house)
    file = line.opened(house, at)
    line.along(house, at, file, "coded")
    return at, file


def found(house: Hospital, at: Admitted, file: str, who: str = "quality", **more: Any) -> str:
    values = {"item": "front_field", "note": "首页出院科别写错，请更正", "author": house.people["doctor"]} | more
    return str(line.ask(house, who, Verb.RETURN_DEFICIENCY, at, ReturnDeficiency(file=file, **values)))


def answered(house: Hospital, at: Admitted, deficiency: str, who: str = "doctor", **more: Any) -> Any:
    data = AnswerDeficiency(deficiency=deficiency, text="已更正首页并签名。", **more)
    return line.ask(house, who, Verb.ANSWER_DEFICIENCY, at, data)


def closed(house: Hospital, at: Admitted, deficiency: str, who: str = "quality", accept: bool = True) -> Any:
    data = CloseDeficiency(deficiency=deficiency, accept=accept, note="仍未改正")
    return line.ask(house, who, Verb.CLOSE_DEFICIENCY, at, data)


def test_found_answered_returned_again_and_settled(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    record = house.runtime.public(
        at.patient, house.sql("SELECT record_id FROM record WHERE patient_id = %s AND form <> ''", at.patient)[0][0]
    )
    before = entries(house)
    one = found(house, at, file, record=record, author=0)
    assert entries(house) == before + 1
    with pytest.raises(Conflict):  # an open deficiency stops the line
        line.judge(house, at, file, "front_page")
    asked = house.operation("doctor", Verb.READ_CASE_FILES, DeficienciesRequest(mine=True), purpose=Purpose.TREATMENT)
    mine = next(each for each in door.read(asked).value.rows if each.id == one)
    assert (mine.mine, mine.state, mine.overdue, mine.points, mine.record) == (True, "open", False, 10, record)
    assert mine.rounds[0].text == "首页出院科别写错，请更正"
    with pytest.raises(Conflict):  # nothing to settle yet
        closed(house, at, one)
    answered(house, at, one, record=record)
    with pytest.raises(Conflict):
        answered(house, at, one)
    with pytest.raises(Conflict):  # answered is not settled
        line.judge(house, at, file, "front_page")
    closed(house, at, one, accept=False)
    answered(house, at, one)
    closed(house, at, one)
    line.judge(house, at, file, "front_page")
    rounds = line.shown(house, at, file).deficiencies[0].rounds
    assert [each.what for each in rounds] == ["found", "answered", "again", "answered", "closed"]
    assert [each.person for each in rounds] == ["quality", "doctor", "quality", "doctor", "quality"]
    stored = house.sql("SELECT payload FROM deficiency WHERE patient_id = %s", at.patient)[0][0]
    assert "出院科别".encode() not in bytes(stored)


def test_only_its_author_answers_and_never_settles(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    one = found(house, at, file)
    for who in ("mender", "nurse", "surgeon", "quality", "archivist"):
        with pytest.raises(Refused):
            answered(house, at, one, who=who)
    answered(house, at, one)
    for who in ("doctor", "head", "affairs", "registrar"):
        with pytest.raises(Refused):
            closed(house, at, one, who=who)
    closed(house, at, one, who="quality2")


def test_bad_input_and_other_patients(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    other = line.stay(house, page=False)
    foreign = line.opened(house, other)
    for wrong, place in (
        ({"item": "no_such"}, "item"), ({"note": " "}, "note"), ({"note": "缺" * 2001}, "note"),
        ({"author": 999_999}, "author"), ({"author": house.people["quality"]}, "author"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            found(house, at, file, **wrong)
        assert place in dict(error.value.places), wrong
    with pytest.raises(NotFound):
        found(house, at, foreign)
    elsewhere = house.runtime.public(other.patient, other.visit)
    with pytest.raises(NotFound):
        found(house, at, file, record=elsewhere)
    one = found(house, at, file)
    with pytest.raises(JinguiError):
        answered(house, other, one)
    with pytest.raises(Invalid):
        line.ask(house, "doctor", Verb.ANSWER_DEFICIENCY, at, AnswerDeficiency(deficiency=one, text=" "))
    with pytest.raises(NotFound):
        answered(house, at, one, record=elsewhere)


def appeal(house: Hospital, at: Admitted, one: str, who: str = "doctor", finder: str = "quality") -> int:
    data = StartMatter(
        kind="deficiency_appeal", answers=(("deficiency", one), ("reason", "首页所填科别与转科记录一致。")),
        submit=True, subject=house.people[finder],
    )  # fmt: skip
    return int(house.write(who, Verb.START_MATTER, data, target=Target(patient=at.patient)).value.matter)


def decide(house: Hospital, who: str, matter: int, move: str = "approve") -> Any:
    basis = door.read(
        house.operation(who, Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.OPERATION)
    ).value.basis
    return house.write(who, Verb.DECIDE_MATTER, DecideMatter(matter=matter, move=move, basis=basis, comment="已核对"))


def test_an_appeal_is_decided_by_others_and_withdraws_the_finding(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    one = found(house, at, file, item="front_missing")
    assert line.shown(house, at, file).would_be == "c"  # a veto
    with pytest.raises(Invalid):
        appeal(house, at, one, who="mender")
    with pytest.raises(Invalid):  # the finder is named truly, so that they are kept out
        appeal(house, at, one, finder="quality2")
    matter = appeal(house, at, one)
    with pytest.raises(Conflict):
        appeal(house, at, one)
    with pytest.raises(Refused) as party:
        decide(house, "quality", matter)
    assert party.value.reason in ("party", "not_yours")
    decide(house, "quality2", matter)
    seen = line.shown(house, at, file)
    assert (seen.deficiencies[0].state, seen.deficiencies[0].matter, seen.would_be) == ("withdrawn", matter, "a")
    line.judge(house, at, file, "front_page")


def test_a_refused_appeal_leaves_it_to_be_mended(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    one = found(house, at, file)
    decide(house, "affairs", appeal(house, at, one), "refuse")
    assert line.shown(house, at, file).deficiencies[0].state == "open"
    answered(house, at, one)
    closed(house, at, one)


def test_the_grade_counts_what_was_found(house: Hospital, coded: tuple[Admitted, str]) -> None:
    at, file = coded
    for item in ("main_diagnosis", "history_thin", "rounds_missing"):  # 5 + 3 + 5 points
        one = found(house, at, file, item=item)
        answered(house, at, one)
        closed(house, at, one)
    line.along(house, at, file, "final")
    assert line.shown(house, at, file).line.grade == "b"
    line.move(house, at, file, "filed")
    with pytest.raises(Conflict):  # a filed chart is recalled, not returned
        found(house, at, file)
