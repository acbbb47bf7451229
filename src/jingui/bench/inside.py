"""What is measured inside a process with the door open: a page's reading, the ledger. Figures as JSON on stdout.

`python -m jingui.config.running jingui.bench.inside FILLED.json SECONDS ENTRIES EXPORT`
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

from jingui.core.operation import Actor, Operation, Target
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door, gauging

USERS = 20
PAGES = 20  # readings of each user


def doctor(filled: dict[str, Any]) -> Actor:
    """The reading person with the strong session of a page."""
    account, post = filled["doctor"]
    return Actor(
        account=account, post=post, session="bench", address="127.0.0.1", strength=Strength.TWO_FACTOR,
        entrance=Entrance.PAGE,
    )  # fmt: skip


def read(actor: Actor, target: Target) -> float:
    """Milliseconds that one page waits for one record."""
    began = perf_counter()
    door.sheet(Operation(actor=actor, verb=Verb.READ, at=datetime.now(UTC), purpose=Purpose.TREATMENT, target=target))
    return (perf_counter() - began) * 1000


def pages(filled: dict[str, Any]) -> dict[str, float]:
    """A page's reading alone (median) and under twenty users (95 %)."""
    actor = doctor(filled)
    targets = [door.locate(record) for one in filled["patients"] for record in one["records"][:40]]
    for target in islice(cycle(targets), 20):
        read(actor, target)
    alone = sorted(read(actor, target) for target in islice(cycle(targets), 100))
    with ThreadPoolExecutor(USERS) as users:
        many = sorted(users.map(lambda target: read(actor, target), islice(cycle(targets), USERS * PAGES)))
    return {"page_read": alone[len(alone) // 2], "page_read_p95": many[int(len(many) * 0.95)]}


def main() -> int:
    """Measure and write the figures."""
    filled = json.loads(Path(sys.argv[1]).read_text())
    seconds, entries = float(sys.argv[2]), int(sys.argv[3])
    figures: dict[str, float] = pages(filled)
    appended = gauging.append(seconds)
    checked, rooted = gauging.verify(entries), gauging.rooted(entries)
    with Path(sys.argv[4]).open("wb") as file:
        file.writelines(gauging.export(entries))
    json.dump(
        {
            **figures, "ledger_append": appended.entries / appended.seconds, "checkpoint_lag": appended.longest,
            "ledger_verify": checked.entries / checked.seconds,
            "ledger_root": rooted.entries / rooted.seconds, "key": gauging.key_line(),
        },
        sys.stdout,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
