"""四（一）1 排班与轮转: what the page of rosters shows [4.1.1]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import PersonLine, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A turn or rotation; `end` is where it is ended, "" where that is not this reader's."""

    person: PersonLine
    staff_no: str
    department: str
    kind: str
    starts: datetime
    ends: datetime
    state: Tag
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RostersPage:
    """collect/rosters.html; `filters` are (name, address, whether it is the present one)."""

    rows: tuple[TurnRow, ...]
    filters: tuple[tuple[str, str, bool], ...]
    form: Form
