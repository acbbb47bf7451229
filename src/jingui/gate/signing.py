"""六（一）2 账号管理: what the threshold asks before a session exists: password, tries, posts [6.1.2]

Only these functions touch account rows outside of acts; they decide nothing: SIGN_IN does, and enters it.
"""

import secrets
import unicodedata
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import Error, connection, transaction

from jingui.core.errors import Refused, Tampered, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.protect import SignOut
from jingui.core.signing import Checked, Limits, PostLine
from jingui.core.vector import Vector
from jingui.core.words import Entrance, Purpose, Role, Standing, Verb
from jingui.gate import settings, writing
from jingui.gate.actors import ROLES, ActorFacts
from jingui.gate.runtime import current
from jingui.gate.sql import raw
from jingui.store.models import Account, Department, PasswordPast, Post, Session
from jingui.store.sessions import SessionStore

TRY_SQL = """
INSERT INTO axes_accessattempt AS a
  (username, ip_address, user_agent, http_accept, path_info, attempt_time, get_data, post_data, failures_since_start)
VALUES ($1, '0.0.0.0', '', '', '', $2, '', '', 1)
ON CONFLICT (username, ip_address, user_agent) DO UPDATE SET
  failures_since_start = CASE WHEN a.attempt_time <= $3 THEN 1 ELSE a.failures_since_start + 1 END,
  attempt_time = CASE WHEN a.attempt_time <= $3 OR a.failures_since_start + 1 = $4 THEN $2 ELSE a.attempt_time END
RETURNING failures_since_start
"""

NUMBERS = (
    "sign_in_tries", "lock_minutes", "idle_minutes", "session_hours", "password_length", "password_history",
    "password_days", "portal_idle_minutes", "portal_session_hours", "portal_start_days",
)  # fmt: skip


def bucket(username: str, station: str = "") -> str:
    """Under what name tries are counted: a keyed digest, for people type passwords and patient numbers as names.

    A station where this account signed in before counts for itself: strangers elsewhere cannot lock its owner out.
    """
    name = unicodedata.normalize("NFKC", username).strip().casefold()
    runtime = current()
    return runtime.suite.mac(runtime.keyring.key("tries"), f"{name}\0{station}".encode()).hex()


def limits(*, portal: bool = False) -> Limits:
    """The rules of signing in that the settings table has in force now; `portal` for patients' shorter sessions."""
    runtime = current()
    try:
        with transaction.atomic():
            found = settings.values(runtime, raw("SELECT n FROM epoch")[0][0])
    except Error as error:
        connection.close()
        raise Unavailable(where="settings") from error
    of = {name: int(found[name]) for name in NUMBERS}
    return Limits(
        tries=of["sign_in_tries"], lock=timedelta(minutes=of["lock_minutes"]),
        idle=timedelta(minutes=of["portal_idle_minutes" if portal else "idle_minutes"]),
        absolute=timedelta(hours=of["portal_session_hours" if portal else "session_hours"]),
        start=timedelta(days=of["portal_start_days"]),
        password_length=of["password_length"],
        password_history=of["password_history"], password_life=timedelta(days=of["password_days"]),
    )  # fmt: skip


def take_try(name: str) -> int:
    """Count a try under `name` before it is judged and return how many are left after it; below 0 means locked.

    The lock lasts from the last try that was let through; tries during the lock do not prolong it.
    """
    now, rules = current().clock.now(), limits()
    try:
        with transaction.atomic():
            count = int(raw(TRY_SQL, name, now, now - rules.lock, rules.tries)[0][0])
    except Error as error:
        connection.close()
        raise Unavailable(where="tries") from error
    return rules.tries - count


def forget_tries(name: str) -> None:
    """Start counting anew, after a success."""
    with transaction.atomic():
        raw("DELETE FROM axes_accessattempt WHERE username = $1", name)


@lru_cache(maxsize=1)
def nobody() -> str:
    """A hash that no password has: unknown accounts cost the same time as known ones."""
    return make_password(secrets.token_urlsafe(32))


def check_credentials(username: str, password: str, kind: str = "person", code: str = "") -> Checked:
    """Compare a password with the account's hash; Tampered when the hash was not set through the door.

    An unknown account and a wrong password take the same time. A hash is never renewed in passing. Accounts of another
    `kind` are unknown here. `code` is a start code as typed, for an account that never had a password of its own.
    """
    account = Account.objects.filter(username=username, kind=kind).first()
    if account is not None:
        current().sealer.check_password_row(account)
        if code and not PasswordPast.objects.filter(account_id=account.pk).exists():
            password = code
    stored = account.password if account is not None else nobody()
    right = check_password(password, stored if stored.startswith("argon2") else nobody(), setter=None)
    if account is None:
        return Checked(outcome="unknown_account")
    if not right or not stored.startswith("argon2"):
        return Checked(outcome="wrong_password", account=account.pk)
    return known(account.pk)


def username_of(typed: str) -> str:
    """The user name of a member of staff who typed it or whose badge was read; what was typed where nobody fits."""
    badge = raw(
        """SELECT a.username FROM account a JOIN person p ON p.id = a.person_id
        WHERE p.staff_no = $1 AND p.active AND a.kind = 'person'""", typed,
    )  # fmt: skip
    known = raw("SELECT 1 FROM account WHERE username = $1 AND kind = 'person'", typed)
    return typed if known or len(badge) != 1 else str(badge[0][0])


def number_of(username: str, kind: str = "person") -> int:
    """The account of a user name, only so that a failure's entry names it; 0 for none."""
    return Account.objects.filter(username=username, kind=kind).values_list("pk", flat=True).first() or 0


def known(number: int) -> Checked:
    """What the threshold must know of an account whose password was right."""
    account = Account.objects.get(pk=number)
    current().sealer.check_password_row(account)
    return Checked(
        outcome="ok", account=account.pk, generation=account.generation, password_at=account.password_at,
        given=not PasswordPast.objects.filter(account_id=account.pk).exists(),
    )  # fmt: skip


def used_before(account: int, password: str) -> bool:
    """Whether it equals the present password or one of the last few."""
    past = PasswordPast.objects.filter(account_id=account).order_by("-at")[: limits().password_history - 1]
    hashes = [Account.objects.get(pk=account).password, *(row.password for row in past)]
    return any(check_password(password, one, setter=None) for one in hashes if one.startswith("argon2"))


def posts(account: int) -> tuple[PostLine, ...]:
    """The genuine posts that the account may act from now, oldest first."""
    runtime = current()
    now = runtime.clock.now()
    person = Account.objects.values_list("person_id", flat=True).get(pk=account)
    found = []
    for post in Post.objects.filter(person_id=person, state="active", starts__lte=now).order_by("starts", "pk"):
        runtime.sealer.check(post)
        if (post.ends is None or post.ends > now) and post.role in ROLES:
            where = Department.objects.get(pk=post.department_id)
            found.append(
                PostLine(post=post.pk, role=Role(post.role), department=where.name, department_en=where.name_en)
            )
    return tuple(found)


#: The purposes of the rooms that a frame offers: care, running the house, watching it, and the records room's work.
OFFERED = (
    Purpose.TREATMENT, Purpose.OPERATION, Purpose.OVERSIGHT, Purpose.MANAGEMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL,
)  # fmt: skip


def may(actor: Actor, facts: ActorFacts, *verbs: Verb, at: datetime | None = None) -> frozenset[Verb]:
    """Which of these verbs the rules would allow where no patient is concerned: what a frame offers, nothing more."""
    runtime = current()
    now = at or runtime.clock.now()
    standing = facts.standing_at(now)
    if standing not in (Standing.ACTIVE, Standing.NO_UNDERTAKING):
        return frozenset()
    out = set()
    for verb in verbs:
        for purpose in OFFERED:
            vector = Vector(
                verb, facts.role, standing, actor.strength, actor.entrance, purpose, licensed=facts.licensed_at(now)
            )
            if runtime.decider.decide(vector).allow:
                out.add(verb)
                break
    return frozenset(out)


def end_overdue() -> int:
    """Enter and end the sessions that are over although their browser never came back; return how many."""
    overdue = SessionStore.overdue()
    for account, post, reason, digest in overdue:
        actor = Actor(account=account, post=post, session=digest.hex()[:16], entrance=Entrance.PAGE)
        asked = Operation(
            actor=actor, verb=Verb.SIGN_OUT, at=current().clock.now(), purpose=Purpose.OPERATION,
            data=SignOut(reason=reason),
        )  # fmt: skip
        with suppress(Refused, Tampered):  # a tampered account's end is refused, and that refusal is its entry
            writing.write(asked)
        Session.objects.filter(digest=digest).delete()
    SessionStore.clear_expired()
    return len(overdue)
