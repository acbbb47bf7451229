"""Heads of entries: the strict schema, and a fast recogniser of the usual canonical form."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from jingui_verify.bad import Bad
from jingui_verify.canon import parse_canonical
from jingui_verify.digest import sha256, sm3
from jingui_verify.moment import is_day, is_moment

ZEROS = "0" * 64
_EMPTY = {"intl": sha256(b"").hex(), "gm": sm3(b"").hex()}
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_WORD = r"[a-z][a-z0-9_.:-]{0,79}"
_HEX = r"[0-9a-f]{64}"


class Head(NamedTuple):
    """What the checks need of a head; `many` is its `count`."""

    at: str
    many: int
    n: int
    prev: str
    private: str
    suite: str
    targets: str
    writer: str


_PLAIN = r'"[ !#-\[\]-~]*"'  # printable ASCII without quote and backslash: its own canonical form
_LIST = rf"\[(?:{_PLAIN}(?:,{_PLAIN})*)?\]"
_INT = r"(?:0|[1-9][0-9]{0,14})"
_USUAL = re.compile(
    r'\{"at":"([0-9]{4}-[0-9]{2}-[0-9]{2})(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)",'
    rf'"clauses":{_LIST},"count":({_INT}),"decision":"(allow|deny|fail)","entrance":"{_WORD}","epoch":{_INT},'
    rf'"id":"{_UUID7}","n":({_INT}),"policy":{_INT},"prev":"({_HEX})","private":"({_HEX})",'
    rf'"purpose":"(?:{_WORD})?","reason":"((?:{_WORD})?)","rules":{_LIST},"suite":"(intl|gm)",'
    rf'"targets":"({_HEX})","v":1,"verb":"{_WORD}","writer":"({_UUID})"\}}'
)
_KINDS: dict[str, re.Pattern[str] | None] = {
    "at": None,
    "clauses": None,
    "count": None,
    "decision": re.compile("allow|deny|fail"),
    "entrance": re.compile(_WORD),
    "epoch": None,
    "id": re.compile(_UUID7),
    "n": None,
    "policy": None,
    "prev": re.compile(_HEX),
    "private": re.compile(_HEX),
    "purpose": re.compile(f"(?:{_WORD})?"),
    "reason": re.compile(f"(?:{_WORD})?"),
    "rules": None,
    "suite": re.compile("intl|gm"),
    "targets": re.compile(_HEX),
    "v": None,
    "verb": re.compile(_WORD),
    "writer": re.compile(_UUID),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def parse_head_slowly(text: str) -> Head:
    """The head, read key by key from its canonical JSON; Bad('head') names the first key that is wrong."""
    head = parse_canonical(text)
    if not isinstance(head, dict) or set(head) != set(_KINDS):
        raise Bad("head", key="keys")
    for key, pattern in _KINDS.items():
        value = head[key]
        if pattern is not None:
            good = isinstance(value, str) and pattern.fullmatch(value) is not None
        elif key == "at":
            good = is_moment(value)
        elif key in ("clauses", "rules"):
            good = _is_list(value)
        else:
            good = _is_number(value) and (key != "v" or value == 1)
        if not good:
            raise Bad("head", key=key)
    _check_sense(head["decision"], head["reason"], head["count"], head["targets"], head["suite"])
    head["many"] = head["count"]
    return Head(*(head[key] for key in Head._fields))


# Allowed, and yet nothing was done: it waits for a second person, everything stood already, or its like exists.
_NOTHING_DONE = frozenset({"proposed", "unchanged", "existing"})


def _check_sense(decision: str, reason: str, count: int, targets: str, suite: str) -> None:
    good = (not reason or reason in _NOTHING_DONE) if decision == "allow" else bool(reason)
    if not good:
        raise Bad("head", key="reason")
    if (count == 0) != (targets == _EMPTY[suite]):
        raise Bad("head", key="targets")


def parse_head(text: str) -> Head:
    """The head of canonical JSON `text`; one regular expression suffices where all strings are plain ASCII."""
    if not isinstance(text, str):
        raise Bad("head", key="type")
    hit = _USUAL.fullmatch(text)
    if hit is None:
        return parse_head_slowly(text)
    day, hour, count, decision, n, prev, private, reason, suite, targets, writer = hit.groups()
    if not is_day(day):
        raise Bad("head", key="at")
    number = int(count)
    _check_sense(decision, reason, number, targets, suite)
    return Head(day + hour, number, int(n), prev, private, suite, targets, writer)
