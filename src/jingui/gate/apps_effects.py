"""五（一）2 接入应用: what an approved registration gives: an app within its agreement [5.1.2] [5.2.3]"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from jingui.core.apps import CLIENT, REDIRECTS, keys_of, lines, redirect_fault, scopes_fault, thumb
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.share import VIEWS
from jingui.core.transmit import Media
from jingui.core.word import N_
from jingui.gate import partners, settings
from jingui.gate.effects import Effected, Granting, checking, effect
from jingui.gate.partners_effects import Fault, day, raised
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Agreement, App, Partner

NO_AGREEMENT: Final = N_("没有该机构的这份协议，或不在有效期内")


def agreement_of(context: WriteContext, partner: Partner, answers: Mapping[str, str]) -> Agreement | None:
    """The partner's agreement of that number, genuine; None for none."""
    row = Agreement.objects.filter(number=answers["agreement"], partner_id=partner.pk).first()
    if row is not None:
        context.runtime.sealer.check(row)
    return row


@checking("app_registration")
def app_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The agreement is in force and carries FHIR; scopes stay within its views [5.1.2]."""
    partner = partners.named(context, answers)
    found = agreement_of(context, partner, answers)
    confidential = answers["confidential"] == "key"
    redirects, scopes = lines(answers.get("redirects", "")), lines(answers["scopes"])
    account = partners.interface(context, answers["account"]) if answers.get("account") else 0
    keys, broken = keys_of(answers["keys"]) if answers.get("keys") else ((), "")
    ends = day(answers["ends"], end=True)
    longest = timedelta(days=settings.number(context.runtime, context.epoch, "app_max_days"))
    live = found is not None and found.ended is None and found.starts <= permit.at < found.ends
    scoped = scopes_fault(
        scopes, types_of(found), writes=found is not None and bool(found.inbound), system=confidential and bool(account)
    )
    wrong = next((text for one in redirects if (text := redirect_fault(one, native=not confidential))), "")
    person = any(not one.startswith("system/") for one in scopes)
    faults: tuple[Fault, ...] = (
        ("agreement", NO_AGREEMENT, not live),
        ("agreement", N_("协议没有约定以 FHIR 提供内容"), live and Media.FHIR not in (found.payloads if found else ())),
        ("client", N_("应用编号为 3 至 60 个字母、数字、点或连字符"), not CLIENT.match(answers["client"])),
        ("client", N_("这个应用编号已经使用"), App.objects.filter(client=answers["client"]).exists()),
        ("redirects", wrong, bool(wrong)),
        ("redirects", N_("请写明回调地址"), person and not redirects),
        ("redirects", N_("回调地址过多"), len(redirects) > REDIRECTS),
        ("scopes", scoped, live and bool(scoped)),
        ("keys", broken, bool(broken)),
        ("keys", N_("以私钥证明身份的应用须提供公钥"), confidential and not answers.get("keys")),
        ("keys", N_("这个公钥已用于另一个应用"), bool(keys) and known(context, {thumb(one) for one in keys})),
        ("account", N_("不是接口账号，或没有有效岗位"), bool(answers.get("account")) and not account),
        ("account", N_("该接口账号已用于另一家机构。"), partners.others_account(context, account, partner.pk)),
        ("ends", N_("到期日期须在今后"), ends <= permit.at),
        ("ends", N_("有效期超过允许的最长期限"), ends - permit.at > longest + timedelta(days=1)),
        ("ends", N_("到期日期超出协议的有效期"), found is not None and ends > found.ends),
    )
    raised(faults)


def types_of(found: Agreement | None) -> frozenset[str]:
    """The record types that an agreement's views show."""
    return frozenset().union(*(VIEWS[one].types for one in found.views if one in VIEWS)) if found else frozenset()


def known(context: WriteContext, thumbs: set[str]) -> bool:
    """Whether another app has one of these keys."""
    for app in App.objects.exclude(keys=""):
        context.runtime.sealer.check(app)
        if any(thumb(one) in thumbs for one in keys_of(app.keys)[0]):
            return True
    return False


@effect("app_registration")
def app(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """应用获批: registered until its end or its agreement's, whichever is first [5.1.2]."""
    answers = granting.answers
    partners.alone(context)
    app_asked(context, permit, answers)
    partner = partners.named(context, answers)
    under = agreement_of(context, partner, answers)
    if under is None:  # `app_asked` has just found it
        raise Invalid(places=(("agreement", NO_AGREEMENT),))
    keys, _ = keys_of(answers["keys"]) if answers.get("keys") else ((), "")
    row = App(
        id=next_id(App), client=answers["client"], name=answers["name"], partner_id=partner.pk,
        agreement_id=under.pk, confidential=answers["confidential"] == "key",
        redirects=list(lines(answers.get("redirects", ""))), scopes=list(lines(answers["scopes"])),
        keys=json.dumps({"keys": keys}, sort_keys=True, separators=(",", ":")) if keys else "",
        account_id=partners.interface(context, answers["account"]) if answers.get("account") else 0,
        matter=granting.row.pk, starts=permit.at, ends=day(answers["ends"], end=True),
    )  # fmt: skip
    keep(context, row, new=True)
    return Effected(until=row.ends, lines=(partners.line(row),))
