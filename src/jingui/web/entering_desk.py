"""二（二）2, 3: what writing asks of me today: what I owe, what I began, what waits for my signature [2.2.2] [2.2.3]"""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingui.core.deadlines import DeadlinesRequest
from jingui.core.desk import Desk
from jingui.core.entering import DraftsRequest
from jingui.core.signatures import WaitingRecord, WaitingRecords
from jingui.core.words import Verb
from jingui.web import asking, entering_drafts, entering_due, entering_signing
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

OWED: Final = 8
BEGUN: Final = 5
MOST: Final = entering_signing.MOST
#: The list of documents that each right looks after.
SIGNED: Final = {"sign": Verb.SIGN_RECORD, "countersign": Verb.COUNTERSIGN_RECORD}


def wanted(request: HttpRequest) -> dict[str, Any]:
    """The parts of the desk that are about writing; none for people who write nothing."""
    if not asking.may(request, Verb.OPEN_FORM):
        return {}
    lists = {kind: WaitingRecords(what=kind, count=MOST) for kind, verb in SIGNED.items() if asking.may(request, verb)}
    return {
        "deadlines": DeadlinesRequest(mine=True, count=OWED), "drafts": DraftsRequest(count=BEGUN), **lists,
    }  # fmt: skip


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """Deadlines first, then drafts, then signatures."""
    shown = [*entering_due.for_desk(found), *entering_drafts.for_desk(found)]
    return (*shown, *(one for kind in SIGNED if (one := signing(kind, getattr(found, kind) or ()))))


def signing(kind: str, lines: tuple[WaitingRecord, ...]) -> Waiting | None:
    """A list of documents as one thing that waits; None for an empty one."""
    number = len(lines)
    if not number:
        return None
    text = ngettext("%(n)d 份文书", "%(n)d 份文书", number) % {"n": number}
    title = _(entering_signing.LISTS[kind][0])
    return Waiting(title=title, detail=text, href=f"{to('signing')}#{kind}", tag=Tag(text=str(number), tone="warn"))
