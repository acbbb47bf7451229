"""七（一）监督检查: the evidence ledger is read, proved and exported; a lockdown is ended [7.1.1] [7.1.2] [6.1.3]"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.ids import uuid7
from jingui.core.oversee import (
    CheckpointLine,
    Checkpoints,
    CheckpointsRequest,
    EntryLine,
    EntryRequest,
    ExportRequest,
    GrowthDay,
    GrowthRequest,
    LedgerSearch,
    Placed,
    ProofRequest,
    Recover,
)
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Decision, Verb
from jingui.crypto import proof
from jingui.gate import exporting, opening, plane
from jingui.gate.context import ReadContext
from jingui.gate.names import names_of
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store import recovery
from jingui.store.models import Epoch

MOST = 200
#: Whoever counts or makes an extract learns numbers and rows without names: not from their own entries whose they are.
UNNAMED = frozenset({Verb.COUNT_COHORT.value, Verb.BUILD_EXTRACT.value})
SLACK = timedelta(minutes=1)  # an entry's id is made a moment before its time is set
PERSON_SQL = "SELECT id FROM person WHERE staff_no = $1::text"
NEIGHBOURS_SQL = """SELECT (SELECT id FROM entry WHERE writer = $1::uuid AND n = $2::bigint - 1),
  (SELECT id FROM entry WHERE writer = $1::uuid AND n = $2::bigint + 1)"""
CHECKPOINTS_SQL = """SELECT c.size, c.at, c.root, c.note,
  ARRAY(SELECT DISTINCT o.sink FROM outside_checkpoint o WHERE o.size = c.size)
FROM checkpoint c WHERE ($1::bigint = 0 OR c.size < $1::bigint) ORDER BY c.size DESC LIMIT $2::int"""
OUTSIDE_SQL = """SELECT o.size, o.at, c.root, o.note, array_agg(DISTINCT o.sink) FROM outside_checkpoint o
JOIN checkpoint c ON c.size = o.size WHERE o.size = (SELECT max(size) FROM outside_checkpoint)
GROUP BY o.size, o.at, c.root, o.note ORDER BY o.at LIMIT 1"""
GROWTH_SQL = """SELECT to_char(e.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), count(*)::bigint,
  count(*) FILTER (WHERE e.decision <> 'allow')::bigint FROM entry e WHERE e.id >= $1::uuid AND e.at >= $2::timestamptz
GROUP BY 1 ORDER BY 1"""
BEFORE_SQL = "SELECT count(*)::bigint FROM entry e WHERE e.id < $1::uuid OR e.at < $2::timestamptz"


@read_act(Verb.READ_LEDGER)
async def read_ledger(context: ReadContext, permit: Permit) -> Done:
    """List entries, show one, prove one, list checkpoints, or count by day."""
    match permit.operation.data:
        case LedgerSearch() as search:
            return await found(context, search)
        case EntryRequest() as request:
            return await shown(context, request)
        case ProofRequest() as request:
            return await proved(context, request)
        case CheckpointsRequest() as request:
            return await checkpoints(context, request)
        case GrowthRequest() as request:
            return await growth(context, request)
    raise Invalid()


async def found(context: ReadContext, search: LedgerSearch) -> Done:
    """A page of entries, newest first; the cursor is the last entry's id."""
    where: list[str] = []
    args: list[Any] = []

    def add(condition: str, value: object) -> None:
        args.append(value)
        where.append(condition.replace("$$", f"${len(args)}"))

    if search.since:
        add("e.id >= $$::uuid", floor(search.since - SLACK))
        add("e.at >= $$::timestamptz", search.since)
    if search.until:
        add("e.id < $$::uuid", floor(search.until + SLACK))
        add("e.at < $$::timestamptz", search.until)
    if search.verbs:
        add("e.verb = ANY($$::text[])", [verb.value for verb in map(known_verb, search.verbs)])
    if search.decision:
        if search.decision not in {d.value for d in Decision}:
            raise Invalid(places=(("decision", N_("没有这种决定。")),))
        add("e.decision = $$::text", search.decision)
    if search.mine:
        add("e.person_id = $$::bigint", context.actor.person)
    elif search.staff_no:
        rows = await context.rows(PERSON_SQL, search.staff_no)
        add("e.person_id = $$::bigint", rows[0][0] if rows else -1)
    if search.patient:
        pair = context.runtime.ids.internal(search.patient)
        if pair is None or pair[0] >= 1 << 63:
            raise NotFound()
        add("(e.patient_id = $$::bigint OR e.patients @> ARRAY[$$::bigint])", pair[0])
    if search.cursor:
        try:
            add("e.id < $$::uuid", UUID(search.cursor))
        except ValueError as error:
            raise Invalid(N_("翻页标记无效。")) from error
    count = max(1, min(search.count, MOST))
    args.append(count + 1)
    rows = await context.rows(
        f"{opening.ENTRIES_SQL} {'WHERE ' + ' AND '.join(where) if where else ''} "  # own texts and $n places only
        f"ORDER BY e.id DESC LIMIT ${len(args)}::int",
        *args,
    )
    entries = [told(opening.line(context.runtime, row), mine=search.mine) for row in rows[:count]]
    named = await names_of(context).staff(context, {entry.person for entry in entries})
    entries = [opening.with_name(entry, named.get(entry.person, "")) for entry in entries]
    return Done(value=tuple(entries), more=entries[-1].id if len(rows) > count else "", note=words(search))


async def shown(context: ReadContext, request: EntryRequest) -> Done:
    """One entry with its neighbours in the writer's chain; its free text only for the one who wrote it."""
    row = await one(context, request.entry, mine=request.mine)
    entry = told(opening.line(context.runtime, row), mine=request.mine)
    before, after = (await context.rows(NEIGHBOURS_SQL, UUID(entry.writer), entry.n))[0]
    note = ""
    if request.mine:
        note = await opening.note(context, entry.id)
    named = await names_of(context).staff(context, {entry.person})
    value = opening.with_name(
        entry, named.get(entry.person, ""), note=note, previous=str(before or ""), next=str(after or "")
    )
    return Done(value=value)


def told(entry: EntryLine, *, mine: bool) -> EntryLine:
    """The entry as its own actor may see it [4.2.4]."""
    return replace(entry, targets=()) if mine and entry.verb in UNNAMED else entry


async def proved(context: ReadContext, request: ProofRequest) -> Done:
    """The proof of one entry, or of one of its targets without a word about the others."""
    row = await one(context, request.entry, mine=request.mine)
    if request.mine and request.position is not None and row[opening.VERB] in UNNAMED:
        raise Refused(clauses=("4.2.4",), reason="not_yours")
    library = plane.current().library
    placed = await library.placed(request.entry)
    if placed.index is None or request.position is None:
        return Done(value=placed)
    private, targets = bytes(row[opening.PRIVATE]), recovery.parts(bytes(row[opening.TARGETS]))
    if not 0 <= request.position < len(targets):
        raise NotFound()
    opened = private if request.opened else None
    line = proof.prove_line(context.runtime.suite, placed.proof, targets, request.position, opened)
    value = Placed(
        entry=placed.entry, index=placed.index, size=placed.size, at=placed.at, checkpoint=placed.checkpoint,
        key=placed.key, proof=line,
    )  # fmt: skip
    return Done(value=value)


async def checkpoints(context: ReadContext, request: CheckpointsRequest) -> Done:
    """A page of checkpoints and what the outside holds."""
    count = max(1, min(request.count, MOST))
    rows = await context.rows(CHECKPOINTS_SQL, max(request.before, 0), count + 1)
    outside = await context.rows(OUTSIDE_SQL)
    newest = await plane.current().library.newest()
    value = Checkpoints(
        key=plane.current().library.key.line(), rows=tuple(point(row) for row in rows[:count]),
        outside=point(outside[0]) if outside else None, size=newest.size if newest else 0,
    )  # fmt: skip
    return Done(value=value, more=str(rows[count - 1][0]) if len(rows) > count else "")


async def growth(context: ReadContext, request: GrowthRequest) -> Done:
    """Entries by day."""
    days = max(1, min(request.days, 3660))
    since = (context.operation.at - timedelta(days=days)).replace(microsecond=0)
    bound = floor(since - SLACK)
    total = (await context.rows(BEFORE_SQL, bound, since))[0][0]
    out = []
    for day, count, refused in await context.rows(GROWTH_SQL, bound, since):
        total += count
        out.append(GrowthDay(day=day, count=count, refused=refused, total=total))
    return Done(value=tuple(out))


async def one(context: ReadContext, entry: str, *, mine: bool) -> Any:
    """The stored row of an entry; Refused when it is not the asker's although they said so."""
    try:
        number = UUID(entry)
    except ValueError as error:
        raise Invalid(N_("存证编号无效。")) from error
    rows = await context.rows(f"{opening.ENTRIES_SQL} WHERE e.id = $1::uuid", number)
    if not rows:
        raise NotFound()
    if mine and (not context.actor.person or rows[0][opening.PERSON] != context.actor.person):
        raise Refused(clauses=("1.3.2", "4.1.2"), reason="not_own")
    return rows[0]


def point(row: Any) -> CheckpointLine:
    """A checkpoint as the page shows it."""
    size, at, root, note, sinks = row
    return CheckpointLine(size=size, at=at, root=bytes(root).hex(), note=note, sinks=tuple(sinks))


def known_verb(text: str) -> Verb:
    """The operation of this name; Invalid for none."""
    try:
        return Verb(text)
    except ValueError as error:
        raise Invalid(places=(("verb", N_("没有这种操作。")),)) from error


def floor(at: datetime) -> UUID:
    """The least entry id of a moment: ids begin with their time."""
    return uuid7(max(int(at.timestamp() * 1000), 0), bytes(10))


def words(search: LedgerSearch) -> bytes:
    """What was asked, kept encrypted with the entry."""
    return orjson.dumps(
        {
            "since": search.since, "until": search.until, "verbs": search.verbs, "decision": search.decision,
            "staff_no": search.staff_no, "patient": search.patient, "mine": search.mine, "cursor": search.cursor,
        }
    )  # fmt: skip


@read_act(Verb.EXPORT_LEDGER)
async def export_ledger(context: ReadContext, permit: Permit) -> Done:
    """One part of an export, entered before it leaves; `more` is the index of the next part."""
    part = await exporting.part(context, cast(ExportRequest, permit.operation.data))
    asked = orjson.dumps({"start": part.start, "next": part.next, "stop": part.stop})
    return Done(value=part, more="" if part.next is None else str(part.next), note=asked)


carries(Verb.RECOVER, Recover)


@write_act(Verb.RECOVER)
def recover(context: WriteContext, permit: Permit) -> Done:
    """End a lockdown (two people): what it named is settled; this entry commits to the recovery ledger's root."""
    data = cast(Recover, permit.operation.data)
    if not data.reason.strip():
        raise Invalid(places=(("reason", N_("请写明查明的原因和处置。")),))
    runtime = context.runtime
    epoch = Epoch.objects.select_for_update().get(pk=1)
    if not epoch.lockdown:
        raise Conflict(N_("系统没有处于锁定状态。"))
    waiting = recovery.pending(recovery.read(raw, runtime.keyring))
    known = recovery.append(
        raw, runtime.keyring, runtime.origin, permit.at, recovery.SETTLED, sorted(waiting), epoch=epoch.n,
        policy=epoch.policy, person=context.actor.staff_no or permit.operation.actor.name,
    )  # fmt: skip
    Epoch.objects.filter(pk=1).update(lockdown=False)
    root = recovery.root(runtime.keyring, known).hex()
    note = orjson.dumps({"recovery_size": len(known), "recovery_root": root, "reason": data.reason})
    return Done(value=len(known), note=note, bump=True)
