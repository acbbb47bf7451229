"""Nursing documents: assessment at admission, notes of the days, guidance at discharge [2.2.2]"""

from datetime import datetime, timedelta

from jingui.demo.generator import phrases
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.documents import add_document

MINUTE = timedelta(minutes=1)
_MOOD = ("情绪稳定，能配合治疗", "略感紧张，经解释后情绪平稳", "对病情有所了解，配合良好", "担心预后，已予心理疏导")
_RISK = (
    "跌倒风险评分 {#15-60} 分，已落实防跌倒措施",
    "压疮风险（Braden）{#14-22} 分，皮肤完整",
    "生活自理能力评分 {#45-100} 分",
)
_CHILD = ("患儿家长陪护，已告知防坠床事项，床档拉起", "患儿哭闹时予安抚，家长配合良好")


def assessment(chart: Chart, at: datetime) -> None:
    """入院评估 by the nurse in charge."""
    child = phrases.years(chart) < 14
    way = chart.rng.choice(
        ("家长抱入", "由家长怀抱入院") if phrases.years(chart) < 6 else ("步行入院", "轮椅推入", "平车推入")
    )
    way = "平车推入" if chart.script.get("lying") else way
    mood = chart.rng.choice(_CHILD if child else _MOOD)
    risk = chart.say(chart.rng.choice(_RISK)) if not child else "住院患儿跌倒坠床风险：中度，已落实防范措施"
    daily = "反应好，已开奶" if phrases.newborn(chart) else chart.say("饮食{可|欠佳|一般}，睡眠{可|欠佳|一般}")
    text = f"{way}，{mood}。{daily}。过敏史：{phrases.allergies(chart)}"
    level = chart.script.get("level", "二级护理")
    sections = [
        ("一般情况", text),
        ("风险评估", f"{risk}。"),
        ("护理措施", f"介绍病区环境与陪护制度，佩戴腕带，遵医嘱予{level}，{chart.script.get('diet', '普食')}。"),
    ]
    add_document(chart, "assessment", at, sections, author=chart.team.nurse, after=15 * MINUTE)


def note(chart: Chart, at: datetime, well: float) -> None:
    """一般护理记录 of a day."""
    told = phrases.stage_text(chart, "nursing", chart.script["nursing"], well)
    tail = chart.rng.choice(
        ("巡视病房，床单位整洁，呼叫器置于手边。", "已做健康宣教，患者及家属表示了解。", "夜间睡眠可，未诉特殊不适。")
    )
    if phrases.years(chart) < 14:
        tail = chart.rng.choice(("家长陪护在旁，已做健康宣教。", "巡视病房，患儿安静入睡。"))
    text = f"{chart.say(told)}{tail}"
    add_document(chart, "nursing", at, [("护理记录", text)], author=chart.team.nurse, after=20 * MINUTE)


def farewell(chart: Chart, at: datetime) -> None:
    """出院护理指导."""
    advice = chart.say(chart.script["advice"][0])
    who = "家长" if phrases.years(chart) < 14 else "患者及家属"
    text = f"今日办理出院。已向{who}讲解出院用药、饮食与活动注意事项：{advice}{who}表示理解，已告知随访时间与复诊方式。"
    add_document(
        chart, "nursing", at, [("出院指导", text)], author=chart.team.nurse, after=15 * MINUTE, title="出院护理指导"
    )
