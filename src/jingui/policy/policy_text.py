"""一 总则: a hospital's own policy as read from its file, clause by clause [1.1] [8.2]"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from jingui.policy.headings import heading


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClause:
    """One clause as the hospital wrote it; `line` is where it begins in the file, from 1."""

    id: str
    text: str
    line: int

    @property
    def heading(self) -> str:
        """As it is written on paper: 四（二）1."""
        return heading(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSection:
    """A section; `lead` is what stands before its first item, "" if nothing. Without items it is one clause itself."""

    id: str
    title: str
    lead: str
    clauses: tuple[TextClause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChapter:
    """A chapter with its sections in order."""

    id: str
    title: str
    sections: tuple[TextSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """A whole policy; `dropped` lists (line, text) of what was left out: contents, page numbers, headers, adverts."""

    name: str
    title: str
    chapters: tuple[TextChapter, ...]
    dropped: tuple[tuple[int, str], ...]

    def sections(self) -> tuple[TextSection, ...]:
        """Every section in order."""
        return tuple(section for chapter in self.chapters for section in chapter.sections)

    def clauses(self) -> tuple[TextClause, ...]:
        """Every clause in order."""
        return tuple(clause for section in self.sections() for clause in section.clauses)

    def by_id(self) -> Mapping[str, str]:
        """Clause id to text; what stands before a section's first item is under the section's id."""
        found = {section.id: section.lead for section in self.sections() if section.lead}
        return found | {clause.id: clause.text for clause in self.clauses()}

    def text_hash(self) -> str:
        """SHA-256 (hex) over canonical JSON of title, headings and texts; file name and line numbers do not count."""
        heads = [[one.id, one.title] for one in self.chapters] + [[one.id, one.title] for one in self.sections()]
        rows = [self.title, heads, sorted(self.by_id().items())]
        canonical = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
