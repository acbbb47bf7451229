"""二（二）2, 3: what writing asks of me today: what I owe, what I began, what waits for my signature [2.2.2] [2.2.3]"""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingui.core.words import Verb
from jingui.web import asking, entering_drafts, entering_due, entering_signing
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

OWED: Final = 8
BEGUN: Final = 5
#: The list of documents that each right looks after.
SIGNED: Final = {"sign": Verb.SIGN_RECORD, "countersign": Verb.COUNTERSIGN_RECORD}


def for_me(request: HttpRequest) -> tuple[Waiting, ...]:
    """Deadlines first, then drafts, then signatures; nothing for people who write nothing."""
    if not asking.may(request, Verb.OPEN_FORM):
        return ()
    found = [*entering_due.for_desk(request, OWED), *entering_drafts.for_desk(request, BEGUN)]
    return (*found, *(one for kind in SIGNED if (one := signing(request, kind))))


def signing(request: HttpRequest, kind: str) -> Waiting | None:
    """A list of documents as one thing that waits; None for an empty one or one of others."""
    if not asking.may(request, SIGNED[kind]):
        return None
    number = len(entering_signing.waiting(request, kind))
    if not number:
        return None
    text = ngettext("%(n)d 份文书", "%(n)d 份文书", number) % {"n": number}
    title = _(entering_signing.LISTS[kind][0])
    return Waiting(title=title, detail=text, href=f"{to('signing')}#{kind}", tag=Tag(text=str(number), tone="warn"))
