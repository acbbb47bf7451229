"""一（三）全程管控: proofs convince only of what is so, and show nothing of others [1.3.3] [4.1.2]"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import pytest

from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.crypto import note, proof
from jingui.crypto.checkpoint import Checkpoint, Receipt
from jingui.crypto.entry import Built, build
from jingui.crypto.merkle import tree_hash
from jingui.crypto.suite import Suite
from jingui.crypto.tiles import Prover

AT = datetime(2026, 11, 22, 20, 24, 50, 123456, UTC)
LINES = [Line(f"{number:02x}a1" * 8, f"{number:02x}b2" * 8, "Observation", number) for number in range(5)]


class Ledger(NamedTuple):
    """Forty entries, the key, and signed checkpoints at 25 and 40."""

    suite: Suite
    entries: list[Built]
    key: note.Key
    old: str
    new: str
    prover: Prover

    def entry(self, index: int = 11) -> dict[str, Any]:
        """Return the proof of an entry under the newer checkpoint."""
        return proof.prove_entry(
            index=index, size=40, head=self.entries[index].head, path=self.prover.inclusion(index, 40),
            checkpoint=self.new,
        )  # fmt: skip

    def line(self, position: int = 2, private: bool = True) -> dict[str, Any]:
        """Return the proof of one target."""
        built = self.entries[11]
        return proof.prove_line(self.suite, self.entry(), built.targets, position, built.private if private else None)

    def consistency(self) -> dict[str, Any]:
        """Return the proof between the two checkpoints."""
        return proof.prove_consistency(self.old, self.new, self.prover.consistency(25, 40))


@pytest.fixture
def ledger(suite: Suite) -> Ledger:
    """Return a small ledger."""
    entries: list[Built] = []
    for n in range(40):
        entries.append(build(
            suite=suite, mac=suite.keyed(b"m" * 32), salt=bytes([n]) * 16, id=f"{n:036}", at=AT, verb="read",
            decision="allow", reason="", clauses=("4.1.1",), rules=("treating",), purpose="treatment",
            entrance="fhir", epoch=1, policy=1, writer="w", n=n, prev=entries[-1].leaf if entries else bytes(32),
            person="D001", account="7", post="3", session="s", address="10.0.0.1", detail="",
            targets=LINES[: 1 + n % 5] if n != 11 else LINES,
        ))  # fmt: skip
    leaves = [built.leaf for built in entries]
    signer = suite.signer(b"s" * 32)
    key = note.key_of("jingui.test/ledger", suite, signer)

    def signed(size: int) -> str:
        root = tree_hash(suite, leaves[:size])
        text = Checkpoint(origin="jingui.test/ledger", size=size, root=root, at=AT, epoch=1, writers=bytes(32)).text()
        return note.sign(text, key, signer)

    prover = Prover(suite, lambda _level, _index, width: leaves[:width], 40)
    return Ledger(suite, entries, key, signed(25), signed(40), prover)


def test_true_proofs_convince(ledger: Ledger) -> None:
    through_json = json.loads(json.dumps(ledger.line()))
    assert proof.check_entry(ledger.entry(), [ledger.key]).size == 40
    assert proof.check_entry(through_json, [ledger.key]).size == 40
    for position in range(5):
        proof.check_entry(ledger.line(position, private=False), [ledger.key])
    old, new = proof.check_consistency(ledger.consistency(), [ledger.key])
    assert (old.size, new.size) == (25, 40)


def test_a_line_shows_nothing_of_the_others(ledger: Ledger) -> None:
    text = json.dumps(ledger.line(2, private=False))
    for number, line in enumerate(LINES):
        assert (line.patient in text) == (number == 2)
        assert (line.record in text) == (number == 2)
    for secret in ("D001", "10.0.0.1"):
        assert secret not in text
        assert secret in json.dumps(ledger.line(2, private=True))


def change(made: dict[str, Any], *path: str | int, to: object) -> dict[str, Any]:
    """Return the proof with one place changed."""
    made = json.loads(json.dumps(made))
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return made


FORGERIES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    partial(lambda made, steps, to: change(made, *steps, to=to), steps=steps, to=to)
    for steps, to in [
        (("kind",), "receipt"), (("kind",), None), (("index",), 12), (("index",), -1), (("index",), True),
        (("index",), "11"), (("size",), 39), (("head",), "{}"), (("head",), 1), (("head",), "\ud800"), (("path",), []),
        (("path",), "x"), (("path", 0), "0" * 64), (("path", 0), "0" * 63), (("path", 0), 0),
        (("path",), ["0" * 64] * 200), (("checkpoint",), ""), (("checkpoint",), None),
        (("target", "patient"), "f" * 32), (("target", "version"), 3), (("target", "version"), 2.0),
        (("target", "salt"), "0" * 32), (("target",), []), (("target", "more"), "x"), (("position",), 1),
        (("position",), 5), (("count",), 4), (("count",), 6), (("target_path",), []), (("target_path", 0), "0" * 64),
        (("private", "person"), "D002"), (("private", "salt"), "0" * 32), (("private",), {}), (("private",), None),
    ]
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: "{steps}-{to!r:.12}".format(**forge.keywords))
def test_a_forged_line_convinces_nobody(ledger: Ledger, forge: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with pytest.raises(Tampered):
        proof.check_entry(forge(ledger.line()), [ledger.key])


def test_a_missing_place_convinces_nobody(ledger: Ledger) -> None:
    made = ledger.line()
    for key in made.keys() - {"private"}:
        with pytest.raises(Tampered):
            proof.check_entry({name: value for name, value in made.items() if name != key}, [ledger.key])


def test_another_heads_entry_or_another_key_convinces_nobody(ledger: Ledger) -> None:
    other = ledger.suite.signer(b"t" * 32)
    with pytest.raises(Tampered):
        proof.check_entry(ledger.entry(), [note.key_of("jingui.test/ledger", ledger.suite, other)])
    with pytest.raises(Tampered):
        proof.check_entry({**ledger.entry(), "head": ledger.entries[12].head.decode()}, [ledger.key])
    with pytest.raises(Tampered):
        proof.check_entry({**ledger.entry(), "checkpoint": ledger.old}, [ledger.key])


def test_inconsistent_checkpoints_convince_nobody(ledger: Ledger) -> None:
    made = ledger.consistency()
    for forged in (
        {**made, "old": ledger.new, "new": ledger.old},
        {**made, "path": made["path"][1:]},
        {**made, "path": [*made["path"], "0" * 64]},
        {**made, "kind": "entry"},
    ):
        with pytest.raises(Tampered):
            proof.check_consistency(forged, [ledger.key])


def test_receipts(ledger: Ledger) -> None:
    suite, batch = ledger.suite, [built.head for built in ledger.entries[:7]]
    signer = suite.signer(b"s" * 32)
    root = tree_hash(suite, [built.leaf for built in ledger.entries[:7]])
    signed = note.sign(Receipt(origin="jingui.test/ledger", size=7, root=root, at=AT).text(), ledger.key, signer)
    for position in range(7):
        made = proof.prove_receipt(suite, batch, position, signed)
        assert proof.check_receipt(made, [ledger.key]).size == 7
        for forged in (
            {**made, "position": (position + 1) % 7},
            {**made, "head": batch[(position + 1) % 7].decode()},
            {**made, "count": 8},
            {**made, "note": ledger.new},
            {**made, "kind": "entry"},
        ):
            with pytest.raises(Tampered):
                proof.check_receipt(forged, [ledger.key])


def test_large_target_lists(suite: Suite) -> None:
    """More targets than one tile holds: an export of a thousand lines is still proved line by line."""
    lines = [b'{"n":%d}' % number for number in range(1_000)]
    leaves = [suite.digest(b"\0" + line) for line in lines]
    made = proof.prove_line(suite, {}, lines, 777)
    path = [bytes.fromhex(item) for item in made["target_path"]]
    from jingui.crypto.merkle import verify_inclusion

    assert verify_inclusion(suite, leaves[777], 777, 1_000, path, tree_hash(suite, leaves))
