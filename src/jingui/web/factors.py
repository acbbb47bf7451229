"""六（一）2 双因素: the second factor at sign-in, and enrolling authenticators, passkeys and recovery codes [6.1.2]"""

from typing import Any
from urllib.parse import quote, urlencode

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Invalid, NotSignedIn
from jingui.core.protect import EnrolFactor, SignIn
from jingui.core.signing import Checked, FactorLine
from jingui.core.words import Strength, Verb
from jingui.gate import door
from jingui.web import demonstration, lockout, passkeys, sessions
from jingui.web.viewmodels.accounts import EnrolPasskeyPage, EnrolTotpPage, RecoveryCodesPage, SecondFactorPage
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.paths import to

SECRET = "totp_secret"  # noqa: S105 -- the name of a session field
CODES = 10


class DoorFactorAdapter(DefaultMFAAdapter):
    """allauth never keeps or opens a secret of its own: the door does."""

    def encrypt(self, text: str) -> str:
        """Refuse."""
        raise NotSignedIn()

    def decrypt(self, encrypted_text: str) -> str:
        """Refuse."""
        raise NotSignedIn()


@sensitive_post_parameters("code", "credential")
@require_http_methods(["GET", "POST"])
def second_factor(request: Any) -> HttpResponse:
    """Prove a second factor; each code and each challenge works once."""
    if request.actor.strength is Strength.TWO_FACTOR:
        return redirect(sessions.here(request, "desk"))
    rows = door.factors.factors(request.actor.account)
    if not rows:
        return redirect(sessions.here(request, "enrol_totp"))
    if request.method == "GET":
        return second_factor_page(request, rows)
    bucket = door.signing.bucket(f"factor:{request.actor.account}")
    left = door.signing.take_try(bucket)
    if left < 0:
        lockout.enter_failure(request, Checked(outcome="locked", account=request.actor.account), request.actor.post)
        minutes = int(door.signing.limits().lock.total_seconds() // 60)
        return second_factor_page(request, rows, _("尝试次数过多，请 {n} 分钟后再试。").format(n=minutes), 429)
    username, after = request.session.get("username", ""), request.session.get("next", "/")
    try:
        sessions.strengthen(request, proof(request, rows))
    except NotSignedIn as error:
        return second_factor_page(request, rows, f"{_(error.message)}{_(error.next_step)}", 400)
    door.signing.forget_tries(bucket)
    response = redirect(sessions.here(request, "change_password") if request.session.get("must_change") else after)
    lockout.remember_station(request, response, username)
    return response


def proof(request: Any, rows: tuple[FactorLine, ...]) -> SignIn:
    """What was offered, for the door to judge; a passkey's assertion is verified here and entered if it fails."""
    post, credential = request.actor.post, request.POST.get("credential", "")
    if credential:
        try:
            factor, counter = passkeys.proven(request, credential[:20_000], rows)
        except NotSignedIn:
            lockout.enter_failure(request, Checked(outcome="wrong_factor", account=request.actor.account), post)
            raise
        return SignIn(post=post, factor=factor, counter=counter)
    code = request.POST.get("code", "")[:40]
    digits = "".join(code.split())
    kind = "totp" if digits.isascii() and digits.isdigit() and len(digits) == 6 else "recovery_codes"
    row = next((row for row in rows if row.kind == kind), None)
    if row is None:
        lockout.enter_failure(request, Checked(outcome="wrong_factor", account=request.actor.account), post)
        raise NotSignedIn(_("验证码不正确。"), "")
    return SignIn(post=post, factor=row.factor, code=code)


def second_factor_page(request: Any, rows: tuple[FactorLine, ...], error: str = "", status: int = 200) -> HttpResponse:
    """The page: passkey first, then the code."""
    has_code = any(row.kind in ("totp", "recovery_codes") for row in rows)
    code = Field(
        name="code", label=_("验证码"), kind="code",
        hint=_("6 位数字") if sessions.portal(request) else _("6 位数字，或一个恢复码"), autocomplete="one-time-code",
        autofocus=True, maxlength=20,
    )  # fmt: skip
    form = Form(fields=(code,), submit=_("继续"), errors=(error,) if error else ())
    page = SecondFactorPage(
        form=form if has_code else None, passkey_options=passkeys.ask_proof(request, rows),
        demo_code=demonstration.code(request.session.get("username", "")),
    )  # fmt: skip
    return render(request, "accounts/second_factor.html", {"page": page}, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enrol_totp(request: Any) -> HttpResponse:
    """Enrol an authenticator app; the first one also opens the door and brings recovery codes."""
    first = request.actor.strength is not Strength.TWO_FACTOR
    if first and door.factors.factors(request.actor.account):
        return redirect(sessions.here(request, "second_factor"))
    secret = request.session.get(SECRET) or door.factors.random_secret()
    request.session[SECRET] = secret
    error = ""
    if request.method == "POST":
        data = EnrolFactor(kind="totp", secret=secret.encode(), code=request.POST.get("code", "")[:20])
        try:
            door.write(sessions.operation(request, Verb.ENROL_FACTOR, data))
        except Invalid as wrong:
            error = " ".join(_(what) for _where, what in wrong.places)
        else:
            return enrolled(request, first)
    issuer = settings.JINGUI_INSTITUTION
    label = quote(f"{issuer}:{request.facts.username}")
    code = Field(
        name="code", label=_("验证码"), kind="code", hint=_("6 位数字"), maxlength=7, autocomplete="one-time-code"
    )
    page = EnrolTotpPage(
        form=Form(fields=(code,), submit=_("登记"), errors=(error,) if error else ()),
        uri=f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}",
        secret=secret, must=first,
    )  # fmt: skip
    return render(request, "accounts/enrol_totp.html", {"page": page}, status=400 if error else 200)


def enrolled(request: Any, first: bool) -> HttpResponse:
    """After an authenticator was added: on to the account, or for the first one in, with recovery codes."""
    del request.session[SECRET]
    if not first:
        return redirect(sessions.here(request, "account"))
    sessions.strengthen(request, SignIn(post=request.actor.post))  # the code just proved the app: two factors
    if sessions.portal(request) or sessions.outside(request):  # no recovery codes: who lost the phone comes again
        return redirect(sessions.here(request, "desk"))
    return new_codes(request)


@require_http_methods(["GET", "POST"])
def recovery_codes(request: Any) -> HttpResponse:
    """How many codes are left; by POST ten new ones, shown once."""
    return new_codes(request) if request.method == "POST" else codes_page(request, ())


def new_codes(request: Any) -> HttpResponse:
    """Make ten and show them, this once."""
    made = door.write(sessions.operation(request, Verb.ENROL_FACTOR, EnrolFactor(kind="recovery_codes")))
    return codes_page(request, tuple(made.value))


def codes_page(request: Any, codes: tuple[str, ...]) -> HttpResponse:
    """The page of recovery codes."""
    left = sum(row.left for row in door.factors.factors(request.actor.account))
    form = Form(fields=(), submit=_("重新生成"), action=to("recovery_codes"))
    page = RecoveryCodesPage(codes=codes, left=left, total=CODES, form=form)
    return render(request, "accounts/recovery_codes.html", {"page": page})


@require_http_methods(["GET", "POST"])
def enrol_passkey(request: Any) -> HttpResponse:
    """Enrol a passkey."""
    name, error = request.POST.get("name", "").strip()[:40], ""
    if request.method == "POST":
        try:
            public = passkeys.made(request, request.POST.get("credential", "")[:40_000])
            data = EnrolFactor(kind="webauthn", name=name or _("通行密钥"), secret=public)
            door.write(sessions.operation(request, Verb.ENROL_FACTOR, data))
        except Invalid as wrong:
            error = f"{_(wrong.message)}{_(wrong.next_step)}"
        else:
            return redirect(sessions.here(request, "account"))
    rows = door.factors.factors(request.actor.account)
    field = Field(name="name", label=_("名称"), value=name, hint=_("例如：值班室电脑"), maxlength=40)
    page = EnrolPasskeyPage(
        form=Form(fields=(field,), submit=_("登记"), errors=(error,) if error else ()),
        options=passkeys.ask_new(request, request.actor.account, request.facts.username, rows),
    )
    return render(request, "accounts/enrol_passkey.html", {"page": page}, status=400 if error else 200)
