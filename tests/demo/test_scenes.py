"""The first fortnight: repeatable, in order, about records that exist, with refusals among it."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from jingui.core.words import Decision, Role, Verb
from jingui.demo.generator import Hospital, PatientStory, stories
from jingui.demo.scenes import Scene, scenes

from .conftest import TODAY


@pytest.fixture(scope="module")
def played(hospital: Hospital, told: list[PatientStory]) -> list[Scene]:
    return list(scenes(hospital, told, Random(5), TODAY))


def test_equal_seeds_give_equal_scenes(hospital: Hospital, told: list[PatientStory], played: list[Scene]) -> None:
    assert list(scenes(hospital, told, Random(5), TODAY)) == played


def test_they_run_forward_for_a_fortnight(played: list[Scene]) -> None:
    times = [scene.at for scene in played]
    assert times == sorted(times)
    assert timedelta(days=12) < times[-1] - times[0] < timedelta(days=14)


def test_they_are_about_records_that_exist(hospital: Hospital, told: list[PatientStory], played: list[Scene]) -> None:
    known = {story.patient.reference for story in told}
    known |= {entry.reference for story in told for each in story.encounters for entry in each.entries}
    logins = {f"account/{person.login}" for person in hospital.staff}
    written = set()
    for scene in played:
        if scene.verb is Verb.ENTER:
            assert scene.resource is not None
            assert scene.about not in known | written, "a new record has a new id"
            written.add(scene.about)
        else:
            assert not scene.about or scene.about in known | logins, scene
        assert hospital.person(scene.person)


def test_all_that_the_demo_wants_to_show_happens(played: list[Scene]) -> None:
    verbs = Counter(scene.verb for scene in played)
    for verb in (
        Verb.SIGN_IN, Verb.SIGN_OUT, Verb.OPEN_CHART, Verb.READ, Verb.ENTER, Verb.CORRECT, Verb.SEARCH, Verb.HISTORY,
        Verb.SEARCH_PATIENT, Verb.READ_LEDGER, Verb.EXPORT_LEDGER, Verb.FREEZE_ACCOUNT, Verb.READ_LIFE, Verb.EVERYTHING,
    ):  # fmt: skip
        assert verbs[verb] >= 1, verb
    assert sum(scene.expect is Decision.DENY for scene in played) >= 8
    assert any(scene.expect is Decision.FAIL for scene in played)
    assert any(scene.late for scene in played)


def test_those_who_are_expected_to_read_treat(
    hospital: Hospital, told: list[PatientStory], played: list[Scene]
) -> None:
    teams = {story.id: {key for each in story.encounters for key in each.team} for story in told}
    for scene in played:
        if (
            scene.about.startswith("Patient/")
            and scene.expect is Decision.ALLOW
            and scene.verb is not Verb.SEARCH_PATIENT
        ):
            assert scene.person in teams[scene.about.removeprefix("Patient/")], scene
        own = {story.id for story in told if story.identity.staff == scene.person}
        if scene.expect is Decision.DENY and scene.verb is Verb.OPEN_CHART:
            mine = scene.about.removeprefix("Patient/") in own
            assert mine or scene.person not in teams[scene.about.removeprefix("Patient/")], scene


def test_a_handful_of_stories_is_enough(hospital: Hospital) -> None:
    few = list(stories(hospital, Random(8), TODAY, 12))
    assert any(scene.verb is Verb.OPEN_CHART for scene in scenes(hospital, few, Random(5), TODAY))
    assert hospital.of(Role.AUDIT_ADMIN)
