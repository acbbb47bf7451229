"""一（三）: what people typed is marked lang="" on the lists and pages that show it, whatever the language [1.3.1]"""

import re
from collections.abc import Iterator

import pytest

from jingui.web import wording
from jingui.web.viewmodels.paths import to
from tests.gate import copying, sealed, studying
from tests.gate.copying import CARD
from tests.gate.entering import admit, entered, sign, signing
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.gate.test_retrieval import asked
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages
from tests.web.test_pages_english import FILLED, MARKED

TITLE = re.compile(r"<title>.*?</title>", re.S)  # a title is what the page is called, in whatever language
STUDY = ("急性心肌梗死预后研究", "2026-科伦审-", "回顾性队列研究。")
TYPED = (
    "稼轩居士", "商业保险理赔审核", "材料齐全，同意复制", "经济困难减免", "云山市人民法院", "孙法官", "赵敏",
    "光盘 F-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    copying.staff(hospital)
    sealed.people(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def full(house: Hospital) -> dict[str, str]:
    """Addresses of pages with typed texts, by who reads them."""
    patient = number(house, born(house, "辛弃疾", "61400001", "1949-12-31", CARD)[0])
    typed = {"applicant": "稼轩居士", "purpose": "商业保险理赔审核"}
    matter = copying.apply_for(house, "archivist", "own_copy", patient, "patient_id", **typed)
    copying.decide(house, "archivist2", matter, comment="材料齐全，同意复制")
    copy = copying.prepare(house, "archivist", patient, matter)
    copying.confirm(house, "archivist", copy)
    copying.charge(house, copy, waived="经济困难减免")
    made = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", made, entered(house, "doctor", made))
    drawn = sealed.sealed(house, made.patient)
    legal = asked(house, made, body_name="云山市人民法院", name1="孙法官")
    sealed.decided(house, "head", legal, outcome="open")
    return {
        to("matter", matter=matter): "archivist2",
        to("copies"): "archivist",
        to("copy", copy=copy.id): "archivist",
        to("copy_make", matter=matter): "archivist",
        to("matters"): "archivist",
        to("patient_sealings", patient=made.public): "archivist",
        to("sealings"): "archivist",
        to("sealing", patient=made.public, sealing=drawn.sealing): "archivist",
        to("retrieval", matter=legal): "archivist",
        to("matter", matter=legal): "archivist",
        to("desk"): "archivist",
    }


def unmarked(house: Hospital, who: str, address: str) -> set[str]:
    """Typed texts that stand unmarked on a page."""
    answer = Pages(house.actors[who], "en").get(address)
    assert answer.status_code == 200, address
    text = FILLED.sub("", TITLE.sub(" ", MARKED.sub(" ", answer.content.decode())))
    return {one for one in TYPED if one in text}


def test_typed_texts_are_marked(house: Hospital, full: dict[str, str]) -> None:
    told = {address: said for address, who in full.items() if (said := unmarked(house, who, address))}
    assert told == {}


def test_they_stand_there_at_all(house: Hospital, full: dict[str, str]) -> None:
    whole = "".join(Pages(house.actors[who], "en").get(address).content.decode() for address, who in full.items())
    assert {one for one in TYPED if one not in whole} == set()


def test_a_study_and_its_lists(house: Hospital) -> None:
    """[4.2.4] The title of a study, what it is for, who leads it: as they were typed."""
    for short, role in studying.PEOPLE:
        if short not in house.actors:
            house.person(short, role, "xxk")
    number = studying.study(house)
    told = {}
    for address in (to("studies"), to("study", study=number)):
        answer = Pages(house.actors["researcher"], "en").get(address)
        assert answer.status_code == 200, address
        text = FILLED.sub("", TITLE.sub(" ", MARKED.sub(" ", answer.content.decode())))
        if said := {one for one in STUDY if one in text}:
            told[address] = said
    assert told == {}


def test_kinds_of_records_are_words_in_english(house: Hospital, full: dict[str, str]) -> None:
    """The summary of a copy's contents says what people say, not the standard's names."""
    address = next(one for one in full if one.startswith("/copies/") and one != to("copies"))
    page = Pages(house.actors["archivist"], "en").get(address).content.decode()
    summary = re.search(r'<p class="in small">(.*?)</p>', page)
    assert summary is not None
    assert not re.search(r"[a-z][A-Z]", summary[1]), summary[1]
    from django.utils.translation import override

    with override("en"):
        assert wording.kind("MedicationRequest") == "Medication request"
        assert wording.kind("Observation") == "Observation"
