"""一（三）3: a witness on another host cosigns a ledger's checkpoint only if it continues the last one [1.3.3] [7.1.2]

In the spirit of C2SP tlog-witness: POST /add-checkpoint with `old <size>`, the consistency proof (base64 lines), an
empty line and the signed note; 200 answers the cosignature line. GET /checkpoint/<hex hash of origin> answers the
newest note. It needs nothing of the hospital but the ledger's public key line.
"""

import base64
import binascii
import os
import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from jingui.core.errors import Tampered
from jingui.crypto import note
from jingui.crypto.checkpoint import parse_checkpoint
from jingui.crypto.suite import Signer
from jingui.store.outside import LARGEST, continues

AHEAD: Final = timedelta(hours=1)  # how far a ledger's clock may be before this host's
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_PLACE: Final = re.compile(r"/checkpoint/([0-9a-f]{64})", re.ASCII)


class Witness:
    """What it has seen, kept in `folder` as one note per ledger; never forgets on its own."""

    def __init__(
        self, folder: Path, key: note.Key, signer: Signer, ledgers: Sequence[note.Key],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """Watch over the ledgers whose keys are given; sign under `key`. `now` is this host's own time."""
        self._now = now
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._key, self._signer = folder, key, signer
        self._ledgers = {ledger.name: ledger for ledger in ledgers}
        self._lock = threading.Lock()

    def add(self, body: str) -> tuple[int, str]:
        """Answer (status, text) to one add-checkpoint request."""
        first, _, rest = body.partition("\n")
        proof, gap, signed = rest.partition("\n\n") if not rest.startswith("\n") else ("", "\n", rest[1:])
        asked = _OLD.fullmatch(first)
        if asked is None or not gap:
            return 400, "form\n"
        try:
            path = [base64.b64decode(line, validate=True) for line in proof.split("\n") if line]
            origin = signed.partition("\n")[0]
            ledger = self._ledgers.get(origin)
            if ledger is None:
                return 404, "unknown ledger\n"
            point = parse_checkpoint(note.verify(signed, [ledger])[0])
        except (Tampered, binascii.Error, ValueError):
            return 403, "not signed by the ledger\n"
        if point.at > self._now() + AHEAD:  # what we cosign says that its time had come here too
            return 422, "from the future\n"
        with self._lock:
            place = self._place(ledger.suite.digest(origin.encode()).hex())
            have = place.read_text("utf-8") if place.exists() else ""
            old = parse_checkpoint(note.verify(have, [ledger])[0]) if have else None
            size = 0 if old is None else old.size
            if int(asked[1]) != size:
                return 409, f"{size}\n"
            if point.size < size:
                return 400, "smaller\n"
            if not continues(ledger.suite, old, point, path):
                return (409, f"{size}\n") if point.size == size else (422, "does not continue\n")
            answer = note.cosign(signed, self._key, self._signer).removeprefix(signed)
            self._keep(place, signed)
        return 200, answer

    def newest(self, digest: str) -> str | None:
        """The newest note of the ledger whose origin has this hash."""
        place = self._place(digest)
        return place.read_text("utf-8") if place.exists() else None

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest}.note"

    def _keep(self, place: Path, signed: str) -> None:
        half = place.with_suffix(".new")
        with half.open("w", encoding="utf-8") as file:
            file.write(signed)
            file.flush()
            os.fsync(file.fileno())
        half.replace(place)


def server(witness: Witness, host: str, port: int, tell: Callable[[str], None] = lambda _: None) -> ThreadingHTTPServer:
    """An HTTP server for `witness`; the caller runs `serve_forever` and closes it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            """Take a checkpoint."""
            length = self.headers.get("content-length", "")
            if self.path != "/add-checkpoint" or not length.isdigit() or int(length) > LARGEST:
                self._say(400, "form\n")
                return
            try:
                body = self.rfile.read(int(length)).decode()
            except UnicodeDecodeError:
                self._say(400, "form\n")
                return
            self._say(*witness.add(body))

        def do_GET(self) -> None:
            """Give the newest checkpoint."""
            found = _PLACE.fullmatch(self.path)
            kept = witness.newest(found[1]) if found else None
            self._say(404, "none\n") if kept is None else self._say(200, kept)

        def _say(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", "text/plain; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            tell(format % args)

    return ThreadingHTTPServer((host, port), Handler)
