"""八（二）: a setting's own value, sealed: by the operation itself, or by a matter that was approved [8.2]"""

from datetime import datetime

from jingui.core.settings import parse
from jingui.gate.deadlines import due_again
from jingui.gate.writing import WriteContext
from jingui.store.models import Setting


def written(context: WriteContext, name: str, value: str, at: datetime) -> int:
    """Set a setting and return its row's version; Invalid for an unknown one or beyond what law and policy allow.

    The epoch must move with it, and its entry tell name and version: a row that is taken away is noticed by them.
    """
    parse(name, value)
    row = Setting.objects.select_for_update().filter(pk=name).first()
    new = row is None
    row = row or Setting(name=name)
    if not new:
        context.runtime.sealer.check(row)
        row.version += 1
    row.value, row.at, row.entry = value, at, context.entry
    context.runtime.sealer.seal(row)
    row.save(force_insert=new)
    for sql, *given in due_again(name, value):
        context.rows(sql, *given)
    return row.version
