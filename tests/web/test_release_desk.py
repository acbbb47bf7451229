"""四（二）1 复制与封存: the desk and the list of the records room say what waits there [4.2.1] [4.1.1]"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.words import Role
from jingui.gate import plane
from jingui.web.viewmodels.paths import to
from tests.gate import copying, sealed
from tests.gate.copying import CARD, apply_for, charge, confirm, decide, prepare
from tests.gate.entering import admit, entered, sign, signing
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    copying.staff(hospital)
    sealed.people(hospital)
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def busy(house: Hospital) -> Hospital:
    """One application without a copy, one copy to stamp, one finished later part of a sealing."""
    made = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", made, entered(house, "doctor", made))
    sealed.sealed(house, made.patient)
    sign(house, "doctor", made, entered(house, "doctor", made))
    for n in range(2):
        patient = number(house, born(house, f"元稹{n}", f"6120000{n}", "1949-12-31", CARD)[0])
        matter = apply_for(house, "archivist", "own_copy", patient, "patient_id")
        decide(house, "archivist2", matter)
    copy = prepare(house, "archivist", patient, matter)
    confirm(house, "archivist", copy)
    charge(house, copy)
    return house


def text(house: Hospital, who: str, address: str) -> Any:
    from tests.web.clinic import Pages

    answer = Pages(house.actors[who]).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_desk_of_the_records_room_shows_each_queue_with_its_way(busy: Hospital) -> None:
    desk = text(busy, "archivist", to("desk"))
    assert "1 份审核通过的申请还没有复制件" in desk
    assert "1 份复制件已确认、待用印" in desk
    assert "1 份封存后完成的记录待补充封存" in desk
    assert f'href="{to("copies")}?state=approved"' in desk
    assert f'href="{to("sealings")}"' in desk
    assert "还没有复制件" not in text(busy, "doctor", to("desk"))
    assert "1 份已完成、待补充封存" in text(busy, "archivist", to("sealings"))


def test_medical_affairs_do_not_stamp_and_are_not_asked_to(busy: Hospital) -> None:
    busy.person("affairs_q", Role.MEDICAL_AFFAIRS, "xxk")
    assert "待用印" not in text(busy, "affairs_q", to("desk"))


def test_the_queue_names_the_patient_and_leads_to_the_making(busy: Hospital) -> None:
    page = text(busy, "archivist", f"{to('copies')}?state=approved")
    assert "待制作 1" in page
    assert "元稹0" in page
    assert "元稹1" not in page  # its copy is made
    newest = "SELECT id FROM matter WHERE kind = 'own_copy' ORDER BY id DESC LIMIT 2"  # ours; the copied one last
    matter = busy.sql(newest)[1][0]
    assert f'href="{to("copy_make", matter=matter)}"' in page
    assert "元稹1" in text(busy, "archivist", to("copies"))


def test_the_desk_takes_few_statements(busy: Hospital) -> None:
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    for address in (to("desk"), f"{to('copies')}?state=approved", to("sealings")):
        text(busy, "archivist", address)  # names and templates warm
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                text(busy, "archivist", address)
        finally:
            del pool.fetch
        print(address, len(said), len(direct))
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
