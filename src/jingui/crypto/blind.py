"""四（一）内部查阅: finding a patient by name or number without storing either in the clear [4.1.3] [3.1.1]"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from jingui.crypto.suite import Suite

_DOTS: Final = re.compile(r"[\u00b7\u2022\u2027\u22c5\u30fb\uff65\u2219\u0387\u16eb\u25cf\u2024.\uff0e\u3002]+")
_BLANK: Final = re.compile(r"\s+")
_JOINERS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212()._/]+")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_HAN: Final = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]) (?=[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_DATE: Final = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")


def _flat(value: str) -> str:
    """Unify width and composition, drop invisible characters, fold case, one space between words."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", value)).casefold()
    return _BLANK.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _name(value: str) -> str:
    """Names: any dot of a minority or foreign name is U+00B7 without spaces; no space between Chinese characters."""
    parts = (part.strip() for part in _DOTS.split(_flat(_DOTS.sub("\u00b7", value))))
    return _HAN.sub("", "\u00b7".join(part for part in parts if part))


def _number(value: str) -> str:
    """Numbers: upper case, without spaces, hyphens, dots and brackets."""
    # composed once more: what a joiner or its case kept apart may now be one character
    return unicodedata.normalize("NFKC", _JOINERS.sub("", _flat(value)).upper())


def _phone(value: str) -> str:
    """Telephone numbers: digits only; the prefix of mainland China goes, another country's + stays."""
    digits, longer = _number(value), ""
    while digits != longer:  # until nothing is left to take away: what was normalised stays as it is
        longer = digits
        digits = digits.removeprefix("+86").removeprefix("0086")
        if len(digits) == 13 and digits.startswith("861"):
            digits = digits[2:]
    return digits


def _date(value: str) -> str:
    """Dates: yyyy-mm-dd, from 19800203, 1980-2-3, 1980/02/03, 1980年2月3日."""
    text = _flat(value)
    found = _DATE.fullmatch(_BLANK.sub("", text))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


_RULES: Final[Mapping[str, Callable[[str], str]]] = {
    "name": _name,
    "id_card": _number,
    "passport": _number,
    "insurance_no": _number,
    "mrn": _number,
    "inpatient_no": _number,
    "outpatient_no": _number,
    "encounter_no": _number,
    "phone": _phone,
    "email": _flat,
    "birth_date": _date,
    "identifier": _flat,
    "family": _name,
    "given": _name,
}
FIELDS: Final = tuple(_RULES)


def normalise(field: str, value: str) -> str:
    """Return the one form under which `value` of the identity field is indexed; idempotent; KeyError for no field."""
    return _RULES[field](value)


def name_parts(value: str) -> tuple[str, ...]:
    """Return what a name is found by: the whole normalised name and, when it has dots, each part; without repeats."""
    whole = _name(value)
    parts = whole.split("\u00b7") if "\u00b7" in whole else []
    return tuple(dict.fromkeys(form for form in (whole, *parts) if form))


class BlindIndex:
    """Keyed indexes of the identity fields: equal values meet, nothing else can be read from them."""

    __slots__ = ("_macs",)

    def __init__(self, suite: Suite, key_of: Callable[[str], bytes]) -> None:
        """Take the suite and the key of each field, `key_of("blind:<field>")`: 32 bytes, one per field."""
        self._macs = {field: suite.keyed(key_of(f"blind:{field}")) for field in FIELDS}

    def blind(self, field: str, value: str) -> bytes:
        """Return the 16-byte index of a value, normalised first; KeyError for a field without one."""
        return self._macs[field](_RULES[field](value).encode())[:16]

    def names(self, value: str) -> tuple[bytes, ...]:
        """Return the indexes of every part that a name is found by, the whole name first."""
        mac = self._macs["name"]
        return tuple(mac(part.encode())[:16] for part in name_parts(value))
