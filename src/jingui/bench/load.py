"""Sends requests as fast as they are answered: `python -m jingui.bench.load < order.json > tally.json`.

A process of its own, so that the server does not pay for it. Each connection asks again as soon as it was answered.
"""

import asyncio
import base64
import itertools
import json
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import uvloop

HEAD_END, LENGTH, CHUNKED = b"\r\n\r\n", b"content-length: ", b"transfer-encoding: chunked"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came back while it counted: latencies in seconds, answers by status, connections that were lost."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    statuses: Counter[bytes] = field(default_factory=Counter)
    lost: int = 0
    all: int = 0  # answers in the warming up too
    counting: bool = False
    sample: bytes = b""  # the first answer that is no success


class Connection(asyncio.Protocol):
    """One keep-alive connection in a closed loop."""

    def __init__(self, requests: Iterator[bytes], tally: Tally) -> None:
        self._requests, self._tally = requests, tally
        self._have = b""
        self._sent = 0.0
        self.closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first question."""
        self.transport: Any = transport
        self._ask()

    def _ask(self) -> None:
        self._sent = perf_counter()
        self.transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Collect one whole answer, note it, ask again."""
        if self._have:
            data = self._have + data
        end = data.find(HEAD_END)
        if end >= 0:
            at = data.find(LENGTH, 0, end)
            size = end + 4 + int(data[at + 16 : data.index(b"\r", at)]) if at >= 0 else end + 4
            if len(data) >= size:
                self._have = b""
                tally = self._tally
                tally.all += 1
                if tally.counting:
                    tally.latencies.append(perf_counter() - self._sent)
                    tally.statuses[data[9:12]] += 1
                if not tally.sample and data[9:10] != b"2":
                    tally.sample = data[:2000]
                if not self.closing:
                    self._ask()
                return
        self._have = data

    def connection_lost(self, _error: Exception | None) -> None:
        """A server that hangs up is counted."""
        if not self.closing:
            self._tally.lost += 1


async def drive(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order: {port, connections, warm, seconds, requests (base64)}; latencies come back in ms."""
    tally = Tally()
    requests = itertools.cycle([base64.b64decode(one) for one in order["requests"]])
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(requests, tally), "127.0.0.1", order["port"])
        for _ in range(order["connections"])
    ]
    await asyncio.sleep(order["warm"])
    tally.counting, began = True, perf_counter()
    await asyncio.sleep(order["seconds"])
    tally.counting, seconds = False, perf_counter() - began
    for transport, connection in made:
        connection.closing = True
        transport.close()
    times = sorted(tally.latencies)
    good = sum(count for status, count in tally.statuses.items() if status[:1] == b"2")
    return {
        "rate": good / seconds, "seconds": seconds, "good": good, "bad": len(times) - good, "lost": tally.lost,
        "all": tally.all, "p50": share(times, 0.50) * 1000, "p99": share(times, 0.99) * 1000,
        "sample": tally.sample.decode("utf-8", "replace"),
    }  # fmt: skip


def share(times: list[float], part: float) -> float:
    """The latency below which `part` of the sorted `times` lie; 0 for none."""
    return times[min(len(times) - 1, int(len(times) * part))] if times else 0.0


def main() -> int:
    """Read the order from stdin, write the tally to stdout."""
    json.dump(uvloop.run(drive(json.load(sys.stdin))), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
