"""四（一）3: printing, exporting and copying are operations of their own [4.1.3] [4.1.2]"""

from typing import cast

from jingui.core.access_operations import Copied, Take, Taken
from jingui.core.errors import Gone, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.registry import Done, read_act
from jingui.gate.settings import loop_values
from jingui.gate.taking import Part, taken, targets

LONGEST = 200_000  # characters of one copied text


@read_act(Verb.PRINT)
async def print_(context: ReadContext, permit: Permit) -> Done:
    """Part of a chart for paper: every record is named in the entry before the page leaves [4.1.3]."""
    return await leave(context, permit, Verb.PRINT)


@read_act(Verb.EXPORT)
async def export(context: ReadContext, permit: Permit) -> Done:
    """Part of a chart for a file; the next part continues at the cursor, with an entry of its own [4.1.3]."""
    return await leave(context, permit, Verb.EXPORT)


async def leave(context: ReadContext, permit: Permit, verb: Verb) -> Done:
    """The records that may leave, decided for this very operation and not for reading."""
    take = cast(Take, permit.operation.data)
    if context.patient is None:
        raise NotFound()
    values = await loop_values(context.pipe, context.actor.epoch)
    records, withheld, more = await taken(context, verb, Part(context, take, int(values["take_records"])))
    patient = patient_line(context, context.patient)
    if patient is None:
        context.face(context.patient)  # says why
        raise Gone()
    note = f"{take.form.value} {take.category}".strip().encode() if verb is Verb.EXPORT else b""
    return Done(
        value=Taken(patient, records, withheld), more=more, note=note,
        lines=targets(context, records) or (context.line(context.patient.patient),),
    )  # fmt: skip


@read_act(Verb.COPY)
async def copy(context: ReadContext, permit: Permit) -> Done:
    """A text copied from a record: decided by the record's own labels, kept encrypted with the entry [4.1.3]."""
    data = cast(Copied, permit.operation.data)
    target = permit.operation.target
    if context.patient is None or not target.record:
        raise NotFound()
    if not data.text.strip() or len(data.text) > LONGEST or "\0" in data.text:
        raise Invalid(places=(("text", N_("没有内容，或内容过长")),))
    if data.by not in ("button", "keyboard"):
        raise Invalid(places=(("by", N_("没有这一项。")),))
    records, _, _ = await taken(context, Verb.COPY, Part(context, Take(count=1), 1))
    return Done(value=len(data.text), lines=targets(context, records), note=f"{data.by}\n{data.text}".encode())
