"""七（一）, 一（三）4: what a row of the table of recurring duties says [1.3.4] [7.1.1]"""

from dataclasses import dataclass

from jingui.core.word import N_, Word
from jingui.core.words import Role


class Every(Word):
    """How often."""

    DAY = "day", N_("每日")
    WEEK = "week", N_("每周")
    MONTH = "month", N_("每月")
    QUARTER = "quarter", N_("每季度")
    YEAR = "year", N_("每年")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A row. `departments`: once for each clinical department instead of once for the house; `storerooms`: for each
    storeroom, whose number the run then carries as its place.
    """

    id: str
    text: str
    clauses: tuple[str, ...]
    section: str
    roles: tuple[Role, ...]
    every: Every
    evidence: str  # msgid: what is to be recorded
    departments: bool = False
    storerooms: bool = False
    page: str = ""  # where the work is done, a name of web's addresses
