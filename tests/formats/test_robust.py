"""二（二）录入: whatever the validator lets through, everything behind it can read [2.2.1]"""

import copy
import random
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.formats import display, fhir_json, fhir_tokens, fhir_types, sensitivity
from jingui.formats.fhir_encounter import outline
from jingui.formats.fhir_identity import identity
from jingui.formats.identifiers import warnings
from jingui.formats.validate import validate
from tests.formats.shared import resources

ODD: tuple[Any, ...] = (
    {}, [], "", " ", 0, -1, 1.5, True, None, "a", "2020", "0001-01-01", "9999-12-31T23:59:60+14:00", "x" * 300, "#",
    [{}], [[]], {"coding": [{}]}, {"coding": []}, {"reference": "#"}, {"reference": "Patient/1"}, {"start": "9999"},
    "?", {"value": 1},
    {"extension": [{"url": "http://x", "valueString": "y"}]}, "urn:uuid:a", "Patient?x=1", "javascript:x",
)  # fmt: skip


@cache
def samples() -> tuple[dict[str, Any], ...]:
    """At most three resources of each type, small ones first."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for each in sorted(resources(), key=lambda one: len(fhir_json.dump(one))):
        by_type.setdefault(each["resourceType"], []).append(each)
    return tuple(each for group in by_type.values() for each in (group[0], group[len(group) // 2], group[-1]))


def spots(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    found: list[tuple[Any, Any]] = []
    stack = [node]
    while stack:
        each = stack.pop()
        keys = each.keys() if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            found.append((each, key))
            stack.append(each[key])
    return found


def spoil(resource: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a copy with one to three places changed."""
    out = copy.deepcopy(resource)
    for _ in range(chance.randint(1, 3)):
        places = spots(out)
        if not places:
            break
        container, key = chance.choice(places)
        match chance.randint(0, 3):
            case 0:
                del container[key]
            case 1:
                container[key] = copy.deepcopy(chance.choice(ODD))
            case 2 if isinstance(container, dict):
                container["_" + str(key)] = {"id": "x"}
            case _:
                container[key] = [container[key]]
    return out


def refusal(check: Callable[[dict[str, Any]], object], resource: dict[str, Any]) -> Invalid | None:
    """Return how `check` refuses a resource, None if it takes it; any other exception is a failure."""
    try:
        check(resource)
    except Invalid as error:
        return error
    return None


def read(resource: dict[str, Any]) -> None:
    """Do everything with a valid resource that the hospital does."""
    assert fhir_json.parse(fhir_json.dump(resource))
    fhir_tokens.tuples(resource)
    sensitivity.labels(resource, None, date(2026, 1, 1))
    assert str(display.line(resource))
    assert str(display.line(resource, "en"))
    fhir_types.category_of(resource)
    list(fhir_types.references(resource))
    warnings(resource)
    if resource["resourceType"] == "Patient":
        identity(resource)
    if resource["resourceType"] == "Encounter":
        outline(resource)
    for check in (fhir_types.place_of, fhir_types.patient_of):
        doubt = refusal(check, resource)
        assert doubt is None or "一份记录只能属于一名患者" in str(doubt.places)


@settings(max_examples=400)
@given(st.randoms(use_true_random=False))
def test_valid_means_readable(chance: random.Random) -> None:
    resource = spoil(chance.choice(samples()), chance)
    refused = refusal(validate, resource)
    if refused is None:
        read(resource)
    else:
        assert refused.places


KINDS = ["Bundle", "Parameters", "Observation", "Patient"]
NAMES = "resourceType contained entry resource response outcome parameter part text div identifier".split()
json_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=15,
)


@given(st.sampled_from(KINDS), st.dictionaries(st.text("abc"), json_trees), json_trees)
def test_nothing_crashes_the_validator(kind: str, more: dict[str, Any], inner: Any) -> None:
    for key in ("entry", "contained", "parameter", "text", "identifier", "zzz"):
        for value in (inner, [inner], [{"resource": inner}], [{"response": inner}]):
            refused = refusal(validate, {**more, "resourceType": kind, key: value})
            assert refused is None or 0 < len(refused.places) <= 50
