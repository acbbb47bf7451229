"""Made-up view models for the preview: backups, restore tests, a report."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.web.viewmodels import backups as view
from jingui.web.viewmodels.ledger import GrowthPoint
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW

T = Callable[[str, str], str]
Samples = dict[str, tuple[str, Any]]


def pages(t: T) -> Samples:
    """The page full, empty and alarming; a report."""
    ok, bad = Tag(text=t("正常", "Well"), tone="ok"), Tag(text=t("中断", "Broken"), tone="bad")
    states = (
        view.State(
            name=t("最近的完整备份", "Newest complete backup"), tag=ok, at=NOW - timedelta(days=2),
            finding=t("20261121T020000Z，512 MB，已核对的位置 2 个", "20261121T020000Z, 512 MB, checked at 2 places"),
        ),
        view.State(
            name=t("日志归档", "Log archive"), tag=bad, at=NOW - timedelta(hours=3),
            finding=t("等待送达 4 段", "4 segments wait"), advice=t("请检查备份位置。", "Check the places."),
        ),
    )  # fmt: skip
    place = view.PlaceRow(name="file:/mnt/nas/jingui", tag=ok, at=NOW, room="412 GB / 2000 GB", problem="")
    row = view.BackupRow(
        id=7, name="20261121T020000Z", kind=t("基础备份", "Base"), tag=Tag(text=t("完整", "Complete"), tone="ok"),
        started=NOW - timedelta(days=2), took="41 s", size="512 MB", places=("file:/mnt/nas/jingui", "s3://b/p"),
        digest="5b2c99d0a1b2c3d4", note="", expires=NOW + timedelta(days=26),
    )  # fmt: skip
    test = view.TestRow(
        backup="20261121T020000Z", kind=t("恢复测试", "Restore test"), tag=Tag(text=t("通过", "Passed"), tone="ok"),
        started=NOW - timedelta(days=1), took="38 s", size="1.2 GB", rate="32 MB/s", patients=20, mismatches=0,
        href=to("backup_report", test=3), download=to("backup_report_file", test=3),
    )  # fmt: skip
    points = tuple(
        GrowthPoint(day=(NOW - timedelta(days=7 * n)).date(), count=512 - 40 * n, refused=0, total=0)
        for n in range(4, -1, -1)
    )
    page = view.BackupsPage(
        embedded=True, states=states, well=False, running="20261123T020000Z", done=210, of=512, places=(place,),
        rows=(row, replace(row, id=6, tag=Tag(text=t("失败", "Failed"), tone="bad"), note="backup_room free=1")),
        tests=(test,), points=points, finding=t("基础备份的大小（MB）", "Size of base backups (MB)"),
        advice=(t("日志归档：请检查备份位置。", "Log archive: check the places."),), asks=True,
        actions=(Link(label=t("登记外部备份", "Register an outside backup"), href=to("register_backup")),), older="?b",
    )  # fmt: skip
    empty = replace(page, rows=(), tests=(), points=(), places=(), running="", advice=(), states=states[:1], older="")
    report = view.ReportPage(
        title=t("恢复测试报告 3", "Restore test report 3"), row=test,
        steps=(
            view.StepRow(name=t("读回", "Read back"), tag=ok, took="12.1 s", seen="1200 MB"),
            view.StepRow(name=t("患者解密比对", "Patients compared"), tag=ok, took="0.4 s", seen="20 of 341"),
        ),
        facts=((t("备份", "Backup"), "20261121T020000Z"),), key="jingui.demo/ledger+6ec8+AQ==",
        note="jingui-restore-test/1 jingui.demo/ledger\n{}\n",
    )  # fmt: skip
    return {
        "backups": ("protect/backups.html", page),
        "backups-empty": ("protect/backups.html", empty),
        "backups-outside": ("protect/backups.html", replace(empty, embedded=False, asks=False)),
        "backup-report": ("protect/backup_report.html", report),
    }
