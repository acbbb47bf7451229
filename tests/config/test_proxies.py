"""六（一）1 网络: forwarded headers count from named proxies alone, and only as far as they can be followed [6.1.1]"""

import asyncio
from typing import Any

import pytest

from jingui.config import proxies
from jingui.core.errors import Misconfigured

KNOWN = proxies.networks("10.0.0.0/8, 192.168.7.2 fd00::/8")


def scope(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> dict[str, Any]:
    made = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    client = (peer, 40000) if peer else None
    return {"type": "http", "scheme": scheme, "client": client, "headers": made, "path": "/"}


def said(peer: str, *headers: tuple[str, str]) -> tuple[str, str]:
    found = proxies.seen(scope(peer, *headers), KNOWN)
    return found["client"][0], found["scheme"]


def test_without_a_named_proxy_headers_are_nothing() -> None:
    lie = (("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https"), ("forwarded", "for=1.2.3.4"), ("host", "h"))
    found = proxies.seen(scope("203.0.113.5", *lie), KNOWN)
    assert (found["client"], found["scheme"]) == (("203.0.113.5", 40000), "http")
    assert found["headers"] == [(b"host", b"h")]
    assert proxies.seen(scope("10.1.1.1", *lie), ())["client"][0] == "10.1.1.1"
    assert proxies.seen(scope(None, *lie), KNOWN)["client"] is None


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("6.6.6.6, 203.0.113.5", "203.0.113.5"),  # what stands before the last foreign address is its own word
        ("6.6.6.6, 203.0.113.5, 10.9.9.9", "203.0.113.5"),  # through two proxies
        ("203.0.113.5:51234", "203.0.113.5"),
        ("[2001:db8::5]:443", "2001:db8::5"),
        ("2001:db8::5", "2001:db8::5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("10.3.3.3, 10.2.2.2", "10.3.3.3"),  # nobody foreign: the farthest that is known
        ("203.0.113.5, unknown", "10.1.1.1"),  # broken off at the nearest proxy
        ("203.0.113.5, , 10.2.2.2", "10.2.2.2"),
        ("", "10.1.1.1"),
        ("1.2.3.4" * 4000, "10.1.1.1"),
        ("; DROP TABLE entry", "10.1.1.1"),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(forwarded: str, client: str) -> None:
    assert said("10.1.1.1", ("x-forwarded-for", forwarded))[0] == client


def test_several_headers_are_one_way() -> None:
    assert said("10.1.1.1", ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.5"))[0] == "203.0.113.5"
    assert said("10.1.1.1")[0] == "10.1.1.1"
    assert said("fd00::1", ("x-forwarded-for", "203.0.113.5"))[0] == "203.0.113.5"
    assert said("192.168.7.3", ("x-forwarded-for", "203.0.113.5"))[0] == "192.168.7.3"  # the neighbour of one
    assert said("::ffff:10.1.1.1", ("x-forwarded-for", "203.0.113.5"))[0] == "203.0.113.5"


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [("https", "https"), ("http, https", "https"), ("HTTPS", "https"), ("ftp", "http"), ("", "http")],
)
def test_the_scheme_is_the_nearest_proxys_word(proto: str, scheme: str) -> None:
    assert said("10.1.1.1", ("x-forwarded-proto", proto))[1] == scheme
    assert said("203.0.113.5", ("x-forwarded-proto", proto))[1] == "http"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.local", "10.0.0.1/8", "10.0.0.1;10.0.0.2"])
def test_a_mistyped_proxy_stops_the_start(text: str) -> None:
    with pytest.raises(Misconfigured):
        proxies.networks(text)


def test_pages_and_interfaces_get_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the path, what is served sees the true address and no forwarded header."""
    from jingui.config import asgi

    heard: list[Any] = []

    async def hear(scope: Any, *_: Any) -> None:
        heard.append((scope["client"][0], scope["scheme"], [name for name, _ in scope["headers"]]))

    monkeypatch.setattr(proxies, "trusted", lambda: KNOWN)
    monkeypatch.setattr(asgi, "pages", hear)
    monkeypatch.setattr(asgi, "static", hear)
    for room in (asgi.fhir, asgi.ledger, asgi.station, asgi.sensors):
        monkeypatch.setattr(room, "handle", hear)
    for path in ("/", "/verify/", "/fhir/hello", "/ledger/key", "/station/x", "/sensors/x", "/static/x"):
        made = scope("10.1.1.1", ("x-forwarded-for", "203.0.113.5"), ("x-forwarded-proto", "https"), ("host", "h"))
        asyncio.run(asgi.application(made | {"path": path}, hear, hear))  # type: ignore[arg-type]
    assert heard == [("203.0.113.5", "https", [b"host"])] * 7
