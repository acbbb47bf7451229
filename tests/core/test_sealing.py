"""四（二）1, 2: what is finished, what a list says, which officers are taken, in pure values [4.2.1] [4.2.2]"""

from datetime import UTC, datetime

import pytest

from jingui.core.retrieval import BODIES, DOCUMENTS, Officer, officers_in, same_body, wrong_officers, wrong_scope
from jingui.core.sealing import Item, Thing, finished, list_of, listed, wrong_things
from jingui.core.settings import BY_NAME


@pytest.mark.parametrize(
    ("state", "status", "signs", "wanted"),
    [
        ("signed", "completed", True, True), ("filed", "completed", True, True), ("verified", "", True, True),
        ("entered", "completed", True, False), ("entered", "final", False, True),
        ("entered", "preliminary", False, False), ("entered", "in-progress", False, False),
        ("filed", "active", True, False), ("entered", "", False, True),
    ],
)  # fmt: skip
def test_what_is_finished(state: str, status: str, signs: bool, wanted: bool) -> None:
    assert finished(state=state, status=status, signs=signs) is wanted


def test_what_belongs_into_a_list() -> None:
    assert listed("Observation", "entered")
    for kind, state in (("Patient", "entered"), ("Provenance", "entered"), ("Observation", "draft"),
                        ("Observation", "destroyed")):  # fmt: skip
        assert not listed(kind, state)


def test_a_list_says_everything_but_signatures_and_secret() -> None:
    drawn = {
        "part": "first", "drawn": "2026-11-23T00:00:00+00:00", "items": [Item("r", 1, "Observation", "", "aa")],
        "things": [Thing("sample", "输液器", "1", "冷藏柜")], "present": {"name": "x"}, "hospital": {"name": "y"},
        "package": {"digest": "bb", "secret": "S"}, "medium": "光盘",
    }  # fmt: skip
    said = list_of("s", "p", 7, 1, drawn)
    assert said["items"] == [["r", 1, "Observation", "", "aa"]]
    assert (said["package"], said["medium"]) == ("bb", "光盘")
    assert "S" not in str(said)
    for name, other in (("items", []), ("things", []), ("medium", "x"), ("part", "later"), ("drawn", "x")):
        assert list_of("s", "p", 7, 1, {**drawn, name: other}) != said
    assert list_of("s", "p", 7, 2, drawn) != said
    assert list_of("s", "p", 8, 1, drawn) != said


def test_paper_and_samples_are_named_and_placed() -> None:
    assert wrong_things((Thing("sample", "输液器", "1 套", "冷藏柜"),)) == ()
    for thing, place in (
        (Thing("gift", "a", "", "b"), "things.0.kind"), (Thing("film", " ", "", "b"), "things.0.name"),
        (Thing("film", "a", "", ""), "things.0.place"), (Thing("film", "a\n", "", "b"), "things.0.name"),
        (Thing("film", "长" * 121, "", "b"), "things.0.name"),
    ):  # fmt: skip
        assert place in dict(wrong_things((thing,)))


def test_bodies_name_documents_and_settings_that_exist() -> None:
    for word, row in BODIES.items():
        assert set(row.documents) <= set(DOCUMENTS), word
        assert row.officers in BY_NAME, word
        assert row.basis, word


def test_officers_of_one_body() -> None:
    one = Officer("甲", "1", "A", "云山市公安局")
    two = Officer("乙", "2", "B", "云山市 公安局")
    assert wrong_officers(((1, one), (2, two)), "云山市公安局", 2) == []
    assert ("name2", "该机关须由更多工作人员共同办理") in wrong_officers(((1, one),), "云山市公安局", 2)
    assert "body2" in dict(wrong_officers(((1, one), (2, two._replace(body="海港市公安局"))), "云山市公安局", 2))
    assert "identity2" in dict(wrong_officers(((1, one), (2, two._replace(identity="1"))), "云山市公安局", 2))
    assert "card2" in dict(wrong_officers(((1, one), (2, two._replace(card=" a "))), "云山市公安局", 2))
    assert same_body("（云山）法院", "(云山)法院")
    assert officers_in({"name2": "乙"}) == ((2, Officer("乙", "", "", "")),)


def test_a_document_of_the_future_and_a_period_backwards() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert wrong_scope({"document_date": "2026-11-23"}, at) == []
    wrong = dict(wrong_scope({"document_date": "2026-11-24", "first": "2026-02-01", "last": "2026-01-01"}, at))
    assert set(wrong) == {"document_date", "last"}
