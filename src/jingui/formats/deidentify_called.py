"""四（二）4 去标识化: people called without their full name: 王某, 张医生, 老陈, 敏敏, a given name alone [4.2.4]"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from jingui.formats.deidentify_names import HAN, NEVER, SMALL, Name, around, before, surnames, tables
from jingui.formats.deidentify_words import NAMED, ORDINARY, PLACE, TERM, Words, either, listed, weights

HIDDEN: Final = "某×\uff0a*xX\uff38"
COMMON: Final = 3.0  # the weight from which a surname alone may be a person
GIVEN: Final = 1.5  # the weight of each character of a given name alone
BOTH: Final = 5.0  # what both and their surroundings must weigh together
BOTH_CLINICAL: Final = 13.0
SINGLE: Final = 3.5  # the weight of a character that is a given name by itself
HEARD: Final = 1.0  # the weight of a character that may belong to the name before it
SURE: Final = 1.5  # from here on a name found once is looked for in the whole text
NOT_FAMILIAR: Final = frozenset(
    """小康 小龙 小麦 小鲁 小雷 小柳 老龙 老白 小白
    老路 小路 小于 小乔 小丁 老毛 阿胶 阿古 小毛 小葛 小苏 小桑 阿米""".split()
)
_SPLIT: Final = re.compile(r"[·・•‧∙●･\-—－ ]+")
_LOOSE: Final = frozenset(("nr", "ng", "g", "zg", "vg", "tg", "ag", "dg", "x"))
_SAYS: Final = frozenset("说称")
_PREFIX: Final = frozenset("小老阿")
_KNOWN_WORDS: Final = frozenset((TERM, ORDINARY, PLACE, "v", "d", "c", "p", "a", "m", "q", "r", "t", "vn", "ad", "n"))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    title = either(listed("names", "title"))
    return (
        re.compile(
            rf"({surnames()})(?:某+[某甲乙丙丁]?(?![些个种日年月天处位地])|[×\uff0a*]{{1,3}}|[xX\uff38]{{1,2}}(?![A-Za-z]))"
        ),
        re.compile(rf"({surnames()})({title})"),
        re.compile(rf"(?:小|老|阿)({surnames()})"),
    )


@cache
def _field() -> re.Pattern[str]:
    """A field of a form and the name in it, up to the next stop."""
    fields = either(listed("names", "field"))
    return re.compile(
        rf"{fields}\s?[:：]\s{{0,2}}([{HAN}]{{2,4}}|[{HAN}]{{1,10}}(?:[·•・‧][{HAN}]{{1,10}}){{1,3}})(?![{HAN}·•・‧])"
    )


@cache
def _nobody() -> frozenset[str]:
    return frozenset(listed("names", "nobody"))


def fields(text: str, words: Words) -> Iterator[Name]:
    """Yield what stands in a name's field of a form."""
    for match in _field().finditer(text) if ":" in text or "：" in text else ():
        start, end = match.span(1)
        at = words.number.get(start)
        term = at is not None and words.words[at][1] == TERM
        if match.group(1) not in _nobody() and not term:
            yield Name(start, end, 20.0)


def called(text: str, words: Words) -> Iterator[Name]:
    """Yield surnames that stand for a person, nicknames and given names alone."""
    hidden, titled, familiar = _patterns()
    medical = words.medical
    surname = tables().surname
    for match in hidden.finditer(text) if any(one in text for one in HIDDEN) else ():
        if words.first[match.start()] or match.group()[1:] == "某":
            yield Name(match.start(), match.end(), 9.0)
    for match in titled.finditer(text):
        at = words.number.get(match.start())
        least = 4.0 if medical else 0.0 if len(match.group(2)) > 1 else COMMON - 1
        if at is not None and surname[match.group(1)] >= least and _titled(words, at, match):
            yield Name(match.start(), match.end(1), 0.05)
    for match in familiar.finditer(text):
        start, end = match.span()
        if not medical and words.first[start] and words.first[end] and surname[match.group(1)] >= COMMON:
            yield Name(start, end, 2.0 if match.group() not in NOT_FAMILIAR else NEVER)
    yield from fields(text, words)
    yield from _given(text, words, BOTH_CLINICAL if medical else BOTH)


def _kind(words: Words, start: int) -> str:
    return words.words[words.number[start]][1]


def _titled(words: Words, at: int, match: re.Match[str]) -> bool:
    """Whether the cutter sees the surname, or surname and title, as words of their own."""
    word, kind = words.words[at]
    if kind in (TERM, PLACE, ORDINARY, "c"):  # 和奶奶: and grandmother, nobody of the name 和
        return False
    whole, surname = match.group(), match.group(1)
    if word == whole:
        return kind in NAMED or len(match.group(2)) > 1
    return word == surname and (kind in NAMED or len(match.group(2)) > 1) and bool(words.first[match.end()])


def _given(text: str, words: Words, enough: float) -> Iterator[Name]:
    """Yield pairs of characters that stand in given names alone: 思聪."""
    weight = weights("given")
    previous = -9.0
    medical = words.medical
    for at, (word, kind) in zip(words.at, words.words, strict=True):
        if len(word) == 1:
            here = weight.get(word, -9.0)
            if here >= GIVEN and previous >= GIVEN:
                total = here + previous + around(text, words, at - 1, at + 1)
                if total >= enough:
                    yield Name(at - 1, at + 1, (total - enough) / 2)
            elif here >= SINGLE and not medical:
                yield Name(at, at + 1, 0.1)
            previous = here
            continue
        previous = -9.0
        if len(word) == 2 and kind in ("nr", "nrt", "x", "z", "zg", "nz"):
            low = min(weight.get(word[0], -9.0), weight.get(word[1], -9.0))
            if low >= GIVEN:
                total = weight[word[0]] + weight[word[1]] + around(text, words, at, at + 2)
                if total >= enough:
                    yield Name(at, at + 2, (total - enough) / 2)


def again(text: str, names: Iterable[Name], words: Words) -> Iterator[Name]:
    """Yield the other places of names that are sure in the same text, and those of their parts.

    Parts are a given name of two characters (建国) and what stands between the dots of a foreign one: only where the
    cutter sees words of their own and no ordinary word.
    """
    sure: set[str] = set()
    parts: set[str] = set()
    surnames_alone: set[str] = set()
    for one in names:
        name = text[one.start : one.end]
        if one.weight < SURE or len(name) < 2:
            continue
        if len(name) >= 3:
            sure.add(name)
        else:
            parts.add(name)
        if (split := _SPLIT.split(name))[1:]:
            parts.update(part for part in split if len(part) >= 2)
        elif not words.medical and len(name) == 3 and name[0] in tables().surname:
            parts.add(name[1:])
            if tables().surname[name[0]] >= COMMON:
                surnames_alone.add(name[0])
    for name in sorted(sure, key=len, reverse=True):
        at = text.find(name)
        while at >= 0:
            yield Name(at, at + len(name), SURE)
            at = text.find(name, at + 1)
    for name in (*parts, *surnames_alone):
        at = text.find(name)
        while at >= 0:
            if _own_word(words, at, at + len(name)):
                yield Name(at, at + len(name), SURE / 2)
            at = text.find(name, at + 1)


def completed(text: str, words: Words, names: Iterable[Name]) -> Iterator[Name]:
    """Yield the characters beside names that the cutter made no word of: 堤|幸彦, 小|卢卡斯."""
    given, sound, surname = weights("given"), weights("sound"), tables().surname
    for one in names:
        last, after = words.number.get(one.start), words.number.get(one.end)
        size, ahead, behind = one.end - one.start, text[one.start - 1 : one.start], text[one.end : one.end + 1]
        abroad = size > 1 and all(sound.get(part, -9.0) >= HEARD for part in text[one.start : one.end])
        surnamed = size == 2 and surname.get(ahead, NEVER) >= COMMON and text[one.start] not in surname
        begun = size == 1 or (abroad and sound.get(ahead, -9.0) >= HEARD)
        if surnamed or (begun and _opening(text, words, one.start - 1)):
            yield Name(one.start - 1, one.start, 0.0)
        if size == 2 and behind == text[one.end - 1]:
            yield Name(one.end, one.end + 1, 0.0)
        if last:
            word, kind = words.words[last - 1]
            if _loose(word) and (kind in _LOOSE or word in _PREFIX):
                yield Name(one.start - 1, one.start, 0.0)
        if after is not None:
            word, kind = words.words[after]
            heard = max(given.get(behind, -9.0), sound.get(behind, -9.0))
            loose = kind in _LOOSE and heard >= HEARD and _loose(word)
            native = size == 2 and len(word) == 2 and given.get(behind, -9.0) >= HEARD
            if loose or ((native or (abroad and sound.get(behind, -9.0) >= HEARD)) and _ends(text, one.end + 1)):
                yield Name(one.end, one.end + 1, 0.0)


def _opening(text: str, words: Words, at: int) -> bool:
    """Whether a word of one character that may begin a name stands at `at`, alone or behind a cue: 文：中|涛."""
    if at < 0 or not words.first[at] or not _loose(text[at]) or text[at] in SMALL:
        return False
    these = tables()
    return before(text, these, at) not in ("nothing", "short_cue")


def _ends(text: str, at: int) -> bool:
    """Whether a name ends before `at`, whatever the cutter read there: 邱志|承认|为 for 邱志承|认为."""
    after = tables().after
    return any(text[at : at + long] in after for long in (4, 3, 2)) or text[at : at + 1] in _SAYS


def _loose(word: str) -> bool:
    """Whether it is one Chinese character that a name may have."""
    these = tables()
    return len(word) == 1 and word not in these.never and these.han.match(word) is not None


def _own_word(words: Words, start: int, end: int) -> bool:
    """Whether [start, end) are whole words and no ordinary one."""
    if not words.first[start] or not words.first[end]:
        return False
    word, kind = words.words[words.number[start]]
    return len(word) < end - start or kind not in _KNOWN_WORDS
