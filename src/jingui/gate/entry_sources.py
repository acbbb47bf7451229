"""二（一）2 采集途径: what a form says it has from a device or interface comes from a registered source [2.1.2]"""

import re
from datetime import datetime

from jingui.core.capture import Template, Way
from jingui.core.enter import FilledForm
from jingui.core.errors import JinguiError, Refused, Tampered
from jingui.core.word import N_
from jingui.gate.pipeline import Pipeline
from jingui.store.statements import Columns

CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}")
SOURCE = Columns()
SOURCE.sealed("s", "source")
SOURCE_SQL = f"SELECT {SOURCE.sql} FROM source s WHERE s.code = $1::text"  # noqa: S608 -- own texts only


async def wrong(pipe: Pipeline, form: FilledForm, template: Template, at: datetime) -> JinguiError | None:
    """The refusal when an item's way is a device and the named source is none of ours, is over, or feeds other things.

    An item whose usual way is a device and that somebody read off and typed is named with another way by the writer.
    """
    by_device = any(way == Way.DEVICE for way in form.ways.values())
    if not by_device and not form.device:
        return None
    if not CODE.fullmatch(form.device):
        return refusal()
    rows = await pipe.pool.fetch(SOURCE_SQL, form.device)
    if not rows:
        return refusal()
    row, group, at_of = rows[0], SOURCE.groups["s"], SOURCE.at
    if not pipe.runtime.sealer.holds("source", group.values(row), group.mac(row)):
        return Tampered(where=f"source:{row[at_of['s.id']]}")
    until, categories = row[at_of["s.until"]], row[at_of["s.categories"]]
    good = row[at_of["s.state"]] == "active" and (until is None or at < until)
    fits = not categories or template.category.value in categories
    return None if good and fits else refusal()


def refusal() -> Refused:
    """The refusal of an unregistered source."""
    return Refused(
        N_("数据来源没有登记或已停用，不予采集。"), N_("请由信息部门登记来源，或改为实际的采集方式。"),
        clauses=("2.1.2",), reason="source",
    )  # fmt: skip
