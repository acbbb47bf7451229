"""四（一）内部查阅与使用 [4.1]: the first fortnight of hospital life as a list of deeds for the door"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from jingui.core.words import Decision, EncounterKind, Purpose, Role, Verb
from jingui.demo.generator import codes
from jingui.demo.generator.documents import KINDS, section
from jingui.demo.generator.hospital import ZONE
from jingui.demo.generator.lists import Table, table
from jingui.demo.generator.shapes import EncounterStory, Entry, Hospital, Json, PatientStory

MINUTE = timedelta(minutes=1)
DAYS = 14
LASTING = timedelta(days=60)  # a licence that outlasts the fortnight by far


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One deed: who does what, about which record, for what, and in which words.

    `about` is a FHIR reference of a story (`Patient/p0001` means the whole chart), `account/<login>`, or "".
    `resource` is the content of an entry or correction. `expect` is what the shipped rules should decide.
    """

    at: datetime
    person: str
    verb: Verb
    about: str
    purpose: Purpose
    words: str
    expect: Decision = Decision.ALLOW
    late: str = ""
    resource: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bedside:
    """A patient who is in hospital when the scenes begin."""

    story: PatientStory
    stay: EncounterStory


def open_beds(stories: list[PatientStory]) -> list[Bedside]:
    """Everybody who is in hospital when the stories end."""
    return [Bedside(story=story, stay=each) for story in stories for each in story.encounters if each.end is None]


def _newest(stay: EncounterStory, kind: str) -> Entry | None:
    return next((each for each in reversed(stay.entries) if each.resource["resourceType"] == kind), None)


def note(bedside: Bedside, author: str, name: str, at: datetime, text: str, key: str, late: str = "") -> Json:
    """A progress note for somebody in hospital, as a Composition with a fresh id."""
    code, title = KINDS["progress"]
    return {
        "resourceType": "Composition",
        "id": key,
        "status": "final",
        "type": codes.concept(codes.DOCUMENT, code, title),
        "subject": codes.reference("Patient", bedside.story.id),
        "encounter": codes.reference("Encounter", bedside.stay.id),
        "date": at.isoformat(timespec="seconds"),
        "author": [codes.reference("Practitioner", author, name)],
        "title": f"{title}（补记）" if late else title,
        "section": [section("病程记录", text)],
    }


def _day(hospital: Hospital, beds: list[Bedside], rng: Random, day: date) -> Iterator[Scene]:
    """Sign-in, round, notes and sign-out of every clinical department on one day."""
    texts = table("history")["progress_more"]
    for department in (each.code for each in hospital.departments if each.clinical):
        here = [each for each in beds if each.stay.department == department]
        for person in dict.fromkeys(each.stay.attending for each in here):
            own = [each for each in here if each.stay.attending == person]
            at = datetime.combine(day, time(7, rng.randint(45, 58)), ZONE)
            yield Scene(at=at, person=person, verb=Verb.SIGN_IN, about="", purpose=Purpose.TREATMENT, words="")
            at += 2 * MINUTE
            yield Scene(
                at=at, person=person, verb=Verb.LIST, about="", purpose=Purpose.TREATMENT, words="本科室在院患者"
            )
            for bedside in own:
                at += rng.randint(6, 14) * MINUTE
                yield from _round(hospital, bedside, person, at, rng, texts)
            at = datetime.combine(day, time(17, rng.randint(20, 59)), ZONE)
            yield Scene(at=at, person=person, verb=Verb.SIGN_OUT, about="", purpose=Purpose.TREATMENT, words="")


def _round(
    hospital: Hospital, bedside: Bedside, person: str, at: datetime, rng: Random, texts: list[str]
) -> Iterator[Scene]:
    """A ward round at one bed: open the chart, read what is new, perhaps write a note."""
    chart = f"Patient/{bedside.story.id}"
    treat = Purpose.TREATMENT
    yield Scene(at=at, person=person, verb=Verb.OPEN_CHART, about=chart, purpose=treat, words="晨间查房")
    for kind in ("DiagnosticReport", "Composition"):
        found = _newest(bedside.stay, kind)
        if found and rng.random() < 0.7:
            at += MINUTE
            yield Scene(at=at, person=person, verb=Verb.READ, about=found.reference, purpose=treat, words="")
    if rng.random() < 0.4:
        at += 3 * MINUTE
        child = bedside.story.identity.age(at.date()) < 14
        text = rng.choice(texts).replace("患者", "患儿") if child else rng.choice(texts)
        key = f"{bedside.story.id}-n{at:%m%d%H%M}"
        resource = note(bedside, person, hospital.person(person).name, at, text, key)
        about = f"Composition/{key}"
        yield Scene(at=at, person=person, verb=Verb.ENTER, about=about, purpose=treat, words=text, resource=resource)


def pick(choice: str, stories: list[PatientStory], beds: list[Bedside]) -> PatientStory | None:
    """The first patient whom a named scene means; None when so few stories were made that there is none."""
    how, _, what = choice.partition(":")
    if how == "note":
        return next((each for each in stories if each.identity.note == what), None)
    if how == "script":
        return next((each for each in stories if any(visit.script == what for visit in each.encounters)), None)
    if how == "department":
        plain = [each for each in beds if each.stay.department == what and not each.story.identity.note]
        return next((each.story for each in plain), None)
    return None


def _changed(resource: Json, words: str) -> Json:
    """The document with the correction as a new last section."""
    parts = resource["section"]
    return {**resource, "section": [*parts, section("更正说明", words)]} if isinstance(parts, list) else resource


def _named(
    hospital: Hospital, stories: list[PatientStory], beds: list[Bedside], row: Table, start: date
) -> Scene | None:
    """The scene of one row of the list; None when nobody in these stories fits it."""
    hour, minute = map(int, row["time"].split(":"))
    at = datetime.combine(start + timedelta(days=row["day"]), time(hour, minute), ZONE)
    about, person, resource = row.get("about", ""), row["person"], None
    if row["patient"]:
        story = pick(row["patient"], stories, beds)
        if story is None:
            return None
        stay = next((each for each in story.encounters if each.end is None), story.encounters[-1])
        about = f"Patient/{story.id}"
        if person.startswith("team:"):
            person = _of_team(hospital, stay, person.removeprefix("team:"))
        found = _document(stay, row.get("record", ""))
        if found:
            about, person = found.reference, found.author if person == "author" else person
        if row["verb"] == "correct" and found:
            resource = _changed(found.resource, row["words"])
        if row["verb"] == "enter":
            key = f"{story.id}-n{at:%m%d%H%M}"
            who = hospital.person(person)
            bedside = Bedside(story=story, stay=stay)
            resource = note(bedside, who.id, who.name, at, row["words"], key, row.get("late", ""))
            about = f"Composition/{key}"
    return Scene(
        at=at,
        person=hospital.person(person).id,
        verb=Verb(row["verb"]),
        about=about,
        purpose=Purpose(row["purpose"]),
        words=row["words"],
        expect=Decision(row["expect"]),
        late=row.get("late", ""),
        resource=resource,
    )


def _of_team(hospital: Hospital, stay: EncounterStory, what: str) -> str:
    """The member of the stay's team: the attending, the highest or lowest physician with a licence, or the nurse."""
    team = [hospital.person(each) for each in stay.team]
    if what == "nurse":
        return next(each.id for each in team if each.role is Role.NURSE)
    doctors = [each for each in team if each.role is Role.PHYSICIAN and each.may_write(stay.start.date() + LASTING)]
    if what == "chief":
        return max(doctors, key=lambda each: each.rank).id
    return min(doctors, key=lambda each: each.rank).id if what == "resident" else stay.attending


def _document(stay: EncounterStory, kind: str) -> Entry | None:
    """The record a scene means: the admission record where there is one, else the newest of that kind."""
    for each in stay.entries:
        if kind == "Composition" and str(each.resource.get("title", "")).startswith("入院记录"):
            return each
    return _newest(stay, kind) if kind else None


def scenes(hospital: Hospital, stories: Iterable[PatientStory], rng: Random, start: date) -> Iterator[Scene]:
    """The deeds of fourteen days from `start`, in order of time; equal arguments give equal scenes.

    Daily rounds are read and written by those who treat; the rest comes from `data/scenes.toml`.
    """
    known = list(stories)
    beds = [each for each in open_beds(known) if each.stay.kind is not EncounterKind.INTERNET]
    named = [_named(hospital, known, beds, row, start) for row in table("scenes")["scene"]]
    night = sorted((each for each in named if each), key=lambda each: each.at)
    audit = hospital.of(Role.AUDIT_ADMIN)[0].id

    def daily() -> Iterator[Scene]:
        for number in range(DAYS):
            day = start + timedelta(days=number)
            yield from sorted(_day(hospital, beds, rng, day), key=lambda each: each.at)
            at = datetime.combine(day, time(18, 30), ZONE)
            oversight = Purpose.OVERSIGHT
            yield Scene(at=at, person=audit, verb=Verb.READ_LEDGER, about="", purpose=oversight, words="每日台账巡查")

    yield from heapq.merge(daily(), night, key=lambda each: each.at)
