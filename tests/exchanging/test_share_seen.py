"""五（二）: what was shared, as patients and staff see it; the recipient is picked; few statements [5.2.2] [1.3.2]"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.words import Role
from jingui.web.viewmodels.paths import to
from tests.gate.test_portal import opened, patient_actor
from tests.gateway.arriving import deliver, document, newest, person
from tests.gateway.parties import Party, party
from tests.gateway.sharing import admit, clinic, consented, number, observe
from tests.gateway.test_share import row, shared
from tests.hospital import Hospital
from tests.web.test_consents import filled


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def patient(office: Hospital) -> str:
    made = admit(office, "门户共享")
    observe(office, made, "2345-7")
    return made


@pytest.fixture(scope="module")
def partner(office: Hospital, patient: str) -> Party:
    return clinic(office, "门户社区中心")


@pytest.fixture(scope="module")
def mine(office: Hospital, patient: str) -> Any:
    return browser(patient_actor(office, opened(office, patient, document="E7654321", papers=("passport",))))


def browser(actor: Any) -> Any:
    from tests.web.clinic import Pages

    return Pages(actor)


def text(page: Any) -> str:
    return str(page.content.decode())


def transmission(office: Hospital, one: Any) -> str:
    return to("transmission", transmission=office.runtime.public(one.patient_id, one.transmission_id))


def test_the_recipient_is_picked_from_the_partners(office: Hospital, patient: str, partner: Party) -> None:
    """The consent names its code without anybody typing it; a typed one too; never both, never none [5.2.2]."""
    doctor, here = browser(office.actors["doctor"]), to("give_consent", patient=patient)
    shown = text(doctor.get(f"{here}?kind=sharing"))
    assert f"门户社区中心（{partner.uscc}）" in shown
    said = filled(kind="sharing", labels=[], party_kind="self", name="门户共享", uses="referral")
    both = {**said, "partner": f"{partner.uscc} {partner.name}", "party": "别的机构"}
    for wrong in ({**said, "party": ""}, both, {**said, "partner": "91000000 没有登记的"}):
        page = doctor.post(here, wrong)
        assert page.status_code == 400
    assert "别的机构" in text(doctor.post(here, both))
    done = doctor.post(here, {**said, "partner": f"{partner.uscc} {partner.name}"})
    assert done.status_code == 302, text(done)
    party_ = office.sql(
        "SELECT party FROM patient_consent WHERE patient_id = %s AND kind = 'sharing'", number(office, patient)
    )
    assert party_ == [(f"{partner.uscc} {partner.name}",)]


def test_i_see_who_received_what_and_stop_it(office: Hospital, patient: str, partner: Party, mine: Any) -> None:
    """Who, what for, on which ground; withdrawing stops what waits and tells who has it [5.2.2] [1.3.2]."""
    from jingui.store.models import Transmission

    consent = consented(office, patient, partner)
    waiting, arrived = row(office, shared(office, patient, partner)), row(office, shared(office, patient, partner))
    arrived.state, arrived.received = "receipted", office.now()
    office.keep(arrived, new=False)
    here = to("portal_shared", patient=patient)
    seen = text(mine.get(here))
    for said in ("门户社区中心", "医联体转诊", "患者书面同意", "已收到回执", "待传输"):
        assert said in seen
    assert "血糖" not in seen
    assert f'name="withdraw" value="{consent}"' in seen
    assert mine.post(to("portal_consents", patient=patient), {"withdraw": str(consent)}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "stopped"
    after = text(mine.get(here))
    assert "请停止使用" in after
    assert f'name="withdraw" value="{consent}"' not in after
    assert "提供给了谁" in after.split("<main")[0]
    told = Transmission.objects.get(media="notice", reply_to=arrived.message)
    left = text(browser(office.actors["doctor"]).get(transmission(office, told)))
    for said in ("通知事项", "患者撤回同意", "所指报文", str(arrived.message), "医联体转诊"):
        assert said in left
    assert "consent_withdrawn" not in left


def test_nobody_elses_list(office: Hospital, mine: Any) -> None:
    """Another patient's list is refused and entered [1.3.2]."""
    other = admit(office, "别人共享")
    before = office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0]
    assert mine.get(to("portal_shared", patient=other)).status_code in (403, 404)
    assert office.sql("SELECT count(*) FROM entry WHERE decision = 'deny'")[0][0] == before + 1


def test_the_page_shows_what_left(office: Hospital, patient: str, partner: Party) -> None:
    """As text, to the doctor; the administrator sees its life alone [5.1.3]."""
    consented(office, patient, partner)
    here = transmission(office, row(office, shared(office, patient, partner)))
    seen = text(browser(office.actors["doctor"]).get(here))
    assert "血糖" in seen
    assert "5.6" in seen
    seen = text(browser(office.actors["sysadmin"]).get(here))
    assert "血糖" not in seen
    assert "不查看内容" in seen


def test_few_statements(office: Hospital, patient: str, partner: Party, mine: Any) -> None:
    """Twelve at most, whatever they show [5.1.3]."""
    from jingui.gate import plane

    consented(office, patient, partner)
    made = [row(office, shared(office, patient, partner)) for _ in range(6)]
    for n in range(5):
        clinic(office, f"另一家机构{n}")
    sender = party(office, "页面送件机构")
    for _ in range(3):
        deliver(office, sender, document(person("司徒多", "1971-02-03", "")))
    doctor, system = browser(office.actors["doctor"]), browser(office.actors["sysadmin"])
    registrar = browser(office.actors["registrar"])
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    here = [to("share_patient", patient=patient), to("patient_transmissions", patient=patient), to("transmissions")]
    one = transmission(office, made[0])
    asked = [(doctor, address) for address in (*here, one, to("give_consent", patient=patient) + "?kind=sharing")]
    asked += [(system, address) for address in (to("transmissions"), one, to("gateway"))]
    asked += [(registrar, to("received")), (registrar, to("one_received", received=newest(sender).pk))]
    for who, address in (*asked, (mine, to("portal_shared", patient=patient))):
        assert who.get(address).status_code == 200, address  # names and templates warm
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                assert who.get(address).status_code == 200
        finally:
            del pool.fetch
        print(address.split("/")[1], len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
