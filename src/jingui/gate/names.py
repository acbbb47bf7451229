"""四（一）2 留痕: names of people and departments for lists, remembered for a minute [4.1.2]"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from jingui.store.statements import Columns

if TYPE_CHECKING:
    from jingui.gate.context import ReadContext
    from jingui.gate.pipeline import Pipeline

SECONDS = 60.0  # a name hardly ever changes; rights never come from here
MOST = 20_000
PERSON = Columns()
PERSON.sealed("pe", "person")
PERSON.add("pe.title", "d.name")
PEOPLE_SQL = f"""SELECT {PERSON.sql} FROM person pe
LEFT JOIN LATERAL (SELECT po.department_id FROM post po WHERE po.person_id = pe.id
  ORDER BY po.state, po.starts DESC LIMIT 1) po ON true
LEFT JOIN department d ON d.id = po.department_id WHERE pe.id = ANY($1::bigint[])"""  # noqa: S608 -- own texts only
STAFF = Columns()
STAFF.sealed("pe", "person")
STAFF_SQL = f"SELECT {STAFF.sql} FROM person pe WHERE pe.staff_no = ANY($1::text[])"  # noqa: S608 -- own texts only
DEPARTMENTS_SQL = "SELECT id, name, code FROM department"


class Named(NamedTuple):
    """A member of staff as others see them."""

    name: str
    title: str
    department: str


NOBODY = Named("", "", "")


class Names:
    """One process's memory of names."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._people: dict[int, tuple[float, Named]] = {}
        self._staff: dict[str, tuple[float, str]] = {}
        self._departments: tuple[float, dict[int, str]] = (0.0, {})

    async def people(self, context: "ReadContext", wanted: Sequence[int | None]) -> dict[int, Named]:
        """Names by number; a row that is not as Jingui wrote it has no name, numbers without a row are missing."""
        now = asyncio.get_running_loop().time()
        numbers = {number for number in wanted if number}
        known = {n: one[1] for n in numbers if (one := self._people.get(n)) is not None and one[0] > now}
        missing = sorted(numbers - known.keys())
        if missing:
            if len(self._people) > MOST:
                self._people.clear()
            for row in await context.rows(PEOPLE_SQL, missing):
                number, named = self._read(context, row)
                known[number] = named
                self._people[number] = (now + SECONDS, named)
        return known

    def _read(self, context: "ReadContext", row: Sequence[Any]) -> tuple[int, Named]:
        group, at = PERSON.groups["pe"], PERSON.at
        genuine = context.runtime.sealer.holds("person", group.values(row), group.mac(row))
        name = row[at["pe.name"]] if genuine else ""
        return row[at["pe.id"]], Named(name, row[at["pe.title"]], row[at["d.name"]] or "")

    async def staff(self, context: "ReadContext", wanted: Iterable[str]) -> dict[str, str]:
        """Names by staff number, for entries: "" for a row that is not genuine, nothing for a number without a row."""
        now = asyncio.get_running_loop().time()
        numbers = set(wanted) - {""}
        known = {n: one[1] for n in numbers if (one := self._staff.get(n)) is not None and one[0] > now}
        missing = sorted(numbers - known.keys())
        if missing:
            if len(self._staff) > MOST:
                self._staff.clear()
            group, at = STAFF.groups["pe"], STAFF.at
            for row in await context.rows(STAFF_SQL, missing):
                genuine = context.runtime.sealer.holds("person", group.values(row), group.mac(row))
                name = known[row[at["pe.staff_no"]]] = row[at["pe.name"]] if genuine else ""
                self._staff[row[at["pe.staff_no"]]] = (now + SECONDS, name)
        return known

    async def departments(self, context: "ReadContext") -> dict[int, str]:
        """Every department's name by number."""
        now = asyncio.get_running_loop().time()
        if self._departments[0] < now:
            rows = await context.rows(DEPARTMENTS_SQL)
            self._departments = (now + SECONDS, {row[0]: row[1] for row in rows})
        return self._departments[1]


_names: "WeakKeyDictionary[Pipeline, Names]" = WeakKeyDictionary()


def names_of(context: "ReadContext") -> Names:
    """The memory that belongs to this context's pipeline."""
    found = _names.get(context.pipe)
    if found is None:
        found = _names[context.pipe] = Names()
    return found
