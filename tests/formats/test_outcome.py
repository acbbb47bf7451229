"""一（三）基本原则: refusals that programs and people understand; what the interface says it can do [1.3.1] [5.1.2]"""

from datetime import UTC, datetime

import pytest

from jingui.core import errors
from jingui.core.errors import Invalid, JinguiError, Refused, Unprocessable
from jingui.formats import fhir_search
from jingui.formats.capability import Interface, capability
from jingui.formats.outcome import CLAUSE, ENTRY, MATTER, issue_code, notice, outcome
from jingui.formats.validate import validate


def kinds() -> list[type[JinguiError]]:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, JinguiError)]
    assert len(found) > 10
    return found


@pytest.mark.parametrize("kind", kinds())
def test_every_error_has_a_valid_outcome(kind: type[JinguiError]) -> None:
    made = outcome(kind())
    validate(made)
    issue = made["issue"][0]
    assert issue["details"]["coding"][0]["code"] == kind.code
    assert (issue["severity"] == "fatal") == (kind.status >= 500)
    assert (issue["code"] == "exception") == (issue_code(kind()) == "exception")


def test_places_and_language() -> None:
    error = Unprocessable(places=(("Observation.status", "缺少必需的元素"), ("", "其他")))
    made = outcome(error, lambda text: {"缺少必需的元素": "missing"}.get(text, text))
    validate(made)
    assert [each.get("expression") for each in made["issue"]] == [["Observation.status"], None]
    assert made["issue"][0]["details"]["text"].endswith("missing")


def test_a_refusal_names_clauses_matter_and_entry() -> None:
    made = outcome(Refused(clauses=("4.1.1", "4.1.3"), matter="internal_access", entry="0193"))
    validate(made)
    told = [(each["url"], each["valueString"]) for each in made["issue"][0]["extension"]]
    assert [v for k, v in told if k == CLAUSE] == ["4.1.1", "4.1.3"]
    assert (MATTER, "internal_access") in told
    assert (ENTRY, "0193") in told


def test_notice() -> None:
    validate(notice("完成"))


def test_the_capability_statement_is_valid_and_true() -> None:
    of = Interface(
        url="https://h.example/fhir",
        version="1.0",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        authorize="https://h.example/authorize",
        token="https://h.example/token",
    )
    made = capability(of)
    validate(made)
    listed = made["rest"][0]["resource"]
    assert len(listed) > 60
    for each in listed:
        for param in each.get("searchParam", ()):
            value = {"date": "1980-01-31", "reference": "Practitioner/1"}.get(param["type"], "1")
            query = fhir_search.parse_search(each["type"], [(param["name"], value)], strict=True)
            assert query.used
        for include in each.get("searchInclude", ()):
            assert fhir_search.parse_search(each["type"], [("_include", include)], strict=True).include
    bare = capability(Interface(url="https://h.example/fhir", version="1", date=of.date))
    validate(bare)
    assert "extension" not in bare["rest"][0]["security"]


def test_invalid_is_the_parent_of_too_large() -> None:
    assert issue_code(errors.TooLarge()) == "too-long"
    assert issue_code(Invalid()) == "invalid"
