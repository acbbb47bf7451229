"""二（二）3 快速换人: the next person takes over a shared station, each in a session of their own [2.2.3] [6.1.2]

Nothing of the person before stays: the session has ended with its entry, and the page knows neither who it was nor what
was open. A badge that types its number works as a user name; password and code go in at once, a passkey in two steps.
"""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jingui.core.errors import NotSignedIn, Refused
from jingui.gate import door
from jingui.web import accounts, factors, lockout, sessions
from jingui.web.viewmodels.accounts import SignInPage
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.paths import to


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def switch_user(request: Any) -> HttpResponse:
    """Leave, and let the next one in."""
    if request.method != "POST":
        return page(request)
    if request.actor is not None:
        sessions.end(request, request.actor, "asked")
    if "login" not in request.POST:
        return redirect(to("switch_user"))
    typed = request.POST["login"].strip()[:64]
    username = door.signing.username_of(typed)
    proven = authenticate(request, username=username, password=request.POST.get("password", "")[:1024])
    if proven is None:
        return page(request, typed, accounts.trouble(request), 400)
    try:
        return accounts.admitted(request, proven.checked, username, then(request))  # type: ignore[attr-defined]  # only our own backend answers
    except Refused as error:
        return page(request, typed, _(error.message) + _(error.next_step), 403)


def then(request: Any) -> Any:
    """What follows the right password: the code that came with it, else the page of the second factor."""
    code = request.POST.get("code", "").strip()[:40]

    def go_on(enrolled: bool) -> HttpResponse:
        rows = door.factors.factors(request.actor.account) if enrolled and code else ()
        if not rows:
            return redirect(to("second_factor" if enrolled else "enrol_totp"))
        bucket = door.signing.bucket(f"factor:{request.actor.account}")
        if door.signing.take_try(bucket) < 0:
            return redirect(to("second_factor"))
        username = request.session.get("username", "")
        try:
            sessions.strengthen(request, factors.proof(request, rows))
        except NotSignedIn:
            return redirect(to("second_factor"))  # which says so, and counts the tries
        door.signing.forget_tries(bucket)
        response = redirect(to("change_password") if request.session.get("must_change") else to("desk"))
        lockout.remember_station(request, response, username)
        return response

    return go_on


def page(request: Any, typed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    """The form; nothing stands beside it."""
    fields = (
        Field(name="login", label=_("工号或用户名"), value=typed, autofocus=True, maxlength=64,
              hint=_("可刷工牌")),
        Field(name="password", label=_("密码"), kind="password", autocomplete="current-password"),
        Field(name="code", label=_("验证码"), kind="code", required=False, autocomplete="one-time-code", maxlength=20,
              hint=_("用通行密钥的，此处留空，下一步验证")),
    )  # fmt: skip
    form = Form(fields=fields, submit=_("登录"), action=to("switch_user"), errors=(error,) if error else ())
    gone = request.actor is None and not error
    shown = SignInPage(form=form, reason=_("前一位使用者已退出，屏幕上不留任何内容；草稿各自保存。") if gone else "")
    return render(request, "accounts/sign_in.html", {"page": shown}, status=status)
