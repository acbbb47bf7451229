"""四（二）4 去标识化: a text cut into words, and the words of medicine that stay [4.2.4]"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from jingui.formats.codetables import shipped
from jingui.formats.tables import table

if TYPE_CHECKING:
    import rjieba

TERM: Final = "term"  # the kind of a word that stays
NAMED: Final = frozenset(("nr", "nrt", "nrfg"))
CUES: Final = ("before", "record", "field", "nobody", "title", "after")
ORDINARY: Final = "word"  # the kind of a word that only looks like a name
PLACE: Final = "place"  # the kind of a province, a city or a place abroad
TABLES: Final = ("icd10", "drugs", "procedures", "laboratory", "allergen", "specimen", "examination")
DENSE: Final = 30  # one word of medicine in so many makes a clinical text
LONGEST: Final = 12  # characters of a term; what is longer is found by its parts
CLEAR: Final = 2.5  # the mean weight of an eponym's characters that sounds foreign
_OF_ILLNESS: Final = "病征氏症综甲试瘤"


class Words(NamedTuple):
    """A text cut into words: `at` the start of each, `first` 1 where one starts, `number` which starts there.

    `medical`: whether it is full of words of medicine.
    """

    words: list[tuple[str, str]]
    at: list[int]
    first: bytearray
    number: dict[int, int]
    medical: bool


@cache
def listed(section: str, name: str, file: str = "deid") -> tuple[str, ...]:
    """Return one row of words of a table."""
    return tuple(table(file)[section][name].split())


def either(words: Iterable[str]) -> str:
    """A pattern of any of the words, longer ones first, that fails at once where none of them begins."""
    some = sorted(words, key=len, reverse=True)
    return f"(?=[{re.escape(''.join(sorted({word[0] for word in some})))}])(?:{'|'.join(map(re.escape, some))})"


@cache
def weights(section: str) -> dict[str, float]:
    """Return each character's weight in natural units: `surname`, `given` or `sound`."""
    rows = table("deid_characters")[section]
    return {character: int(level) / 2 for level, characters in rows.items() for character in characters}


@cache
def terms() -> frozenset[str]:
    """Return the words of medicine that stay: the code tables' and our own."""
    own = {word for name in ("eponyms", "drugs", "body") for word in listed("terms", name, "deid_terms")}
    coded = {name for each in TABLES for name in shipped()[each].codes.values()}
    return frozenset(word for word in own | coded if 1 < len(word) <= LONGEST)


@cache
def medical() -> frozenset[str]:
    """Return the terms that only a clinical text is full of: drugs, parts of the body, the code tables."""
    own = {word for name in ("drugs", "body") for word in listed("terms", name, "deid_terms")}
    coded = {name for each in TABLES for name in shipped()[each].codes.values()}
    return frozenset((own | coded).difference(listed("terms", "general", "deid_terms")))


@cache
def _own() -> dict[str, str]:
    """Words whose kind we say ourselves, over the cutter's own list."""
    places = (word for name in ("province", "city", "world") for word in listed("places", name))
    cues = (word for name in CUES for word in listed("names", name) if len(word) > 1)
    ordinary = dict.fromkeys((*listed("ordinary", "words", "deid_terms"), *cues), ORDINARY)
    ordinary |= dict.fromkeys(listed("places", "address_cue"), ORDINARY)
    ordinary |= {f"{name}省": PLACE for name in listed("places", "province")}
    return ordinary | dict.fromkeys(places, PLACE) | dict.fromkeys(terms(), TERM)


@cache
def _cutter() -> rjieba.Jieba:
    """The cutter with our words added; loading takes a fifth of a second and 40 MB, so only when a text comes."""
    import rjieba

    made = rjieba.Jieba()
    for word, kind in (*_own().items(), *((name, "nrt") for name in listed("names", "abroad"))):
        made.add_word(word, None, kind)
    return made


@cache
def _people() -> frozenset[str]:
    """Eponyms that sound like people: 贝尔, 威尔逊, 桥本. Outside clinical texts they are people."""
    sound = weights("sound")
    known = frozenset((*listed("names", "abroad"), *listed("names", "japanese")))
    always = frozenset(listed("terms", "always", "deid_terms"))
    return frozenset(
        word
        for word in listed("terms", "eponyms", "deid_terms")
        if word not in always
        and word[-1] != "氏"
        and (
            word in known
            or (1 < len(word) < 5 and sum(min(sound.get(one, -9.0), 6.0) for one in word) >= CLEAR * len(word))
        )
    )


def _as_people(words: list[tuple[str, str]]) -> None:
    """What stays as an eponym in a clinical text is a word like others elsewhere, unless its illness follows."""
    people = _people()
    for at, (word, kind) in enumerate(words):
        if kind == TERM and word in people and words[at + 1 : at + 2] and words[at + 1][0][0] not in _OF_ILLNESS:
            words[at] = (word, "nrt")


def cut(text: str) -> Words:
    """Cut a text into words and their kinds."""
    own = _own()
    words = [(word, own.get(word, kind)) for word, kind in _cutter().tag(text, False)]
    at = [0, *accumulate([len(word) for word, _ in words])]
    first = bytearray(len(text) + 1)
    for here in at:
        first[here] = 1
    at.pop()
    number = dict(zip(at, range(len(at)), strict=True))
    own_field = medical()
    terms_here = [word for word, kind in words if kind == TERM]
    dense = bool(terms_here) and sum([word in own_field for word in terms_here]) * DENSE >= len(words)
    if terms_here and not dense:
        _as_people(words)
    return Words(words, at, first, number, dense)
