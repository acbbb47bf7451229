"""二（二）录入: one form for what people type differently, for look-up only; stored text stays as given [2.2.3]"""

import re
import unicodedata

_DOTS = re.compile("[\\s.\u00b7\u2022\u30fb\u2027\u2219\u22c5\ua78f\u16eb\u2010\u2011\\-'\u2019`]+")
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_PHONE = re.compile(r"[^0-9]+")
_NUMBER = re.compile("[\\s\\-\u2010-\u2015]+")


def folded(text: str) -> str:
    """Return a text in one width, case and spacing, without invisible characters (NFKC, case-folded)."""
    return " ".join(_HIDDEN.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


def name_form(text: str) -> str:
    """Return a person's name without dots, hyphens and spaces: 买买提·吐尔逊 and 买买提 吐尔逊 are found alike."""
    return _DOTS.sub("", folded(text))


def number_form(text: str) -> str:
    """Return an identifier in half width and upper case, without spaces and hyphens; leading zeros stay."""
    return _NUMBER.sub("", folded(text)).upper()


def phone_form(text: str) -> str:
    """Return the digits of a telephone number without the Chinese country code."""
    digits = _PHONE.sub("", folded(text))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            return digits[len(prefix) :]
    return digits
