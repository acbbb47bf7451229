"""The measurements of one run, in order, each against the same house."""

import base64
import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import IO, Any

from jingui.bench import processes, requests
from jingui.bench.documents import documents
from jingui.bench.house import House
from jingui.bench.report import Figure
from jingui.core.errors import Unavailable
from jingui.core.word import N_

CONNECTIONS = 64
BUNDLES = 8  # connections that send transactions of 100
LISTENERS = 1  # processes that take them
SENDERS = 64  # connections that send HL7 v2 messages, each waiting for its answers
#: The settings of a web worker in `jingui serve`; a test compares them.
SERVER = (
    "granian", "--interface", "asgi", "--host", "127.0.0.1", "--workers", "1", "--loop", "uvloop", "--http", "1",
    "--no-ws", "--log-level", "warning", "--respawn-failed-workers", "--respawn-interval", "0.2",
    "--workers-kill-timeout", "15", "--http1-header-read-timeout", "10000", "--backpressure", "512",
)  # fmt: skip
HELLO, GOVERNED = "jingui.bench.hello:application", "jingui.config.asgi:application"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How long and how much: seconds of warming up and of counting, patients, results of each, entries to verify."""

    warm: float
    seconds: float
    patients: int
    results: int
    entries: int


FULL = Size(warm=1.5, seconds=6.0, patients=10, results=500, entries=200_000)
QUICK = Size(warm=0.3, seconds=0.6, patients=2, results=100, entries=4_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a load came to: rate in answers a second, latencies in ms, processor time an answer in µs."""

    rate: float
    p50: float
    p99: float
    worker: float
    database: float


def load(house: House, port: int, root: int, size: Size, sent: list[bytes], connections: int = CONNECTIONS) -> Run:
    """Send requests in turn; Unavailable when an answer was no success, for then the rate means nothing."""
    order = {
        "port": port, "connections": connections, "warm": size.warm, "seconds": size.seconds,
        "requests": [base64.b64encode(one).decode() for one in sent],
    }  # fmt: skip
    return driven(house, [root], "jingui.bench.load", order)


def driven(house: House, roots: list[int], module: str, order: dict[str, Any]) -> Run:
    """Let a process of its own carry out an order; Unavailable when an answer was no success."""
    before = sum(map(processes.used, roots)), processes.used(house.postmaster)
    told = json.loads(processes.done([module], house.env, given=json.dumps(order).encode()))
    after = sum(map(processes.used, roots)), processes.used(house.postmaster)
    if told["bad"] or told["lost"] or not told["good"]:
        raise Unavailable(N_("测速时有请求没有成功。"), bad=told["bad"], lost=told["lost"], said=told["sample"][-600:])
    worker, database = ((b - a) / told["all"] * 1e6 for a, b in zip(before, after, strict=True))
    return Run(rate=told["rate"], p50=told["p50"], p99=told["p99"], worker=worker, database=database)


@contextlib.contextmanager
def serving(house: House, application: str) -> Iterator[tuple[int, int]]:
    """A web server with one worker; its port and process."""
    port = processes.free_port()
    with processes.running([*SERVER, "--port", str(port), application], house.env, house.log) as process:
        processes.wait_for(port, process, house.log)
        yield port, process.pid


def measured(house: House, size: Size, say: Say) -> Iterator[Figure]:
    """Every figure of a run."""
    busy, began = processes.busy() - processes.used(os.getpid()) - processes.used(house.postmaster), perf_counter()
    path = house.home / "filled.json"
    say("filling …")
    filling = ["jingui.config.running", "--sequencing", "jingui.bench.filling", str(size.patients), str(size.results)]
    path.write_bytes(processes.done(filling, house.env))
    filled = json.loads(path.read_bytes())
    with processes.running(["jingui.config.sequence"], house.env, house.log):
        say("hello …")
        with serving(house, HELLO) as (port, root):
            hello = load(house, port, root, size, [requests.hello()])
        yield from rates("hello_world", hello)
        with serving(house, GOVERNED) as (port, root):
            for name, sent, connections, each in requests.plan(filled, CONNECTIONS, BUNDLES):
                say(f"{name} …")
                yield from rates(name, load(house, port, root, size, sent, connections), each)
            memory = processes.resident(root)
        say("hl7v2 …")
        yield from rates("hl7v2", messages(house, size))
        say("cda …")
        yield from documents(size.seconds / 2)
        say("two ingest processes …")
        yield from ingested(house, path, size)
        say("ledger …")
        yield from inside(house, path, size)
    yield Figure(name="memory", value=memory, unit="MB")
    neighbours = processes.busy() - processes.used(os.getpid()) - processes.used(house.postmaster) - busy
    yield Figure(name="neighbours", value=max(neighbours, 0.0) / (perf_counter() - began), unit="cores")


def messages(house: House, size: Size) -> Run:
    """HL7 v2 messages a second, each acknowledged after its commit; Unavailable when one was not taken."""
    port = processes.free_port()
    with (house.home / "jingui.toml").open("a", encoding="utf-8") as file:
        file.write(f'mllp_plain = "127.0.0.1:{port}"\nmllp_workers = {LISTENERS}\n')
    with contextlib.ExitStack() as stack:
        argv = ["jingui.config.mllp"]
        listeners = [stack.enter_context(processes.running(argv, house.env, house.log)) for _ in range(LISTENERS)]
        wait_all(port, listeners, house.log)
        order = {
            "port": port, "connections": SENDERS, "patients": 100, "warm": size.warm, "seconds": size.seconds,
        }  # fmt: skip
        return driven(house, [one.pid for one in listeners], "jingui.bench.messages", order)


def wait_all(port: int, listeners: "list[subprocess.Popen[bytes]]", log: Path) -> None:
    """Until each of the processes that share a port listens there; Unavailable when one never does."""
    limit = time.monotonic() + processes.SECONDS
    while len(sharing(port)) < len(listeners):
        if time.monotonic() > limit or any(one.poll() is not None for one in listeners):
            processes.wait_for(port, listeners[0], log)
            raise Unavailable(N_("测速的子进程没有完成。"), where="mllp")
        time.sleep(0.05)


def sharing(port: int) -> list[str]:
    """The sockets that listen at a loopback port."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return [row for row in rows if row.split()[1] == f"0100007F:{port:04X}" and row.split()[3] == "0A"]


def rates(name: str, run: Run, each: int = 1) -> Iterator[Figure]:
    """The figures of one load; `each` resources go with one request."""
    unit = "requests/s" if each == 1 else "resources/s"
    yield Figure(name=name, value=run.rate * each, unit=unit)
    yield Figure(name=f"{name}_p50", value=run.p50, unit="ms")
    yield Figure(name=f"{name}_p99", value=run.p99, unit="ms")
    yield Figure(name=f"{name}_cpu", value=run.worker / each, unit="µs worker")
    yield Figure(name=f"{name}_database_cpu", value=run.database / each, unit="µs database")


def ingested(house: House, path: Path, size: Size) -> Iterator[Figure]:
    """Bundles through two processes of their own that begin together."""
    with contextlib.ExitStack() as stack:
        children = []
        for number in range(2):
            argv = ["jingui.config.running", "jingui.bench.ingesting", str(path), str(number), str(size.seconds)]
            child = subprocess.Popen(
                processes.words(*argv), env=dict(house.env), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            stack.callback(child.wait)
            stack.callback(child.kill)
            children.append(child)
        for child in children:
            if pipe(child.stdout).readline() != b"ready\n":
                raise Unavailable(N_("测速的子进程没有完成。"), where="ingesting")
        told: list[dict[str, Any]] = []
        for child in children:
            pipe(child.stdin).write(b"go\n")
            pipe(child.stdin).flush()
        for child in children:
            out, _ = child.communicate(timeout=size.seconds + 60)
            told.append(json.loads(out))
    yield Figure(name="bundle_two", value=sum(one["made"] / one["seconds"] for one in told), unit="resources/s")
    cpu = sum(one["cpu"] for one in told) / sum(one["made"] for one in told)
    yield Figure(name="bundle_two_cpu", value=cpu * 1e6, unit="µs process")


def pipe(end: IO[bytes] | None) -> IO[bytes]:
    """Our end of a child's pipe."""
    if end is None:
        raise Unavailable(N_("测速的子进程没有完成。"), where="pipe")
    return end


def inside(house: House, path: Path, size: Size) -> Iterator[Figure]:
    """A page's reading and the ledger, measured in a process with the door open; then the stand-alone verifier."""
    exported = house.home / "export.jsonl"
    told_to = (str(path), str(size.seconds), str(size.entries), str(exported))
    argv = ["jingui.config.running", "jingui.bench.inside", *told_to]
    told = json.loads(processes.done(argv, house.env))
    key = told.pop("key")
    units = {"page_read": "ms", "page_read_p95": "ms", "checkpoint_lag": "s"}
    for name, value in told.items():
        yield Figure(name=name, value=value, unit=units.get(name, "entries/s"))
    if find_spec("jingui_verify") is not None:
        yield Figure(name="ledger_verify_alone", value=verified(house, exported, key, size), unit="entries/s")


def verified(house: House, exported: Path, key: str, size: Size) -> float:
    """Entries a second of the stand-alone verifier, its start included; it fails the run when it does not agree."""
    began = perf_counter()
    processes.done(["jingui_verify", "export", str(exported), "--key", key, "--quiet", "--json"], house.env)
    return size.entries / (perf_counter() - began)
