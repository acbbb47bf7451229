"""A worker process on a free loopback port, and a plain HTTP client that keeps what it was told."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import requests

from jingui.core.operation import Actor
from jingui.core.protect import IssueToken
from jingui.core.words import Verb
from tests.hospital import SRC, Hospital

FHIR = "application/fhir+json"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def worker(port: int, log: Path, app: str = "tests.api.served:application", **environment: str) -> Iterator[int]:
    """A granian process serving `app`; yields its process id."""
    root = SRC.parent
    path = os.pathsep.join((str(SRC), str(root)))
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
             "--workers", "1", "--loop", "uvloop", "--http", "1", "--no-ws", "--respawn-failed-workers",
             "--log-level", "warning", app],
            env={**os.environ, "PYTHONPATH": path, **environment}, stdout=out, stderr=out, cwd=root,
        )  # fmt: skip
    try:
        wait_for(port, process, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when /fhir/metadata answers."""
    limit = time.monotonic() + 40
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the worker ended: {log.read_text()[-2000:]}")
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/fhir/hello", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the worker does not answer: {log.read_text()[-2000:]}")


def token_for(hospital: Hospital, actor: Actor, *scopes: str, days: float = 1) -> str:
    """A bearer token issued through the door."""
    from jingui.gate import door

    token, digest = door.new_token()
    data = IssueToken(
        digest=digest, account=actor.account, post=actor.post, scopes=scopes or ("user/*.cruds",), label="test",
        expires=hospital.now() + timedelta(days=days),
    )  # fmt: skip
    hospital.write("secadmin", Verb.ISSUE_TOKEN, data)
    return token


@dataclass
class Served:
    """The running interface and its people's tokens."""

    base: str
    hospital: Hospital
    tokens: dict[str, str]
    log: Path
    pid: int

    def call(self, method: str, path: str, who: str = "doctor", body: Any = None, **headers: str) -> requests.Response:
        """One request; `body` is JSON-encoded unless it is bytes. Header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who:
            sent.setdefault("Authorization", f"Bearer {self.tokens.get(who, who)}")
        data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", FHIR)
        return requests.request(method, f"{self.base}/{path}", data=data, headers=sent, timeout=30)

    def get(self, path: str, who: str = "doctor", **headers: str) -> requests.Response:
        return self.call("GET", path, who, **headers)

    def post(self, path: str, body: Any, who: str = "his", **headers: str) -> requests.Response:
        return self.call("POST", path, who, body, **headers)

    def entries(self) -> int:
        """How many entries the ledger has."""
        return int(self.hospital.sql("SELECT count(*) FROM entry")[0][0])

    def counts(self) -> tuple[int, ...]:
        """Rows of everything a submission writes."""
        tables = (
            "patient",
            "record",
            "record_version",
            "patient_identity",
            "encounter",
            "care_relation",
            "patient_key",
        )
        return tuple(int(self.hospital.sql(f"SELECT count(*) FROM {table}")[0][0]) for table in tables)
