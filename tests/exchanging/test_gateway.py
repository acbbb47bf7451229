"""五（一）2: the gateway's page: queues, plots, a pause with its reason; who may look [5.1.2] [5.1.3]"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.words import Purpose, Role, Verb
from tests.gate.test_door import bundle
from tests.gateway.parties import Party, party, queue
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Party:
    hospital.person("affairs", Role.MEDICAL_AFFAIRS, "xxk")
    made = hospital.enter("his", *bundle("网关患者", "00900001"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    patient = hospital.runtime.ids.internal(made[0].id)[0]
    to = party(hospital, "网关测试社区中心")
    for _ in range(3):
        queue(hospital, to, patient)
    hospital.sql(
        "INSERT INTO gateway_hour (channel_id, hour, sent, failed, taken)"
        " VALUES (%s, date_trunc('hour', now()), 4, 2, 1)",
        to.channel,
    )
    return to


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_queues_and_plots_are_shown(hospital: Hospital, clinic: Party) -> None:
    with pages():
        me = Pages(hospital.actors["sysadmin"])
        page = me.get("/gateway/")
        assert page.status_code == 200
        shown = text(page)
        assert "网关测试社区中心" in shown
        assert "送达 4 份，接收 1 份，失败 2 次" in page.content.decode()
        assert page.content.decode().count('<svg class="plot"') == 1
        assert "style=" not in page.content.decode().split("<main")[1]
        with CaptureQueriesContext(connection) as asked:
            me.get("/gateway/")
        assert len(asked) <= 12


def test_a_cut_that_heals_is_shown_as_waiting(hospital: Hospital, clinic: Party) -> None:
    """Since when, why, and when it is tried again; with the last of it the note is gone."""
    with pages():
        me = Pages(hospital.actors["sysadmin"])
        assert "等待重试" not in text(me.get("/gateway/"))
        hospital.sql(
            "UPDATE transmission SET attempts = 2, problem = 'unreachable', next = now() + interval '40 minutes'"
            " WHERE channel_id = %s AND state = 'queued'", clinic.channel,
        )  # fmt: skip
        page = me.get("/gateway/")
        shown = text(page)
        assert "等待重试" in shown
        assert "有失败" not in shown
        assert re.search(r"最早一份 \S+ .*最近的问题 对方网关无法连接 · 下次重试 \S+", shown), shown
        hospital.sql("UPDATE transmission SET problem = '', next = NULL WHERE channel_id = %s", clinic.channel)
        assert "下次重试" not in text(me.get("/gateway/"))


def test_a_pause_needs_a_reason_and_keeps_what_was_typed(hospital: Hospital, clinic: Party) -> None:
    with pages():
        me = Pages(hospital.actors["sysadmin"])
        missing = me.post("/gateway/", {"act": "pause", "channel": str(clinic.channel), "reason": " "})
        assert missing.status_code == 400
        assert "请填写理由" in text(missing)
        for wrong in ({"act": "end"}, {"channel": "x"}, {"channel": "9" * 30}):
            bad = {"act": "pause", "channel": str(clinic.channel), "reason": "维护", **wrong}
            assert me.post("/gateway/", bad).status_code == 400
        gone = me.post("/gateway/", {"act": "pause", "channel": "999999", "reason": "维护"})
        assert gone.status_code == 400
        done = me.post("/gateway/", {"act": "pause", "channel": str(clinic.channel), "reason": "对方检修"})
        assert done.status_code == 302
        assert "已暂停" in text(me.get("/gateway/"))
        assert hospital.sql("SELECT state FROM channel WHERE id = %s", clinic.channel) == [("paused",)]
        again = me.post("/gateway/", {"act": "pause", "channel": str(clinic.channel), "reason": "再次暂停"})
        assert again.status_code == 400
        assert 'value="再次暂停"' in again.content.decode() or "无需暂停" in text(again)


@pytest.mark.parametrize(("who", "status"), [("doctor", 403), ("nurse", 403), ("head", 200), ("affairs", 200)])
def test_who_may_look(hospital: Hospital, clinic: Party, who: str, status: int) -> None:
    with pages():
        before = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'read_gateway'")[0][0]
        assert Pages(hospital.actors[who]).get("/gateway/").status_code == status
        assert hospital.sql("SELECT count(*) FROM entry WHERE verb = 'read_gateway'")[0][0] == before + 1


def test_what_came_in_is_counted_from_its_own_rows(hospital: Hospital, clinic: Party) -> None:
    from uuid import uuid4

    from jingui.store.models import Received

    pk = int(hospital.sql("SELECT nextval(pg_get_serial_sequence('received', 'id'))")[0][0])
    hospital.keep(
        Received(id=pk, partner_id=clinic.id, message=uuid4(), agreement_id=clinic.agreement,
                 channel_id=clinic.channel, purpose="rescue", media="cda", label="", digest=bytes(32), size=1,
                 state="refused", reason="agreement", at=hospital.now(), receipt=b"-")
    )  # fmt: skip
    with pages():
        assert "接收 2 份" in Pages(hospital.actors["sysadmin"]).get("/gateway/").content.decode()
