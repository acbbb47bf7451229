"""二（一）3: a Consent out of what was signed, and what a Consent says [2.1.3] [5.2.2]"""

from datetime import UTC, datetime
from typing import Any

import pytest

from jingui.core.consents import KINDS, GiveConsent, Party, Signed, Signer
from jingui.core.words import Category, Sensitivity
from jingui.formats.fhir_consent import built, outline, withdrawn
from jingui.formats.sensitivity import labels
from jingui.formats.validate import validate

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
END = datetime(2027, 11, 22, tzinfo=UTC)


def give(**more: Any) -> GiveConsent:
    facts: dict[str, Any] = {
        "kind": "sensitive_collection", "signed": Signed(body=b"x", strokes="[]"), "labels": ("hiv", "minor"),
        "signer": Signer(party=Party.GUARDIAN, name="王母", relation="母亲", identity="11010519491231002X"),
    }  # fmt: skip
    return GiveConsent(**facts | more)


def made(given: GiveConsent) -> dict[str, Any]:
    return built(given, patient="Patient/1", at=NOW, media="image/png", told=("说明",))


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("agreed", [True, False])
def test_what_was_signed_is_valid_and_says_the_same_again(kind: str, agreed: bool) -> None:
    given = give(
        kind=kind, agreed=agreed, ends=END, categories=("diagnosis", "tests"),
        party="某医院" if KINDS[kind].recipient else "",
    )  # fmt: skip
    resource = made(given)
    validate(resource)
    told = outline(resource)
    assert told is not None
    assert (told.kind, told.purpose, told.state) == (kind, KINDS[kind].purpose, "given" if agreed else "refused")
    assert (told.labels, told.categories, told.party) == (given.labels, given.categories, given.party)
    assert (told.starts, told.ends) == (NOW, END + (told.ends - END))  # type: ignore[operator]  # it has one
    ended = withdrawn(resource)
    validate(ended)
    assert outline(ended).state == "withdrawn"  # type: ignore[union-attr]  # it says something


def test_a_paper_is_as_sensitive_as_what_it_speaks_of() -> None:
    assert labels(made(give()), None, NOW.date()) == {Sensitivity.HIV, Sensitivity.MINOR}
    assert labels(made(give(labels=(), kind="research")), None, NOW.date()) == set()


def test_a_wrong_identity_number_is_seen_in_the_contained_person() -> None:
    from jingui.core.errors import Unprocessable

    with pytest.raises(Unprocessable):
        validate(made(give(signer=Signer(party=Party.AGENT, name="王", relation="友", identity="110105194912310021"))))


@pytest.mark.parametrize("status", ["draft", "proposed", "unknown", ""])
def test_what_is_not_in_force_says_nothing(status: str) -> None:
    assert outline(made(give()) | {"status": status}) is None


def test_unknown_words_are_left_out() -> None:
    resource = made(give())
    resource["provision"]["securityLabel"].append({"system": "urn:jingui:sensitivity", "code": "royal"})
    resource["provision"]["securityLabel"].append({"system": "urn:other", "code": "std"})
    told = outline(resource)
    assert told is not None
    assert told.labels == ("hiv", "minor")
    assert set(told.categories) <= set(Category)
