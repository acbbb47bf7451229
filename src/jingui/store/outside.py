"""一（三）3, 七（一）: checkpoints kept outside the database, and whether they agree with it [1.3.3] [7.1.2]

A sink is text in the hospital's file: `file:/path` (beside the database: better than nothing, not evidence) or
`http(s)://host:port/ <witness key line>` (another host's witness, whose cosignature is checked).
"""

import base64
import contextlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from jingui.core.errors import JinguiError, Misconfigured, Tampered
from jingui.core.word import N_
from jingui.crypto import note
from jingui.crypto.checkpoint import Checkpoint, parse_checkpoint
from jingui.crypto.merkle import verify_consistency
from jingui.crypto.suite import Suite
from jingui.crypto.tiles import Prover

TIMEOUT = 5.0  # seconds: a sink that hangs is a sink that failed
LARGEST = 65_536
Consistency = Callable[[int], Sequence[bytes]]
"""Old size -> the path that proves the old tree a prefix of the checkpoint that is being sent."""


class SinkFailed(JinguiError):
    """A sink did not take or give a checkpoint; the ledger goes on."""

    code = "sink_failed"
    status = 503
    message = N_("外部检查点没有送达。")
    next_step = N_("请检查外部见证方是否可用。")


class Sink(Protocol):
    """Somewhere that keeps our newest checkpoint. `outside` is False for a place beside the database."""

    name: str
    outside: bool

    def send(self, signed: str, size: int, prove: Consistency) -> str:
        """Hand over a checkpoint; return what acknowledges it ("" for a file). SinkFailed if it did not."""
        ...

    def newest(self) -> str | None:
        """The newest checkpoint it keeps, None for none. SinkFailed if it cannot be asked."""
        ...


class FileSink:
    """One file, replaced atomically and made durable."""

    outside = False

    def __init__(self, path: Path, name: str = "") -> None:
        """Keep the note at `path`."""
        self.path = path
        self.name = (name or f"file:{path}")[:80]

    def send(self, signed: str, size: int, prove: Consistency) -> str:
        """Write the note."""
        half = self.path.with_name(self.path.name + ".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with half.open("w", encoding="utf-8") as file:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.path)
        except OSError as error:
            raise SinkFailed(sink=self.name, problem=error.strerror or "") from error
        return ""

    def newest(self) -> str | None:
        """Read the note."""
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise SinkFailed(sink=self.name, problem=type(error).__name__) from error


class WitnessSink:
    """Another host's witness, after the C2SP tlog-witness protocol; it cosigns only what continues what it has seen."""

    outside = True

    def __init__(self, address: str, key: note.Key, origin: str, suite: Suite) -> None:
        """Speak to the witness at `address`, which signs under `key`, about the ledger `origin`."""
        self._base = address.rstrip("/")
        self._key, self._suite = key, suite
        self._where = f"{self._base}/checkpoint/{suite.digest(origin.encode()).hex()}"
        self.name = self._base[:80]
        self._size: int | None = None

    def send(self, signed: str, size: int, prove: Consistency) -> str:
        """Send with a proof from the size that the witness has; return its cosignature after checking it."""
        if self._size is None:
            have = self.newest()
            self._size = 0 if have is None else int(have.split("\n")[1])
        for _ in range(2):
            if self._size > size:
                raise SinkFailed(sink=self.name, problem="larger", size=self._size)
            path = "".join(base64.b64encode(node).decode() + "\n" for node in prove(self._size))
            status, answer = self._ask(f"{self._base}/add-checkpoint", f"old {self._size}\n{path}\n{signed}".encode())
            if status == 409 and answer.strip().isdigit() and int(answer) != self._size:
                self._size = int(answer)
                continue
            break
        if status != 200:
            self._size = None
            raise SinkFailed(sink=self.name, problem=str(status))
        try:
            note.verify(signed + answer, [self._key])
        except Tampered as error:
            raise SinkFailed(sink=self.name, problem="cosignature") from error
        self._size = size
        return answer

    def newest(self) -> str | None:
        """Ask for the newest note."""
        status, answer = self._ask(self._where, None)
        if status == 404:
            return None
        if status != 200:
            raise SinkFailed(sink=self.name, problem=str(status))
        return answer

    def _ask(self, address: str, body: bytes | None) -> tuple[int, str]:
        request = urllib.request.Request(address, data=body, headers={"content-type": "text/plain; charset=utf-8"})  # noqa: S310 -- only http(s), checked in `sinks_of`
        try:
            with contextlib.closing(_opener.open(request, timeout=TIMEOUT)) as response:
                return response.status, response.read(LARGEST).decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(LARGEST).decode("utf-8", "replace")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise SinkFailed(sink=self.name, problem=type(error).__name__) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A witness that points elsewhere is not followed."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Never."""


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def sinks_of(texts: Sequence[str], origin: str, suite: Suite) -> list[Sink]:
    """The sinks that the hospital's file names; Misconfigured for one that cannot be read."""
    out: list[Sink] = []
    for text in texts:
        address, _, key = text.partition(" ")
        if address.startswith("file:/"):
            out.append(FileSink(Path(address.removeprefix("file:"))))
        elif address.startswith(("http://", "https://")) and key:
            try:
                out.append(WitnessSink(address, note.parse_key(key.strip()), origin, suite))
            except Tampered as error:
                raise Misconfigured(N_("外部见证方的公钥无法识别。"), sink=address) from error
        else:
            raise Misconfigured(N_("外部检查点去处无法识别。"), sink=address)
    return out


class Disagreement(NamedTuple):
    """An outside checkpoint that the database contradicts: kind is rollback or fork."""

    kind: str
    sink: str
    size: int
    mark: str  # hex hash of the note: what a recovery may abandon


def mark_of(suite: Suite, signed: str) -> str:
    """The hash that names a note in the recovery ledger (its signed text; later cosignatures do not change it)."""
    return suite.digest(b"jingui:checkpoint:1\0" + signed.rpartition("\n\n")[0].encode()).hex()


def compare(suite: Suite, key: note.Key, sink: str, signed: str, size: int, prover: Prover) -> Disagreement | None:
    """None if the outside checkpoint is a prefix of the database's tree of `size`; Tampered if it is not our note."""
    point: Checkpoint = parse_checkpoint(note.verify(signed, [key])[0])
    if point.size > size:
        return Disagreement("rollback", sink, point.size, mark_of(suite, signed))
    if prover.root(point.size) != point.root:
        return Disagreement("fork", sink, point.size, mark_of(suite, signed))
    return None


def continues(suite: Suite, old: Checkpoint | None, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """Whether `new` is proved to continue `old` (None: nothing seen yet, so the path must be empty)."""
    if old is None:
        return not path
    return verify_consistency(suite, old.size, new.size, old.root, new.root, path)
