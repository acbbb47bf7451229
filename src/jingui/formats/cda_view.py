"""五（一）2 共享文档: a clinical document as people read and print it: its header, then its sections [5.1.2]

Of a document of any profile the text alone is shown: no link, picture, style or script of the sender; nothing is
fetched. A file that stands in place of sections is named, not opened.
"""

from collections.abc import Iterator

from jingui.core.receiving import ShownPart
from jingui.formats.cda_document import (
    Address,
    Block,
    Bullets,
    CdaDocument,
    Coded,
    Grid,
    Organization,
    Paragraph,
    Patient,
    Person,
    Section,
)
from jingui.formats.cda_header import SECRECY
from jingui.formats.cda_narrative import HEAD, MISSING, day, derived, said
from jingui.formats.cda_types import DOCUMENTS, IDENTIFIERS, NUMBERS, types

WITHHELD = "（未提供姓名）"
NAMES = {
    "document": "文档编号", "health_file": "健康档案编号", "outpatient_no": "门（急）诊号", "inpatient_no": "住院号",
    "mrn": "病案号", "health_card": "居民健康卡号", "prescription_no": "处方编号", "request_no": "申请单编号",
    "examination_no": "检查报告单号", "laboratory_no": "检验报告单号", "consent_no": "知情同意书编号",
    "pathology_no": "病理号", "specimen_no": "标本编号", "id_card": "身份证号",
}  # fmt: skip
_OWN = {IDENTIFIERS + part: name for name, part in NUMBERS.items()}


def shown(document: CdaDocument) -> tuple[ShownPart, ...]:
    """The document's parts in order: what it is, whose, by whom; then its sections."""
    rows = tuple((label, text) for label, text in facts(document) if text)
    return (ShownPart(rows=rows), *(part for one in document.sections for part in _section(one)),
            *_file(document))  # fmt: skip


def title(document: CdaDocument) -> str:
    """What the document is called."""
    found = types().get(document.type) if document.system in ("", DOCUMENTS) else None
    return document.title or (found.zh if found is not None else document.type)


def facts(document: CdaDocument) -> Iterator[tuple[str, str]]:
    """The header as label and text; what is not said is ""."""
    named = title(document)
    yield "文档类型", document.type if named == document.type else f"{document.type} {named}"
    yield "文档编号", document.id.extension or document.id.root
    yield "版本", str(document.version) if document.version else ""
    yield "保密级别", SECRECY.get(document.confidentiality, document.confidentiality)
    yield from _patient(document.patient)
    if document.encounter is not None:
        yield "入院途径", _name(document.encounter.kind)
        yield "就诊时间", _span(document.encounter.start, document.encounter.end)
        yield "就诊地点", "，".join(one.name for one in document.encounter.places if one.name)
    if document.informant is not None:
        who = _name(document.informant.relation)
        yield "陈述者", f"{document.informant.name}（{who}）" if who else document.informant.name
    for one in document.participants:
        whole = one.organization.name if one.organization else ""
        yield "相关人员", "，".join(text for text in (one.name, _name(one.relation), whole, number(one.phone)) if text)
    yield "创建者", _at(_person(document.author), document.authored)
    for signer in document.signers:
        label = "法定签名" if signer.legal else "签名"
        relation = _name(signer.relation)
        yield label, _at(_person(signer.person) + (f"（{relation}）" if relation else ""), signer.at)
    yield "保管机构", _house(document.custodian)
    yield "形成时间", day(document.made) if document.made else ""
    yield "替代文档", (document.replaces.extension or document.replaces.root) if document.replaces else ""


def _patient(who: Patient) -> Iterator[tuple[str, str]]:
    yield "姓名", who.name
    yield "性别", _name(who.sex)
    yield "年龄", said(who.age).replace(" ", "") if who.age else ""
    yield "出生日期", day(who.birth) if who.birth else ""
    yield "身份证号", who.id_card
    for one in who.numbers:
        if one.extension and _OWN.get(one.root, "") != "id_card":
            yield NAMES.get(_OWN.get(one.root, ""), "患者标识"), one.extension
        elif one.root.startswith("2.25."):
            yield "患者标识", one.root
    yield "婚姻状况", _name(who.marital)
    yield "民族", _name(who.ethnic)
    yield "国籍", _name(who.nationality)
    yield "职业", _name(who.occupation)
    yield "学历", _name(who.education)
    yield "工作单位", who.employer.name if who.employer else ""
    yield "地址", _address(who.address)
    yield "电话", number(who.phone)


def number(phone: str) -> str:
    """A telephone number without what says that it is one."""
    return phone.removeprefix("tel:").strip()


def _section(one: Section) -> Iterator[ShownPart]:
    """A section's blocks, the first under its title; then what is inside it."""
    name = one.title or one.code
    blocks = (*one.text, *derived(one.entries))
    for block in blocks or (Paragraph(text=MISSING),) if not one.sections else blocks:
        yield _block(name, block)
        name = ""
    if name and one.sections:
        yield ShownPart(title=name)
    for inner in one.sections:
        yield from _section(inner)


def _block(name: str, block: Block) -> ShownPart:
    match block:
        case Paragraph(text=text):
            return ShownPart(title=name, lines=tuple(text.splitlines()))
        case Bullets(items=items, numbered=numbered):
            marks = (f"{n}. " if numbered else "· " for n in range(1, len(items) + 1))
            return ShownPart(title=name, lines=tuple(mark + text for mark, text in zip(marks, items, strict=True)))
        case Grid(head=head, rows=rows, caption=caption):
            lines = (caption,) if caption else ()
            head = () if head == HEAD else tuple(plain(cell) for cell in head)
            return ShownPart(title=name, lines=lines, head=head, rows=tuple(tuple(map(plain, row)) for row in rows))


def plain(cell: str) -> str:
    """A cell's lines without the blanks with which its sender laid out the source."""
    return "\n".join(text for line in cell.splitlines() if (text := " ".join(line.split())))


def _file(document: CdaDocument) -> Iterator[ShownPart]:
    if document.body is not None:
        kind, size = document.body.media_type, len(document.body.data)
        if kind.startswith("text/plain"):
            yield ShownPart(title="正文", lines=tuple(document.body.data.decode("utf-8", "replace").splitlines()))
        else:
            yield ShownPart(title="附件", lines=(f"{kind}，{size} 字节；未打开。",))


def _name(one: Coded | None) -> str:
    return (one.name or one.code) if one is not None else ""


def _person(one: Person) -> str:
    house = f"，{one.organization.name}" if one.organization and one.organization.name else ""
    if not one.name and not house:
        return ""
    return " ".join(text for text in (one.name or WITHHELD, one.title) if text) + house


def _at(who: str, when: str) -> str:
    return "，".join(text for text in (who, day(when) if when else "") if text)


def _span(start: str, end: str) -> str:
    if not start and not end:
        return ""
    return f"{day(start) if start else ''}—{day(end) if end else ''}" if end else day(start)


def _house(one: Organization) -> str:
    number = one.id.extension if one.id else ""
    return f"{one.name}（{number}）" if one.name and number else one.name or number


def _address(one: Address | None) -> str:
    if one is None:
        return ""
    parts = (one.state, one.city, one.county, one.township, one.street, one.house, one.line)
    between = ", " if all(text.isascii() for text in parts) else ""
    return between.join(text for text in parts if text) + (f"（{one.postcode}）" if one.postcode else "")
