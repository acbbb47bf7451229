"""三（二）2 纸质病案: volumes and loans in lists: each row genuine, with the 病案号 and no name [3.2.2]"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from jingui.core.archive import LoanState, late, overdue
from jingui.core.archive_seen import LoanLine, VolumeLine
from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.core.words import Relation, Role, Shelf
from jingui.gate import facts as f
from jingui.gate.archive import VOLUME
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, Named, names_of
from jingui.gate.settings import loop_values
from jingui.store.statements import Columns

#: Posts that look after the whole archive or watch over it; others see their own department's and their own loans.
WIDE: Final = frozenset({
    Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SUPERVISOR,
    Role.DISCIPLINE,
})  # fmt: skip
KEPT: Final = frozenset({Shelf.DEPARTMENT.value, Shelf.HANDING.value})
V: Final = Columns()
V.sealed("v", "volume")
V.add("p.row", "p.shelf", "p.board", "r.name", "p.code")
VOLUMES_FROM: Final = """FROM volume v LEFT JOIN position p ON p.id = v.position_id AND v.position_id <> 0
LEFT JOIN storeroom r ON r.id = p.storeroom_id"""
L: Final = Columns()
L.sealed("l", "loan")
L.add("v.code")
LOANS_FROM: Final = "FROM loan l JOIN volume v ON v.patient_id = l.patient_id AND v.volume_id = l.volume_id"


def genuine(context: ReadContext, columns: Columns, alias: str, row: Sequence[Any]) -> dict[str, Any]:
    """A row by its columns' names (those of the alias without it); Tampered unless genuine."""
    group = columns.groups[alias]
    get = {name.removeprefix(f"{alias}."): row[at] for name, at in columns.at.items()}
    if not context.runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
        key = ".".join(str(value) for value in group.values(row)[: 2 if "patient_id" in get else 1])
        raise Tampered(where=f"{group.table}:{key}")
    return get


def wide(context: ReadContext) -> bool:
    """Whether this post sees the whole archive."""
    return context.actor.role in WIDE


async def numbers(context: ReadContext, patients: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """By patient: the 病案号, and whether this actor cares for them; a destroyed identity has no number."""
    out: dict[int, tuple[str, bool]] = {}
    for facts in await context.about(tuple(dict.fromkeys(patients))):
        if facts is None:
            continue
        face = {} if facts.destroyed or facts.row[f.KI_WRAPPED] is None else context.face(facts)
        out[facts.patient] = (str(face.get("numbers", {}).get("mrn", "")), facts.relation is not Relation.NONE)
    return out


async def volume_lines(context: ReadContext, rows: Sequence[Mapping[str, Any]]) -> tuple[VolumeLine, ...]:
    """Volumes with number, custodian and board; late ones are those a department should have handed over."""
    known = await numbers(context, [one["patient_id"] for one in rows])
    people = await names_of(context).people(context, [one["custodian_id"] for one in rows])
    days = int((await loop_values(context.pipe, context.actor.epoch))["handover_days"])
    return tuple(volume_line(context, one, known, people, days) for one in rows)


def volume_line(
    context: ReadContext, one: Mapping[str, Any], known: Mapping[int, tuple[str, bool]], people: Mapping[int, Named],
    days: int,
) -> VolumeLine:  # fmt: skip
    """A volume in a list."""
    public, patient = context.runtime.public, one["patient_id"]
    owed = one["state"] in KEPT and late(one["since"], context.operation.at, days)
    return VolumeLine(
        id=public(patient, one["volume_id"]), patient=public(patient, 0), code=one["code"],
        number=known.get(patient, ("", False))[0], medium=one["medium"], n=one["n"], pages=one["pages"],
        state=one["state"], retention_class=one["retention_class"], since=one["since"],
        department=one["department_id"], custodian=people.get(one["custodian_id"], NOBODY).name, where=where(one),
        late=owed,
    )  # fmt: skip


def where(one: Mapping[str, Any]) -> str:
    """A volume's board in words: room, row, shelf, board; "" for none."""
    if not one["position_id"] or one.get("r.name") is None:
        return ""
    return f"{one['r.name']} {one['p.row']}-{one['p.shelf']}-{one['p.board']}"


async def loan_lines(context: ReadContext, rows: Sequence[Mapping[str, Any]]) -> tuple[LoanLine, ...]:
    """Loans with number and names."""
    known = await numbers(context, [one["patient_id"] for one in rows])
    people = await names_of(context).people(context, [one["borrower_id"] for one in rows])
    return tuple(loan_line(context, one, known, people, context.operation.at) for one in rows)


def loan_line(
    context: ReadContext, one: Mapping[str, Any], known: Mapping[int, tuple[str, bool]], people: Mapping[int, Named],
    now: datetime,
) -> LoanLine:  # fmt: skip
    """A loan in a list."""
    public, patient = context.runtime.public, one["patient_id"]
    who = people.get(one["borrower_id"], NOBODY)
    return LoanLine(
        id=public(patient, one["loan_id"]), volume=public(patient, one["volume_id"]), patient=public(patient, 0),
        code=one["v.code"], number=known.get(patient, ("", False))[0], borrower=who.name, department=who.department,
        place=one["place"], purpose=one["purpose"], lent=one["lent"], due=one["due"], renewals=one["renewals"],
        reminded=one["reminded"], state=one["state"], returned=one["returned"], condition=one["condition"],
        mine=one["borrower_id"] == context.actor.person,
        overdue=one["state"] == LoanState.OPEN and overdue(one["due"], now),
    )  # fmt: skip


def named(context: ReadContext, rows: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    """The volumes of these rows as targets of the entry."""
    public = context.runtime.public
    pairs = dict.fromkeys((one["patient_id"], one["volume_id"]) for one in rows)
    return tuple(Line(public(patient, 0), public(patient, volume), VOLUME, 0) for patient, volume in pairs)


def whose(rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """Whose they are, each once."""
    return tuple(dict.fromkeys(one["patient_id"] for one in rows))
