"""Prose from patterns with slots, so that no two charts read alike [2.2.2]

`{name}` takes a known word; `{a|b}` chooses; `{#3-9}` and `{#0.8-1.5}` draw a number with the digits shown;
`{x=a|b}` and `{x=#3-9}` do so once and keep the word as `x` for the rest of this illness; `{opposite}` is the
other side than `side`.
"""

import re
from random import Random

_SLOT = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"#(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def number(rng: Random, low: str, high: str) -> str:
    """A number between the two, with as many decimals as `low` shows."""
    if "." not in low:
        return str(rng.randint(int(low), int(high)))
    digits = len(low.split(".")[1])
    return f"{rng.uniform(float(low), float(high)):.{digits}f}"


def _draw(spec: str, words: dict[str, str], rng: Random) -> str:
    if match := _NUMBER.fullmatch(spec):
        return number(rng, match[1], match[2])
    if "|" in spec:
        return rng.choice(spec.split("|"))
    if spec == "opposite":  # a lesion of the brain shows on the other side of the body
        return {"左": "右", "右": "左"}[words["side"]]
    return words[spec]


def fill(pattern: str, words: dict[str, str], rng: Random) -> str:
    """Fill every slot of `pattern`, remembering named ones in `words`; KeyError names an unknown slot."""

    def one(match: re.Match[str]) -> str:
        name, equals, spec = match[1].partition("=")
        if not equals:
            return _draw(name, words, rng)
        if name not in words:
            words[name] = _draw(spec, words, rng) if _NUMBER.fullmatch(spec) or "|" in spec else spec
        return words[name]

    while "{" in pattern:  # choices may hold slots of their own: innermost first
        pattern = _SLOT.sub(one, pattern)
    return pattern
