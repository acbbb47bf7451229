"""三（一）1, 六（一）3 备份与恢复: what is asked, what is kept, what a restore test says [3.1.1] [6.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.core.word import N_, Word


class BackupKind(Word):
    """What a backup holds."""

    BASE = "base", N_("基础备份")
    WAL = "wal", N_("日志归档")
    SHRED = "shred", N_("密钥文件副本")
    OUTSIDE = "outside", N_("外部备份")


class BackupState(Word):
    """How a backup stands."""

    ASKED = "asked", N_("等待开始")
    RUNNING = "running", N_("进行中")
    COMPLETE = "complete", N_("完整")
    FAILED = "failed", N_("失败")
    REMOVED = "removed", N_("已清除")


class Result(Word):
    """How a restore test ended."""

    PASSED = "passed", N_("通过")
    FAILED = "failed", N_("未通过")


class RestoreKind(Word):
    """What was restored for."""

    TEST = "test", N_("恢复测试")
    POINT = "point_in_time", N_("时点恢复测试")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBackup:
    """A backup is wanted now; the timed job makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginBackup:
    """The job begins one: that was asked for (`backup`), or by the schedule (0)."""

    name: str
    backup: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBackup:
    """How a running one ended; `note` says why it failed, in technical words."""

    backup: int
    complete: bool
    size: int = 0
    digest: bytes = b""
    generation: int = 0
    places: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBackup:
    """A backup made otherwise: the log's archive, a copy of the shred file, or one of the hospital's own tools."""

    kind: str
    name: str
    started: datetime
    ended: datetime
    size: int
    digest: bytes
    generation: int = 0
    places: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveBackup:
    """A set whose time is over was removed whole from its places."""

    backup: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBackups:
    """Look whether backups and restore tests are as old as they may be; `troubles` are what the job found besides."""

    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a restore test: what, whether it went well, milliseconds, what was seen (technical words)."""

    name: str
    ok: bool
    ms: int
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRun:
    """A real restore into a scratch cluster, which stands while this is asked; patients are compared inside the act."""

    backup: int
    name: str
    kind: str
    started: datetime
    steps: tuple[Step, ...]
    size: int = 0
    seconds: float = 0.0
    server: str = ""
    checkpoint: str = ""  # the newest signed checkpoint of the restored ledger
    stands: bool = False  # whether the scratch cluster is there to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsRequest:
    """The list, at most `count` of each kind, older than `before` (0: the newest)."""

    count: int = 30
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """One restore test with its report."""

    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLine:
    """A backup as listed."""

    id: int
    kind: str
    name: str
    state: str
    started: datetime
    ended: datetime | None
    size: int
    digest: str
    generation: int
    places: tuple[str, ...]
    expires: datetime | None
    note: str
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLine:
    """A restore test as listed."""

    id: int
    backup: str
    kind: str
    started: datetime
    ended: datetime
    result: str
    size: int
    seconds: int
    patients: int
    mismatches: int
    by: str
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A place as the job last found it; `free` and `total` are 0 where nobody can say."""

    name: str
    well: bool
    at: str
    problem: str
    free: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What the backup's job last said of itself: `done` of `of` bytes of `running`."""

    embedded: bool
    at: str = ""
    running: str = ""
    done: int = 0
    of: int = 0
    segment: str = ""
    segment_at: str = ""
    waiting: int = 0
    gap: str = ""
    places: tuple[PlaceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """What the page shows."""

    working: Working
    backups: tuple[BackupLine, ...]
    tests: tuple[TestLine, ...]
    newest: BackupLine | None
    tested: TestLine | None
    limits: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A restore test's signed report."""

    line: TestLine
    note: bytes
    key: str  # the ledger's key line, with which it is checked


def troubles(
    *, now: datetime, base: datetime | None, wal: datetime | None, tested: datetime | None, passed: bool, places: int,
    embedded: bool, limits: dict[str, int],
) -> tuple[str, ...]:  # fmt: skip
    """What is wrong with backups as they stand, as words of TROUBLES."""
    found = []
    if base is None or (now - base).total_seconds() > limits["backup_max_hours"] * 3600:
        found.append("old" if base else "none")
    if embedded and (wal is None or (now - wal).total_seconds() > limits["backup_wal_minutes"] * 60):
        found.append("wal")
    if base is not None and places < limits["backup_places"]:
        found.append("places")
    if tested is None or (now - tested).days >= limits["restore_test_days"]:
        found.append("untested")
    elif not passed:
        found.append("test_failed")
    return tuple(found)


TROUBLES = {
    "none": N_("还没有任何完整的备份"),
    "old": N_("最近的完整备份已超过期限"),
    "wal": N_("日志归档已中断，断点之后的数据无法恢复"),
    "places": N_("最近的备份不足规定的保存位置数"),
    "untested": N_("恢复测试已超过期限"),
    "test_failed": N_("最近一次恢复测试未通过"),
    "failed": N_("备份没有完成"),
    "gap": N_("日志归档缺段，需要新的基础备份"),
    "shred": N_("密钥文件的登记副本不齐或不一致"),
    "damaged": N_("备份内容与清单不符"),
}
