"""一（三）2 事项: matters started, returned, decided, appealed, taken back and closed; power lent [4.1.1] [1.3.4]"""

from datetime import datetime
from time import sleep
from typing import Any

from jingui.core.matters.asking import (
    AppealMatter,
    CloseMatter,
    DecideMatter,
    Delegate,
    MattersRequest,
    ReadMatter,
    StartMatter,
    SubmitMatter,
    WithdrawMatter,
)
from jingui.core.monitor import WatchAccess
from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.demo.cast import Absent, Cast
from jingui.demo.deeds import filling
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.month import Deed
from jingui.gate import door

TRIES, PAUSE = 20, 0.5  # how often and how many seconds apart the monitor is asked again


@deed("start_matter")
def start(cast: Cast, row: Deed) -> Kept:
    """A matter is started, and handed in unless the row says that it stays a draft."""
    answers = filling.answers(cast, row)
    subject = 0
    if "entries" in row.more:
        subject = door.portal.reader_of(cast.target(row).patient, dict(answers)["entry"])
    data = StartMatter(
        kind=row.more["kind"], answers=answers, submit=not row.more.get("draft", False), subject=subject,
        papers=filling.papers(row),
    )  # fmt: skip
    moved = cast.write(row, Verb.START_MATTER, data).value
    return {"matter": str(moved.matter)}


def matter_of(cast: Cast, row: Deed) -> int:
    """The matter that an earlier row started or opened."""
    return int(cast.kept(row.more["matter"], "matter"))


@deed("decide")
def decide(cast: Cast, row: Deed) -> Kept:
    """Somebody says something at a step, about exactly what they read."""
    number = matter_of(cast, row)
    asked = ReadMatter(matter=number)
    here: dict[str, Any] = {"purpose": row.purpose, "target": Target()}
    basis = cast.read(row, Verb.READ_MATTER, asked, **here).value.basis
    data = DecideMatter(
        matter=number, move=row.more.get("move", "approve"), basis=basis, comment=row.words,
        outcome=row.more.get("outcome", ""),
    )  # fmt: skip
    moved = cast.write(row, Verb.DECIDE_MATTER, data, **here).value
    return {"matter": str(moved.matter), "state": moved.state}


@deed("submit_matter")
def submit(cast: Cast, row: Deed) -> Kept:
    """A draft is handed in."""
    data = SubmitMatter(matter=matter_of(cast, row))
    return {"state": cast.write(row, Verb.SUBMIT_MATTER, data, target=Target()).value.state}


@deed("withdraw_matter")
def withdraw(cast: Cast, row: Deed) -> Kept:
    """The starter takes a matter back."""
    data = WithdrawMatter(matter=matter_of(cast, row), comment=row.words)
    return {"state": cast.write(row, Verb.WITHDRAW_MATTER, data, target=Target()).value.state}


@deed("appeal")
def appeal(cast: Cast, row: Deed) -> Kept:
    """The starter asks for another decision."""
    data = AppealMatter(matter=matter_of(cast, row), comment=row.words)
    return {"state": cast.write(row, Verb.APPEAL_MATTER, data, target=Target()).value.state}


@deed("close_matter")
def close(cast: Cast, row: Deed) -> Kept:
    """What was granted is no longer needed."""
    data = CloseMatter(matter=matter_of(cast, row), comment=row.words)
    return {"state": cast.write(row, Verb.CLOSE_MATTER, data, target=Target()).value.state}


@deed("delegate")
def delegate(cast: Cast, row: Deed) -> Kept:
    """Somebody lends their power to decide to a named colleague for a time."""
    data = Delegate(
        to_person=cast.person(row.more["to"]), starts=datetime.fromisoformat(cast.given(row, "starts")),
        ends=datetime.fromisoformat(cast.given(row, "ends")), kinds=tuple(row.more.get("kinds", ())),
    )  # fmt: skip
    return {"delegation": str(cast.write(row, Verb.DELEGATE, data).value)}


@deed("question")
def question(cast: Cast, row: Deed) -> Kept:
    """The newest question of the monitor to somebody, as it stands in their own list, whoever made the monitor run.

    The monitor sees what the sequencer has placed, which takes a moment: it is asked again until it has seen.
    """
    for _ in range(TRIES):
        found = asked_of(cast, row)
        if found:
            return found
        sleep(PAUSE)
        cast.housekeeping("system:monitor", Verb.WATCH_ACCESS, WatchAccess())
    raise Absent(row.id)


def asked_of(cast: Cast, row: Deed) -> Kept:
    """The newest question in somebody's own list; nothing for none."""
    request = MattersRequest(which="queue", kind=row.more["kind"], count=50)
    lines = cast.read(row, Verb.READ_MATTERS, request, target=Target(), purpose=Purpose.OPERATION).value.rows
    wanted = cast.public(row.about) if row.about else ""
    found = next((one for one in lines if not wanted or one.patient == wanted), None)
    return {"matter": str(found.id)} if found else {}
