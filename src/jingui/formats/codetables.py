"""二（二）2 编码: code tables that a form may choose from, found by code, name, initials or pinyin [2.2.2]

Shipped tables are small or starters; a hospital imports its own editions (ICD, operations, formulary) as CodeSystem.
A starter does not know every code: one of the right shape is then taken with a warning, never one of a wrong shape.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate, islice
from typing import Final, NamedTuple

from jingui.core.errors import Misconfigured
from jingui.formats.codes import CodeTable, code_tables
from jingui.formats.pinyin import plain
from jingui.formats.tables import table as read

OWN: Final = "urn:jingui:table:"
FILES: Final = ("small", "icd10", "procedures", "drugs", "laboratory")
FEW: Final = 200  # hits of a column that are put in order one by one
LONGEST: Final = 40  # of what is typed


class CodeRow(NamedTuple):
    """One code with what people call it."""

    code: str
    name: str
    english: str = ""


@dataclass(frozen=True, kw_only=True)  # mutable: keeps its searched columns once they are made
class Table:
    """A code table ready to be searched. `complete` False: a starter that does not know every code."""

    name: str
    zh: str
    en: str
    system: str
    standard: str = ""
    verified: bool = False
    complete: bool = True
    shape: str = ""
    codes: Mapping[str, str]
    english: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # code: (initials, pinyin)

    def show(self, code: str, language: str = "zh") -> str:
        """The name of a code, the code itself if unknown."""
        chinese = self.codes.get(code, code)
        return chinese if language == "zh" else self.english.get(code, chinese)

    def shaped(self, code: str) -> bool:
        """Whether a code that is not in this starter has at least the right shape."""
        return not self.complete and bool(self.shape) and re.fullmatch(self.shape, code) is not None

    def rows(self) -> Iterator[CodeRow]:
        """Every row in order."""
        return (CodeRow(code, name, self.english.get(code, "")) for code, name in self.codes.items())

    @cached_property
    def index(self) -> "Index":
        """What `find` looks through, made at the first search."""
        return Index(self)

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Code by plain name, for a form that was filled without a picker. A name that two codes share is left out."""
        found: dict[str, str] = {}
        twice: set[str] = set()
        for code, name in self.codes.items():
            twice |= {plain(name)} & found.keys()
            found[plain(name)] = code
        return {name: code for name, code in found.items() if name not in twice}


class Column:
    """The texts of one column in one string: a search is one C-speed scan however long the table is."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Join them, each on its own line."""
        lines = ["\n" + text for text in texts]
        self.text = "".join(lines) + "\n"
        self.starts = [0, *accumulate(len(line) for line in lines)][:-1]

    def line(self, row: int) -> str:
        """A row's text between its two line ends."""
        end = self.starts[row + 1] if row + 1 < len(self.starts) else len(self.text) - 1
        return self.text[self.starts[row] : end + 1]

    def hits(self, wanted: str) -> Iterator[int]:
        """The rows in which `wanted` stands, in order, each once."""
        at = self.text.find(wanted)
        while at >= 0:
            row = bisect_right(self.starts, at) - 1
            yield row
            end = self.text.find("\n", at + 1)
            at = self.text.find(wanted, max(end, at + 1)) if end >= 0 else -1


class Index:
    """The columns of a table, and the order in which matches are shown."""

    def __init__(self, table: Table) -> None:
        """Make the columns."""
        self.codes = list(table.codes)
        names = list(table.codes.values())
        self.code = Column(code.lower() for code in self.codes)
        self.name = Column(plain(name) for name in names)
        self.english = Column(table.english.get(code, "").lower() for code in self.codes)
        self.initials = Column(table.keys.get(code, ("", ""))[0] for code in self.codes)
        self.pinyin = Column(table.keys.get(code, ("", ""))[1] for code in self.codes)

    def ranked(self, typed: str) -> Iterator[int]:
        """Rows, best first: the whole; codes that begin so; names that end so (高血压), begin so, hold it."""
        raw = unicodedata.normalize("NFKC", typed).strip().lower().replace("\n", "")[:LONGEST]
        soft = plain(raw)
        code, english = (self.code, raw), (self.english, raw)
        names = ((self.name, soft), (self.initials, soft), (self.pinyin, soft))
        order = (
            ("\n{}\n", (code, *names, english)), ("\n{}", (code,)), ("{}\n", names if len(soft) > 1 else ()),
            ("\n{}", (*names, english)), ("{}", (code, *names, english)),
        )  # fmt: skip
        found = {id(one): list(islice(one.hits(wanted), FEW)) for one, wanted in order[-1][1] if wanted}
        for pattern, columns in order:
            for column, wanted in columns:
                rows = found.get(id(column), [])
                if len(rows) < FEW:  # one scan was enough: the order is made among what it found
                    yield from (row for row in rows if pattern.format(wanted) in column.line(row))
                else:
                    yield from column.hits(pattern.format(wanted))


class Tables:
    """The tables in force: the shipped ones, each replaced by the hospital's own where there is one."""

    def __init__(self, own: Iterable[Table] = ()) -> None:
        """Take the hospital's own tables over the shipped ones."""
        self._tables = {**shipped(), **{table.name: table for table in own}}

    def __getitem__(self, name: str) -> Table:
        """The table; KeyError for none."""
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a table."""
        return name in self._tables

    def get(self, name: str) -> Table | None:
        """The table, None for an unknown one."""
        return self._tables.get(name)

    def names(self) -> tuple[str, ...]:
        """Every table's name."""
        return tuple(self._tables)

    def find(self, name: str, typed: str, limit: int = 20) -> list[CodeRow]:
        """Rows of a table by code, Chinese or English name, initials or pinyin; the first rows for nothing typed."""
        table = self._tables[name]
        if not typed.strip():
            return list(islice(table.rows(), limit))
        seen: dict[int, None] = {}
        for row in table.index.ranked(typed):
            seen.setdefault(row)
            if len(seen) >= limit:
                break
        codes = (table.index.codes[row] for row in seen)
        return [CodeRow(code, table.codes[code], table.english.get(code, "")) for code in codes]


def find(name: str, typed: str, limit: int = 20) -> list[CodeRow]:
    """As Tables.find, in the shipped tables."""
    return in_force().find(name, typed, limit)


def in_force() -> Tables:
    """The tables in force in this process: the shipped ones, and whatever `install` put over them."""
    if not _installed:
        install(())
    return _installed[0]


def install(own: Iterable[Table]) -> None:
    """From now on the hospital's own tables replace the shipped ones of the same name, in this process."""
    _installed[:] = [Tables(own)]


_installed: list[Tables] = []  # one, once it was asked for


@cache
def shipped() -> Mapping[str, Table]:
    """Every shipped table by name; Misconfigured when a file is wrong."""
    keys = read("pinyin")
    found = {name: _national(row, keys) for name, row in code_tables().items()}
    for file in FILES:
        for name, row in read(f"codetables/{file}").items():
            if name in found:
                raise Misconfigured(table=file, row=name)
            found[name] = _own(name, row, keys)
    return found


def sources() -> tuple[str, ...]:
    """The names of the shipped files, for the check that none is forgotten."""
    folder = files("jingui.formats") / "data" / "codetables"
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir()))


def _keys(name: str, codes: Mapping[str, str], known: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    out = {}
    for code, text in codes.items():
        initials, _, full = known.get(text, "").partition(" ")
        out[code] = (initials, full)
    return out


def _national(row: CodeTable, keys: Mapping[str, str]) -> Table:
    return Table(
        name=row.name, zh=row.zh, en=row.en, system=row.system or OWN + row.name, standard=row.standard,
        verified=row.verified, codes=row.codes, english=row.english, keys=_keys(row.name, row.codes, keys),
    )  # fmt: skip


def _own(name: str, row: Mapping[str, object], keys: Mapping[str, str]) -> Table:
    codes, english = row["codes"], row.get("english", {})
    if not isinstance(codes, dict) or not isinstance(english, dict) or english.keys() - codes.keys():
        raise Misconfigured(table="codetables", row=name)
    return Table(
        name=name, zh=str(row["zh"]), en=str(row["en"]), system=str(row.get("system", OWN + name)),
        standard=str(row.get("standard", "")), verified=row["verified"] is True,
        complete=row.get("complete", True) is True, shape=str(row.get("shape", "")), codes=codes, english=english,
        keys=_keys(name, codes, keys),
    )  # fmt: skip
