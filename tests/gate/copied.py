"""四（二）1 复制件: a patient with an approved application and a copy, for the tests that attack it [4.2.1]"""

from typing import Any

from tests.gate import copying
from tests.gate.copying import at, prepare
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.hospital import Hospital


class Case:
    """A patient with an approved application and a prepared copy."""

    def __init__(self, house: Hospital, n: int, **answers: str) -> None:
        self.ids = born(house, f"复制{n}", f"630{n:05}", "1949-12-31")
        self.patient = number(house, self.ids[0])
        self.matter = copying.apply_for(house, "archivist", "own_copy", self.patient, "patient_id", **answers)
        copying.decide(house, "archivist2", self.matter)
        self.copy = prepare(house, "archivist", self.patient, self.matter)

    @property
    def key(self) -> tuple[int, int]:
        where = at(self.copy)["target"]
        return where.patient, where.record


def ready(house: Hospital, n: int, **answers: str) -> Case:
    case = Case(house, n, **answers)
    copying.confirm(house, "archivist", case.copy)
    copying.charge(house, case.copy)
    return case


def row(house: Hospital, case: Case, column: str) -> Any:
    sql = f"SELECT {column} FROM copy_made WHERE patient_id = %s AND copy_id = %s"
    return house.sql(sql, *case.key)[0][0]


def spoil(house: Hospital, case: Case, change: str, *values: Any) -> None:
    house.sql(f"UPDATE copy_made SET {change} WHERE patient_id = %s AND copy_id = %s", *values, *case.key)
