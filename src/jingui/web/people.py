"""六（一）2 账号管理: people, their posts and accounts: one prepares, another grants [6.1.2] [1.3.4]"""

from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core import protect
from jingui.core.errors import NotFound
from jingui.core.protect import Directory, PeopleRequest
from jingui.core.signing import LIMITS
from jingui.core.words import Decision, Role, Standing, Strength, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled
from jingui.web.role_words import FACTORS, PURPOSES
from jingui.web.viewmodels import people as view
from jingui.web.viewmodels.parts import EntryLine, Link, Pager, Tag
from jingui.web.viewmodels.paths import to

LICENSED: Final = frozenset({Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST, Role.TECHNICIAN})
SOON: Final = 60  # days before a licence ends in which the page says so
COUNT: Final = 50
ADMINS: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
DUTIES: Final = (
    Verb.REGISTER_PERSON, Verb.OPEN_ACCOUNT, Verb.GRANT_POST, Verb.END_POST, Verb.FREEZE_ACCOUNT, Verb.UNFREEZE_ACCOUNT,
    Verb.ISSUE_TOKEN, Verb.CHANGE_SETTING, Verb.PUBLISH_POLICY, Verb.ROTATE_KEYS, Verb.READ_PEOPLE, Verb.READ_LEDGER,
    Verb.EXPORT_LEDGER, Verb.OPEN_CHART, Verb.ENTER,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, or those whose name, number or department fits."""
    filled = Filled(request.POST or request.GET, sent=False)
    text = filled.text("text", _("姓名或工号"), longest=40, required=False)
    offered = tuple((row.code, wording.department(row.name)) for row in wording.departments())
    code = filled.choice("department", _("科室"), (("", _("全部科室")), *offered), required=False)
    number = next((row.id for row in wording.departments() if row.code == code), 0)
    after = request.GET.get("after", "")
    asked = PeopleRequest(
        text=text, department=number, count=COUNT, cursor=int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    result = asking.read(request, Verb.READ_PEOPLE, asked)
    found: Directory = result.value
    page = view.PeoplePage(
        form=filled.form(_("查找")), people=tuple(row(one, asking.now()) for one in found.people),
        pager=Pager(page=1, next=f"?{query(text, code)}after={result.more}") if result.more else None,
        actions=offers(request, ("register_person", Verb.REGISTER_PERSON, _("登记人员"))),
    )  # fmt: skip
    return answering.page(request, "protect/people.html", page)


def query(text: str, code: str) -> str:
    """The address's part that repeats a filter; names of staff may stand there, patients' never."""
    pairs = [(name, value) for name, value in (("text", text), ("department", code)) if value]
    return urlencode(pairs) + "&" if pairs else ""


def offers(request: HttpRequest, *rows: tuple[str, Verb, str], **parts: Any) -> tuple[Link, ...]:
    """The doors that this post has use for, the first one with its key."""
    made = [
        Link(label=label, href=to(name, **parts), key="" if at else "n", primary=not at)
        for at, (name, verb, label) in enumerate(rows)
        if asking.may(request, verb)
    ]
    return tuple(made)


def row(one: protect.PersonLine, now: datetime) -> view.PersonRow:
    """A person in the list."""
    active = [post for post in one.posts if holds(post, now)]
    return view.PersonRow(
        href=to("person", person=one.id), name=one.name, number=one.staff_no,
        posts=tuple(f"{_(role(post.role))} · {wording.department(post.department)}" for post in active),
        standing=standing(one, now), licence=licence(one, active, now.date()), last_seen=one.last_seen,
    )  # fmt: skip


def role(value: str) -> str:
    """The msgid of a role; the word itself where it is none of ours."""
    return Role(value).label if value in set(Role) else value


def holds(post: protect.PostLine, now: datetime) -> bool:
    """Whether a post is held now."""
    return post.state == "active" and post.starts <= now and (post.ends is None or post.ends > now)


def standing(one: protect.PersonLine, now: datetime) -> Standing | None:
    """How the person's way in stands; None where there is no account yet."""
    if not one.genuine or not all(account.genuine for account in one.accounts):
        return Standing.TAMPERED
    if not one.accounts:
        return None
    if any(account.state != "active" for account in one.accounts):
        return Standing.FROZEN
    if not one.active or one.valid_from > now.date() or (one.valid_until and one.valid_until < now.date()):
        return Standing.EXPIRED
    return Standing.ACTIVE if any(holds(post, now) for post in one.posts) else Standing.NO_POST


def licence(one: protect.PersonLine, active: list[protect.PostLine], today: date) -> Tag | None:
    """How the licence stands, for those who need one or have one."""
    if one.licence_until is None:
        return Tag(text=_("未登记"), tone="bad") if any(post.role in LICENSED for post in active) else None
    left = (one.licence_until - today).days
    tone = "bad" if left < 0 else "warn" if left < SOON else "ok"
    text = _("已于 %(day)s 失效") if left < 0 else _("至 %(day)s")
    return Tag(text=text % {"day": one.licence_until.isoformat()}, tone=tone)  # type: ignore[arg-type]  # three tones


@require_safe
def person(request: HttpRequest, person: str) -> HttpResponse:
    """One person: posts, accounts, licence, and what was decided about them."""
    found: Directory = asking.read(request, Verb.READ_PEOPLE, PeopleRequest(person=number(person))).value
    one, now = found.people[0], asking.now()
    active = [post for post in one.posts if holds(post, now)]
    rows = [("grant_post", Verb.GRANT_POST, _("授予岗位"))]
    if not one.accounts:
        rows.append(("open_account", Verb.OPEN_ACCOUNT, _("开立账号")))
    page = view.PersonPage(
        id=str(one.id), name=one.name, number=one.staff_no, title=one.title or "—",
        department=wording.department(active[0].department) if active else "—",
        posts=tuple(post_line(request, post, now) for post in one.posts),
        accounts=tuple(account_line(request, account) for account in one.accounts),
        history=tuple(made for line in found.history if (made := event(line))),
        licence_number=one.licence_no, licence_until=one.licence_until, licence_tag=licence(one, active, now.date()),
        actions=offers(request, *rows, person=person),
    )  # fmt: skip
    crumbs = (Link(label=_("人员与账号"), href=to("people")), Link(label=one.name, href=""))
    return answering.page(request, "protect/person.html", page, crumbs=crumbs)


def number(text: str) -> int:
    """The number that an address names; NotFound when it is none."""
    if not text.isdecimal() or len(text) > 18:
        raise NotFound()
    return int(text)


def post_line(request: HttpRequest, post: protect.PostLine, now: datetime) -> view.PostLine:
    """A post, and its end for those who may end it."""
    ended = not holds(post, now)
    endable = not ended and asking.may(request, Verb.END_POST)
    return view.PostLine(
        role=Role(post.role), department=wording.department(post.department),
        since=post.starts.astimezone(now.tzinfo).date(),
        until=post.ends.astimezone(now.tzinfo).date() if post.ends else None, ended=ended,
        end_action=to("end_post", post=post.id) if endable else "",
    )  # fmt: skip


def account_line(request: HttpRequest, account: protect.AccountLine) -> view.AccountLine:
    """An account: how it stands, its factors, until when its password serves."""
    frozen = account.state != "active"
    action = to("account_state", account=account.id)
    return view.AccountLine(
        user=account.username,
        standing=Standing.TAMPERED if not account.genuine else Standing.FROZEN if frozen else Standing.ACTIVE,
        strength=Strength.TWO_FACTOR if account.factors else Strength.PASSWORD,
        factors=tuple(_(FACTORS[one]) if one in FACTORS else one for one in account.factors),
        password_until=(account.password_at + LIMITS.password_life).date() if account.kind == "person" else None,
        freeze_action=action if not frozen and asking.may(request, Verb.FREEZE_ACCOUNT) else "",
        unfreeze_action=action if frozen and asking.may(request, Verb.UNFREEZE_ACCOUNT) else "",
    )  # fmt: skip


def event(line: protect.HistoryLine) -> EntryLine | None:
    """What was decided about a person, as its ledger entry."""
    verb = wording.verb(line.verb)
    if verb is None:
        return None
    return EntryLine(
        id=line.entry, at=line.at, verb=verb, decision=Decision.ALLOW, person=wording.person(line.by or "system:init"),
        placed=False,
    )  # fmt: skip


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Roles, and what each of the three administrators may do by the rules in force."""
    found: Directory = asking.read(request, Verb.READ_PEOPLE, PeopleRequest(count=1)).value
    cells = door.duties.table(ADMINS, DUTIES)
    page = view.RolesPage(
        admins=ADMINS,
        matrix=tuple(view.DutyRow(verb=verb, cells=tuple(cells[one, verb] for one in ADMINS)) for verb in DUTIES),
        roles=tuple(
            view.RoleRow(role=one, purpose=_(text), holders=found.holders.get(one.value, 0))
            for one, text in PURPOSES.items()
        ),
    )  # fmt: skip
    return answering.page(request, "protect/roles.html", page)
