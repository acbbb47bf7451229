"""The general parts of a history: what every chart asks, by sex and stage of life [2.1.1]"""

import re
from datetime import date

from jingui.demo.generator import vitals
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.lists import table


def stage_text(chart: Chart, kind: str, texts: list[str], well: float) -> str:
    """The text for how well the patient is; a general one where the same would be written twice in a row."""
    place = str(min(len(texts) - 1, int(well * len(texts))))
    mark = f"#{kind} {chart.encounter}"
    if chart.words.get(mark) == place:
        subject = "患儿" if years(chart) < 14 else "患者"
        return str(chart.rng.choice(table("history")[f"{kind}_more"])).replace("患者", subject)
    chart.words[mark] = place
    return texts[int(place)]


def years(chart: Chart) -> int:
    """The patient's age in completed years at this encounter."""
    return chart.who.age(chart.start.date())


def age_words(chart: Chart, on: date | None = None) -> str:
    """The age as a chart of that day says it: days, months, years and months, or years."""
    days = ((on or chart.start.date()) - chart.who.birth).days
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


def opening(chart: Chart, on: date | None = None) -> str:
    """How a document of that day names the patient without a name: sex and age."""
    subject = "患儿" if years(chart) < 14 else "患者"
    return f"{subject}，{sex_word(chart)}，{age_words(chart, on)}"


def newborn(chart: Chart) -> bool:
    """Whether the patient is in the first four weeks of life."""
    return (chart.start.date() - chart.who.birth).days < 28


def illness(chart: Chart) -> str:
    """现病史: told once, and in the same words in every document of this illness."""
    return chart.once("=illness", chart.rng.choice(chart.script["illness"]))


def finding(chart: Chart, signs: dict[str, float]) -> str:
    """专科情况, the same in every document of the encounter, with the heart rate that was measured."""
    text = chart.once(f"=exam {chart.encounter}", chart.script["exam"])
    rate = signs["p"] + (12 if chart.script["code"].startswith("I48") else 0)  # a pulse deficit in fibrillation
    return re.sub(r"心率 \d+ 次/分", f"心率 {rate:.0f} 次/分", text)


def past(chart: Chart) -> str:
    """既往史: the script's own first, then the general part."""
    if "unidentified" in chart.who.note:
        return "患者身份不明，无家属陪同，既往史无法采集。"
    lists = table("history")
    if newborn(chart):
        return "新生儿，无既往史。"
    if years(chart) < 14:
        return chart.once("=past", lists["past_child"])
    own = chart.script.get("past", [])
    first = chart.rng.choice(own) if own else chart.rng.choice(lists["past_adult"]) + "，"
    tail = lists["past_tail"]
    if chart.script.get("infectious"):
        tail = tail.replace("否认肝炎、结核等传染病史，", "否认其他传染病接触史，")
    if "operation" in chart.script or "术" in first:
        tail = tail.replace("否认手术及输血史", "否认输血史" if "术" in first else "否认其他手术及输血史")
    return chart.once("=past", first + tail)


def allergies(chart: Chart) -> str:
    """过敏史 in words."""
    if chart.who.allergy:
        zh, reaction, *_ = table("names")["allergens"][chart.who.allergy]
        return f"对{zh}过敏（{reaction}）。"
    return "否认食物、药物过敏史。"


def personal(chart: Chart) -> str:
    """个人史."""
    lists = table("history")
    if newborn(chart):
        return f"足月出生，出生体重 {chart.words['grams']} g，生后母乳喂养。"
    if "吸烟" in chart.words.get("=past", ""):
        return "生于本地，久居于此，否认疫区接触史，吸烟情况见既往史，否认酗酒史。"
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
    if newborn(chart):
        general = lists["general_newborn"]
    elif years(chart) < 14:
        general = chart.say(chart.rng.choice(lists["general_child"]))
    else:
        fitting = lists["general_adult"][:2] if chart.script.get("lying") else lists["general_adult"]
        general = chart.say(chart.rng.choice(fitting))
    return f"{vitals.spoken(signs)}\n{general}\n专科情况：{finding(chart, signs)}"
