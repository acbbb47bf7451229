"""四（二）1 复制件: what every step of a copy asks first, and how it ends [4.2.1]"""

from typing import Final

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.permit import Permit
from jingui.core.release import Copied, CopyState
from jingui.core.word import N_
from jingui.gate import matters
from jingui.gate.copies import Opened, line
from jingui.gate.registry import Done
from jingui.gate.rows import keep
from jingui.gate.writing import WriteContext

SHORTEST: Final = 2  # letters of a name, a reason, a number
LONGEST: Final = 200


def ended(context: WriteContext, permit: Permit, found: Opened, state: CopyState, why: str) -> None:
    """The copy no longer counts."""
    found.row.state, found.row.ended = state.value, permit.at
    found.kept.ended = {"why": why, "by": context.actor.name}
    found.reclose()
    keep(context, found.row)


def over(context: WriteContext, old: Opened | None) -> tuple[Line, ...]:
    """The copy that ended with another's making, as a target of that entry too."""
    return (line(context, old.row),) if old is not None and old.row.ended is not None else ()


def copied(context: WriteContext, found: Opened) -> Copied:
    """What became of it."""
    row = found.row
    return Copied(
        context.runtime.public(row.patient_id, row.copy_id), found.kept.number, row.state, bytes(row.manifest).hex(),
        str(context.entry),
    )  # fmt: skip


def finished(context: WriteContext, found: Opened, *more: Line) -> Done:
    """Keep what changed; the entry names the copy and its version."""
    found.reclose()
    keep(context, found.row)
    row = found.row
    return Done(value=copied(context, found), lines=(line(context, row), *more), patients=(row.patient_id,))


def standing_at(found: Opened, *states: CopyState) -> None:
    """Conflict unless the copy is in one of these states."""
    if found.row.state not in {str(one) for one in states}:
        raise Conflict(N_("复制件目前的状态不能办理此项。"), N_("请刷新页面查看复制件的状态。"))


def same_basis(found: Opened, basis: str) -> None:
    """Conflict unless this is exactly the content that was looked at."""
    if basis != bytes(found.row.manifest).hex():
        raise Conflict(N_("您看到的内容与现在的内容不一致。"), N_("请重新打开该复制件核对后再办理。"))


def text(value: str, place: str, least: int = SHORTEST) -> str:
    """The text, trimmed; Invalid when it says nothing or too much."""
    said = value.strip()
    if not least <= len(said) <= LONGEST or "\0" in said:
        raise Invalid(places=((place, N_("请填写此项")),))
    return said


def theirs(context: WriteContext, permit: Permit, found: Opened) -> None:
    """Refused unless the application came from this very portal account."""
    matter = matters.opened(context, found.row.matter).row
    if matter.person_id != permit.person:
        raise Refused(N_("该复制件不是由您申请的。"), N_("请由申请人办理。"), clauses=("4.2.1",), reason="not_yours")
