"""Made-up view models for the preview: drills."""

from datetime import timedelta
from typing import Any

from jingui.web.viewmodels.drills import DrillRow, DrillsPage
from jingui.web.viewmodels.form import Field, Form
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]


def samples(t: T) -> Samples:
    """The register with drills that went well and badly, one bent row, and an empty one."""
    form = Form(
        fields=(Field(name="seconds", label=t("恢复写入用时（秒）", "Seconds until writing")),),
        submit=t("登记", "Record"),
    )
    well = DrillRow(
        id=3, kind=t("主机停用，切换到备机", "Main machine off, standby takes over"), started=NOW - timedelta(days=9),
        ended=NOW - timedelta(days=9) + timedelta(minutes=50), lost=0, lost_well=True, seconds=14, seconds_well=True,
        person=t("高翔", "Gao Xiang"), text=t("备机接管，无丢失。", "The standby took over; nothing was lost."),
        genuine=True,
    )  # fmt: skip
    bad = DrillRow(
        id=2, kind=t("主备全失，从备份恢复", "Both lost, restored from backup"), started=NOW - timedelta(days=300),
        ended=NOW - timedelta(days=300) + timedelta(hours=3), lost=41, lost_well=False, seconds=7200,
        seconds_well=False, person=t("高翔", "Gao Xiang"), text=t("日志归档落后。", "The log's archive lagged."),
        genuine=True,
    )  # fmt: skip
    bent = DrillRow(
        id=1, kind="", started=NOW - timedelta(days=400), ended=NOW - timedelta(days=400), lost=0, lost_well=True,
        seconds=0, seconds_well=True, person="", text="", genuine=False,
    )  # fmt: skip
    page = DrillsPage(rows=(well, bad, bent), form=form, older="?before=1", limit_lost=0, limit_seconds=300, due=False)
    empty = DrillsPage(rows=(), form=None, older="", limit_lost=0, limit_seconds=300, due=True)
    return {"drills": ("protect/drills.html", page), "drills-empty": ("protect/drills.html", empty)}
