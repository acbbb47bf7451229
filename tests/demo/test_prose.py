"""What people read: no open slot, no misplaced sex or age, no unsafe narrative."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from jingui.demo.generator import EncounterStory, Hospital, PatientStory
from jingui.demo.generator.lists import scripts, table
from jingui.demo.generator.text import fill

from random import Random  # isort: skip

import pytest
from hypothesis import given
from hypothesis import strategies as st


def texts(encounter: EncounterStory) -> Iterator[str]:
    for entry in encounter.entries:
        for part in entry.resource.get("section", []):
            yield part["text"]["div"]
        if "text" in entry.resource:
            yield entry.resource["text"]["div"]
        if "conclusion" in entry.resource:
            yield str(entry.resource["conclusion"])


def test_no_slot_stays_open_and_every_narrative_is_well_formed(told: list[PatientStory]) -> None:
    for story in told:
        for encounter in story.encounters:
            for text in texts(encounter):
                assert not re.search(r"[{}|]", text), (encounter.script, text)
                assert "None" not in text
                if text.startswith("<div"):
                    ElementTree.fromstring(text)


def test_words_fit_the_patient(told: list[PatientStory]) -> None:
    for story in told:
        who = story.identity
        for encounter in story.encounters:
            whole = "".join(texts(encounter))
            if who.sex == "male":
                assert "孕" not in whole.replace("孕激素", ""), (story.id, encounter.script)
                assert "月经" not in whole, (story.id, encounter.script)
            if who.age(encounter.start.date()) < 14:
                assert "吸烟" not in whole, (story.id, encounter.script)
                assert "患儿" in whole or encounter.bed == "", (story.id, encounter.script)
            assert who.name not in whole or len(who.name) < 2, "names stand in the Patient only"


def test_heart_rates_are_those_of_the_living(told: list[PatientStory]) -> None:
    for story in told:
        for encounter in story.encounters:
            for text in texts(encounter):
                for rate in re.findall(r"心率 (\d+) 次/分", text):
                    assert 45 <= int(rate) <= 190, (encounter.script, text)


def test_no_widely_known_name_is_drawn(told: list[PatientStory]) -> None:
    names = {story.identity.name for story in told}
    assert not names & set(table("names")["never"])


def test_doses_stay_within_bounds(told: list[PatientStory]) -> None:
    most = {"mg": 1500, "g": 3, "ml": 1000, "U": 30, "AxaIU": 6000, "μg": 100, "片": 3, "吸": 2, "袋": 2, "IU": 500}
    for story in told:
        for encounter in story.encounters:
            for entry in encounter.entries:
                if entry.resource["resourceType"] == "MedicationRequest":
                    dose = entry.resource["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
                    assert 0 < dose["value"] <= most[dose["unit"]], dose


def test_scripts_name_only_what_the_lists_hold(hospital: Hospital) -> None:
    drugs, reports, panels = table("drugs"), table("reports"), table("labs")["panels"]
    analytes = table("labs")["analytes"].keys() | table("labs")["qualitative"].keys()
    for name, script in scripts().items():
        assert hospital.department(script["department"]).clinical, name
        for key, values in script.items():
            if key.endswith("drugs"):
                assert set(values) <= drugs.keys(), (name, key)
            if key.endswith("reports"):
                assert set(values) <= reports.keys(), (name, key)
            if key == "labs" or key.endswith("_labs"):
                assert set(values) <= panels.keys(), (name, key)
        assert set(script.get("labs_ill", {})) <= analytes, name
        if "stay" in script:
            for key in (
                "basis",
                "differential",
                "plan",
                "rounds",
                "progress",
                "nursing",
                "course",
                "outcome",
                "advice",
            ):
                assert script[key], (name, key)
    assert len(scripts()) >= 25
    assert all(set(row[3]) <= analytes for row in panels.values())


@given(seed=st.integers(0, 2**32))
def test_slots_keep_their_word(seed: int) -> None:
    words: dict[str, str] = {}
    text = fill("{side=左|右}侧，{opposite}侧，{n=#2-5}天，{n}天，{side}侧，{a {#1-2}|b}", words, Random(seed))
    side, other, first, second, again, _ = text.split("，")
    assert side == again
    assert {side[0], other[0]} == {"左", "右"}
    assert first == second
    assert 2 <= int(first[:-1]) <= 5


def test_an_unknown_slot_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        fill("{nobody}", {}, Random(1))
