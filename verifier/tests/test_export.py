"""Whole exports: each way to spoil one is found, and the first bad index is named."""

import io
import json
import random

import pytest
import spoil
from writer import Ledger, as_text

from jingui_verify.export import check_export
from jingui_verify.note import parse_key

SUITES = ("intl", "gm")
CASES = [(suite, *case) for suite in SUITES for case in spoil.cases(suite)]


def check(ledger, lines, outside=()):
    """Check lines under the ledger's own key."""
    return check_export(io.BytesIO(as_text(lines)), parse_key(ledger.signer.line), outside)


@pytest.mark.parametrize(("suite", "name", "edits", "outside", "first", "last", "code"), CASES)
def test_spoiled(suite, name, edits, outside, first, last, code):
    """The verifier names the first bad entry, and never one outside of what the evidence allows."""
    ledger = spoil.ledger(suite)
    report = check(ledger, spoil.apply(ledger.export(), edits), outside)
    if first == last == 0 and code == "":
        assert report.ok and report.sealed == report.size, report
        return
    found = report.finding
    assert found is not None, name
    assert first <= found.index <= found.last <= last, found
    assert code in ("", found.code), found
    assert found.zh and found.en and found.index >= report.sealed


@pytest.mark.parametrize("suite", SUITES)
def test_good_from_anywhere(suite):
    """An export may start at any index, with or without opened parts, and its tail must be sealed."""
    ledger = Ledger(suite).grow(45)
    for start in (0, 1, 5, 16, 40, 44):
        for opened in (False, True):
            report = check(ledger, ledger.export(start, opened=opened))
            assert report.ok and report.size == 45 and report.opened == (2 * (45 - start) if opened else 0)
    assert check(ledger, ledger.export(0, to=40)).ok
    assert check(ledger, ledger.export(0, to=41)).finding.code == "unsealed"
    assert check(ledger, ledger.export(20), [ledger.checkpoints[0][1]]).finding.code == "outside_before"


@pytest.mark.parametrize("suite", SUITES)
def test_opened_parts_are_checked(suite):
    """A disclosed person or target that is not the committed one is found at its index."""
    ledger = spoil.ledger(suite)
    for path in (
        ("private", "person"),
        ("private", "salt"),
        ("target_list", 0, "patient"),
        ("target_list", 0, "version"),
    ):
        lines = ledger.export(opened=True)
        at = spoil.place(lines, 9)
        part = lines[at] = json.loads(json.dumps(lines[at]))
        for step in path[:-1]:
            part = part[step]
        value = part[path[-1]]
        part[path[-1]] = value + 1 if isinstance(value, int) else "0" * len(value)
        found = check(ledger, lines).finding
        assert (found.index, found.last) == (9, 9) and found.code in ("private", "target")


def test_every_altered_byte_is_found():
    """No byte of a file can change unseen: the file differs from every file that passes under the same key."""
    rng = random.Random(5)
    ledger = spoil.ledger("intl")
    raw = as_text(ledger.export())
    key = parse_key(ledger.signer.line)
    entries = [i for i, line in enumerate(raw.splitlines(keepends=True)) if b'"kind":"entry"' in line]
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for _ in range(1500):
        spot = rng.randrange(len(raw))
        changed = bytearray(raw)
        changed[spot] ^= 1 << rng.randrange(8)
        report = check_export(io.BytesIO(bytes(changed)), key)
        line = max(i for i, start in enumerate(starts[:-1]) if start <= spot)
        if report.ok:  # only if the change is none: white space outside of strings
            assert [json.loads(x) for x in bytes(changed).splitlines()] == [json.loads(x) for x in raw.splitlines()]
        elif line in entries:
            index = entries.index(line)
            # Where the newest entry of a writer changed, the evidence bounds it: the truth lies within.
            assert report.finding.index <= index <= report.finding.last, (index, report.finding)


def test_not_pinned_is_said():
    """Without a key the file can only agree with itself."""
    ledger = spoil.ledger("intl")
    report = check_export(io.BytesIO(as_text(ledger.export())), None)
    assert report.ok and not report.pinned


def test_memory_stays(tmp_path):
    """Twenty times the entries take no more memory: nothing is kept but the frontier and the writers."""
    import tracemalloc

    from big_export import write

    peaks = []
    for entries in (500, 10_000):
        file = tmp_path / f"{entries}.jsonl"
        with file.open("wb") as out:
            key = write(out, entries, every=250)
        tracemalloc.start()
        with file.open("rb") as source:
            assert check_export(source, parse_key(key)).ok
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 20_000, peaks


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"{}\n", b"[" * 100_000, b'{"kind":"export"', b"\xff\xfe", b"null\n", b"9" * 9999]
)
def test_rubbish(raw):
    """Anything else is refused, never an exception."""
    assert not check_export(io.BytesIO(raw), None).ok
