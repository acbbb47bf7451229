"""A stay from admission to discharge, with the documents due at 8 h, 24 h, 48 h and every third day [2.2.2]"""

from datetime import datetime, timedelta

from jingui.demo.generator import consents, imaging, labs, notes, nursing, orders, phrases, theatre, vitals
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.visits import add_condition, known, open_encounter

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _morning(chart: Chart, day: int, hour: int = 9) -> datetime:
    """A time in the morning of the stay's day `day` (0 is the day of admission)."""
    base = (chart.start + day * DAY).replace(hour=hour, minute=0, second=0)
    return base + chart.rng.randint(0, 50) * MINUTE


def _tests(chart: Chart, at: datetime) -> list[str]:
    """Order the tests of admission; what takes longer than five hours is still awaited when the history is written."""
    said, until = [], at + 5 * HOUR
    for panel in chart.script.get("labs", []):
        name = labs.table("labs")["panels"][panel][0]
        said.append(labs.spoken(name, labs.add_panel(chart, panel, at, 0.1, until)))
    said += [imaging.add_report(chart, key, at + 30 * MINUTE, until) for key in chart.script.get("reports", [])]
    return said


def _diagnoses(chart: Chart) -> list[str]:
    script = chart.script
    after = chart.born - chart.start + HOUR if chart.born else 30 * MINUTE  # a delivery is known when it is over
    add_condition(chart, script["code"], script["name"], after=after)
    said = [str(script["name"])]
    for code, name in known(chart):
        add_condition(chart, code, name, main=False, after=after + 2 * MINUTE)
        said.append(name)
    return said


def _days(chart: Chart) -> int:
    """Nights so far or in all."""
    until = min(chart.end or chart.now, chart.now)
    return max(0, (until.date() - chart.start.date()).days)


def _again(chart: Chart, day: int, well: float) -> str:
    """Repeat one panel on a later morning."""
    panels = chart.script.get("labs", [])[:2]
    if not panels:
        return ""
    panel = chart.rng.choice(panels)
    name = labs.table("labs")["panels"][panel][0]
    return "复查" + labs.spoken(name, labs.add_panel(chart, panel, _morning(chart, day, 6), well))


def _course(chart: Chart, nights: int, whole: int, operated: int) -> None:
    """Ward rounds, progress notes, nursing notes and signs of the days after the first."""
    script = chart.script
    texts = list(script["progress"])
    for day in range(1, nights + 1):
        well = min(1.0, day / max(2, whole - 1))
        last = chart.end is not None and day == whole
        if day == 1 or day % 3 == 0 or last:
            keys = ("t", "p", "r") if phrases.years(chart) < 14 else ("t", "p", "bp")
            signs = vitals.add_vitals(chart, _morning(chart, day, 7), well, keys)
        else:
            signs = vitals.draw(chart, well)
        if last:
            break
        again = _again(chart, day, well) if day == 3 else ""
        if day == 1:
            notes.ward_round(chart, _morning(chart, day), chart.team.attending, 0, signs)
        elif day == 2:
            notes.ward_round(chart, _morning(chart, day), chart.team.chief, 1, signs)
        elif day % 3 == 0 or 0 <= day - operated <= 3:
            text = phrases.stage_text(chart, "progress", texts, well)
            notes.progress(chart, _morning(chart, day, 10), text, signs, again)
        if day % 2 == 1 and day < 7:
            nursing.note(chart, _morning(chart, day, 15), well)


def admit(chart: Chart, *, bed: str, number: str, dies: bool = False) -> None:
    """Write the whole stay as far as `chart.now`; an open stay simply stops there."""
    script, at = chart.script, chart.start
    complaint = chart.say(script["complaint"])
    open_encounter(chart, complaint, bed=bed, number=number)
    child = phrases.years(chart) < 14
    keys = ("t", "p", "r", "spo2") if child else ("t", "p", "r", "bp", "spo2")
    signs = vitals.add_vitals(chart, at + 6 * MINUTE, 0.0, keys)
    vitals.add_measure(chart, "weight", float(chart.words["weight"]), at + 8 * MINUTE)
    if not child:
        vitals.add_measure(chart, "pain", float(chart.rng.randint(*script.get("pain", (0, 2)))), at + 9 * MINUTE)
    nursing.assessment(chart, at + 25 * MINUTE)
    diagnoses = _diagnoses(chart)
    found = _tests(chart, at + 40 * MINUTE)
    whole = (chart.end - chart.start).days if chart.end else int(script["stay"][1])
    whole = max(1, whole)
    said = [
        orders.add_medicine(chart, key, at + 55 * MINUTE, whole, given=2 - place if place < 2 else 0)
        for place, key in enumerate(script.get("drugs", []))
    ]
    if script.get("consent"):
        consents.sensitive_consent(chart, at + 35 * MINUTE)
    first = [chart.say(each) for each in script.get("initial", [])] or diagnoses
    notes.first_progress(chart, complaint, signs, first, said)
    notes.admission(chart, complaint, signs, first, found)
    operated = theatre.operate(chart, at, first, diagnoses) if "operation" in script else -9
    nights = _days(chart)
    _course(chart, nights, whole, operated)
    if script.get("consults") and chart.coin(0.5) and nights >= 2:
        notes.consultation(chart, _morning(chart, 2, 14))
    if chart.end and chart.end <= chart.now:
        (notes.death if dies else notes.discharge)(chart, complaint, first, diagnoses, found)
        if not dies:
            nursing.farewell(chart, chart.end - HOUR)


def observe(chart: Chart, *, bed: str) -> None:
    """An observation stay in the emergency department: hours, not days."""
    script, at = chart.script, chart.start
    complaint = chart.say(script["complaint"])
    open_encounter(chart, complaint, bed=bed)
    signs = vitals.add_vitals(chart, at + 5 * MINUTE, 0.0, ("t", "p", "r", "bp", "spo2"))
    diagnoses = _diagnoses(chart)
    found = _tests(chart, at + 15 * MINUTE)
    said = [orders.add_medicine(chart, key, at + 20 * MINUTE, 1, given=1) for key in script.get("drugs", [])]
    notes.observation(chart, complaint, signs, diagnoses, found, said)
    for hours in (4, 12, 24):
        when = at + hours * HOUR
        if chart.end and when >= chart.end:
            break
        well = hours / 30
        later = vitals.add_vitals(chart, when, well)
        text = phrases.stage_text(chart, "progress", script["progress"], well)
        notes.progress(chart, when + 20 * MINUTE, text, later, "")
        nursing.note(chart, when + 40 * MINUTE, well)
    if chart.end and chart.end <= chart.now:
        notes.discharge(chart, complaint, diagnoses, diagnoses, found)
