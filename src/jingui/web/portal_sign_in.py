"""一（三）2 患者门户: signing in by portal number, the first password of one's own, my account [1.3.2] [6.1.2]

An unknown number, a wrong password and a start code of another account get the same answer in the same time. Whoever
lost password or phone comes to the window: nothing is recovered from afar.
"""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Refused
from jingui.core.portal import typed_number
from jingui.core.signing import Checked
from jingui.core.words import Entrance, Strength
from jingui.gate import door
from jingui.web import accounts, answering, apps_consent, demonstration, lockout, passwords, sessions
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.paths import to


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    """By number and password, the first time by number and start code."""
    if request.method == "GET":
        actor = request.actor
        if actor is not None and actor.entrance is Entrance.PORTAL and actor.strength is Strength.TWO_FACTOR:
            return redirect(to("portal_home"))
        return page(request, reason=reasons(request).get(request.GET.get("reason", ""), ""))
    username = typed_number(request.POST.get("login", ""))
    proven = authenticate(request, username=username, password=request.POST.get("password", "")[:1024])
    if proven is None:
        return page(request, username, accounts.trouble(request), 400)
    checked: Checked = proven.checked  # type: ignore[attr-defined]  # only our own backend answers
    if checked.given and door.now() - (checked.password_at or door.now()) > door.signing.limits().start:
        lockout.enter_failure(request, Checked(outcome="code_expired", account=checked.account))
        return page(request, username, _("起始码已过期，请到窗口重新办理。"), 400)
    try:
        sessions.begin(request, checked, checked.given)
    except Refused as error:
        return page(request, username, _(error.message) + _(error.next_step), 403)
    door.signing.forget_tries(request.tries_bucket)
    request.session["username"] = username
    request.session["next"] = to("portal_app_consent" if apps_consent.waiting(request) else "portal_home")
    if checked.given:
        return redirect(to("portal_password"))
    return redirect(to("portal_factor" if door.factors.factors(checked.account) else "portal_enrol"))


def reasons(request: Any) -> dict[str, str]:
    """Why somebody stands here again."""
    return {
        "asked": _("您已退出。"), "gone": _("会话已不存在，请重新登录。"), "idle": _("长时间没有操作，已自动退出。"),
        "absolute": _("已超过一次登录的最长时间，请重新登录。"), "changed": _("您的账号或密码有变更，请重新登录。"),
        "tampered": _("会话数据与写入时不一致，已拒绝使用并留痕。"),
    }  # fmt: skip


def page(request: Any, number: str = "", error: str = "", status: int = 200, reason: str = "") -> HttpResponse:
    """The form, with the number that was typed."""
    fields = (
        Field(
            name="login", label=_("门户号"), value=number, autocomplete="username", autofocus=True, maxlength=20,
            hint=_("窗口所给纸条上以 P 开头的号码"),
        ),
        Field(
            name="password", label=_("密码"), kind="password", autocomplete="current-password",
            hint=_("第一次登录填写纸条上的起始码"),
        ),
    )  # fmt: skip
    form = Form(fields=fields, submit=_("登录"), action=to("portal_sign_in"), errors=(error,) if error else ())
    shown = view.SignIn(
        form=form, reason=reason, demo=demonstration.portal_accounts(), demo_password=demonstration.password()
    )
    return render(request, "portal/sign_in.html", {"page": shown}, status=status)


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: Any) -> HttpResponse:
    """The first password of one's own right after the start code; later another one, with the old one."""
    first = bool(request.session.get("must_change")) and door.signing.known(request.actor.account).given
    if not first and request.actor.strength is not Strength.TWO_FACTOR:
        return redirect(to("portal_factor"))
    errors: dict[str, tuple[str, ...]] = {}
    if request.method == "POST":
        errors = first_errors(request) if first else accounts.password_errors(request)
        if not errors:
            return accounts.password_changed(request)
    old = () if first else (("old", _("现在的密码"), "current"),)
    asked = (*old, ("new", _("新密码"), "new"), ("again", _("再输一次"), "new"))
    fields = tuple(
        Field(name=name, label=label, kind="password", autocomplete=f"{which}-password", errors=errors.get(name, ()))
        for name, label, which in asked
    )
    form = Form(fields=fields, submit=_("设置密码") if first else _("更换密码"))
    shown = view.Password(form=form, rules=passwords.rules(door.signing.limits())[:2], first=first)
    return render(request, "portal/password.html", {"page": shown}, status=400 if errors else 200)


def first_errors(request: Any) -> dict[str, tuple[str, ...]]:
    """What keeps the first password from being taken."""
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        return {"again": (_("两次输入不一致。"),)}
    found = passwords.troubles(new, door.signing.limits(), request.facts.username, "")
    if door.signing.used_before(request.actor.account, new):
        found = (*found, _("不得沿用起始码。"))
    return {"new": found} if found else {}


@require_safe
def account(request: Any) -> HttpResponse:
    """My portal account: number, password, second factors."""
    kinds = {"totp": _("验证器"), "webauthn": _("通行密钥")}
    rows = door.factors.factors(request.actor.account)
    shown = view.AccountPage(
        number=request.facts.username,
        factors=tuple(" · ".join(filter(None, (kinds[one.kind], one.name))) for one in rows if one.kind in kinds),
    )
    return answering.page(request, "portal/account.html", shown)
