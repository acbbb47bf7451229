"""Style sheets and scripts from memory, with entity tags; the only files this server gives out without the door."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
USED = ("jingui/", "django_htmx/", "account/", "mfa/")
LARGEST = 2_000_000


class Static:
    """Serves what Django's finders know, read once."""

    def __init__(self) -> None:
        """Nothing is read before the first request."""
        self._files: dict[str, tuple[bytes, bytes, bytes]] | None = None

    def files(self) -> dict[str, tuple[bytes, bytes, bytes]]:
        """Path -> (content, entity tag, media type)."""
        if self._files is None:
            out = {}
            for finder in finders.get_finders():
                for name, storage in finder.list([]):
                    path = Path(storage.path(name))
                    if name.startswith(USED) and path.stat().st_size < LARGEST:
                        content = path.read_bytes()
                        kind = KINDS.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
                        tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
                        out[name] = (content, tag.encode(), kind.encode())
            self._files = out
        return self._files

    async def __call__(
        self, scope: Mapping[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Answer one request for a file."""
        found = self.files().get(scope["path"].removeprefix("/static/"))
        if found is None or scope["method"] not in ("GET", "HEAD"):
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        content, tag, kind = found
        same = dict(scope["headers"]).get(b"if-none-match") == tag
        body = b"" if same or scope["method"] == "HEAD" else content
        headers = [
            (b"content-type", kind), (b"etag", tag), (b"cache-control", b"no-cache"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-length", b"%d" % (0 if same else len(content))),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 304 if same else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
