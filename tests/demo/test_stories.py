"""Patients' stories: repeatable, in order, complete in themselves, with the cases that the demo needs."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random

import pytest

from jingui.core.words import EncounterKind, Role
from jingui.demo.generator import Entry, Hospital, PatientStory, stories
from jingui.demo.generator.lists import scripts
from jingui.demo.generator.stories import morning

from .conftest import TODAY


def entries(story: PatientStory) -> Iterator[Entry]:
    yield story.patient
    for encounter in story.encounters:
        yield from encounter.entries


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_equal_seeds_give_equal_stories(hospital: Hospital, told: list[PatientStory]) -> None:
    again = list(islice(stories(hospital, Random(8), TODAY, 320), 60))
    assert again == told[:60]
    assert list(islice(stories(hospital, Random(11), TODAY, 320), 20)) != told[:20]


@pytest.mark.parametrize("count", [0, 1, 7, 50])
def test_exactly_as_many_as_asked_for(hospital: Hospital, count: int) -> None:
    assert len(list(stories(hospital, Random(1), TODAY, count))) == count


def test_the_size_is_what_a_demo_can_hold(told: list[PatientStory]) -> None:
    assert len(told) == 320
    assert 15_000 <= sum(story.count for story in told) <= 28_000
    kinds = Counter(encounter.kind for story in told for encounter in story.encounters)
    assert set(kinds) == set(EncounterKind)


def test_references_resolve_in_the_story_or_the_directory(hospital: Hospital, told: list[PatientStory]) -> None:
    directory = {entry.reference for entry in hospital.directory}
    for story in told:
        own = [entry.reference for entry in entries(story)]
        assert len(own) == len(set(own)), story.id
        missing = {each for entry in entries(story) for each in references(entry.resource)} - set(own) - directory
        assert not missing, story.id


def test_time_runs_forward_and_stops_now(told: list[PatientStory]) -> None:
    now = morning(TODAY)
    for story in told:
        starts = [encounter.start for encounter in story.encounters]
        assert starts == sorted(starts), story.id
        for encounter in story.encounters:
            times = [entry.at for entry in encounter.entries]
            assert times == sorted(times), encounter.id
            assert times[-1] <= now
            assert encounter.entries[0].resource["resourceType"] == "Encounter"
            assert encounter.end is None or encounter.start < encounter.end <= now
            assert all(entry.event <= entry.at for entry in encounter.entries)
        assert story.patient.at <= starts[0]
        if story.identity.deceased:
            last = story.encounters[-1].end
            assert last is not None
            assert last.date() == story.identity.deceased


def test_every_department_has_patients_in_hospital_now(hospital: Hospital, told: list[PatientStory]) -> None:
    here = Counter(each.department for story in told[:60] for each in story.encounters if each.end is None)
    for department in (each for each in hospital.departments if each.clinical):
        assert here[department.code] >= 3, department.code


def test_nobody_shares_a_bed_but_mother_and_child(told: list[PatientStory]) -> None:
    beds: dict[str, list[str]] = {}
    for story in told:
        for each in story.encounters:
            if each.end is None:
                beds.setdefault(each.bed, []).append(story.identity.mother or story.id)
    assert all(len(set(people)) == 1 for people in beds.values())


def test_authors_are_members_of_staff_with_a_licence(hospital: Hospital, told: list[PatientStory]) -> None:
    valid = {person.id for person in hospital.staff if person.may_write(TODAY)}
    assert {entry.author for story in told for entry in entries(story)} <= valid


def test_late_entries_are_few_and_say_why(told: list[PatientStory]) -> None:
    documents = [e for s in told for e in entries(s) if e.resource["resourceType"] == "Composition"]
    late = [entry for entry in documents if entry.late]
    assert 10 <= len(late) <= len(documents) * 0.08
    for entry in late:
        assert "补记" in str(entry.resource["title"])
        assert entry.at > entry.event


def test_first_progress_notes_are_due_after_eight_hours(told: list[PatientStory]) -> None:
    for story in told:
        for encounter in story.encounters:
            for entry in encounter.entries:
                if str(entry.resource.get("title", "")).startswith("首次病程记录"):
                    assert (entry.at - encounter.start > timedelta(hours=8)) == bool(entry.late)


def test_the_hard_cases_are_there(hospital: Hospital, told: list[PatientStory]) -> None:
    notes = Counter(story.identity.note for story in told)
    for wanted in (
        "restricted", "unidentified", "colleague", "minority_name", "rare_character", "twin", "foreigner", "newborn",
        "sensitive", "deceased",
    ):  # fmt: skip
        assert notes[wanted] >= 1, wanted
    names = Counter(story.identity.name for story in told)
    assert names["王丽"] == 2
    assert any("·" in name for name in names)
    assert "𠮷野田" in names
    assert any(story.identity.restricted for story in told)
    staff = {story.identity.staff for story in told} - {""}
    assert all(hospital.person(key).name in names for key in staff)
    twins = [story.identity for story in told if story.identity.note == "twin"]
    assert len({who.birth for who in twins}) == 1
    ids = {story.id for story in told}
    newborns = [story for story in told if story.identity.mother]
    assert newborns
    assert all(story.identity.mother in ids for story in newborns)
    used = {encounter.script for story in told for encounter in story.encounters}
    assert {"hiv", "depression", "tuberculosis", "hepatitis_b"} <= used
    assert len(used) >= 30


def test_sensitive_illness_carries_a_written_consent(told: list[PatientStory]) -> None:
    for story in told:
        asked = {each.script for each in story.encounters if scripts()[each.script].get("consent")}
        given = any(entry.resource["resourceType"] == "Consent" for entry in entries(story))
        assert given or not asked, story.id


def test_ages_and_sexes_fit_the_illness(told: list[PatientStory]) -> None:
    for story in told:
        for encounter in story.encounters:
            script, who = scripts()[encounter.script], story.identity
            low, high = script["age"]
            if not who.note:
                assert low - 1 <= who.age(encounter.start.date()) <= high + 3, (story.id, encounter.script)
            assert script.get("sex", "any") in ("any", who.sex), (story.id, encounter.script)


def test_the_treating_team_wrote_it(hospital: Hospital, told: list[PatientStory]) -> None:
    for story in told[:80]:
        for encounter in story.encounters:
            assert encounter.attending == encounter.team[0]
            assert hospital.person(encounter.attending).role is Role.PHYSICIAN
