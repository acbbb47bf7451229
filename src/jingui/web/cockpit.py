"""七（一）1 检查内容: the policy's 49 clauses with what carries each and what the ledger holds of it [7.1.1] [8.2]"""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.bylaws import ChangeSetting, ClauseLine, PolicyRequest, PolicyState, SettingLine
from jingui.core.duties import DUTIES
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.oversee import LedgerSearch
from jingui.core.words import Verb
from jingui.gate import door
from jingui.policy import clauses
from jingui.web import answering, asking, ledger, wording
from jingui.web.filling import Filled
from jingui.web.posts import waiting_text
from jingui.web.viewmodels import policy as view
from jingui.web.viewmodels.parts import EntryLine, Link, RuleLine
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

DAYS: Final = 30
TESTS: Final = Path(__file__).resolve().parents[3] / "tests"
RECENT: Final = 8


def state_of(request: HttpRequest) -> PolicyState:
    """How the policy runs, from the rules in force and the ledger."""
    found: PolicyState = asking.read(request, Verb.READ_POLICY, PolicyRequest(days=DAYS)).value
    return found


@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """Every clause with an honest state."""
    state = state_of(request)
    lines = {one.id: one for one in state.clauses}
    chapters = tuple(
        view.Chapter(
            heading=heading(chapter.id), title=said(chapter.title_zh, chapter.title_en),
            tiles=tuple(tile(one, lines.get(one.id)) for section in chapter.sections for one in section.clauses),
        )
        for chapter in clauses.chapters()
    )  # fmt: skip
    states = [one.state for chapter in chapters for one in chapter.tiles]
    now = next(iter(state.versions), None)
    page = view.CockpitPage(
        version=now.n if now else clauses.version(), effective=now.effective.date() if now else None, chapters=chapters,
        days=DAYS, ok=states.count("ok"), warn=states.count("warn"), bad=states.count("bad"), none=states.count("none"),
    )  # fmt: skip
    return answering.page(request, "cockpit/cockpit.html", page)


def said(chinese: str, english: str) -> str:
    """The reader's of two wordings."""
    return english if wording.language() == "en" else chinese


def heading(chapter: str) -> str:
    """A chapter's number as people write it."""
    return chapter if wording.language() == "en" else "一二三四五六七八九十"[int(chapter) - 1]


def tile(one: clauses.Clause, line: ClauseLine | None) -> view.Tile:
    """A clause: nothing carries it, something does but nothing happened, or there is evidence."""
    ref = wording.clause_ref(one.id)
    evidence = line.allowed + line.refused + line.failed if line else 0
    return view.Tile(id=one.id, heading=ref.heading, title=ref.title, state=standing(line, evidence), evidence=evidence)


def standing(line: ClauseLine | None, evidence: int) -> view.State:
    """`none` while no rule and no operation carries the clause; `warn` without evidence; never painted green."""
    if line is None or not (line.rules or line.verbs):
        return "none"
    return "ok" if evidence else "warn"


@require_safe
def clause(request: HttpRequest, clause: str) -> HttpResponse:
    """One clause: its words, what carries it, its evidence, the tests that try it."""
    if not clauses.known(clause):
        raise NotFound()
    one, state = clauses.get(clause), state_of(request)
    trace = getattr(request, "trace", None)
    line = next((each for each in state.clauses if each.id == clause), None)
    chapter = next(each for each in clauses.chapters() if each.id == clause.split(".")[0])
    section = next(each for each in chapter.sections if one in each.clauses)
    order = [each.id for each in clauses.all()]
    at = order.index(clause)
    rules = door.explaining.rules(line.rules, wording.language()) if line else ()
    here = tile(one, line)
    page = view.ClausePage(
        tile=here, chapter=said(chapter.title_zh, chapter.title_en), section=said(section.title_zh, section.title_en),
        text=said(one.text_zh, one.text_en), by_hand=said(one.by_hand_zh, one.by_hand_en), days=DAYS,
        state_text=SAYING[here.state](here.evidence), tests=tests(clause), recent=recent(request, line),
        rules=tuple(RuleLine(id=each.id, sentence=each.sentence) for each in rules),
        operations=tuple(verb_label(each) for each in line.verbs) if line else (),
        matters=tuple(_(kind.text) for kind in KINDS.values() if clause in kind.clauses),
        duties=tuple(_(duty.text) for duty in DUTIES.values() if clause in duty.clauses),
        previous=order[at - 1] if at else "", next=order[at + 1] if at + 1 < len(order) else "",
    )  # fmt: skip
    request.trace = trace  # type: ignore[attr-defined]  # the strip is this page's own entry, not that of its evidence
    crumbs = (Link(label=_("制度"), href=to("cockpit")), Link(label=here.heading, href=""))
    return answering.page(request, "cockpit/clause.html", page, crumbs=crumbs)


def verb_label(value: str) -> str:
    """An operation by its word."""
    known = wording.verb(value)
    return _(known.label) if known else value


def recent(request: HttpRequest, line: ClauseLine | None) -> tuple[EntryLine, ...]:
    """The last entries that rest on a clause: everybody's for those who watch, one's own for others."""
    if line is None or not line.verbs:
        return ()
    sees_all = ledger.overseer(request)
    asked = LedgerSearch(since=asking.now() - timedelta(days=DAYS), verbs=line.verbs, mine=not sees_all, count=60)
    found = (ledger.entry_line(one) for one in asking.read(request, Verb.READ_LEDGER, asked).value)
    return tuple(one for one in found if any(ref.id == line.id for ref in one.clauses))[:RECENT]


SAYING: Final = {
    "ok": lambda n: _("有规则和操作执行本条，最近三十天有 %(n)d 条存证。") % {"n": n},
    "warn": lambda _n: _("有规则和操作执行本条，但最近三十天没有发生，因此没有证据。"),
    "bad": lambda _n: _("执行本条的内容与写入时不符，须立即查明。"),
    "none": lambda _n: _("还没有规则或操作执行本条：尚未建成，由人完成。"),
}  # fmt: skip


@cache
def tests(clause: str) -> tuple[str, ...]:
    """The test files that name a clause; () where the tests are not installed beside the program."""
    if not TESTS.is_dir():
        return ()
    found = (path for path in sorted(TESTS.rglob("test_*.py")) if f"[{clause}]" in path.read_text("utf-8"))
    return tuple(str(path.relative_to(TESTS)) for path in found)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Every published version; old ones explain old decisions."""
    state = state_of(request)
    newest = max((one.n for one in state.versions), default=0)
    shipped = clauses.text_hash()
    page = view.VersionsPage(
        versions=tuple(
            view.VersionRow(
                number=one.n, name=one.source, effective=one.effective, published_by=None, hash=one.text_hash,
                clauses=len(clauses.all()) if one.text_hash == shipped else None,
                rules=len({rule for line in state.clauses for rule in line.rules}) if one.n == newest else None,
                current=one.n == newest, note="" if one.genuine else _("与写入时不符"),
            )
            for one in state.versions
        ),
        shipped=shipped,
    )  # fmt: skip
    return answering.page(request, "cockpit/versions.html", page)


@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Every number the hospital promised, with its source and its floor."""
    state, may = state_of(request), asking.may(request, Verb.CHANGE_SETTING)
    groups: dict[str, list[view.SettingRow]] = {}
    for one in state.settings:
        groups.setdefault(section(one.clause), []).append(setting_row(one, may))
    page = view.SettingsPage(
        groups=tuple(view.SettingGroup(title=title, rows=tuple(rows)) for title, rows in groups.items()), can_change=may
    )
    return answering.page(request, "cockpit/settings.html", page)


def section(clause: str) -> str:
    """The heading of a clause's section."""
    for chapter in clauses.chapters():
        for one in chapter.sections:
            if clause.startswith(one.id):
                return said(one.title_zh, one.title_en)
    return _("其他")


def word(text: str) -> str:
    """A msgid in the reader's language; "" stays so."""
    return _(text) if text else ""


def setting_row(one: SettingLine, may: bool) -> view.SettingRow:
    """A setting."""
    return view.SettingRow(
        key=one.name, title=_(one.label), value=one.value, unit=word(one.unit), source=word(one.source),
        clause=one.clause, heading=wording.clause_ref(one.clause).heading if one.clause else "", floor=one.floor,
        changed=one.value != one.default,
        href=to("change_setting", setting=one.name) if may else "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def change_setting(request: HttpRequest, setting: str) -> HttpResponse:
    """Propose another value; a second person confirms it."""
    one = next((each for each in state_of(request).settings if each.name == setting), None)
    if one is None:
        raise NotFound()
    filled = Filled(request.POST, sent=request.method == "POST")
    value = filled.text("value", _(one.label), default=one.value, longest=2000, unit=word(one.unit))
    if filled.right:
        try:
            result = asking.write(request, Verb.CHANGE_SETTING, ChangeSetting(name=setting, value=value))
            return answering.said(request, waiting_text(result.value), to("waiting"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    floor = _("不得低于 %(floor)s") % {"floor": one.floor} if one.floor else _("没有法定下限")
    page = FormPage(
        title=_("更改设置"), lead=_(one.label), form=filled.form(_("提出更改")),
        crumb=Link(label=_("返回设置"), href=to("settings")),
        rules=(floor, _("由您提出，另一位有资格的人确认后生效。"), _("原值 %(value)s") % {"value": one.value}),
    )  # fmt: skip
    return answering.page(request, "protect/form.html", page, status=400 if page.form.wrong else 200)
