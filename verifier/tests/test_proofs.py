"""Forged proofs: random mutations, none accepted. JINGUI_MUTATIONS=100000 runs as many as we promise."""

import os
import random

import pytest
from bad_proofs import mutated
from writer import Ledger

from jingui_verify.bad import Bad
from jingui_verify.note import parse_key
from jingui_verify.proofs import check_proof

MUTATIONS = int(os.environ.get("JINGUI_MUTATIONS", "5000"))


def good_proofs(ledger):
    """One good proof of each kind and some more."""
    return [
        ledger.entry_proof(6),
        ledger.entry_proof(12),
        ledger.line_proof(7, 1),
        ledger.line_proof(11, 2, private=True),
        ledger.receipt(3, 9, 2),
        ledger.consistency(0, 2),
        ledger.consistency(1, 2),
    ]


@pytest.mark.parametrize(("suite", "share"), [("intl", 0.8), ("gm", 0.2)])
def test_no_mutation_is_accepted(suite, share):
    """Whatever is changed, removed, added or taken from another proof, the proof is refused."""
    rng = random.Random(f"mutations {suite}")
    ledger, other = Ledger(suite).grow(13, every=5), Ledger(suite, seed=8).grow(13, every=5)
    good, key = good_proofs(ledger), parse_key(ledger.signer.line)
    others = good + good_proofs(other)
    assert all(check_proof(proof, key).ok for proof in good)
    refused = {}
    for _ in range(int(MUTATIONS * share)):
        proof = mutated(rng, rng.choice(good), others)
        if any(proof == true for true in good):
            continue  # a part taken from another good proof may happen to make a third one
        outcome = check_proof(proof, key)
        assert not outcome.ok or _is_true(proof, ledger), proof
        refused[outcome.steps[-1].name] = refused.get(outcome.steps[-1].name, 0) + 1
    steps = {"form", "note", "head", "inclusion", "target", "private", "old", "new", "consistency"}
    assert set(refused) >= (steps if MUTATIONS >= 5000 else {"form", "note"}), refused


def _is_true(proof, ledger):
    """Whether a mutation made a statement that is true as it stands: a line proof without its optional private part."""
    whole = ledger.line_proof(11, 2, private=True)
    del whole["private"]
    return proof == whole


def test_key_must_be_pinned_for_consistency():
    """Only the key tells the suite of a consistency proof; without one it is refused, other kinds pass unpinned."""
    ledger = Ledger("gm").grow(13, every=5)
    assert not check_proof(ledger.consistency(0, 1), None).ok
    outcome = check_proof(ledger.entry_proof(3), None)
    assert outcome.ok and not outcome.pinned


def test_key_of_small_order_is_refused():
    """Each of the eight points under which one signature fits many texts is no key."""
    import base64
    import hashlib

    p = 2**255 - 19
    y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    d = -121665 * pow(121666, -1, p) % p
    # y8 is right: doubling a point with y gives y' = (y² + x²) / (2 - y² + x²) = 0 for a point of order 8.
    x2 = (y8 * y8 - 1) * pow(d * y8 * y8 + 1, -1, p) % p
    assert (y8 * y8 + x2) % p == 0
    for y in (0, 1, p - 1, y8, p - y8, p, p + 1):
        for sign in (0, 1):
            raw = b"\x01" + (y | sign << 255).to_bytes(32, "little")
            number = hashlib.sha256(b"k\n" + raw).digest()[:4].hex()
            with pytest.raises(Bad):
                parse_key(f"k+{number}+{base64.b64encode(raw).decode()}")
