"""What keeps the house in order: sizes, names, tags, exemptions, verbs, the file map."""

import ast
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from jingui.core.words import Verb
from jingui.policy import clauses
from tests.house import ROOT, SOURCES, docstring, python_files, tags, tracked

PURE = ("core", "policy", "crypto", "formats", "gate")
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base", "service", "services"}
#: Words that the glossary took out of use for a section; see docs and CONTRIBUTING.
OLD_SECTION_NAMES = {"consult", "appraise", "amend"}
NUMERALS = {word: number for number, word in enumerate("一二三四五六七八九十", 1)}
EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|mypy:)(?P<rest>.*)$")


def every_python_file() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def test_files_are_small() -> None:
    sizes = {name(path): lines(path) for path in every_python_file() if path.stat().st_size}
    ours = sorted(size for file, size in sizes.items() if file.startswith("src/"))
    assert {file: size for file, size in sizes.items() if size > 400} == {}
    assert statistics.median(ours) <= 120
    assert ours[int(len(ours) * 0.9)] <= 300
    door = SOURCES / "gate" / "door.py"
    assert not door.exists() or lines(door) <= 150


def test_modules_are_named_for_what_they_are() -> None:
    bad = [name(path) for path in every_python_file() if {path.stem, *path.parts} & (BANNED_NAMES | OLD_SECTION_NAMES)]
    assert bad == []


def test_modules_say_what_they_promise() -> None:
    silent = [name(path) for path in python_files() if path.stat().st_size and not docstring(path)]
    assert silent == []


def known_tags() -> set[str]:
    sections = {section.id for chapter in clauses.chapters() for section in chapter.sections}
    return {clause.id for clause in clauses.all()} | sections | {chapter.id for chapter in clauses.chapters()}


def test_tags_name_existing_clauses() -> None:
    known = known_tags()
    wrong = {
        name(path): bad
        for path in every_python_file()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (bad := [tag for tag in tags(ast.get_docstring(node) or "") if tag not in known])
    }
    assert wrong == {}


def test_headings_agree_with_their_tags() -> None:
    wrong = []
    for path in python_files():
        first = docstring(path).split("\n")[0]
        heading = re.match(r"([一二三四五六七八])（([一二三四五])）", first)
        if heading:
            section = f"{NUMERALS[heading[1]]}.{NUMERALS[heading[2]]}"
            found = tags(docstring(path))
            if not any(tag == section or tag.startswith(section + ".") for tag in found):
                wrong.append(f"{name(path)}: {heading[0]} but tagged {found}")
    assert wrong == []


def test_files_named_after_a_section_are_tagged_with_it() -> None:
    sections = {section.name: section.id for chapter in clauses.chapters() for section in chapter.sections}
    wrong = []
    for path in python_files("core", "gate", "web", "policy"):
        section = sections.get(path.stem)
        if section and not any(tag == section or tag.startswith(section + ".") for tag in tags(docstring(path))):
            wrong.append(f"{name(path)} should carry [{section}]")
    assert wrong == []


def test_every_verb_has_an_act() -> None:
    # In its own process: the acts need Django's models, and nothing else here does.
    script = (
        "import django; django.setup(); import jingui.gate.acts; from jingui.gate import registry as r; "
        "print(*r.READ_ACTS, *r.WRITE_ACTS, *r.SUBMISSIONS, *r.SINGLE_READS)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tools.lint_settings", "PYTHONPATH": "src:."}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(Verb) - set(done.stdout.split()) == set()


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_has_a_rule_that_can_allow_it(verb: Verb) -> None:
    lexicon = SOURCES / "policy" / "rules" / "words.toml"
    rules = "".join(path.read_text() for path in sorted((SOURCES / "policy" / "rules").glob("*.cedar")))
    groups = re.findall(rf'^(\w+)\s*=\s*\[[^\]]*"{verb}"', lexicon.read_text(), re.M)
    said = [word for word in (str(verb), *groups) if f'Action::"{word}"' in rules]
    assert said, f"no rule names {verb} or a group of it: it could never be allowed"


def test_nothing_is_left_for_later() -> None:
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    allowed = {Path(__file__)}
    text = {".py", ".html", ".js", ".css", ".cedar", ".toml", ".md", ".sh", ".sql"}
    found = [
        f"{name(path)}: {line.strip()}"
        for path in tracked()
        if path.suffix in text and path not in allowed
        for line in path.read_text().splitlines()
        if mark.search(line)
    ]
    assert found == []


def exemptions(path: Path) -> list[tuple[int, str, str]]:
    """Each exemption of a file: line, what it says, what follows its codes."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = EXEMPTION.search(line)
        if match:
            reason = re.sub(r"^[:\s]*(\[[\w, -]+\]|[A-Z]+\d+(,\s*[A-Z]+\d+)*)?", "", match["rest"]).strip(" #-–—:")
            found.append((number, match[0], reason))
    return found


def test_every_exemption_has_its_reason() -> None:
    bare = [
        f"{name(path)}:{number}: {said}"
        for path in every_python_file()
        if path != Path(__file__)
        for number, said, reason in exemptions(path)
        if len(reason.split()) < 2
        and len(reason) < 6
        and not (
            "type:" in said and "src" not in path.parts
        )  # mypy looks only there: elsewhere it exempts from nothing
    ]
    assert bare == []


def test_every_exemption_of_the_linter_has_its_reason() -> None:
    inside, bare = False, []
    for line in (ROOT / "pyproject.toml").read_text().splitlines():
        if line.startswith("["):
            inside = line == "[tool.ruff.lint.per-file-ignores]"
        elif inside and "= [" in line and "] # " not in line:
            bare.append(line)
    assert bare == []


def test_the_exemption_check_can_fail(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("a = 1  # noqa: S105\nb = 2  # type: ignore[arg-type]  # the driver's rows are untyped\n")
    assert [reason for _, _, reason in exemptions(file)] == ["", "the driver's rows are untyped"]


def public_functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    tree = ast.parse(path.read_text())
    owners = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    found = [node for owner in owners for node in owner.body if isinstance(node, kinds)]
    return [node for node in found if not node.name.startswith("_")]


def test_public_names_of_the_strict_rooms_have_docstrings() -> None:
    silent = [
        f"{name(path)}: {node.name}"
        for path in python_files(*PURE)
        for node in public_functions(path)
        if not ast.get_docstring(node) and not node.decorator_list
    ]
    assert silent == []


def test_rules_ask_no_clock_and_throw_no_dice() -> None:
    forbidden = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic"}
    forbidden |= {"uuid.uuid4", "os.urandom", "secrets.token_bytes", "secrets.token_hex", "random.random"}
    found = [
        f"{name(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in python_files("core", "policy")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in forbidden
    ]
    assert found == []


def test_values_between_rooms_are_frozen() -> None:
    wanted = {"frozen", "slots", "kw_only"}
    loose = []
    for path in python_files("core", "policy", "formats"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                for each in node.decorator_list:
                    # `# mutable: <why>` beside the decorator lets a value be built up step by step inside its module.
                    excused = "# mutable: " in path.read_text().splitlines()[each.lineno - 1]
                    if "dataclass" in ast.unparse(each) and not excused:
                        given = {word.arg for word in each.keywords} if isinstance(each, ast.Call) else set()
                        if not wanted <= given:
                            loose.append(f"{name(path)}: {node.name}")
    assert loose == []


def test_the_file_map_names_what_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    block = text.split("```")[1]
    named = re.findall(r"^(\S+)\s{2,}\S", block, re.M)
    assert len(named) > 10
    assert [each for each in named if not (ROOT / each).exists()] == []
    rooms = {f"src/jingui/{path.name}" for path in SOURCES.iterdir() if not path.name.startswith(("__", "."))}
    rooms -= {"src/jingui/py.typed"}
    unnamed = [room for room in sorted(rooms) if not any(each.rstrip("/") == room for each in named)]
    assert unnamed == []


def test_decisions_are_numbered_and_dated() -> None:
    papers = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(paper.name[:4]) for paper in papers] == list(range(len(papers)))
    for paper in papers[1:]:
        assert re.match(rf"# {int(paper.name[:4])}\. \S", paper.read_text()), paper.name
        assert re.search(r"^Status: (proposed|accepted|superseded by \d+), \d{4}-\d{2}-\d{2}$", paper.read_text(), re.M)
