"""一（三）2 事项: matters started, returned, decided, appealed, taken back and closed; power lent [4.1.1] [1.3.4]"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from jingui.core.matters.asking import (
    AppealMatter,
    CloseMatter,
    DecideMatter,
    Delegate,
    MattersRequest,
    ReadMatter,
    StartMatter,
    WithdrawMatter,
)
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed
from jingui.gate import door

if TYPE_CHECKING:
    from jingui.demo.play_month import Month


@deed("start_matter")
def start(month: "Month", row: Deed) -> Kept:
    """A matter is started, and handed in unless the row says that it stays a draft."""
    answers = {name: str(value) for name, value in month.given(row, "answers", {}).items()}
    for name, where in row.more.get("entries", {}).items():
        answers[name] = month.kept(where, "entry")
    for name, code in row.more.get("departments", {}).items():
        answers[name] = str(month.names.department(code))
    subject = 0
    if "entries" in row.more:
        subject = door.portal.reader_of(month.target(row).patient, answers["entry"])
    data = StartMatter(
        kind=row.more["kind"], answers=tuple(answers.items()), submit=not row.more.get("draft", False), subject=subject
    )
    moved = month.write(row, Verb.START_MATTER, data).value
    return {"matter": str(moved.matter)}


def matter_of(month: "Month", row: Deed) -> int:
    """The matter that an earlier row started or opened."""
    return int(month.kept(row.more["matter"], "matter"))


@deed("decide")
def decide(month: "Month", row: Deed) -> Kept:
    """Somebody says something at a step, about exactly what they read."""
    number = matter_of(month, row)
    asked = ReadMatter(matter=number)
    here: dict[str, Any] = {"purpose": row.purpose, "target": Target()}
    basis = month.read(row, Verb.READ_MATTER, asked, **here).value.basis
    data = DecideMatter(
        matter=number, move=row.more.get("move", "approve"), basis=basis, comment=row.words,
        outcome=row.more.get("outcome", ""),
    )  # fmt: skip
    moved = month.write(row, Verb.DECIDE_MATTER, data, **here).value
    return {"matter": str(moved.matter), "state": moved.state}


@deed("withdraw_matter")
def withdraw(month: "Month", row: Deed) -> Kept:
    """The starter takes a matter back."""
    data = WithdrawMatter(matter=matter_of(month, row), comment=row.words)
    return {"state": month.write(row, Verb.WITHDRAW_MATTER, data, target=Target()).value.state}


@deed("appeal")
def appeal(month: "Month", row: Deed) -> Kept:
    """The starter asks for another decision."""
    data = AppealMatter(matter=matter_of(month, row), comment=row.words)
    return {"state": month.write(row, Verb.APPEAL_MATTER, data, target=Target()).value.state}


@deed("close_matter")
def close(month: "Month", row: Deed) -> Kept:
    """What was granted is no longer needed."""
    data = CloseMatter(matter=matter_of(month, row), comment=row.words)
    return {"state": month.write(row, Verb.CLOSE_MATTER, data, target=Target()).value.state}


@deed("delegate")
def delegate(month: "Month", row: Deed) -> Kept:
    """Somebody lends their power to decide to a named colleague for a time."""
    data = Delegate(
        to_person=month.person(row.more["to"]), starts=datetime.fromisoformat(month.given(row, "starts")),
        ends=datetime.fromisoformat(month.given(row, "ends")), kinds=tuple(row.more.get("kinds", ())),
    )  # fmt: skip
    return {"delegation": str(month.write(row, Verb.DELEGATE, data).value)}


@deed("question")
def question(month: "Month", row: Deed) -> Kept:
    """The newest question of the monitor to somebody, as it stands in their own list, whoever made the monitor run."""
    request = MattersRequest(which="queue", kind=row.more["kind"], count=50)
    lines = month.read(row, Verb.READ_MATTERS, request, target=Target(), purpose=Purpose.OPERATION).value.rows
    wanted = month.public(row.about) if row.about else ""
    found = next((one for one in lines if not wanted or one.patient == wanted), None)
    return {"matter": str(found.id)} if found else {}
