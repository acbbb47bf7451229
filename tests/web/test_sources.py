"""二（一）2: sources by pages: registered, listed, ended; refused ones are entered [2.1.2]"""

from collections.abc import Iterator

import pytest

from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def test_a_source_is_registered_listed_and_ended(office: Hospital) -> None:
    from tests.web.clinic import Pages

    system = Pages(office.actors["sysadmin"])
    assert "还没有登记来源" in system.get(to("sources")).content.decode()
    typed = {"name": "检验信息系统", "code": "lis-page", "account": "his", "application": "LIS", "facility": "H",
             "certificate": "AB:" * 31 + "AB", "charset": "gb18030", "tells_tests": "on"}  # fmt: skip
    made = system.post(to("register_source"), typed)
    assert made.status_code == 302, made.content.decode()
    text = system.get(to("sources")).content.decode()
    assert "检验信息系统" in text
    assert "abab abab" in text
    assert "检查检验结果" in text
    number = office.sql("SELECT id FROM source WHERE code = 'lis-page'")[0][0]
    assert system.post(to("end_source", source=number), {"reason": ""}).status_code == 400
    assert system.post(to("end_source", source=number), {"reason": "系统更换"}).status_code == 302
    assert "已停用" in system.get(to("sources")).content.decode()
    assert system.get(to("end_source", source=999_999)).status_code == 404


def test_what_is_wrong_is_told_and_what_was_typed_stays(office: Hospital) -> None:
    from tests.web.clinic import Pages

    system = Pages(office.actors["sysadmin"])
    typed = {"name": "某系统", "code": "Bad Code", "account": "his", "certificate": "zz", "charset": "utf-8"}
    page = system.post(to("register_source"), typed)
    text = page.content.decode()
    assert page.status_code == 400
    assert "Bad Code" in text
    assert "须选择准许提供的信息类别" in text
    assert "指纹" in text


@pytest.mark.parametrize("who", ["doctor", "nurse", "registrar"])
def test_others_are_refused_and_it_is_entered(office: Hospital, who: str) -> None:
    from tests.web.clinic import Pages

    pages = Pages(office.actors[who])
    for name, parts in (("sources", {}), ("register_source", {}), ("end_source", {"source": 1})):
        before = entries(office)
        assert pages.get(to(name, **parts)).status_code == 403
        assert entries(office) == before + 1
