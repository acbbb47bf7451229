"""五（一）1: plain MLLP from the old system on this very host; answered once it is on disk, or by the house [5.1.1]"""

import logging
import socket
import socketserver
from datetime import UTC, datetime
from typing import Final

from jingui.core.errors import Invalid, JinguiError
from jingui.relay.carry import Lane
from jingui.relay.message import END, START, answer, head_of
from jingui.relay.places import Feed
from jingui.relay.spool import LARGEST

log = logging.getLogger(__name__)
IDLE: Final = 600.0
REST: Final = 30.0  # until a message that began must be whole
HOUSE: Final = 55.0  # until the house's word must be there
CONNECTIONS: Final = 64


class Server(socketserver.ThreadingTCPServer):
    """Listens on loopback; one thread a connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, feed: Feed, lane: Lane) -> None:
        """Bind at once: what is taken already stops the start."""
        self.feed, self.lane, self.count = feed, lane, 0
        if ":" in feed.listen[0]:
            self.address_family = socket.AF_INET6
        super().__init__(feed.listen, Connection)

    def verify_request(self, request: object, client_address: object) -> bool:
        """No more connections than a host's systems need."""
        return self.count < CONNECTIONS


class Connection(socketserver.BaseRequestHandler):
    """One connection to its end."""

    server: Server

    def handle(self) -> None:
        """Take messages one after another."""
        self.server.count += 1
        try:
            self._serve()
        except (OSError, TimeoutError) as error:
            log.info("relay %s: connection ended: %s", self.server.feed.name, type(error).__name__)
        finally:
            self.server.count -= 1

    def _serve(self) -> None:
        held = b""
        while True:
            self.request.settimeout(REST if held else IDLE)
            more = self.request.recv(262_144)
            if not more:
                return
            held += more
            while END[:1] in held:
                block, _, held = held.partition(END[:1])
                held = held.lstrip(b"\r\n")
                said = taken(self.server.lane, self.server.feed, block[block.find(START) + 1 :])
                if not said:
                    return  # no word of the house in time: the sender hears nothing and sends it again
                self.request.sendall(START + said + END)
            if len(held) > LARGEST + 1024:
                return


def taken(lane: Lane, feed: Feed, body: bytes) -> bytes:
    """The answer to a message: ours once it is on disk, the house's own where the feed asks for that."""
    at = datetime.now(UTC)
    try:
        head = head_of(body)
    except Invalid:
        return b"MSH|^~\\&|JINGUI-RELAY||||" + at.strftime("%Y%m%d%H%M%S").encode() + b"||ACK|0|P|2.5\rMSA|AR|0\r"
    try:
        if feed.ack == "house":
            return lane.put_and_hear(body, HOUSE)
        lane.put(body)
    except JinguiError as error:
        return answer(head, "AR", at, error.code)
    return answer(head, "AA", at)
