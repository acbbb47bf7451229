"""四（二）1 复制申请: the visits that an application names, to tick and to read [4.2.1]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.access import Chart, ChartRequest
from jingui.core.matters.asking import MatterView
from jingui.core.release import VisitsRequest
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.web import asking, charting, release_parts, release_words, wording
from jingui.web.viewmodels import release as view

Visits = tuple[view.Visit, ...]
NONE: Final[Visits] = ()


def visit(public: str, kind: str, department: str, starts: datetime, ends: datetime | None) -> view.Visit:
    """A visit to tick: its kind, its department where it is told, its days."""
    words = (_(charting.kind(kind).label), wording.department(department) if department else "")
    return view.Visit(
        value=public, label=" · ".join(part for part in words if part), start=timezone.localtime(starts).date(),
        end=timezone.localtime(ends).date() if ends else None,
    )  # fmt: skip


def offered(request: HttpRequest, patient: str) -> Visits:
    """The visits that an applicant at the window may name, the newest first."""
    trace = getattr(request, "trace", None)
    why = release_words.purpose(Role(asking.role(request)))
    asked = asking.read(request, Verb.READ_COPIES, VisitsRequest(), target=door.locate(patient), why=why)
    request.trace = trace  # type: ignore[attr-defined]  # the strip is the page's own entry
    return tuple(visit(one.id, one.kind, one.department, one.starts, one.ends) for one in asked.value)


def own(request: HttpRequest, patient: str) -> Visits:
    """The visits of one's own chart."""
    trace = getattr(request, "trace", None)
    asked = ChartRequest(count=1)
    found: Chart = asking.read(request, Verb.OPEN_CHART, asked, target=door.locate(patient)).value
    request.trace = trace  # type: ignore[attr-defined]  # the strip is the page's own entry
    return tuple(visit(one.id, one.kind, one.department, one.starts, one.ends) for one in found.encounters)


def wanted(seen: MatterView) -> bool:
    """Whether an application names visits."""
    return bool(seen.answers.get(release_parts.VISITS)) and bool(seen.line.patient)


def named(value: str, visits: Iterable[view.Visit]) -> str:
    """The visits of an answer in words, one a line; "" where none of them is known here."""
    chosen = set(release_parts.numbers(value))
    return "\n".join(said(one) for one in visits if one.value in chosen)


def said(one: view.Visit) -> str:
    """One visit with its days."""
    days = one.start.isoformat() if one.end in (None, one.start) else f"{one.start} – {one.end}"
    return f"{one.label} {days}"
