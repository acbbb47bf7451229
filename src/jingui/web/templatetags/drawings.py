"""四（一）内部查阅与使用 [4.1.3]: watermark, QR code, plot and icons as SVG in the page itself (no inline style)"""

from datetime import datetime

from django.template import Context, Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jingui.web.templatetags.numbers import grouped
from jingui.web.templatetags.times import local
from jingui.web.viewmodels.ledger import GrowthPoint
from jingui.web.viewmodels.shell import Watermark

register = Library()
_ICONS = {
    "find": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "close": "M5 5l14 14M19 5L5 19",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>', _ICONS[name]
    )


@register.simple_tag
def seal_mark() -> SafeString:
    """Jingui's mark: a cabinet, open to one side, with one gold thing in it."""
    return SafeString(  # a constant: no value from outside stands in it
        '<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
        '<rect width="32" height="32" rx="6" fill="#14566b"/>'
        '<path d="M25 8H9.5v16H25" fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round"/>'
        '<path d="M18.5 11.4l4.6 4.6-4.6 4.6-4.6-4.6z" fill="#e2bd55"/></svg>'
    )


@register.simple_tag
def qr(text: str, title: str) -> SafeString:
    """A QR code drawn as one path; nothing is sent anywhere."""
    from qrcode import QRCode  # imported lazily: only enrolment and copies need it

    code = QRCode(border=2)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    markup = '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
    markup += '<path d="{}"/></svg>'
    return format_html(markup, title, len(rows), len(rows), path)


@register.simple_tag(takes_context=True)
def watermark(context: Context, mark: Watermark) -> SafeString:
    """Person, time and request, over page and print; screen readers skip it, clicks pass through."""
    now: datetime = context["shell"].now
    line = f"{mark.person}  {local(mark.at, now):%Y-%m-%d %H:%M:%S}  {mark.request[:8]}"
    return format_html(
        '<svg class="watermark" aria-hidden="true" focusable="false"><defs><pattern id="watermark-pattern" width="520" '
        'height="190" patternUnits="userSpaceOnUse" patternTransform="rotate(-22)"><text x="8" y="60">{}</text>'
        '<text x="150" y="155">{}</text></pattern></defs>'
        '<rect width="100%" height="100%" fill="url(#watermark-pattern)"/></svg>',
        line,
        line,
    )


WIDE, HIGH, LEFT, FOOT = 860, 220, 64, 26


@register.simple_tag
def growth_plot(points: tuple[GrowthPoint, ...], finding: str) -> SafeString:
    """Entries by day as bars, the refused ones dark at the foot; three grid lines, first and last day named."""
    if not points:
        return SafeString("")
    top, floor = max(point.count for point in points) or 1, HIGH - FOOT
    step = (WIDE - LEFT - 12) / len(points)

    def bar(kind: str, at: int, number: int) -> tuple[str, str, str, str, str]:
        tall = (floor - 14) * number / top
        return kind, f"{LEFT + step * at + step * 0.15:.1f}", f"{floor - tall:.1f}", f"{step * 0.7:.1f}", f"{tall:.1f}"

    bars = [bar("bar", at, point.count) for at, point in enumerate(points)]
    bars += [bar("bar refused", at, point.refused) for at, point in enumerate(points) if point.refused]
    grid = [(f"{floor - (floor - 14) * part:.1f}", grouped(round(top * part))) for part in (0, 0.5, 1)]
    return format_html(
        '<svg class="plot" role="img" viewBox="0 0 {w} {h}" aria-label="{title}">{grid}{bars}'
        '<text x="{left}" y="{foot}">{first}</text><text x="{right}" y="{foot}" text-anchor="end">{last}</text></svg>',
        w=WIDE,
        h=HIGH,
        title=finding + " " + gettext("数据见下表。"),
        grid=format_html_join(
            "",
            '<path class="axis" d="M{} {}H{}"/><text x="{}" y="{}" dy="4" text-anchor="end">{}</text>',
            ((LEFT, y, WIDE - 12, LEFT - 8, y, text) for y, text in grid),
        ),
        bars=format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        left=LEFT,
        right=WIDE - 12,
        foot=HIGH - 8,
        first=f"{points[0].day:%m-%d}",
        last=f"{points[-1].day:%m-%d}",
    )
