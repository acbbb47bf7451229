"""The general parts of a history: what every chart asks, by sex and stage of life [2.1.1]"""

from jingui.demo.generator import vitals
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.lists import table


def years(chart: Chart) -> int:
    """The patient's age in completed years at this encounter."""
    return chart.who.age(chart.start.date())


def age_words(chart: Chart) -> str:
    """The age as a chart says it: days, months, years and months, or years."""
    days = (chart.start.date() - chart.who.birth).days
    if days < 1:
        return "出生后当日"
    if days < 30:
        return f"{days} 天"
    if days < 730:
        return f"{days // 30} 月龄"
    whole = years(chart)
    if whole < 6:
        return f"{whole} 岁 {max(0, days - round(whole * 365.25)) // 31} 月"
    return f"{whole} 岁"


def sex_word(chart: Chart) -> str:
    """男 or 女, or 性别不详."""
    return {"male": "男", "female": "女"}.get(chart.who.sex, "性别不详")


def opening(chart: Chart) -> str:
    """How a document names the patient without a name: sex and age."""
    subject = "患儿" if years(chart) < 14 else "患者"
    return f"{subject}，{sex_word(chart)}，{age_words(chart)}"


def past(chart: Chart) -> str:
    """既往史: the script's own first, then the general part."""
    if "unidentified" in chart.who.note:
        return "患者身份不明，无家属陪同，既往史无法采集。"
    lists = table("history")
    if years(chart) < 14:
        return chart.say(lists["past_child"])
    own = chart.script.get("past", [])
    first = chart.say(chart.rng.choice(own)) if own else chart.rng.choice(lists["past_adult"]) + "，"
    return first + _once(chart, chart.say(lists["past_tail"]))


def _once(chart: Chart, tail: str) -> str:
    if chart.script.get("infectious"):
        tail = tail.replace("否认肝炎、结核等传染病史，", "否认其他传染病接触史，")
    return tail


def allergies(chart: Chart) -> str:
    """过敏史 in words."""
    if chart.who.allergy:
        zh, reaction, *_ = table("names")["allergens"][chart.who.allergy]
        return f"对{zh}过敏（{reaction}）。"
    return "否认食物、药物过敏史。"


def personal(chart: Chart) -> str:
    """个人史."""
    lists = table("history")
    key = "personal_child" if years(chart) < 14 else f"personal_{'male' if chart.who.sex == 'male' else 'female'}"
    return chart.say(lists[key])


def menses(chart: Chart) -> str:
    """月经史 for women and girls of age, "" for everybody else and where the script tells it itself."""
    if chart.who.sex != "female" or years(chart) < 14 or chart.script.get("obstetric"):
        return ""
    return chart.say(table("history")["menses_old" if years(chart) >= 53 else "menses_young"])


def family(chart: Chart) -> str:
    """家族史."""
    lists = table("history")
    if years(chart) < 14:
        return str(lists["family_child"])
    own = chart.script.get("family")
    return chart.say(own) if own else str(chart.rng.choice(lists["family_old" if years(chart) > 62 else "family"]))


def examination(chart: Chart, signs: dict[str, float]) -> str:
    """体格检查: signs, the general part, and what the disease shows."""
    lists = table("history")
    newborn = (chart.start.date() - chart.who.birth).days < 28
    if newborn:
        general = lists["general_newborn"]
    elif years(chart) < 14:
        general = chart.say(chart.rng.choice(lists["general_child"]))
    else:
        general = chart.script.get("general") or chart.say(chart.rng.choice(lists["general_adult"]))
    return f"{vitals.spoken(signs)}\n{general}\n专科情况：{chart.say(chart.script['exam'])}"
