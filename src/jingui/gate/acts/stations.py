"""二（二）3 停机应急: stations registered and ended, summaries, what was read without the house [2.2.3] [4.1.2]"""

import os
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import cast

import orjson

from jingui.core.downtime import (
    LONGEST_LINE,
    MOST_LINES,
    Delivered,
    Delivery,
    EndStation,
    Flaw,
    RegisterStation,
    SealedSummary,
    StationKind,
    SummaryRequest,
)
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto.recipient import seal_to
from jingui.crypto.station import parse
from jingui.gate import plane, settings, summaries
from jingui.gate.acts.matters import open_matter
from jingui.gate.acts.sources import CODE, ended, interface_account
from jingui.gate.context import ReadContext
from jingui.gate.downtime import Taking, Told, answers
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.sql import raw
from jingui.gate.station_rows import (
    PROGRESS_SQL,
    STATION_SQL,
    Progress,
    Seat,
    mark_name,
    packed,
    progress_of,
    seat_of,
)
from jingui.gate.writing import WriteContext
from jingui.store.models import Department, Station

FIRST_SQL = "INSERT INTO mark (name, value, at) VALUES ($1, '', $2) ON CONFLICT DO NOTHING"
LOCK_SQL = "SELECT 1 FROM mark WHERE name = $1::text FOR UPDATE"
KEEP_SQL = "UPDATE mark SET value = $2, at = $3 WHERE name = $1"
SEEN_SQL = "UPDATE station SET seen = $2 WHERE id = $1::bigint"
TOKEN_SQL = "SELECT digest FROM token WHERE id = $1::bigint"  # noqa: S105 -- a statement
SPACES = re.compile(r"\s+")


@write_act(Verb.REGISTER_STATION)
def register_station(context: WriteContext, permit: Permit) -> Done:
    """Register a ward's station by its public key: it gets the ward's summary and delivers what was read."""
    data = cast(RegisterStation, permit.operation.data)
    name = SPACES.sub(" ", data.name).strip()
    wrong: list[tuple[str, str]] = []
    if not CODE.match(data.code):
        wrong.append(("code", N_("代码只能用小写字母、数字和连字符，以字母开头")))
    if not 2 <= len(name) <= 80:
        wrong.append(("name", N_("须写明名称")))
    department = Department.objects.filter(pk=data.department, active=True).first()
    if department is None:
        wrong.append(("department", N_("没有这个科室")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    identity = parse(data.key, data.code)
    if identity.suite is not context.runtime.suite:
        raise Invalid(places=(("key", N_("工作站的密码套件与本院不同，请用本院的套件重新 init")),))
    account = interface_account(context, data.account)
    if Station.objects.filter(code=data.code).exists():
        raise Conflict(N_("该代码已被使用。"), N_("停用的工作站也保留代码，请另取一个。"))
    if Station.objects.filter(key=identity.pack()).exists():
        raise Conflict(N_("这把密钥已经登记过。"), N_("请在工作站上重新 init，生成新的密钥。"))
    if Station.objects.filter(account_id=account, state="active").exists():
        raise Conflict(N_("该接口账号已用于另一台工作站。"), N_("每台工作站用一个接口账号。"))
    row = Station(
        id=next_id(Station), code=data.code, name=name, kind=StationKind.DOWNTIME.value, department_id=data.department,
        key=identity.pack(), account_id=account, state="active",
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, bump=True)


@write_act(Verb.END_STATION)
def end_station(context: WriteContext, permit: Permit) -> Done:
    """End a station at once: no more summaries, and nothing more is taken from it."""
    data = cast(EndStation, permit.operation.data)
    return ended(context, Station, data.station, data.reason, N_("该工作站已经停用。"))


@read_act(Verb.SUMMARISE)
async def summarise(context: ReadContext, permit: Permit) -> Done:
    """The ward's patients now, sealed to the station; entered with every patient and record in it."""
    data = cast(SummaryRequest, permit.operation.data)
    seat = seat_of(context.runtime, await context.rows(STATION_SQL, context.actor.account), context.actor.account)
    kept, last = (await context.rows(PROGRESS_SQL, mark_name(seat), seat.account))[0]
    progress = progress_of(context.runtime, seat, kept or None, last)
    if data.size < progress.chain.size or (data.size == progress.chain.size and data.last != progress.chain.last):
        raise Refused(
            N_("工作站的台账与已补交的部分不一致，不再提供摘要。"),
            N_("请保留该工作站，通知安全管理员查明后停用并重新登记。"), clauses=("2.2.3", "4.1.2"), reason="rewound",
        )  # fmt: skip
    values = await settings.loop_values(context.pipe, context.actor.epoch)
    until = permit.at + timedelta(hours=int(values["downtime_hours"]))
    newest = await plane.current().library.newest()
    ward = await summaries.ward(context, seat, permit.at, values)
    content = {
        "v": 1, "station": seat.code, "department": seat.department_name, "department_id": seat.department,
        "institution": context.runtime.institution, "origin": context.runtime.origin, "made": permit.at.isoformat(),
        "until": until.isoformat(), "generation": int(permit.at.timestamp() * 1_000_000), "entry": str(permit.entry),
        "epoch": context.actor.epoch, "policy": context.actor.policy, "checkpoint": newest.note if newest else "",
        "delivered": progress.chain.size, "tries": values["sign_in_tries"], "lock_minutes": values["lock_minutes"],
        "clock_minutes": values["downtime_clock_minutes"],
        "staff": await summaries.staff(context, seat, permit.at), **ward,
    }  # fmt: skip
    known = bytes((await context.rows(TOKEN_SQL, context.operation.actor.token))[0][0])
    box = seal_to(
        context.runtime.suite, seat.identity.opens, orjson.dumps(content), f"summary:{seat.code}".encode(), known,
        os.urandom,
    )  # fmt: skip
    numbers = tuple(
        pair[0] for made in ward["patients"] if (pair := context.runtime.ids.internal(made["id"])) is not None
    )
    return Done(
        value=SealedSummary(data=box, until=until, patients=len(numbers)),
        lines=summaries.targets(context, ward["patients"]), patients=numbers,
    )  # fmt: skip


@write_act(Verb.DELIVER_DOWNTIME)
def deliver(context: WriteContext, permit: Permit) -> Done:
    """Take what a station entered while the house was down: in order, once, each an entry; flaws open a review."""
    data = cast(Delivery, permit.operation.data)
    if len(data.lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in data.lines):
        raise Invalid(N_("一次补交的内容过多。"), places=(("lines", str(MOST_LINES)),))
    seat = seat_of(context.runtime, raw(STATION_SQL, context.actor.account), context.actor.account)
    raw(FIRST_SQL, mark_name(seat), permit.at)
    raw(LOCK_SQL, mark_name(seat))
    kept, newest = raw(PROGRESS_SQL, mark_name(seat), seat.account)[0]
    progress = progress_of(context.runtime, seat, kept or None, newest)
    minutes = settings.number(context.runtime, context.epoch, "downtime_clock_minutes")
    taking = Taking(context, seat, progress.chain, permit.at, timedelta(minutes=minutes))
    told = taking.told
    before = progress.chain.size
    told.flaws += wrong_place(data, progress)
    accepted = 0
    if not told.flaws:
        accepted = taking.take(data.lines[before - data.start :])
    if abs(permit.at - data.at) > timedelta(minutes=minutes):
        told.flaws.append((Flaw.CLOCK, f"{int((data.at - permit.at).total_seconds())} s"))
    progress = reviewed(context, permit, seat, replace(progress, chain=taking.chain), told)
    raw(KEEP_SQL, mark_name(seat), packed(context.runtime, seat, progress, context.entry), permit.at)
    raw(SEEN_SQL, seat.id, permit.at)
    patients = tuple(sorted(told.patients))
    return Done(
        value=Delivered(next=progress.chain.size, accepted=accepted, flaws=told.words()), patients=patients,
        lines=tuple(context.line(one) for one in patients),
    )  # fmt: skip


def wrong_place(data: Delivery, progress: Progress) -> list[tuple[Flaw, str]]:
    """What is wrong with where a delivery begins and ends, as against what was delivered before."""
    size, where = progress.chain.size, f"#{progress.chain.size}"
    if data.size < size or data.start < 0:
        return [(Flaw.REWOUND, where)]
    if data.size == size and data.last != progress.chain.last:
        return [(Flaw.FORK, where)]
    if data.start > size:
        return [(Flaw.GAP, where)]
    return []


def reviewed(context: WriteContext, permit: Permit, seat: Seat, progress: Progress, told: Told) -> Progress:
    """Open a review for an outage that was not told of yet, and for flaws that were not; each is told once."""
    # a wrong clock differs by a second each time and is one flaw all the same: only places in the ledger tell apart
    places = sorted((str(flaw), where if where.startswith("#") else "") for flaw, where in told.flaws)
    flaws = sha256(repr(places).encode()).hexdigest()
    new_flaw = bool(told.flaws) and flaws != progress.told
    new_outage = bool(told.outage) and told.outage != progress.outage
    if new_flaw or new_outage:
        open_matter(context, permit, "downtime_review", answers(seat, told), patient=0)
    return replace(progress, outage=told.outage or progress.outage, told=flaws if told.flaws else progress.told)
