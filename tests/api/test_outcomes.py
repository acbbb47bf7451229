"""Each kind of refusal over HTTP is an OperationOutcome with our stable code, in Chinese and in English [1.3.1]"""

from collections.abc import Callable

import pytest
import requests

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import observation

Call = Callable[[Served, list[str], str], requests.Response]
X = "urn:uuid:00000000-0000-4000-8000-00000000dead"
CALLS: dict[str, tuple[int, str, Call]] = {
    "no token": (401, "not_signed_in", lambda s, c, la: s.get(c[2], "", Accept_Language=la)),
    "refused": (403, "refused", lambda s, c, la: s.get(c[2], "surgeon", Accept_Language=la)),
    "across patients": (403, "refused", lambda s, c, la: s.get("Observation?code=x", Accept_Language=la)),
    "not found": (404, "not_found", lambda s, c, la: s.get("Observation/x", Accept_Language=la)),
    "no such type": (404, "not_found", lambda s, c, la: s.get("Nothing/x", Accept_Language=la)),
    "method": (405, "method", lambda s, c, la: s.call("DELETE", c[2], Accept_Language=la)),
    "not JSON": (400, "invalid", lambda s, c, la: s.post("Observation", b"{", Accept_Language=la)),
    "key twice": (400, "invalid", lambda s, c, la: s.post("Observation", b'{"a":1,"a":2}', Accept_Language=la)),
    "media type": (
        400, "invalid", lambda s, c, la: s.post("Observation", b"{}", Content_Type="text/xml", Accept_Language=la),
    ),
    "wrong search": (
        400, "invalid", lambda s, c, la: s.get(f"Observation?patient={c[0]}&date=x", Accept_Language=la),
    ),
    "query on create": (
        400, "invalid", lambda s, c, la: s.post("Observation?code=x", observation(c[0]), Accept_Language=la),
    ),
    "stale": (
        412, "precondition",
        lambda s, c, la: s.call(
            "PUT", c[2], "his", {**s.get(c[2]).json(), "status": "amended"}, If_Match='W/"7"', Accept_Language=la
        ),
    ),
    "too large": (
        413, "too_large", lambda s, c, la: s.post("Observation", b" " * (17 * 2**20), Accept_Language=la),
    ),
    "not R4": (
        422, "unprocessable",
        lambda s, c, la: s.post("Observation", {**observation(c[0]), "status": "x"}, Accept_Language=la),
    ),
    "nobody's": (
        422, "unprocessable", lambda s, c, la: s.post("Observation", observation("Patient/x"), Accept_Language=la),
    ),
    "leads nowhere": (
        422, "unprocessable",
        lambda s, c, la: s.post("Observation", observation(c[0], hasMember=[{"reference": X}]), Accept_Language=la),
    ),
    "another's": (
        422, "unprocessable",
        lambda s, c, la: s.call(
            "PUT", c[2], "his", {**s.get(c[2]).json(), "subject": {"reference": admit(s, "别人", "78000009")[0]}},
            Accept_Language=la,
        ),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "错一错", "78000001")


def han(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("name", CALLS)
def test_said_in_the_readers_language(served: Served, chart: list[str], name: str) -> None:
    status, code, call = CALLS[name]
    for language in ("zh-CN", "en-US"):
        answer = call(served, chart, language)
        assert answer.status_code == status, answer.text
        for issue in answer.json()["issue"]:
            assert issue["severity"] == "error"
            assert issue["details"]["coding"] == [{"system": "urn:jingui:error", "code": code}]
            for text in (issue["details"]["text"], issue["diagnostics"]):
                assert han(text) is (language == "zh-CN"), text
