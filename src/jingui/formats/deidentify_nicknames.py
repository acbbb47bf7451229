"""四（二）4 去标识化: nicknames, pen names and handles: 网友“…”, …（化名）, 小亭, 舟哥, 兔兔, C罗 [4.2.4]

What a cue names is found in every text; what only its form tells is looked for outside clinical texts alone.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from jingui.formats.deidentify_names import HAN, Name, surnames, tables
from jingui.formats.deidentify_words import NAMED, ORDINARY, PLACE, TERM, Words, listed, weights

CUED: Final = 6.0  # what a cue names is a name
FORM: Final = 1.0  # what only its form tells
FAMILIAR: Final = 0.0  # the weight of a character after 小 or before 哥
TWICE: Final = 0.0  # the weight of a character said twice
MOST: Final = 4  # characters of a name before （化名）
_WHOLE: Final = frozenset((TERM, PLACE, ORDINARY))  # words that are no nickname
_DOUBLED: Final = frozenset((TERM, PLACE, ORDINARY, "d", "m", "q", "o", "y", "e", "r", "t"))
_OPEN: Final = "“\"‘「『"
_CLOSE: Final = "”\"’」』"
_STOPS: Final = f"{_OPEN}{_CLOSE}\\n，。！？；"


@cache
def _quoted() -> re.Pattern[str]:
    """A name in quotation marks behind a word that says that it is one."""
    cues = "|".join(sorted(listed("nicknames", "quoted"), key=len, reverse=True))
    return re.compile(rf"(?:{cues})[为是叫作做:：\s]{{0,2}}[{_OPEN}]\s?([^{_STOPS}]{{1,14}})[{_CLOSE}]")


@cache
def _speaking() -> re.Pattern[str]:
    """A short quotation that does what only a person does."""
    cues = "|".join(sorted(listed("nicknames", "does"), key=len, reverse=True))
    return re.compile(rf"[{_OPEN}]([^{_STOPS}：:、]{{2,8}})[{_CLOSE}](?:{cues})")


@cache
def _said() -> re.Pattern[str]:
    """A handle behind 网友 and before a colon, without quotation marks."""
    cues = "|".join(sorted(listed("nicknames", "said"), key=len, reverse=True))
    return re.compile(rf"(?:{cues})\s?([{HAN}\w\-]{{2,12}})(?=\s?[:：])")


@cache
def _signed() -> re.Pattern[str]:
    """The end of a report: （文/某某）."""
    cues = "|".join(sorted(listed("nicknames", "signed"), key=len, reverse=True))
    return re.compile(rf"[（(](?:{cues})\s?[/／:：\s]\s?([{HAN}A-Za-z·\s/／]{{1,16}})\s?[)）】]")


@cache
def _behind() -> re.Pattern[str]:
    """What says of the words before it that they are not the real name."""
    cues = "|".join(sorted(listed("nicknames", "behind"), key=len, reverse=True))
    return re.compile(rf"[”\"]?\s?[（(](?:{cues})")


@cache
def _alone() -> re.Pattern[str]:
    """A surname alone behind a strong cue: 嫌疑人王的."""
    cues = "|".join(sorted(listed("nicknames", "alone"), key=len, reverse=True))
    return re.compile(rf"(?:{cues})[ 　]?({surnames()})(?=[\s，。、；）)的]|$)")


_FAMILIAR: Final = re.compile(rf"[小阿老大]([{HAN}])\1?")
_KIN: Final = re.compile(rf"([{HAN}])[哥姐爷妹叔婶嫂仔少姨弟]")
_TWICE: Final = re.compile(rf"([{HAN}])\1")
@cache
def _doubled() -> re.Pattern[str]:
    return re.compile(rf"({surnames()})([{HAN}])\2")


_MIXED: Final = re.compile(rf"(?<![A-Za-z0-9])(?:[老小阿大][A-Z]|[A-Z][{HAN}])(?![A-Za-z0-9])")


def nicknames(text: str, words: Words) -> Iterator[Name]:
    """Yield what people are called beside their names."""
    if any(mark in text for mark in _OPEN):
        for match in _quoted().finditer(text):
            yield Name(*match.span(1), CUED)
        for match in () if words.medical else _speaking().finditer(text):
            yield Name(*match.span(1), CUED)
    if "(" in text or "（" in text:
        for match in _signed().finditer(text):
            yield Name(*match.span(1), CUED)
        for match in _behind().finditer(text):
            yield from _before(text, words, match.start())
    if not words.medical:
        for match in _said().finditer(text):
            yield Name(*match.span(1), CUED)
        for match in _alone().finditer(text):
            yield Name(*match.span(1), FORM)
        yield from _by_form(text, words)


def _before(text: str, words: Words, end: int) -> Iterator[Name]:
    """The last words before `end`, two to four characters: the name that is not the real one."""
    start = end
    while start and end - start < 2:
        start -= 1
        while start and not words.first[start]:
            start -= 1
    before = tables().han
    if 2 <= end - start <= MOST and all(before.match(one) for one in text[start:end]):
        if end - start == 2 and start and words.first[start - 1] and text[start - 1] in tables().surname:
            start -= 1
        yield Name(start, end, CUED)


def _by_form(text: str, words: Words) -> Iterator[Name]:
    """Pet names by their form alone."""
    first, given = words.first, weights("given")
    not_familiar = frozenset(listed("nicknames", "not_familiar"))
    for match in _FAMILIAR.finditer(text):
        start, end = match.span()
        if first[start] and first[end] and match.group() not in not_familiar and _fresh(words, start, end):
            weight = given.get(match.group(1), -9.0)
            if weight >= FAMILIAR + (1.0 if match.group()[0] in "大老" else 0.0):
                yield Name(start, end, FORM)
    not_kin = listed("nicknames", "not_kin")[0]
    for match in _KIN.finditer(text):
        start, end = match.span()
        if match.group(1) not in not_kin and first[start] and first[end] and _fresh(words, start, end):
            if given.get(match.group(1), -9.0) >= FAMILIAR:
                yield Name(start, end, FORM)
    not_twice = listed("nicknames", "not_twice")[0]
    for match in _TWICE.finditer(text):
        start, end = match.span()
        if first[start] and first[end] and match.group(1) not in not_twice and text[end : end + 1] != match.group(1):
            kind = words.words[words.number[start]][1]
            if kind not in _DOUBLED and given.get(match.group(1), -9.0) >= (
                TWICE if kind not in ("v", "z", "a") or not first[start + 1] else TWICE + 1.0
            ):
                yield Name(start, end, FORM)
    for match in _doubled().finditer(text):
        start, end = match.span()
        if first[start] and match.group(2) not in not_twice and given.get(match.group(2), -9.0) >= TWICE:
            if words.words[words.number[start]][1] not in _WHOLE and tables().surname[match.group(1)] >= 2.0:
                yield Name(start, end, FORM)
    for match in _MIXED.finditer(text):
        if match.group()[-1] in "某罗哥姐总君" or match.group()[0] in "老小阿":
            yield Name(*match.span(), FORM)


def _fresh(words: Words, start: int, end: int) -> bool:
    """Whether the cutter knows no ordinary word at [start, end)."""
    word, kind = words.words[words.number[start]]
    return (len(word) < end - start and kind not in _WHOLE) or kind in NAMED or kind == "x"
