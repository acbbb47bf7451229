"""A rightly filled form of any template, by the kind of each item."""

from decimal import Decimal
from typing import Any

from jingui.core.capture import Item, ItemKind, Template
from jingui.formats.codetables import in_force

TYPED = {
    "id_card": "110101199003077758", "id_number": "110101199003077758", "phone": "13800138000", "postcode": "100000",
    "uscc": "12100000400000000W", "bank_card": "4111 1111 1111 1111",
}  # fmt: skip
OWN = {
    "birth_date": "1990-03-07", "sex": "1", "operation_end": "2026-11-20T11:00:00+08:00", "diastolic": 70,
    "rescue_end": "2026-11-20T11:00:00+08:00", "discharged_at": "2026-11-20T11:00:00+08:00",
    "received_at": "2026-11-20T11:00:00+08:00", "takeover_at": "2026-11-20T11:00:00+08:00", "allergic": True,
    "died_at": "2026-11-20T11:00:00+08:00", "order_type": "01",
}  # fmt: skip


def value(item: Item) -> Any:
    """A clean value for one item."""
    if item.link in OWN:
        return OWN[item.link]
    if item.kind is ItemKind.GROUP:
        return [{one.link: value(one) for one in item.items}] * 2
    if item.kind in (ItemKind.CHOICE, ItemKind.CODED):
        code, name = next(iter(in_force()[item.table].codes.items()))
        return code if item.kind is ItemKind.CHOICE else {"code": code, "text": name}
    low = item.low if item.low is not None else Decimal(1)
    below, above = item.usual
    usual = below if below is not None else above if above is not None else max(low, Decimal(1))
    simple: dict[ItemKind, Any] = {
        ItemKind.TEXT: "患者三天前受凉后出现咳嗽、咳痰，伴发热。", ItemKind.INTEGER: int(usual), ItemKind.BOOLEAN: True,
        ItemKind.DECIMAL: usual, ItemKind.DATE: "2026-11-20", ItemKind.DATETIME: "2026-11-20T09:14:00+08:00",
        ItemKind.STRING: TYPED.get(item.check, "内容"),
    }  # fmt: skip
    return simple[item.kind]


def filled(template: Template, sex: str = "female") -> dict[str, Any]:
    """Every item that this patient is asked, rightly filled."""
    return {item.link: value(item) for item in template.items() if item.sex in ("", sex)}
