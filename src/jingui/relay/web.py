"""五（一）1: a tiny web service for the old system on this very host: POST /messages, one message a request [5.1.1]

A page in a browser on this host can reach loopback too. So the Host header must be the address that is listened on,
nothing with an Origin is taken, and the content type is one that no form and no plain script request can have.
"""

import http.server
import socket
from datetime import UTC, datetime
from typing import Final

import orjson

from jingui.core.errors import JinguiError
from jingui.relay.carry import Lane
from jingui.relay.message import head_of
from jingui.relay.mllp import HOUSE
from jingui.relay.places import Feed
from jingui.relay.spool import LARGEST

TYPE: Final = "x-application/hl7-v2+er7"
SECONDS: Final = 30.0


class Server(http.server.ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, feed: Feed, lane: Lane) -> None:
        """Bind at once: what is taken already stops the start."""
        self.feed, self.lane = feed, lane
        if ":" in feed.listen[0]:
            self.address_family = socket.AF_INET6
        super().__init__(feed.listen, Request)


class Request(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = SECONDS
    server_version, sys_version = "jingui-relay", ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a message: 202 once it is on disk, 200 with the house's own answer where the feed asks for that."""
        self.close_connection = True
        length = self.headers.get("content-length", "")
        if self.path != "/messages":
            return self.say(404, {"code": "not_found"})
        if not self.near() or "origin" in self.headers or "transfer-encoding" in self.headers:
            return self.say(403, {"code": "refused"})
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
            return self.say(415, {"code": "content_type", "wanted": TYPE})
        if not length.isdecimal() or not 0 < int(length) <= LARGEST:
            return self.say(413, {"code": "too_large"})
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            return self.say(400, {"code": "unfinished"})
        return self.taken(body)

    def taken(self, body: bytes) -> None:
        """Keep it."""
        lane = self.server.lane
        try:
            head = head_of(body)
            if self.server.feed.ack != "house":
                lane.put(body)
                return self.say(202, {"control": head.control, "at": datetime.now(UTC).isoformat(timespec="seconds")})
            said = lane.put_and_hear(body, HOUSE)
        except JinguiError as error:
            return self.say(error.status, {"code": error.code})
        if not said:
            return self.say(504, {"code": "no_answer", "control": head.control})
        return self.say(200, said)

    def near(self) -> bool:
        """Whether the request is to the address itself, not to a name that came to mean this host."""
        host, port = self.server.feed.listen[0], self.server.server_address[1]
        return self.headers.get("host", "") == (f"[{host}]:{port}" if ":" in host else f"{host}:{port}")

    def say(self, status: int, said: dict[str, str] | bytes) -> None:
        """Answer."""
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        self.send_response(status)
        self.send_header("content-type", TYPE if isinstance(said, bytes) else "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: a line could hold what somebody sent."""
