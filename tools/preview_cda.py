"""Made-up view models for the preview: a shared document alone on its page, the types."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from jingui.core.sharing_content import Party
from jingui.formats import capture, cda, cda_view
from jingui.formats.cda_map import document
from jingui.formats.cda_map_header import Head
from jingui.web.viewmodels import cda as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.received import PartShown
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]
PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"text": "林若水"}], "gender": "female",
           "birthDate": "1971-02-03"}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "C0049": {
        "admitted_at": "2026-11-12T09:20:00+08:00", "discharged_at": "2026-11-20T10:00:00+08:00",
        "admission_state": "因咳嗽、咳痰伴发热三天入院。神志清，精神欠佳，右下肺可闻及湿性啰音。",
        "admission_diagnosis": {"code": "J18.9", "text": "肺炎"},
        "tests_positive": "白细胞 12.6×10⁹/L；胸部CT：右下肺炎症。",
        "treatment_course": "予头孢曲松抗感染、化痰及对症治疗，体温第三日降至正常，复查胸部CT炎症吸收。",
        "diagnoses": [{"diagnosis": {"code": "J18.9", "text": "肺炎"}},
                      {"diagnosis": {"code": "I10", "text": "原发性高血压"}}],
        "discharge_state": "体温正常三天，咳嗽明显减轻，双肺呼吸音清。",
        "discharge_advice": "继续口服抗生素三天，两周后门诊复查胸片。",
    },
    "C0007": {
        "report_number": "L20261113008", "specimen_number": "B8812", "specimen_type": {"code": "", "text": "静脉血"},
        "sampled_at": "2026-11-13T07:10:00+08:00", "received_at": "2026-11-13T07:40:00+08:00", "test_class": "血常规",
        "method": "流式细胞法", "critical": False, "tested_on": "2026-11-13", "reported_on": "2026-11-13",
        "results": [
            {"test_item": {"code": "6690-2", "text": "白细胞计数"}, "test_value": Decimal("12.6"),
             "test_unit": "10*9/L", "test_range": "3.5–9.5", "test_flag": "H"},
            {"test_item": {"code": "718-7", "text": "血红蛋白"}, "test_value": Decimal(128), "test_unit": "g/L",
             "test_range": "115–150", "test_flag": "N"},
        ],
    },
}  # fmt: skip


def made(code: str) -> bytes:
    """A document of made-up answers."""
    form = {"C0049": "discharge_record", "C0007": "laboratory_report"}[code]
    record = capture.response(capture.templates()[form], FORMS[code], subject="Patient/p",
                              authored="2026-11-20T10:30:00+08:00")  # fmt: skip
    head = Head(message=UUID(int=7), made=datetime(2026, 11, 23, 2, 15, tzinfo=UTC), patient=PATIENT,
                house=Party(uscc="12100000400000000W", name="清河医院"), level="sensitive")  # fmt: skip
    return cda.produce(document(code, record, head))


def alone(t: T, content: bytes) -> view.DocumentPage:
    """The page of one document."""
    found = cda.parse(content)
    return view.DocumentPage(
        title=cda_view.title(found), lang="zh-CN", partner=t("清河医院", "Qinghe Hospital"), at=NOW,
        digest="ab" * 32, hidden="",
        parts=tuple(
            PartShown(title=one.title, lines=one.lines, rows=one.rows, head=one.head) for one in cda_view.shown(found)
        ),
        back=Link(label=t("外来资料", "Received"), href=to("one_received", received=1)),
    )  # fmt: skip


def pages(t: T) -> Samples:
    """A discharge record, a laboratory report, one whose content is gone; the 53 types."""
    gone = view.DocumentPage(
        title=t("出院记录", "Discharge record"), lang=t("zh-CN", "en"),
        partner=t("清河医院", "Qinghe Hospital"), at=NOW, digest="", parts=(),
        hidden=t("内容已不在本院。", "The content is no longer here."),
        back=Link(label=t("外来资料", "Received"), href=to("one_received", received=1)),
    )  # fmt: skip
    return {
        "cda-discharge": ("transmit/document.html", alone(t, made("C0049"))),
        "cda-laboratory": ("transmit/document.html", alone(t, made("C0007"))),
        "cda-gone": ("transmit/document.html", gone),
        "cda-types": ("transmit/cda_types.html", view.listed(t("", "en") == "en")),
    }
