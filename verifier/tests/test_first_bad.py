"""Random spoiling of random ledgers: it is always found, and a truly bad place lies in the named range."""

import io
import json
import random

import pytest
import spoil
from writer import Ledger, as_text, dumps

from jingui_verify.export import check_export
from jingui_verify.note import parse_key

FIELDS = {
    "at": "2026-11-22T20:00:00.000000Z",
    "clauses": ["9.9.9"],
    "epoch": 77,
    "id": "01935a1c-0000-7000-8000-000000000000",
    "n": 3,
    "policy": 9,
    "prev": "cd" * 32,
    "private": "ef" * 32,
    "purpose": "research",
    "rules": ["other"],
    "verb": "write",
    "writer": "00000000-0000-4000-8000-000000000000",
}


def altered(rng, ledger, lines):
    """One field of one head."""
    index, field = rng.randrange(len(ledger.heads)), rng.choice(list(FIELDS))
    value = rng.choice(ledger.writers) if field == "writer" and rng.random() < 0.5 else FIELDS[field]
    if json.loads(ledger.heads[index])[field] == value:
        return None
    at = spoil.place(lines, index)
    return spoil.apply(lines, [("set", at, spoil.with_head(lines[at], **{field: value}))]), {index}


def removed(rng, ledger, lines):
    """One entry, with the indices closed up behind it; the gap shows before or at its place."""
    index = rng.randrange(len(ledger.heads))
    return spoil.renumber(spoil.apply(lines, [("drop", spoil.place(lines, index))])), {index, max(index - 1, 0)}


def swapped(rng, ledger, lines):
    """Two entries, with the indices put right."""
    one, two = sorted(rng.sample(range(len(ledger.heads)), 2))
    first, second = spoil.place(lines, one), spoil.place(lines, two)
    edits = [("set", first, lines[second]), ("set", second, lines[first])]
    return spoil.renumber(spoil.apply(lines, edits)), {one, two}


def inserted(rng, ledger, lines):
    """A forged entry that continues some writer's chain as it should."""
    index = rng.randrange(len(ledger.heads))
    before = [json.loads(head) for head in ledger.heads[:index]]
    writer = rng.choice([*ledger.writers, "00000000-0000-4000-8000-000000000000"])
    mine = [(i, head) for i, head in enumerate(before) if head["writer"] == writer]
    n, prev = (mine[-1][1]["n"] + 1, ledger.leaves[mine[-1][0]].hex()) if mine else (0, "0" * 64)
    forged = json.loads(ledger.heads[0]) | {"writer": writer, "n": n, "prev": prev, "epoch": 5}
    line = {"kind": "entry", "index": index, "head": dumps(forged)}
    return spoil.renumber(spoil.apply(lines, [("put", spoil.place(lines, index), line)])), {index}


@pytest.mark.parametrize("how", [altered, removed, swapped, inserted], ids=lambda how: how.__name__)
def test_first_bad(how):
    """Each way, over ledgers of one to four writers with checkpoints near and far."""
    rng = random.Random(how.__name__)
    exact = found = 0
    for seed in range(12):
        ledger = Ledger("intl", seed=seed, writers=1 + seed % 4).grow(
            rng.randrange(20, 40), every=rng.choice([3, 7, 50])
        )
        key, lines = parse_key(ledger.signer.line), ledger.export()
        for _ in range(25):
            made = how(rng, ledger, lines)
            if made is None:
                continue
            spoiled, bad = made
            report = check_export(io.BytesIO(as_text(spoiled)), key)
            named = report.finding
            assert named is not None
            assert any(named.index <= place <= named.last for place in bad), (bad, named)
            assert report.sealed <= min(bad) + 1
            found += 1
            exact += named.index == named.last
    assert found > 200
    print(how.__name__, exact, "of", found, "named exactly")
