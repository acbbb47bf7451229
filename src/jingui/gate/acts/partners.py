"""五（一）2, 五（二）3 合作机构: registered by two people, checked, ended at once [5.1.2] [5.2.3]"""

from dataclasses import fields
from datetime import date, timedelta
from typing import Final, cast

import orjson

from jingui.core.calendars import CHINA
from jingui.core.errors import Conflict, Invalid
from jingui.core.partnering import CheckPartner, EndPartner, RegisterPartner
from jingui.core.partners import KINDS, PartnerState, Verdict
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto.partner_certificates import alike
from jingui.formats.identifiers import uscc_ok
from jingui.gate import partners, sharing_ended
from jingui.gate.proposals import carries, tells
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Agreement, Partner, PartnerCheck

carries(Verb.REGISTER_PARTNER, RegisterPartner)
FURTHEST: Final = timedelta(days=366)


@write_act(Verb.REGISTER_PARTNER)
def register(context: WriteContext, permit: Permit) -> Done:
    """登记合作机构: proven by its 统一社会信用代码; two people. Without an agreement nothing goes to it yet [5.2.3].

    One that was ended begins anew in its own row: what came from it stays its, and nothing of what ended comes back.
    """
    data, runtime = cast(RegisterPartner, permit.operation.data), context.runtime
    partners.alone(context)
    uscc, name = data.uscc.strip().upper(), " ".join(data.name.split())
    contact, telephone, place = (" ".join(one.split()) for one in (data.contact, data.telephone, data.place))
    person = partners.staff(context, data.staff_no) if data.staff_no.strip() else permit.person
    account = partners.interface(context, data.account.strip()) if data.account.strip() else 0
    shown = all(one.isprintable() for one in (name, contact, telephone, place))
    wrong = tuple(
        (at, text)
        for at, text, bad in (
            ("uscc", N_("统一社会信用代码不正确（位数或校验码）。"), not uscc_ok(uscc)),
            ("uscc", N_("这是本院的统一社会信用代码"), bool(runtime.uscc) and uscc == runtime.uscc),
            ("name", N_("请写明机构全称（2 至 120 字）"),
             not 2 <= len(name) <= 120 or len(alike(name)) < 2 or not shown),
            ("kind", N_("请从列表中选择"), data.kind not in KINDS),
            ("contact", N_("请写明联系人，不超过 80 字"), not 0 < len(contact) <= 80),
            ("telephone", N_("请写明联系电话，不超过 40 字"), not 0 < len(telephone) <= 40),
            ("place", N_("地址不超过 200 字"), len(place) > 200),
            ("staff_no", N_("没有这个工号的在职人员"), not person),
            ("account", N_("不是接口账号，或没有有效岗位"), bool(data.account.strip()) and not account),
        )
        if bad
    )  # fmt: skip
    if wrong:
        raise Invalid(places=wrong)
    before = Partner.objects.select_for_update().filter(uscc=uscc).first()
    unlike(context, before, name, account)
    number = before.pk if before is not None else next_id(Partner)
    told = orjson.dumps({"contact": contact, "telephone": telephone, "place": place})
    row = before or Partner(id=number, uscc=uscc)
    row.name, row.kind, row.account_id, row.person_id = name, data.kind, account, person
    row.state, row.starts, row.ended = PartnerState.ACTIVE.value, permit.at, None
    row.payload = runtime.vault.seal_note(f"partner{number}", told)
    keep(context, row, new=before is None)
    return Done(value=number, lines=(partners.line(row),), note=f"{uscc} {name}".encode())


def told(data: RegisterPartner) -> dict[str, object]:
    """What the second person is shown."""
    kind = KINDS.get(data.kind)
    return {**{field.name: getattr(data, field.name) for field in fields(data)}, "kind": kind.text if kind else ""}


tells(Verb.REGISTER_PARTNER, told)


def unlike(context: WriteContext, before: Partner | None, name: str, account: int) -> None:
    """Conflict when it is registered, or when a name that looks the same or the account is another partner's."""
    if before is not None:
        context.runtime.sealer.check(before)
        if before.state == PartnerState.ACTIVE:
            raise Conflict(N_("该机构已经登记。"), N_("请在列表中查找。"))
    besides = before.pk if before is not None else 0
    for other in Partner.objects.filter(state=PartnerState.ACTIVE.value).exclude(pk=besides):
        context.runtime.sealer.check(other)
        if alike(other.name) == alike(name):
            raise Conflict(N_("已登记有名称相同的机构，但信用代码不同。"), N_("请核对机构全称和信用代码，谨防冒名。"))
    if partners.others_account(context, account, besides):
        raise Conflict(N_("该接口账号已用于另一家机构。"), N_("请为该机构开立单独的接口账号。"))
    if alike(name) == alike(context.runtime.institution):
        raise Conflict(N_("名称与本院相同。"), N_("请核对机构全称和信用代码，谨防冒名。"))


@write_act(Verb.END_PARTNER)
def end(context: WriteContext, permit: Permit) -> Done:
    """终止合作机构: its agreements, channels, certificates and apps end in the same moment [5.2.3]."""
    data = cast(EndPartner, permit.operation.data)
    reason = partners.said(data.reason)
    row = partners.active(context, data.partner)
    row.state, row.ended = PartnerState.ENDED.value, permit.at
    keep(context, row)
    lines = partners.end_everything(context, row, permit.at)
    waiting = sharing_ended.part(context, permit.at, partner=row.pk)
    lines = (partners.line(row), *lines, *waiting.lines)
    return Done(value=row.pk, lines=lines, patients=waiting.patients, note=reason.encode(), bump=True)


@write_act(Verb.CHECK_PARTNER)
def check(context: WriteContext, permit: Permit) -> Done:
    """监督检查: an inserted line; `stop` ends agreements at once, `mend` holds everything up when it is not mended."""
    data = cast(CheckPartner, permit.operation.data)
    findings, today = data.findings.strip(), permit.at.astimezone(CHINA).date()
    verdict = next((one for one in Verdict if one == data.verdict), None)
    wrong = [
        (at, text)
        for at, text, bad in (
            ("verdict", N_("请从列表中选择"), verdict is None),
            ("findings", N_("请写明检查情况（2 至 2000 字）"),
             not 2 <= len(findings) <= partners.LONGEST or "\0" in findings),
            ("due", N_("请写明整改期限"), verdict is Verdict.MEND and data.due is None),
            ("due", N_("整改期限须在今后一年内"), data.due is not None and not within(data.due, today)),
            ("due", N_("只有限期整改才写整改期限"), verdict is not Verdict.MEND and data.due is not None),
        )
        if bad
    ]  # fmt: skip
    if wrong:
        raise Invalid(places=tuple(wrong))
    partner = locked(context, Partner, data.partner)
    over = Agreement.objects.filter(partner_id=partner.pk, ended=None)
    if data.agreement:
        over = over.filter(pk=data.agreement)
        if not Agreement.objects.filter(pk=data.agreement, partner_id=partner.pk).exists():
            raise Invalid(places=(("agreement", N_("协议不是与该机构签订的。")),))
    number = next_id(PartnerCheck)
    row = PartnerCheck(
        id=number, partner_id=partner.pk, agreement_id=data.agreement, verdict=data.verdict, due=data.due,
        person_id=permit.person, at=permit.at,
        payload=context.runtime.vault.seal_note(f"check{number}", findings.encode()),
    )  # fmt: skip
    keep(context, row, new=True)
    lines = [partners.line(row)]
    if verdict is Verdict.STOP:
        lines += [partners.end_agreement(context, one, permit.at) for one in partners.genuine(context, over)]
    waiting = sharing_ended.part(context, permit.at, partner=partner.pk)
    return Done(value=number, lines=(*lines, *waiting.lines), patients=waiting.patients, note=findings.encode(),
                bump=verdict is not Verdict.PASS)  # fmt: skip


def within(due: date, today: date) -> bool:
    """Whether a date to mend by lies ahead, and not beyond a year."""
    return today <= due <= today + FURTHEST
