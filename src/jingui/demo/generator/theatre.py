"""Operations and deliveries: consent, summary before, the operation, its records after [2.2.2]"""

from datetime import datetime, timedelta

from jingui.demo.generator import orders
from jingui.demo.generator.chart import Chart
from jingui.demo.generator.consents import surgical_consent
from jingui.demo.generator.documents import add_document
from jingui.demo.generator.lists import Table, table

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _consent(chart: Chart, row: Table, at: datetime) -> None:
    """The Consent and the paper that told the patient what it is about."""
    surgical_consent(chart, at)
    text = (
        f"拟行手术：{row['name']}。麻醉方式：{row['anaesthesia']}。"
        f"已向{row.get('told', '患者及家属')}说明手术目的、方式、"
        f"替代方案及可能的风险（{row['risks']}），{row.get('told', '患者及家属')}表示理解，同意手术并签字。"
    )
    add_document(chart, "surgical_consent", at, [("告知内容", text)], author=chart.team.resident, after=5 * MINUTE)


def operate(chart: Chart, admitted: datetime, diagnoses: list[str], after_all: list[str]) -> int:
    """Write what belongs to the script's operation; returns the day of the stay on which it falls."""
    row, rng = chart.script["operation"], chart.rng
    day = int(row["day"])
    if day == 0:
        start = admitted + rng.randint(*row.get("wait", (60, 240))) * MINUTE
    else:
        start = (admitted + day * DAY).replace(hour=rng.choice((8, 9, 10, 13, 14)), minute=rng.randrange(0, 60, 5))
    minutes = rng.randint(*row["minutes"])
    if chart.born:
        start = chart.born - minutes * MINUTE
    end = start + minutes * MINUTE
    team = (chart.team.chief, chart.team.attending, chart.team.resident)
    by = tuple(dict.fromkeys(team if row.get("major") else team[1:]))
    if not row.get("birth"):
        before = start - (rng.randint(25, 50) * MINUTE if day == 0 else rng.randint(15, 19) * HOUR)
        before = max(before, admitted + 30 * MINUTE)
        _consent(chart, row, before)
        if day:
            summary = [
                ("病历摘要", f"术前诊断：{diagnoses[0]}。{chart.say(row['indication'])}"),
                ("拟行手术", f"{row['name']}，{row['anaesthesia']}"),
                ("注意事项", chart.say(row.get("caution", "术前禁食 8 小时、禁饮 2 小时，完善备皮及交叉配血。"))),
            ]
            add_document(chart, "preoperative", before, summary, author=chart.team.resident, after=30 * MINUTE)
    procedure = orders.add_procedure(chart, row["code"], row["name"], start, minutes, by=by, outcome="顺利")
    if not procedure:
        return day
    chart.words["minutes"] = str(minutes)
    chart.words["loss"] = str(rng.randint(*row.get("loss", (10, 60))))
    late = rng.choice(table("history")["late_reasons"]) if chart.coin(0.06) else ""
    after = rng.randint(25, 34) * HOUR if late else rng.randint(40, 900) * MINUTE
    kind = {"vaginal": "delivery", "caesarean": "caesarean"}.get(row.get("birth", ""), "operation")
    names = "、".join(chart.name(each) for each in by)
    sections = [
        ("术前诊断", diagnoses[0]),
        ("术后诊断", after_all[0]),
        ("手术名称", row["name"]),
        ("手术人员", f"手术者及助手：{names}。麻醉方式：{row['anaesthesia']}。"),
        ("手术经过", chart.say(row["steps"])),
        (
            "术中情况",
            f"手术历时 {minutes} 分钟，术中出血约 {chart.words['loss']} ml，未输血。"
            + chart.say(row.get("specimen", "")),
        ),
    ]
    if kind == "delivery":
        sections = [
            ("分娩经过", chart.say(row["steps"])),
            ("新生儿情况", chart.say(row["specimen"])),
            ("产后情况", f"产时出血约 {chart.words['loss']} ml，会阴伤口对合良好。"),
        ]
    add_document(chart, kind, end, sections, author=by[0], after=after, late=late)
    if kind != "delivery":
        text = f"患者今日在{row['anaesthesia']}下行{row['name']}，手术顺利，安返病房。{chart.say(row['post'])}"
        add_document(
            chart, "postoperative", end, [("术后首次病程", text)], author=chart.team.resident, after=40 * MINUTE
        )
    for key in row.get("drugs", []):
        orders.add_medicine(chart, key, end + 30 * MINUTE, 3, given=1)
    nursing_text = row.get(
        "nursing", "术毕安返病房，神志清，予心电监护、吸氧，伤口敷料干燥固定，各管路通畅，生命体征平稳。"
    )
    add_document(
        chart,
        "nursing",
        end + 20 * MINUTE,
        [("护理记录", chart.say(nursing_text))],
        author=chart.team.nurse,
        after=25 * MINUTE,
        title="产后护理记录" if kind == "delivery" else "术后护理记录",
    )
    return day
