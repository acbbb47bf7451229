"""八（二） the settings in force: read once per epoch, each row genuine, or nothing starts [8.2]"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from jingui.core.errors import Tampered
from jingui.core.settings import Value, table
from jingui.gate.lanes import Pool
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.wishes import EVERYTHING, Needs, needs_of
from jingui.store.statements import Columns


class Loop(Protocol):
    """What of the pipeline is needed here; the pipeline itself needs these settings."""

    runtime: Runtime
    pool: Pool


SETTING = Columns()
SETTING.sealed("s", "setting")
SETTING.add("s.at")
SETTINGS_SQL = f"SELECT {SETTING.sql} FROM setting s ORDER BY s.name"  # noqa: S608 -- own texts only
EPOCH_SQL = "SELECT n FROM epoch WHERE id = $1::smallint"
Run = Callable[..., Sequence[Sequence[Any]]]  # a statement with $n places and its arguments
_known: dict[int, tuple[int, Mapping[str, Value]]] = {}  # by runtime: the epoch they were read under, and the values


def values(runtime: Runtime, epoch: int) -> Mapping[str, Value]:
    """All settings under `epoch`, on this thread's own connection (writing acts, commands)."""
    found = _known.get(id(runtime))
    if found is not None and found[0] == epoch:
        return found[1]
    return remember(runtime, epoch, raw(SETTINGS_SQL))


async def loop_values(pipe: Loop, epoch: int) -> Mapping[str, Value]:
    """All settings under `epoch`, on the data plane's loop."""
    found = _known.get(id(pipe.runtime))
    if found is not None and found[0] == epoch:
        return found[1]
    return remember(pipe.runtime, epoch, await pipe.pool.fetch(SETTINGS_SQL))


def standing(runtime: Runtime, run: Run) -> Mapping[str, Value]:
    """All settings as they stand now, through `run`: for a process beside the door with a connection of its own."""
    epoch = int(run(EPOCH_SQL, 1)[0][0])
    found = _known.get(id(runtime))
    if found is not None and found[0] == epoch:
        return found[1]
    return remember(runtime, epoch, run(SETTINGS_SQL))


def remember(runtime: Runtime, epoch: int, rows: Sequence[Sequence[Any]]) -> Mapping[str, Value]:
    """Check every row, parse the table and keep it for this epoch. Tampered or Misconfigured when it cannot be used."""
    group = SETTING.groups["s"]
    for row in rows:
        if not runtime.sealer.holds("setting", group.values(row), group.mac(row)):
            raise Tampered(where=f"setting:{row[0]}")
    made = table({row[0]: row[1] for row in rows})
    _known[id(runtime)] = (epoch, made)
    return made


def needs(runtime: Runtime, epoch: int) -> Needs:
    """What needs a written consent; everything sensitive when the settings cannot be trusted."""
    try:
        return _needs(values(runtime, epoch))
    except Tampered:  # named by verification and by whoever uses a setting; here the strictest reading is safe
        return EVERYTHING


async def loop_needs(pipe: Loop, epoch: int) -> Needs:
    """As `needs`, on the data plane's loop."""
    try:
        return _needs(await loop_values(pipe, epoch))
    except Tampered:  # as above
        return EVERYTHING


_last: list[tuple[Mapping[str, Value], Needs]] = []  # the last answer: it changes with the epoch only


def _needs(values: Mapping[str, Value]) -> Needs:
    if not _last or _last[0][0] is not values:
        _last[:] = [(values, needs_of(values))]
    return _last[0][1]


def number(runtime: Runtime, epoch: int, name: str) -> int:
    """One setting that is a number."""
    value = values(runtime, epoch)[name]
    if not isinstance(value, int):
        raise TypeError(name)
    return value


def text(runtime: Runtime, epoch: int, name: str) -> str:
    """One setting that is a word or a pattern."""
    return str(values(runtime, epoch)[name])
