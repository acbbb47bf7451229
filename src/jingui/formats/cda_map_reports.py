"""五（一）2 共享文档: reports with their results, as other systems sent them to us, as C0006 and C0007 [5.1.2]"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.cda_document import CdaDocument, Coded, Real, Text, Value
from jingui.formats.cda_map import spoken, whole
from jingui.formats.cda_map_header import Head, empty
from jingui.formats.cda_map_rows import sections
from jingui.formats.cda_map_values import moment, words
from jingui.formats.cda_types import types
from jingui.formats.display import concept_text
from jingui.formats.tables import table

Json = Mapping[str, Any]
REPORT: Final = "DiagnosticReport"
RESULT: Final = "Observation"


def fits(code: str, report: Json) -> bool:
    """Whether a report is of the kind that the type is for, by its category."""
    row = table("cda/records")["reports"].get(code)
    said = {one.get("code") for held in report.get("category", ()) for one in held.get("coding", ())}
    return row is not None and report.get("resourceType") == REPORT and bool(said & set(row["categories"]))


def document(code: str, report: Json, results: Iterable[Json], head: Head) -> CdaDocument:
    """The report with its results as a document of the type; Unprocessable for another kind and for what it lacks."""
    if not fits(code, report):
        raise Unprocessable(N_("这份记录不能做成这种共享文档。"), places=((code, "type"),))
    type_, row = types()[code], table("cda/records")["reports"][code]
    of = row["report"]
    plain: dict[int, list[Value]] = {}
    for name, value in _report(report):
        if name in of:
            plain[of[name]] = [value]
    lines: list[dict[int, Value]] = []
    rest: list[tuple[str, str]] = []
    for one in results:
        cells, more = _result(one, row.get("result", {}))
        lines += [cells] if cells else []
        rest += more
    made = empty(type_, head)
    whole(type_, made, set(plain).union(*lines))
    return replace(made, sections=sections(type_, plain, lines) + spoken(rest))


def _report(report: Json) -> Iterator[tuple[str, Value]]:
    group = next((text for one in report.get("category", ()) if (text := concept_text(one))), "")
    for name, said in (("class", group), ("item", concept_text(report.get("code") or {})),
                       ("conclusion", str(report.get("conclusion", "")).strip())):  # fmt: skip
        if said:
            yield name, Text(text=said)
    if at := moment({"valueDateTime": report.get("effectiveDateTime") or report.get("issued")}):
        yield "at", at


def _result(one: Json, rows: Mapping[str, int]) -> tuple[dict[int, Value], list[tuple[str, str]]]:
    """A result's rows, and what stands in none: its range, a comparator, its parts."""
    name = concept_text(one.get("code") or {})
    quantity = one.get("valueQuantity") or {}
    found: dict[str, Value] = {"item": Text(text=name)} if name else {}
    rest = []
    if quantity.get("value") is not None and not quantity.get("comparator"):
        found["number"] = Real(value=Decimal(str(quantity["value"])))
        if quantity.get("unit") or quantity.get("code"):
            found["unit"] = Text(text=str(quantity.get("unit") or quantity["code"]))
    elif said := _words(one):
        rest.append((name, said))
    flags = "、".join(text for held in one.get("interpretation", ()) if (text := concept_text(held)))
    if flags:
        found["text"] = Coded(code="", name=flags)
    if at := moment({"valueDateTime": one.get("effectiveDateTime") or one.get("issued")}):
        found["at"] = at
    rest += [(f"{name}参考区间", span) for held in one.get("referenceRange", ()) if (span := _span(held))]
    rest += [(f"{name} {concept_text(part.get('code') or {})}".strip(), said)
             for part in one.get("component", ()) if (said := _words(part))]  # fmt: skip
    return {rows[key]: value for key, value in found.items() if key in rows}, rest


def _words(part: Json) -> str:
    """A value as people read it."""
    if quantity := part.get("valueQuantity"):
        return f"{quantity.get('comparator', '')}{words({'valueQuantity': quantity})}"
    if concept := part.get("valueCodeableConcept"):
        return concept_text(concept)
    return words(part)


def _span(held: Json) -> str:
    """A range as people write it."""
    low, high = (words({"valueQuantity": held[end]}) if end in held else "" for end in ("low", "high"))
    if low and high:
        return f"{low}–{high}"
    return f"≥{low}" if low else f"≤{high}" if high else str(held.get("text", ""))
