"""四（二）2 依法保密: readings that the law keeps from the patient's own list, by the head's decision [4.2.2] [1.3.2]

An approval says in its outcome that the law hides it. The ledger has every entry all the same; oversight sees them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from jingui.core.errors import Tampered
from jingui.core.words import Purpose
from jingui.gate.context import ReadContext
from jingui.store.statements import Columns

MATTER: Final = Columns()
MATTER.sealed("m", "matter")
GRANT: Final = Columns()
GRANT.sealed("g", "access_grant")
WHERE: Final = "m.patient_id = ANY($1::bigint[]) AND m.kind = 'judicial_retrieval' AND m.outcome = 'secret'"
GRANTS_SQL: Final = f"""SELECT {MATTER.sql}, {GRANT.sql} FROM matter m LEFT JOIN access_grant g ON g.matter = m.id
  AND g.patient_id = m.patient_id WHERE {WHERE}"""  # noqa: S608 -- own texts only
ENTRIES_SQL: Final = f"""SELECT v.entry FROM matter_event v JOIN matter m ON m.id = v.matter_id WHERE {WHERE}
UNION SELECT a.entry FROM matter_paper a JOIN matter m ON m.id = a.matter_id WHERE {WHERE}"""  # noqa: S608 -- own texts only


COPIES_SQL: Final = f"""SELECT c.patient_id, c.copy_id FROM copy_made c JOIN matter m ON m.id = c.matter
WHERE {WHERE}"""  # noqa: S608 -- own texts only


class Withheld(NamedTuple):
    """Whose lawful reading is not told, and when; the entries of the approval itself; the copies made for it."""

    readings: tuple[tuple[int, datetime, datetime], ...]
    entries: frozenset[UUID]
    copies: frozenset[str] = frozenset()  # public ids: others stamp, hand over and check them

    def hides(self, entry: UUID, person: int | None, at: datetime, purpose: str, targets: bytes = b"[]") -> bool:
        """Whether this entry is kept from the patient's own list."""
        if entry in self.entries or (self.copies and self.copies & named(targets)):
            return True
        return purpose == Purpose.LEGAL and any(
            who == person and starts <= at <= ends for who, starts, ends in self.readings
        )


def named(targets: bytes) -> set[str]:
    """The records and copies that an entry names."""
    return {str(one["record"]) for one in orjson.loads(bytes(targets))}


async def withheld(context: ReadContext, patients: Sequence[int]) -> Withheld:
    """What is withheld of these patients' lists; Tampered when an approval or grant is not genuine."""
    rows = await context.rows(GRANTS_SQL, list(patients))
    if not rows:
        return Withheld((), frozenset())
    matter, grant, shift = MATTER.groups["m"], GRANT.groups["g"], len(MATTER.names)
    found = []
    for row in rows:
        theirs: Sequence[Any] = row[shift:]
        checked(context, matter.table, matter.values(row), matter.mac(row))
        if grant.mac(theirs) is None:
            continue
        checked(context, grant.table, grant.values(theirs), grant.mac(theirs))
        get = {name: theirs[place] for name, place in GRANT.at.items()}
        found.append((get["g.person_id"], get["g.starts"], get["g.ends"]))
    entries = await context.rows(ENTRIES_SQL, list(patients))
    copies = {context.runtime.public(*row) for row in await context.rows(COPIES_SQL, list(patients))}
    return Withheld(tuple(dict.fromkeys(found)), frozenset(UUID(str(row[0])) for row in entries), frozenset(copies))


def checked(context: ReadContext, table: str, values: tuple[Any, ...], mac: bytes | None) -> None:
    """Tampered unless the row is as Jingui wrote it."""
    if not context.runtime.sealer.holds(table, values, mac):
        raise Tampered(where=f"{table}:{values[0]}")
