"""六（一）安全防护: people, posts, accounts and tokens [6.1.2] [1.3.4]"""

from datetime import datetime, timedelta
from typing import cast

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.permit import Permit
from jingui.core.protect import (
    ChangeAccountState,
    EndPost,
    GrantPost,
    IssueToken,
    OpenAccount,
    RegisterDepartment,
    RegisterPerson,
    RevokeToken,
)
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate import settings
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.separation import check_separation
from jingui.gate.signing_documents import end_sessions as end_signing
from jingui.gate.writing import WriteContext
from jingui.store.models import Account, Department, Person, Post, Session, Token

carries(Verb.UNFREEZE_ACCOUNT, ChangeAccountState)


@write_act(Verb.REGISTER_DEPARTMENT)
def register_department(context: WriteContext, permit: Permit) -> Done:
    """Register a department under its code."""
    data = cast(RegisterDepartment, permit.operation.data)
    if not data.code.strip() or not data.name.strip():
        raise Invalid(places=(("code", N_("科室代码和名称必须填写。")),))
    if Department.objects.filter(code=data.code).exists():
        raise Conflict(N_("该科室代码已登记。"))
    made = Department.objects.create(code=data.code, name=data.name, name_en=data.name_en, kind=data.kind)
    return Done(value=made.pk)


def own_way(kind: str, place: str = "kind") -> None:
    """Invalid for people and accounts that are made in another way: at the window, or by an approved matter."""
    ways = {
        "patient": N_("患者账号只在窗口开通"), "outside": N_("院外人员账号只由院外查阅事项开通"),
        "partner": N_("院外人员账号只由院外查阅事项开通"),
    }  # fmt: skip
    if kind in ways:
        raise Invalid(places=((place, ways[kind]),))


@write_act(Verb.REGISTER_PERSON)
def register_person(context: WriteContext, permit: Permit) -> Done:
    """Register a person by their real name; the staff number is never used twice."""
    data = cast(RegisterPerson, permit.operation.data)
    if not data.name.strip() or not data.staff_no.strip():
        raise Invalid(places=(("name", N_("姓名和工号必须填写。")),))
    if Person.objects.filter(staff_no=data.staff_no).exists():
        raise Conflict(N_("该工号已登记。"), N_("请核对工号；同一人不得重复登记。"))
    own_way(data.kind)
    if data.kind == "contractor" and (not data.sponsor or data.valid_until is None):
        raise Invalid(places=(("sponsor", N_("外部人员须由科室担保并写明截止日期。")),))
    person = Person(
        id=next_id(Person), name=data.name.strip(), staff_no=data.staff_no, kind=data.kind, title=data.title,
        licence_no=data.licence_no, licence_scope=data.licence_scope, licence_until=data.licence_until,
        sponsor_id=data.sponsor or None, valid_from=data.valid_from, valid_until=data.valid_until,
    )  # fmt: skip
    keep(context, person, new=True)
    return Done(value=person.pk)


@write_act(Verb.OPEN_ACCOUNT)
def open_account(context: WriteContext, permit: Permit) -> Done:
    """Open a person's account. Nobody opens their own, nobody holds two of one kind."""
    data = cast(OpenAccount, permit.operation.data)
    person = locked(context, Person, data.person)
    own_way(data.kind)
    own_way(person.kind)
    if Account.objects.filter(username=data.username).exists():
        raise Conflict(N_("该账号名已被使用。"), N_("请换一个账号名。"))
    if Account.objects.filter(person=person, kind=data.kind).exists():
        raise Conflict(N_("该人员已有账号，不得重复开立。"), N_("请在原账号上办理。"))
    account = Account(
        id=next_id(Account), username=data.username, person=person, kind=data.kind, password=data.password_hash,
        password_at=permit.at,
    )  # fmt: skip
    keep(context, account, new=True)
    return Done(value=account.pk)


@write_act(Verb.GRANT_POST)
def grant_post(context: WriteContext, permit: Permit) -> Done:
    """Give a person a post. Posts that could both act and hide are never held together; nobody grants to themselves."""
    data = cast(GrantPost, permit.operation.data)
    person = locked(context, Person, data.person)
    if person.pk == permit.person:
        raise Refused(N_("不得为本人授予岗位。"), clauses=("6.1.2",), reason="party")
    if not Department.objects.filter(pk=data.department, active=True).exists():
        raise NotFound(N_("没有这个科室。"))
    own_way("patient" if data.role is Role.PATIENT else person.kind, "role")
    held = list(Post.objects.filter(person=person, state="active"))
    for post in held:
        context.runtime.sealer.check(post)
    check_separation(data.role, tuple(post.role for post in held if post.ends is None or post.ends > permit.at))
    post = Post(
        id=next_id(Post), person=person, department_id=data.department, role=data.role.value, starts=data.starts,
        ends=data.ends,
    )  # fmt: skip
    keep(context, post, new=True)
    end_sessions(person.pk)
    return Done(value=post.pk, bump=True)


@write_act(Verb.END_POST)
def end_post(context: WriteContext, permit: Permit) -> Done:
    """End a post at once; it stays as history. The last person who could grant posts is kept."""
    data = cast(EndPost, permit.operation.data)
    post = locked(context, Post, data.post)
    if post.person.kind == "outside":
        raise Conflict(N_("院外人员的岗位随院外查阅事项关闭。"), N_("请办结该事项；情况紧急的可先冻结账号。"))
    if post.state != "active":
        raise Conflict(N_("该岗位已经终止。"))
    keep_one_administrator(post)
    post.state, post.ends = "ended", permit.at
    keep(context, post)
    end_sessions(post.person_id)
    return Done(value=post.pk, bump=True)


def keep_one_administrator(post: Post) -> None:
    """Refuse to end the last post of an administrator role: the house would be locked out."""
    if post.role not in {"system_admin", "security_admin", "audit_admin"}:
        return
    others = Post.objects.select_for_update().filter(role=post.role, state="active").exclude(pk=post.pk)
    if not list(others):
        raise Refused(
            N_("这是该类管理员的最后一个岗位，不能终止。"), N_("请先授予接任者岗位。"), reason="last_administrator"
        )


@write_act(Verb.FREEZE_ACCOUNT)
def freeze_account(context: WriteContext, permit: Permit) -> Done:
    """Freeze an account at once: one person suffices; its sessions end."""
    return change_state(context, permit, "frozen")


@write_act(Verb.UNFREEZE_ACCOUNT)
def unfreeze_account(context: WriteContext, permit: Permit) -> Done:
    """Lift a freeze: takes two people (see gate.proposals)."""
    return change_state(context, permit, "active")


def change_state(context: WriteContext, permit: Permit, state: str) -> Done:
    """Move an account to `state`."""
    data = cast(ChangeAccountState, permit.operation.data)
    account = locked(context, Account, data.account)
    if account.state == state:
        raise Conflict(N_("账号已处于该状态。"))
    account.state = state
    account.generation += 1
    keep(context, account)
    end_signing(context, account.pk)
    end_sessions(account.person_id)
    return Done(value=account.pk, note=data.reason.encode(), bump=True)


def end_sessions(person: int, keep_digest: bytes = b"") -> None:
    """End every session of a person's accounts: what they may do has changed."""
    sessions = Session.objects.filter(account__person_id=person)
    if keep_digest:
        sessions = sessions.exclude(digest=keep_digest)
    sessions.delete()


@write_act(Verb.ISSUE_TOKEN)
def issue_token(context: WriteContext, permit: Permit) -> Done:
    """Issue a bearer token for an account acting from one of its own posts."""
    data = cast(IssueToken, permit.operation.data)
    account, post = locked(context, Account, data.account), locked(context, Post, data.post)
    if account.kind == "patient":
        raise Invalid(places=(("account", N_("患者账号不签发令牌")),))
    if post.person_id != account.person_id:
        raise Invalid(places=(("post", N_("岗位不属于该账号。")),))
    check_expiry(data.expires, permit.at, settings.number(context.runtime, context.epoch, "token_days"))
    token = Token(
        id=next_id(Token), digest=data.digest, account=account, post=post, scopes=list(data.scopes), label=data.label,
        expires=data.expires,
    )  # fmt: skip
    keep(context, token, new=True)
    return Done(value=token.pk)


def check_expiry(expires: datetime, at: datetime, days: int) -> None:
    """A token lives at most as long as the hospital's setting says and at least a moment."""
    if not timedelta() < expires - at <= timedelta(days=days):
        raise Invalid(places=(("expires", N_("令牌有效期超过了设置的上限，或已经过去。")),))


@write_act(Verb.REVOKE_TOKEN)
def revoke_token(context: WriteContext, permit: Permit) -> Done:
    """Revoke a token at once."""
    data = cast(RevokeToken, permit.operation.data)
    token = locked(context, Token, data.token)
    token.revoked = True
    keep(context, token)
    return Done(value=token.pk, bump=True)
