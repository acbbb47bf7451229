"""四（二）1 复制件: the office's list, the making of one, the register of seals [4.2.1]"""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingui.core.errors import Invalid
from jingui.core.release import Copies, CopiesRequest, CopyState, SealUseLine, SealUsesRequest
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.formats.extract_csv import escaped
from jingui.web import answering, asking, release_words
from jingui.web.filling import Filled, begins
from jingui.web.viewmodels import release_copies as view
from jingui.web.viewmodels.parts import Link, Pager
from jingui.web.viewmodels.paths import to

COUNT: Final = 40
NUMBER: Final = re.compile(r"FZ\d{8}-(\d{1,15})-\d{1,6}")
IN_FILE: Final = 200  # lines of the register asked at once, for the file
PARTS: Final = 100
APPROVED: Final = "approved"  # of the tabs: applications without a copy yet
EMPTY: Final[dict[str, str]] = {
    "": N_("申请审核通过后，从事项页面制作复制件；做好的在这里一步步办到交付。"),
    "approved": N_("审核通过、还没有制作复制件的申请会列在这里，先申请的排在前面。"),
    "prepared": N_("做好、还没有经双方核对的复制件会列在这里。"),
    "confirmed": N_("双方核对过、等待收费和盖章的复制件会列在这里。"),
    "stamped": N_("盖了章、等待领取或寄出的复制件会列在这里。"),
    "handed": N_("已交付的复制件会列在这里，可随时查证。"),
    "revoked": N_("作废的复制件会列在这里；任何人核验时都会看到它已作废。"),
    "superseded": N_("换发过的复制件会列在这里。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def copies(request: HttpRequest) -> HttpResponse:
    """The list, narrowed and paged; a number that was typed stands in no address."""
    narrowed: Any = request.POST or request.GET
    state = narrowed.get("state", "")
    state = state if state in {APPROVED, *CopyState} else ""
    filled = Filled(narrowed, sent=True)
    number = filled.text("number", _("复制件编号"), longest=40, required=False)
    overdue = filled.choice("overdue", _("期限"), (("", _("不限")), ("1", _("已逾期"))), required=False)
    asked = CopiesRequest(
        state="" if state == APPROVED else state, orders=state == APPROVED,
        number=number.upper(), matter=matter_in(number), overdue=overdue == "1", count=COUNT,
        cursor=narrowed.get("after", "")[:200],
    )  # fmt: skip
    why = release_words.purpose(Role(asking.role(request)))
    result = asking.read(request, Verb.READ_COPIES, asked, why=why)
    found: Copies = result.value
    page = view.CopiesPage(
        tabs=tuple(tab(one, state, found) for one in ("", APPROVED, *CopyState)), state=state,
        rows=tuple(release_words.row(one) for one in found.rows),
        orders=tuple(release_words.order(one) for one in found.orders), form=filled.form(_("筛选")),
        empty=_("没有这个编号的复制件。请核对编号。") if number else _(EMPTY[state]),
        pager=Pager(page=1, next=f"?state={state}&overdue={overdue}&after={quote(result.more)}")
        if result.more else None,
        may_start=asking.may(request, release_words.HANDLES),
        seals_href=to("seal_uses") if asking.may(request, Verb.READ_SEAL_USES) else "",
    )  # fmt: skip
    return answering.page(request, "release/copies.html", page)


def matter_in(number: str) -> int:
    """The application's number inside that of a copy, 0 for none: what is looked for is then found at once."""
    found = NUMBER.fullmatch(number.upper())
    return int(found[1]) if found else 0


def tab(word: str, chosen: str, found: Copies) -> Link:
    """A state to narrow the list by, with how many wait there."""
    label = _(CopyState(word).label) if word in set(CopyState) else _("待制作") if word else _("全部")
    count = found.waiting.get(word, 0)
    return Link(label=f"{label} {count}" if count else label, href=f"?state={word}", primary=word == chosen)


@require_http_methods(["GET", "HEAD", "POST"])
def seals(request: HttpRequest) -> HttpResponse:
    """用印登记: every use of a seal, newest first, by day."""
    given: Any = request.POST or request.GET
    filled = Filled(given, sent=True)
    asked = period(filled, given)
    result = asking.read(request, Verb.READ_SEAL_USES, asked)
    lines: tuple[SealUseLine, ...] = tuple(result.value)
    kept = f"since={given.get('since', '')[:10]}&until={given.get('until', '')[:10]}"
    page = view.SealsPage(
        rows=tuple(seal(one) for one in lines), form=filled.form(_("筛选")), since=given.get("since", "")[:10],
        until=given.get("until", "")[:10], file=to("seal_uses_file"),
        pager=Pager(page=1, next=f"?{kept}&after={quote(result.more)}") if result.more else None,
    )  # fmt: skip
    return answering.page(request, "release/seals.html", page)


def period(filled: Filled, given: Any, count: int = 100) -> SealUsesRequest:
    """The days that were asked for; both count in full."""
    since = filled.day("since", _("自"), required=False)
    until = filled.day("until", _("至"), required=False)
    return SealUsesRequest(
        since=begins(since) if since else None, until=begins(after(until)) if until else None, count=count,
        cursor=given.get("after", "")[:200],
    )  # fmt: skip


def after(day: date) -> date:
    """The day after; the last day there is stays itself."""
    return day + timedelta(days=1) if day < date.max else day


def seal(one: SealUseLine) -> view.SealRow:
    """One use as the register shows it."""
    return view.SealRow(
        at=one.at, seal=release_words.stamp(one.seal), medium=release_words.medium(one.medium), person=one.person,
        witness=one.witness, number=one.number, href=to("copy", copy=one.copy) if one.copy else "",
        matter_href=to("matter", matter=one.matter) if one.matter else "", digest=one.digest,
    )  # fmt: skip


@require_POST
def seals_file(request: HttpRequest) -> HttpResponse:
    """The register as a file for a spreadsheet: no cell is taken for a formula; who took it stands on top."""
    filled = Filled(request.POST, sent=True)
    asked = period(filled, request.POST, IN_FILE)
    lines: list[SealUseLine] = []
    entries: list[str] = []
    cursor = ""
    for _part in range(PARTS):
        part = SealUsesRequest(since=asked.since, until=asked.until, count=IN_FILE, cursor=cursor)
        result = asking.read(request, Verb.READ_SEAL_USES, part)
        lines.extend(result.value)
        entries.append(result.trace.entry)
        cursor = result.more
        if not cursor:
            break
    else:
        raise Invalid(_("登记过多，一次导不完。"), _("请按日期分次导出。"))
    answer = HttpResponse(table(request, lines, entries), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="jingui-seals-{entries[0][:8]}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def table(request: HttpRequest, lines: list[SealUseLine], entries: list[str]) -> bytes:
    """The register in lines."""
    facts, out = asking.facts(request), io.StringIO()
    made = csv.writer(out)
    now = asking.now().isoformat(sep=" ", timespec="seconds")
    made.writerow([_("导出人"), escaped(f"{facts.staff_no} {facts.name}"), _("时间"), now])
    made.writerow([_("存证编号"), *entries])
    heads = _("时间"), _("印章"), _("方式"), _("用印人"), _("在场人"), _("复制件编号"), _("事项"), _("文件摘要")
    made.writerow(heads)
    for one in lines:
        when = timezone.localtime(one.at).isoformat(sep=" ", timespec="minutes")
        cells = (
            when, release_words.stamp(one.seal), release_words.medium(one.medium), one.person, one.witness, one.number,
            str(one.matter), one.digest,
        )  # fmt: skip
        made.writerow([escaped(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")
