"""一（三）2 事项: what a matter does when its last step has passed, in the same transaction [1.3.1] [4.1.1]

A row of core.matters names an effect, the function of that name does it. An effect that nobody keeps stops the start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jingui.core.entry import Line
from jingui.core.errors import Misconfigured
from jingui.core.matters import KINDS
from jingui.core.permit import Permit
from jingui.store.models import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """The matter whose wish is fulfilled. `answers` are checked against its row; papers as (kind, name, bytes)."""

    row: Matter
    answers: Mapping[str, str]
    papers: Callable[[], tuple[tuple[str, str, bytes], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effected:
    """What was done: until when it lasts, whether a right ended (bump), and further targets for the entry."""

    until: datetime | None = None
    bump: bool = False
    lines: tuple[Line, ...] = ()
    patients: tuple[int, ...] = ()
    note: bytes = b""


Effect = Callable[[Any, Permit, Granting], Effected]
EFFECTS: dict[str, Effect] = {}
Check = Callable[[Any, Permit, Mapping[str, str]], None]
CHECKS: dict[str, Check] = {}
RowCheck = Callable[[Any, Permit, Matter, Mapping[str, str]], None]
ROW_CHECKS: dict[str, RowCheck] = {}
ENDINGS: dict[str, Callable[[Any, Permit, Matter], None]] = {}


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what the rows that name this effect do. It runs inside the last decider's transaction."""

    def register(do: Effect) -> Effect:
        if name in EFFECTS:
            raise RuntimeError(f"two effects {name}")
        EFFECTS[name] = do
        return do

    return register


def checking(name: str) -> Callable[[Check], Check]:
    """Register what an effect asks of the answers at the handing in: what could never be done is not asked for."""

    def register(ask: Check) -> Check:
        CHECKS[name] = ask
        return ask

    return register


def row_checking(name: str) -> Callable[[RowCheck], RowCheck]:
    """The same for what depends on the matter itself: its kind, and the patient it is about."""

    def register(ask: RowCheck) -> RowCheck:
        ROW_CHECKS[name] = ask
        return ask

    return register


def ending(name: str) -> Callable[[Callable[[Any, Permit, Matter], None]], Callable[[Any, Permit, Matter], None]]:
    """Register what ends an effect when its matter is closed before or at its time. The epoch moves with it."""

    def register(do: Callable[[Any, Permit, Matter], None]) -> Callable[[Any, Permit, Matter], None]:
        ENDINGS[name] = do
        return do

    return register


def check() -> None:
    """Misconfigured when a row names an effect that nobody keeps."""
    for kind in KINDS.values():
        if kind.effect and kind.effect not in EFFECTS:
            error = Misconfigured(matter=kind.id, effect=kind.effect)
            error.add_note(f"the row {kind.id} of matters names the effect {kind.effect}, which nobody keeps")
            raise error
