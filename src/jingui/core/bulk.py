"""五（二）2、4 批量共享: what a partner's app asks of the door, and what comes back [5.2.1] [5.2.2] [5.2.4] [5.1.2]

FHIR Bulk Data: asked for once, made part by part, taken file by file, then deleted. Whoever has the secret of the
address still needs the token of the very app.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.errors import Conflict
from jingui.core.share import CONSENT, PURPOSES
from jingui.core.word import N_, Word

EXPORT: Final = "bulk_export"  # the kind of a target that is one
FILE: Final = "bulk_file"  # of a target that is a file; its record is the digest of what left
NDJSON: Final = "application/fhir+ndjson"
FORMATS: Final = frozenset({NDJSON, "application/ndjson", "ndjson"})  # what _outputFormat may say
#: Of several purposes' rows those of the law go message by message: nobody's consent says who belongs to them.
PURPOSES_IN_BULK: Final = tuple(name for name, row in PURPOSES.items() if row.basis == CONSENT)


class BulkState(Word):
    """批量共享状态."""

    BUILDING = "building", N_("制作中")
    READY = "ready", N_("可领取")
    ENDED = "ended", N_("已结束")
    FAILED = "failed", N_("已停止")


LIVE: Final = (BulkState.BUILDING.value, BulkState.READY.value)

#: Why no export is made or handed out: code -> (what, what to do, clauses).
REFUSALS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "bulk_app": (
        N_("不是以 system/ 范围登记的接入应用。"), N_("批量共享只向以私钥证明身份的接入应用提供。"), ("5.1.2",),
    ),
    "bulk_account": (N_("应用的接口账号没有有效岗位。"), N_("请由系统管理员核对接口账号。"), ("5.1.2", "6.1.2")),
    "bulk_purpose": (
        N_("协议没有约定可以批量共享的目的。"), N_("只有凭患者同意的目的可以批量共享；其余逐份经网关传输。"),
        ("5.2.1", "5.2.3"),
    ),
    "bulk_group": (N_("没有这个患者组，或不属于该应用所依据的协议。"), N_("请核对患者组编号。"), ("5.2.1",)),
    "bulk_scope": (N_("令牌的权限范围不含所要的资源类型。"), N_("请在登记的范围内选择 _type。"), ("5.1.2", "5.2.1")),
}  # fmt: skip


class TooMany(Conflict):
    """More than the hospital agreed to at once: later, not never."""

    code = "too_many"
    status = 429
    message = N_("请求过于频繁，或未结束的批量共享已达上限。")
    next_step = N_("请先领取并删除已有的批量共享，或稍后再试。")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBulk:
    """发起批量共享. `group` is the id of a group, "" for the only one there is; `types` () for all that may be had.

    `lenient`: types that may not be had are left out instead of refused. `url` is repeated in the manifest.
    """

    types: tuple[str, ...] = ()
    since: datetime | None = None
    group: str = ""
    lenient: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildBulk:
    """The next part; asked by the system. Each part is a transaction: whatever was killed goes on where it stood."""

    export: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBulk:
    """领取批量共享: how far it is, the manifest once it is ready, or file `n` (1 …)."""

    secret: str
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBulk:
    """结束批量共享: by the app that knows the secret, by a person who stops it, by the system when its time is over."""

    secret: str = ""
    export: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkGroups:
    """Which groups the app may export; asked with TAKE_BULK."""


class BulkGroup(NamedTuple):
    """Patients whose consent names the partner and the purpose now. How many they are is nobody's business yet."""

    id: str
    agreement: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An export was begun; the secret is told this once."""

    secret: str
    ends: datetime


class BulkFile(NamedTuple):
    """A file of the manifest."""

    n: int
    type: str
    count: int  # type: ignore[assignment]  # how many lines; nobody counts in the tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkTaken:
    """How far it is (`percent`), the manifest, or a file's bytes with its type."""

    state: str
    percent: int
    made: datetime
    ends: datetime
    wait: int = 0  # seconds to wait before asking again
    url: str = ""
    files: tuple[BulkFile, ...] = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkBuilt:
    """How far the building is."""

    state: str
    looked: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulksRequest:
    """The exports there were, newest first; asked with READ_APPS."""

    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLine:
    """An export as the page shows it: people and records by number alone."""

    id: int
    app: str
    partner: str
    agreement: str
    purpose: str
    types: tuple[str, ...]
    since: datetime | None
    state: str
    problem: str  # why it was stopped
    percent: int
    patients: int  # of whom something is inside
    resources: int
    files: int
    left: tuple[tuple[str, int], ...]  # (why, how many records stayed)
    made: datetime
    ready: datetime | None
    taken: datetime | None
    ends: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulksBoard:
    """The list, and what the reader may do with it."""

    rows: tuple[BulkLine, ...]
    may: tuple[str, ...] = ()


#: Why something of a group stayed, beside core.share.LEFT; nobody is told which.
LEFT: Final[Mapping[str, str]] = {"unreadable": N_("数据与写入时不一致，或已销毁")}


def group_id(purpose: str, agreement: str) -> str:
    """The id of a group: its purpose in words, then the agreement's public id."""
    return f"{purpose.replace('_', '-')}.{agreement}"


def group_parts(group: str) -> tuple[str, str]:
    """The purpose and the agreement's public id; ("", "") for what is no group's id."""
    word, _, agreement = group.partition(".")
    purpose = word.replace("-", "_")
    return (purpose, agreement) if purpose in PURPOSES_IN_BULK and agreement else ("", "")
