"""五（一）2 共享文档: codes at the boundary: both ways, by table and habit; what cannot be told is refused [5.1.2]"""

from dataclasses import replace

import pytest

from jingui.core.errors import Unprocessable
from jingui.formats import cda
from jingui.formats.cda_codes import Habit, checked, habits, table_of, taken, written
from jingui.formats.cda_document import Coded, Entry, Section
from jingui.formats.codetables import in_force

from .cda_made import document

WAY = "2.16.156.10011.2.3.1.270"
RH = "2.16.156.10011.2.3.1.250"
CARE = "2.16.156.10011.2.3.1.259"


@pytest.mark.parametrize("habit", habits(), ids=lambda one: f"{one.table}-{one.name}")
def test_every_habit_is_read_and_written(habit: Habit) -> None:
    """Each code of it, written as that receiver reads and taken again, is the code that it was."""
    for code in habit.codes.values():
        there = written(habit.table, code, habit=habit.name)
        assert there.code == habit.back()[code]
        assert taken(there).code == code


@pytest.mark.parametrize("name", [one for one in in_force().names() if in_force()[one].complete])
def test_every_code_of_ours_is_taken_as_it_was_written(name: str) -> None:
    """No habit bends what the standard says."""
    held = in_force()[name]
    if not held.system.startswith("urn:oid:"):
        return
    for code in list(held.codes)[:200]:
        one = written(name, code)
        assert (one.code, one.system) == (code, held.system.removeprefix("urn:oid:"))
        assert taken(one) == one or table_of(one.system) is not held


@pytest.mark.parametrize(
    ("system", "code", "name", "ours"),
    [(WAY, "1", "门诊", "1"), (WAY, "1", "急诊", "2"), (WAY, "2", "门诊", "1"), (WAY, "1", "", "1"),
     (RH, "1", "阳性", "2"), (RH, "1", "阴性", "1"), (RH, "+", "", "2"), (CARE, "1", "一级护理", "2"),
     (CARE, "0", "", "1"), (CARE, "2", "一级护理", "2"), (CARE, "1", "特级护理", "1"),
     ("2.16.156.10011.2.3.1.256", "1", "Ⅰ类切口", "2"), ("2.16.156.10011.2.3.1.269", "7", "", "07"),
     ("2.16.156.10011.2.3.1.85", "3", "AB型", "4"), ("2.16.156.10011.2.3.1.85", "3", "O型", "3"),
     ("2.16.156.10011.2.3.3.4", "M", "男性", "1"), ("2.16.156.10011.2.3.3.5", "1", "未婚", "10")],
)  # fmt: skip
def test_the_traps_are_known(system: str, code: str, name: str, ours: str) -> None:
    """入院途径, Rh, 护理等级, 切口类别, ABO, 性别, 婚姻, 付费方式: what the name says decides between habits."""
    assert taken(Coded(code=code, system=system, name=name)).code == ours


@pytest.mark.parametrize(("system", "code", "name"), [(WAY, "7", ""), (WAY, "3", "急诊"), (RH, "9", "阳性"),
                                                      (CARE, "5", "一级护理")])  # fmt: skip
def test_what_no_habit_explains_is_refused_by_name(system: str, code: str, name: str) -> None:
    """The table and the code are said."""
    with pytest.raises(Unprocessable) as told:
        taken(Coded(code=code, system=system, name=name))
    held = table_of(system)
    assert held is not None
    assert told.value.places[0][0].startswith(f"{held.zh}：{code}")


def test_another_table_stands_as_it_is_and_a_foreign_place_takes_the_words() -> None:
    """ICD, LOINC, a sender's own; our own tables without an OID are written as words."""
    own = Coded(code="X1", system="1.2.3", name="甲")
    assert taken(own) == own
    assert taken(Coded(code="", system=RH, name="弱D")).name == "弱D"
    assert written("rh", "1", "2.16.156.10011.2.3.2.38") == Coded(code="", name="阴性")
    with pytest.raises(Unprocessable) as told:
        written("rh", "8")
    assert "8" in told.value.places[0][0]
    with pytest.raises(Unprocessable):
        written("rh", "1", habit="没有的习惯")


def test_all_codes_of_a_document_are_told_at_once() -> None:
    """Two wrong, two named; what a habit explains is none of them."""
    made = document("C0034")
    entries = tuple(
        Entry(element="DE06.00.339.00", name="入院途径代码", value=Coded(code=code, system=WAY, name=name))
        for code, name in (("1", "急诊"), ("7", "飞行"), ("3", "急诊"))
    )
    wrong = replace(made, sections=(Section(title="甲", sections=(Section(title="乙", entries=entries),)),))
    with pytest.raises(Unprocessable) as told:
        checked(cda.parse(cda.produce(wrong)))
    assert len(told.value.places) == 2
    fine = replace(wrong, sections=(Section(title="甲", entries=entries[:1]),))
    checked(replace(fine, patient=replace(fine.patient, sex=Coded(code="M", system="2.16.156.10011.2.3.3.4"))))
