"""一（二）: whom the rows of the month speak of, and how they ask the door [1.2] [4.1.2]"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from jingui.core.downtime import Delivery, SummaryRequest
from jingui.core.importing import Names
from jingui.core.operation import Actor, Operation, Target
from jingui.core.words import EncounterKind, Entrance, Purpose, Strength, Verb
from jingui.demo.build import staff_no
from jingui.demo.generator import Hospital, PatientStory
from jingui.demo.month import Deed, timed
from jingui.demo.play_state import State
from jingui.demo.scenes import Bedside, open_beds, pick
from jingui.gate import door

SESSION = "demo"


class Absent(Exception):
    """What a row is about is not there."""


class Ward(Protocol):
    """A ward's own machine, which works without the house; the play acts its people."""

    def line(self, code: str) -> str:
        """The line that is registered."""
        ...

    def keep_token(self, text: str) -> None:
        """Keep the account's token."""
        ...

    def asks(self) -> SummaryRequest:
        """What it says of its ledger when it asks for a summary."""
        ...

    def take(self, box: bytes) -> int:
        """Keep a sealed summary; how many patients are in it."""
        ...

    def look(self, who: str, pin: str, reason: str, patient: str) -> None:
        """Somebody opens one patient while the house is away."""
        ...

    def tells(self) -> Delivery:
        """What was read meanwhile."""
        ...


class Neighbour(Protocol):
    """Another house that runs beside this one and exchanges with it; what it hands over are files."""

    @property
    def uscc(self) -> str:
        """Its number."""
        ...

    @property
    def name(self) -> str:
        """Its full name."""
        ...

    @property
    def address(self) -> str:
        """Of its gateway; "" before it came up."""
        ...

    def papers(self) -> Mapping[str, bytes]:
        """Its gateway's certificates (PEM) by use, waited for a while; {} when it does not come up."""
        ...

    def stranger(self, name: str, uscc: str, days: int) -> Mapping[str, bytes]:
        """Certificates (PEM) by use of an institution that is only told of."""
        ...


@dataclass(slots=True, kw_only=True)
class Cast:
    """`machine` is the interface's account with its token."""

    hospital: Hospital
    state: State
    names: Names
    now: Callable[[], datetime]
    machine: Actor
    stories: list[PatientStory]
    beds: list[Bedside]
    ward: Ward | None = None
    neighbour: Neighbour | None = None

    @classmethod
    def of(
        cls, hospital: Hospital, state: State, names: Names, now: Callable[[], datetime], machine: Actor,
        told: list[PatientStory], ward: Ward | None = None,
    ) -> "Cast":  # fmt: skip
        """Everybody in a house whose patients are `told`."""
        beds = [each for each in open_beds(told) if each.stay.kind is not EncounterKind.INTERNET]
        return cls(
            hospital=hospital, state=state, names=names, now=now, machine=machine, stories=told, beds=beds, ward=ward
        )

    @property
    def began(self) -> datetime:
        """The month's own now, the same after a stop."""
        return datetime.fromisoformat(self.state.month)

    def given(self, row: Deed, name: str, default: Any = None) -> Any:
        """A value of the row with its times in place."""
        return timed(row.more.get(name, default), self.began)

    def kept(self, deed: str, name: str) -> str:
        """What an earlier row kept; Absent when it was not played to its end."""
        found = self.state.deeds.get(deed, {}).get(name, "")
        if not found:
            raise Absent(f"{deed}.{name}")
        return found

    def actor(self, who: str) -> Actor:
        """Staff at a page; `system:<job>` and `public:<entrance>` by name; `portal:<deed>` a patient's account."""
        if who == "his":
            return self.machine
        if who.startswith("system:"):
            return Actor(name=who, strength=Strength.LOCAL, entrance=Entrance.JOB)
        if who.startswith("public:"):
            return Actor(name=who, entrance=Entrance.PUBLIC)
        if who.startswith("portal:"):
            found = self.names.actor(self.kept(who.partition(":")[2], "number"))
            entrance = Entrance.PORTAL
        else:
            found, entrance = self.names.actor(self.hospital.person(who).login), Entrance.PAGE
        if found is None:
            raise Absent(who)
        return replace(found, session=SESSION, address="127.0.0.1", strength=Strength.TWO_FACTOR, entrance=entrance)

    def person(self, who: str) -> int:
        """Our number of a member of staff."""
        return self.names.person(staff_no(self.hospital.person(who)))

    def story(self, choice: str) -> PatientStory:
        """The patient of the stories that `note:…`, `script:…`, `department:…` or an id means."""
        found = next((each for each in self.stories if each.id == choice), None) or pick(
            choice, self.stories, self.beds
        )
        if found is None:
            raise Absent(choice)
        return found

    def public(self, about: str) -> str:
        """The public id of a patient: of the stories, or one who came by a message (`new:<deed>`)."""
        kind, _, deed = about.partition(":")
        if kind == "new":
            return self.kept(deed, "patient")
        public = self.state.ids.get(self.story(about).patient.reference)
        if public is None:
            raise Absent(about)
        return public

    def target(self, row: Deed) -> Target:
        """The patient, or the record that another row made."""
        if row.record:
            return self.located(self.kept(row.record, "record"))
        return self.located(self.public(row.about)) if row.about else Target()

    def located(self, public: str) -> Target:
        """A record or patient by its public id."""
        return door.locate(public)

    def asked(self, row: Deed, verb: Verb, data: object = None, **more: Any) -> Operation:
        """The operation of a row."""
        facts: dict[str, Any] = {
            "actor": self.actor(row.who), "purpose": row.purpose, "target": self.target(row), "at": self.now(),
        } | more  # fmt: skip
        return Operation(verb=verb, data=data, **facts)

    def write(self, row: Deed, verb: Verb, data: object = None, **more: Any) -> Any:
        """Carry out a changing operation and return its result."""
        return door.write(self.asked(row, verb, data, **more))

    def read(self, row: Deed, verb: Verb, data: object = None, **more: Any) -> Any:
        """Carry out a reading operation and return its result."""
        return door.read(self.asked(row, verb, data, **more))

    def housekeeping(self, who: str, verb: Verb, data: object, **more: Any) -> Any:
        """A changing operation of somebody outside the row, such as a second person."""
        facts: dict[str, Any] = {"purpose": Purpose.OPERATION, "at": self.now()} | more
        return door.write(Operation(actor=self.actor(who), verb=verb, data=data, **facts))
