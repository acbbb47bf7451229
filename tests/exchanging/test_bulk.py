"""五（二）: the page of bulk exports: who, how far, until when; a stop with its reason; who may look [5.2.1] [5.2.4]"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.words import Role
from tests.gateway.bulking import Client, build, client, export_of, start, take
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages

WAYS: dict[str, Any] = {"purposes": ("referral",), "views": ("referral",)}


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Client:
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    to = clinic(hospital, "批量页面中心", **WAYS)
    patient = admit(hospital, "批量页面患者")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    return client(hospital, to, "页面")


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_export_is_seen_and_stopped(hospital: Hospital, by: Client) -> None:
    with pages():
        me = Pages(hospital.actors["secadmin"])
        assert me.get("/bulk/").status_code == 200
        secret = start(hospital, by)
        assert "制作中" in text(me.get("/bulk/"))
        build(hospital, secret)
        for one in take(hospital, by, secret).files:
            take(hospital, by, secret, one.n)
        page = me.get("/bulk/")
        shown = text(page)
        assert "批量页面中心" in shown
        assert "患者 1 · 资源 2 · 文件 2" in shown
        assert "最近领取" in shown
        assert "批量页面患者" not in shown
        assert secret not in page.content.decode()
        assert "style=" not in page.content.decode().split("<main")[1]
        with CaptureQueriesContext(connection) as asked:
            me.get("/bulk/")
        assert len(asked) <= 12
        number = export_of(hospital, secret).pk
        wrong = me.post("/bulk/", {"export": number, "reason": ""})
        assert wrong.status_code == 400
        assert f'aria-describedby="e{number}"' in wrong.content.decode()
        for bad in ("", "x", "9" * 30, "999999"):
            assert me.post("/bulk/", {"export": bad, "reason": "核查"}).status_code == 400
        assert me.post("/bulk/", {"export": number, "reason": "核查发现超范围"}).status_code == 302
        assert "已结束" in text(me.get("/bulk/"))
        assert export_of(hospital, secret).state == "ended"


@pytest.mark.parametrize(("who", "status"), [("sysadmin", 200), ("audit", 200), ("affairs", 200), ("doctor", 403)])
def test_who_may_look(hospital: Hospital, by: Client, who: str, status: int) -> None:
    with pages():
        page = Pages(hospital.actors[who]).get("/bulk/")
        assert page.status_code == status
        if who == "audit":
            assert b'name="export"' not in page.content
