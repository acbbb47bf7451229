"""五（二）3, 五（一）2: what approved agreements, impact assessments and channels give [5.1.2] [5.2.1] [5.2.3]"""

import base64
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import orjson

from jingui.core.calendars import CHINA
from jingui.core.channels import CODE, address_fault, carries_there, options_of
from jingui.core.errors import Invalid
from jingui.core.partners import KINDS, Conclusion
from jingui.core.permit import Permit
from jingui.core.share import PURPOSES
from jingui.core.word import N_
from jingui.gate import partners, settings
from jingui.gate.effects import Effected, Granting, checking, effect
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Agreement, Channel, ImpactAssessment

Fault = tuple[str, str, bool]


def several(answers: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The choices of an answer."""
    return tuple(one for one in answers.get(name, "").split(",") if one)


def day(text: str, *, end: bool = False) -> datetime:
    """The beginning of a day in the hospital's zone, or its end."""
    return datetime.combine(date.fromisoformat(text) + timedelta(days=end), time.min, CHINA)


@checking("partner_agreement")
def agreement_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The partner is registered, its kind may receive for these purposes, each purpose's view is there, and no more."""
    partner = partners.named(context, answers)
    purposes, views, inbound = (several(answers, name) for name in ("purposes", "views", "inbound"))
    rows, kind = [PURPOSES[one] for one in purposes], KINDS[partner.kind]
    starts, ends = day(answers["starts"]), day(answers["ends"], end=True)
    longest = timedelta(days=settings.number(context.runtime, context.epoch, "agreement_max_days"))
    faults: tuple[Fault, ...] = (
        ("number", N_("这个协议编号已经使用"), Agreement.objects.filter(number=answers["number"]).exists()),
        ("number", N_("协议编号不能含控制字符"), not answers["number"].isprintable()),
        ("purposes", N_("共享或接收的用途至少选一项"), not purposes and not inbound and not kind.entrusted),
        ("payloads", N_("请选择内容形式"), bool(purposes or inbound) and not answers.get("payloads")),
        ("purposes", N_("有用途不能提供给这类机构"), any(partner.kind not in row.kinds for row in rows)),
        ("views", N_("有用途缺少对应的内容"), any(row.view not in views for row in rows)),
        ("views", N_("有内容不属于任何所选用途"), bool(set(views) - {row.view for row in rows})),
        ("ends", N_("到期日期不能早于开始日期"), ends <= starts),
        ("ends", N_("协议已经到期"), ends <= permit.at),
        ("ends", N_("有效期超过允许的最长期限"), ends - starts > longest),
        ("assessment", N_("所选用途须先完成影响评估，请填写评估编号"),
         (kind.entrusted or any(row.assessed for row in rows)) and not answers.get("assessment")),
        ("assessment", N_("没有这份评估，或结论为不得开展，或已到期"),
         bool(answers.get("assessment")) and not assessed(context, permit, int(answers.get("assessment") or 0))),
    )  # fmt: skip
    raised(faults)


def assessed(context: WriteContext, permit: Permit, number: int) -> bool:
    """Whether the assessment exists, is genuine, lets it go on and is not to be made again yet."""
    row = ImpactAssessment.objects.filter(pk=number).first()
    if row is None:
        return False
    context.runtime.sealer.check(row)
    return row.conclusion != Conclusion.STOP and row.ends > permit.at


def raised(faults: tuple[Fault, ...]) -> None:
    """Invalid with every place that is wrong."""
    wrong = tuple((name, text) for name, text, bad in faults if bad)
    if wrong:
        raise Invalid(places=wrong)


def paper_of(granting: Granting, kind: str) -> bytes:
    """The bytes of a required paper; Invalid when it is not there."""
    found = next((body for name, _, body in granting.papers() if name == kind), b"")
    if not found:
        raise Invalid(places=((f"paper.{kind}", N_("请提供此项材料")),))
    return found


@effect("partner_agreement")
def agreement(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """协议获批: in force from its first day to its last, and then over by itself [5.2.3]."""
    answers, runtime = granting.answers, context.runtime
    partners.alone(context)
    agreement_asked(context, permit, answers)
    partner = partners.named(context, answers)
    paper = paper_of(granting, "agreement")
    number = next_id(Agreement)
    inside = orjson.dumps({"duties": answers["duties"], "paper": base64.b64encode(paper).decode()})
    row = Agreement(
        id=number, partner_id=partner.pk, number=answers["number"], purposes=list(several(answers, "purposes")),
        views=list(several(answers, "views")), payloads=list(several(answers, "payloads")), level=answers["level"],
        profile=answers.get("profile", ""), inbound=list(several(answers, "inbound")),
        digest=runtime.suite.digest(paper), matter=granting.row.pk, assessment=int(answers.get("assessment") or 0),
        starts=day(answers["starts"]), ends=day(answers["ends"], end=True),
        payload=runtime.vault.seal_note(f"agreement{number}", inside),
    )  # fmt: skip
    keep(context, row, new=True)
    return Effected(until=row.ends, lines=(partners.line(row),))


@effect("impact_assessment")
def assessment(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """影响评估获批: entered once, never changed, to be made again by its end (PIPL 55, 56) [5.2.1]."""
    answers, runtime = granting.answers, context.runtime
    report = paper_of(granting, "report")
    number = next_id(ImpactAssessment)
    told = {name: answers[name] for name in ("lawful", "effects", "measures")}
    inside = orjson.dumps({**told, "paper": base64.b64encode(report).decode()})
    row = ImpactAssessment(
        id=number, subject=answers["subject"], kind=answers["kind"], conclusion=answers["conclusion"],
        risk=answers["risk"], matter=granting.row.pk, digest=runtime.suite.digest(report), at=permit.at,
        ends=permit.at + timedelta(days=settings.number(runtime, context.epoch, "assessment_days")),
        payload=runtime.vault.seal_note(f"assessment{number}", inside),
    )  # fmt: skip
    keep(context, row, new=True)
    return Effected(lines=(partners.line(row),))


@checking("open_channel")
def channel_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The address is encrypted, fits the network and says no password; the network carries this kind [5.1.1]."""
    partners.named(context, answers)
    kind, network, direction = answers["kind"], answers["network"], answers["direction"]
    address = address_fault(kind, network, direction, answers.get("address", ""))
    wrong = options_of(kind, answers.get("options", ""))[1]
    raised((
        ("code", N_("代码只能用小写字母、数字和连字符，以字母开头"), not CODE.match(answers["code"])),
        ("code", N_("该代码已被使用。"), Channel.objects.filter(code=answers["code"]).exists()),
        ("network", N_("这种方式的内容没有信封加密，不能走互联网"), not carries_there(kind, network)),
        ("address", address, bool(address)),
        ("options", wrong, bool(wrong)),
    ))  # fmt: skip


def options(answers: Mapping[str, str]) -> str:
    """The options as a channel's row has them."""
    return options_of(answers["kind"], answers.get("options", ""))[0]


@effect("open_channel")
def channel(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """通道获批: it may be opened once, so long as the approval is fresh [5.1.2]."""
    channel_asked(context, permit, granting.answers)
    days = settings.number(context.runtime, context.epoch, "channel_opening_days")
    return Effected(until=permit.at + timedelta(days=days))
