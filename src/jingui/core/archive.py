"""三（二）2, 六（一）4 纸质病案: where volumes lie, whose they are, until when they are out [3.2.2] [4.1.2] [6.1.4]

Pure rules of the paper archive: due days, overdue, full boards, what a scan during a stock-taking means.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from jingui.core.calendars import DAY, USUAL, Calendar
from jingui.core.word import N_, Word
from jingui.core.words import Medium, Purpose, RetentionClass, Shelf

MOST_REGISTERED: Final = 500  # volumes in one operation
MOST_CODES: Final = 200  # scans in one operation
MOST_LABELS: Final = 500
MOST_POSITIONS: Final = 3000  # boards in one operation
MOST_BAGS: Final = 50
GRAMS: Final = 200_000  # no bag is heavier

#: What lies in an archive: everything but what is electronic.
MEDIA: Final = tuple(one for one in Medium if one is not Medium.ELECTRONIC)
#: Classes that volumes belong to; identity and directory have no paper.
CLASSES: Final = (RetentionClass.INPATIENT, RetentionClass.OUTPATIENT, RetentionClass.PSYCHIATRIC)
#: For what a volume may leave its shelf.
PURPOSES: Final = (
    Purpose.TREATMENT, Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.TEACHING, Purpose.RESEARCH, Purpose.LEGAL,
    Purpose.PATIENT_REQUEST,
)  # fmt: skip
#: 科室整理核对项目: what a department ticks before it hands a volume over.
CHECKS: Final[Mapping[str, str]] = {
    "collected": N_("病历页已收齐，化验单、检查单已归入"),
    "sorted": N_("已按规定次序排列"),
    "numbered": N_("已编页码，页数与登记一致"),
    "signed": N_("手写签名齐全，无空白项"),
    "bound": N_("已装订，封面完整"),
}
#: States in which a volume lies in the record room's custody and may be put on a shelf.
TO_SHELVE: Final = frozenset({Shelf.ROOM.value, Shelf.SHELVED.value})
#: States in which it may be lent.
LENDABLE: Final = frozenset({Shelf.ROOM.value, Shelf.SHELVED.value})
OUT: Final = frozenset({Shelf.READING.value, Shelf.LENT.value})
#: States that take up a place on a board: what is lent comes back to it.
PLACED: Final = frozenset({Shelf.SHELVED.value, Shelf.READING.value, Shelf.LENT.value})


class RoomKind(Word):
    """库房种类"""

    STOREROOM = "storeroom", N_("库房")
    READING_ROOM = "reading_room", N_("阅览室")
    MACHINE_ROOM = "machine_room", N_("机房")


class Place(Word):
    """借阅方式"""

    READING_ROOM = "reading_room", N_("阅览室阅览（当日归还）")
    DEPARTMENT = "department", N_("外借")


class Condition(Word):
    """归还时的状况"""

    WHOLE = "whole", N_("完好")
    DAMAGED = "damaged", N_("破损")
    MISSING_PAGES = "missing_pages", N_("缺页")


class LoanState(Word):
    """借阅状态"""

    OPEN = "open", N_("未还")
    RETURNED = "returned", N_("已还")
    LOST = "lost", N_("遗失")


class OfferState(Word):
    """移交清单状态"""

    OFFERED = "offered", N_("待接收")
    ACCEPTED = "accepted", N_("已接收")
    WITHDRAWN = "withdrawn", N_("已撤回")


class LineState(Word):
    """移交清单各行的状态"""

    OFFERED = "offered", N_("待接收")
    TAKEN = "taken", N_("已收")
    MISSING = "missing", N_("未收到，退回科室")
    WITHDRAWN = "withdrawn", N_("已撤回")


class StockOutcome(Word):
    """盘点结果"""

    FOUND = "found", N_("在位")
    MISPLACED = "misplaced", N_("错架")
    LENT = "lent", N_("登记为借出却在库")
    STRANGE = "strange", N_("不属本库")
    MISSING = "missing", N_("未见")


#: Outcomes that must be explained before a stock-taking closes.
TO_EXPLAIN: Final = (StockOutcome.MISSING, StockOutcome.MISPLACED, StockOutcome.LENT, StockOutcome.STRANGE)


class BagState(Word):
    """废纸袋状态"""

    CLOSED = "closed", N_("已封袋")
    HANDED = "handed", N_("已交出")


def due(place: Place, at: datetime, days: int, calendar: Calendar = USUAL) -> datetime:
    """When a loan must be back: the reading room's the same day, others at the end of the `days`-th working day."""
    return calendar.after(at, 0 if place is Place.READING_ROOM else days)


def overdue(due_at: datetime, now: datetime) -> bool:
    """Whether something should have been back or handed over by now."""
    return now >= due_at


def late(since: datetime, now: datetime, days: int, calendar: Calendar = USUAL) -> bool:
    """Whether a department keeps a volume longer than `days` working days."""
    return overdue(calendar.after(since, days), now)


def late_before(now: datetime, days: int, calendar: Calendar = USUAL) -> datetime:
    """The moment: what a department has had since before it is `late` now."""
    day = now
    while not late(day, now, days, calendar):
        day -= DAY
    return calendar.after(day, 0)


def fits(taken: int, coming: int, capacity: int) -> bool:
    """Whether `coming` more go on a board; capacity 0 is not limited."""
    return not capacity or taken + coming <= capacity


def fullness(taken: int, capacity: int) -> int:
    """How full, in per cent; 0 where nothing limits it."""
    return round(100 * taken / capacity) if capacity else 0


def outcome(state: str, home: int, here: int, room: frozenset[int]) -> StockOutcome:
    """What seeing a volume means: `home` is its board (0 none), `here` the board it was seen at (0 unknown).

    `room` are the boards of the storeroom that is counted.
    """
    if state in OUT:
        return StockOutcome.LENT
    if state != Shelf.SHELVED.value:  # lost and found again, or never put on a shelf: it has no business here
        return StockOutcome.STRANGE
    if home not in room or (here and here != home):
        return StockOutcome.MISPLACED
    return StockOutcome.FOUND


def weight_agrees(grams: int, out: int, permille: int) -> bool:
    """Whether a bag weighs the same at the hand-over, within the tolerance."""
    return abs(grams - out) * 1000 <= grams * permille


def boards(rows: Sequence[str], shelves: int, boards_: int) -> Iterable[tuple[str, str, str]]:
    """Every board of these rows, in order."""
    for row in rows:
        for shelf in range(1, shelves + 1):
            for board in range(1, boards_ + 1):
                yield row, str(shelf), str(board)


def rows_in(text: str) -> tuple[str, ...]:
    """Row names as typed: "A-F", "1-12" or a list; () when it is neither."""
    out: list[str] = []
    for part in text.replace("，", ",").replace("、", ",").replace("–", "-").replace("－", "-").split(","):
        first, dash, last = (one.strip().upper() for one in part.partition("-"))
        if not dash:
            out += [first] if first else []
        elif first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(first + last) < 7:
            out += [str(n) for n in range(int(first), int(last) + 1)]
        elif len(first) == len(last) == 1 and "A" <= first <= last <= "Z":
            out += [chr(n) for n in range(ord(first), ord(last) + 1)]
        else:
            return ()
    good = all(len(one) <= 12 and one.isprintable() for one in out)
    return tuple(dict.fromkeys(out)) if good and len(out) <= 200 else ()


def scans(text: str) -> tuple[str, ...]:
    """The scans of a text field: one in a line, or parted by commas or blanks of the scanner."""
    parts = text.replace("，", "\n").replace(",", "\n").replace(";", "\n").replace("\t", "\n").splitlines()
    return tuple(one.strip() for one in parts if one.strip())
