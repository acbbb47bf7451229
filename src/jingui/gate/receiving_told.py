"""五（一）3: the sender is told what became of what waited: a notice in the outbox, in the same transaction [5.1.3]"""

from hashlib import sha256
from typing import Final
from uuid import uuid4

from jingui.core.partners import NEEDS
from jingui.core.transmit import CHANNELS, Media, ReceivedState, TransmissionState
from jingui.core.words import Level
from jingui.crypto.canon import canon
from jingui.gate.outbox import close_content
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Received, Transmission

KINDS: Final = tuple(name for name, row in CHANNELS.items() if Media.NOTICE in row.media and name in NEEDS)
SETTLED: Final = "received_settled"  # the label of such a notice
CHANNEL_SQL: Final = """SELECT id FROM channel WHERE partner_id = $1::bigint AND kind = ANY($2::text[])
AND direction IN ('out', 'both') AND state <> 'ended' ORDER BY state = 'open' DESC, id LIMIT 1"""


def tell(context: WriteContext, row: Received) -> str:
    """Put the notice into the outbox and return its message; "" where no channel leads back to the sender.

    It names the message and what became of it, never a patient, so it lies there without one.
    """
    found = raw(CHANNEL_SQL, row.partner_id, list(KINDS))
    if not found:
        return ""
    at = context.runtime.clock.now()
    content = canon(
        {
            "notice": SETTLED, "message": str(row.message), "digest": bytes(row.digest).hex(), "purpose": row.purpose,
            "at": at.isoformat(timespec="seconds"), "outcome": row.state,
            "reason": row.reason if row.state == ReceivedState.REFUSED else "",
        }
    )  # fmt: skip
    number, message = context.runtime.number(at), uuid4()
    made = Transmission(
        patient_id=0, transmission_id=number, message=message, partner_id=row.partner_id,
        agreement_id=row.agreement_id, channel_id=found[0][0], purpose=row.purpose, view="", media=Media.NOTICE.value,
        label=SETTLED, basis="notice", level=Level.ORDINARY.value, records=[], digest=sha256(content).digest(),
        size=len(content), person_id=context.actor.person, made=at, state=TransmissionState.QUEUED.value,
        reply_to=row.message, payload=close_content(context.runtime, 0, number, content), next=at,
    )  # fmt: skip
    keep(context, made, new=True)
    return str(message)
