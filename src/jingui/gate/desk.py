"""四（一）1 审批与范围: the desk in one operation, every part decided by its own rules, under one entry [4.1.1]

The entry is of the operation that was asked (the list of patients, or the queue of those who treat nobody); it names
every patient that any part shows and rests on the clauses of every part that was opened.
"""

import asyncio
from dataclasses import replace

from jingui.core.desk import COUNTING, PARTS, Desk, DeskRequest
from jingui.core.entry import Line
from jingui.core.errors import Unprocessable
from jingui.core.operation import Target
from jingui.core.permit import Permit
from jingui.core.words import Category, Verb
from jingui.gate.context import ReadContext, decision, stance
from jingui.gate.registry import READ_ACTS, Done


async def laid_out(context: ReadContext, permit: Permit, request: DeskRequest) -> Done:
    """The parts side by side, so that what they ask of the same patients is asked once; refused ones are left out."""
    check(request)
    opened = [part for name, verb in PARTS.items() if (part := allowed(context, permit, request, name, verb))]
    found = await asyncio.gather(*(READ_ACTS[inner.operation.verb](own, inner) for _, own, inner in opened))
    lines: dict[Line, None] = {}
    patients: dict[int, None] = {}
    clauses: dict[str, None] = {}
    for (_, _, inner), done in zip(opened, found, strict=True):
        lines |= dict.fromkeys(done.lines)
        patients |= dict.fromkeys(done.patients)
        clauses |= dict.fromkeys((*inner.decided.clauses, *done.clauses))
    value = Desk(**{name: done.value for (name, _, _), done in zip(opened, found, strict=True)})
    more = next((done.more for (name, _, _), done in zip(opened, found, strict=True) if name == "patients"), "")
    note = b"".join(done.note for done in found)
    return Done(value=value, lines=tuple(lines), patients=tuple(patients), clauses=tuple(clauses), more=more, note=note)


def check(request: DeskRequest) -> None:
    """Unprocessable when a part has a purpose of its own and is not one of those that only count under it."""
    for name, purpose in request.purposes.items():
        if purpose not in COUNTING.get(name, ()) or not getattr(getattr(request, name), "counted", False):
            raise Unprocessable(places=((f"purposes.{name}", ""),))


def allowed(
    context: ReadContext, permit: Permit, request: DeskRequest, name: str, verb: Verb
) -> tuple[str, ReadContext, Permit] | None:
    """A part as an operation of its own with what the rules say of it; None when it is not asked or not allowed."""
    data = getattr(request, name)
    if data is None:
        return None
    if permit.operation.target != Target():
        raise Unprocessable(places=(("target", ""),))  # a desk is about nobody in particular
    purpose = request.purposes.get(name, permit.operation.purpose)
    operation = replace(permit.operation, verb=verb, data=data, purpose=purpose)
    decided = decision(context.runtime, operation, context.actor, stance(operation, context.actor, None, Category.NONE))
    if not decided.allow:
        return None
    return name, replace(context, operation=operation), replace(permit, operation=operation, decided=decided)
