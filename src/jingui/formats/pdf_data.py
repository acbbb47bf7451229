"""四（二）1 复制病历: a copy as the template reads it: texts only, and the labels in the languages asked for [4.2.1]"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from jingui.formats.pdf_document import (
    Attachment,
    Block,
    CopyDocument,
    Correction,
    Grid,
    Heading,
    Pair,
    Pairs,
    Paragraph,
    Picture,
    Record,
    Section,
)
from jingui.formats.pdf_drawn import qr_svg, watermark_svg
from jingui.formats.pdf_text import Printer
from jingui.formats.seal_image import MOST_STRIPS, svg

MOST_NAMED: Final = 120  # codes listed one by one on the last page
HALF: Final = 20.0  # widths of a Chinese character that fit into half a row
WIDE: Final = 0x2E7F  # beyond it a character is as wide as it is high
LONG: Final = 8  # records from which on the contents have a page of their own
LABELS: Final = {
    "name": ("姓名", "Name"),
    "number": ("病案号", "Record no."),
    "copy": ("复制件编号", "Copy no."),
    "made": ("制作时间", "Made at"),
    "patient": ("患者", "Patient"),
    "request": ("申请", "Request"),
    "approval": ("审核", "Approval"),
    "contents": ("目录", "Contents"),
    "title": ("名称", "Title"),
    "time": ("时间", "Time"),
    "page": ("页码", "Page"),
    "paper": ("纸质病案复制页", "Pages copied from paper volumes"),
    "volume": ("病案册", "Volume"),
    "pages": ("页", "Pages"),
    "count": ("张数", "Sheets"),
    "end": ("以下空白", "Nothing below this line"),
    "proof": ("复制证明", "Certification"),
    "signature": ("签名", "Signed"),
    "corrected": ("更正", "Corrected"),
    "was": ("原", "Was"),
    "now": ("更正为", "Now"),
    "rare": ("无法以字形显示的字符", "Characters shown by their codes"),
    "stamp": ("（盖章处）", "(Stamp)"),
    "day": ("日期", "Date"),
    "records": ("份", "records"),
}
STATEMENT: Final = (
    "本复制件共 {pages} 页，由本院病案系统按所列申请与审核生成，内容与所存病历一致，以本院印章及电子签名为证。"
)
STATEMENT_EN: Final = (
    "This copy ({pages} p.) was made from this hospital's records under the request and approval named above and "
    "agrees with them. The hospital's stamp and electronic signature attest it."
)
STATEMENT_WET: Final = "本复制件共 {pages} 页，由本院病案系统按所列申请与审核生成，内容与所存病历一致；盖章后有效。"
STATEMENT_WET_EN: Final = (
    "This copy ({pages} p.) was made from this hospital's records under the request and approval named above and "
    "agrees with them. It is valid when stamped."
)
RARE: Final = "下列字符在本系统字库中没有字形，正文中以方框内的 Unicode 编码代替；原始字符保存在所附清单所指的记录中。"
RARE_EN: Final = "No font at hand draws these characters; the text shows their Unicode codes in boxes."


def template_data(document: CopyDocument, attachments: Sequence[Attachment], printer: Printer) -> dict[str, Any]:
    """What the template prints. Every text has gone through `printer`."""
    english = document.language == "zh+en"
    say = printer.line
    made: datetime = document.made_at
    out: dict[str, Any] = {
        "plain": {  # for the file's own description, which no typesetter draws
            "title": _bare(f"{document.title} {document.number}"),
            "hospital": _bare(document.hospital),
        },
        "english": english,
        "labels": LABELS,
        "title": say(document.title),
        "title_en": say(document.title_en),
        "hospital": say(document.hospital),
        "hospital_en": say(document.hospital_en),
        "number": say(document.number),
        "name": say(document.patient_name),
        "record_number": say(document.record_number),
        "name_short": _width(document.patient_name) + (6 if english else 3) <= HALF,
        "long": LONG,
        "made": f"{made:%Y-%m-%d %H:%M}",
        "made_day": f"{made.year} 年 {made.month} 月 {made.day} 日",
        "watermark": watermark_svg(say(document.watermark)) if document.watermark else "",
        "banner": say(document.banner),
        "patient": _pairs(document.patient, printer, english=english),
        "request": _pairs(document.request, printer, english=english),
        "approval": _pairs(document.approval, printer, english=english),
        "sections": [_section(one, printer, english=english) for one in document.sections],
        "paper": [[say(one.volume), say(one.pages), str(one.count)] for one in document.paper],
        "statement": _statement(document, printer),
        "qr": qr_svg(document.qr) if document.qr else "",
        "qr_caption": say(document.qr_caption),
        "stamp": svg(document.stamp) if document.stamp else "",
        "most_strips": MOST_STRIPS,
        "attachments": [_attachment(one) for one in attachments],
    }
    codes = sorted(printer.named, key=lambda code: int(code, 16))
    out["rare"] = [f"U+{code}" for code in codes[:MOST_NAMED]]
    out["rare_more"] = max(0, len(codes) - MOST_NAMED)
    out["rare_words"] = [RARE, RARE_EN]
    return out


def _statement(document: CopyDocument, printer: Printer) -> list[list[Any]]:
    """The statement's lines, each cut where the number of pages comes in: only the typesetter knows it."""
    if document.statement:
        texts = [document.statement]
    else:
        texts = [STATEMENT if document.stamp else STATEMENT_WET]
        if document.language == "zh+en":
            texts.append(STATEMENT_EN if document.stamp else STATEMENT_WET_EN)
    return [[printer.line(part) for part in text.split("{pages}", 1)] for text in texts]


def _section(section: Section, printer: Printer, *, english: bool) -> dict[str, Any]:
    say = printer.line
    return {
        "title": say(section.title),
        "title_en": say(section.title_en),
        "note": say(section.note),
        "records": [_record(one, printer, english=english) for one in section.records],
    }


def _record(record: Record, printer: Printer, *, english: bool) -> dict[str, Any]:
    say = printer.line
    return {
        "title": say(record.title),
        "title_en": say(record.title_en),
        "at": say(record.at),
        "mark": say(record.mark),
        "blocks": [_block(one, printer, english=english) for one in record.blocks],
        "signatures": [say(one) for one in record.signatures],
    }


def _block(block: Block, printer: Printer, *, english: bool) -> dict[str, Any]:
    say = printer.line
    match block:
        case Heading():
            return {"kind": "heading", "text": say(block.text), "text_en": say(block.text_en)}
        case Paragraph():
            return {"kind": "paragraph", "lines": printer.lines(block.text)}
        case Pairs():
            return {"kind": "pairs", "rows": _pairs(block.rows, printer, english=english)}
        case Grid():
            wide = max([len(block.head), *(len(row) for row in block.rows)], default=0)
            rows = [[say(cell) for cell in row] + [""] * (wide - len(row)) for row in block.rows]
            head = [say(cell) for cell in block.head] + [""] * (wide - len(block.head)) if block.head else []
            named = [say(cell) for cell in block.head_en[:wide]] + [""] * (wide - len(block.head_en))
            caption = {"caption": say(block.caption), "caption_en": say(block.caption_en)}
            return {"kind": "grid", **caption, "head": head, "head_en": named, "rows": rows, "wide": wide}
        case Correction():
            parts = {name: say(getattr(block, name)) for name in ("label", "who", "when", "why")}
            return {"kind": "correction", "old": printer.lines(block.old), "new": printer.lines(block.new), **parts}
        case Picture():
            return {"kind": "picture", "body": _bytes(block.body), "caption": say(block.caption)}


def _pairs(rows: Sequence[Pair], printer: Printer, *, english: bool) -> list[dict[str, Any]]:
    """Labelled lines; `short` ones may stand two to a row."""
    return [
        {
            "label": printer.line(row.label),
            "label_en": printer.line(row.label_en),
            "lines": printer.lines(row.text),
            "short": _width(row.text) + _width(row.label) + (_width(row.label_en) if english else 0) <= HALF,
        }
        for row in rows
    ]


def _width(text: str) -> float:
    """How wide a text prints, in Chinese characters, roughly; one of several lines never shares its row."""
    return HALF + 1 if "\n" in text else sum(1.0 if ord(one) > WIDE else 0.55 for one in text)


def _attachment(one: Attachment) -> dict[str, Any]:
    return {
        "name": one.name,
        "body": _bytes(one.body),
        "mime": one.media_type,
        "meaning": one.meaning,
        "about": one.about or one.name,
    }


def _bytes(body: bytes) -> str | list[int]:
    """Bytes as the template can take them: as text where they are text."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return list(body)


def _bare(text: str) -> str:
    """A text without what XML cannot hold or no eye sees."""
    return "".join(one for one in text if unicodedata.category(one)[0] != "C")
