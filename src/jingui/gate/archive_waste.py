"""六（一）4 废纸: a bag closed before two witnesses, for daily waste as for paper destroyed [6.1.4] [3.1.3]"""

from collections.abc import Sequence

import orjson

from jingui.core.archive import GRAMS, BagState
from jingui.core.archive_codes import Labelled
from jingui.core.errors import Invalid
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.gate import archive
from jingui.gate.rows import keep, next_id
from jingui.gate.writing import WriteContext
from jingui.store.models import Department, Person, WasteBag

WITNESSES = 2


def bag(
    context: WriteContext, permit: Permit, *, grams: int, witnesses: Sequence[int], department: int = 0,
    destruction: int = 0, note: str = "",
) -> WasteBag:  # fmt: skip
    """A closed bag as a sealed row of this operation. Invalid unless two other colleagues saw it closed.

    `destruction`: the paper case files of this destruction went into it.
    """
    wrong = []
    if not 0 < grams <= GRAMS:
        wrong.append(("grams", N_("重量须大于 0，不超过 200 千克")))
    seen = tuple(dict.fromkeys(witnesses))
    if len(seen) != WITNESSES or len(seen) != len(witnesses):
        wrong.append(("witnesses", N_("须有两名不同的见证人")))
    if permit.person in seen:
        wrong.append(("witnesses", N_("封袋人不能兼作见证人")))
    if Person.objects.filter(pk__in=seen, active=True, kind="staff").count() != len(seen):
        wrong.append(("witnesses", N_("没有这个工号的在职人员")))
    if department and not Department.objects.filter(pk=department, active=True).exists():
        wrong.append(("department", N_("没有这个科室")))
    if len(note) > 2000 or "\0" in note:
        wrong.append(("note", N_("内容过长或含有不可用的字符")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    (number,) = archive.fresh_codes(context.runtime, Labelled.BAG, 1)
    row = WasteBag(
        id=next_id(WasteBag), number=number, department_id=department, grams=grams, person_id=permit.person,
        witnesses=sorted(seen), at=permit.at, state=BagState.CLOSED.value, destruction_id=destruction,
    )  # fmt: skip
    if note.strip():
        body = orjson.dumps({"note": note.strip()})
        row.payload = context.runtime.vault.seal_note(f"bag{row.pk}", body)
    keep(context, row, new=True)
    return row
