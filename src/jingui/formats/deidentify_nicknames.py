"""四（二）4 去标识化: nicknames, pen names and handles: 网友“…”, …（化名）, 小亭, 舟哥, 兔兔, C罗 [4.2.4]

What a cue names is found in every text; what only its form tells is looked for outside clinical texts alone.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from jingui.formats.deidentify_names import HAN, Name, surnames, tables
from jingui.formats.deidentify_words import NAMED, ORDINARY, PLACE, TERM, Words, either, listed, weights

CUED: Final = 6.0  # what a cue names is a name
SURNAMED: Final = 2.0  # the least weight of a surname before a character said twice
FORM: Final = 1.0  # what only its form tells
FAMILIAR: Final = -1.0  # the weight of a character after 小 or before 哥
CHILD: Final = 1.0  # the weight of a character before 儿
TWICE: Final = 0.0  # the weight of a character said twice
MOST: Final = 4  # characters of a name before （化名）
_WHOLE: Final = frozenset((TERM, PLACE, ORDINARY))  # words that are no nickname
_DOUBLED: Final = frozenset((TERM, PLACE, ORDINARY, "d", "m", "q", "o", "y", "e", "r", "t"))
_OPEN: Final = '“"‘「『'
_OPENED: Final = re.compile(f"[{_OPEN}]")
_CLOSE: Final = '”"’」』'
_STOPS: Final = f"{_OPEN}{_CLOSE}\\n，。！？；"


@cache
def _quoted() -> re.Pattern[str]:
    """A name in quotation marks behind a word that says that it is one."""
    cues = either(listed("nicknames", "quoted"))
    return re.compile(rf"{cues}[为是叫作做:：\s]{{0,2}}[{_OPEN}]\s?([^{_STOPS}]{{1,14}})[{_CLOSE}]")


@cache
def _speaking() -> re.Pattern[str]:
    """A short quotation that does what only a person does."""
    cues = either(listed("nicknames", "does"))
    return re.compile(rf"[{_OPEN}]([^{_STOPS}：:、]{{2,8}})[{_CLOSE}]{cues}")


@cache
def _said() -> re.Pattern[str]:
    """A handle behind 网友 and before a colon, without quotation marks."""
    cues = either(listed("nicknames", "said"))
    return re.compile(rf"{cues}\s?([{HAN}\w\-]{{2,12}})(?=\s?[:：])")


@cache
def _signed() -> re.Pattern[str]:
    """The end of a report: （文/某某）."""
    cues = either(listed("nicknames", "signed"))
    return re.compile(rf"[（(]{cues}\s?[/／:：\s]\s?([{HAN}A-Za-z·\s/／]{{1,16}})\s?[)）】]")


@cache
def _behind() -> re.Pattern[str]:
    """What says of the words before it that they are not the real name."""
    cues = either(listed("nicknames", "behind"))
    return re.compile(rf"[（(]{cues}")


@cache
def _alone() -> re.Pattern[str]:
    """A surname alone behind a strong cue: 嫌疑人王的."""
    cues = either(listed("nicknames", "alone"))
    return re.compile(rf"{cues}[ 　]?({surnames()})(?=[\s，。、；）)的]|$)")


_LAST: Final = re.compile(rf"[。！？”…]\s?[（(]([{HAN}]{{2,4}})[)）]\s*$")  # who wrote it
_FAMILIAR: Final = re.compile(rf"[小阿老大]([{HAN}])\1?")
_KIN: Final = re.compile("[哥姐爷妹叔婶嫂仔少姨弟]")
_CHILD: Final = re.compile(".儿")
_TWICE: Final = re.compile(r"(.)\1")
_MIXED: Final = re.compile(r"(?<![A-Za-z0-9])(?:[老小阿][A-Z]|[A-Z][某罗哥姐总君])(?![A-Za-z0-9])")


def nicknames(text: str, words: Words) -> Iterator[Name]:
    """Yield what people are called beside their names."""
    if _OPENED.search(text):
        for match in _quoted().finditer(text):
            yield Name(*match.span(1), CUED)
        for match in () if words.medical else _speaking().finditer(text):
            yield Name(*match.span(1), CUED)
    if "(" in text or "（" in text:
        for match in _signed().finditer(text):
            yield Name(*match.span(1), CUED)
        if (last := _LAST.search(text, max(0, len(text) - 16))) and not words.medical:
            yield Name(*last.span(1), FORM)
        for match in _behind().finditer(text):
            yield from _before(text, words, len(text[: match.start()].rstrip('”" ')))
    if not words.medical:
        for match in _said().finditer(text) if ":" in text or "：" in text else ():
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
    forms = _forms()
    for match in _FAMILIAR.finditer(text):
        start, end = match.span()
        enough = given.get(match.group(1), -9.0) >= FAMILIAR + (1.0 if match.group()[0] in "大老" else 0.0)
        word_of_its_own = first[start] and first[end] and match.group() not in forms.not_familiar
        if enough and word_of_its_own and _fresh(words, start, end):
            yield Name(start, end, FORM)
    for match in _KIN.finditer(text):
        start, end = match.start() - 1, match.end()
        if start < 0 or not first[start] or not first[end] or text[start] in forms.not_kin:
            continue
        if given.get(text[start], -9.0) >= FAMILIAR and _fresh(words, start, end):
            yield Name(start, end, FORM)
    for match in _CHILD.finditer(text):
        start, end = match.span()
        if first[start] and first[end] and given.get(text[start], -9.0) >= CHILD and _fresh(words, start, end):
            yield Name(start, end, FORM)
    for match in _TWICE.finditer(text):
        start, end = match.span()
        weight = given.get(text[start])
        if weight is not None and weight >= TWICE and text[start] not in forms.not_twice:
            yield from _said_twice(text, words, start, end, weight)
    for match in _MIXED.finditer(text):
        yield Name(*match.span(), FORM)


def _said_twice(text: str, words: Words, start: int, end: int, weight: float) -> Iterator[Name]:
    """Yield 兔兔, or 宋晚晚 when a surname stands before it."""
    first = words.first
    if text[end : end + 1] == text[start]:
        return
    surname = tables().surname
    surnamed = start and first[start - 1] and surname.get(text[start - 1], -9.0) >= SURNAMED
    if surnamed and words.words[words.number[start - 1]][1] not in _WHOLE:
        yield Name(start - 1, end, FORM)
    if first[start] and first[end]:
        kind = words.words[words.number[start]][1]
        doing = kind in ("v", "z", "a") and first[start + 1]
        if kind not in _DOUBLED and weight >= TWICE + (1.0 if doing else 0.0):
            yield Name(start, end, FORM)


class _Forms(NamedTuple):
    not_familiar: frozenset[str]
    not_kin: frozenset[str]
    not_twice: frozenset[str]


@cache
def _forms() -> _Forms:
    """What only looks like a pet name."""
    return _Forms(
        frozenset(listed("nicknames", "not_familiar")),
        frozenset(listed("nicknames", "not_kin")[0]),
        frozenset(listed("nicknames", "not_twice")[0]),
    )


def _fresh(words: Words, start: int, end: int) -> bool:
    """Whether the cutter knows no ordinary word at [start, end)."""
    word, kind = words.words[words.number[start]]
    return (len(word) < end - start and kind not in _WHOLE) or kind in NAMED or kind == "x"
