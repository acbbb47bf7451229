"""六（一）3 恢复处置: two people end a lockdown at the host, each with password and second factor [6.1.3] [6.1.2]

Pages answer nobody while a house is locked, so both prove who they are here. Codes are compared, not used up: using one
up is an operation like others, and none but the recovery runs. The same code cannot serve the second person.
"""

from datetime import timedelta

from django.db import transaction

from jingui.core import onetime
from jingui.core.errors import Conflict, NotSignedIn
from jingui.core.operation import Actor, Operation
from jingui.core.oversee import Recover
from jingui.core.proposals import Verdict
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.gate import factors, importing_names, signing, writing
from jingui.gate.runtime import current


def proven(username: str, password: str, code: str) -> Actor:
    """Who that is, acting from this host; NotSignedIn for a wrong password or code, or too many tries."""
    bucket = f"recover:{username}"[:64]
    if signing.take_try(bucket) < 0:
        raise NotSignedIn(N_("尝试次数过多。"), N_("请稍候再试。"))
    checked = signing.check_credentials(username, password)
    if checked.outcome != "ok" or not right(checked.account, code):
        raise NotSignedIn(N_("用户名、密码或验证码不正确。"), N_("请核对后再试。"))
    found = importing_names.actor(username)
    if found is None or found.account != checked.account:
        raise NotSignedIn(N_("该账号没有有效岗位。"), N_("请由有岗位的人员办理。"))
    signing.forget_tries(bucket)
    return found


def right(account: int, code: str) -> bool:
    """Whether `code` is the present one of a genuine authenticator, later than the last that was used, or a recovery
    code that is left.
    """
    runtime = current()
    now = runtime.clock.now()
    with transaction.atomic():
        rows = factors.genuine(runtime, account)
    for row in rows:
        if row.type == factors.TOTP:
            where = f"mfa_authenticator:{row.pk}"
            secret = factors.reveal(runtime, account, row.data["secret"], where).decode()
            period = onetime.matching(secret, code, now)
            if period is not None and period > row.data["counter"]:
                return True
        elif row.type == factors.RECOVERY and factors.code_digest(runtime, account, code) in row.data["codes"]:
            return True
    return False


def recover(first: Actor, second: Actor, reason: str) -> int:
    """Propose, confirm, end the lockdown; the recovery ledger's size. Conflict when both are the same account."""
    if first.account == second.account:
        raise Conflict(N_("恢复处置须由两人进行。"), N_("请由另一位有资格的人员作第二人。"))
    at = current().clock.now()
    asked = Operation(actor=first, verb=Verb.RECOVER, at=at, purpose=Purpose.OPERATION, data=Recover(reason=reason))
    waiting = writing.write(asked).value
    word = Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
    later = at + timedelta(milliseconds=1)
    said = Operation(actor=second, verb=Verb.APPROVE, at=later, purpose=Purpose.OPERATION, data=word)
    return int(writing.write(said).value.value)
