"""四（二）1 复制申请: which visits an application may name, and what of them is told [4.2.1] [2.1.3]"""

import pytest

from jingui.core.collect import FlagPatient
from jingui.core.errors import NotFound, Refused
from jingui.core.operation import Target
from jingui.core.release import VisitLine, VisitsRequest
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate import copying
from tests.gate.copying import WISH
from tests.gate.test_charts import number
from tests.gate.test_portal import born, last, opened, patient_actor
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


def visits(house: Hospital, who: object, patient: int) -> tuple[VisitLine, ...]:
    asked = house.operation(who, Verb.READ_COPIES, VisitsRequest(), target=Target(patient=patient), **WISH)  # type: ignore[arg-type]  # a name or an actor
    found: tuple[VisitLine, ...] = door.read(asked).value
    return found


def test_kind_department_and_days_and_an_entry(house: Hospital) -> None:
    """[4.2.1] Nothing of a record; the entry names the patient."""
    ids = born(house, "王维", "65000001", "1949-12-31")
    found = visits(house, "archivist", number(house, ids[0]))
    assert [one.id for one in found] == [ids[1]]
    assert found[0].department
    assert found[0].kind == "inpatient"
    assert last(house)[:2] == ("read_copies", "allow")


def test_a_restricted_chart_tells_no_department(house: Hospital) -> None:
    """[2.1.3] 保密病案: kinds and days alone."""
    patient = number(house, born(house, "孟浩然", "65000002", "1949-12-31")[0])
    flag = FlagPatient(restricted=True, secrecy="request", reason="本人要求")
    house.write("registrar", Verb.FLAG_PATIENT, flag, target=Target(patient=patient))
    assert [one.department for one in visits(house, "archivist", patient)] == [""]


def test_who_may_not(house: Hospital) -> None:
    """[1.3.4] Clinicians, other patients, nobody's record: refused or nothing there, with an entry."""
    ids = born(house, "王昌龄", "65000003", "1949-12-31")
    patient = number(house, ids[0])
    other = born(house, "王之涣", "65000004", "1951-01-01")
    stranger = patient_actor(house, opened(house, other[0], document="E7654321", papers=("passport",)))
    for who in ("nurse", "doctor", stranger):
        with pytest.raises(Refused):
            visits(house, who, patient)
        assert last(house)[:2] == ("read_copies", "deny")
    with pytest.raises(NotFound):
        visits(house, "archivist", 0)
    asked = house.operation("archivist", Verb.READ_COPIES, VisitsRequest(), target=Target(patient=patient),
                            purpose=Purpose.MANAGEMENT)  # fmt: skip
    with pytest.raises(Refused):
        door.read(asked)
