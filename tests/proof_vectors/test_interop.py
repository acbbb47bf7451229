"""Jingui's own code and the stand-alone verifier agree: what one writes the other checks, over the vectors too."""

import io
import json
import random
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.crypto import checkpoint, entry, merkle, note, proof
from jingui.crypto.suite import Suite, suite_by_name
from jingui.crypto.tiles import Prover
from jingui_verify.export import check_export
from jingui_verify.note import parse_key
from jingui_verify.proofs import check_proof

HERE = Path(__file__).resolve().parent
CASES = json.loads((HERE / "proofs.json").read_text(encoding="utf-8"))["cases"]
CHECKS = {
    "entry": proof.check_entry,
    "line": proof.check_entry,
    "receipt": proof.check_receipt,
    "consistency": proof.check_consistency,
}
# A head of the other suite is refused by its schema, which is the verifier's and the browser's part to know.
OURS = [
    case for case in CASES
    if case["fails"] in ("note", "inclusion", "target", "private", "old", "new")
    and not case["name"].endswith("head of the other suite")
]  # fmt: skip
AT = datetime(2026, 11, 22, tzinfo=UTC)
ORIGIN = "hospital.example/ledger"


def _accepted(case: dict[str, Any]) -> bool:
    try:
        CHECKS[case["proof"]["kind"]](case["proof"], [note.parse_key(case["key"])])
    except Tampered:
        return False
    return True


@pytest.mark.parametrize("case", [case for case in CASES if case["ok"]], ids=lambda case: case["name"])
def test_jingui_accepts_good_proofs(case: dict[str, Any]) -> None:
    """Every good proof of the independent writer passes Jingui's own check [3.1.2]"""
    assert _accepted(case)


@pytest.mark.parametrize("case", OURS, ids=lambda case: case["name"])
def test_jingui_refuses_forged_proofs(case: dict[str, Any]) -> None:
    """Every signature, path or commitment that does not hold is refused."""
    assert not _accepted(case)


def _ledger(suite: Suite, size: int) -> tuple[note.Key, list[entry.Built], list[str], list[dict[str, Any]]]:
    """A ledger written by Jingui's code: its key, entries, signed notes and the lines of its export."""
    rng = random.Random(suite.name)
    signer = suite.signer(b"7" * 32)
    key = note.key_of("hospital.example", suite, signer)
    writers = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(3)]
    tree, last, built, notes = merkle.Tree(suite), {}, [], []
    lines: list[dict[str, Any]] = [
        {"kind": "export", "v": 1, "origin": ORIGIN, "suite": suite.name, "key": key.line(), "from": 0, "to": size}
    ]
    for index in range(size):
        writer = rng.choice(writers)
        n, prev = last.get(writer, (-1, bytes(32)))
        denied = index % 5 == 1
        made = entry.build(
            suite=suite, mac=suite.digest, salt=rng.randbytes(16), id=f"01935a1c-{index:04x}-7abc-8000-{index:012x}",
            at=AT, verb="read", decision="deny" if denied else "allow", reason="no_rule" if denied else "",
            clauses=["4.1.1"], rules=[] if denied else ["一条规则"], purpose="treatment", entrance="page", epoch=1,
            policy=1, writer=writer, n=n + 1, prev=prev, person="p1", account="a1", post="医师", session="s",
            address="", detail="", targets=[Line(f"p{i}", "r", "Observation", 1) for i in range(index % 4)],
        )  # fmt: skip
        built.append(made)
        last[writer] = (n + 1, made.leaf)
        tree.append([made.leaf])
        opened = {"private": json.loads(made.private), "target_list": [json.loads(line) for line in made.targets]}
        lines.append({"kind": "entry", "index": index, "head": made.head.decode()} | opened)
        if (index + 1) % 60 == 0:
            heads = checkpoint.heads_hash(suite, last)
            point = checkpoint.Checkpoint(
                origin=ORIGIN, size=index + 1, root=tree.root(), at=AT, epoch=1, writers=heads
            )
            notes.append(note.sign(point.text(), key, signer))
            stored = json.loads(checkpoint.heads_bytes(last))
            lines.append({"kind": "checkpoint", "note": notes[-1], "heads": stored})
    lines.append({"kind": "end", "size": size, "root": tree.root().hex()})
    return key, built, notes, lines


@pytest.mark.parametrize("name", ["intl", "gm"])
def test_verifier_accepts_what_jingui_writes(name: str) -> None:
    """Entries, checkpoints, proofs and receipts of Jingui's code pass the independent verifier [3.1.2] [4.1.2]"""
    suite = suite_by_name(name)
    key, built, notes, lines = _ledger(suite, 300)
    pinned = parse_key(key.line())
    raw = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    report = check_export(io.BytesIO(raw), pinned)
    assert report.finding is None
    assert (report.size, report.sealed, report.checkpoints, report.opened) == (300, 300, 5, 600)
    leaves = [made.leaf for made in built]

    def tile(level: int, index: int, width: int) -> list[bytes]:
        step = 256**level
        return [
            merkle.tree_hash(suite, leaves[k * step : (k + 1) * step]) for k in range(256 * index, 256 * index + width)
        ]

    prover = Prover(suite, tile, 300)
    for index in (0, 7, 60, 255, 256, 299):
        found = proof.prove_entry(
            index=index, size=300, head=built[index].head, path=prover.inclusion(index, 300), checkpoint=notes[-1]
        )
        assert check_proof(found, pinned).ok
        for position in range(index % 4):
            line = proof.prove_line(suite, found, built[index].targets, position, built[index].private)
            assert check_proof(line, pinned).ok
    for number, old in enumerate(notes):
        path = prover.consistency(60 * (number + 1), 300)
        assert check_proof(proof.prove_consistency(old, notes[-1], path), pinned).ok
    batch = [made.head for made in built[10:17]]
    receipt = checkpoint.Receipt(origin=ORIGIN, size=7, root=merkle.tree_hash(suite, leaves[10:17]), at=AT)
    signed = note.sign(receipt.text(), key, suite.signer(b"7" * 32))
    for position in range(7):
        assert check_proof(proof.prove_receipt(suite, batch, position, signed), pinned).ok
