"""六（一）2 双因素: second factors in allauth's table: encrypted, sealed row by row, checked at every use [6.1.2]

`mfa_authenticator` keeps the data, `factor_seal` a MAC over their digest: a secret that a database administrator
inserted or exchanged is refused as Tampered. Recovery codes are kept as keyed digests, so that nobody can show them
again.
"""

import os
import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from functools import lru_cache
from hmac import compare_digest

import orjson
from allauth.mfa.models import Authenticator

from jingui.core import onetime
from jingui.core.errors import Invalid, NotSignedIn, Tampered
from jingui.core.signing import FactorLine
from jingui.core.word import N_
from jingui.crypto.cipher import Cipher
from jingui.gate.runtime import Runtime, current
from jingui.store.models import FactorSeal

TOTP, PASSKEY, RECOVERY = "totp", "webauthn", "recovery_codes"
CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that people mistake for another


@lru_cache(maxsize=2)
def _cipher(runtime_key: bytes, suite: str) -> Cipher:
    from jingui.crypto.suite import suite_by_name

    return suite_by_name(suite).cipher(runtime_key)


def cipher(runtime: Runtime) -> Cipher:
    """The cipher of secrets at rest."""
    return _cipher(runtime.keyring.key("factor"), runtime.suite.name)


def bound_to(account: int) -> bytes:
    """The associated data of an account's secrets."""
    return f"jingui:factor:1|{account}".encode()


def hide(runtime: Runtime, account: int, secret: bytes) -> str:
    """A secret as stored."""
    return b64encode(cipher(runtime).seal(secret, bound_to(account))).decode()


def reveal(runtime: Runtime, account: int, stored: str, where: str) -> bytes:
    """The secret again; Tampered when it was changed or belongs to another account."""
    try:
        envelope = b64decode(stored, validate=True)
    except ValueError as error:
        raise Tampered(where=where) from error
    return cipher(runtime).open(envelope, bound_to(account), where)


def digest(runtime: Runtime, row: Authenticator) -> bytes:
    """What the seal covers: owner, kind and every byte of the data."""
    content = [row.pk, row.user_id, row.type, row.data]
    return runtime.suite.digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def check(runtime: Runtime, row: Authenticator, seal: FactorSeal | None) -> None:
    """Raise Tampered unless the row is exactly what was enrolled through the door."""
    where = f"mfa_authenticator:{row.pk}"
    if seal is None or seal.account_id != row.user_id or seal.kind != row.type:
        raise Tampered(where=where)
    runtime.sealer.check(seal)
    if not compare_digest(bytes(seal.digest), digest(runtime, row)):
        raise Tampered(where=where)


def genuine(runtime: Runtime, account: int, *, lock: bool = False) -> list[Authenticator]:
    """The account's factors, every one checked; Tampered also when a sealed one vanished."""
    rows = Authenticator.objects.filter(user_id=account).order_by("pk")
    if lock:
        rows = rows.select_for_update()
    found = list(rows)
    seals = {seal.pk: seal for seal in FactorSeal.objects.filter(account_id=account)}
    for row in found:
        check(runtime, row, seals.pop(row.pk, None))
    for gone in seals:
        raise Tampered(where=f"factor_seal:{gone}")
    return found


def factors(account: int) -> tuple[FactorLine, ...]:
    """The account's second factors, genuine, without secrets."""
    return tuple(
        FactorLine(
            factor=row.pk, kind=row.type, name=row.data.get("name", ""), added=row.created_at, used=row.last_used_at,
            public=b64decode(row.data["credential"]) if row.type == PASSKEY else b"",
            left=len(row.data["codes"]) if row.type == RECOVERY else 0,
        )
        for row in genuine(current(), account)
    )  # fmt: skip


def code_digest(runtime: Runtime, account: int, code: str) -> str:
    """What is kept of a recovery code: blanks, dashes and case do not matter."""
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    return runtime.suite.mac(runtime.keyring.key("recovery"), f"{account}|{typed}".encode()).hex()


def fresh_codes() -> tuple[str, ...]:
    """Ten recovery codes of 50 random bits each, as people copy them."""
    return tuple("-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(CODES))


def new_data(
    runtime: Runtime, account: int, kind: str, name: str, secret: bytes, code: str, at: datetime
) -> dict[str, object]:
    """The data of a new factor; Invalid unless a TOTP code proves that the app holds the secret."""
    if kind == PASSKEY:
        return {"name": name, "credential": b64encode(secret).decode(), "counter": 0}
    try:
        counter = onetime.matching(secret.decode(), code, at)
    except ValueError as error:
        raise Invalid(places=(("secret", N_("密钥格式不正确。")),)) from error
    if counter is None:
        raise Invalid(places=(("code", N_("验证码不正确，请查看手机时间是否准确。")),))
    return {"name": name, "secret": hide(runtime, account, secret), "counter": counter}


def use(runtime: Runtime, row: Authenticator, code: str, counter: int, at: datetime) -> None:
    """Use a factor once: change its data so that the same code never works again; NotSignedIn names the outcome."""
    data = dict(row.data)
    if row.type == TOTP:
        secret = reveal(runtime, row.user_id, data["secret"], f"mfa_authenticator:{row.pk}").decode()
        period = onetime.matching(secret, code, at)
        if period is None:
            raise failed("wrong_factor")
        if period <= data["counter"]:
            raise failed("replayed_code")
        data["counter"] = period
    elif row.type == RECOVERY:
        given = code_digest(runtime, row.user_id, code)
        if given not in data["codes"]:
            raise failed("wrong_factor")
        data["codes"] = [one for one in data["codes"] if one != given]
    else:
        # passkeys that count must count upwards: a clone shows itself by an old number (WebAuthn 7.2 step 22)
        if (counter or data["counter"]) and counter <= data["counter"]:
            raise failed("replayed_code")
        data["counter"] = counter
    row.data, row.last_used_at = data, at


def failed(outcome: str) -> NotSignedIn:
    """The error whose reason the entry carries."""
    error = NotSignedIn(N_("验证码不正确或已经用过。"), N_("请等下一个验证码再试。"))
    error.reason = outcome  # type: ignore[attr-defined]  # becomes the entry's reason
    return error


def random_secret() -> str:
    """A fresh TOTP secret in base32."""
    return onetime.fresh_secret(os.urandom(20))
