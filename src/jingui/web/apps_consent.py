"""五（一）2 授权接入应用: a person sees which app asks for what, narrows it, says yes or no [5.1.2] [5.2.2]

What the app asked for waits in a cookie of this browser while the person signs in: sessions do not come along from a
foreign page. Nobody is sent anywhere before the app and its registered address are known for good.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.access import PatientSearch
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.operation import Target
from jingui.core.smart import CHALLENGE, OFFLINE, PATIENT, AppAsked, AppsBoard, AskApp, AuthoriseApp, data_of
from jingui.core.words import Relation, Verb
from jingui.gate import door
from jingui.web import answering, asking, portal, sessions
from jingui.web import apps_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels import apps as view
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.paths import to

COOKIE: Final = "jingui_app"
SECONDS: Final = 900
LONGEST: Final = 2500  # characters of a request, so that it fits into a cookie
NAMES: Final = frozenset({
    "response_type", "client_id", "redirect_uri", "scope", "state", "aud", "code_challenge", "code_challenge_method",
    "launch", "nonce",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asked for, as it wrote it; believed by nobody yet."""

    said: Mapping[str, str]
    text: str

    @property
    def seal(self) -> str:
        """By this a form knows that it is still the same request."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    def asked(self) -> AskApp:
        """What the door is asked about it."""
        return AskApp(
            client=self.said.get("client_id", "")[:80], redirect=self.said.get("redirect_uri", "")[:400],
            scopes=tuple(self.said.get("scope", "").split())[:60],
        )  # fmt: skip


def wish_of(text: str) -> Wish | None:
    """A request read; None for one that is none: too long, a parameter twice, no client."""
    if not 0 < len(text) <= LONGEST or not text.isascii():
        return None
    try:
        found = QueryDict(text)
    except ValueError:
        return None
    if any(len(found.getlist(name)) != 1 for name in found) or "client_id" not in found:
        return None
    return Wish(said={name: found[name] for name in found if name in NAMES}, text=text)


@require_safe
def authorise(request: HttpRequest) -> HttpResponse:
    """As whom does one go on? The links lead on with the session that a foreign page's address leaves behind."""
    text = request.META.get("QUERY_STRING", "")
    wish = wish_of(text)
    wrong = "" if wish is not None else _("应用送来的授权请求不完整，无法继续。请回到应用重试。")
    page = view.ChoosePage(staff=to("app_consent"), patient=to("portal_app_consent"), wrong=wrong)
    response = render(request, "share/app_choose.html", {"page": page}, status=400 if wrong else 200)
    if wish is not None:
        packed = base64.urlsafe_b64encode(text.encode()).decode()
        response.set_cookie(
            COOKIE, packed, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure(), path="/"
        )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Who asks, for what, for whose records; yes goes back with a code, no with a refusal."""
    wish = waiting(request)
    if wish is None:
        raise NotFound(_("没有等待授权的应用请求。"), _("请从应用重新开始。"))
    found: AppsBoard = asking.read(request, Verb.READ_APPS, wish.asked()).value
    asked = found.asked
    assert asked is not None  # noqa: S101 -- what an app asks for was asked: the door gives it or raises
    fault = fault_of(request, wish, asked)
    if fault:
        return sent_back(wish, asked, error=fault)
    if request.method == "POST" and request.POST.get("seal") != wish.seal:
        answering.note(request, _("应用送来了新的请求，请重新核对。"), "warn")
        return redirect(request.path)
    if request.POST.get("answer") == "no":
        return sent_back(wish, asked, error="access_denied")
    return answered(request, wish, asked)


def waiting(request: HttpRequest) -> Wish | None:
    """The request that waits in this browser."""
    try:
        text = base64.b64decode(request.COOKIES.get(COOKIE, ""), altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, UnicodeDecodeError):
        return None
    return wish_of(text)


def fault_of(request: HttpRequest, wish: Wish, asked: AppAsked) -> str:
    """What is wrong with a request of a known app, in OAuth's words; "" for nothing."""
    said = wish.said
    if said.get("response_type") != "code":
        return "unsupported_response_type"
    base = f"{request.scheme}://{request.get_host()}/fhir"
    pkce = said.get("code_challenge_method") == "S256" and CHALLENGE.match(said.get("code_challenge", ""))
    if not pkce or not 8 <= len(said.get("state", "")) <= 500 or said.get("aud", "").rstrip("/") != base:
        return "invalid_request"
    return "" if asked.scopes else "invalid_scope"


def sent_back(wish: Wish, asked: AppAsked, **said: str) -> HttpResponse:
    """Back to the app, at the address that is registered and no other."""
    pairs = {**said, "state": wish.said.get("state", "")[:500]}
    mark = "&" if urlsplit(asked.redirect).query else "?"
    response = HttpResponseRedirect(asked.redirect + mark + urlencode(pairs))
    response.status_code = 303
    response.delete_cookie(COOKIE, path="/", samesite="Lax")
    return response


def answered(request: HttpRequest, wish: Wish, asked: AppAsked) -> HttpResponse:
    """The page, or the answer yes."""
    sent = request.method == "POST"
    kept = [one for one in asked.scopes if one in request.POST.getlist("scope")] if sent else list(asked.scopes)
    filled = Filled(request.POST, sent=sent)
    needs = bool(data_of(kept, "patient")) or PATIENT in kept or sessions.portal(request)
    patient, name = chosen(request, filled, needs=needs)
    errors: list[str] = []
    if sent and not data_of(kept, "user", "patient"):
        errors.append(_("请至少保留一项内容，或选择不同意。"))
    ready = sent and filled.right and not errors and (not needs or patient)
    if ready and (not name or request.POST.get("patient") == patient or sessions.portal(request)):
        target = door.locate(patient) if patient else Target()
        data = AuthoriseApp(
            client=asked.client, redirect=asked.redirect, scopes=tuple(kept), challenge=wish.said["code_challenge"]
        )
        try:
            code = asking.write(request, Verb.AUTHORISE_APP, data, target=target).value
        except Refused as error:
            if not error.rules or error.rules != ("smart-client",):
                raise
            errors.append(f"{_(error.message)} {_(error.next_step)}")
        else:
            return sent_back(wish, asked, code=code)
    if patient and name:
        filled.add(Field(name="patient", label="", kind="hidden", value=patient))
    page = view.ConsentPage(
        name=asked.name, partner=asked.partner, back=urlsplit(asked.redirect).netloc,
        scopes=words.scopes(asked.scopes, kept), until=asked.until, seal=wish.seal, offline=OFFLINE in asked.scopes,
        form=filled.form(_("同意并继续")), found=name, errors=tuple(errors),
    )  # fmt: skip
    wrong = bool(errors) or page.form.wrong
    response = answering.page(request, "share/app_consent.html", page, status=400 if wrong else 200)
    parts = urlsplit(asked.redirect)
    # a browser holds a form's answer to the policy of the page it came from: this page may lead to that app
    there = f"{parts.scheme}://{parts.netloc}"
    response._csp_update = {"form-action": [there]}  # type: ignore[attr-defined]  # the middleware's word, not Django's
    return response


def chosen(request: Any, filled: Filled, *, needs: bool) -> tuple[str, str]:
    """Whose records: (public id, name to be confirmed); "" for nobody. Patients choose among their own charts."""
    if sessions.portal(request):
        mine = portal.charts(request)
        offered = tuple(
            (one.id, _("本人病历") if one.relation == Relation.SELF else _("被监护人 %(n)d") % {"n": number})
            for number, one in enumerate(mine)
        )
        return filled.choice("whose", _("哪一份病历"), offered, default=offered[0][0] if offered else ""), ""
    if not needs:
        return "", ""
    number = filled.text("mrn", _("患者病案号"), longest=40, hint=_("先核对姓名，再同意"))
    if not number or not filled.sent:
        return "", ""
    search = PatientSearch(wanted=((("mrn", number),),), count=1, words="", bodies=False)
    try:
        found = asking.read(request, Verb.SEARCH_PATIENT, search).value
    except Invalid as error:
        filled.refused(error)
        return "", ""
    if len(found) != 1:
        filled.wrong("mrn", _("没有找到这位患者。"))
        return "", ""
    return found[0].id, found[0].name
