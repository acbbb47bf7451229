"""五（一）2 传输网关: channels with their queues and counts, in three statements whatever their number [5.1.2]"""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from jingui.core.permit import Permit
from jingui.core.sending import ChannelHours, ChannelState, GatewayBoard
from jingui.gate.context import ReadContext
from jingui.store.statements import Columns

HOURS: Final = 24
CHANNEL = Columns()
CHANNEL.sealed("c", "channel")
CHANNEL.add("p.name")
CHANNELS_SQL = f"""SELECT {CHANNEL.sql} FROM channel c JOIN partner p ON p.id = c.partner_id
WHERE c.state <> 'ended' ORDER BY p.name, c.code LIMIT 500"""  # noqa: S608 -- own texts only
QUEUE_SQL: Final = """SELECT channel_id, count(*) FILTER (WHERE state = 'queued')::int,
  count(*) FILTER (WHERE state = 'sending')::int, min(made),
  min(next) FILTER (WHERE state = 'queued' AND problem <> ''),
  (array_agg(problem ORDER BY made) FILTER (WHERE problem <> ''))[1] FROM transmission
WHERE state IN ('queued', 'sending') GROUP BY 1"""
FAILED_SQL: Final = """SELECT channel_id, count(*)::int, (array_agg(problem ORDER BY made DESC))[1] FROM transmission
WHERE state IN ('failed', 'refused') AND made >= $1::timestamptz GROUP BY 1"""
# What came in is counted from its own rows: a counter there would let deliveries wait for each other.
HOURS_SQL: Final = """SELECT channel_id, hour, sum(sent)::int, sum(failed)::int, sum(taken)::int FROM (
  SELECT channel_id, hour, sent, failed, taken FROM gateway_hour WHERE hour >= $1::timestamptz
  UNION ALL SELECT channel_id, date_trunc('hour', at), 0, 0, count(*)::int FROM received WHERE at >= $1::timestamptz
  GROUP BY 1, 2) AS counted GROUP BY 1, 2 ORDER BY 2"""


async def board(context: ReadContext, permit: Permit) -> GatewayBoard:
    """The gateway's page."""
    since = permit.at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    queues = {row[0]: row for row in await context.rows(QUEUE_SQL)}
    failed = {row[0]: row for row in await context.rows(FAILED_SQL, permit.at - timedelta(days=7))}
    hours: dict[int, list[ChannelHours]] = defaultdict(list)
    for row in await context.rows(HOURS_SQL, since):
        hours[row[0]].append(ChannelHours(hour=row[1], sent=row[2], failed=row[3], taken=row[4]))
    found = [state(context, row, queues, failed, tuple(hours[row[CHANNEL.at["c.id"]]]))
             for row in await context.rows(CHANNELS_SQL)]  # fmt: skip
    found.sort(key=lambda one: (one.genuine and not one.problem and one.state == "open", one.name, one.code))
    return GatewayBoard(channels=tuple(found), since=since)


def state(
    context: ReadContext, row: Any, queues: dict[int, Any], failed: dict[int, Any], hours: tuple[ChannelHours, ...]
) -> ChannelState:
    """A channel; one that is not as it was written says so."""
    at, group = CHANNEL.at, CHANNEL.groups["c"]
    get = {name.partition(".")[2]: row[place] for name, place in at.items() if name.startswith("c.")}
    queue = queues.get(get["id"], (0, 0, 0, None, None, None))
    lost = failed.get(get["id"], (0, 0, ""))
    return ChannelState(
        id=get["id"], partner=get["partner_id"], code=get["code"], name=row[at["p.name"]], kind=get["kind"],
        network=get["network"], direction=get["direction"], state=get["state"], paused=get["paused"],
        genuine=context.runtime.sealer.holds("channel", group.values(row), group.mac(row)),
        waiting=queue[1], sending=queue[2], oldest=queue[3], next=queue[4], failed=lost[1],
        problem=queue[5] or lost[2] or "", hours=hours,
    )  # fmt: skip
