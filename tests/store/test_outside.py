"""一（三）3, 七（一）: checkpoints kept outside, and the witness that cosigns only what continues [1.3.3] [7.1.2]"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jingui.core.errors import Misconfigured, Tampered
from jingui.crypto import note
from jingui.crypto.checkpoint import Checkpoint
from jingui.crypto.merkle import leaf_hash
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite
from jingui.crypto.tiles import prover_of
from jingui.store import outside
from jingui.store.witness import Witness, server

ORIGIN = "hospital.example/ledger"
BEGAN = datetime(2026, 11, 22, tzinfo=UTC)


def now() -> datetime:
    return BEGAN + timedelta(days=1)


class Ledger:
    """A ledger in memory that signs checkpoints of any size."""

    def __init__(self, suite: Suite, size: int, fork_at: int = 10**9) -> None:
        self.suite = suite
        self.signer = suite.signer(b"L" * 32)
        self.key = note.key_of(ORIGIN, suite, self.signer)
        self.leaves = [leaf_hash(suite, b"%d%s" % (i, b"x" if i >= fork_at else b"")) for i in range(size)]
        self.prover = prover_of(suite, self.leaves)
        self.notes: dict[int, str] = {}  # SM2 signs differently every time

    def signed(self, size: int) -> str:
        at = BEGAN + timedelta(seconds=size)
        point = Checkpoint(origin=ORIGIN, size=size, root=self.prover.root(size), at=at, epoch=1, writers=bytes(32))
        return self.notes.setdefault(size, note.sign(point.text(), self.key, self.signer))

    def prove(self, size: int) -> outside.Consistency:
        return lambda old: self.prover.consistency(old, size)


@contextmanager
def witnessing(folder: Path, ledgers: Sequence[note.Key]) -> Iterator[tuple[str, note.Key]]:
    signer = INTERNATIONAL.signer(b"W" * 32)
    key = note.key_of("witness.example", INTERNATIONAL, signer)
    http = server(Witness(folder, key, signer, ledgers, now), "127.0.0.1", 0)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}", key
    finally:
        http.shutdown()
        http.server_close()


@pytest.mark.parametrize("suite", [INTERNATIONAL, NATIONAL], ids=lambda suite: suite.name)
def test_a_witness_cosigns_what_continues(suite: Suite, tmp_path: Path) -> None:
    ledger = Ledger(suite, 700)
    with witnessing(tmp_path, [ledger.key]) as (address, key):
        (sink,) = outside.sinks_of([f"{address} {key.line()}"], ORIGIN, suite)
        assert sink.outside
        assert sink.newest() is None
        for size in (1, 5, 256, 257, 257, 700):
            answer = sink.send(ledger.signed(size), size, ledger.prove(size))
            _, signed = note.verify(ledger.signed(size) + answer, [ledger.key, key])
            assert {one.name for one in signed} == {ORIGIN, "witness.example"}
        assert sink.newest() == ledger.signed(700)
        # another process of the hospital finds out by itself where the witness stands
        (fresh,) = outside.sinks_of([f"{address} {key.line()}"], ORIGIN, suite)
        fresh.send(ledger.signed(700), 700, ledger.prove(700))
    with witnessing(tmp_path, [ledger.key]) as (address, key):  # and it does not forget over a restart
        (sink,) = outside.sinks_of([f"{address} {key.line()}"], ORIGIN, suite)
        assert sink.newest() == ledger.signed(700)


def test_a_witness_refuses_a_fork_and_a_roll_back(tmp_path: Path) -> None:
    ledger, fork = Ledger(INTERNATIONAL, 600), Ledger(INTERNATIONAL, 700, fork_at=450)
    with witnessing(tmp_path, [ledger.key]) as (address, key):
        (sink,) = outside.sinks_of([f"{address} {key.line()}"], ORIGIN, INTERNATIONAL)
        sink.send(ledger.signed(500), 500, ledger.prove(500))
        for size, of in ((700, fork), (500, fork), (400, ledger), (400, fork)):
            with pytest.raises(outside.SinkFailed):
                sink.send(of.signed(size), size, of.prove(size))
        assert sink.newest() == ledger.signed(500)
        sink.send(ledger.signed(600), 600, ledger.prove(600))


def test_a_witness_answers_strangers_plainly(tmp_path: Path) -> None:
    ledger, other = Ledger(INTERNATIONAL, 9), Ledger(NATIONAL, 9)
    signer = INTERNATIONAL.signer(b"W" * 32)
    witness = Witness(tmp_path, note.key_of("w", INTERNATIONAL, signer), signer, [ledger.key], now)
    assert witness.add("")[0] == 400
    assert witness.add("old x\n\n" + ledger.signed(3))[0] == 400
    assert witness.add("old 0\n\n" + ledger.signed(3).replace(ORIGIN, "else.example", 1))[0] == 404
    assert witness.add("old 0\n\n" + other.signed(3))[0] == 403
    assert witness.add("old 0\n\n" + ledger.signed(3).replace("\n3\n", "\n4\n"))[0] == 403
    assert witness.add("old 2\n\n" + ledger.signed(3)) == (409, "0\n")
    assert witness.add("old 0\n!!!\n\n" + ledger.signed(3))[0] == 403
    assert witness.add("old 0\n\n" + ledger.signed(3))[0] == 200
    assert witness.add("old 3\n\n" + ledger.signed(9))[0] == 422
    assert os.listdir(tmp_path) == [INTERNATIONAL.digest(ORIGIN.encode()).hex() + ".note"]


def test_a_witness_takes_nothing_from_the_future(tmp_path: Path) -> None:
    """What was seen outside says that its time had come: a clock set 31 years ahead confirms itself nowhere [3.1.3]."""
    ledger, signer = Ledger(INTERNATIONAL, 3), INTERNATIONAL.signer(b"W" * 32)
    key = note.key_of("w", INTERNATIONAL, signer)
    for wait, status in ((timedelta(days=-31 * 366), 422), (timedelta(hours=-1, seconds=-9), 422), (timedelta(0), 200)):
        witness = Witness(tmp_path, key, signer, [ledger.key], lambda wait=wait: BEGAN + wait)
        assert witness.add(f"old 0\n\n{ledger.signed(3)}")[0] == status


def test_a_witness_with_another_key_is_not_believed(tmp_path: Path) -> None:
    ledger = Ledger(INTERNATIONAL, 9)
    wrong = note.key_of("witness.example", INTERNATIONAL, INTERNATIONAL.signer(b"X" * 32))
    with witnessing(tmp_path, [ledger.key]) as (address, _):
        (sink,) = outside.sinks_of([f"{address} {wrong.line()}"], ORIGIN, INTERNATIONAL)
        with pytest.raises(outside.SinkFailed):
            sink.send(ledger.signed(9), 9, ledger.prove(9))


def test_a_file_keeps_the_newest(tmp_path: Path) -> None:
    ledger = Ledger(INTERNATIONAL, 9)
    (sink,) = outside.sinks_of([f"file:{tmp_path}/deep/note"], ORIGIN, INTERNATIONAL)
    assert not sink.outside
    assert sink.newest() is None
    for size in (3, 9):
        assert sink.send(ledger.signed(size), size, ledger.prove(size)) == ""
        assert sink.newest() == ledger.signed(size)
    (broken,) = outside.sinks_of([f"file:{tmp_path}/deep/note/below"], ORIGIN, INTERNATIONAL)
    with pytest.raises(outside.SinkFailed):
        broken.send(ledger.signed(3), 3, ledger.prove(3))


@pytest.mark.parametrize("text", ["", "ftp://x k", "http://x", "http://x broken+key", "file:relative"])
def test_unknown_sinks_stop_the_start(text: str) -> None:
    with pytest.raises(Misconfigured):
        outside.sinks_of([text], ORIGIN, INTERNATIONAL)


def test_comparison_with_the_database() -> None:
    ledger, fork = Ledger(INTERNATIONAL, 600), Ledger(INTERNATIONAL, 700, fork_at=450)

    def compared(signed: str, size: int) -> str:
        found = outside.compare(INTERNATIONAL, ledger.key, "s", signed, size, ledger.prover)
        return found.kind if found else ""

    assert compared(ledger.signed(500), 600) == ""
    assert compared(fork.signed(450), 600) == ""
    assert compared(fork.signed(451), 600) == "fork"
    assert compared(ledger.signed(600), 599) == "rollback"
    with pytest.raises(Tampered):
        compared(Ledger(NATIONAL, 9).signed(9), 600)
