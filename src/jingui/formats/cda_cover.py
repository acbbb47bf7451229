"""五（一）2 共享文档: how much of each document type our records can say, from the tables alone [5.1.2]"""

from typing import NamedTuple

from jingui.formats.cda_map import makings
from jingui.formats.cda_types import types


class Covered(NamedTuple):
    """Of which form a type is made ("" for none), how many of its rows that form has an item for, which it lacks."""

    form: str
    said: int
    lacking: tuple[str, ...]


def covered(code: str) -> Covered:
    """What our records say of a type; KeyError for no type."""
    type_, making = types()[code], makings().get(code)
    if making is None:
        return Covered("", 0, tuple(row.name for row in type_.rows.values()))
    said = {n for rows in making.rows.values() for n in rows}
    return Covered(making.form, len(said), tuple(row.name for n, row in type_.rows.items() if n not in said))
