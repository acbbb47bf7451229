"""一（三）, 六（一）2: people who press at the same moment: never twice, one ending, the effect once [1.3.1] [6.1.2]

R21 of the goals. Each round lets several people act at once on one matter from threads of their own, in an order that
the machine chooses. `JINGUI_RACES=10000` runs the full number; the usual run is a sample.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from jingui.core.errors import JinguiError
from jingui.core.matters import KINDS, checked
from jingui.core.matters.asking import AddPaper, Brought, DecideMatter, StartMatter, SubmitMatter, WithdrawMatter
from jingui.core.matters.row import MatterKind, Paper, Step
from jingui.core.words import Role, Verb
from jingui.gate.effects import EFFECTS, Effected
from tests.hospital import Hospital
from tests.pictures import png

ROUNDS = int(os.environ.get("JINGUI_RACES", "0")) or 150
RACE = MatterKind(
    id="race", text="竞争", purpose="试验。", clauses=("6.1.2",), section="access", starters=(Role.PHYSICIAN,),
    papers=(Paper(name="basis", text="依据", required=False),),
    steps=(Step(name="两人", roles=(Role.MEDICAL_AFFAIRS,), people=2),), effect="race_effect",
)  # fmt: skip
Press = tuple[str, Verb, Any]


@pytest.fixture(scope="module")
def people(hospital: Hospital) -> Hospital:
    for short in ("racer1", "racer2", "racer3"):
        hospital.person(short, Role.MEDICAL_AFFAIRS, "xxk")
    return hospital


def at_once(people: Hospital, presses: list[Press], delays: list[float]) -> list[str]:
    """What each press came to: done, or the stable word of its error."""
    out = ["?"] * len(presses)
    gate = threading.Barrier(len(presses))

    def press(i: int, who: str, verb: Verb, data: Any) -> None:
        gate.wait()
        threading.Event().wait(delays[i])
        try:
            people.write(who, verb, data)
            out[i] = "done"
        except JinguiError as error:
            out[i] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(i, *one)) for i, one in enumerate(presses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


def test_interleavings(people: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """[6.1.2] In every interleaving: two different people, one ending, the effect just when it passed, all entered."""
    ran: Counter[int] = Counter()

    def effect(_context: Any, permit: Any, granting: Any) -> Effected:
        ran[granting.row.pk] += 1
        return Effected(until=permit.at + timedelta(days=1))

    monkeypatch.setitem(KINDS, RACE.id, checked(RACE))
    monkeypatch.setitem(EFFECTS, "race_effect", effect)
    order = random.Random(20260930)
    ends: Counter[str] = Counter()
    for _ in range(ROUNDS):
        number = people.write("doctor", Verb.START_MATTER, StartMatter(kind=RACE.id, submit=True)).value.matter
        basis = bytes(people.sql("SELECT basis FROM matter WHERE id = %s", number)[0][0]).hex()

        def said(move: str, number: int = number, basis: str = basis) -> DecideMatter:
            return DecideMatter(matter=number, move=move, basis=basis, comment="意见")

        pool: list[Callable[[], Press]] = [
            lambda said=said: ("racer1", Verb.DECIDE_MATTER, said("approve")),
            lambda said=said: ("racer1", Verb.DECIDE_MATTER, said("approve")),
            lambda said=said: ("racer2", Verb.DECIDE_MATTER, said("approve")),
            lambda said=said: ("racer3", Verb.DECIDE_MATTER, said(order.choice(("approve", "refuse", "return")))),
            lambda number=number: ("doctor", Verb.WITHDRAW_MATTER, WithdrawMatter(matter=number)),
            lambda number=number: ("doctor", Verb.SUBMIT_MATTER, SubmitMatter(matter=number)),
            lambda number=number: (
                "doctor", Verb.ADD_PAPER,
                AddPaper(matter=number, paper=Brought("basis", "甲.png", "image/png", png())),
            ),
        ]  # fmt: skip
        presses = [make() for make in order.sample(pool, 3)]
        order.shuffle(presses)
        results = at_once(people, presses, [order.random() * 0.003 for _ in presses])
        assert not {"error", "tampered", "?"} & set(results), results
        holds(people, number, ran[number], presses, results)
        ends[people.sql("SELECT state FROM matter WHERE id = %s", number)[0][0]] += 1
    print(f"\n{ROUNDS} interleavings of three at once: {dict(ends)}, effects {sum(ran.values())}")
    assert len(ends) >= 3  # the sample reached several endings, or it proves little


def holds(people: Hospital, number: int, effects: int, presses: list[Press], results: list[str]) -> None:
    """The promises about one matter after its race."""
    events = people.sql(
        "SELECT n, move, person_id, round, before, after FROM matter_event WHERE matter_id = %s ORDER BY n", number
    )
    state = people.sql("SELECT state FROM matter WHERE id = %s", number)[0][0]
    assert [n for n, *_ in events] == list(range(1, len(events) + 1))
    assert all(a[5] == b[4] for a, b in pairwise(events)), events
    agreed = [person for _, move, person, _, _, _ in events if move == "approve"]
    assert len(agreed) == len(set(agreed)), events
    assert (state == "executed") == (len(agreed) == 2) == (effects == 1), (state, agreed, effects)
    moves = sum(1 for (_, verb, _), result in zip(presses, results, strict=True)
                if result == "done" and verb is not Verb.ADD_PAPER)  # fmt: skip
    assert moves == len(events) - 2
    entered = people.sql(
        """SELECT count(*) FROM matter_event v JOIN entry e ON e.id = v.entry AND e.decision = 'allow'
        WHERE v.matter_id = %s""",
        number,
    )[0][0]  # fmt: skip
    assert entered == len(events)


def test_the_same_person_in_two_windows(people: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """[6.1.2] One person approves twice in the same instant: one vote, one refusal, both entered."""
    monkeypatch.setitem(KINDS, RACE.id, checked(RACE))
    for _ in range(20):
        number = people.write("doctor", Verb.START_MATTER, StartMatter(kind=RACE.id, submit=True)).value.matter
        basis = bytes(people.sql("SELECT basis FROM matter WHERE id = %s", number)[0][0]).hex()
        said = DecideMatter(matter=number, move="approve", basis=basis)
        before = people.sql("SELECT count(*) FROM entry WHERE verb = 'decide_matter'")[0][0]
        results = at_once(people, [("racer1", Verb.DECIDE_MATTER, said)] * 2, [0.0, 0.0])
        assert results.count("done") == 1
        assert people.sql("SELECT count(*) FROM entry WHERE verb = 'decide_matter'")[0][0] == before + 2
