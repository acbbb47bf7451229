"""四（二）4 去标识化: numbers that name a person, found by form and check digit in a plain text [4.2.4]

A run of digits, whatever stands between them, is read as one number and as each of its groups; what passes a check
digit, has a telephone's form or is too long for a measured value is found.
"""

import re
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_noise import ALIKE, SPOKEN
from jingui.formats.deidentify_project import Found
from jingui.formats.identifiers import id_card_ok

_DIGIT: Final = "0-9OolI|〇零○\u041e\u043e\uff2f"
_HAN_DIGIT: Final = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_RUN: Final = re.compile(
    rf"[+]?[0-9OolI|〇零○\u041e\u043e](?:[ \-－·._~*()（）\n]{{0,3}}[{_DIGIT}]){{5,29}}"
    rf"(?:[ \-·._]{{0,2}}[Xx×](?![A-Za-z0-9*.]))?"
)
_HAN_RUN: Final = re.compile(rf"[{_HAN_DIGIT}0-9](?:[ \-·.]{{0,2}}[{_HAN_DIGIT}0-9]){{6,22}}(?:[ \-·.]{{0,2}}[Xx×叉])?")
_PLACE: Final = (
    frozenset(range(11, 16))
    | frozenset(range(21, 24))
    | frozenset(range(31, 38))
    | frozenset(range(41, 47))
    | frozenset(range(50, 55))
    | frozenset(range(61, 66))
    | {71, 81, 82, 83}
)
_MOBILE: Final = re.compile(r"(?:\+?0{0,2}86)?1[3-9]\d{9}\Z")
_LANDLINE: Final = re.compile(r"(?:\+?0{0,2}86)?0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}(?:\d{1,5})?\Z")
_SERVICE: Final = re.compile(r"(?:400|800)\d{7}\Z")
_DAY: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}\Z")
_UNIT: Final = re.compile(r"\s?(?:IU|U/|copies|拷贝|个/|cells|×10|\*10|万|元|ml|mg|[%％])", re.IGNORECASE)
LONG: Final = 8  # digits from which a number without separators is no measured value
CARD: Final = 13  # digits of a bank card at least
_CARD_CUE: Final = re.compile(r"[卡账帐户]")
_PHONE_CUE: Final = re.compile(
    r"(?:电话|手机|联系方式|号码|座机|宅电|传真|热线|Tel|TEL|tel|Phone|phone|☎|📞)\S{0,4}\s?\Z"
)


def numbers(text: str) -> Iterator[Found]:
    """Yield numbers of a plain text."""
    for match in _RUN.finditer(text):
        yield from _read(text, match.start(), match.end(), ALIKE)
    for match in _HAN_RUN.finditer(text):
        yield from _read(text, match.start(), match.end(), SPOKEN)


def _read(text: str, start: int, end: int, alike: dict[str, str]) -> Iterator[Found]:
    """Yield what a run of digits holds, longest readings first."""
    groups: list[list[int]] = []  # places of digits, a list for each group without separators
    open_group = False
    for at in range(start, end):
        if (text[at].isascii() and text[at].isdigit()) or text[at] in alike or (text[at] in "Xx×叉" and at == end - 1):
            if not open_group:
                groups.append([])
            groups[-1].append(at)
            open_group = True
        else:
            open_group = False
    first = 0
    while first < len(groups):
        for last in range(len(groups), first, -1):
            places = [at for group in groups[first:last] for at in group]
            if len(places) < 6:
                continue
            digits = "".join("X" if text[at] in "Xx×叉" else alike.get(text[at], text[at]) for at in places)
            sizes = [len(group) for group in groups[first:last]]
            if (kind := _kind(text, places, digits, sizes, alike is SPOKEN)) is not None:
                yield Found(kind, places[0] - (text[places[0] - 1 : places[0]] == "+"), places[-1] + 1)
                first = last
                break
        else:
            first += 1


def _kind(text: str, places: list[int], digits: str, sizes: list[int], spoken: bool) -> Kind | None:
    """What a number is, None for none."""
    whole = len(sizes) == 1
    real = sum(text[at].isascii() and text[at].isdigit() for at in places)
    if not spoken and real * 2 < len(digits):
        return None
    before = text[places[0] - 1 : places[0]]
    if whole and before in (".", "\uff0e") and text[places[0] - 2 : places[0] - 1].isdigit():
        return None  # the digits behind a point
    if len(digits) == 18 and _id_card(digits):
        return Kind.ID_CARD
    if len(digits) == 15 and digits.isdigit() and _old_card(digits) and _even(sizes):
        return Kind.ID_CARD
    if not digits.isdigit():
        return Kind.NUMBER if len(digits) >= LONG else None
    cued = _PHONE_CUE.search(text, max(0, places[0] - 12), places[0]) is not None
    if _MOBILE.match(digits) and (cued or _phone_groups(sizes)):
        return Kind.PHONE
    if CARD <= len(digits) <= 19 and luhn.is_valid(digits) and (whole or _card_groups(text, places, digits, sizes)):
        return Kind.BANK_CARD
    dotted = "." in text[places[0] : places[-1]] or before in (".", "\uff0e")
    if (_LANDLINE.match(digits) and sizes[0] >= 3 and len(sizes) <= 4 and not dotted) or (
        _SERVICE.match(digits) and len(sizes) <= 4
    ):
        return Kind.PHONE
    if 7 <= len(digits) <= 12 and cued:
        return Kind.PHONE
    if whole and len(digits) >= LONG and not _DAY.match(digits) and not _UNIT.match(text, places[-1] + 1):
        return Kind.NUMBER
    return Kind.NUMBER if len(digits) >= 16 and len(sizes) >= 12 and set(sizes) == {1} else None


def _id_card(digits: str) -> bool:
    """Whether 18 characters are an identity number, its check digit right or mistyped."""
    if id_card_ok(digits):
        return True
    month, day = digits[10:12], digits[12:14]
    shaped = digits[:17].isdigit() and int(digits[:2]) in _PLACE and digits[6:8] in ("18", "19", "20")
    return shaped and "01" <= month <= "12" and "01" <= day <= "31"


def _old_card(digits: str) -> bool:
    """Whether 15 digits are an identity number of the old form."""
    return int(digits[:2]) in _PLACE and "01" <= digits[8:10] <= "12" and "01" <= digits[10:12] <= "31"


def _card_groups(text: str, places: list[int], digits: str, sizes: list[int]) -> bool:
    """Whether groups are those of a bank card: fours under a card's first digits or after a word for it."""
    cued = _CARD_CUE.search(text, max(0, places[0] - 12), places[0]) is not None
    return len(sizes) >= 12 or (set(sizes[:-1]) <= {4} and (cued or digits.startswith("62")))


def _even(sizes: list[int]) -> bool:
    return len(sizes) <= 4 or set(sizes) == {1}


def _phone_groups(sizes: list[int]) -> bool:
    """Whether groups are those of a telephone number: whole, 3-4-4, digit by digit, with a country code before."""
    if len(sizes) == 1 or set(sizes) == {1} or max(sizes) >= 7:
        return True
    tail = sizes[1:] if sizes[0] in (2, 4) and sum(sizes) > 11 else sizes
    return len(tail) <= 3 and min(tail) >= 3
