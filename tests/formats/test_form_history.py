"""二（二）4 修改留痕: a correction field by field: old, new, when, by whom, why [2.2.4]"""

from datetime import UTC, datetime

from jingui.formats import capture, fhir_json
from jingui.formats.form_history import LATE, REASON, edits

TEMPLATE = capture.templates()["progress_note"]
FIRST = {"written_at": "2026-11-22T08:00:00+08:00", "course": "患者无胸闷。"}


def version(answers: dict[str, str], **extensions: str) -> bytes:
    made = capture.response(TEMPLATE, answers, subject="Patient/x", authored="2026-11-22T00:00:00Z")
    urls = {"reason": REASON, "late": LATE}
    made["extension"] = [{"url": urls[name], "valueString": text} for name, text in extensions.items()]
    return fhir_json.dump(made)


def test_each_version_against_the_one_before() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    second = {**FIRST, "course": "患者诉胸闷。", "advice": "查心电图"}
    third = {**second}
    third.pop("advice")
    rows = [
        (3, at, 9, version(third, reason="医嘱未执行")),
        (2, at, 8, version(second, reason="补充主诉")),
        (1, at, 7, version(FIRST, late="抢救他人")),
    ]
    newest, middle, first = edits(rows, lambda _: TEMPLATE)
    assert [(one.field, one.old, one.new) for one in newest.changes] == [("advice", "查心电图", None)]
    assert {(one.field, one.old, one.new) for one in middle.changes} == {
        ("course", "患者无胸闷。", "患者诉胸闷。"), ("advice", None, "查心电图"),
    }  # fmt: skip
    assert (newest.reason, middle.author, first.late, first.changes) == ("医嘱未执行", 8, "抢救他人", ())
    assert [one.changes for one in edits(rows, lambda _: None)] == [(), (), ()]
