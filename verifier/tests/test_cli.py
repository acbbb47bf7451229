"""The terminal: exit 0 only if all is well under a pinned key."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from writer import Ledger, as_text

from jingui_verify.__main__ import main

SOURCE = Path(__file__).resolve().parents[1] / "src"


@pytest.fixture
def kept(tmp_path):
    """A ledger with an export, proofs and notes in files."""
    ledger = Ledger("intl").grow(13, every=5)
    (tmp_path / "export").write_bytes(as_text(ledger.export()))
    (tmp_path / "cut").write_bytes(as_text(ledger.export(to=10)))
    for name, proof in (
        ("line", ledger.line_proof(7, 1)),
        ("receipt", ledger.receipt(3, 9, 2)),
        ("grown", ledger.consistency(0, 2)),
    ):
        (tmp_path / name).write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    for number, (_, note, _) in enumerate(ledger.checkpoints):
        (tmp_path / f"note{number}").write_bytes(note.encode())
    (tmp_path / "key").write_text(ledger.signer.line + "\n", encoding="utf-8")
    return tmp_path, ledger.signer.line


def run(*args):
    """The exit code of one call."""
    return main([str(arg) for arg in args])


def test_exit_codes(kept, capsys):
    """0 verified, 1 wrong, 2 unreadable, 3 self-consistent only."""
    path, key = kept
    assert run("export", path / "export", "--key", key) == 0
    assert run("export", path / "export", "--key", path / "key", "--checkpoint", path / "note1") == 0
    assert run("export", path / "cut", "--key", key) == 0
    assert run("export", path / "cut", "--key", key, "--checkpoint", path / "note2") == 1
    assert run("export", path / "line", "--key", key) == 1
    assert run("export", path / "none", "--key", key) == 2
    assert run("proof", path / "line", "--key", key) == 0
    assert run("proof", path / "line") == 3
    assert run("proof", path / "line", "--key", Ledger("intl", seed=9).signer.line) == 1
    assert run("proof", path / "line", "--key", "a+b+c") == 1
    assert run("receipt", path / "receipt", "--key", key) == 0
    assert run("receipt", path / "line", "--key", key) == 1
    assert run("consistency", path / "note0", path / "note2", path / "grown", "--key", key) == 0
    assert run("consistency", path / "note1", path / "note2", path / "grown", "--key", key) == 1
    assert run("consistency", path / "note0", path / "note2", path / "grown") == 1
    capsys.readouterr()
    assert run("export", path / "export") == 3
    told = capsys.readouterr().out
    assert "key not pinned" in told and "未指定可信公钥" in told


def test_json(kept, capsys):
    """--json says the same to programs."""
    path, key = kept
    assert run("export", path / "export", "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False and told["finding"] is None and told["size"] == 13
    lines = (path / "export").read_bytes().replace(b"treatment", b"treatmens", 1)
    (path / "export").write_bytes(lines)
    assert run("export", path / "export", "--key", key, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["finding"]["index"] <= 0 <= told["finding"]["last"]
    assert run("proof", path / "line", "--key", key, "--json") == 0
    assert [step["ok"] for step in json.loads(capsys.readouterr().out)["steps"]] == [True] * 6


def test_alone(kept):
    """It runs as a program of its own, isolated from the project's packages."""
    path, key = kept
    done = subprocess.run(
        [sys.executable, "-m", "jingui_verify", "export", str(path / "export"), "--key", key],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0 and "核验通过" in done.stdout.decode(), done
