"""一（二）: lists of ids, states and departments' names for pages and interfaces; never content or a model [1.2]"""

import time
from dataclasses import dataclass
from typing import Final

from jingui.store.models import Department, Person

SECONDS: Final = 60.0  # a department is renamed perhaps once a year; rights never come from here


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentRow:
    """A department as choosers and headings show it. `name_en` is "" where none was registered."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    active: bool


_kept: list[tuple[float, tuple[DepartmentRow, ...]]] = []


def departments() -> tuple[DepartmentRow, ...]:
    """Every department by code, at most a minute old."""
    now = time.monotonic()
    if not _kept or _kept[0][0] < now:
        columns = ("id", "code", "name", "name_en", "kind", "active")
        rows = Department.objects.order_by("code").values(*columns)
        _kept[:] = [(now + SECONDS, tuple(DepartmentRow(**row) for row in rows))]
    return _kept[0][1]


def forget() -> None:
    """Read the departments anew at the next use: one was registered or renamed here."""
    _kept.clear()


def person_of(staff_no: str) -> int:
    """The number of the active colleague with this staff number, 0 for none; names are shown by the door alone."""
    found = Person.objects.filter(staff_no=staff_no, active=True, kind="staff").values_list("id", flat=True).first()
    return found or 0
