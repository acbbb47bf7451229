"""What is being written about one patient: ids, words, people and the entries so far [2.2.2]"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from jingui.core.words import EncounterKind
from jingui.demo.generator import codes
from jingui.demo.generator.lists import Table
from jingui.demo.generator.shapes import Entry, Hospital, Identity, Json
from jingui.demo.generator.text import fill


@dataclass(slots=True, kw_only=True)
class Team:
    """Who looks after one encounter, by Person.id."""

    department: str
    chief: str
    attending: str
    resident: str
    nurse: str
    extra: tuple[str, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """Everybody once, the attending first."""
        return tuple(dict.fromkeys((self.attending, self.chief, self.resident, self.nurse, *self.extra)))


@dataclass(slots=True, kw_only=True)
class Chart:
    """The pen: adds resources with fresh ids to one encounter of one patient, and forgets what lies in the future."""

    hospital: Hospital
    who: Identity
    script: Table
    rng: Random
    now: datetime
    kind: EncounterKind
    team: Team
    start: datetime
    end: datetime | None
    born: datetime | None = None  # when a delivery ends in a birth that another story continues
    encounter: str = ""
    serial: list[int] = field(default_factory=lambda: [0])  # shared by all encounters of the patient
    entries: list[Entry] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    def fresh(self) -> str:
        """The next resource id of this patient."""
        self.serial[0] += 1
        return f"{self.who.id}-{self.serial[0]:04d}"

    def say(self, pattern: str) -> str:
        """The pattern with its slots filled with this encounter's words."""
        return fill(pattern, self.words, self.rng)

    def once(self, key: str, pattern: str) -> str:
        """The pattern filled at its first use under `key`, and the same words whenever it is told again."""
        if key not in self.words:
            self.words[key] = self.say(pattern)
        return self.words[key]

    def name(self, person: str) -> str:
        """The name of a member of staff."""
        return self.hospital.person(person).name

    def practitioner(self, person: str) -> Json:
        """A reference to a member of staff."""
        return codes.reference("Practitioner", person, self.name(person))

    @property
    def subject(self) -> Json:
        """The reference to the patient, without a name: names stand in the Patient only."""
        return codes.reference("Patient", self.who.id)

    @property
    def here(self) -> Json:
        """The reference to this encounter."""
        return codes.reference("Encounter", self.encounter)

    def add(
        self, resource: Json, author: str, event: datetime, *, after: timedelta = timedelta(0), late: str = ""
    ) -> str | None:
        """Enter `resource` (id given if missing) written `after` the event; None when that would be in the future."""
        at = event + after
        if at > self.now:
            return None
        key = str(resource.get("id") or self.fresh())
        whole = {"resourceType": resource["resourceType"], "id": key, **resource}
        self.entries.append(Entry(resource=whole, author=author, at=at, event=event, late=late))
        return key

    def coin(self, chance: float) -> bool:
        """True with that chance."""
        return self.rng.random() < chance


def instant(at: datetime) -> str:
    """A FHIR dateTime to the second with the zone."""
    return at.isoformat(timespec="seconds")
