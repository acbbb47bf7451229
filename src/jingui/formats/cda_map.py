"""五（一）2 共享文档: our records as WS/T 500 documents: which form makes which, and each answer in its row [5.1.2]

What a row takes stands in it; what no row means stands in words at the end, so that no answer is lost. What the type
cannot be without and the record does not say is refused by name; nothing is made up for it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from jingui.core.capture import Template
from jingui.core.errors import Misconfigured, Unprocessable
from jingui.core.word import N_
from jingui.formats.capture import templates
from jingui.formats.capture_response import template_of
from jingui.formats.cda_document import CdaDocument, Grid, Section, Value
from jingui.formats.cda_map_header import PLACES, Head, empty, placed
from jingui.formats.cda_map_rows import sections
from jingui.formats.cda_map_values import Answer, unit_of, value_of, words
from jingui.formats.cda_narrative import HEAD
from jingui.formats.cda_types import DocumentType, types
from jingui.formats.tables import table

REST: Final = "其他记录内容"
LACKING: Final = N_("记录缺少这种共享文档必需的内容。")
_TABLES: Final = frozenset({"systems", "units", "reports"})  # what of the table is no document


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a type is made: of which form, where each of its answers stands, whose unit another item tells."""

    form: str
    rows: Mapping[str, tuple[int, ...]]
    places: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was found in a record so far."""

    document: CdaDocument
    plain: dict[int, list[Value]]
    repeated: list[dict[int, Value]]
    rest: list[tuple[str, str]]


@cache
def makings() -> Mapping[str, Making]:
    """Every type that is made of our records; Misconfigured for a line that names no form, item, row or place."""
    out = {}
    for code, raw in table("cda/records").items():
        if code in _TABLES:
            continue
        template = templates().get(raw["form"])
        if code not in types() or template is None:
            raise Misconfigured(table="cda/records", row=code)
        out[code] = _making(types()[code], template, raw)
    return out


def _making(type_: DocumentType, template: Template, raw: Mapping[str, Any]) -> Making:
    items = {f"{top.link}.{one.link}" if one is not top else top.link: one.element
             for top in template.items() for one in (top.items or (top,))}  # fmt: skip
    told: Mapping[str, list[Any]] = raw.get("rows", {})
    by: dict[str, list[int]] = {}
    for row in type_.rows.values():
        by.setdefault(row.element, []).append(row.n)
    rows: dict[str, tuple[int, ...]] = {}
    places: dict[str, str] = {}
    for path, element in items.items():
        alone = by.get(element, []) if element else []
        lines = told.get(path, alone if len(alone) == 1 else [])
        rows[path] = tuple(one for one in lines if isinstance(one, int))
        for one in lines:
            if isinstance(one, str):
                places[path] = one.removeprefix("@")
    units = dict(raw.get("units", {}))
    wrong = [path for path in {*told, *units, *units.values()} if path not in items]
    wrong += [path for path, numbers in rows.items() if set(numbers) - type_.rows.keys()]
    wrong += [place for place in places.values() if place not in PLACES]
    if wrong:
        raise Misconfigured(table="cda/records", row=f"{type_.code} {wrong[0]}")
    return Making(form=template.name, rows=rows, places=places, units=units)


def forms() -> Mapping[str, frozenset[str]]:
    """Each type that is made of our records: the forms that it is made of."""
    return {code: frozenset({one.form}) for code, one in makings().items()}


def document(code: str, record: Mapping[str, Any], head: Head) -> CdaDocument:
    """The record, a QuestionnaireResponse, as a document of the type; Unprocessable names each thing that it lacks."""
    type_, making = types().get(code), makings().get(code)
    form, _ = template_of(dict(record))
    if type_ is None or making is None or form != making.form:
        raise Unprocessable(N_("这份记录不能做成这种共享文档。"), places=((code, "type"),))
    found = _Found(document=empty(type_, head), plain={}, repeated=[], rest=[])
    for section in record.get("item", ()):
        for node in section.get("item", [section]):
            _take(type_, making, node, found)
    said = set(found.plain).union(*found.repeated)
    whole(type_, found.document, said)
    made = sections(type_, found.plain, found.repeated)
    return replace(found.document, sections=made + spoken(found.rest))


def whole(type_: DocumentType, made: CdaDocument, said: Collection[int]) -> None:
    """Unprocessable, by name, for what a type cannot be without and neither the header nor a row says."""
    lacking = [*_identity(made), *(type_.rows[n].name for n in type_.must if n not in said)]
    if lacking:
        raise Unprocessable(LACKING, places=tuple((name, "missing") for name in lacking))


def spoken(rest: Iterable[tuple[str, str]]) -> tuple[Section, ...]:
    """What stands in no row, in words."""
    rows = tuple(rest)
    return (Section(title=REST, text=(Grid(head=HEAD, rows=rows),)),) if rows else ()


def _identity(made: CdaDocument) -> Iterator[str]:
    """What every document's header must tell and the view does not."""
    if not made.patient.name:
        yield "患者姓名"
    if not made.patient.numbers:
        yield "患者标识"
    if made.custodian.id is None or not made.custodian.id.extension or not made.custodian.name:
        yield "医疗机构代码和名称"


def _take(type_: DocumentType, making: Making, node: Mapping[str, Any], found: _Found) -> None:
    """One item of a form, or the line of a repeated part."""
    link, label = str(node.get("linkId", "")), str(node.get("text", ""))
    if "item" not in node:
        for n, value in _cells(type_, making, link, label, node, {}, found):
            found.plain.setdefault(n, []).append(value)
        return
    inner = {str(one.get("linkId", "")): one for one in node["item"]}
    line: dict[int, Value] = {}
    rest: list[tuple[str, str]] = []
    kept, found.rest = found.rest, rest
    for name, one in inner.items():
        if "item" in one:  # a part within a part: no form of ours, its answers are kept all the same
            _take(type_, making, one, found)
            continue
        text = str(one.get("text", ""))
        line.update(_cells(type_, making, f"{link}.{name}", text, one, inner, found))
    found.rest = kept
    if rest:
        whole = [words(answer) for name, one in inner.items() for answer in one.get("answer", ())
                 if making.rows.get(f"{link}.{name}")][:1]  # fmt: skip
        told = "；".join([*whole, *(f"{name}：{said}" for name, said in rest)])
        found.rest.append((label, told))
    if line:
        found.repeated.append(line)


def _cells(
    type_: DocumentType, making: Making, path: str, label: str, node: Mapping[str, Any],
    beside: Mapping[str, Mapping[str, Any]], found: _Found,
) -> Iterator[tuple[int, Value]]:  # fmt: skip
    """Where the answers of an item stand; what stands nowhere is kept in words."""
    if path in making.units.values() and any(making.rows.get(one) for one, by in making.units.items() if by == path):
        return  # said with the number
    sibling = beside.get(making.units.get(path, "").rpartition(".")[2], {})
    unit = next((unit_of(one) for one in sibling.get("answer", ())), "")
    for answer in node.get("answer", ()):
        stands = _stands(type_, making, path, answer, unit)
        yield from stands
        if not stands and not _headed(type_, making, path, answer, found) and words(answer):
            found.rest.append((label, words(answer, unit)))


def _stands(
    type_: DocumentType, making: Making, path: str, answer: Answer, unit: str
) -> list[tuple[int, Value]]:  # fmt: skip
    made = ((n, value_of(type_.rows[n], answer, unit)) for n in making.rows.get(path, ()))
    return [(n, value) for n, value in made if value is not None]


def _headed(type_: DocumentType, making: Making, path: str, answer: Answer, found: _Found) -> bool:
    place = making.places.get(path)
    made = placed(found.document, type_, place, answer) if place else None
    if made is not None:
        found.document = made
    return made is not None
