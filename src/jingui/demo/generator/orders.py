"""Orders: medicines with strength, dose, route and frequency, their giving, and procedures [2.2.2]"""

from datetime import datetime, timedelta

from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.lists import table
from jingui.demo.generator.shapes import Json

_FREQUENCY = {  # as written: code of CV06.00.228, times, period, unit, Chinese
    "st": ("13", 1, 1, "d", "立即"),
    "qd": ("09", 1, 1, "d", "每日 1 次"),
    "qn": ("03", 1, 1, "d", "每晚 1 次"),
    "bid": ("01", 2, 1, "d", "每日 2 次"),
    "tid": ("99", 3, 1, "d", "每日 3 次"),
    "q12h": ("04", 1, 12, "h", "每 12 小时 1 次"),
    "q8h": ("08", 1, 8, "h", "每 8 小时 1 次"),
    "q6h": ("07", 1, 6, "h", "每 6 小时 1 次"),
    "qw": ("12", 1, 1, "wk", "每周 1 次"),
    "prn": ("99", 1, 1, "d", "必要时"),
}


def spoken(key: str) -> str:
    """A medicine as an order sheet says it: name, strength, dose, route, frequency."""
    name, strength, dose, unit, route, frequency, *_ = table("drugs")[key]
    return f"{name}（{strength}）{dose:g} {unit} {route} {frequency}"


def amount(chart: Chart, key: str) -> tuple[float, str]:
    """The single dose: fixed for adults, by kilogram (rounded) where the list gives mg/kg."""
    _, _, dose, unit, *_ = table("drugs")[key]
    if not unit.endswith("/kg"):
        return float(dose), str(unit)
    value = dose * float(chart.words["weight"])
    step = 10 if value >= 100 else 5 if value >= 20 else 1
    return float(max(step, round(value / step) * step)), str(unit).removesuffix("/kg")


def add_medicine(
    chart: Chart, key: str, at: datetime, days: int, *, given: int = 0, by: str = "", discharge: bool = False
) -> str:
    """Enter one medication order for `days` days and the first `given` administrations; returns the order as spoken."""
    name, strength, _, _, route, frequency, *_ = table("drugs")[key]
    dose, unit = amount(chart, key)
    frequency_code, times, period, period_unit, zh = _FREQUENCY[frequency]
    author = by or chart.team.resident
    stop = at + timedelta(days=days)
    code = codes.concept(codes.own("drug"), key, name, f"{name} {strength}")
    said = f"每次 {dose:g} {unit}，{route}，{zh}"
    dosage: Json = {
        "text": said,
        "timing": {
            "repeat": {"frequency": times, "period": period, "periodUnit": period_unit},
            "code": codes.concept(codes.FREQUENCY, frequency_code, frequency, frequency),
        },
        "route": {"text": route},
        "doseAndRate": [{"doseQuantity": codes.quantity(dose, unit)}],
    }
    if frequency == "st":
        dosage["timing"] = {"code": codes.concept(codes.FREQUENCY, frequency_code, frequency, frequency)}
    ended = chart.end is not None and chart.end <= chart.now
    order = chart.add(
        {
            "resourceType": "MedicationRequest",
            "status": "completed" if ended or stop <= chart.now else "active",
            "intent": "order",
            "category": [
                codes.concept(
                    f"{codes.HL7}/medicationrequest-category",
                    *(("discharge", "Discharge", "出院带药") if discharge else _category(chart)),
                )
            ],
            "medicationCodeableConcept": code,
            "subject": chart.subject,
            "encounter": chart.here,
            "authoredOn": instant(at),
            "requester": chart.practitioner(author),
            "dosageInstruction": [dosage],
            "dispenseRequest": {"expectedSupplyDuration": codes.quantity(days, "天", "d")},
        },
        author,
        at,
    )
    step = timedelta(hours={"h": period, "wk": 168}.get(period_unit, 24 / times))
    for n in range(given if order else 0):
        when = at + timedelta(minutes=35) + n * step
        chart.add(
            {
                "resourceType": "MedicationAdministration",
                "status": "completed",
                "medicationCodeableConcept": code,
                "subject": chart.subject,
                "context": chart.here,
                "effectiveDateTime": instant(when),
                "performer": [{"actor": chart.practitioner(chart.team.nurse)}],
                "request": codes.reference("MedicationRequest", str(order)),
                "dosage": {"text": f"{dose:g} {unit}，{route}", "dose": codes.quantity(dose, unit)},
            },
            chart.team.nurse,
            when,
            after=timedelta(minutes=3),
        )
    return f"{name}（{strength}）{dose:g} {unit} {route} {frequency}"


def _category(chart: Chart) -> tuple[str, str, str]:
    inside = chart.kind.value in ("inpatient", "day", "observation")
    return ("inpatient", "Inpatient", "住院医嘱") if inside else ("outpatient", "Outpatient", "门诊处方")


def add_procedure(
    chart: Chart, code: str, name: str, start: datetime, minutes: int, *, by: tuple[str, ...], outcome: str = ""
) -> str | None:
    """Enter one operation or procedure (ICD-9-CM-3) with its performers, the first one being the operator."""
    resource: Json = {
        "resourceType": "Procedure",
        "status": "completed",
        "category": codes.concept(codes.own("procedure"), "operation", "手术及操作"),
        "code": codes.concept(codes.ICD9, code, name),
        "subject": chart.subject,
        "encounter": chart.here,
        "performedPeriod": {"start": instant(start), "end": instant(start + timedelta(minutes=minutes))},
        "performer": [
            {"function": {"text": "术者" if place == 0 else f"助手{place}"}, "actor": chart.practitioner(person)}
            for place, person in enumerate(by)
        ],
    }
    if outcome:
        resource["outcome"] = {"text": outcome}
    return chart.add(resource, by[0], start, after=timedelta(minutes=minutes + 15))
