"""四（一）2 使用留痕: what stands around every page: who acts, where one may go, the ledger strip [4.1.2] [1.3.4]

A view says `request.trace = result.trace` and the strip appears; `request.crumbs`, `request.notices` and
`request.counts` ({page name: (number, overdue)}) are taken up in the same way.
"""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from jingui.core.sheets import Trace
from jingui.core.word import N_
from jingui.core.words import Decision, Purpose, Role, Strength, Verb
from jingui.gate import door
from jingui.web import portal, sessions, wording
from jingui.web.viewmodels.parts import PersonLine
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.shell import NavItem, Shell, Strip, Watermark

#: Room, its label, what the rules must allow for it to be offered (None: everybody).
ROOMS: tuple[tuple[str, str, Verb | None], ...] = (
    ("desk", N_("工作台"), None),
    ("patients", N_("查找患者"), Verb.SEARCH_PATIENT),
    ("due", N_("书写时限"), Verb.READ_DEADLINES),
    ("signing", N_("待签与待核对"), Verb.SIGN_RECORD),
    ("matters", N_("申请与审批"), Verb.READ_MATTERS),
    ("copies", N_("病历复制"), Verb.READ_COPIES),
    ("case_files", N_("病案流转"), Verb.READ_CASE_FILES),
    ("archive", N_("纸质病案"), Verb.READ_ARCHIVE),
    ("sealings", N_("封存"), Verb.READ_SEALINGS),
    ("destructions", N_("保存与销毁"), Verb.READ_DESTRUCTIONS),
    ("outside_list", N_("院外查阅"), Verb.READ_OUTSIDE),
    ("studies", N_("教学科研"), Verb.READ_STUDIES),
    ("rosters", N_("排班与轮转"), Verb.RELATE),
    ("climate", N_("库房环境"), Verb.READ_CLIMATE),
    ("equipment", N_("设备"), Verb.READ_EQUIPMENT),
    ("storage", N_("存储系统"), Verb.READ_STORAGE),
    ("partners", N_("合作机构"), Verb.READ_PARTNERS),
    ("apps", N_("接入应用"), Verb.READ_APPS),
    ("transmissions", N_("传输记录"), Verb.READ_TRANSMISSIONS),
    ("received", N_("外来资料"), Verb.READ_RECEIVED),
    ("gateway", N_("传输网关"), Verb.READ_GATEWAY),
    ("bulk", N_("批量共享"), Verb.END_BULK),
    ("duties", N_("例行工作"), Verb.READ_DUTIES),
    ("findings", N_("隐私监测"), Verb.READ_FINDINGS),
    ("grants", N_("授权与紧急调阅"), Verb.READ_GRANTS),
    ("documents", N_("受控文件"), Verb.READ_DOCUMENTS),
    ("cockpit", N_("制度"), Verb.READ_POLICY),
    ("entries", N_("存证台账"), None),
    ("people", N_("人员与账号"), Verb.READ_PEOPLE),
    ("sources", N_("来源与工作站"), Verb.READ_SOURCES),
    ("backups", N_("备份与恢复"), Verb.READ_BACKUPS),
    ("system", N_("系统"), Verb.READ_PEOPLE),
)


def english() -> bool:
    """Whether the reader reads English."""
    return wording.language() == "en"


def page(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor: `shell`, made only when a template asks for it."""
    return {"shell": SimpleLazyObject(lambda: shell(request))}


def hospital() -> str:
    """The hospital's name in the reader's language."""
    return settings.JINGUI_INSTITUTION_EN if english() else settings.JINGUI_INSTITUTION


def shell(request: Any) -> Shell:
    """The frame of this request."""
    language = "en" if english() else "zh-hans"
    now = timezone.localtime()
    plain = Shell(
        now=now, path=request.path, hospital=hospital(), language=language, demo=settings.JINGUI_DEMO,
        portal=sessions.portal(request), outside=sessions.outside(request),
    )  # fmt: skip
    actor, facts = getattr(request, "actor", None), getattr(request, "facts", None)
    if actor is None or facts is None:
        return plain
    full = actor.strength is Strength.TWO_FACTOR
    if plain.portal:
        return patients_shell(request, plain, full)
    if plain.outside:
        return outside_shell(request, plain)
    allowed = door.signing.may(actor, facts, *{verb for _name, _label, verb in ROOMS if verb}) if full else frozenset()
    trace: Trace | None = getattr(request, "trace", None)
    department = (facts.department_name_en if english() else "") or facts.department_name
    post = facts.title or (_(Role(facts.role).label) if facts.post else "")
    return Shell(
        now=now, path=request.path, hospital=hospital(), language=language, demo=settings.JINGUI_DEMO,
        person=PersonLine(name=facts.name, post=post, department=department),
        nav=rooms(request, allowed) if full else (),
        can_find=Verb.SEARCH_PATIENT in allowed,
        session_seconds=int(request.session.rest().total_seconds()),
        crumbs=getattr(request, "crumbs", ()), notices=getattr(request, "notices", ()),
        strip=strip(trace) if trace else None,
        watermark=watermark(f"{facts.name} {department}", trace) if trace and trace.decided.allow else None,
    )  # fmt: skip


def patients_shell(request: Any, plain: Shell, full: bool) -> Shell:
    """The frame of the patients' portal."""
    trace: Trace | None = getattr(request, "trace", None)
    facts = request.facts
    return replace(
        plain, person=PersonLine(name=_(facts.name)), nav=portal.nav(request) if full else (),
        session_seconds=int(request.session.rest().total_seconds()), notices=getattr(request, "notices", ()),
        strip=strip(trace) if trace else None,
        watermark=watermark(f"{_(facts.name)} {facts.username}", trace) if trace and trace.decided.allow else None,
    )  # fmt: skip


def outside_shell(request: Any, plain: Shell) -> Shell:
    """The frame of somebody of another institution: no rooms; the watermark names their institution."""
    trace: Trace | None = getattr(request, "trace", None)
    who = f"{request.facts.name} {getattr(request, 'institution', '')}"
    return replace(
        plain, person=PersonLine(name=who.strip()), notices=getattr(request, "notices", ()),
        session_seconds=int(request.session.rest().total_seconds()), strip=strip(trace) if trace else None,
        watermark=watermark(who, trace) if trace and trace.decided.allow else None,
    )  # fmt: skip


def rooms(request: Any, allowed: frozenset[Verb]) -> tuple[NavItem, ...]:
    """The rooms this person may enter, in order."""
    counts = getattr(request, "counts", {})
    out = []
    for name, label, verb in ROOMS:
        if verb is not None and verb not in allowed:
            continue
        href, (count, hot) = to(name), counts.get(name, (0, False))
        current = request.path == href if href == "/" else request.path.startswith(href)
        out.append(
            NavItem(label=_(label), href=href, current=current, count=count, hot=hot, rule_before=name == "cockpit")
        )
    return tuple(out)


def strip(trace: Trace) -> Strip:
    """The ledger strip of the entry that this answer stands in."""
    purposes = {one.value: one for one in Purpose}
    return Strip(
        entry=trace.entry, at=trace.at, decision=Decision.ALLOW if trace.decided.allow else Decision.DENY,
        purpose=purposes.get(trace.purpose), clauses=wording.clause_refs(trace.decided.clauses),
    )  # fmt: skip


def watermark(person: str, trace: Trace) -> Watermark:
    """Who saw it, when, under which entry: on every governed page and print."""
    return Watermark(person=person.strip(), at=timezone.localtime(trace.at), request=trace.entry)
