"""Scopes: read, narrowed, compared."""

import pytest

from jingui.core.smart import LONGEST, Scope, covered, data_of, narrowed, scope_of

MOST = ("launch/patient", "patient/Observation.rs?category=laboratory", "user/Patient.rs", "user/Condition.r")


@pytest.mark.parametrize(
    "text",
    [
        "", "patient/Observation", "patient/Observation.", "patient/Observation.sr", "patient/observation.r",
        "x/Patient.r", "patient/Observation.rs?", "patient/Observation.rs?code", "patient/Observation.rs?=x",
        "patient/Observation.rs ", "patient/Observation.rs\n", "patient/Observation.rs?a=b?c=d",
        "patient/Observation.read", "launch/patient",
    ],
)  # fmt: skip
def test_what_is_no_scope_of_data_is_none(text: str) -> None:
    assert scope_of(text) is None


def test_a_scope_is_read_and_written_alike() -> None:
    text = "patient/Observation.rs?code=http://loinc.org|2339-0&category=laboratory"
    found = scope_of(text)
    assert found == Scope("patient", "Observation", "rs", (("code", "http://loinc.org|2339-0"),
                                                           ("category", "laboratory")))  # fmt: skip
    assert found.text == text


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (("user/Patient.cruds",), ("user/Patient.rs",)),
        (("user/*.r",), ("user/Patient.r", "user/Condition.r")),
        (("patient/Observation.r",), ("patient/Observation.r?category=laboratory",)),
        (("patient/Observation.r?code=1",), ("patient/Observation.r?category=laboratory&code=1",)),
        (("patient/Patient.r", "system/Patient.r", "user/Claim.r", "openid", "offline_access"), ()),
        (("launch/patient", "launch/patient", "user/Condition.r"), ("launch/patient", "user/Condition.r")),
        (("patient/*.cruds",), ("patient/Observation.rs?category=laboratory",)),
    ],
)
def test_nothing_is_granted_beyond_what_was_registered(asked: tuple[str, ...], granted: tuple[str, ...]) -> None:
    assert narrowed(asked, MOST) == granted
    assert covered(granted, MOST)


def test_a_scope_that_grows_too_long_is_not_granted() -> None:
    assert narrowed([f"patient/Observation.r?code={'x' * 90}"], MOST) == ()
    assert LONGEST == 120


@pytest.mark.parametrize(
    ("asked", "yes"),
    [
        ("user/Patient.r", True), ("user/Patient.rs", True), ("user/Patient.crs", False), ("user/*.r", False),
        ("patient/Observation.rs", False), ("patient/Observation.r?category=laboratory&code=1", True),
        ("patient/Observation.r?category=vital", False), ("offline_access", False), ("launch/patient", True),
        ("nonsense", False),
    ],
)  # fmt: skip
def test_a_refreshed_token_says_no_more(asked: str, yes: bool) -> None:
    assert covered([asked], MOST) is yes


def test_scopes_of_one_context() -> None:
    assert [one.kind for one in data_of(MOST, "user")] == ["Patient", "Condition"]
    assert len(data_of(MOST)) == 3
