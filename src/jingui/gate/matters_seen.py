"""一（三）4 责任到人: which matters somebody may see, by the table, as arguments of statements [1.3.4] [4.1.2]"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from jingui.core import process
from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.core.matters import KINDS
from jingui.core.matters.asking import DelegationLine, DelegationsRequest
from jingui.core.matters.row import State, Step, Who
from jingui.core.permit import Permit
from jingui.core.process import Mover
from jingui.core.words import Role
from jingui.gate import matters
from jingui.gate.context import ReadContext
from jingui.gate.matter_safe import KEY_SQL, Safe
from jingui.gate.names import NOBODY, names_of
from jingui.store.seals import Sealer
from jingui.store.statements import Columns

APPEALS = process.APPEALS
Place = tuple[str, int, str]
# Ending a delegation moves the epoch, so a lent power is remembered only while nothing ended; a new one shows in time.
SECONDS = 2.0
MOST = 10_000
_lent: dict[tuple[int, int, int], tuple[float, tuple[matters.Lent, ...]]] = {}
DELEGATIONS = Columns()
DELEGATIONS.sealed("d", "delegation")
DELEGATIONS.add("po.role")
DELEGATIONS_SQL = f"""SELECT {DELEGATIONS.sql} FROM delegation d JOIN post po ON po.id = d.post_id
WHERE $1::bigint IN (d.person_id, d.to_person_id) ORDER BY d.id DESC LIMIT $2::int"""  # noqa: S608 -- own texts only


def places() -> Iterable[tuple[str, int, str, Step]]:
    """Every step of every row as (kind, step, state, step)."""
    for kind in KINDS.values():
        for state, steps in ((State.WAITING, kind.steps), (State.APPEALED, kind.appeal)):
            for n, step in enumerate(steps):
                yield kind.id, n, state.value, step


async def capacities(context: ReadContext, permit: Permit) -> tuple[Mover, tuple[matters.Lent, ...]]:
    """The actor at their own post, and the powers lent to them."""
    own = matters.me(context.actor)
    if not own.person:
        return own, ()
    key, now = (id(context.runtime), own.person, context.actor.epoch), asyncio.get_running_loop().time()
    found = _lent.get(key)
    if found is None or found[0] < now:
        rows = await context.rows(matters.LENT_SQL, own.person, permit.at)
        found = (now + SECONDS, matters.lent(context.runtime.sealer, rows, context.actor))
        if len(_lent) > MOST:
            _lent.clear()
        _lent[key] = found
    return own, found[1]


async def arguments(context: ReadContext, permit: Permit) -> tuple[object, ...]:
    """$1 to $17 of the statements in acts.matters_reading."""
    own, powers = await capacities(context, permit)
    roles: dict[Role, tuple[str, ...]] = {own.role: ()}
    for power in powers:
        roles[power.mover.role] = () if power.mover.role == own.role else power.kinds
    turn: list[Place] = []
    within: list[Place] = []
    subject: list[Place] = []
    starter: list[Place] = []
    for kind, n, state, step in places():
        if step.who is Who.SUBJECT:
            subject.append((kind, n, state))
        elif step.who is Who.STARTER:
            starter.append((kind, n, state))
        elif any(role in step.roles and (not only or kind in only) for role, only in roles.items()):
            turn.append((kind, n, state))
            if step.own_department:
                within.append((kind, n, state))
    readable = [
        row.id for row in KINDS.values()
        if own.role in row.may_read or any(own.role in step.roles for step in (*row.steps, *row.appeal)
                                           if not step.own_department)
    ]  # fmt: skip
    hidden = [row.id for row in KINDS.values() if row.confidential]
    return (
        own.person or -1, *columns(turn), *columns(within), own.department, *columns(subject), *columns(starter),
        [row.id for row in KINDS.values() if not row.four_eyes], readable, hidden,
    )  # fmt: skip


def columns(found: Sequence[Place]) -> tuple[list[str], list[int], list[str]]:
    """Places as three parallel lists."""
    return [a for a, _, _ in found], [b for _, b, _ in found], [c for _, _, c in found]


def checked(sealer: Sealer, columns_: Columns, alias: str, row: Sequence[Any]) -> dict[str, Any]:
    """A row's columns by their bare names; Tampered names the row when its MAC does not hold."""
    group = columns_.groups[alias]
    if not sealer.holds(group.table, group.values(row), group.mac(row)):
        raise Tampered(where=f"{group.table}:{row[group.start]}")
    return {name.partition(".")[2]: row[at] for name, at in columns_.at.items()}


def target(context: ReadContext, row: dict[str, Any]) -> tuple[Line, ...]:
    """The patient or record of a matter, for the entry."""
    if not row["patient_id"]:
        return ()
    return (context.line(row["patient_id"], row["record_id"] if row["record_id"] else -1),)


async def safe(context: ReadContext, row: dict[str, Any]) -> Safe:
    """The safe that opens a matter's parts."""
    patient = row["patient_id"]
    if not patient:
        return Safe(context.runtime, row["id"], 0, None)
    found = await context.rows(KEY_SQL, patient)
    key = context.runtime.vault.key(patient, "identity", found[0][0] if found else None)
    return Safe(context.runtime, row["id"], patient, key)


async def delegations(context: ReadContext, permit: Permit) -> tuple[DelegationLine, ...]:
    """The delegations this actor gave or received, newest first."""
    data = permit.operation.data
    count = data.count if isinstance(data, DelegationsRequest) else 50
    rows = [
        checked(context.runtime.sealer, DELEGATIONS, "d", row)
        for row in await context.rows(DELEGATIONS_SQL, context.actor.person or -1, min(max(count, 1), 200))
    ]
    people = await names_of(context).people(context, [n for r in rows for n in (r["person_id"], r["to_person_id"])])
    return tuple(
        DelegationLine(
            id=row["id"], person=people.get(row["person_id"], NOBODY).name,
            to_person=people.get(row["to_person_id"], NOBODY).name, role=row["role"], kinds=tuple(row["kinds"]),
            starts=row["starts"], ends=row["ends"], ended=row["ended"] or row["ends"] <= permit.at,
            mine=row["person_id"] == context.actor.person,
        )
        for row in rows
    )  # fmt: skip
