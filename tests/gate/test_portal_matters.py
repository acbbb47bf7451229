"""一（三）2: what a guardian asked about a child is closed with the right to that child [1.3.2]"""

import pytest

from jingui.core.errors import NotFound, Refused
from jingui.core.matters.asking import MattersRequest, ReadMatter, StartMatter, WithdrawMatter
from jingui.core.operation import Target
from jingui.core.portal import EndPortal
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate.test_charts import number
from tests.gate.test_portal import GUARDIAN, born, last, opened, patient_actor
from tests.hospital import Hospital

WISH = {"purpose": Purpose.PATIENT_REQUEST}


def test_an_ended_right_closes_old_requests_of_that_child_alone(hospital: Hospital) -> None:
    first, second = (born(hospital, f"孩子{n}", f"5200000{n}", "2016-06-06") for n in (1, 2))
    slip = opened(hospital, first[0], **GUARDIAN)
    opened(hospital, second[0], **GUARDIAN, number=slip.number)
    guardian = patient_actor(hospital, slip)
    asked = []
    for child in (first, second):
        patient, record = hospital.runtime.ids.internal(child[2])
        data = StartMatter(kind="patient_correction", answers=(("reason", "日期写错了，请核实"),), submit=True)
        target = Target(patient=patient, record=record)
        asked.append(hospital.write(guardian, Verb.START_MATTER, data, target=target, **WISH).value.matter)

    def mine() -> set[int]:
        page = door.read(hospital.operation(guardian, Verb.READ_MATTERS, MattersRequest(which="mine"), **WISH))
        return {one.id for one in page.value.rows}

    def read(matter: int) -> int:
        asked = hospital.operation(guardian, Verb.READ_MATTER, ReadMatter(matter=matter), **WISH)
        return int(door.read(asked).value.line.id)

    assert mine() == set(asked)
    hospital.write("archivist", Verb.END_PORTAL, EndPortal(number=slip.number, reason="监护权变更"),
                   target=Target(patient=number(hospital, first[0])), **WISH)  # fmt: skip
    assert mine() == {asked[1]}
    with pytest.raises(NotFound):
        read(asked[0])
    assert read(asked[1]) == asked[1]
    with pytest.raises(Refused):
        hospital.write(guardian, Verb.WITHDRAW_MATTER, WithdrawMatter(matter=asked[0]), **WISH)
    assert last(hospital)[:2] == ("withdraw_matter", "deny")
    hospital.write(guardian, Verb.WITHDRAW_MATTER, WithdrawMatter(matter=asked[1]), **WISH)
