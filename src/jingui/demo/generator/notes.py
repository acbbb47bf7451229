"""The physicians' documents of a stay, each in its time, a few of them late [2.2.2]"""

from datetime import datetime, timedelta

from jingui.core.words import EncounterKind
from jingui.demo.generator import orders, phrases, vitals
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.documents import add_document, numbered
from jingui.demo.generator.lists import table

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_LATE = 0.05  # how often a due document is late: visible, yet the exception


def _due(chart: Chart, soon: tuple[float, float], limit: float) -> tuple[timedelta, str]:
    """How long after the event the document is written, and the reason if that is beyond `limit` hours."""
    if chart.coin(_LATE):
        late = chart.rng.uniform(limit + 0.5, limit * 1.7)
        return timedelta(minutes=round(late * 60)), str(chart.rng.choice(table("history")["late_reasons"]))
    return timedelta(minutes=round(chart.rng.uniform(*soon) * 60)), ""


def first_progress(
    chart: Chart, complaint: str, signs: dict[str, float], diagnoses: list[str], said: list[str]
) -> None:
    """首次病程记录, due 8 h after admission."""
    script = chart.script
    after, late = _due(chart, (1.5, 7.0), 8)
    features = [
        f"{phrases.opening(chart)}，因“{complaint}”于 {chart.start:%Y-%m-%d %H:%M} 入院。",
        phrases.illness(chart),
        f"查体：{vitals.spoken(signs)}{phrases.finding(chart, signs)}",
    ]
    plan = [chart.say(each) for each in script["plan"]]
    if said:
        plan.append(f"目前主要用药：{'；'.join(said[:4])}。")
    sections = [
        ("病例特点", numbered(features)),
        ("初步诊断", numbered(diagnoses)),
        ("诊断依据", numbered([chart.say(each) for each in script["basis"]])),
        ("鉴别诊断", numbered([chart.say(each) for each in script["differential"]])),
        ("诊疗计划", numbered(plan)),
    ]
    add_document(chart, "first_progress", chart.start, sections, author=chart.team.resident, after=after, late=late)


def admission(chart: Chart, complaint: str, signs: dict[str, float], diagnoses: list[str], found: list[str]) -> None:
    """入院记录, due 24 h after admission."""
    after, late = _due(chart, (6.5, 20.0), 24)
    sections = [
        ("主诉", complaint),
        ("现病史", phrases.illness(chart)),
        ("既往史", phrases.past(chart)),
        ("过敏史", phrases.allergies(chart)),
        ("个人史", phrases.personal(chart)),
        ("月经史", phrases.menses(chart)),
        ("家族史", phrases.family(chart)),
        ("体格检查", phrases.examination(chart, signs)),
        ("辅助检查", "\n".join(found)),
        ("初步诊断", numbered(diagnoses)),
    ]
    add_document(chart, "admission", chart.start, sections, author=chart.team.resident, after=after, late=late)


def observation(
    chart: Chart, complaint: str, signs: dict[str, float], diagnoses: list[str], found: list[str], said: list[str]
) -> None:
    """急诊留观病历."""
    sections = [
        ("主诉", complaint),
        ("现病史", phrases.illness(chart)),
        ("既往史", phrases.past(chart)),
        ("过敏史", "不详。" if "unidentified" in chart.who.note else phrases.allergies(chart)),
        ("体格检查", phrases.examination(chart, signs)),
        ("辅助检查", "\n".join(found)),
        ("初步诊断", numbered(diagnoses)),
        (
            "处理意见",
            numbered([chart.say(each) for each in chart.script["plan"]] + [f"用药：{'；'.join(said)}。"] * bool(said)),
        ),
    ]
    add_document(chart, "observation", chart.start, sections, author=chart.team.attending, after=timedelta(minutes=50))


def ward_round(chart: Chart, at: datetime, senior: str, place: int, signs: dict[str, float]) -> None:
    """上级医师查房记录, the attending's first within 48 h, then the chief's."""
    rounds = chart.script["rounds"]
    person = chart.hospital.person(senior)
    day = (at.date() - chart.start.date()).days + 1
    head = f"{person.name}{person.title}查房：{phrases.opening(chart, at.date())}，入院第 {day} 天。"
    body = chart.say(rounds[min(place, len(rounds) - 1)])
    text = f"{head}今晨 {vitals.spoken(signs)}\n{body}"
    add_document(
        chart, "round", at, [("查房记录", text)], author=chart.team.resident, after=chart.rng.randint(40, 240) * MINUTE
    )


def progress(chart: Chart, at: datetime, pattern: str, signs: dict[str, float], again: str) -> None:
    """日常病程记录."""
    after, late = _due(chart, (0.3, 3.0), 24)
    text = f"{chart.say(pattern)}\n查体：{vitals.spoken(signs)}"
    add_document(
        chart,
        "progress",
        at,
        [("病程记录", f"{text}\n{again}".strip())],
        author=chart.team.resident,
        after=after,
        late=late,
    )


def consultation(chart: Chart, at: datetime) -> None:
    """会诊记录 by a department that the script names."""
    department = chart.rng.choice(chart.script["consults"])
    asked, opinion = table("history")["consult"][department]
    writer = next(
        each
        for each in chart.hospital.of(chart.hospital.person(chart.team.attending).role, department)
        if each.rank == 2
    )
    name = chart.hospital.department(department).name
    add_document(
        chart,
        "consultation",
        at,
        [("会诊目的", f"请{name}会诊：{asked}。"), ("会诊意见", f"{opinion}\n会诊医师：{name} {writer.name}")],
        author=writer.id,
        after=45 * MINUTE,
    )


def discharge(chart: Chart, complaint: str, first: list[str], diagnoses: list[str], found: list[str]) -> None:
    """出院记录, due 24 h after discharge, with the medicines to take home; a stay also gets its front page."""
    if chart.end is None:
        return
    script = chart.script
    home = [
        orders.add_medicine(chart, key, chart.end - 2 * HOUR, 14, discharge=True)
        for key in script.get("home_drugs", [])
    ]
    nights = (chart.end.date() - chart.start.date()).days
    advice = [chart.say(each) for each in script["advice"]]
    if home:
        advice.insert(0, f"出院带药：{'；'.join(home)}。")
    after, late = _due(chart, (0.4, 8.0), 24)
    sections = [
        ("入院诊断", numbered(first)),
        ("主诉", complaint),
        ("辅助检查", "\n".join(each for each in found if "待" not in each)),
        ("诊疗经过", chart.say(script["course"])),
        ("出院诊断", numbered(diagnoses)),
        ("出院情况", chart.say(script["outcome"])),
        ("出院医嘱", numbered(advice)),
    ]
    add_document(chart, "discharge", chart.end, sections, author=chart.team.resident, after=after, late=late)
    if chart.kind is EncounterKind.INPATIENT:
        front = [
            (
                "住院信息",
                f"入院时间：{chart.start:%Y-%m-%d %H:%M}\n"
                f"出院时间：{chart.end:%Y-%m-%d %H:%M}\n实际住院 {max(1, nights)} 天",
            ),
            (
                "出院诊断",
                "\n".join(
                    [f"主要诊断：{diagnoses[0]}（{script['code']}），入院病情：有"]
                    + [f"其他诊断：{each}" for each in diagnoses[1:]]
                ),
            ),
            ("离院方式", "医嘱离院"),
        ]
        add_document(
            chart, "front_page", chart.end, front, author=chart.team.attending, after=chart.rng.randint(2, 22) * HOUR
        )


def death(chart: Chart, complaint: str, first: list[str], diagnoses: list[str], found: list[str]) -> None:
    """抢救记录 within 6 h and 死亡记录 within 24 h of a death."""
    if chart.end is None:
        return
    start = chart.end - 55 * MINUTE
    late = "抢救结束后据实补记"
    rescue = table("history")["rescue"].format(start=f"{start:%H:%M}", end=f"{chart.end:%H:%M}")
    people = "、".join(f"{chart.name(each)}" for each in (chart.team.attending, chart.team.resident, chart.team.nurse))
    add_document(
        chart,
        "rescue",
        chart.end,
        [("抢救经过", rescue), ("参加抢救人员", people)],
        author=chart.team.attending,
        after=chart.rng.randint(90, 330) * MINUTE,
        late=late,
    )
    sections = [
        ("入院诊断", numbered(first)),
        ("主诉", complaint),
        ("诊疗经过", chart.say(chart.script["course"]) + "治疗过程中病情进行性加重，终因多器官功能衰竭抢救无效死亡。"),
        ("死亡时间", f"{chart.end:%Y-%m-%d %H:%M}"),
        ("死亡诊断", numbered([*diagnoses, "多器官功能衰竭"])),
    ]
    add_document(
        chart, "death", chart.end, sections, author=chart.team.attending, after=chart.rng.randint(5, 20) * HOUR
    )
