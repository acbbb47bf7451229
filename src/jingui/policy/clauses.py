"""一 总则: the policy's clauses as versioned data, in our own wording [1.1] [8.2] [8.3]"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jingui.core.errors import Misconfigured, NotFound
from jingui.policy.headings import clause_id, heading

__all__ = [
    "Chapter",
    "Clause",
    "Section",
    "all",
    "chapters",
    "clause_id",
    "get",
    "heading",
    "known",
    "text_hash",
    "version",
]

DATA = Path(__file__).parent / "clauses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: `by_hand_*` says what people do and the software only records, "" if nothing."""

    id: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    by_hand_zh: str = ""
    by_hand_en: str = ""

    @property
    def heading(self) -> str:
        """As it is written on paper: 四（二）1."""
        return heading(self.id)

    @property
    def section(self) -> str:
        """The id of its section: 4.2; in the chapters without items it is the clause's own."""
        return ".".join(self.id.split(".")[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: `name` is its English name in every room of the code."""

    id: str
    name: str
    title_zh: str
    title_en: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter with its sections, in order."""

    id: str
    title_zh: str
    title_en: str
    sections: tuple[Section, ...]


@lru_cache(maxsize=1)
def chapters() -> tuple[Chapter, ...]:
    """The eight chapters of the shipped policy; Misconfigured if a data file is missing or malformed."""
    return tuple(_chapter(path) for path in sorted(DATA.glob("[0-9]*.toml")))


@lru_cache(maxsize=1)
def _by_id() -> Mapping[str, Clause]:
    found = [clause for chapter in chapters() for section in chapter.sections for clause in section.clauses]
    return {clause.id: clause for clause in found}


def all() -> tuple[Clause, ...]:
    """Every clause in order."""
    return tuple(_by_id().values())


def known(one: str) -> bool:
    """Whether `one` is a clause id of the shipped policy."""
    return one in _by_id()


def get(one: str) -> Clause:
    """The clause with id `one`; NotFound if there is none."""
    try:
        return _by_id()[one]
    except KeyError:
        raise NotFound(clause=one) from None


def version() -> int:
    """The number of the shipped wording; it changes whenever a text changes."""
    return int(_read(DATA / "version.toml")["version"])


def text_hash() -> str:
    """SHA-256 (hex) over the canonical JSON of every clause: what a version's readers acknowledged."""
    rows = [asdict(clause) for clause in all()]
    canonical = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise Misconfigured(file=path.name, trouble=str(trouble)) from trouble


def _chapter(path: Path) -> Chapter:
    data = _read(path)
    try:
        sections = tuple(_section(row) for row in data["section"])
        return Chapter(id=data["id"], title_zh=data["title_zh"], title_en=data["title_en"], sections=sections)
    except (KeyError, TypeError) as trouble:
        raise Misconfigured(file=path.name, trouble=str(trouble)) from trouble


def _section(row: dict[str, Any]) -> Section:
    clauses = tuple(Clause(**one) for one in row["clause"])
    return Section(id=row["id"], name=row["name"], title_zh=row["title_zh"], title_en=row["title_en"], clauses=clauses)
