"""四（二）3 院外查阅: signing in with the number and start code that the hospital handed over [4.2.3] [6.1.2]

An unknown number and a wrong code get the same answer in the same time. Whoever lost either asks the hospital again.
"""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Refused
from jingui.core.portal import typed_number
from jingui.core.signing import Checked
from jingui.core.words import Strength
from jingui.gate import door
from jingui.web import accounts, lockout, passwords, portal_sign_in, sessions
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.outside import SignIn
from jingui.web.viewmodels.paths import to


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: Any) -> HttpResponse:
    """By number and password, the first time by number and start code."""
    if request.method == "GET":
        if request.actor is not None and request.actor.strength is Strength.TWO_FACTOR and sessions.outside(request):
            return redirect(to("outside_home"))
        return page(request)
    username = typed_number(request.POST.get("login", ""))
    proven = authenticate(request, username=username, password=request.POST.get("password", "")[:1024])
    if proven is None:
        return page(request, username, accounts.trouble(request), 400)
    checked: Checked = proven.checked  # type: ignore[attr-defined]  # only our own backend answers
    if checked.given and door.now() - (checked.password_at or door.now()) > door.outside.start():
        lockout.enter_failure(request, Checked(outcome="code_expired", account=checked.account))
        return page(request, username, _("起始码已过期，请联系开通账号的医院重新办理。"), 400)
    try:
        sessions.begin(request, checked, checked.given)
    except Refused as error:
        return page(request, username, _(error.message) + _(error.next_step), 403)
    door.signing.forget_tries(request.tries_bucket)
    request.session["username"], request.session["next"] = username, to("outside_home")
    if checked.given:
        return redirect(to("outside_password"))
    return redirect(to("outside_factor" if door.factors.factors(checked.account) else "outside_enrol"))


def page(request: Any, number: str = "", error: str = "", status: int = 200) -> HttpResponse:
    """The form, with the number that was typed."""
    fields = (
        Field(
            name="login", label=_("账号"), value=number, autocomplete="username", autofocus=True, maxlength=20,
            hint=_("医院所给纸条上以 W 开头的号码"),
        ),
        Field(
            name="password", label=_("密码"), kind="password", autocomplete="current-password",
            hint=_("第一次登录填写纸条上的起始码"),
        ),
    )  # fmt: skip
    form = Form(fields=fields, submit=_("登录"), action=to("outside_sign_in"), errors=(error,) if error else ())
    return render(request, "release/outside_sign_in.html", {"page": SignIn(form=form)}, status=status)


@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "POST"])
def password(request: Any) -> HttpResponse:
    """The password of one's own, right after the start code; another one is given out with a new account."""
    if not request.session.get("must_change") or not door.signing.known(request.actor.account).given:
        return redirect(to("outside_home"))
    errors: dict[str, tuple[str, ...]] = {}
    if request.method == "POST":
        errors = portal_sign_in.first_errors(request)
        if not errors:
            return accounts.password_changed(request)
    asked = (("new", _("新密码")), ("again", _("再输一次")))
    fields = tuple(
        Field(name=name, label=label, kind="password", autocomplete="new-password", errors=errors.get(name, ()))
        for name, label in asked
    )
    form = Form(fields=fields, submit=_("设置密码"))
    shown = view.Password(form=form, rules=passwords.rules(door.signing.limits())[:2], first=True)
    return render(request, "portal/password.html", {"page": shown}, status=400 if errors else 200)
