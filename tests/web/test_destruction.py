"""三（一）3 [3.1.3]: terms, holds, the due list, a list approved and destroyed, its certificate: on the pages"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.gate import plane
from tests.gate import destroying as d
from tests.gate.sealed import decided
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return d.staff(hospital)


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_from_the_due_list_to_the_certificate(house: Hospital) -> None:
    one = d.old(house, "柳如是")
    with pages():
        me = Pages(house.actors["archivist"])
        due = me.get("/keeping/due/?class=outpatient")
        assert "柳如是" in text(due)
        assert "门诊病历保存 15 年：2016-03-04" in text(due)
        lines = [f"{one.public}|outpatient", f"{one.public}|identity"]
        bad = me.post("/keeping/due/", {"line": [f"{one.public}|inpatient"], "reason": "一段理由"})
        assert bad.status_code == 400
        assert "一段理由" in bad.content.decode()
        assert me.post("/keeping/due/", {"reason": "x"}).status_code == 400
        done = me.post("/keeping/due/", {"line": lines, "reason": "经鉴定无保存价值"})
        assert done.status_code == 302
        here = done["Location"]
        matter = int(re.findall(r"\d+", here)[-1])
        assert "已列清册" in text(me.get(here))
        assert "执行销毁" not in text(me.get(here))
        for who in ("quality", "affairs", "head"):
            assert Pages(house.actors[who]).get(here).status_code == 200
            decided(house, who, matter)
        assert "提出销毁" in text(me.get(here))
        assert me.post(here, {}).status_code == 302
        waiting = house.sql("SELECT id FROM proposal WHERE state = 'waiting' AND verb = 'destroy'")
        other = Pages(house.actors["archivist2"])
        shown = other.get(f"/waiting/{waiting[0][0]}/")
        assert shown.status_code == 200
        from jingui.core.proposals import Waiting

        found = house.sql("SELECT digest FROM proposal WHERE id = %s", waiting[0][0])
        d.confirmed(house, Waiting(proposal=waiting[0][0], digest=bytes(found[0][0]).hex(), expires=house.now()))
        d.erased(house, matter)
        page = me.get(here)
        assert "柳如是" not in page.content.decode()
        assert "已销毁" in text(page)
        file = me.get(f"{here}certificate/")
        assert file.content.startswith(b"%PDF")
        gone = me.get(f"/patients/{one.public}/retention/")
        assert gone.status_code == 200
        assert f"依据事项 {matter}" in text(gone)
        assert "销毁证明" in text(gone)
        assert me.get("/destructions/").status_code == 200
        nurse = Pages(house.actors["nurse"])
        for address in ("/keeping/due/", "/keeping/", "/destructions/", here, f"{here}certificate/",
                        f"/patients/{one.public}/retention/"):  # fmt: skip
            assert nurse.get(address).status_code in (403, 410), address


def test_holds_are_placed_and_lifted_here(house: Hospital) -> None:
    one = d.old(house, "董小宛")
    here = f"/patients/{one.public}/retention/"
    with pages():
        me = Pages(house.actors["archivist"])
        wrong = me.post(here, {"kind": "lawsuit", "reason": ""})
        assert wrong.status_code == 400
        assert me.post(here, {"kind": "lawsuit", "reason": "法院来函 2026-1"}).status_code == 302
        shown = me.get(here)
        assert "法院来函 2026-1" in text(shown)
        assert 'lang="">法院来函' in shown.content.decode()
        number = re.findall(r'name="lift" value="(\d+)"', shown.content.decode())[0]
        assert me.post(here, {"lift": number, "reason": ""}).status_code == 400
        assert me.post(here, {"lift": "abc", "reason": "结案"}).status_code == 400
        assert me.post(here, {"lift": number, "reason": "案件已审结"}).status_code == 302
        assert "保全中" in text(me.get(here))  # it waits for a second person


def test_what_if_saves_nothing(house: Hospital) -> None:
    with pages():
        me = Pages(house.actors["archivist"])
        d.old(house, "卞玉京", "2008-01-01", "2008-01-02")
        shown = me.get("/keeping/?outpatient_years=20")
        assert "试算不保存" in text(shown)
        assert "试算不保存" in text(me.post("/keeping/", {"outpatient_years": "20"}))
        assert me.get("/keeping/?outpatient_years=5").status_code == 400
        assert me.get("/keeping/?outpatient_years=x").status_code == 400
        assert "试算不保存" not in text(me.get("/keeping/"))
    assert house.sql("SELECT count(*) FROM setting WHERE name = 'outpatient_years'") == [(0,)]


def test_few_statements(house: Hospital) -> None:
    made = [d.old(house, f"寇白门{n}") for n in range(5)]
    matter = d.approved(house, *[line for one in made for line in d.whole(one)])
    me = Pages(house.actors["archivist"])
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    with pages():
        for address in ("/keeping/", "/keeping/?outpatient_years=20", "/keeping/due/", "/destructions/",
                        f"/destructions/{matter}/", f"/patients/{made[0].public}/retention/"):  # fmt: skip
            assert me.get(address).status_code == 200, address
            said.clear()
            pool.fetch = counted
            try:
                with CaptureQueriesContext(connection) as direct:
                    assert me.get(address).status_code == 200
            finally:
                del pool.fetch
            print(address, len(said), len(direct))
            assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
