"""五（一）2 接入应用: authorisations as rows: found by secret, issued, refreshed, revoked with their kin [5.1.2]"""

import base64
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from jingui.core.entry import Line
from jingui.core.partners import AppFact
from jingui.core.smart import OFFLINE, VERIFIER, Issued
from jingui.core.words import Role
from jingui.gate import settings
from jingui.gate.partners import line
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, AppGrant, Post

ACCESS: Final = "ja_"
REFRESH: Final = "jr_"
CODE: Final = "jc_"
LONGEST: Final = 100


def fresh(prefix: str) -> str:
    """A new secret: 256 random bits in text, told once."""
    return prefix + secrets.token_urlsafe(32)


def digest(runtime: Runtime, secret: str) -> bytes:
    """What is stored of a secret."""
    return runtime.suite.digest(b"jingui:app:1\0" + secret.encode())


def by(context: WriteContext, column: str, secret: str, prefix: str) -> AppGrant | None:
    """The row whose `column` is this secret's digest, locked with its whole family, genuine; None for none."""
    if not secret.startswith(prefix) or len(secret) > LONGEST or not secret.isascii():
        return None
    row = AppGrant.objects.filter(**{column: digest(context.runtime, secret)}).first()
    if row is None:
        return None
    # the family's first row is everybody's lock: two that use one secret stand in line, whichever row they found
    AppGrant.objects.select_for_update().filter(pk=row.family).first()
    row = AppGrant.objects.select_for_update().get(pk=row.pk)
    context.runtime.sealer.check(row)
    return row


def family(context: WriteContext, number: int) -> list[AppGrant]:
    """All rows of one authorisation, locked, each genuine."""
    rows = list(AppGrant.objects.select_for_update().filter(family=number).order_by("pk"))
    for row in rows:
        context.runtime.sealer.check(row)
    return rows


def revoked(context: WriteContext, number: int, at: datetime) -> tuple[Line, ...]:
    """Nothing of this authorisation opens anything from now on."""
    out = []
    for row in family(context, number):
        if row.revoked is None:
            row.revoked = at
            keep(context, row)
            out.append(line(row))
    return tuple(out)


def answers(challenge: str, verifier: str) -> bool:
    """Whether a verifier is the one that was challenged (PKCE, S256 and nothing else)."""
    if not VERIFIER.match(verifier):
        return False
    made = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(made, challenge)


def acts(context: WriteContext, account: int, post: int) -> bool:
    """Whether whoever granted it is still there, at the post they granted it from."""
    who = Account.objects.filter(pk=account, state="active").first()
    at = Post.objects.filter(pk=post, state="active").first()
    if who is None or at is None or at.person_id != who.person_id:
        return False
    for row in (who, at):
        context.runtime.sealer.check(row)
    now = context.operation.at
    return at.starts <= now and (at.ends is None or now < at.ends)


def machine(context: WriteContext, account: int) -> int:
    """The post from which an interface account acts; 0 for none."""
    who = Account.objects.filter(pk=account, state="active").first()
    if who is None:
        return 0
    posts = Post.objects.filter(person_id=who.person_id, role=Role.INTERFACE.value, state="active").order_by("pk")
    return next((int(post.pk) for post in posts if acts(context, account, post.pk)), 0)


def begun(context: WriteContext, app: AppFact, **values: Any) -> AppGrant:
    """A new row of an app's, its own family unless it is told another."""
    number = next_id(AppGrant)
    return AppGrant(id=number, app_id=app.id, made=context.operation.at, **{"family": number, **values})


def opened(
    context: WriteContext, app: AppFact, row: AppGrant, minutes: str, *, new: bool, scopes: Sequence[str] | None = None
) -> Issued:
    """Give a row its tokens; a refresh token only where `offline_access` was granted."""
    at = context.operation.at
    access = fresh(ACCESS)
    row.access = digest(context.runtime, access)
    row.access_ends = min(at + timedelta(minutes=settings.number(context.runtime, context.epoch, minutes)), app.ends)
    refresh = ""
    if OFFLINE in row.scopes and row.redirect:
        refresh = fresh(REFRESH)
        row.refresh = digest(context.runtime, refresh)
        days = settings.number(context.runtime, context.epoch, "app_refresh_days")
        row.refresh_ends = min(row.refresh_ends or at + timedelta(days=days), app.ends)
    if scopes is not None:
        row.scopes = list(scopes)
    keep(context, row, new=new)
    return Issued(
        access=access, refresh=refresh, seconds=int((row.access_ends - at).total_seconds()), scopes=tuple(row.scopes),
        patient=context.runtime.public(row.patient_id, 0) if row.patient_id else "",
    )  # fmt: skip


def lines(rows: Iterable[AppGrant]) -> tuple[Line, ...]:
    """Rows as targets of an entry."""
    return tuple(line(row) for row in rows)
