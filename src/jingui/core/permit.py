"""一（三）1 合法合规: the mark of a decided operation; only the gate makes one [1.3.1]"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jingui.core.operation import Operation
from jingui.core.vector import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Proof, inside the process, that `operation` was decided: acts take it as their first argument.

    `entry` is the id the ledger entry of this operation will carry; rows made by the act name it.
    """

    operation: Operation
    decided: Decided
    entry: UUID
    at: datetime
    person: int
    department: int
