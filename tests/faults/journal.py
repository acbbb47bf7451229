"""What a client was told, on disk before it goes on: the witness that no database can change."""

import hashlib
import http.client
import json
import os
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.api.client import FHIR
from tests.api.samples import E, P, encounter, entry, observation, patient, transaction

SYSTEM = "urn:journal"
LIMIT = 10.0  # seconds a client waits for an answer


class Journal:
    """Lines that are on the disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, **line: Any) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fdatasync(self._file)


@dataclass
class Successes:
    """When answers came, shared by all clients: (started, ended) of every good one."""

    times: list[tuple[float, float]] = field(default_factory=list)

    def since(self, moment: float) -> bool:
        """Whether a request that began after `moment` was answered well."""
        return any(started >= moment for started, _ in self.times[-50:])

    def longest_gap(self, start: float, stop: float) -> float:
        """The longest time within [start, stop] in which no request ended well."""
        ends = sorted(ended for _, ended in list(self.times) if start <= ended <= stop)
        return max(b - a for a, b in pairwise([start, *ends, stop]))


class Client(threading.Thread):
    """Creates, bundles and reads until stopped; never repeats a request, so a double is the server's own."""

    def __init__(self, number: int, port: int, house: dict[str, Any], folder: Path, good: Successes) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.port, self.house, self.good = number, port, house, good
        self.journal = Journal(folder / f"journal-{number}.jsonl")
        self.random = random.Random(number)
        self.stopping = threading.Event()
        self.known: list[str] = []
        self.statuses: dict[int, int] = {}
        self.improper: list[str] = []  # failures that are not said as they should be
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            number = f"{self.number}-{uuid4().hex}"
            draw = self.random.random()
            if draw < 0.4:
                body = observation(f"Patient/{self.house['patient']}", identifier=[{"system": SYSTEM, "value": number}])
                self.ask(number, "create", "POST", "Observation", "his", body)
            elif draw < 0.6:
                self.ask(number, "bundle", "POST", "", "his", self.bundle(number))
            elif self.known:
                self.ask(number, "read", "GET", self.random.choice(self.known), "doctor")

    def bundle(self, number: str) -> dict[str, Any]:
        """A patient with a stay and two results, each carrying the number with its place."""

        def mark(place: int) -> list[dict[str, str]]:
            return [{"system": SYSTEM, "value": f"{number}/{place}"}]

        return transaction(
            entry(patient(f"崩{number[-6:]}", number, identifier=mark(0)), P),
            entry(encounter(P, identifier=mark(1)), E),
            *(
                entry(observation(P, encounter={"reference": E}, identifier=mark(n)), f"urn:uuid:{uuid4()}")
                for n in (2, 3)
            ),
        )

    def ask(self, number: str, kind: str, method: str, path: str, who: str, body: Any = None) -> None:
        self.journal.write(id=number, kind=kind, path=path)
        started = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
            self._connection.request(
                method, f"/fhir/{path}", None if body is None else json.dumps(body),
                {"Authorization": f"Bearer {self.house['tokens'][who]}", "Content-Type": FHIR},
            )  # fmt: skip
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.journal.write(id=number, status=0, error=type(error).__name__)
            self.statuses[0] = self.statuses.get(0, 0) + 1
            self._connection = None
            time.sleep(0.05)
            return
        places: list[str] = []
        if answer.status == 201:
            places = ["/".join((answer.headers["location"] or "").split("/")[-4:])]
        elif kind == "bundle" and answer.status == 200:
            places = [one["response"]["location"] for one in json.loads(text)["entry"]]
        self.journal.write(
            id=number, status=answer.status, hash=hashlib.sha256(text).hexdigest(), places=places,
            entry=answer.headers.get("x-jingui-entry", ""),
        )  # fmt: skip
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        said = answer.headers.get("retry-after") and b'"OperationOutcome"' in text
        if answer.status >= 500 and (answer.status != 503 or not said):
            self.improper.append(f"{answer.status} {text[:300]!r}")
        if answer.status in (200, 201):
            self.good.times.append((started, time.monotonic()))
            self.known = (self.known + [one.partition("/_history")[0] for one in places])[-200:]
        else:
            time.sleep(0.05)
