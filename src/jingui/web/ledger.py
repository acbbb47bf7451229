"""四（一）2 使用留痕: the evidence ledger: entries, one entry with its proof, checkpoints, growth [4.1.2] [7.1.2]"""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core import oversee
from jingui.core.oversee import CheckpointsRequest, EntryRequest, GrowthRequest, LedgerSearch
from jingui.core.word import Word
from jingui.core.words import Decision, Entrance, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.viewmodels import ledger as view
from jingui.web.viewmodels.parts import EntryLine, Link, Pager, RuleLine
from jingui.web.viewmodels.paths import to

COUNT = 50
DAYS = 30


def overseer(request: HttpRequest) -> bool:
    """Whether this post reads everybody's entries; all others read their own."""
    return asking.may(request, Verb.READ_LEDGER)


@require_http_methods(["GET", "HEAD", "POST"])
def entries(request: HttpRequest) -> HttpResponse:
    """Entries, newest first: everybody's for those who watch, one's own for all others."""
    sees_all, asked = overseer(request), request.POST or request.GET
    filled = Filled(asked, sent=True)
    since, until = filled.day("since", _("从"), required=False), filled.day("until", _("到"), required=False)
    verb = filled.choice("verb", _("操作"), listed(Verb), required=False)
    decision = filled.choice("decision", _("决定"), listed(Decision), required=False)
    staff = filled.text("staff_no", _("工号"), longest=32, required=False) if sees_all else ""
    lines: tuple[EntryLine, ...] | None = None
    more = ""
    if filled.right:
        search = LedgerSearch(
            since=begins(since) if since else None, until=begins(until + timedelta(days=1)) if until else None,
            verbs=(verb,) if verb else (), decision=decision, staff_no=staff, mine=not sees_all, count=COUNT,
            cursor=asked.get("after", ""),
        )  # fmt: skip
        result = asking.read(request, Verb.READ_LEDGER, search)
        lines, more = tuple(entry_line(one) for one in result.value), result.more
    narrowed = {"since": since, "until": until, "verb": verb, "decision": decision, "staff_no": staff}
    kept = urlencode([(name, str(value)) for name, value in narrowed.items() if value])
    page = view.LedgerPage(
        form=filled.form(_("查找")), entries=lines, tabs=sees_all, scope="" if sees_all else _("此处是您本人的条目。"),
        pager=Pager(page=1, next=f"?{kept}&after={more}") if more else None,
    )  # fmt: skip
    return answering.page(request, "ledger/entries.html", page, status=200 if filled.right else 400)


def listed(words: type[Word]) -> tuple[tuple[str, str], ...]:
    """A closed vocabulary to choose from, or all of it."""
    return ("", _("全部")), *((one.value, _(one.label)) for one in words)


def entry_line(one: oversee.EntryLine) -> EntryLine:
    """An entry in a list, from its committed bytes; one that is not as Jingui wrote it says so."""
    reason = _("与写入时不符") if not one.sound else reasons(one.reason)
    return EntryLine(
        id=one.id, at=one.at, verb=wording.verb(one.verb) or Verb.START_SYSTEM, decision=wording.decision(one.decision),
        person=wording.person(one.person_name or one.person), purpose=wording.purpose(one.purpose),
        clauses=wording.clause_refs(one.clauses), index=one.index, reason=reason, about=about(one),
    )  # fmt: skip


def reasons(reason: str) -> str:
    """Why it was refused or failed, in words where the rules have them."""
    return door.explaining.reason(reason, wording.language()) if reason else ""


def about(one: oversee.EntryLine) -> str:
    """How much an entry concerns: the kinds of its records, never a name."""
    if one.count <= 1:
        return wording.kind(one.targets[0].kind) if one.targets and one.targets[0].kind else ""
    return _("%(n)d 项") % {"n": one.count}


@require_safe
def entry(request: HttpRequest, entry: str) -> HttpResponse:
    """One entry, its committed text, its place, and the proof that the browser checks."""
    mine, opens = not overseer(request), asking.may(request, Verb.OPEN_CHART)
    one: oversee.EntryLine = asking.read(request, Verb.READ_LEDGER, EntryRequest(entry=entry, mine=mine)).value
    words = {rule.id: rule.sentence for rule in door.explaining.rules(one.rules, wording.language())}
    page = view.EntryPage(
        entry=entry_line(one), entrance=Entrance(one.entrance), head=one.head, leaf=one.leaf, writer=one.writer,
        writer_number=one.n, epoch=one.epoch, policy=one.policy, proof_url=f"/ledger/entry/{one.id}",
        rules=tuple(RuleLine(id=rule, sentence=words.get(rule, "")) for rule in one.rules),
        targets=tuple(target(line, opens) for line in one.targets), targets_hidden=max(0, one.count - len(one.targets)),
        previous=neighbour(one.previous, _("同一写入者的上一条")), next=neighbour(one.next, _("下一条")), note=one.note,
    )  # fmt: skip
    crumbs = (Link(label=_("存证台账"), href=to("entries")), Link(label=_("存证条目"), href=""))
    return answering.page(request, "ledger/entry.html", page, crumbs=crumbs)


def target(line: Any, opens: bool) -> view.TargetLine:
    """What an entry was about, by public ids; it leads there for those who open charts, and the door is asked again."""
    if not line.record:
        href = to("chart", patient=line.patient) if line.patient and opens else ""
        return view.TargetLine(kind=_("患者"), id=line.patient, href=href)
    href = to("record", record=line.record) if opens else ""
    return view.TargetLine(kind=wording.kind(line.kind), id=line.record, version=line.version, href=href)


def neighbour(number: str, label: str) -> Link | None:
    """The next or previous entry of the same writer."""
    return Link(label=label, href=to("entry", entry=number)) if number else None


@require_safe
def checkpoints(request: HttpRequest) -> HttpResponse:
    """Signed checkpoints and what the outside holds."""
    before = request.GET.get("before", "")
    asked = CheckpointsRequest(before=int(before) if before.isdecimal() and len(before) < 16 else 0, count=COUNT)
    result = asking.read(request, Verb.READ_LEDGER, asked)
    found: oversee.Checkpoints = result.value
    page = view.CheckpointsPage(
        key_line=found.key, checkpoints=tuple(point(one) for one in found.rows),
        outside=point(found.outside) if found.outside else None,
        pager=Pager(page=1, next=f"?before={result.more}") if result.more else None,
    )  # fmt: skip
    return answering.page(request, "ledger/checkpoints.html", page)


def point(one: oversee.CheckpointLine) -> view.CheckpointLine:
    """A checkpoint."""
    return view.CheckpointLine(size=one.size, at=one.at, root=one.root, key="", witnesses=one.sinks)


@require_safe
def growth(request: HttpRequest) -> HttpResponse:
    """How the ledger grew: a plot that says what it shows, and the numbers behind it."""
    rows: tuple[oversee.GrowthDay, ...] = asking.read(request, Verb.READ_LEDGER, GrowthRequest(days=DAYS)).value
    points = every_day(rows, asking.now().date())
    return answering.page(request, "ledger/growth.html", view.GrowthPage(finding=finding(points), points=points))


def every_day(rows: tuple[oversee.GrowthDay, ...], today: date) -> tuple[view.GrowthPoint, ...]:
    """Each of the last days, those without an entry too: a gap is a finding. () before the first entry."""
    if not rows:
        return ()
    found, total, out = {one.day: one for one in rows}, rows[0].total - rows[0].count, []
    for day in (today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)):
        one = found.get(day.isoformat())
        total = one.total if one else total
        count, refused = (one.count, one.refused) if one else (0, 0)
        out.append(view.GrowthPoint(day=day, count=count, refused=refused, total=total))
    return tuple(out)


def finding(points: tuple[view.GrowthPoint, ...]) -> str:
    """The plot's title: a sentence."""
    if not points:
        return ""
    most = max(points, key=lambda one: one.count)
    count, refused = sum(one.count for one in points), sum(one.refused for one in points)
    return _("%(days)d 天共 %(count)d 条，其中未准许 %(refused)d 条；最多的一天是 %(day)s，%(most)d 条。") % {
        "days": len(points), "count": count, "refused": refused, "day": f"{most.day:%m-%d}", "most": most.count,
    }  # fmt: skip
