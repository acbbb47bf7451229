"""Enters bundles through the door in a process of its own until told to stop; counts resources and processor time.

`python -m jingui.config.running jingui.bench.ingesting FILLED.json NUMBER SECONDS`: waits for a line on stdin, so that
several begin together.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from jingui.bench.resources import observation
from jingui.core.enter import Change, Submission
from jingui.core.operation import Actor, Operation
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door

SIZE = 100
ABREAST = 4  # bundles of one process on their way at once


def submit(actor: Actor, one: dict[str, Any], first: int) -> int:
    """Enter one bundle; how many resources it made."""
    changes = tuple(Change(observation(one["patient"], one["encounter"], first + i)) for i in range(SIZE))
    operation = Operation(
        actor=actor, verb=Verb.ENTER, at=datetime.now(UTC), purpose=Purpose.OPERATION, data=Submission(changes=changes)
    )
    return len(door.enter(operation).made)


def main() -> int:
    """Enter bundles for some seconds."""
    filled = json.loads(Path(sys.argv[1]).read_text())
    number, seconds = int(sys.argv[2]), float(sys.argv[3])
    account, post = filled["his"]
    actor = Actor(
        account=account, post=post, strength=Strength.TOKEN, entrance=Entrance.FHIR, scopes=("system/*.cruds",)
    )
    patients = filled["patients"]
    submit(actor, patients[number % len(patients)], 0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began, before, made = perf_counter(), process_time(), 0

    def stream(lane: int) -> int:
        count = 0
        while perf_counter() - began < seconds:
            count += submit(actor, patients[(number + lane) % len(patients)], count)
        return count

    with ThreadPoolExecutor(ABREAST) as lanes:
        made = sum(lanes.map(stream, range(ABREAST)))
    json.dump({"made": made, "seconds": perf_counter() - began, "cpu": process_time() - before}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
