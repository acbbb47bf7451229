"""样板: the published sign-ins of a demonstration house; without `demo = true` in the home there are none

`demo-sign-ins.json` in the home: {"password": …, "accounts": [{"user": …, "post": {"zh": …, "en": …}, "hint": {…}}]}.
The codes of demonstration accounts come from a secret that anybody can compute (core.onetime.demo_secret).
"""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from jingui.core import onetime
from jingui.gate import door
from jingui.web.viewmodels.accounts import Account


@lru_cache(maxsize=1)
def _read(stamp: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(settings.JINGUI_DEMO_SIGN_INS.read_text("utf-8"))
    return found


def sign_ins() -> dict[str, Any]:
    """What the demonstration published; {} in a real house."""
    path = settings.JINGUI_DEMO_SIGN_INS
    if not settings.JINGUI_DEMO or not path.exists():
        return {}
    return _read(path.stat().st_mtime_ns)


def accounts() -> tuple[Account, ...]:
    """The accounts for the sign-in page, in the reader's language."""
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    return tuple(
        Account(user=row["user"], post=row["post"][lang], hint=row["hint"][lang])
        for row in sign_ins().get("accounts", ())
    )


def password() -> str:
    """The one password of them all."""
    return str(sign_ins().get("password", ""))


def code(username: str) -> str:
    """The account's code of this moment; "" for accounts that are not published."""
    if username not in {row["user"] for row in sign_ins().get("accounts", ())}:
        return ""
    return onetime.code(onetime.demo_secret(username), onetime.counter_at(door.now()))
