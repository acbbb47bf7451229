"""五（一）2, 五（二）3 合作机构: whether one stands now, every row it rests on genuine [5.1.2] [5.2.3]

The one place where sharing, sending, receiving and apps ask. `standing` is for writing acts, `standing_seen` for
reading ones, `app_standing` and `app_standing_seen` for an app with the partner and agreement it rests on; all take
the same rows and the same rule (`core.partners.judged`).
"""

from datetime import datetime
from typing import Any, Final

from jingui.core.errors import Conflict, NotFound
from jingui.core.partners import AgreementFact, CertificateFact, PartnerFact, Standing, judged
from jingui.core.transmit import Direction
from jingui.gate.context import ReadContext
from jingui.gate.partners_facts import (
    APP,
    BY_NUMBER,
    BY_PRINT,
    BY_USCC,
    CERTIFICATES,
    LIVE,
    LIVE_CERTIFICATES,
    WHOLE,
    agreement_fact,
    app_judged,
    certificate,
    facts_of,
    genuine,
    partner_fact,
)
from jingui.gate.writing import WriteContext

HELD: Final = "SELECT 1 FROM partner WHERE id = $1::bigint FOR SHARE"
APP_HELD: Final = """SELECT q.id FROM app p JOIN partner q ON q.id = p.partner_id
WHERE p.id = $1::bigint OR p.client = $2::text FOR SHARE"""


def standing(
    context: WriteContext, partner: int, agreement: int = 0, channel: int = 0, at: datetime | None = None, *,
    direction: Direction = Direction.OUT,
) -> Standing:  # fmt: skip
    """Whether `partner` stands for the agreement and channel (0: not asked for) at `at` (now by default).

    The partner's row is held for the transaction, so that it does not end meanwhile; what else of it ends moves the
    epoch, and whoever read it before decides again. NotFound for an unknown
    partner, Tampered for a row that is not as the door wrote it; everything else is `Standing.reason`.
    """
    if not context.rows(HELD, partner):
        raise NotFound()
    rows = context.rows(WHOLE.sql, partner, agreement, channel)
    facts = facts_of(context.runtime.sealer, WHOLE, rows[0], context.rows(CERTIFICATES.sql, partner))
    when = at or context.runtime.clock.now()
    return judged(facts, when, agreement=agreement, channel=channel, direction=direction)


async def standing_seen(
    context: ReadContext, partner: int, agreement: int = 0, channel: int = 0, at: datetime | None = None, *,
    direction: Direction = Direction.OUT,
) -> Standing:  # fmt: skip
    """The same for a reading act."""
    rows = await context.rows(WHOLE.sql, partner, agreement, channel)
    if not rows:
        raise NotFound()
    facts = facts_of(context.runtime.sealer, WHOLE, rows[0], await context.rows(CERTIFICATES.sql, partner))
    when = at or context.runtime.clock.now()
    return judged(facts, when, agreement=agreement, channel=channel, direction=direction)


async def standings_seen(context: ReadContext, at: datetime | None = None) -> tuple[Standing, ...]:
    """Every agreement of an active partner that nobody ended, with whether it stands: two statements for all."""
    sealer, when = context.runtime.sealer, at or context.runtime.clock.now()
    rows = await context.rows(LIVE.sql)
    owner = LIVE.columns.at["q.id"]
    certificates: dict[int, list[Any]] = {}
    partners = list(dict.fromkeys(row[owner] for row in rows))
    for one in await context.rows(LIVE_CERTIFICATES.sql, partners):
        certificates.setdefault(one[LIVE_CERTIFICATES.columns.at["q.partner_id"]], []).append(one)
    found = (facts_of(sealer, LIVE, row, certificates.get(row[owner], ())) for row in rows)
    return tuple(judged(one, when, agreement=one.agreement.id) for one in found if one.agreement is not None)


def app_standing(context: WriteContext, app: int = 0, client: str = "", at: datetime | None = None) -> Standing:
    """Whether an app, by its number or its client id, stands now: it, its partner and the agreement it rests on.

    App and partner are held for the transaction. NotFound for an unknown app, Tampered as in `standing`.
    """
    if not context.rows(APP_HELD, app, client):
        raise NotFound()
    return app_judged(context.runtime.sealer, context.rows(APP.sql, app, client), at or context.runtime.clock.now())


async def app_standing_seen(
    context: ReadContext, app: int = 0, client: str = "", at: datetime | None = None
) -> Standing:
    """The same for a reading act."""
    return app_judged(
        context.runtime.sealer, await context.rows(APP.sql, app, client), at or context.runtime.clock.now()
    )


def stands(found: Standing) -> Standing:
    """The standing again; Conflict with the words of its reason when it does not stand."""
    if found.reason:
        what, then = found.words
        raise Conflict(what, then, reason=found.reason)
    return found


def partner_of(context: WriteContext, uscc: str) -> PartnerFact | None:
    """The partner with this 统一社会信用代码, genuine; None for a stranger."""
    rows = context.rows(BY_USCC.sql, uscc)
    return partner_fact(genuine(context.runtime.sealer, BY_USCC, "q", rows[0])) if rows else None


def agreement_of(context: WriteContext, number: str) -> AgreementFact | None:
    """The agreement that both sides call `number`, genuine; None for none."""
    rows = context.rows(BY_NUMBER.sql, number)
    return agreement_fact(genuine(context.runtime.sealer, BY_NUMBER, "q", rows[0])) if rows else None


def pinned(context: WriteContext, fingerprint: str) -> tuple[tuple[int, CertificateFact], ...]:
    """Every (partner's number, certificate) pinned under this fingerprint (hex), genuine, whether valid or not."""
    rows = context.rows(BY_PRINT.sql, fingerprint)
    said = [genuine(context.runtime.sealer, BY_PRINT, "q", row) for row in rows]
    return tuple((one["partner_id"], certificate(one)) for one in said)
