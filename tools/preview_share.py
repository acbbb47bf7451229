"""Made-up view models for the preview: sharing and transmissions."""

from dataclasses import replace
from typing import Any

from jingui.web.viewmodels import share as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.received import PartShown
from jingui.web.viewmodels.resource import Shown
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]
ID = "0" * 32


def pages(t: T) -> Samples:
    """The form empty, refused and previewed; the list full and empty; one transmission waiting."""
    partner, name = t("清河社区卫生服务中心", "Qinghe Community Health Centre"), t("林若水", "Lin Ruoshui")
    patient = Link(label=name, href=to("chart", patient=ID))
    option = view.OptionRow(
        value="1:referral", partner=partner, purpose=t("医联体转诊", "Referral"), ground=t("患者书面同意", "Consent"),
        media="FHIR", chosen=True, why="",
    )  # fmt: skip
    shut = replace(option, value="2:referral", chosen=False, why=t("协议已到期。", "The agreement has expired."))
    record = view.RecordRow(
        id=ID, title=t("血糖", "Glucose"), kind=t("检验结果", "Observation"), at=NOW, chosen=True,
        shown=(Shown(label=t("值", "Value"), texts=("5.6 mmol/L",)),),
    )  # fmt: skip
    seen = view.Preview(
        facts=((t("接收机构", "Receiver"), partner),), identity=(Shown(label=t("姓名", "Name"), texts=(name,)),),
        records=(record,), left=((t("封存", "Sealed"), 2),), elsewhere=1, digest="0" * 64, paused=True,
    )  # fmt: skip
    form = view.SharePage(
        patient=patient, options=(option, shut), visits=(), visit="", media=(Choice(value="fhir:", label="FHIR"),),
        form="fhir:", reason="", preview=None, errors=(),
    )  # fmt: skip
    row = view.TransmissionRow(
        href=to("transmission", transmission=ID), name=name, partner=partner, purpose=option.purpose, form="FHIR",
        state=Tag(text=t("待传输", "Queued")), problem=t("通道已暂停。", "The channel is paused."), made=NOW,
        received=None, records=3,
    )  # fmt: skip
    listed = view.TransmissionsPage(
        title=t("传输记录", "Transmissions"), rows=(row,), total=1, hidden=1, chips=((t("全部", "All"), "?", True),),
        pager=Pager(page=1, previous="", next=""),
    )  # fmt: skip
    one = view.TransmissionPage(
        row=row, patient=patient, facts=((t("依据", "Ground"), option.ground),),
        digests=((t("本院发出", "as sent"), "ab" * 32),), inside=(Link(label=record.kind, href=""),),
        life=((to("entry", entry=ID), NOW, t("对外共享", "Share"), t("王主任", "Dr Wang")),), may_stop=True,
        may_retry=True, hidden="", parts=(PartShown(title=record.kind, lines=(t("血糖", "Glucose"),), rows=()),),
    )  # fmt: skip
    wrong = replace(form, errors=(t("请选择接收机构和目的。", "Choose a receiver and a purpose."),))
    return {
        "share": ("share/share.html", form),
        "share-wrong": ("share/share.html", wrong),
        "share-empty": ("share/share.html", replace(form, options=())),
        "share-preview": ("share/share.html", replace(form, preview=seen)),
        "transmissions": ("share/transmissions.html", listed),
        "transmissions-empty": ("share/transmissions.html", replace(listed, rows=(), total=0, hidden=0)),
        "transmission": ("share/transmission.html", one),
    }
