"""五（一）2 接入应用: the register of apps, one with what it may and did, one's own authorisations [5.1.2] [5.2.3]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict
from jingui.core.smart import AppLine, AppsBoard, AppsRequest, GrantLine, RevokeApp
from jingui.core.words import Decision, Verb
from jingui.web import answering, asking
from jingui.web import apps_words as words
from jingui.web.viewmodels import apps as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


@require_safe
def apps(request: HttpRequest) -> HttpResponse:
    """Every registered app: what stands first."""
    found: AppsBoard = asking.read(request, Verb.READ_APPS, AppsRequest()).value
    actions: tuple[Link, ...] = ()
    if asking.role(request) in ("medical_affairs", "system_admin"):
        actions = (Link(label=_("应用接入申请"), href=to("start_matter", kind="app_registration")),)
    if asking.may(request, Verb.END_BULK):
        actions += (Link(label=_("批量共享"), href=to("bulk")),)
    page = view.AppsPage(rows=tuple(row(one) for one in found.rows), actions=actions, mine=to("my_apps"))
    return answering.page(request, "share/apps.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest, app: int) -> HttpResponse:
    """One app: scopes, addresses, authorisations, what it did this month; an authorisation may be withdrawn."""
    if request.method == "POST":
        return revoked(request, to("app", app=app))
    found: AppsBoard = asking.read(request, Verb.READ_APPS, AppsRequest(app=app)).value
    one = found.rows[0]
    end = None
    if Verb.END_APP.value in found.may and one.ended is None:
        end = Link(label=_("停用"), href=to("partner_act", partner=one.partner, act="end_app", row=one.id))
    page = view.AppPage(
        row=row(one), grants=tuple(grant(line, revocable=Verb.REVOKE_APP.value in found.may) for line in one.grants),
        did=tuple((_(Verb(verb).label), _(Decision(decision).label), count) for verb, decision, count in found.did),
        end=end,
    )  # fmt: skip
    crumbs = (Link(label=_("接入应用"), href=to("apps")), Link(label=one.name, href=""))
    return answering.page(request, "share/app.html", page, crumbs=crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """What I authorised, each withdrawn at once."""
    if request.method == "POST":
        return revoked(request, request.path)
    found: AppsBoard = asking.read(request, Verb.READ_APPS, AppsRequest(mine=True)).value
    page = view.MinePage(grants=tuple(grant(one, revocable=True) for one in found.mine))
    return answering.page(request, "share/apps_mine.html", page)


def revoked(request: HttpRequest, after: str) -> HttpResponse:
    """Withdraw the authorisation that the form names."""
    number = request.POST.get("revoke", "")
    try:
        asking.write(
            request, Verb.REVOKE_APP, RevokeApp(grant=int(number) if number.isdecimal() and len(number) < 18 else 0)
        )
    except Conflict as error:
        return answering.said(request, _(error.message), after, "info")
    return answering.said(request, _("已撤回，该应用立即不能再使用。"), after)


def grant(one: GrantLine, *, revocable: bool) -> view.GrantRow:
    """One authorisation at this moment."""
    return words.grant(one, over=one.until is not None and one.until <= asking.now(), revocable=revocable)


def row(one: AppLine) -> view.AppRow:
    """One app as pages show it."""
    return view.AppRow(
        name=one.name, client=one.client, href=to("app", app=one.id),
        partner=Link(label=one.partner_name, href=to("partner", partner=one.partner)),
        proof=_("私钥签名") if one.confidential else _("仅 PKCE"), ends=one.ends, starts=one.starts,
        state=words.state(one.reason), why=words.why(one.reason), scopes=words.scopes(one.scopes),
        redirects=one.redirects,
    )  # fmt: skip
