"""五（一）2 共享文档: WS/T 500 documents, written and read; what other rooms use of CDA [5.1.2]

`produce` writes a document of one of the 53 types, valid against the Chinese profile's schema, its text made from its
entries. `parse` reads any clinical document: of WS/T 500 with its entries, of another profile (C-CDA) with its sections
as text. What was produced and parsed is equal. Errors name the element; nothing hostile is expanded or fetched.
"""

from lxml import etree

from jingui.core.errors import Invalid, Unprocessable
from jingui.core.word import N_
from jingui.formats import cda_header, cda_sections
from jingui.formats.cda_document import CdaDocument, Identifier
from jingui.formats.cda_types import DOCUMENTS, types
from jingui.formats.cda_values import digits, read_identifier
from jingui.formats.cda_xml import child, have, local, start, tree, words

TYPES = types()


def produce(document: CdaDocument) -> bytes:
    """The document as UTF-8 XML; Unprocessable, naming each place, when something it must have is missing or wrong."""
    if not document.system and document.type not in TYPES:
        raise Unprocessable(N_("没有这种共享文档。"), places=((document.type[:20], "type"),))
    root = start("ClinicalDocument")
    cda_header.write(root, document)
    cda_sections.write(root, document)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def parse(data: bytes) -> CdaDocument:
    """The document in it; Invalid for what is no clinical document, Unprocessable for one that cannot be one."""
    root = tree(data)
    if local(root) != "ClinicalDocument":
        raise Invalid(N_("这不是临床文档（CDA）。"), places=(("ClinicalDocument", "missing"),))
    code = child(root, "code")
    type_, system = have(code, "code"), have(code, "codeSystem")
    ours = system == DOCUMENTS
    if ours and type_ not in TYPES:
        raise Unprocessable(N_("没有这种共享文档。"), places=((type_[:20], "type"),))
    if not type_:
        raise Unprocessable(N_("文档没有说明自己的类型。"), places=(("code", "missing"),))
    title = words(child(root, "title")).strip()
    version = have(child(root, "versionNumber"), "value")
    author, authored = cda_header.read_author(root)
    made = have(child(root, "effectiveTime"), "value")
    sections, body = tuple(cda_sections.read(root, ours)), cda_sections.read_body(root)
    if not sections and body is None:
        raise Unprocessable(cda_sections.EMPTY, places=(("section", "empty"),))
    return CdaDocument(
        type=type_, system="" if ours else system, title="" if ours and title == TYPES[type_].zh else title,
        id=read_identifier(child(root, "id")) or Identifier(root=""), made=digits(made) if made else "",
        confidentiality=have(child(root, "confidentialityCode"), "code") or "N",
        set_id=read_identifier(child(root, "setId")),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        replaces=read_identifier(child(root, "relatedDocument", "parentDocument", "id")),
        patient=cda_header.read_patient_of(root), author=author, authored=authored,
        custodian=cda_header.read_custodian(root), informant=cda_header.read_informant(root),
        signers=cda_header.read_signers(root), participants=cda_header.read_participants(root),
        encounter=cda_header.read_encounter(root), sections=sections, body=body,
    )  # fmt: skip


__all__ = ["TYPES", "CdaDocument", "parse", "produce"]
