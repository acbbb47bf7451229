"""What keeps the verifier independent and small."""

import ast
import os
import sys
from pathlib import Path

import pytest

from jingui_verify.export import check_export
from jingui_verify.note import parse_key

SOURCE = Path(__file__).resolve().parents[1] / "src" / "jingui_verify"


def test_imports():
    """Only the standard library, `cryptography` and itself; never Jingui."""
    for file in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                root = name.split(".")[0]
                assert root in sys.stdlib_module_names | {"cryptography", "jingui_verify"}, (file.name, name)


def test_texts():
    """Every code that a check can raise has its words in both languages."""
    from jingui_verify.texts import STEPS, TEXTS

    raised = set()
    for file in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Bad" and node.args:
                assert isinstance(node.args[0], ast.Constant), file.name
                raised.add(node.args[0].value)
    assert raised <= set(TEXTS) and all(zh and en for zh, en in [*TEXTS.values(), *STEPS.values()])


@pytest.mark.skipif("JINGUI_SPEED" not in os.environ, reason="set JINGUI_SPEED=1 to verify 1,000,000 entries in time")
@pytest.mark.parametrize(("suite", "seconds"), [("intl", 60), ("gm", 60)])
def test_speed(tmp_path, suite, seconds):
    """A million entries in at most a minute, in one process."""
    import time

    from big_export import write

    with (tmp_path / "big").open("wb") as out:
        key = write(out, 1_000_000, suite)
    begin = time.monotonic()
    with (tmp_path / "big").open("rb") as file:
        report = check_export(file, parse_key(key))
    took = time.monotonic() - begin
    print(f"{suite}: 1,000,000 entries in {took:.1f} s")
    assert report.ok and took <= seconds
