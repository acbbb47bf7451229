"""What other rooms read off the demo's resources: the encounter's outline, and the labels of sensitive illness."""

from jingui.core.words import Sensitivity
from jingui.demo.generator import PatientStory
from jingui.formats.fhir_encounter import outline
from jingui.formats.sensitivity import labels


def test_encounters_say_kind_department_attending_and_times(told: list[PatientStory]) -> None:
    for story in told:
        for encounter in story.encounters:
            found = outline(encounter.entries[0].resource)
            assert found.kind is encounter.kind
            assert found.department == encounter.department
            assert found.attending == encounter.attending.upper()
            assert found.open == (encounter.end is None)
            assert found.start == encounter.start.replace(microsecond=0)


def test_sensitive_illness_gets_its_label(told: list[PatientStory]) -> None:
    wanted = {
        "hiv": Sensitivity.HIV,
        "depression": Sensitivity.PSYCHIATRIC,
        "tuberculosis": Sensitivity.TUBERCULOSIS,
        "hepatitis_b": Sensitivity.HEPATITIS,
    }
    seen = set()
    for story in told:
        for encounter in story.encounters:
            if label := wanted.get(encounter.script):
                seen.add(encounter.script)
                given = [labels(e.resource, story.identity.birth, e.at.date()) for e in encounter.entries]
                assert any(label in each for each in given), encounter.id
    assert seen == set(wanted)
