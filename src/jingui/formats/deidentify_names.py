"""四（二）4 去标识化: names of persons in Chinese texts: surnames, weights of characters, words around them [4.2.4]

A candidate is a surname and one or two characters. What speaks for it is added up in natural units: how often the
characters stand in names and how seldom elsewhere, whether the cutter sees a word there, what stands before and after.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from jingui.formats.deidentify_words import NAMED, ORDINARY, PLACE, TERM, Words, either, listed, weights
from jingui.formats.tables import table

ENOUGH: Final = -3.9  # in ordinary texts
CLINICAL: Final = -2.2  # in texts full of words of medicine, where more looks like a name
DOUBT: Final = 1.8  # less is enough beside another name in a row of names
LONGER: Final = 1.5  # the longer of two readings may weigh so much less
WHOLE: Final = 4.5  # and before a word of a record so much
COMPLAINS: Final = frozenset("诉于因来要自经后术有")  # 患者某某诉, 病人某某于今晨: so a record goes on
ROUNDS: Final = 2.5  # how much more 主任医师查房 says than another word behind a name
RARE: Final = 1.0  # the weight of a character that the table does not know
COMPOUND: Final = 7.0
RECORD: Final = 1.5  # how much more a cue of a record says than one of a newspaper
BESIDE: Final = 0.0  # from here on what a heavier name leaves of a candidate is hidden too
HOPELESS: Final = -5.0  # what no surroundings can make good
SMALL: Final = frozenset("的和与由向被叫是据对跟称说在等则也将有因")  # no rest of a name by themselves
NEVER: Final = -99.0
HAN: Final = "㐀-䶿一-鿿\uf900-\ufaff\U00020000-\U0003ffff\u3007"
VERBS: Final = frozenset("任于向时应成过都但由对来全国和与为")  # a surname that is a word in most sentences
MEASURES: Final = frozenset("周万元连班项段路车包")  # behind a number, a unit: 3周后
NUMERALS: Final = frozenset("0123456789一二三四五六七八九十两几每半多百千")
TRAPS: Final = frozenset(
    "左白黄高宫阴段曲管房解应时平明方向强水石甘单余连关包尚安温支门冷任严屈于和"
)  # in medicine, mostly words
TRAP: Final = 2.5
_CUT: Final = frozenset(("ns", "nz", "n", "v", "x", "t", "a"))
_OPEN: Final = ' :：（(“"　\t'


class Name(NamedTuple):
    """A candidate: [start, end), and how much speaks for it; what weighs less than 0 is none."""

    start: int
    end: int
    weight: float


class Tables(NamedTuple):
    """Prepared tables."""

    pattern: re.Pattern[str]
    surname: dict[str, float]
    given: dict[str, float]
    before: frozenset[str]
    record: frozenset[str]
    rounds: frozenset[str]
    after: frozenset[str]
    never: frozenset[str]
    han: re.Pattern[str]
    own: dict[str, float]
    left: dict[str, float]
    right: dict[str, float]
    cut: dict[str, float]
    following: dict[str, float]
    previous: dict[str, float]
    ends: frozenset[str]  # the last characters of what may stand before
    begins: frozenset[str]  # and the first of what may stand after
    hopeless: float  # what no surroundings can make good
    unlikely: float  # and what the best following sign cannot


@cache
def tables() -> Tables:
    """Return the prepared tables."""
    compound = (*listed("names", "compound"), *listed("names", "japanese"))
    weighed = table("deid_weights")
    left = weighed["before"] | {"record": weighed["before"]["cue"] + RECORD}
    right = weighed["after"] | {"record": weighed["after"]["cue"] + ROUNDS}
    sign = max(right.values())
    before = frozenset((*listed("names", "before"), *listed("names", "record"), *listed("names", "whom")))
    after = frozenset((*listed("names", "after"), *listed("names", "doing")))
    return Tables(
        pattern=re.compile(f"{surnames()}(?=[{HAN}])"),
        surname=weights("surname") | dict.fromkeys(compound, COMPOUND),
        given=weights("given"),
        before=before,
        record=frozenset(listed("names", "record")),
        rounds=frozenset(listed("names", "rounds")),
        after=after,
        never=frozenset(listed("names", "function")[0]),
        han=re.compile(f"[{HAN}]"),
        own=weighed["own"],
        left=left,
        right=right,
        cut=weighed["cut"],
        following=_by_kind(weighed["next"]),
        previous=_by_kind(weighed["previous"]),
        ends=frozenset(cue[-1] for cue in before),
        begins=frozenset(cue[0] for cue in (*after, *listed("names", "rounds"))),
        hopeless=-DOUBT - max(left.values()) - sign - max(weighed["next"].values()) - max(weighed["previous"].values()),
        unlikely=-DOUBT - sign,
    )


@cache
def surnames() -> str:
    """A pattern of all surnames."""
    some = either((*listed("names", "compound"), *listed("names", "japanese")))
    return f"(?:{some}|[{''.join(weights('surname'))}])"


def native(text: str, words: Words) -> Iterator[Name]:
    """Yield candidates that begin with a Chinese surname."""
    these = tables()
    enough = CLINICAL if words.medical else ENOUGH
    for match in these.pattern.finditer(text):
        start, surname = match.start(), match.group()
        if not words.first[start] and _inside(words, start):
            continue
        if (best := _best(text, words, these, start, surname, enough)) is not None:
            yield best
        if len(surname) > 1 and not words.first[start]:  # 部长|孙某: not the surname 长孙
            for at in range(start, match.end()):
                single = text[at]
                if single in these.surname and (best := _best(text, words, these, at, single, enough)) is not None:
                    yield best


def _inside(words: Words, at: int) -> bool:
    """Whether the place is inside a longer word that is no name: nobody's name begins there."""
    while not words.first[at]:
        at -= 1
    word, kind = words.words[words.number[at]]
    return len(word) > 2 and kind not in NAMED


def around(text: str, words: Words, start: int, end: int) -> float:
    """What stands on both sides of [start, end) speaks for a name; 0 in the middle of a sentence."""
    these = tables()
    sides = these.left[before(text, these, start)] + these.right[_after(text, these, end)]
    middle = these.left["nothing"] + these.right["nothing"]
    return sides - middle + _beside(words, start, these) + _word_after(words, end, these)


def spaced(text: str) -> Iterator[Name]:
    """Yield two-character names that are set wide: 李　明."""
    these = tables()
    for match in _wide().finditer(text) if " " in text or "　" in text else ():
        start, end = match.span()
        if these.surname[match.group(1)] >= 0.5 and these.given.get(text[end - 1], RARE) >= 0.0:
            yield Name(
                start, end, 2.0 if before(text, these, start) in ("cue", "record", "list", "start", "space") else -1.0
            )


@cache
def _wide() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<![{HAN}])|(?<=[、：:]))({surnames()})[ 　]{{1,3}}[{HAN}](?![{HAN}])")


def chosen(text: str, found: Iterable[Name]) -> list[Name]:
    """The heaviest that do not overlap, and doubtful ones that stand in a row with them."""
    taken = bytearray(len(text))
    good: list[Name] = []
    doubtful: list[Name] = []
    for name in sorted(found, key=lambda one: (-one.weight, one.start)):
        if name.weight < 0:
            if name.weight >= -DOUBT:
                doubtful.append(name)
        elif not any(taken[name.start : name.end]):
            if polite := _polite().match(text, name.end):
                name = Name(name.start, polite.end(), name.weight)
            taken[name.start : name.end] = b"\1" * (name.end - name.start)
            good.append(name)
        elif name.weight >= BESIDE:
            good += _rest(text, name, taken)
    if good and doubtful:
        good += _row(text, doubtful, taken)
    return good


def _rest(text: str, name: Name, taken: bytearray) -> Iterator[Name]:
    """What a heavier name leaves of another: two readings of the same place, both are hidden."""
    start = name.start
    while start < name.end:
        end = start
        while end < name.end and not taken[end]:
            end += 1
        if end > start and (end - start > 1 or text[start] not in SMALL):
            taken[start:end] = b"\1" * (end - start)
            yield Name(start, end, name.weight)
        start = end + 1


@cache
def _polite() -> re.Pattern[str]:
    """Forms of address that tell nothing of a clinical role: they go with the name."""
    return re.compile(either(one for one in listed("names", "polite") if len(one) > 1))


def _row(text: str, doubtful: list[Name], taken: bytearray) -> Iterator[Name]:
    """Doubtful names beside a good one in a row: 甲、乙、丙."""
    for _ in range(2):  # from both sides
        for name in doubtful:
            start, end = name.start, name.end
            if any(taken[start:end]):
                continue
            near = start and (taken[start - 1] or (start > 1 and text[start - 1] in "、　 " and taken[start - 2]))
            after = end < len(text) and (
                taken[end] or (end + 1 < len(text) and text[end] in "、　 " and taken[end + 1])
            )
            if near or after:
                taken[start:end] = b"\1" * (end - start)
                yield name


def _best(text: str, words: Words, these: Tables, start: int, surname: str, enough: float) -> Name | None:
    """The heaviest candidate that begins with the surname at `start`; a longer one wins when it weighs little less."""
    if surname in MEASURES and start and text[start - 1] in NUMERALS:
        return None
    own = these.own
    begin = start + len(surname)
    fixed = own["constant"] + (own["verb"] if surname in VERBS else 0.0) - enough
    weight = these.surname[surname]
    ahead: float | None = None
    left = ""
    givens: list[float] = []
    best: Name | None = None
    fits = trap = False
    for end in range(begin + 1, min(begin + 3, len(text) + 1)):
        character = text[end - 1]
        given = these.given.get(character)
        if given is None:
            if not these.han.match(character):
                break
            given = RARE
        if character in these.never:
            break
        givens.append(given)
        if len(givens) == 1:
            total = fixed + own["one"] * weight + own["given"] * given
        else:
            low, high = (given, givens[0]) if given < givens[0] else (givens[0], given)
            total = fixed + own["two"] * weight + own["low"] * low + own["high"] * high + own["longer"]
        if total < HOPELESS - enough:
            continue
        total += _cut(words, start, end, surname, these)
        if total < these.hopeless:
            continue
        if ahead is None:
            left = before(text, these, start)
            ahead = these.left[left] + _beside(words, start, these)
            trap = enough == CLINICAL and surname in TRAPS and left not in ("cue", "record", "list", "start")
        total += ahead + _word_after(words, end, these)
        if total < these.unlikely:
            continue
        right = _after(text, these, end)
        if left == "record" and text[end : end + 1] in COMPLAINS:
            right = "record"
        total += these.right[right] - (TRAP if trap and right != "record" else 0.0)
        if left == right == "record":
            total += RECORD
        if total < -DOUBT:
            continue
        margin = WHOLE if right == "record" else 0.0 if fits and not words.first[end] else LONGER
        if best is None or total > best.weight - margin:
            best = Name(start, end, total)
            fits = bool(words.first[start] and words.first[end])
    return best


def before(text: str, these: Tables, start: int) -> str:
    """What stands before `start`."""
    here = start
    while here and text[here - 1] in _OPEN:
        here -= 1
    if here == 0:
        return "start"
    last = text[here - 1]
    if last in these.ends:
        for length in (5, 4, 3, 2):
            if here >= length and (cue := text[here - length : here]) in these.before:
                return "record" if cue in these.record else "cue"
        if last in these.before:
            return "short_cue"
    if last == "、":
        return "list"
    if last in "。；;\n！？!?":
        return "stop"
    if last in "，,":
        return "comma"
    return "space" if here != start else "nothing"


def _after(text: str, these: Tables, end: int) -> str:
    """What stands at `end`."""
    if end == len(text):
        return "end"
    first = text[end]
    if first in these.begins:
        for length in (5, 4, 3, 2):
            if (cue := text[end : end + length]) in these.rounds:
                return "record"
            if cue in these.after:
                return "cue"
    if first in "男女" and text[end + 1 : end + 2] in ("", "，", ",", "、", " ", "；"):
        return "cue"
    if (sign := _SIGNS.get(first)) is not None:
        return sign
    return "short_cue" if first in these.after else "nothing"


_SIGNS: Final = {
    "、": "list", "，": "comma", ",": "comma", "。": "stop", "；": "stop", ";": "stop",
    "\n": "stop", "！": "stop", "？": "stop",
    "!": "stop", "?": "stop", "：": "colon", ":": "colon", "）": "close", ")": "close", "（": "open", "(": "open",
    " ": "space", "　": "space", "\t": "space", "的": "of", "和": "and", "与": "and", "及": "and",
}  # fmt: skip


class _ByKind(dict[str, float]):
    """The weight of each kind of the cutter's; those without one are others."""

    def __missing__(self, kind: str) -> float:
        return self["o"]


def _by_kind(weighed: dict[str, float]) -> _ByKind:
    """The weights of coarse kinds for the cutter's finer ones."""
    alike = dict.fromkeys(NAMED, "nr") | {"vn": "v", "uj": "u", "ul": "u", PLACE: "ns", ORDINARY: "n"}
    out = _ByKind(weighed)
    out.update({kind: weighed[coarse] for kind, coarse in alike.items()})
    return out


def _beside(words: Words, start: int, these: Tables) -> float:
    """The word that ends at `start`."""
    if start == 0 or not words.first[start]:
        return 0.0
    return these.previous[words.words[words.number[start] - 1][1]]


def _word_after(words: Words, end: int, these: Tables) -> float:
    """The word that begins at `end`."""
    at = words.number.get(end)
    return 0.0 if at is None else these.following[words.words[at][1]]


def _cut(words: Words, start: int, end: int, surname: str, these: Tables) -> float:
    """How the cutter's words fit."""
    at = words.number.get(start)
    if at is None:
        return these.cut["01" if words.first[end] else "00"]
    word, kind = words.words[at]
    if kind == TERM or (kind in (PLACE, ORDINARY) and len(word) >= end - start):
        return NEVER
    if not words.first[end]:
        return these.cut["10"]
    if len(word) == end - start:
        coarse = "nr" if kind in NAMED else kind if kind in _CUT else "o"
        return these.cut.get(f"w{len(word)}{coarse}", 0.0)
    following, other = words.words[at + 1]
    if other == TERM or (other == ORDINARY and surname in VERBS):
        return NEVER
    own = "nr" if kind in NAMED else "o"
    if word == surname:
        return these.cut[f"s{own}{min(len(following), 2)}{'nr' if other in NAMED else ''}"]
    return these.cut["2" + own]
