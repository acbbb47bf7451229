"""一（三）2 事项: the papers of a matter: taken once, checked, never replaced [1.3.1] [2.1.3] [4.1.1]"""

from datetime import datetime
from hmac import compare_digest

from jingui.core.errors import Conflict, Invalid, Tampered
from jingui.core.matters.asking import Brought
from jingui.core.matters.row import State
from jingui.core.permit import Permit
from jingui.core.process import TAKES
from jingui.core.word import N_
from jingui.formats import scans
from jingui.gate import settings
from jingui.gate.matter_safe import Safe, safe_of
from jingui.gate.matters import Opened
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Matter, MatterPaper

MOST_PAPERS = 50
PAPERS_SQL = "SELECT kind, digest FROM matter_paper WHERE matter_id = $1::bigint AND NOT withdrawn ORDER BY id"


def bring(context: WriteContext, permit: Permit, found: Opened, paper: Brought) -> MatterPaper:
    """Keep one paper, encrypted; Invalid says what is wrong with it. The same bytes twice are the same paper."""
    later = paper.kind in {one.name for one in found.kind.papers if one.after}
    if later and found.case.state is not State.EXECUTED:
        raise Conflict(N_("此项在批准之后、办理期间提供。"), N_("请批准后再办理。"))
    if not later and found.case.state not in TAKES:
        raise Conflict(N_("该事项已经办结，不能再附材料。"), N_("如需补充，请重新申请。"))
    media = media_type(context, paper)
    if paper.kind not in {one.name for one in found.kind.papers}:
        raise Invalid(places=((f"paper.{paper.kind[:40]}", N_("材料清单中没有这一项")),))
    digest = context.runtime.suite.digest(paper.content)
    held = raw(PAPERS_SQL, found.row.pk)
    if len(held) >= MOST_PAPERS:
        raise Conflict(N_("材料份数已达上限。"), N_("请合并扫描后再附。"))
    if any(kind == paper.kind and compare_digest(bytes(one), digest) for kind, one in held):
        raise Conflict(N_("这份材料已经附上。"), N_("无需重复上传。"))
    number = next_id(MatterPaper)
    safe = safe_of(context.runtime, raw, found.row.pk, found.row.patient_id)
    row = MatterPaper(
        id=number, matter=found.row, kind=paper.kind, digest=digest, size=len(paper.content), media_type=media,
        person_id=permit.person, at=permit.at, payload=safe.seal_paper(number, paper),
    )  # fmt: skip
    keep(context, row, new=True)
    return row


def media_type(context: WriteContext, paper: Brought) -> str:
    """The type that the bytes say; Invalid for a file without a usable name, too large or not taken."""
    most = settings.number(context.runtime, context.epoch, "paper_megabytes") * 1024 * 1024
    place = f"paper.{paper.kind[:40]}"
    name = paper.name.strip()
    if not name or len(name) > 120 or any(ord(letter) < 32 for letter in name):
        raise Invalid(places=((place, N_("文件名无效")),))
    return scans.media_type(paper.content, most, place)


def acts_under(runtime: Runtime, matter: int, person: int, at: datetime) -> bool:
    """Whether this matter lets that person act now: a genuine grant of theirs that lasts."""
    for one in Grant.objects.filter(matter=matter, person_id=person, ends__gt=at):
        runtime.sealer.check(one)
        return True
    return False


def brought(context: WriteContext, matter: int) -> tuple[str, ...]:
    """Kinds of the papers that are there."""
    return tuple(kind for kind, _ in raw(PAPERS_SQL, matter))


def digests(context: WriteContext, matter: int) -> list[bytes]:
    """Digests of the papers that are there."""
    return [bytes(digest) for _, digest in raw(PAPERS_SQL, matter)]


def contents(context: WriteContext, row: Matter, safe: Safe) -> tuple[tuple[str, str, bytes], ...]:
    """Every paper as (kind, name, bytes), each genuine."""
    out = []
    for paper in MatterPaper.objects.filter(matter=row, withdrawn=False).order_by("id"):
        context.runtime.sealer.check(paper)
        name, content = safe.open_paper(paper.pk, paper.payload)
        if not compare_digest(context.runtime.suite.digest(content), bytes(paper.digest)):
            raise Tampered(where=f"matter_paper:{paper.pk}")
        out.append((paper.kind, name, content))
    return tuple(out)
