"""Made-up view models for the preview: one record, its life, the ledger."""

import json
from datetime import timedelta
from typing import Any

from jingui.core.words import Category, Entrance, RecordState
from jingui.web.viewmodels.diff import Change, compare
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.ledger import (
    CheckpointLine,
    CheckpointsPage,
    EntryPage,
    GrowthPage,
    GrowthPoint,
    LedgerPage,
    TargetLine,
)
from jingui.web.viewmodels.parts import Column, Link, Pager, PersonLine, RuleLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.record import LifePage, RecordPage, SignatureLine, Stage, VersionLine
from jingui.web.viewmodels.resource import shown
from tools.preview_frame import ENTRY, HASH, NOW, RECORD, T, entries, patient, why


def observation(t: T) -> dict[str, Any]:
    """A blood pressure as it is stored."""
    part = {"system": "http://unitsofmeasure.org", "unit": "mmHg"}
    return {
        "resourceType": "Observation",
        "id": "bp",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"text": t("血压", "Blood pressure"), "coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "effectiveDateTime": "2026-11-22T07:14:00+08:00",
        "interpretation": [{"coding": [{"code": "H"}]}],
        "component": [
            {"code": {"text": t("收缩压", "Systolic")}, "valueQuantity": {"value": 168, **part}},
            {
                "code": {"text": t("舒张压", "Diastolic")},
                "valueQuantity": {"value": 96, **part},
                "referenceRange": [{"low": {"value": 60, "unit": "mmHg"}, "high": {"value": 90, "unit": "mmHg"}}],
            },
        ],
        "note": [
            {
                "text": t(
                    "安静坐位，右上肢。休息五分钟后复测，数值相近；患者诉轻微头胀，无胸痛，无视物模糊，已告知值班医师并继续观察。",
                    "Seated and at rest, right arm. Repeated after five minutes with a similar value.",
                )
            }
        ],
    }


def record(t: T) -> RecordPage:
    """A corrected record."""
    shen = PersonLine(name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"))
    where = to("record", record=RECORD)
    versions = tuple(
        VersionLine(
            number=n,
            at=NOW - timedelta(hours=2 * (3 - n)),
            author=shen,
            current=n == 3,
            reason="" if n == 1 else t("核对后更正", "Corrected after checking"),
            href=to("record_version", record=RECORD, version=n),
        )
        for n in (3, 2, 1)
    )
    old = t("收缩压 158，患者无不适。", "Systolic 158, no complaints.")
    new = t("收缩压 168，患者诉头胀。", "Systolic 168, feels pressure in the head.")
    return RecordPage(
        patient=patient(t),
        title=t("血压", "Blood pressure"),
        kind="Observation",
        category=Category.TESTS,
        state=RecordState.VERIFIED,
        at=NOW - timedelta(hours=2),
        author=shen,
        version=3,
        shown=shown(observation(t)),
        versions=versions,
        signatures=(
            SignatureLine(
                kind=t("签名", "Signature"),
                person=PersonLine(name=t("沈砚清", "Shen Yanqing")),
                at=NOW,
                version=2,
                tag=Tag(text=t("与内容一致", "Agrees"), tone="ok"),
                digest=HASH,
            ),
        ),
        changes=(Change(label=t("备注", "Note"), parts=compare(old, new)),),
        why=why(t),
        raw=json.dumps(observation(t), ensure_ascii=False, indent=2),
        life_href=where + "life/",
        late_reason=t("抢救后 6 小时内据实补记。", "Entered within six hours of resuscitation."),
        tags=(Tag(text=t("补记", "Late entry"), tone="warn"),),
    )


def life(t: T) -> LifePage:
    """A life, part of it still to come."""
    who = t("沈砚清", "Shen Yanqing")
    done = [
        (t("采集", "Collected"), 50),
        (t("录入", "Entered"), 49),
        (t("核对", "Verified"), 30),
        (t("更正", "Corrected"), 3),
    ]
    stages = tuple(Stage(label=label, who=who, at=NOW - timedelta(hours=hours)) for label, hours in done)
    still = (
        Stage(label=t("归档", "Filed"), text=t("出院后", "after discharge"), done=False),
        Stage(label=t("保存至", "Kept until"), text="2056-11-22", done=False),
    )
    return LifePage(
        patient=patient(t),
        title=t("血压", "Blood pressure"),
        record_href=to("record", record=RECORD),
        stages=stages + still,
        events=entries(t),
    )


def ledger(t: T) -> dict[str, tuple[str, Any]]:
    """The ledger's four pages, and an empty one."""
    fields = (
        Field(name="since", label=t("从", "From"), kind="date", value="2026-11-15", required=False),
        Field(name="until", label=t("到", "Until"), kind="date", required=False),
        Field(
            name="decision",
            label=t("决定", "Decision"),
            kind="select",
            required=False,
            choices=(Choice(value="", label=t("全部", "All")), Choice(value="deny", label=t("拒绝", "Refused"))),
        ),
    )
    form = Form(fields=fields, submit=t("查找", "Find"))
    lines = entries(t)
    names = (
        t("时间", "Time"),
        t("操作", "Operation"),
        t("人员", "Person"),
        t("目的与依据", "Purpose"),
        t("决定", "Decision"),
    )
    columns = tuple(
        Column(label=name, href="?sort=1" * (not at), sorted="" if at else "descending")
        for at, name in enumerate(names)
    )
    columns += (Column(label=t("编号", "Number"), number=True),)
    days = tuple(
        GrowthPoint(
            day=NOW.date() - timedelta(days=13 - n),
            count=3000 + 211 * n,
            refused=3 + n,
            total=900_000 + 3000 * n + 105 * n * n,
        )
        for n in range(14)
    )
    return {
        "entries": (
            "ledger/entries.html",
            LedgerPage(
                form=form,
                entries=lines,
                columns=columns,
                pager=Pager(page=2, pages=40, total=1203442, previous="?p=1", next="?p=3"),
            ),
        ),
        "entries-none": ("ledger/entries.html", LedgerPage(form=form, entries=())),
        "entry": (
            "ledger/entry.html",
            EntryPage(
                entry=lines[1],
                entrance=Entrance.PAGE,
                head='{"at":"2026-11-22T01:31:07.000000Z","v":1,"verb":"read"}',
                leaf=HASH,
                writer=ENTRY,
                writer_number=4711,
                epoch=12,
                policy=3,
                proof_url=f"/ledger/entry/{ENTRY}",
                rules=(RuleLine(id="no-relation", sentence=t("无诊疗关系不得查阅", "No reading without a relation")),),
                targets=(TargetLine(kind="Observation", id=RECORD, version=2),),
                targets_hidden=2,
                previous=Link(label=t("上一条", "Previous"), href="#"),
            ),
        ),
        "checkpoints": (
            "ledger/checkpoints.html",
            CheckpointsPage(
                key_line="jingui.yunlan+7b1f02aa+AZ3mF0tq2vE0o3v4m3n1kq3b8mTq1v7eE9n2Jc4d5Zk=",
                checkpoints=tuple(
                    CheckpointLine(
                        size=1203442 - 97 * n,
                        at=NOW - timedelta(seconds=n),
                        root=HASH[:44],
                        key="k",
                        witnesses=(t("友院见证", "Partner witness"),) if n == 1 else (),
                        href="#",
                    )
                    for n in range(3)
                ),
            ),
        ),
        "growth": (
            "ledger/growth.html",
            GrowthPage(
                finding=t(
                    "两周内每天新增条目从 3 000 增至 5 700", "Entries a day grew from 3 000 to 5 700 in two weeks"
                ),
                points=days,
            ),
        ),
    }
