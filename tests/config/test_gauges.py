"""三（一）1 备份: the doctor names the newest backup and the last restore test [3.1.1]"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jingui.config import gauges

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Answer:
    """A connection that knows one row."""

    def __init__(self, *row: Any) -> None:
        self.row = row

    def execute(self, _sql: str) -> "Answer":
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [self.row]


@pytest.fixture(autouse=True)
def _log_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "archive_of_log", lambda _now: iter(()))


@pytest.mark.parametrize(("hours", "light"), [(1, "green"), (24 * 365, "red")])
def test_the_newest_backup_is_named(hours: int, light: str) -> None:
    row = (NOW, NOW - timedelta(hours=hours), "20261123T070000Z", ["file:/a", "file:/b"], NOW, "passed")
    backup, tried = gauges.backups(Answer(*row))  # type: ignore[arg-type]
    assert (backup.name, backup.light.value) == ("backup", light)
    assert backup.data == {"name": "20261123T070000Z", "hours": hours, "n": 2}
    assert (tried.name, tried.light.value) == ("restore_test", "green")


def test_no_backup_and_no_restore_test_are_told() -> None:
    backup, tried = gauges.backups(Answer(NOW, None, None, None, None, None))  # type: ignore[arg-type]
    assert [backup.light.value, tried.light.value] == ["red", "amber"]


def test_a_restore_test_that_failed_is_red() -> None:
    row = (NOW, NOW, "20261123T070000Z", ["file:/a"], NOW, "failed")
    assert [one.light.value for one in gauges.backups(Answer(*row))] == ["green", "red"]  # type: ignore[arg-type]
