"""五（一）2, 五（二）3 合作机构: rows about partners and apps as facts, each genuine [5.1.2] [5.2.3]

Nothing here knows who asks: writing acts, reading acts and the facts of an actor take the same rows and the same rule.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple

from jingui.core.calendars import CHINA
from jingui.core.errors import NotFound, Tampered
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
from jingui.core.words import Level
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
LIVE: Final = _whole(
    """agreement a JOIN partner q ON q.id = a.partner_id LEFT JOIN impact_assessment i ON i.id = a.assessment
    LEFT JOIN channel w ON false LEFT JOIN app p ON false""",
    "q.state = 'active' AND a.ended IS NULL ORDER BY q.name, a.ends DESC, a.id LIMIT 300",
)
LIVE_CERTIFICATES: Final = _kind("partner_certificate", "q.partner_id = ANY($1::bigint[]) ORDER BY q.id")
APP: Final = _whole(
    """app p JOIN partner q ON q.id = p.partner_id LEFT JOIN agreement a ON a.id = p.agreement_id
    LEFT JOIN impact_assessment i ON i.id = a.assessment LEFT JOIN channel w ON false""",
    "p.id = $1::bigint OR p.client = $2::text",
)
Row = Sequence[Any]


def genuine(sealer: Sealer, kind: Kind, alias: str, row: Row) -> dict[str, Any]:
    """The sealed columns of one row by their names; Tampered names the row when its MAC does not hold."""
    group = kind.columns.groups[alias]
    values = group.values(row)
    if not sealer.holds(group.table, values, group.mac(row)):
        raise Tampered(where=f"{group.table}:{values[0]}")
    return dict(zip(SEALED_TABLES[group.table], values, strict=True))


def app_judged(sealer: Sealer, rows: Sequence[Row], at: datetime) -> Standing:
    """Whether the app of a row of `APP` stands, with its partner and agreement; NotFound for none."""
    if not rows:
        raise NotFound()
    facts = facts_of(sealer, APP, rows[0], ())
    if facts.app is None:
        raise NotFound()
    return judged(facts, at, agreement=facts.app.agreement)


def facts_of(sealer: Sealer, kind: Kind, row: Row, certificates: Sequence[Row]) -> PartnerFacts:
    """The facts of rows that were read; Tampered for one that does not hold."""

    def one(alias: str) -> dict[str, Any] | None:
        absent = row[kind.columns.groups[alias].start] is None  # the outer join found none; an `id` is never NULL
        return None if absent else genuine(sealer, kind, alias, row)

    partner = one("q")
    if partner is None:
        raise NotFound()
    agreement, channel, assessment, check, app = one("a"), one("w"), one("i"), one("k"), one("p")
    said = [genuine(sealer, CERTIFICATES, "q", found) for found in certificates]
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
