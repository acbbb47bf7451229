"""Build src/jingui/formats/data/deid_characters.toml: how much each character speaks for a name.

Usage: python tools/build_deid_characters.py path/to/jieba/dict.txt

Counted over the word list of jieba (MIT licence: `pip download jieba`), which marks some 80,000 names among its words;
no text of anybody is read. The surnames come from deid.toml.
"""

import math
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "src" / "jingui" / "formats" / "data"
HEAD = """\
# Made by tools/build_deid_characters.py: statistics over the word list of jieba (MIT licence), no text of anybody.
# How much a character speaks for a name, in halves of a natural unit: as surname, in given names, in transliterations.
"""
ORDINARY = 200.0  # added to each character's count in ordinary words, so that rare ones do not count too much
KINDS = 6000  # characters in use


def main(path: str) -> int:
    """Count and write."""
    names = tomllib.loads((DATA / "deid.toml").read_text("utf-8"))["names"]
    single, compound = "".join(names["single"].split()), frozenset(names["compound"].split())
    surname, given, sound, ordinary, first = counted(path, frozenset(single), compound)
    total = sum(surname.values()), sum(first.values())
    surnames = {
        one: math.log((surname[one] + 1) / (total[0] + 500)) - math.log((first[one] + 100) / (total[1] + 100 * KINDS))
        for one in single
    }
    by_use = sorted(set(given) | set(ordinary), key=lambda one: (-given[one] - ordinary[one], one))
    by_sound = sorted(set(sound) | set(ordinary), key=lambda one: (-sound[one] - ordinary[one], one))
    out = [
        HEAD,
        section("surname", surnames, single),
        section("given", odds(given, ordinary, 1.0), (one for one in by_use if given[one] + ordinary[one] / 50 >= 3)),
        section("sound", odds(sound, ordinary, 0.3), (one for one in by_sound if sound[one] >= 5)),
    ]
    (DATA / "deid_characters.toml").write_text("\n".join(out), encoding="utf-8")
    return 0


def counted(path: str, single: frozenset[str], compound: frozenset[str]) -> tuple[Counter[str], ...]:
    """Count characters as surnames, in given names, in transliterations, in ordinary words, at their beginning."""
    surname, given, sound, ordinary, first = (Counter() for _ in range(5))
    for line in Path(path).read_text("utf-8").splitlines():
        word, number, kind = line.split()
        if not all("一" <= one <= "鿿" for one in word):
            continue
        if kind in ("nr", "nrfg") and len(word) in (2, 3) and word[0] in single:
            given.update(word[1:])
            surname[word[0]] += 1
        elif kind in ("nr", "nrfg") and len(word) == 4 and word[:2] in compound:
            given.update(word[2:])
        if kind == "nrt" or (kind == "nr" and len(word) >= 4 and word[:2] not in compound):
            sound.update(word)
        if not kind.startswith("nr"):
            for one in word:
                ordinary[one] += int(number)
            first[word[0]] += int(number)
    return surname, given, sound, ordinary, first


def odds(here: Counter[str], ordinary: Counter[str], least: float) -> Callable[[str], float]:
    """How much more often a character stands here than in ordinary words, as a logarithm."""
    one, all_others = sum(here.values()) + least * 4000, sum(ordinary.values()) + ORDINARY * KINDS
    return lambda character: (
        math.log((here[character] + least) / one) - math.log((ordinary[character] + ORDINARY) / all_others)
    )


def section(name: str, weights: Mapping[str, float] | Callable[[str], float], order: Iterable[str]) -> str:
    """A table: level, then its characters."""
    levels: dict[int, list[str]] = defaultdict(list)
    for one in dict.fromkeys(order):
        weight = weights(one) if callable(weights) else weights[one]
        levels[round(max(-6.0, min(9.0, weight)) * 2)].append(one)
    rows = [f'"{level}" = "{"".join(some)}"' for level, some in sorted(levels.items(), reverse=True)]
    return "\n".join((f"[{name}]", *rows, ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
