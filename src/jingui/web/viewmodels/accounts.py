"""六（一）安全防护措施 [6.1.2]: signing in, the second factor, passwords"""

from dataclasses import dataclass

from jingui.web.viewmodels.form import Choice, Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A demo log-in: what to type and what to try first."""

    user: str
    post: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """accounts/sign_in.html. `reason` says why one stands here again ("" at first). `demo` only in the demo."""

    form: Form
    reason: str = ""
    demo: tuple[Account, ...] = ()
    demo_password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPage:
    """accounts/second_factor.html. `passkey_options` is the JSON of a WebAuthn request, "" if none is enrolled.

    The passkey form posts one field, `credential` (JSON); the code form is `form` (None if no code is enrolled).
    """

    form: Form | None
    passkey_options: str = ""
    passkey_action: str = ""
    demo_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolTotpPage:
    """accounts/enrol_totp.html. `uri` is otpauth://…, drawn as a QR code on the page itself; `secret` in base32."""

    form: Form
    uri: str
    secret: str
    must: bool = False

    @property
    def secret_grouped(self) -> str:
        """The secret in groups of four, as people copy it."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPasskeyPage:
    """accounts/enrol_passkey.html. `options` is the JSON of a WebAuthn creation; the form also posts `credential`."""

    form: Form
    options: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesPage:
    """accounts/recovery_codes.html. `codes` are shown once, right after they were made; later only `left` counts."""

    codes: tuple[str, ...]
    left: int
    total: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A second factor that this person has."""

    kind: str
    name: str
    added: str
    last_used: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """accounts/account.html: my password, my second factors, and the post I act from (`posts`: those I hold)."""

    factors: tuple[Factor, ...]
    password_days_left: int
    recovery_left: int
    posts: tuple[Choice, ...] = ()
    post: str = ""
    offline: bool | None = None  # whether one has a PIN for wards' stations; None where there is nothing to open


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordPage:
    """accounts/change_password.html. `rules` are sentences made from the settings; `must` if there is no way around."""

    form: Form
    rules: tuple[str, ...]
    must: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEndedPage:
    """accounts/session_ended.html. `reason` in one sentence: idle, absolute limit, other station, password changed."""

    reason: str
    saved: bool = False
