"""四（二）2 依法调取: officers and their papers, the head's approval, the escort's right, secrecy [4.2.2]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest
from jingui.core.errors import Invalid, Refused
from jingui.core.matters.asking import CloseMatter, Delegate
from jingui.core.operation import Actor, Target
from jingui.core.portal import OpenPortal, ReadersRequest
from jingui.core.retrieval import BODIES
from jingui.core.words import Purpose, Relation, Verb
from jingui.gate import door
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, entries
from tests.gate.test_portal import CARD, patient_actor
from tests.hospital import Hospital

LEGAL = {"purpose": Purpose.LEGAL}
PAPERS = ("document", "identity", "card")


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


@pytest.fixture
def patient(house: Hospital) -> Admitted:
    made = admit(house)
    entered(house, "doctor", made)
    return made


def wanted(house: Hospital, **more: str) -> dict[str, str]:
    """A court's request with one officer."""
    return {
        "body": "court", "body_name": "云山市人民法院", "document": "letter", "document_number": "民初 9 号",
        "document_date": "2026-11-20", "name1": "孙法官", "identity1": s.CARD, "card1": "FY-1001",
        "body1": "云山市人民法院", "way": "both", "days": "5", "escort": str(house.people["archivist2"]),
    } | more  # fmt: skip


def second(**more: str) -> dict[str, str]:
    return {"name2": "李警官", "identity2": s.OTHER_CARD, "card2": "GA-2", "body2": "云山市公安局"} | more


def asked(house: Hospital, at: Admitted, brought: tuple[str, ...] = PAPERS, who: str = "archivist", **more: str) -> int:
    return s.asked(house, who, "judicial_retrieval", at.patient, wanted(house, **more), s.papers(*brought))


def chart(house: Hospital, who: str | Actor, at: Admitted, purpose: Purpose = Purpose.LEGAL) -> Any:
    target = Target(patient=at.patient)
    return door.read(house.operation(who, Verb.OPEN_CHART, ChartRequest(), target=target, purpose=purpose)).value


def test_the_head_approves_and_the_escort_reads_until_it_is_over(house: Hospital, patient: Admitted) -> None:
    for who in ("archivist", "archivist2"):
        with pytest.raises(Refused) as before:
            chart(house, who, patient)
        assert before.value.data["matter"] == "judicial_retrieval"
    number = asked(house, patient)
    s.decided(house, "head", number, outcome="open")
    count = entries(house)
    assert chart(house, "archivist2", patient).records
    assert chart(house, "archivist", patient).records
    assert entries(house) == count + 2
    for who in ("doctor", "duty", "registrar"):  # nobody else under this purpose
        with pytest.raises(Refused):
            chart(house, who, patient)
    other = admit(house)
    with pytest.raises(Refused):
        chart(house, "archivist2", other)
    with pytest.raises(Refused):  # no interface, whoever it is
        chart(house, house.as_token("archivist2", "user/*.cruds"), patient)
    house.write("archivist", Verb.CLOSE_MATTER, CloseMatter(matter=number, comment="已查阅完毕"))
    for who in ("archivist", "archivist2"):
        with pytest.raises(Refused):
            chart(house, who, patient)


@pytest.mark.parametrize(
    ("more", "brought", "place"),
    [
        ({"body1": "云山市检察院"}, PAPERS, "body1"),
        ({"identity1": s.WRONG_CARD}, PAPERS, "identity1"),
        ({"name1": ""}, PAPERS, "name1"),
        ({"body": "police", "body_name": "云山市公安局", "body1": "云山市公安局"}, PAPERS, "name2"),
        ({"body": "police", "body_name": "云山市公安局", "body1": "云山市公安局", **second(body2="海港市公安局")},
         (*PAPERS, "identity", "card"), "body2"),
        ({"body": "police", "body_name": "云山市公安局", "body1": "云山市公安局", **second(identity2=s.CARD)},
         (*PAPERS, "identity", "card"), "identity2"),
        ({"body": "police", "body_name": "云山市公安局", "body1": "云山市公安局", **second()}, PAPERS, "paper.card"),
        ({**second(body2="云山市人民法院", card2="")}, (*PAPERS, "identity", "card"), "card2"),
        ({"document": "order"}, PAPERS, "document"),
        ({"document_date": "2099-01-01"}, PAPERS, "document_date"),
        ({"first": "2026-11-20", "last": "2026-11-01"}, PAPERS, "last"),
        ({"escort": "999999"}, PAPERS, "escort"),
        ({"days": "900"}, PAPERS, "days"),
        ({"categories": "tests,x"}, PAPERS, "categories"),
        ({}, ("identity", "card"), "paper.document"),
        ({}, ("document", "card"), "paper.identity"),
        ({}, ("document", "identity"), "paper.card"),
    ],
)  # fmt: skip
def test_what_is_not_taken(
    house: Hospital, patient: Admitted, more: dict[str, str], brought: tuple[str, ...], place: str
) -> None:
    with pytest.raises(Invalid) as error:
        asked(house, patient, brought, **more)
    assert place in dict(error.value.places), error.value.places


def test_two_police_officers_of_one_body_are_taken(house: Hospital, patient: Admitted) -> None:
    more = {"body": "police", "body_name": "云山市 公安局", "body1": "云山市公安局", **second()}
    assert asked(house, patient, (*PAPERS, "identity", "card"), **more)


@pytest.mark.parametrize("body", sorted(BODIES))
def test_each_body_with_its_papers_and_each_paper_missing(house: Hospital, patient: Admitted, body: str) -> None:
    """[4.2.2] The table of outcomes: printed with -s."""
    row = BODIES[body]
    two = row.officers != "retrieval_officers"
    base = {"body": body, "document": row.documents[0], "body_name": "某机关", "body1": "某机关"}
    base |= second(body2="某机关") if two else {}
    have = (*PAPERS, *(("identity", "card") if two else ()))
    said = []
    for missing in ("", *PAPERS):
        brought = tuple(one for one in have if one != missing)
        try:
            asked(house, patient, brought, **base)
            said.append("taken")
        except Invalid as error:
            said.append(f"{missing}: {','.join(sorted(name for name, _ in error.places))}")
    print(body, said)
    assert said[0] == "taken"
    assert all(f"paper.{missing}" in one for missing, one in zip(PAPERS, said[1:], strict=True))


def test_who_starts_and_who_decides(house: Hospital, patient: Admitted) -> None:
    for who in ("doctor", "registrar", "head", "nurse"):
        with pytest.raises(Refused):
            asked(house, patient, who=who)
    number = asked(house, patient)
    for who in ("affairs", "archivist2", "archivist", "duty"):
        with pytest.raises(Refused):
            s.decided(house, who, number, outcome="open")
    at = house.now()
    lent = Delegate(
        to_person=house.people["duty"], starts=at, ends=at + timedelta(days=1), kinds=("judicial_retrieval",)
    )
    house.write("head", Verb.DELEGATE, lent)  # in writing, to the administrator on duty
    s.decided(house, "duty", number, outcome="open")
    assert chart(house, "archivist2", patient).records


def test_a_period_opens_those_visits_only(house: Hospital, patient: Admitted) -> None:
    today = house.today()
    number = asked(house, patient, first=str(today - timedelta(days=30)), last=str(today - timedelta(days=20)))
    with pytest.raises(Invalid):  # no visit in that time
        s.decided(house, "head", number, outcome="open")
    number = asked(house, patient, first=str(today - timedelta(days=2)), last=str(today + timedelta(days=1)))
    s.decided(house, "head", number, outcome="open")
    assert {one.kind for one in chart(house, "archivist2", patient).records} == {"QuestionnaireResponse"}
    granted = house.sql("SELECT DISTINCT record_id <> 0, categories FROM access_grant WHERE matter = %s", number)
    assert sorted(granted) == [(False, ["basic"]), (True, [])]


def test_secrecy_needs_its_law_and_hides_the_reading_from_the_portal(house: Hospital) -> None:
    made = admit(house, patient={"identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": CARD},
        {"system": "urn:jingui:mrn", "value": "SECRETMRN"}]})  # fmt: skip
    entered(house, "doctor", made)
    slip = house.write(
        "registrar", Verb.OPEN_PORTAL, OpenPortal(relation=Relation.SELF, papers=("id_card",), document=CARD),
        target=Target(patient=made.patient), purpose=Purpose.PATIENT_REQUEST,
    ).value  # fmt: skip
    actor = patient_actor(house, slip)

    def seen() -> int:
        asked_ = house.operation(
            actor, Verb.READ_READERS, ReadersRequest(), target=Target(patient=made.patient),
            purpose=Purpose.PATIENT_REQUEST,
        )  # fmt: skip
        return sum(one.purpose == "legal" for one in door.read(asked_).value.others)

    plain = asked(house, made)
    with pytest.raises(Invalid):  # no law was named
        s.decided(house, "head", plain, outcome="secret")
    s.decided(house, "head", plain, outcome="open")
    chart(house, "archivist2", made)
    assert seen() == 1
    house.write("archivist", Verb.CLOSE_MATTER, CloseMatter(matter=plain, comment="完毕"))
    hidden = asked(house, made, secrecy="监察法第十八条：应当保密")
    s.decided(house, "head", hidden, outcome="secret")
    chart(house, "archivist2", made)
    assert seen() == 1
