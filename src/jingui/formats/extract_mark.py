"""四（二）4 教学科研: whose copy of an extract it is, and who leaked it, from a few of its rows [4.2.4]

Nothing a reader works with is changed. Each recipient's key chooses a check at the end of every pseudonym, the order of
the rows, and the order of the items inside each list: removing columns, taking some rows or stripping the pseudonyms
each leave the others. Whoever sorts the rows, sorts every list and drops the pseudonyms removes the mark: it deters, it
does not prevent.
"""

import hmac
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from jingui.core.research_fields import PERSON

LETTERS: Final = "ABCDEFGHJKMNPQRTUVWXY"
CHECK: Final = 4  # letters: one in 194,481 fits by chance
SURE: Final = 6.0  # standard deviations from chance
MATCH: Final = 0.9  # share of pseudonyms whose check must fit
FEWEST: Final = 2


class Trace(NamedTuple):
    """Whose rows they are ("" when nobody's), and on what that rests: fitting and seen."""

    recipient: str
    checks: tuple[int, int] = (0, 0)
    items: tuple[int, int] = (0, 0)
    rows: tuple[int, int] = (0, 0)


def rank(key: bytes, kind: str, text: str) -> bytes:
    """The place of something in the order that a key makes."""
    return hmac.digest(key, f"jingui-extract\0{kind}\0{text}".encode("utf-8", "surrogatepass"), "sha256")


def check(key: bytes, pseudonym: str) -> str:
    """The letters that end a recipient's pseudonym."""
    number = int.from_bytes(rank(key, "check", pseudonym)[:8])
    out = []
    for _ in range(CHECK):
        number, letter = divmod(number, len(LETTERS))
        out.append(LETTERS[letter])
    return "".join(out)


def marked(rows: Iterable[Mapping[str, Any]], key: bytes) -> list[dict[str, Any]]:
    """The rows of one part as this recipient gets them."""
    made = []
    for row in rows:
        out = {name: ordered(value, key) if isinstance(value, list) else value for name, value in row.items()}
        out[PERSON] = f"{row[PERSON]}-{check(key, row[PERSON])}"
        made.append((rank(key, "row", row[PERSON]), out))
    return [row for _, row in sorted(made, key=lambda one: one[0])]


def ordered(items: Sequence[Any], key: bytes) -> list[Any]:
    """A list in the key's order."""
    return sorted(items, key=lambda one: rank(key, "item", canonical(one)))


def canonical(item: Any) -> str:
    """An item as one text."""
    return json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def traces(sample: Sequence[Mapping[str, Any]], keys: Mapping[str, bytes]) -> Trace:
    """Name the recipient whose key made these rows; nobody when none fits, or more than one does."""
    rows = [read(row) for row in sample]
    found = [one for one in (weighed(rows, name, key) for name, key in keys.items()) if fits(one)]
    return found[0] if len(found) == 1 else Trace("")


def read(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it was written, or as it came out of a CSV: lists are JSON there."""
    return {name: unpacked(value) for name, value in row.items()}


def unpacked(value: Any) -> Any:
    """A cell that is a list, as a list; any other as it is."""
    if isinstance(value, str) and value.startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            return value  # a text that begins so
    return value


def weighed(rows: Sequence[Mapping[str, Any]], name: str, key: bytes) -> Trace:
    """How well the rows fit one recipient's key."""
    people = [str(row[PERSON]).rpartition("-") for row in rows if "-" in str(row.get(PERSON, ""))]
    hit = sum(check(key, head) == tail for head, _, tail in people)
    items = {
        pair
        for row in rows
        for value in row.values()
        if isinstance(value, list)
        for pair in pairwise(canonical(item) for item in value)
    }  # each pair counts once: the same two drugs in a thousand rows say no more than in one
    return Trace(name, (hit, len(people)), rising(key, "item", items),
                 rising(key, "row", pairwise(head for head, _, _ in people)))  # fmt: skip


def rising(key: bytes, kind: str, pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """Neighbours that stand in the key's order, of all that differ."""
    ranks = [(rank(key, kind, one), rank(key, kind, other)) for one, other in pairs if one != other]
    return sum(one < other for one, other in ranks), len(ranks)


def fits(one: Trace) -> bool:
    """Whether this can be no chance."""
    hit, seen = one.checks
    if hit >= FEWEST and hit >= MATCH * seen:
        return True
    return any(far(*pairs) >= SURE for pairs in (one.items, one.rows))


def far(hit: int, seen: int) -> float:
    """How many standard deviations above what chance gives."""
    return (2 * hit - seen) / math.sqrt(seen) if seen else 0.0
