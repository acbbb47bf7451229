"""五（一）2, 五（二）3 合作机构: whether one stands now, every row it rests on genuine [5.1.2] [5.2.3]

The one place where sharing, sending, receiving and apps ask. `standing` is for writing acts, `standing_seen` for
reading ones, `app_standing` and `app_standing_seen` for an app with the partner and agreement it rests on; all take
the same rows and the same rule (`core.partners.judged`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple

from jingui.core.calendars import CHINA
from jingui.core.errors import Conflict, NotFound, Tampered
from jingui.core.partners import (
    AgreementFact,
    AppFact,
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
from jingui.store.seals import SEALED_TABLES, Sealer
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
BY_NUMBER: Final = _kind("agreement", "q.number = $1::text")
ALIASES: Final[Mapping[str, str]] = {
    "q": "partner", "a": "agreement", "i": "impact_assessment", "w": "channel", "k": "partner_check", "p": "app",
}  # fmt: skip
# Of the newest check alone; a partner's other checks are history.
LATEST: Final = "LEFT JOIN partner_check k ON k.id = (SELECT max(x.id) FROM partner_check x WHERE x.partner_id = q.id)"


def _whole(tables: str, where: str) -> Kind:
    columns = Columns()
    for alias, table in ALIASES.items():
        columns.sealed(alias, table)
    return Kind(columns, f"SELECT {columns.sql} FROM {tables} {LATEST} WHERE {where}")  # noqa: S608 -- own texts only


WHOLE: Final = _whole(
    """partner q LEFT JOIN agreement a ON a.id = $2::bigint LEFT JOIN impact_assessment i ON i.id = a.assessment
    LEFT JOIN channel w ON w.id = $3::bigint LEFT JOIN app p ON false""",
    "q.id = $1::bigint",
)
APP: Final = _whole(
    """app p JOIN partner q ON q.id = p.partner_id LEFT JOIN agreement a ON a.id = p.agreement_id
    LEFT JOIN impact_assessment i ON i.id = a.assessment LEFT JOIN channel w ON false""",
    "p.id = $1::bigint OR p.client = $2::text",
)
HELD: Final = "SELECT 1 FROM partner WHERE id = $1::bigint FOR SHARE"
APP_HELD: Final = """SELECT q.id FROM app p JOIN partner q ON q.id = p.partner_id
WHERE p.id = $1::bigint OR p.client = $2::text FOR SHARE"""
Row = Sequence[Any]


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
    facts = _facts(context.runtime.sealer, WHOLE, rows[0], context.rows(CERTIFICATES.sql, partner))
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
    facts = _facts(context.runtime.sealer, WHOLE, rows[0], await context.rows(CERTIFICATES.sql, partner))
    when = at or context.runtime.clock.now()
    return judged(facts, when, agreement=agreement, channel=channel, direction=direction)


def app_standing(context: WriteContext, app: int = 0, client: str = "", at: datetime | None = None) -> Standing:
    """Whether an app, by its number or its client id, stands now: it, its partner and the agreement it rests on.

    App and partner are held for the transaction. NotFound for an unknown app, Tampered as in `standing`.
    """
    if not context.rows(APP_HELD, app, client):
        raise NotFound()
    return _app(context.runtime.sealer, context.rows(APP.sql, app, client), at or context.runtime.clock.now())


async def app_standing_seen(
    context: ReadContext, app: int = 0, client: str = "", at: datetime | None = None
) -> Standing:
    """The same for a reading act."""
    return _app(context.runtime.sealer, await context.rows(APP.sql, app, client), at or context.runtime.clock.now())


def _app(sealer: Sealer, rows: Sequence[Row], at: datetime) -> Standing:
    if not rows:
        raise NotFound()
    facts = _facts(sealer, APP, rows[0], ())
    if facts.app is None:
        raise NotFound()
    return judged(facts, at, agreement=facts.app.agreement)


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


def _facts(sealer: Sealer, kind: Kind, row: Row, certificates: Sequence[Row]) -> PartnerFacts:
    """The facts of rows that were read; Tampered for one that does not hold."""

    def one(alias: str) -> dict[str, Any] | None:
        group = kind.columns.groups[alias]
        values = group.values(row)
        if values[0] is None:  # the outer join found none; an `id` is never NULL
            return None
        if not sealer.holds(group.table, values, group.mac(row)):
            raise Tampered(where=f"{group.table}:{values[0]}")
        return dict(zip(SEALED_TABLES[group.table], values, strict=True))

    partner = one("q")
    if partner is None:
        raise NotFound()
    agreement, channel, assessment, check, app = one("a"), one("w"), one("i"), one("k"), one("p")
    said = [checked(sealer, CERTIFICATES.columns, "q", found) for found in certificates]
    return PartnerFacts(
        partner=partner_fact(partner),
        certificates=tuple(certificate(found) for found in said),
        agreement=agreement_fact(agreement) if agreement else None,
        channel=channel_fact(channel) if channel else None,
        assessment=assessed(assessment) if assessment else None,
        check=check_fact(check) if check else None,
        app=app_fact(app) if app else None,
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


def app_fact(row: dict[str, Any]) -> AppFact:
    """An app's fact from its checked row."""
    return AppFact(
        id=row["id"], client=row["client"], name=row["name"], partner=row["partner_id"],
        agreement=row["agreement_id"], confidential=row["confidential"], redirects=tuple(row["redirects"]),
        scopes=tuple(row["scopes"]), keys=row["keys"], account=row["account_id"], starts=row["starts"],
        ends=row["ends"], ended=row["ended"],
    )  # fmt: skip


def check_fact(row: dict[str, Any]) -> CheckFact:
    """A check's fact from its checked row."""
    due = row["due"]
    end = datetime.combine(due + timedelta(days=1), time.min, CHINA) if due is not None else None
    return CheckFact(verdict=row["verdict"], due=end)
