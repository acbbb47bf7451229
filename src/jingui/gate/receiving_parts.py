"""五（一）3: large messages come in parts, are taken up again after a cut, and become one message [5.1.3]"""

from datetime import timedelta
from typing import Final

from jingui.core.errors import Conflict, Invalid, TooLarge, Unavailable
from jingui.core.permit import Permit
from jingui.core.receiving import PART, Answered, AskParts, Delivery, PartDelivery
from jingui.core.word import N_
from jingui.gate import settings
from jingui.gate.registry import Done
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext

MEGABYTE: Final = 1 << 20
UNDER_WAY: Final = 4  # times the largest message: what one partner may have lying here half sent
LOCK_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 1))"
OLD_SQL: Final = "DELETE FROM received_part WHERE partner_id = $1::bigint AND at < $2::timestamptz"
SIZES_SQL: Final = "SELECT coalesce(sum(length(payload)), 0) FROM received_part WHERE partner_id = $1::bigint"
NUMBERS_SQL: Final = """SELECT n, total FROM received_part
WHERE partner_id = $1::bigint AND message = $2::uuid ORDER BY n"""
ONE_SQL: Final = """SELECT payload FROM received_part
WHERE partner_id = $1::bigint AND message = $2::uuid AND n = $3::int"""
DROP_SQL: Final = "DELETE FROM received_part WHERE partner_id = $1::bigint AND message = $2::uuid"
PUT_SQL: Final = """INSERT INTO received_part (partner_id, message, n, total, at, payload)
VALUES ($1::bigint, $2::uuid, $3::int, $4::int, $5::timestamptz, $6::bytea)"""


def most(context: WriteContext) -> int:
    """The largest message, in bytes as it is sealed."""
    return settings.number(context.runtime, context.epoch, "gateway_megabytes") * MEGABYTE


def put(context: WriteContext, permit: Permit, data: PartDelivery) -> Done:
    """Keep one part as it came. The same again changes nothing; another under its number begins the message anew."""
    limit = most(context)
    if not 0 < len(data.body) <= PART:
        raise TooLarge(places=(("body", N_("每部分不超过 1 MB")),))
    if not 0 < data.total <= limit // PART or not 0 <= data.n < data.total:
        raise TooLarge(places=(("part", N_("部分数超出范围")),))
    raw(LOCK_SQL, f"parts:{data.by.partner}")  # one after another: the limits hold for all connections together
    at = context.runtime.clock.now()
    hours = settings.number(context.runtime, context.epoch, "gateway_part_hours")
    raw(OLD_SQL, data.by.partner, at - timedelta(hours=hours))
    known = raw(NUMBERS_SQL, data.by.partner, data.message)
    same = raw(ONE_SQL, data.by.partner, data.message, data.n)
    if (known and known[0][1] != data.total) or (same and bytes(same[0][0]) != data.body):
        raw(DROP_SQL, data.by.partner, data.message)  # sealed anew: parts of the old seal are of no use to anybody
        known, same = [], []
    if not same:
        if raw(SIZES_SQL, data.by.partner)[0][0] + len(data.body) > UNDER_WAY * limit:
            raise Unavailable(
                N_("未完成的内容过多，这一部分没有接收。"), N_("请先完成或放弃先前的传输。"), where="parts"
            )
        raw(PUT_SQL, data.by.partner, data.message, data.n, data.total, at, data.body)
    numbers = tuple(sorted({row[0] for row in known} | {data.n}))
    return Done(value=Answered(parts=numbers, again=bool(same)))


def ask(context: WriteContext, permit: Permit, data: AskParts) -> Done:
    """Which parts of a message are there."""
    return Done(value=Answered(parts=tuple(row[0] for row in raw(NUMBERS_SQL, data.by.partner, data.message))))


def whole(context: WriteContext, data: Delivery) -> bytes:
    """The message's bytes; Invalid when it is empty or too large, Conflict when parts of it are missing."""
    if data.body:
        if len(data.body) > most(context):
            raise TooLarge()
        return data.body
    rows = raw(NUMBERS_SQL, data.by.partner, data.message)
    if not rows:
        raise Invalid(places=(("body", N_("内容为空")),))
    if [row[0] for row in rows] != list(range(rows[0][1])):
        raise Conflict(N_("内容尚不完整。"), N_("请补送缺少的部分后再完成。"), reason="parts")
    # one at a time: a connection keeps room for the largest answer that it ever had
    return b"".join(part(data, row[0]) for row in rows)


def part(data: Delivery, n: int) -> bytes:
    """One part; in binary, for as text it would come in twice the size. Conflict when it has just gone."""
    found = raw(ONE_SQL, data.by.partner, data.message, n, binary=True)
    if not found:
        raise Conflict(N_("内容尚不完整。"), N_("请补送缺少的部分后再完成。"), reason="parts")
    return bytes(found[0][0])
