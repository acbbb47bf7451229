"""Identity numbers that are well formed and belong to nobody [2.2.2]

Why nobody real is meant: a resident's card always carries the six digits of a county; ours carry a bare province
(`530000`), a code under which no card is issued. Phones start with 154 and four zeros, a block that is given to no
network. The organisation code and its registering area are of the same kind.
"""

from datetime import date
from random import Random

_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = ("330000", "410000", "420000", "430000", "440000", "450000", "510000", "520000", "530000", "610000")


def card_check(first17: str) -> str:
    """The check character of a resident identity number (GB 11643) from its first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_CARD_WEIGHTS, first17, strict=True))
    return _CARD_CHECKS[total % 11]


def id_card(birth: date, sex: str, serial: int, province: str) -> str:
    """A resident identity number of 18 characters; `serial` 0 to 499 keeps people of one birthday apart."""
    order = serial % 500 * 2 + (1 if sex == "male" else 0)
    first = f"{province}{birth:%Y%m%d}{order:03d}"
    return first + card_check(first)


def uscc_check(first17: str) -> str:
    """The check character of a unified social credit code (GB 32100) from its first 17."""
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return _USCC_ALPHABET[-total % 31]


def uscc(area: str, organisation: str) -> str:
    """A unified social credit code of a public institution: `12`, six digits of area, nine of organisation, check."""
    first = f"12{area}{organisation}"
    return first + uscc_check(first)


def phone(serial: int) -> str:
    """A mobile number of 11 digits in a block given to no network; `serial` 0 to 9999."""
    return f"1540000{serial % 10000:04d}"


def passport(rng: Random) -> str:
    """A passport number: two letters, seven digits, of no country's pattern."""
    return f"ZZ{rng.randrange(10**6, 10**7)}"


def mrn(number: int) -> str:
    """病案号: eight digits, one per patient for life."""
    return f"{60000000 + number * 37:08d}"


def outpatient_no(number: int) -> str:
    """门诊号: M and nine digits."""
    return f"M{200000000 + number * 53:09d}"


def inpatient_no(year: int, number: int, stay: int) -> str:
    """住院号: the year, five digits, and the stay's sequence (one number per stay)."""
    return f"{year}{10000 + number:05d}{stay:02d}"
