"""二（二）2 完整: set text that nobody worked on, and text that stands in another patient's record [2.2.2]"""

import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

from jingui.core.capture import Item, Template

GRAM: Final = 12  # characters of one piece
WINDOW: Final = 8  # of pieces, one is kept of each window: two texts that share 19 characters in a row share one


def bare(text: str) -> str:
    """The text without spaces, punctuation and difference of width: retyping a comma hides nothing."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def untouched(template: Template, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The links whose set text stands there as the template gave it: such a record is not signed."""
    return tuple(
        item.link
        for item in template.items()
        if item.boilerplate and bare(str(answers.get(item.link, ""))) == bare(item.boilerplate)
    )


def fingerprints(text: str, *, key: bytes = b"", ignore: frozenset[int] = frozenset()) -> frozenset[int]:
    """Winnowed fingerprints: 64-bit keyed hashes of some 12-character pieces, chosen by the text alone.

    Two texts that share a run of 19 letters in a row share at least one. Without the key nothing can be learnt from
    them. Two different pieces have the same number with a chance of 2^-64; what is found by chance is therefore always
    the same words, never the hash: whether common phrases match is what `similar` and its threshold are for.
    """
    pieces = list(_hashes(bare(text), key))
    if not pieces:
        return frozenset()
    last = max(1, len(pieces) - WINDOW + 1)
    return frozenset(min(pieces[at : at + WINDOW]) for at in range(last)) - ignore


def _hashes(text: str, key: bytes) -> Iterator[int]:
    for at in range(len(text) - GRAM + 1):
        yield int.from_bytes(blake2b(text[at : at + GRAM].encode(), digest_size=8, key=key).digest())


def similar(one: frozenset[int], other: frozenset[int]) -> float:
    """How much of the smaller set stands in the other, from 0 to 1; 0 when either is empty."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def boilerplate(template: Template, *, key: bytes = b"") -> frozenset[int]:
    """Fingerprints of the template's own set texts: they match in every record and say nothing."""
    texts = (item.boilerplate for item in template.every() if item.boilerplate)
    found: frozenset[int] = frozenset()
    for text in texts:
        found |= frozenset(_hashes(bare(text), key))
    return found


def long_texts(template: Template, answers: Mapping[str, Any]) -> Iterator[tuple[Item, str]]:
    """The free texts of a form that are worth comparing between patients."""
    for item in template.items():
        value = answers.get(item.link)
        if item.kind.value == "text" and isinstance(value, str) and len(bare(value)) >= GRAM + WINDOW:
            yield item, value
