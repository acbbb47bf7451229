"""四（二）4 去标识化: names from abroad and of minorities: transliterated, with dots, in Latin letters [4.2.4]"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from jingui.formats.deidentify_names import HAN, Name, around, tables
from jingui.formats.deidentify_words import NAMED, ORDINARY, PLACE, TERM, Words, either, listed, weights

DOTS: Final = "·・•‧∙●･"
DASHES: Final = "-—－"
SOUND: Final = 1.0  # from here on a character may stand in a transliteration
USUAL: Final = 4.0  # what a usual name from abroad weighs more, outside clinical texts
PART: Final = 1.5
KNOWN: Final = 2.5  # the least weight of each character of a usual name from abroad
LIKELY: Final = 1.0  # and so much in an ordinary text
CLEAR: Final = 2.0  # the mean of a name joined by a dash
PEOPLES: Final = 10.0
SHORT: Final = 4  # so few characters between a dot and a stop are all of the name
LONG: Final = 4.0  # what a transliteration without a dot must weigh
ALONE: Final = 1.0  # what must stand around one word in Latin letters
SHORTEST: Final = 3  # letters of a word that needs a clearer place
LONG_CLINICAL: Final = 11.0  # names of drugs sound alike
_JOINED: Final = re.compile(rf"[{HAN}]{{1,8}}(?:\s?[{DOTS}]\s?(?:[{HAN}]{{1,10}}|[A-Z]\.?))+")
_DASHED: Final = re.compile(rf"[{HAN}]{{1,6}}(?:[{DASHES}] ?[{HAN}]{{1,7}})+")
_WORD: Final = "[A-Z][a-z'’]{1,14}"
_LATIN: Final = re.compile(
    rf"(?<![A-Za-z])(?:[A-Z]\.[ ]?){{0,2}}{_WORD}(?:[ ·\-]{{1,2}}(?:[A-Z]\.?|de|van|von|del|da|la|bin|al|{_WORD}))*"
    rf"[ ·\-]{{1,2}}[A-Z][A-Za-z'’]{{1,14}}(?![A-Za-z])|(?<![A-Za-z])(?:[A-Z][a-z]{{2,12}}){{2,3}}(?![A-Za-z])"
)
_SINGLE: Final = re.compile(rf"(?<![A-Za-z]){_WORD}(?![A-Za-z])|(?<![A-Za-z0-9_.@/])[a-z]{{3,20}}(?![A-Za-z0-9_.@/])")
_LETTER: Final = re.compile("[A-Za-z]")
_DOT: Final = re.compile(f"[{DOTS}]")
_DASH: Final = re.compile(f"[{DASHES}]")
_BESIDE: Final = re.compile(r"\s?[（(]\s?([A-Za-z][A-Za-z .'’\-]{2,40})[)）]")


def foreign(text: str, words: Words) -> Iterator[Name]:
    """Yield transliterated names, with a dot or without, and what stands in brackets behind one in Latin letters."""
    for name in _transliterated(text, words):
        yield name
        beside = _BESIDE.match(text, name.end)
        if beside and not any(part.casefold() in _kept() for part in beside.group(1).split()):
            yield Name(beside.start(1), beside.end(1), name.weight)


def _transliterated(text: str, words: Words) -> Iterator[Name]:
    for match in _JOINED.finditer(text) if _DOT.search(text) else ():
        yield _trimmed(text, words, match.start(), match.end(), DOTS, 30.0)
    for match in _DASHED.finditer(text) if _DASH.search(text) else ():
        name = _trimmed(text, words, match.start(), match.end(), DASHES, 5.0)
        sound = weights("sound")
        inner = [sound.get(one, 0.0) for one in text[name.start : name.end] if one not in DASHES]
        usual = not words.medical and any(
            part in _abroad() for part in re.split(f"[{DASHES}] ?", text[name.start : name.end])
        )
        if usual or (len(inner) >= 3 and sum(inner) / len(inner) >= (CLEAR if words.medical else LIKELY)):
            yield name
    for match in _peoples().finditer(text):
        if len(match.group()) >= 3:
            yield Name(match.start(), match.end(), PEOPLES)
    yield from _runs(text, words)


@cache
def _peoples() -> re.Pattern[str]:
    """Names made of parts that only they are made of."""
    listed_parts = listed("names", "peoples")
    parts = either(listed_parts)
    long = either(one for one in listed_parts if len(one) >= 3)
    return re.compile(f"{parts}(?:[{DOTS}]?{parts})+|{long}")


def _trimmed(text: str, words: Words, start: int, end: int, dots: str, weight: float) -> Name:
    """The name around the dots: outer parts are cut where their characters stop sounding like a transliteration."""
    sound = weights("sound")
    inside = [at for at in range(start, end) if text[at] in dots]
    low = inside[0] - 1
    while low > start and sound.get(text[low - 1], PART) >= PART:
        low -= 1
    if inside[0] - start <= SHORT and weight > 6.0:
        low = start
    high = inside[-1] + 2
    while high < end and sound.get(text[high], PART) >= PART:
        high += 1
    if end - inside[-1] <= SHORT + 1 and weight > 6.0:
        high = end
    low, high = _cued(text, start, low, high, end)
    while low > start and not words.first[low]:
        low -= 1
    while high < end and not words.first[high]:
        high += 1
    while low < inside[0] and text[low] == " ":
        low += 1
    return Name(low, min(high, end), weight)


def _cued(text: str, start: int, low: int, high: int, end: int) -> tuple[int, int]:
    """Reach out to a cue before and a cue after, if one is near."""
    after, before = tables().after, tables().before
    for more in range(1, SHORT + 1):
        stop = high + more
        if stop <= end and any(text[stop : stop + length] in after for length in (4, 3, 2)):
            high = stop
            break
    for more in (1, 2):
        begin = low - more
        if begin >= start and any(text[max(0, begin - length) : begin] in before for length in (5, 4, 3, 2)):
            return begin, high
    return low, high


def _runs(text: str, words: Words) -> Iterator[Name]:
    """Yield runs of words that sound transliterated."""
    sound, sounding = weights("sound"), _sounding()
    enough = LONG_CLINICAL if words.medical else LONG
    abroad = _abroad()
    run: list[int] = []
    for count, (word, kind) in enumerate(words.words):
        if (word[0] in sounding or kind in NAMED or word in abroad) and _sounds(word, kind, sound):
            run.append(count)
            continue
        if run:
            yield from _run(text, words, run, sound, enough)
            run = []
    if run:
        yield from _run(text, words, run, sound, enough)


def _sounds(word: str, kind: str, sound: dict[str, float]) -> bool:
    """Whether a word may be part of a transliteration."""
    if kind in (TERM, PLACE, ORDINARY):
        return False
    if word in _abroad():
        return True
    if kind in NAMED and len(word) >= 3:
        return sum(sound.get(one, 0.0) for one in word) >= len(word)
    if len(word) == 1 or kind in ("x", "nr", "nrt", "nz", "zg", "g", "ng", "z", "j", "ag"):
        return all(sound.get(one, -1.0) >= SOUND for one in word)
    return kind in ("ns", "n", "nt") and len(word) >= 3 and all(sound.get(one, -1.0) >= PART for one in word)


def _run(text: str, words: Words, run: list[int], sound: dict[str, float], enough: float) -> Iterator[Name]:
    """Yield the run as a name if it weighs enough."""
    start = words.at[run[0]]
    end = words.at[run[-1]] + len(words.words[run[-1]][0])
    if not 2 <= end - start <= 9:
        return
    abroad = _abroad()
    weight = 0.0
    for one in run:
        word = words.words[one][0]
        least = KNOWN if word in abroad else 0.0
        weight += sum(max(least, min(sound.get(character, 0.0), 4.5)) for character in word)
    weight += around(text, words, start, end)
    if len(run) == 1:
        kind = words.words[run[0]][1]
        weight += (
            4.0
            if kind == "nrt" and end - start >= 3
            else 2.0
            if kind == "nrt"
            else 1.0
            if kind in ("nr", "x") or words.words[run[0]][0] in abroad
            else -2.0
        )
    if end - start == 2:
        weight -= 3.0
    if not words.medical and any(words.words[one][0] in abroad for one in run):
        weight += USUAL
    if weight >= enough:
        yield Name(start, end, weight - enough)


@cache
def _sounding() -> frozenset[str]:
    """The characters that may stand in a transliteration."""
    return frozenset(one for one, weight in weights("sound").items() if weight >= SOUND)


@cache
def _abroad() -> frozenset[str]:
    return frozenset(listed("names", "abroad"))


@cache
def _kept() -> frozenset[str]:
    both = (*listed("terms", "latin", "deid_terms"), *listed("terms", "english", "deid_terms"))
    return frozenset(word.casefold() for word in both)


def latin(text: str, words: Words) -> Iterator[Name]:
    """Yield names in Latin letters: two or more words with capitals, one beside a cue, none a word of medicine."""
    if _LETTER.search(text) is None:
        return
    medical = words.medical
    for match in _LATIN.finditer(text):
        parts = re.split(r"[ ·\-]+", match.group())
        if parts[0].casefold() not in _kept() and not (medical and len(parts) == 1):
            yield Name(match.start(), match.end(), 6.0)
    if medical:
        return
    for match in _SINGLE.finditer(text):
        if match.group().casefold() not in _kept():
            weight = around(text, words, match.start(), match.end())
            if weight >= ALONE + (0.0 if len(match.group()) > SHORTEST else 1.0):
                yield Name(match.start(), match.end(), weight - ALONE)
