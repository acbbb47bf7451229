"""五（二）: sharing by pages: chosen, looked at, confirmed, listed, stopped [5.2.1] [5.2.2] [5.1.3]"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from jingui.web.viewmodels.paths import to
from tests.gateway.parties import Party
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.fixture(scope="module")
def shared(office: Hospital) -> tuple[str, Party]:
    patient, partner = admit(office, "页面共享"), clinic(office, "页面社区中心")
    observe(office, patient, "2345-7")
    return patient, partner


def browser(office: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(office.actors[who])


def text(page: Any) -> str:
    return str(page.content.decode())


def test_from_the_chart_to_the_outbox(office: Hospital, shared: tuple[str, Party]) -> None:
    patient, partner = shared
    doctor, here = browser(office, "doctor"), to("share_patient", patient=patient)
    assert "页面社区中心" in text(doctor.get(here))
    chosen = {"to": f"{partner.id}:referral", "form": "fhir:", "visit": "", "reason": "留着的话"}
    refused = doctor.post(here, chosen)
    assert refused.status_code == 400
    assert "书面同意" in text(refused)
    assert "留着的话" in text(refused)
    consented(office, patient, partner)
    seen = text(doctor.post(here, chosen))
    assert "血糖" in seen
    assert "5.6" in seen
    digest = re.search(r'name="confirm" value="([0-9a-f]{64}\.[0-9a-f]{32})"', seen)
    assert digest is not None
    done = doctor.post(here, {**chosen, "confirm": digest[1]})
    assert done.status_code == 302
    one = text(doctor.get(done["Location"]))
    assert "待传输" in one
    assert "内容摘要" in one
    listed = text(doctor.get(to("patient_transmissions", patient=patient)))
    assert "页面社区中心" in listed
    stopped = doctor.post(done["Location"], {"act": "stop", "reason": "发错了机构"})
    assert stopped.status_code == 302
    assert "已停止" in text(doctor.get(done["Location"]))


def test_nothing_chosen_and_nonsense_are_told(office: Hospital, shared: tuple[str, Party]) -> None:
    doctor, here = browser(office, "doctor"), to("share_patient", patient=shared[0])
    for chosen in ({}, {"to": "x:y"}, {"to": f"{shared[1].id}:nonsense"}):
        assert doctor.post(here, chosen).status_code == 400


def test_who_does_not_treat_is_refused(office: Hospital, shared: tuple[str, Party]) -> None:
    for address in (to("share_patient", patient=shared[0]), to("patient_transmissions", patient=shared[0])):
        before = office.sql("SELECT count(*) FROM entry")[0][0]
        assert browser(office, "surgeon").get(address).status_code == 403
        assert office.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    seen = text(browser(office, "sysadmin").get(to("transmissions")))
    assert "页面社区中心" in seen
    assert "页面共享" not in seen
