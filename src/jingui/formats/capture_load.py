"""二（一）1 采集模板: the shipped templates, read from formats/data/capture [2.1.1]

A template names its items by the dictionary `items.toml`: "chief_complaint!" is required, "allergies?allergic=true"
is required when that item says so, "height" is optional; a table in place of the text changes the item for itself.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jingui.core.capture import Item, ItemKind, Make, Necessity, Rule, Section, Template, Way, Why
from jingui.core.errors import Misconfigured
from jingui.core.words import Category, EncounterKind, Role, Sensitivity
from jingui.formats.capture_sound import problems
from jingui.formats.tables import table

GROUP_WHY: Final = {"why": "diagnose"}


@cache
def templates() -> Mapping[str, Template]:
    """The shipped templates by name; Misconfigured when a row of theirs is wrong."""
    folder = files("jingui.formats") / "data" / "capture" / "templates"
    names = sorted(one.name.removesuffix(".toml") for one in folder.iterdir())
    return {name: _template(name, table(f"capture/templates/{name}")) for name in names}


def _template(name: str, raw: Mapping[str, Any]) -> Template:
    try:
        made = Template(
            name=name, zh=raw["zh"], en=raw["en"], category=Category(raw["category"]),
            standard=raw.get("standard", ""), document=raw.get("document", ""),
            writers=tuple(Role(one) for one in raw["writers"]),
            visits=tuple(EncounterKind(one) for one in raw.get("visits", ())), retention=raw.get("retention", ""),
            deadline=raw.get("deadline", ""), privilege=raw.get("privilege", ""), signed=raw.get("signed", True),
            verified=raw.get("verified", False), countersigned=raw.get("countersigned", False),
            many=raw.get("many", True), sections=tuple(_section(one) for one in raw["section"]),
            rules=tuple(Rule(**one) for one in raw.get("rule", ())),
            makes=tuple(Make(**one) for one in raw.get("make", ())),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise Misconfigured(table="capture", row=name, detail=repr(error)) from error
    wrong = tuple(problems(made))
    if wrong:
        raise Misconfigured(table="capture", row=name, detail=": ".join(wrong[0]))
    return made


def _section(raw: Mapping[str, Any]) -> Section:
    return Section(name=raw["name"], zh=raw["zh"], en=raw["en"], items=tuple(_item(one) for one in raw["items"]))


def _item(raw: str | Mapping[str, Any]) -> Item:
    if isinstance(raw, str):
        return _short(raw)
    row = dict(raw)
    if "group" in row:
        inner = tuple(_item(one) for one in row.pop("items"))
        return _made(row.pop("group"), {"kind": "group", "repeats": True, **GROUP_WHY, **row}, inner)
    use = row.pop("use")
    return _made(row.pop("link", use), {**table("capture/items")[use], **row})


def _short(text: str) -> Item:
    name, question, condition = text.partition("?")
    required = name.endswith("!")
    link = name.removesuffix("!")
    row = dict(table("capture/items")[link])
    if required:
        row["necessity"] = "required"
    if question:
        row |= {"necessity": "conditional", "when": condition}
    return _made(link, row)


def _made(link: str, row: Mapping[str, Any], items: tuple[Item, ...] = ()) -> Item:
    """An item from its row; KeyError, TypeError or ValueError when something in it is unknown."""
    row = dict(row)
    low, high = (_decimal(row.pop(name, None)) for name in ("low", "high"))
    below, above = row.pop("usual", (None, None))
    other, _, values = row.pop("when", "").partition("=")
    sensitive = row.pop("sensitive", "")
    return Item(
        link=link, kind=ItemKind(row.pop("kind")), why=Why(row.pop("why")), way=Way(row.pop("way", "judged")),
        necessity=Necessity(row.pop("necessity", "optional")), element=row.pop("de", ""), low=low, high=high,
        usual=(_decimal(below), _decimal(above)), when=(other, tuple(values.split("|"))) if other else ("", ()),
        sensitive=Sensitivity(sensitive) if sensitive else None, items=items, **row,
    )  # fmt: skip


def _decimal(value: int | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
