"""`jingui import`: files to ingest processes, several at a time; what was refused is reported, the rest goes on [2.1.2]

A file stands or falls as a whole. Which files stand is asked of the ledger, never believed from notes, so an import
can be killed and started again at any moment.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jingui.config.bulk_lanes import LANES, Lane, Process, processes
from jingui.core.errors import JinguiError, Misconfigured, Unavailable
from jingui.core.operation import Actor
from jingui.core.word import N_
from jingui.core.words import Purpose

FIRST = ("hospitalinformation", "practitionerinformation", "organization", "location", "practitioner")
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be imported, as whom, from which source."""

    folder: Path
    actor: Actor
    source: str
    department: str
    processes: int
    notes: Path  # folder for what an interrupted import remembers


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the files; `refused` rows are (file, code, message, places)."""

    files: int = 0
    standing: int = 0  # entered by an earlier run already
    bytes: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str, str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    seconds: float = 0.0


def files_of(folder: Path) -> list[Path]:
    """The `.json` files below `folder` in order, organisations and people first; Misconfigured when there are none."""
    if not folder.is_dir():
        raise Misconfigured(N_("没有这个目录。"), N_("请核对目录名。"), path=str(folder))
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in (".json", ".fhir"))
    if not found:
        raise Misconfigured(N_("目录中没有 .json 文件。"), N_("请核对目录名。"), path=str(folder))

    def rank(path: Path) -> int:
        name = path.name.lower()
        return next((n for n, word in enumerate(FIRST) if name.startswith(word)), len(FIRST))

    return sorted(found, key=rank)


class Notes:
    """Which file's bytes were entered by which ledger entry; a hint that is checked before it is believed."""

    def __init__(self, path: Path) -> None:
        """Read what earlier runs noted."""
        self._lock = threading.Lock()
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.entries: dict[str, str] = {}
        self.known: dict[str, str] = {}
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                with suppress(ValueError):  # the last line of a killed run may be half a line
                    row = json.loads(line)
                    self.entries |= {row["digest"]: row["entry"]} if "digest" in row else {}
                    self.known |= row.get("known", {})
        self._file = path.open("a", encoding="utf-8")
        self._file.write("\n")

    def add(self, row: dict[str, Any]) -> None:
        """Note one thing at once."""
        with self._lock:
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()


class Bulk:
    """One import. `tell(done bytes, all bytes, resources, file)` is called after each file."""

    def __init__(self, order: Order, tell: Callable[[int, int, int, str], None]) -> None:
        """Remember what to do."""
        self.order, self._tell = order, tell
        self._notes = Notes(order.notes / f"{_plain(order.source)}.jsonl")
        self._known = self._notes.known
        self._lanes = threading.local()
        self._outcome = Outcome()
        self._free: list[Process] = []
        self._lock = threading.Lock()

    def run(self) -> Outcome:
        """Import every file; the outcome says what was refused. Ctrl-C leaves whole files only."""
        began = time.monotonic()
        files = files_of(self.order.folder)
        total = sum(path.stat().st_size for path in files)
        first = [p for p in files if p.name.lower().startswith(FIRST)]
        with processes(self.order.processes) as started:
            self._free = [process for process in started for _ in range(LANES)]
            for path in first:
                self._done(path, *self.one(path, naming=True), total)
            with ThreadPoolExecutor(len(self._free)) as pool:
                waiting = {pool.submit(self.one, path): path for path in files if path not in first}
                try:
                    for future in as_completed(waiting):
                        self._done(waiting[future], *future.result(), total)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        self._outcome.seconds = time.monotonic() - began
        return self._outcome

    def _done(self, path: Path, size: int, counts: Counter[str], total: int) -> None:
        self._outcome.files += 1
        self._outcome.bytes += size
        self._outcome.resources += counts
        self._tell(self._outcome.bytes, total, self._outcome.resources.total(), path.name)

    def _lane(self) -> Lane:
        found: Lane | None = getattr(self._lanes, "lane", None)
        if found is None:
            with self._lock:
                process = self._free.pop(0)
                self._free.append(process)
            found = self._lanes.lane = Lane(process, self._known)
        return found

    def one(self, path: Path, *, naming: bool = False) -> tuple[int, Counter[str]]:
        """Import one file; what cannot be imported is noted as refused."""
        body = path.read_bytes()
        digest = hashlib.sha256(f"{self.order.source}\0{path.name}\0".encode() + body).hexdigest()
        for attempt in range(1, TRIES + 1):
            try:
                entry = self._notes.entries.get(digest)
                if entry and self._lane().ask({"standing": entry}).get("stands"):
                    self._outcome.standing += 1
                    return len(body), Counter()
                return len(body), self._enter(path, body, digest, naming)
            except Unavailable as error:
                if attempt == TRIES:
                    self._refuse(path, error)
                time.sleep(min(0.5 * 2**attempt, 10.0))
            except JinguiError as error:
                self._refuse(path, error)
                break
        return len(body), Counter()

    def _enter(self, path: Path, body: bytes, digest: str, naming: bool) -> Counter[str]:
        from jingui.gate.ingest_wire import actor_out, entered_in

        order = self.order
        header = {
            "mode": "import", "actor": actor_out(order.actor), "purpose": Purpose.OPERATION.value,
            "source": order.source, "department": order.department,
        }  # fmt: skip
        entered = entered_in(self._lane().ask(header, body))
        if naming:
            self._name(body, {one.full_url: f"{one.kind}/{one.id}" for one in entered.made})
        if entered.entries:
            self._notes.add({"file": path.name, "digest": digest, "entry": entered.entries[0]})
        return Counter(one.outcome for one in entered.made)

    def _name(self, body: bytes, here: dict[str, str]) -> None:
        """Remember how other files may refer to this directory's entries."""
        from jingui.formats import fhir_json
        from jingui.gate.importing import MAX_BYTES, names_of

        fresh = dict(here)
        for entry in fhir_json.parse(body, max_bytes=MAX_BYTES).get("entry", ()):
            resource = entry.get("resource") or {}
            found = here.get(entry.get("fullUrl") or f"{resource.get('resourceType')}/{resource.get('id')}")
            if found:
                fresh |= dict.fromkeys(names_of(resource), found)
        self._known |= fresh
        self._notes.add({"known": fresh})

    def _refuse(self, path: Path, error: JinguiError) -> None:
        places = tuple(getattr(error, "places", ()))
        with self._lock:
            self._outcome.refused.append((str(path.relative_to(self.order.folder)), error.code, error.message, places))


def _plain(source: str) -> str:
    """A source's name as a file name."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]
