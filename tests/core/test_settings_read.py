"""八（二）: every setting has a reader; a promise that nothing keeps is no setting [8.2]"""

import ast
from functools import cache

from jingui.core.settings import TABLE
from tests.house import SOURCES

#: Rows without a reader of their own, and why.
EXEMPT: dict[str, str] = {}


@cache
def words() -> frozenset[str]:
    """Every text in the code outside the tables of settings themselves."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        if (path.parent.name == "core" and path.name.startswith("setting")) or "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found |= {value for value in values if isinstance(value, str)}
    return frozenset(found)


def unread(names: list[str]) -> list[str]:
    return sorted(name for name in names if name not in words() and name not in EXEMPT)


def test_every_setting_is_read_somewhere() -> None:
    assert unread([row.name for row in TABLE]) == []


def test_a_row_that_nobody_reads_would_be_found() -> None:
    assert unread(["password_days", "nobody_reads_this_" + "one"]) == ["nobody_reads_this_" + "one"]


def test_exemptions_are_rows_with_reasons() -> None:
    assert set(EXEMPT) <= {row.name for row in TABLE}
    assert all(len(reason) > 20 for reason in EXEMPT.values())
