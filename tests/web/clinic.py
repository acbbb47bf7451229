"""The pages over the simulated hospital: a client that is somebody, and what it saw."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.test import Client, override_settings
from django.urls import path

from jingui.core.enter import Change
from jingui.core.operation import Actor
from jingui.core.words import Purpose, Verb
from jingui.web.routes import VIEWS
from jingui.web.viewmodels.paths import PATHS
from tests.hospital import Hospital

WHO: dict[str, Any] = {"actor": None, "session": {}}


class Session(dict[str, Any]):
    """What a page asks of a session."""

    modified = False
    session_key = "clinic"

    def rest(self) -> timedelta:
        return timedelta(minutes=30)


class AsActor:
    """Every request is that of the actor set last."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        request.session = WHO["session"]
        request.actor, request.facts, request.trace = WHO["actor"], None, None
        if WHO["actor"] is not None:
            from jingui.gate import door

            request.facts = door.whoami(WHO["actor"])
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> Any:
        from jingui.core.errors import JinguiError
        from jingui.web.errors import answer

        return answer(request, error) if isinstance(error, JinguiError) else None


def _else(request: HttpRequest, **parts: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("")


ORDER = sorted(PATHS, key=lambda name: ("<" in PATHS[name], PATHS[name]))
urlpatterns = [path(PATHS[name], VIEWS.get(name, _else), name=name) for name in ORDER]
MIDDLEWARE = [
    "django.middleware.locale.LocaleMiddleware", "django_htmx.middleware.HtmxMiddleware", f"{__name__}.AsActor",
]  # fmt: skip


class Pages:
    """A browser of one member of staff."""

    def __init__(self, actor: Actor, language: str = "zh-hans") -> None:
        self.actor, self.client, self.session = actor, Client(SERVER_NAME="localhost"), Session()
        self.client.cookies["jingui_language"] = language

    def get(self, address: str, **more: Any) -> Any:
        WHO.update(actor=self.actor, session=self.session)
        return self.client.get(address, **more)

    def post(self, address: str, data: dict[str, Any]) -> Any:
        WHO.update(actor=self.actor, session=self.session)
        return self.client.post(address, data)


@contextmanager
def pages() -> Iterator[None]:
    """Django answers from the page table, as whoever `Pages` says."""
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
        yield


def enter(hospital: Hospital, changes: list[Change]) -> list[str]:
    """Enter through the interface; the public ids."""
    return [one.id for one in hospital.enter("his", *changes, verb=Verb.ENTER, purpose=Purpose.OPERATION).made]
