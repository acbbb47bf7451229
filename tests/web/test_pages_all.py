"""一（三）1: every content page in both languages, to whom it may be shown and to whom not [1.3.1] [4.1.2]"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jingui.core.words import Verb
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital

# who may open it in the simulated hospital, and a word of it in each language
PAGES = (
    ("patients", "doctor", "查找患者", "Find a patient"),
    ("entries", "doctor", "存证台账", "Evidence ledger"),
    ("entries", "audit", "存证台账", "Evidence ledger"),
    ("checkpoints", "audit", "检查点", "Checkpoints"),
    ("growth", "audit", "台账增长", "The ledger's growth"),
    ("people", "secadmin", "人员与账号", "People and accounts"),
    ("roles", "audit", "三员管理", "Three administrators"),
    ("tokens", "secadmin", "接口令牌", "Interface tokens"),
    ("issue_token", "secadmin", "签发令牌", "Issue a token"),
    ("register_person", "sysadmin", "登记人员", "Register a person"),
    ("cockpit", "nurse", "制度驾驶舱", "Policy cockpit"),
    ("policy_versions", "nurse", "制度版本", "Versions of the policy"),
    ("settings", "sysadmin", "设置", "Settings"),
    ("system", "sysadmin", "系统状态", "State of the system"),
    ("keys", "nurse", "键盘快捷键", "Keyboard"),
    ("purpose", "doctor", "查阅目的", "Purpose"),
    ("waiting", "secadmin", "待确认事项", "confirm"),
)


@pytest.fixture(scope="module")
def rooms(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


@pytest.mark.parametrize(("name", "who", "chinese", "english"), PAGES)
def test_page_in_both_languages(rooms: Hospital, name: str, who: str, chinese: str, english: str) -> None:
    from tests.web.clinic import Pages

    for language, word in (("zh-hans", chinese), ("en", english)):
        page = Pages(rooms.actors[who], language).get(to(name))
        text = page.content.decode()
        assert page.status_code == 200, text
        assert word in text
        if language == "en":
            bare = re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.S)
            said = set(re.findall(r"[\u4e00-\u9fff]+", bare)) - {"中文", "金匮"}
            names = {row[0] for row in rooms.sql("SELECT name FROM department UNION SELECT name FROM person")}
            assert not {one for one in said if one not in names}, said


def test_a_setting_waits_for_a_second_person(rooms: Hospital) -> None:
    from tests.web.clinic import Pages

    system, security = Pages(rooms.actors["sysadmin"]), Pages(rooms.actors["head"])
    text = system.get(to("settings")).content.decode()
    where = re.search(r'href="(/policy/settings/[^"/]+/)"', text).group(1)  # type: ignore[union-attr]
    old = re.search(r'name="value"[^>]*value="([^"]*)"', system.get(where).content.decode()).group(1)  # type: ignore[union-attr]
    asked = system.post(where, {"value": str(int(old) + 1)})
    assert asked.status_code == 302, asked.content.decode()
    listed = security.get("/").content.decode()
    place = re.search(r'href="(/waiting/\d+/)"', listed).group(1)  # type: ignore[union-attr]
    shown = security.get(place).content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', shown).group(1)  # type: ignore[union-attr]
    assert "确认并执行" not in system.get(place).content.decode()
    assert security.post(place, {"verdict": "approve", "digest": digest}).status_code == 302
    assert "已执行" in security.get(to("waiting")).content.decode()


def test_a_token_is_shown_once_and_revoked(rooms: Hospital) -> None:
    from tests.web.clinic import Pages

    security = Pages(rooms.actors["secadmin"])
    form = security.get(to("issue_token")).content.decode()
    post = re.search(r'<option value="(\d+\.\d+)"', form).group(1)  # type: ignore[union-attr]
    made = security.post(to("issue_token"), {"label": "检验回传", "post": post, "scope": "system/*.rs", "until": ""})
    assert made.status_code == 400
    until = (rooms.now() + timedelta(days=30)).date().isoformat()
    made = security.post(to("issue_token"), {"label": "检验回传", "post": post, "scope": "system/*.rs", "until": until})
    assert made.status_code == 302, made.content.decode()
    first, second = (security.get(to("tokens")).content.decode() for _ in range(2))
    assert "只显示这一次" in first
    assert "只显示这一次" not in second
    revoke = re.search(r'action="(/people/tokens/\d+/revoke/)"', second).group(1)  # type: ignore[union-attr]
    assert security.post(revoke, {}).status_code == 302
    assert "已撤销" in security.get(to("tokens")).content.decode()


def test_an_entry_with_its_proof_address(rooms: Hospital) -> None:
    from tests.web.clinic import Pages, enter

    made = enter(rooms, bundle("纪清和", "00990021"))
    doctor = Pages(rooms.actors["doctor"])
    entry = re.search(r'data-entry="([0-9a-f-]+)"', doctor.get(to("chart", patient=made[0])).content.decode()).group(1)  # type: ignore[union-attr]
    page = doctor.get(to("entry", entry=entry)).content.decode()
    assert f"/ledger/entry/{entry}" in page
    assert "打开病历" in page
    assert "纪清和" not in page
    other = Pages(rooms.actors["nurse"]).get(to("entry", entry=entry))
    assert other.status_code == 403


def test_emergency_needs_a_reason_and_then_opens(rooms: Hospital) -> None:
    from tests.web.clinic import Pages, enter

    made = enter(rooms, bundle("祁归远", "00990022"))
    surgeon = Pages(rooms.actors["surgeon"])
    assert surgeon.get(to("chart", patient=made[0])).status_code == 403
    assert surgeon.post(to("purpose"), {"purpose": "emergency", "reason": ""}).status_code == 400
    assert surgeon.post(to("purpose"), {"purpose": "emergency", "reason": "急诊抢救，呼吸骤停"}).status_code == 302
    assert surgeon.get(to("chart", patient=made[0])).status_code == 403  # a purpose alone opens nothing
    assert surgeon.post(to("break_glass", patient=made[0]), {"reason": "急诊抢救，呼吸骤停"}).status_code == 302
    page = surgeon.get(to("chart", patient=made[0]))
    assert page.status_code == 200
    assert "紧急救治" in page.content.decode()
    assert rooms.sql("SELECT count(*) FROM entry WHERE verb = %s AND decision = 'allow'", Verb.OPEN_CHART.value)


def test_statements_and_time_of_desk_and_chart(rooms: Hospital) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane
    from tests.web.clinic import Pages, enter

    for number in range(6):
        made = enter(rooms, bundle(f"统计{number}", f"0099003{number}"))
    doctor, pool, said = Pages(rooms.actors["doctor"]), plane.current().pipe.pool, []
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    for address in (to("desk"), to("chart", patient=made[0])):
        doctor.get(address)  # names and templates warm
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as direct:
                doctor.get(address)
        finally:
            del pool.fetch
        assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
