"""五（一）: answers of the FHIR interface: resources, errors in the reader's language, headers [5.1.2]"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

import orjson
from django.utils import translation

from jingui.api.wire import JSON, Answer, Request
from jingui.core.errors import JinguiError, NotSignedIn, Unavailable
from jingui.core.sheets import Sheet, Trace
from jingui.formats import fhir_json
from jingui.formats.outcome import outcome

log = logging.getLogger(__name__)
TOO_MANY = 429
DAYS = (b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun")
MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")


def language(request: Request) -> str:
    """zh-hans unless the reader prefers English."""
    wanted = request.headers.get(b"accept-language", b"").decode("latin-1").strip().lower()
    return "en" if wanted.startswith("en") else "zh-hans"


def translator(request: Request) -> Callable[[str], str]:
    """gettext in the reader's language; Chinese is the source language."""
    if language(request) != "en":
        return str

    def translate(text: str) -> str:
        with translation.override("en"):
            return translation.gettext(text)

    return translate


def hints(error: JinguiError) -> tuple[tuple[bytes, bytes], ...]:
    """What the status asks of a client, in headers."""
    if isinstance(error, NotSignedIn):
        return ((b"www-authenticate", b'Bearer realm="jingui"'),)
    if isinstance(error, Unavailable):
        return ((b"retry-after", b"2"),)
    if error.status == TOO_MANY:
        return ((b"retry-after", str(error.data.get("after", 60)).encode()),)
    return ()


def failure(request: Request, error: JinguiError) -> Answer:
    """The OperationOutcome of an error with its status; nothing of the request is repeated in it."""
    headers = hints(error)
    entry = getattr(error, "entry", "") or error.data.get("entry", "")
    if entry:
        headers = (*headers, (b"x-jingui-entry", str(entry).encode()))
    return Answer(status=error.status, body=fhir_json.dump(outcome(error, translator(request))), headers=headers)


def plain(request: Request, error: JinguiError, **more: object) -> Answer:
    """The same as plain JSON, for those who speak no FHIR; `more` stands beside the code."""
    say = translator(request)
    body = {"code": error.code, "message": say(error.message), "next": say(error.next_step), **more}
    return Answer(status=error.status, body=orjson.dumps(body), kind=JSON, headers=hints(error))


def unexpected(request: Request, error: Exception) -> Answer:
    """The answer to what nobody foresaw; its kind and place are logged, never its text, which could hold content."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log.error("unexpected %s at %s:%s", type(error).__name__, frame.name, frame.lineno)
    return failure(request, JinguiError())


def entry_header(trace: Trace) -> tuple[bytes, bytes]:
    """Which ledger entry an answer stands under."""
    return (b"x-jingui-entry", trace.entry.encode())


def http_date(at: datetime) -> bytes:
    """A UTC time as HTTP writes it (RFC 9110 section 5.6.7), in any locale and at a quarter of strftime's cost."""
    return b"%b, %02d %b %d %02d:%02d:%02d GMT" % (
        DAYS[at.weekday()], at.day, MONTHS[at.month - 1], at.year, at.hour, at.minute, at.second
    )  # fmt: skip


def of_sheet(sheet: Sheet, status: int = 200) -> Answer:
    """A stored resource, byte for byte, with its version."""
    modified = http_date(sheet.entered)
    return Answer(
        status=status, body=sheet.body,
        headers=((b"etag", b'W/"%d"' % sheet.version), (b"last-modified", modified), entry_header(sheet.trace)),
    )  # fmt: skip
