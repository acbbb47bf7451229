"""What the documents say is true: links lead somewhere, commands exist, both languages agree, pages are fresh."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, tracked

PAPERS = [path for path in tracked() if path.suffix == ".md" and "pictures" not in path.parts]
MAKEFILE = (ROOT / "Makefile").read_text()
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_links_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", paper.read_text())
    here = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in here if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_make_targets_exist(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]+)", paper.read_text(), re.M))
    assert named - targets == set()


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_python_in_the_documents_runs(paper: Path) -> None:
    for kind, code in FENCE.findall(paper.read_text()):
        if kind == "python":
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 0, done.stderr


def test_every_target_says_what_it_does() -> None:
    silent = [line for line in MAKEFILE.splitlines() if re.match(r"[a-z-]+:(?!=)", line) and "## " not in line]
    assert [line.split(":")[0] for line in silent] == ["setup", "setup-test", "setup-dev"]


def test_both_readmes_tell_the_same() -> None:
    english, chinese = ((ROOT / file).read_text() for file in ("README.md", "README.zh.md"))
    shape = re.compile(r"^(#+|- |```)", re.M)
    assert shape.findall(english) == shape.findall(chinese)
    commands = [[line.split("#")[0].strip() for _, code in FENCE.findall(text) for line in code.splitlines()]
                for text in (english, chinese)]  # fmt: skip
    assert commands[0] == commands[1]
    links = [set(re.findall(r"\]\((?!README)([^)]+)\)", text)) for text in (english, chinese)]
    assert links[0] == links[1]


def test_generated_pages_are_fresh() -> None:
    command = [sys.executable, "-m", "tools.docs", "--check"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": "src:."}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
