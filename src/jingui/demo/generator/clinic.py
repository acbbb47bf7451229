"""Visits without a bed: outpatient, emergency, internet and health check [2.2.2]"""

from datetime import timedelta

from jingui.core.words import EncounterKind
from jingui.demo.generator import codes, imaging, labs, orders, phrases, vitals
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.consents import sensitive_consent
from jingui.demo.generator.documents import add_document, numbered
from jingui.demo.generator.lists import Table
from jingui.demo.generator.visits import add_condition, known, open_encounter

MINUTE = timedelta(minutes=1)


def _diagnoses(chart: Chart, code: str, name: str, again: float) -> list[str]:
    add_condition(chart, code, name, after=8 * MINUTE)
    said = [name]
    for other, other_name in known(chart, again):
        add_condition(chart, other, other_name, main=False, after=8 * MINUTE)
        said.append(other_name)
    return said


def _staged(chart: Chart, stage: str, what: str) -> list[str]:
    """What the script does at this stage: its own list, else what fits a visit; nothing is repeated after a cure."""
    script = chart.script
    own = script.get(f"{stage}_{what}")
    if own is not None:
        return list(own)
    cured = stage == "follow" and (not script.get("chronic") or (what == "reports" and "operation" in script))
    return [] if cured and what != "labs" else list(script.get(f"visit_{what}", []))


def _named(chart: Chart, stage: str) -> tuple[str, str]:
    """Code and name of the diagnosis at this stage: after an operation people come for its check."""
    script = chart.script
    if own := script.get(f"{stage}_code"):
        return str(own[0]), str(own[1])
    if stage == "follow" and "operation" in script and not script.get("chronic"):
        return "Z09.000", f"{script['name']}术后随诊"
    return str(script["code"]), str(script["name"])


def _others(chart: Chart, stage: str) -> float:
    """How likely the other diagnoses are told again; never where the visit has a diagnosis of its own."""
    if stage != "first" and (f"{stage}_code" in chart.script or "operation" in chart.script):
        return 0.0
    return 1.0 if stage == "first" else 0.5


def visit(chart: Chart, stage: str, *, admits: bool = False) -> None:
    """An outpatient (or internet) visit; `stage` is first, lead (before a stay) or follow."""
    script, rng = chart.script, chart.rng
    first = stage == "first"
    well = 0.15 if first else 0.75
    complaint = chart.say(script["complaint"] if first else script.get(f"{stage}_complaint", "复诊，要求开药"))
    at, remote = chart.start, chart.kind is EncounterKind.INTERNET
    panels, reports = _staged(chart, stage, "labs"), _staged(chart, stage, "reports")
    tested = not remote and bool(panels) and (first or chart.coin(0.25))
    pictured = not remote and bool(reports) and (first or chart.coin(0.2))
    order_at = at + (rng.randint(150, 200) if tested or pictured else rng.randint(9, 16)) * MINUTE
    chart.end = order_at + rng.randint(5, 20) * MINUTE
    open_encounter(chart, complaint)
    signs = vitals.draw(chart, well)
    if not remote:
        keys = ("t", "p", "r") if phrases.years(chart) < 14 else ("bp", "p") + (("t",) if script.get("fever") else ())
        signs = vitals.add_vitals(chart, at + 4 * MINUTE, well, keys)
    if first and script.get("consent"):
        sensitive_consent(chart, at + 8 * MINUTE)
    found: list[str] = []
    if tested:
        panel = panels[0] if first else rng.choice(panels)
        name = labs.table("labs")["panels"][panel][0]
        found.append(labs.spoken(name, labs.add_panel(chart, panel, at + 18 * MINUTE, well, order_at)))
    if pictured:
        found.append(imaging.add_report(chart, rng.choice(reports), at + 20 * MINUTE, order_at))
    diagnoses = _diagnoses(chart, *_named(chart, stage), _others(chart, stage))
    medicines = [] if admits else _staged(chart, stage, "drugs")
    days = 14 if script.get("chronic") else rng.choice((3, 5, 7))
    said = [orders.add_medicine(chart, key, order_at, days, by=chart.team.attending) for key in medicines]
    story = (
        phrases.illness(chart) if first else chart.say(rng.choice(script.get(f"{stage}_illness") or script["follow"]))
    )
    advice = script.get(f"{stage}_handling") or script.get("handling") or script["plan"][0]
    handling = ["有住院指征，已向患者说明，开具住院证，办理入院。"] if admits else [chart.say(advice)]
    handling += [f"药物：{'；'.join(said)}。"] if said else []
    sections = [
        ("主诉", complaint),
        ("现病史", story),
        ("既往史", phrases.past(chart) if first else "同前。"),
        ("过敏史", phrases.allergies(chart)),
        ("体格检查", "互联网复诊，未行体格检查。" if remote else phrases.examination(chart, signs)),
        ("辅助检查", "\n".join(found)),
        ("初步诊断", numbered(diagnoses)),
        ("处理意见", numbered(handling)),
    ]
    if not first and not remote:
        seen = script.get(f"{stage}_exam") or "一般情况可，心肺腹查体未见新发异常。"
        sections[4] = ("体格检查", f"{vitals.spoken(signs)}\n{chart.say(seen)}")
    add_document(chart, "visit", order_at + 3 * MINUTE, sections, author=chart.team.attending)


def _first(script: Table, *names: str) -> list[str]:
    """The first member of the first of these lists that the script has."""
    for name in names:
        if name in script:
            return list(script[name][:1])
    return []


def emergency(chart: Chart, disposal: str) -> None:
    """An emergency visit with triage, first tests and where the patient goes next."""
    script, at = chart.script, chart.start
    complaint = chart.say(script["complaint"])
    open_encounter(chart, complaint)
    level, word = script.get("triage", (3, "急症"))
    chart.add(
        {
            "resourceType": "Observation",
            "status": "final",
            "category": [codes.concept(f"{codes.HL7}/observation-category", "survey", "Survey", "预检分诊")],
            "code": codes.concept(codes.own("finding"), "triage", "预检分诊级别"),
            "subject": chart.subject,
            "encounter": chart.here,
            "effectiveDateTime": instant(at),
            "performer": [chart.practitioner(chart.team.nurse)],
            "valueCodeableConcept": codes.concept(codes.own("triage"), str(level), f"{level} 级（{word}）"),
        },
        chart.team.nurse,
        at,
        after=2 * MINUTE,
    )
    signs = vitals.add_vitals(chart, at + 3 * MINUTE, 0.0, ("t", "p", "r", "bp", "spo2"))
    found = []
    for panel in _first(script, "urgent_labs", "visit_labs"):
        name = labs.table("labs")["panels"][panel][0]
        found.append(labs.spoken(name, labs.add_panel(chart, panel, at + 12 * MINUTE, 0.0)))
    found += [imaging.add_report(chart, key, at + 15 * MINUTE) for key in _first(script, "urgent_reports")]
    diagnoses = _diagnoses(chart, script["code"], script["name"], 1.0)
    said = [
        orders.add_medicine(chart, key, at + 25 * MINUTE, 1, given=1, by=chart.team.attending)
        for key in script.get("urgent_drugs", [])
    ]
    handling = [chart.say(script.get("urgent", "监测生命体征，完善相关检查。"))]
    handling += [f"急诊用药：{'；'.join(said)}。"] if said else []
    handling.append(disposal)
    add_document(
        chart,
        "visit",
        at + 40 * MINUTE,
        [
            ("主诉", complaint),
            ("现病史", phrases.illness(chart)),
            ("既往史", phrases.past(chart)),
            ("过敏史", "不详。" if "unidentified" in chart.who.note else phrases.allergies(chart)),
            ("体格检查", phrases.examination(chart, signs)),
            ("辅助检查", "\n".join(found)),
            ("初步诊断", numbered(diagnoses)),
            ("处理意见", numbered(handling)),
        ],
        author=chart.team.attending,
        title="急诊病历",
    )


def check_up(chart: Chart) -> None:
    """A health check: measures, tests, pictures and one report with advice."""
    script, at, rng = chart.script, chart.start, chart.rng
    open_encounter(chart, "健康体检")
    signs = vitals.add_vitals(chart, at + 5 * MINUTE, 1.0, ("bp", "p"))
    height = round(rng.gauss(170 if chart.who.sex == "male" else 159, 5))
    weight = round(rng.gauss(23.6, 2.6) * (height / 100) ** 2, 1)
    bmi = round(weight / (height / 100) ** 2, 1)
    for key, value in (("height", float(height)), ("weight", weight), ("bmi", bmi)):
        vitals.add_measure(chart, key, value, at + 8 * MINUTE)
    found = []
    for panel in rng.sample(script["visit_labs"], 2):
        name = labs.table("labs")["panels"][panel][0]
        found.append(labs.spoken(name, labs.add_panel(chart, panel, at + 15 * MINUTE, rng.uniform(0, 1))))
    for key in rng.sample(script["visit_reports"], 2):
        found.append(imaging.add_report(chart, key, at + 40 * MINUTE))
    add_condition(chart, script["code"], script["name"], after=60 * MINUTE)
    advice = [chart.say(each) for each in rng.sample(script["advice"], 3)]
    if bmi >= 24:
        advice.insert(0, f"体质指数 {bmi} kg/m²，属{'肥胖' if bmi >= 28 else '超重'}，建议控制体重。")
    add_document(
        chart,
        "checkup",
        at + 2 * timedelta(days=1),
        [
            ("体格检查", f"{vitals.spoken(signs)}身高 {height} cm，体重 {weight} kg。内科、外科检查未见明显异常。"),
            ("辅助检查", "\n".join(found)),
            ("健康指导", numbered(advice)),
        ],
        author=chart.team.attending,
    )
