"""五（一）2, 五（二）3 合作机构: everything of some partners in a few statements, every row genuine [5.1.2] [5.2.3]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from jingui.core.partners import KINDS, PartnerFacts, judged
from jingui.core.permit import Permit
from jingui.core.setting_rows import Value
from jingui.core.transmit import Direction
from jingui.gate import settings
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.partners_facts import agreement_fact, assessed, certificate, channel_fact, check_fact, partner_fact
from jingui.store.statements import Columns

Row = dict[str, Any]


def _of(table: str, *more: str) -> Columns:
    columns = Columns()
    columns.sealed("q", table)
    columns.add(*(f"q.{one}" for one in more))
    return columns


PARTNER = _of("partner", "payload")
CERTIFICATE = _of("partner_certificate")
AGREEMENT = _of("agreement", "payload")
CHANNEL = _of("channel")
CHECK = _of("partner_check", "payload")
ASSESSMENT = _of("impact_assessment")
APP = _of("app")
MATTER = _of("matter", "payload")
PARTNERS_SQL = f"""SELECT {PARTNER.sql} FROM partner q
WHERE ($1::bigint = 0 OR q.id = $1::bigint) AND ($2::text = '' OR q.kind = $2::text)
  AND ($3::text = '' OR position(lower($3::text) in lower(q.name || ' ' || q.uscc)) > 0)
ORDER BY q.id LIMIT 2000"""  # noqa: S608 -- own texts only
OF = "WHERE q.partner_id = ANY($1::bigint[]) ORDER BY q.id"
CERTIFICATES_SQL = f"SELECT {CERTIFICATE.sql} FROM partner_certificate q {OF}"  # noqa: S608 -- own texts only
AGREEMENTS_SQL = f"SELECT {AGREEMENT.sql} FROM agreement q {OF}"  # noqa: S608 -- own texts only
CHANNELS_SQL = f"SELECT {CHANNEL.sql} FROM channel q {OF}"  # noqa: S608 -- own texts only
CHECKS_SQL = f"SELECT {CHECK.sql} FROM partner_check q {OF} DESC"  # noqa: S608 -- own texts only
APPS_SQL = f"SELECT {APP.sql} FROM app q {OF}"  # noqa: S608 -- own texts only
ASSESSMENTS_SQL = f"SELECT {ASSESSMENT.sql} FROM impact_assessment q ORDER BY q.id DESC LIMIT 200"  # noqa: S608 -- own texts only
APPROVED_SQL = f"""SELECT {MATTER.sql} FROM matter q WHERE q.kind = 'open_channel' AND q.state = 'executed'
  AND q.until > $1::timestamptz AND NOT EXISTS (SELECT 1 FROM channel c WHERE c.matter = q.id)
ORDER BY q.id LIMIT 50"""  # noqa: S608 -- own texts only
ACCOUNTS_SQL = """SELECT DISTINCT a.id, a.username FROM account a JOIN post p ON p.person_id = a.person_id
  AND p.role = 'interface' AND p.state = 'active' WHERE a.state = 'active' ORDER BY a.username LIMIT 200"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All rows of some partners, genuine, by partner; assessments by number."""

    at: datetime
    values: Mapping[str, Value]
    certificates: Mapping[int, list[Row]]
    agreements: Mapping[int, list[Row]]
    channels: Mapping[int, list[Row]]
    checks: Mapping[int, list[Row]]  # the newest first
    apps: Mapping[int, list[Row]]
    assessments: Mapping[int, Row]

    def days(self, name: str) -> timedelta:
        """A setting in days."""
        return timedelta(days=int(self.values[name]))


async def everything(context: ReadContext, permit: Permit, numbers: Sequence[int]) -> Everything:
    """All rows of these partners."""

    async def by(columns: Columns, sql: str) -> dict[int, list[Row]]:
        out: dict[int, list[Row]] = {}
        for row in await context.rows(sql, list(numbers)):
            one = checked(context.runtime.sealer, columns, "q", row)
            out.setdefault(one["partner_id"], []).append(one)
        return out

    rows = [checked(context.runtime.sealer, ASSESSMENT, "q", row) for row in await context.rows(ASSESSMENTS_SQL)]
    return Everything(
        at=permit.at, values=await settings.loop_values(context.pipe, context.actor.epoch),
        certificates=await by(CERTIFICATE, CERTIFICATES_SQL), agreements=await by(AGREEMENT, AGREEMENTS_SQL),
        channels=await by(CHANNEL, CHANNELS_SQL), checks=await by(CHECK, CHECKS_SQL), apps=await by(APP, APPS_SQL),
        assessments={one["id"]: one for one in rows},
    )  # fmt: skip


def facts(partner: Row, all_of: Everything, agreement: Row | None = None, channel: Row | None = None) -> PartnerFacts:
    """What the standing of a partner rests on, for this agreement and channel."""
    number = partner["id"]
    checks = all_of.checks.get(number, [])
    about = all_of.assessments.get(agreement["assessment"]) if agreement else None
    return PartnerFacts(
        partner=partner_fact(partner),
        certificates=tuple(certificate(one) for one in all_of.certificates.get(number, ())),
        agreement=agreement_fact(agreement) if agreement else None,
        channel=channel_fact(channel) if channel else None,
        assessment=assessed(about) if about else None,
        check=check_fact(checks[0]) if checks else None,
    )


def live(partner: int, all_of: Everything) -> list[Row]:
    """The partner's agreements in force."""
    at = all_of.at
    return [
        one for one in all_of.agreements.get(partner, ())
        if one["ended"] is None and one["starts"] <= at < one["ends"]
    ]  # fmt: skip


def reason_of(partner: Row, channel: Row, all_of: Everything) -> str:
    """Why nothing goes over a channel now, "" when it carries: its own standing, and that of some agreement."""
    way = Direction.IN if channel["direction"] == Direction.IN else Direction.OUT
    agreements = live(partner["id"], all_of)
    if not agreements:
        return judged(facts(partner, all_of, None, channel), all_of.at, agreement=1, direction=way).reason
    reasons = [judged(facts(partner, all_of, one, channel), all_of.at, direction=way).reason for one in agreements]
    return "" if "" in reasons else reasons[0]


def return_due(partner: Row, agreement: Row, all_of: Everything) -> datetime | None:
    """By when the proof of return is to be there; None when none is owed or it is there."""
    over = agreement["ended"] or (agreement["ends"] if agreement["ends"] <= all_of.at else None)
    if over is None or agreement["returned"] is not None or not KINDS[partner["kind"]].entrusted:
        return None
    return cast(datetime, over) + all_of.days("return_proof_days")
