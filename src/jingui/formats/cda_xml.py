"""五（一）2 共享文档: XML in and out: what a hostile sender could use is refused before it is parsed [5.1.2] [6.1.3]

A document has no document type declaration, so no entity of its own: nothing can be expanded, nothing is fetched. Size,
number of elements and depth are limited; the encodings are those that hospitals write.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from jingui.core.errors import Invalid, TooLarge, Unprocessable
from jingui.core.word import N_

V3: Final = "urn:hl7-org:v3"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
TYPE: Final = f"{{{XSI}}}type"
LARGEST: Final = 24 << 20  # bytes: a scanned document inside grows by a third
MARKUP: Final = 300_000  # "<" in it
DEEPEST: Final = 120
NOT_XML: Final = N_("不是格式良好的 XML 文档。")
UNDECLARED: Final = N_("文档中有没有声明的命名空间前缀，是片段而不是完整的文档。")
_ENCODINGS: Final = frozenset("utf-8 utf8 gb18030 gbk gb2312 us-ascii ascii utf-16 iso-8859-1".split())
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,400}?\?>")
_BEFORE: Final = re.compile(r"\s+|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>", re.DOTALL)

Node = Any  # an element: lxml says nothing of its types


def text_of(data: bytes) -> str:
    """The document as text without its declaration; Invalid, TooLarge for what is not read at all."""
    if len(data) > LARGEST:
        raise TooLarge()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    else:
        found = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:400])
        name = found[1].decode().lower() if found else "utf-8"
    if name not in _ENCODINGS:
        raise Invalid(N_("文档的字符编码不被接受。"), places=(("encoding", name),))
    try:
        text = data.decode("utf-8-sig" if name in ("utf-8", "utf8") else "gb18030" if name.startswith("gb") else name)
    except UnicodeError as error:
        raise Invalid(N_("文档的字符编码不被接受。"), places=(("encoding", name),)) from error
    return _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)


def tree(data: bytes) -> Node:
    """The root element; Invalid for what is no XML, has a document type declaration, is too large or too deep."""
    text = text_of(data)
    if text.count("<") > MARKUP:
        raise TooLarge()
    at = 0
    while found := _BEFORE.match(text, at):
        at = found.end()
    if text[at : at + 2] == "<!":  # only a document type declaration may stand here: entities, what is outside
        raise Invalid(N_("文档含有类型声明或实体，不予读取。"), places=(("DOCTYPE", "forbidden"),))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=len(data) > 9 << 20,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:  # its message may quote the document: the line and the kind of error are said
        places = ((f"line {error.position[0]}", etree.ErrorTypes._getName(error.code, "XML")),)
        prefix = error.code == etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE
        raise Invalid(UNDECLARED if prefix else NOT_XML, places=places) from error
    except ValueError as error:
        raise Invalid(NOT_XML, places=(("XML", "characters"),)) from error
    if root.getroottree().docinfo.internalDTD is not None or _depth(root) > DEEPEST:
        raise Invalid(NOT_XML, places=(("XML", "depth"),))
    return root


def _depth(root: Node) -> int:
    """How deep it goes, no deeper than one more than is taken."""
    deepest, depth = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest


def start(name: str) -> Node:
    """A root of the CDA namespace."""
    return etree.Element(f"{{{V3}}}{name}", nsmap={None: V3, "xsi": XSI})


def put(parent: Node, name: str, text: str = "", **attributes: str) -> Node:
    """A child with the attributes that say something; Unprocessable for a character that XML has no room for."""
    child = etree.SubElement(parent, f"{{{V3}}}{name}")
    try:
        for key, value in attributes.items():
            if value:
                child.set(key, value)
        if text:
            child.text = text
    except ValueError as error:
        raise Unprocessable(N_("文字中含有不能写入文档的控制字符。"), places=((name, "control"),)) from error
    return child


def kind(node: Node, name: str) -> None:
    """Say which data type a value has."""
    node.set(TYPE, name)


def local(node: Node) -> str:
    """An element's name without its namespace; "" for one of another namespace."""
    tag = str(node.tag)
    return tag[len(V3) + 2 :] if tag.startswith(f"{{{V3}}}") else ""


def child(node: Node | None, *path: str) -> Node | None:
    """The first element below by names, None where there is none."""
    for name in path:
        if node is None:
            return None
        node = node.find(f"{{{V3}}}{name}")
    return node


def children(node: Node | None, name: str) -> Iterator[Node]:
    """The elements of a name directly below."""
    return iter(()) if node is None else node.iterchildren(f"{{{V3}}}{name}")


def words(node: Node | None) -> str:
    """All text in an element as it stands."""
    return "" if node is None else "".join(str(one) for one in node.itertext())


def have(node: Node | None, name: str) -> str:
    """An attribute, "" where there is none."""
    return "" if node is None else str(node.get(name, ""))
