"""六（一）2 账号管理: access tokens of interfaces and apps: issued once, shown once, revoked at once [6.1.2] [5.1.2]"""

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.protect import Directory, IssueToken, PeopleRequest, RevokeToken, TokenLine
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.people import holds, role
from jingui.web.posts import drawn
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import TokenRow, TokensPage

SCOPES: Final[tuple[tuple[str, str], ...]] = (
    ("system/*.cruds", N_("院内系统：读写全部资源")),
    ("system/*.rs", N_("院内系统：只读")),
    ("user/*.rs", N_("本人岗位范围内只读")),
    ("user/*.cruds", N_("本人岗位范围内读写")),
)
DAYS: Final = 90


def directory(request: HttpRequest) -> Directory:
    """Everybody with their tokens."""
    found: Directory = asking.read(request, Verb.READ_PEOPLE, PeopleRequest(count=500)).value
    return found


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """Every token: whose, what for, until when; none can be shown again."""
    now, revocable = asking.now(), asking.may(request, Verb.REVOKE_TOKEN)
    rows = [
        TokenRow(
            label=one.label or "—", holder=person.name, href=to("person", person=person.id), scopes=one.scopes,
            expires=one.expires, state=(stands := state(one, now)),
            revoke=to("revoke_token", token=one.id) if stands.tone == "ok" and revocable else "",
        )
        for person in directory(request).people for one in person.tokens
    ]  # fmt: skip
    offered = (Link(label=_("签发令牌"), href=to("issue_token"), key="n", primary=True),)
    page = TokensPage(tokens=tuple(rows), actions=offered if asking.may(request, Verb.ISSUE_TOKEN) else ())
    return answering.page(request, "protect/tokens.html", page)


def state(one: TokenLine, now: datetime) -> Tag:
    """How a token stands."""
    if not one.genuine:
        return Tag(text=_("数据被篡改"), tone="bad")
    if one.revoked:
        return Tag(text=_("已撤销"), tone="none")
    return Tag(text=_("有效"), tone="ok") if one.expires > now else Tag(text=_("已过期"), tone="none")


@require_http_methods(["GET", "HEAD", "POST"])
def issue_token(request: HttpRequest) -> HttpResponse:
    """Issue a token for one post of one account; its text is shown once."""
    now, people = asking.now(), directory(request).people
    posts = {
        f"{person.accounts[0].id}.{post.id}":
            f"{person.name} · {_(role(post.role))} · {wording.department(post.department)}"
        for person in people if person.accounts
        for post in person.posts if holds(post, now)
    }  # fmt: skip
    filled = Filled(request.POST, sent=request.method == "POST")
    label = filled.text("label", _("用途"), hint=_("例如：检验系统回传"))
    whose = filled.choice("post", _("账号与岗位"), (("", "—"), *posts.items()))
    scope = filled.choice("scope", _("权限范围"), tuple((one, f"{_(text)} {one}") for one, text in SCOPES))
    until = filled.day("until", _("有效至"), default=now.date() + timedelta(days=DAYS), hint=_("最长期限见设置"))
    if filled.right and until:
        token, digest = door.new_token()
        account, post = (int(part) for part in whose.split("."))
        data = IssueToken(
            digest=digest, account=account, post=post, scopes=(scope,), label=label,
            expires=begins(until + timedelta(days=1)),
        )  # fmt: skip
        try:
            asking.write(request, Verb.ISSUE_TOKEN, data)
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            text = _("令牌已签发，只显示这一次，请立即保存到使用它的系统：%(token)s") % {"token": token}
            return answering.said(request, text, to("tokens"))
    return drawn(
        request, filled, title=_("签发令牌"), lead=_("令牌代表一个账号的一个岗位，权限不会超过该岗位。"),
        submit=_("签发"), back=Link(label=_("返回令牌"), href=to("tokens")),
        rules=(
            _("一个系统一个令牌，不得共用。"), _("服务器只保存摘要，丢失只能重新签发。"),
            _("岗位终止或账号冻结时，令牌立即失效。"),
        ),
    )  # fmt: skip


@require_POST
def revoke_token(request: HttpRequest, token: int) -> HttpResponse:
    """Revoke a token at once."""
    asking.write(request, Verb.REVOKE_TOKEN, RevokeToken(token=token))
    return answering.said(request, _("令牌已撤销，立即失效。"), to("tokens"))
