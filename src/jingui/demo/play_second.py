"""五（一）3: the demonstration's second house: few people, and what it exchanges with the first [5.1.3]"""

from random import Random
from time import monotonic

from jingui.demo.cast import Cast
from jingui.demo.generator import build_hospital
from jingui.demo.month import SECOND
from jingui.demo.play import SEED, Stage, beginning, peopled
from jingui.demo.play_month import Month
from jingui.demo.play_state import State

BOOK = "second/"


def play(stage: Stage) -> Month:
    """Build what is missing and play on; the month as it was played."""
    began = monotonic()
    state = State.load(stage.folder, beginning(stage.now()), SEED)
    hospital = build_hospital(Random(state.seed), state.today, BOOK)
    patients = peopled(stage, hospital, state)
    cast = Cast.of(hospital, state, stage.names, stage.now, patients.actor, [])
    cast.neighbour = stage.neighbour
    month = Month(cast=cast, parts=SECOND)
    for done, of in month.play():
        stage.tell("exchange", {"done": done, "of": of, "seconds": monotonic() - began})
    stage.tell("done", {"seconds": monotonic() - began})
    return month
