"""Heads: the fast recogniser accepts only what the slow reading accepts, and reads the same."""

import json
import random

from bad_proofs import _string
from writer import Ledger, dumps

from jingui_verify.bad import Bad
from jingui_verify.head import _USUAL, parse_head, parse_head_slowly


def read(reader, text):
    """What a reader makes of a head, or that it refuses."""
    try:
        return reader(text)
    except Bad:
        return None


def test_fast_is_slow():
    """Over mutated heads both readings agree; the fast one is used for all usual heads."""
    rng = random.Random(1)
    heads = Ledger("intl").grow(20).heads + Ledger("gm").grow(20).heads
    assert all(_USUAL.fullmatch(head) for head in heads)
    agreed = 0
    for _ in range(4000):
        text = _string(rng, rng.choice(heads))
        value = read(parse_head, text)
        assert value == read(parse_head_slowly, text), text
        agreed += value is not None
    assert agreed > 100  # the test also saw altered heads that are well-formed


def test_unusual_heads():
    """Text beyond ASCII, escapes and large numbers are read by the slow way and kept."""
    head = json.loads(Ledger("intl").grow(1).heads[0])
    for change in ({"clauses": ["四（二）1"]}, {"rules": ['a"b\\']}, {"epoch": 2**53 - 1}, {"n": 10**15}):
        text = dumps(head | change)
        assert _USUAL.fullmatch(text) is None and parse_head(text) == parse_head_slowly(text)
