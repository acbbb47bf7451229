"""二（二）3: stations registered and ended by pages, one's PIN for them; refused ones are entered [2.2.3]"""

import os
from collections.abc import Iterator

import pytest

from jingui.core.words import Role
from jingui.crypto.station import Keys
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def typed(office: Hospital, code: str, account: str) -> dict[str, str]:
    line = Keys(office.runtime.suite, os.urandom(32)).identity.line(code)
    fields = {
        "name": "心内科应急工作站",
        "code": code,
        "department": str(office.departments["xnk"]),
        "account": account,
    }
    return {**fields, "key": line}


def test_a_station_is_registered_listed_and_ended(office: Hospital) -> None:
    from tests.web.clinic import Pages

    office.person("stationpage", Role.INTERFACE, "xnk")
    system = Pages(office.actors["sysadmin"])
    asked = typed(office, "ward-page", "stationpage")
    made = system.post(to("register_station"), asked)
    assert made.status_code == 302, made.content.decode()
    text = system.get(to("sources")).content.decode()
    assert "心内科应急工作站" in text
    assert system.post(to("register_station"), asked).status_code == 400, "a code is used once"
    again = typed(office, "ward-other", "stationpage")
    assert "已用于另一台工作站" in system.post(to("register_station"), again).content.decode()
    number = office.sql("SELECT id FROM station WHERE code = 'ward-page'")[0][0]
    assert system.post(to("end_station", station=number), {"reason": ""}).status_code == 400
    assert system.post(to("end_station", station=number), {"reason": "报废"}).status_code == 302
    assert system.get(to("end_station", station=999_999)).status_code == 404


def test_another_stations_line_is_refused_and_what_was_typed_stays(office: Hospital) -> None:
    from tests.web.clinic import Pages

    system = Pages(office.actors["sysadmin"])
    asked = typed(office, "ward-one", "his") | {"code": "ward-two"}
    page = system.post(to("register_station"), asked)
    assert page.status_code == 400
    assert "登记串" in page.content.decode()
    assert "ward-two" in page.content.decode()


@pytest.mark.parametrize("who", ["doctor", "nurse", "registrar"])
def test_others_are_refused_and_it_is_entered(office: Hospital, who: str) -> None:
    from tests.web.clinic import Pages

    pages = Pages(office.actors[who])
    for name, parts in (("register_station", {}), ("end_station", {"station": 1})):
        before = entries(office)
        assert pages.get(to(name, **parts)).status_code == 403
        assert entries(office) == before + 1


def test_a_pin_is_set_and_ended_on_ones_account(office: Hospital) -> None:
    from tests.web.clinic import Pages

    nurse = Pages(office.actors["nurse"])
    assert "连号" in nurse.get(to("offline_pin")).content.decode()
    for pin, again in (("", ""), ("271828", "271829"), ("123456", "123456"), ("111111", "111111"), ("2718", "2718")):
        page = nurse.post(to("offline_pin"), {"pin": pin, "again": again})
        assert page.status_code == 400, pin
        assert "271828" not in page.content.decode()
    assert nurse.post(to("offline_pin"), {"pin": "271828", "again": "271828"}).status_code == 302
    account = office.actors["nurse"].account
    kept = office.sql("SELECT value FROM mark WHERE name = %s", f"offline:{account}")[0][0]
    assert kept
    assert "271828" not in kept
    assert nurse.post(to("offline_pin"), {"end": "1"}).status_code == 302
    assert office.sql("SELECT value FROM mark WHERE name = %s", f"offline:{account}") == [("",)]
