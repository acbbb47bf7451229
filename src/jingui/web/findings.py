"""四（一）3 防止滥用: what the privacy monitor asked, what came of it, and how often it erred [4.1.3]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.monitor import RULES, Findings, FindingsRequest, RuleFigures
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.viewmodels.matters import FindingRow, FindingsPage
from jingui.web.viewmodels.paths import to

DAYS = 90


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Every rule with its figures of the last quarter; each figure leads to its matters."""
    found: Findings = asking.read(request, Verb.READ_FINDINGS, FindingsRequest(days=DAYS)).value
    rows = sorted((row(one) for one in found.rules), key=lambda one: -one.asked)
    judged = sum(one.judged for one in rows)
    errors = sum(one.false_alarm for one in rows)
    page = FindingsPage(
        rows=tuple(rows), days=DAYS, matters=found.matters, behind=found.behind, at=found.at, judged=judged,
        rate=percent(errors, judged), matters_href=to("matters") + "?which=all&kind=privacy_finding",
        conduct_href=to("matters") + "?which=all&kind=conduct_finding",
    )  # fmt: skip
    return answering.page(request, "matters/findings.html", page)


def row(one: RuleFigures) -> FindingRow:
    """A rule and its figures."""
    rule = RULES.get(one.rule)
    judged = one.explained + one.violation + one.false_alarm
    blank = dict.fromkeys(("refused", "days", "read", "patients", "usual", "taken", "glass", "tried"), "…")
    return FindingRow(
        id=one.rule, text=_(rule.text) % blank if rule else one.rule, why=_(rule.why) if rule else "", asked=one.asked,
        waiting=one.waiting, explained=one.explained, violation=one.violation, false_alarm=one.false_alarm,
        judged=judged, rate=percent(one.false_alarm, judged),
    )  # fmt: skip


def percent(part: int, whole: int) -> str:
    """A share in whole percent, "—" of nothing."""
    return f"{round(100 * part / whole)}%" if whole else "—"
