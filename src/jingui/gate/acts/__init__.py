"""The acts of every operation; importing this package registers them."""

from jingui.gate.acts import (
    access,
    accounts,
    bylaws,
    charts,
    collect,
    custody,
    keep,
    oversee,
    people,
    protect,
    seconding,
)

__all__ = [
    "access",
    "accounts",
    "bylaws",
    "charts",
    "collect",
    "custody",
    "keep",
    "oversee",
    "people",
    "protect",
    "seconding",
]
