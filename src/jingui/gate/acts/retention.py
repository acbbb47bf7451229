"""三（一）3 保存期限: reading terms with their reasons, the calendar, what is due [3.1.3]"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from jingui.core.destruction import (
    Calendar,
    ClassLine,
    Clockwork,
    DueLine,
    DueList,
    DueRequest,
    HoldLine,
    LineState,
    RetentionRequest,
    RetentionView,
)
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.retention import CONTENT, YEARS
from jingui.core.settings import Value, parse
from jingui.core.word import N_
from jingui.core.words import RetentionClass, Verb
from jingui.gate import retention_many as many
from jingui.gate import trusted_time
from jingui.gate.context import ReadContext
from jingui.gate.names import names_of
from jingui.gate.registry import Done, read_act
from jingui.gate.retention import HELD, LINE, Known, known_seen
from jingui.gate.settings import loop_values

SEALED_HOLDS_SQL: Final = "SELECT i.hold_id FROM sealed_item i WHERE i.patient_id = $1::bigint AND i.hold_id <> 0"
TRIED: Final = tuple(YEARS.values())


async def clock(context: ReadContext, values: Mapping[str, Value], now: datetime) -> Clockwork:
    """The time that counts."""
    from_ = trusted_time.since(context.runtime, values)
    rows = await context.rows(trusted_time.TIME_SQL, from_, int(values["clock_jump_hours"]))
    return trusted_time.clockwork(context.runtime, rows, values, now)


@read_act(Verb.READ_RETENTION)
async def read_retention(context: ReadContext, permit: Permit) -> Done:
    """A patient's classes, each with its day and why; or the house's calendar, with other years for trial [3.1.3]."""
    data = permit.operation.data
    request = data if isinstance(data, RetentionRequest) else RetentionRequest()
    values = await loop_values(context.pipe, context.actor.epoch)
    time = await clock(context, values, context.runtime.clock.now())
    patient = permit.operation.target.patient
    if patient:
        return await of_patient(context, patient, values, time)
    trial = {**values, **tried(request.years)}
    rows = await context.rows(many.MONTHS_SQL, *many.asked(trial, time.trusted), time.today)
    months, due = many.months(rows)
    now = due
    if trial != values:
        now = many.months(await context.rows(many.MONTHS_SQL, *many.asked(values, time.trusted), time.today))[1]
    value = Calendar(
        months=months, clock=time, due=due, due_now=now,
        years=tuple((name, int(trial[name])) for name in TRIED),
        present=tuple((name, int(values[name])) for name in TRIED),
    )  # fmt: skip
    return Done(value=value)


def tried(years: tuple[tuple[str, int], ...]) -> dict[str, Value]:
    """The years to try; Invalid for one below the law's floor or a setting that has nothing to do with it."""
    out: dict[str, Value] = {}
    for name, number in years:
        if name not in TRIED:
            raise Invalid(places=((name, N_("没有这一项")),))
        out[name] = parse(name, str(number))
    return out


async def of_patient(context: ReadContext, patient: int, values: Mapping[str, Value], time: Clockwork) -> Done:
    """What a patient's page shows."""
    found = (await known_seen(context, [patient], time.trusted))[patient]
    locks = {row[0] for row in await context.rows(SEALED_HOLDS_SQL, patient)}
    public, h = context.runtime.public, HELD.at
    holds = tuple(
        HoldLine(
            id=row[h["h.hold_id"]], kind=row[h["h.kind"]], starts=row[h["h.starts"]], ends=row[h["h.ends"]],
            lifted=row[h["h.lifted"]], sealing=row[h["h.hold_id"]] in locks,
            record=public(patient, row[h["h.record_id"]]) if row[h["h.record_id"]] else "",
            reason=reason(context, row[h["h.hold_id"]], row[h["h.reason"]]),
        )
        for row in found.rows["holds"] if row[h["h.patient_id"]] == patient
    )  # fmt: skip
    view = RetentionView(
        patient=public(patient, 0), name=found.names.get(patient, ""), classes=classes(found, patient, values, time),
        holds=holds, clock=time, linked=tuple(public(one, 0) for one in found.numbers if one != patient),
    )  # fmt: skip
    return Done(value=view)


def reason(context: ReadContext, number: int, sealed: bytes | None) -> str:
    """Why a hold was placed; what a sealing locks has no text of its own."""
    return context.runtime.vault.open_note(f"hold{number}", bytes(sealed)).decode() if sealed else ""


def classes(found: Known, patient: int, values: Mapping[str, Value], time: Clockwork) -> tuple[ClassLine, ...]:
    """Every class the patient has or had."""
    d, mine = LINE.at, [row for row in found.rows["lines"] if row[LINE.at["d.patient_id"]] == patient]
    there = found.classes(patient)
    out = []
    for which in (*CONTENT, RetentionClass.IDENTITY):
        rows = [row for row in mine if row[d["d.retention_class"]] == which.value]
        gone = [row for row in rows if row[d["d.state"]] in (LineState.DESTROYED.value, LineState.ERASING.value)]
        if which.value not in there and not gone:
            continue
        term = found.term(which, values)
        live = next((row for row in rows if row[d["d.state"]] in ("listed", "approved")), None)
        last = gone[-1] if gone else None
        kept = which.value in there
        out.append(
            ClassLine(
                retention_class=which.value, until=term.until if kept else None, facts=term.facts if kept else (),
                due=kept and term.due(time.today), held=bool(term.holds), records=there.get(which.value, 0),
                destroyed=last[d["d.at"]] if last is not None and not kept else None,
                matter=(last if last is not None and not kept else live or [0] * len(LINE.names))[d["d.matter"]],
                listed=live is not None,
                certificate=str(last[d["d.matter"]]) if last is not None and last[d["d.digest"]] else "",
            )
        )  # fmt: skip
    return tuple(out)


@read_act(Verb.LIST_DUE)
async def list_due(context: ReadContext, permit: Permit) -> Done:
    """A page of what is due, each line with its reasons; whoever stands on it is named in the entry [3.1.3]."""
    request = cast(DueRequest, permit.operation.data or DueRequest())
    values = await loop_values(context.pipe, context.actor.epoch)
    time = await clock(context, values, context.runtime.clock.now())
    sql, size, skip = many.page_of(request)
    rows = await context.rows(
        sql, *many.asked(values, time.trusted), time.today, request.retention_class, request.department, size, skip
    )
    names = names_of(context)
    departments = await names.departments(context)
    lines = []
    patients = sorted({row[0] for row in rows})
    known = await known_seen(context, patients, time.trusted) if patients else {}
    for patient, which, _until, held, department, _total, matter in rows:
        found = known[patient].term(RetentionClass(which), values)
        if found.until is None or time.today <= found.until:  # a minor's, kept longer than the statement knows
            continue
        lines.append(
            DueLine(
                patient=context.runtime.public(patient, 0), name=known[patient].names.get(patient, ""),
                retention_class=which, until=found.until, facts=found.facts,
                held=held or bool(found.holds), listed=matter or 0, department=departments.get(department or 0, ""),
            )
        )  # fmt: skip
    return Done(
        value=DueList(
            rows=tuple(lines), total=rows[0][5] if rows else 0, page=max(request.page, 1), clock=time,
            departments=tuple(sorted(departments.items())),
        ),
        patients=tuple(patients), lines=tuple(context.line(one) for one in patients),
    )  # fmt: skip
