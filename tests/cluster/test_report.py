"""6.1: the supervisor's report is read whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from jingui.cluster.report import ChildReport, Report, read

CHILD = ChildReport(name="web", state="ready", pid=7, restarts=2, exit=-9, since=1.5)


def made(pid: int, at: float = 100.0) -> Report:
    return Report(pid=pid, at=at, cluster="running", cluster_restarts=1, trouble="", trouble_data={}, children=(CHILD,))


def test_it_comes_back_as_written_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    made(os.getpid()).write(path)
    assert read(path) == made(os.getpid())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"children": [{}]}', '{"children": []}', "null"])
def test_what_is_not_ours_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    assert read(tmp_path / "report.json") is None


def test_a_dead_or_silent_supervisor_is_not_fresh() -> None:
    assert made(os.getpid()).fresh(105.0)
    assert not made(os.getpid()).fresh(111.0)
    assert not made(3_999_999).fresh(101.0)
