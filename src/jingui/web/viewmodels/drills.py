"""六（一）3 灾备演练: what its page shows [6.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRow:
    """A drill in the register; `lost_well` and `seconds_well` say whether it reached the goals."""

    id: int
    kind: str
    started: datetime
    ended: datetime
    lost: int
    lost_well: bool
    seconds: int
    seconds_well: bool
    person: str
    text: str
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsPage:
    """protect/drills.html."""

    rows: tuple[DrillRow, ...]
    form: Form | None
    older: str
    limit_lost: int
    limit_seconds: int
    due: bool  # no drill within the last year
