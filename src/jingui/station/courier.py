"""二（二）3 停机应急: how the station talks to the house: is it well, a summary, delivering what was read [2.2.3]"""

import base64
import binascii
import http.client
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson

from jingui.core.downtime import MOST_LINES
from jingui.core.errors import JinguiError, NotSignedIn, Refused, Unavailable
from jingui.core.word import N_
from jingui.station.book import Book
from jingui.station.folder import Folder
from jingui.station.summary import Summary, stored

SECONDS: Final = 30.0
SHORT: Final = 3.0  # is it well?
LARGEST: Final = 16 * 1024 * 1024


class Handed(NamedTuple):
    """What a delivery came to: entries taken now, entries the house has, what it found wrong."""

    accepted: int
    next: int
    flaws: tuple[str, ...]


class Courier:
    """One station's connection; every call is one request with a limit in time."""

    def __init__(self, folder: Folder, clock: Callable[[], datetime], context: ssl.SSLContext | None = None) -> None:
        """Use the folder's address and token; `context` for a house with its own certificate authority."""
        self._folder, self._clock = folder, clock
        self._parts = urlsplit(folder.house)
        self._context = context

    def well(self) -> bool:
        """Whether the house can read and enter now."""
        try:
            status, _ = self._ask("GET", "/station/health", None, SHORT)
        except Unavailable:
            return False
        return status == 200

    def pull(self, book: Book) -> Summary:
        """Get the newest summary and keep it over the old one."""
        answer = self._told("/station/summary", {"last": book.chain.last.hex(), "size": book.size})
        try:
            box = base64.b64decode(answer["box"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise unclear() from None
        return stored(self._folder, box)

    def deliver(self, book: Book) -> Handed:
        """Deliver what the house does not have yet, in order; each entry is taken once, however often it is sent."""
        start, accepted = 0, 0
        for lines in (0, MOST_LINES):  # the first asks only how far the house has come
            while True:
                found = self._told(
                    "/station/deliver",
                    {
                        "at": self._clock().isoformat(), "last": book.chain.last.hex(), "size": book.size,
                        "start": start, "lines": [one.decode() for one in book.lines(start, lines)],
                    },
                )  # fmt: skip
                try:
                    handed = Handed(int(found["accepted"]), int(found["next"]), tuple(map(str, found["flaws"])))
                except (KeyError, TypeError, ValueError):
                    raise unclear() from None
                accepted, start = accepted + handed.accepted, handed.next
                if not lines or not handed.accepted or start >= book.size:
                    break
            if start >= book.size or set(handed.flaws) & {"gap", "fork", "rewound"}:
                break
        return handed._replace(accepted=accepted)

    def _told(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON of a successful answer; an error of the tree otherwise."""
        status, data = self._ask("POST", path, orjson.dumps(body), SECONDS)
        try:
            found = orjson.loads(data)
        except ValueError:
            raise unclear() from None
        if not isinstance(found, dict):
            raise unclear()
        if status == 200:
            return found
        said = str(found.get("message", ""))[:300], str(found.get("next", ""))[:300]
        if status == 401:
            raise NotSignedIn(*said)
        if status == 403:
            raise Refused(*said, reason=str(found.get("reason", ""))[:40])
        if status in (500, 502, 503, 504):
            raise Unavailable(*said)
        raise JinguiError(*said, status=status)

    def _ask(self, method: str, path: str, body: bytes | None, seconds: float) -> tuple[int, bytes]:
        host, port = self._parts.hostname or "", self._parts.port
        made: http.client.HTTPConnection
        if self._parts.scheme == "https":
            made = http.client.HTTPSConnection(
                host, port, timeout=seconds, context=self._context or ssl.create_default_context()
            )
        else:
            made = http.client.HTTPConnection(host, port, timeout=seconds)
        headers = {"Content-Type": "application/json", "Accept-Language": "zh"}
        if method == "POST":
            headers["Authorization"] = f"Bearer {self._folder.token()}"
        try:
            made.request(method, f"{self._parts.path}{path}", body, headers)
            answer = made.getresponse()
            data = answer.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(N_("连不上系统。"), where=host) from error
        finally:
            made.close()
        if len(data) > LARGEST:
            raise unclear()
        return answer.status, data


def unclear() -> Unavailable:
    """The error of an answer that is none of the house's."""
    return Unavailable(N_("系统的答复无法识别。"), N_("请核对系统地址。"))
