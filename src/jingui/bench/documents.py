"""五（一）2 共享文档: how many shared documents one core makes of records, and reads back [5.1.2]"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import process_time
from typing import Any, Final
from uuid import UUID

from jingui.bench.report import Figure
from jingui.core.sharing_content import Party
from jingui.formats import capture, cda
from jingui.formats.cda_map import document
from jingui.formats.cda_map_header import Head

TEXT: Final = "予抗感染、化痰及对症治疗，体温第三日降至正常，复查胸部CT炎症吸收，无不良反应。" * 4
ANSWERS: Final[dict[str, Any]] = {
    "admitted_at": "2026-11-12T09:20:00+08:00", "discharged_at": "2026-11-20T10:00:00+08:00", "admission_state": TEXT,
    "admission_diagnosis": {"code": "J18.9", "text": "肺炎"}, "tests_positive": TEXT, "treatment_course": TEXT,
    "diagnoses": [{"diagnosis": {"code": "J18.9", "text": "肺炎"}}, {"diagnosis": {"code": "I10", "text": "高血压"}}],
    "discharge_state": TEXT, "discharge_signs": TEXT, "discharge_advice": TEXT,
}  # fmt: skip
PATIENT: Final = {"resourceType": "Patient", "id": "p", "name": [{"text": "林若水"}], "gender": "female",
                  "birthDate": "1971-02-03"}  # fmt: skip


def documents(seconds: float) -> Iterator[Figure]:
    """Discharge records written from their form's answers, and read back; processor time of this process alone."""
    record = capture.response(capture.templates()["discharge_record"], ANSWERS, subject="Patient/p",
                              authored="2026-11-20T10:30:00+08:00")  # fmt: skip
    head = Head(message=UUID(int=7), made=datetime(2026, 11, 23, tzinfo=UTC), patient=PATIENT,
                house=Party(uscc="12100000400000000W", name="清河医院"))  # fmt: skip
    content = cda.produce(document("C0049", record, head))
    yield Figure(name="cda_write", unit="/s", value=rate(lambda: cda.produce(document("C0049", record, head)), seconds))
    yield Figure(name="cda_read", unit="/s", value=rate(lambda: cda.parse(content), seconds))


def rate(act: Callable[[], object], seconds: float) -> float:
    """How often a second of processor time it is done."""
    act()
    done, began = 0, process_time()
    while (spent := process_time() - began) < seconds or not done:
        act()
        done += 1
    return done / spent
