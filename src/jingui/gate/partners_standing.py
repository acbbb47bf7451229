"""五（一）2, 五（二）3 合作机构: whether one stands now, every row it rests on genuine [5.1.2] [5.2.3]

The one place where sharing, sending, receiving and apps ask. `standing` is for writing acts, `standing_seen` for
reading ones; both take the same rows and the same rule (`core.partners.judged`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple

from jingui.core.calendars import CHINA
from jingui.core.errors import Conflict, NotFound
from jingui.core.partners import (
    AgreementFact,
    AssessmentFact,
    CertificateFact,
    ChannelFact,
    CheckFact,
    PartnerFact,
    PartnerFacts,
    Standing,
    judged,
)
from jingui.core.transmit import Direction
from jingui.core.words import Level
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.writing import WriteContext
from jingui.store.seals import Sealer
from jingui.store.statements import Columns


class Kind(NamedTuple):
    """A statement and the columns it answers with."""

    columns: Columns
    sql: str


def _kind(table: str, where: str) -> Kind:
    columns = Columns()
    columns.sealed("q", table)
    return Kind(columns, f"SELECT {columns.sql} FROM {table} q WHERE {where}")  # noqa: S608 -- own texts only


PARTNER: Final = _kind("partner", "q.id = $1::bigint")
BY_USCC: Final = _kind("partner", "q.uscc = $1::text")
CERTIFICATES: Final = _kind("partner_certificate", "q.partner_id = $1::bigint ORDER BY q.id")
BY_PRINT: Final = _kind("partner_certificate", "q.fingerprint = $1::text ORDER BY q.id")
AGREEMENT: Final = _kind("agreement", "q.id = $1::bigint")
BY_NUMBER: Final = _kind("agreement", "q.number = $1::text")
CHANNEL: Final = _kind("channel", "q.id = $1::bigint")
ASSESSMENT: Final = _kind("impact_assessment", "q.id = $1::bigint")
CHECK: Final = _kind("partner_check", "q.partner_id = $1::bigint ORDER BY q.id DESC LIMIT 1")
Rows = Mapping[str, Sequence[Sequence[Any]]]


def standing(
    context: WriteContext, partner: int, agreement: int = 0, channel: int = 0, at: datetime | None = None, *,
    direction: Direction = Direction.OUT,
) -> Standing:  # fmt: skip
    """Whether `partner` stands for the agreement and channel (0: not asked for) at `at` (now by default).

    The partner's row is held for the transaction, so that it does not end meanwhile; what else of it ends moves the
    epoch, and whoever read it before decides again. NotFound for an unknown
    partner, Tampered for a row that is not as the door wrote it; everything else is `Standing.reason`.
    """
    if not context.rows("SELECT 1 FROM partner WHERE id = $1::bigint FOR SHARE", partner):
        raise NotFound()
    found = {
        "partner": context.rows(PARTNER.sql, partner),
        "certificates": context.rows(CERTIFICATES.sql, partner),
        "agreement": context.rows(AGREEMENT.sql, agreement),
        "channel": context.rows(CHANNEL.sql, channel),
        "check": context.rows(CHECK.sql, partner),
    }
    found["assessment"] = context.rows(ASSESSMENT.sql, _assessment(found["agreement"]))
    when = at or context.runtime.clock.now()
    return judged(_facts(context.runtime.sealer, found), when, agreement=agreement, channel=channel,
                  direction=direction)  # fmt: skip


async def standing_seen(
    context: ReadContext, partner: int, agreement: int = 0, channel: int = 0, at: datetime | None = None, *,
    direction: Direction = Direction.OUT,
) -> Standing:  # fmt: skip
    """The same for a reading act."""
    found = {
        "partner": await context.rows(PARTNER.sql, partner),
        "certificates": await context.rows(CERTIFICATES.sql, partner),
        "agreement": await context.rows(AGREEMENT.sql, agreement),
        "channel": await context.rows(CHANNEL.sql, channel),
        "check": await context.rows(CHECK.sql, partner),
    }
    found["assessment"] = await context.rows(ASSESSMENT.sql, _assessment(found["agreement"]))
    if not found["partner"]:
        raise NotFound()
    when = at or context.runtime.clock.now()
    return judged(_facts(context.runtime.sealer, found), when, agreement=agreement, channel=channel,
                  direction=direction)  # fmt: skip


def stands(found: Standing) -> Standing:
    """The standing again; Conflict with the words of its reason when it does not stand."""
    if found.reason:
        what, then = found.words
        raise Conflict(what, then, reason=found.reason)
    return found


def partner_of(context: WriteContext, uscc: str) -> PartnerFact | None:
    """The partner with this 统一社会信用代码, genuine; None for a stranger."""
    rows = context.rows(BY_USCC.sql, uscc)
    return partner_fact(checked(context.runtime.sealer, BY_USCC.columns, "q", rows[0])) if rows else None


def agreement_of(context: WriteContext, number: str) -> AgreementFact | None:
    """The agreement that both sides call `number`, genuine; None for none."""
    rows = context.rows(BY_NUMBER.sql, number)
    return agreement_fact(checked(context.runtime.sealer, BY_NUMBER.columns, "q", rows[0])) if rows else None


def pinned(context: WriteContext, fingerprint: str) -> tuple[tuple[int, CertificateFact], ...]:
    """Every (partner's number, certificate) pinned under this fingerprint (hex), genuine, whether valid or not."""
    rows = context.rows(BY_PRINT.sql, fingerprint)
    said = [checked(context.runtime.sealer, BY_PRINT.columns, "q", row) for row in rows]
    return tuple((one["partner_id"], certificate(one)) for one in said)


def _assessment(rows: Sequence[Sequence[Any]]) -> int:
    return int(rows[0][AGREEMENT.columns.at["q.assessment"]]) if rows else 0


def _facts(sealer: Sealer, found: Rows) -> PartnerFacts:
    """The facts of rows that were read; Tampered for one that does not hold."""

    def all_of(name: str, kind: Kind) -> list[dict[str, Any]]:
        return [checked(sealer, kind.columns, "q", row) for row in found[name]]

    agreements, channels = all_of("agreement", AGREEMENT), all_of("channel", CHANNEL)
    assessments, checks = all_of("assessment", ASSESSMENT), all_of("check", CHECK)
    return PartnerFacts(
        partner=partner_fact(all_of("partner", PARTNER)[0]),
        certificates=tuple(certificate(one) for one in all_of("certificates", CERTIFICATES)),
        agreement=agreement_fact(agreements[0]) if agreements else None,
        channel=channel_fact(channels[0]) if channels else None,
        assessment=assessed(assessments[0]) if assessments else None,
        check=check_fact(checks[0]) if checks else None,
    )


def partner_fact(row: dict[str, Any]) -> PartnerFact:
    """A partner's fact from its checked row."""
    return PartnerFact(
        id=row["id"], uscc=row["uscc"], name=row["name"], kind=row["kind"], account=row["account_id"],
        person=row["person_id"], state=row["state"], ended=row["ended"],
    )  # fmt: skip


def certificate(row: dict[str, Any]) -> CertificateFact:
    """A certificate's fact from its checked row."""
    return CertificateFact(
        id=row["id"], use=row["use"], fingerprint=row["fingerprint"], der=bytes(row["der"]), issued=row["issued"],
        starts=row["starts"], ends=row["ends"], revoked=row["revoked"],
    )  # fmt: skip


def agreement_fact(row: dict[str, Any]) -> AgreementFact:
    """An agreement's fact from its checked row."""
    return AgreementFact(
        id=row["id"], partner=row["partner_id"], number=row["number"], purposes=tuple(row["purposes"]),
        views=tuple(row["views"]), payloads=tuple(row["payloads"]), level=Level(row["level"]),
        profile=row["profile"], inbound=tuple(row["inbound"]), assessment=row["assessment"], starts=row["starts"],
        ends=row["ends"], ended=row["ended"], returned=row["returned"] is not None, matter=row["matter"],
    )  # fmt: skip


def channel_fact(row: dict[str, Any]) -> ChannelFact:
    """A channel's fact from its checked row."""
    return ChannelFact(
        id=row["id"], partner=row["partner_id"], code=row["code"], kind=row["kind"], network=row["network"],
        direction=row["direction"], address=row["address"], options=row["options"], most=row["most"],
        seconds=row["seconds"], state=row["state"], paused=row["paused"],
    )  # fmt: skip


def assessed(row: dict[str, Any]) -> AssessmentFact:
    """An assessment's fact from its checked row."""
    return AssessmentFact(id=row["id"], kind=row["kind"], conclusion=row["conclusion"], ends=row["ends"])


def check_fact(row: dict[str, Any]) -> CheckFact:
    """A check's fact from its checked row."""
    due = row["due"]
    end = datetime.combine(due + timedelta(days=1), time.min, CHINA) if due is not None else None
    return CheckFact(verdict=row["verdict"], due=end)
