"""六（一）2 账号管理: registering people, opening accounts, granting and ending posts, freezing [6.1.2] [1.3.4]"""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingui.core.errors import Conflict, Invalid
from jingui.core.protect import (
    ChangeAccountState,
    Directory,
    EndPost,
    GrantPost,
    OpenAccount,
    PeopleRequest,
    PersonLine,
    RegisterPerson,
)
from jingui.core.words import Role, Verb
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.people import number
from jingui.web.role_words import KINDS, PURPOSES
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import FormPage

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is misread on paper


def drawn(
    request: HttpRequest, filled: Filled, *, title: str, lead: str, submit: str, rules: tuple[str, ...], back: Link
) -> HttpResponse:
    """The form as it stands; 400 when something in it must be mended."""
    form = filled.form(submit)
    page = FormPage(title=title, lead=lead, form=form, crumb=back, rules=rules)
    return answering.page(request, "protect/form.html", page, status=400 if form.wrong else 200)


def looked_up(request: HttpRequest, person: str) -> PersonLine:
    """The person an address names; NotFound for none."""
    found: Directory = asking.read(request, Verb.READ_PEOPLE, PeopleRequest(person=number(person))).value
    return found.people[0]


@require_http_methods(["GET", "POST"])
def register_person(request: HttpRequest) -> HttpResponse:
    """实名登记: a member of staff, or somebody from outside whom a department answers for."""
    filled, today = Filled(request.POST, sent=request.method == "POST"), asking.now().date()
    offered = tuple((str(row.id), wording.department(row.name)) for row in wording.departments())
    data: dict[str, Any] = {
        "name": filled.text("name", _("姓名"), hint=_("与身份证件一致")),
        "staff_no": filled.text("staff_no", _("工号"), longest=32, hint=_("一人一号，离职后也不再使用")),
        "kind": filled.choice("kind", _("类别"), tuple((one, _(text)) for one, text in KINDS), default="staff"),
        "title": filled.text("title", _("职称或职务"), longest=40, required=False),
        "licence_no": filled.text("licence_no", _("执业证编号"), longest=40, required=False),
        "licence_until": filled.day("licence_until", _("执业证有效至"), required=False),
        "valid_from": filled.day("valid_from", _("生效日期"), default=today),
        "valid_until": filled.day("valid_until", _("截止日期"), required=False, hint=_("外部人员必填")),
        "sponsor": int(filled.choice("sponsor", _("担保科室"), (("", "—"), *offered), required=False) or 0),
    }
    if filled.right:
        try:
            made = asking.write(request, Verb.REGISTER_PERSON, RegisterPerson(**data)).value
            return answering.said(request, _("已登记。请由安全管理员授予岗位。"), to("person", person=made))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记人员"), lead=_("先登记真实的人，再开立账号，最后由另一位管理员授予岗位。"),
        submit=_("登记"), back=Link(label=_("返回人员"), href=to("people")),
        rules=(
            _("工号不得重复使用：存证里的每一条都指向它。"), _("需执业证的岗位，到期次日自动不能书写病历。"),
            _("外部人员须有担保科室和截止日期，到期自动失效。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def open_account(request: HttpRequest, person: str) -> HttpResponse:
    """An account with a first password that is shown once and must be changed at the first sign-in."""
    one = looked_up(request, person)
    filled = Filled(request.POST, sent=request.method == "POST")
    username = filled.text("username", _("用户名"), longest=64, default=one.staff_no.lower(), inputmode="email")
    if filled.right:
        first = "-".join("".join(secrets.choice(LETTERS) for _place in range(5)) for _group in range(4))
        data = OpenAccount(person=one.id, username=username, password_hash=make_password(first))
        try:
            asking.write(request, Verb.OPEN_ACCOUNT, data)
        except (Invalid, Conflict) as error:
            filled.refused(error)
        else:
            text = _("账号已开立。首次密码（只显示这一次，请当面交给本人）：%(password)s") % {"password": first}
            return answering.said(request, text, to("person", person=one.id))
    return drawn(
        request, filled, title=_("开立账号"), lead=f"{one.name} · {one.staff_no}", submit=_("开立"),
        back=Link(label=one.name, href=to("person", person=one.id)),
        rules=(
            _("一人一个账号，不得共用。"), _("首次密码由系统生成，首次登录必须更换，并登记第二因素。"),
            _("没有岗位的账号可以登录，但看不到任何患者信息。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def grant_post(request: HttpRequest, person: str) -> HttpResponse:
    """A post: role, department, from, until."""
    one = looked_up(request, person)
    filled, today = Filled(request.POST, sent=request.method == "POST"), asking.now().date()
    roles = tuple((role.value, f"{_(role.label)} – {_(text)}") for role, text in PURPOSES.items())
    offered = tuple((str(row.id), wording.department(row.name)) for row in wording.departments())
    role = filled.choice("role", _("角色"), (("", "—"), *roles))
    department = filled.choice("department", _("科室"), (("", "—"), *offered))
    starts = filled.day("starts", _("自"), default=today)
    ends = filled.day("ends", _("至（当日仍有效）"), required=False, hint=_("轮转、进修、外部人员必须写明"))
    if starts and ends and ends < starts:
        filled.wrong("ends", _("不得早于开始日期。"))
    if filled.right and starts:
        data = GrantPost(
            person=one.id, department=int(department), role=Role(role), starts=begins(starts),
            ends=begins(ends + timedelta(days=1)) if ends else None,
        )  # fmt: skip
        try:
            asking.write(request, Verb.GRANT_POST, data)
            text = _("岗位已授予，其原有会话已结束，重新登录后生效。")
            return answering.said(request, text, to("person", person=one.id))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("授予岗位"), lead=f"{one.name} · {one.staff_no}", submit=_("授予"),
        back=Link(label=one.name, href=to("person", person=one.id)),
        rules=(
            _("按最小必要授予：岗位决定能看什么，不是职务高低。"), _("系统、安全、审计管理岗位不得由同一人担任。"),
            _("任何人不得为本人授予岗位。"),
        ),
    )  # fmt: skip


@require_POST
def end_post(request: HttpRequest, post: int) -> HttpResponse:
    """End a post at once."""
    asking.write(request, Verb.END_POST, EndPost(post=post))
    return answering.said(request, _("岗位已终止，其会话已全部结束。"), back(request))


@require_POST
def account_state(request: HttpRequest, account: int) -> HttpResponse:
    """Freeze at once, or ask that a freeze be lifted: that takes a second person."""
    freeze = request.POST.get("to") == "frozen"
    verb = Verb.FREEZE_ACCOUNT if freeze else Verb.UNFREEZE_ACCOUNT
    reason = " ".join(request.POST.get("reason", "").split())[:200] or _("页面办理")
    result = asking.write(request, verb, ChangeAccountState(account=account, reason=reason))
    text = _("账号已冻结，其会话已全部结束。") if freeze else waiting_text(result.value)
    return answering.said(request, text, back(request))


def waiting_text(value: object) -> str:
    """Whether it was done, or waits for a second person."""
    return _("已提出，等待第二人确认。") if hasattr(value, "proposal") else _("已办理。")


def back(request: HttpRequest) -> str:
    """The person's page that the button stood on."""
    person = request.POST.get("person", "")
    return to("person", person=person) if person.isdecimal() else to("people")
