"""二（一）1 采集模板: a template as FHIR R4 Questionnaire, and back, losing nothing [2.1.1]

What FHIR has an element for stands there; the rest stands in extensions of our own, one per attribute, only where it
differs from the default. The two directions are one table each for items and for the template.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

import orjson

from jingui.core.capture import Item, ItemKind, Make, Necessity, Rule, Section, Template, Way, Why
from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.core.words import Category, EncounterKind, Role, Sensitivity
from jingui.formats.capture_names import DOCUMENTS, ELEMENTS, FHIR, OURS, URL
from jingui.formats.capture_sound import problems

Json = dict[str, Any]
TYPES: Final[Mapping[ItemKind, str]] = {
    ItemKind.TEXT: "text", ItemKind.STRING: "string", ItemKind.INTEGER: "integer", ItemKind.DECIMAL: "decimal",
    ItemKind.DATE: "date", ItemKind.DATETIME: "dateTime", ItemKind.BOOLEAN: "boolean", ItemKind.CHOICE: "choice",
    ItemKind.CODED: "open-choice", ItemKind.GROUP: "group",
}  # fmt: skip
KINDS: Final = {text: kind for kind, text in TYPES.items()}


def _plain(value: Any) -> Any:
    """A value of a template as JSON has it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _number(value: str) -> Decimal:
    return Decimal(value)


def _when(value: list[Any]) -> tuple[str, tuple[str, ...]]:
    return str(value[0]), tuple(str(one) for one in value[1])


def _usual(value: list[Any]) -> tuple[Decimal | None, Decimal | None]:
    below, above = (None if one is None else Decimal(str(one)) for one in value)
    return below, above


#: What of an item, and of a template, stands in our extensions, and how each is read back.
ITEM_EXTRAS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "en": str, "why": Why, "necessity": Necessity, "when": _when, "table": str, "open": bool, "unit": str,
    "shown": str, "low": _number, "high": _number, "usual": _usual, "digits": int, "check": str, "way": Way,
    "previous": bool, "future": bool, "sensitive": Sensitivity, "sex": str, "boilerplate": str, "hint": str,
    "hint_en": str,
    "purpose": str,
}  # fmt: skip
TEMPLATE_EXTRAS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "en": str, "n": int, "category": Category, "standard": str,
    "writers": lambda value: tuple(Role(one) for one in value),
    "visits": lambda value: tuple(EncounterKind(one) for one in value),
    "retention": str, "deadline": str, "privilege": str, "signed": bool, "verified": bool, "countersigned": bool,
    "many": bool,
    "rules": lambda value: tuple(Rule(**one) for one in value),
    "makes": lambda value: tuple(Make(**one) for one in value),
}  # fmt: skip
ALWAYS: Final = frozenset({"en", "why", "category", "writers"})  # they have no default


def _extras(thing: Item | Template, names: Iterable[str]) -> list[Json]:
    defaults = {one.name: one.default for one in fields(thing)}
    out = []
    for name in names:
        value = getattr(thing, name)
        if name in ("rules", "makes"):
            value = [{one.name: getattr(row, one.name) for one in fields(row)} for row in value]
        if name in ALWAYS or (value != defaults[name] and value != []):
            out.append({"url": OURS + name, "valueString": orjson.dumps(_plain(value)).decode()})
    return out


def _read(node: Json, table: Mapping[str, Callable[[Any], Any]]) -> Json:
    out = {}
    for one in node.get("extension", ()):
        url = one.get("url", "")
        if url.startswith(OURS) and url.removeprefix(OURS) in table:
            out[url.removeprefix(OURS)] = table[url.removeprefix(OURS)](orjson.loads(one["valueString"]))
    return out


def questionnaire(template: Template) -> Json:
    """The template as a Questionnaire that is valid R4."""
    out: Json = {
        "resourceType": "Questionnaire", "extension": _extras(template, TEMPLATE_EXTRAS),
        "url": URL + template.name, "version": str(template.n), "name": template.name, "title": template.zh,
        "status": "active", "subjectType": ["Patient"],
        "item": [_section(one) for one in template.sections],
    }  # fmt: skip
    if template.document:
        out["code"] = [{"system": DOCUMENTS, "code": template.document, "display": template.zh}]
    return out


def _section(section: Section) -> Json:
    extra = [{"url": OURS + "en", "valueString": orjson.dumps(section.en).decode()}]
    items = [_item(one) for one in section.items]
    return {"extension": extra, "linkId": f"section.{section.name}", "text": section.zh, "type": "group", "item": items}


def _item(item: Item) -> Json:
    out: Json = {
        "extension": _extras(item, ITEM_EXTRAS), "linkId": item.link, "text": item.zh, "type": TYPES[item.kind],
        "required": item.necessity is Necessity.REQUIRED, "repeats": item.repeats,
    }  # fmt: skip
    if item.unit:
        coding = {"system": "http://unitsofmeasure.org", "code": item.unit, "display": item.shown}
        out["extension"].append({"url": FHIR + "questionnaire-unit", "valueCoding": coding})
    if item.element:
        out["code"] = [{"system": ELEMENTS, "code": item.element}]
    if item.longest:
        out["maxLength"] = item.longest
    if item.table:
        out["answerValueSet"] = f"urn:jingui:table:{item.table}"
    if item.items:
        out["item"] = [_item(one) for one in item.items]
    return out


def from_questionnaire(resource: Json) -> Template:
    """The template in a Questionnaire of ours; Invalid, saying where, for one that cannot be used."""
    try:
        made = Template(
            name=_word(resource["name"]), zh=_word(resource["title"]), document=_code(resource),
            sections=tuple(_back_section(one) for one in resource["item"]), **_read(resource, TEMPLATE_EXTRAS),
        )  # fmt: skip
        wrong = tuple(problems(made))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        raise Invalid(N_("这不是采集模板。"), places=(("Questionnaire", type(error).__name__),)) from error
    if resource.get("url") != URL + made.name or wrong:
        raise Invalid(N_("这个采集模板不能使用。"), places=wrong[:20])
    return made


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _code(node: Json) -> str:
    return str(node["code"][0]["code"]) if node.get("code") else ""


def _back_section(node: Json) -> Section:
    english = _read(node, {"en": str})["en"]
    return Section(
        name=node["linkId"].removeprefix("section."), zh=_word(node["text"]), en=english,
        items=tuple(_back_item(one) for one in node["item"]),
    )  # fmt: skip


def _back_item(node: Json) -> Item:
    return Item(
        link=node["linkId"], zh=_word(node["text"]), kind=KINDS[node["type"]], element=_code(node),
        longest=node.get("maxLength", 0), repeats=node.get("repeats", False),
        items=tuple(_back_item(one) for one in node.get("item", ())), **_read(node, ITEM_EXTRAS),
    )  # fmt: skip
