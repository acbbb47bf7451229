"""二（一）2 采集手段: sources are registered and ended by name; nothing is taken from any other [2.1.2] [5.1.2]"""

import re
from typing import cast

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.sources import CHARSETS, TELLABLE, EndSource, RegisterSource, Sources
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sources import accounts, departments, sources, stations
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, Post, Source, Station

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}\Z")
FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")


@write_act(Verb.REGISTER_SOURCE)
def register_source(context: WriteContext, permit: Permit) -> Done:
    """Register a source: from now on its messages are taken in the name of its interface account."""
    data = cast(RegisterSource, permit.operation.data)
    fingerprint = re.sub(r"[:\s]", "", data.certificate).lower()
    check(context, permit, data, fingerprint)
    row = Source(
        id=next_id(Source), code=data.code, name=data.name.strip(), kind=data.kind.value,
        account_id=interface_account(context, data.account), application=data.application, facility=data.facility,
        certificate=fingerprint, categories=[one.value for one in TELLABLE if one in data.categories],
        charset=data.charset, state="active", until=data.until,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, bump=True)


def check(context: WriteContext, permit: Permit, data: RegisterSource, fingerprint: str) -> None:
    """Invalid with every wrong place; Conflict when the code or the sender's words are taken."""
    wrong: list[tuple[str, str]] = []
    if not CODE.match(data.code):
        wrong.append(("code", N_("代码只能用小写字母、数字和连字符，以字母开头")))
    if not 2 <= len(data.name.strip()) <= 80:
        wrong.append(("name", N_("须写明名称")))
    if fingerprint and not FINGERPRINT.match(fingerprint):
        wrong.append(("certificate", N_("不是证书的 SHA-256 指纹（64 位十六进制）")))
    if not data.categories or set(data.categories) - set(TELLABLE):
        wrong.append(("categories", N_("须选择准许提供的信息类别")))
    if data.charset not in CHARSETS:
        wrong.append(("charset", N_("不支持该字符编码")))
    if data.until is not None and data.until <= permit.at:
        wrong.append(("until", N_("期限须在今后")))
    for name, text in (("application", data.application), ("facility", data.facility)):
        if len(text) > 80 or text != text.strip() or not text.isprintable():
            wrong.append((name, N_("与报文中的写法一致，不超过 80 个字符")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    if Source.objects.filter(code=data.code).exists():
        raise Conflict(N_("该代码已被使用。"), N_("停用的来源也保留代码，请另取一个。"))
    same = Source.objects.filter(
        state="active", application=data.application, facility=data.facility, certificate=fingerprint
    )
    if same.exists():
        raise Conflict(N_("同一发送方（应用、机构和证书）已经登记。"), N_("请先停用原有登记。"))


def interface_account(context: WriteContext, username: str) -> int:
    """The account's number; NotFound or Invalid unless it is an interface's with a post."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise NotFound(N_("没有这个账号。"))
    context.runtime.sealer.check(account)
    posts = list(Post.objects.filter(person_id=account.person_id, role=Role.INTERFACE.value, state="active"))
    for post in posts:
        context.runtime.sealer.check(post)
    if not posts:
        raise Invalid(places=(("account", N_("不是接口账号，或没有有效岗位")),))
    return int(account.pk)


@write_act(Verb.END_SOURCE)
def end_source(context: WriteContext, permit: Permit) -> Done:
    """End a source at once: its next message is refused."""
    data = cast(EndSource, permit.operation.data)
    return ended(context, Source, data.source, data.reason, N_("该来源已经停用。"))


def ended(context: WriteContext, table: type[Source | Station], number: int, reason: str, over: str) -> Done:
    """End a source or a station with the reason; Conflict, saying `over`, when it has ended before."""
    if len(reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明理由")),))
    row = locked(context, table, number)
    if row.state != "active":
        raise Conflict(over)
    row.state = "ended"
    keep(context, row)
    return Done(value=row.pk, note=reason.encode(), bump=True)


@read_act(Verb.READ_SOURCES)
async def read_sources(context: ReadContext, permit: Permit) -> Done:
    """Every registered source and station, ended ones too."""
    return Done(
        value=Sources(
            sources=await sources(context),
            stations=await stations(context),
            departments=await departments(context),
            accounts=await accounts(context),
        )
    )
