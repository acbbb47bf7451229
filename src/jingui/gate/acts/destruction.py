"""三（一）3 销毁: drawing up the list, destroying by two people, erasing the keys [3.1.3]"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson

from jingui.core.destruction import (
    Clockwork,
    Destroy,
    Destroyed,
    EraseKeys,
    LineState,
    PlanDestruction,
    Planned,
    Stop,
)
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.matters.row import State
from jingui.core.permit import Permit
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.core.words import RetentionClass, Verb
from jingui.crypto.canon import canon
from jingui.gate import destroying as d
from jingui.gate import destroying_list as lists
from jingui.gate import erasing, matters, settings, trusted_time
from jingui.gate.acts.matters import hand_in, made
from jingui.gate.matter_safe import safe_of
from jingui.gate.matters import Opened
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, write_act
from jingui.gate.retention import GROUPS_SQL, Known, grouped, known_now
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Approval, Destruction

carries(Verb.DESTROY, Destroy)
KINDS = {one.value for one in RetentionClass} - {RetentionClass.DIRECTORY.value}


def clock(runtime: Runtime, values: Mapping[str, Value]) -> Clockwork:
    """The time that counts; Conflict when the system's clock leapt and nobody confirmed it."""
    rows = raw(trusted_time.TIME_SQL, trusted_time.since(runtime, values), int(values["clock_jump_hours"]))
    found = trusted_time.clockwork(runtime, rows, values, runtime.clock.now())
    if not found.sound:
        raise Conflict(
            N_("系统时间有跳跃，未经核对，不能据此销毁。"),
            N_("请由两人核对系统时间后，通过更改设置“已核对系统时间的日期”确认。"), where="clock",
        )  # fmt: skip
    return found


@write_act(Verb.PLAN_DESTRUCTION)
def plan(context: WriteContext, permit: Permit) -> Done:
    """列销毁清册: the chosen classes whose term is over, as one matter that different people decide [3.1.3]."""
    data = cast(PlanDestruction, permit.operation.data)
    values = settings.values(context.runtime, context.epoch)
    chosen = chosen_lines(context.runtime, data, int(values["destruction_most"]))
    time = clock(context.runtime, values)
    patients = sorted({patient for patient, _ in chosen})
    d.locked_people(one for group in groups(patients).values() for one in group)
    known = known_now(context.runtime, patients, time.trusted)
    leaving = frozenset(chosen)
    wrong = [
        (f"lines.{n}", why) for n, (patient, which) in enumerate(chosen)
        if (why := unfit(known[patient], patient, which, values, time, leaving))
    ]  # fmt: skip
    if wrong:
        raise Invalid(N_("所选病历中有不能列入清册的。"), N_("请去掉标出的条目。"), places=tuple(wrong))
    for patient, which in chosen:
        lists.free(context, patient, which)
    kind = matters.row_of("destruction")
    answers = {"reason": data.reason.strip()}
    row = made(context, permit, kind, answers)
    told = lists.descriptions({(patient, which): known[patient].numbers for patient, which in chosen})
    lines = [
        line(context, row.pk, patient, which, known[patient], told[patient, which], values, permit)
        for patient, which in chosen
    ]
    answers |= {
        "count": str(len(lines)), "classes": ",".join(sorted({which for _, which in chosen})),
        "digest": lists.digest(context.runtime, lines),
    }  # fmt: skip
    row.payload = safe_of(context.runtime, raw, row.pk, 0).seal_answers(answers)
    row.basis = matters_basis(context, row.kind, answers)
    keep(context, row)
    hand_in(context, permit, Opened(row, kind, matters.case_of(row, (), frozenset()), 1), answers)
    named = tuple(context.line(one) for one in patients)
    return Done(
        value=Planned(matter=row.pk, lines=len(lines)), patients=tuple(patients),
        lines=(*named, Line("", answers["digest"], lists.LIST, 1)), note=data.reason.encode(),
    )  # fmt: skip


def matters_basis(context: WriteContext, kind: str, answers: dict[str, str]) -> bytes:
    """What the decisions will be about."""
    from jingui.gate.matter_safe import basis

    return basis(context.runtime, kind, answers, ())


def chosen_lines(runtime: Runtime, data: PlanDestruction, most: int) -> list[tuple[int, str]]:
    """The lines by internal numbers; Invalid for none, too many, or one that names nobody."""
    if len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("请填写鉴定意见和销毁理由")),))
    asked = list(dict.fromkeys(data.lines))
    if not asked or len(asked) > most:
        raise Invalid(places=(("lines", N_("请选择条目，且不超过一份清册的上限")),))
    out = []
    for public, which in asked:
        pair = runtime.ids.internal(public)
        if pair is None or pair[1] or not pair[0] or which not in KINDS:
            raise Invalid(places=(("lines", N_("没有这一条目")),))
        out.append((pair[0], which))
    return out


def groups(patients: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The linked identities of each."""
    return grouped(raw(GROUPS_SQL, list(patients)))


def unfit(
    known: Known, patient: int, which: str, values: Mapping[str, Value], time: Clockwork,
    leaving: frozenset[tuple[int, str]],
) -> str:  # fmt: skip
    """Why a line may not be listed, "" for nothing."""
    if which not in known.classes(patient):
        return N_("没有该类病历，或已销毁")
    term = known.term(RetentionClass(which), values)
    if term.holds:
        return Stop.HELD.label
    if not term.due(time.today):
        return Stop.TERM.label
    if which == d.IDENTITY and d.rest(known, leaving):
        return Stop.REST.label
    return ""


def line(
    context: WriteContext, matter: int, patient: int, which: str, known: Known, told: lists.Description,
    values: Mapping[str, Value], permit: Permit,
) -> Destruction:  # fmt: skip
    """A line of the list, kept."""
    until = known.term(RetentionClass(which), values).until
    assert until is not None  # noqa: S101 -- `unfit` saw that it is due
    row = Destruction(
        patient_id=patient, destruction_id=context.runtime.number(context.runtime.clock.now()), matter=matter,
        retention_class=which, state=LineState.LISTED.value, expired=until, person_id=permit.person,
        records=told["records"], volumes=told["volumes"], description=canon(told),
    )  # fmt: skip
    keep(context, row, new=True)
    return row


@write_act(Verb.DESTROY)
def destroy(context: WriteContext, permit: Permit) -> Done:
    """销毁: what was approved and nothing stops by now; asked for by one, confirmed by another, neither of them who
    approved [3.1.3]."""
    data = cast(Destroy, permit.operation.data)
    found = matters.opened(context, data.matter)
    if found.row.kind != "destruction":
        raise NotFound()
    if found.row.state != State.EXECUTED.value:
        raise Conflict(N_("销毁清册尚未批准，不能销毁。"), N_("请查看事项当前由谁办理。"))
    second = apart(context, permit, found)
    values = settings.values(context.runtime, context.epoch)
    time = clock(context.runtime, values)
    rows = lists.lines_of(context, data.matter)
    lists.unchanged(context, found.row, answers_of(context, found), rows)
    rows = [row for row in rows if row.state == LineState.APPROVED.value]
    if not rows:
        raise Conflict(N_("清册中没有待销毁的条目。"), N_("请查看销毁清册登记。"))
    patients = sorted({row.patient_id for row in rows})
    everybody = sorted({one for group in groups(patients).values() for one in group})
    d.locked_people(everybody)
    context.unmoved()  # a hold that was waited for moved it
    d.whole(context, everybody)
    known = known_now(context.runtime, patients, time.trusted)
    told = lists.descriptions({pair_of(row): known[row.patient_id].numbers for row in rows})
    stopped = judged(rows, known, told, values, time, everybody)
    at = permit.at
    lines: list[Any] = []
    going = [pair_of(row) for row in rows if row.destruction_id not in stopped]
    for which in sorted({one for _, one in going}, key=lambda one: (one == d.IDENTITY, one)):
        lines += d.destroy(context, which, [patient for patient, one in going if one == which], at)
    for row in rows:
        why = stopped.get(row.destruction_id)
        if why is None:
            now = told[pair_of(row)]
            row.description, row.records, row.volumes = canon(now), now["records"], now["volumes"]
            row.state = LineState.ERASING.value
        else:
            row.description = canon({**orjson.loads(bytes(row.description)), "stopped": why.value})
            row.state = LineState.STOPPED.value
        row.person_id, row.second_id, row.at = permit.person, second, at
        keep(context, row)
    gone = [row for row in rows if row.state == LineState.ERASING.value]
    public = context.runtime.public
    value = Destroyed(
        matter=data.matter, lines=len(gone),
        stopped=tuple((public(row.patient_id, 0), row.retention_class, stopped[row.destruction_id].value)
                      for row in rows if row.destruction_id in stopped),
    )  # fmt: skip
    digest = lists.digest(context.runtime, gone) if gone else ""
    named = tuple(context.line(one) for one in patients)
    listed = (Line("", digest, lists.LIST, 2),) if digest else ()
    return Done(value=value, patients=tuple(patients), lines=(*named, *lines, *listed), bump=True)


def pair_of(row: Destruction) -> tuple[int, str]:
    """Whose and which class."""
    return row.patient_id, row.retention_class


def answers_of(context: WriteContext, found: Opened) -> dict[str, str]:
    """What was answered and decided about."""
    return safe_of(context.runtime, raw, found.row.pk, 0).open_answers(found.row.payload)


def apart(context: WriteContext, permit: Permit, found: Opened) -> int:
    """The second person: not who asks, and neither of them one of those who decided; people, not accounts [6.1.2]."""
    deciders = lists.deciders(found)
    proposal = permit.operation.matter
    said = Approval.objects.filter(proposal=proposal, verdict="approve") if proposal else ()
    people = {row.person_id for row in said}
    for row in said:
        context.runtime.sealer.check(row)
    if permit.person in deciders or people & deciders:
        raise Refused(
            N_("审批过清册的人不能执行销毁，也不能监销。"), N_("请由其他有资格的人员执行和确认。"),
            clauses=("3.1.3", "6.1.2"), reason="party",
        )  # fmt: skip
    if proposal and not people - {permit.person}:
        raise Refused(clauses=("6.1.2",), reason="two_person")
    return min(people - {permit.person}, default=0)


def judged(
    rows: Sequence[Destruction], known: Mapping[int, Known], told: Mapping[tuple[int, str], lists.Description],
    values: Mapping[str, Value], time: Clockwork, everybody: Sequence[int],
) -> dict[int, Stop]:  # fmt: skip
    """Which lines are stopped and why: content first, so that identity sees what is left of it."""
    busy, lent = d.busy_people(everybody)
    out: dict[int, Stop] = {}
    content = [row for row in rows if row.retention_class != d.IDENTITY]
    for part in (content, [row for row in rows if row.retention_class == d.IDENTITY]):
        leaving = frozenset((row.patient_id, row.retention_class) for row in rows if row.destruction_id not in out)
        for row in part:
            why = d.stopped(row, known[row.patient_id], told[pair_of(row)], values, time, busy, lent, leaving)
            if why is not None:
                out[row.destruction_id] = why
    return out


@write_act(Verb.ERASE_KEYS)
def erase(context: WriteContext, permit: Permit) -> Done:
    """Finish what a destruction began: new keys for its segments, the old ones erased in every copy, the certificate.

    However often it is cut short, it is done again from the beginning: another new key does no harm [3.1.3].
    """
    data = cast(EraseKeys, permit.operation.data)
    rows = lists.lines_of(context, data.matter, LineState.ERASING)
    if not rows:
        raise Conflict(N_("没有等待擦除密钥的销毁。"))
    made = erasing.finish(context, data.matter, rows, permit.at)
    public = context.runtime.public
    patients = tuple(sorted({row.patient_id for row in rows}))
    return Done(
        value=Destroyed(matter=data.matter, lines=len(rows), generation=made.generation), patients=patients, bump=True,
        lines=(*(Line(public(one, 0), "", "", 0) for one in patients), Line("", made.digest, lists.CERTIFICATE, 1)),
    )  # fmt: skip


def moment(at: datetime) -> str:
    """A moment for a text that stays."""
    return at.isoformat(timespec="seconds")
