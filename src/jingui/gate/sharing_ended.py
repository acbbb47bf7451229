"""五（二）2 待传: what waits and may not leave any more is stopped; what left or was destroyed lies here no longer
[5.2.3] [5.1.3] [3.1.3]
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from jingui.core.entry import Line
from jingui.core.sharing import TRANSMISSION, Parted
from jingui.gate import settings
from jingui.gate.outbox import IDENTITY
from jingui.gate.rows import locked
from jingui.gate.sharing_outbox import STOPPABLE, line, stop
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Transmission

AT_ONCE: Final = 200  # in one transaction; the minute's job stops the rest, and sending refuses it meanwhile
# What waits for a partner, agreement or channel that is over. What is on its way has its lease; then it is over too.
# A notice rests on what it tells of, not on whether the agreement is still in force.
LAPSED: Final = """FROM transmission t JOIN partner p ON p.id = t.partner_id
LEFT JOIN agreement a ON a.id = t.agreement_id LEFT JOIN channel c ON c.id = t.channel_id
CROSS JOIN LATERAL (SELECT CASE WHEN p.state = 'ended' THEN 'partner_ended'
  WHEN t.media <> 'notice' AND a.ended IS NOT NULL THEN 'agreement_ended'
  WHEN t.media <> 'notice' AND a.ends <= $1::timestamptz THEN 'agreement_expired'
  WHEN c.state = 'ended' THEN 'channel_ended' ELSE '' END AS why) w
WHERE t.state IN ('queued', 'sending', 'failed') AND (t.state <> 'sending' OR t.next <= $1::timestamptz)
AND w.why <> ''"""
LAPSED_SQL: Final = f"""SELECT t.patient_id, t.transmission_id, w.why {LAPSED}
AND ($2::bigint = 0 OR t.partner_id = $2::bigint) ORDER BY 1, 2 LIMIT $3::int"""
COUNT_SQL: Final = f"SELECT count(*) {LAPSED}"
VANISH_SQL: Final = """UPDATE transmission SET payload = NULL WHERE patient_id = ANY($1::bigint[])
AND payload IS NOT NULL AND ($2::text = 'identity' OR $2::text = ANY(classes))"""
# What arrived or was refused is proven by its digest and receipt; what was stopped is decided anew if it is wanted.
LEFT: Final = """FROM transmission WHERE payload IS NOT NULL AND made <= $1::timestamptz
AND (state = 'stopped' OR (state IN ('receipted', 'quarantined', 'refused') AND received <= $1::timestamptz))"""
LEFT_SQL: Final = f"""UPDATE transmission t SET payload = NULL FROM (SELECT patient_id, transmission_id {LEFT}
ORDER BY patient_id, transmission_id LIMIT $2::int FOR UPDATE SKIP LOCKED) x
WHERE t.patient_id = x.patient_id AND t.transmission_id = x.transmission_id
RETURNING t.patient_id, t.transmission_id, t.version"""  # noqa: S608 -- own texts only
LEFT_COUNT_SQL: Final = f"SELECT count(*) {LEFT}"


def part(context: WriteContext, at: datetime, *, partner: int = 0, most: int = AT_ONCE) -> Parted:
    """Stop what waits for partners, agreements and channels that are over: of one partner, or of the house."""
    lines: list[Line] = []
    patients: dict[int, None] = {}
    for patient, number, why in raw(LAPSED_SQL, at, partner, most):
        row = locked(context, Transmission, (patient, number))
        if row.state in STOPPABLE:
            stop(context, row, why)
            lines.append(line(context, row))
            patients |= {patient: None} if patient else {}
    return Parted(lines=tuple(lines), patients=tuple(patients))


def lapsed(at: datetime) -> int:
    """How many wait although what they rest on is over."""
    return int(raw(COUNT_SQL, at)[0][0])


def vanish(context: WriteContext, patients: Sequence[int], which: str) -> None:
    """A class of these patients is destroyed: what was made of it lies here no more, what waited does not leave.

    Its key is destroyed too, so that no backup opens it. Head, digest and receipt stay: they prove who received what.
    """
    found = Transmission.objects.select_for_update().filter(patient_id__in=patients)
    if which != IDENTITY:
        found = found.filter(classes__contains=[which])
    for row in found.order_by("patient_id", "transmission_id"):
        context.runtime.sealer.check(row)
        if row.state in STOPPABLE:
            stop(context, row, "gone")
    raw(VANISH_SQL, list(patients), which)


def until(context: WriteContext, at: datetime) -> datetime:
    """What arrived before lies in the outbox no more."""
    return at - timedelta(days=settings.number(context.runtime, context.epoch, "sent_content_days"))


def clear(context: WriteContext, at: datetime, most: int) -> Parted:
    """Take contents out of the outbox whose time is over; digest, receipt and head stay for good [5.1.3]."""
    rows = raw(LEFT_SQL, until(context, at), most)
    public = context.runtime.public
    lines = tuple(
        Line(public(patient, 0) if patient else "", public(patient, number), TRANSMISSION, version)
        for patient, number, version in rows
    )
    return Parted(lines=lines, patients=tuple(dict.fromkeys(row[0] for row in rows if row[0])))


def left(at: datetime) -> int:
    """How many contents lie here that arrived, or were stopped, before `at`."""
    return int(raw(LEFT_COUNT_SQL, at)[0][0])
