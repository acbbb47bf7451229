"""四（二）4 教学科研: who belongs to a cohort, and whose records may be used for it at all [4.2.4] [2.1.3] [1.3.2]

Whether a record may be used is decided by the rules, as if a researcher with the approval asked for it, for each
category and level. Whoever restricted their chart, objected, withdrew, or is the reader is left out and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from jingui.core.errors import JinguiError
from jingui.core.research_cohort import Cohort
from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Level, Purpose, RecordState, Role, Standing, Strength, Verb
from jingui.formats import fhir_json
from jingui.formats.fhir_types import codes_of
from jingui.gate import facts as f
from jingui.gate.actors import CHINA
from jingui.gate.faces import birth_of
from jingui.gate.pipeline import Asked
from jingui.gate.record_lines import content
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.wishes import Needs, consent_of, objects
from jingui.store.seals import SEALED_TABLES
from jingui.store.statements import FACTS_SQL

CONSENT: Final = Purpose.RESEARCH  # whoever withdrew from research is in no teaching library either
VISIT: Final = SEALED_TABLES["encounter"]
V = {name: n for n, name in enumerate(VISIT)}
WHERE: Final = """e.state <> 'cancelled' AND ($1::timestamptz IS NULL OR e.starts >= $1)
  AND ($2::timestamptz IS NULL OR e.starts < $2) AND (cardinality($3::text[]) = 0 OR e.kind = ANY($3))
  AND (cardinality($4::text[]) = 0 OR e.department_id IN (SELECT id FROM department WHERE code = ANY($4)))"""
PEOPLE: Final = f"""FROM patient p WHERE p.patient_id > $5::bigint AND NOT p.destroyed AND p.linked_to IS NULL
  AND EXISTS (SELECT 1 FROM encounter e WHERE e.patient_id = p.patient_id AND {WHERE})"""  # noqa: S608 -- own texts
TOTAL_SQL: Final = f"SELECT count(*) {PEOPLE}"
NEXT_SQL: Final = f"SELECT p.patient_id {PEOPLE} ORDER BY p.patient_id LIMIT $6::int"
VISITS_SQL: Final = f"""SELECT {", ".join(f"e.{one}" for one in VISIT)}, e.mac, d.code FROM encounter e
LEFT JOIN department d ON d.id = e.department_id
WHERE e.patient_id = ANY($5::bigint[]) AND {WHERE} ORDER BY e.patient_id, e.starts, e.encounter_id"""  # noqa: S608 -- own names
RECORDS_SQL: Final = """SELECT r.patient_id, r.record_id, r.version, r.kind, r.category, r.level, r.labels,
  r.retention_class, r.author_id, v.seal, v.payload, k.wrapped, r.form, r.medium, r.mac, r.state
FROM record r JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id
  AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = ANY($1::bigint[]) AND r.kind = ANY($2::text[]) AND r.state NOT IN ('draft', 'destroyed')
ORDER BY r.patient_id, r.at, r.record_id"""


class Reader(NamedTuple):
    """For whom the records are used: their own chart and those closed to them are left out."""

    person: int
    departments: frozenset[int]
    purpose: Purpose
    needs: Needs
    at: datetime


class Opened(NamedTuple):
    """A record that was looked at: the entry names it."""

    patient: int
    record: int
    kind: str
    version: int


@dataclass(slots=True)
class Member:
    """A patient of the cohort: the visit that fits, and the records that may be used, by kind, oldest first."""

    patient: int
    visit: Mapping[str, Any]
    department: str
    charts: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    authors: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Seen:
    """What a part looked at: records for the entry, who was left out and why, records that stayed closed."""

    opened: list[Opened] = field(default_factory=list)
    excluded: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    unreadable: int = 0


def bounds(cohort: Cohort) -> tuple[Any, ...]:
    """The cohort's conditions on visits, as parameters."""
    first, last = day(cohort.first), day(cohort.last)
    return first, last + timedelta(days=1) if last else None, list(cohort.visits), list(cohort.departments)


def day(value: date | None) -> datetime | None:
    """A day's first moment in China."""
    return datetime.combine(value, time.min, CHINA) if value else None


def total(cohort: Cohort) -> int:
    """How many patients there are to look at."""
    return int(raw(TOTAL_SQL, *bounds(cohort), 0)[0][0])


def following(cohort: Cohort, after: int, most: int) -> list[int]:
    """The next patients to look at."""
    return [row[0] for row in raw(NEXT_SQL, *bounds(cohort), after, most)]


def members(
    runtime: Runtime, cohort: Cohort, reader: Reader, patients: Sequence[int], kinds: Iterable[str], seen: Seen
) -> Iterator[Member]:
    """Those of `patients` who belong to the cohort and may be used, with their usable records of `kinds`."""
    facts = {one.patient: one for one in facts_of(runtime, reader, patients)}
    usable = []
    for patient in patients:
        why = left_out(runtime, reader, facts.get(patient))
        if why:
            seen.excluded[why] += 1
        else:
            usable.append(patient)
    if not usable:
        return
    visits = first_visits(runtime, cohort, usable, seen)
    first = {"Patient", *({"Condition"} if cohort.diagnoses else ())}
    found = {one: Member(one, *visits[one]) for one in usable if one in visits}
    load(runtime, reader, facts, found, first, seen)
    fitting = [one for one in found.values() if fits(cohort, one)]
    rest = set(kinds) - first
    if rest:
        load(runtime, reader, facts, {one.patient: one for one in fitting}, rest, seen)
    yield from fitting


def facts_of(runtime: Runtime, reader: Reader, patients: Sequence[int]) -> list[f.PatientFacts]:
    """Restrictions, consents and marks of each, every row checked."""
    wards = "{" + ",".join(str(one) for one in sorted(reader.departments)) + "}"
    asked = [Asked(one, -1, 0, reader.person, wards, CONSENT.value, False, -1) for one in patients]
    rows = raw(FACTS_SQL, *(list(column) for column in zip(*asked, strict=True)), reader.at, binary=True)
    return [one for one in (f.patient_facts(row, runtime.sealer) for row in rows) if one is not None]


def left_out(runtime: Runtime, reader: Reader, facts: f.PatientFacts | None) -> str:
    """Why nothing of this patient is used; "" when something may be."""
    if facts is None or facts.tampered:
        return "unreadable"
    if facts.restricted:
        return "restricted"
    decided = runtime.decider.decide(vector(reader, facts, Category.BASIC, Level.ORDINARY))
    return "" if decided.allow else decided.reason


def vector(reader: Reader, facts: f.PatientFacts, category: Category, level: Level) -> Vector:
    """What the rules are asked: may a researcher with the approval use a record of this category and level?"""
    return Vector(
        Verb.READ, Role.RESEARCHER, Standing.ACTIVE, Strength.TWO_FACTOR, Entrance.PAGE, reader.purpose,
        category=category, level=level, state=RecordState.ENTERED, grant=Grant.COVERS,
        consent=consent_of(
            facts.rows(f.CONSENTS), reader.needs, CONSENT, Role.RESEARCHER, category, level, reader.at
        ),
        restricted=facts.restricted, own=bool(facts.staff_person) and facts.staff_person == reader.person,
        colleague=bool(facts.staff_person), deceased=facts.deceased,
        objected=objects(facts.rows(f.RESTRICTIONS), category, facts.relation, reader.person, reader.departments),
    )  # fmt: skip


def first_visits(
    runtime: Runtime, cohort: Cohort, patients: Sequence[int], seen: Seen
) -> dict[int, tuple[Mapping[str, Any], str]]:
    """Each patient's first visit that fits, genuine."""
    out: dict[int, tuple[Mapping[str, Any], str]] = {}
    for row in raw(VISITS_SQL, *bounds(cohort), list(patients)):
        values, mac, department = row[: len(VISIT)], row[len(VISIT)], row[-1]
        if values[V["patient_id"]] in out:
            continue
        if not runtime.sealer.holds("encounter", values, mac):
            seen.unreadable += 1
            continue
        out[values[V["patient_id"]]] = (dict(zip(VISIT, values, strict=True)), department or "")
    return out


def load(
    runtime: Runtime, reader: Reader, facts: Mapping[int, f.PatientFacts], found: Mapping[int, Member],
    kinds: Iterable[str], seen: Seen,
) -> None:  # fmt: skip
    """Open the usable records of these kinds and put them into the members' charts."""
    for row in raw(RECORDS_SQL, list(found), sorted(kinds)):
        patient, record, version, kind, category, level = row[:6]
        decided = runtime.decider.decide(vector(reader, facts[patient], Category(category), Level(level)))
        if not decided.allow:
            seen.closed += 1
            continue
        seen.opened.append(Opened(patient, record, kind, version))
        try:
            resource = opened(runtime, row)
        except JinguiError:
            seen.unreadable += 1  # one bad row is named by verification; it does not stop the others
            continue
        found[patient].charts[kind].append({**resource, "id": runtime.public(patient, record)})
        found[patient].authors.add(row[8])


def opened(runtime: Runtime, row: Sequence[Any]) -> Mapping[str, Any]:
    """The record, decrypted; Tampered when its row does not say what its content is sealed with."""
    (patient, record, version, kind, category, level, labels, retention, author, seal, payload, wrapped, form, medium,
     mac, state) = row  # fmt: skip
    decides = (patient, record, kind, form, category, level, labels, state, author, version, retention, medium)
    body, _ = content(runtime, decides, mac, seal, wrapped, bytes(payload))
    found: Mapping[str, Any] = fhir_json.parse(body)
    return found


def fits(cohort: Cohort, member: Member) -> bool:
    """Whether sex, age and diagnoses are the cohort's."""
    who = next(iter(member.charts["Patient"]), None)
    if who is None:
        return False
    if cohort.sex and who.get("gender") != cohort.sex:
        return False
    if not cohort.aged(age_at(who, member.visit["starts"])):
        return False
    codes = frozenset(code for one in member.charts["Condition"] for _, code in codes_of(one.get("code")))
    return cohort.coded(codes)


def age_at(patient: Mapping[str, Any], at: datetime) -> int | None:
    """Whole years at the visit, None when the birth date is not known."""
    born, day = birth_of(patient), at.astimezone(CHINA).date()
    if born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
