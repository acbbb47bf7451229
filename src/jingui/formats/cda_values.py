"""五（一）2 共享文档: data types of CDA as values and back [5.1.2]"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.cda_document import (
    Address,
    Coded,
    Count,
    Flag,
    Identifier,
    Missing,
    Moment,
    Money,
    Organization,
    Quantity,
    Real,
    Text,
    Value,
)
from jingui.formats.cda_types import system_name
from jingui.formats.cda_xml import TYPE, Node, child, children, have, kind, put, words

_ADDRESS: Final = {
    "house": "houseNumber", "street": "streetName", "township": "township", "county": "county", "city": "city",
    "state": "state", "postcode": "postalCode", "line": "streetAddressLine",
}  # fmt: skip


def value(parent: Node, said: Value) -> None:
    """Write a value of an observation; Unprocessable for one that cannot be written."""
    match said:
        case Coded():
            kind(coded(parent, "value", said), "CD")
        case Missing(kind=type_, reason=reason):
            kind(put(parent, "value", nullFlavor=reason), type_)
        case Text(text=text):
            if not text:
                raise Unprocessable(places=(("value", "empty"),))
            kind(put(parent, "value", text), "ST")
        case Quantity(value=found, unit=unit):
            kind(put(parent, "value", value=number(found), unit=symbol(unit) if unit else ""), "PQ")
        case Money(value=found, currency=currency):
            kind(put(parent, "value", value=number(found), currency=symbol(currency)), "MO")
        case Moment(digits=at):
            kind(put(parent, "value", value=digits(at)), "TS")
        case Flag(value=yes):
            kind(put(parent, "value", value="true" if yes else "false"), "BL")
        case Count(value=count):
            kind(put(parent, "value", value=str(count)), "INT")
        case Real(value=found):
            kind(put(parent, "value", value=number(found)), "REAL")


def number(found: Decimal) -> str:
    """A finite number as digits."""
    if not found.is_finite():
        raise Unprocessable(places=(("value", "number"),))
    return f"{found:f}"


def symbol(text: str) -> str:
    """A code or unit: one word, else Unprocessable."""
    if not text or any(one.isspace() or not one.isprintable() for one in text):
        raise Unprocessable(N_("编码中含有空格或控制字符。"), places=((text[:40], "code"),))
    return text


def digits(text: str) -> str:
    """A time that is one, else Unprocessable."""
    if Moment(digits=text).at() is None:
        raise Unprocessable(N_("不是文档所用的日期时间。"), places=((text[:40], "time"),))
    return text


def coded(parent: Node, name: str, said: Coded) -> Node:
    """Write a code; what has only a name is written as words of its own."""
    if not said.code:
        node = put(parent, name, nullFlavor="OTH")
        put(node, "originalText", said.name)
        return node
    return put(
        parent, name, code=symbol(said.code), codeSystem=said.system, codeSystemName=system_name(said.system),
        displayName=said.name,
    )  # fmt: skip


def identifier(parent: Node, name: str, said: Identifier | None) -> None:
    """Write a number; what is not known says so."""
    if said is None:
        put(parent, name, nullFlavor="NI")
    elif said.extension:
        put(parent, name, root=said.root, extension=said.extension)
    else:
        put(parent, name, root=said.root)


def address(parent: Node, said: Address, use: str = "") -> None:
    """Write an address by its parts."""
    node = put(parent, "addr", use=use)
    for part, tag in _ADDRESS.items():
        if getattr(said, part):
            put(node, tag, getattr(said, part))


def organization(parent: Node, name: str, said: Organization, **attributes: str) -> Node:
    """Write an institution or a part of one."""
    node = put(parent, name, **attributes)
    if said.id is not None:
        identifier(node, "id", said.id)
    if said.name:
        put(node, "name", said.name)
    if said.phone:
        put(node, "telecom", value=said.phone)
    return node


def read_value(node: Node) -> Value:
    """The value in it; Unprocessable for a number or time that is none."""
    type_ = str(node.get(TYPE, "ST")).rpartition(":")[2]
    if have(node, "nullFlavor") and type_ not in ("CD", "CE", "CV", "CS", "CO"):
        return Missing(kind=type_, reason=have(node, "nullFlavor"))
    return _READERS.get(type_, _as_text)(node)


def _as_text(node: Node) -> Value:
    text = words(node)
    return Text(text=text) if text else Missing()


def _as_coded(node: Node) -> Value:
    return read_coded(node) or Missing(kind="CD", reason=have(node, "nullFlavor") or "NI")


def _as_number(make: Callable[[Decimal], Value], name: str) -> Callable[[Node], Value]:
    def read(node: Node) -> Value:
        text = have(node, "value")
        return make(read_number(text)) if text else Missing(kind=name)

    return read


def _as_flag(node: Node) -> Value:
    text = have(node, "value")
    if text not in ("true", "false", ""):
        raise Unprocessable(places=((text[:20], "BL"),))
    return Flag(value=text == "true") if text else Missing(kind="BL")


def _as_quantity(node: Node) -> Value:
    return read_quantity(node) or Missing(kind="PQ")


def _as_money(node: Node) -> Value:
    text = have(node, "value")
    return Money(value=read_number(text), currency=have(node, "currency") or "CNY") if text else Missing(kind="MO")


def _as_moment(node: Node) -> Value:
    text = have(node, "value")
    return Moment(digits=digits(text)) if text else Missing(kind="TS")


def _count(found: Decimal) -> Value:
    if found != found.to_integral_value() or abs(found) >= 10**15:
        raise Unprocessable(places=((f"{found}"[:20], "INT"),))
    return Count(value=int(found))


def _real(found: Decimal) -> Value:
    return Real(value=found)


_READERS: Final[Mapping[str, Callable[[Node], Value]]] = {
    **dict.fromkeys(("CD", "CE", "CV", "CS", "CO"), _as_coded),
    "PQ": _as_quantity, "BL": _as_flag, "INT": _as_number(_count, "INT"), "REAL": _as_number(_real, "REAL"),
    "MO": _as_money, "TS": _as_moment,
}  # fmt: skip


def read_number(text: str) -> Decimal:
    """A finite number of reasonable length; Unprocessable for anything else."""
    try:
        found = Decimal(text.strip()) if len(text) <= 40 and text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise Unprocessable(places=((text[:40], "number"),))
    return found


def read_coded(node: Node | None) -> Coded | None:
    """A code with its system and name; None when nothing is said."""
    if node is None:
        return None
    own = words(child(node, "originalText"))
    if not have(node, "code"):
        name = own or have(node, "displayName")
        return Coded(code="", system=have(node, "codeSystem"), name=name) if name else None
    return Coded(code=have(node, "code"), system=have(node, "codeSystem"), name=have(node, "displayName") or own)


def read_quantity(node: Node | None) -> Quantity | None:
    """A number with its unit; None when nothing is said."""
    text = have(node, "value")
    return Quantity(value=read_number(text), unit=have(node, "unit")) if text else None


def read_identifier(node: Node | None) -> Identifier | None:
    """A number with its giver; None when nothing is said."""
    root = have(node, "root")
    return Identifier(root=root, extension=have(node, "extension")) if root else None


def read_address(node: Node | None) -> Address | None:
    """An address; None when nothing is said."""
    if node is None:
        return None
    found = {part: words(child(node, tag)).strip() for part, tag in _ADDRESS.items()}
    if not any(found.values()):
        found["line"] = " ".join(words(node).split())
    return Address(**found) if any(found.values()) else None


def read_organization(node: Node | None) -> Organization | None:
    """An institution; None when nothing is said."""
    if node is None:
        return None
    found = Organization(
        id=next((one for each in children(node, "id") if (one := read_identifier(each))), None),
        name=words(child(node, "name")).strip(), phone=phone(node),
    )  # fmt: skip
    return found if found.id or found.name or found.phone else None


def phone(node: Node | None) -> str:
    """The first telephone number or address of that kind."""
    return next((have(one, "value") for one in children(node, "telecom") if have(one, "value")), "")
