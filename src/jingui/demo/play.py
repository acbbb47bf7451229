"""一（二）: the demonstration comes to life: people, patients, then a fortnight of days, all through the door [1.2]

What was done is found again by numbers and by a small file of ids, so a stopped demonstration goes on where it ended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import monotonic

from jingui.core.importing import Names
from jingui.core.operation import Operation
from jingui.core.words import Purpose, Verb
from jingui.demo.build import INIT, Builder
from jingui.demo.cast import Cast, Neighbour, Ward
from jingui.demo.generator import Hospital, build_hospital, stories
from jingui.demo.generator.hospital import ZONE
from jingui.demo.month import EXCHANGE
from jingui.demo.play_marks import Marks
from jingui.demo.play_month import Month
from jingui.demo.play_patients import Patients
from jingui.demo.play_scenes import Scenes
from jingui.demo.play_state import State
from jingui.demo.scenes import DAYS
from jingui.gate import door

SEED = 7
COUNT = 320
MORNING = time(9)  # the stories stop at half past eight


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the play needs of the house: names, a clock, a place for its notes, and somebody to tell."""

    names: Names
    now: Callable[[], datetime]
    folder: Path
    tell: Callable[[str, dict[str, object]], None]
    ward: Ward | None = None  # a ward's own machine, where there is one
    neighbour: Neighbour | None = None  # the house beside this one, where there is one


def beginning(now: datetime) -> date:
    """The first day told: a fortnight ago, so that the days played end today and nothing lies in the future."""
    here = now.astimezone(ZONE)
    return here.date() - timedelta(days=DAYS if here.time() < MORNING else DAYS - 1)


def peopled(stage: Stage, hospital: Hospital, state: State) -> Patients:
    """The house with its departments, people and directory; what enters its patients."""
    builder = Builder(hospital=hospital, names=stage.names, now=stage.now)
    if not stage.names.account(hospital.staff[0].login):
        door.write(Operation(actor=INIT, verb=Verb.START_SYSTEM, at=stage.now(), purpose=Purpose.OPERATION))
    builder.departments()
    for number in builder.people():
        if number % 20 == 0 or number == len(hospital.staff):
            stage.tell("people", {"done": number, "of": len(hospital.staff)})
    patients = Patients(hospital=hospital, state=state, actor=builder.token(), now=stage.now)
    patients.directory()
    return patients


def play(stage: Stage, *, count: int = COUNT, today: date | None = None, act: bool = True) -> State:
    """Build what is missing and play on; return the notes at the end."""
    began = monotonic()
    state = State.load(stage.folder, today or beginning(stage.now()), SEED)
    hospital = build_hospital(Random(state.seed), state.today)
    patients = peopled(stage, hospital, state)
    told = stories(hospital, Random(state.seed + 1), state.today, count)
    for done, resources in patients.enter(islice(told, count)):
        stage.tell("patients", {"done": done, "of": count, "resources": resources, "seconds": monotonic() - began})
    marks = Marks(hospital=hospital, state=state, names=stage.names, now=stage.now)
    for story in stories(hospital, Random(state.seed + 1), state.today, count):
        marks.make(story)
    if act:
        whole = list(stories(hospital, Random(state.seed + 1), state.today, count))
        cast = Cast.of(hospital, state, stage.names, stage.now, patients.actor, whole, stage.ward)
        month = Month(cast=cast)
        for done, of in month.play():
            stage.tell("month", {"done": done, "of": of, "seconds": monotonic() - began})
            if done == of:
                stage.tell("portals", {})
        scenes = Scenes(hospital=hospital, state=state, names=stage.names, now=stage.now)
        for done, of in scenes.play(whole):
            stage.tell("scenes", {"done": done, "of": of, "seconds": monotonic() - began})
        if stage.neighbour is not None:
            cast.neighbour = stage.neighbour
            for done, of in Month(cast=cast, parts=EXCHANGE).play():
                stage.tell("exchange", {"done": done, "of": of, "seconds": monotonic() - began})
    stage.tell("done", {"seconds": monotonic() - began})
    return state
