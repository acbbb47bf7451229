"""二（二）录入: OBR and OBX as DiagnosticReport and Observation: values, units, ranges, flags [2.2.2] [2.2.4]"""

from collections.abc import Callable
from typing import Any

from jingui.core.word import N_
from jingui.formats.fhir_encounter import STAFF_SYSTEM
from jingui.formats.hl7v2 import Message, Segment
from jingui.formats.hl7v2_documents import embedded
from jingui.formats.hl7v2_patient import PATIENT
from jingui.formats.hl7v2_values import (
    concept,
    fhir_time,
    filled,
    identifier,
    moment,
    person,
    quantity,
    rows,
    span_of,
    visible,
    wrong,
)

ON = {"reference": PATIENT}
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"
FLAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
Made = list[tuple[str, dict[str, Any], str]]


def results(message: Message, source: str, visit: dict[str, Any]) -> Made:
    """(full URL, resource, leader's full URL) of every report and its observations, in the order of the message."""
    out: Made = []
    orc = obr = None
    report: dict[str, Any] = {}
    url = ""
    seen: dict[str, int] = {}
    last: dict[str, Any] | None = None
    for segment in message.segments:
        if segment.name == "ORC":
            orc, last = segment, None
        elif segment.name == "OBR":
            obr, last = segment, None
            url, report = reported(segment, orc, source, visit)
            out.append((url, report, url))
        elif segment.name == "OBX":
            if obr is None:
                raise wrong(segment, 1, N_("结果没有所属的申请（OBR）"))
            if "attachment" in kind_of(segment):
                report.setdefault("presentedForm", []).append(attachment(segment))
                last = None
                continue
            last = observed(segment, obr, visit)
            if last is None:
                continue
            key = f"{url}:{segment.text(3)}:{segment.text(3, 2) if not segment.text(3) else ''}:{segment.text(4)}"
            seen[key] = seen.get(key, 0) + 1
            own = f"{key}:{seen[key]}"
            report.setdefault("result", []).append({"reference": own})
            out.append((own, last, url))
        elif segment.name == "NTE" and (text := note(segment)):
            if last is not None:
                last.setdefault("note", []).append({"text": text})
            elif obr is not None:
                report["conclusion"] = "\n".join(one for one in (report.get("conclusion", ""), text) if one)
    if not out:
        raise wrong(message.header, 9, N_("报文中没有报告（OBR）"))
    return out


def note(nte: Segment) -> str:
    """NTE-3, all its lines."""
    return "\n".join(part.text.strip() for part in nte.all(3) if visible(part.text))


def reported(obr: Segment, orc: Segment | None, source: str, visit: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The full URL and DiagnosticReport of an OBR."""
    code = concept(obr.first(4))
    if not code:
        raise wrong(obr, 4, N_("没有检查检验项目"))
    numbers = order_numbers(obr, orc)
    section = obr.text(24).upper() or "LAB"
    status = rows("report_status").get(obr.text(25).upper(), "final" if not obr.text(25) else "unknown")
    who, shown = person(obr.first(32))
    url = ":".join(("urn:jingui:hl7:report", source, *(n for _, n in numbers), obr.text(4) or obr.text(4, 2)))
    return url, filled(
        resourceType="DiagnosticReport", status=status, subject=ON, encounter=visit, code=code,
        identifier=[identifier(value, kind, "") for kind, value in numbers],
        category=[{"coding": [{"system": SECTION, "code": section}]}] if section.isalnum() else [],
        effectiveDateTime=moment(obr, 7) or moment(obr, 14), issued=instant(moment(obr, 22)),
        basedOn=[{"identifier": identifier(value, "PLAC", "")} for kind, value in numbers if kind == "PLAC"],
        resultsInterpreter=[filled(identifier=filled(system=STAFF_SYSTEM, value=who), display=shown)] if who else [],
    )  # fmt: skip


def order_numbers(obr: Segment, orc: Segment | None) -> list[tuple[str, str]]:
    """Placer's and filler's number of an order, from OBR or the ORC before it."""
    out = []
    for kind, field in (("PLAC", 2), ("FILL", 3)):
        value = obr.text(field) or (orc.text(field) if orc is not None else "")
        if value:
            out.append((kind, value))
    return out


def instant(text: str) -> str:
    """A dateTime as an instant, which needs its seconds and zone; "" for less."""
    return text if len(text) > 19 else ""


def observed(obx: Segment, obr: Segment, visit: dict[str, Any]) -> dict[str, Any] | None:
    """An OBX as an Observation; None when it says that there is none (nothing measured and no status)."""
    code = concept(obx.first(3))
    if not code:
        raise wrong(obx, 3, N_("没有检验项目"))
    status = rows("observation_status").get(obx.text(11).upper(), "" if obx.text(11) else "final")
    if not status:
        raise wrong(obx, 11, N_("结果状态不在代码表内"))
    value = kind_of(obx)["value"](obx)
    if not value and status in ("final", "corrected", "amended", "preliminary"):
        value = {"dataAbsentReason": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}}  # fmt: skip
    who, shown = person(obx.first(16))
    return filled(
        resourceType="Observation", status=status, subject=ON, encounter=visit, code=code,
        category=[{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        effectiveDateTime=moment(obx, 14) or moment(obr, 7), **value,
        referenceRange=[made] if (made := span_of(obx.first(7).text.strip(), obx.first(6))) else [],
        interpretation=flags(obx), method=concept(obx.first(17)),
        performer=[filled(identifier=filled(system=STAFF_SYSTEM, value=who), display=shown)] if who else [],
    )  # fmt: skip


def flags(obx: Segment) -> list[dict[str, Any]]:
    """OBX-8: those that FHIR knows as codes, the others as text."""
    out = []
    for part in obx.all(8):
        word = part(1).strip()
        code = rows("flag").get(word.upper())
        out.append({"coding": [{"system": FLAGS, "code": code}]} if code else {"text": word})
    return out


def text_of(obx: Segment) -> str:
    """OBX-5 as lines of text."""
    return "\n".join(part.text.rstrip() for part in obx.all(5))


def number(obx: Segment) -> dict[str, Any]:
    """NM: a number; what is none is kept as text, since a laboratory writes `溶血` there too."""
    text = text_of(obx).strip()
    made = quantity(text, obx.first(6))
    return {"valueQuantity": made} if made else filled(valueString=text)


def structured(obx: Segment) -> dict[str, Any]:
    """SN: comparator and number; a ratio or range as text."""
    part = obx.first(5)
    comparator, first, between = part(1).strip(), part(2).strip(), part(3).strip()
    sign = comparator if comparator in ("<", ">", "<=", ">=") else ""
    made = None if between or sign != comparator else quantity(first, obx.first(6), sign)
    words = (comparator, first, between, part(4).strip())
    return {"valueQuantity": made} if made else filled(valueString="".join(words))


def coded(obx: Segment) -> dict[str, Any]:
    """CE, CWE, CNE: all repetitions; the first codes, the texts of all."""
    found = [concept(part) for part in obx.all(5)]
    codings = [coding for one in found for coding in one.get("coding", ())]
    text = "；".join(one["text"] for one in found if one.get("text"))
    made = filled(coding=codings, text=text)
    return {"valueCodeableConcept": made} if made else {}


def timed(obx: Segment) -> dict[str, Any]:
    """DT, TS, DTM: a time; what is none stays text."""
    text = text_of(obx).strip()
    made = fhir_time(text) if text else None
    return {"valueDateTime": made} if made else filled(valueString=text)


def plain(obx: Segment) -> dict[str, Any]:
    """Everything else as it is written."""
    return filled(valueString=text_of(obx))


def attachment(obx: Segment) -> dict[str, Any]:
    """ED: a document inside the message. Unprocessable for a type that is not taken or bytes that are none."""
    return embedded(obx)


Value = Callable[[Segment], dict[str, Any]]
KINDS: dict[str, dict[str, Value]] = {
    "NM": {"value": number}, "SN": {"value": structured}, "CE": {"value": coded}, "CWE": {"value": coded},
    "CNE": {"value": coded}, "CF": {"value": coded}, "DT": {"value": timed}, "TS": {"value": timed},
    "DTM": {"value": timed}, "ED": {"value": plain, "attachment": attachment},
}  # fmt: skip
OTHER: dict[str, Value] = {"value": plain}


def kind_of(obx: Segment) -> dict[str, Value]:
    """How OBX-2's data type is read."""
    return KINDS.get(obx.text(2).upper(), OTHER)
