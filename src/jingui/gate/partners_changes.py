"""五（二）3 合作机构: who answers for a partner, and in whose name it sends, change by an approved matter [5.2.3]"""

from collections.abc import Mapping
from typing import Final

import orjson

from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.gate import partners
from jingui.gate.effects import Effected, Granting, checking, effect
from jingui.gate.partners_effects import Fault, raised
from jingui.gate.rows import keep
from jingui.gate.writing import WriteContext

TOLD: Final = ("contact", "telephone", "place")  # what stands in the encrypted part
CHANGES: Final = (*TOLD, "staff_no", "account", "receiving")


def line_of(answers: Mapping[str, str], name: str) -> str:
    """An answer on one line, "" for none."""
    return " ".join(answers.get(name, "").split())


@checking("partner_change")
def change_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """Something changes, the person works here, the account is an interface's and no other partner's [5.2.3]."""
    partner = partners.named(context, answers)
    staff_no, username = line_of(answers, "staff_no"), line_of(answers, "account")
    account = partners.interface(context, username) if username else 0
    shown = all(line_of(answers, name).isprintable() for name in TOLD)
    taken = partners.others_account(context, account, partner.pk)
    faults: tuple[Fault, ...] = (
        ("contact", N_("请至少填写一项变更"), not any(line_of(answers, name) for name in CHANGES)),
        ("contact", N_("不能含控制字符"), not shown),
        ("staff_no", N_("没有这个工号的在职人员"), bool(staff_no) and not partners.staff(context, staff_no)),
        ("account", N_("不是接口账号，或没有有效岗位"), bool(username) and not account),
        ("account", N_("该接口账号已用于另一家机构。"), taken),
        ("receiving", N_("取消接口账号时不能同时填写账号"), bool(username) and bool(answers.get("receiving"))),
    )
    raised(faults)


@effect("partner_change")
def change(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """登记变更获批: what was left empty stays; the account that was there stands for the partner no more [5.2.3]."""
    answers, vault = granting.answers, context.runtime.vault
    partners.alone(context)
    change_asked(context, permit, answers)
    row = partners.named(context, answers)
    name, before = f"partner{row.pk}", row.account_id
    inside = orjson.loads(vault.open_note(name, bytes(row.payload)))
    inside.update({one: line_of(answers, one) for one in TOLD if line_of(answers, one)})
    row.payload = vault.seal_note(name, orjson.dumps(inside))
    if staff_no := line_of(answers, "staff_no"):
        row.person_id = partners.staff(context, staff_no)
    if username := line_of(answers, "account"):
        row.account_id = partners.interface(context, username)
    if answers.get("receiving"):
        row.account_id = 0
    keep(context, row)
    return Effected(lines=(partners.line(row),), bump=bool(before) and row.account_id != before)
