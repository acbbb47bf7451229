"""六（一）2 密码: what a password must be: long, not the name, not a common one, not a recent one [6.1.2]"""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jingui.core.signing import LIMITS, Limits

#: Fragments that make a long password a guess all the same.
COMMON: Final = (
    "password", "passw0rd", "12345678", "23456789", "87654321", "qwertyui", "asdfghjk", "1qaz2wsx", "abcdefgh",
    "11111111",
    "00000000", "88888888", "66666666", "iloveyou", "letmein", "welcome1", "admin123", "woaini", "5201314", "jingui",
    "yiyuan", "hospital",
)  # fmt: skip
LONGEST = 128  # argon2 takes more; nobody types more


def troubles(password: str, limits: Limits = LIMITS, username: str = "", name: str = "") -> tuple[str, ...]:
    """Everything that is wrong with a new password, in the reader's language; () if nothing."""
    lower, out = password.lower(), []
    if not limits.password_length <= len(password) <= LONGEST:
        out.append(_("须为 {n} 至 {m} 个字符。").format(n=limits.password_length, m=LONGEST))
    if len(set(password)) < 6:
        out.append(_("须至少有 6 个不同的字符。"))
    if any(part and part.lower() in lower for part in (*username.split("."), name) if len(part) > 1):
        out.append(_("不得包含用户名或姓名。"))
    weak = next((word for word in COMMON if word in lower), "")
    if weak and len(password) - len(weak) < 8:
        out.append(_("不得以常见密码为主体。"))
    return tuple(out)


def rules(limits: Limits = LIMITS) -> tuple[str, ...]:
    """The rules as sentences."""
    return (
        _("{n} 个字符以上；可以是一句只有您知道的话，不强求符号。").format(n=limits.password_length),
        _("不得包含用户名或姓名，不得以常见密码为主体。"),
        _("不得与最近 {n} 次的密码相同。").format(n=limits.password_history),
        _("{n} 天内有效。").format(n=limits.password_life.days),
    )


class HospitalRules:
    """Django's hook for the same rules."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with everything that is wrong."""
        found = troubles(password, username=getattr(user, "username", ""))
        if found:
            raise ValidationError(list(found))

    def get_help_text(self) -> str:
        """The rules in one text."""
        return " ".join(rules())
