"""四（一）1: who belongs to a patient's team, and what a registrar marks on a chart [4.1.1] [2.1.3]"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jingui.core.collect import FlagPatient, Relate
from jingui.core.importing import Names
from jingui.core.operation import Actor, Operation, Target
from jingui.core.words import Purpose, Relation, Role, Verb
from jingui.demo.build import staff_no
from jingui.demo.generator import Hospital, PatientStory
from jingui.demo.play_state import State
from jingui.gate import door

LASTING = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Relations of the teams and marks on charts, made by the registrar."""

    hospital: Hospital
    state: State
    names: Names
    now: Callable[[], datetime]

    def make(self, story: PatientStory) -> None:
        """Make what a story needs, once."""
        if story.id in self.state.marked:
            return
        registrar = self.names.actor(self.hospital.of(Role.REGISTRAR)[0].login, Role.REGISTRAR.value)
        public = self.state.ids.get(story.patient.reference)
        if registrar is None or public is None:
            return
        target = replace(door.locate(public), kind="Patient")
        data = self.flag(story)
        if data != FlagPatient():
            self.write(registrar, Verb.FLAG_PATIENT, data, target)
        for person in self.team(story):
            number = self.names.person(staff_no(self.hospital.person(person)))
            now = self.now()
            relate = Relate(kind=Relation.TEAM, person=number, starts=now, ends=now + LASTING)
            self.write(registrar, Verb.RELATE, relate, target)
        self.state.note({"marked": story.id})

    def write(self, actor: Actor, verb: Verb, data: Any, target: Target) -> None:
        """Carry out one operation."""
        door.write(
            Operation(actor=actor, verb=verb, at=self.now(), purpose=Purpose.OPERATION, data=data, target=target)
        )

    def flag(self, story: PatientStory) -> FlagPatient:
        """What stands on the chart from the beginning; nothing for most people."""
        who = story.identity
        mother = self.state.ids.get(f"Patient/{who.mother}") if who.mother else None
        return FlagPatient(
            restricted=True if who.restricted else None,
            person=self.names.person(staff_no(self.hospital.person(who.staff))) or None if who.staff else None,
            mother=door.locate(mother).patient if mother else None,
        )

    def team(self, story: PatientStory) -> list[str]:
        """Those who look after somebody in hospital now, the attending apart: they stand in the visit itself."""
        here = [each for each in story.encounters if each.end is None]
        return sorted({person for each in here for person in each.team if person != each.attending})
