"""五（一）2: a FHIR document from a partner: valid R4, one patient, its codes [5.1.2] [2.2.3]"""

from collections.abc import Iterator
from typing import Any, Final

from jingui.core.errors import Invalid, TooLarge
from jingui.core.receiving import Hostile, Inbound, ShownPart
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.formats.copy_blocks import blocks
from jingui.formats.pdf_document import Grid, Heading, Pairs, Paragraph
from jingui.formats.tables import table
from jingui.formats.validate import validate

MOST: Final = 5_000  # entries
OBJECTS: Final = 150_000
LARGEST: Final = 12 * 1024 * 1024  # read, it takes twelve times as much


def read(content: bytes) -> Inbound:
    """A Bundle of type document or collection, or one resource of the chart."""
    resource = parsed(content)
    bundle = resource.get("resourceType") == "Bundle"
    if bundle and len(resource.get("entry") or ()) > MOST:
        raise Hostile(places=(("Bundle.entry", N_("条目过多")),))
    validate(resource)
    if bundle and resource.get("type") not in ("document", "collection"):
        raise Invalid(places=(("Bundle.type", N_("只接收文档或资源集合")),))
    inside = list(resources(resource))
    patients = [one for one in inside if one.get("resourceType") == "Patient"]
    if len(patients) > 1:
        raise Invalid(places=(("Bundle.entry", N_("一份文档只能有一位患者")),))
    head = next((one for one in inside if one.get("resourceType") == "Composition"), inside[0] if inside else {})
    coding: dict[str, Any] = next(iter((head.get("type") or head.get("code") or {}).get("coding") or ()), {})
    name = str(head.get("resourceType", ""))
    row: Any = table("types").get(name, {})
    return Inbound(
        patient=patients[0] if patients else {}, kind=(str(coding.get("system", "")), str(coding.get("code", ""))),
        title=str(head.get("title") or coding.get("display") or (head.get("type") or {}).get("text") or "")[:120]
        or str(row.get("zh", "")),
        codes=frozenset(codes(resource)), written=str(head.get("date") or resource.get("timestamp") or ""),
        content_type="application/fhir+json", known=bool(inside),
    )  # fmt: skip


def parsed(content: bytes) -> dict[str, Any]:
    """The one JSON object; Hostile for one that is nested too deeply, too large or of too many objects."""
    if content.count(b"{") > OBJECTS:  # before anybody builds them
        raise Hostile(places=(("Bundle", N_("条目过多")),))
    try:
        return fhir_json.parse(content, max_bytes=LARGEST)
    except (TooLarge, fhir_json.TooDeep) as error:
        raise Hostile(places=error.places) from error


def resources(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The resources of a Bundle, or the resource itself."""
    if resource.get("resourceType") != "Bundle":
        yield resource
        return
    for entry in resource.get("entry") or ():
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield entry["resource"]


def codes(resource: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(system, code) of everything coded inside."""
    stack: list[Any] = [resource]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            code, system = node.get("code"), node.get("system")
            if isinstance(code, str) and isinstance(system, str):
                yield system, code
            stack += node.values()
        elif isinstance(node, list):
            stack += node


def shown(content: bytes) -> tuple[ShownPart, ...]:
    """Every resource with what it says."""
    names: Any = table("types")
    out: list[ShownPart] = []
    for resource in resources(parsed(content)):
        kind = str(resource.get("resourceType", ""))
        title = str(names.get(kind, {}).get("zh", kind))
        lines: list[str] = []
        rows: list[tuple[str, ...]] = []
        for block in blocks(resource):
            if isinstance(block, Heading):
                out.append(ShownPart(title=title, lines=tuple(lines), rows=tuple(rows)))
                title, lines, rows = block.text, [], []
            elif isinstance(block, Paragraph):
                lines += block.text.split("\n")
            elif isinstance(block, Pairs):
                rows += [tuple(map(str, (one.label, one.text))) for one in block.rows]
            elif isinstance(block, Grid):
                rows += [tuple(map(str, one)) for one in (block.head, *block.rows)]
        out.append(ShownPart(title=title, lines=tuple(lines), rows=tuple(rows)))
    return tuple(one for one in out if one.title or one.lines or one.rows)
