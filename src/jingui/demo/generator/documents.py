"""Documents of the chart as Compositions with narrative-safe sections [2.2.2]"""

from datetime import datetime, timedelta
from html import escape

from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.shapes import Json

KINDS = {  # WS/T 500 document kinds that the demo writes
    "visit": ("C0002", "门（急）诊病历"),
    "observation": ("C0003", "急诊留观病历"),
    "operation": ("C0009", "手术记录"),
    "delivery": ("C0015", "阴道分娩记录"),
    "caesarean": ("C0016", "剖宫产记录"),
    "nursing": ("C0017", "一般护理记录"),
    "assessment": ("C0023", "入院评估"),
    "surgical_consent": ("C0026", "手术知情告知书"),
    "front_page": ("C0032", "住院病案首页"),
    "admission": ("C0034", "入院记录"),
    "first_progress": ("C0037", "首次病程记录"),
    "progress": ("C0038", "日常病程记录"),
    "round": ("C0039", "上级医师查房记录"),
    "rescue": ("C0044", "抢救记录"),
    "consultation": ("C0045", "会诊记录"),
    "preoperative": ("C0046", "术前小结"),
    "postoperative": ("C0048", "术后首次病程记录"),
    "discharge": ("C0049", "出院记录"),
    "death": ("C0050", "死亡记录"),
    "checkup": ("C0001", "健康体检报告"),
}
SECTIONS = {  # title: LOINC section code as the national documents use it
    "主诉": "10154-3",
    "现病史": "10164-2",
    "既往史": "11348-0",
    "过敏史": "48765-2",
    "个人史": "29762-2",
    "月经史": "49033-4",
    "家族史": "10157-6",
    "体格检查": "29545-1",
    "辅助检查": "30954-2",
    "初步诊断": "29548-5",
    "诊断": "29548-5",
    "入院诊断": "46241-6",
    "出院诊断": "11535-2",
    "诊疗计划": "18776-5",
    "处理意见": "18776-5",
    "诊疗经过": "8648-8",
    "手术经过": "8724-7",
    "术前诊断": "10219-4",
    "术后诊断": "10218-6",
    "出院医嘱": "46209-3",
    "健康指导": "69730-0",
}


def narrative(text: str) -> Json:
    """A generated Narrative: each line of `text` a paragraph, every sign escaped."""
    lines = "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.split("\n") if line.strip())
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{lines}</div>'}


def numbered(lines: list[str]) -> str:
    """Lines as `1. …` paragraphs, or the only one as it is."""
    return lines[0] if len(lines) == 1 else "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))


def section(title: str, text: str) -> Json:
    """One section, coded where the national documents code it."""
    found: Json = {"title": title, "text": narrative(text)}
    if loinc := SECTIONS.get(title):
        found["code"] = codes.concept(codes.LOINC, loinc, title)
    return found


def add_document(
    chart: Chart,
    kind: str,
    event: datetime,
    sections: list[tuple[str, str]],
    *,
    author: str,
    after: timedelta = timedelta(0),
    late: str = "",
    title: str = "",
) -> str | None:
    """Enter one document written `after` the event; a late one says 补记 and why in its first section."""
    code, name = KINDS[kind]
    name = title or name
    parts = [section(head, text) for head, text in sections if text]
    if late:
        stamp = f"本记录为补记，应记时间 {event:%Y-%m-%d %H:%M}，补记时间 {event + after:%Y-%m-%d %H:%M}。原因：{late}"
        parts.insert(0, section("补记说明", stamp))
    return chart.add(
        {
            "resourceType": "Composition",
            "status": "final",
            "type": codes.concept(codes.DOCUMENT, code, KINDS[kind][1]),
            "subject": chart.subject,
            "encounter": chart.here,
            "date": instant(event + after),
            "author": [chart.practitioner(author)],
            "title": f"{name}（补记）" if late else name,
            "custodian": codes.reference("Organization", "hospital", chart.hospital.name),
            "section": parts,
        },
        author,
        event,
        after=after,
        late=late,
    )
