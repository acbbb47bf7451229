"""What the house's own tests look at: files, modules, texts, lines that reach around the door."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "jingui"
ENTRANCES = ("web", "api", "carry", "demo", "bench", "jobs", "cli")
#: allauth's adapters and the axes handler are the only ones that touch ORM users.
ADAPTERS = {SOURCES / "web" / "accounts.py"}
#: Attributes that only an ORM model, its manager or its query has.
ORM = {"objects", "_default_manager", "_base_manager", "_meta", "refresh_from_db", "select_related", "prefetch_related"}


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that git keeps or would keep, sorted; the tree itself where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        hidden = {".git", ".venv", "var", "__pycache__"}
        names = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in names if path.is_file()))


def python_files(*rooms: str) -> list[Path]:
    """Return the Python files of src/jingui (of the given rooms only), migrations apart."""
    found = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(SOURCES)]
    found = [path for path in found if "migrations" not in path.parts]
    return [path for path in found if not rooms or path.relative_to(SOURCES).parts[0].removesuffix(".py") in rooms]


def entrances() -> list[Path]:
    """Return the Python files of the entrances, the account adapters apart."""
    return [path for path in python_files(*ENTRANCES) if path not in ADAPTERS]


def reaches(source: str) -> list[tuple[int, str]]:
    """Return (line, name) for each place where `source` reaches the database or a module through an object."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ORM:
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if node.func.id in {"__import__", "eval", "exec"}:
                found.append((node.lineno, node.func.id))
            elif node.func.id == "getattr" and set(named) & ORM:
                found.append((node.lineno, str(named[0])))
    return found


def docstring(path: Path) -> str:
    """Return the module's docstring, or an empty text."""
    return ast.get_docstring(ast.parse(path.read_text())) or ""


def tags(text: str) -> list[str]:
    """Return the clause tags of a text: `[4.2.1]` or `[4.2]`, also several in one pair of brackets."""
    brackets = re.findall(r"\[((?:\d(?:\.\d){0,2})(?:\s*[,，、]?\s*\d(?:\.\d){0,2})*)\]", text)
    return [tag for inside in brackets for tag in re.split(r"\s*[,，、]?\s+|[,，、]", inside) if tag]
