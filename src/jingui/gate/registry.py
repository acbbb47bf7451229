"""一（三）: every operation has exactly one act [1.3.1]"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jingui.core.entry import Line
from jingui.core.permit import Permit
from jingui.core.words import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act did: the value for the caller, and what its entry must name. `note` is encrypted beside the entry."""

    value: Any = None
    lines: tuple[Line, ...] = ()
    patients: tuple[int, ...] = ()
    note: bytes = b""
    more: str = ""
    bump: bool = False  # the epoch must move: a right ended, a hold, a policy, a key
    notes: tuple[str, ...] = field(default=())
    reason: str = ""  # a stable word where what was done is not what was asked for: a replay that ended a right
    clauses: tuple[str, ...] = ()  # clauses of the table's row that was acted on, besides those of the rules


# A ReadAct runs on the data plane loop and only reads; a WriteAct runs inside one transaction.
# Their first argument is a ReadContext or WriteContext; naming them here would make the modules need each other.
ReadAct = Callable[[Any, Permit], Awaitable[Done]]
WriteAct = Callable[[Any, Permit], Done]

# Submissions are judged record by record in gate.judging; single reads in gate.read.
SUBMISSIONS = frozenset({Verb.ENTER, Verb.CORRECT, Verb.IMPORT, Verb.REGISTER_PATIENT})
SINGLE_READS = frozenset({Verb.READ})
READ_ACTS: dict[Verb, ReadAct] = {}
WRITE_ACTS: dict[Verb, WriteAct] = {}


def read_act(verb: Verb) -> Callable[[ReadAct], ReadAct]:
    """Register the act of a reading operation."""

    def register(act: ReadAct) -> ReadAct:
        if verb in READ_ACTS or verb in WRITE_ACTS:
            raise RuntimeError(f"two acts for {verb}")
        READ_ACTS[verb] = act
        return act

    return register


def write_act(verb: Verb) -> Callable[[WriteAct], WriteAct]:
    """Register the act of a changing operation."""

    def register(act: WriteAct) -> WriteAct:
        if verb in READ_ACTS or verb in WRITE_ACTS:
            raise RuntimeError(f"two acts for {verb}")
        WRITE_ACTS[verb] = act
        return act

    return register


def acts() -> Mapping[Verb, object]:
    """Every registered act by verb."""
    rest = dict.fromkeys(SUBMISSIONS, "gate.judging") | dict.fromkeys(SINGLE_READS, "gate.read")
    return {**rest, **READ_ACTS, **WRITE_ACTS}
