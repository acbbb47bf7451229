"""What tests of the writing pages share: admitted patients, filled forms, what a browser without scripts sends back."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from jingui.core.enter import Change
from jingui.web.viewmodels.paths import to
from tests.gate.test_door import bundle
from tests.hospital import Hospital

VITALS = {
    "a.measured_at": "现在", "a.temperature": "36.8", "a.pulse": "82", "a.breathing": "18", "a.systolic": "128",
    "a.diastolic": "76",
}  # fmt: skip
TEXT = "胸闷三天，活动后加重，休息可缓解。"
NOTE = {
    "a.written_at": "现在", "a.chief_complaint": "胸闷三天", "a.features": TEXT, "a.grounds": TEXT,
    "a.differential": TEXT, "a.diagnoses.0.diagnosis": "I10", "a.plan": "降压，监测血压，完善心电图。",
}  # fmt: skip
ATND = {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "ATND"}
NUMBERS = iter(range(10, 99))


def admitted(ward: Hospital, name: str, *, hours: int = 2, attending: str = "") -> str:
    """A patient on the ward since some hours."""
    from tests.web.clinic import enter  # needs settings: not before the house stands

    changes = bundle(name, f"009901{next(NUMBERS)}")
    start = (ward.now() - timedelta(hours=hours)).isoformat(timespec="seconds")
    stay = {**changes[1].resource, "period": {"start": start}}
    if attending:
        staff = {"system": "urn:jingui:staff-no", "value": f"T{attending}"}
        stay["participant"] = [{"type": [{"coding": [ATND]}], "individual": {"identifier": staff}}]
    return enter(ward, [changes[0], Change(stay, changes[1].full_url)])[0]


def fields(page: Any) -> dict[str, str]:
    """What a browser without scripts would send back of the writing form."""
    text = page.content.decode()
    found = re.search(r'<form class="(?:entry|sheet|merge)"[^>]*>.*?</form>', text, re.DOTALL)
    assert found, text
    pairs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', found[0])
    pairs += re.findall(r'<input[^>]*?type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    pairs += [(n, v) for n, v in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>([^<]*)</textarea>', found[0])]
    boxes = re.findall(r'type="(?:radio|checkbox)"', found[0])
    out = {name: unescape(value) for name, value in pairs}
    return {name: value for name, value in out.items() if not boxes or not name.startswith("m.")}


def plain(page: Any) -> str:
    """The words of a page."""
    return unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))


def begun(browser: Any, patient: str, template: str = "vital_signs") -> tuple[str, dict[str, str]]:
    """A fresh form and what it carries."""
    where = to("form", patient=patient, template=template)
    page = browser.get(where)
    assert page.status_code == 200, plain(page)
    held = fields(page)
    return where, {name: value for name, value in held.items() if not name.startswith("a.")}


def entered(browser: Any, patient: str, template: str, answers: dict[str, str]) -> str:
    """A document entered and not signed; the record's address."""
    where, held = begun(browser, patient, template)
    checked = browser.post(where, {**held, **answers, "act": "check"})["Location"]
    done = browser.post(checked.partition("?")[0], {**fields(browser.get(checked)), "act": "enter"})
    assert done.status_code == 302, plain(done)
    return str(done["Location"])
