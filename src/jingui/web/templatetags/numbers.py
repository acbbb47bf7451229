"""四（一）内部查阅与使用 [4.1.3]: long numbers grouped, identities masked on screens"""

import re

from django.template import Library

register = Library()
THIN = "\u202f"  # narrow no-break space: groups digits in every language without being a comma or a point


@register.filter
def grouped(number: int | str | None) -> str:
    """1203442 → 1 203 442; "" for None."""
    return "" if number is None else f"{int(number):,}".replace(",", THIN)


@register.filter
def spaced(code: str) -> str:
    """A number people read aloud, in groups of four: 00832217 → 0083 2217. Other texts stay as they are."""
    return re.sub(r"(?<=\d)(?=(?:\d{4})+$)", THIN, code) if code.isdigit() and len(code) > 5 else code


@register.filter
def mask_id(number: str) -> str:
    """Area and the last four stay, birth date and serial go: 110101********002X. Short numbers show two characters."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else number[:2] + "*" * 6


@register.filter
def mask_phone(number: str) -> str:
    """138****8000."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "****" + number[-2:]


@register.filter
def mask_name(name: str) -> str:
    """顾明远 → 顾**: the first character stays."""
    return name[:1] + "*" * max(1, len(name) - 1)


@register.filter
def percent(part: int, whole: int) -> int:
    """`part` of `whole` in whole per cent; 0 if there is nothing."""
    return part * 100 // whole if whole else 0
