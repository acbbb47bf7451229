"""三（二）3 配置变更: what an approved change or scrapping gives: that it may be done, once, in its time [3.2.3]"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from jingui.core.calendars import CHINA
from jingui.core.equipment import KINDS, Condition
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, checking, effect
from jingui.gate.writing import WriteContext
from jingui.store.models import Equipment

SCRAP_DAYS: Final = 30  # so long after its approval a device may be scrapped


def ends_of(answers: Mapping[str, str]) -> datetime:
    """The end of the last day of the window."""
    return datetime.combine(date.fromisoformat(answers["last"]) + timedelta(days=1), time.min, CHINA)


def device(context: WriteContext, answers: Mapping[str, str]) -> Equipment | None:
    """The device that the answers name, genuine; None for none."""
    row = Equipment.objects.filter(pk=int(answers["equipment"])).exclude(state=Condition.SCRAPPED.value).first()
    if row is not None:
        context.runtime.sealer.check(row)
    return row


@checking("configuration_change")
def change_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The window lies ahead and is not too long; a device that is named exists."""
    first, last = (date.fromisoformat(answers[name]) for name in ("first", "last"))
    longest = settings.number(context.runtime, context.epoch, "change_window_days")
    wrong = [
        (name, text)
        for name, text, bad in (
            ("last", N_("结束日期不能早于开始日期"), last < first),
            ("last", N_("实施日期已过"), last < permit.at.astimezone(CHINA).date()),
            ("last", N_("实施日期跨度超出允许的范围"), (last - first).days >= longest),
            ("equipment", N_("没有这台设备，或已报废"),
             bool(answers.get("equipment")) and device(context, answers) is None),
        )
        if bad
    ]  # fmt: skip
    if wrong:
        raise Invalid(places=tuple(wrong))


@effect("configuration_change")
def change(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """配置变更获批: until the window's end changes of the named parts are approved [3.2.3]."""
    return Effected(until=ends_of(granting.answers))


@checking("media_scrap")
def scrap_asked(context: WriteContext, permit: Permit, answers: Mapping[str, str]) -> None:
    """The device exists and holds information: others need no matter."""
    row = device(context, answers)
    if row is None:
        raise Invalid(places=(("equipment", N_("没有这台设备，或已报废")),))
    if not KINDS[row.kind].data:
        raise Invalid(places=(("equipment", N_("该设备不存储信息，可在设备页面直接登记报废")),))


@effect("media_scrap")
def scrap(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """报废获批: the device may be scrapped once, with a second person there [3.2.3]."""
    scrap_asked(context, permit, granting.answers)
    return Effected(until=permit.at + timedelta(days=SCRAP_DAYS))
