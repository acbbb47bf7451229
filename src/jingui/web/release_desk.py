"""四（二）1 复制与封存: what waits for the records room on its desk [4.2.1] [4.1.1]"""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from jingui.core.desk import Desk
from jingui.core.matters import KINDS
from jingui.core.release import CopiesRequest
from jingui.core.sealing import SealingsRequest
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.web import asking, release_words
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.paths import to

#: What waits for whom: the count's name, what is said of it, the tab of the list, who does it.
QUEUES: Final = (
    ("approved", N_("制作复制件"), N_("%(n)d 份审核通过的申请还没有复制件"), "approved"),
    ("to_stamp", N_("复制件用印"), N_("%(n)d 份复制件已确认、待用印"), "confirmed"),
    ("to_hand", N_("交付复制件"), N_("%(n)d 份复制件已盖章、待交付"), "stamped"),
)


def wanted(request: HttpRequest) -> dict[str, Any]:
    """The desk's parts of who stamps copies and who seals later parts; nothing for the others."""
    out: dict[str, Any] = {}
    role = Role(asking.role(request))
    if asking.may(request, Verb.STAMP_COPY):
        out["copies"] = CopiesRequest(counted=True)
        out["purposes"] = {"copies": release_words.purpose(role)}
    if role in KINDS["sealing"].starters:
        out["sealings"] = SealingsRequest(later=True)
    return out


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """Each queue as one thing that waits, until the oldest of it is due."""
    out = []
    if found.copies is not None:
        for what, title, detail, state in QUEUES:
            if n := found.copies.waiting.get(what, 0):
                out.append(
                    Waiting(
                        title=_(title), detail=_(detail) % {"n": n}, href=f"{to('copies')}?state={state}",
                        due=found.copies.dues.get(what),
                    )
                )  # fmt: skip
    if found.sealings is not None and (n := sum(one.waiting for one in found.sealings.rows)):
        detail = _("%(n)d 份封存后完成的记录待补充封存") % {"n": n}
        out.append(Waiting(title=_("补充封存"), detail=detail, href=to("sealings")))
    return tuple(out)
