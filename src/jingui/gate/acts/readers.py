"""一（三）2 谁看过我的病历: every entry about a chart, as its patient sees it, with proof [1.3.2] [4.1.2]"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from jingui.core.errors import Invalid, NotFound
from jingui.core.oversee import Placed
from jingui.core.permit import Permit
from jingui.core.portal import SHOWN, ReaderProof, ReadersRequest, Readings, RestrictionsRequest
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto import proof
from jingui.gate import opening, plane
from jingui.gate.charting import family
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act
from jingui.gate.restrictions import restrictions
from jingui.gate.seen import Seer, positions
from jingui.gate.withheld import Withheld, withheld
from jingui.store import recovery

MOST = 100
ENTRY, AT = 1, 2  # positions in a row of ENTRIES_SQL
OWN = 8  # of one's own entries, shown apart
LAST = UUID(int=(1 << 128) - 1)
_ABOUT = """(SELECT e.id FROM entry e WHERE e.patient_id = ANY($1::bigint[]) AND {where}
  ORDER BY e.id DESC LIMIT $5::int)
  UNION (SELECT e.id FROM entry e WHERE e.patients && $1::bigint[] AND {where} ORDER BY e.id DESC LIMIT $5::int)"""
# $6: TRUE for the asker's own entries, FALSE for everybody else's.
WHERE = """e.id < $2::uuid AND (cardinality($3::text[]) = 0 OR e.verb = ANY($3::text[]))
  AND (e.person_id IS NOT DISTINCT FROM $4::bigint) = $6::bool"""
SEEN_SQL = f"""{opening.ENTRIES_SQL} WHERE e.id IN ({_ABOUT.format(where=WHERE)})
ORDER BY e.id DESC LIMIT $5::int"""
NEWEST_SQL = """SELECT max(id::text) FROM ((SELECT e.id FROM entry e WHERE e.patient_id = ANY($1::bigint[])
    ORDER BY e.id DESC LIMIT 1)
  UNION (SELECT e.id FROM entry e WHERE e.patients && $1::bigint[] ORDER BY e.id DESC LIMIT 1)) e"""


@read_act(Verb.READ_READERS)
async def read_readers(context: ReadContext, permit: Permit) -> Done:
    """A page of entries about the chart, one entry's proof, or the restrictions placed on it."""
    if context.patient is None:
        raise NotFound()
    match permit.operation.data:
        case ReaderProof() as request:
            return await proved(context, request)
        case RestrictionsRequest():
            return Done(value=await restrictions(context))
        case ReadersRequest() as request:
            return await seen(context, request)
    raise Invalid()


async def mine(context: ReadContext) -> list[int]:
    """The chart's patient numbers: its own, and those merged into it that this account may see."""
    assert context.patient is not None  # noqa: S101 -- the act refused already
    return sorted(await family(context, context.patient))


async def seen(context: ReadContext, request: ReadersRequest) -> Done:
    """Entries by others, newest first, and the last few of one's own."""
    if request.shown not in SHOWN:
        raise Invalid(places=(("shown", N_("没有这一项。")),))
    before, count = LAST, max(1, min(request.count, MOST))
    if request.cursor:
        try:
            before = UUID(request.cursor)
        except ValueError as error:
            raise Invalid(N_("翻页标记无效。"), places=(("after", ""),)) from error
    patients, verbs = await mine(context), [verb.value for verb in SHOWN[request.shown]]
    me = context.actor.person
    newest = (await context.rows(NEWEST_SQL, patients))[0][0]
    rows = await context.rows(SEEN_SQL, patients, before, verbs, me, count + 1, False)
    own = () if request.cursor else await context.rows(SEEN_SQL, patients, before, [], me, OWN, True)
    seer = Seer(context, {context.runtime.public(patient, 0) for patient in patients})
    await seer.know([*rows, *own])
    kept = await withheld(context, patients)
    told = [(row, seer.reading(row)) for row in rows[:count]]
    others = tuple(one for row, one in told if not hidden(kept, row, one.purpose))
    value = Readings(others=others, own=tuple(seer.reading(row) for row in own), newest=newest or "")
    return Done(value=value, more=told[-1][1].entry if len(rows) > count else "")


def hidden(kept: Withheld, row: Sequence[Any], purpose: str) -> bool:
    """Whether the law keeps this entry from the patient's own list, by the head's decision [4.2.2]."""
    return kept.hides(UUID(str(row[ENTRY])), row[opening.PERSON], row[AT], purpose, row[opening.TARGETS])


async def proved(context: ReadContext, request: ReaderProof) -> Done:
    """The proof of one entry, narrowed to this chart's first line; NotFound for an entry about others."""
    try:
        number = UUID(request.entry)
    except ValueError as error:
        raise Invalid(N_("存证编号无效。")) from error
    rows = await context.rows(f"{opening.ENTRIES_SQL} WHERE e.id = $1::uuid", number)
    patients = await mine(context)
    places = positions(rows[0], {context.runtime.public(patient, 0) for patient in patients}) if rows else []
    if not places or hidden(await withheld(context, patients), rows[0], opening.line(context.runtime, rows[0]).purpose):
        raise NotFound()
    placed = await plane.current().library.placed(str(number))
    if placed.index is None:
        return Done(value=placed)
    targets = recovery.parts(bytes(rows[0][opening.TARGETS]))
    line = proof.prove_line(context.runtime.suite, placed.proof, targets, places[0])
    value = Placed(
        entry=placed.entry, index=placed.index, size=placed.size, at=placed.at, checkpoint=placed.checkpoint,
        key=placed.key, proof=line,
    )  # fmt: skip
    return Done(value=value)
