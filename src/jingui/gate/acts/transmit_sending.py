"""五（一）3 传输: what becomes of an attempt that failed: a wait, an end, a person's matter [5.1.3]"""

import random
from datetime import datetime, timedelta
from typing import Final

from jingui.core.matters.transmit import FAILED
from jingui.core.partners import Standing
from jingui.core.permit import Permit
from jingui.core.sending import PROBLEMS, again, stops
from jingui.core.transmit import TransmissionState
from jingui.gate import settings
from jingui.gate.acts.matters import open_matter
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Transmission

HOUR_SQL: Final = """INSERT INTO gateway_hour (channel_id, hour, sent, failed, taken)
VALUES ($1::bigint, $2::timestamptz, $3::int, $4::int, $5::int)
ON CONFLICT (channel_id, hour) DO UPDATE SET sent = gateway_hour.sent + excluded.sent,
  failed = gateway_hour.failed + excluded.failed, taken = gateway_hour.taken + excluded.taken"""


def number(context: WriteContext, name: str) -> int:
    """A setting."""
    return settings.number(context.runtime, context.epoch, name)


def failed(
    context: WriteContext, permit: Permit, row: Transmission, stood: Standing, problem: str, wait: int = 0
) -> str:
    """Count a failure: try again later, or stop, or after the limit make it a person's matter; the state it leaves."""
    attempts, most = row.attempts, number(context, "send_attempts")
    row.problem = problem
    if stops(problem):
        row.state, row.next = TransmissionState.STOPPED.value, None
    elif attempts >= most:
        row.state, row.next = TransmissionState.FAILED.value, None
    else:
        row.state, row.next = (
            TransmissionState.QUEUED.value,
            permit.at + max(pause(context, attempts), timedelta(seconds=wait)),
        )
    if row.state != TransmissionState.QUEUED:
        matter_of(context, permit, row, stood, problem)
    keep(context, row)
    count(row.channel_id, permit.at, failed=1)
    return row.state


def pause(context: WriteContext, attempts: int) -> timedelta:
    """How long until the next attempt."""
    return again(
        attempts, number(context, "send_first_seconds"), number(context, "send_longest_seconds"),
        number(context, "send_spread_percent"), random.random(),  # noqa: S311 -- it spreads attempts, it hides nothing
    )  # fmt: skip


def matter_of(context: WriteContext, permit: Permit, row: Transmission, stood: Standing, problem: str) -> None:
    """Put it before the hospital's own responsible person: it names the message, never the patient."""
    known = PROBLEMS.get(problem)
    said = {
        "message": str(row.message), "partner": stood.partner.name,
        "channel": stood.channel.code if stood.channel else "—",
        "what": known.text if known else stood.words[0] or problem, "transmission": str(row.transmission_id),
    }  # fmt: skip
    opened = open_matter(context, permit, FAILED, said, patient=0, subject=stood.partner.person)
    row.matter = row.matter or opened.pk


def count(channel: int, at: datetime, *, sent: int = 0, failed: int = 0, taken: int = 0) -> None:
    """Add to the channel's hour."""
    raw(HOUR_SQL, channel, at.replace(minute=0, second=0, microsecond=0), sent, failed, taken)
