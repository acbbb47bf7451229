"""Makes sample copies with invented records, signed with a certificate of the day: to look at, page by page.

PYTHONPATH=src python -m tools.copy_sample FOLDER
"""

import argparse
import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from jingui.crypto.certificates import new_root, new_seal, pem
from jingui.formats import pdf, pdf_sign
from jingui.formats.pdf import CopyDocument, Correction, Grid, Heading, Pair, Pairs, PaperPages, Paragraph, Record

HERE = timezone(timedelta(hours=8))
MADE = datetime(2026, 11, 23, 10, 5, tzinfo=HERE)
HOSPITAL = "江南市第一人民医院"
RARE = "阿不都热依木·买买提吐尔逊·𠮷田"
ILLNESS = (
    "患者于3天前受凉后出现发热，体温最高39.2℃，伴咳嗽、咳黄色黏痰，量中等，活动后气促，无胸痛、咯血，"
    "无夜间阵发性呼吸困难。自服“布洛芬”后体温可暂时下降。今为求进一步诊治来我院，门诊以“社区获得性肺炎”"
    "收入我科。起病以来，精神、食欲欠佳，睡眠一般，大小便正常，体重无明显变化。"
)
DAY = (
    "诉咳嗽较前减轻，痰量减少，无发热、胸痛。查体：P 84次/分，R 20次/分，BP 126/74 mmHg，SpO₂ 96%（未吸氧）。"
    "右下肺湿啰音较前减少。分析：抗感染治疗有效，继续左氧氟沙星0.5 g 静滴 qd，复查血常规、C反应蛋白，"
    "注意肝肾功能。"
)
LABORATORY = (
    ("白细胞计数", "13.6 ↑", "×10⁹/L", "3.5–9.5"),
    ("中性粒细胞百分比", "86.4 ↑", "%", "40–75"),
    ("血红蛋白", "132", "g/L", "115–150"),
    ("血小板计数", "268", "×10⁹/L", "125–350"),
    ("C反应蛋白", "96.3 ↑", "mg/L", "0–10"),
    ("降钙素原", "0.82 ↑", "ng/mL", "<0.05"),
    ("丙氨酸氨基转移酶", "28", "U/L", "7–40"),
    ("肌酐", "61", "μmol/L", "41–73"),
    ("钾", "3.9", "mmol/L", "3.5–5.3"),
)


def pairs(*rows: tuple[str, str, str]) -> tuple[Pair, ...]:
    """Labelled lines from (label, English, text)."""
    return tuple(Pair(label=label, label_en=english, text=text) for label, english, text in rows)


def admission() -> Record:
    """An admission record with a correction."""
    signs = pairs(
        ("主诉", "Chief complaint", "发热、咳嗽、咳痰3天，加重伴气促1天。"),
        ("体温", "Temperature", "38.9 ℃"),
        ("脉搏", "Pulse", "104 次/分"),
        ("呼吸", "Respiration", "24 次/分"),
        ("血压", "Blood pressure", "128/76 mmHg"),
    )
    correction = Correction(
        label="既往史",
        old="否认药物过敏史。",
        new="青霉素皮试阳性史（2019年），避免使用青霉素类药物。",
        who="王晓岚 住院医师",
        when="2026-03-02 16:05",
        why="家属补充病史",
    )
    return Record(
        title="入院记录",
        title_en="Admission record",
        at="2026-03-02 10:40",
        mark="已更正",
        blocks=(
            Pairs(rows=signs),
            Heading(text="现病史", text_en="History of present illness"),
            Paragraph(text=ILLNESS),
            correction,
            Heading(text="初步诊断", text_en="Provisional diagnosis"),
            Paragraph(text="1. 社区获得性肺炎（右下肺）\n2. 低氧血症\n3. 高血压病2级（高危）"),
        ),
        signatures=("住院医师：王晓岚　2026-03-02 11:58", "主治医师：赵立本　2026-03-02 15:20"),
    )


def progress(day: int) -> Record:
    """One day's progress note."""
    on = f"2026-03-{day % 28 + 2:02}"
    return Record(
        title=f"病程记录（第{day}日）",
        title_en=f"Progress note, day {day}",
        at=f"{on} 09:{day % 60:02}",
        blocks=(Paragraph(text=f"患者今日为入院第{day}日，" + DAY * 3),),
        signatures=(f"住院医师：王晓岚　{on} 09:30",),
    )


def laboratory(times: int = 1) -> Record:
    """A laboratory report; `times` repeats its rows so that the table runs over a page."""
    head = ("项目", "结果", "单位", "参考范围")
    return Record(
        title="检验报告",
        title_en="Laboratory report",
        at="2026-03-02 13:12",
        blocks=(Grid(caption="血常规、生化、炎症指标", head=head, rows=LABORATORY * times),),
        signatures=("检验：李卫东　审核：周敏　2026-03-02 13:40",),
    )


def sample(days: int = 0, name: str = "欧阳明月", language: pdf.Language = "zh", tables: int = 1) -> CopyDocument:
    """A copy of a laboratory report; with `days`, of an admission and as many progress notes too."""
    records = (laboratory(tables),)
    if days:
        records = (admission(), *records, *(progress(day) for day in range(1, days + 1)))
    return CopyDocument(
        number="FY20261123-0007",
        hospital=HOSPITAL,
        hospital_en="First People's Hospital of Jiangnan",
        patient_name=name,
        record_number="0001234567",
        made_at=MADE,
        language=language,
        patient=pairs(("性别", "Sex", "女"), ("出生日期", "Birth date", "1968-05-17")),
        request=pairs(
            ("申请人", "Applicant", f"{name}（患者本人）"),
            ("用途", "Purpose", "商业保险理赔"),
            ("范围", "Scope", "2026-03-02 至 2026-03-14 住院全部病历"),
        ),
        approval=pairs(
            ("事项", "Matter", "S-2026-004711"), ("审核人", "Approved by", "病案科 孙玉兰　2026-11-23 09:58")
        ),
        sections=(
            pdf.Section(
                title="住院第1次",
                title_en="Stay 1",
                note="呼吸与危重症医学科　2026-03-02 至 2026-03-14",
                records=records,
            ),
        ),
        paper=(PaperPages(volume="0001234567 第1次 第2册", pages="1–6, 9", count=7),) if days else (),
        watermark=f"仅供 {name} 商业保险理赔使用　FY20261123-0007",
        qr="https://jingui.example.org/verify#k3Jx0d9mQ2yT7bZ1aVw8nA",
        qr_caption="扫码核验真伪",
        stamp=pdf.Stamp(hospital=HOSPITAL),
    )


def samples() -> dict[str, CopyDocument]:
    """One page, a few, forty, in two languages, with a name that no font draws."""
    return {
        "one": sample(),
        "three": sample(days=6),
        "forty": sample(days=150),
        "english": sample(days=2, language="zh+en", tables=5),
        "rare": sample(days=1, name=RARE),
    }


def main() -> None:
    """Write the samples and say how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    root = new_root(HOSPITAL, MADE, os.urandom)
    seal = new_seal(root, HOSPITAL, "病案复印专用章", MADE, os.urandom)
    (folder / "root.pem").write_bytes(pem([root.certificate]))
    for name, document in samples().items():
        start = time.perf_counter()
        made = pdf.render(document, {"manifest.json": b"{}"})
        rendered = time.perf_counter()
        signed = pdf_sign.sign(made, seal.key, seal.chain, "患者本人申请复制", HOSPITAL, MADE)
        done = time.perf_counter()
        (folder / f"{name}.pdf").write_bytes(signed)
        good = pdf_sign.check(signed, [root.certificate]).good
        print(
            f"{name}: set in {rendered - start:.2f} s, signed in {done - rendered:.2f} s, {len(signed):,} bytes, {good}"
        )


if __name__ == "__main__":
    main()
