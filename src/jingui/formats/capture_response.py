"""二（二）录入: clean answers as FHIR QuestionnaireResponse, and back [2.2.2] [2.1.2]"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from jingui.core.capture import Item, ItemKind, Template, Way
from jingui.formats.capture_names import OURS, URL
from jingui.formats.codetables import Tables, in_force

Json = dict[str, Any]
WAY: Final = OURS + "way"
_PLAIN: Final[Mapping[ItemKind, str]] = {
    ItemKind.TEXT: "valueString", ItemKind.STRING: "valueString", ItemKind.INTEGER: "valueInteger",
    ItemKind.DECIMAL: "valueDecimal", ItemKind.DATE: "valueDate", ItemKind.DATETIME: "valueDateTime",
    ItemKind.BOOLEAN: "valueBoolean",
}  # fmt: skip


def response(
    template: Template, answers: Mapping[str, Any], *, subject: str, encounter: str = "", author: str = "",
    authored: str, source: str = "", ways: Mapping[str, Way] | None = None, tables: Tables | None = None,
) -> Json:  # fmt: skip
    """Clean answers (as `check` returns them) as a valid QuestionnaireResponse; empty items are left out.

    `subject`, `encounter`, `author`, `source` are references ("Patient/…"), `authored` an ISO moment with zone; `ways`
    names by which means an item was obtained where it differs from the template's usual one.
    """
    known = tables or in_force()
    named = ways or {}
    out: Json = {
        "resourceType": "QuestionnaireResponse", "questionnaire": f"{URL}{template.name}|{template.n}",
        "status": "completed", "subject": {"reference": subject}, "authored": authored,
        "item": [node for section in template.sections if (node := _section(section.name, section.zh, section.items,
                                                                            answers, named, known))],
    }  # fmt: skip
    for name, reference in (("encounter", encounter), ("author", author), ("source", source)):
        if reference:
            out[name] = {"reference": reference}
    if not out["item"]:
        del out["item"]
    return out


def _section(
    name: str, text: str, items: tuple[Item, ...], answers: Mapping[str, Any], ways: Mapping[str, Way], tables: Tables
) -> Json | None:
    inner = [node for item in items for node in _nodes(item, answers, ways, tables)]
    return {"linkId": f"section.{name}", "text": text, "item": inner} if inner else None


def _nodes(item: Item, answers: Mapping[str, Any], ways: Mapping[str, Way], tables: Tables) -> Iterator[Json]:
    value = answers.get(item.link)
    if value is None or value == []:
        return
    if item.kind is ItemKind.GROUP:
        for row in value:
            inner = [node for one in item.items for node in _nodes(one, row, ways, tables)]
            yield {"linkId": item.link, "text": item.zh, "item": inner}
        return
    values = value if item.repeats else [value]
    node: Json = {
        "linkId": item.link, "text": item.zh, "answer": [_answer(item, one, tables) for one in values],
    }  # fmt: skip
    way = ways.get(item.link, item.way)
    node["extension"] = [{"url": WAY, "valueCode": way.value}]
    yield node


def _answer(item: Item, value: Any, tables: Tables) -> Json:
    if item.kind is ItemKind.CHOICE:
        table = tables[item.table]
        return {"valueCoding": {"system": table.system, "code": value, "display": table.show(value)}}
    if item.kind is ItemKind.CODED:
        if not value["code"]:
            return {"valueString": value["text"]}
        return {"valueCoding": {"system": tables[item.table].system, "code": value["code"], "display": value["text"]}}
    if item.unit:
        quantity = {"value": value, "unit": item.shown, "system": "http://unitsofmeasure.org", "code": item.unit}
        return {"valueQuantity": quantity}
    return {_PLAIN[item.kind]: value}


def template_of(resource: Json) -> tuple[str, int]:
    """Which template, in which version, a response of ours answers; ("", 0) for another's."""
    name, bar, version = str(resource.get("questionnaire", "")).partition("|")
    ours = name.startswith(URL) and bool(bar) and version.isascii() and version.isdigit()
    return (name.removeprefix(URL), int(version)) if ours else ("", 0)


def answers_of(template: Template, resource: Json) -> dict[str, Any]:
    """The clean answers in a response of ours; what its template does not know is left out."""
    items = {item.link: item for item in template.items()}
    nodes = [node for section in resource.get("item", ()) for node in section.get("item", ())]
    return _level(items, nodes)


def _level(items: Mapping[str, Item], nodes: list[Json]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for node in nodes:
        item = items.get(node.get("linkId", ""))
        if item is None:
            continue
        if item.kind is ItemKind.GROUP:
            inner = {one.link: one for one in item.items}
            out.setdefault(item.link, []).append(_level(inner, node.get("item", [])))
            continue
        values = [_value(item, one) for one in node.get("answer", ())]
        if values:
            out[item.link] = values if item.repeats else values[0]
    return out


def _value(item: Item, answer: Json) -> Any:
    if item.kind is ItemKind.CHOICE:
        return answer["valueCoding"]["code"]
    if item.kind is ItemKind.CODED:
        coding = answer.get("valueCoding")
        if coding is None:
            return {"code": "", "text": answer["valueString"]}
        return {"code": coding["code"], "text": coding.get("display", "")}
    value = answer["valueQuantity"]["value"] if item.unit else answer[_PLAIN[item.kind]]
    return Decimal(str(value)) if item.kind is ItemKind.DECIMAL else value


def ways_of(resource: Json) -> dict[str, str]:
    """By which means each item of a response was obtained, by link."""
    out: dict[str, str] = {}
    stack = list(resource.get("item", ()))
    while stack:
        node = stack.pop()
        for one in node.get("extension", ()):
            if one.get("url") == WAY:
                out[node["linkId"]] = one["valueCode"]
        stack.extend(node.get("item", ()))
    return out
