"""Made-up view models for the preview: signing in, errors, refusals."""

from typing import Any

from jingui.web.viewmodels.accounts import (
    Account,
    AccountPage,
    ChangePasswordPage,
    EnrolPasskeyPage,
    EnrolTotpPage,
    Factor,
    RecoveryCodesPage,
    SecondFactorPage,
    SessionEndedPage,
    SignInPage,
)
from jingui.web.viewmodels.errors import ErrorPage, RefusedPage
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, RuleLine
from jingui.web.viewmodels.paths import to
from tools.preview_frame import ENTRY, T, clauses


def sign_in(t: T, wrong: bool = False) -> SignInPage:
    """Signing in, first or after a mistake, with the demo's accounts."""
    errors = (
        (t("用户名或密码不正确。还可尝试 3 次。", "The user name or password is wrong. 3 tries left."),)
        if wrong
        else ()
    )
    user = Field(
        name="login",
        label=t("用户名", "User name"),
        value="shen.yanqing" if wrong else "",
        autocomplete="username",
        autofocus=True,
    )
    password = Field(name="password", label=t("密码", "Password"), kind="password", autocomplete="current-password")
    form = Form(fields=(user, password), submit=t("登录", "Sign in"), errors=errors)
    demo = (
        Account(
            user="shen.yanqing", post=t("医师", "Physician"), hint=t("打开本科患者的病历", "Open a chart of your ward")
        ),
        Account(
            user="an.shenji",
            post=t("审计管理员", "Audit administrator"),
            hint=t("查看存证台账", "Look into the ledger"),
        ),
    )
    return SignInPage(form=form, demo=() if wrong else demo, demo_password="Jingui-2026")  # noqa: S106 - made up


def accounts(t: T) -> dict[str, tuple[str, Any]]:
    """Every page of the threshold."""
    code = Field(
        name="code",
        label=t("验证码", "Code"),
        kind="code",
        hint=t("6 位数字", "6 digits"),
        maxlength=6,
        autocomplete="one-time-code",
        autofocus=True,
    )
    form = Form(fields=(code,), submit=t("继续", "Continue"))
    wrong = Form(
        fields=(
            Field(
                name="new",
                label=t("新密码", "New password"),
                kind="password",
                errors=(t("不能与最近 5 次相同。", "It must differ from the last 5."),),
            ),
        ),
        submit=t("更换密码", "Change password"),
    )
    name = Form(
        fields=(Field(name="name", label=t("名称", "Name"), value=t("值班室电脑", "Ward PC")),), submit=t("登记", "Add")
    )
    return {
        "sign-in": ("accounts/sign_in.html", sign_in(t)),
        "sign-in-wrong": ("accounts/sign_in.html", sign_in(t, True)),
        "second-factor": (
            "accounts/second_factor.html",
            SecondFactorPage(form=form, passkey_options='{"publicKey":{"challenge":"AA"}}', demo_code="314159"),
        ),
        "enrol-totp": (
            "accounts/enrol_totp.html",
            EnrolTotpPage(
                form=form,
                uri="otpauth://totp/Jingui:shen?secret=JBSWY3DPEHPK3PXP",
                secret="JBSWY3DPEHPK3PXP",  # noqa: S106 - made up
                must=True,
            ),
        ),
        "enrol-passkey": (
            "accounts/enrol_passkey.html",
            EnrolPasskeyPage(form=name, options='{"publicKey":{"a":"</x>"}}'),
        ),
        "recovery-codes": (
            "accounts/recovery_codes.html",
            RecoveryCodesPage(
                codes=tuple(f"{n}c7d-{n}f1b" for n in range(10, 20)),
                left=10,
                total=10,
                form=Form(fields=(), submit=t("重新生成", "Make new ones")),
            ),
        ),
        "change-password": (
            "accounts/change_password.html",
            ChangePasswordPage(form=wrong, rules=(t("至少 12 个字符。", "At least 12 characters."),), must=True),
        ),
        "session-ended": (
            "accounts/session_ended.html",
            SessionEndedPage(reason=t("超过 30 分钟没有操作。", "Idle for 30 minutes.")),
        ),
        "account": (
            "accounts/account.html",
            AccountPage(
                factors=(Factor(kind=t("验证器", "Authenticator"), name="TOTP", added="2026-09-01"),),
                password_days_left=5,
                recovery_left=8,
            ),
        ),
    }


def errors(t: T) -> dict[str, tuple[str, Any]]:
    """Errors and the refusal."""
    pages: dict[str, tuple[str, Any]] = {
        f"error-{status}": (
            "errors/error.html",
            ErrorPage(
                status=status,
                code="code",
                message=t("说明发生了什么。", "What happened."),
                next_step=t("下一步。", "Next step."),
                request=ENTRY,
                places=(("Patient.birthDate", "<img src=x onerror=alert(1)>"),) if status == 400 else (),
                retry="/" if status == 503 else "",
                retry_seconds=5 if status == 503 else 0,
                contact=t("信息科 6120", "Information office 6120"),
            ),
        )
        for status in (400, 404, 409, 410, 413, 422, 500, 503)
    }
    pages["refused"] = (
        "errors/refused.html",
        RefusedPage(
            message=t("制度不允许此项操作。", "The policy does not allow this."),
            sentence=t(
                "您与这位患者没有诊疗关系，也没有有效授权。", "You do not treat this patient and hold no grant."
            ),
            next_step=t("如因工作需要，请申请内部查阅。", "If your work needs it, ask for internal access."),
            rules=(RuleLine(id="no-relation", sentence=t("无诊疗关系不得查阅", "No reading without a relation")),),
            clauses=clauses(t),
            matter=Link(label=t("申请内部查阅", "Ask for internal access"), href="#"),
            entry=ENTRY,
            back=Link(label=t("返回患者查找", "Back to the search"), href=to("patients")),
        ),
    )
    return pages
