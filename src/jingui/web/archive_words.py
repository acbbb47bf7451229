"""三（二）2 纸质病案: the archive's words, tags and cells, shared by its pages [3.2.2]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core import archive
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import LoanLine, VolumeLine
from jingui.core.errors import Conflict, Invalid
from jingui.core.word import Word
from jingui.core.words import Medium, Purpose, RetentionClass, Shelf
from jingui.web import wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.archive import Cell, Tab, Table
from jingui.web.viewmodels.parts import Link, Pager, Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[str, Tone]] = {
    "department": "warn", "handing": "info", "room": "info", "shelved": "ok", "reading": "gold", "lent": "gold",
    "lost": "bad", "destroyed": "none", "open": "gold", "returned": "ok", "offered": "warn", "accepted": "ok",
    "withdrawn": "none", "taken": "ok", "missing": "bad", "closed": "warn", "handed": "ok", "found": "ok",
    "misplaced": "warn", "strange": "bad",
}  # fmt: skip
WORDS: Final[tuple[type[Word], ...]] = (
    Shelf, archive.LoanState, archive.OfferState, archive.LineState, archive.Condition, archive.Place, archive.RoomKind,
    archive.StockOutcome, archive.BagState, Medium, RetentionClass, Purpose,
)  # fmt: skip


def word(kind: type[Word], value: str) -> str:
    """A word of a vocabulary in the reader's language; as it stands when it is none."""
    known = {one.value: one.label for one in kind}
    return _(known[value]) if value in known else value


def tag(kind: type[Word], value: str, *, late: bool = False) -> Tag:
    """A state as a tag; what is late says so."""
    if late:
        return Tag(text=_("%(state)s · 逾期") % {"state": word(kind, value)}, tone="bad")
    return Tag(text=word(kind, value), tone=TONES.get(value, "plain"))


def choices(kind: Iterable[Word]) -> tuple[tuple[str, str], ...]:
    """A vocabulary as choices of a form."""
    return tuple((one.value, _(one.label)) for one in kind)


def people_departments() -> dict[int, str]:
    """Departments' names by number, in the reader's language."""
    return {row.id: wording.department(row.name) for row in wording.departments()}


def where(one: VolumeLine, departments: dict[int, str]) -> str:
    """Where a volume is, in words."""
    if one.state in archive.OUT | {Shelf.LOST.value}:
        return word(Shelf, one.state)
    if one.department:
        return departments.get(one.department, "")
    return one.where or _("病案室")


def volume_cells(one: VolumeLine, departments: dict[int, str]) -> tuple[Cell, ...]:
    """A volume as a row: code, number, medium, state, where."""
    about = _("第 %(n)d 册") % {"n": one.n}
    pages = _("%(n)d 页") % {"n": one.pages} if one.pages else ""
    return (
        Cell(text=shown(one.code), href=to("volume", volume=one.id), mono=True,
             small=" · ".join(part for part in (word(Medium, one.medium), about, pages) if part)),
        Cell(text=one.number or "—", typed=True, small=word(RetentionClass, one.retention_class)),
        Cell(tag=tag(Shelf, one.state, late=one.late), under=one.since),
        Cell(text=where(one, departments), small=one.custodian, typed=True),
    )  # fmt: skip


def volume_heads() -> tuple[str, ...]:
    """The headings of volumes."""
    return (_("病案册"), _("病案号"), _("状态"), _("所在"))


def loan_cells(one: LoanLine) -> tuple[Cell, ...]:
    """A loan as a row."""
    renewed = _("已续借 %(n)d 次") % {"n": one.renewals} if one.renewals else ""
    reminded = _("已催还") if one.reminded else ""
    over = one.state != "open"
    return (
        Cell(text=shown(one.code), href=to("volume", volume=one.volume), mono=True, small=one.number),
        Cell(text=one.borrower, small=wording.department(one.department), typed=True),
        Cell(text=word(archive.Place, one.place), small=word(Purpose, one.purpose)),
        Cell(tag=tag(archive.LoanState, one.state, late=one.overdue),
             small=word(archive.Condition, one.condition) if over else " · ".join(filter(None, (renewed, reminded)))),
        Cell(at=one.returned or one.due, under=one.lent),
    )  # fmt: skip


def loan_heads() -> tuple[str, ...]:
    """The headings of loans."""
    return (_("病案册"), _("借阅人"), _("方式"), _("状态"), _("应还或归还"))


def table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], empty: str, teach: str,
          total: int = -1, pager: Pager | None = None, more: Link | None = None) -> Table:  # fmt: skip
    """A table, counted."""
    made = tuple(rows)
    return Table(
        title=title, heads=heads, rows=made, empty=empty, teach=teach, total=len(made) if total < 0 else total,
        pager=pager, more=more,
    )  # fmt: skip


def refused(filled: Filled, error: Invalid | Conflict) -> None:
    """Take over what the door found wrong; each code that it names stands beside the field of codes."""
    filled.refused(error)
    codes = error.data.get("codes") if isinstance(error, Conflict) else ()
    for code in codes if isinstance(codes, tuple) else ():
        filled.wrong("codes", code)


def moment(at: datetime) -> str:
    """A moment in the hospital's zone, in figures."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def page_of(request: HttpRequest) -> int:
    """Which page was asked for."""
    asked = request.GET.get("page", "1")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def pager(request: HttpRequest, total: int, size: int) -> Pager | None:
    """The way through a long list; None for a short one."""
    here, pages = page_of(request), -(-total // size)
    if pages <= 1:
        return None

    def at(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return Pager(
        page=here, pages=pages, total=total, previous=at(here - 1) if here > 1 else "",
        next=at(here + 1) if here < pages else "",
    )  # fmt: skip


def tabs(current: str, *offered: tuple[str, str, str]) -> tuple[Tab, ...]:
    """Views of a page: (name, label, address)."""
    return tuple(Tab(label=label, href=href, current=name == current) for name, label, href in offered)


def number_in(text: str, most: int = 10**7) -> int:
    """A whole number as typed; -1 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most else -1
