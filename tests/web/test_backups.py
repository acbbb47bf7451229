"""三（一）1, 六（一）3: the page of backups: asked for, shown, registered by hand, reports opened [3.1.1] [6.1.3]"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jingui.core.backup import (
    BeginBackup,
    EndBackup,
    PlaceLine,
    RestoreRun,
    Step,
    Working,
)
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Strength, Verb
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital

JOB = Actor(name="system:backup", strength=Strength.LOCAL, entrance=Entrance.JOB)


class Worker:
    """A worker that says what it is told to."""

    said = Working(embedded=True)

    def working(self) -> Working:
        return self.said

    def work(self) -> None:
        """Nothing."""


@pytest.fixture
def office(hospital: Hospital) -> Iterator[Hospital]:
    from jingui.gate import backups
    from tests.web.clinic import pages

    before = list(backups._worker)
    backups.install(Worker())
    Worker.said = Working(embedded=True)
    with pages():
        yield hospital
    backups._worker[:] = before


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def pages_of(hospital: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(hospital.actors[who])


def made(hospital: Hospital, name: str, **more: Any) -> int:
    number = hospital.write(JOB, Verb.BACK_UP, BeginBackup(name=name)).value
    ended = EndBackup(
        backup=number, complete=True, size=52_000_000, digest=bytes(32), generation=1,
        places=("file:/a", "s3://b/c"),
    )  # fmt: skip
    hospital.write(JOB, Verb.BACK_UP, more.get("ended") or ended)
    return int(number)


def test_an_empty_page_teaches(office: Hospital) -> None:
    shown = text(pages_of(office, "sysadmin").get(to("backups")))
    assert "还没有恢复测试" in shown
    assert "没有保存位置" in shown
    assert "现在该做什么" in shown


def test_a_backup_is_asked_for_once(office: Hospital) -> None:
    me = pages_of(office, "sysadmin")
    assert me.post(to("backups"), {}).status_code == 302
    assert "已要求备份" in text(me.get(to("backups")))
    me.post(to("backups"), {})
    assert "已有一份备份在等待或进行中" in text(me.get(to("backups")))
    number = office.sql("SELECT id FROM backup WHERE state = 'asked'")[0][0]
    office.write(JOB, Verb.BACK_UP, BeginBackup(name="20260301T020000Z", backup=number))
    office.write(JOB, Verb.BACK_UP, EndBackup(backup=number, complete=False, note="no room on <b>a</b>"))
    shown = me.get(to("backups"))
    assert "no room on &lt;b&gt;a" in shown.content.decode()
    assert "失败" in text(shown)


def test_what_stands_is_shown(office: Hospital) -> None:
    made(office, "20260302T020000Z")
    now = datetime.now(UTC)
    Worker.said = Working(
        embedded=True, segment="00000001000000000000000A", segment_at=now.isoformat(), running="20260303T020000Z",
        done=30 << 20, of=90 << 20,
        places=(
            PlaceLine(name="file:/a", well=True, at=now.isoformat(), problem="", free=10**9, total=10**10),
            PlaceLine(name="s3://b/c", well=False, at=now.isoformat(), problem="timeout", free=0, total=0),
        ),
    )  # fmt: skip
    answer = pages_of(office, "audit").get(to("backups"))
    shown = text(answer)
    assert "20260302T020000Z" in shown
    assert "49.6 MB" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "30 / 90 MB" in shown
    assert "不可用" in shown
    assert "timeout" in shown
    assert "已送达全部位置" in shown
    assert "立即备份" not in shown  # the auditor sees, and asks for nothing
    assert '<svg class="plot"' in answer.content.decode()
    Worker.said = Working(embedded=True, segment_at=(now - timedelta(hours=3)).isoformat(), waiting=4)
    assert "中断" in text(pages_of(office, "audit").get(to("backups")))
    Worker.said = Working(embedded=True, gap="00000001000000000000000B", segment_at=now.isoformat())
    assert "缺段" in text(pages_of(office, "audit").get(to("backups")))


def test_a_report_is_opened_and_downloaded(office: Hospital) -> None:
    number = made(office, "20260304T020000Z")
    run = RestoreRun(
        backup=number, name="20260304T020000Z", kind="test", started=datetime.now(UTC),
        steps=(Step(name="manifest", ok=True, ms=4), Step(name="stopped", ok=False, ms=10, seen="backup_damaged <x>")),
    )  # fmt: skip
    test, passed, _, note = office.write(JOB, Verb.TEST_RESTORE, run).value
    assert not passed
    me = pages_of(office, "head")
    assert "未通过" in text(me.get(to("backups")))
    page = me.get(to("backup_report", test=test))
    assert "backup_damaged &lt;x&gt;" in page.content.decode()
    file = me.get(to("backup_report_file", test=test))
    assert file.content == note
    assert file["Content-Disposition"].startswith("attachment")
    assert me.get(to("backup_report", test=10**9)).status_code == 404


def test_an_outside_backup_is_registered(office: Hospital) -> None:
    me = pages_of(office, "sysadmin")
    typed = {
        "name": "pgBackRest 20260304F", "places": "本机磁盘阵列；异地机房 B", "digest": "ab" * 32, "size": "1000000",
        "ended": "2026-03-04 02:41",
    }  # fmt: skip
    wrong = me.post(to("register_backup"), typed | {"digest": "zz", "size": "much"})
    assert wrong.status_code == 400
    assert 'value="pgBackRest 20260304F"' in wrong.content.decode()
    assert me.post(to("register_backup"), typed).status_code == 302
    assert "异地机房 B" in text(me.get(to("backups")))
    assert me.post(to("register_backup"), typed).status_code == 400  # the same name once only


def test_where_the_database_is_the_hospitals_own(office: Hospital) -> None:
    Worker.said = Working(embedded=False)
    me = pages_of(office, "sysadmin")
    assert "由其自身工具" in text(me.get(to("backups")))
    me.post(to("backups"), {})
    assert "恢复手册" in text(me.get(to("backups")))


@pytest.mark.parametrize("name", ["backups", "register_backup"])
@pytest.mark.parametrize("who", ["doctor", "nurse", "registrar"])
def test_others_are_refused(office: Hospital, name: str, who: str) -> None:
    if name == "register_backup":
        answer = pages_of(office, who).post(to(name), {
            "name": "某备份", "places": "a位；b位", "digest": "ab" * 32, "size": "1", "ended": "2026-03-04 02:41",
        })  # fmt: skip
    else:
        answer = pages_of(office, who).get(to(name))
    assert answer.status_code == 403


def test_the_page_takes_few_statements(office: Hospital) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane

    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    me = pages_of(office, "sysadmin")
    test = office.sql("SELECT max(id) FROM restore_test")[0][0]
    for address in (to("backups"), to("backup_report", test=test)):
        assert me.get(address).status_code == 200
        said.clear()
        pool.fetch = counted
        try:
            with CaptureQueriesContext(connection) as seen:
                assert me.get(address).status_code == 200
        finally:
            del pool.fetch
        assert 0 < len(said) + len(seen) <= 12, said
