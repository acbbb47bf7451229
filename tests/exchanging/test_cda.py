"""五（一）2 共享文档: one document on its page, come in or left; the types; nothing of a sender acts [5.1.2] [6.1.2]"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from jingui.core.transmit import Media
from jingui.formats import cda
from jingui.formats.cda_document import Coded, Entry, Section, Text
from jingui.web.viewmodels.paths import to
from tests.formats.cda_made import document as made
from tests.gateway.arriving import deliver, newest
from tests.gateway.parties import Party, party, queue
from tests.hospital import Hospital

NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module")
def by(office: Hospital) -> Party:
    return party(office, "文档送件医院")


def browser(office: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(office.actors[who])


def text(page: Any) -> str:
    return str(page.content.decode())


def of(*entries: Entry, title: str = "主诉") -> bytes:
    """A shared document with these entries."""
    return cda.produce(replace(made("C0034"), sections=(Section(title=title, entries=entries),)))


def waiting(office: Hospital, by: Party, content: bytes) -> Any:
    deliver(office, by, content, Media.CDA)
    return newest(by)


def test_the_types_are_listed_to_whoever_signed_in(office: Hospital) -> None:
    """53 rows, each with its form; no patient, no entry."""
    seen = text(browser(office, "doctor").get(to("cda_types")))
    assert seen.count("C00") == 53
    assert "出院记录" in seen
    assert "只接收" not in seen  # each is made of a form of ours
    assert "本院的记录都可以直接形成" in seen


def test_what_came_in_stands_alone_for_those_who_settle_it(office: Hospital, by: Party) -> None:
    """Header and section as text; one entry for each look; refused to others with an entry."""
    row = waiting(office, by, of(Entry(element="DE04.01.119.00", name="主诉", value=Text(text=f"胸闷两天{NASTY}"))))
    here = to("received_document", received=row.pk)
    before = office.sql("SELECT count(*) FROM entry")[0][0]
    seen = text(browser(office, "registrar").get(here))
    assert office.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    for one in ("胸闷两天", "C0034 入院记录", "林知远", "清河医院"):
        assert one in seen
    assert "<script>alert" not in seen
    assert "<img src=x" not in seen
    assert here in text(browser(office, "registrar").get(to("one_received", received=row.pk)))
    for who in ("doctor", "sysadmin", "audit"):
        before = office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
        assert browser(office, who).get(here).status_code == 403
        assert office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1


def test_a_code_that_contradicts_its_name_waits_for_a_person(office: Hospital, by: Party) -> None:
    """急诊 as 3 is no habit of anybody's; as 1 it is a known one."""
    way = "2.16.156.10011.2.3.1.270"
    for code, reasons in (("3", {"invalid"}), ("1", {"patient"})):
        value = Coded(code=code, system=way, name="急诊")
        row = waiting(office, by, of(Entry(element="DE06.00.339.00", name="入院途径代码", value=value)))
        assert (row.state, {row.reason}) == ("quarantined", reasons)


def test_only_documents_have_such_a_page(office: Hospital, by: Party) -> None:
    """A FHIR message has none, nothing has none, a transmission of another form has none."""
    from tests.gateway.arriving import document, person

    deliver(office, by, document(person("司徒览", "1971-02-03", "")), Media.FHIR)
    registrar = browser(office, "registrar")
    assert registrar.get(to("received_document", received=newest(by).pk)).status_code == 404
    assert registrar.get(to("received_document", received=987654321)).status_code == 404
    assert browser(office, "doctor").get(to("transmission_document", transmission="0" * 32)).status_code in (403, 404)


def test_what_left_stands_alone_for_its_sharer(office: Hospital, by: Party) -> None:
    """The page says what left; a transmission of another form has none; others see nothing of it."""
    from tests.gate.test_charts import number
    from tests.gateway.sharing import admit

    patient = number(office, admit(office, "文档甲"))
    content = of(Entry(element="DE04.01.119.00", name="主诉", value=Text(text="头晕一周")))
    left = queue(office, by, patient, content, label="C0034")
    here = to("transmission_document", transmission=office.runtime.public(patient, left.number))
    doctor = browser(office, "doctor")
    seen = text(doctor.get(here))
    assert "头晕一周" in seen
    assert here in text(doctor.get(to("transmission", transmission=office.runtime.public(patient, left.number))))
    other = queue(office, by, patient, b"MSH|", media=Media.HL7V2.value, label="ORU^R01")
    gone = to("transmission_document", transmission=office.runtime.public(patient, other.number))
    assert doctor.get(gone).status_code == 404
    for who in ("sysadmin", "registrar"):  # the one looks after messages, the other reads no chart
        assert "头晕一周" not in text(browser(office, who).get(here))
