"""三（二）1, 3 存储系统: the configuration's fingerprint, its parts, the storage page [3.2.1] [3.2.3]"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jingui.core.capacity import Forecast, Sample
from jingui.core.word import N_
from jingui.core.words import Verb

Items = Mapping[str, str]
Parts = Mapping[str, Items]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A row: a part of the configuration. `verbs` change it rightly; an upgrade that was approved explains `upgraded`.

    Any other change needs a matter that names the part.
    """

    name: str
    text: str
    verbs: tuple[Verb, ...] = ()
    upgraded: bool = False


PARTS: Final[dict[str, Part]] = {
    row.name: row
    for row in (
        Part(name="settings", text=N_("本院设置")),  # each row names the entry that set it: see gate.acts.storage
        Part(name="policy", text=N_("制度与规则"), verbs=(Verb.PUBLISH_POLICY,), upgraded=True),
        Part(name="keys", text=N_("密钥文件"), verbs=(Verb.ROTATE_KEYS, Verb.DESTROY, Verb.ERASE_KEYS, Verb.RECOVER)),
        Part(name="accounts", text=N_("数据库账号")),
        Part(name="grants", text=N_("数据库授权"), upgraded=True),
        Part(name="triggers", text=N_("数据库触发器与函数"), upgraded=True),
        Part(name="tables", text=N_("数据库表与约束"), upgraded=True),
        Part(name="extensions", text=N_("数据库扩展与外部连接"), upgraded=True),
        Part(name="server", text=N_("数据库服务器参数")),
        Part(name="software", text=N_("软件版本与依赖")),
        Part(name="host", text=N_("安装配置与传输加密")),
        Part(name="jobs", text=N_("定时任务"), upgraded=True),
    )
}
SOFTWARE: Final = "software"
MOST_NAMED: Final = 40  # changed items that a fingerprint names one by one
WIDEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFingerprint:
    """记录配置指纹: now, by the system's own task. `start`: the first one of a process that has just started."""

    start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprinted:
    """What a fingerprint found: its digest, what changed, and what of it nobody approved."""

    digest: str
    changed: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    matter: int = 0
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRequest:
    """READ_STORAGE."""

    days: int = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintLine:
    """A fingerprint as the page lists it."""

    at: datetime
    digest: str
    drift: tuple[str, ...]
    matter: int
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A place, how full it is and will be."""

    place: str
    samples: tuple[Sample, ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Live evidence of the protective measures of 3.1.1; None where there is nothing yet."""

    suite: str
    generation: int
    rotated: datetime | None
    rotation_days: int
    backup: datetime | None
    backup_places: int
    restore: datetime | None
    restore_passed: bool
    drill: datetime | None
    keys: int  # data keys, about


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageBoard:
    """What READ_STORAGE answers."""

    places: tuple[PlaceLine, ...]
    fingerprints: tuple[FingerprintLine, ...]
    drifts: tuple[FingerprintLine, ...]
    measures: Measures
    taken: int = 0  # fingerprints altogether


#: Places that are measured; others are told by their own name.
PLACES: Final[dict[str, str]] = {
    "database": N_("数据库"), "ledger": N_("其中：存证台账"), "home": N_("安装目录所在磁盘"),
    "wal": N_("日志归档目录"), "backup1": N_("备份存放处一"),
    "backup2": N_("备份存放处二"),
}  # fmt: skip


def changed(before: Parts, after: Parts) -> dict[str, tuple[str, ...]]:
    """The items of each part that came, went or are different, in order."""
    out: dict[str, tuple[str, ...]] = {}
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        items = tuple(sorted(item for item in {*old, *new} if old.get(item) != new.get(item)))
        if items:
            out[name] = items
    return out


def explained(
    found: Mapping[str, tuple[str, ...]], verbs: Iterable[str], named: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """What is left unexplained: not by an operation of the part's own, nor by an approved change that names it.

    A change of the software that was approved explains what an upgrade brings, if the software did change.
    """
    done, approved = set(verbs), set(named)
    upgraded = SOFTWARE in approved and SOFTWARE in found
    left = {}
    for name, items in found.items():
        part = PARTS.get(name)
        by_verb = part is not None and any(verb.value in done for verb in part.verbs)
        if by_verb or name in approved or (upgraded and part is not None and part.upgraded):
            continue
        left[name] = items
    return left


def listed(left: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Changed items as a fingerprint's row names them: part:item, cut to its width, the first of many."""
    every = [f"{name}:{item}" for name, items in left.items() for item in items]
    said = [one if len(one) <= WIDEST else one[: WIDEST - 1] + "…" for one in every[:MOST_NAMED]]
    return [*said, f"+{len(every) - MOST_NAMED}"] if len(every) > MOST_NAMED else said
