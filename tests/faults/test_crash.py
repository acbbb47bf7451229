"""R1, R2: nothing acknowledged is lost when processes die at any moment (docs: proof) [2.2.3] [6.1.3]"""

import os

import pytest

from tests.faults.running import ordeal, proved, running

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def counts(config: pytest.Config) -> tuple[int, int, int]:
    """Kills of the worker, the database and the sequencer: the long form when only faults were asked for."""
    given = os.environ.get("JINGUI_FAULTS")
    if given:
        worker, database, sequencer = (int(part) for part in given.split(","))
        return worker, database, sequencer
    return (200, 50, 20) if config.option.markexpr == "faults" else (5, 5, 2)


def test_kills_lose_nothing(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> None:
    worker, database, sequencer = counts(pytestconfig)
    kills = ["worker"] * worker + ["database"] * database + ["sequencer"] * sequencer
    with running() as house:
        outcome = ordeal(house, kills, seed=20261122)
    with capsys.disabled():
        print("\n" + outcome.table())
    proved(outcome)
    # the figures are for a machine of its own: where others work too, a start takes as much longer as they crowd it
    crowd = max(1.0, outcome.load / (os.cpu_count() or 1))
    for named, limit in (("worker", 10.0), ("web", 10.0), ("database", 30.0), ("sequencer", 10.0)):
        longest = max(outcome.outages.get(named, [0.0]))
        assert longest <= limit * crowd, (named, longest, crowd)
