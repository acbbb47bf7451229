"""Every address of the pages, three lists that agree: where (PATHS), who may come (WHO), what answers (VIEWS).

The data plane's own prefixes are dispatched before Django. A page without a row in WHO is answered to nobody.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.urls import URLPattern, path

from jingui.core.errors import NotFound
from jingui.web import accounts, demonstration, factors, routes
from jingui.web.viewmodels.paths import ORDER, PATHS

VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "sign_in": accounts.sign_in,
    "second_factor": factors.second_factor,
    "session_ended": accounts.session_ended,
    "sign_out": accounts.sign_out,
    "language": accounts.language,
    "account": accounts.account,
    "change_password": accounts.change_password,
    "switch_post": accounts.switch_post,
    "enrol_totp": factors.enrol_totp,
    "enrol_passkey": factors.enrol_passkey,
    "recovery_codes": factors.recovery_codes,
    **routes.VIEWS,
}
if settings.JINGUI_DEMO:
    from jingui.config import published

    demonstration.publish(published.sign_ins())


def nothing_here(_request: object, **_parts: object) -> None:
    """What a page that is listed but not built says: there is nothing here."""
    raise NotFound()


urlpatterns: list[URLPattern] = [path(PATHS[name], VIEWS.get(name, nothing_here), name=name) for name in ORDER]
handler400 = "jingui.web.errors.bad_request"
handler403 = "jingui.web.errors.permission_denied"
handler404 = "jingui.web.errors.not_found"
handler500 = "jingui.web.errors.server_error"
