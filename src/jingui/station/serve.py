"""二（二）3 停机应急: the loopback page of a station and its hourly round to the house [2.2.3]"""

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl

from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.station import pages
from jingui.station.courier import Courier
from jingui.station.desk import Desk, Visit
from jingui.station.summary import Summary
from jingui.station.texts import Say, language

log = logging.getLogger(__name__)
COOKIE, FORM = "jingui_station", "jingui_station_form"
LARGEST: Final = 8_192
HEADERS: Final = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'"),
    ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"), ("Cross-Origin-Resource-Policy", "same-origin"),
)  # fmt: skip
HOUR, MINUTE = 3_600.0, 60.0


class Station(ThreadingHTTPServer):
    """The server: this very machine only."""

    daemon_threads = True

    def __init__(self, desk: Desk, port: int) -> None:
        """Listen on the loopback address."""
        super().__init__(("127.0.0.1", port), Handler)
        self.desk = desk
        self.css = files("jingui.station").joinpath("station.css").read_bytes()
        port = self.server_address[1]
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Station
    server_version, sys_version = "jingui-station", ""
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: addresses name patients."""

    def do_GET(self) -> None:
        """Show a page."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Do something that is entered."""
        self._answer(self._post)

    def _answer(self, work: Callable[[Say], None]) -> None:
        say = Say(language(self.headers.get("Accept-Language", "")))
        if self.headers.get("Host", "") not in self.server.hosts:  # another name for this machine: DNS rebinding
            self._send(421, pages.trouble(say, N_("没有这一页"), N_("请从本机打开。"), ""))
            return
        try:
            work(say)
        except NotSignedIn as error:
            self._sign_in(say, {"": error.message} if error.data.get("locked") else {}, {}, 401)
        except JinguiError as error:
            page = pages.trouble(say, N_("没有完成"), error.message, error.next_step)
            self._send(error.status, page)
        except OSError:
            log.warning("the browser went away")
        except Exception:
            log.exception("unexpected")
            self._send(
                500,
                pages.trouble(say, N_("没有完成"), N_("工作站内部错误，没有显示任何内容。"), N_("请使用纸质流程。")),
            )

    def _get(self, say: Say) -> None:
        desk, path = self.server.desk, self.path.partition("?")[0]
        if path == "/station.css":
            self._send(200, self.server.css, kind="text/css; charset=utf-8")
        elif path == "/":
            self._sign_in(say, {}, {}, 200)
        elif path == "/sheet":
            self._send(200, pages.sheet(say, self._summary()))
        elif path == "/ward":
            visit = self._visit()
            summary, entry = desk.ward(visit)
            mark = self._mark(visit, entry)
            self._send(200, pages.ward(say, summary, visit, entry, paper=False, mark=mark))
        elif path.startswith("/patient/"):
            self._chart(say, self._visit(), path.removeprefix("/patient/"), Verb.OPEN_CHART)
        else:
            raise NotFound()

    def _post(self, say: Say) -> None:
        form = self._form()
        if self.path == "/sign-in":
            self._come_in(say, form)
            return
        visit = self._visit()
        if not hmac.compare_digest(form.get("csrf", "").encode(), visit.csrf.encode()):
            raise Invalid(N_("页面已过期。"), N_("请返回后重试。"))
        if self.path == "/sign-out":
            self.server.desk.sign_out(visit)
            self._go("/", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
        elif self.path == "/print" and form.get("patient"):
            self._chart(say, visit, form["patient"], Verb.PRINT)
        elif self.path == "/print":
            summary, entry = self.server.desk.ward(visit, Verb.PRINT)
            mark = self._mark(visit, entry)
            self._send(200, pages.ward(say, summary, visit, entry, paper=True, mark=mark))
        else:
            raise NotFound()

    def _come_in(self, say: Say, form: Mapping[str, str]) -> None:
        if not hmac.compare_digest(form.get("csrf", "").encode(), self._cookie(FORM).encode()) or not form.get("csrf"):
            raise Invalid(N_("页面已过期。"), N_("请返回后重试。"))
        errors = {name: N_("请填写。") for name in ("username", "pin", "reason") if not form.get(name, "").strip()}
        if not errors:
            try:
                visit = self.server.desk.sign_in(
                    form["username"], form["pin"], form["reason"], declared=form.get("declare") == "1"
                )
            except Invalid as error:
                errors = dict(error.places) or {"": error.message}
            except NotSignedIn as error:
                errors = {"pin": error.message}
            else:
                self._go("/ward", f"{COOKIE}={visit.key}; Path=/; HttpOnly; SameSite=Strict")
                return
        self._sign_in(say, errors, form, 400)

    def _chart(self, say: Say, visit: Visit, patient: str, verb: Verb) -> None:
        summary, one, entry = self.server.desk.chart(visit, patient, verb)
        mark, paper = self._mark(visit, entry), verb is Verb.PRINT
        self._send(200, pages.chart(say, summary, visit, one, entry, paper=paper, mark=mark))

    def _sign_in(self, say: Say, errors: Mapping[str, str], typed: Mapping[str, str], status: int) -> None:
        desk, csrf = self.server.desk, secrets.token_urlsafe(24)
        page = pages.sign_in(
            say, self._summary(), up=desk.well(), house=desk.folder.house, guarded=desk.folder.guarded, csrf=csrf,
            errors=errors, typed=typed,
        )  # fmt: skip
        self._send(status, page, cookie=f"{FORM}={csrf}; Path=/sign-in; HttpOnly; SameSite=Strict")

    def _summary(self) -> Summary | None:
        try:
            return self.server.desk.summary()
        except JinguiError:
            return None  # the page says that there is none

    def _mark(self, visit: Visit, entry: str) -> str:
        return f"{visit.staff.name} {visit.staff.staff_no} {pages.when(self.server.desk.now())} {entry}"

    def _visit(self) -> Visit:
        return self.server.desk.visit(self._cookie(COOKIE))

    def _cookie(self, name: str) -> str:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        except CookieError:
            return ""
        return found.value if found else ""

    def _form(self) -> dict[str, str]:
        origin = self.headers.get("Origin", "")
        if origin and origin.removeprefix("http://") not in self.server.hosts:
            raise Invalid(N_("请从本机打开。"))
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
            raise Invalid(N_("内容过大，没有任何内容被更改。"))
        try:
            return dict(parse_qsl(self.rfile.read(int(length)).decode(), keep_blank_values=True, max_num_fields=20))
        except ValueError as error:
            raise Invalid(N_("内容不符合要求")) from error

    def _go(self, path: str, cookie: str) -> None:
        self.send_response(303)
        self.send_header("Location", path)
        self.send_header("Set-Cookie", cookie)
        self._finish(b"", "text/plain")

    def _send(self, status: int, body: bytes, *, kind: str = "text/html; charset=utf-8", cookie: str = "") -> None:
        self.send_response(status)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self._finish(body, kind)

    def _finish(self, body: bytes, kind: str) -> None:
        for name, value in HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Round:
    """Every minute: deliver when the house is back; every hour: a new summary. What fails is told and tried again."""

    def __init__(self, desk: Desk, courier: Courier, tell: Callable[[str], None]) -> None:
        """Serve this desk; `tell` writes a line for the operator."""
        self._desk, self._courier, self._tell = desk, courier, tell
        self._pulled: datetime | None = None
        self._handed = 0  # entries that the house has

    def once(self) -> None:
        """One turn."""
        now = self._desk.now()
        due = self._pulled is None or (now - self._pulled).total_seconds() >= HOUR
        if not (due or self._handed < self._desk.book.size) or not self._courier.well():
            return
        try:
            handed = self._courier.deliver(self._desk.book)
            self._handed = handed.next
            for flaw in handed.flaws:
                self._tell(flaw)
            if self._handed >= self._desk.book.size:
                self._desk.house_is_back()
            if due:
                self._courier.pull(self._desk.book)
                self._pulled = now
        except JinguiError as error:
            self._tell(f"{error.message} {error.next_step}")

    def run(self, stop: threading.Event) -> None:
        """Turn until stopped."""
        while not stop.is_set():
            self.once()
            stop.wait(MINUTE)
