"""七（一）1 例行工作: whose a run is: the house's, a department's or a storeroom's [7.1.1] [3.1.2]"""

from collections.abc import Sequence
from typing import Final

from jingui.core.duties import DUTIES
from jingui.core.duty_rows import Duty
from jingui.gate.actors import ActorFacts
from jingui.gate.sql import raw

CLINICAL_SQL: Final = "SELECT id FROM department WHERE active AND kind = 'clinical' ORDER BY id"
STOREROOMS_SQL: Final = "SELECT id FROM storeroom WHERE ended IS NULL ORDER BY id"


def places() -> tuple[Sequence[int], Sequence[int]]:
    """Numbers of the clinical departments, and of the storerooms in use."""
    return [n for (n,) in raw(CLINICAL_SQL)], [n for (n,) in raw(STOREROOMS_SQL)]


def of(duty: Duty, departments: Sequence[int], storerooms: Sequence[int]) -> Sequence[int]:
    """For which places a duty's runs are opened; 0 is the house."""
    return storerooms if duty.storerooms else departments if duty.departments else [0]


def theirs(name: str, place: int, actor: ActorFacts) -> bool:
    """Whether a run is the actor's post's: a storeroom's is every keeper's."""
    duty = DUTIES.get(name)
    if duty is None or actor.role not in duty.roles:
        return False
    return duty.storerooms or place in (0, actor.department)
