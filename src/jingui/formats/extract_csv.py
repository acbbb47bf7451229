"""四（二）4 教学科研: an extract as CSV: nothing in it acts when a spreadsheet opens it [4.2.4]"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from jingui.formats.extract_mark import canonical

BOM: Final = b"\xef\xbb\xbf"
#: What a spreadsheet may take for a formula, in every width; NFKC folds full-width and small forms into these.
ACTS: Final = frozenset("=+-@\t\r\n|%\N{MINUS SIGN}")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)


def harmless(text: str) -> str:
    """A cell's text: numbers as they are, all else escaped."""
    text = text.replace("\0", "")
    return text if NUMBER.match(text) else escaped(text)


def escaped(text: str) -> str:
    """A cell's text; one that could be read as a formula, a sign before a number included, gets an apostrophe."""
    text = text.replace("\0", "")
    first = next((one for one in text if not unseen(one)), "")
    folded = unicodedata.normalize("NFKC", first)[:1]
    acts = bool(first) and folded in ACTS
    return f"'{text}" if acts or text.startswith(("\t", "\r", "\n")) else text


def unseen(one: str) -> bool:
    """Whether a spreadsheet may skip this character at the beginning of a cell."""
    return one not in "\t\r\n" and (one.isspace() or unicodedata.category(one) in ("Cf", "Cc"))


def cell(value: Any) -> str:
    """A cell: lists are JSON."""
    return harmless(canonical(value) if isinstance(value, list) else str(value))


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, head: bool, bom: bool = True) -> bytes:
    """One part; only the first has a heading (and the mark by which Excel knows UTF-8)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if head:
        writer.writerow(columns)
    writer.writerows([cell(row.get(name, "")) for name in columns] for row in rows)
    return (BOM if head and bom else b"") + out.getvalue().encode("utf-8", "replace")
