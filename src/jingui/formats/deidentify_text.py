"""四（二）4 去标识化: a free text cleaned: known identities, then checked patterns, then names by rules [4.2.4] [5.2.4]

What stays is what nothing here finds: the figures are in docs/deidentification.md, and a person still reads a sample.
Marks stay what they are in a second pass, but days move again: clean a text once.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from jingui.core.deidentify import TOP, profile
from jingui.core.deidentify_words import Kind, Technique
from jingui.formats.deidentify_called import again, called, completed
from jingui.formats.deidentify_dates import days, moved, quarter
from jingui.formats.deidentify_foreign import foreign, latin
from jingui.formats.deidentify_known import canonical, known_places
from jingui.formats.deidentify_marks import marks
from jingui.formats.deidentify_names import Name, chosen, native, spaced
from jingui.formats.deidentify_nicknames import nicknames
from jingui.formats.deidentify_noise import Plain, plain
from jingui.formats.deidentify_numbers import numbers
from jingui.formats.deidentify_places import coarse, organisations, places
from jingui.formats.deidentify_project import LENGTH, LETTERS, Cleaned, Found, Known, Project, pseudonym, shift_days
from jingui.formats.deidentify_words import cut

#: What stands in place of a finding: the kind's label, with a pseudonym where the profile gives one.
OPEN: Final = "\u3014"
CLOSE: Final = "\u3015"
BOX: Final = "□"
_LABELS: Final = "|".join(kind.label for kind in Kind)
MARK: Final = re.compile(rf"\u3014(?:{_LABELS})(?: [{LETTERS}]{{{LENGTH}}})?\u3015")
#: Findings that win where two overlap, first to last.
ORDER: Final = (
    Kind.EMAIL, Kind.LINK, Kind.ID_CARD, Kind.BANK_CARD, Kind.PHONE, Kind.PLATE, Kind.PASSPORT, Kind.ACCOUNT,
    Kind.RECORD, Kind.ADDRESS, Kind.ORGANISATION, Kind.NAME, Kind.NUMBER, Kind.DATE, Kind.BED, Kind.AGE,
)  # fmt: skip
_RANK: Final = {kind: at for at, kind in enumerate(ORDER)}


def deidentify_text(text: str, project: Project, known: Known, patient: str) -> Cleaned:
    """Return the text with every finding replaced as the profile's rows say, and the findings' places in the input.

    `patient` is the id whose constant number moves the days. Nothing is logged and nothing is kept.
    """
    found = tuple(findings(text, known))
    out: list[str] = []
    at = 0
    for one in found:
        out.append(text[at : one.start])
        out.append(_instead(text[one.start : one.end], one.kind, project, known, patient))
        at = one.end
    out.append(text[at:])
    return Cleaned(text="".join(out), found=found)


def findings(text: str, known: Known) -> list[Found]:
    """Everything identifying in a text, in order of place, none overlapping another."""
    shown = plain(text)
    taken = bytearray(len(text) + 1)
    marked = [Found(Kind.NAME, *match.span()) for match in MARK.finditer(text)] if OPEN in text else []
    for mark in marked:
        taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
    out = list(_free(text, known_places(text, known), taken))
    out += _free(text, _ranked(_by_form(shown)), taken)
    if out or marked:
        given = text if shown.places else shown.text
        rest = _without(given, [*marked, *out])
        shown = plain(rest) if shown.places else Plain(rest, None)
    out += _free(text, _by_words(shown), taken, cut_short=True)
    return sorted(out, key=lambda one: one.start)


def _without(text: str, found: Iterable[Found]) -> str:
    """The text with a box for each character found so far: no word and no name reaches across."""
    parts, at = [], 0
    for one in sorted(found, key=lambda one: one.start):
        parts += [text[at : one.start], BOX * (one.end - one.start)]
        at = one.end
    return "".join((*parts, text[at:]))


def _by_form(shown: Plain) -> Iterator[Found]:
    """What its form or a word before it tells, as places of the text as given."""
    for one in (*marks(shown.text), *numbers(shown.text)):
        yield Found(one.kind, *shown.place(one.start, one.end))
    for start, end in days(shown.text):
        yield Found(Kind.DATE, *shown.place(start, end))


def _by_words(shown: Plain) -> Iterator[Found]:
    """What only the words of the text tell: addresses, organisations, names."""
    words = cut(shown.text)
    spans = [*places(shown.text, words), *organisations(shown.text, words)]
    candidates = [
        *native(shown.text, words), *spaced(shown.text), *foreign(shown.text, words), *called(shown.text, words),
        *latin(shown.text, words), *nicknames(shown.text, words),
    ]  # fmt: skip
    names = chosen(shown.text, candidates)
    if more := list(again(shown.text, names, words)):
        names = chosen(shown.text, [*candidates, *more])
    if not words.medical:
        names += list(completed(shown.text, words, names))
    spans += [Found(Kind.NAME, name.start, name.end) for name in names]
    yield from _ranked(Found(one.kind, *shown.place(one.start, one.end)) for one in spans)


def _ranked(found: Iterable[Found]) -> list[Found]:
    """Stronger kinds first, longer ones before shorter."""
    return sorted(found, key=lambda one: (_RANK[one.kind], one.start - one.end, one.start))


def _free(text: str, found: Iterable[Found], taken: bytearray, cut_short: bool = False) -> Iterator[Found]:
    """Findings whose places are free, marked as taken; `cut_short` keeps the free parts of those that are not."""

    def free(at: int) -> bool:
        return text[at].isalnum()

    for one in found:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            yield one
        elif cut_short or one.kind is not Kind.DATE:
            start = one.start
            while start < one.end:
                while start < one.end and taken[start]:
                    start += 1
                end = start
                while end < one.end and not taken[end]:
                    end += 1
                if end > start and any(free(at) for at in range(start, end)):
                    taken[start:end] = b"\1" * (end - start)
                    yield Found(one.kind, start, end)
                start = end


def _instead(value: str, kind: Kind, project: Project, known: Known, patient: str) -> str:
    """What stands in place of a finding."""
    row = profile(project.profile).text(kind)
    if row.technique is Technique.KEEP:
        return value
    if row.technique is Technique.SHIFT:
        return moved(plain(value).text, shift_days(project, patient)) or _mark(kind)
    if row.technique is Technique.TOP_CODE:
        return f"{TOP}+"
    if row.technique is Technique.GENERALISE:
        if kind is Kind.DATE:
            return quarter(plain(value).text) or _mark(kind)
        return (coarse(value) if kind is Kind.ADDRESS else "") + _mark(kind)
    if row.technique is Technique.PSEUDONYM:
        own = canonical(value, known) if kind is Kind.NAME else value
        return _mark(kind, pseudonym(project, kind.value, own))
    return _mark(kind)


def _mark(kind: Kind, name: str = "") -> str:
    return f"{OPEN}{kind.label} {name}{CLOSE}" if name else f"{OPEN}{kind.label}{CLOSE}"


__all__ = ["Cleaned", "Found", "Known", "Name", "Project", "deidentify_text", "findings"]
