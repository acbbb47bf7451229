"""一（三）4 责任到人: which view answers which of the content pages; addresses stand in viewmodels.paths [1.3.4]"""

from collections.abc import Callable
from typing import Any, Final

from jingui.web import access, desk, people, posts

VIEWS: Final[dict[str, Callable[..., Any]]] = {
    "desk": desk.desk,
    "patients": access.patients,
    "chart": access.chart,
    "record": access.record,
    "record_version": access.record,
    "life": access.life,
    "people": people.people,
    "person": people.person,
    "roles": people.roles,
    "register_person": posts.register_person,
    "open_account": posts.open_account,
    "grant_post": posts.grant_post,
    "end_post": posts.end_post,
    "account_state": posts.account_state,
}
