"""六（一）安全防护措施 [6.1.2]: the pages of signing in, made from the sign-in library's own forms

The library checks what was typed; the words, the order and what a browser may fill in by itself are ours.
"""

import json
from typing import Any

from django.utils.translation import gettext as _

from jingui.web.viewmodels.accounts import (
    Account,
    ChangePasswordPage,
    EnrolPasskeyPage,
    EnrolTotpPage,
    RecoveryCodesPage,
    SecondFactorPage,
    SignInPage,
)
from jingui.web.viewmodels.form import Field, Form, from_django


def sign_in_page(form: Any, *, reason: str = "", demo: tuple[Account, ...] = (), demo_password: str = "") -> SignInPage:
    """Signing in by user name and password; nothing else is asked ("remember me" has no place on a ward's station)."""
    made = from_django(
        form,
        submit=_("登录"),
        login={"label": _("用户名"), "autocomplete": "username", "autofocus": True, "hint": "", "maxlength": 150},
        password={"label": _("密码"), "autocomplete": "current-password", "hint": ""},
    )
    return SignInPage(form=_only(made, "login", "password"), reason=reason, demo=demo, demo_password=demo_password)


def second_factor_page(form: Any, options: Any = None, *, action: str = "", demo_code: str = "") -> SecondFactorPage:
    """The second factor: `form` asks the code (None if there is none), `options` are a WebAuthn request's, or None."""
    return SecondFactorPage(
        form=from_django(form, submit=_("继续"), code=_code(_("验证码"), _("6 位数字，或一个恢复码")))
        if form
        else None,
        passkey_options=json.dumps(options) if options else "",
        passkey_action=action,
        demo_code=demo_code,
    )


def enrol_totp_page(form: Any, *, uri: str, secret: str, must: bool = False) -> EnrolTotpPage:
    """Enrolling an authenticator app."""
    made = from_django(form, submit=_("完成登记"), code=_code(_("验证码"), _("6 位数字")))
    return EnrolTotpPage(form=made, uri=uri, secret=secret, must=must)


def enrol_passkey_page(form: Any, options: Any) -> EnrolPasskeyPage:
    """Enrolling a passkey: its name, so that a lost one can be found again; `options` are a WebAuthn creation's."""
    made = from_django(form, submit=_("登记"), name={"label": _("名称"), "hint": _("例如：值班室安全钥匙")})
    credential = tuple(error for field in made.fields if field.name == "credential" for error in field.errors)
    kept = _only(made, "name")
    return EnrolPasskeyPage(
        form=Form(fields=kept.fields, submit=kept.submit, errors=kept.errors + credential), options=json.dumps(options)
    )


def recovery_codes_page(form: Any, *, codes: tuple[str, ...], left: int, total: int) -> RecoveryCodesPage:
    """Recovery codes; `codes` is () unless they were made this minute."""
    made = Form(fields=(), submit=_("重新生成"), errors=from_django(form, submit="").errors if form else ())
    return RecoveryCodesPage(codes=codes, left=left, total=total, form=made)


def change_password_page(form: Any, *, rules: tuple[str, ...], must: bool = False) -> ChangePasswordPage:
    """Changing one's own password; the old one is asked again."""
    made = from_django(
        form,
        submit=_("更换密码"),
        oldpassword={"label": _("现在的密码"), "autocomplete": "current-password", "hint": "", "autofocus": True},
        password1={"label": _("新密码"), "autocomplete": "new-password", "hint": ""},
        password2={"label": _("再输入一次新密码"), "autocomplete": "new-password", "hint": ""},
    )
    return ChangePasswordPage(form=made, rules=rules, must=must)


def _code(label: str, hint: str) -> dict[str, Any]:
    return {
        "label": label,
        "kind": "code",
        "hint": hint,
        "autocomplete": "one-time-code",
        "autofocus": True,
        "maxlength": 16,
    }


def _only(form: Form, *names: str) -> Form:
    """`form` with these fields; errors of the fields left out stay, as the form's own: none is swallowed."""
    kept: tuple[Field, ...] = tuple(field for field in form.fields if field.name in names)
    lost = tuple(error for field in form.fields if field.name not in (*names, "credential") for error in field.errors)
    return Form(fields=kept, submit=form.submit, action=form.action, errors=form.errors + lost)
