"""Laboratory panels: request, results with flags that follow the disease, and the report [2.1.2]"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jingui.core.words import Role
from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.lists import Row, table
from jingui.demo.generator.shapes import Json

_CRITICAL = {"K": (2.8, 6.2), "RGLU": (2.5, 25.0), "GLU": (2.5, 22.0), "HGB": (60, 999), "PLT": (30, 1000)}
_CATEGORY = codes.concept(f"{codes.HL7}/observation-category", "laboratory", "Laboratory", "检验")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One analyte's result as the notes speak of it; `flag` is H, L, HH, LL, A or N."""

    zh: str
    said: str
    flag: str


def limits(chart: Chart, key: str) -> tuple[float, float]:
    """The reference range for this patient's sex and age."""
    lists = table("labs")
    age = chart.who.age(chart.start.date())
    newborn = (chart.start.date() - chart.who.birth).days < 28
    special = "newborn" if newborn else "child" if age < 14 else "female" if chart.who.sex == "female" else ""
    low, high = lists.get(special, {}).get(key) or lists["analytes"][key][3:5]
    return float(low), float(high)


def _value(chart: Chart, key: str, well: float, digits: int) -> float:
    low, high = limits(chart, key)
    spread = (high - low) / 7
    value = min(max(chart.rng.gauss((low + high) / 2, spread), low), high)
    if low == 0:  # a marker that is near zero in health
        value = abs(chart.rng.gauss(0, high / 4)) + high / 20
    shift = chart.script.get("labs_ill", {}).get(key)
    if shift and not isinstance(shift, str):
        value += (chart.rng.uniform(*shift) - value) * (1 - well * chart.script.get("recovers", 0.85))
    return round(value, digits) if digits else float(round(value))


def _flag(key: str, value: float, low: float, high: float) -> str:
    bottom, top = _CRITICAL.get(key, (-1.0, float("inf")))
    if value < bottom:
        return "LL"
    if value > top:
        return "HH"
    return "L" if value < low else "H" if value > high else "N"


_FLAGS = {
    "H": ("High", "偏高"),
    "L": ("Low", "偏低"),
    "HH": ("Critical high", "危急值（高）"),
    "LL": ("Critical low", "危急值（低）"),
    "A": ("Abnormal", "异常"),
    "N": ("Normal", "正常"),
}


def _interpretation(flag: str) -> list[Json]:
    english, zh = _FLAGS[flag]
    return [codes.concept(f"{codes.HL7}/v3-ObservationInterpretation", flag, english, zh)]


def _code(key: str, loinc: str, zh: str) -> Json:
    found = [codes.coding(codes.LOINC, loinc, zh)] if loinc else []
    return {"coding": [*found, codes.coding(codes.own("analyte"), key, zh)], "text": zh}


def _measured(chart: Chart, key: str, row: Row, well: float) -> tuple[Json, Result]:
    zh, loinc, unit, _, _, digits = row
    low, high = limits(chart, key)
    value = _value(chart, key, well, digits)
    flag = _flag(key, value, low, high)
    shown: float = value if digits else int(value)
    normal: Json = {"high": codes.quantity(high, unit) if unit else {"value": high}}
    if low > 0:
        normal["low"] = codes.quantity(low, unit) if unit else {"value": low}
    normal["text"] = f"{low:g}–{high:g}" if low > 0 else f"＜{high:g}"
    said = f"{zh} {shown:g}{' ' if unit else ''}{unit}"
    arrow = {"H": "↑", "HH": "↑↑", "L": "↓", "LL": "↓↓"}.get(flag, "")
    body: Json = {
        "code": _code(key, loinc, zh),
        "valueQuantity": codes.quantity(shown, unit) if unit else {"value": shown},
        "interpretation": _interpretation(flag),
        "referenceRange": [normal],
    }
    return body, Result(zh=zh, said=said + arrow, flag=flag)


def _judged(chart: Chart, key: str, row: Row, well: float) -> tuple[Json, Result]:
    zh, loinc, usual = row
    shift = chart.script.get("labs_ill", {}).get(key, usual)
    lasting = chart.script.get("recovers", 0.85) < 0.3
    said = str(shift) if (well < 0.6 or lasting) else usual
    flag = "N" if said == usual else "A"
    body: Json = {
        "code": _code(key, loinc, zh),
        "valueString": said,
        "interpretation": _interpretation(flag),
        "referenceRange": [{"text": usual}],
    }
    return body, Result(zh=zh, said=f"{zh}{said}", flag=flag)


def add_panel(chart: Chart, panel: str, at: datetime, well: float, until: datetime | None = None) -> list[Result]:
    """Enter request, results and report of one panel; nothing is returned that is known only after `until` (or now)."""
    lists = table("labs")
    name, specimen, minutes, keys = lists["panels"][panel]
    staff = chart.hospital.of(Role.TECHNICIAN, "laboratory")
    writer = chart.rng.choice(staff).id
    due = timedelta(minutes=round(minutes * chart.rng.uniform(0.8, 1.5)))
    done = at + due <= chart.now
    code = codes.concept(codes.own("panel"), panel, name)
    request = chart.add(
        {
            "resourceType": "ServiceRequest",
            "status": "completed" if done else "active",
            "intent": "order",
            "category": [codes.concept(codes.own("request"), "laboratory", "检验申请")],
            "code": code,
            "subject": chart.subject,
            "encounter": chart.here,
            "authoredOn": instant(at),
            "requester": chart.practitioner(chart.team.resident),
            "performer": [codes.reference("Organization", "laboratory", "检验科")],
            "note": [{"text": f"标本：{specimen}"}],
        },
        chart.team.resident,
        at,
    )
    if not done or not request:
        return []
    results, members = [], []
    for key in keys:
        measured = key in lists["analytes"]
        row = lists["analytes" if measured else "qualitative"][key]
        body, result = (_measured if measured else _judged)(chart, key, row, well)
        member = chart.add(
            {
                "resourceType": "Observation",
                "status": "final",
                "basedOn": [codes.reference("ServiceRequest", request)],
                "category": [_CATEGORY],
                "subject": chart.subject,
                "encounter": chart.here,
                "effectiveDateTime": instant(at),
                "issued": instant(at + due),
                "performer": [chart.practitioner(writer)],
                **body,
            },
            writer,
            at,
            after=due,
        )
        results.append(result)
        members.append(codes.reference("Observation", str(member), result.zh))
    odd = [result.said for result in results if result.flag != "N"]
    chart.add(
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "basedOn": [codes.reference("ServiceRequest", request)],
            "category": [codes.concept(f"{codes.HL7}/v2-0074", "LAB", "Laboratory", "检验")],
            "code": code,
            "subject": chart.subject,
            "encounter": chart.here,
            "effectiveDateTime": instant(at),
            "issued": instant(at + due),
            "performer": [chart.practitioner(writer)],
            "result": members,
            "conclusion": "；".join(odd) + "。" if odd else "各项结果均在参考区间内。",
        },
        writer,
        at,
        after=due,
    )
    return results if until is None or at + due <= until else []


def spoken(name: str, results: list[Result]) -> str:
    """The panel as a note quotes it: what is abnormal, or that nothing is."""
    odd = [result.said for result in results if result.flag != "N"]
    return f"{name}：{'，'.join(odd)}。" if odd else f"{name}未见明显异常。" if results else f"{name}：已送检，待回报。"
