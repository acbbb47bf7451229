"""R21 for 三（一）3 [3.1.3]: holds against destruction, two destructions of one list: no line both held and destroyed.

`make prove-destruction` runs 10,000 interleavings; without JINGUI_INTERLEAVINGS a few dozen.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections

from jingui.core.enter import Change
from jingui.core.errors import JinguiError, Unavailable
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.words import Hold, Purpose, Verb
from tests.gate import destroying as d
from tests.gate.sealed import verified
from tests.gate.test_door import bundle
from tests.hospital import Hospital

EACH = 10  # patients on a list
ASKED = int(os.environ.get("JINGUI_INTERLEAVINGS", "40"))
ROUNDS = max(ASKED // EACH, 1)


def many(hospital: Hospital, count: int) -> list[tuple[str, int]]:
    """Patients of long ago, in one submission."""
    changes: list[Change] = []
    for n in range(count):
        person, visit, _ = bundle(f"竞态{n}", str(next(d.NUMBERS)))
        visit.resource.update({
            "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": f"urn:uuid:p{n}"},
            "period": {"start": "2001-03-01T09:00:00+08:00", "end": "2001-03-01T09:30:00+08:00"},
        })  # fmt: skip
        changes += [Change(person.resource, f"urn:uuid:p{n}"), Change(visit.resource, f"urn:uuid:e{n}")]
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made[::2]
    return [(one.id, hospital.runtime.ids.internal(one.id)[0]) for one in made]


def insisting(do: Callable[[], Any]) -> Any:
    """Again while the door says that something moved meanwhile; the error it ends with otherwise."""
    while True:
        try:
            return do()
        except Unavailable:
            time.sleep(0.001)
        except JinguiError as error:
            return error


def together(*jobs: Callable[[], None]) -> None:
    """All at once, each on its own connection."""
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        ready.wait()
        try:
            job()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def confirm(done: list[Any], slow: float, ask: Callable[[], Any]) -> None:
    """Ask after a while, and keep what came of it."""
    time.sleep(slow)
    done.append(insisting(ask))


def test_a_hold_or_a_destruction_never_both(hospital: Hospital) -> None:
    chance = random.Random(21)
    held_first = gone_first = twice = 0
    matters = []
    began = time.monotonic()
    for _ in range(ROUNDS):
        people = many(hospital, EACH)
        matter = d.approved(hospital, *[line for public, _ in people for line in
                                        ((public, "outpatient"), (public, "identity"))])  # fmt: skip
        matters.append(matter)
        first, second = d.proposed(hospital, matter), d.proposed(hospital, matter, "archivist3")
        order = chance.sample(people, len(people))
        late, pause = chance.choice((0.0, 0.0, 0.02, 0.05, 0.1, 0.3)), chance.choice((0.0, 0.0, 0.01, 0.05))
        slow = chance.choice((0.0, 0.0, 0.05, 0.1, 0.2, 0.3))  # so that neither side is always first
        outcomes: dict[int, Any] = {}
        done: list[Any] = []

        def hold(
            order: list[tuple[str, int]] = order, outcomes: dict[int, Any] = outcomes, pause: float = pause,
            late: float = late,
        ) -> None:  # fmt: skip
            time.sleep(late)
            for _, number in order:
                data = PlaceHold(kind=Hold.LAWSUIT, reason="法院来函")
                asked = partial(hospital.write, "head", Verb.PLACE_HOLD, data, target=Target(patient=number))
                outcomes[number] = insisting(asked)
                time.sleep(pause)

        together(
            hold,
            partial(confirm, done, slow, partial(d.confirmed, hospital, first, "archivist2")),
            partial(confirm, done, slow, partial(d.confirmed, hospital, second, "keykeeper")),
        )
        lines = [one for one in done if not isinstance(one, JinguiError)]
        twice += len(lines) > 1
        for _, number in people:
            gone = hospital.sql("SELECT destroyed FROM patient WHERE patient_id = %s", number)[0][0]
            holds = hospital.sql("SELECT count(*) FROM hold WHERE patient_id = %s AND NOT lifted", number)[0][0]
            keys = hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", number)[0][0]
            states = {row[0] for row in hospital.sql("SELECT state FROM destruction WHERE patient_id = %s", number)}
            refused = isinstance(outcomes[number], JinguiError)
            assert gone == refused, (matter, number, outcomes[number], done)
            assert gone != bool(holds), (matter, number)
            assert (keys, states) == ((0, {"erasing"}) if gone else (2, {"stopped"})), (matter, number, keys, states)
            assert not refused or outcomes[number].status == 410
            held_first += not gone
            gone_first += gone
    assert not twice
    for matter in matters[:20]:
        if "erasing" in d.states(hospital, matter):
            d.erased(hospital, matter)
    assert not verified(hospital)
    took = time.monotonic() - began
    print(
        f"\nR21 {ROUNDS * EACH} interleavings of hold and destruction: {held_first} held first, {gone_first} destroyed"
        f" first, {ROUNDS} lists confirmed by two at once, {twice} done twice, 0 violations, {took:.0f} s"
    )
