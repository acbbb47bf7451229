"""A made-up hospital as plain values: what the demo plays through the door [1.2]"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import EncounterKind, Role

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One FHIR R4 resource, who wrote it and when. `event` is when it happened; `late` says why it is a 补记, or ""."""

    resource: Json
    author: str  # Person.id
    at: datetime
    event: datetime
    late: str = ""

    @property
    def reference(self) -> str:
        """Its FHIR reference, `Type/id`."""
        return f"{self.resource['resourceType']}/{self.resource['id']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A bed (or observation chair) of a ward."""

    id: str
    ward: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A clinical department, a technical department or an office; `ward` is "" where nobody stays overnight."""

    code: str
    name: str
    english: str
    clinical: bool
    ward: str
    beds: tuple[Bed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """岗位: one role in one department, from a day on; `until` None means still held."""

    role: Role
    department: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff. `rank`: 3 (deputy) chief, 2 attending, 1 resident, 0 other; licence "" if none is needed."""

    id: str
    name: str
    login: str
    sex: str  # male | female
    birth: date
    title: str
    rank: int
    posts: tuple[Post, ...]
    licence: str
    licence_until: date | None
    phone: str
    try_zh: str
    try_en: str

    @property
    def department(self) -> str:
        """The department of the first post."""
        return self.posts[0].department

    @property
    def role(self) -> Role:
        """The role of the first post."""
        return self.posts[0].role

    def may_write(self, at: date) -> bool:
        """Whether a licence (if the post needs one) is valid on that day [2.2.1]."""
        return self.licence_until is None or at <= self.licence_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """The whole house; `directory` are its FHIR resources (Organization, Location, Practitioner, PractitionerRole)."""

    name: str
    english: str
    uscc: str
    address: str
    departments: tuple[Department, ...]
    staff: tuple[Person, ...]
    directory: tuple[Entry, ...]

    def department(self, code: str) -> Department:
        """The department with that code; KeyError if none."""
        for each in self.departments:
            if each.code == code:
                return each
        raise KeyError(code)

    def person(self, key: str) -> Person:
        """The member of staff with that id or login; KeyError if none."""
        for each in self.staff:
            if key in (each.id, each.login):
                return each
        raise KeyError(key)

    def of(self, role: Role, department: str = "") -> tuple[Person, ...]:
        """Everybody holding that role, in one department if named."""
        return tuple(
            person
            for person in self.staff
            if any(post.role is role and department in ("", post.department) for post in person.posts)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a patient is. Every number is synthetic (see `numbers`); "" where the patient has none."""

    id: str  # story id and FHIR id of the Patient
    mrn: str
    outpatient_no: str
    name: str
    sex: str  # male | female | unknown
    birth: date
    ethnic: str
    marital: str
    occupation: str
    id_card: str
    passport: str
    nation: str
    phone: str
    address: str
    contact_name: str
    contact_relation: str
    contact_phone: str
    blood_group: str
    rh: str
    allergy: str  # key into the list of allergens, "" none
    restricted: bool = False  # 保密病案
    staff: str = ""  # Person.id when the patient works here
    mother: str = ""  # story id of a newborn's mother
    deceased: date | None = None
    note: str = ""  # why this patient is in the demo: minority_name, rare_character, same_name, unidentified, …

    def age(self, on: date) -> int:
        """Completed years on that day."""
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterStory:
    """One visit or stay; `entries` in order of `at`. `end` None means the patient is here now. `late` counts 补记."""

    id: str
    kind: EncounterKind
    script: str
    department: str
    attending: str
    team: tuple[str, ...]  # Person ids with a treating relation, attending first
    start: datetime
    end: datetime | None
    bed: str
    inpatient_no: str
    stay: int  # 住院次数, 0 for visits
    entries: tuple[Entry, ...]

    @property
    def late(self) -> int:
        """How many entries are late ones."""
        return sum(1 for entry in self.entries if entry.late)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientStory:
    """One patient's life here. `patient` is the Patient resource, entered by a registrar at first contact."""

    identity: Identity
    patient: Entry
    encounters: tuple[EncounterStory, ...]

    @property
    def id(self) -> str:
        """The story's id, which is the Patient's FHIR id."""
        return self.identity.id

    @property
    def count(self) -> int:
        """How many resources the story has, the Patient included."""
        return 1 + sum(len(encounter.entries) for encounter in self.encounters)
