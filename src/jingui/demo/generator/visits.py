"""The Encounter and the Conditions that it finds [2.2.2]"""

from datetime import timedelta

from jingui.core.words import EncounterKind
from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.shapes import Json

_CLASS = {
    EncounterKind.OUTPATIENT: ("AMB", "ambulatory"),
    EncounterKind.EMERGENCY: ("EMER", "emergency"),
    EncounterKind.OBSERVATION: ("OBSENC", "observation encounter"),
    EncounterKind.DAY: ("SS", "short stay"),
    EncounterKind.INPATIENT: ("IMP", "inpatient encounter"),
    EncounterKind.CHECKUP: ("checkup", "体检"),  # HL7 has no class for it; theirs is extensible
    EncounterKind.INTERNET: ("VR", "virtual"),
}


def open_encounter(chart: Chart, reason: str, *, bed: str = "", number: str = "", author: str = "") -> None:
    """Enter the Encounter as it stands now: in progress without an end, or finished."""
    code, display = _CLASS[chart.kind]
    system = codes.ENCOUNTER_KIND if chart.kind is EncounterKind.CHECKUP else f"{codes.HL7}/v3-ActCode"
    ended = chart.end is not None and chart.end <= chart.now
    department = chart.hospital.department(chart.team.department)
    period: Json = {"start": instant(chart.start)}
    if ended and chart.end:
        period["end"] = instant(chart.end)
    people = [(chart.team.attending, "ATND", "attender", "主治医师")]
    if chart.kind in (EncounterKind.INPATIENT, EncounterKind.DAY, EncounterKind.OBSERVATION):
        people += [(chart.team.resident, "PART", "Participation", "管床医师")]
        people += [(chart.team.nurse, "PART", "Participation", "责任护士")]
        people += [(each, "PART", "Participation", "医疗组成员") for each in chart.team.extra]
    resource: Json = {
        "resourceType": "Encounter",
        "status": "finished" if ended else "in-progress",
        "class": codes.coding(system, code, display),
        "type": [codes.concept(codes.ENCOUNTER_KIND, chart.kind.value, chart.kind.label)],
        "serviceType": codes.concept(codes.DEPARTMENT, department.code, department.name),
        "subject": chart.subject,
        "participant": [
            {
                "type": [codes.concept(f"{codes.HL7}/v3-ParticipationType", part, english, text=zh)],
                "individual": chart.practitioner(person)
                | {"identifier": {"system": codes.STAFF_NO, "value": person.upper()}},
            }
            for person, part, english, zh in {row[0]: row for row in reversed(people)}.values()
        ][::-1],
        "period": period,
        "reasonCode": [{"text": reason}],
        "serviceProvider": codes.reference("Organization", department.code, department.name),
    }
    if number:
        resource["identifier"] = [{"system": codes.INPATIENT_NO, "value": number}]
    elif chart.who.outpatient_no:
        visit = f"{chart.who.outpatient_no}-{chart.start:%y%m%d%H%M}"
        resource["identifier"] = [{"system": codes.own("visit-no"), "value": visit}]
    if bed:
        label = next((each.label for each in department.beds if each.id == bed), bed)
        resource["location"] = [{"location": codes.reference("Location", bed, f"{department.ward} {label}")}]
    if chart.kind is EncounterKind.INPATIENT:
        resource["hospitalization"] = _hospitalization(chart, ended=ended)
    chart.encounter = chart.fresh()
    resource = {"resourceType": "Encounter", "id": chart.encounter, **resource}
    chart.add(resource, author or chart.team.attending, chart.start)


def _hospitalization(chart: Chart, *, ended: bool) -> Json:
    urgent = "emergency" in chart.script.get("before", [])
    source = ("2", "急诊") if urgent else ("1", "门诊")
    found: Json = {"admitSource": codes.concept(f"{codes.OID}.2.3.1.270", *source)}
    if ended:
        way = (
            ("5", "死亡")
            if chart.who.deceased and chart.end and chart.end.date() == chart.who.deceased
            else ("1", "医嘱离院")
        )
        found["dischargeDisposition"] = codes.concept(codes.own("discharge-way"), *way)
    return found


def known(chart: Chart, again: float = 1.0) -> list[tuple[str, str]]:
    """Code and name of the other diagnoses: drawn once for an illness, told with chance `again` at later visits."""
    found = []
    for code, name, chance in chart.script.get("other", []):
        mark = f"~{code}"
        if mark not in chart.words:
            chart.words[mark] = "yes" if chart.coin(float(chance)) else ""
        if chart.words[mark] and chart.coin(again):
            found.append((str(code), str(name)))
    return found


def add_condition(
    chart: Chart, code: str, name: str, *, main: bool = True, after: timedelta = timedelta(0)
) -> str | None:
    """Enter one diagnosis of this encounter (ICD-10), the main one or another."""
    ended = chart.end is not None and chart.end <= chart.now
    lasting = bool(chart.script.get("chronic"))
    status = "active" if lasting or not ended or not main else "resolved"
    rank = ("main", "主要诊断") if main else ("other", "其他诊断")
    return chart.add(
        {
            "resourceType": "Condition",
            "clinicalStatus": codes.concept(f"{codes.HL7}/condition-clinical", status, status.capitalize()),
            "verificationStatus": codes.concept(f"{codes.HL7}/condition-ver-status", "confirmed", "Confirmed"),
            "category": [
                codes.concept(
                    f"{codes.HL7}/condition-category", "encounter-diagnosis", "Encounter Diagnosis", "就诊诊断"
                ),
                codes.concept(codes.own("diagnosis-rank"), *rank),
            ],
            "code": codes.concept(codes.ICD10, code, name),
            "subject": chart.subject,
            "encounter": chart.here,
            "recordedDate": instant(chart.start + after),
            "recorder": chart.practitioner(chart.team.attending),
        },
        chart.team.attending,
        chart.start,
        after=after,
    )
