"""五（一）2, 五（二）3 合作机构: rows found genuine, and what ends with what [5.1.2] [5.2.3]"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.partners import ChannelState, PartnerState
from jingui.core.word import N_
from jingui.core.words import Role
from jingui.gate.rows import keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, Agreement, App, Channel, Matter, Partner, PartnerCertificate, Person, Post
from jingui.store.models.sealed import Sealed

LONGEST: Final = 2000


def line(row: Sealed) -> Line:
    """A row as a target of its entry, with its version: one that is put back later is named by verification."""
    return Line("", str(row.pk), row._meta.db_table, row.version)


def line_of(table: str, number: int) -> Line:
    """A row that was looked at."""
    return Line("", str(number), table, 0)


def said(reason: str, place: str = "reason") -> str:
    """A reason in words; Invalid without one."""
    text = reason.strip()
    if not 2 <= len(text) <= LONGEST or "\0" in text:
        raise Invalid(places=((place, N_("请写明理由（2 至 2000 字）")),))
    return text


def alone(context: WriteContext) -> None:
    """Hold back every other registration until this transaction ends: what no index can say is compared row by row.

    Asked for first of all, before any row is locked.
    """
    context.rows("SELECT pg_advisory_xact_lock(hashtext('jingui:partners'))")


def same_words(told: str, name: str) -> None:
    """Conflict when what the second person is shown is another one's name."""
    if told and told != name:
        raise Conflict(N_("对象与所示名称不一致。"), N_("请刷新页面后重新办理。"))


def active(context: WriteContext, number: int) -> Partner:
    """The partner, locked, genuine and not ended."""
    row = locked(context, Partner, number)
    if row.state != PartnerState.ACTIVE:
        raise Conflict(N_("与该机构的合作已终止。"), N_("如需恢复，请重新登记机构并签订协议。"))
    return row


def named(context: WriteContext, answers: Mapping[str, str]) -> Partner:
    """The active partner whose USCC stands in a matter's answers, locked; Invalid when there is none."""
    row = Partner.objects.select_for_update().filter(uscc=answers["partner"].strip().upper()).first()
    if row is None or row.state != PartnerState.ACTIVE:
        raise Invalid(places=(("partner", N_("没有登记这家机构，或合作已终止")),))
    context.runtime.sealer.check(row)
    return row


def staff(context: WriteContext, staff_no: str) -> int:
    """The active member of staff with this number; 0 for none."""
    row = Person.objects.filter(staff_no=staff_no.strip(), active=True).exclude(kind__in=("patient", "outside")).first()
    if row is None:
        return 0
    context.runtime.sealer.check(row)
    return int(row.pk)


def interface(context: WriteContext, username: str) -> int:
    """The number of an interface's account that has a post; 0 for none."""
    account = Account.objects.filter(username=username, state="active").first()
    if account is None:
        return 0
    context.runtime.sealer.check(account)
    posts = list(Post.objects.filter(person_id=account.person_id, role=Role.INTERFACE.value, state="active"))
    for post in posts:
        context.runtime.sealer.check(post)
    return int(account.pk) if posts else 0


def others_account(context: WriteContext, account: int, besides: int = 0) -> bool:
    """Whether this account stands for another partner: for what it sends, or for an app of its."""
    rows: tuple[Partner | App, ...] = (
        *Partner.objects.filter(state=PartnerState.ACTIVE.value).exclude(pk=besides),
        *App.objects.filter(ended=None).exclude(partner_id=besides),
    )
    for row in rows:
        context.runtime.sealer.check(row)
    return bool(account) and any(row.account_id == account for row in rows)


def genuine(context: WriteContext, rows: Any) -> list[Any]:
    """All rows of a query, locked, each checked."""
    found = list(rows.select_for_update().order_by("pk"))
    for row in found:
        context.runtime.sealer.check(row)
    return found


def end_agreement(context: WriteContext, row: Agreement, at: datetime) -> Line:
    """An agreement ends now."""
    row.ended = at
    keep(context, row)
    return line(row)


def end_everything(context: WriteContext, partner: Partner, at: datetime) -> tuple[Line, ...]:
    """A partner's agreements, channels, certificates and apps end now."""
    lines = [
        end_agreement(context, one, at)
        for one in genuine(context, Agreement.objects.filter(partner_id=partner.pk, ended=None))
    ]
    for channel in genuine(context, Channel.objects.filter(partner_id=partner.pk).exclude(state="ended")):
        channel.state = ChannelState.ENDED.value
        keep(context, channel)
        lines.append(line(channel))
    for certificate in genuine(context, PartnerCertificate.objects.filter(partner_id=partner.pk, revoked=None)):
        certificate.revoked = at
        keep(context, certificate)
        lines.append(line(certificate))
    for app in genuine(context, App.objects.filter(partner_id=partner.pk, ended=None)):
        app.ended = at
        keep(context, app)
        lines.append(line(app))
    return tuple(lines)


def approved(context: WriteContext, number: int, kind: str, at: datetime) -> Matter:
    """The matter of that kind, locked, genuine, approved and still in force; Conflict otherwise."""
    matter = Matter.objects.select_for_update().filter(pk=number, kind=kind).first()
    if matter is not None:
        context.runtime.sealer.check(matter)
    if matter is None or matter.state != "executed" or (matter.until is not None and matter.until <= at):
        raise Conflict(N_("没有已批准且在有效期内的申请。"), N_("请先发起相应申请，批准后再办理。"))
    return matter
