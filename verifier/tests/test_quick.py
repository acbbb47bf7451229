import io

import pytest
from writer import Ledger, as_text

from jingui_verify.export import check_export
from jingui_verify.note import parse_key
from jingui_verify.proofs import check_proof


@pytest.mark.parametrize("suite", ["intl", "gm"])
def test_all(suite):
    led = Ledger(suite).grow(45)
    k = parse_key(led.signer.line)
    for s in (0, 5, 16, 40, 44):
        for o in (False, True):
            r = check_export(io.BytesIO(as_text(led.export(s, opened=o))), k)
            assert r.ok, (s, r)
    for i in range(45):
        assert check_proof(led.entry_proof(i), k).ok
        for j in range(i % 4):
            o = check_proof(led.line_proof(i, j, True), k)
            assert o.ok, o
    for a in range(6):
        for b in range(a, 6):
            assert check_proof(led.consistency(a, b), k).ok
    assert check_proof(led.receipt(3, 10, 4), k).ok
