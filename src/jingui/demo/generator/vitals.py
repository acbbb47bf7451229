"""Vital signs and body measures, by age and by how ill somebody is [2.1.2]"""

from datetime import datetime, timedelta

from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.shapes import Json

_SIGNS = {  # key: LOINC, English, Chinese, unit, UCUM, decimals
    "t": ("8310-5", "Body temperature", "体温", "℃", "Cel", 1),
    "p": ("8867-4", "Heart rate", "脉搏", "次/分", "/min", 0),
    "r": ("9279-1", "Respiratory rate", "呼吸", "次/分", "/min", 0),
    "spo2": ("2708-6", "Oxygen saturation in Arterial blood", "血氧饱和度", "%", "%", 0),
    "weight": ("29463-7", "Body weight", "体重", "kg", "kg", 1),
    "height": ("8302-2", "Body height", "身高", "cm", "cm", 0),
    "bmi": ("39156-5", "Body mass index", "体质指数", "kg/m²", "kg/m2", 1),
    "pain": ("72514-3", "Pain severity - 0-10 verbal numeric rating", "疼痛评分", "分", "{score}", 0),
}


def normal(age: int) -> dict[str, tuple[float, float]]:
    """The usual resting ranges at that age in years: temperature, pulse, breathing, blood pressure, saturation."""
    if age < 1:
        return {"t": (36.5, 37.3), "p": (118, 142), "r": (34, 44), "sbp": (70, 84), "dbp": (40, 52), "spo2": (96, 99)}
    if age < 6:
        return {"t": (36.4, 37.2), "p": (92, 116), "r": (22, 28), "sbp": (86, 100), "dbp": (52, 62), "spo2": (97, 99)}
    if age < 14:
        return {"t": (36.3, 37.1), "p": (78, 98), "r": (18, 22), "sbp": (96, 112), "dbp": (58, 70), "spo2": (97, 99)}
    return {"t": (36.2, 36.9), "p": (64, 86), "r": (16, 20), "sbp": (112, 134), "dbp": (66, 82), "spo2": (96, 99)}


def draw(chart: Chart, well: float) -> dict[str, float]:
    """A set of signs; `well` 0 is the script's picture at first contact, 1 is the usual range."""
    usual = normal(chart.who.age(chart.start.date()))
    ill = chart.script.get("vitals", {})
    found = {}
    for key, (low, high) in usual.items():
        value = chart.rng.uniform(low, high)
        if key in ill:
            value += (chart.rng.uniform(*ill[key]) - value) * (1 - well)
        found[key] = round(value, 1 if key == "t" else 0)
    return found


def _observation(chart: Chart, key: str, value: float, at: datetime) -> Json:
    loinc, english, zh, unit, ucum, digits = _SIGNS[key]
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [codes.concept(f"{codes.HL7}/observation-category", "vital-signs", "Vital Signs", "生命体征")],
        "code": codes.concept(codes.LOINC, loinc, english, zh),
        "subject": chart.subject,
        "encounter": chart.here,
        "effectiveDateTime": instant(at),
        "performer": [chart.practitioner(chart.team.nurse)],
        "valueQuantity": codes.quantity(round(value, digits) if digits else int(value), unit, ucum),
    }


def _pressure(chart: Chart, high: float, low: float, at: datetime) -> Json:
    found = _observation(chart, "p", 0, at)
    del found["valueQuantity"]
    found["code"] = codes.concept(codes.LOINC, "85354-9", "Blood pressure panel", "血压")
    found["component"] = [
        {
            "code": codes.concept(codes.LOINC, loinc, english, zh),
            "valueQuantity": codes.quantity(int(value), "mmHg", "mm[Hg]"),
        }
        for loinc, english, zh, value in (
            ("8480-6", "Systolic blood pressure", "收缩压", high),
            ("8462-4", "Diastolic blood pressure", "舒张压", low),
        )
    ]
    return found


def add_vitals(
    chart: Chart, at: datetime, well: float, keys: tuple[str, ...] = ("t", "p", "r", "bp")
) -> dict[str, float]:
    """Enter one set of signs by the nurse two minutes after measuring, and give the figures to the notes."""
    signs = draw(chart, well)
    nurse, after = chart.team.nurse, timedelta(minutes=2)
    for key in keys:
        resource = (
            _pressure(chart, signs["sbp"], signs["dbp"], at)
            if key == "bp"
            else _observation(chart, key, signs[key], at)
        )
        chart.add(resource, nurse, at, after=after)
    return signs


def add_measure(chart: Chart, key: str, value: float, at: datetime) -> None:
    """Enter one measure such as weight, height or pain score."""
    chart.add(_observation(chart, key, value, at), chart.team.nurse, at, after=timedelta(minutes=2))


def spoken(signs: dict[str, float]) -> str:
    """The signs as the first line of a physical examination."""
    return (
        f"T {signs['t']:.1f}℃，P {signs['p']:.0f} 次/分，R {signs['r']:.0f} 次/分，"
        f"BP {signs['sbp']:.0f}/{signs['dbp']:.0f} mmHg，SpO₂ {signs['spo2']:.0f}%。"
    )
