"""五（一）2: a CDA document from a partner, WS/T 500 or C-CDA: its header, its codes, its narrative [5.1.2] [6.1.1]

Only the header and the narrative blocks are read: a document is filed as it came, byte for byte. A document type
declaration is refused before a parser sees what it declares.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile, Inbound, ShownPart
from jingui.core.word import N_
from jingui.formats import cda, cda_codes, cda_view
from jingui.formats.cda_types import DOCUMENTS
from jingui.formats.hl7v2_values import fhir_time

V3: Final = "{urn:hl7-org:v3}"
LARGEST: Final = 64 * 1024 * 1024
ELEMENTS: Final = 400_000
DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: What OIDs stand for in the tables of labels and identity.
SYSTEMS: Final[Mapping[str, str]] = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.5.4": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
}
GENDERS: Final[Mapping[str, str]] = {"M": "male", "F": "female", "1": "male", "2": "female"}
TIME: Final = re.compile(r"(\d{4})(\d{2})?(\d{2})?")


def root_of(content: bytes) -> Any:
    """The document's root; Hostile for declarations, depth and size, Invalid for what is no CDA document."""
    if len(content) > LARGEST:
        raise Hostile(places=(("ClinicalDocument", N_("内容过大")),))
    head = content[:4]
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head
    narrow = content.replace(b"\0", b"") if wide else content
    if DECLARES.search(narrow):
        raise Hostile(places=(("DOCTYPE", N_("不接收带文档类型声明或实体的文档")),))
    if narrow.count(b"<") > 2 * ELEMENTS:  # a start and an end of each; before anybody builds a tree of them
        raise Hostile(places=(("ClinicalDocument", N_("元素过多")),))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower() or "too deep" in str(error).lower() or "huge" in str(error).lower():
            raise Hostile(places=(("ClinicalDocument", N_("嵌套层数过多")),)) from None
        raise Invalid(places=((f"{error.lineno or 1}:{error.offset or 1}", N_("不是格式良好的 XML")),)) from None
    except ValueError:
        raise Invalid(places=(("1:1", N_("不是格式良好的 XML")),)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Hostile(places=(("DOCTYPE", N_("不接收带文档类型声明或实体的文档")),))
    if root.tag != f"{V3}ClinicalDocument":
        raise Invalid(places=(("1:1", N_("不是 CDA 文档")),))
    return root


def read(content: bytes) -> Inbound:
    """The header's patient and type, and every code inside."""
    root = root_of(content)
    role = root.find(f"{V3}recordTarget/{V3}patientRole")
    if role is None:
        raise Invalid(places=(("recordTarget", N_("文档没有写明患者")),))
    code = root.find(f"{V3}code")
    kind = ("", "")
    title = text_of(root.find(f"{V3}title"))
    if code is not None:
        kind = (system_of(code.get("codeSystem", "")), code.get("code", ""))
        title = title or code.get("displayName", "")
    ours = code is not None and code.get("codeSystem") == DOCUMENTS
    if ours and kind[1] in cda.TYPES:
        # a shared document of WS/T 500 stands or falls by its own table; a code that cannot be told waits for a person
        cda_codes.checked(cda.parse(content))
    return Inbound(
        patient=patient_of(role), kind=kind, title=title[:120],
        known=kind[1] in cda.TYPES if ours else bool(kind[1]), codes=frozenset(codes_of(root)),
        written=day(value_of(root.find(f"{V3}effectiveTime"))), content_type="text/xml",
    )  # fmt: skip


def codes_of(root: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of each coded element; Hostile for more elements than a document has."""
    for n, node in enumerate(root.iter()):
        if n > ELEMENTS:
            raise Hostile(places=(("ClinicalDocument", N_("元素过多")),))
        code, system = node.get("code"), node.get("codeSystem")
        if code and system:
            yield system_of(system), code


def system_of(oid: str) -> str:
    """A code system by the address that the tables know."""
    return SYSTEMS.get(oid, f"urn:oid:{oid}" if oid else "")


def patient_of(role: Any) -> dict[str, Any]:
    """The patient of a header as a FHIR Patient: numbers, names, birth date, sex; what is missing is left out."""
    out: dict[str, Any] = {"resourceType": "Patient"}
    person = role.find(f"{V3}patient")
    numbers = list(role.findall(f"{V3}id")) + ([] if person is None else person.findall(f"{V3}id"))
    found = [
        {"system": f"urn:oid:{one.get('root')}", "value": one.get("extension")}
        for one in numbers
        if one.get("root") and one.get("extension")
    ]
    if found:
        out["identifier"] = found
    if person is None:
        return out
    names = [made for one in person.findall(f"{V3}name") if (made := name_of(one))]
    if names:
        out["name"] = names
    if born := day(value_of(person.find(f"{V3}birthTime"))):
        out["birthDate"] = born
    sex = person.find(f"{V3}administrativeGenderCode")
    if sex is not None and sex.get("code", "") in GENDERS:
        out["gender"] = GENDERS[sex.get("code", "")]
    return out


def name_of(node: Any) -> dict[str, Any]:
    """A person's name; {} for none."""
    family = text_of(node.find(f"{V3}family"))
    given = [text for one in node.findall(f"{V3}given") if (text := text_of(one))]
    if family or given:
        gap = " " if (family + "".join(given)).isascii() else ""
        order = (family, *given) if not gap else (*given, family)
        out: dict[str, Any] = {"text": gap.join(part for part in order if part)}
        return out | ({"family": family} if family else {}) | ({"given": given} if given else {})
    text = text_of(node)
    return {"text": text} if text else {}


def value_of(node: Any) -> str:
    """An element's value; "" without."""
    return "" if node is None else str(node.get("value", ""))


def day(text: str) -> str:
    """An HL7 v3 time as a FHIR date; "" for none that is one."""
    found = TIME.match(text)
    return (fhir_time("".join(part or "" for part in found.groups())) or "") if found else ""


def text_of(node: Any) -> str:
    """All text inside, blanks made one."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def shown(content: bytes) -> tuple[ShownPart, ...]:
    """The header and each section as text; of what is no whole document, the narrative blocks that it has."""
    root_of(content)  # hostile is hostile, before anything else reads it
    try:
        return cda_view.shown(cda.parse(content))
    except Invalid:
        return blocks(content)


def blocks(content: bytes) -> tuple[ShownPart, ...]:
    """The narrative block of each section, as text."""
    out = []
    for section in root_of(content).iter(f"{V3}section"):
        title, text = text_of(section.find(f"{V3}title")), section.find(f"{V3}text")
        code = section.find(f"{V3}code")
        title = title or ("" if code is None else code.get("displayName", ""))
        lines = tuple(narrative(text)) if text is not None else ()
        rows = tuple(tuple(text_of(cell) for cell in row) for row in section_rows(text))
        if title or lines or rows:
            out.append(ShownPart(title=title, lines=lines, rows=rows))
    return tuple(out)


def section_rows(text: Any) -> Iterator[Any]:
    """The rows of a narrative's tables."""
    return iter(()) if text is None else text.iter(f"{V3}tr")


def narrative(text: Any) -> Iterator[str]:
    """The lines of a narrative, its tables apart."""
    stack = [text]
    said: list[str] = []

    def flush() -> Iterator[str]:
        line = " ".join("".join(said).split())
        said.clear()
        if line:
            yield line

    def walk(node: Any, depth: int) -> Iterator[str]:
        name = etree.QName(node).localname
        if name == "table" or depth > 200:
            return
        block = name in ("paragraph", "item", "list", "caption", "br")
        if block:
            yield from flush()
        said.append(node.text or "")
        for child in node:
            yield from walk(child, depth + 1)
            said.append(child.tail or "")
        if block:
            yield from flush()

    yield from walk(stack.pop(), 0)
    yield from flush()
