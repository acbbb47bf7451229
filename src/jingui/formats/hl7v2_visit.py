"""二（一）采集: PV1, DG1, AL1 and PR1 as Encounter, Condition, AllergyIntolerance and Procedure [2.1.1] [3.1.3]"""

from typing import Any

from jingui.core.word import N_
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM
from jingui.formats.hl7v2 import Message, Part, Segment
from jingui.formats.hl7v2_patient import PATIENT
from jingui.formats.hl7v2_values import concept, filled, identifier, moment, person, rows, system_of, visible, wrong

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PEOPLE = {7: "ATND", 8: "REF", 9: "CON", 17: "ADM"}  # PV1 field -> part taken; the first named attends
ON = {"reference": PATIENT}


def visit_url(pv1: Segment | None) -> str:
    """The full URL of the visit that PV1-19 numbers; "" when it numbers none."""
    number = pv1.first(19) if pv1 is not None else None
    return f"urn:jingui:hl7:visit:{number(4).strip()}:{number(1).strip()}" if number and visible(number(1)) else ""


def encounter(message: Message, pv1: Segment, status: str) -> dict[str, Any]:
    """PV1 as an Encounter; `status` is what the event says, "" to tell it from the times."""
    word = pv1.text(2).upper()
    code = rows("class").get(word)
    if code is None:
        raise wrong(pv1, 2, N_("患者类别缺失或不在代码表内"))
    evn = message.one("EVN")
    start, end = moment(pv1, 44), moment(pv1, 45)
    if status == "finished" and not end:
        end = moment(evn, 6) or moment(evn, 2) if evn is not None else ""
        end = end or moment(message.header, 7)
    if status in ("in-progress", "planned", "onleave"):
        end = ""
    started = start or (end if status == "finished" else event_time(message))
    return filled(
        resourceType="Encounter", status=status or ("finished" if end else "in-progress"),
        **{"class": {"system": ACT, "code": code}}, subject=ON, identifier=[number(pv1)],
        period=filled(start=started, end=end), serviceType=department(pv1), participant=participants(pv1),
        location=location(pv1), hospitalization=left(pv1),
    )  # fmt: skip


def event_time(message: Message) -> str:
    """When what the message tells happened: EVN-6, EVN-2, else when it was written."""
    evn = message.one("EVN")
    told = (moment(evn, 6) or moment(evn, 2)) if evn is not None else ""
    return told or moment(message.header, 7)


def number(pv1: Segment) -> dict[str, Any]:
    """PV1-19 as the visit's Identifier."""
    part = pv1.first(19)
    return identifier(part(1), "VN", part(4).strip(), part(4, 2).strip())


def department(pv1: Segment) -> dict[str, Any]:
    """The department's code: the hospital service, else the point of care."""
    code = " ".join((pv1.text(10) or pv1.text(3)).split())
    return {"coding": [filled(system=DEPARTMENT_SYSTEM, code=code)]} if code else {}


def participants(pv1: Segment) -> list[dict[str, Any]]:
    """The people of the visit, by staff number."""
    out = []
    for field, role in PEOPLE.items():
        for part in pv1.all(field):
            staff, shown = person(part)
            individual = filled(identifier=filled(system=STAFF_SYSTEM, value=staff) if staff else None, display=shown)
            if individual:
                out.append({"type": [{"coding": [{"system": PARTICIPATION, "code": role}]}], "individual": individual})
    return out


def location(pv1: Segment) -> list[dict[str, Any]]:
    """Ward, room and bed as they are called."""
    place = pv1.first(3)
    words = [one for one in (place(9), place(1), place(2), place(3)) if visible(one)]
    return [{"location": {"display": " ".join(one.strip() for one in words)}}] if words else []


def left(pv1: Segment) -> dict[str, Any]:
    """How the patient left: PV1-36."""
    code = pv1.text(36)
    system = "http://terminology.hl7.org/CodeSystem/v2-0112"
    coding = filled(system=system, code=code, display=pv1.text(36, 2))
    return {"dischargeDisposition": {"coding": [coding]}} if code else {}


def clinical(message: Message, source: str, visit: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(full URL, resource) of the diagnoses, allergies and procedures that an admission brings."""
    out: list[tuple[str, dict[str, Any]]] = []
    key = f"{source}:{visit.get('reference', '')}"
    for dg1 in message.every("DG1"):
        part = diagnosis(dg1)
        if not part:
            raise wrong(dg1, 3, N_("没有诊断"))
        status = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
        kind = {"coding": [filled(system="http://terminology.hl7.org/CodeSystem/condition-category",
                                  code="encounter-diagnosis")]}  # fmt: skip
        made = filled(resourceType="Condition", subject=ON, encounter=visit, clinicalStatus=status, category=[kind],
                      code=part, recordedDate=moment(dg1, 5))  # fmt: skip
        out.append((f"urn:jingui:hl7:dg1:{key}:{dg1.text(6)}:{dg1.text(1) or dg1.nth}", made))
    for al1 in message.every("AL1"):
        code = concept(al1.first(3))
        if code:
            made = filled(
                resourceType="AllergyIntolerance", patient=ON, code=code,
                category=[one for one in [rows("allergy").get(al1.text(2).upper())] if one],
                criticality=rows("severity").get(al1.text(4).upper()),
                clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                                            "code": "active"}]},
            )  # fmt: skip
            out.append((f"urn:jingui:hl7:al1:{source}:{al1.text(3) or al1.text(3, 2)}", made))
    for pr1 in message.every("PR1"):
        code = concept(pr1.first(3))
        if code:
            made = filled(resourceType="Procedure", status="completed", subject=ON, encounter=visit, code=code,
                          performedDateTime=moment(pr1, 5))  # fmt: skip
            out.append((f"urn:jingui:hl7:pr1:{key}:{pr1.text(1) or pr1.nth}:{pr1.text(3)}", made))
    return out


def diagnosis(dg1: Segment) -> dict[str, Any]:
    """DG1-3 with DG1-2's coding method, DG1-4 as its text."""
    part: Part = dg1.first(3)
    code = concept(part)
    method = dg1.text(2)
    for one in code.get("coding", ()):
        if not part(3).strip() and method:
            one["system"] = system_of(method)
    text = dg1.text(4) or code.get("text", "")
    return filled(**{**code, "text": text})
