"""三（一）1, 六（一）3 灾备演练: a switch-over really done, what it lost and how long it took [6.1.3] [3.1.1]"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from jingui.core.word import N_, Word

LONGEST: Final = 2000
MOST: Final = 1_000_000_000
LONGEST_DRILL: Final = timedelta(days=7)


class DrillKind(Word):
    """What was drilled."""

    SWITCH = "switch", N_("主机停用，切换到备机")
    CUT = "cut", N_("主机断网，切换到备机")
    BACK = "back", N_("切换回原主机")
    RESTORE = "restore", N_("主备全失，从备份恢复")
    POWER = "power", N_("断电后恢复")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDrill:
    """A drill as it went: acknowledged writes that were lost, and seconds until writing was possible again."""

    kind: str
    started: datetime
    ended: datetime
    lost: int
    seconds: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsRequest:
    """Drills, newest first; those before a number, to turn the page."""

    before: int = 0
    count: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillLine:
    """A drill as shown. `genuine` is False for a row that is not as it was written: nothing of it is believed."""

    id: int
    kind: str
    started: datetime
    ended: datetime
    lost: int
    seconds: int
    person: str
    text: str
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drills:
    """The register's page; `more` says that there are older ones; `limit_lost` and `limit_seconds` are the goals."""

    lines: tuple[DrillLine, ...]
    more: bool
    limit_lost: int
    limit_seconds: int


def wrongs(data: RecordDrill, now: datetime) -> tuple[tuple[str, str], ...]:
    """What is wrong with a drill as it is told: places and texts, () for nothing."""
    text = data.text.strip()
    took = data.ended - data.started
    return tuple(
        (at, said)
        for at, said, bad in (
            ("kind", N_("请从列表中选择"), data.kind not in {one.value for one in DrillKind}),
            ("started", N_("开始时间不能在将来"), data.started > now),
            ("ended", N_("结束时间须晚于开始时间，且不在将来"), took <= timedelta() or data.ended > now),
            ("ended", N_("一次演练不超过七天"), took > LONGEST_DRILL),
            ("lost", N_("请填写丢失的已确认写入条数，没有丢失填 0"), not 0 <= data.lost <= MOST),
            ("seconds", N_("恢复写入的秒数须在演练的时间之内"), not 0 <= data.seconds <= max(took.total_seconds(), 0)),
            ("text", N_("请写明经过、发现和改进（2 至 2000 字）"), not 2 <= len(text) <= LONGEST or "\0" in text),
        )
        if bad
    )  # fmt: skip
