"""五（二）批量共享: an app asks for its group's records; they are made, taken file by file, deleted [5.2.1] [5.2.2]
[5.2.4] [5.1.2]
"""

import secrets
from datetime import datetime, timedelta
from typing import Final, cast

import orjson

from jingui.core.bulk import (
    EXPORT,
    FILE,
    LIVE,
    Begun,
    BuildBulk,
    BulkFile,
    BulkGroups,
    BulkState,
    BulkTaken,
    EndBulk,
    StartBulk,
    TakeBulk,
    TooMany,
)
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate import bulk_people as people
from jingui.gate import settings
from jingui.gate.bulk_ground import BulkGround, acting, app_of, ground, groups, mine, purpose_of, refused, types_of
from jingui.gate.bulk_handed import handed, parcels
from jingui.gate.bulk_making import step
from jingui.gate.bulk_rows import Part, Progress, by_secret, cut, digest_of, get, over, progress, remember, told
from jingui.gate.partners import said
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import BulkExport

LONGEST: Final = 2000  # characters of an address
DAY: Final = timedelta(days=1)
ALONE_SQL: Final = "SELECT pg_advisory_xact_lock(hashtext('jingui:bulk'), $1::int)"


@write_act(Verb.START_BULK)
def start(context: WriteContext, permit: Permit) -> Done:
    """发起批量共享: whose, for what, which types; nothing is read yet. Asked by the system: the next part is made."""
    if isinstance(permit.operation.data, BuildBulk):
        return build(context, permit, permit.operation.data)
    if context.actor.role is Role.SYSTEM or not isinstance(permit.operation.data, StartBulk):
        raise Invalid()
    data, at = permit.operation.data, permit.at
    if data.since is not None and data.since > at:
        raise Invalid(places=(("_since", N_("时间须在当前之前")),))
    if len(data.url) > LONGEST:
        raise Invalid(places=(("url", N_("过长")),))
    app = app_of(context)
    context.rows(ALONE_SQL, app)  # two requests at once are counted one after the other
    purpose = purpose_of(context, app, data.group, at)
    found = ground(context, app, purpose, at)
    acting(context, found.app, found, at)
    bound = context.actor.app
    types = types_of(found, bound.scopes if bound is not None else (), data.types, lenient=data.lenient)
    if found.app.account != context.actor.account:
        raise refused("bulk_app")
    values = settings.values(context.runtime, context.epoch)
    if BulkExport.objects.filter(app_id=app, state__in=LIVE, ends__gt=at).count() >= int(values["bulk_open"]):
        raise TooMany()
    if BulkExport.objects.filter(app_id=app, made__gt=at - DAY).count() >= int(values["bulk_day"]):
        raise TooMany()
    secret = secrets.token_urlsafe(32)
    row = BulkExport(
        id=next_id(BulkExport), app_id=app, agreement_id=found.agreement.id, account_id=context.actor.account,
        purpose=purpose, token=digest_of(context.runtime, secret), types=list(types), since=data.since,
        state=BulkState.BUILDING.value, made=at, ends=at + timedelta(hours=int(values["bulk_hours"])),
    )  # fmt: skip
    remember(context.runtime, row, Progress(url=data.url))
    keep(context, row, new=True)
    return Done(value=Begun(secret=secret, ends=row.ends), lines=(told(row, EXPORT), app_line(app)))


def app_line(app: int) -> Line:
    """The app that asked, as a target."""
    return Line("", str(app), "app", 0)


def build(context: WriteContext, permit: Permit, data: BuildBulk) -> Done:
    """The next part; the entry names every record that was looked at."""
    if context.actor.role is not Role.SYSTEM:
        raise NotFound()
    row = locked(context, BulkExport, data.export)
    if row.state != BulkState.BUILDING.value or row.ends <= permit.at:
        raise Conflict(N_("这份批量共享已经制作完毕或结束。"), N_("无需处理。"))
    built, seen = step(context, row, permit.at)
    return Done(value=built, lines=(told(row, EXPORT), *seen.lines), patients=tuple(seen.patients))


@write_act(Verb.TAKE_BULK)
def take(context: WriteContext, permit: Permit) -> Done:
    """领取批量共享: how far it is; the manifest; a file, without what may not leave any more."""
    if isinstance(permit.operation.data, BulkGroups):
        return Done(value=groups(context, app_of(context), permit.at))
    data, at = cast(TakeBulk, permit.operation.data), permit.at
    row = by_secret(context, data.secret)
    mine(context, row.app_id, row.account_id)
    state = progress(context.runtime, row)
    if row.state == BulkState.FAILED.value:
        raise refused(state.problem) if state.problem != "bulk_patients" else TooMany()
    if row.state not in LIVE or row.ends <= at:
        raise NotFound()
    found = ground(context, row.app_id, row.purpose, at)
    if found.agreement.id != row.agreement_id:
        raise NotFound()
    if data.n:
        if row.state != BulkState.READY.value:
            raise NotFound()
        return file(context, row, data.n, at)
    ready = row.state == BulkState.READY.value
    value = BulkTaken(
        state=row.state, percent=100 if ready else state.percent, made=row.made, ends=row.ends, url=state.url,
        wait=settings.number(context.runtime, context.epoch, "bulk_poll_seconds"), files=files_of(row) if ready else (),
    )  # fmt: skip
    return Done(value=value, lines=(told(row, EXPORT), app_line(row.app_id)))


def files_of(row: BulkExport) -> tuple[BulkFile, ...]:
    """What the sealed manifest names."""
    parts = orjson.loads(bytes(row.manifest or b'{"parts":[]}'))["parts"]
    return tuple(BulkFile(one["n"], one["type"], one["count"]) for one in parts)


def file(context: WriteContext, row: BulkExport, n: int, at: datetime) -> Done:
    """One file: each line is decided anew; the entry commits to what leaves before it does, and names whose it is."""
    part = get(context.runtime, row.pk, n)
    found = ground(context, row.app_id, row.purpose, at)
    allowed = still(context, found, part, at)
    now = people.records_now((one.patient, one.record) for one in part.places)
    stays = [
        people.leaves(found, allowed[one.patient], one.record, now.get((one.patient, one.record)))
        for one in part.places
    ]
    body, _ = cut(part, stays)
    digest = context.runtime.suite.digest(body).hex()
    consents = {patient: one.said.number for patient, one in allowed.items() if one is not None}
    left = [(one.patient, handed(context, row, found, one, at)) for one in parcels(part, stays, consents, now)]
    row.taken = at
    row.save(update_fields=["taken"])
    value = BulkTaken(state=row.state, percent=100, made=row.made, ends=row.ends, body=body)
    lines = (Line("", digest, FILE, n), told(row, EXPORT), app_line(row.app_id), *(one for _, one in left))
    return Done(value=value, lines=lines, patients=tuple(patient for patient, _ in left))


def still(context: WriteContext, found: BulkGround, part: Part, at: datetime) -> dict[int, people.Open | None]:
    """For each patient of a file what they let leave at this moment; their consents stay locked."""
    app = acting(context, found.app, found, at)
    minor = settings.number(context.runtime, context.epoch, "minor_years")
    numbers = list(dict.fromkeys(one.patient for one in part.places))
    return {
        number: people.opened_now(app, found, facts, minor, at)
        for number, facts in zip(numbers, people.known(app, numbers), strict=True)
    }


@write_act(Verb.END_BULK)
def end(context: WriteContext, permit: Permit) -> Done:
    """结束批量共享: its files are deleted now. The value is how many there were."""
    data, at = cast(EndBulk, permit.operation.data), permit.at
    if context.actor.app is not None or not data.export:
        row = by_secret(context, data.secret)
        mine(context, row.app_id, row.account_id)
        note = b""
    else:
        row = locked(context, BulkExport, data.export)
        note = b"" if context.actor.role is Role.SYSTEM else said(data.reason).encode()
    if row.state not in LIVE:
        raise NotFound()
    count = over(context, row, BulkState.ENDED.value, at)
    return Done(value=count, lines=(told(row, EXPORT),), note=note, bump=True)
