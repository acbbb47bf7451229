"""四（二）1 复制病历: the simple values of a record as words on paper [4.2.1]"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from jingui.formats.display import concept_text, quantity_text
from jingui.formats.terms import LABELS, word

CHINA: Final = timezone(timedelta(hours=8))  # the country has one clock
_CONCEPT: Final = frozenset(
    {"text", "coding", "display", "reference", "type", "identifier", "system", "version", "code", "userSelected", "id",
     "extension"}
)  # fmt: skip
_QUANTITY: Final = frozenset({"value", "unit", "code", "system", "comparator", "currency"})
_NUMBERED: Final = frozenset({"value", "system", "use", "type", "period", "assigner"})


def label(name: str) -> tuple[str, str]:
    """An element's name in Chinese and, from its own name, in English."""
    spaced = "".join(f" {one.lower()}" if one.isupper() else one for one in name).strip()
    return LABELS.get(name, spaced), spaced[:1].upper() + spaced[1:]


def brief(value: Any, name: str = "") -> str:
    """A simple value or a well-known shape on one line, "" if it is neither; `name` is the element it stands in."""
    if value is None or isinstance(value, list):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if not isinstance(value, Mapping):
        return word(name, str(value)) or moment(str(value))
    if value.keys() <= _CONCEPT:
        return _coded(value, name)
    for shape in (_quantity, _between, named, _period, _numbered):
        if text := shape(value):
            return text
    return ""


def moment(text: str) -> str:
    """An instant on the hospital's clock, to the minute; anything else as it stands, a date too."""
    if "T" not in text or len(text) > 35:
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at.tzinfo is not None else text


def _coded(value: Mapping[str, Any], name: str) -> str:
    for coding in (*(value.get("coding") or ()), value):
        if isinstance(coding, Mapping) and isinstance(coding.get("code"), str) and word(name, coding["code"]):
            return word(name, coding["code"])
    if isinstance(value.get("display"), str):
        return str(value["display"])
    return str(value["text"]) if isinstance(value.get("text"), str) else concept_text(dict(value))


def _quantity(value: Mapping[str, Any]) -> str:
    if not {"value"} <= value.keys() <= _QUANTITY or (isinstance(value["value"], str) and "unit" not in value):
        return ""
    return quantity_text({**value, "unit": value.get("unit") or value.get("currency") or value.get("code", "")})


def _between(value: Mapping[str, Any]) -> str:
    above, under = value.get("numerator"), value.get("denominator")
    if isinstance(above, Mapping) and isinstance(under, Mapping):
        return f"{_quantity(above)} / {_quantity(under)}"
    low, high = value.get("low"), value.get("high")
    if not (isinstance(low, Mapping) or isinstance(high, Mapping)) or value.keys() - {"low", "high"}:
        return ""
    return f"{_quantity(low) if low else ''} – {_quantity(high) if high else ''}".strip()


def named(value: Mapping[str, Any]) -> str:
    """A person's name in the order in which it is written here; "" when the value is none."""
    family, given = value.get("family"), value.get("given")
    if not (isinstance(family, str) or isinstance(given, list)):
        return ""
    return f"{family or ''}{''.join(map(str, given or ()))}"


def _period(value: Mapping[str, Any]) -> str:
    if not value.keys() <= {"start", "end"}:
        return ""
    return f"{moment(str(value.get('start', '')))} – {moment(str(value.get('end', '')))}".strip()


def _numbered(value: Mapping[str, Any]) -> str:
    """A number with its kind, or a way to reach somebody."""
    if not isinstance(value.get("value"), str) or not value.keys() <= _NUMBERED | {"rank"}:
        return ""
    kind = brief(value["type"]) if isinstance(value.get("type"), Mapping) else ""
    return f"{kind} {value['value']}".strip()
