"""二（二）录入: TXA and embedded data as DocumentReference and attachments; nothing active is taken [2.2.2] [6.1.1]"""

import base64
import binascii
from typing import Any

from jingui.core.word import N_
from jingui.formats.fhir_encounter import STAFF_SYSTEM
from jingui.formats.hl7v2 import Message, Segment
from jingui.formats.hl7v2_patient import PATIENT
from jingui.formats.hl7v2_values import concept, filled, identifier, moment, person, rows, visible, wrong

# What the bytes must begin with, whatever the message calls them.
BEGINS = {
    "application/pdf": (b"%PDF-",), "image/jpeg": (b"\xff\xd8\xff",), "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/tiff": (b"II*\x00", b"MM\x00*"), "application/rtf": (b"{\\rtf",),
}  # fmt: skip
LOINC = "http://loinc.org"


def embedded(obx: Segment) -> dict[str, Any]:
    """OBX-5 of type ED as an Attachment; its bytes must be what their type says."""
    part = obx.first(5)
    kind = next((made for word in (part(3), part(2)) if (made := rows("media").get(word.strip().upper()))), "")
    if not kind:
        raise wrong(obx, 5, N_("不收录这种类型的附件"))
    text = part(5)
    try:
        data = base64.b64decode("".join(text.split()), validate=True) if part(4).strip().upper() == "BASE64" else None
    except (binascii.Error, ValueError) as error:
        raise wrong(obx, 5, N_("附件的 Base64 内容不正确")) from error
    if data is None:
        data = text.encode()
    if not data or not data.startswith(BEGINS.get(kind, (b"",))):
        raise wrong(obx, 5, N_("附件内容与所声明的类型不符"))
    title = concept(obx.first(3)).get("text", "")
    return filled(contentType=kind, data=base64.b64encode(data).decode(), title=title)


def document(
    message: Message, source: str, visit: dict[str, Any], *, cancelled: bool
) -> list[tuple[str, dict[str, Any], str]]:
    """(full URL, DocumentReference, itself) of the one document that TXA describes."""
    txa = message.one("TXA")
    if txa is None:
        raise wrong(message.header, 9, N_("报文中没有文书（TXA）"))
    number = txa.text(12)
    if not number:
        raise wrong(txa, 12, N_("没有文书编号"))
    lines: list[str] = []
    content: list[dict[str, Any]] = []
    for obx in message.every("OBX"):
        if obx.text(2).upper() == "ED":
            content.append({"attachment": embedded(obx)})
        else:
            lines += [part.text.rstrip() for part in obx.all(5)]
    if lines:
        data = base64.b64encode("\n".join(lines).encode()).decode()
        content.insert(0, {"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}})
    if not content:
        if not cancelled:
            raise wrong(txa, 2, N_("文书没有内容"))
        content = [{"attachment": {"title": number}}]
    kind = txa.text(2).upper()
    loinc = rows("document_type").get(kind)
    coding = [{"system": LOINC, "code": loinc}] if loinc else []
    authors = []
    for field in (9, 5):
        staff, shown = person(txa.first(field))
        if staff or visible(shown):
            who = filled(identifier=filled(system=STAFF_SYSTEM, value=staff) if staff else None, display=shown)
            authors.append(who)
    url = f"urn:jingui:hl7:document:{source}:{number}"
    made = filled(
        resourceType="DocumentReference", status="entered-in-error" if cancelled else "current",
        docStatus=rows("document_status").get(txa.text(17).upper()), subject={"reference": PATIENT},
        type=filled(coding=coding, text=txa.text(2, 2) or txa.text(16) or kind),
        identifier=[identifier(number, "", source)],
        date=instant(txa), author=authors[:1], content=content,
        context=filled(encounter=[visit] if visit else [], period=filled(start=moment(txa, 4))),
    )  # fmt: skip
    return [(url, made, url)]


def instant(txa: Segment) -> str:
    """When it was written (TXA-6, TXA-7, TXA-4), as an instant."""
    return next((at for field in (6, 7, 4) if len(at := moment(txa, field)) > 19), "")
