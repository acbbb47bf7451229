"""六（一）安全防护: a narrative is shown to people, so it may hold text and nothing that acts [6.1.3]"""

from lxml import etree

from jingui.core.word import N_
from jingui.formats.tables import table

_XHTML = "http://www.w3.org/1999/xhtml"
_ELEMENTS = frozenset(table("narrative")["elements"].split())
_ATTRIBUTES = frozenset(table("narrative")["attributes"].split())
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SCHEMES = ("http:", "https:", "mailto:", "#", "urn:")
_PARSER_LIMIT = 1_000_000


def unsafe(div: str) -> str:
    """Return what is wrong with a narrative's div (a msgid), "" if it holds only R4's text elements and attributes."""
    if len(div) > _PARSER_LIMIT:
        return N_("叙述文本过长")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(div.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return N_("叙述文本不是格式良好的 XHTML")
    if root.tag not in ("div", f"{{{_XHTML}}}div") or root.getroottree().docinfo.internalDTD is not None:
        return N_("叙述文本必须是一个 div")
    for node in root.iter():
        if node.tag is etree.Comment:
            continue
        if not isinstance(node.tag, str):
            return N_("叙述文本含有不允许的内容")
        name = node.tag.removeprefix(f"{{{_XHTML}}}")
        if name not in _ELEMENTS:
            return N_("叙述文本含有不允许的元素")
        for key, value in node.attrib.items():
            if key not in _ATTRIBUTES and key != _LANG:
                return N_("叙述文本含有不允许的属性")
            if key in ("href", "src", "longdesc") and not _harmless(str(value)):
                return N_("叙述文本含有不允许的地址")
            if key == "style" and ("url(" in value.lower() or "expression" in value.lower() or "\\" in value):
                return N_("叙述文本含有不允许的样式")
    return ""


def _harmless(address: str) -> bool:
    """Whether an address is relative or of a scheme that shows and does not act."""
    text = "".join(address.split()).lower()
    head = text.partition("/")[0].partition("?")[0]
    return text.startswith((*_SCHEMES, "data:image/png", "data:image/jpeg", "data:image/gif")) or ":" not in head
