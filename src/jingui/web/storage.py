"""三（二）1 存储系统: how full it is and will be, what protects it, what drifted [3.2.1] [3.1.1] [3.2.3]"""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat as sized
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.capacity import Outlook, Sample
from jingui.core.errors import Conflict, Invalid
from jingui.core.keep import RotateKeys
from jingui.core.storage import PLACES, FingerprintLine, Measures, PlaceLine, StorageBoard, StorageRequest
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.posts import drawn, waiting_text
from jingui.web.viewmodels import equipment as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import PATHS, to

TONES: Final = {Outlook.FULL: "warn", Outlook.STEADY: "ok", Outlook.FAR: "ok", Outlook.UNKNOWN: "none"}
NEAR_DAYS: Final = 90  # a place that will be full within these days is bad
WIDE, HIGH = 300, 60
OLD_HOURS: Final = 48  # a backup older than this is no protection of today's work


@require_safe
def storage(request: HttpRequest) -> HttpResponse:
    """Places, measures, fingerprints."""
    found: StorageBoard = asking.read(request, Verb.READ_STORAGE, StorageRequest()).value
    actions = [Link(label=_("设备"), href=to("equipment"), key="x")]
    if asking.role(request) == "system_admin":
        actions.insert(
            0, Link(label=_("配置变更申请"), href=to("start_matter", kind="configuration_change"), primary=True)
        )
    page = view.StoragePage(
        places=tuple(place(one) for one in found.places), measures=measures(found.measures, asking.now()),
        fingerprints=tuple(print_row(one) for one in found.fingerprints),
        drifts=tuple(print_row(one) for one in found.drifts), taken=found.taken,
        rotate=asking.may(request, Verb.ROTATE_KEYS), actions=tuple(actions),
    )  # fmt: skip
    return answering.page(request, "keep/storage.html", page)


def place(one: PlaceLine) -> view.PlaceRow:
    """A place and how full it is."""
    last, told = one.samples[-1], one.forecast
    text = _(told.outlook.label)
    tone: Any = TONES[told.outlook]
    if told.outlook is Outlook.FULL and told.on is not None:
        text = _("预计 %(month)s 写满") % {"month": f"{told.on:%Y-%m}"}
        tone = "bad" if (told.on - last.at).days < NEAR_DAYS else "warn"
    return view.PlaceRow(
        name=_(PLACES.get(one.place, one.place)), used=sized(last.used), total=sized(last.total) if last.total else "—",
        part=round(100 * last.used / last.total) if last.total else None,
        daily="—" if told.outlook is Outlook.UNKNOWN else f"{'+' if told.daily >= 0 else '-'}{sized(abs(told.daily))}",
        outlook=Tag(text=text, tone=tone), line=course(one.samples),
        points=tuple((each.at, sized(each.used)) for each in one.samples[-14:][::-1]),
    )  # fmt: skip


def course(samples: Sequence[Sample]) -> str:
    """The used bytes over time as a path, "" for a single point."""
    if len(samples) < 2:
        return ""
    first, last = samples[0].at, samples[-1].at
    length = max((last - first).total_seconds(), 1)
    low, high = min(one.used for one in samples), max(one.used for one in samples)
    spread = max(high - low, 1)
    across = [WIDE * (one.at - first).total_seconds() / length for one in samples]
    down = [HIGH - 4 - (HIGH - 8) * (one.used - low) / spread for one in samples]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across, down, strict=True))


def measures(found: Measures, now: Any) -> tuple[view.MeasureRow, ...]:
    """加密、密钥、备份、恢复测试、灾备演练, each with what shows it."""

    def link(name: str) -> Link | None:
        return Link(label=_("查看"), href=to(name)) if name in PATHS else None

    def tag(good: bool, bad: str) -> Tag:
        return Tag(text=_("有效"), tone="ok") if good else Tag(text=bad, tone="warn")

    suites = {"intl": "AES-256-GCM", "gm": "SM4-GCM"}
    rotated = found.rotated is not None and (now - found.rotated).days < found.rotation_days
    fresh = found.backup is not None and (now - found.backup).total_seconds() < OLD_HOURS * 3600
    return (
        view.MeasureRow(
            name=_("加密存储"), state=tag(True, ""), at=None,
            evidence=_("%(suite)s，约 %(keys)d 把患者数据密钥") % {
                "suite": suites.get(found.suite, found.suite), "keys": found.keys,
            },
        ),
        view.MeasureRow(
            name=_("密钥轮换"), at=found.rotated,
            state=tag(rotated, _("尚未轮换") if found.rotated is None else _("应当轮换")),
            evidence=_("第 %(n)d 代，每 %(days)d 天轮换一次") % {"n": found.generation, "days": found.rotation_days},
        ),
        view.MeasureRow(
            name=_("加密备份"), at=found.backup,
            state=tag(fresh and found.backup_places > 1, _("没有近两天的两处备份")),
            evidence=_("%(n)d 处存放") % {"n": found.backup_places}, link=link("backups"),
        ),
        view.MeasureRow(
            name=_("恢复测试"), state=tag(found.restore_passed, _("尚无通过的测试")), at=found.restore,
            evidence=_("通过") if found.restore_passed else _("没有通过的记录"), link=link("backups"),
        ),
        view.MeasureRow(
            name=_("灾备演练"), state=tag(found.drill is not None, _("尚未演练")), at=found.drill,
            evidence=_("见演练登记") if found.drill else _("没有演练登记"), link=link("drills"),
        ),
    )  # fmt: skip


def print_row(one: FingerprintLine) -> view.FingerprintRow:
    """A fingerprint."""
    bad = Tag(text=_("%(n)d 项未经审批") % {"n": len(one.drift)}, tone="bad")
    right = Tag(text=_("经审批的变化"), tone="info") if one.matter else Tag(text=_("无未经审批的变化"), tone="ok")
    return view.FingerprintRow(
        at=one.at, digest=one.digest, state=bad if one.drift else right, drift=one.drift,
        matter=to("matter", matter=one.matter) if one.matter else "", entry=to("entry", entry=one.entry),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def rotate_keys(request: HttpRequest) -> HttpResponse:
    """Ask that the keys be rotated: a second person confirms."""
    asking.read(request, Verb.READ_STORAGE, StorageRequest(days=7))
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text("reason", _("理由"), longest=200, hint=_("例如：到期轮换；人员离岗；介质遗失"))
    if filled.right:
        try:
            result = asking.write(request, Verb.ROTATE_KEYS, RotateKeys(reason=reason))
            return answering.said(request, waiting_text(result.value), to("storage"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("轮换密钥"), lead=_("为全部密钥段换新密钥，并重新包裹每把患者数据密钥。"),
        submit=_("提出轮换"), back=Link(label=_("返回存储系统"), href=to("storage")),
        rules=(
            _("须由另一名有资格的人员在其本人会话中确认后才执行。"), _("轮换期间照常使用；中断后可以继续，不会丢失。"),
            _("轮换后请核对各处密钥文件副本都已更新。"),
        ),
    )  # fmt: skip
