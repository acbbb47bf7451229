"""五（一）2 共享文档: the body: sections with text and entries, or a file of the sender [5.1.2]"""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator
from typing import Final

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats import cda_entries, cda_narrative
from jingui.formats.cda_document import Attachment, CdaDocument, Section
from jingui.formats.cda_types import LOINC, section_name, system_name
from jingui.formats.cda_values import symbol
from jingui.formats.cda_xml import Node, child, children, have, put, words

DEEPEST: Final = 8
EMPTY: Final = N_("文档没有任何内容。")


def write(root: Node, document: CdaDocument) -> None:
    """Write the body; a document without a section and without a file is none."""
    holder = put(root, "component")
    if document.body is not None:
        node = put(holder, "nonXMLBody")
        put(node, "text", b64encode(document.body.data).decode(), mediaType=symbol(document.body.media_type),
            representation="B64")  # fmt: skip
        return
    if not document.sections:
        raise Unprocessable(EMPTY, places=(("section", "empty"),))
    body = put(holder, "structuredBody")
    for section in document.sections:
        _section(body, section)


def _section(body: Node, section: Section) -> None:
    node = put(put(body, "component"), "section")
    if section.code:
        system = section.system or LOINC
        name = section_name(section.code) if system == LOINC else section.title
        put(node, "code", code=symbol(section.code), codeSystem=system, codeSystemName=_system(system),
            displayName=name)  # fmt: skip
    elif section.title:
        put(node, "code", nullFlavor="NA", displayName=section.title)
    if section.title:
        put(node, "title", section.title)
    cda_narrative.write(node, (*section.text, *cda_narrative.derived(section.entries)))
    for one in section.entries:
        cda_entries.write(node, one)
    for inner in section.sections:
        _section(node, inner)


def _system(system: str) -> str:
    return "LOINC" if system == LOINC else system_name(system)


def read(root: Node, entries: bool) -> Iterator[Section]:
    """The sections in order; their entries only of a profile whose entries are known."""
    body = child(root, "component", "structuredBody")
    for part in children(body, "component"):
        node = child(part, "section")
        if node is not None:
            yield _read_section(node, entries, 0)


def _read_section(node: Node, entries: bool, depth: int) -> Section:
    if depth > DEEPEST:
        raise Unprocessable(places=(("section", "depth"),))
    code = child(node, "code")
    found = tuple(cda_entries.read(node)) if entries else ()
    text = cda_narrative.read(child(node, "text"))
    return Section(
        code=have(code, "code"), system=have(code, "codeSystem") if have(code, "code") else "",
        title=words(child(node, "title")).strip() or have(code, "displayName").strip(),
        text=cda_narrative.beyond(text, found), entries=found,
        sections=tuple(_read_section(inner, entries, depth + 1) for part in children(node, "component")
                       if (inner := child(part, "section")) is not None),
    )  # fmt: skip


def read_body(root: Node) -> Attachment | None:
    """The file that stands in place of sections, or None; Unprocessable when it is not the file it claims to be."""
    node = child(root, "component", "nonXMLBody", "text")
    if node is None:
        return None
    if child(node, "reference") is not None:
        raise Unprocessable(N_("文档的正文不在文档内，只有一个地址；不会去取。"), places=(("nonXMLBody", "reference"),))
    kind = have(node, "mediaType") or "text/plain"
    if have(node, "representation") != "B64":
        return Attachment(media_type=kind, data=words(node).encode())
    try:
        return Attachment(media_type=kind, data=b64decode("".join(words(node).split()), validate=True))
    except (NoBase64, ValueError) as error:
        raise Unprocessable(N_("文档内的附件无法读取。"), places=(("nonXMLBody", "base64"),)) from error
