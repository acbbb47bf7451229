"""六（一）2 账号管理: what people do with their own account: sign-in, password, second factors [6.1.2] [4.1.2]"""

from typing import Any, cast

from allauth.mfa.models import Authenticator

from jingui.core.downtime import OfflinePin
from jingui.core.errors import NotFound, NotSignedIn, Refused
from jingui.core.permit import Permit
from jingui.core.protect import ChangePassword, EnrolFactor, SignIn, SignOut
from jingui.core.word import N_
from jingui.core.words import Strength, Verb
from jingui.gate import factors, offline
from jingui.gate.acts.protect import end_sessions
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.signing_documents import end_sessions as end_signing
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, FactorSeal, PasswordPast


@write_act(Verb.SIGN_IN)
def sign_in(context: WriteContext, permit: Permit) -> Done:
    """Enter a sign-in or its failure; a code is checked and used up in this very transaction.

    A failure's entry stands although nothing else changed; its reason is the outcome.
    """
    data, actor = cast(SignIn, permit.operation.data), permit.operation.actor
    if data.outcome != "ok":
        error = NotSignedIn()
        error.reason = data.outcome  # type: ignore[attr-defined]  # becomes the entry's reason
        raise error
    if data.factor:
        use_factor(context, permit, data)
    return Done(value=data.post, note=actor.strength.value.encode())


def use_factor(context: WriteContext, permit: Permit, data: SignIn) -> None:
    """Use the actor's own genuine factor once."""
    rows = factors.genuine(context.runtime, permit.operation.actor.account, lock=True)
    row = next((row for row in rows if row.pk == data.factor), None)
    if row is None:
        raise factors.failed("wrong_factor")
    factors.use(context.runtime, row, data.code, data.counter, context.runtime.clock.now())
    row.save()
    seal(context, row)


def seal(context: WriteContext, row: Authenticator) -> None:
    """Seal a factor's present data under this operation's entry."""
    found = FactorSeal.objects.filter(pk=row.pk).first()
    sealed = found or FactorSeal(id=row.pk, account_id=row.user_id, kind=row.type)
    sealed.digest = factors.digest(context.runtime, row)
    keep(context, sealed, new=found is None)


@write_act(Verb.SIGN_OUT)
def sign_out(context: WriteContext, permit: Permit) -> Done:
    """Enter the end of a session and why it ended."""
    data = cast("SignOut | None", permit.operation.data)
    if permit.operation.actor.account and permit.operation.actor.session:
        end_signing(context, permit.operation.actor.account, permit.operation.actor.session)
    return Done(note=b"asked" if data is None else data.reason.encode())


@write_act(Verb.CHANGE_PASSWORD)
def change_password(context: WriteContext, permit: Permit) -> Done:
    """Replace the actor's own password hash; every session ends."""
    data = cast(ChangePassword, permit.operation.data)
    account = locked(context, Account, permit.operation.actor.account)
    PasswordPast.objects.create(account=account, password=account.password, at=permit.at)
    account.password, account.password_at = data.password_hash, permit.at
    account.generation += 1
    keep(context, account)
    end_sessions(account.person_id)
    return Done(value=account.generation, bump=True)


@write_act(Verb.ENROL_FACTOR)
def enrol_factor(context: WriteContext, permit: Permit) -> Done:
    """Add or remove a second factor of the actor's own account.

    Who signed in by password alone may only add the very first one: a stolen password never becomes a second factor.
    """
    if isinstance(permit.operation.data, OfflinePin):
        return offline.set_pin(context, permit, permit.operation.data)
    data, actor = cast(EnrolFactor, permit.operation.data), permit.operation.actor
    locked(context, Account, actor.account)  # one change at a time
    rows = factors.genuine(context.runtime, actor.account, lock=True)
    if rows and actor.strength is not Strength.TWO_FACTOR:
        raise Refused(N_("更改第二因素须先用现有的第二因素登录。"), clauses=("6.1.2",), reason="strength")
    if data.removed:
        return remove(rows, data.factor)
    if data.kind == factors.RECOVERY:
        return renew_codes(context, rows, actor.account)
    values = factors.new_data(
        context.runtime, actor.account, data.kind, data.name, data.secret, data.code, context.runtime.clock.now()
    )
    for old in rows:
        if old.type == factors.TOTP == data.kind:  # one authenticator app at a time: the new one replaces it
            forget(old)
    return Done(value=add(context, actor.account, data.kind, values).pk)


def add(context: WriteContext, account: int, kind: str, data: dict[str, Any]) -> Authenticator:
    """Store and seal a new factor."""
    row = Authenticator.objects.create(user_id=account, type=kind, data=data, created_at=context.runtime.clock.now())
    seal(context, row)
    return row


def forget(row: Authenticator) -> None:
    """Remove a factor and its seal."""
    FactorSeal.objects.filter(pk=row.pk).delete()
    row.delete()


def remove(rows: list[Authenticator], number: int) -> Done:
    """Remove one of `rows`, but never the last that opens the door."""
    row = next((row for row in rows if row.pk == number), None)
    if row is None:
        raise NotFound()
    if not [one for one in rows if one.pk != number and one.type != factors.RECOVERY]:
        raise Refused(
            N_("这是最后一个第二因素，不能移除。"), N_("请先登记另一个，再移除这一个。"), clauses=("6.1.2",),
            reason="last_factor",
        )  # fmt: skip
    forget(row)
    return Done(bump=True)


def renew_codes(context: WriteContext, rows: list[Authenticator], account: int) -> Done:
    """Ten new recovery codes instead of all old ones; their only showing is the result's value."""
    if not [one for one in rows if one.type != factors.RECOVERY]:
        raise Refused(N_("请先登记验证器或通行密钥。"), clauses=("6.1.2",), reason="no_factor")
    for old in rows:
        if old.type == factors.RECOVERY:
            forget(old)
    codes = factors.fresh_codes()
    digests = [factors.code_digest(context.runtime, account, code) for code in codes]
    add(context, account, factors.RECOVERY, {"codes": digests})
    return Done(value=codes)
