"""一 总则: time in the reader's words, the exact time on hover [1.3.1]"""

from datetime import date, datetime, timedelta

from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = Library()


def local(moment: datetime, now: datetime) -> datetime:
    """`moment` in the zone of `now` (the hospital's). Both must be aware."""
    return moment.astimezone(now.tzinfo)


def told(moment: datetime, now: datetime) -> str:
    """今天 09:14, 昨天 16:40, 11-18 21:30, 2025-11-18: as near as it is far."""
    at = local(moment, now)
    days = (now.date() - at.date()).days
    clock = f"{at:%H:%M}"
    if days == 0:
        return gettext("今天 %(time)s") % {"time": clock}
    if days == 1:
        return gettext("昨天 %(time)s") % {"time": clock}
    if days == -1:
        return gettext("明天 %(time)s") % {"time": clock}
    return f"{at:%m-%d} {clock}" if at.year == now.year else f"{at:%Y-%m-%d}"


def span(length: timedelta) -> str:
    """A length in its two largest units, never negative: 3 时 12 分, 2 天, 40 秒."""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}
    if hours:
        return gettext("%(h)d 时 %(m)d 分") % {"h": hours, "m": minutes}
    if minutes:
        return gettext("%(m)d 分") % {"m": minutes}
    return gettext("%(s)d 秒") % {"s": seconds}


def years(birth: date, day: date) -> str:
    """Age as a hospital says it: days, then months below two years, then years."""
    whole = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    days = (day - birth).days
    if days < 0:
        return ""
    if months < 1:
        return ngettext("%(n)d 日龄", "%(n)d 日龄", days) % {"n": days}
    if months < 24:
        return ngettext("%(n)d 个月", "%(n)d 个月", months) % {"n": months}
    return gettext("%(n)d 岁") % {"n": whole}


def _now(context: Context) -> datetime:
    now: datetime = context["shell"].now
    return now


def _time(moment: datetime, now: datetime, words: str, kind: str = "") -> SafeString:
    at = local(moment, now)
    markup = '<time datetime="{}" title="{}"{}>{}</time>'
    return format_html(markup, at.isoformat(timespec="seconds"), f"{at:%Y-%m-%d %H:%M:%S}", SafeString(kind), words)


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | None) -> SafeString:
    """A past or coming moment, told from `shell.now`; "—" for None."""
    if moment is None:
        return SafeString("—")
    return _time(moment, _now(context), told(moment, _now(context)))


@register.simple_tag(takes_context=True)
def clock(context: Context, moment: datetime) -> SafeString:
    """Only hour and minute, under a heading that names the day."""
    return _time(moment, _now(context), f"{local(moment, _now(context)):%H:%M}")


@register.simple_tag(takes_context=True)
def exact(context: Context, moment: datetime) -> SafeString:
    """Date and time to the second, for proof and print."""
    return _time(moment, _now(context), f"{local(moment, _now(context)):%Y-%m-%d %H:%M:%S}")


@register.simple_tag(takes_context=True)
def due(context: Context, moment: datetime) -> SafeString:
    """A deadline as a quiet countdown: 剩 3 时 12 分 (● far, ▲ under four hours), ■ 逾期 2 天."""
    now = _now(context)
    left = moment - now
    late = left < timedelta(0)
    tone = "bad" if late else "warn" if left < timedelta(hours=4) else "ok"
    words = (gettext("逾期 %(span)s") if late else gettext("剩 %(span)s")) % {"span": span(abs(left))}
    return _time(moment, now, words, format_html(' class="tag {}"', tone))


@register.simple_tag(takes_context=True)
def age(context: Context, birth: date | None) -> str:
    """Age on the day of the request; "" if the birth date is unknown."""
    return years(birth, _now(context).date()) if birth else ""


@register.simple_tag(takes_context=True)
def day(context: Context, when_: date) -> str:
    """A day as a heading: 今天 · 11-22, 昨天 · 11-21, 11-19, 2024-11-19."""
    today = _now(context).date()
    gap = (today - when_).days
    words = f"{when_:%m-%d}" if when_.year == today.year else f"{when_:%Y-%m-%d}"
    return gettext("今天") + f" · {words}" if gap == 0 else gettext("昨天") + f" · {words}" if gap == 1 else words


@register.filter
def lasted(length: timedelta) -> str:
    """A length of time in words."""
    return span(length)


@register.simple_tag(takes_context=True)
def stay(context: Context, start: datetime) -> str:
    """第 5 天: the hospital day, the day of admission being the first."""
    now = _now(context)
    return gettext("第 %(n)d 天") % {"n": (now.date() - local(start, now).date()).days + 1}
