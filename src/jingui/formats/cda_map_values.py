"""五（一）2 共享文档: an answer of a form as the value that a row of a document takes [5.1.2]"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from jingui.formats.cda_codes import URN, written
from jingui.formats.cda_document import Coded, Count, Flag, Moment, Money, Quantity, Real, Text, Value
from jingui.formats.cda_narrative import day
from jingui.formats.cda_types import Row, plain_system
from jingui.formats.codetables import in_force
from jingui.formats.tables import table

Answer = Mapping[str, Any]
_WORDS: Final = ("valueString", "valueDate", "valueDateTime", "valueInteger", "valueDecimal", "valueBoolean")


def value_of(row: Row, answer: Answer, unit: str = "") -> Value | None:
    """The answer as the row's type takes it; None when it cannot say that. `unit`: said in an item of its own."""
    return _MAKERS[row.type](row, answer, unit)


def words(answer: Answer, unit: str = "") -> str:
    """An answer as people read it."""
    coding, quantity = answer.get("valueCoding"), answer.get("valueQuantity")
    if coding is not None:
        return str(coding.get("display") or coding.get("code", ""))
    if quantity is not None:
        return f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip()
    name = next((one for one in _WORDS if one in answer), "")
    if not name:
        return ""
    if name == "valueBoolean":
        return "是" if answer[name] else "否"
    if name in ("valueDate", "valueDateTime"):
        found = moment(answer)
        return day(found.digits) if found else str(answer[name])
    return f"{answer[name]} {unit}".strip()


def unit_of(answer: Answer) -> str:
    """A unit that was chosen in an item of its own: its symbol, or what people call it where it has none (片)."""
    code = str(answer.get("valueCoding", {}).get("code", ""))
    return words(answer) if code.startswith("{") or not code else code


def moment(answer: Answer) -> Moment | None:
    """A day or a moment."""
    said = answer.get("valueDateTime") or answer.get("valueDate")
    try:
        if said and len(said) > len("2026-01-01"):
            return Moment.of(datetime.fromisoformat(said.replace("Z", "+00:00")))
        return Moment.of(date.fromisoformat(said)) if said else None
    except (ValueError, TypeError):
        return None  # a year or a month alone: it is said in words


def number(answer: Answer) -> Decimal | None:
    """A number, with or without a unit."""
    held = answer.get("valueQuantity", {}).get("value", answer.get("valueDecimal", answer.get("valueInteger")))
    return Decimal(str(held)) if held is not None and not isinstance(held, bool) else None


def _text(_row: Row, answer: Answer, unit: str) -> Value | None:
    said = words(answer, unit)
    return Text(text=said) if said else None


def _coded(row: Row, answer: Answer, _unit: str) -> Value | None:
    coding = answer.get("valueCoding")
    if coding is None:
        return Coded(code="", name=answer["valueString"]) if answer.get("valueString") else None
    system, code = str(coding.get("system", "")), str(coding.get("code", ""))
    known = table("cda/records")["systems"].get(system)
    if known is not None:
        fits = code and plain_system(row.system) == known and not any(one.isspace() for one in code)
        return Coded(code=code if fits else "", system=row.system if fits else "", name=words(answer))
    ours = next((one for one in _tables() if one[1] == system), None)
    if ours is None or not system.startswith(URN):
        return Coded(code="", name=words(answer))
    return written(ours[0], code, row.system)


def _tables() -> tuple[tuple[str, str], ...]:
    held = in_force()
    return tuple((name, held[name].system) for name in held.names())


def _quantity(row: Row, answer: Answer, unit: str) -> Value | None:
    found = number(answer)
    if found is None:
        return None
    held = answer.get("valueQuantity", {})
    own = str(held.get("code") or held.get("unit") or unit)
    if any(one.isspace() or not one.isprintable() for one in own):
        return None  # no symbol of a unit: it is said in words
    return Quantity(value=found, unit=table("cda/records")["units"].get(own, own) or row.unit)


def _count(_row: Row, answer: Answer, _unit: str) -> Value | None:
    found = number(answer)
    return Count(value=int(found)) if found is not None and found == found.to_integral_value() else None


def _real(_row: Row, answer: Answer, _unit: str) -> Value | None:
    found = number(answer)
    return Real(value=found) if found is not None else None


def _money(_row: Row, answer: Answer, _unit: str) -> Value | None:
    found = number(answer)
    return Money(value=found) if found is not None else None


def _flag(_row: Row, answer: Answer, _unit: str) -> Value | None:
    said = answer.get("valueBoolean")
    return Flag(value=said) if isinstance(said, bool) else None


def _moment(_row: Row, answer: Answer, _unit: str) -> Value | None:
    return moment(answer)


_MAKERS: Final[Mapping[str, Callable[[Row, Answer, str], Value | None]]] = {
    "ST": _text, "CD": _coded, "PQ": _quantity, "TS": _moment, "BL": _flag, "INT": _count, "MO": _money, "REAL": _real,
}  # fmt: skip
