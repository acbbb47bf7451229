"""六（一）2 账号管理: signing in by password, signing out, my account, password, post, language [6.1.2] [1.3.4]

Plain HTTP clients sign in in two posts: /sign-in/ (login, password) and /sign-in/second-factor/ (code), each with the
CSRF cookie's value in the field `csrfmiddlewaretoken`; tests/web/browser.py shows it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jingui.core.errors import NotSignedIn, Refused, Tampered
from jingui.core.portal import typed_code
from jingui.core.protect import ChangePassword
from jingui.core.signing import Checked
from jingui.core.words import Strength, Verb
from jingui.gate import door
from jingui.web import demonstration, lockout, passwords, sessions
from jingui.web.viewmodels.accounts import AccountPage, ChangePasswordPage, Factor, SessionEndedPage, SignInPage
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.paths import to


class Proven:
    """What a right password proves: not yet a session, and never an ORM object."""

    is_active = True

    def __init__(self, checked: Checked) -> None:
        """Hold what the door said."""
        self.checked = checked
        self.backend = ""


class DoorBackend:
    """Asks the door about a user name and password; anything but ok is None, and its reason goes to the ledger."""

    def authenticate(self, request: Any, username: str = "", password: str = "") -> Proven | None:
        """The proof, or None; Tampered when the stored hash is not the one that was set through the door."""
        try:
            code = typed_code(password) if sessions.kind(request) != "person" else ""
            checked = door.signing.check_credentials(username, password, sessions.kind(request), code)
        except Tampered:
            number = door.signing.number_of(username, sessions.kind(request))
            lockout.enter_failure(request, Checked(outcome="tampered", account=number))
            raise
        request.checked = checked
        return Proven(checked) if checked.outcome == "ok" else None

    def get_user(self, _number: object) -> None:
        """Nobody: sessions are read by the middleware, not by Django."""
        return


class DoorAccountAdapter(DefaultAccountAdapter):
    """allauth never opens an account or a session of its own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by OPEN_ACCOUNT only."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **_more: Any) -> HttpResponse:
        """Refuse allauth's own way in."""
        raise NotSignedIn()


def way_back(request: HttpRequest) -> str:
    """Where to go after signing in: one of our own paths, else the desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and len(wanted) < 300 else "/"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    """Sign in by user name and password; the second factor follows on its own page."""
    username = request.POST.get("login", "").strip()[:64] if request.method == "POST" else ""
    if request.method == "GET":
        if request.actor is not None and request.actor.strength is Strength.TWO_FACTOR:
            return redirect(to("desk"))
        return sign_in_page(request)
    proven = authenticate(request, username=username, password=request.POST.get("password", "")[:1024])
    if proven is None:
        return sign_in_page(request, username, trouble(request), 400)
    checked = proven.checked  # type: ignore[attr-defined]  # only our own backend answers
    try:
        return admitted(request, checked, username, lambda has: redirect(to("second_factor" if has else "enrol_totp")))
    except Refused as error:
        return sign_in_page(request, username, _(error.message) + _(error.next_step), 403)


def admitted(request: Any, checked: Checked, username: str, then: Callable[[bool], HttpResponse]) -> HttpResponse:
    """Open the session of a right password and go on; `then` is told whether there is a second factor to prove."""
    age = door.now() - (checked.password_at or door.now())
    must = age >= door.signing.limits().password_life or (checked.given and not demonstration.published(username))
    sessions.begin(request, checked, must)
    door.signing.forget_tries(request.tries_bucket)
    request.session["username"], request.session["next"] = username, way_back(request)
    enrolled = bool(door.factors.factors(checked.account))
    if not enrolled and demonstration.published(username):
        demonstration.enrol(request, username)
        enrolled = True
    return then(enrolled)


def trouble(request: Any) -> str:
    """What a person is told of a failure: never whether the account exists."""
    left = request.tries_left
    if left < 0:
        minutes = int(door.signing.limits().lock.total_seconds() // 60)
        return _("尝试次数过多，请 {n} 分钟后再试；在您常用的电脑上不受他人尝试的影响。").format(n=minutes)
    wrong = _("用户名或密码不正确。")
    return wrong + ngettext("还可尝试 {n} 次。", "还可尝试 {n} 次。", left).format(n=left)


def sign_in_page(request: Any, username: str = "", error: str = "", status: int = 200) -> HttpResponse:
    """The form, with the user name that was typed."""
    fields = [
        Field(name="login", label=_("用户名"), value=username, autocomplete="username", autofocus=True, maxlength=64),
        Field(name="password", label=_("密码"), kind="password", autocomplete="current-password"),
    ]
    if way_back(request) != "/":
        fields.append(Field(name="next", label="", kind="hidden", value=way_back(request)))
    page = SignInPage(
        form=Form(fields=tuple(fields), submit=_("登录"), action=to("sign_in"), errors=(error,) if error else ()),
        demo=demonstration.accounts(), demo_password=demonstration.password(),
    )  # fmt: skip
    return render(request, "accounts/sign_in.html", {"page": page}, status=status)


@require_POST
def sign_out(request: Any) -> HttpResponse:
    """End the session; its entry first."""
    if request.actor is not None:
        sessions.end(request, request.actor, "asked")
    return redirect(f"{to('session_ended')}?reason=asked")


@require_GET
def session_ended(request: Any) -> HttpResponse:
    """Say why a session is over."""
    rules = door.signing.limits()
    reasons = {
        "asked": _("您已退出。"),
        "gone": _("会话已不存在：可能已在另一台电脑登录，或账号、岗位、密码有变更。"),
        "idle": _("超过 {n} 分钟没有操作。").format(n=int(rules.idle.total_seconds() // 60)),
        "absolute": _("一次登录最长 {n} 小时。").format(n=int(rules.absolute.total_seconds() // 3600)),
        "changed": _("您的账号、岗位或密码有变更，须重新登录。"),
        "tampered": _("会话数据与写入时不一致，已拒绝使用并留痕。"),
    }
    page = SessionEndedPage(reason=reasons.get(request.GET.get("reason", ""), _("会话已结束，请重新登录。")))
    return render(request, "accounts/session_ended.html", {"page": page})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language; the way back is one of our own paths."""
    response = redirect(way_back(request))
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86_400, samesite="Strict", secure=request.is_secure()
        )
    return response


@require_GET
def account(request: Any) -> HttpResponse:
    """My account: password, second factors, posts."""
    number = request.actor.account
    checked = door.signing.known(number)
    left = door.signing.limits().password_life - (door.now() - (checked.password_at or door.now()))
    rows = door.factors.factors(number)
    kinds = {"totp": _("验证器"), "webauthn": _("通行密钥")}
    posts = door.signing.posts(number)
    page = AccountPage(
        factors=tuple(
            Factor(kind=kinds[row.kind], name=row.name, added=day(row.added), last_used=day(row.used))
            for row in rows
            if row.kind in kinds
        ),
        password_days_left=max(0, left.days),
        recovery_left=sum(row.left for row in rows),
        posts=tuple(Choice(value=str(one.post), label=f"{_(one.role.label)} · {one.department}") for one in posts),
        post=str(request.actor.post),
        offline=bool(door.offline.since(number)) if opens_stations(request) else None,
    )
    return render(request, "accounts/account.html", {"page": page})


def opens_stations(request: Any) -> bool:
    """Whether this post may open wards' stations, so that a PIN is of use."""
    return request.facts.role in door.offline.OPENERS


def day(at: datetime | None) -> str:
    """A date of the hospital's calendar; "" for never."""
    return timezone.localtime(at).date().isoformat() if at else ""


@require_POST
def switch_post(request: Any) -> HttpResponse:
    """Act from another of one's posts."""
    wanted = request.POST.get("post", "")
    sessions.switch(request, int(wanted) if wanted.isascii() and wanted.isdigit() else 0)
    return redirect(to("desk"))


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def change_password(request: Any) -> HttpResponse:
    """Change one's own password; every session ends, this one begins anew."""
    errors: dict[str, tuple[str, ...]] = {}
    if request.method == "POST":
        errors = password_errors(request)
        if not errors:
            return password_changed(request)
    asked = (("old", _("现在的密码"), "current"), ("new", _("新密码"), "new"), ("again", _("再输一次"), "new"))
    fields = tuple(
        Field(name=name, label=label, kind="password", autocomplete=f"{which}-password", errors=errors.get(name, ()))
        for name, label, which in asked
    )
    must = bool(request.session.get("must_change"))
    form, rules = Form(fields=fields, submit=_("更换密码")), passwords.rules(door.signing.limits())
    page = ChangePasswordPage(form=form, rules=rules, must=must)
    return render(request, "accounts/change_password.html", {"page": page}, status=400 if errors else 200)


def password_errors(request: Any) -> dict[str, tuple[str, ...]]:
    """What keeps the new password from being taken; a wrong old one counts as a try and is entered."""
    new, again = request.POST.get("new", ""), request.POST.get("again", "")
    if new != again:
        return {"again": (_("两次输入不一致。"),)}
    found = passwords.troubles(new, door.signing.limits(), request.facts.username, request.facts.name)
    if found:
        return {"new": found}
    proven = authenticate(request, username=request.facts.username, password=request.POST.get("old", "")[:1024])
    if proven is None:
        return {"old": (trouble(request),)}
    door.signing.forget_tries(request.tries_bucket)
    if door.signing.used_before(request.actor.account, new):
        return {"new": (_("不得与最近 {n} 次的密码相同。").format(n=door.signing.limits().password_history),)}
    return {}


def password_changed(request: Any) -> HttpResponse:
    """Set it through the door, which ends every session, and go on in a new one."""
    actor, session = request.actor, request.session
    kept = {name: session[name] for name in ("username", "until") if name in session}
    hashed = make_password(request.POST["new"])
    done = door.write(sessions.operation(request, Verb.CHANGE_PASSWORD, ChangePassword(password_hash=hashed)))
    session.flush()
    session.create()
    session.update(kept)
    fresh = sessions.actor_of(request, actor.account, actor.post, actor.strength)
    sessions.fill(request, fresh, int(done.value))
    return redirect(sessions.here(request, "account"))
