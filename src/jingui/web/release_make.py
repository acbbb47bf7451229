"""四（二）1 制作复制件: from an approved application to a prepared copy, with the pages of paper volumes [4.2.1]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import MatterView, ReadMatter
from jingui.core.operation import Target
from jingui.core.release import Copied, CopiesRequest, Pages, PrepareCopy
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, release_words
from jingui.web.viewmodels import release_copies as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

LINES: Final = 6  # of paper volumes that the form offers; more go into a second copy


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, matter: int) -> HttpResponse:
    """What was made of an approved application, and one more: also in the place of an earlier one."""
    seen: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    kind = KINDS[seen.line.kind]
    if not kind.copies or not seen.line.patient:
        raise NotFound()
    target = door.locate(seen.line.patient)
    why = release_words.purpose(Role(asking.role(request)), kind.copies)
    replaces = (request.POST or request.GET).get("replaces", "")[:40]
    lines = typed(request.POST)
    errors: tuple[str, ...] = ()
    if request.method == "POST":
        lines, paper = read(lines)
        if not any(one.error for one in lines):
            try:
                data = PrepareCopy(matter=matter, paper=paper, replaces=replaces)
                made: Copied = asking.write(
                    request, Verb.PREPARE_COPY, data, target=Target(patient=target.patient), matter=matter,
                    why=why,
                ).value  # fmt: skip
                return answering.said(request, _("已制作，请双方核对。"), to("copy", copy=made.id))
            except (Invalid, Conflict) as error:
                errors = told(error)
    asked = CopiesRequest(matter=matter, count=20)
    found = asking.read(
        request, Verb.READ_COPIES, asked, target=Target(patient=target.patient), why=why
    ).value.rows  # fmt: skip
    before = next((one.number for one in found if one.id == replaces), "")
    page = view.MakePage(
        title=_(kind.text), patient=seen.line.patient_name,
        matter=Link(label=str(matter), href=to("matter", matter=matter)),
        rows=tuple(release_words.row(one) for one in found), lines=lines, errors=errors,
        replaces=replaces if before else "", replaced=before,
    )  # fmt: skip
    wrong = bool(errors) or any(one.error for one in lines)
    crumbs = (Link(label=_("病历复制件"), href=to("copies")), Link(label=page.title, href=""))
    return answering.page(request, "release/make.html", page, status=400 if wrong else 200, crumbs=crumbs)


def typed(posted: Any) -> tuple[view.PaperLine, ...]:
    """The lines of paper volumes as they were typed."""
    return tuple(
        view.PaperLine(
            n=n, volume=" ".join(posted.get(f"volume{n}", "").split())[:60],
            first=posted.get(f"first{n}", "").strip()[:6], last=posted.get(f"last{n}", "").strip()[:6],
        )
        for n in range(1, LINES + 1)
    )  # fmt: skip


def read(lines: tuple[view.PaperLine, ...]) -> tuple[tuple[view.PaperLine, ...], tuple[Pages, ...]]:
    """The lines again, each with what is wrong with it, and the pages of the good ones."""
    out, pages = [], []
    for line in lines:
        if not (line.volume or line.first or line.last):
            out.append(line)
            continue
        good = all(one.isascii() and one.isdigit() for one in (line.first, line.last))
        wrong = (
            "" if line.volume and good and 1 <= int(line.first) <= int(line.last)
            else _("请写明卷号和起止页码，起始页不大于终止页。")
        )  # fmt: skip
        out.append(view.PaperLine(n=line.n, volume=line.volume, first=line.first, last=line.last, error=wrong))
        if not wrong:
            pages.append(Pages(line.volume, int(line.first), int(line.last)))
    return tuple(out), tuple(pages)


def told(error: Invalid | Conflict) -> tuple[str, ...]:
    """What the door found wrong, in words."""
    places = error.places if isinstance(error, Invalid) else ()
    return tuple(_(text) for _name, text in places) or (f"{_(error.message)} {_(error.next_step)}".strip(),)
