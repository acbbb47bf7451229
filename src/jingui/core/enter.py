"""二（二）录入: what is asked when resources are entered, corrected or imported [2.2.1] [2.2.4]"""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One resource to enter or correct. `resource` is parsed and valid; references may name other full URLs."""

    resource: dict[str, Any]
    full_url: str = ""
    record: tuple[int, int] | None = None  # (patient, record) of a correction; None for a new record
    if_match: int = 0  # the version the writer saw, 0 when not said
    if_none_exist: tuple[tuple[str, str], ...] = ()  # decoded search pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Changes that stand or fall together. `source` names a registered source when numbers must repeat."""

    changes: tuple[Change, ...]
    source: str = ""
    department: str = ""  # code of the department that encounters without one belong to
    follow_up_days: int = 30  # how long the department's relation outlasts a closed encounter


class Made(NamedTuple):
    """What became of one change."""

    id: str
    kind: str
    version: int
    outcome: str  # created | updated | unchanged | existing
    body: bytes
    full_url: str
