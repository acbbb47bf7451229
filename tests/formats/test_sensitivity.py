"""二（一）3 敏感信息: labels from codes and age [2.1.3]"""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.words import Level, Sensitivity
from jingui.formats.sensitivity import House, labels, level
from tests.formats.shared import resources

ICD = "http://hl7.org/fhir/sid/icd-10"
NOW = date(2026, 1, 1)
ADULT = date(1980, 1, 1)


def condition(*codes: str, system: str = ICD) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": {"coding": [{"system": system, "code": code} for code in codes]}}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("B20", "hiv"), ("B24.x01", "hiv"), ("b201", "hiv"), ("Z21+", "hiv"), ("O98.7", "hiv"),
        ("B19.9", "hepatitis"), ("B25", ""), ("A50.0", "std"), ("O98.2", "std"), ("O98", ""),
        ("A16.200x002", "tuberculosis"), ("A99", "infectious"), ("U07.1", "infectious"), ("F32.9", "psychiatric"),
        ("X84.9", "psychiatric"), ("X85", "violence"), ("Y09", "violence"), ("Y10", ""), ("T74.1", "violence"),
        ("F17.2", ""), ("F10.2", "psychiatric substance"), ("E84.9", "genetic"), ("E85.0", ""),
        ("O03.9", "reproductive"), ("F64.0", "psychiatric sexual"), ("Z52.4", "donor"), ("Z94.0", "donor"),
        ("Z37.0", ""), ("Q00.0", ""), ("Q90.9", ""), ("Q56.4", ""), ("Q99.9", ""), ("I10", ""), ("", ""),
    ],
)  # fmt: skip
def test_icd10(code: str, expected: str) -> None:
    assert labels(condition(code), ADULT, NOW) == {Sensitivity(word) for word in expected.split()}


def test_other_systems_places_and_types() -> None:
    sct = "http://snomed.info/sct"
    assert labels(condition("86406008", system=sct), None, NOW) == {Sensitivity.HIV}
    assert labels(condition("B20", system="http://elsewhere"), None, NOW) == frozenset()
    deep = {"resourceType": "Claim", "diagnosis": [{"diagnosisCodeableConcept": condition("F20")["code"]}]}
    assert labels(deep, None, NOW) == {Sensitivity.PSYCHIATRIC}
    inside = {"resourceType": "Claim", "contained": [condition("B20")]}
    assert labels(inside, None, NOW) == {Sensitivity.HIV}
    told = {"resourceType": "Observation", "meta": {"security": [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}]}}  # fmt: skip
    assert labels(told, None, NOW) == {Sensitivity.PSYCHIATRIC}
    assert labels({"resourceType": "MolecularSequence"}, None, NOW) == {Sensitivity.GENETIC}


def test_age() -> None:
    plain = condition("I10")
    assert labels(plain, date(2012, 1, 1), NOW) == frozenset()
    assert labels(plain, date(2012, 1, 2), NOW) == {Sensitivity.MINOR}
    assert labels(plain, NOW, NOW) == {Sensitivity.MINOR}
    assert labels(plain, None, NOW) == frozenset()


def test_levels() -> None:
    assert level(()) is Level.ORDINARY
    assert level({Sensitivity.MINOR}) is Level.SENSITIVE
    assert level({Sensitivity.MINOR, Sensitivity.HIV}) is Level.SECRET
    assert all(level({each}) is not Level.ORDINARY for each in Sensitivity)


@given(st.lists(st.text(max_size=8)))
def test_more_codes_never_take_a_label_away(codes: list[str]) -> None:
    assert labels(condition("B20"), None, NOW) <= labels(condition("B20", *codes), None, NOW)


def test_a_plausible_share_of_real_records_is_labelled() -> None:
    found = [labels(each, ADULT, NOW) for each in resources()]
    assert 50 < sum(map(bool, found)) < len(found) / 20


@pytest.mark.parametrize(
    ("codes", "code", "expected"),
    [
        ("genetic+Q90-Q99", "Q90.9", {"genetic"}), ("genetic+Q90-Q99", "q909", {"genetic"}),
        ("genetic+Q90-Q99", "Q89.9", set()), ("hiv-Z21", "Z21", set()), ("hiv-Z21", "B20", {"hiv"}),
        ("hiv-Z21 hiv+Z21", "Z21", {"hiv"}), ("std+Z20.6", "Z20.6", {"hiv", "std"}), ("none", "Z37.0", set()),
    ],
)  # fmt: skip
def test_a_hospital_adds_and_takes_away(codes: str, code: str, expected: set[str]) -> None:
    assert labels(condition(code), ADULT, NOW, House(codes)) == {Sensitivity(one) for one in expected}


def test_a_hospital_may_protect_longer() -> None:
    born = date(2010, 1, 2)
    assert labels(condition("J00"), born, NOW) == set()
    assert labels(condition("J00"), born, NOW, House(minor=18)) == {Sensitivity.MINOR}


@pytest.mark.parametrize("label", list(Sensitivity))
def test_a_sender_or_a_form_may_name_the_label(label: Sensitivity) -> None:
    resource = condition("J00") | {"meta": {"security": [{"system": "urn:jingui:sensitivity", "code": label.value}]}}
    assert labels(resource, ADULT, NOW) == {label}
