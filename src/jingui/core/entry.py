"""一（三）3 全程管控: what the gate asks the ledger to remember of one operation [1.3.3] [4.1.2]"""

from typing import NamedTuple

from jingui.core.words import Decision, Entrance, Purpose, Verb


class Line(NamedTuple):
    """One target by its public ids; "" means none."""

    patient: str
    record: str
    kind: str
    version: int


class EntryDraft(NamedTuple):
    """An entry before the ledger gives it id, place in a chain and commitments. No patient data."""

    verb: Verb
    decision: Decision
    reason: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    purpose: Purpose
    entrance: Entrance
    epoch: int
    policy: int
    person: str  # staff number, or system:<job>, public:<entrance>
    account: str
    post: str
    session: str
    address: str
    detail: str  # hex hash of an encrypted payload, "" if none
    lines: tuple[Line, ...]
    account_id: int | None
    person_id: int | None
    patient_id: int | None  # the one patient it concerns
    patients: tuple[int, ...] = ()  # all of them, when more than one
