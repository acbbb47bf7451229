"""六（一）3: the drills' page: few statements, the form keeps what was typed, nobody else records [6.1.3]"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.core.calendars import CHINA
from jingui.gate import plane
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def office(hospital: Hospital) -> Iterator[Hospital]:
    with pages():
        yield hospital


def typed(hospital: Hospital, **more: str) -> dict[str, str]:
    day = (hospital.now() - timedelta(days=1)).astimezone(CHINA).date().isoformat()
    return {
        "kind": "switch", "day": day, "started": "14:05:30", "ended": "15:00", "seconds": "14", "lost": "0",
        "text": "<b>拔网线</b>，备机接管。", **more,
    }  # fmt: skip


def test_recorded_by_the_page(office: Hospital) -> None:
    page = Pages(office.actors["sysadmin"])
    empty = page.get(to("drills"))
    assert empty.status_code == 200
    assert "一年内没有演练" in empty.content.decode()
    answer = page.post(to("drills"), typed(office))
    assert answer.status_code in (302, 303), answer.content.decode()[:500]
    shown = page.get(to("drills")).content.decode()
    assert "主机停用，切换到备机" in shown
    assert "&lt;b&gt;拔网线" in shown
    assert 'lang=""' in shown
    assert "一年内没有演练" not in shown


def test_what_is_wrong_stands_beside_its_field(office: Hospital) -> None:
    page = Pages(office.actors["sysadmin"])
    answer = page.post(to("drills"), typed(office, started="25:99", seconds="many", text="留住这句话"))
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "请写成 14:05 或 14:05:30。" in shown
    assert "留住这句话" in shown


def test_those_who_watch_see_no_form(office: Hospital) -> None:
    shown = Pages(office.actors["audit"]).get(to("drills"))
    assert shown.status_code == 200
    assert "<textarea" not in shown.content.decode()
    assert Pages(office.actors["nurse"]).get(to("drills")).status_code == 403


def test_few_statements(office: Hospital) -> None:
    page = Pages(office.actors["audit"])
    page.get(to("drills"))
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    pool.fetch = counted  # type: ignore[method-assign]
    try:
        with CaptureQueriesContext(connection) as queries:
            assert page.get(to("drills")).status_code == 200
    finally:
        del pool.fetch
    assert len(said) + len(queries) <= 12, (said, queries.captured_queries)
